#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What would do about what the rules alone rule out, as data: tiny nations at random, whose smallest
# sets of kinds of rules are found by trying all; and the same words and data on any ranks.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# A nation of 3 reps and 8 accounts with rules at random, and what trying all sets of kinds says:
# "rule,rule …" of each smallest set, in the order of their bits; nothing where all are served.
cat >make.py <<'END_OF_PYTHON'
import math, random, sys
seed, folder = int(sys.argv[1]), sys.argv[2]
r = random.Random(seed)
reps = [(40, -100 + 2 * j, r.choice(["p", "q", ""])) for j in range(3)]
rows = [(40 + 0.01 * i, -100 + 4 * r.random(), r.randrange(3), r.choice("xyz"),
         r.choice(["", "", "p", "q", "p;q"])) for i in range(8)]
forbidden, kind = r.randrange(3), r.choice("xyz")
allowed, only = r.choice([None, 0, 1]), r.choice("xyz")
lock, reach = r.choice("xyz"), r.choice([30, 90, 200])
with open(folder + "/a.csv", "w") as f:
    f.write("id,lat,lon,t,work,kind,needs\n")
    for i, a in enumerate(rows):
        f.write(f"A{i},{a[0]:.2f},{a[1]:.6f},T{a[2]},10,{a[3]},{a[4]}\n")
    f.write("X,40,-100,T0,10,x,\nY,40,-98,T1,10,y,\nZ,40,-96,T2,10,z,\n")  # each word is there
with open(folder + "/r.csv", "w") as f:
    f.write("rep,t,lat,lon,skills\n")
    for j, rep in enumerate(reps):
        f.write(f"R{j},T{j},{rep[0]},{rep[1]},{rep[2]}\n")
with open(folder + "/s.yaml", "w") as f:
    f.write(f"""accounts:
  file: a.csv
  columns: {{id: id, lat: lat, lon: lon, territory: t}}
reps:
  file: r.csv
  columns: {{id: rep, territory: t, lat: lat, lon: lon}}
measures: {{work: work}}
rules:
  locked: {{kind: {lock}}}
  needs: {{accounts: needs, reps: skills}}
  reach: {reach} km
  forbidden: {{where: {{kind: {kind}}}, territories: T{forbidden}}}
""" + (f"  allowed: {{where: {{kind: {only}}}, territories: T{allowed}}}\n"
       if allowed is not None else ""))
rows = [(float(f"{a[0]:.2f}"), float(f"{a[1]:.6f}")) + a[2:] for a in rows]
rows += [(40, -100, 0, "x", ""), (40, -98, 1, "y", ""), (40, -96, 2, "z", "")]
def km(a, b):
    p, q = ([math.cos(math.radians(v[0])) * math.cos(math.radians(v[1])),
             math.cos(math.radians(v[0])) * math.sin(math.radians(v[1])),
             math.sin(math.radians(v[0]))] for v in (a, b))
    return 2 * 6371.0088 * math.asin(math.dist(p, q) / 2)
KINDS = ["locked", "fixed", "needs", "forbidden", "allowed", "reach"]
def broken(a, j):
    bits = (a[3] == lock and a[2] != j) << 0
    bits |= (not set(filter(None, a[4].split(";"))) <= {reps[j][2]}) << 2
    bits |= (a[3] == kind and j == forbidden) << 3
    bits |= (allowed is not None and a[3] == only and j != allowed) << 4
    return bits | (km(a, reps[j]) > reach) << 5
masks = [[broken(a, j) for j in range(3)] for a in rows]
served = lambda s: all(any(m & ~s == 0 for m in of) for of in masks)
enough = [s for s in range(64) if served(s)]
least = min(bin(s).count("1") for s in enough)
smallest = [s for s in enough if bin(s).count("1") == least][:4]
if least > 0:
    print(" ".join(",".join(k for n, k in enumerate(KINDS) if s >> n & 1) for s in smallest))
END_OF_PYTHON

# The sets of the first finding on standard output, as the script prints them.
cat >sets.py <<'END_OF_PYTHON'
import json, sys
KINDS = ["locked", "fixed", "needs", "forbidden", "allowed", "reach"]
text = sys.stdin.read()
refused = json.loads(text)["refused"] if text.startswith('{"refused"') else {"remedies": []}
sets = {}
for step in refused["remedies"]:
    if step["finding"] == 0:
        sets.setdefault(step["set"], set()).add(step["rule"])
print(" ".join(",".join(sorted(sets[n], key=KINDS.index)) for n in sorted(sets)))
END_OF_PYTHON

