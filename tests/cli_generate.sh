#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit generate: the same bytes on any number of ranks and threads, files that ambit run takes,
# wrong words, and folders that cannot be written.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

sum() { sha256sum <"$1"; }

mkdir plans
on 1 generate --accounts 300001 --territories 40 --seed 7 --threads 1 -o plans/n.csv
check "exit code" 0 "$code"
check "standard output" "plans/n.csv" "$(cat out)"
check "rows" 300002 "$(wc -l <plans/n.csv)"
check "header" "account_id,lat,lon,segment,visits,workload,potential,territory" "$(head -n 1 plans/n.csv)"
check "ids in order, each once" "" "$(tail -n +2 plans/n.csv | cut -d, -f1 | sort -c -u 2>&1)"
check "no file left over" "n.csv n.yaml" "$(find plans -type f -printf '%f\n' | sort | xargs)"
rows=$(sum plans/n.csv) scenario=$(sum plans/n.yaml)
for ranks in 1 2 3 4; do
    for threads in 1 3; do
        on $ranks generate --accounts 300001 --territories 40 --seed 7 --threads $threads -o plans/n.csv
        check "rows on $ranks ranks of $threads threads" "$rows" "$(sum plans/n.csv)"
        check "scenario on $ranks ranks of $threads threads" "$scenario" "$(sum plans/n.yaml)"
    done
done
on 1 generate --accounts 300001 --territories 40 --seed 8 -o other.csv
check "another seed, another nation" no "$([ "$(sum other.csv)" = "$rows" ] && echo yes || echo no)"

# What the scenario's head says makes it again.
on 1 generate --accounts 2000 --territories 10 --seed 3 -o small.csv
words=$(sed -n 's/^# *ambit //p' small.yaml | head -n 1)
rows=$(sum small.csv)
rm small.csv
# shellcheck disable=SC2086
on 1 $words
check "made again by its own head" "$rows" "$(sum small.csv)"
on 1 run small.yaml -o small.h5
check "run: exit code" 0 "$code"
check "run: accounts" 2000 "$(ask small.h5 "f['accounts/territory'].shape[0]")"
check "run: every account has a territory today" 0 "$(ask small.h5 "int((f['accounts/previous'][:] < 0).sum())")"

# --- wrong words, on one rank and on several ---
refused() { # EXIT MESSAGE WORDS...
    local exit=$1 message=$2 ranks
    shift 2
    for ranks in 1 2; do
        on $ranks generate "$@"
        check "generate $* on $ranks: exit code" "$exit" "$code"
        check "generate $* on $ranks: message" "$message" "$(cat err)"
        check "generate $* on $ranks: output" "" "$(cat out)"
    done
}
missing='ambit: generate: expected --accounts, --territories and -o, found no'
refused 64 "$missing --accounts" --territories 3 -o x.csv
refused 64 "$missing --territories" --accounts 3 -o x.csv
refused 64 "$missing -o" --accounts 3 --territories 3
refused 64 "ambit: generate: expected at least one account a territory, found 3 accounts for 4 \
territories" --accounts 3 --territories 4 -o x.csv
for name in x.txt .csv plans/.csv x.csv.gz csv; do
    refused 64 "ambit: generate: expected a file name that ends in .csv or .h5, found '$name'" \
        --accounts 3 --territories 3 -o "$name"
done
check "nothing was written" "" "$(find . -name 'x*')"

# --- what cannot be written: neither file is touched ---
on 1 generate --accounts 30 --territories 3 -o nowhere/n.csv
check "a folder that is not there: exit code" 1 "$code"
mkdir blocked blocked/n.yaml
on 1 generate --accounts 30 --territories 3 -o blocked/n.csv
check "a folder in the scenario's place: exit code" 1 "$code"
check "a folder in the scenario's place: no accounts" n.yaml "$(ls -A blocked)"
before=$(sum plans/n.csv)
(
    ulimit -f 64 # KiB
    trap '' XFSZ
    "$AMBIT" generate --accounts 100000 --territories 3 -o plans/n.csv >out 2>err
    echo $? >code
)
check "no room: exit code" 1 "$(cat code)"
check "no room: the old file is as it was" "$before" "$(sum plans/n.csv)"
check "no room: no file left over" "n.csv n.yaml" "$(find plans -type f -printf '%f\n' | sort | xargs)"

finish
