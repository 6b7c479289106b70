#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit assign: figures worked out by hand, every account of small nations against a slow search of
# its own (assign_check.py), the same bytes whatever the ranks, threads, order of rows and format,
# and what it says to inputs that cannot be used.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# --- by hand ------------------------------------------------------------------

meridian hand
cat >hand/a.csv <<'END'
id,lat,lon,visits,territory
S1,40,-100,1,South
S2,40,-100,1,South
S3,40,-100,1,South
M1,41,-100,1,Middle
M2,41,-100,1,Middle
N1,43,-100,1,North
END
# P and Q are nearest to the south, which has room for one: P has more to lose. The middle has room
# for two, and R has more to lose there than Q.
cat >hand/new.csv <<'END'
id,lat,lon,visits,colour
Q,40.2,-100,1,red
P,40.1,-100,4,blue
R,41.1,-100,2,
END
header="account_id,territory,rep,reason,travel_hours,price_hours,runner_up,more_hours,first_choice,\
first_saving_hours,over"
rows() { # FILE: its rows by id
    tail -n +2 "$1" | sort
}
on 1 audit hand/s.yaml -o hand/plan.h5 --quiet
check "hand: audit" 0 "$code"
cp hand/plan.h5 hand/kept.h5
for ranks in 1 2; do
    on $ranks assign hand/plan.h5 hand/new.csv -o hand/out.csv --threads 1 --quiet
    check "hand on $ranks: exit code" 0 "$code"
    check "hand on $ranks: standard output" hand/out.csv "$(cat out)"
    check "hand on $ranks: standard error" "" "$(cat err)"
    check "hand on $ranks: header" "$header" "$(head -n 1 hand/out.csv)"
    check "hand on $ranks: rows" "\
P,South,R1,nearest,0.444780,0.000000,Middle,3.558243,South,0.000000,
Q,Middle,R2,next,0.889561,0.000000,North,2.223901,South,0.667171,
R,Middle,R2,nearest,0.222390,0.000000,North,4.003023,Middle,0.000000," "$(rows hand/out.csv)"
done
check "hand: the plan stays as it is" yes "$(cmp hand/plan.h5 hand/kept.h5 && echo yes)"
on 1 assign hand/plan.h5 hand/new.csv --quiet
check "rows on standard output" "$(cat hand/out.csv)" "$(cat out)"

# Without -q: what became of them.
on 1 assign hand/plan.h5 hand/new.csv -o hand/out.csv --json
check "summary" "\
Accounts             3  new
nearest              2  to the nearest centre
price                0  past a nearer centre whose bands are dear
next                 1  past a cheaper territory that is full
over                 0  over a band, since none has room
Travel            1.56  h a year
Lost              0.67  h a year, since first choices are full
Band count: 0 of 3 territories outside, 0 of them too low; 0 before" "$(grep -v '^{' err)"
check "json" '{"result":"hand/out.csv","accounts":3,"nearest":2,"price":0,"next":1,"over":0,'\
'"travel_hours":1.556731,"first_saving_hours":0.667171,"skipped_rows":0,"territories":3,'\
'"bands":[{"label":"count","outside_before":0,"outside":0,"too_low":0}]}' "$(cat out)"

# A price of 0.7 h an account in the south: Q saves 0.667171 h there, and goes elsewhere by price; P
# has more to save. R comes first now, while the south has room.
edit hand/plan.h5 "f['/bands/count/price_upper'][list(f['/territories/name']).index(b'South')] = 0.7"
on 1 assign hand/plan.h5 hand/new.csv -o hand/out.csv --quiet
check "prices: rows" "\
P,South,R1,nearest,0.444780,0.700000,Middle,2.858243,South,0.000000,
Q,Middle,R2,price,0.889561,0.000000,North,2.223901,Middle,0.000000,
R,Middle,R2,nearest,0.222390,0.000000,South,2.923902,Middle,0.000000," "$(rows hand/out.csv)"
cp hand/kept.h5 hand/plan.h5

