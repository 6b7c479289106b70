#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the test programs of a build folder, three at a time on two cores because a test of several
# ranks often waits for mpirun, and adds up their closing lines, "name: N passed, M failed". Its own
# last line is "N passed, N failed". A program that crashes, hangs, or says nothing counts as one
# failed test.
# Usage: scripts/test.sh BUILD KIND…    KIND is serial, fuzz, mpi or cli
# AMBIT_TEST_SECONDS is the longest that one may take, AMBIT_TEST_SKIP the scripts to leave out,
# AMBIT_TEST_JOBS how many run at a time.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
shift

seconds=${AMBIT_TEST_SECONDS:-240} # a test that takes longer hangs
if [ -n "${AMBIT_TEST_LONG:-}" ]; then seconds=3600; fi
jobs=${AMBIT_TEST_JOBS:-$((($(nproc) * 3 + 1) / 2))}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ambit.XXXXXX") || exit 1
export AMBIT=$PWD/$build/ambit
# Ranks and threads exceed the cores here: one that waits must not keep another from working.
export OMP_WAIT_POLICY=passive OMPI_MCA_mpi_yield_when_idle=1
# Open MPI itself leaks: leaks are looked for in serial programs, by our own count in the others.
export UBSAN_OPTIONS=print_stacktrace=1
# libomp tells the race detector about its barriers through this library (tsan is built by clang).
export TSAN_OPTIONS=ignore_noninstrumented_modules=1
for archer in /usr/lib/llvm-*/lib/libarcher.so; do
    if [ -f "$archer" ]; then export OMP_TOOL_LIBRARIES=$archer; fi
done

# --- what to run ---

# These take longest, and start first: else the last of them would run alone at the end.
longest=" cli_nightly cli_resume cli_lost_link cli_same_nation cli_accounts_hdf5 cli_instances \
cli_assign cli_farm cli_bad_input cli_audit cli_disruption cli_memory test_kmeans test_cluster "

# A line of the list of tests: how early it starts, its name, its command.
add() { # NAME COMMAND…
    local name=$1 before=${longest%%" ${1%%,*} "*}
    shift
    printf '%s\t%s\t%s\n' ${#before} "$name" "$*"
}

list() { # KIND
    local source name
    case $1 in
    serial)
        for source in tests/test_*.c; do
            name=$(basename "$source" .c)
            add "$name" ASAN_OPTIONS=detect_leaks=1 "$build/tests/$name"
        done
        ;;
    fuzz)
        for source in tests/corpus/*/; do
            [ -d "$source" ] || continue
            name=fuzz_$(basename "$source")
            add "$name" ASAN_OPTIONS=detect_leaks=1 "$build/tests/$name" "$source"*
        done
        ;;
    mpi)
        for source in tests/mpi_*.c; do
            name=$(basename "$source" .c)
            [ "$name" != mpi_harness ] || continue
            for ranks in 1 2 3 4; do
                for threads in 1 3; do
                    add "$name, $ranks ranks, $threads threads" OMP_NUM_THREADS=$threads \
                        ASAN_OPTIONS=detect_leaks=0 scripts/launch.sh $ranks "$build/tests/$name"
                done
            done
        done
        ;;
    cli)
        for source in tests/cli_*.sh; do
            name=$(basename "$source" .sh)
            if [[ " ${AMBIT_TEST_SKIP:-} " == *" $name "* ]]; then continue; fi
            add "$name" ASAN_OPTIONS=detect_leaks=0 bash "$source"
        done
        ;;
    *)
        echo "scripts/test.sh: unknown kind of test: $1" >&2
        exit 64
        ;;
    esac
}

for kind in "$@"; do list "$kind" >>"$scratch/list" || exit; done

# --- running ---

passed=0
failed=0
declare -A name_of=() begun=() # by process
clean() {
    [ ${#name_of[@]} -eq 0 ] || kill "${!name_of[@]}" # each a timeout, which ends what it runs
    rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 1' INT TERM

# Waits for one that runs, whichever ends first, and says how it went.
reap() {
    local process code name out line
    wait -n -p process "${!name_of[@]}"
    code=$?
    name=${name_of[$process]}
    out=$scratch/$name.out
    echo "== $name, $((SECONDS - begun[$process])) s"
    unset "name_of[$process]"
    line=$(grep -E '^[^ ]+: [0-9]+ passed, [0-9]+ failed$' "$out" | tail -1)
    if [[ $line =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
    fi
    if [ "$code" -eq 0 ] && [[ $line == *", 0 failed" ]]; then
        grep "^$name: left out" "$out"
        echo "$line"
        return
    fi
    cat "$out"
    case $code in
    124 | 137) echo "$name: stopped after $seconds seconds" ;;
    *) echo "$name: exit status $code" ;;
    esac
    if [[ -z $line || $line == *", 0 failed" ]]; then failed=$((failed + 1)); fi
}

while IFS=$'\t' read -r _ name words; do
    [ ${#name_of[@]} -lt "$jobs" ] || reap
    read -ra command <<<"$words"
    mkdir "$scratch/$name"
    TMPDIR=$scratch/$name timeout -k 10 "$seconds" env "${command[@]}" \
        </dev/null >"$scratch/$name.out" 2>&1 &
    name_of[$!]=$name begun[$!]=$SECONDS
done < <(sort -s -n "$scratch/list")
while [ ${#name_of[@]} -gt 0 ]; do reap; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
