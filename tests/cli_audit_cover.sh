#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Audits of alignments with gaps and overlaps: by hand, by brute force, as the same alignment without
# the rows of its gaps; on any ranks, threads and order of rows; judged again; what is refused.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }
json() { # FILE PYTHON, which knows the object as j and its audit as a
    "$python" -c "
import json
j = json.load(open('$1'))
a = j['audit']
print($2)"
}

# --- by hand -----------------------------------------------------------------------

# B has no territory and is 0.3 degrees from the middle, D names one that there is none of; each has
# 2 visits and 3 hours, D more potential. The others drive what they would without them.
meridian hand
cat >hand/a.csv <<'END'
id,lat,lon,territory,visits,workload,potential
A,40.2,-100,South,2,3,10
B,40.7,-100,,2,3,20
C,40.9,-100,Middle,1,2,30
D,41.3,-100,Nowhere,2,3,40
E,42.5,-100,North,2,5,50
END
cat >>hand/s.yaml <<'END'
measures: {hours: workload + travel, potential: {sum: potential, unit: USD}}
END
on 1 audit hand/s.yaml --threads 1 --json -o hand/x.h5
check "by hand: exit code" 0 "$code"
cp err said
cp out hand/x.json
check "by hand: gaps" "2 0 6.0 60.0 1 3 infeasible" "$(json hand/x.json "a['gaps'], a['overlaps'], \
a['in_none']['work_hours'], a['in_none']['potential'], a['in_none']['unknown_territory'], \
j['accounts'], j['status']" | tr -d "(),'")"
check "by hand: travel of the others" "1.668 True" "$(json hand/x.json \
    "round(j['travel_hours'], 3), abs(j['travel_hours'] - (0.4 + 0.1 + 1.0) * 1.1119508) < 1e-5" | tr -d '(),')"
check "by hand: D first, with its nearest" "D Middle 33.4 True B Middle 33.4 False" \
    "$(json hand/x.json "*[x for e in a['in_none']['listed'] for x in (e['account'], e['nearest'], \
round(e['nearest_km'], 1), e['unknown_territory'])]")"
check "by hand: accounts of territories" "1.0 1.0 1.0" "$(json hand/x.json \
    "*[t['figures']['accounts'] for t in a['territories']]")"
check "by hand: loads" "30.0 50.0 10.0" "$(json hand/x.json \
    "*[t['figures']['potential'] for t in a['territories']]")"
check "by hand: stored" "2.0 6.0 60.0 1.0 b'D' b'Middle'" "$(ask hand/x.h5 "
    *[f['/audit/gaps'].attrs['total_' + n] for n in ('accounts', 'work', 'potential', 'unknown')],
    f['/audit/gaps/account_id'][0], f['/audit/gaps/nearest'][0]")"
check "by hand: said" "infeasible: 2 accounts in no territory, 0 in more than one|\
  Accounts       3 in 3 territories; gaps: 2 more in none; overlaps: 0 in several|\
  In no territory: 2 accounts, 6.00 h of work, 60.00 USD of potential|\
    D                           3.00       40.00  Middle, 33.4 km; the one it names is unknown|\
    B                           3.00       20.00  Middle, 33.4 km|\
    1 of all name a territory that is unknown|\
    gaps: 6 h of work and 60 USD of potential; the first D, nearest to Middle|\
      store this audit (-o): \`ambit assign\` or \`ambit nightly\` with it places the 2 accounts" \
    "$(grep -E '^infeas|Accounts  |In no|^    [BD] |of all|gaps: 6|store this' said | paste -sd '|')"
check "by hand: the file is whole" "hand/x.h5: 3 accounts, every dataset as it should be" \
    "$("$here/tests/read_result.py" hand/x.h5 2>&1)"
on 2 verify hand/x.h5 --threads 1 --quiet
check "by hand: verified" "2 ambit: hand/x.h5: every figure agrees; the plan has accounts in no \
territory or in several, and says so" "$code $(grep '^ambit' err)"

