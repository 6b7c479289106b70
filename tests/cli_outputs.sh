#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing that a command reads is written over: not the scenario, not a file that it names, and not
# the file that a plan FILE:NAME is in; and no two outputs have one name.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$python" "$here/tests/make_nation.py" n --accounts 120 --reps 3
cd n || exit 1
head -n 3 accounts.csv >gone.csv
head -n 1 reps.csv >more.csv
sed -n 2p reps.csv | sed 's/^R001,[^,]*/X001,New-01/' >>more.csv
printf 'account,territory\nA000001,East-02\n' >pairs.csv
cat >lines.geojson <<'END'
{"type": "Feature", "properties": {}, "geometry":
 {"type": "LineString", "coordinates": [[-120, 30], [-120, 45]]}}
END
cat >>scenario.yaml <<'END'
rules: {forbidden: {file: pairs.csv, columns: {id: account, territory: territory}}}
contiguity: {contiguous: preferred, barriers: lines.geojson}
headcount: {}
robustness: {samples: 5, workload: {each: lognormal 10%}}
scenarios:
  - {name: changed, accounts: {remove: gone.csv}, reps: {add: more.csv}}
END
on 1 farm scenario.yaml -o plans.h5 --effort 1 --threads 1 --quiet
check "a farm: exit code" 0 "$code"
files="scenario.yaml accounts.csv reps.csv gone.csv more.csv pairs.csv lines.geojson plans.h5"
# The files that are read, by their bytes, and the names of all others.
look() {
    # shellcheck disable=SC2086
    sha256sum $files
    find . -type f ! -name out ! -name err ! -name 'codes.*' | sort
}
before=$(look)

stays() { # FILE REASON WORDS...
    local file=$1 reason=$2
    shift 2
    for ranks in 1 3; do
        on $ranks "$@" --quiet
        check "$* on $ranks ranks: exit code" 1 "$code"
        check "$* on $ranks ranks: said" "ambit: cannot write $file: it is $reason" "$(cat err)"
        check "$* on $ranks ranks: standard output" "" "$(cat out)"
        check "$* on $ranks ranks: all as it was" "$before" "$(look)"
    done
}
of_scenario="a file that the scenario reads; name another file"
stays accounts.csv "the accounts file of the scenario; name another file" \
    farm scenario.yaml -o accounts.csv
stays reps.csv "the reps file of the scenario; name another file" farm scenario.yaml -o reps.csv
stays pairs.csv "$of_scenario" run scenario.yaml -o pairs.csv
stays lines.geojson "$of_scenario" audit scenario.yaml -o lines.geojson
stays gone.csv "$of_scenario" farm scenario.yaml -o gone.csv
stays more.csv "$of_scenario" run scenario.yaml --scenario changed -o more.csv
stays accounts.csv "the accounts file of the scenario; name another file" \
    headcount scenario.yaml -o x.h5 --csv accounts.csv
stays pairs.csv "$of_scenario" frontier scenario.yaml -o x.h5 --svg pairs.csv
stays plans.h5 "the file to be read" export plans.h5:changed --csv plans.h5
stays accounts.csv "the file to be read" export plans.h5:base --csv accounts.csv
stays scenario.yaml "the file to be read" export plans.h5:base --svg scenario.yaml
stays plans.h5 "the file to be read" moves plans.h5:base plans.h5:changed -o plans.h5
stays plans.h5 "the file to be read" compare plans.h5:base plans.h5:changed --csv plans.h5
stays plans.h5 "the file to be read" assign plans.h5:base gone.csv -o plans.h5
stays plans.h5 "the plan to be read; name another file" \
    audit scenario.yaml --plan plans.h5:base -o plans.h5
stays plans.h5 "the plan to be read; name another file" \
    nightly scenario.yaml --plan plans.h5:base --threshold 2 -o plans.h5
cp scenario.yaml x.h5.yaml
before=$(look)
stays x.h5.yaml "the scenario itself; name another file" headcount x.h5.yaml -o x.h5
for words in "headcount scenario.yaml -o x.h5 --csv x.h5" "export plans.h5 --csv x.h5 --svg x.h5"; do
    # shellcheck disable=SC2086
    on 1 $words --quiet
    check "$words: exit code" 64 "$code"
    check "$words: said" "ambit: cannot write x.h5 twice: name another file" "$(cat err)"
done
finish
