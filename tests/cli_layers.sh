#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Layers: who is in which, by another program; the same bytes on any ranks, threads and order of
# rows; each layer as it is alone; verified, and tampering seen; what cannot be is refused or told.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# A nation whose accounts have a segment (every fifth is A, the two next B, then C) and a second
# current territory.
nation() { # FOLDER WORDS...
    "$python" "$here/tests/make_nation.py" "$@"
    awk -F, -v OFS=, 'NR == 1 { print $0, "segment", "other"; next }
        { n = substr($1, 2) % 5
          print $0, n == 0 ? "A" : n < 3 ? "B" : "C", n == 1 ? "" : "K" (1 + n % 2) }' \
        "$1/accounts.csv" >"$1/more.csv"
    mv "$1/more.csv" "$1/accounts.csv"
}
nation nation --accounts 600 --reps 6 --free 1
cp nation/scenario.yaml nation/base.yaml
{ echo account_id; awk -F, 'NR % 60 == 3 { print $1 }' nation/accounts.csv; } >nation/named.csv
printf 'rep_id,territory,home_lat,home_lon,hours\nKR1,K1,40,-95,900\nKR2,K2,40,-91,900\n' \
    >nation/key_reps.csv
cat >nation/free.txt <<'END2'
reps: none, territories: 3, accounts: {columns: {territory: none}},
       bands: {hours: 25%, potential: none, count: none}
END2
{
    cat nation/base.yaml
    echo "layers:"
    echo "  model: hybrid"
    echo "  list:"
    echo "    - {name: named, takes: named.csv, $(sed 's/territories: 3/territories: 1/' nation/free.txt)}"
    echo "    - {name: key accounts, takes: {where: {segment: A}}, reps: {file: key_reps.csv},"
    echo "       accounts: {columns: {territory: other}}, bands: {hours: 30%, potential: none}}"
    echo "    - {name: field, takes: rest}"
} >nation/hybrid.yaml
sed 's/model: hybrid/model: overlay/; s/name: field, takes: rest/name: field, takes: all/' \
    nation/hybrid.yaml >nation/overlay.yaml

run() { # RANKS SCENARIO THREADS WORDS...
    on "$1" run "nation/$2.yaml" -o nation/plan.h5 --threads "$3" --effort 3 "${@:4}"
}

# --- the same bytes --------------------------------------------------------------

for model in hybrid overlay; do
    for ranks in 1 2 3; do
        rm -f nation/plan.h5
        run $ranks $model $((4 - ranks))
        check "$model on $ranks ranks: exit code" 0 "$code"
        [ $ranks -gt 1 ] || cp nation/plan.h5 "nation/$model.h5"
        check "$model on $ranks ranks: bytes" "$(hash_of nation/$model.h5)" \
            "$(hash_of nation/plan.h5)"
        check "$model on $ranks ranks: nothing left behind" "" \
            "$(find nation -name 'plan.h5.*')"
    done
    cp nation/accounts.csv kept.csv
    { head -n 1 kept.csv; tail -n +2 kept.csv | shuf --random-source=kept.csv; } >nation/accounts.csv
    run 2 $model 1 --quiet
    check "$model with shuffled rows: bytes" "$(hash_of nation/$model.h5)" \
        "$(hash_of nation/plan.h5)"
    cp kept.csv nation/accounts.csv
done

# --- who is where ----------------------------------------------------------------

cat >join.py <<'END2'
"""The layers of each account by the table, against the CSV that was exported."""
import csv, sys
model, joined = sys.argv[1:]
named = {r["account_id"] for r in csv.DictReader(open("nation/named.csv"))}
rows = list(csv.DictReader(open("nation/accounts.csv")))
found = {r["account_id"]: r for r in csv.DictReader(open(joined))}
assert len(found) == len(rows)
reps = {"field": dict((r["territory"], r["rep_id"]) for r in csv.DictReader(open("nation/reps.csv"))),
        "key accounts": {"K1": "KR1", "K2": "KR2"}, "named": {"T001": ""}}
