#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bands that no plan can meet: which they are, by how much they would have to open, and the best plan
# stored as what it is; a travel cap that may be relaxed opens to the least that all can meet.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

nation() { "$python" "$here/tests/make_nation.py" "$@" --accounts 400 --reps 5 || exit 1; }

# The lines that name the broken bands of FILE, from its attributes.
named() { # FILE
    "$python" - "$1" <<'END'
import h5py, sys
with h5py.File(sys.argv[1]) as f:
    count = len(f["/territories/name"])
    for name in f["/bands"].attrs["names"]:
        band = f["/bands"][name.decode()].attrs
        if band["broken_count"] == 0:
            continue
        units = band["measure"] == b"count"
        by = f"{band['open_by']:.2f} accounts" if units else f"{100 * band['open_by']:.1f} % of target"
        print(f"  {band['label'].decode()}: {band['broken_count']} of {count} territories outside;"
              f" it would have to open by {by}")
END
}

# Plans FOLDER, whose bands LABELS are impossible, and would be possible with OPENED.
impossible() { # FOLDER LABELS OPENED
    for ranks in 1 3; do
        on $ranks run "$1/scenario.yaml" -o "$1/plan.h5" --threads 1 --effort 6 --quiet
        check "$1 on $ranks ranks: exit code" 2 "$code"
        check "$1 on $ranks ranks: standard output" "$1/plan.h5" "$(cat out)"
        check "$1 on $ranks ranks: marked" "0 400" \
            "$(ask "$1/plan.h5" "f.attrs['feasible'], len(f['/accounts/territory'])" | tr -d '(,)')"
        check "$1 on $ranks ranks: said" "ambit: no plan found meets these bands:
$(named "$1/plan.h5")
  what would do:
$3" "$(cat err)"
        check "$1 on $ranks ranks: bands" "$2" "$(sed -n 's/^  \([a-z]*\): .*/\1/p' err | xargs)"
        sha256sum <"$1/plan.h5" >sum.$ranks
        on $ranks verify "$1/plan.h5" --threads 1 --quiet
        check "$1 verified on $ranks ranks: exit code" 2 "$code"
        check "$1 verified on $ranks ranks: said" \
            "ambit: $1/plan.h5: every figure agrees; the plan breaks bands, and says so" "$(cat err)"
    done
    check "$1: the same bytes" "$(cat sum.1)" "$(cat sum.3)"
    on 1 run "$1/scenario.yaml" -o "$1/plan.h5" --threads 1 --effort 6
    check "$1: summary" "infeasible: $(wc -w <<<"$2") of 3 bands $([ "$(wc -w <<<"$2")" = 1 ] &&
        echo is || echo are) not met" "$(grep '^infeasible' err)"
    "$here/tests/read_result.py" "$1/plan.h5" >out 2>err
    check "$1: read_result.py" 0 "$?"
}

nation one --infeasible # count: nobody may have more than 0.9 of the mean
impossible one count "    open count from at most 72.00 accounts to at most 80.00 accounts"
nation two --infeasible
sed -i 's/potential: 20%/potential: {max: 95%}/' two/scenario.yaml
impossible two "potential count" \
    "    open count from at most 72.00 accounts to at most 80.00 accounts and
    open potential from at most 95.0 % of target to at most 100.0 % of target"

# What would do: each band to its whole target, and neither of two is enough alone.
openings() { # FILE REMEDY
    "$python" - "$1" "$2" <<'END'
import h5py, sys
with h5py.File(sys.argv[1]) as f:
    rows = zip(*(f["/diagnosis/" + c][:] for c in ("remedy", "band", "territory", "side", "by")))
    for remedy, band, territory, side, by in rows:
        if remedy.decode() == sys.argv[2]:
            print(band.decode(), territory.decode() or "every", side.decode(), f"{by:.4f}")
END
}

check "one: alone" "count every upper 8.0000" "$(openings one/plan.h5 alone)"
check "one: together" "count every upper 8.0000" "$(openings one/plan.h5 together)"
check "two: alone" "" "$(openings two/plan.h5 alone)"
check "two: together" "count every upper 8.0000
potential every upper 0.0500" "$(openings two/plan.h5 together)"
on 1 run two/scenario.yaml -o two/plan.h5 --threads 1 --effort 6 --json
check "two: foreseen" "bands.potential: no plan can meet it: all territories together may have \
22,672 at most, the accounts have 23,865
bands.count: no plan can meet it: all territories together may have 360.0 at most, the accounts \
have 400.0" "$(sed -n 's/^{"warning":"[^ ]* \(.*\)"}$/\1/p' err)"
check "two: in words" "  these together, for every territory:
    count: at most 80.00 accounts instead of at most 72.00 accounts
    potential: at most 100.0 % of target instead of at most 95.0 % of target" \
    "$(sed -n '/these together, for every/,/potential/p' err)"
