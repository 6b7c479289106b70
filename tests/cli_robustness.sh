#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How often a plan keeps its bands: a case with known chances, the same bytes on any ranks, and what
# is refused.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# Two territories of given targets: A's one account is 100 and anything from 80 to 120, B's are sure.
# A is above 110 in a quarter of all samples, below 90 in another, and B never.
mkdir two
cat >two/accounts.csv <<'END'
id,lat,lon,work,extra,segment,territory
a,40.0,-100.0,100,0,X,A
b,41.0,-90.0,0,60,Y,B
c,41.1,-90.1,0,40,X,B
END
cat >two/reps.csv <<'END'
rep,territory,lat,lon
r1,A,40,-100
r2,B,41,-90
END
cat >two/s.yaml <<'END'
name: Two
accounts: {file: accounts.csv, columns: {id: id, lat: lat, lon: lon, territory: territory}}
reps: {file: reps.csv, columns: {id: rep, territory: territory, lat: lat, lon: lon}}
measures: {load: work + extra}
bands: {load: {band: 10%, target: 100}}
robustness:
  samples: 20000
  work: {each: uniform 20%}
END
on 1 robustness two/s.yaml --threads 2 --json -o two/r.csv
check "two: exit code" 0 "$code"
check "two: chances" "True True True" "$("$python" -c '
import json, sys
d = json.loads(sys.stdin.read().splitlines()[-1])
a, b = d["bands"][0]["territories"]
near = lambda x, y: abs(x - y) < 0.015
print(near(a["below"], 0.25) and near(a["above"], 0.25), b["below"] == b["above"] == 0,
      near(d["all_met"], 0.5) and near(d["outside_mean"], 0.5) and d["samples"] == 20000)' <out)"
check "two: table" "territory,rep,band,value,lower,upper,below,above,mean,deviation
B,r2,load,100,90,110,0.000000,0.000000,100,0" "$(sed -n '1p;/^B,/p' two/r.csv)"
check "two: words" 1 "$(grep -c '^  work: uniform 20 % for each account$' err)"

# Where all share the factor and targets are means, nothing changes sides.
sed 's/target: 100/target: equal/; s/each: uniform 20%/shared: uniform 20%/; s/work + extra/work/
s/^bands:.*/bands: {load: {max: 201%}}/' two/s.yaml >two/shared.yaml
on 1 robustness two/shared.yaml --json
check "shared: all met" 1 "$(grep -c '"all_met":1.0,' out)"
sed 's/max: 201%/max: 199%/' two/shared.yaml >two/never.yaml
on 1 robustness two/never.yaml --json
check "never: none met" 1 "$(grep -c '"all_met":0.0,' out)"

# A plan, by word, on any ranks and in any order of rows.
"$python" "$here/tests/make_nation.py" nation --accounts 400 --reps 5
"$python" "$here/tests/make_nation.py" mixed --accounts 400 --reps 5 --shuffle 3
for folder in nation mixed; do
    "$python" - $folder <<'END'
import csv, sys
path = sys.argv[1] + "/accounts.csv"
rows = list(csv.reader(open(path)))
at = rows[0].index("account_id")
for row in rows[1:]:
    row.append("ABC"[sum(row[at].encode()) % 3])
rows[0].append("segment")
csv.writer(open(path, "w"), lineterminator="\n").writerows(rows)
END
    cat >>$folder/scenario.yaml <<'END'
robustness:
  samples: 100
  potential: {each: lognormal 40%, shared: normal 10%, by: segment}
END
done
on 1 run nation/scenario.yaml -o plan.h5 --quiet --effort 4
for ranks in 1 2 3; do
    on $ranks robustness nation/scenario.yaml --plan plan.h5 -o r.$ranks.csv --threads $((4 - ranks))
    check "on $ranks ranks: exit code" 0 "$code"
    check "on $ranks ranks: the same bytes" "$(cat r.1.csv)" "$(cat r.$ranks.csv)"
done
on 2 robustness mixed/scenario.yaml --plan plan.h5 -o r.mixed.csv
check "in another order: the same bytes" "$(cat r.1.csv)" "$(cat r.mixed.csv)"
on 1 robustness nation/scenario.yaml --plan plan.h5 --seed 2 -o r.2.csv
check "another seed: other samples" 1 "$(cmp -s r.1.csv r.2.csv; echo $?)"

# What is refused.
refused() { # NAME SED MESSAGE
    sed "$2" two/s.yaml >two/bad.yaml
    on 1 robustness two/bad.yaml --quiet
    check "$1: exit code" 65 "$code"
    check "$1: said" "ambit: two/bad.yaml$3" "$(cat err)"
}
refused "no section" '/robustness/,99d' ": expected the key robustness with a column such as \
\`workload: {each: lognormal 20%}\`, found none"
refused "no bands" '/^bands/d' ": robustness needs bands, found none"
refused "half a sample" 's/20000/2.5/' ":7:12: robustness.samples: expected a whole number from 1 \
to 100000, found '2.5'"
refused "another law" 's/uniform 20%/gamma 20%/' ":8:16: robustness.work.each: expected a law and \
its size, such as lognormal 20% or normal 20% (0% to 500%), or uniform 20% (0% to 100%), found \
'gamma 20%'"
refused "too wide" 's/uniform 20%/uniform 120%/' ":8:16: robustness.work.each: expected a law and \
its size, such as lognormal 20% or normal 20% (0% to 500%), or uniform 20% (0% to 100%), found \
'uniform 120%'"
refused "by alone" 's/uniform 20%/uniform 20%, by: segment/' ":8:9: robustness.work: expected the \
key shared beside by, found none"
refused "nothing" 's/{each: uniform 20%}/{}/' ":8:9: robustness.work: expected the key each or \
shared, found none"
# A table whose sum is near what sums can hold, and a law that goes beyond it.
"$python" "$here/tests/make_nation.py" vast --accounts 120 --reps 3
sed -i '2s/^\(.*,\)[0-9.]*,\([^,]*\)$/\1999999999999,\2/' vast/accounts.csv
for law in "uniform 20%" "lognormal 500%"; do
    { cat vast/scenario.yaml; echo "robustness: {samples: 200, potential: {each: $law}}"; } >vast/s.yaml
    for ranks in 1 3; do
        on $ranks robustness vast/s.yaml --quiet --threads 1 -o vast/$ranks.csv
        if [ "$law" = "uniform 20%" ]; then
            check "vast, $law on $ranks ranks: exit code" 0 "$code"
            continue
        fi
        check "vast, $law on $ranks ranks: exit code" 65 "$code"
        check "vast, $law on $ranks ranks: said" "ambit: vast/s.yaml: robustness: expected samples \
of column 'potential' that add up to less than 4.6e12, found more: give it in thousands or millions, \
or a narrower law" "$(cat err)"
    done
done
on 1 robustness two/s.yaml -o two/s.yaml
check "over its input: exit code" 1 "$((code == 0 ? 0 : 1))"
finish
