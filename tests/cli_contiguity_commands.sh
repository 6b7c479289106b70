#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Contiguity in the commands around `ambit run`: farm, frontier, nightly, robustness, budgets and
# protected accounts, and exports. The same bytes on any ranks, and plans that verify confirms.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

"$python" "$here/tests/make_nation.py" n --accounts 900 --reps 6 --free 2 ||
    check "make a nation" 0 "$?"
scenario() { # NAME TEXT
    { cat n/scenario.yaml; printf '%s\n' "$2"; } >"n/$1.yaml"
}
scenario whole 'contiguity: required'
on 1 run n/whole.yaml -o n/whole.h5 --threads 1 --effort 8 --quiet
check "whole: exit code" 0 "$code"

# Territories in more pieces than islands, of a file or of a part of it.
torn() { # FILE GROUP
    ask "$1" "int(f['$2/contiguity'].attrs['broken_territories'])"
}

# ---- a farm ----

scenario farm 'contiguity: required
scenarios:
  - {name: free, contiguity: preferred}
  - {name: river, contiguity: {contiguous: required, barriers: r.json}}'
echo '{"type":"LineString","coordinates":[[-94.5,20],[-94.5,60]]}' >n/r.json
for ranks in 1 3; do
    on $ranks farm n/farm.yaml -o "n/farm$ranks.h5" --threads 1 --effort 4 --quiet
    check "farm on $ranks ranks" yes "$([ "$code" = 0 ] || [ "$code" = 2 ] && echo yes)"
done
check "farm: bytes" "$(hash_of n/farm1.h5)" "$(hash_of n/farm3.h5)"
for part in "" /scenarios/0001 /scenarios/0002; do
    check "farm: whole in '$part'" 0 "$(torn n/farm1.h5 "$part")"
done
for name in n/farm1.h5 n/farm1.h5:free n/farm1.h5:river; do
    on 2 verify "$name" --threads 1 --quiet
    check "verify $name" yes "$(grep -q 'every figure agrees' out err && echo yes)"
done
edit n/farm1.h5 "f['/scenarios/0002/contiguity/parent'][0] = 700"
on 1 verify n/farm1.h5:river --threads 1 --quiet
check "a certificate in a farm, tampered" 1 "$code"

# ---- a frontier, budgets, and accounts that never leave ----

for ranks in 1 2; do
    on $ranks frontier n/whole.yaml --budgets 20,free -o "n/frontier$ranks.h5" --threads 1 \
        --effort 4 --quiet
    check "frontier on $ranks ranks" 0 "$code"
done
check "frontier: bytes" "$(hash_of n/frontier1.h5)" "$(hash_of n/frontier2.h5)"
scenario budget 'contiguity: required
disruption:
  budget: {accounts: 40%, workload: 45%}
  per_territory: {accounts: 80%}'
for ranks in 1 3; do
    on $ranks run n/budget.yaml -o "n/budget$ranks.h5" --threads 1 --effort 8 --quiet
    check "budget on $ranks ranks" 0 "$code"
done
check "budget: bytes" "$(hash_of n/budget1.h5)" "$(hash_of n/budget3.h5)"
on 3 verify n/budget1.h5 --threads 1 --quiet
check "budget: verify" 0 "$code"

# Accounts that never leave do not leave to make pieces whole either.
scenario held 'contiguity: required
disruption: {protected: [{top: 25, by: workload}]}'
for ranks in 1 3; do
    on $ranks run n/held.yaml -o "n/held$ranks.h5" --threads 1 --effort 8 --quiet
    check "held on $ranks ranks" yes "$([ "$code" = 0 ] || [ "$code" = 2 ] && echo yes)"
done
check "held: bytes" "$(hash_of n/held1.h5)" "$(hash_of n/held3.h5)"
on 1 verify n/held1.h5 --threads 1 --quiet
check "held: verify" yes "$(grep -q 'every figure agrees' out err && echo yes)"
check "held: all stay" 0 "$(ask n/held1.h5 "int(f['/disruption'].attrs['protected_moved'])")"

# ---- the night after ----

awk -F, -v OFS=, 'NR % 90 == 8 { next } { print } NR % 60 == 9 { $1 = "N" $1; print }' \
    n/accounts.csv >n/tonight.csv
for ranks in 1 3; do
    on $ranks nightly n/whole.yaml --plan n/whole.h5 --accounts n/tonight.csv --threshold 1 \
        -o "n/night$ranks.h5" --threads 1
    check "nightly on $ranks ranks" yes "$([ "$code" = 0 ] || [ "$code" = 2 ] && echo yes)"
