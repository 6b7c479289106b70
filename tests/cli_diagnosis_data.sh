#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Diagnoses as data: what is foreseen, contiguity and separation in the stored result and in JSON,
# read back and recomputed by verify on any ranks; a changed row of each is found out.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

nation() { "$python" "$here/tests/make_nation.py" "$@" || check "make $1" 0 "$?"; }

# Rows of /diagnosis and of its findings, without what is empty.
openings() { # FILE
    "$python" - "$1" <<'END_OF_PYTHON'
import h5py, math, sys
with h5py.File(sys.argv[1]) as f:
    d = f["/diagnosis"]
    for n in range(len(d["by"])):
        words = [d[c][n].decode() for c in ("remedy", "rule", "band", "territory")]
        words += [str(d["accounts"][n]), str(d["of_accounts"][n])]
        if not math.isnan(d["limit"][n]):
            words += [f"{d['was'][n]:g}->{d['limit'][n]:g}", d["unit"][n].decode()]
        print(" ".join(w for w in words if w))
END_OF_PYTHON
}
findings() { # FILE
    "$python" - "$1" <<'END_OF_PYTHON'
import h5py, sys
with h5py.File(sys.argv[1]) as f:
    d = f["/diagnosis/findings"]
    for n in range(len(d["has"])):
        words = [d[c][n].decode() for c in ("reason", "territory", "other", "measure", "account")]
        words += [str(d["accounts"][n]), f"{d['has'][n]:.6g}", f"{d['limit'][n]:.6g}"]
        print(" ".join(w for w in words if w))
END_OF_PYTHON
}
# The same of the JSON object in the file out, whose diagnosis stands under EXPRESSION.
of_json() { # EXPRESSION
    "$python" - "$1" <<'END_OF_PYTHON'
import json, sys
o = json.loads(open("out").read().splitlines()[-1])
d = eval(sys.argv[1])
for n in d["openings"]:
    words = [n[c] or "" for c in ("remedy", "rule", "band", "territory")]
    words += [str(n["accounts"]), str(n["of"])]
    words += [f"{n['was']:g}->{n['limit']:g}", n["unit"] or ""] if n["limit"] is not None else []
    print(" ".join(w for w in words if w))
for n in d["findings"]:
    words = [n[c] or "" for c in ("reason", "territory", "other", "measure", "account")]
    words += [str(n["accounts"]), f"{n['has']:.6g}", f"{n['limit']:.6g}"]
    print(" ".join(w for w in words if w))
END_OF_PYTHON
}

# Plans FOLDER on 1 to 3 ranks: no plan, the same bytes, JSON that says what is stored, and a file
# that verify confirms.
plan() { # FOLDER WORDS...
    local folder=$1
    shift
    for ranks in 1 2 3; do
        on $ranks run "$folder/scenario.yaml" -o "$folder/plan.h5" --threads $((4 - ranks)) \
            --json --quiet "$@"
        check "$folder on $ranks ranks: exit code" 2 "$code"
        check "$folder on $ranks ranks: JSON" \
            "$(openings "$folder/plan.h5"; findings "$folder/plan.h5")" \
            "$(of_json "o['diagnosis']")"
        sha256sum <"$folder/plan.h5" >sum.$ranks
        on $ranks verify "$folder/plan.h5" --threads 1 --quiet
        check "$folder verified on $ranks ranks: exit code" 2 "$code"
        check "$folder verified on $ranks ranks: nothing differs" "" "$(cat out)"
    done
    check "$folder: the same bytes" "$(cat sum.1) $(cat sum.1)" "$(cat sum.2) $(cat sum.3)"
}

# A copy of FOLDER's plan with one value changed is found out, there or in the table.
tampered() { # FOLDER PATH PYTHON-VALUE [TABLE]
    cp "$1/plan.h5" "$1/bad.h5"
    edit "$1/bad.h5" "f['/diagnosis/$2'][0] = $3"
    on 2 verify "$1/bad.h5" --threads 1 --quiet
    check "$1: $2 is found out" "1 yes" \
        "$code $(grep -q "^differs: /diagnosis/${4:-$2\[0\]}: the file" out && echo yes)"
}

# ---- foreseen: nobody may have more than 0.9 of the mean count, and 0.95 of the potential ----