wrong = 0
for r in rows:
    takes = [l for l, t in (("named", r["account_id"] in named),
                            ("key accounts", r["segment"] == "A"), ("field", True)) if t]
    got = found[r["account_id"]]
    if model == "hybrid":
        wrong += got["layer"] != takes[0] or reps[takes[0]].get(got["territory"], "?") != got["rep"]
        continue
    for layer in reps:
        territory, rep = got[layer + " territory"], got[layer + " rep"]
        wrong += (territory != "") != (layer in takes)
        wrong += territory != "" and reps[layer].get(territory, "?") != rep
print(wrong)
END2
for model in hybrid overlay; do
    on 1 export nation/$model.h5 --csv $model.csv --quiet
    check "$model: exported" "0 $model.csv" "$code $(cat out)"
    check "$model: every account in the layers that take it, with their reps" 0 \
        "$("$python" join.py $model $model.csv)"
    check "$model: the table in the file is the CSV" 0 "$("$python" -c "
import csv, h5py
rows = {r['account_id']: r for r in csv.DictReader(open('$model.csv'))}
wrong = 0
with h5py.File('nation/$model.h5') as f:
    names = [n.decode() for n in f['/scenarios/name'][:]]
    ids = [i.decode() for i in f['/accounts/account_id'][:]]
    mask, first = f['/accounts/layers'][:], f['/accounts/layer'][:]
    for l, name in enumerate(names):
        own = [t.decode() for t in f['/scenarios/%04d/territories/name' % (l + 1)][:]]
        at = f['/accounts/territory_%04d' % (l + 1)][:]
        for i, account in enumerate(ids):
            row = rows[account]
            says = row.get(name + ' territory', row.get('territory') if row.get('layer') == name else '')
            wrong += (own[at[i]] if at[i] >= 0 else '') != says
            wrong += (mask[i] >> l & 1) != (at[i] >= 0)
    wrong += sum(m >> f < 1 or m & ((1 << f) - 1) for m, f in zip(mask.tolist(), first.tolist()))
print(wrong)")"
done
segment_a=$(grep -c ',A,' nation/accounts.csv)
both=$(grep -f <(tail -n +2 nation/named.csv) nation/accounts.csv | grep -c ',A,')
check "hybrid: counted" "600 0 0 8 0" "$(ask nation/hybrid.h5 \
    "*[f.attrs[a] for a in ('accounts_in_one', 'accounts_in_several', 'accounts_in_none', 'reps', \
'reps_in_several')]")"
check "overlay: counted" "$((600 - segment_a - 10 + both)) $((segment_a + 10 - both)) 0" \
    "$(ask nation/overlay.h5 \
    "*[f.attrs[a] for a in ('accounts_in_one', 'accounts_in_several', 'accounts_in_none')]")"
check "hybrid: accounts by layer" "10 $((segment_a - both)) $((590 - segment_a + both))" \
    "$(ask nation/hybrid.h5 "*f['/scenarios/accounts'][:]")"
check "hybrid: who comes from another layer's territory is new" 0 "$(ask nation/hybrid.h5 \
    "(f['/scenarios/0001/accounts/previous'][:] != -1).sum()")"
check "hybrid: moves are counted by the layer's own column" \
    "$(awk -F, '$8 == "A" && $9 != ""' nation/accounts.csv | grep -cvf <(tail -n +2 nation/named.csv))" \
    "$(ask nation/hybrid.h5 "(f['/scenarios/0002/accounts/previous'][:] != -1).sum()")"

# --- each is a plan like any other -----------------------------------------------

