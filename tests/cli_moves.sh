#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit moves: an order worked out by hand, every step of a nation against sums of its own
# (moves_check.py), two plans of different accounts and reps, accounts that go together, and what it
# says to inputs that cannot be used.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# --- by hand ------------------------------------------------------------------

# Three accounts a territory in the mean.
meridian hand
sed -i 's/a.csv/new.csv/; $a measures: {visited: {sum: visits}}' hand/s.yaml
sed 's/new.csv/old.csv/' hand/s.yaml >hand/o.yaml
cat >hand/new.csv <<'END'
id,lat,lon,visits,territory
A1,40,-100,1,South
A2,40.1,-100,1,South
A3,40.2,-100,1,South
A4,40.6,-100,1,Middle
A5,40.8,-100,1,Middle
A6,42.5,-100,2,North
M1,41,-100,1,Middle
M2,41,-100,1,South
N1,43,-100,1,North
END
sed -e '/^A[456]/s/[^,]*$/South/' -e '/^M2/s/South/Middle/' hand/new.csv >hand/old.csv
header="step,account_id,from,to,from_rep,to_rep,step_accounts,deviation_before,deviation_after,\
travel_hours_saved,moved"
# The south has six, two thirds of a mean too many. A6 and A5 take a third each off that, A6 saves
# more; A4 is then harmless, and M2 has room only behind it.
list="$header
1,A6,South,North,R1,,1,0.666666667,0.333333334,4.447803,1
2,A5,South,Middle,R1,R2,1,0.333333334,0.000000000,0.667171,2
3,A4,South,Middle,R1,R2,1,0.000000000,0.000000000,0.222390,3
4,M2,Middle,South,R2,R1,1,0.000000000,0.000000000,-1.111951,4"
on 1 audit hand/s.yaml -o hand/new.h5 --quiet
check "hand: the plan" 0 "$code"
on 1 audit hand/o.yaml -o hand/old.h5 --quiet
for ranks in 1 3; do
    on $ranks moves hand/old.h5 hand/new.h5 -o hand/out.csv --handover hand/pairs.csv --quiet
    check "hand on $ranks: exit code" 0 "$code"
    check "hand on $ranks: standard output" "hand/out.csv
hand/pairs.csv" "$(cat out)"
    check "hand on $ranks: standard error" "" "$(cat err)"
    check "hand on $ranks: moves" "$list" "$(cat hand/out.csv)"
    check "hand on $ranks: handovers" "from_rep,from,to_rep,to,accounts,visited,count
R1,South,R2,Middle,2,2.000000,2.000000
R2,Middle,R1,South,1,1.000000,1.000000
R1,South,,North,1,2.000000,1.000000" "$(cat hand/pairs.csv)"
done

# The same from the current territories that one file knows.
cp hand/new.h5 hand/one.h5
edit hand/one.h5 "p, q = f['/accounts/previous'], h5py.File('hand/old.h5')['/accounts/territory'][:]
    p[...] = q"
on 1 moves hand/one.h5 -o hand/out.csv
check "one file: moves" "$list" "$(cat hand/out.csv)"
check "one file: report" "4 of 9 accounts move (44.4 %), in 4 steps.
Every band is met after 2 of them.

     moves  of all   outside bands   travel saved, h
         0     0 %        66.667 %               0.0
         1    25 %        33.333 %               4.4
         2    50 %         0.000 %               5.1
         4   100 %         0.000 %               4.2
Outside bands: sum over territories and bands, in parts of their targets.

Handed over by            to                        accounts      visited        count
R1 (South)                R2 (Middle)                      2         2.00         2.00
R2 (Middle)               R1 (South)                       1         1.00         1.00
R1 (South)                North                            1         2.00         1.00" \
    "$(grep -v '^{' err)"
