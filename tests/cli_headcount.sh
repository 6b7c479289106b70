#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A sweep over numbers of territories: figures of a nation by hand, who leaves and who comes, the same
# bytes on any ranks, a failed number as a record, plans that are judged again, what is refused.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }
points() { # EXPRESSION of a point p: its value for each, from out
    "$python" -c "
import json, sys
d = json.loads(open('out').read().splitlines()[-1])
print(*[$1 for p in d['points']])"
}
of_all() { # EXPRESSION of the object d
    "$python" -c "
import json, sys
d = json.loads(open('out').read().splitlines()[-1])
print($1)"
}

# --- by hand ---------------------------------------------------------------------

# Two towns an hour apart, a rep in each, two accounts in the first: nobody drives but where there is
# one rep, who goes five times to the other town and back, 10 hours in all. 100 and 60 hours of work
# for reps of 80 hours.
mkdir towns
cat >towns/accounts.csv <<'END'
id,lat,lon,work,worth,territory
a1,40.0,-100.0,40,800,A
a2,40.0,-100.0,60,600,A
b1,40.0,-90.0,60,300,B
END
cat >towns/reps.csv <<'END'
rep,territory,lat,lon,hours
r1,A,40,-100,80
r2,B,40,-90,80
END
cat >towns/s.yaml <<'END'
name: Two towns
accounts: {file: accounts.csv, columns: {id: id, lat: lat, lon: lon, territory: territory}, visits: 5}
reps: {file: reps.csv, columns: {id: rep, territory: territory, lat: lat, lon: lon, capacity: hours}}
travel: {stops_per_day: 1, local_factor: 0, minutes: [[100, 59.9999], [1000, 60.0001]]}
measures: {hours: work + travel, potential: worth}
bands: {count: {min: 1}}
segments: {by: worth, classes: {A: 700, B: 400, C: rest}}
headcount:
  territories: [1, 2, 3]
  cost: {per_hour: 10, per_rep: 90}
  value: {of: potential, margin: 50%}
call_plan:
  segments: {A: {visits: 10, hours: 2}, B: {visits: 5, hours: 2}}
  working_hours: 40
  field_share: 50%
END
on 1 headcount towns/s.yaml -o towns/h.h5 --threads 2 --json --csv towns/h.csv --svg towns/h.svg
check "towns: exit code" 0 "$code"
check "towns: numbers" "1 2 3" "$(points "p['territories']")"
check "towns: status" "done done done" "$(points "p['status']")"
check "towns: travel" "10.0 0.0 0.0" "$(points "round(p['travel_hours'], 3)")"
# 80 of 170 hours; 80 of 100 and 60 of 60; all three.
check "towns: coverage" "0.4706 0.875 1.0" "$(points "round(p['coverage'], 4)")"
check "towns: overtime" "90.0 20.0 0.0" "$(points "round(p['overtime_hours'], 3)")"
check "towns: worst overtime" "A 20.0" "$(of_all "d['points'][1]['overtime_worst'], \
d['points'][1]['overtime_most_hours']" | tr -d "'(),")"
# Alone: 800 in 40 hours, 600 × 40 / 60; in two: 800, 600 × 40 / 60, and 300; then all.
check "towns: value covered" "1200.0 1500.0 1700.0" "$(points "p['value_covered']")"
# 0.5 × value − 90 × reps, and 10 × 80 / 170 hours of travel at 10
check "towns: net" "462.94 570.0 580.0" "$(points "round(p['net'], 2)")"
check "towns: a rep more" "None 197.06 100.0" "$(points "p['marginal'] and round(p['marginal'], 2)")"
check "towns: who, and where" "B next-1" "$(of_all "d['leave'][0]['territory'], d['hire'][0]['territory']" | tr -d "'(),")"
check "towns: best, enough, today" "3 3 2" "$(of_all "d['best'], d['enough'], d['today']" | tr -d '(),')"
check "towns: call plan" "2 1.5" "$(of_all "d['build_up']['needed'], d['build_up']['reps']" | tr -d '(),')"
check "towns: potential a rep" "1700.0 850.0 300.0 1400.0" "$(of_all "d['points'][0]['potential_mean'], \
d['points'][1]['potential_mean'], d['points'][1]['potential_least'], d['points'][1]['potential_most']" | tr -d '(),')"
check "towns: csv" "4 23" "$(wc -l <towns/h.csv) $(head -1 towns/h.csv | tr , '\n' | wc -l)"
check "towns: svg" 1 "$(grep -c '</svg>' towns/h.svg)"
check "towns: words" "By the call plan: 2 reps (1.50), each with 50 % of 40 hours a year for visits" \
    "$(grep -o 'By the call plan.*' err)"
