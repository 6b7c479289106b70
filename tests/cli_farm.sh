#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Scenarios of one file: each alone (ambit run --scenario), and all in one job (ambit farm): the same
# bytes on any ranks, each plan judged again from the inputs, failures recorded, a killed farm taken
# up again.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

"$python" "$here/tests/make_nation.py" nation --accounts 900 --reps 7 --free 2
cd nation || exit 1
head -n 1 accounts.csv | tee new.csv >gone.csv
sed -n 2,21p accounts.csv | sed 's/^/N/' >>new.csv # twenty more, where there are some already
sed -n 50,89p accounts.csv >>gone.csv
head -n 1 reps.csv >more.csv
sed -n 2p reps.csv | sed 's/^R001,[^,]*/X001,New-01/' >>more.csv
cp scenario.yaml base.yaml
cat >>scenario.yaml <<'END'
scenarios:
  - {name: tighter, bands: {hours: 6%}}
  - {name: out of reach, bands: {count: {max: 20}}, objective: {hours_per_moved_account: 1}}
  - {name: no such rep, reps: {leave: R999}}
  - {name: no such file, reps: {add: nowhere.csv}}
  - {name: one more, reps: {add: more.csv}}
  - {name: R001 leaves, reps: {leave: R001}}
  - {name: R002 moves, reps: {move: {R002: {lat: 40.5, lon: -95}}}}
  - {name: fewer, accounts: {remove: gone.csv}}
  - {name: more, accounts: {add: new.csv}}
  - {name: twice, scale: {column: workload, by: 2}}
  - {name: rich, scale: {column: potential, by: +50%, where: {workload: {min: 20}}}}
  - {name: luck, seeds: 2}
END
cd .. || exit 1

# --- one by one ------------------------------------------------------------------

on 1 scenarios nation/scenario.yaml
check "scenarios: exit code" 0 "$code"
check "scenarios: first line" "13 scenarios beside the base" "$(head -n 1 out)"
check "scenarios: one of them" "tighter       bands.hours: 6%" "$(sed -n 2p out)"
check "scenarios: no line too long" 0 "$(awk 'length > 100' out | wc -l)"
on 3 scenarios nation/scenario.yaml --json
check "scenarios --json: a change" "reps.leave: R001" "$("$python" -c "
import json
print(next(s['changes'] for s in json.load(open('out'))['scenarios'] if s['name'] == 'R001 leaves'))")"

alone() { # NAME RANKS THREADS: drawn alone, and judged
    rm -f nation/alone.h5
    on "$2" run nation/scenario.yaml --scenario "$1" -o nation/alone.h5 --threads "$3" --effort 3 \
        --quiet
}

for name in "one more" "R001 leaves" "R002 moves" fewer more twice rich; do
    alone "$name" 1 1
    check "$name alone: exit code" 0 "$code"
    first=$(hash_of nation/alone.h5)
    on 2 verify nation/alone.h5 --quiet
    check "$name alone: verified" 0 "$code"
    alone "$name" 3 1
    check "$name alone: the same on 3 ranks" "$first" "$(hash_of nation/alone.h5)"
    cp nation/alone.h5 "nation/${name// /_}.h5"
done
on 1 run nation/scenario.yaml -o nation/base.h5 --threads 2 --effort 3 --quiet
check "base: a result without a scenario" True \
    "$(ask nation/base.h5 "'variant' not in f.attrs")"
base_hours=$(ask nation/base.h5 "f['/accounts/columns/workload'][:].sum()")
check "twice: every workload doubled" $((2 * base_hours)) \
    "$(ask nation/twice.h5 "f['/accounts/columns/workload'][:].sum()")"
check "rich: potential times 1.5 where it is asked" 0 "$("$python" -c "
import h5py
base, rich = h5py.File('nation/base.h5'), h5py.File('nation/rich.h5')
work, was = base['/accounts/columns/workload'][:], base['/accounts/columns/potential'][:]
now = rich['/accounts/columns/potential'][:]
print(sum(n != (round(1.5 * p) if w >= 20_000_000 else p) for w, p, n in zip(work, was, now)))")"
check "more: accounts" 920 "$(ask nation/more.h5 "len(f['/accounts/lat'])")"
check "fewer: accounts" 860 "$(ask nation/fewer.h5 "len(f['/accounts/lat'])")"
check "one more: territories" 8 "$(ask nation/one_more.h5 "len(f['/territories/name'])")"
check "R001 leaves: its accounts belong to nobody today" \
    "$(grep -c ',East-01$' nation/accounts.csv)" \
    "$(ask nation/R001_leaves.h5 "(f['/accounts/previous'][:] == -1).sum()")"