refused=0
for seed in $(seq 1 24); do
    mkdir "n$seed"
    wanted=$("$python" make.py "$seed" "n$seed")
    on 1 run "n$seed/s.yaml" -o "n$seed/x.h5" --threads 1 --effort 1 --json --quiet
    cp out first.out
    cp err first.err
    check "$seed: smallest sets" "$wanted" "$("$python" sets.py <out)"
    [ -n "$wanted" ] || continue
    refused=$((refused + 1))
    [ $((refused % 5)) = 1 ] || continue
    check "$seed: exit code" 65 "$code"
    on 3 run "n$seed/s.yaml" -o "n$seed/x.h5" --threads 1 --effort 1 --json --quiet
    check "$seed: data on 3 ranks" "$(cat first.out)" "$(cat out)"
    check "$seed: words on 3 ranks" "$(sed -n '/what would do/,$p' first.err)" \
        "$(sed -n '/what would do/,$p' err)"
done
check "refused often enough" yes "$([ "$refused" -ge 10 ] && echo yes || echo "$refused")"

# Bands that locks break, as data: 40 of 25 are locked to T1, in 4 accounts; 2 have to go.
mkdir band
printf 'id,lat,lon,t,work,kind\nA,40,-100,T1,10,x\nB,40,-100,T1,12,x\nC,40,-100,T1,9,x\n' >band/a.csv
printf 'D,40,-100,T1,9,x\nE,40,-98,T2,10,y\n' >>band/a.csv
printf 'rep,t,lat,lon\nR1,T1,40,-100\nR2,T2,40,-98\n' >band/r.csv
{ hand_tables; cat; } >band/s.yaml <<'END'
bands: {work: {max: 25}}
rules: {locked: {kind: x}}
END
for ranks in 1 2; do
    on $ranks run band/s.yaml -o band/x.h5 --threads 1 --json --quiet
    check "band on $ranks ranks: exit code" 2 "$code"
    check "band on $ranks ranks: data" "too much locked T1 work 4 40.0 25.0
0 0 locked T1 2 4 None None
0 1 band T1 0 0 25.0 40.0" "$("$python" -c '
import json, sys
r = json.load(sys.stdin)["refused"]
for f in r["findings"]:
    print(*(f[k] for k in ("reason", "territory", "measure", "accounts", "has", "limit")))
for s in r["remedies"]:
    print(*(s[k] for k in ("finding", "set", "rule", "territory", "accounts", "of", "was", "limit")))' \
        <out)"
done
# With two of them free there is a plan.
sed -i 's/^A\(.*\)x$/A\1y/; s/^B\(.*\)x$/B\1y/' band/a.csv
sed -i 's/max: 25/max: 32/' band/s.yaml
on 1 run band/s.yaml -o band/x.h5 --threads 1 --json --quiet
check "band: mended" 0 "$code"
check "band: nothing refused" 0 "$(grep -c refused out)"

# Twenty findings are listed, and only more than these are hinted at.
for count in 20 21; do
    echo id,lat,lon,t,work,kind >band/a.csv
    echo rep,t,lat,lon >band/r.csv
    for ((j = 0; j < count; j++)); do
        printf 'A%d,40.%02d,-100,T%02d,20,x\nB%d,40.%02d,-100,T%02d,20,x\n' $j $j $j $j $j $j
    done >>band/a.csv
    for ((j = 0; j < count; j++)); do printf 'R%d,T%02d,40.%02d,-98\n' $j $j $j; done >>band/r.csv
    on 1 run band/s.yaml -o band/x.h5 --threads 1 --quiet
    check "$count findings: exit code" 2 "$code"
    check "$count findings: listed" 20 "$(grep -c 'its 2 locked accounts have 40' err)"
    check "$count findings: and more" $((count - 20)) "$(grep -c '^  …$' err)"
done

# What would do is said behind the longest list of accounts, too.
mkdir long
long=the-longest-of-names-that-somebody-gives-a-territory
echo id,lat,lon,t,work,needs >long/a.csv
for k in {10..39}; do
    echo "the-shop-of-a-chain-number-$k,40.$k,-100,$long-0,10,cold"
done >>long/a.csv
echo rep,t,lat,lon,skills >long/r.csv
for j in 0 1 2 3; do echo "R$j,$long-$j,40.$j,-98,none"; done >>long/r.csv
sed '/^bands/d; /^rules/d' band/s.yaml >long/s.yaml
echo 'rules: {needs: {accounts: needs, reps: skills}, reach: 9 km}' >>long/s.yaml
for ranks in 1 2; do
    on $ranks run long/s.yaml -o long/x.h5 --threads 1 --quiet
    check "long words on $ranks ranks: exit code" 65 "$code"
    check "long words on $ranks ranks: listed" 20 "$(grep -c '^  account ' err)"
    check "long words on $ranks ranks: and more" 1 "$(grep -c '^  …$' err)"
    check "long words on $ranks ranks: what would do" 1 \
        "$(grep -c '^    raise reach from 9.0 to .* km, for 30 accounts$' err)"
done
finish