check "towns: fits 100 columns" 0 "$(grep -v '^{' err | awk 'length > 100' | wc -l)"
# A dearer rep is not worth it: 100 is below 120, and 197 is not.
sed 's/per_rep: 90/per_rep: 120/' towns/s.yaml >towns/dear.yaml
on 1 headcount towns/dear.yaml -o towns/dear.h5 --threads 1 --json
check "towns, dear reps: best" 2 "$(of_all "d['best']")"
for plan in h.h5 h.h5:1 h.h5:3; do
    on 2 verify towns/$plan --threads 1
    check "towns: verify $plan" 0 "$code"
done
edit towns/h.h5 "f['/scenarios/0001'].attrs['headcount_overtime_micro_hours'] = 1"
on 1 verify towns/h.h5:1
check "towns: a figure that was changed" "1 1" "$code $(cat out err | grep -c 'headcount overtime')"

# --- a nation --------------------------------------------------------------------

"$python" "$here/tests/make_nation.py" nation --accounts 600 --reps 6
"$python" "$here/tests/make_nation.py" mixed --accounts 600 --reps 6 --shuffle 3
cat >>nation/scenario.yaml <<'END'
headcount:
  territories: [4, 5, 7, 8]
  cost: {per_hour: 45, per_km: 0.5, per_rep: 1000}
  value: {of: potential}
END
cp nation/scenario.yaml nation/reps.csv mixed # a farm knows reps by the bytes of their file
for ranks in 1 2 3; do
    folder=nation
    if [ $ranks -eq 2 ]; then folder=mixed; fi
    rm -rf there && mkdir there
    cp -r $folder there/nation
    on $ranks headcount there/nation/scenario.yaml -o there/h.h5 --threads $((4 - ranks)) --effort 3 \
        --json --csv h.$ranks.csv
    check "nation on $ranks ranks: exit code" 0 "$code"
    cp there/h.h5 h.$ranks.h5
    cp there/h.h5.yaml h.$ranks.yaml
    cp out json.$ranks
    check "nation on $ranks ranks: the same bytes" "$(hash_of h.1.h5)" "$(hash_of h.$ranks.h5)"
    check "nation on $ranks ranks: the same table" "$(cat h.1.csv)" "$(cat h.$ranks.csv)"
    check "nation on $ranks ranks: the same steps" "$(cat h.1.yaml json.1)" "$(cat h.$ranks.yaml json.$ranks)"
done
check "nation: numbers" "4 5 6 7 8" "$(points "p['territories']")"
check "nation: who leaves and comes" "2 2 next-1 next-2" \
    "$(of_all "len(d['leave']), len(d['hire']), *[h['territory'] for h in d['hire']]" | tr -d "'(),")"
check "nation: a home is an account's" True "$("$python" -c "
import csv, json
d = json.loads(open('json.1').read())
rows = {r['account_id']: r for r in csv.DictReader(open('nation/accounts.csv'))}
print(all(float(rows[h['account']]['lat']) == h['lat'] and float(rows[h['account']]['lon']) == h['lon']
          for h in d['hire']))")"
