#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is refused of accounts that have to stay where they are and of groups that stay together, on
# nations of six accounts; and that runs, frontiers and farms refuse the same.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

cat >a.csv <<'END'
id,lat,lon,t,work,g,x
A,40,-100,T0,10,G1,1
B,40.01,-98,T1,10,G1,0
C,40.02,-100,T0,10,,0
D,40.03,-100,T0,10,,0
E,40,-98,T1,10,,0
F,40.01,-98,T1,10,,0
END
sed 's/G1,0/G1,1/' a.csv >both.csv
printf 'rep,t,lat,lon,customers\nR0,T0,40,-100,10\nR1,T1,40,-98,10\n' >r.csv
{ hand_tables; cat; } >base.yaml <<'END'
bands: {work: {max: 100}}
END

# What would do, "set rule territory accounts of" of each step, and the figures of reach.
steps() {
    "$python" -c '
import json, sys
for s in json.load(sys.stdin)["refused"]["remedies"]:
    print(s["set"], s["rule"], s["territory"], s["accounts"], "of", s["of"],
          *([s["was"], s["limit"]] if s["rule"] == "reach" else []), sep=" ")' <out
}

# RULES with ACCOUNTS are refused with code 65, and these STEPS would do; as data on any ranks, and
# the same for a run, a frontier and the farm of a scenario that asks for it.
refuses() { # NAME ACCOUNTS RULES STEPS
    { cat base.yaml; printf '%b\n' "$3"; } >s.yaml
    for ranks in 1 3; do
        on $ranks run s.yaml --accounts "$2" -o x.h5 --threads 1 --json --quiet
        check "$1 on $ranks ranks: exit code" 65 "$code"
        check "$1 on $ranks ranks: what would do" "$4" "$(steps)"
    done
    cp err first.err
    on 2 frontier s.yaml --accounts "$2" -o x.h5 --threads 1 --json --quiet
    check "$1: frontier: exit code" 65 "$code"
    check "$1: frontier: what would do" "$4" "$(steps)"
    check "$1: frontier: words" "$(cat first.err)" "$(cat err)"
    check "$1: nothing written" "" "$(find . -name 'x.h5*')"
}

# A group with a lock goes where that is, which is too far for B; per account, not per group.
far='raise reach from 50.0 to 170.4 km, for 1 account'
refuses "lock too far" a.csv 'rules: {together: g, locked: x, reach: 50 km}' \
    '0 reach None 1 of 2 50.0 170.4
1 together None 1 of 1'
check "lock too far: words" 1 "$(grep -c "^    $far; or$" first.err)"
refuses "two locks" both.csv 'rules: {together: g, locked: x}' '0 locked T1 1 of 1
1 together None 1 of 1'
refuses "lock and fixed" a.csv 'rules: {together: g, locked: {x: 1}, fixed: T1}' \
    '0 fixed T1 1 of 2
1 together None 1 of 1'
# Two accounts of a group that are protected in two territories, or one where it may not be.
held='disruption: {protected: [{column: x}]}'
refuses "two protected" both.csv "rules: {together: g}\n$held" '0 protected T1 1 of 1
1 together None 1 of 1'
refuses "protected, and forbidden" a.csv \
    "rules: {forbidden: {where: {x: 1}, territories: T0}}\n$held" '0 forbidden T0 1 of 1
1 protected T0 1 of 1'
check "protected, and forbidden: words" 1 \
    "$(grep -c "^  account 'A' is protected in T0, which is closed to it by forbidden$" first.err)"
refuses "forbidden to each other's" a.csv \
    'rules: {together: g, forbidden: [{where: {x: 1}, territories: T1}, {where: {x: 0}, territories: T0}]}' \
    '0 forbidden T0 1 of 2
1 together None 1 of 1'