nation room --accounts 400 --reps 5 --infeasible
sed -i 's/potential: 20%/potential: {max: 95%}/' room/scenario.yaml
plan room --effort 4
total=$(awk -F, 'NR == 1 { for (c = 1; c <= NF; c++) if ($c == "potential") p = c; next }
    { s += $p } END { printf "%.6g", s }' room/accounts.csv)
most=$("$python" -c "print('%.6g' % (0.95 * $(awk -F, 'NR == 1 { for (c = 1; c <= NF; c++)
    if ($c == "potential") p = c; next } { s += $p } END { printf "%.10f", s }' room/accounts.csv)))")
check "room: found" "too little room potential 0 $total $most
too little room count 0 400 360" "$(findings room/plan.h5)"
tampered room findings/has 401
tampered room findings/reason "b'unserved'"
tampered room by 0.5
tampered room remedy "b'kept'"

# The seed alone is not diagnosed by a model, but what was foreseen is kept.
plan room --seed-only
check "room, seed only: no openings" "" "$(openings room/plan.h5)"
check "room, seed only: found" 2 "$(findings room/plan.h5 | grep -c 'too little room')"

# All together ask for more than there is, and one account is more than any may have.
nation asked --accounts 60 --reps 3
sed -i 's/potential: 20%/potential: {max: 50}/; s/count: {min: 10}/count: {min: 21}/' asked/scenario.yaml
plan asked --effort 2
check "asked: found" "too heavy accounts
too little room
too much asked" "$(findings asked/plan.h5 | grep -o '^too [a-z]* [a-z]*' | sort)"
check "asked: count" "too much asked count 0 60 63" "$(findings asked/plan.h5 | grep ' count ')"
largest=$("$python" - <<'END_OF_PYTHON'
import csv
rows = list(csv.DictReader(open("asked/accounts.csv")))
heavy = [r for r in rows if float(r["potential"]) > 50]
top = max(heavy, key=lambda r: float(r["potential"]))
print("too heavy accounts potential", list(top.values())[0], len(heavy),
      "%.6g" % float(top["potential"]), 50)
END_OF_PYTHON
)
check "asked: the largest account" "$largest" "$(findings asked/plan.h5 | grep heavy)"

# ---- contiguity: two far accounts that stay together, with another territory between them ----

nation torn --accounts 300 --reps 4
"$python" - <<'END_OF_PYTHON'
rows = open("torn/accounts.csv").read().splitlines()
place = [(float(r.split(",")[1]), float(r.split(",")[2]), n) for n, r in enumerate(rows) if n > 0]
pair = (min(place)[2], max(place)[2])
with open("torn/accounts.csv", "w") as out:
    for n, row in enumerate(rows):
        out.write(row + ("," + ("chain" if n == 0 else "X" if n in pair else "")) + "\n")
END_OF_PYTHON
printf 'rules: {together: chain}\ncontiguity: required\n' >>torn/scenario.yaml
plan torn --effort 4
check "torn: what would do" "alone contiguity 1 300
together contiguity 1 300" "$(openings torn/plan.h5)"
# One of the pair is apart from the rest of its territory, whose piece it is by itself.
apart=$(ask torn/plan.h5 "f['/accounts/account_id'][f['/contiguity/first_apart'][:].max()].decode()")
name=$(ask torn/plan.h5 "f['/territories/name'][f['/contiguity/accounts_apart'][:].argmax()].decode()")
check "torn: it is one of the pair" 1 "$(grep -c "^$apart,.*,X$" torn/accounts.csv)"
check "torn: found" "in pieces $name $apart 1 2 1" "$(findings torn/plan.h5 | grep '^in pieces')"
check "torn: what joining did" True "$("$python" - <<END_OF_PYTHON
words = """$(findings torn/plan.h5 | grep '^joined')""".split()
print(words[:2] == ["joined", "pieces"] and float(words[3]) > float(words[4]) and int(words[2]) > 0)
END_OF_PYTHON
)"
check "torn: words and data are one" yes "$(grep -q "travel, where this one has $(findings \
    torn/plan.h5 | awk '/^joined/ { printf "%d,%03d", $4 / 1000, $4 % 1000 }');" \
    <("$AMBIT" run torn/scenario.yaml -o torn/x.h5 --threads 1 --effort 4 --quiet 2>&1) && echo yes)"
tampered torn accounts 2
tampered torn rule "b'separation'"
tampered torn findings/account "b'nobody'"

