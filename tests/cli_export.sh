#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What leaves a result for other programs: CSV, GeoJSON, SVG, JSON, the comparison; and how the
# files of an export come to be.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$python" "$here/tests/make_nation.py" nation --accounts 400 --reps 5 --free 2
on 2 run nation/scenario.yaml -o plan.h5 --threads 1 --effort 6 --json
check "run --json: exit code" 0 "$code"
check "run --json: one line" 1 "$(wc -l <out)"
cp out run.json
on 1 audit nation/scenario.yaml -o audit.h5 --threads 1 --json --quiet
check "audit --json: exit code" 0 "$code"
cp out audit.json
for file in plan audit; do
    "$here/tests/read_result.py" $file.h5 >out 2>err
    check "$file: read_result.py" "$file.h5: 400 accounts, every dataset as it should be" \
        "$(cat out)"
done

# The object says what the file says. Prints each difference.
cat >check_summary.py <<'END'
import h5py, hashlib, json, sys
found = json.loads(open(sys.argv[1]).read())
f = h5py.File(sys.argv[2])
names = [name.decode() for name in f["/territories/name"]]
text = b"".join(
    account + b"\t" + names[territory].encode() + b"\n"
    for account, territory in zip(f["/accounts/account_id"], f["/accounts/territory"])
)
expected = {
    "result": sys.argv[2],
    "kind": f.attrs["kind"].decode(),
    "status": "feasible" if f.attrs["feasible"] else "infeasible",
    "accounts": len(f["/accounts/territory"]),
    "territories": len(names),
    "travel_hours": f.attrs["travel_micro_hours"] / 1e6,
    "travel_hours_before": f.attrs["travel_before_micro_hours"] / 1e6,
    "moved_accounts": f.attrs["moved_count"],
    "rounds": len(f["/rounds/round"]),
    "sha256": hashlib.sha256(text).hexdigest(),
}
if found["kind"] == "plan":
    expected["bound"] = f.attrs["bound_micro_hours"] / 1e6
    expected["gap"] = float("%.15g" % f.attrs["gap"])
else:
    expected["bound"] = expected["gap"] = None
for key, value in expected.items():
    if found.get(key, "missing") != value:
        print(f"{key}: expected {value}, found {found.get(key, 'missing')}")
for name, least in (("hours", 0.92), ("potential", 0.8), ("count", 10.0)):
    load = f["/measures/" + name + "/value"][:]
    measure = found["measures"][name]
    for key, value in (("min", load.min()), ("max", load.max())):
        if abs(measure[key] - value) > 1e-9 * value:
            print(f"{name}.{key}: expected {value}, found {measure[key]}")
    if abs(measure["target"] - load.mean()) > 1e-9 * load.mean():
        print(f"{name}.target: expected {load.mean()}, found {measure['target']}")
    if measure["band"]["lower"] != least or measure["worst_deviation"] is None:
        print(f"{name}: {measure}")
phases = "read order seed refine bound judge store total".split()
if list(found["seconds"]) != phases or not all(s >= 0.0 for s in found["seconds"].values()):
    print(f"seconds: {found['seconds']}")
if not found["seconds"]["total"] > 0.0 or not found["peak_bytes"] > 0:
    print(f"nothing was used: {found['seconds']}, {found['peak_bytes']} bytes")
END
check "run --json: what it says" "" "$("$python" check_summary.py run.json plan.h5 2>&1)"
check "audit --json: what it says" "" "$("$python" check_summary.py audit.json audit.h5 2>&1)"

# Exports, alone and on ranks, of which one writes.
on 1 export plan.h5 --csv one.csv --geojson one.geojson --svg one.svg
check "export: exit code" 0 "$code"
check "export: standard output" "one.csv one.geojson one.svg" "$(xargs <out)"
check "export: standard error" "" "$(cat err)"
on 3 export plan.h5 --csv three.csv --geojson three.geojson --svg three.svg --quiet
check "export on 3 ranks: exit code" 0 "$code"
for kind in csv geojson svg; do
    check "export on 3 ranks: $kind" same "$(cmp one.$kind three.$kind && echo same)"
