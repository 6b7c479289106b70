#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Accounts in HDF5: the same result file as from CSV, on any number of ranks and for any order of
# rows; every fault of a file or a row is named with its place; files that are cut off or changed
# anywhere never crash.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# Turns a CSV file into HDF5: whole columns of numbers become doubles, the others texts.
turn() { # CSV HDF5 [SEED of another order of rows]
    "$python" - "$@" <<'END' || check "turn $1" 0 "$?"
import csv, h5py, numpy, random, sys
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    header, *rows = csv.reader(file)
if len(sys.argv) > 3:
    random.Random(int(sys.argv[3])).shuffle(rows)
with h5py.File(sys.argv[2], "w") as f:
    for name, cells in zip(header, zip(*rows)):
        try:
            f[name] = numpy.array([float(cell) for cell in cells])
        except ValueError:
            f[name] = numpy.array([cell.encode() for cell in cells])
END
}

# --- the same bytes ---
"$python" "$here/tests/make_nation.py" n --accounts 1500 --free 3 || exit 1
turn n/accounts.csv n/accounts.h5
turn n/accounts.csv n/shuffled.h5 7
cp n/accounts.h5 n/no_ending
run=(run n/scenario.yaml -o n/result.h5 --effort 3 --quiet --threads 1)
on 1 "${run[@]}"
check "from CSV: exit code" 0 "$code"
first=$(sha256sum <n/result.h5)
for ranks in 1 2 3; do
    for file in accounts.h5 shuffled.h5 no_ending accounts.csv; do
        rm n/result.h5
        on $ranks "${run[@]}" --accounts n/$file
        check "$file on $ranks ranks: exit code" 0 "$code"
        check "$file on $ranks ranks: bytes" "$first" "$(sha256sum <n/result.h5)"
    done
    on $ranks verify n/result.h5 --accounts n/shuffled.h5 --quiet
    check "verified on $ranks ranks" "0 n/result.h5: every figure agrees and every band is met" \
        "$code $(cat out)"
done
on 1 audit n/scenario.yaml -o n/before.h5 --quiet
first=$(sha256sum <n/before.h5)
on 2 audit n/scenario.yaml --accounts n/shuffled.h5 -o n/before.h5 --quiet
check "audit: bytes" "$first" "$(sha256sum <n/before.h5)"
check "the scenario's file is named" "scenario.yaml accounts.csv reps.csv" \
    "$(ask n/result.h5 "*[p.decode() for p in f['/inputs/path']]")"

# A lock that another program holds is not asked about, whatever the environment says.
for file in n/accounts.h5 n/result.h5; do
    HDF5_USE_FILE_LOCKING=TRUE flock -x $file timeout 100 "$AMBIT" verify n/result.h5 \
        --accounts n/accounts.h5 --quiet >out 2>err
    check "$file is locked" "0 n/result.h5: every figure agrees and every band is met" "$? $(cat out)"
done

# Other accounts are told apart by one value of one row.
cp n/accounts.h5 n/other.h5
edit n/other.h5 "f['workload'][700] += 1e-6"
on 1 verify n/result.h5 --accounts n/other.h5 --quiet
check "another value: exit code" 1 "$code"
check "another value: hash" 1 "$(grep -c '^differs: accounts hash' out)"

# What `ambit generate` writes, in both formats, is one nation. Beyond one slice of the file, and
# with names of territories as wide as a thousand of them need.
sum() { sha256sum <"$1"; }
on 1 generate --accounts 300001 --territories 1000 --seed 7 --quiet -o g.h5
check "generate: exit code" 0 "$code"
h5=$(sum g.h5)
for ranks in 2 3; do
    on $ranks generate --accounts 300001 --territories 1000 --seed 7 --threads 2 --quiet -o g.h5
    check "generate on $ranks ranks" "$h5" "$(sum g.h5)"
done
check "generate: columns" "account account_id lat lon potential segment territory visits workload" \
    "$(ask g.h5 "*sorted(f)")"
check "generate: units and long names" 18 \
    "$(ask g.h5 "sum('units' in d.attrs and 1 for d in f.values()) + sum(\
'long_name' in d.attrs and 1 for d in f.values())")"
on 1 generate --accounts 300001 --territories 1000 --seed 7 --quiet -o g.csv
check "generate: the same rows as CSV" same "$("$python" - <<'END'
import csv, h5py
with h5py.File("g.h5") as f, open("g.csv", newline="") as file:
    names, *rows = csv.reader(file)
    columns = [f[name][:] for name in names]
    right = len(rows) == 300001 == len(columns[0])
    for name, column, cells in zip(names, columns, zip(*rows)):
        if column.dtype.kind == "S":
            right = right and [c.encode() for c in cells] == column.tolist()
        else:
            right = right and [float(c) for c in cells] == column.tolist()
