#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Groups of accounts that stay together: the best plan of tiny nations by trying every one, the same
# bytes anywhere, the judge's word on groups that are split, groups that no territory could have, and
# columns that are not there.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
tiny="$here/tests/tiny_nation.py"

# bound ≤ optimum = plan, and infeasible where nothing fits. Seed 25 has a group too large for all.
for seed in 1 2 3 4 5 6 7 8 9 10 11 12 25; do
    mkdir "t$seed"
    "$python" "$tiny" make "t$seed" --seed $seed
    best=$("$python" "$tiny" solve "t$seed")
    on 1 run "t$seed/scenario.yaml" -o "t$seed/plan.h5" --threads 1 --effort 8 --quiet
    if [ "$best" = infeasible ]; then
        check "tiny $seed: exit code" 2 "$code"
        continue
    fi
    check "tiny $seed: exit code" 0 "$code"
    check "tiny $seed: plan" "keeps the rules" "$("$python" "$tiny" check "t$seed" "t$seed/plan.h5")"
    check "tiny $seed: bound and value" "True True" "$(ask "t$seed/plan.h5" \
        "f.attrs['bound_micro_hours'] <= $best, abs(f.attrs['objective_micro_hours'] - $best) <= 11" |
        tr -d '(,)')"
done
check "too large: said" "ambit: t25/scenario.yaml: rules.together: no plan can meet the bands, for 1 \
group of accounts is too large for any territory; mend the bands, or part them in the column \
'household':
  A (5 accounts, the first a03): workload 96.86, where no territory can have more than 75.29 (T1)" \
    "$(cat err)"
check "too large: nothing stored" "" "$(ls t25/*.h5 2>/dev/null)"
check "too large: nothing named" "" "$(cat out)"