# What it says helps: the gaps are new to a plan without them.
{ head -n 1 hand/a.csv; grep -E '^[BD],' hand/a.csv; } >hand/rows.csv
on 1 assign hand/x.h5 hand/rows.csv -o hand/placed.csv --quiet
check "assign: where they go" "0 B,Middle D,Middle" \
    "$code $(tail -n +2 hand/placed.csv | cut -d , -f 1,2 | sort | xargs)"
sed 's/Nowhere//' hand/a.csv >hand/known.csv
on 2 nightly hand/s.yaml --plan hand/x.h5 --accounts hand/known.csv --threshold 2 --threads 1 \
    -o hand/night.h5 --json --quiet
check "nightly: new ones" "0 2" "$code $("$python" -c "
import json; print(json.load(open('out'))['nightly']['new'])")"

# A table: C in two territories, one of them by its rep; A twice in one; D in none that there is;
# B in no row; Q is nobody's.
cat >hand/plan.csv <<'END'
territory,account_id
R2,C
South,A
North,C
South,A
Nowhere,D
,E
North,E
South,Q
END
on 1 audit hand/s.yaml --plan hand/plan.csv --accounts hand/known.csv --threads 1 --json -o hand/t.h5
check "a table: exit code" 0 "$code"
cp out hand/t.json
cp err said
check "a table: gaps and overlaps" "2 1 1 C 2 Middle North True" "$(json hand/t.json "a['gaps'], \
a['in_none']['unknown_territory'], a['overlaps'], *[x for e in a['in_several']['listed'] for x in \
(e['account'], e['claims'], *e['territories'])], \
abs(j['travel_hours'] - (0.4 + 0.1 + 1.0) * 1.1119508) < 1e-5" | tr -d "(),'")"
check "a table: said" "{\"warning\":\"hand/plan.csv: 1 account that the scenario has not\"}|\
Audit of hand/plan.csv: s|infeasible: 2 accounts in no territory, 1 in more than one|\
    C                           2.00       30.00  Middle; North|\
    overlaps: 2 h of work and 30 USD of potential; the first C|\
      take each out of all but one of its territories; it is scored in the first" \
    "$(grep -E 'warning|^Audit|^infeas|^    C|overlaps: 2|take each' said | paste -sd '|')"
check "a table: an input" "plan plan.csv 8" "$(ask hand/t.h5 \
    "*[f['/inputs/' + n][-1].decode() for n in ('role', 'path')], f['/inputs/rows'][-1]")"
on 2 verify hand/t.h5 --accounts hand/known.csv --threads 1 --quiet
check "a table: verified" 2 "$code"
sed 's/^North,C/South,C/' hand/plan.csv >other && cp hand/plan.csv kept && cp other hand/plan.csv
on 2 verify hand/t.h5 --accounts hand/known.csv --threads 1 --quiet
check "another table: told" "1 1 1" "$code $(grep -c '^differs: plan hash' out) \
$(grep -c "^differs: /audit/overlaps/territories.*recomputed 'Middle; South'" out)"
cp kept hand/plan.csv

# --- by brute force ------------------------------------------------------------------

# Every seventh account has no territory today, every eleventh names an unknown one.
"$python" "$here/tests/make_nation.py" n --accounts 500 --reps 6 --free 2
awk -F, -v OFS=, 'NR > 1 { n = substr($1, 2) + 0
    if (n % 7 == 3) $7 = ""; else if (n % 11 == 3) $7 = "Atlantis" } 1' n/accounts.csv >made
mv made n/accounts.csv
on 1 audit n/scenario.yaml --threads 1 --json --quiet -o n/x.h5
check "today: exit code" 0 "$code"
cp out n/x.json
check "today: by brute force" "" "$("$here/tests/check_cover.py" n n/x.json n/x.h5 2>&1)"

# The others are as they are where the table has no more than them.
mkdir fewer && cp n/reps.csv n/scenario.yaml fewer
awk -F, '$7 != "" && $7 != "Atlantis"' n/accounts.csv >fewer/accounts.csv
on 1 audit fewer/scenario.yaml --threads 1 --json --quiet
cp out fewer.json
check "today: all else as without them" True "$("$python" -c "
import json
a, b = (json.load(open(path)) for path in ('n/x.json', 'fewer.json'))
for j in (a, b):
    j['audit']['triggers'] = [t for t in j['audit']['triggers'] if t['kind'] != 'gaps']
    for key in 'gaps in_none'.split(): j['audit'].pop(key)
    for key in 'seconds peak_bytes result status inputs'.split(): j.pop(key, None)
