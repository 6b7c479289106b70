#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Rules on who may serve whom: plans that keep them by the word of a judge in another language, the
# same bytes anywhere, a file that was tampered with, what cannot be and is told before anything is
# drawn, tables that cannot be used, and new accounts.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
nation="$here/tests/rules_nation.py"
kept="locked=0 fixed=0 needs=0 forbidden=0 allowed=0 reach=0"

make() { "$python" "$nation" make "$@" || check "make $*" 0 "$?"; }
hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# Every rule, on ranks and threads, in any order of all rows; and with groups and free centres.
make plain
make plain_shuffled --shuffle 7
make groups --together --free 2 --accounts 900
make groups_shuffled --together --free 2 --accounts 900 --shuffle 8
for kind in plain groups; do
    first=
    for ranks in 1 2 3; do
        for folder in $kind ${kind}_shuffled; do
            threads=$((4 - ranks))
            rm -f "$folder/plan.h5"
            on $ranks run "$folder/scenario.yaml" -o "$folder/plan.h5" --threads $threads --effort 6 \
                --quiet
            check "$folder on $ranks ranks: exit code" 0 "$code"
            first=${first:-$(hash_of "$folder/plan.h5")}
            check "$folder on $ranks ranks: bytes" "$first" "$(hash_of "$folder/plan.h5")"
        done
    done
    check "$kind: rules" "$kept" "$("$python" "$nation" check $kind $kind/plan.h5)"
    on 2 verify $kind/plan.h5 --threads 1 --quiet
    check "$kind verified: exit code" 0 "$code"
    check "$kind verified: said" "$kind/plan.h5: every figure agrees and every band and rule is met" \
        "$(cat out)"
    check "$kind: figures" "$(awk -F, 'NR > 1 && $10 == 1 && $7 != "East-03"' $kind/accounts.csv |
        wc -l) 1 $(grep -c ',East-03,' $kind/accounts.csv) 0" "$(ask $kind/plan.h5 \
        "*(f['rules'].attrs[n] for n in ('locked_count', 'fixed_count', 'kept_count', 'broken_count'))")"
done
# HDF5 gives the bytes that CSV gives.
"$python" - <<'END'
import csv
import h5py, numpy as np
rows = list(csv.DictReader(open("plain/accounts.csv")))
text = ("account_id", "territory", "kind", "needs", "group")
with h5py.File("plain/accounts.h5", "w") as f:
    for name in rows[0]:
        f[name] = np.array([row[name] for row in rows], "S12" if name in text else "f8")
END
cp plain/plan.h5 plain/csv.h5
on 2 run plain/scenario.yaml -o plain/plan.h5 --accounts plain/accounts.h5 --threads 1 --effort 6 --quiet
check "from HDF5: exit code" 0 "$code"
check "from HDF5: bytes" "$(hash_of plain/csv.h5)" "$(hash_of plain/plan.h5)"
check "inputs" "scenario accounts reps forbidden allowed" \
    "$(ask plain/plan.h5 "*(r.decode() for r in f['inputs/role'][:])")"
on 1 run plain/scenario.yaml -o plain/plan.h5 --threads 1 --effort 1 --json
check "summary" 1 "$(grep -cE '^  Rules +[0-9]+ accounts locked, [0-9]+ restricted, [0-9]+ in 1 fixed territory; all kept$' err)"
check "json" "0 1" "$("$python" -c "
import json, sys
rules = json.loads(sys.stdin.read().splitlines()[-1])['rules']
print(rules['broken'], rules['fixed_territories'])" <out)"

# The example of README.md says what the demo gives.
cp -r "$here/scripts/demo" demo
sed -n '/^rules:$/,/^```/p' "$here/README.md" | grep -v '^```' >>demo/demo.yaml
on 1 run demo/demo.yaml -o demo/plan.h5 --threads 2 --effort 1
check "example: exit code" yes "$([ "$code" -eq 0 ] || [ "$code" -eq 2 ] && echo yes)"
check "example: rules" "$(grep '^ *Rules  ' "$here/README.md" | xargs)" "$(grep '^ *Rules  ' err | xargs)"

# Today's territories break some, and so may a seed.
on 1 audit plain/scenario.yaml -o plain/today.h5 --threads 1 --quiet
check "today: rules" "$("$python" "$nation" check plain plain/today.h5)" \
    "$(ask plain/today.h5 "*(n + '=' + str(c) for n, c in zip(('locked', 'fixed', 'needs',
        'forbidden', 'allowed', 'reach'), f['rules'].attrs['broken']))")"
