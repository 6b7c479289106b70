#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit assign where rules leave an account one territory: it takes the room there before those that
# may go elsewhere, whatever the order of rows.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# T1 has room for one of 10.
cat >a.csv <<'END'
id,lat,lon,t,work,kind
A,40,-100,T0,10,x
B,40.01,-100,T0,10,x
E,40,-98,T1,10,x
F,40.01,-98,T1,10,x
G,40.02,-98,T1,10,x
K,40.02,-98,T1,10,y
END
printf 'rep,t,lat,lon\nR0,T0,40,-100\nR1,T1,40,-98\n' >r.csv
{ hand_tables; cat; } >s.yaml <<'END'
bands: {work: {max: 50}}
rules: {allowed: {where: {kind: y}, territories: T1}}
END
on 1 run s.yaml -o plan.h5 --threads 1 --quiet
check "plan: exit code" 0 "$code"
wanted="N1,T0,R0,next,T1
N2,T1,R1,nearest,T1"
row1='N1,40.03,-98.9,10,x\n' row2='N2,40.03,-98.9,10,y\n'
for order in "$row1$row2" "$row2$row1"; do
    printf 'id,lat,lon,work,kind\n%b' "$order" >new.csv
    for ranks in 1 2 3; do
        on $ranks assign plan.h5 new.csv -o placed.csv --threads 1 --quiet
        check "$order on $ranks ranks: exit code" 0 "$code"
        check "$order on $ranks ranks: rows" "$wanted" \
            "$(tail -n +2 placed.csv | sort | cut -d, -f1-4,9)"
    done
done
finish
