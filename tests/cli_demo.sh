#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo, with little effort: its result has the same bytes on some numbers of ranks and threads
# and for shuffled rows (on all of them where AMBIT_TEST_LONG is set), holds before the judge, and is
# read by other people's programs.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

mkdir demo demo_shuffled
cp "$here"/scripts/demo/{demo.yaml,accounts.csv,reps.csv} demo/
for file in accounts reps; do
    head -n 1 demo/$file.csv >demo_shuffled/$file.csv
    tail -n +2 demo/$file.csv | shuf --random-source=<(yes) >>demo_shuffled/$file.csv
done
cp demo/demo.yaml demo_shuffled/
plan_demo() { # FOLDER RANKS THREADS
    rm -f "$1/result.h5"
    on "$2" run "$1/demo.yaml" -o "$1/result.h5" --threads "$3" --effort 3 --quiet
}
plan_demo demo 2 1
check "demo: stored" yes "$([ -s demo/result.h5 ] && echo yes)"
first=$(hash_of demo/result.h5)
combinations='demo_shuffled,1,3 demo_shuffled,3,1'
if [ -n "${AMBIT_TEST_LONG:-}" ]; then # the whole matrix: minutes
    combinations=$(echo demo{,_shuffled},{1,2,3,4},{1,3})
fi
for combination in $combinations; do
    IFS=, read -r where ranks threads <<<"$combination"
    plan_demo "$where" "$ranks" "$threads"
    check "$where on $ranks ranks of $threads threads: bytes" "$first" \
        "$(hash_of "$where/result.h5")"
done

on 2 verify demo/result.h5 --threads 1 --quiet
check "verify: standard output" "demo/result.h5: every figure agrees and every band is met" \
    "$(cat out)"
"$here/tests/read_result.py" demo/result.h5 >out 2>err
check "h5py" "demo/result.h5: 33300 accounts, every dataset as it should be" "$(cat out)"
on 2 export demo/result.h5 --geojson demo/map.geojson --svg demo/map.svg --quiet
check "export: exit code" 0 "$code"
"$here/tests/geojson_check.sh" demo/map.geojson 120 >out 2>err
check "ogrinfo" "demo/map.geojson: 120 valid outlines, none overlap" "$(cat out)"
xmllint --noout demo/map.svg 2>err
check "xmllint" 0 "$?"
# The README's new accounts need no more columns than a plan does.
cat >new.csv <<'END'
zip,lat,lon,visits,workload,potential
NEW-1,41.8781,-87.6298,12,43.2,310
NEW-2,44.0582,-121.3153,6,21.6,95
END
on 1 assign demo/result.h5 new.csv -o placed.csv --quiet
check "new accounts: exit code" 0 "$code"
check "new accounts: placed" "NEW-1 NEW-2" "$(sed -n 's/,.*//; /^NEW/p' placed.csv | sort | xargs)"

finish