on 1 moves hand/one.h5 --json --quiet
check "one file: json" '{"list":null,"handover":null,"svg":null,"accounts":9,"moves":4,"steps":4,'\
'"joint_steps":0,"largest_step":1,"ends_worse":false,"moves_until_met":2,'\
'"deviation_before":0.666666667,"deviation_after":0.0,"travel_hours_before":7.45007,'\
'"travel_hours_after":3.224657,"new":0,"gone":0,"kept_rep":0,"new_reps":0,'\
'"parts":[{"moves":0,"deviation":0.666666667,"travel_hours_saved":0.0},'\
'{"moves":1,"deviation":0.333333334,"travel_hours_saved":4.447803},'\
'{"moves":2,"deviation":0.0,"travel_hours_saved":5.114974},'\
'{"moves":4,"deviation":0.0,"travel_hours_saved":4.225413}],'\
'"handovers":[{"from_rep":"R1","from":"South","to_rep":"R2","to":"Middle","accounts":2,'\
'"measures":{"visited":2.0,"count":2.0}},{"from_rep":"R2","from":"Middle","to_rep":"R1",'\
'"to":"South","accounts":1,"measures":{"visited":1.0,"count":1.0}},{"from_rep":"R1",'\
'"from":"South","to_rep":"","to":"North","accounts":1,'\
'"measures":{"visited":2.0,"count":1.0}}]}' "$(cat out)"

# Nothing moves: the plan against itself.
on 1 moves hand/new.h5 hand/new.h5 -o hand/out.csv
check "nothing: moves" "$header" "$(cat hand/out.csv)"
check "nothing: report" "0 of 9 accounts move (0.0 %), in 0 steps." "$(grep -v '^{' err)"

# Back to where the south has two too many.
on 1 moves hand/new.h5 hand/old.h5 -o hand/out.csv
check "worse: told" "The last step makes the plan worse: stop before it." "$(grep worse: err)"
check "worse: the last step" 0.666666667 "$(tail -n 1 hand/out.csv | cut -d, -f9)"

# --- other accounts, other reps -------------------------------------------------

# In the plan before, R2 has the west and R3 the middle. The west is given up, and R2 takes the
# middle over; A4 and A5 come along and keep their rep. G1 is gone, and X1 is new.
cat >hand/r2.csv <<'END'
rep,territory,lat,lon
R1,South,40,-100
R2,West,41,-101
R3,Middle,41,-100
,North,43,-100
END
sed -e 's/new.csv/west.csv/' -e 's/r.csv/r2.csv/' hand/s.yaml >hand/w.yaml
sed -e '/^A[45]/s/[^,]*$/West/' hand/new.csv >hand/west.csv
echo "G1,43.1,-100,1,North" >>hand/west.csv
{
    cat hand/new.csv
    echo "X1,43.1,-100,1,North"
} >hand/more.csv
sed -e 's/new.csv/more.csv/' hand/s.yaml >hand/m.yaml
on 1 audit hand/w.yaml -o hand/west.h5 --quiet
on 1 audit hand/m.yaml -o hand/more.h5 --quiet
on 1 moves hand/west.h5 hand/more.h5 -o hand/out.csv --handover hand/pairs.csv
check "other reps: exit code" 0 "$code"
check "other reps: moves" "A4,West,Middle,R2,R2
A5,West,Middle,R2,R2" "$(tail -n +2 hand/out.csv | cut -d, -f2-6 | sort)"
check "other reps: handovers" "from_rep,from,to_rep,to,accounts,visited,count
R3,Middle,R2,Middle,1,1.000000,1.000000" "$(cat hand/pairs.csv)"
check "other reps: said" "New from the start: 1; gone from the start: 1.
1 territory has another rep than before.
2 accounts change their territory and keep their rep." \
    "$(grep -E 'New from|another rep|keep their' err)"

# --- accounts that go together ---------------------------------------------------

# A5 and A6 are one household: no step takes one of them alone.
sed -e '1s/$/,home/' -e '/^A[12]/s/$/,H1/' -e '/^A5/s/Middle/North/' -e '/^A[56]/s/$/,H2/' \
    -e '/^\([MN]\|A[34]\)/s/$/,/' hand/new.csv >hand/homes.csv
