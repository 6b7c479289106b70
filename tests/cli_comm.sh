#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How a job ends where one rank breaks a rule: soon, with words, and not as a success.
set -u
program=$(dirname "$AMBIT")/tests/mpi_comm
passed=0
failed=0

# ends_with NAME HOW TEXT
ends_with() {
    timeout 60 scripts/launch.sh 3 "$program" "$2" >"$TMPDIR/comm.out" 2>&1
    code=$?
    if [ $code -ne 0 ] && [ $code -ne 124 ] && grep -qF "$3" "$TMPDIR/comm.out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: exit status $code, expected: $3"
        cat "$TMPDIR/comm.out"
    fi
}

ends_with "ranks at different lines" diverge \
    "ambit: ranks have parted: rank 0 is at a.c:10, rank 1 at b.c:20"
ends_with "a broken invariant on one rank" require "ambit: rank 1: tests/mpi_comm.c:"
ends_with "an error of MPI" root "MPI_Bcast failed: MPI_ERR_ROOT: invalid root"
echo "cli_comm: $passed passed, $failed failed"
[ $failed -eq 0 ]
