#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How long 200 scenarios of the demo nation take in one job, beside as many single runs on the same
# cores. Usage: scripts/bench_farm.sh PROGRAM [RANKS [SINGLE]]: RANKS (2) are what both have; SINGLE
# (20) of the 200 are drawn alone, evenly spread, by the faster of RANKS ranks and RANKS threads.
set -eu
program=$(realpath "$1")
ranks=${2:-2}
single=${3:-20}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here/demo/accounts.csv" "$here/demo/reps.csv" "$here/demo/demo.yaml" "$folder"
cd "$folder"

# 10 widths of a band, times 20 ways in which potential and work may grow.
{
    cat demo.yaml
    echo "grid:"
    echo "  bands.hours: [4.2%, 4.4%, 4.6%, 4.8%, 5%, 5.2%, 5.4%, 5.6%, 5.8%, 6%]"
    echo "  growth:"
    for state in CA TX NY FL IL PA OH GA NC MI; do
        for by in +5% +10%; do
            echo "    $state $by: {scale: [{column: potential, by: $by, where: {state: $state}},"
            echo "      {column: workload, by: +2%, where: {state: $state}}]}"
        done
    done
} >farm.yaml
"$program" scenarios farm.yaml | sed -n 's/^\([0-9]*\) scenarios.*/\1/p' >count
"$program" scenarios farm.yaml --json |
    tr '{' '\n' | sed -n 's/.*"name":"\([^"]*\)".*/\1/p' |
    awk -v n="$(cat count)" -v k="$single" '(NR * k) % n < k' >names

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN {printf "%.3f", b - a}'; }

started=$(now)
"$here/launch.sh" "$ranks" "$program" farm farm.yaml -o farm.h5 --threads 1 --quiet >/dev/null
farm=$(since "$started")

alone() { # WORDS...: seconds for the chosen scenarios, each by itself
    started=$(now)
    while read -r name; do
        "$@" run farm.yaml --scenario "$name" -o one.h5 --quiet >/dev/null </dev/null
    done <names
    since "$started"
}
by_ranks=$(alone "$here/launch.sh" "$ranks" "$program")
by_threads=$(alone "$program")
awk -v n="$(cat count)" -v k="$(wc -l <names)" -v farm="$farm" -v a="$by_ranks" -v b="$by_threads" \
    -v ranks="$ranks" 'BEGIN {
        best = a < b ? a : b
        printf "%d scenarios on %d cores: %.1f s in one job, %.1f s alone (%.2f s each by ranks, ", \
            n, ranks, farm, best / k * n, a / k
        printf "%.2f s by threads): %.2f of that\n", b / k, farm / (best / k * n)
    }'
