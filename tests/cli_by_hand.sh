#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One nation of five accounts, whose best plan under each rule, budget, price, target, change of reps
# and accounts and way to travel is worked out by hand: as one farm, on any ranks and threads and in
# any order of rows, each plan judged again. And the drive that a reach in minutes allows, to the
# minute; what moved not long ago; and accounts that stand twice in the table, which no audit scores.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# --- one nation, many scenarios ----------------------------------------------------

# Degrees from home times visits, a territory at most two accounts; today A and B are South's, the
# others Middle's:
#            A     B     C     D     E
#   South    0.4   2.1   0.9   1.3   5.0
#   Middle   1.6   0.9   0.1   0.3   3.0
#   North    5.6   6.9   2.1   1.7   1.0
# The best is A and C in the south, B and D in the middle, E in the north: 3.5, where B, C and E move.
# Next is E's move alone, 3.9. Where each is nearest, which three in the middle forbid, it is 2.7.
meridian hand
cat >hand/a.csv <<'END'
id,lat,lon,territory,visits,kind,house,needs,days
A,40.2,-100,South,2,x,,,400
B,40.7,-100,South,3,x,h,,400
C,40.9,-100,Middle,1,y,h,cold,400
D,41.3,-100,Middle,1,y,,,400
E,42.5,-100,Middle,2,x,,,30
END
cat >hand/r.csv <<'END'
rep,territory,lat,lon,skills,want,year,part_time,ramp
R1,South,40,-100,,2,10,1,
R2,Middle,41,-100,cold,1,10,0.5,1
R3,North,43,-100,,2,10,1.5,0.5
END
printf 'id,lat,lon,territory,visits,kind,house,needs,days\nF,43.5,-100,,2,x,,,400\n' >hand/new.csv
printf 'rep,territory,lat,lon,skills,want,year,part_time,ramp\nR4,Far,40.75,-100,,2,10,,\n' >hand/rep.csv
printf 'id\nD\n' >hand/gone.csv
printf 'account_id,territory\nC,South\n' >hand/pairs.csv
# A river between B and C.
printf '{"type":"LineString","coordinates":[[-101,40.8],[-99,40.8]]}\n' >hand/river.json
sed -i -e 's/max: 4/max: 2/' \
    -e 's/{id: rep,\(.*\)}/{id: rep,\1, capacity: year, factors: [part_time, ramp]}/' hand/s.yaml