# Joining pieces breaks bands that the plan before was within: contiguity alone is enough.
nation joined --accounts 200 --reps 4
printf 'contiguity: {contiguous: required, graph: {nearest: 3}}\n' >>joined/scenario.yaml
sed -i 's/hours: 8%/hours: 2%/; s/potential: 20%/potential: 4%/' joined/scenario.yaml
plan joined --effort 4
check "joined: alone" 1 "$(openings joined/plan.h5 | grep -c '^alone contiguity [1-9][0-9]* 200$')"
check "joined: it is a set too" 1 "$(openings joined/plan.h5 | grep -c '^together contiguity ')"
check "joined: found" True "$("$python" - <<END_OF_PYTHON
words = """$(findings joined/plan.h5)""".split()
print(words[:2] == ["joined", "pieces"] and float(words[3]) > float(words[4]) and int(words[2]) > 0)
END_OF_PYTHON
)"
tampered joined findings/has 1000 findings
tampered joined rule "b'separation'" by
sed -i 's/required/preferred/' joined/scenario.yaml
on 1 run joined/scenario.yaml -o joined/mended.h5 --threads 1 --effort 4 --quiet
check "joined: mended" 0 "$code"

# ---- separation: centroids that cannot be so far apart ----

nation far --accounts 400 --reps 5 --free 8 --centroid
sed -i 's/free: centroid/free: centroid, separation: 3000 km/' far/scenario.yaml
plan far --effort 2
least=$(ask far/plan.h5 "f['/separation'].attrs['least_km']")
floor=$("$python" -c "import math; print('%g' % (math.floor($least * 10) / 10))")
check "far: what would do" "alone separation 0 5 3000->$floor km
together separation 0 5 3000->$floor km" "$(openings far/plan.h5)"
check "far: found" "too near $(ask far/plan.h5 "' '.join(f['/territories/name'][f['/separation'].attrs[
k]].decode() for k in ('first', 'second')) + ' %d %.6g 3000' % (f['/separation'].attrs['broken_count'], \
f['/separation'].attrs['least_km'])")" "$(findings far/plan.h5)"
check "far: said" "    keep the bands and lower separation from 3,000.0 to $floor km" \
    "$("$AMBIT" run far/scenario.yaml -o far/x.h5 --threads 1 --effort 2 --quiet 2>&1 | tail -n 1 |
        sed 's/\([0-9]\),\([0-9]*\.[0-9]\) km/\1\2 km/')"
# It is as it says: with that distance there is a plan.
sed -i "s/separation: 3000 km/separation: $floor km/" far/scenario.yaml
on 1 run far/scenario.yaml -o far/mended.h5 --threads 1 --effort 2 --quiet
check "far: mended" 0 "$code"

# Bands and separation at once: neither is enough alone, and both are in every set.
nation both --accounts 400 --reps 5 --free 8 --centroid --infeasible
sed -i 's/free: centroid/free: centroid, separation: 3000 km/' both/scenario.yaml
plan both --effort 2
check "both: nothing alone" 0 "$(openings both/plan.h5 | grep -c '^alone')"
check "both: together" "together band count 0 0
together separation 0 5" "$(openings both/plan.h5 | sed -n 's/ [0-9.]*->.*//; /^together/p')"
check "both: local" 1 "$(openings both/plan.h5 | grep -c '^local separation 0 5 3000->')"
check "both: found" "too little
too near" "$(findings both/plan.h5 | grep -o '^too [a-z]*')"
check "both: said" "  these together:
    count: at most 80.00 accounts instead of at most 72.00 accounts
    lower separation from 3,000.0 to" "$("$AMBIT" run both/scenario.yaml -o both/x.h5 --threads 1 \
    --effort 2 2>&1 | sed -n '/^  these together:/,/lower/p' | sed 's/ [0-9,.]* km$//')"

# ---- why no plan is sought, by every command that seeks one ----

nation ruled --accounts 200 --reps 4
sed -i 's/measures:/working_time: {work: workload}\nmeasures:/' ruled/scenario.yaml
{ cat ruled/scenario.yaml; echo 'rules: {reach: 150 km}'; } >ruled/refused.yaml
refusal() { # EXPRESSION of the JSON object o
    "$python" -c "import json; o = json.loads(open('out').read().splitlines()[-1])
print(json.dumps($1, sort_keys=True))" 2>&1
}
on 1 run ruled/refused.yaml -o ruled/x.h5 --threads 1 --json --quiet
check "refused: run" 65 "$code"
wanted=$(refusal "o['refused']")
check "refused: what would do" yes \
    "$(grep -q '"words": "raise reach from 150.0 to ' <<<"$wanted" && echo yes || echo "$wanted")"
{ cat ruled/refused.yaml; printf 'scenarios:\n  - {name: more, bands: {hours: 9%%}}\n'; } \
    >ruled/farm.yaml