print("same" if right else "different")
END
)"
on 1 generate --accounts 3000 --territories 10 --quiet -o g.h5
on 1 generate --accounts 3000 --territories 10 --quiet -o g.csv
on 1 run g.yaml --effort 1 --quiet --accounts g.csv -o csv.h5
on 2 run g.yaml --effort 1 --quiet --accounts g.h5 -o h5.h5
check "generate: the same result" "$(sum csv.h5)" "$(sum h5.h5)"
# The default name of the result is the accounts' here.
on 1 generate --accounts 3000 --territories 10 --quiet -o g.h5
before=$(sum g.h5)
on 2 run g.yaml --quiet
check "the accounts are not written over: exit code" 1 "$code"
check "the accounts are not written over: said" "ambit: cannot write g.h5: it is the accounts file \
of the scenario; name another file" "$(cat err)"
check "the accounts are not written over" "$before" "$(sum g.h5)"

# No room: the old file stays.
(
    ulimit -f 64 # KiB
    trap '' XFSZ
    "$AMBIT" generate --accounts 100000 --territories 3 --quiet -o g.h5 >out 2>err
    echo $? >code
)
check "no room: exit code" 1 "$(cat code)"
check "no room: said" "ambit: cannot write g.h5: File too large" "$(cat err)"
check "no room: the old file is as it was" "$before" "$(sum g.h5)"
check "no room: no file left over" "" "$(find . -name '*.tmp.*')"

# --- wrong files ---
mkdir good
cat >good/s.yaml <<'END'
accounts:
  file: a.h5
  columns: {id: id, lat: lat, lon: lon, territory: territory}
  visits: 6
territories: 2
measures: {hours: hours + travel}
bands: {hours: 99%}
END
cat >good/a.csv <<'END'
id,lat,lon,hours,territory
A1,40.1,-90.2,3,T001
A2,40.2,-90.3,4,T002
A3,40.3,-90.4,5,T001
END
turn good/a.csv good/a.h5
good() {
    rm -rf in
    cp -r good in
}

wrong() { # PYTHON MESSAGE
    case=$1
    good
    edit in/a.h5 "$1"
    refused_run "$case" "in/a.h5: $2"
}

bad_row() { # PYTHON WORDS KIND
    wrong "$1" "$2
in/a.h5: 1 bad row (1 $3); mend them, or leave such rows out with --skip-bad-rows"
}

good
on 1 run in/s.yaml -o in/x.h5 --threads 1 --quiet
check "good inputs: exit code" 0 "$code"

wrong "del f['hours']" \
    "expected a dataset 'hours', found none of that name; the nearest is 'lon'"
wrong "f.move('hours', 'hour')" \
    "expected a dataset 'hours', found none of that name; the nearest is 'hour'"
wrong "del f['hours']; f.create_group('hours')" \
    "expected a dataset 'hours', found none of that name; the nearest is 'hours'"
wrong "import numpy; del f['hours']; f['hours'] = numpy.array([b'3', b'4', b'5'])" "hours: expected numbers, found text"
wrong "del f['id']; f['id'] = [1, 2, 3]" \
    "id: expected text of a fixed length, found whole numbers"
wrong "del f['id']; f['id'] = ['A1', 'A2', 'A3']" \
    "id: expected text of a fixed length, found text of variable length"
wrong "del f['hours']; f['hours'] = [3, 4]" "hours: expected 3 values as in id, found 2"
wrong "del f['hours']; f['hours'] = [[3, 4, 5]]" "hours: expected one dimension, found 2"
wrong "del f['hours']; f['hours'] = 3" "hours: expected one dimension, found 0"
wrong "[f.pop(k) for k in list(f)]; [f.create_dataset(k, 0, 'S3' if k in 'id territory' else 'f8') \
for k in 'id lat lon hours territory'.split()]" "expected rows, found none"

bad_row "f['id'][1] = b''" "id[1]: expected an id, found an empty text" "missing id"
bad_row "f['id'][2] = b'A1'" "id[2]: expected a new id, found 'A1' again (first at id[0])" \
    "duplicate id"
bad_row "f['id'][1] = b'\xff'" "id[1]: expected UTF-8 text without NUL, found '\\xFF'" \
    "not UTF-8 text"
bad_row "f['id'][1] = b'\0B'" "id[1]: expected UTF-8 text without NUL, found '\\x00B'" \
    "not UTF-8 text"
bad_row "import numpy; del f['id']; f['id'] = numpy.array([b'A1', b'A' * 256, b'A3'])" \
    "id[1]: expected at most 255 bytes, found 256" "missing id"
bad_row "f['lat'][1] = 90.5" "lat[1]: expected a latitude from -90 to 90, found 90.5" \
    "bad coordinate"
bad_row "f['lon'][1] = -190" "lon[1]: expected a longitude from -180 to 180, found -190" \
    "bad coordinate"