# NAME | degrees | moves | what differs
cat >hand/table <<'END'
locked|3.9|1|rules: {locked: {kind: y}}
fixed|5.9|0|rules: {fixed: [Middle]}
together|3.7|3|rules: {together: house}
needs|3.7|3|rules: {needs: {accounts: needs, reps: skills}}
forbidden|3.9|1|rules: {forbidden: {where: {kind: y}, territories: [South]}}
forbidden pair|3.7|3|rules: {forbidden: {file: pairs.csv}}
allowed|3.9|1|rules: {allowed: {where: {kind: x}, territories: [South, R3]}}
an hour at most|3.9|1|rules: {reach: 60 minutes}
a little more|3.5|3|rules: {reach: 61 minutes}
in kilometres|3.9|1|rules: {reach: 100 km}
whole|3.9|1|contiguity: {contiguous: required, graph: {nearest: 1}}, rules: {allowed: {where: {kind: y}, territories: [South, Middle]}}
preferred|3.9|1|contiguity: {contiguous: preferred, graph: {nearest: 1}}, rules: {allowed: {where: {kind: y}, territories: [South, Middle]}}
islands|3.5|3|contiguity: {contiguous: required, graph: {nearest: 1}, longest_edge: 20 km}, rules: {allowed: {where: {kind: y}, territories: [South, Middle]}}
river|3.5|3|contiguity: {contiguous: required, graph: {nearest: 1}, barriers: river.json}, rules: {allowed: {where: {kind: y}, territories: [South, Middle]}}
budget|3.9|1|disruption: {budget: {accounts: 2}}
budget in visits|7.3|1|disruption: {budget: {visits: 1}}
budget in parts|3.9|1|disruption: {budget: {visits: 50%}}
by territory|3.9|1|disruption: {per_territory: {accounts: 1}}
by segment|3.9|1|disruption: {per_segment: {by: kind, y: 0}}
by segment in visits|3.9|1|disruption: {per_segment: {by: kind, of: visits, x: 4}}
a low price|3.5|3|disruption: {cost: {hours_per_account: 0.2}}
a price|3.9|1|disruption: {cost: {hours_per_account: 0.3}}
a low price a visit|3.5|3|disruption: {cost: {hours_per: {visits: 0.1}}}
a price a visit|3.9|1|disruption: {cost: {hours_per: {visits: 0.12}}}
moved not long ago|6.9|3|disruption: {protected: [{where: {days: {max: 90}}}]}
the largest|3.9|1|disruption: {protected: [{top: 1, by: visits}]}
wider|2.7|2|bands: {count: {max: 3}}
free|2.7|2|bands: {count: none}
as many as wanted|4.9|4|bands: {count: {max: 100%, target: {rep: want, as: amount}}}
by capacity|3.9|1|bands: {count: none, visits: {max: 125%, target: capacity}}
at least|4.9|4|bands: {count: none, visits: {min: 3}}
fewer by filter|2.3|2|accounts: {remove: {where: {kind: y}}}
fewer by file|2.4|2|accounts: {remove: gone.csv}
one more|4.5|3|accounts: {add: new.csv}
more visits|5.8|3|scale: {column: visits, by: 2, where: {kind: x}}
a new rep|1.95|2|reps: {add: rep.csv}
hired|1.95|2|reps: {hire: {New: {lat: 40.75, lon: -100, capacity: 10}}}
leaves|6.1|0|reps: {leave: R2}, bands: {count: {max: 3}}
moves|2.5|1|reps: {move: {R1: {lat: 40.6, lon: -100}}}
more stops|1.75|3|travel: {stops_per_day: 4}
slower|7|3|travel: {minutes: {a: 1.2}}
END
{
    echo 'scenarios:'
    while IFS='|' read -r name _ _ change; do
        echo "  - {name: $name, $change}"
    done <hand/table
    echo 'grid:'
    echo '  travel.stops_per_day: [2, 4]'
    echo '  travel.minutes.a: [0.6, 1.2]'
    echo '  disruption.budget.accounts: [2, 100%]'
} >hand/tail
cp hand/s.yaml hand/f.yaml
cat hand/tail >>hand/f.yaml

first=
for ranks in 1 2 3; do
    on $ranks farm hand/f.yaml -o hand/f.h5 --threads $((4 - ranks)) --quiet
    check "farm on $ranks ranks: exit code" 0 "$code"
    first=${first:-$(hash_of hand/f.h5)}
    check "farm on $ranks ranks: bytes" "$first" "$(hash_of hand/f.h5)"
    # The next one has its rows in another order.
    { head -n 1 hand/a.csv && tail -n +2 hand/a.csv | tac; } >hand/turned && mv hand/turned hand/a.csv
done
on 2 verify hand/f.h5 --threads 1 --quiet
check "verify: exit code" 0 "$code"
on 1 compare hand/f.h5 --csv hand/all.csv --quiet
"$python" - <<'END' >hand/found
import csv
rows = {row["result"]: row for row in csv.DictReader(open("hand/all.csv"))}
def line(name, degrees, moves):
    row = rows[name]
    near = abs(float(row["travel_hours"] or "nan") - degrees * 1.1119508) < 1e-5
    if row["status"] != "feasible" or not near or row["moved_accounts"] != str(moves):
        print(name, row["status"], row["travel_hours"], row["moved_accounts"], row["message"])