sed -e 's/new.csv/homes.csv/' hand/s.yaml >hand/h.yaml
printf 'rules:\n  together: home\n' >>hand/h.yaml
on 1 audit hand/h.yaml -o hand/homes.h5 --quiet
on 1 moves hand/old.h5 hand/homes.h5 -o hand/out.csv --quiet
check "together: moves" "1,A5,2
1,A6,2" "$(grep '^1,' hand/out.csv | cut -d, -f1,2,7 | sort)"

# --- a nation against sums of its own ---------------------------------------------

agrees() { # NAME WORDS OF make_nation...
    local name=$1 line
    shift
    "$python" "$here/tests/make_nation.py" nation "$@"
    on 1 run nation/scenario.yaml -o nation/plan.h5 --threads 1 --quiet
    on 1 moves nation/plan.h5 -o nation/moves.csv --handover nation/pairs.csv --svg nation/m.svg -q
    check "$name: exit code" 0 "$code"
    line=$("$python" "$here/tests/moves_check.py" nation/plan.h5 nation/moves.csv nation/pairs.csv \
        2>&1 | tail -n 1)
    check "$name: agrees" yes "$([[ $line =~ ^[0-9]+\ moves\ agree ]] && echo yes || echo "$line")"
    check "$name: all bands in the end" "to 0.000000" "$(grep -o 'to 0.000000$' <<<"$line")"
    check "$name: a picture" yes "$(grep -q '^<svg' nation/m.svg && tail -n 1 nation/m.svg |
        grep -q '^</svg>$' && echo yes)"
}
agrees "homes" --accounts 1500 --reps 8 --travel-cap 20 --seed 4
agrees "medians" --accounts 1200 --reps 12 --free 12
cp nation/moves.csv first.csv
"$python" "$here/tests/make_nation.py" nation --accounts 1200 --reps 12 --free 12 --shuffle 5
on 3 run nation/scenario.yaml -o nation/plan.h5 --threads 2 --quiet
on 2 moves nation/plan.h5 -o nation/moves.csv --quiet
check "other order of rows, ranks and threads: same bytes" yes \
    "$(cmp first.csv nation/moves.csv && echo yes)"

# --- what cannot be used -----------------------------------------------------------

refused() { # NAME EXIT MESSAGE WORDS...
    local name=$1 exit=$2 message=$3
    shift 3
    rm -f x.csv
    for ranks in 1 3; do
        on $ranks moves "$@" --quiet
        check "$name on $ranks: exit code" "$exit" "$code"
        check "$name on $ranks: message" "ambit: $message" "$(cat err)"
        check "$name on $ranks: standard output" "" "$(cat out)"
        check "$name on $ranks: nothing written" no "$([ -e x.csv ] && echo yes || echo no)"
    done
}
refused "no such plan" 1 "cannot open none.h5: No such file or directory" none.h5 -o x.csv
refused "no plan at all" 65 "hand/new.csv: expected a result file (HDF5), found something else" \
    hand/new.csv -o x.csv
refused "no such folder" 1 "cannot write none/x.csv: cannot use the folder none: No such file or \
directory" hand/one.h5 -o none/x.csv
refused "over itself" 1 "cannot write hand/one.h5: it is the file to be read" \
    hand/one.h5 -o hand/one.h5
refused "another nation" 65 "hand/new.h5: expected accounts that nation/plan.h5 has as well, found \
none; are these plans of the same nation?" nation/plan.h5 hand/new.h5 -o x.csv
cp hand/one.h5 bad.h5
edit bad.h5 "f.attrs['has_previous'] = 0"
refused "no current territories" 65 "bad.h5: expected current territories to move from, found none; \
name their column as accounts.columns.territory, or give the plan before as the first of two files" \
    bad.h5 -o x.csv
finish
