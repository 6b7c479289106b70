#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Each command reads the columns that it uses and no others: what an audit, robustness, budgets and
# locks ask for need not be there for the rest, and is missed by who needs it.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

meridian hand
cat >>hand/s.yaml <<'END'
rules: {locked: {lock_word: stays}, forbidden: {where: {colour: red}, territories: [South]}}
disruption: {budget: {revenue: 50%}, protected: [{column: open}]}
segments: {by: size, classes: {A: 2, B: rest}}
kpi: {win_rate: won / visits}
robustness: {visits: {shared: normal 10%, by: area}}
END
cat >hand/a.csv <<'END'
id,lat,lon,visits,territory,lock_word,colour,revenue,open,size,won,area
S1,40,-100,1,South,stays,blue,5,0,3,1,x
S2,40.1,-100,1,South,,blue,5,0,1,0,x
M1,41,-100,1,Middle,,red,5,1,1,1,y
N1,43,-100,1,North,,blue,5,0,1,1,y
END
cut -d, -f1-9 hand/a.csv >hand/plan.csv # neither the audit's columns nor those of robustness
cut -d, -f1-4,7 hand/a.csv | sed 's/^\([A-Z]\)/new\1/' >hand/new.csv # nor of locks and budgets
miss() { # COLUMN WORDS...: the command says that the table has no such column
    local column=$1
    shift
    on 1 "$@" --quiet
    check "$1 without $column: exit code" 65 "$code"
    check "$1 without $column: said" 1 "$(grep -c "'$column'" err)"
}

on 1 run hand/s.yaml --accounts hand/plan.csv -o hand/plan.h5 --threads 1 --quiet
check "run: exit code" 0 "$code"
on 1 run hand/s.yaml -o hand/whole.h5 --threads 1 --quiet
check "run: columns that it does not use change no plan" \
    "$(ask hand/plan.h5 "f['/accounts/territory'][:].tolist()")" \
    "$(ask hand/whole.h5 "f['/accounts/territory'][:].tolist()")"
check "run: columns stored" "['open', 'revenue', 'visits']" \
    "$(ask hand/whole.h5 "sorted(f['/accounts/columns'])")"
on 2 verify hand/whole.h5 --accounts hand/plan.csv
check "verify: needs no more than the run" 0 "$code"
on 1 nightly hand/s.yaml --plan hand/plan.h5 --threshold 1 --accounts hand/plan.csv -o hand/night.h5 \
    --quiet
check "nightly: exit code" 0 "$code"
on 1 moves hand/whole.h5 --quiet
check "moves: exit code" 0 "$code"
for ranks in 1 2; do
    on $ranks assign hand/plan.h5 hand/new.csv -o hand/out.csv --threads 1 --quiet
    check "assign on $ranks: exit code" 0 "$code"
    check "assign on $ranks: rules hold" "newM1,Middle" "$(grep newM1 hand/out.csv | cut -d, -f1,2)"
done
cut -d, -f1-4 hand/new.csv >hand/short.csv
miss colour assign hand/plan.h5 hand/short.csv
miss size audit hand/s.yaml --accounts hand/plan.csv -o hand/x.h5
cut -d, -f1-11 hand/a.csv >hand/audit.csv
on 1 audit hand/s.yaml --accounts hand/audit.csv -o hand/audit.h5 --quiet
check "audit: needs nothing of robustness" 0 "$code"
check "audit: columns stored" "['open', 'revenue', 'size', 'visits', 'won']" \
    "$(ask hand/audit.h5 "sorted(f['/accounts/columns'])")"
on 1 verify hand/audit.h5 --accounts hand/audit.csv
check "audit: verified" 0 "$code"
miss area robustness hand/s.yaml --accounts hand/audit.csv
cut -d, -f1-9,12 hand/a.csv >hand/robust.csv
on 1 robustness hand/s.yaml --accounts hand/robust.csv --quiet
check "robustness: needs nothing of the audit" 0 "$code"
cut -d, -f1-8 hand/a.csv >hand/short.csv
miss open run hand/s.yaml --accounts hand/short.csv -o hand/x.h5

# A farm reads for all its scenarios at once.
sed 's/a.csv/plan.csv/; $a scenarios: [{name: tight, bands: {count: {max: 3}}}]' \
    hand/s.yaml >hand/farm.yaml
on 2 farm hand/farm.yaml -o hand/farm.h5 --threads 1 --quiet
check "farm: exit code" 0 "$code"
on 1 frontier hand/farm.yaml -o hand/frontier.h5 --budgets 0,free --quiet
check "frontier: exit code" 0 "$code"

# So do layers, of which one reads the table for all.
sed 's/a.csv/plan.csv/; /^rules:/d' hand/s.yaml >hand/layers.yaml
cat >>hand/layers.yaml <<'END'
layers:
  model: hybrid
  list:
    - {name: red, takes: {where: {colour: red}}, reps: none, territories: 1, bands: {count: {min: 1}},
       accounts: {columns: {territory: none}}, disruption: none}
    - {name: rest, takes: rest}
END
on 2 run hand/layers.yaml -o hand/layers.h5 --threads 1 --quiet
check "layers: exit code" 0 "$code"
on 2 verify hand/layers.h5 --threads 1
check "layers: verified" 0 "$code"

finish