done
check "nightly: bytes" "$(hash_of n/night1.h5)" "$(hash_of n/night3.h5)"
check "nightly: whole" 0 "$(torn n/night1.h5 '')"
on 2 verify n/night1.h5 --accounts n/tonight.csv --threads 1 --quiet
check "nightly: verify" yes "$(grep -q 'every figure agrees' out err && echo yes)"
# Nobody moves where nothing is new.
on 1 nightly n/whole.yaml --plan n/whole.h5 --threshold 50 -o n/same.h5 --threads 1 --quiet
check "a quiet night" 0 "$(ask n/same.h5 "int(f.attrs['moved_count'])")"

# ---- a move list: after any step as many territories are in pieces as an audit finds ----

on 1 moves n/whole.h5 -o n/moves.csv --quiet
check "moves: exit code" 0 "$code"
check "moves: header" ,in_pieces "$(head -n 1 n/moves.csv | grep -o ',in_pieces$')"
for part in 10 40 100; do
    expected=$("$python" - $part <<'END'
import csv, sys
moves = list(csv.DictReader(open("n/moves.csv")))
last = moves[max(0, len(moves) * int(sys.argv[1]) // 100 - 1)]
done = {m["account_id"]: m["to"] for m in moves if int(m["step"]) <= int(last["step"])}
rows = list(csv.DictReader(open("n/accounts.csv")))
name = list(rows[0])[0]
with open("n/part.csv", "w", newline="") as file:
    out = csv.DictWriter(file, rows[0])
    out.writeheader()
    for row in rows:
        row["territory"] = done.get(row[name], row["territory"])
        out.writerow(row)
print(last["in_pieces"])
END
    )
    on 1 audit n/whole.yaml --accounts n/part.csv -o n/part.h5 --threads 1 --quiet
    check "moves: in pieces after $part %" "$expected" "$(torn n/part.h5 '')"
done
check "moves: of some, none in the end" "yes 0" \
    "$(awk -F, 'NR > 1 && $NF > 0 { some = 1 } END { print some ? "yes" : "no", $NF }' n/moves.csv)"
# What a plan that is gone from its barriers' place can say, and what it cannot.
cp n/farm1.h5 n/away.h5
mv n/r.json n/r.away
on 1 moves n/farm1.h5:river
check "moves without barriers: exit code" 0 "$code"
check "moves without barriers: said" yes \
    "$(grep -q 'in pieces are not counted: .*r.json' out && echo yes)"
on 1 assign n/farm1.h5:river n/accounts.csv --quiet
check "assign without barriers: exit code" 65 "$code"
mv n/r.away n/r.json

# ---- new accounts ----

"$python" - <<'END'
import csv, random
rng = random.Random(4)
rows = list(csv.DictReader(open("n/accounts.csv")))
name = list(rows[0])[0]
with open("n/new.csv", "w", newline="") as file:
    out = csv.DictWriter(file, rows[0])
    out.writeheader()
    for k in range(60):
        row = dict(rows[rng.randrange(len(rows))])
        row.update({name: "N%d" % k, "territory": ""})
        row["lat"] = "%.4f" % (float(row["lat"]) + rng.uniform(-0.3, 0.3))
        row["lon"] = "%.4f" % (float(row["lon"]) + rng.uniform(-0.3, 0.3))
        out.writerow(row)
END
# Each new account alone in the plan leaves every territory whole.
for ranks in 1 3; do
    on $ranks assign n/whole.h5 n/new.csv -o "n/placed$ranks.csv" --threads 1 --json
    check "assign on $ranks ranks" yes "$([ "$code" = 0 ] || [ "$code" = 2 ] && echo yes)"
    check "assign on $ranks ranks: neighbour is counted" yes \
        "$(grep -q '"neighbour":[1-9]' out && echo yes)"
done
check "assign: bytes" "$(hash_of n/placed1.csv)" "$(hash_of n/placed3.csv)"
on 1 assign n/whole.h5 n/new.csv -o n/free.csv --scenario n/scenario.yaml --threads 1 --quiet
check "assign: not the same without contiguity" yes \
    "$(cmp -s n/placed1.csv n/free.csv || echo yes)"
on 1 export n/whole.h5 --csv n/whole.csv
for placed in placed1 free; do
    "$python" - $placed <<'END'
import csv, sys
plan = {r["account_id"]: r["territory"] for r in csv.DictReader(open("n/whole.csv"))}
placed = list(csv.DictReader(open("n/%s.csv" % sys.argv[1])))
new = {r["account_id"]: r["territory"] for r in placed}
rows = list(csv.DictReader(open("n/accounts.csv")))
name = list(rows[0])[0]
added = [r for r in csv.DictReader(open("n/new.csv"))]
marked = [r["account_id"] for r in placed if r["reason"] == "neighbour"] or list(new)
with open("n/%s_one.csv" % sys.argv[1], "w", newline="") as file:
    out = csv.DictWriter(file, rows[0])
    out.writeheader()
    for row in rows:
        row["territory"] = plan[row[name]]
        out.writerow(row)
    for row in added:
        if row[name] == marked[0]:
            row["territory"] = new[row[name]]
            out.writerow(row)
END
    on 1 audit n/whole.yaml --accounts "n/${placed}_one.csv" -o n/part.h5 --threads 1 --quiet
    [ $placed = free ] || check "assign: whole with it" 0 "$(torn n/part.h5 '')"
done

# ---- robustness asks for nothing ----

{ cat n/whole.yaml; printf 'robustness: {samples: 50, workload: {each: lognormal 10%%}}\n'; } \
    >n/chances.yaml
on 2 robustness n/chances.yaml --plan n/whole.h5 -o n/chances.csv --threads 1 --quiet
check "robustness" 0 "$code"

# ---- exports ----

on 1 export n/whole.h5 --csv n/whole.csv --geojson n/whole.geojson
check "export: header" account_id,territory,rep,previous,moved,piece,piece_accounts \
    "$(head -n 1 n/whole.csv)"
# The plan of today is in pieces: they are counted again from the file alone.
scenario today 'contiguity: {contiguous: preferred, graph: {nearest: 4}, longest_edge: 40 km}'
on 1 audit n/today.yaml -o n/today.h5 --threads 1 --quiet
check "today: exit code" 0 "$code"
on 1 export n/today.h5 --csv n/today.csv --geojson n/today.geojson
check "export: exit code" 0 "$code"
check "export: pieces" "ok" "$("$python" - <<'END'
import collections, csv, json
import h5py

with h5py.File("n/today.h5") as f:
    parent, label = f["/accounts/parent"][:], f["/accounts/territory"][:]
    apart = f["/contiguity/accounts_apart"][:]
members = collections.defaultdict(list)
for i in range(len(parent)):
    at = i
    while parent[at] >= 0:
        at = parent[at]
    members[at].append(i)
want = {}
pieces = collections.Counter()
for root in sorted(members, key=lambda r: (label[r], -len(members[r]), r)):
    pieces[label[root]] += 1
    for i in members[root]:
        want[i] = (pieces[label[root]], len(members[root]))
rows = list(csv.DictReader(open("n/today.csv")))
found = [(int(r["piece"]), int(r["piece_accounts"])) for r in rows]
features = [x["properties"] for x in json.load(open("n/today.geojson"))["features"]]
good = found == [want[i] for i in range(len(rows))]
good &= [x["pieces"] for x in features] == [pieces[t] for t in range(len(features))]
good &= [x["accounts_apart"] for x in features] == list(apart)
good &= max(pieces.values()) > 1
print("ok" if good else (found[:5], features[:2]))
END
)"
cp n/today.h5 n/bad.h5
edit n/bad.h5 "p = f['/accounts/parent']; i = int((p[:] >= 0).argmax()); p[p[i]] = i"
on 1 export n/bad.h5 --csv n/bad.csv
check "a damaged certificate: exit code" 65 "$code"
check "a damaged certificate: nothing written" "" "$(ls n/bad.csv 2>/dev/null)"
# Without the rule nothing is added.
on 1 run n/scenario.yaml -o n/plain.h5 --threads 1 --effort 2 --quiet
on 1 export n/plain.h5 --csv n/plain.csv --geojson n/plain.geojson
check "export: without contiguity" "account_id,territory,rep,previous,moved 0" \
    "$(head -n 1 n/plain.csv) $(grep -c '"pieces"' n/plain.geojson)"

# Six accounts on a line, of which T0 has the first and the third: with a budget of none no band is
# broken, and both territories are in pieces.
mkdir line
printf 'id,lat,lon,t,work\nA,40,-100,T0,10\nB,40,-99.8,T1,10\nC,40,-99.6,T0,10\n' >line/a.csv
printf 'E,40,-99.4,T1,10\nF,40,-99.2,T1,10\nG,40,-99.0,T1,10\n' >>line/a.csv
printf 'rep,t,lat,lon\nR0,T0,40,-100\nR1,T1,40,-98\n' >line/r.csv
{ hand_tables; cat; } >line/s.yaml <<'END'
bands: {work: {max: 45}}
contiguity: {contiguous: required, longest_edge: 20 km}
END
for ranks in 1 2; do
    on $ranks frontier line/s.yaml --budgets 0,20,free --threads 1
    check "line on $ranks ranks: exit code" 0 "$code"
    check "line on $ranks ranks: what is broken" "2 in pieces" \
        "$(sed -n 's/^ *0 % .*-   \(.*\)$/\1/p' out)"
    check "line on $ranks ranks: not the others" 1 "$(grep -c 'in pieces' out)"
done
finish
