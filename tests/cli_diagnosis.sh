#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What would do where rules and bands are at odds: hand-sized nations for each kind of rule, whose
# smallest set of relaxations is known. Accounts of 10 hours each, nobody travels (no visits).
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# A nation in FOLDER of the accounts "TERRITORY:COUNT:KIND" (COUNT accounts that are TERRITORY's
# today) with the rules in YAML; hours within 10 % of the mean.
nation() { # FOLDER REPS YAML ACCOUNTS...
    local folder=$1 reps=$2 rules=$3 n=0
    shift 3
    mkdir -p "$folder"
    echo "id,lat,lon,visits,workload,territory,kind,group" >"$folder/accounts.csv"
    for entry in "$@"; do
        IFS=: read -r territory count kind group <<<"$entry"
        for ((k = 0; k < count; k++)); do
            n=$((n + 1))
            printf 'a%02d,%d,%d.%02d,0,10,%s,%s,%s\n' $n 40 $((-90 + 2 * (${territory#T} - 1))) $n \
                "$territory" "$kind" "$group"
        done
    done >>"$folder/accounts.csv"
    {
        echo "id,territory,lat,lon,skills"
        for ((j = 1; j <= reps; j++)); do
            echo "r$j,T$j,40,$((-90 + 2 * (j - 1))),$([ "$j" -lt 3 ] && echo cold)"
        done
    } >"$folder/reps.csv"
    cat >"$folder/s.yaml" <<END
name: Hand-sized
accounts:
  file: accounts.csv
  columns: {id: id, lat: lat, lon: lon, territory: territory}
  visits: visits
reps:
  file: reps.csv
  columns: {id: id, territory: territory, lat: lat, lon: lon}
travel: {local_factor: 0}
measures: {hours: workload + travel}
bands: {hours: 10%}
$rules
END
}

# The rows of a remedy.
rows() { # FILE REMEDY
    "$python" - "$1" "$2" <<'END'
import h5py, math, sys
with h5py.File(sys.argv[1]) as f:
    d = f["/diagnosis"]
    for n, remedy in enumerate(d["remedy"][:]):
        if remedy.decode() != sys.argv[2]:
            continue
        limit = d["limit"][n]
        words = [d[c][n].decode() for c in ("rule", "band", "budget", "territory")]
        words += [f"{d['by'][n]:.4f}", str(d["accounts"][n]), str(d["of_accounts"][n])]
        words += [] if math.isnan(limit) else [f"{d['was'][n]:g}->{limit:g}"]
        print(" ".join(word for word in words if word))
END
}

# That NATION has no plan, and what would do.
impossible() { # NATION REMEDY ROWS WORDS
    for ranks in 1 2; do
        on $ranks run "$1/s.yaml" -o "$1/x.h5" --threads 1 --quiet
        check "$1 on $ranks ranks: exit code" 2 "$code"
        check "$1 on $ranks ranks: $2" "$3" "$(rows "$1/x.h5" "$2")"
        check "$1 on $ranks ranks: said" "$4" "$(sed -n '/^  what would do:$/,$p' err | tail -n +2)"
        sha256sum <"$1/x.h5" >sum.$ranks
    done
    check "$1: the same bytes" "$(cat sum.1)" "$(cat sum.2)"
    on 1 verify "$1/x.h5" --quiet
    check "$1: verified" 2 "$code"
}

# T1 has 80 hours of 100, where 45 to 55 are asked for.
# Six of its eight accounts are locked, so it has 60 at least.
nation locked 2 "rules: {locked: {kind: L}}" T1:6:L T1:2: T2:2:
impossible locked together "locked T1 0.0833 1 6" \
    "    keep the bands and let 1 of 6 locked accounts of T1 go"
check "locked: alone" "band hours 0.1000 0 0
locked T1 0.0833 1 6" "$(sed 's/rule //' <(rows locked/x.h5 alone))"
nation protected 2 "disruption: {protected: [{where: {kind: L}}]}" T1:6:L T1:2: T2:2:
impossible protected together "protected T1 0.0833 1 6" \
    "    keep the bands and let 1 of 6 protected accounts of T1 go"
on 1 audit protected/s.yaml -o protected/today.h5 --quiet
on 1 nightly protected/s.yaml --plan protected/today.h5 --threshold 1 -o protected/n.h5 --quiet
check "nightly" "2     keep the bands and let 1 of 6 protected accounts of T1 go" \
    "$code $(sed -n '/^  what would do:$/,$p' err | tail -n +2)"
# T2 has 20 and is left alone: that T1 gives 25 to it is more than its bands' opening by a half.
nation fixed 2 "rules: {fixed: [T2]}" T1:8: T2:2:
impossible fixed together "band hours 0.5000 0 0" \
    "    open hours from ±10.0 % to ±60.0 %; or
    keep the bands and let 3 accounts into or out of T2, which is fixed"
check "fixed: with every band kept" "fixed T2 1.2500 3 2" "$(rows fixed/x.h5 kept)"
# 25 of 100 hours have to go, and one account may: 3 would have to.
nation budget 2 "disruption: {budget: {accounts: 1}}" T1:8: T2:2:
impossible budget together "budget accounts 0.1500 0 0 1->3" \
    "    keep the bands and raise the budget of accounts from 1 (10.0 %) to 3 (30.0 %)"
nation losses 2 "disruption: {per_territory: {workload: 25%}}" T1:8: T2:2:
impossible losses together "budget workload T1 0.0625 0 0 20->25" \
    "    keep the bands and raise the budget of workload out of T1 from 20 (25.0 %) to 25 (31.2 %)"
# T1's third account is 2.03 degrees of longitude from T2's home, at 40 degrees north.
nation reach 2 "rules: {reach: 100 km}" T1:8: T2:2:
impossible reach together "band hours 0.5000 0 0" \
    "    open hours from ±10.0 % to ±60.0 %; or
    keep the bands and raise reach from 100.0 to 173.0 km, for 3 accounts"

# 130 hours of kind K may be with T1 and T2 alone, which may have 110; T3 has 20 of 45 at least.
for rule in "forbidden: {where: {kind: K}, territories: [T3]}" \
    "allowed: {where: {kind: K}, territories: [T1, T2]}" \
    "needs: {accounts: kind, reps: skills}"; do
    name=${rule%%:*}
    kind=$([ "$name" = needs ] && echo cold || echo K)
    nation "$name" 3 "rules: {$rule}" "T1:6:$kind" "T2:7:$kind" T3:2:
    declare -A said=([forbidden]="that are forbidden to it" [needs]="whose needs its rep does not meet"
        [allowed]="that are allowed to others only")
    impossible "$name" together "$name T3 0.1923 3 13" \
        "    keep the bands and let T3 serve 3 accounts ${said[$name]}"
done

# Of a mean of 60 hours T1 and T2 have 80 each, all locked: 14 have to leave each of them.
nation two 4 "rules: {locked: {kind: L}}" T1:8:L T2:8:L T3:4: T4:4:
impossible two together "band hours 0.2333 0 0" "    open hours from ±10.0 % to ±33.4 %; or
    keep the bands and let 2 of 8 locked accounts of T1 go and
    let 2 of 8 locked accounts of T2 go"
check "two: alone" "band hours 0.2333 0 0" "$(rows two/x.h5 alone)"
check "two: with every band kept" "locked T1 0.1750 2 8
locked T2 0.1750 2 8" "$(rows two/x.h5 kept)"
on 1 run two/s.yaml -o two/x.h5 --threads 1 --json
cp err two/words
check "two: as data" "locked T1 2 8 kept locked T2 2 8 kept" "$("$python" -c '
import json, sys
d = json.loads(sys.stdin.read().splitlines()[-1])["diagnosis"]
print(*(str(o[k]) for o in d["openings"] if o["rule"] == "locked"
        for k in ("rule", "territory", "accounts", "of", "remedy")))' <out)"
first=$(sha256sum <two/x.h5)
{ head -n 1 two/accounts.csv && tail -n +2 two/accounts.csv | tac; } >two/turned.csv
mv two/turned.csv two/accounts.csv
for ranks in 1 3; do
    for threads in 1 3; do
        on $ranks run two/s.yaml -o two/x.h5 --threads $threads --quiet
        check "two, turned, on $ranks ranks of $threads: bytes" "$first" "$(sha256sum <two/x.h5)"
    done
done
check "two: fits 100 columns" 0 "$(grep -v '^{' two/words | grep -cE '^.{101}')"
# Groups are units of the model: T1 has three locked ones of 20 hours. Half of one, 5 hours, is the
# least that has to go as cells may be split; it goes whole, so that two accounts do.
nation groups 2 "rules: {locked: {kind: L}, together: group}" T1:2:L:g1 T1:2:L:g2 T1:2:L:g3 \
    T1:2:: T2:2::
impossible groups together "locked T1 0.0833 2 6" \
    "    keep the bands and let 2 of 6 locked accounts of T1 go"
# Groups of 3 and of 4: what divides both is 1, and no fewer than the smaller can go.
nation mixed 2 "rules: {locked: {kind: L}, together: group}" T1:3:L:g1 T1:4:L:g2 T2:3::
impossible mixed together "locked T1 0.2143 3 7" \
    "    keep the bands and let 3 of 7 locked accounts of T1 go"
finish