on 1 export there/h.h5:8 --csv eight.csv
check "nation: a plan with new reps" 8 "$(tail -n +2 eight.csv | cut -d , -f 2 | sort -u | wc -l)"
on 1 farm there/h.h5.yaml -o there/again.h5 --threads 1 --effort 3 --quiet
check "nation: its scenarios by ambit farm" "$(hash_of h.1.h5)" "$(hash_of there/again.h5)"
on 1 headcount there/nation/scenario.yaml -o there/h.h5 --threads 1 --effort 3 --quiet --from 6 --to 7
check "nation: --from, --to" "0 1" "$code $(grep -c '^  - name' there/h.h5.yaml)"
on 1 headcount there/nation/scenario.yaml -o there/h.h5 --threads 1 --effort 3 --quiet --resume
check "nation: --resume" "0 $(hash_of h.1.h5)" "$code $(hash_of there/h.h5)"

# Without homes, territories are as many as asked for; scenarios of the file itself stay out.
sed 's/homes: fixed/homes: ignored/' nation/scenario.yaml >nation/free.yaml
printf 'scenarios:\n  - {name: other, bands: {hours: 9%%}}\n' >>nation/free.yaml
on 2 headcount nation/free.yaml -o free.h5 --threads 1 --effort 3 --json
check "free: exit code" 0 "$code"
check "free: numbers" "4 5 6 7 8" "$(points "p['territories']")"
check "free: nobody is hired" "2 0" "$(of_all "len(d['leave']), len(d['hire'])" | tr -d '(),')"
on 1 verify free.h5:8
check "free: verified" 0 "$code"

# Without reps there are no names that leave: fewer territories begin afresh.
on 1 generate --accounts 900 --territories 4 -o made.csv --quiet
printf 'headcount: {territories: [3, 5], hours_per_rep: 1500}\n' >>made.yaml
on 1 headcount made.yaml -o made.h5 --threads 2 --effort 1 --json
check "no reps: there are plans" "True 0" "$(of_all "all(p['status'] != 'failed' for p in d['points'])") \
$(of_all "len(d['leave']) + len(d['hire'])")"

# A plan that breaks a band says so, and one that there is not is a record; reps whom a rule names
# stay, and new ones can what any other can.
sed 's/count: {min: 10}/count: {min: 90}/; s/\[4, 5, 7, 8\]/[5, 7]/' nation/scenario.yaml >nation/band.yaml
on 1 headcount nation/band.yaml -o band.h5 --threads 2 --effort 2 --json
check "band: status" "0 done done infeasible" "$code $(points "p['status']")"
check "band: why" 1 "$(grep -c '^  7: no plan found meets these bands:$' err)"
check "band: best meets them" True "$(of_all "d['best'] in (5, 6)")"
"$python" - <<'END'
import csv, json
first = json.loads(open("json.1").read())["leave"][0]["rep"]
rows = list(csv.reader(open("nation/reps.csv")))
for n, row in enumerate(rows):
    row.append("skills" if n == 0 else "b" if row[0] == first else "" if n % 2 else "d;a")
csv.writer(open("nation/able.csv", "w"), lineterminator="\n").writerows(rows)
rows = list(csv.reader(open("nation/accounts.csv")))
at = rows[0].index("territory")
for n, row in enumerate(rows):
    row.append("needs" if n == 0 else "b" if n == 1 else "a" if n % 50 == 7 else "")
csv.writer(open("nation/asking.csv", "w"), lineterminator="\n").writerows(rows)
open("first", "w").write(first)
END
sed 's/accounts.csv/asking.csv/; s/reps.csv/able.csv/; s/\[4, 5, 7, 8\]/[5, 7]/
s/^bands:/rules: {needs: {accounts: needs, reps: skills}}\nbands:/' nation/scenario.yaml >nation/able.yaml
on 2 headcount nation/able.yaml -o able.h5 --threads 1 --effort 2 --json
check "able: status" "0 failed done done" "$code $(points "p['status']")"
check "able: why" 1 "$(grep -c '^  5: .*expected a territory that may serve each account' err)"
check "able: skills of a new rep" "a;b;d" "$(ask able.h5 "f['/scenarios/0002/rules/skills'][:][-1].decode() \
if '/scenarios/0002/rules/skills' in f else list(f['/scenarios/0002/rules'])")"
sed "s/^rules:.*/rules: {allowed: {where: {segment: A}, territories: [$(cat first)]}}/" nation/able.yaml |
    sed 's/segment: A/needs: b/' >nation/named.yaml