# One protected account takes its group along.
{ cat base.yaml; printf 'rules: {together: g}\n%s\n' "$held"; } >s.yaml
on 1 run s.yaml -o x.h5 --threads 1 --quiet
check "one protected: exit code" 0 "$code"
on 1 export x.h5 --csv plan.csv
check "one protected: the group" "A,T0 B,T0" \
    "$(grep '^[AB],' plan.csv | cut -d, -f1-2 | sort | xargs)"

# Centres that cannot be so far apart, and groups that are too much: code 2, by every command.
sed 's/max: 100/max: 15/' base.yaml >heavy.yaml
echo 'rules: {together: g}' >>heavy.yaml
{ cat base.yaml; echo 'centres: {homes: ignored, separation: 500 km}'; } >apart.yaml
for case in heavy apart; do
    on 1 run $case.yaml -o y.h5 --threads 1 --json --quiet
    check "$case: run: exit code" 2 "$code"
    cp out first.out
    grep -v warning err >first.err
    on 2 frontier $case.yaml -o y.h5 --csv y.csv --threads 1 --json --quiet
    check "$case: frontier: exit code" 2 "$code"
    check "$case: frontier: data" "$(cat first.out)" "$(cat out)"
    check "$case: frontier: words" "$(cat first.err)" "$(grep -v warning err)"
    check "$case: nothing written" "" "$(find . -name 'y.*')"
done
{
    cat base.yaml
    echo 'centres: {homes: ignored}'
    echo 'scenarios: [{name: apart, centres: {separation: 500 km}}]'
} >farm.yaml
on 2 farm farm.yaml -o farm.h5 --threads 1 --json
check "farm: a record of it" 1 "$(grep -c 'have room for at most 1' out)"

# What reps are given is a limit of its own, whatever the accounts add up to.
{
    sed 's/^bands.*/bands: {count: {min: 20%, max: 110%, target: {rep: customers, as: amount}}}/' \
        base.yaml
    echo 'rules: {locked: {t: T0}}'
} >given.yaml
on 1 run given.yaml -o given.h5 --threads 1 --quiet
check "amounts of reps: 3 accounts where 11 may be" 0 "$code"
sed -i 's/R0,T0,40,-100,10/R0,T0,40,-100,2/' r.csv
on 1 run given.yaml -o given.h5 --threads 1 --quiet
check "amounts of reps: 3 where 2.2 may be" 2 "$code"
check "amounts of reps: said" 1 "$(grep -c 'T0: its 3 locked accounts have 3, above the limit of 2.2$' err)"
# Nothing is asked for a rep who is given nothing.
sed -i 's/R0,T0,40,-100,2/R0,T0,40,-100,0/; s/R1,T1,40,-98,10/R1,T1,40,-98,6/' r.csv
sed -i 's/^rules.*/rules: {forbidden: {where: {work: 10}, territories: T0}}/' given.yaml
on 1 run given.yaml -o given.h5 --threads 1 --quiet
check "amounts of reps: nobody where nothing is asked" 0 "$code"

# Many protected accounts of one group do not add up to less than none.
awk 'BEGIN { print "id,lat,lon,t,work,g,x"
    for (i = 0; i < 9000; i++) printf "A%d,40.%04d,-100,T0,1,G,1\n", i, i
    for (i = 0; i < 3000; i++) printf "B%d,40.%04d,-98,T1,1,,0\n", i, i }' >many.csv
{ sed 's/max: 100/max: 10000/' base.yaml; printf 'rules: {together: g}\n%s\n' "$held"; } >many.yaml
# All of them are on one rank of two, and the others have none.
sum=
for ranks in 1 2 3; do
    on $ranks run many.yaml --accounts many.csv -o many.h5 --threads 1 --effort 2
    [ -n "$sum" ] || sum=$(sha256sum <many.h5)
    check "9,000 protected on $ranks ranks: same bytes" "$sum" "$(sha256sum <many.h5)"
    check "9,000 protected on $ranks ranks: exit code" 0 "$code"
    check "9,000 protected on $ranks ranks: all stay" 1 \
        "$(grep -c 'Protected      9,000 accounts, none moved' err)"
done
finish