line("base", 3.5, 3)
for text in open("hand/table"):
    name, degrees, moves, _ = text.split("|")
    line(name, float(degrees), int(moves))
for stops in (2, 4):
    for minutes in ("0.6", "1.2"):
        for budget, degrees, moves in (("2", 3.9, 1), ("100%", 3.5, 3)):
            line(f"travel.stops_per_day={stops}, travel.minutes.a={minutes}, "
                 f"disruption.budget.accounts={budget}",
                 degrees * float(minutes) / 0.6 * 2 / stops, moves)
END
check "every plan is the best by hand" "" "$(cat hand/found)"

# --- a limit of as many accounts as there are ---------------------------------------

# All limits are met exactly: two, one and two accounts, no more and no less.
cat hand/s.yaml >hand/exact.yaml
sed -i 's/count: .*/count: {min: 100%, max: 100%, target: {rep: want, as: amount}}/' hand/exact.yaml
on 1 run hand/exact.yaml -o hand/x.h5 --threads 1 --quiet
check "exact: exit code" 0 "$code"
check "exact: accounts" "[2, 1, 2]" "$(ask hand/x.h5 "[int((f['accounts/territory'][:] == j).sum())
    for n in ('South', 'Middle', 'North') for j in [list(f['territories/name'][:]).index(n.encode())]]")"

# --- a drive in minutes is judged again -----------------------------------------------

cat hand/s.yaml - >hand/near.yaml <<<'rules: {reach: 60 minutes}'
on 1 run hand/near.yaml -o hand/x.h5 --threads 1 --quiet
check "near: exit code" 0 "$code"
# C goes to the south, 60.05 minutes away, whatever the figures say.
edit hand/x.h5 "ids = list(f['accounts/account_id'][:])
    f['accounts/territory'][ids.index(b'C')] = list(f['territories/name'][:]).index(b'South')"
on 2 verify hand/x.h5 --threads 1
check "near, C in the south: exit code" 1 "$code"
check "near, C in the south: said" 1 \
    "$(grep -c '^differs: rules broken reach: the file says 0, recomputed 1$' out)"
cat hand/s.yaml - >hand/none.yaml <<<'rules: {reach: 30 minutes}'
on 1 run hand/none.yaml -o hand/none.h5 --threads 1 --quiet
check "half an hour is too near for D or E" 65 "$code"

# --- what a filter cannot be ------------------------------------------------------------

# A date is no number of days, and days that nobody wrote down are none.
sed 's/,400$/,2026-01-05/' hand/a.csv >hand/dates.csv
sed 's/,400$/,/' hand/a.csv >hand/gaps.csv
cat hand/s.yaml - >hand/days.yaml <<<'disruption: {protected: [{where: {days: {max: 90}}}]}'
for bad in dates gaps; do
    on 1 run hand/days.yaml --accounts hand/$bad.csv -o hand/none.h5 --threads 1 --quiet
    check "$bad in a column of days: exit code" 65 "$code"
    check "$bad in a column of days: rows" 4 "$(grep -c "expected a number in column 'days'" err)"
done

# --- no account twice -----------------------------------------------------------------------

# The table of accounts has each of them once; one that several territories claim stands in a plan.
awk '1; /^D,/ { sub("Middle", "North"); print }' hand/a.csv >hand/overlap.csv
for ranks in 1 3; do
    on $ranks audit hand/s.yaml --accounts hand/overlap.csv --threads 1 --quiet
    check "an account twice on $ranks ranks: exit code" 65 "$code"
    check "an account twice on $ranks ranks: its row" 1 "$(grep -c "expected a new id in column \
'id', found 'D' again" err)"
    on $ranks audit hand/s.yaml --plan hand/overlap.csv --threads 1 --quiet --json
    check "a plan that has it twice on $ranks ranks" "0 ['Middle', 'North']" "$code $("$python" -c "
import json
print(json.load(open('out'))['audit']['in_several']['listed'][0]['territories'])")"
done
finish
