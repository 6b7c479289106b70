#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs each fuzzer for some seconds from its stored inputs; what it finds stays in build/fuzz/.
# Usage: scripts/fuzz.sh SECONDS FUZZER…
set -eu
seconds=$1
shift
for fuzzer in "$@"; do
    name=$(basename "$fuzzer")
    found=build/fuzz/found/$name
    mkdir -p "$found"
    echo "== $name, $seconds seconds"
    "$fuzzer" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$found/" "$found" "tests/corpus/${name#fuzz_}"
done