# Seven between the middle and the north, where only six have room: three in the north, two in the
# middle, one in the south. Who is next to the middle loses least, and comes last: Z1 breaks the band
# by one account wherever it goes, and does so where that is nearest.
{
    echo "id,lat,lon,visits"
    for i in 1 2 3 4 5 6 7; do echo "Z$i,42.$i,-100,1"; done
} >hand/many.csv
for ranks in 1 3; do
    on $ranks assign hand/plan.h5 hand/many.csv -o hand/out.csv --threads 1 --quiet
    check "many on $ranks: exit code" 2 "$code"
    check "many on $ranks: standard output" hand/out.csv "$(cat out)"
    check "many on $ranks: said" "ambit: hand/plan.h5: no territory has room for 1 of 7 new accounts, \
which break bands:
  count: 1 of 3 territories outside, 0 of them too low; 0 before" "$(cat err)"
    check "many on $ranks: rows" "\
Z1,North,,over,1.000756,0.000000,Middle,0.222390,North,0.000000,count
Z2,South,R1,next,2.446292,0.000000,North,-1.556731,North,1.556731,
Z3,Middle,R2,next,1.445536,0.000000,South,1.111951,North,0.667170,
Z4,Middle,R2,next,1.556731,0.000000,South,1.111951,North,0.889561,
Z5,North,,nearest,0.555975,0.000000,Middle,1.111951,North,0.000000,
Z6,North,,nearest,0.444780,0.000000,Middle,1.334341,North,0.000000,
Z7,North,,nearest,0.333585,0.000000,Middle,1.556731,North,0.000000," "$(rows hand/out.csv)"
done

# A scenario with other limits and other names of columns takes the place of the stored one.
sed -e 's/max: 4/max: 9/' -e 's/id: id/id: customer/' hand/s.yaml >hand/wide.yaml
sed 's/^id,/customer,/' hand/many.csv >hand/renamed.csv
on 1 assign hand/plan.h5 hand/renamed.csv --scenario hand/wide.yaml --quiet
check "another limit: exit code" 0 "$code"
check "another limit: all in the north" "7 North,,nearest" \
    "$(tail -n +2 out | cut -d, -f2-4 | uniq -c | xargs)"

# --- against a search of its own ----------------------------------------------

# Plans a nation and places the accounts of another one in it.
nation() { # FOLDER ACCOUNTS SEED WORDS...
    local folder=$1 new=$2 seed=$3
    shift 3
    "$python" "$here/tests/make_nation.py" "$folder" "$@"
    "$python" "$here/tests/make_nation.py" other --accounts "$new" --reps 8 --seed "$seed"
    sed -e 's/,territory$//' -e 's/,East-..$//' -e 's/^A/N/' other/accounts.csv >"$folder/new.csv"
    on 1 run "$folder/scenario.yaml" -o "$folder/plan.h5" --threads 1 --effort 6 --quiet
}
agrees() { # NAME FOLDER ACCOUNTS; how many go where for which reason depends on the plan's prices
    local line
    on 1 assign "$2/plan.h5" "$2/new.csv" -o "$2/out.csv" --threads 2 --json --quiet
    check "$1: exit code" "$(grep -q ,over, "$2/out.csv" && echo 2 || echo 0)" "$code"
    line=$("$python" "$here/tests/assign_check.py" "$2/plan.h5" "$2/new.csv" "$2/out.csv" 2>&1)
    check "$1: agrees" "$3 accounts agree" "${line%%:*}"
    cut -d, -f4 "$2/out.csv" >>reasons
}
nation few 59 2 --accounts 1500 --reps 8 --free 2 --travel-cap 5
agrees "a few" few 59
nation some 300 2 --accounts 1500 --reps 8 --free 2 --travel-cap 5
agrees "some" some 300
nation most 400 3 --accounts 900 --reps 12 --centroid --free 12
agrees "most" most 400
check "each reason was there" "nearest next over price" "$(grep -v reason reasons | sort -u | xargs)"

