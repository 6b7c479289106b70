#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit nightly with protected accounts and budgets: both go by where accounts were yesterday, also
# where the table knows of no territory of theirs.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# N is new yesterday, when it is nearer to T0, and today nearer to T1.
cat >a.csv <<'END'
id,lat,lon,t,work,hold
A,40,-100,T0,10,0
B,40.01,-100,T0,10,0
N,40.02,-99.1,,10,1
E,40,-98,T1,10,0
F,40.01,-98,T1,10,0
G,40.02,-98,T1,10,0
END
sed 's/N,40.02,-99.1/N,40.02,-98.1/' a.csv >today.csv
printf 'rep,t,lat,lon\nR0,T0,40,-100\nR1,T1,40,-98\n' >r.csv
{ hand_tables; cat; } >s.yaml <<'END'
bands: {work: {max: 40}}
nightly: {hours_per_move: 0}
END
on 1 run s.yaml -o yesterday.h5 --threads 1 --quiet
check "yesterday" 0 "$code"

# Today's plan with DISRUPTION has N in TERRITORY, with these words in the summary, on any ranks.
night() { # NAME DISRUPTION TERRITORY WORDS
    local sum=
    { cat s.yaml; echo "disruption: {$2}"; } >night.yaml
    for ranks in 1 2 3; do
        on $ranks nightly night.yaml --plan yesterday.h5 --accounts today.csv -o today.h5 --threads 1
        check "$1 on $ranks ranks: exit code" 0 "$code"
        check "$1 on $ranks ranks: words" 1 "$(grep -c "$4" err)"
        [ -n "$sum" ] || sum=$(sha256sum <today.h5)
        check "$1 on $ranks ranks: same bytes" "$sum" "$(sha256sum <today.h5)"
    done
    on 1 export today.h5 --csv today.plan.csv
    check "$1: where N is" "N,$3" "$(grep ^N, today.plan.csv | cut -d, -f1-2)"
    on 1 verify today.h5 --accounts today.csv
    check "$1: verified" 0 "$code"
}
night "free" "cost: {hours_per: {work: 0}}" T1 'Moved          1 account (16.7 %)'
night "protected" "protected: [{column: hold}]" T0 'Protected      1 account, none moved'
night "top" "protected: [{top: 1, by: hold}]" T0 'Protected      1 account, none moved'
night "one of three may leave" "per_territory: {accounts: 34%}" T1 \
    'out of T0: 1 of at most 1 moved'
night "none of three may leave" "per_territory: {accounts: 33%}" T0 \
    'out of T0: 0 of at most 0 moved'
night "none of six may move" "budget: {accounts: 16%}" T0 'accounts: 0 of at most 0 moved'

# Ranks that have no accounts of so few do what the others do, with rules and groups, too.
printf 'id,lat,lon,t,work,hold,g\nA,40,-100,T0,10,0,a\nB,40,-98,T1,10,0,\nC,40,-99,T0,10,0,a\n' >few.csv
{ cat few.csv; echo 'D,40,-98.4,,10,0,b'; } >more.csv
{ cat s.yaml; echo 'rules: {together: g, reach: 2000 km}'; } >few.yaml
on 1 run few.yaml --accounts few.csv -o few.h5 --threads 1 --quiet
check "few: exit code" 0 "$code"
sum=
for ranks in 1 2 7; do
    on $ranks nightly few.yaml --plan few.h5 --accounts more.csv -o more.h5 --threads 1 --quiet
    check "few on $ranks ranks: exit code" 0 "$code"
    [ -n "$sum" ] || sum=$(sha256sum <more.h5)
    check "few on $ranks ranks: same bytes" "$sum" "$(sha256sum <more.h5)"
done
finish
