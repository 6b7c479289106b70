#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Wrong inputs, through the binary: the exact message, once, exit 65, and nothing written.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# Writes good inputs to the folder in; each case spoils one of them.
good() {
    rm -rf in
    mkdir in
    cat >in/a.csv <<'END'
id,lat,lon,hours,territory
A1,40.1,-90.2,3,East
A2,40.2,-90.3,4,West
A3,40.3,-90.4,5,R1
END
    cat >in/r.csv <<'END'
rep,territory,lat,lon,cap
R1,East,40,-90,10
R2,West,41,-91,12
END
    cat >in/s.yaml <<'END'
accounts:
  file: a.csv
  columns: {id: id, lat: lat, lon: lon, territory: territory}
  visits: 6
reps:
  file: r.csv
  columns: {id: rep, territory: territory, lat: lat, lon: lon, capacity: cap}
measures:
  hours: hours + travel
bands:
  hours: 90%
END
}

wrong() { # FILE SED-SCRIPT MESSAGE
    case="$1: $2"
    good
    sed -i "$2" "in/$1"
    refused_run "$case" "$3"
}

bad_row() { # FILE SED-SCRIPT LINE:COLUMN WORDS KIND
    wrong "$1" "$2" "in/$1:$3: $4
in/$1: 1 bad row (1 $5); mend them, or leave such rows out with --skip-bad-rows"
}

good
on 1 run in/s.yaml -o in/x.h5 --threads 1 --quiet
check "good inputs: exit code" 0 "$code"
check "good inputs: standard output" in/x.h5 "$(cat out)"

# Accounts, row by row.
bad_row a.csv '3s/A2//' 3:1 "expected an id in column 'id', found an empty field" "missing id"
bad_row a.csv '3s/A2/A1/' 3:1 \
    "expected a new id in column 'id', found 'A1' again (first at line 2)" "duplicate id"
bad_row a.csv '3s/40.2/90.5/' 3:4 \
    "expected a latitude from -90 to 90 in column 'lat', found '90.5'" "bad coordinate"
bad_row a.csv '3s/-90.3/-190/' 3:9 \
    "expected a longitude from -180 to 180 in column 'lon', found '-190'" "bad coordinate"
bad_row a.csv '3s/40.2,-90.3/0,0/' 3:4 \
    "expected a place in columns 'lat' and 'lon', found 0, 0" "bad coordinate"
bad_row a.csv '3s/40.2/4O.2/' 3:4 \
    "expected a latitude in column 'lat', found '4O.2'" "not a number"
bad_row a.csv '3s/,4,/,13O,/' 3:15 "expected a number in column 'hours', found '13O'" \
    "not a number"
bad_row a.csv '3s/,4,/,1.0x,/' 3:15 "expected a number in column 'hours', found '1.0x'" \
    "not a number"
bad_row a.csv '3s/,4,/,,/' 3:15 "expected a number in column 'hours', found an empty field" \
    "not a number"
bad_row a.csv '3s/,4,/,-42,/' 3:15 \
    "expected a number that is not negative in column 'hours', found '-42'" "negative number"
bad_row a.csv '3s/,4,/,inf,/' 3:15 "expected a finite number in column 'hours', found 'inf'" \
    "infinite number"
bad_row a.csv '3s/,4,/,1e999,/' 3:15 \
    "expected a finite number in column 'hours', found '1e999'" "infinite number"
bad_row a.csv '3s/West/North/' 3:17 \
    "expected a territory or a rep's id in column 'territory', found 'North'" \
    "unknown territory or rep"
bad_row a.csv '4s/R1/R9/' 4:17 \
    "expected a territory or a rep's id in column 'territory', found 'R9'" \
    "unknown territory or rep"
bad_row a.csv '3s/,4,/,4,5,/' 3:19 "expected 5 fields as in the header, found 6" \
    "wrong number of fields"
bad_row a.csv '3s/A2/A\xff/' 3:1 "expected UTF-8 text without NUL in column 'id', found 'A\\xFF'" \
    "not UTF-8 text"

# Reps, row by row.
bad_row r.csv '3s/West//' 3:4 \
    "expected a territory's name in column 'territory', found an empty field" "missing id"
