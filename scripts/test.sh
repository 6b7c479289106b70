#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the test programs of a build folder and adds up their closing lines, "name: N passed,
# M failed". Its own last line is "N passed, N failed". A program that crashes, hangs, or says
# nothing counts as one failed test.
# Usage: scripts/test.sh BUILD KIND…    KIND is serial, fuzz, mpi or cli
# AMBIT_TEST_SECONDS is the longest that one may take, AMBIT_TEST_SKIP the scripts to leave out.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
shift

seconds=${AMBIT_TEST_SECONDS:-120} # a test that takes longer hangs
if [ -n "${AMBIT_TEST_LONG:-}" ]; then seconds=1800; fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ambit.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch
export AMBIT=$PWD/$build/ambit
# Ranks and threads exceed the cores here: one that waits must not keep another from working.
export OMP_WAIT_POLICY=passive
# Open MPI itself leaks: leaks are looked for in serial programs, by our own count in the others.
export UBSAN_OPTIONS=print_stacktrace=1
# libomp tells the race detector about its barriers through this library (tsan is built by clang).
export TSAN_OPTIONS=ignore_noninstrumented_modules=1
for archer in /usr/lib/llvm-*/lib/libarcher.so; do
    if [ -f "$archer" ]; then export OMP_TOOL_LIBRARIES=$archer; fi
done

passed=0
failed=0

# run NAME COMMAND…
run() {
    local name=$1 line code
    shift
    echo "== $name"
    timeout -k 10 "$seconds" "$@" </dev/null >"$scratch/out" 2>&1
    code=$?
    line=$(grep -E '^[^ ]+: [0-9]+ passed, [0-9]+ failed$' "$scratch/out" | tail -1)
    if [[ $line =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
    fi
    if [ "$code" -eq 0 ] && [[ $line == *", 0 failed" ]]; then
        echo "$line"
        return
    fi
    cat "$scratch/out"
    case $code in
    124 | 137) echo "$name: stopped after $seconds seconds" ;;
    *) echo "$name: exit status $code" ;;
    esac
    if [[ -z $line || $line == *", 0 failed" ]]; then failed=$((failed + 1)); fi
}

for kind in "$@"; do
    case $kind in
    serial)
        for source in tests/test_*.c; do
            name=$(basename "$source" .c)
            ASAN_OPTIONS=detect_leaks=1 run "$name" "$build/tests/$name"
        done
        ;;
    fuzz)
        for corpus in tests/corpus/*/; do
            [ -d "$corpus" ] || continue
            name=fuzz_$(basename "$corpus")
            ASAN_OPTIONS=detect_leaks=1 run "$name" "$build/tests/$name" "$corpus"*
        done
        ;;
    mpi)
        for source in tests/mpi_*.c; do
            name=$(basename "$source" .c)
            [ "$name" != mpi_harness ] || continue
            for ranks in 1 2 3 4; do
                for threads in 1 3; do
                    OMP_NUM_THREADS=$threads ASAN_OPTIONS=detect_leaks=0 \
                        run "$name, $ranks ranks, $threads threads" \
                        scripts/launch.sh "$ranks" "$build/tests/$name"
                done
            done
        done
        ;;
    cli)
        for script in tests/cli_*.sh; do
            name=$(basename "$script" .sh)
            if [ ! -f "$script" ] || [[ " ${AMBIT_TEST_SKIP:-} " == *" $name "* ]]; then continue; fi
            ASAN_OPTIONS=detect_leaks=0 run "$name" bash "$script"
        done
        ;;
    *)
        echo "scripts/test.sh: unknown kind of test: $kind" >&2
        exit 64
        ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