for name in named "key accounts" field; do
    on 2 run nation/hybrid.yaml --scenario "$name" -o nation/alone.h5 --effort 3 --threads 1 --quiet
    check "$name alone: exit code" 0 "$code"
    on 1 compare nation/alone.h5 "nation/hybrid.h5:$name" --quiet
    check "$name: compared" 0 "$code"
    layer=$("$python" -c "
import h5py
f = h5py.File('nation/hybrid.h5')
print('%04d' % (1 + [n.decode() for n in f['/scenarios/name'][:]].index('$name')))")
    check "$name: the plan that it is alone" "$(ask nation/alone.h5 "f.attrs['plan_sha256']")" \
        "$(ask nation/hybrid.h5 "f['/scenarios/$layer'].attrs['plan_sha256']")"
    on 1 audit nation/hybrid.yaml --scenario "$name" --plan "nation/hybrid.h5:$name" --quiet
    check "$name: audited" 0 "$code"
done
on 1 moves "nation/hybrid.h5:field" -o moves.csv --quiet
check "moves of a layer" 0 "$code"
on 2 nightly nation/hybrid.yaml --scenario field --plan nation/hybrid.h5:field --threshold 2 \
    -o nation/night.h5 --threads 1 --quiet
check "a night of a layer" 0 "$code"
on 1 verify nation/night.h5 --quiet
check "a night of a layer: verified" 0 "$code"
{ head -n 1 nation/accounts.csv; grep ',C,' nation/accounts.csv | head -n 2; } |
    sed 's/^A0/N0/' >new.csv
on 1 assign "nation/hybrid.h5:field" new.csv -o placed.csv --quiet
check "assign into a layer" "0 3" "$code $(wc -l <placed.csv)"
on 1 export "nation/hybrid.h5:key accounts" --csv one.csv --svg one.svg --quiet
check "export of a layer: rows" $((segment_a - both + 1)) "$(wc -l <one.csv)"

grep -m 2 ',A,' nation/accounts.csv | sed 's/^A0/M0/' >>new.csv
for ranks in 1 3; do
    on $ranks assign "nation/hybrid.h5:field" new.csv -o never.csv --quiet
    check "assign into another layer on $ranks ranks" "65 ambit: new.csv: expected accounts that \
the layer 'field' takes, found 2 that it does not, the first '$(grep -m 1 '^M0' new.csv |
        cut -d , -f 1)'; put them into a file for their own layer" "$code $(cat err)"
done
on 1 assign "nation/overlay.h5:field" new.csv --scenario nation/overlay.yaml -o placed.csv --quiet
check "assign into a layer of all, by another scenario" "0 5" "$code $(wc -l <placed.csv)"

refused() { # NAME EXIT MESSAGE WORDS...
    for ranks in 1 3; do
        on $ranks "${@:4}" --quiet
        check "$1 on $ranks ranks: exit code" "$2" "$code"
        check "$1 on $ranks ranks: words" "ambit: $3" "$(cat err)"
    done
}
refused "a layer that is not there" 65 "nation/hybrid.h5: expected one of its 3 layers, found \
'feld' (did you mean 'field'?)" export nation/hybrid.h5:feld --csv x.csv
refused "no name" 65 "nation/hybrid.h5: expected a plan, found those of 3 layers; name one, such as \
'nation/hybrid.h5:named'" compare nation/hybrid.h5 nation/alone.h5
refused "no name for a map" 64 "export: expected the name of a layer for a map, such as \
'nation/hybrid.h5:named', found none" export nation/hybrid.h5 --csv x.csv --svg x.svg
refused "a farm of layers" 65 "nation/hybrid.yaml: expected scenarios or a grid, found layers, \
which \`ambit run\` draws" farm nation/hybrid.yaml -o never.h5
refused "audit of all" 65 "nation/hybrid.yaml: expected the name of one of its 3 layers \
(--scenario NAME), found none; \`ambit run\` alone draws all of them" audit nation/hybrid.yaml
on 1 scenarios nation/hybrid.yaml
check "scenarios: listed" "3 layers" "$(head -n 1 out)"

# --- verified --------------------------------------------------------------------

for ranks in 1 3; do
    on $ranks verify nation/overlay.h5
    check "verify on $ranks ranks: exit code" 0 "$code"
    check "verify on $ranks ranks: words" "nation/overlay.h5:named: every figure agrees and every \
band is met
nation/overlay.h5:key accounts: every figure agrees and every band is met
nation/overlay.h5:field: every figure agrees and every band is met
nation/overlay.h5: every account is in the layers that take it, and where its plans have it" \
        "$(cat out)"
done
tampered() { # NAME PYTHON GREP
    cp nation/hybrid.h5 nation/bad.h5
    edit nation/bad.h5 "$2"
    on 2 verify nation/bad.h5 --threads 1 --quiet
    check "tampered, $1: exit code" 1 "$code"
    check "tampered, $1: named" yes "$(cat out err | grep -q -- "$3" && echo yes)"
}
tampered "a layer's plan" "f['/scenarios/0003/territories/travel'][0] += 1" "nation/bad.h5:field"
tampered "a count" "f.attrs['accounts_in_one'] = f.attrs['accounts_in_one'] - 1" \
    "accounts in one layer: the file says 599, recomputed 600"