on 1 headcount nation/named.yaml -o named.h5 --threads 1 --effort 2 --json
check "named: stays" "0 False" "$code $(of_all "any(s['rep'] == open('first').read() for s in d['leave'])")"

# --- what is refused -------------------------------------------------------------

refused() { # MESSAGE SCENARIO WORDS...
    local message=$1
    shift
    on 2 headcount "$@" -o refused.h5 --threads 1 --quiet
    check "$message" "65 ambit: $message" "$code $(cat err)"
    check "$message: nothing written" "" "$(ls refused.h5* 2>/dev/null)"
}
refused "nation/scenario.yaml: headcount: expected at most as many territories as there are accounts, \
600, found 601" nation/scenario.yaml --from 600 --to 601
refused "nation/scenario.yaml: headcount: expected a number of territories beside today's 6, found none" \
    nation/scenario.yaml --from 6 --to 6
sed 's/, capacity: hours//' nation/scenario.yaml >nation/none.yaml
refused "nation/none.yaml: headcount: expected the hours of reps, by reps.columns.capacity or \
headcount.hours_per_rep, found neither" nation/none.yaml
sed 's/workload + travel/workload/' nation/scenario.yaml >nation/workless.yaml
refused "nation/workless.yaml: headcount: expected a measure such as hours: workload + travel, or \
working_time.work, which say what work is, found neither" nation/workless.yaml
# Work that is a difference, of a2 alone below 0; and where the fewest that are drawn do.
sed 's/^segments:/working_time: {work: worth - work}\nsegments:/' towns/s.yaml >towns/less.yaml
sed 's/,60,600,/,60,50,/' towns/accounts.csv >towns/more.csv
refused "towns/less.yaml: headcount: expected hours of work from 0 of each account, found less of 1, \
such as 'a2'" towns/less.yaml --accounts towns/more.csv
sed 's/^headcount:/headcount:\n  hours_per_rep: 1000/' towns/s.yaml >towns/zero.yaml
on 1 headcount towns/zero.yaml -o towns/zero.h5 --threads 1 --from 2 --to 3
check "hours enough: by the curve" 1 \
    "$(grep -c 'By the curve: 2 or fewer; the fewest that were drawn have no overtime' err)"
# What stands behind the end of the scenario's document is not of it.
{ cat towns/s.yaml; printf '...\n# the end\n'; } >towns/ends.yaml
on 1 headcount towns/ends.yaml -o towns/ends.h5 --threads 1 --quiet
check "a document that ends" "0 towns/ends.h5" "$code $(cat out)"
for words in "--from 5" "--to 5" "--step 2"; do
    # shellcheck disable=SC2086
    on 1 headcount nation/scenario.yaml $words
    check "$words alone" "64 1" "$code $(grep -c 'expected --from and --to together' err)"
done
on 1 headcount nation/scenario.yaml --from 9 --to 5
check "--from above --to" "64 1" "$code $(grep -c -- '--to: expected --from or more, which is 9, found 5' err)"

# A hire of a name that is there.
cp nation/scenario.yaml nation/far.yaml
cat >>nation/far.yaml <<'END'
scenarios:
  - {name: twice, reps: {hire: {R001: {lat: 40, lon: -90}}}}
  - {name: once, reps: {hire: {New: {lat: 40, lon: -90, capacity: 900}}}}
END
on 1 run nation/far.yaml --scenario twice -o x.h5 --quiet
check "hire twice" "65 1" "$code $(grep -c "reps.hire: expected a name that no rep and no territory has, \
found 'R001'" err)"
on 1 run nation/far.yaml --scenario once -o x.h5 --quiet --effort 2
check "hire once" "0 7" "$code $(ask x.h5 "len(f['/territories/name'])")"
finish
