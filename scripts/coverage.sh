#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every test of a build folder made with VARIANT=cov and prints which part of the lines was
# reached: first the files that are reached least, then each folder and the whole.
# Usage: scripts/coverage.sh BUILD
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
find "$build" -name '*.gcda' -delete # counts of earlier runs
# The demo takes minutes with counters in its loops, and reaches nothing that small nations do not.
AMBIT_TEST_SECONDS=900 AMBIT_TEST_SKIP=cli_demo scripts/test.sh "$build" serial fuzz mpi cli
status=$?

gcovr --csv --root . --filter engine/ --filter solvers/ --filter io/ "$build" |
    awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        {
            total = $column["line_total"]; reached = $column["line_covered"]
            folder = $1; sub(/\/[^\/]*$/, "", folder)
            totals[folder] += total; reacheds[folder] += reached
            all += total; all_reached += reached
            if (total > 0) printf "f\t%5.1f %%  %5d of %5d lines  %s\n", 100 * reached / total, reached, total, $1
        }
        END {
            for (folder in totals)
                printf "g\t%5.1f %%  %5d of %5d lines  %s/\n", 100 * reacheds[folder] / totals[folder],
                    reacheds[folder], totals[folder], folder
            if (all > 0) printf "h\t%5.1f %%  %5d of %5d lines  all\n", 100 * all_reached / all, all_reached, all
            exit all == 0
        }' >"$build/coverage.txt" || status=1
echo 'least reached:'
sed -n 's/^f\t//p' "$build/coverage.txt" | sort -n | head -12
echo 'by folder:'
sed -n 's/^g\t//p' "$build/coverage.txt" | sort -k7
sed -n 's/^h\t//p' "$build/coverage.txt"
exit $status