check "R002 moves: home" "40.5 -95.0" "$(ask nation/R002_moves.h5 \
    "*[float(round(f['/territories/' + c][list(f['/territories/rep_id'][:]).index(b'R002')], 9)) \
for c in ('home_lat', 'home_lon')]")"

refused() { # NAME EXIT MESSAGE WORDS...
    local name=$1 exit=$2 message=$3
    shift 3
    for ranks in 1 3; do
        on $ranks "$@" -o nation/never.h5 --quiet
        check "$name on $ranks ranks: exit code" "$exit" "$code"
        check "$name on $ranks ranks: words" "ambit: $message" "$(cat err)"
    done
}
refused "a scenario that is not there" 64 "nation/scenario.yaml: expected one of its 13 scenarios, \
found 'tigher' (did you mean 'tighter'?); \`ambit scenarios\` lists them" \
    run nation/scenario.yaml --scenario tigher
refused "a rep that is not there" 65 "nation/scenario.yaml:20:39: reps.leave: expected a rep's id \
or a territory's name, found 'R999'" run nation/scenario.yaml --scenario "no such rep"
refused "a farm of nothing" 65 "nation/base.yaml: expected scenarios or a grid, found neither; \
\`ambit run --help-scenario\` describes them" farm nation/base.yaml
sed 's/hours: 6%/hours: 6/' nation/scenario.yaml >nation/wrong.yaml
refused "a wrong override" 65 "nation/wrong.yaml:18:36: bands.hours: expected a percentage such as \
5%, found '6' (in scenario 'tighter')" farm nation/wrong.yaml
cp nation/accounts.csv nation/kept.csv
{ head -n 1 nation/accounts.csv; sed -n 5p nation/accounts.csv; } >nation/new.csv
refused "an account that is there" 65 "nation/new.csv: expected accounts that are not there yet, \
found 1 that are, such as '$(sed -n 5p nation/accounts.csv | cut -d , -f 1)'" \
    run nation/scenario.yaml --scenario more
head -n 1 nation/accounts.csv >nation/new.csv
sed -n 2,21p nation/kept.csv | sed 's/^/N/' >>nation/new.csv
echo "NOBODY,1,1,1,1,1," >>nation/gone.csv
refused "an account that is not there" 65 "nation/gone.csv: expected ids of accounts, found 1 that \
no account has, the first 'NOBODY'" run nation/scenario.yaml --scenario fewer
sed -i '$d' nation/gone.csv

# --- in one job ------------------------------------------------------------------

for ranks in 1 2 3; do
    rm -f nation/farm.h5
    on $ranks farm nation/scenario.yaml -o nation/farm.h5 --threads $((4 - ranks)) --effort 3 \
        --json
    check "farm on $ranks ranks: exit code" 0 "$code"
    [ "$ranks" -gt 1 ] || first_farm=$(hash_of nation/farm.h5)
    check "farm on $ranks ranks: bytes" "$first_farm" "$(hash_of nation/farm.h5)"
