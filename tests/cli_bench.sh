#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tools in bench/: what make_instance makes, and the runner on two tiny instances with two seeds.
# A third file, whose best-known value is too low, and a solver that lies show that it compares and
# judges.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
tools=$(dirname "$AMBIT")/bench

made() { # NAME WORDS...: the first line of what is made, and the file NAME.txt
    local name=$1
    shift
    "$tools/make_instance" "$@" -o "$name.txt" 2>err && head -n 1 "$name.txt"
}

# --- instances ------------------------------------------------------------------

for kind in uniform clustered stefanello; do
    check "$kind: first line" "40 4" "$(made $kind --kind $kind 40 4 7)"
    check "$kind: lines" 41 "$(wc -l <$kind.txt)"
    made again --kind $kind 40 4 7 >/dev/null
    check "$kind: the same bytes again" "" "$(cmp $kind.txt again.txt 2>&1)"
    made again --kind $kind 40 4 8 >/dev/null
    check "$kind: another seed" 1 "$(cmp -s $kind.txt again.txt; echo $?)"
    check "$kind: capacity" yes "$("$python" -c "
import math, sys
rows = [list(map(float, line.split())) for line in open('$kind.txt')][1:]
total, capacity = sum(row[3] for row in rows), rows[0][2]
most = 20 if '$kind' == 'uniform' else 100
good = all(row[2] == capacity and 1 <= row[3] <= most for row in rows)
fill = total / (4 * capacity)
print('yes' if good and 0.78 < fill <= 0.9 else f'no: {fill}')")"
done
check "fill: one line" "10 3" "$(made filled 10 3 1 --fill 0.5)"
check "fill: half" yes "$("$python" -c "
import math
rows = [list(map(int, line.split())) for line in open('filled.txt')][1:]
print('yes' if rows[0][2] == math.ceil(sum(row[3] for row in rows) / 1.5) else 'no')")"
printf '%s\n' 'NAME: three' 'TYPE: TSP' 'DIMENSION: 3' 'EDGE_WEIGHT_TYPE: EUC_2D' \
    NODE_COORD_SECTION '1 10 20' '2 30 40' '3 50 60.5' EOF >three.tsp
check "coordinates: first line" "3 1" \
    "$(made given --kind stefanello 3 1 5 --coordinates three.tsp)"
check "coordinates: as given" "10 20|30 40|50 60.5" \
    "$(tail -n +2 given.txt | cut -d ' ' -f 1,2 | paste -sd '|')"

# The stored ones come from these words, so this machine makes what others make.
made uniform_50_5 --kind uniform 50 5 1 >/dev/null
made clustered_300_25 --kind clustered 300 25 5 >/dev/null
made stefanello_400_40 --kind stefanello 400 40 8 >/dev/null
for name in uniform_50_5 clustered_300_25 stefanello_400_40; do
    check "$name: as stored" "" "$(cmp $name.txt "$here/bench/instances/cpmp/$name.txt" 2>&1)"
done

refused() { # NAME EXIT MESSAGE WORDS...
    local name=$1 expected=$2 message=$3
    shift 3
    "$tools/make_instance" "$@" >out 2>err
    check "$name: exit code" "$expected" "$?"
    check "$name: message" "make_instance: $message" "$(head -n 1 err)"
}
refused "too few nodes" 65 "three.tsp: expected 4 nodes, found 3" \
    --kind stefanello 4 1 5 --coordinates three.tsp -o x.txt
refused "too full" 65 "first fit does not pack the demands into 20 clusters; expected a smaller \
--fill, a smaller P or another SEED" 41 20 1 --fill 1 -o x.txt
refused "P above N" 64 "expected P from 1 to N, found 5 of 4" 4 5 1 -o x.txt
refused "no file" 64 "expected -o FILE, found nothing" 4 2 1
check "refused: nothing written" no "$([ -e x.txt ] && echo yes || echo no)"

# --- runs -----------------------------------------------------------------------

mkdir -p set/cpmp set/cccp
cp "$here/tests/instances/cpmp_floor/line.txt" set/cpmp/cpmp99.txt
cp "$here/tests/instances/cccp/square.txt" set/cccp/SJC9.txt
printf '%s\n' file,n,p,distance,best_known cpmp99.txt,7,2,floor_euclidean,12.0 \
    >set/cpmp/best_known.csv