tampered "reps" "f.attrs['reps'] = f.attrs['reps'] + 1" "reps: the file says 9, recomputed 8"
tampered "an account's place" "f['/accounts/lat'][5] += 1" "the file says another place"
tampered "the joined territory" "
    at = f['/accounts/territory_0003']
    i = [k for k in range(len(at)) if at[k] >= 0][0]
    at[i] = 1 - min(at[i], 1)" "the file says territory"
tampered "another layer" "
    mask, a, b = f['/accounts/layers'], f['/accounts/territory_0002'], f['/accounts/territory_0003']
    i = [k for k in range(len(mask)) if mask[k] == 4][0]
    mask[i], a[i], b[i], f['/accounts/layer'][i] = 2, 0, -1, 1" "layer 'key accounts': its plan has other accounts than it takes"
tampered "an account's first layer" "f['/accounts/layer'][7] += 1" \
    "damaged layers: /accounts/layer: account 7: expected"
tampered "the table's travel" "f['/scenarios/travel_hours'][2] += 1" \
    "field: table of scenarios, travel_hours: it says"
tampered "the table's moves" "f['/scenarios/moved'][1] += 1" \
    "key accounts: table of scenarios, moved: it says"
tampered "how a layer ended" "f['/scenarios/status'][2] = b'best'" \
    "damaged layers: /scenarios/status: expected done, infeasible or failed, found 'best'"
tampered "an account in no layer of the table" \
    "f['/accounts/territory_0003'][0] = 99" "damaged layers: /accounts/territory_0003"
tampered "a layer that is none" "f['/accounts/layers'][7] = 8" \
    "damaged layers: /accounts/layers: account 7: expected bits of 3 layers, found 8"
sed -i 's/takes: {where: {segment: A}}/takes: {where: {segment: B}}/' nation/hybrid.yaml
on 1 verify nation/hybrid.h5 --quiet
check "verify with another scenario: exit code" 1 "$code"
sed -i 's/takes: {where: {segment: B}}/takes: {where: {segment: A}}/' nation/hybrid.yaml

# --- what cannot be --------------------------------------------------------------

sed '/name: field/d' nation/hybrid.yaml >nation/told.yaml
on 1 run nation/told.yaml -o nation/told.h5 --effort 1
none=$((590 - segment_a + both))
check "in no layer: told" "0 {\"warning\":\"$none accounts are in no layer; \`in_none: refused\` \
makes that an error\"}" "$code $(grep warning err)"
on 1 export nation/told.h5 --csv told.csv --quiet
check "in no layer: rows" $none "$(grep -c ',,,$' told.csv)"
on 1 verify nation/told.h5 --quiet
check "in no layer: verified" 0 "$code"
sed 's/model: hybrid/&\n  in_none: refused/' nation/told.yaml >nation/never.yaml
never() { # NAME EXIT MESSAGE
    refused "$1" "$2" "$3" run nation/never.yaml -o nation/never.h5 --effort 1
    check "$1: nothing left" "" "$(find nation -name 'never.h5*')"
}
never "in no layer, refused" 65 "nation/never.yaml: layers: expected every account in a layer, \
found $none in none; let the last layer take the rest, or say in_none: told"
sed 's/segment: A/segment: D/' nation/hybrid.yaml >nation/never.yaml
refused "a word that no account has" 65 "nation/never.yaml:22:53: expected a word that an account has \
in column 'segment', found 'D', which none has (the nearest is 'A')" run nation/never.yaml -o nation/never.h5
sed 's/named.csv/nowhere.csv/' nation/hybrid.yaml >nation/never.yaml
never "a file that is not there" 65 "nation/nowhere.csv: cannot be opened: No such file or directory"
printf 'account_id\nNOBODY\n' >nation/nobody.csv
sed 's/named.csv/nobody.csv/' nation/hybrid.yaml >nation/never.yaml
never "an account that is not there" 65 "nation/nobody.csv: expected ids of accounts, found 1 that \
no account has, the first 'NOBODY'"
sed '2s/East-../Nowhere/' nation/accounts.csv >nation/typo.csv
on 1 run nation/hybrid.yaml --accounts nation/typo.csv -o nation/never.h5 --effort 1 --quiet
check "a territory of no layer's rep: exit code" 65 "$code"
check "a territory of no layer's rep: named" 1 "$(grep -c "found 'Nowhere'" err)"
rm -f nation/never.h5

