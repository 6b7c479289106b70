#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bench_peers judges labels by hand-sized figures, whoever made them, and says what is missing or
# fails; the drivers of what is installed divide some points.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
tools=$(dirname "$AMBIT")/bench
mkdir fake
cp "$tools/bench_peers" fake || exit 1

# Programs that write the labels they are given, one for each point.
pretend() { # DRIVER LABEL...
    local driver=$1
    shift
    "$python" -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("=%di" % len(sys.argv[1:]),
*map(int, sys.argv[1:])))' "$@" >"fake/$driver.labels"
    cat >"fake/$driver" <<END
#!/bin/bash
[ \$# -gt 0 ] || exit 64
echo "\$*" >>"$folder/fake/calls"
cp "$folder/fake/$driver.labels" "\${@: -1}"
echo a word before
echo before=0.5 seconds=2.25 peak_bytes=7000000
END
    chmod +x "fake/$driver"
}
printf '%s\n' '#!/bin/sh' 'shift' 'exec "$@"' >launch
chmod +x launch
printf '%s\n' x,y,weight 0,0,1 10,0,1 0,10,2 1000,0,1 1010,0,1 1000,10,2 >six.csv
compare() { # WORDS...
    TMPDIR=$folder fake/bench_peers --launcher "$folder/launch" "$@" >out 2>err
    code=$?
}
# The words of a method's line after its name.
line() { # METHOD
    sed -n "s/^$1  *//p" out | xargs
}

# Two triangles of 4 each, then a corner exchanged: by hand, 350 km² and 8 of weight; 250 km² and
# twice 505 · 505 of ones that lie 1010 km apart, and so on.
pretend bench_seed 0 0 0 1 1 1
pretend peer_zoltan 0 1 1 1 0 1
pretend peer_metis 0 0 1 1 1 1
compare six.csv 2 --turns 2
check "by hand: exit code" 0 "$code"
check "by hand: title" "6 points, 2 territories, 1 measure of ±3 %, 2 cores, medians of 2" \
    "$(head -n 1 out)"
check "ours" "0.50 2.25 1.00 2.25 2.25 +0.0 44 1.00 0 7" "$(line Ambit)"
check "in two pieces" "0.50 2.25 1.00 2.25 2.25 +50.0 $("$python" -c "
def squares(points):
    w = sum(p[2] for p in points)
    x, y = (sum(p[k] * p[2] for p in points) / w for k in (0, 1))
    return sum(p[2] * ((p[0] - x) ** 2 + (p[1] - y) ** 2) for p in points)
all = squares([(0, 0, 1), (1010, 0, 1)]) + squares([(10, 0, 1), (0, 10, 2), (1000, 0, 1), (1000, 10, 2)])
print('%.0f %.2f' % (all / 8, all / 350))") 1 7" "$(line 'Zoltan RCB')"
check "a hull is an edge" "0 7" "$(line 'METIS k-way' | cut -d ' ' -f 9-)"
check "what is under its share" "+0.0 +0.0 -50.0 -50.0 -50.0 -50.0 -50.0" \
    "$(grep -E '^ +[-+0-9. ]+$' out | xargs)"
check "each method in turn, twice" \
    "--tell --connected RCB RIB HSFC kway bisection --tell --connected RCB RIB HSFC kway bisection" \
    "$(cut -d ' ' -f 1 fake/calls | xargs)"
check "nothing left" "" "$(find . -name 'peers-*')"

# By count the same triangles are alike; a method of one measure stands back.
compare six.csv 2 -m 2 --turns 1
check "two measures: worst loads" "+0.0 +0.0" "$(line Ambit | cut -d ' ' -f 6-7)"
check "two measures: of a corner" "+50.0 +33.3" "$(line 'METIS k-way' | cut -d ' ' -f 6-7)"
check "two measures: methods" "Ambit Ambit, Zoltan METIS METIS" \
    "$(grep -oE '^(Ambit,?|Zoltan|METIS)' out | xargs)"

# --- what is missing, and what fails ---
printf '%s\n' '#!/bin/sh' 'exit 77' >fake/peer_metis
compare six.csv 2 --turns 2
check "missing: exit code" 0 "$code"
check "missing: said" "not installed: make deps-peers (libmetis-dev)" "$(line 'METIS k-way')"
pretend peer_metis 0 0 0 1 1 2
compare six.csv 2
check "a bad label" "1 1" \
    "$([ "$code" -ne 0 ] && echo 1) $(grep -c 'labels: expected labels of 0 to 1, found 2$' err)"
pretend peer_metis 0 0 0
compare six.csv 2
check "too few labels" 1 "$(grep -c 'labels: expected 6 labels, found fewer$' err)"
printf '%s\n' '#!/bin/sh' '[ $# -eq 0 ] || exit 3' >fake/peer_metis
compare six.csv 2
check "a failure" "1 bench_peers: METIS k-way: did not end well (exit code 3)" "$code $(cat err)"
printf '%s\n' '#!/bin/sh' '[ $# -eq 0 ] || sleep 30' >fake/peer_metis
compare six.csv 2 --time-limit 1
check "too slow" "1 bench_peers: METIS k-way: took longer than it may (exit code 137)" \
    "$code $(cat err)"
check "nothing left of failures" "" "$(find . -name 'peers-*')"
echo 1,2 >>six.csv
compare six.csv 2
check "a bad row" "65 bench_peers: six.csv:8: expected x,y,weight, found 1,2" "$code $(cat err)"
compare none.csv 2
check "no file" "bench_peers: none.csv: cannot be read: No such file or directory" "$(cat err)"
for words in "six.csv" "six.csv 0" "six.csv 2 3" "six.csv 2 -m 4"; do
    # shellcheck disable=SC2086
    compare $words
    check "usage: $words" 64 "$code"
done

# --- the programs that there are ---
cd "$here" || exit 1
TMPDIR=$folder "$tools/bench_peers" 600 6 --turns 1 >"$folder/out" 2>"$folder/err"
check "in earnest: exit code" 0 "$?"
cd "$folder" || exit 1
check "in earnest: ours within its band" "yes yes" "$(for method in Ambit 'Ambit, in one piece'; do
    line "$method" | awk '{ print ($6 <= 3 ? "yes" : "no") }'
done | xargs)"
check "in earnest: peers, or a word" 5 "$(grep -cE \
    '^(Zoltan|METIS) [A-Za-z-]+ +([0-9.]+ .*[0-9]|not installed: make deps-peers \(lib[a-z-]+\))$' out)"
finish