done
check "csv: what it says" "" "$("$python" - 2>&1 <<'END'
import csv, h5py
f = h5py.File("plan.h5")
rows = list(csv.DictReader(open("one.csv", encoding="utf-8", newline="")))
names = [name.decode() for name in f["/territories/name"]]
reps = [rep.decode() for rep in f["/territories/rep_id"]]
given = {row["account_id"]: row["territory"] for row in csv.DictReader(open("nation/accounts.csv"))}
plan = {
    account.decode(): territory
    for account, territory in zip(f["/accounts/account_id"], f["/accounts/territory"])
}
if list(rows[0]) != ["account_id", "territory", "rep", "previous", "moved"]:
    print(list(rows[0]))
if sorted(row["account_id"] for row in rows) != sorted(given):
    print("not every account once")
for row in rows:
    j = plan[row["account_id"]]
    previous = given[row["account_id"]]
    expected = [row["account_id"], names[j], reps[j], previous, str(int(names[j] != previous))]
    if list(row.values()) != expected:
        print(f"expected {expected}, found {list(row.values())}")
END
)"
"$here/tests/geojson_check.sh" one.geojson 5 >out 2>err
check "geojson: ogrinfo" "one.geojson: 5 valid outlines, none overlap" "$(cat out)"
check "geojson: figures" "" "$("$python" - 2>&1 <<'END'
import h5py, json
f = h5py.File("plan.h5")
features = json.load(open("one.geojson"))["features"]
for j, feature in enumerate(features):
    found = feature["properties"]
    expected = {
        "territory": f["/territories/name"][j].decode(),
        "rep": f["/territories/rep_id"][j].decode(),
        "accounts": f["/territories/account_count"][j],
        "travel_hours": f["/territories/travel"][j] / 1e6,
        "load_hours": f["/measures/hours/load"][j] / 1e6,
        "band_hours_met": True,
        "gained": f["/territories/gained_count"][j],
        "lost": f["/territories/lost_count"][j],
    }
    for key, value in expected.items():
        if found[key] != value:
            print(f"{key}: expected {value}, found {found[key]}")
END
)"
xmllint --noout one.svg 2>err
check "svg: xmllint" 0 "$?"
check "svg: its title and size" yes "$("$python" - 2>&1 <<'END'
import re
text = open("one.svg", encoding="utf-8").read()
print("yes" if "A small nation" in text and len(text) < 200_000 else f"{len(text)} bytes")
END
)"

# Two plans side by side.
on 2 compare audit.h5 plan.h5
check "compare: exit code" 0 "$code"
check "compare: standard error" "" "$(cat err)"
moved=$(ask plan.h5 "f.attrs['moved_count']")
check "compare: moved" "Moved accounts 0 $moved" "$(grep '^Moved accounts' out | xargs)"
check "compare: in another territory" 1 \
    "$(grep -c "^400 accounts are in both; $moved of them ([0-9.]* %) are in another territory\.$" out)"
on 1 compare plan.h5 audit.h5 --json
check "compare --json: exit code" 0 "$code"
check "compare --json: what it says" "plan.h5 audit.h5 feasible infeasible 400 $moved 0 0" "$(
    "$python" -c "
import json
c = json.load(open('out'))
print(c['a']['result'], c['b']['result'], c['a']['status'], c['b']['status'],
      *c['accounts'].values())" 2>&1)"
on 1 compare plan.h5 plan.h5
check "compare with itself" 1 \
    "$(grep -c '^400 accounts are in both; 0 of them (0.0 %) are in another territory\.$' out)"

# What cannot be read, and what cannot be written.
head -c 3000 plan.h5 >cut.h5
for words in "export cut.h5 --csv x.csv" "compare plan.h5 cut.h5"; do
    # shellcheck disable=SC2086 # words
    on 3 $words
    check "$words: exit code" 65 "$code"
    check "$words: said once" "ambit: cut.h5: the file is cut off or damaged; write it again" \
        "$(cat err)"
done
check "nothing written" "" "$(find . -name 'x.csv*')"
finish