done
# The same rows in another order, of the tables that the base and its scenarios read.
mkdir ordered
cp nation/*.csv ordered
for table in accounts reps new gone; do
    head -n 1 ordered/$table.csv >nation/$table.csv
    tail -n +2 ordered/$table.csv | shuf --random-source=<(yes) >>nation/$table.csv
done
on 2 farm nation/scenario.yaml -o nation/shuffled.h5 --threads 1 --effort 3 --json
check "farm of shuffled rows: exit code" 0 "$code"
check "farm of shuffled rows: bytes" "$first_farm" "$(hash_of nation/shuffled.h5)"
cp ordered/*.csv nation
check "farm: counted" "10 1 2" "$("$python" -c "
import json
farm = json.load(open('out'))
print(farm['done'], farm['infeasible'], farm['failed'])")"
check "farm: the folder of its parts is gone" no "$([ -e nation/farm.h5.parts ] && echo yes || echo no)"
check "farm: a table line" "no such rep failed" \
    "$(grep '^no such rep ' err | head -n 1 | awk '{print $1, $2, $3, $4}')"
check "farm: why" "no such file: nation/nowhere.csv: cannot be opened: No such file or directory" \
    "$(grep '^no such file: ' err)"
check "farm: no line of the table too long" 0 \
    "$(sed -n '/^Scenario/,/^$/p' err | awk 'length > 100' | wc -l)"
check "farm: the base is the plan that it is alone" "$(ask nation/base.h5 "f.attrs['plan_sha256']")" \
    "$(ask nation/farm.h5 "f.attrs['plan_sha256']")"
check "farm: a replicate is the plan that it is alone" \
    "$(alone "luck, seed=2" 2 1 && ask nation/alone.h5 "f.attrs['plan_sha256']")" \
    "$(ask nation/farm.h5 "f['/scenarios/0013'].attrs['plan_sha256']")"
check "farm: shared columns are stored once" no \
    "$(ask nation/farm.h5 "'yes' if 'lat' in f['/scenarios/0001/accounts'] else 'no'")"

# Each plan is read back as its job had it, and holds.
for name in base tighter "one more" "R001 leaves" "R002 moves" fewer more twice rich \
    "luck, seed=1"; do
    on 2 verify "nation/farm.h5:$name" --threads 1 --quiet
    check "verify $name: exit code" 0 "$code"
    check "verify $name" "nation/farm.h5:$name: every figure agrees and every band is met" \
        "$(cat out)"
done
on 1 verify "nation/farm.h5:out of reach" --quiet
check "verify out of reach: exit code" 2 "$code"
on 1 verify "nation/farm.h5:no such rep" --quiet
check "verify no such rep: exit code" 1 "$code"
on 1 verify "nation/farm.h5:tigher" --quiet
check "verify tigher: words" "ambit: nation/farm.h5: expected one of its 13 scenarios, found \
'tigher' (did you mean 'tighter'?)" "$(cat err)"
cp nation/farm.h5 nation/bad.h5
edit nation/bad.h5 "f['/scenarios/0001/territories/travel'][0] += 1"
on 1 verify "nation/bad.h5:tighter" --quiet
check "verify a tampered scenario: exit code" 1 "$code"
cp nation/farm.h5 nation/bad.h5
edit nation/bad.h5 "f['/scenarios/status'][1] = b'done'"
on 3 verify nation/bad.h5 --quiet --threads 1
check "verify a table that calls a broken plan done" "1 1" \
    "$code $(grep -c 'out of reach: table of scenarios, infeasible: it says 0, the plan 1' out)"
edit nation/bad.h5 "f['/scenarios/0008/accounts/removed'][0] = 5000"
on 1 verify "nation/bad.h5:fewer" --quiet
check "verify a damaged scenario: exit code" 1 "$code"
check "verify a damaged scenario: words" 1 "$(grep -c 'nation/bad.h5: damaged farm: /accounts/removed' err)"
on 1 export "nation/farm.h5:more" --csv plan.csv --quiet
check "export: rows of a scenario with new accounts" 921 "$(wc -l <plan.csv)"
on 1 assign "nation/farm.h5:twice" nation/new.csv -o placed.csv --quiet
check "assign: into a plan of the farm" 21 "$(wc -l <placed.csv)"

# One scenario for several ranks, which then draw it together.
{ cat nation/base.yaml; echo "scenarios: [{name: tighter, bands: {hours: 6%}}]"; } >nation/one.yaml
for ranks in 1 3; do
    on $ranks farm nation/one.yaml -o nation/one.h5 --threads 1 --effort 3 --quiet
    check "one scenario on $ranks ranks: the plan of the farm" \
        "$(ask nation/farm.h5 "f['/scenarios/0001'].attrs['plan_sha256']")" \
        "$(ask nation/one.h5 "f['/scenarios/0001'].attrs['plan_sha256']")"
done

# Rules hold in a farm as they do alone, and groups that stay together are stored with their names.
"$python" "$here/tests/make_nation.py" rules --accounts 500 --reps 5 --free 1
awk -F , -v OFS=, '{print $0, NR == 1 ? "chain" : NR % 2 ? "c" int(NR / 6) : ""}' \
    rules/accounts.csv >rules/chained.csv
mv rules/chained.csv rules/accounts.csv
{ head -n 1 rules/accounts.csv; sed -n 2,11p rules/accounts.csv | sed 's/^/N/'; } >rules/new.csv
cat >>rules/scenario.yaml <<'END'
scenarios:
  - {name: locked, rules: {locked: {workload: {min: 20}}}}
  - {name: chains, rules: {together: chain}}
  - {name: more chains, rules: {together: chain}, accounts: {add: new.csv}}
END
for ranks in 1 3; do
    on $ranks farm rules/scenario.yaml -o rules/farm.h5 --threads 1 --effort 3 --quiet
    [ $ranks -gt 1 ] || rules_farm=$(hash_of rules/farm.h5)
    check "rules on $ranks ranks: bytes" "$rules_farm" "$(hash_of rules/farm.h5)"
done
for name in locked chains "more chains"; do
    on 1 verify "rules/farm.h5:$name" --quiet
    check "rules: $name" yes "$([ "$code" -eq 0 ] || [ "$code" -eq 2 ] && echo yes || echo "$code")"
done
check "rules: who is locked stays" 0 "$("$python" -c "
import csv, subprocess, os
subprocess.run([os.environ['AMBIT'], 'export', 'rules/farm.h5:locked', '--csv', 'l.csv', '-q'],
               stdout=subprocess.DEVNULL)
work = {r['account_id']: float(r['workload']) for r in csv.DictReader(open('rules/accounts.csv'))}
print(sum(r['moved'] == '1' and work[r['account_id']] >= 20 for r in csv.DictReader(open('l.csv'))))")"

# --- killed ----------------------------------------------------------------------

rm -f nation/farm.h5
"$AMBIT" farm nation/scenario.yaml -o nation/farm.h5 --threads 1 --effort 3 --quiet >out 2>err &
pid=$!
for _ in $(seq 400); do
    [ -e nation/farm.h5.parts/0003.h5 ] && break
    sleep 0.02
done
kill -TERM $pid
wait $pid
code=$?
if [ $code -eq 75 ]; then # else it was done before the signal came
    check "stopped: words" 1 "$(grep -c 'to go on: ambit farm --resume nation/scenario.yaml' err)"
    check "stopped: no half farm" no "$([ -e nation/farm.h5 ] && echo yes || echo no)"
    parts=$(find nation/farm.h5.parts -name "*.h5" | wc -l)
    check "stopped: parts are kept" yes "$([ "$parts" -ge 4 ] && echo yes || echo "$parts")"
    on 2 farm nation/scenario.yaml -o nation/farm.h5 --threads 1 --effort 3 --resume --verbose
    check "resumed: exit code" 0 "$code"
    check "resumed: some are taken over" 1 "$(grep -c 'taken from an earlier job' err)"
fi
check "resumed: bytes" "$first_farm" "$(hash_of nation/farm.h5)"

# Parts are those of their tables: a pair that is forbidden since, or a line drawn since, is seen.
head -n -4 rules/scenario.yaml >rules/pairs.yaml
cat >>rules/pairs.yaml <<'END'
rules:
  forbidden: {file: pairs.csv, columns: {id: account, territory: territory}}
  together: chain
contiguity: {contiguous: preferred, barriers: lines.geojson}
grid: {bands.hours: [15%, 16%, 17%, 18%, 19%, 20%, 21%, 22%, 23%, 24%, 25%, 26%]}
END
line() { # LON
    cat <<END
{"type": "Feature", "properties": {}, "geometry":
 {"type": "LineString", "coordinates": [[$1, 30.0], [$1, 45.0]]}}
END
}
cp rules/accounts.csv chained.csv
tables() { # TERRITORY LON
    printf 'account,territory\nA000001,%s\n' "$1" >rules/pairs.csv
    line "$2" >rules/lines.geojson
    cp chained.csv rules/accounts.csv
}
tables East-01 -120
"$AMBIT" farm rules/pairs.yaml -o rules/pairs.h5 --threads 1 --effort 3 --quiet >out 2>err &
pid=$!
for _ in $(seq 400); do
    [ -e rules/pairs.h5.parts/0001.h5 ] && break
    sleep 0.02
done
kill -TERM $pid
wait $pid
code=$?
if [ $code -eq 75 ]; then
    mv rules/pairs.h5.parts kept
    for changed in nothing pairs lines chains; do
        cp -r kept rules/pairs.h5.parts
        case $changed in
            pairs) tables East-02 -120 ;;
            lines) tables East-01 -95 ;;
            *) tables East-01 -120 ;;
        esac
        [ $changed != chains ] || sed -i '2,9s/,c[0-9]*$/,c7/' rules/accounts.csv
        on 1 farm rules/pairs.yaml -o rules/pairs.h5 --threads 1 --effort 3 --verbose --resume
        check "resumed, $changed changed: exit code" 0 "$code"
        taken=$(grep -o '[0-9]* taken from an earlier job' err | cut -d ' ' -f 1)
        check "resumed, $changed changed: parts are taken" \
            "$([ $changed = nothing ] && echo yes || echo no)" \
            "$([ "$taken" -gt 0 ] && echo yes || echo no)"
        on 1 verify rules/pairs.h5 --quiet
        case $code in 0 | 2) verified=yes ;; *) verified=$(cat err) ;; esac
        check "resumed, $changed changed: verified" yes "$verified"
    done
fi
finish