# A layer that breaks a band, and one that fails: the others are stored.
sed 's/hours: 30%/count: {min: 0, max: 5}/' nation/hybrid.yaml >nation/broken.yaml
for ranks in 1 2; do
    rm -f nation/broken.h5
    on $ranks run nation/broken.yaml -o nation/broken.h5 --effort 1 --json --threads 1
    check "a broken layer on $ranks ranks: exit code" 2 "$code"
    [ $ranks -gt 1 ] || broken=$(hash_of nation/broken.h5)
    check "a broken layer on $ranks ranks: bytes" "$broken" "$(hash_of nation/broken.h5)"
done
check "a broken layer: what would do" True "$("$python" -c "
import json
print('What would do' in json.load(open('out'))['layers'][1]['message'])")"
check "a broken layer: told" "ambit: 1 of 3 layers without a plan within its bands: 'key accounts' \
(no plan found meets these bands)" "$(grep '^ambit' err)"
check "a broken layer: statuses" "done infeasible done" "$("$python" -c "
import json
print(*[l['status'] for l in json.load(open('out'))['layers']])")"
on 1 verify nation/broken.h5 --quiet
check "a broken layer: verified" 2 "$code"
sed 's/key_reps.csv/nobody_reps.csv/' nation/hybrid.yaml >nation/failed.yaml
for ranks in 1 3; do
    on $ranks run nation/failed.yaml -o nation/failed.h5 --effort 1 --threads 1
    check "a failed layer on $ranks ranks: exit code" 65 "$code"
    [ "$ranks" -gt 1 ] || failed_hash=$(hash_of nation/failed.h5)
    check "a failed layer on $ranks ranks: bytes" "$failed_hash" "$(hash_of nation/failed.h5)"
done
check "a failed layer: told" "key accounts: nation/nobody_reps.csv: cannot be opened: No such file \
or directory" "$(grep '^key accounts: ' err)"
check "report: no line too long" 0 "$(sed -n '/^Layer /,$p' err | grep -v : | awk 'length > 100' | wc -l)"
on 1 verify "nation/failed.h5:key accounts" --quiet
check "a failed layer has no plan" 1 "$code"
on 2 verify nation/failed.h5 --quiet --threads 1
check "a failed layer: the file says so" "2 ambit: nation/failed.h5: layer 'key accounts' has no \
plan, and says so" "$code $(cat err)"
edit nation/failed.h5 "
    mask = f['/accounts/layers']
    i = [k for k in range(len(mask)) if mask[k] == 2][0]
    mask[i], f['/accounts/layer'][i] = 0, -1"
on 2 verify nation/failed.h5 --quiet --threads 1
check "a failed layer: who is in it is checked" "1 1" \
    "$code $(grep -c "the file says the layers none, taken by 'key accounts'" out)"
on 1 export nation/failed.h5 --csv failed.csv --quiet
check "a failed layer: its accounts have no territory" $((segment_a - both - 1)) \
    "$(grep -c ',key accounts,,$' failed.csv)"

# --- a rep of several layers -------------------------------------------------------

# R001 and R002 serve key accounts with a part of their year, by a factor of each layer's reps.
sed 's/KR1/R001/; s/KR2/R002/' nation/key_reps.csv >nation/shared_reps.csv
sed 's/key_reps.csv/shared_reps.csv/' nation/hybrid.yaml >nation/shared.yaml
for ranks in 1 3; do
    on $ranks run nation/shared.yaml -o nation/shared.h5 --effort 2 --threads 1 --json
    check "shared reps on $ranks ranks: exit code" 0 "$code"
    [ $ranks -gt 1 ] || shared=$(hash_of nation/shared.h5)
    check "shared reps on $ranks ranks: bytes" "$shared" "$(hash_of nation/shared.h5)"
    check "shared reps on $ranks ranks: warned" 1 "$(grep -c '"2 reps are in several layers of a hybrid' err)"
    cp out shared.json