on 1 run plain/scenario.yaml -o plain/seed.h5 --seed-only --threads 1 --quiet
check "seed: exit code" 2 "$code"
check "seed: said" 1 "$(grep -cE '^  rules: [0-9]+ accounts where they may not be, first A[0-9]+ in East-0[0-9] \([a-z]+\)$' err)"
check "seed: rules" "$("$python" "$nation" check plain plain/seed.h5)" \
    "$(ask plain/seed.h5 "*(n + '=' + str(c) for n, c in zip(('locked', 'fixed', 'needs',
        'forbidden', 'allowed', 'reach'), f['rules'].attrs['broken']))")"

# A plan that was changed by hand, and a table that was.
cp plain/plan.h5 plain/changed.h5
edit plain/changed.h5 "i = list(f['accounts/previous'][:] == 2).index(True); f['accounts/territory'][i] = 5"
on 1 verify plain/changed.h5 --quiet
check "changed plan: exit code" 1 "$code"
check "changed plan: said" 1 "$(grep -c '^differs: rules broken fixed: the file says 0, recomputed 1$' out)"
cp plain/allowed.csv allowed.csv
sed -i '$d' plain/allowed.csv
on 1 verify plain/plan.h5 --quiet
check "changed table: exit code" 1 "$code"
check "changed table: said" 1 "$(grep -c '^differs: allowed hash' out)"
cp allowed.csv plain/allowed.csv

# New accounts: b needs what the nearest rep cannot, and c is out of reach.
head -n 1 plain/accounts.csv >new.csv
cat >>new.csv <<'END'
a,41.47,-91.47,2,3,10,,A,,0,
b,38.9,-90.5,2,3,10,,A,cold;heavy,0,
c,60,-90.5,2,3,10,,A,,0,
END
for ranks in 1 3; do
    on $ranks assign plain/plan.h5 new.csv -o placed.csv --threads 1 --quiet
    check "assign on $ranks ranks: exit code" 2 "$code"
    check "assign on $ranks ranks: said" "ambit: plain/plan.h5: the rules let no territory serve 1 of \
3 new accounts, which stand without one; 0 more break bands" "$(cat err)"
    check "assign on $ranks ranks: rows" "a,East-06,R006,nearest b,East-06,R006,rule c,,,none" \
        "$(tail -n +2 placed.csv | sort | cut -d , -f 1-4 | xargs)"
done

# ---- what cannot be ----

mkdir in
{ hand_tables; cat; } >base.yaml <<'END'
END
printf 'id,lat,lon,t,work,kind,needs\nA,40,-100,T1,10,x,\nB,40.1,-100,T1,20,y,p;q\nC,41,-101,T2,30,x,q\n' \
    >in/a.csv
printf 'rep,t,lat,lon,skills\nR1,T1,40,-100,p\nR2,T2,41,-101,q\n' >in/r.csv
rules() { cat base.yaml - >in/s.yaml; }

rules <<<'rules: {needs: {accounts: needs, reps: skills}}'
refused_run "nobody can" "in/s.yaml: rules: expected a territory that may serve each account, found 1 \
account that none of 2 may serve:
  account 'B': needs closes 2 (T1, T2)
  what would do:
    let T1 serve 1 account whose needs its rep does not meet"
rules <<<'rules: {locked: {kind: x}, forbidden: {where: {kind: x}, territories: [R1, T2]}}'
refused_run "locked where forbidden" "in/s.yaml: rules: expected a territory that may serve each \
account, found 2 accounts that none of 2 may serve:
  account 'A' is locked to T1, which is closed to it by forbidden
  account 'C' is locked to T2, which is closed to it by forbidden
  what would do:
    let T1 serve 1 account that is forbidden to it and
    let T2 serve 1 account that is forbidden to it"
rules <<<'rules: {reach: 50 km, forbidden: {where: {kind: y}, territories: T1}}'
refused_run "out of reach" "in/s.yaml: rules: expected a territory that may serve each account, found \
1 account that none of 2 may serve:
  account 'B': forbidden closes 1 (T1), reach closes 1 (T2)
  what would do:
    let T1 serve 1 account that is forbidden to it; or
    raise reach from 50.0 to 131.0 km, for 1 account"
rules <<<'rules: {fixed: [T1, T9]}'
refused_run "no such territory" "in/s.yaml:8:21: expected a territory or a rep's id, found 'T9' (the \
nearest is 'T1')"
rules <<<'rules: {locked: {kind: [x, z]}}'
refused_run "no such word" "in/s.yaml:8:28: expected a word that an account has in column 'kind', found \
'z', which none has (the nearest is 'x')"
rules <<<'rules: {locked: {knd: x}}'
refused_run "no such column" "in/a.csv:1:1: expected a column 'knd' in the header, found none of that \
name; the nearest is 'kind'"

