#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A nation that is large enough to be drafted from further off: its result file has the same bytes on
# 1 to 8 ranks, any number of threads, from CSV and from HDF5, for any order of rows, and it verifies.
# 20,000 accounts; a million where AMBIT_TEST_LONG is set. The debug and sanitizer builds, where they
# have been made of the same sources (.ci/run and make test-long do), write those bytes too.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

accounts=20000 territories=40
if [ -n "${AMBIT_TEST_LONG:-}" ]; then accounts=1000000 territories=1000; fi
export OMP_WAIT_POLICY=passive

on 2 generate --accounts $accounts --territories $territories --seed 5 -o nation.csv --quiet
check "generate CSV: exit code" 0 "$code"
cp nation.yaml scenario.yaml
on 1 generate --accounts $accounts --territories $territories --seed 5 -o nation.h5 --quiet
check "generate HDF5: exit code" 0 "$code"
cp scenario.yaml nation.yaml
mkdir shuffled
{ head -n 1 nation.csv && tail -n +2 nation.csv | shuf --random-source=nation.h5; } >shuffled/nation.csv
check "shuffling moves rows" no "$(cmp -s nation.csv shuffled/nation.csv && echo yes || echo no)"

sum=
same() { # RANKS THREADS FILE
    rm -f plan.h5
    on "$1" run nation.yaml --accounts "$3" -o plan.h5 --threads "$2" --effort 6 --quiet
    check "$3 on $1 ranks of $2 threads: exit code" 0 "$code"
    if [ -z "$sum" ]; then sum=$(sha256sum <plan.h5); fi
    check "$3 on $1 ranks of $2 threads: bytes" "$sum" "$(sha256sum <plan.h5)"
}
same 1 1 nation.csv
same 1 3 nation.h5
same 2 2 shuffled/nation.csv
same 3 1 nation.h5
same 4 1 shuffled/nation.csv
same 8 1 nation.csv
check "rounds of the draft and of groups" True "$(ask plan.h5 \
    "set(f['rounds/phase'].asstr()[:]) >= {'seed', 'prices', 'centres', 'groups'}")"
on 2 verify plan.h5 --threads 1 --quiet
check "verify: exit code" 0 "$code"

# The other builds. Those of other sources may rightly draw other plans.
on 1 generate --accounts 20000 --territories 40 --seed 6 -o nation.h5 --quiet
sum=
same 1 2 nation.h5
sources_of() { grep -aoE ', sources [0-9a-f]{12}' "$1" | head -n 1; } # as checkpoints name them
check "the sources are named" 23 "$(sources_of "$AMBIT" | wc -c)"
export ASAN_OPTIONS=detect_leaks=0 # of Open MPI
builds=$(dirname "$AMBIT")/..
for build in debug asan; do
    if [ ! -x "$builds/$build/ambit" ]; then
        echo "$suite: left out: the $build build, which is not there; \
make VARIANT=$build build/$build/ambit makes it"
    elif [ "$(sources_of "$builds/$build/ambit")" != "$(sources_of "$AMBIT")" ]; then
        echo "$suite: left out: the $build build, which is of other sources; \
make VARIANT=$build build/$build/ambit makes it anew"
    else
        AMBIT=$builds/$build/ambit same 1 1 nation.h5
    fi
done
finish