done
check "shared reps: sums" "2 R001 R002 True True" "$("$python" -c "
import h5py, json
j = json.load(open('shared.json'))
f = h5py.File('nation/shared.h5')
names = [n.decode() for n in f['/scenarios/name'][:]]
def of(rep, layer, path, scale):
    g = f['/scenarios/%04d' % (names.index(layer) + 1)]
    k = [r.decode() for r in g['territories/rep_id'][:]].index(rep)
    return g[path][k] * scale
good = [all(abs(r['hours'] - sum(of(r['rep'], l, 'measures/hours/load', 1e-6)
                                 for l in ('key accounts', 'field'))) < 1e-6
            and [l['layer'] for l in r['layers']] == ['key accounts', 'field']
            for r in j['shared_reps']),
        all(abs(r['target_hours'] - sum(of(r['rep'], l, 'bands/hours/target', 1)
                                        for l in ('key accounts', 'field'))) < 1e-6
            for r in j['shared_reps'])]
print(j['reps_in_several'], *[r['rep'] for r in j['shared_reps']], *good)")"
check "shared reps: said" "2 1" "$(grep -cE \
    '^  R00[12] +[0-9,.]+ +[0-9,.]+   K[12] \(key accounts\), East-0[12] \(field\)$' err) $(grep -c '^  Reps           6, 2 of them in several layers$' err)"
on 2 verify nation/shared.h5 --threads 1 --quiet
check "shared reps: verified" 0 "$code"
sed '/key accounts/,/bands/s/hours: 30%/hours: none/' nation/shared.yaml >nation/unshared.yaml
on 1 run nation/unshared.yaml -o nation/unshared.h5 --effort 1 --threads 1 --json --quiet
check "shared reps: a layer without that band asks for nothing" "0 True" "$code $("$python" -c "
import json
print(all(r['layers'][0]['target_hours'] is None and
          r['target_hours'] == r['layers'][1]['target_hours']
          for r in json.load(open('out'))['shared_reps']))")"

# --- rows that are bad in one layer --------------------------------------------------

# The second column of current territories is the key accounts' own. What is bad there would be left
# out of their plan, and of no other: nothing is joined of it, and what to do is said.
awk -F, -v OFS=, '$8 == "A" && !done { $9 = "Nowhere"; done = 1 } 1' nation/accounts.csv >nation/odd.csv
for ranks in 1 2; do
    on $ranks run nation/hybrid.yaml --accounts nation/odd.csv -o nation/odd.h5 --effort 1 --threads 1 \
        --skip-bad-rows --quiet
    check "a row bad in one layer on $ranks ranks: exit code" 65 "$code"
    check "a row bad in one layer on $ranks ranks: said" 1 "$(grep -c "'key accounts' (layer 'key \
accounts': expected a plan of the $((segment_a - both)) accounts that it takes, found \
$((segment_a - both - 1)): rows" err)"
    check "a row bad in one layer on $ranks ranks: the others are there" "done failed done" \
        "$(ask nation/odd.h5 "*[s.decode() for s in f['/scenarios/status'][:]]")"
done

# --- killed ----------------------------------------------------------------------

rm -f nation/plan.h5
"$AMBIT" run nation/hybrid.yaml -o nation/plan.h5 --threads 1 --effort 3 --quiet >out 2>err &
pid=$!
for _ in $(seq 400); do
    [ -e nation/plan.h5.layer-02.key ] && break
    sleep 0.02
done
kill -TERM $pid
wait $pid
code=$?
if [ $code -eq 75 ]; then # else it was done before the signal came
    check "stopped: words" 1 \
        "$(grep -c 'to go on: ambit run --resume nation/hybrid.yaml -o nation/plan.h5' err)"
    check "stopped: no half file" no "$([ -e nation/plan.h5 ] && echo yes || echo no)"
    check "stopped: plans are kept" yes "$([ -e nation/plan.h5.layer-02 ] && echo yes || echo no)"
    run 2 hybrid 1 --resume --verbose
    check "resumed: exit code" 0 "$code"
    check "resumed: layers that were done" yes \
        "$([ "$(grep -c 'taken from an earlier job' err)" -ge 1 ] && echo yes)"
fi
check "resumed: bytes" "$(hash_of nation/hybrid.h5)" "$(hash_of nation/plan.h5)"
finish
