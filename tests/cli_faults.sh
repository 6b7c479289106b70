#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Memory that runs out somewhere in the middle, on one rank: all ranks leave with 1 after one clear
# message, nothing hangs, and no result stands under the final name. Where the fault lies beyond the
# run, the result is as ever. Each allocation in turn where AMBIT_TEST_LONG is set.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$python" "$here/tests/make_nation.py" nation --accounts 60 --reps 3 --free 1
run=(run nation/scenario.yaml -o nation/plan.h5 --threads 1 --effort 2 --quiet)
on 1 "${run[@]}"
check "no fault: exit code" 0 "$code"
sum=$(sha256sum <nation/plan.h5)
message='^ambit: out of memory: cannot get [0-9]+ × [0-9]+ bytes more \([0-9]+ MB in use\); use '
message+='more ranks on more machines, or a machine with more memory$'
failures=0 # runs that the fault has reached

# Fails allocation K of rank V of RANKS.
fault() { # RANKS V K
    local what="allocation $3 of rank $2 of $1"
    rm -f nation/plan.h5*
    AMBIT_FAULT_ALLOC=$3 AMBIT_FAULT_RANK=$2 on "$1" "${run[@]}"
    if [ "$code" = 0 ]; then
        check "$what: the result" "$sum" "$(sha256sum <nation/plan.h5)"
        return
    fi
    failures=$((failures + 1))
    check "$what: exit code" 1 "$code"
    check "$what: one message" "1 1" "$(wc -l <err) $(grep -cE "$message" err)"
    check "$what: standard output" "" "$(cat out)"
    check "$what: nothing written" "" "$(find nation -name 'plan.h5*')"
}

step=29 spread=40 pairs=1
if [ -n "${AMBIT_TEST_LONG:-}" ]; then step=1 spread=8 pairs=5; fi
for ((k = 1; k <= 1001; k += step)); do fault 1 0 $k; done
check "alone: most of these allocations are the run's" yes \
    "$([ $failures -gt $((600 / step)) ] && echo yes || echo "$failures")"

failures=0
all=("2 0" "2 1" "3 0" "3 1" "3 2")
for ((k = 1, i = 0; k <= 1001; k += spread, i++)); do
    for ((p = i; p < i + pairs; p++)); do
        read -r ranks v <<<"${all[p % 5]}"
        fault "$ranks" "$v" $k
    done
done
check "on ranks: most of these allocations are the run's" yes \
    "$([ $failures -gt $((500 * pairs / spread)) ] && echo yes || echo "$failures")"
fault 3 1 1000000
check "beyond the run: exit code" 0 "$code"

# The other commands, at a few places each.
on 1 "${run[@]}"
sed 's/^A/N/' nation/accounts.csv >new.csv
awk -F, -v OFS=, '{ print $1, NR % 4 ? $7 : "" } NR % 5 == 2 { print $1, "East-01" }' \
    nation/accounts.csv >nation/table.csv
for words in "assign nation/plan.h5 new.csv -o x.csv --threads 1 --quiet" \
    "verify nation/plan.h5 --threads 1 --quiet" "compare nation/plan.h5 nation/plan.h5" \
    "audit nation/scenario.yaml --plan nation/plan.h5 --threads 1 --quiet" \
    "audit nation/scenario.yaml --plan nation/table.csv -o nation/x.h5 --threads 1 --quiet" \
    "export nation/plan.h5 --csv x.csv --geojson x.geojson --svg x.svg --quiet"; do
    for k in 3 30 77; do
        # shellcheck disable=SC2086 # words
        AMBIT_FAULT_ALLOC=$k AMBIT_FAULT_RANK=0 on 2 $words
        check "allocation $k of ${words%% *}: exit code" 1 "$code"
        check "allocation $k of ${words%% *}: one message" "1 1" \
            "$(wc -l <err) $(grep -cE "$message" err)"
    done
done
finish