# A limit that the run has opened gives way to another one of the scenario's own.
sed 's/max: 5% of hours/max: 90% of hours/' some/scenario.yaml >some/wide.yaml
on 1 assign some/plan.h5 some/new.csv -o out.csv --scenario some/wide.yaml --quiet
check "a relaxed limit: none over" 0 "$(grep -c ,over, out.csv)"

# --- the same bytes ------------------------------------------------------------

head -n 1 some/new.csv >shuffled.csv
tail -n +2 some/new.csv | shuf --random-source=<(yes) >>shuffled.csv
"$python" - some/new.csv new.h5 <<'END'
import csv, sys
import h5py, numpy as np
with open(sys.argv[1]) as file, h5py.File(sys.argv[2], "w") as out:
    rows = list(csv.DictReader(file))
    for name in rows[0]:
        texts = [row[name] for row in rows]
        out[name] = np.array(texts, "S") if name == "account_id" else np.array(texts, "f8")
END
first=$(sha256sum <some/out.csv)
# Each file on each number of ranks and of threads.
files=(some/new.csv shuffled.csv new.h5)
for ranks in 1 2 3 4; do
    for threads in 1 2 3; do
        new=${files[(ranks + threads) % 3]}
        on $ranks assign some/plan.h5 "$new" -o out.csv --threads $threads --quiet
        check "$new on $ranks ranks of $threads threads" "$first" "$(sha256sum <out.csv)"
    done
done
on 3 assign some/plan.h5 some/new.csv --threads 1 --quiet
check "standard output on 3 ranks" "$first" "$(sha256sum <out)"

# More ranks than accounts.
head -n 2 some/new.csv >one.csv
on 4 assign some/plan.h5 one.csv -o out.csv --threads 1 --quiet
check "one account on 4 ranks" 2 "$(wc -l <out.csv)"

# --- what cannot be used ---------------------------------------------------------

refused() { # NAME EXIT MESSAGE WORDS...
    local name=$1 exit=$2 message=$3
    shift 3
    for ranks in 1 3; do
        on $ranks assign "$@" --threads 1 --quiet
        check "$name on $ranks: exit code" "$exit" "$code"
        check "$name on $ranks: message" "$message" "$(cat err)"
        check "$name on $ranks: standard output" "" "$(cat out)"
    done
}
rm -f out.csv
new() { # the rows of a table of new accounts, to bad.csv
    printf '%s\n' "id,lat,lon,visits" "$@" >bad.csv
}
new
refused "no rows" 65 "ambit: bad.csv: expected rows after the header, found none" \
    hand/plan.h5 bad.csv -o out.csv
: >bad.csv
refused "an empty file" 65 "ambit: bad.csv: expected a header line and rows, found an empty file" \
    hand/plan.h5 bad.csv -o out.csv
printf 'id,lat,long,visits\nX,40,-100,1\n' >bad.csv
refused "a column missing" 65 "ambit: bad.csv:1:1: expected a column 'lon' in the header, found none of \
that name; the nearest is 'long'" hand/plan.h5 bad.csv -o out.csv
new "X,40,-100,1" "X,41,-100,1"
refused "an id twice" 65 "ambit: bad.csv:3:1: expected a new id in column 'id', found 'X' again (first at \
line 2)
bad.csv: 1 bad row (1 duplicate id); mend them, or leave such rows out with --skip-bad-rows" hand/plan.h5 bad.csv -o out.csv
new "X,40,-100,-1"
refused "a number below 0" 65 "ambit: bad.csv:2:11: expected a number that is not negative in column \
'visits', found '-1'
bad.csv: 1 bad row (1 negative number); mend them, or leave such rows out with --skip-bad-rows" hand/plan.h5 bad.csv -o out.csv
new "X,40,-100,1" "M2,41,-100,1" "S1,41,-100,1"
refused "in the plan already" 65 "ambit: bad.csv: expected accounts that hand/plan.h5 does not have, \
found 2 that it has: 'M2' in Middle, 'S1' in South; take them out, or leave them out with \
--skip-bad-rows" hand/plan.h5 bad.csv -o out.csv
new "S1,40,-100,1" "S2,40,-100,1" "S3,40,-100,1" "M1,41,-100,1" "M2,41,-100,1" "N1,41,-100,1"
refused "all in the plan" 65 "ambit: bad.csv: expected accounts that hand/plan.h5 does not have, \
found 6 that it has: 'S1' in South, 'S2' in South, 'S3' in South, 'M1' in Middle, 'M2' in Middle, …; \
take them out, or leave them out with --skip-bad-rows" hand/plan.h5 bad.csv -o out.csv
refused "all in the plan, left out" 65 \
    "ambit: bad.csv: expected an account that hand/plan.h5 does not have, found none" \
    hand/plan.h5 bad.csv -o out.csv --skip-bad-rows
{
    head -n 1 some/new.csv
    echo "X,40,-95,2e11,1,1"
} >bad.csv
refused "a sum too large" 65 "ambit: bad.csv: measures.hours: expected a sum below 4.61e+12 over the \
nation with the new accounts, found that it could reach 7.4e+12; are their units those of the plan?" \
    some/plan.h5 bad.csv -o out.csv
