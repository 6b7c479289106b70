#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Contiguity through the binary: whole territories with a certificate that is checked here from the
# file alone, the same bytes on any ranks, islands and barriers, what verify and audit say, and what
# is refused.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# A nation whose scenario has the section contiguity: TEXT.
nation() { # FOLDER TEXT WORDS...
    local folder=$1 text=$2
    shift 2
    "$python" "$here/tests/make_nation.py" "$folder" --accounts 900 --reps 6 --free 2 "$@" ||
        check "make $folder" 0 "$?"
    printf 'contiguity: %s\n' "$text" >>"$folder/scenario.yaml"
}

plan() { # FOLDER RANKS THREADS
    rm -f "$1/result.h5"
    on "$2" run "$1/scenario.yaml" -o "$1/result.h5" --threads "$3" --effort 8 --quiet
}

# What a reader without Ambit finds: ok, or the first fault of the certificate. LIMIT is the longest
# edge in km, MERIDIAN one that no edge crosses; a territory has one tree on each of the islands
# that the file counts for it.
certified() { # FILE LIMIT MERIDIAN
    "$python" - "$@" <<'END'
import collections, math, sys
import h5py

limit, meridian = float(sys.argv[2]), float(sys.argv[3])
with h5py.File(sys.argv[1]) as f:
    parent, label = f["/accounts/parent"][:], f["/accounts/territory"][:]
    lat, lon = f["/accounts/lat"][:], f["/accounts/lon"][:]
    islands = f["/contiguity/islands"][:]
roots = collections.Counter()
for i, up in enumerate(parent):
    if up < 0:
        roots[label[i]] += 1
        continue
    if label[up] != label[i]:
        sys.exit(print("another territory", i))
    a, b = math.radians(lat[i]), math.radians(lat[up])
    turn = math.radians(lon[i] - lon[up])
    c = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
    if math.acos(min(c, 1)) * 6371.0088 > limit + 1e-3:
        sys.exit(print("too far", i))
    if (lon[i] < meridian) != (lon[up] < meridian):
        sys.exit(print("across", i))
    steps, at = 0, i
    while parent[at] >= 0:
        at, steps = parent[at], steps + 1
        if steps > len(parent):
            sys.exit(print("round and round", i))
print("ok" if all(roots[t] == islands[t] for t in range(len(islands))) else "trees")
END
}

# ---- required, on any ranks ----

nation whole required
nation shuffled required --shuffle 5
plan whole 1 1
check "whole: exit code" 0 "$code"
check "whole: certificate" ok "$(certified whole/result.h5 1e9 -200)"
check "whole: nothing broken" "0 0" "$(ask whole/result.h5 \
    "f['/contiguity'].attrs['broken_territories'], f['/contiguity'].attrs['accounts_apart']" |
    tr -d '(),' | sed 's/np.int64//g')"
first=$(hash_of whole/result.h5)
for ranks in 1 2 3; do
    folder=$([ $ranks = 2 ] && echo whole || echo shuffled)
    plan "$folder" $ranks $((4 - ranks))
    check "$folder on $ranks ranks: bytes" "$first" "$(hash_of "$folder/result.h5")"
done
for ranks in 1 3; do
    on $ranks verify whole/result.h5 --threads 1 --quiet
    check "verify on $ranks ranks" 0 "$code"
done
# The same nation without the rule is not whole: the test could fail.
sed '/^contiguity/d' whole/scenario.yaml >whole/free.yaml
on 1 run whole/free.yaml -o whole/free.h5 --threads 1 --effort 8 --quiet
check "free: no certificate" "False False" "$(ask whole/free.h5 \
    "'/contiguity' in f, 'parent' in f['/accounts']" | tr -d '(),')"
on 1 audit whole/scenario.yaml --plan whole/free.h5 --threads 1 --quiet --json
check "free: pieces" yes "$("$python" -c "
import json, sys
c = json.loads(open('out').read().splitlines()[-1])['contiguity']
print('yes' if c['broken_territories'] > 0 and c['accounts_apart'] > 0 else c)")"

# ---- islands and a river ----

river='{"type":"LineString","coordinates":[[-94.5,20],[-94.5,60]]}'
nation river '{contiguous: required, graph: {nearest: 6}, longest_edge: 60 km, barriers: r.json}'
echo "$river" >river/r.json
plan river 1 1
check "river: certificate" ok "$(certified river/result.h5 60 -94.5)"
check "river: edges across, islands" "True True" "$(ask river/result.h5 \
    "f['/contiguity'].attrs['edges_across_barriers'] > 0, f['/contiguity'].attrs['islands'] > 1" |
    tr -d '(),' | sed 's/np.//g')"
first=$(hash_of river/result.h5)
plan river 3 1
check "river on 3 ranks: bytes" "$first" "$(hash_of river/result.h5)"
on 2 verify river/result.h5 --threads 1 --quiet
check "river: verify" yes "$([ "$code" = 0 ] || [ "$code" = 2 ] && echo yes)"
# Another river is another input, and parents cross it.
sed -i 's/-94.5/-94.7/g' river/r.json
on 2 verify river/result.h5 --threads 1 --quiet
check "another river: exit code" 1 "$code"
rm river/r.json
on 2 verify river/result.h5 --threads 1 --quiet
check "no river: exit code" 1 "$code"

# ---- preferred ----

nation best preferred
sed -i 's/^contiguity.*/contiguity: {contiguous: preferred}/' best/scenario.yaml
plan best 2 1
check "preferred: exit code" 0 "$code"
check "preferred: certificate" yes "$(certified best/result.h5 1e9 -200 | grep -cE 'ok|trees' |
    sed 's/1/yes/')"

