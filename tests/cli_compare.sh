#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit compare: any number of results and scenarios of a farm, as text, JSON, CSV and HDF5, against
# counts that are made here from the plans themselves.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$python" "$here/tests/make_nation.py" nation --accounts 500 --reps 6 --free 1
cat >>nation/scenario.yaml <<'END'
scenarios:
  - {name: tighter, bands: {hours: 6%}}
  - {name: R001 leaves, reps: {leave: R001}}
  - {name: lost, reps: {leave: R999}}
END
on 1 farm nation/scenario.yaml -o farm.h5 --threads 1 --effort 3 --quiet
check "farm: exit code" 0 "$code"
for name in base tighter "R001 leaves"; do
    on 1 export "farm.h5:$name" --csv "$name.csv" --quiet
done

on 2 compare farm.h5 --csv all.csv -o all.h5
check "a farm: exit code" 0 "$code"
check "a farm: lines of the table" "base tighter R001 lost" \
    "$(sed -n '2,5p' out | awk '{print $1}' | xargs)"
check "a farm: the one without a plan" 1 "$(grep -c '^lost .*no plan: .*R999' out)"
check "a farm: no line too long" 0 "$(grep -v '^lost' out | awk 'length > 100' | wc -l)"
check "a farm: rows of results" 5 "$(wc -l <all.csv)"

# From × to, counted from the exported plans.
"$python" - <<'END' >expected
import collections, csv
plan = {name: {row['account_id']: row['territory'] for row in csv.DictReader(open(name + '.csv'))}
        for name in ('base', 'tighter', 'R001 leaves')}
for name in ('tighter', 'R001 leaves'):
    flows = collections.Counter((plan['base'][i], t) for i, t in plan[name].items()
                                if plan['base'][i] != t)
    for (a, b), n in sorted(flows.items(), key=lambda flow: (-flow[1], flow[0])):
        print(f'{name},{a},{b},{n}')
END
check "CSV: moves" "$(cat expected)" "$(tail -n +2 all-moves.csv)"
check "HDF5: moves" "$(cat expected)" "$("$python" - <<'END'
import h5py
f = h5py.File('all.h5')['moves']
for row in zip(f['result'][:], f['from'][:], f['to'][:], f['accounts'][:]):
    print(','.join(x.decode() if isinstance(x, bytes) else str(x) for x in row))
END
)"
check "CSV: accounts that differ" "$(awk -F , '{n[$1] += $4}
    END {print n["tighter"], n["R001 leaves"]}' expected)" \
    "$(awk -F , '$1 == "tighter" {a = $14} $1 == "R001 leaves" {b = $14} END {print a, b}' all.csv)"
check "CSV: a territory that is gone" "R001 leaves,East-01,$(awk -F , '$2 == "East-01"' base.csv | wc -l),," \
    "$(grep '^R001 leaves,East-01,' all-territories.csv | cut -d , -f 1-4),"
check "CSV: what came adds up to what went" yes "$(awk -F , '
    NR > 1 && $1 != "R001 leaves" {went += $7; came += $8}
    END {print (went == came && went > 0) ? "yes" : went " " came}' all-territories.csv)"
check "JSON: of a farm" "base feasible tighter feasible R001 leaves feasible lost failed" "$(
    on 1 compare farm.h5 --json
    "$python" -c "
import json
print(*(x for r in json.load(open('out'))['results'] for x in (r['result'], r['status'])))")"

on 1 compare farm.h5:tighter farm.h5:base "farm.h5:R001 leaves" --csv three.csv
check "three: exit code" 0 "$code"
check "three: the first is what the others are held against" 0 \
    "$(awk -F , '$1 == "farm.h5:tighter" {print $14}' three.csv)"
on 1 compare farm.h5:base farm.h5:tighter
check "two: the largest flow" "$(head -n 1 expected | cut -d , -f 2- | tr , ' ')" \
    "$(sed -n '/^Moved from/{n;p}' out | xargs)"
on 1 compare farm.h5:base farm.h5:tighter -o two.h5 --json
check "two: the flow in JSON" "$(head -n 1 expected | cut -d , -f 4)" \
    "$("$python" -c "import json; print(json.load(open('out'))['moves'][0]['accounts'])")"
check "two: stored as well" 2 "$(ask two.h5 "len(f['/results/result'])")"

on 1 compare farm.h5:tighter
check "one result: exit code" 1 "$code"
on 1 compare farm.h5:base nowhere.h5 farm.h5:tighter
check "one that is not there: exit code" 1 "$code"
check "one that is not there: words" "ambit: cannot open nowhere.h5: No such file or directory" \
    "$(cat err)"
on 1 run nation/scenario.yaml -o alone.h5 --threads 1 --effort 1 --quiet
on 1 compare alone.h5
check "no farm: exit code" 64 "$code"
check "no farm: words" "ambit: compare: expected several results, or one farm, found one result: \
alone.h5" "$(cat err)"
on 1 compare farm.h5 -o farm.h5
check "over its input: exit code" 1 "$code"
finish