refused "no such plan" 1 "ambit: cannot open none.h5: No such file or directory" \
    none.h5 hand/new.csv -o out.csv
refused "no such accounts" 65 "ambit: none.csv: cannot be opened: No such file or directory" \
    hand/plan.h5 none.csv -o out.csv
refused "no plan at all" 65 "ambit: hand/new.csv: expected a result file (HDF5), found something else" \
    hand/new.csv hand/new.csv -o out.csv
head -c 5000 hand/plan.h5 >cut.h5
refused "a plan cut off" 65 "ambit: cut.h5: the file is cut off or damaged; write it again" \
    cut.h5 hand/new.csv -o out.csv
check "nothing was written" no "$([ -e out.csv ] && echo yes || echo no)"

other() { # NAME WHAT SED: a scenario that is not the plan's
    sed "$3" hand/s.yaml >bad.yaml
    refused "$1" 65 "ambit: bad.yaml: expected the measures, bands and travel that hand/plan.h5 was \
made with, found $2; limits and names of columns may differ, for others run the scenario first" \
        hand/plan.h5 hand/new.csv --scenario bad.yaml -o out.csv
}
other "another travel" "another travel" 's/a: 0.6/a: 0.7/'
other "another table" "another travel" 's/{a: 0.6, b: 1}/[[1, 1], [2, 3]]/'
other "another stop" "another travel" 's/stops_per_day: 2/stops_per_day: 3/'
other "another band" "another measures.visits" 's/count: /visits: /'
other "one band more" "2 measures for 1" 's/^bands:/&\n  travel: {max: 9}/'
other "another target" "another bands.count" 's/{max: 4}/{max: 4, target: 3}/'
refused "--json without -o" 64 "ambit: assign: expected -o with --json, since the rows go to standard \
output without it" hand/plan.h5 hand/new.csv --json
for input in hand/plan.h5 hand/new.csv hand/s.yaml; do
    refused "over $input" 1 "ambit: cannot write $input: it is the file to be read" \
        hand/plan.h5 hand/new.csv --scenario hand/s.yaml -o $input
done
refused "no folder" 1 "ambit: cannot write none/out.csv: cannot use the folder none: No such file or \
directory" hand/plan.h5 hand/new.csv -o none/out.csv

# Rows that cannot be used, and accounts that the plan has, left out and counted.
new "S1,40,-100,1" "X,41.1,-100,3" "Y,40,-100,none" "X,41,-100,1" "M1,41,-100,1" "Z,43,-101,1"
for ranks in 1 3; do
    on $ranks assign hand/plan.h5 bad.csv -o out.csv --threads 1 --skip-bad-rows --json --quiet
    check "skipped on $ranks: exit code" 0 "$code"
    check "skipped on $ranks: counted" '"skipped_rows":4,' "$(grep -o '"skipped_rows":[0-9]*,' out)"
    check "skipped on $ranks: rows" "X,Middle,R2,nearest,0.333585
Z,North,,nearest,0.813225" "$(rows out.csv | cut -d, -f1-5)"
done
finish