# A nation with households along the curve, and chains across the country.
"$python" "$here/tests/make_nation.py" nation --free 3 --accounts 1200
"$python" - <<'END'
import csv, random
import h5py, numpy as np
rows = list(csv.DictReader(open("nation/accounts.csv")))
rng = random.Random(3)
for i, row in enumerate(rows):
    row["group"] = str(100 + i // 3) if i % 9 < 6 else ""
for chain in range(6):
    for row in rng.sample(rows, 5):
        row["group"] = str(chain)
def write(path):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
write("nation/accounts.csv")
with h5py.File("nation/text.h5", "w") as f, h5py.File("nation/number.h5", "w") as g:
    for name in rows[0]:
        text = name in ("account_id", "territory", "group")
        values = [row[name] for row in rows]
        f[name] = np.array(values, "S12" if text else "f8")
        if name != "group":
            g[name] = f[name][:]
    g["group"] = np.array([float(row["group"] or "nan") for row in rows])
rng.shuffle(rows)
write("nation/shuffled.csv")
END
printf 'rules: {together: group}\n' >>nation/scenario.yaml
on 1 run nation/scenario.yaml -o nation/plan.h5 --threads 1 --effort 4
check "nation: exit code" 0 "$code"
check "nation: said" 1 "$(grep -cE '^  Together +[0-9]+ groups of [0-9]+ accounts by group, each in one territory$' err)"
first=$(sha256sum <nation/plan.h5)
for way in "2 2 accounts.csv" "3 1 shuffled.csv" "1 3 text.h5" "2 1 number.h5"; do
    read -r ranks threads file <<<"$way"
    on "$ranks" run nation/scenario.yaml --accounts "nation/$file" -o nation/again.h5 \
        --threads "$threads" --effort 4 --quiet
    check "nation, $file on $ranks ranks: exit code" 0 "$code"
    check "nation, $file on $ranks ranks: bytes" "$first" "$(sha256sum <nation/again.h5)"
    on "$ranks" verify nation/again.h5 --accounts "nation/$file" --threads 1 --quiet
    check "nation, $file on $ranks ranks: verified" 0 "$code"
done

# Seed alone, and a run that was stopped: groups stay whole.
for ranks in 1 3; do
    on $ranks run nation/scenario.yaml -o nation/seed$ranks.h5 --threads 1 --seed-only --quiet
    check "seed on $ranks ranks: groups" 0 \
        "$(ask nation/seed$ranks.h5 "f['/together'].attrs['split_count']")"
done
check "seed: bytes" "$(sha256sum <nation/seed1.h5)" "$(sha256sum <nation/seed3.h5)"

# The judge sees a group that a plan splits, whatever the file says.
cp nation/plan.h5 nation/split.h5
edit nation/split.h5 "
        names = f['/accounts/together'][:].tolist()
        first = names.index(b'101')
        label = f['/accounts/territory']
        label[first] = (int(label[first]) + 1) % 8"
on 2 verify nation/split.h5 --threads 1 --quiet
check "split: exit code" 1 "$code"
check "split: said" 2 "$(grep -cE "^differs: rules.together (split groups: the file says 0, \
recomputed 1|first split group: the file says '', recomputed '101')\$" out)"
# What is driven between neighbouring stops does not depend on how the accounts are put in order.
sed '$d' nation/scenario.yaml >nation/alone.yaml
on 3 audit nation/alone.yaml --threads 1 --json
alone=$("$python" -c "import json; print(json.loads(open('out').readlines()[-1])['travel_hours'])")
on 2 audit nation/scenario.yaml --threads 1 --json
check "today: exit code" 0 "$code"
check "today: travel" "$alone" \
    "$("$python" -c "import json; print(json.loads(open('out').readlines()[-1])['travel_hours'])")"
check "today: json" "group True" "$("$python" -c "
import json
t = json.loads(open('out').read().splitlines()[-1])['together']
print(t['column'], 0 < t['split'] < t['groups'])")"

# New accounts go where their groups are, and those of a new group together, wherever they lie.
head -n 1 nation/accounts.csv >nation/new.csv
row() { # ID LAT LON GROUP
    echo "$1,$2,$3,1,1.5,20,,$4" >>nation/new.csv
}
row N1 37.5 -99.5 101
row N2 43.5 -89.5 101
row N3 43.5 -89.5 ""
row N4 37.5 -99.5 new
row N5 43.5 -89.5 new
row N6 40.0 -95.0 new
group_at=$(ask nation/plan.h5 "f['/territories/name'][f['/accounts/territory'][\
f['/accounts/together'][:].tolist().index(b'101')]].decode()")
for ranks in 1 3; do
    on $ranks assign nation/plan.h5 nation/new.csv -o nation/placed.csv --threads 1 --json
    check "assign on $ranks ranks: exit code" 0 "$code"
    check "assign on $ranks ranks: to its group" "$group_at group $group_at group" \
        "$(sort nation/placed.csv | awk -F, '/^N[12],/ { print $2, $4 }' | xargs)"
    check "assign on $ranks ranks: a new group" "1 2" "$(awk -F, '/^N[456],/ { t[$2]; g += $4 == \
        "group" } END { print length(t), g }' nation/placed.csv)"
    check "assign on $ranks ranks: alone" 0 "$(grep -c '^N3,.*,group,' nation/placed.csv)"
    check "assign on $ranks ranks: json" 4 \
        "$("$python" -c "import json; print(json.loads(open('out').readlines()[-1])['group'])")"
    sha256sum <nation/placed.csv >placed.$ranks
done
check "assign: bytes" "$(cat placed.1)" "$(cat placed.3)"

# What is refused.
mkdir in
cp nation/*.csv in
sed 's/together: group/together: house/' nation/scenario.yaml >in/s.yaml
refused_run "no such column" "in/accounts.csv:1:1: expected a column 'house' in the header, found \
none of that name; the nearest is 'lon'"
sed 's/together: group/togeter: group/' nation/scenario.yaml >in/s.yaml
line=$(wc -l <in/s.yaml)
refused_run "no such key" "in/s.yaml:$line:9: rules: expected one of together, locked, fixed, needs, forbidden, allowed, reach, found 'togeter' (did \
you mean together?)"
finish