printf '%s\n' file,upper_bound_found,note 'SJC9.txt,11.32,"a bound, not the best"' \
    >set/cccp/best_known.csv

bench() { # WORDS...
    timeout 100 "$tools/bench_instances" set --time-limit 2 --threads 1 -o b "$@" >out 2>err
    code=$?
}

column() { # NAME: of b.csv, its values in one line
    "$python" -c "
import csv, sys
print(*[row['$1'] for row in csv.DictReader(open('b.csv'))])"
}

bench --repeat 2 --ambit "$AMBIT"
check "runs: exit code" 0 "$code"
check "runs: seeds" "1 2 1 2" "$(column seed)"
check "runs: verdicts" "good good good good" "$(column verdict)"
check "runs: values" "12 12 11.3137 11.3137" "$("$python" -c "
import csv
print(*['%g' % round(float(r['value']), 4) for r in csv.DictReader(open('b.csv'))])")"
check "runs: gap of the first" 0 "$(column gap_percent | cut -d ' ' -f 1)"
check "runs: families" "OR-Library,OR-Library,SJC (CCCP),SJC (CCCP)" \
    "$(tail -n +2 b.csv | cut -d , -f 2 | paste -sd ,)"
check "runs: a value below is named" 2 "$(grep -c 'below the best known' out)"
check "runs: spread" 2 "$(grep -c 'gap %: min .*over 2 seeds' out)"
check "runs: summary" "OR-Library 2 0.0000 0.0000 2 0" \
    "$(grep '^OR-Library' out | awk '{print $1, $2, $3, $4, $5, $6}')"
check "runs: HDF5" "[0 1 2 3] 12.0" "$(ask b.h5 "f['runs/run'][:], f['runs/value'][0]" |
    tr -d '(),' | sed 's/array//; s/dtype=[a-z0-9]*//; s/np.float64//; s/ \+/ /g' | tr -d '\n')"
check "runs: HDF5 trace" yes \
    "$(ask b.h5 "'yes' if set(f['trace/run'][:]) == {0, 1, 2, 3} else 'no'")"
check "runs: picture" 0 "$(xmllint --noout b.svg; echo $?)"
check "runs: families in the picture" 2 "$(grep -c 'class="name">\(OR-Library\|SJC (CCCP)\)' b.svg)"
on 1 verify b-solutions/cpmp_cpmp99.json --instance set/cpmp/cpmp99.txt --problem cpmp \
    --distance floor
check "runs: the kept solution holds" 0 "$code"

bench --only 'cccp/*' --ambit "$AMBIT"
check "only: exit code" 0 "$code"
check "only: instances" SJC9 "$(column instance)"

# --- what must not pass -----------------------------------------------------------

cat >liar <<END
#!/bin/bash
# Says that it found a value which its solution does not have.
if [ "\$1" = solve ]; then
    "$AMBIT" "\$@" | sed 's/"value":[0-9.]*/"value":1.5/'
else
    exec "$AMBIT" "\$@"
fi
END
printf '#!/bin/sh\necho no JSON; exit 3\n' >broken
chmod +x liar broken
bench --only cpmp99 --ambit "$folder/liar"
check "a liar: exit code" 1 "$code"
check "a liar: verdict" refused "$(column verdict)"
check "a liar: said so" 1 "$(grep -c 'refused: the solver says 1.5, the judge value 12' out)"
bench --only cpmp99 --ambit "$folder/broken"
check "broken: exit code" 1 "$code"
check "broken: said so" 1 "$(grep -c 'failed: no JSON object on standard output, exit code 3' out)"
check "broken: a picture all the same" 0 "$(xmllint --noout b.svg; echo $?)"

sed -i 's/12.0/twelve/' set/cpmp/best_known.csv
bench --ambit "$AMBIT"
check "a bad table: exit code" 65 "$code"
check "a bad table: message" "bench_instances: set/cpmp/best_known.csv:2:32: expected a best-known \
value or nothing, found 'twelve'" "$(cat err)"
bench --only 'x*' --ambit "$AMBIT"
check "a bad table: read in any case" 65 "$code"
rm set/cpmp/best_known.csv
bench --only 'x*' --ambit "$AMBIT"
check "no instance: message" "bench_instances: set: no instance matches 'x*'" "$(cat err)"

finish