bad_row "f['lat'][1] = 0; f['lon'][1] = 0" "lat[1]: expected a place with 'lon', found 0, 0" \
    "bad coordinate"
bad_row "f['lat'][1] = float('nan')" "lat[1]: expected a finite number, found nan" \
    "infinite number"
bad_row "f['hours'][1] = float('nan')" "hours[1]: expected a finite number, found nan" \
    "infinite number"
bad_row "f['hours'][1] = -42" "hours[1]: expected a number that is not negative, found -42" \
    "negative number"
bad_row "f['hours'][1] = 5e12" "hours[1]: expected a number up to 4.6e12 (give it in thousands or \
millions), found 5000000000000" "infinite number"
bad_row "f['territory'][1] = b'T9'" \
    "territory[1]: expected a territory or a rep's id, found 'T9'" "unknown territory or rep"

# Numbers of other types, byte orders and layouts, and texts that are padded otherwise, are as good.
for change in "f['hours'] = numpy.array([3, 4, 5], '>i2')" "f['hours'] = numpy.array([3, 4, 5], 'f4')" \
    "f.create_dataset('hours', data=[3, 4, 5], chunks=(1,), compression='gzip')"; do
    good
    on 1 audit in/s.yaml -o in/first.h5 --quiet
    edit in/a.h5 "import numpy; del f['hours']; $change"
    on 2 audit in/s.yaml -o in/again.h5 --quiet
    check "$change" "$(sum in/first.h5)" "$(sum in/again.h5)"
done

# Many: the first 20, then how many of each kind; and left out where that is asked for.
good
{
    echo id,lat,lon,hours,territory
    for i in $(seq 30); do
        echo "B$i,40.$i,-90.5,1,T001"
        echo "B$i,40.$i,-90.5,-1,T001"
        echo "B$i,40.$i,-90.5,1,T002"
    done
} >in/a.csv
turn in/a.csv in/a.h5
list=""
for i in $(seq 0 9); do
    list+="in/a.h5: hours[$((3 * i + 1))]: expected a number that is not negative, found -1
in/a.h5: id[$((3 * i + 2))]: expected a new id, found 'B$((i + 1))' again (first at id[$((3 * i))])
"
done
refused_run "60 bad rows" "${list}in/a.h5: 60 bad rows (30 duplicate id, 30 negative number); \
the first 20 are listed; mend them, or leave such rows out with --skip-bad-rows"
for ranks in 1 3; do
    on $ranks audit in/s.yaml -o in/x.h5 --quiet --skip-bad-rows
    check "skipped on $ranks ranks: third" "b'accounts' 5 0 b'negative number' \
b'hours[4]: expected a number that is not negative, found -1'" "$(ask in/x.h5 \
        "*[f['/bad_rows/' + c][2] for c in 'role line column kind text'.split()]")"
    sum in/x.h5 >sum.$ranks
done
check "skipped: accounts" 30 "$(ask in/x.h5 "len(f['/accounts/account_id'])")"
check "skipped: the same bytes" "$(cat sum.1)" "$(cat sum.3)"

# --- no crash ---
good
printf 'id,lat\n' >in/a.h5
refused_run "CSV by another name" \
    "in/a.h5: expected an accounts file (HDF5), found something else"
good
rm in/a.h5
refused_run "no file" "in/a.h5: cannot be opened: No such file or directory"
good
rm in/a.h5
mkdir in/a.h5
refused_run "a directory" "in/a.h5: expected an HDF5 file, found a directory"
on 1 generate --accounts 400 --territories 2 --quiet -o small.h5
on 1 audit small.yaml -o x.h5 --quiet
sound=$(sum x.h5)
size=$(stat -c %s small.h5)
for ((bytes = 0; bytes < size; bytes += size / 20)); do
    head -c "$bytes" small.h5 >cut.h5
    on 1 audit small.yaml --accounts cut.h5 -o x.h5 --quiet
    check "cut off at $bytes: exit code" 65 "$code"
    check "cut off at $bytes: said" 1 "$(grep -c '^ambit: cut.h5: ' err)"
done
# A byte changed anywhere is noticed, or makes no difference.
for ((at = 7; at < size; at += size / 60)); do
    cp small.h5 cut.h5
    byte=$(od -An -tu1 -j $at -N 1 small.h5)
    # shellcheck disable=SC2059 # an escape
    printf "\\x$(printf %x $((byte ^ 0x55)))" | dd of=cut.h5 bs=1 seek=$at conv=notrunc status=none
    rm -f x.h5
    on 1 audit small.yaml --accounts cut.h5 -o x.h5 --quiet
    if [ "$code" -eq 0 ]; then
        check "byte $at changed: bytes" "$sound" "$(sum x.h5)"
    else
        check "byte $at changed: exit code" 65 "$code"
    fi
done
finish