# ---- beside locks, skills and groups ----

rules=$here/tests/rules_nation.py
for kind in "" --together; do
    # shellcheck disable=SC2086
    "$python" "$rules" make ruled $kind --free 2 --accounts 900 || check "make ruled" 0 "$?"
    echo 'contiguity: preferred' >>ruled/scenario.yaml
    plan ruled 2 1
    check "ruled $kind: exit code" 0 "$code"
    check "ruled $kind: rules" "locked=0 fixed=0 needs=0 forbidden=0 allowed=0 reach=0" \
        "$("$python" "$rules" check ruled ruled/result.h5 | head -n 1)"
    on 3 verify ruled/result.h5 --threads 1 --quiet
    check "ruled $kind: verify" 0 "$code"
done

# ---- tampering ----

tampered() { # NAME PYTHON WORDS
    cp whole/result.h5 whole/bad.h5
    edit whole/bad.h5 "$2"
    for ranks in 1 3; do
        on $ranks verify whole/bad.h5 --threads 1 --quiet
        check "$1 on $ranks ranks: exit code" 1 "$code"
        check "$1 on $ranks ranks: words" yes "$(cat out err | grep -qF -- "$3" && echo yes)"
    done
}
tampered "a parent far away" \
    "p, t = f['/accounts/parent'], f['/accounts/territory'][:]; \
p[next(k for k in range(5, 900) if p[k] > 50 and t[k] == t[0])] = 0" \
    "certificate: account"
tampered "a parent of another territory" \
    "t = f['/accounts/territory'][:]; \
f['/accounts/parent'][7] = next(k for k in range(900) if t[k] != t[7])" \
    "expected a parent in its own territory"
tampered "a second root" \
    "p = f['/accounts/parent']; p[next(k for k in range(900) if p[k] >= 0)] = -1" \
    "expected a tree for each of"
tampered "a number out of range" "f['/accounts/parent'][3] = 900" "expected a parent from -1 to 899"
tampered "a figure" "f['/contiguity'].attrs['edges'] += 1" "contiguity edges: the file says"
tampered "a count of pieces" "f['/contiguity/pieces'][0] += 1" "pieces: the file says"
tampered "no certificate" "del f['/contiguity']" "expected a certificate of contiguity, found none"
tampered "an unknown word" "f['/contiguity'].attrs.modify('contiguous', b'requited')" \
    "unknown word 'requited' for contiguous"

# ---- what is refused ----

good() {
    rm -rf in
    mkdir in
    printf 'id,lat,lon,hours\nA1,40.1,-90.2,3\nA2,40.2,-90.3,4\nA3,40.3,-90.4,5\n' >in/a.csv
    printf 'accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\nterritories: 2\n' \
        >in/s.yaml
}
refused() { # TEXT MESSAGE
    good
    printf 'contiguity: %s\n' "$1" >>in/s.yaml
    [ -z "${3:-}" ] || printf '%s' "$3" >in/r.json
    refused_run "$1" "$2"
}
refused often "in/s.yaml:3:13: contiguity: expected required or preferred, found 'often'"
refused '{graph: delaunay}' "in/s.yaml:3:13: contiguity: expected the key contiguous, found none"
refused '{contiguous: required, graph: {nearest: 2.5}}' \
    "in/s.yaml:3:53: contiguity.graph.nearest: expected a whole number from 1 to 32, found '2.5'"
refused '{contiguous: required, graph: voronoi}' \
    "in/s.yaml:3:43: contiguity.graph: expected delaunay or {nearest: 8}, found 'voronoi'"
refused '{contiguous: required, longest_edge: 50 miles}' \
    "in/s.yaml:3:50: contiguity.longest_edge: expected kilometres above 0 and up to 20100, such as \
50 km, found '50 miles'"
refused '{contiguous: required, barriers: r.json}' \
    "in/r.json: cannot be opened: No such file or directory"
refused '{contiguous: required, barriers: r.json}' "in/r.json: expected LineString, \
MultiLineString, Polygon or MultiPolygon, found Point" '{"type":"Point","coordinates":[0,0]}'

# ---- what cannot be had ----

# Two far accounts that stay together, with another territory between them.
"$python" "$here/tests/make_nation.py" torn --accounts 300 --reps 4 || check "make torn" 0 "$?"
"$python" - <<'END'
rows = open("torn/accounts.csv").read().splitlines()
place = [(float(r.split(",")[1]), float(r.split(",")[2]), n) for n, r in enumerate(rows) if n > 0]
pair = (min(place)[2], max(place)[2])
with open("torn/accounts.csv", "w") as out:
    for n, row in enumerate(rows):
        out.write(row + ("," + ("chain" if n == 0 else "X" if n in pair else "")) + "\n")
END
printf 'rules: {together: chain}\ncontiguity: required\n' >>torn/scenario.yaml
for ranks in 1 3; do
    on $ranks run torn/scenario.yaml -o torn/result.h5 --threads 1 --effort 4 --quiet
    check "torn on $ranks ranks: exit code" 2 "$code"
    check "torn on $ranks ranks: named" \
        "  contiguity: 1 of 4 territories in more pieces than islands:" \
        "$(grep 'contiguity: 1' err)"
    check "torn on $ranks ranks: without contiguity" \
        "  contiguity: the plan before its pieces were joined is within every band, with 1,767 hours of
    travel, where this one has 1,773; \`contiguity: preferred\` would keep the bands" \
        "$(sed -n '/contiguity: the plan/,/preferred/p' err)"
done
finish