print(a == b)")"

# A table with rows twice, elsewhere, unknown, missing and of others, in the scenario's own names of
# columns and in any order.
awk -F, -v OFS=, 'NR == 1 { print "account_id", "territory"; next }
    { n = substr($1, 2) + 0 }
    n % 13 != 5 { print $1, n % 3 ? "East-0" 1 + n % 6 : $7 }
    n % 5 == 1 { print $1, "East-0" 1 + n % 4 }
    n % 10 == 1 { print $1, "R00" 1 + n % 5; print "X" $1, "East-01" }' n/accounts.csv >n/plan.csv
on 1 audit n/scenario.yaml --plan n/plan.csv --accounts fewer/accounts.csv --threads 1 --quiet
check "a table for fewer accounts" 0 "$code"
sed -i 's/,Atlantis$/,/' n/accounts.csv
on 1 audit n/scenario.yaml --plan n/plan.csv --threads 1 --json --quiet -o n/t.h5
check "a table: exit code" 0 "$code"
cp out n/t.json
check "a table: there are both" True "$(json n/t.json "a['gaps'] > 20 and a['overlaps'] > 20")"
check "a table: by brute force" "" \
    "$("$here/tests/check_cover.py" n n/t.json n/t.h5 n/plan.csv 2>&1)"
cp n/plan.csv n/rows.csv
for ranks in 1 2 3; do
    on $ranks audit n/scenario.yaml --plan n/plan.csv -o n/y.h5 --threads $((4 - ranks)) --quiet
    check "a table on $ranks ranks: exit code" 0 "$code"
    [ $ranks -gt 1 ] || first=$(ask n/y.h5 "f.attrs['plan_sha256']") bytes=$(hash_of n/y.h5)
    check "a table on $ranks ranks: bytes" "$bytes" "$(hash_of n/y.h5)"
    for path in n/plan.csv n/accounts.csv; do
        { head -n 1 $path; tail -n +2 $path | shuf --random-source=n/rows.csv; } >made
        mv made $path
    done
done
check "a table in other order: plan" "$first" "$(ask n/t.h5 "f.attrs['plan_sha256']")"
for ranks in 1 3; do
    on $ranks verify n/t.h5 --threads 1 --quiet
    check "a table verified on $ranks ranks" 2 "$code"
done

# Current territories, on any ranks.
awk -F, -v OFS=, 'NR > 1 && $7 == "" { $7 = "Atlantis" } 1' n/accounts.csv >made && mv made n/accounts.csv
for ranks in 1 2 3; do
    on $ranks audit n/scenario.yaml -o n/y.h5 --threads $((4 - ranks)) --quiet
    [ $ranks -gt 1 ] || bytes=$(hash_of n/y.h5)
    check "today on $ranks ranks: bytes" "$bytes" "$(hash_of n/y.h5)"
    { head -n 1 n/accounts.csv; tail -n +2 n/accounts.csv | shuf --random-source=n/rows.csv; } >made
    mv made n/accounts.csv
done

# --- with rules ----------------------------------------------------------------------

# Groups, pairs, pieces and budgets are asked of the accounts that have a territory. B, of house h
# with A, is in none, and so is D, whose pair is forbidden elsewhere.
meridian rules
awk -F, -v OFS=, '{ print $0, (NR == 1 ? "house" : NR < 4 ? "h" : NR > 4 ? "i" : "") }' hand/known.csv \
    >rules/a.csv
printf 'account_id,territory\nD,South\nE,North\n' >rules/pairs.csv
cat >>rules/s.yaml <<'END'
rules: {together: house, forbidden: {file: pairs.csv}, locked: {territory: visits}}
contiguity: {contiguous: required, graph: {nearest: 1}}
disruption: {budget: {accounts: 0}}
END
sed -i 's/locked: {territory: visits}/locked: {visits: {min: 2}}/' rules/s.yaml
for ranks in 1 3; do
    on $ranks audit rules/s.yaml --threads 1 --json --quiet -o rules/$ranks.h5
    check "rules on $ranks ranks: exit code" 0 "$code"
    check "rules on $ranks ranks: E alone breaks one" "1 2 0" "$("$python" -c "