for ranks in 1 2; do
    for command in "frontier ruled/refused.yaml" "headcount ruled/refused.yaml --from 3 --to 5" \
        "farm ruled/farm.yaml" "run ruled/refused.yaml"; do
        # shellcheck disable=SC2086
        on $ranks $command -o ruled/y.h5 --threads 1 --json --quiet
        check "$command on $ranks ranks: exit code" 65 "$code"
        check "$command on $ranks ranks: refused" "{\"refused\": $wanted}" "$(refusal o)"
        check "$command on $ranks ranks: nothing else" 1 "$(wc -l <out)"
    done
done
check "refused: nothing stored" "" "$(ls ruled/y.h5 2>/dev/null)"

# Centres that cannot be so far apart are told before any of many plans is drawn, too.
nation scarce --accounts 200 --reps 4 --free 4
sed -i 's/free: median/free: median, separation: 3000 km/' scarce/scenario.yaml
on 1 run scarce/scenario.yaml -o scarce/x.h5 --threads 1 --json --quiet
wanted=$(refusal "o['refused']")
check "scarce: run" "2 yes" "$code $(grep -q '"reason": "separation"' <<<"$wanted" && echo yes)"
on 2 frontier scarce/scenario.yaml -o scarce/y.h5 --threads 1 --json --quiet
check "scarce: frontier" "2 {\"refused\": $wanted}" "$code $(refusal o)"

# Of a farm and a row of numbers each plan has its own: one that is refused, one that breaks bands.
{
    cat ruled/scenario.yaml
    printf 'scenarios:\n  - {name: near, rules: {reach: 150 km}}\n'
    printf '  - {name: room, bands: {count: {max: 40}}}\n  - {name: fine, bands: {hours: 9%%}}\n'
} >ruled/farm.yaml
on 1 run ruled/farm.yaml --scenario near -o ruled/x.h5 --threads 1 --json --quiet
wanted=$(refusal "o['refused']")
for ranks in 1 3; do
    on $ranks farm ruled/farm.yaml -o ruled/farm.h5 --effort 3 --threads 1 --json --quiet
    check "farm on $ranks ranks: exit code" 0 "$code"
    check "farm on $ranks ranks: refused" "$wanted" "$(refusal "o['scenarios'][1]['refused']")"
    check "farm on $ranks ranks: diagnosed" "$(printf 'too little room count 0 200 160\ncount')" \
        "$(of_json "o['scenarios'][2]['diagnosis']" | sed -n 's/.*band \(count\) .*/\1/p;/^too/p' |
            sort -ru)"
    check "farm on $ranks ranks: the others" "[[], [\"refused\"], [\"diagnosis\"], []]" \
        "$(refusal "[sorted({'refused', 'diagnosis'} & set(s)) for s in o['scenarios']]")"
    sha256sum <ruled/farm.h5 >sum.$ranks
    on $ranks verify ruled/farm.h5 --threads 1 --quiet
    check "farm on $ranks ranks: verified" 0 "$code"
done
check "farm: the same bytes" "$(cat sum.1)" "$(cat sum.3)"
check "farm: stored" "reach" "$(ask ruled/farm.h5 \
    "f['/scenarios/0001/refused/remedies/rule'][0].decode()")"
edit ruled/farm.h5 "f['/scenarios/0002/diagnosis/findings/has'][0] = 3"
on 2 verify ruled/farm.h5 --threads 1 --quiet
check "farm: a changed finding" "1 1" "$code $(grep -c \
    '^differs: /diagnosis/findings/has\[0\]: the file says 3, recomputed 200' out)"

# With three reps 66 accounts a territory are too few for all.
sed 's/count: {min: 10}/count: {max: 60}/' ruled/scenario.yaml >ruled/fewer.yaml
on 2 headcount ruled/fewer.yaml --from 3 --to 4 -o ruled/fewer.h5 --effort 3 --threads 1 --json --quiet
check "headcount: exit code" 0 "$code"
check "headcount: by number" '[[3, "infeasible", true], [4, "done", false]]' "$(refusal \
    "[[p['territories'], p['status'], 'diagnosis' in p] for p in o['points']]")"
check "headcount: found" "too little room count 0 200 180" \
    "$(of_json "o['points'][0]['diagnosis']" | tail -n 1)"
finish
