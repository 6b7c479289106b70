#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# geojson_check.sh FILE COUNT: reads FILE with GDAL and checks that it holds COUNT features, that every
# outline is valid, and that no two overlap. Needs ogrinfo (Debian: gdal-bin).
set -eu

if [ $# -ne 2 ]; then
    echo "usage: geojson_check.sh FILE COUNT" >&2
    exit 64
fi
file=$1
count=$2

# The one value that a query gives, as GDAL prints it: "  name (Type) = value".
ask() {
    ogrinfo -q "$file" -dialect sqlite -sql "select $1 as answer from territories" |
        sed -n 's/^ *answer ([A-Za-z0-9]*) = //p'
}

fail() {
    echo "$file: $1" >&2
    exit 1
}

found=$(ask 'count(*)')
[ "$found" = "$count" ] || fail "expected $count features, found ${found:-none}"

invalid=$(ask 'coalesce(sum(ST_IsValid(geometry) <> 1), 0)')
[ "$invalid" = 0 ] || fail "$invalid outlines are not valid"

# Outlines share borders on one grid, so their areas add up to that of their union.
overlap=$(ask 'coalesce(abs(sum(ST_Area(geometry)) - ST_Area(ST_Union(geometry))) > 1e-7, 0)')
[ "$overlap" = 0 ] || fail "outlines overlap"

echo "$file: $count valid outlines, none overlap"
