#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A run that cannot fit says so before it starts; one that fits takes no more than was foreseen, nor
# far less.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

host=$(hostname)
nation() { "$AMBIT" generate --accounts "$1" --territories "$2" --quiet -o "$3" >out 2>err || exit 1; }
nation 20000 40 n.h5
nation 20000 40 n.csv

# --- refused: one message, exit code 1, nothing written ---
refused() { # CASE RANKS PATTERN WORDS...
    local case=$1 ranks=$2 pattern=$3
    shift 3
    on "$ranks" run n.yaml -o r.h5 --threads 1 --quiet "$@"
    check "$case on $ranks: exit code" 1 "$code"
    check "$case on $ranks: said once" "1 1" "$(wc -l <err) $(grep -cE "^ambit: $pattern\$" err)"
    check "$case on $ranks: standard output" "" "$(cat out)"
    check "$case on $ranks: nothing written" "" "$(find . -name 'r.h5*')"
}
size='[0-9.]+ MB'
begin="not enough memory on $host: 20,000 accounts in 40 territories take about $size there"
end='or --memory-limit none to try it all the same'
for file in n.h5 n.csv; do
    refused "a limit by hand, $file" 1 "${begin/20,000/(20|19),[0-9]+}, found 30 MB \(--memory-limit\); \
use more machines, $end" --memory-limit 30M --accounts $file
    refused "a limit by hand, $file" 3 "${begin/20,000/(20|19),[0-9]+} for 3 of 3 ranks, found 90 MB \
\(--memory-limit\); use more machines, fewer ranks on each, $end" --memory-limit 0.09G --accounts $file
done
(
    ulimit -v 60000 # KiB
    refused "ulimit -v" 1 "$begin, found $size \(left of the process's addresses \(ulimit -v\)\); \
use more machines, $end" --accounts n.h5
    ulimit -d 15000
    refused "ulimit -d" 1 "$begin, found $size \(left of the process's data \(ulimit -d\)\); \
use more machines, $end" --accounts n.h5
    echo "$passed $failed" >counts
)
read -r passed failed <counts

# Known before the rows are read: a bad one at the end is not come to.
sed '$s/,[^,]*$/,Nowhere/' n.csv >bad.csv
refused "before reading" 1 "not enough memory on .*" --memory-limit 30M --accounts bad.csv
# Known for certain behind: the first rows were far longer than the others.
long=$(printf '%0900d' 0)
awk -v long="$long" -F, 'NR == 1 { print $0 ",note" } NR > 1 { print $0 "," (NR < 100 ? long : "") }' \
    n.csv >long.csv
on 1 run n.yaml --accounts long.csv -o r.h5 --threads 1 --effort 2 --verbose
check "long rows first: exit code" 0 "$code"
read -r first second < <(sed -n 's/.*, \([0-9]*\) MB foreseen.*/\1/p' err | xargs)
check "long rows first: foreseen with more rows then" yes "$([ "$first" -lt "$second" ] && echo yes)"
rm r.h5
limit=$(((first + second) / 2))
refused "long rows first" 1 "$begin, found $limit MB \(--memory-limit\); use more machines, $end" \
    --memory-limit "${limit}M" --accounts long.csv

# --- let through: the same bytes as ever ---
on 1 run n.yaml --accounts n.h5 -o r.h5 --threads 1 --effort 2 --quiet
sum=$(sha256sum <r.h5)
for limit in none 1T 123456789.5; do
    on 1 run n.yaml --accounts n.h5 -o r.h5 --threads 1 --effort 2 --quiet --memory-limit $limit
    check "--memory-limit $limit" "0 $sum" "$code $(sha256sum <r.h5)"
done
on 3 run n.yaml --accounts n.h5 -o r.h5 --threads 1 --effort 2 --quiet --memory-limit none
check "--memory-limit none on 3 ranks" "0 $sum" "$code $(sha256sum <r.h5)"
(
    ulimit -v 72000
    on 1 run n.yaml --accounts n.h5 -o r.h5 --threads 1 --effort 2 --quiet --memory-limit none
    echo "$code" >counts
)
check "none, and little is there after all" "0 $sum" "$(cat counts) $(sha256sum <r.h5)"

# --- what is foreseen and what is taken ---
# By the peaks of the system; sanitizers and the like take memory of their own.
fits() { # ACCOUNTS TERRITORIES RANKS THREADS FORMAT
    local name="$1 accounts, $2 territories, $3 ranks of $4 threads, $5" now foreseen peak
    [ -e "$1_$2.$5" ] || nation "$1" "$2" "$1_$2.$5"
    on "$3" run "$1_$2.yaml" --accounts "$1_$2.$5" -o r.h5 --threads "$4" --effort 4 --verbose --json
    # With so little effort a plan may break bands: here that is no harm.
    check "$name: exit code" yes "$([ "$code" = 0 ] || [ "$code" = 2 ] && echo yes || echo "$code")"
    now=$(sed -n 's/.*memory: \([0-9.]*\) MB now.*/\1/p' err | head -n 1)
    foreseen=$(sed -n 's/.* now, \([0-9.]*\) MB foreseen.*/\1/p' err | tail -n 1)
    peak=$(sed -n 's/.*"peak_bytes": *\([0-9]*\).*/\1/p' out)
    check "$name: $now MB at first, $peak at the peak, $foreseen MB foreseen" yes \
        "$(awk -v now="$now" -v f="$foreseen" -v p="$peak" 'BEGIN {
            taken = p / 1e6 - now
            if (taken > 0 && f - now >= taken && f - now <= 3 * taken) print "yes" }')"
}
if [ "$(basename "$(dirname "$AMBIT")")" = release ]; then
    fits 20000 40 1 1 h5
    fits 20000 40 1 2 csv
    fits 60000 60 2 1 csv
    if [ -n "${AMBIT_TEST_LONG:-}" ]; then
        fits 100000 20 1 1 h5
        fits 100000 500 1 1 h5
        fits 300000 100 1 2 h5
        fits 300000 100 4 1 csv
    fi
fi
finish
