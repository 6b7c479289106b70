#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A result file has the same bytes on any number of ranks and threads and for any order of the input
# rows, with fixed and with free centres. cli_demo.sh does this to the demo.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# Every run happens in a folder of its own, where all names are the same.
nation() { # FOLDER WORDS...
    "$python" "$here/tests/make_nation.py" "$@" || check "make $1" 0 "$?"
}

# Plans FOLDER on RANKS and THREADS and compares the result with that of the first run.
same() { # FOLDER RANKS THREADS EXPECTED
    rm -f "$1/result.h5"
    on "$2" run "$1/scenario.yaml" -o "$1/result.h5" --threads "$3" --effort 3 --quiet
    check "$1 on $2 ranks of $3 threads: exit code" 0 "$code"
    check "$1 on $2 ranks of $3 threads: bytes" "$4" "$(hash_of "$1/result.h5")"
}

# Homes for 5 of 8 territories; the others are free, medians once, centroids once.
nation median --free 3
nation median_shuffled --free 3 --shuffle 7
nation centroid --free 3 --centroid
nation centroid_shuffled --free 3 --centroid --shuffle 8
check "shuffling moves rows" 1 "$(cmp -s median/accounts.csv median_shuffled/accounts.csv
    echo $?)"
check "shuffling keeps rows" "$(sort median/accounts.csv | hash_of -)" \
    "$(sort median_shuffled/accounts.csv | hash_of -)"

for kind in median centroid; do
    on 1 run "$kind/scenario.yaml" -o "$kind/result.h5" --threads 1 --effort 3 --quiet
    check "$kind: exit code" 0 "$code"
    first=$(hash_of "$kind/result.h5")
    for ranks in 1 2 3 4; do
        for threads in 1 3; do
            # Centroids are sampled: the other row order each time.
            if [ $kind = median ] || [ $(((ranks + threads / 2) % 2)) -eq 0 ]; then
                same $kind $ranks $threads "$first"
            fi
            if [ $kind = median ] || [ $(((ranks + threads / 2) % 2)) -eq 1 ]; then
                same ${kind}_shuffled $ranks $threads "$first"
            fi
        done
    done
done
# The seed alone, mended and joined to whole territories, with bands and without. Hours count travel,
# which the seed does not, so that it may be outside.
sed '/^bands:/,$d' median/scenario.yaml >median/unbanded.yaml
for scenario in scenario unbanded; do
    for ranks in 1 2 3; do
        on $ranks run median/$scenario.yaml -o median/seed$ranks.h5 --threads $((4 - ranks)) \
            --seed-only --quiet
        check "seed of $scenario on $ranks ranks: exit code" yes \
            "$([ "$code" -eq 0 ] || [ "$code" -eq 2 ] && echo yes || echo "$code")"
        check "seed of $scenario on $ranks ranks: bytes" "$(hash_of median/seed1.h5)" \
            "$(hash_of median/seed$ranks.h5)"
    done
done
# Another nation, another file: the comparison can tell them apart.
check "median and centroid differ" no \
    "$(cmp -s median/result.h5 centroid/result.h5 && echo yes || echo no)"
finish