check "two: as data" "[['count', 8.0], ['potential', 0.05]]" "$("$python" -c '
import json, sys
d = json.loads(sys.stdin.read().splitlines()[-1])["diagnosis"]
print([[o["band"], round(o["by"], 4)] for o in d["openings"] if o["remedy"] == "together"])' <out)"

# Limits that open where they are broken make a plan of the same nation possible: every one of the
# rows for single territories is a limit that the cells then keep.
check "two: local rows open upper limits" "" "$(openings two/plan.h5 local | grep -v ' upper ')"
check "two: as many as count needs" 5 "$(openings two/plan.h5 local | grep -c '^count ')"

# An account that no territory may have, and one that is as large as may be.
nation heavy
sed -i 's/potential: 20%/potential: {max: 50}/' heavy/scenario.yaml
on 1 run heavy/scenario.yaml -o heavy/plan.h5 --threads 1 --effort 1
check "heavy: foreseen" 2 "$(grep -c '"warning":".*bands.potential: no plan can meet it: ' err)"
named='alone more than any territory may have (50\.00); the largest is [A-Z0-9-]* with [0-9.]*"'
check "heavy: named" 1 "$(grep -c "$named" err)"

# A cap on travel that the homes make impossible, and that may open.
nation capped --travel-cap 20
for ranks in 1 3; do
    on $ranks run capped/scenario.yaml -o capped/plan.h5 --threads 1 --effort 6
    check "relaxed on $ranks ranks: exit code" 0 "$code"
    check "relaxed on $ranks ranks: feasible" 1 \
        "$(grep -c '^feasible: every territory is within every band$' err)"
    # asked < proven impossible ≤ used, every territory within it, and the two ends near each other.
    check "relaxed on $ranks ranks: limits" "True 0.2 True True True" "$(ask capped/plan.h5 \
        "(lambda b, v: (bool(b['relaxed']), float(b['asked_upper']), \
b['asked_upper'] < b['proven_limit'] <= b['used_upper'], bool(v.max() <= b['used_upper'] + 1e-9), \
bool(b['used_upper'] < 1.1 * b['proven_limit'])))(\
f['/bands'][f['/bands'].attrs['names'][3].decode()].attrs, \
f['/bands'][f['/bands'].attrs['names'][3].decode()]['value'][:])" | tr -d '(,)')"
    used=$(ask capped/plan.h5 \
        "'%.1f' % (100 * f['/bands'][f['/bands'].attrs['names'][3].decode()].attrs['used_upper'])")
    check "relaxed on $ranks ranks: said" 1 "$(grep -cE "^  travel/hours: opened from at most 20\.0 \
% to at most $used %, the least found that all can meet; none meets less than [0-9.]+ %$" err)"
    sha256sum <capped/plan.h5 >sum.$ranks
    on $ranks verify capped/plan.h5 --threads 1 --quiet
    check "relaxed on $ranks ranks: verified" \
        "capped/plan.h5: every figure agrees and every band is met" "$(cat out)"
done
check "relaxed: the same bytes" "$(cat sum.1)" "$(cat sum.3)"

# The same cap without leave to open is impossible.
sed -i 's/, relax: true//' capped/scenario.yaml
on 1 run capped/scenario.yaml -o capped/plan.h5 --threads 1 --effort 3 --quiet
check "not to be relaxed: exit code" 2 "$code"
check "not to be relaxed: band" 1 \
    "$(grep -cE '^  travel/hours: [1-5] of 5 territories outside; it would have to open by [0-9.]+ points$' err)"

# Nothing at all is a cap that opens too.
nation none --travel-cap 90
sed -i 's/travel: {max: 90%/travel: {max: 0%/' none/scenario.yaml
on 1 run none/scenario.yaml -o none/plan.h5 --threads 1 --effort 6 --quiet
check "a cap of nothing: exit code" 0 "$code"
check "a cap of nothing: relaxed" "1 0.0 True" "$(ask none/plan.h5 "(lambda b: (b['relaxed'], \
float(b['asked_upper']), bool(b['used_upper'] > 0.2)))(\
f['/bands'][f['/bands'].attrs['names'][3].decode()].attrs)" | tr -d '(,)')"

# A cap that all can meet stays as it is.
nation met --travel-cap 90
on 2 run met/scenario.yaml -o met/plan.h5 --threads 1 --effort 3 --quiet
check "a cap that is met: exit code" 0 "$code"
check "a cap that is met: not relaxed" "0 0.9" "$(ask met/plan.h5 "(lambda b: (b['relaxed'], \
float(b['used_upper'])))(f['/bands'][f['/bands'].attrs['names'][3].decode()].attrs)" | tr -d '(,)')"
finish
