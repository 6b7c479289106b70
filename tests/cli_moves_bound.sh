#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What every plan within the bands draws on a budget: never above the least of all plans of tiny
# nations, tried one by one, often that itself; the same on any ranks; and in words.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

cat >make.py <<'END'
import itertools, random, sys
seed, folder = int(sys.argv[1]), sys.argv[2]
r = random.Random(seed)
of = r.choice(["accounts", "value"])
rows = [(r.choice([5, 10, 12]), r.randint(1, 9), r.choice([0, 0, 0, 1, 2])) for _ in range(8)]
rows += [(4, 1, 1), (4, 1, 2)]
mean = sum(a[0] for a in rows) / 3
low, high = 0.75 * mean, 1.25 * mean
with open(folder + "/a.csv", "w") as f:
    f.write("id,lat,lon,t,work,value\n")
    for i, a in enumerate(rows):
        f.write(f"A{i},40.{i},-100,T{a[2]},{a[0]},{a[1]}\n")
with open(folder + "/r.csv", "w") as f:
    f.write("rep,t,lat,lon\n" + "".join(f"R{j},T{j},{40 + j},-100\n" for j in range(3)))
with open(folder + "/s.yaml", "w") as f:
    f.write(f"""accounts:
  file: a.csv
  columns: {{id: id, lat: lat, lon: lon, territory: t}}
reps:
  file: r.csv
  columns: {{id: rep, territory: t, lat: lat, lon: lon}}
measures: {{work: work, value: value}}
bands: {{work: 25%}}
disruption: {{budget: {{{of}: 0}}}}
""")
best = None
for plan in itertools.product(range(3), repeat=len(rows)):
    load = [0, 0, 0]
    for a, j in zip(rows, plan):
        load[j] += a[0]
    if all(low - 1e-9 <= l <= high + 1e-9 for l in load):
        cost = sum((1 if of == "accounts" else a[1]) for a, j in zip(rows, plan) if a[2] != j)
        best = cost if best is None else min(best, cost)
print(best)
END

# The budget's proven least, or 0.
least() {
    "$python" -c '
import json, sys
print(json.loads(sys.stdin.read())["disruption"]["budgets"][0]["cells"][0]["least"] or 0)' <"$1"
}

tight=0 broken=0
for seed in $(seq 1 14); do
    mkdir "n$seed"
    best=$("$python" make.py "$seed" "n$seed")
    on 1 run "n$seed/s.yaml" -o "n$seed/x.h5" --threads 1 --effort 2 --json --quiet
    if [ "$best" = 0 ]; then
        check "$seed: nothing to move" 0 "$code"
        continue
    fi
    broken=$((broken + 1))
    check "$seed: exit code" 2 "$code"
    proven=$(least out)
    check "$seed: 0 < $proven <= $best" True \
        "$("$python" -c "print('$best' == 'None' or 0 < $proven <= $best)")"
    [ "$best" != None ] && [ "$("$python" -c "print($proven == $best)")" = True ] &&
        tight=$((tight + 1))
    [ $((broken % 4)) = 1 ] || continue
    on 3 run "n$seed/s.yaml" -o "n$seed/y.h5" --threads 2 --effort 2 --json --quiet
    check "$seed: on 3 ranks" "$proven" "$(least out)"
done
check "often tight ($tight of $broken)" yes "$([ "$tight" -ge 4 ] && echo yes)"

# T1 has 80 of 100, at most 55 are asked for: 25 have to go, three accounts of ten.
mkdir hand
{
    echo "id,lat,lon,t,work,value"
    for k in 1 2 3 4 5 6 7 8; do echo "A$k,40.$k,-100,T1,10,1"; done
    echo "B1,41.1,-100,T2,10,1"
    echo "B2,41.2,-100,T2,10,1"
} >hand/a.csv
printf 'rep,t,lat,lon\nR1,T1,40,-100\nR2,T2,41,-100\n' >hand/r.csv
sed 's/work: 25%/work: 10%/; s/budget: .*/budget: {accounts: 1}}/' n1/s.yaml >hand/s.yaml
on 1 run hand/s.yaml -o hand/x.h5 --threads 1 --json --quiet
check "hand: exit code" 2 "$code"
check "hand: least" 3.0 "$(least out)"
check "hand: said" "  budget of accounts: at most 1 (10.0 %); the least found that meets the bands \
moves 3 (30.0 %), and none moves less than 3" "$(grep '^  budget of' err)"
finish