rules <<<'rules: {together: work, forbidden: [{where: {kind: x}, territories: T1}, {where: {kind: y}, territories: T2}]}'
sed -i 's/^B,\(.*\),20,/B,\1,10,/' in/a.csv
refused_run "a group that nobody can" "in/s.yaml: rules: expected a territory that may serve all \
accounts of each group that stays together, found 1 group of the column 'work' that none may serve whole:
  10
  what would do:
    let T1 serve 1 account that is forbidden to it; or
    part 1 group of the column 'work'"
sed -i 's/^B,\(.*\),10,/B,\1,20,/' in/a.csv

# That no plan is possible, with these words.
impossible() { # CASE WORDS
    for ranks in 1 3; do
        on $ranks run in/s.yaml -o in/x.h5 --threads 1 --quiet
        check "$1 on $ranks ranks: exit code" 2 "$code"
        check "$1 on $ranks ranks: said" "ambit: in/s.yaml: rules: no plan meets these bands, whatever \
is drawn; under each, what would do:
  $2" "$(cat err)"
    done
}
rules <<<'bands: {work: {max: 25}}
rules: {locked: {kind: [x, y]}}'
impossible "locked load" "work: T1: its 2 locked accounts have 30, above the limit of 25
    let 1 of 2 locked accounts of T1 go; or
    raise the upper limit of work of T1 from 25 to 30
  work: T2: its 1 locked account has 30, above the limit of 25
    let 1 of 1 locked account of T2 go; or
    raise the upper limit of work of T2 from 25 to 30"
rules <<<'bands: {count: {min: 1}}
rules: {allowed: {where: {kind: [x, y]}, territories: T1}}'
impossible "nobody may join" "count: T2: no account may join it, and min asks for some
    let T2 serve 1 account that is allowed to others only; or
    lower the lower limit of count of T2 from 1 to 0"
rules <<<'bands: {count: {min: 1}}
rules: {reach: 40 km}'
sed -i 's/^R2,.*/R2,T2,44,-101,q/; s/^C,41,-101/C,40.2,-100/' in/*.csv
impossible "nobody is near" "count: T2: no account may join it, and min asks for some
    raise reach from 40.0 to 430.6 km, for 1 account; or
    lower the lower limit of count of T2 from 1 to 0"
sed -i 's/^R2,.*/R2,T2,41,-101,q/; s/^C,40.2,-100/C,41,-101/' in/*.csv
rules <<<'bands: {work: {min: 50%}}
rules: {allowed: {where: {kind: [x], work: 30}, territories: T1}, forbidden: {where: {kind: y}, territories: T2}}'
impossible "too few may join" "work: T2: the 1 account that may join it has 10, below the limit of 15
    let T2 serve 1 account that is forbidden to it; or
    let T2 serve 1 account that is allowed to others only; or
    lower the lower limit of work of T2 from 15 to 10"

# Bands are not asked of a fixed territory, and it keeps what it has.
rules <<<'bands: {work: {max: 35}}
rules: {fixed: T2}'
sed -i 's/^A.*/A,40,-100,T2,10,x,/' in/a.csv
on 1 run in/s.yaml -o in/x.h5 --threads 1 --quiet
check "fixed: exit code" 0 "$code"
check "fixed: plan" "[0 1 1] 0 inf" "$(ask in/x.h5 "f['accounts/territory'][:][f['accounts/account_id'][:].argsort()][[1, 0, 2]], f['bands/work'].attrs['broken_count'], f['bands/work/upper'][1]" | tr -d '(),')"
rm -f in/x.h5

# Tables of pairs that cannot be used.
rules <<<'rules: {forbidden: {file: f.csv}}'
printf 'account_id,territory\nA,T1\nX,T1\nB,T3\n,T1\n' >in/f.csv
refused_run "bad pairs" "in/f.csv:3:1: expected the id of an account in column 'account_id', found 'X'
in/f.csv:4:3: expected a territory or a rep's id in column 'territory', found 'T3'
in/f.csv:5:1: expected an account's id in column 'account_id', found an empty field
in/f.csv: 3 bad rows (2 missing id, 1 unknown territory or rep); mend them, or leave such rows out with \
--skip-bad-rows"
on 1 run in/s.yaml -o in/x.h5 --threads 1 --quiet --skip-bad-rows
check "bad pairs left out: exit code" 0 "$code"
check "bad pairs left out: count" 3 "$(ask in/x.h5 "f.attrs['bad_row_count']")"
rm -f in/x.h5
printf 'account,territory\nA,T1\n' >in/f.csv
refused_run "no column of pairs" "in/f.csv:1:1: expected a column 'account_id' in the header, found none \
of that name; the nearest is 'account'"
rm in/f.csv
refused_run "no table of pairs" "in/f.csv: cannot be opened: No such file or directory"
finish