import json
j = json.load(open('out'))
print(j['rules']['broken'], j['audit']['gaps'], j['together']['split'])")"
    on $ranks verify rules/$ranks.h5 --threads 1 --quiet
    check "rules on $ranks ranks: verified" 2 "$code"
done
check "rules: bytes" "$(hash_of rules/1.h5)" "$(hash_of rules/3.h5)"

# --- judged again --------------------------------------------------------------------

tampered() { # NAME PYTHON GREP
    cp hand/x.h5 hand/bad.h5
    edit hand/bad.h5 "$2"
    on 2 verify hand/bad.h5 --threads 1 --quiet
    check "tampered, $1: exit code" 1 "$code"
    check "tampered, $1: named" yes "$(cat out err | grep -q -- "$3" && echo yes)"
}
tampered "how many" "f['/audit/gaps'].attrs['total_accounts'] = 1.0" \
    "/audit/gaps.total_accounts: the file says 1, recomputed 2"
tampered "their work" "f['/audit/gaps'].attrs['total_work'] = 5.0" "gaps.total_work"
tampered "who" "f['/audit/gaps/account_id'][0] = b'B'" "/audit/gaps/account_id\[0\]"
tampered "the nearest" "f['/audit/gaps/nearest'][1] = b'South'" "/audit/gaps/nearest\[1\]"
tampered "none" "del f['/audit/gaps']" "/audit/gaps: the file has none"
tampered "feasible" "f.attrs['feasible'] = 1" "feasible"

# --- what is refused -----------------------------------------------------------------

refused() { # NAME MESSAGE WORDS...
    for ranks in 1 2; do
        on $ranks audit --quiet --threads 1 "${@:3}"
        check "$1 on $ranks ranks: exit code" 65 "$code"
        check "$1 on $ranks ranks: message" "$2" "$(grep -v '^  ' err | sed 's/^ambit: //' | head -n 1)"
    done
}
sed 's/North\|South\|Middle/Nowhere/' hand/known.csv >hand/none.csv
refused "nobody has one" "hand/s.yaml: expected accounts that have a territory, found none of 5; name \
their column as accounts.columns.territory" hand/s.yaml --accounts hand/none.csv
sed 's/^[A-Z][^,]*,/Nowhere,/; s/^,/Nowhere,/' hand/plan.csv >hand/none.csv
refused "a table of another nation" "hand/none.csv: expected accounts that have a territory, found none \
of 5; is it a plan of the same nation?" hand/s.yaml --plan hand/none.csv --accounts hand/known.csv
printf 'account_id,land\nA,South\n' >hand/bad.csv
refused "no such column" "hand/bad.csv:1:1: expected a column 'territory' in the header, found none of \
that name; the nearest is 'account_id'" hand/s.yaml --plan hand/bad.csv --accounts hand/known.csv
printf 'account_id,territory\nA,South\n,North\nC\n' >hand/bad.csv
refused "rows of no account" "hand/bad.csv:3:1: expected an account's id in column 'account_id', found \
an empty field" hand/s.yaml --plan hand/bad.csv --accounts hand/known.csv
on 1 audit hand/s.yaml --plan hand/bad.csv --accounts hand/known.csv --skip-bad-rows --threads 1 \
    --json --quiet
check "rows of no account left out" "0 4" "$code $(json out "a['gaps']")"
refused "a territory that there is none of, beside a plan" "hand/a.csv:5:13: expected a territory or a \
rep's id in column 'territory', found 'Nowhere'" hand/s.yaml --plan hand/plan.csv
on 1 run hand/s.yaml -o hand/never.h5 --threads 1 --quiet
check "a run refuses it as ever" 65 "$code"
on 1 robustness hand/s.yaml --plan hand/t.h5 --quiet --accounts hand/known.csv
check "a plan with gaps is no plan to others" 65 "$code"
finish