bad_row r.csv '3s/R2/R1/' 3:1 \
    "expected a new id in column 'rep', found 'R1' again (first at line 2)" "duplicate id"
bad_row r.csv '3s/West/East/' 3:4 \
    "expected a new id in column 'territory', found 'East' again (first at line 2)" "duplicate id"
bad_row r.csv '3s/41/91/' 3:9 \
    "expected a latitude from -90 to 90 in column 'lat', found '91'" "bad coordinate"
bad_row r.csv '3s/41,-91/0,0/' 3:9 "expected a place in columns 'lat' and 'lon', found 0, 0" \
    "bad coordinate"
bad_row r.csv '3s/41/4I/' 3:9 "expected a latitude in column 'lat', found '4I'" "not a number"
bad_row r.csv '3s/,12/,13O/' 3:16 "expected a number in column 'cap', found '13O'" "not a number"
bad_row r.csv '3s/,12/,-42/' 3:16 \
    "expected a number that is not negative in column 'cap', found '-42'" "negative number"
bad_row r.csv '3s/,12/,inf/' 3:16 "expected a finite number in column 'cap', found 'inf'" \
    "infinite number"

# Tables as a whole.
for table in a.csv r.csv; do
    header=$(good && head -n 1 in/$table)
    semicolons=${header//,/;}
    wrong $table d "in/$table: expected a header line and rows, found an empty file"
    # shellcheck disable=SC2016 # $ is sed's last line
    wrong $table '2,$d' "in/$table: expected rows after the header, found none"
    wrong $table 's/,/;/g' "in/$table:1:1: expected columns separated by ',', found one column \
'$semicolons' that looks separated by ';': write delimiter: \";\" in the scenario"
    good && rm in/$table && mkdir in/$table
    refused_run "$table is a directory" "in/$table: expected a CSV file, found a directory"
    good && rm in/$table
    refused_run "$table is gone" "in/$table: cannot be opened: No such file or directory"
done

# The scenario.
number="a number from 0 to 1000000, or a column's name (in quotes where it begins like a number)"
for slip in 13O -42 1.0x; do
    wrong s.yaml "s/visits: 6/visits: $slip/" \
        "in/s.yaml:4:11: accounts.visits: expected $number, found '$slip'"
    wrong s.yaml "\$a territories: $slip" \
        "in/s.yaml:12:14: territories: expected a whole number from 1 to 100000, found '$slip'"
done
wrong s.yaml 's/90%/13O%/' \
    "in/s.yaml:11:10: bands.hours: expected a percentage such as 5%, found '13O%'"
wrong s.yaml 's/90%/-42%/' \
    "in/s.yaml:11:10: bands.hours: expected a percentage from 0% to 100%, found '-42%'"
# shellcheck disable=SC2016 # $ is sed's last line
wrong s.yaml '$a bands: {}' \
    "in/s.yaml:12:1: scenario: expected each key once, found 'bands' again (first on line 10)"
wrong s.yaml '4a \  visits: 7' \
    "in/s.yaml:5:3: accounts: expected each key once, found 'visits' again (first on line 4)"
wrong s.yaml 's/visits: 6/vists: 6/' "in/s.yaml:4:3: accounts: expected one of file, delimiter, \
columns, crs, visits, add, remove, found 'vists' (did you mean visits?)"
wrong s.yaml 's/^bands/band/' "in/s.yaml:10:1: scenario: expected one of $(scenario_keys), found \
'band' (did you mean bands?)"
wrong s.yaml 's/ lon: lon,//' \
    "in/s.yaml:3:12: accounts.columns: expected the key lon, found none"
wrong s.yaml d "in/s.yaml:1:1: scenario: expected a map of keys, found an empty file"
good && rm in/s.yaml && mkdir in/s.yaml
refused_run "a directory" "in/s.yaml: expected a scenario file, found a directory"
good && rm in/s.yaml
refused_run "no scenario" "in/s.yaml: cannot be opened: No such file or directory"

# Root may read anything, so it gives up its powers for this.
humbly=()
if [ "$(id -u)" -eq 0 ]; then humbly=(setpriv --inh-caps=-all --bounding-set=-all); fi
for file in a.csv r.csv s.yaml; do
    good
    chmod 000 in/$file
    if "${humbly[@]}" true && ! "${humbly[@]}" test -r in/$file; then
        "${humbly[@]}" "$AMBIT" run in/s.yaml -o x.h5 --threads 1 --quiet >out 2>err
        check "$file without permission: exit code" 65 "$?"
        check "$file without permission: standard output" "" "$(cat out)"
        check "$file without permission: said once" \
            "ambit: in/$file: cannot be opened: Permission denied" "$(cat err)"
        check "$file without permission: nothing written" "" "$(find . -name '*x.h5*')"
    fi
done

# Sums that int64 cannot hold are refused, not wrapped.
wrong s.yaml 's/visits: 6/visits: 1000000\ntravel: {minutes: {a: 1000, b: 2}}/' \
    "in/s.yaml: expected travel below 4.61e+12 hours a year in all, found that it could reach \
1.2e+16; give fewer visits, or shorter drives in travel.minutes"
good
sed -i 's/,3,East/,4.61e12,East/' in/a.csv
sed -i 's/visits: 6/visits: 1000000\ntravel: {minutes: {a: 100, b: 0.8}}/' in/s.yaml
refused_run "measure beyond count" "in/s.yaml: measures.hours: expected a sum below 4.61e+12 over \
the nation, found that it could reach 4.62e+12; give its columns in thousands"

# Many: the first 20 in the order of the file, then how many of each kind.
good
{
    echo id,lat,lon,hours,territory
    for i in $(seq 30); do
        echo "B$i,40.$i,-90.5,$((i % 3 == 0)),East"
        echo "B$i,40.$i,-90.5,x,East"
        echo ",40.$i,-90.5,1,East"
    done
} >in/a.csv
list=""
for i in $(seq 10); do
    list+="in/a.csv:$((3 * i)):$((2 * ${#i} + 13)): expected a number in column 'hours', \
found 'x'
in/a.csv:$((3 * i + 1)):1: expected an id in column 'id', found an empty field
"
done
refused_run "60 bad rows" "${list}in/a.csv: 60 bad rows (30 missing id, 30 not a number); \
the first 20 are listed; mend them, or leave such rows out with --skip-bad-rows"

# Told to, the run leaves them out, and keeps the list.
for ranks in 1 3; do
    on $ranks run in/s.yaml -o in/x.h5 --threads 1 --quiet --skip-bad-rows
    check "skipped on $ranks ranks: exit code" 0 "$code"
    check "skipped on $ranks ranks: count" "60 20 30 30" "$(ask in/x.h5 \
        "f.attrs['bad_row_count'], len(f['/bad_rows/line']), *[n for n in \
f['/bad_rows/kinds/count'] if n]" | tr -d '(),')"
    check "skipped on $ranks ranks: the third" "b'accounts' 6 15 b'not a number' \
b\"expected a number in column 'hours', found 'x'\"" "$(ask in/x.h5 \
        "*[f['/bad_rows/' + c][2] for c in 'role line column kind text'.split()]")"
    check "skipped on $ranks ranks: accounts" 30 "$(ask in/x.h5 "len(f['/accounts/account_id'])")"
    sha256sum <in/x.h5 >sum.$ranks
    on $ranks verify in/x.h5 --threads 1 --quiet
    check "skipped on $ranks ranks: verified" \
        "in/x.h5: every figure agrees and every band is met" "$(cat out)"
done
check "skipped: the same bytes" "$(cat sum.1)" "$(cat sum.3)"
on 1 run in/s.yaml -o in/x.h5 --threads 1 --skip-bad-rows
check "skipped: said in the summary" "  Skipped        60 bad rows of the input" \
    "$(grep Skipped err)"
good
sed -i '2,$s/,[EWR][a-z0-9]*$/,Nowhere/' in/a.csv
on 3 run in/s.yaml -o in/x.h5 --threads 1 --quiet --skip-bad-rows
check "nothing left: exit code" 65 "$code"
check "nothing left: said" "ambit: in/a.csv: expected at least one usable row, found none" \
    "$(cat err)"
finish
