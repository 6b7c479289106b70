#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Free centres that keep a distance from each other and from homes: plans on any ranks, with groups of
# accounts that stay together and without, the judge's word, and distances that are too much.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

two='East-0[1-8] and East-0[1-8]'
nation() { "$python" "$here/tests/make_nation.py" "$@" || check "make $1" 0 "$?"; }

# The least distance between two centres of FILE of which one is free, to be told from the file.
least() { # FILE
    "$python" - "$1" <<'END'
import h5py, math, sys
with h5py.File(sys.argv[1]) as f:
    t = f["/territories"]
    places = list(zip(t["centre_lat"][:], t["centre_lon"][:], t["centre_kind"][:]))
def km(a, b):
    la, lb, dl = math.radians(a[0]), math.radians(b[0]), math.radians(b[1] - a[1])
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(dl / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))
print(min(km(a, b) for k, a in enumerate(places) for b in places[:k] if (a[2], b[2]) != (b"home",) * 2))
END
}

# Without the rule the nearest two are nearer than what is asked for then.
nation median --free 5
nation centroid --free 8 --centroid
for kind in median centroid; do
    on 1 run $kind/scenario.yaml -o $kind/free.h5 --threads 1 --effort 4 --quiet
    check "$kind: a rule is needed" True "$("$python" -c "print($(least $kind/free.h5) < 255)")"
    check "$kind: no rule, no group" False "$(ask $kind/free.h5 "'separation' in f")"
    sed -i "s/free: $kind/free: $kind, separation: 255 km/" $kind/scenario.yaml
    on 1 run $kind/scenario.yaml -o $kind/plan.h5 --threads 1 --effort 4
    check "$kind: exit code" 0 "$code"
    check "$kind: apart" True "$("$python" -c "print($(least $kind/plan.h5) >= 255)")"
    check "$kind: stored" "0 True" "$(ask $kind/plan.h5 "f['/separation'].attrs['broken_count'], \
abs(f['/separation'].attrs['least_km'] - $(least $kind/plan.h5)) < 1e-6" | tr -d '(,)')"
    check "$kind: said" 1 \
        "$(grep -cE "^  Separation +255\.0 km asked for; nearest centres 2[0-9.]+ km, $two\$" err)"
    first=$(sha256sum <$kind/plan.h5)
    for ranks in 2 3; do
        on $ranks run $kind/scenario.yaml -o $kind/plan.h5 --threads $((4 - ranks)) --effort 4 --quiet
        check "$kind on $ranks ranks: bytes" "$first" "$(sha256sum <$kind/plan.h5)"
    done
    on 2 verify $kind/plan.h5 --threads 1 --quiet
    check "$kind: verified" 0 "$code"
done

# So far apart that places are scarce: all free centres are packed anew.
sed 's/255 km/345 km/' centroid/scenario.yaml >centroid/scarce.yaml
for ranks in 1 3; do
    on $ranks run centroid/scarce.yaml -o centroid/scarce$ranks.h5 --threads 1 --effort 1 --quiet
    check "scarce on $ranks ranks: apart" True \
        "$("$python" -c "print($(least centroid/scarce$ranks.h5) >= 345)")"
done
check "scarce: bytes" "$(sha256sum <centroid/scarce1.h5)" "$(sha256sum <centroid/scarce3.h5)"

# Groups and distance together; and the seed alone.
nation both --free 5
sed -i '1s/$/,house/; 2,$s/$/,/' both/accounts.csv
awk -F, -v OFS=, 'NR > 1 { $NF = NR % 4 < 2 ? "" : "h" int(NR / 4) } 1' both/accounts.csv >both/new.csv
mv both/new.csv both/accounts.csv
sed -i 's/free: median/free: median, separation: 255 km/' both/scenario.yaml
printf 'rules: {together: house}\n' >>both/scenario.yaml
for how in "--effort 4" --seed-only; do
    for ranks in 1 3; do
        # shellcheck disable=SC2086
        on $ranks run both/scenario.yaml -o both/plan$ranks.h5 --threads 1 $how --quiet
        check "both, $how on $ranks ranks: groups and pairs" "0 0" "$(ask both/plan$ranks.h5 \
            "f['/together'].attrs['split_count'], f['/separation'].attrs['broken_count']" |
            tr -d '(,)')"
    done
    check "both, $how: bytes" "$(sha256sum <both/plan1.h5)" "$(sha256sum <both/plan3.h5)"
done

# A centre that was moved is found out, though all else is what it was.
cp median/plan.h5 median/moved.h5
edit median/moved.h5 "
        kind = f['/territories/centre_kind'][:].tolist()
        a, b = [j for j, k in enumerate(kind) if k == b'median'][:2]
        for axis in ('lat', 'lon'):
            f['/territories/centre_' + axis][b] = f['/territories/centre_' + axis][a]"
on 2 verify median/moved.h5 --threads 1 --quiet
check "moved: exit code" 1 "$code"
check "moved: said" 1 "$(grep -c '^differs: centres.separation broken pairs: the file says 0, ' out)"

# Homes stay where they are, and are told.
nation homes
sed -i 's/free: median/free: median, separation: 400 km/' homes/scenario.yaml
on 2 run homes/scenario.yaml -o homes/plan.h5 --threads 1 --effort 2
check "homes: exit code" 0 "$code"
told="[0-9]+ pairs of homes are nearer than 400 km, the nearest $two at [0-9.]+ km; homes stay"
check "homes: told" 1 "$(grep -cE "centres.separation: $told where they are" err)"
on 1 audit homes/scenario.yaml --threads 1 --json
check "homes: json" "400.0 0 True" "$("$python" -c "
import json
s = json.loads(open('out').read().splitlines()[-1])['separation']
print(s['asked_km'], s['broken'], s['homes_nearer'] > 0)")"

# What no plan can have, and what is none.
sed 's/255 km/3000 km/' centroid/scenario.yaml >centroid/far.yaml
on 2 run centroid/far.yaml -o centroid/far.h5 --threads 1 --effort 2 --quiet
check "too far for centroids: exit code" 2 "$code"
told="[0-9]+ pairs of centres are nearer than 3000 km, the nearest $two at [0-9.]+ km"
check "too far for centroids: said" 1 "$(grep -cE "^  centres.separation: $told\$" err)"
sed 's/255 km/3000 km/' median/scenario.yaml >median/far.yaml
on 3 run median/far.yaml -o median/far.h5 --threads 1 --effort 2 --quiet
check "too far for medians: exit code" 2 "$code"
check "too far for medians: said" "ambit: median/far.yaml: centres.separation: expected accounts for 5 \
free centres 3000 km apart, found that they have room for at most 3; ask for less, or for fewer \
territories
  what would do:
    lower separation from 3000 to 1561.8 km, the most that is not ruled out" "$(cat err)"
check "too far for medians: nothing stored" 1 "$([ -e median/far.h5 ]; echo $?)"
mkdir in
cp median/*.csv in
for wrong in 20 "20 miles" "0.01 km" "20km"; do
    sed "s/255 km/$wrong/" median/scenario.yaml >in/s.yaml
    refused_run "separation: $wrong" "in/s.yaml:9:51: centres.separation: expected a distance from 0.1 \
to 10000 km, such as 20 km, found '$wrong'"
done
finish
