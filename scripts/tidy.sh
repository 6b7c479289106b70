#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs clang-tidy (checks in .clang-tidy), cppcheck and shellcheck; any finding fails.
# Usage: scripts/tidy.sh DEFINE-OR-INCLUDE-FLAG…
set -u
cd "$(dirname "$0")/.." || exit 1
mapfile -t sources < <(find engine solvers io tests bench -name '*.c' | sort)
status=0

# One file a process: clang-tidy 14 takes va_list for uninitialised from its second file on. The
# analyzer walks a function's paths until it has so many states; four times as many, its default,
# take three times as long over the few functions with loops in loops, and find no more.
nodes=50000
printf '%s\0' "${sources[@]}" |
    xargs -0 -P "$(nproc)" -I '{}' clang-tidy --quiet '{}' -- \
        -Xclang -analyzer-config -Xclang "max-nodes=$nodes" -std=c17 -fopenmp -I. "$@" 2> >(grep -v ' warnings\? generated' >&2) ||
    status=1

cppcheck --quiet --std=c11 --language=c -D_GNU_SOURCE -I. -j "$(nproc)" \
    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --suppress=missingIncludeSystem engine solvers io tests bench || status=1

shellcheck -s bash scripts/*.sh scripts/ambit.bash-completion .ci/run || status=1
shellcheck -s bash -x scripts/slurm/*.sbatch scripts/slurm/*.sh || status=1
mapfile -t scripts < <(find tests -name '*.sh')
[ ${#scripts[@]} -eq 0 ] || shellcheck -x -P SCRIPTDIR "${scripts[@]}" || status=1

[ $status -eq 0 ] && echo "tidy: ${#sources[@]} sources are clean"
exit $status
