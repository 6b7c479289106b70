#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The figures of ambit audit: recomputed from the tables, of today's territories and of a plan; the
# same on any ranks, threads and order of rows; what is refused; what a person reads.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# A nation with columns that figures need. Nobody tried anything in East-03.
nation() { # FOLDER WORDS...
    "$python" "$here/tests/make_nation.py" "$@" || check "make $1" 0 "$?"
    awk -F, -v OFS=, 'NR == 1 { print $0, "won", "tried", "seen", "planned"; next }
        { n = substr($1, 2) + 0; tried = $7 == "East-03" ? 0 : n % 7
          print $0, int(tried * (n % 5) / 5), tried, n % 3, (n * 7) % 4 }' \
        "$1/accounts.csv" >added && mv added "$1/accounts.csv"
    sed -i 's/  hours: 8%/  hours: {band: 8%, target: capacity}/' "$1/scenario.yaml"
    cat >>"$1/scenario.yaml" <<'END'
segments: {by: potential, classes: {A: 10%, B: 30%, C: rest}}
working_time: {admin: 20% of work, days: 200}
coverage: {visited: seen, target: planned, effort: visits - won}
kpi:
  won: won
  win_rate: {ratio: won / tried, unit: percent}
  odd: (potential - won) / (tried + hours)
END
}

nation n --accounts 900 --free 3
nation shuffled --accounts 900 --free 3 --shuffle 5
on 1 audit n/scenario.yaml --threads 1 --json --quiet
check "audit: exit code" 0 "$code"
cp out today.json
on 1 audit n/scenario.yaml --threads 1 -o today.h5 --quiet
on 1 export today.h5 --csv today.csv --quiet
check "audit: every figure" "" "$("$here/tests/check_audit.py" n today.json today.csv 2>&1)"

# A territory where nothing was tried has no rate, and the report says so.
check "nothing to divide by" "None True" "$("$python" -c "
import json
t = {t['territory']: t['kpi']['win_rate'] for t in json.load(open('today.json'))['audit']['territories']}
print(t['East-03'], t['East-01'] > 0)")"

# A plan, by its file.
on 2 run n/scenario.yaml -o plan.h5 --threads 1 --effort 4 --quiet
check "run: exit code" 0 "$code"
on 1 export plan.h5 --csv plan.csv --quiet
on 1 audit n/scenario.yaml --plan plan.h5 --threads 1 --json --quiet
check "audit --plan: exit code" 0 "$code"
cp out plan.json
check "audit --plan: every figure" "" "$("$here/tests/check_audit.py" n plan.json plan.csv 2>&1)"
check "audit --plan: travel and plan as stored" "plan.h5 audit True True" "$(ask plan.h5 "(
    lambda j: ' '.join([j['audit']['plan'], j['kind'], str(j['status'] == 'feasible'),
                        str(j['travel_hours'] * 1e6 == f.attrs['travel_micro_hours']
                            and j['sha256'] == f.attrs['plan_sha256'].decode())]))(
    __import__('json').load(open('plan.json')))")"

# Rows in another order than the plan's, and some that are gone.
on 2 audit shuffled/scenario.yaml --plan plan.h5 --threads 1 --json --quiet
check "audit --plan, other order: exit code" 0 "$code"
same_figures() { # FILE FILE: all but where, when and by whom
    "$python" -c "
import json, sys
a, b = (json.load(open(path)) for path in sys.argv[1:])
for key in 'seconds peak_bytes ranks threads result'.split():
    a.pop(key), b.pop(key)
print(a == b)" "$1" "$2"
}
check "audit --plan, other order: figures" True "$(same_figures plan.json out)"
mkdir fewer && sed '11,40d' n/accounts.csv >fewer/accounts.csv
cp n/reps.csv n/scenario.yaml fewer
on 1 audit fewer/scenario.yaml --plan plan.h5 --threads 1 --json --quiet
check "audit --plan, fewer accounts: exit code" 0 "$code"
cp out fewer.json
check "audit --plan, fewer accounts: every figure" "" \
    "$("$here/tests/check_audit.py" fewer fewer.json plan.csv 2>&1)"

# Bytes: the file, the object, and what is printed, on any ranks and threads.
mkdir one
on 1 audit n/scenario.yaml -o one/x.h5 --threads 1 --quiet
for ranks in 1 2 3 4; do
    for threads in 1 3; do
        on $ranks audit n/scenario.yaml -o one/y.h5 --threads $threads --json --quiet
        check "n on $ranks ranks of $threads: figures" True "$(same_figures today.json out)"
        check "n on $ranks ranks of $threads: bytes" "$(sha256sum <one/x.h5)" \
            "$(sha256sum <one/y.h5)"
        if [ $(((ranks + threads / 2) % 2)) -eq 0 ]; then # the other order, or the plan, each time
            on $ranks audit shuffled/scenario.yaml --threads $threads --json --quiet
            check "shuffled on $ranks ranks of $threads: figures" True \
                "$(same_figures today.json out)"
        else
            on $ranks audit n/scenario.yaml --plan plan.h5 --threads $threads --json --quiet
            check "plan on $ranks ranks of $threads: figures" True "$(same_figures plan.json out)"
        fi
    done
done

# Outlines of a nation that is large enough to be drawn from some of its accounts.
on 2 generate --accounts 110000 --territories 12 -o large.h5 --quiet
on 1 audit large.yaml --threads 2 --json --quiet
cp out large.json
on 3 audit large.yaml --threads 1 --json --quiet
check "a large nation: figures" True "$(same_figures large.json out)"
check "a large nation: outlines from every second account" 2 \
    "$("$python" -c "import json; print(json.load(open('large.json'))['audit']['outline_every'])")"

# The file has the same figures, and still stands before the judge.
check "figures in the file" "True True 3" "$(ask one/x.h5 "(lambda a: ' '.join(
    [str(all(list(f['/audit/figures/' + k][:]) == [t['figures'][k] for t in a['territories']]
         for k in ('segment_A', 'visits', 'pieces'))),
     str(abs(f['/audit/kpi/win_rate'].attrs['nation'] - a['kpi'][1]['nation']) < 1e-14),
     str(len(f['/audit/kpi']))]))(__import__('json').load(open('today.json'))['audit'])")"
"$here/tests/read_result.py" one/x.h5 >out 2>err
check "read_result.py" "one/x.h5: 900 accounts, every dataset as it should be" "$(cat out)"
on 2 verify one/x.h5 --threads 1
check "verify: exit code" 2 "$code"

# What a person reads.
on 1 audit n/scenario.yaml --threads 1 --table
check "audit --table: exit code" 0 "$code"
check "the summary" "Current alignment: A small nation" "$(head -n 1 out)"
check "no overlap, no gap" 1 "$(grep -c 'in 8 territories, each in exactly one: no overlap' out)"
check "headings" "Figure Balance Effort What Territory" "$(
    grep -oE '^ *(Figure|Balance|Effort|What|Territory) ' out | xargs)"
check "a line for every territory" 8 "$(sed '1,/^  Territory/d' out | grep -c '^  East-0')"
check "where it would divide by 0" 1 \
    "$(grep -c '^  win_rate: none in 1 of 8 territories, where it would divide by 0$' out)"
check "no blanks at ends of lines" 0 "$(grep -c ' $' out)"
check "as wide as a screen" 0 "$(sed '/^  Territory/,$d' out | grep -cE '^.{121}')"
on 1 audit n/scenario.yaml --plan plan.h5 --threads 1
check "the summary of a plan" "Audit of plan.h5: A small nation" "$(head -n 1 out)"

# What is refused, on one rank and on two by turns.
ranks=1
refused() { # NAME EXIT MESSAGE WORDS...
    local name=$1 exit_code=$2 message=$3
    shift 3
    ranks=$((3 - ranks))
    on $ranks audit --quiet --threads 1 "$@"
    check "$name on $ranks: exit code" "$exit_code" "$code"
    check "$name on $ranks: message" "ambit: $message" "$(grep '^ambit: ' err | head -n 1)"
}
mkdir bad && cp n/accounts.csv n/reps.csv bad
changed() { # SED
    sed "$1" n/scenario.yaml >bad/scenario.yaml
}
changed 's,won / tried,wonn / tried,'
refused "unknown column" 65 "bad/accounts.csv:1:1: expected a column 'wonn' in the header, found \
none of that name; the nearest is 'won'" bad/scenario.yaml
changed 's,won / tried,won / tried / won,'
refused "two quotients" 65 "bad/scenario.yaml:22:21: kpi.win_rate.ratio: expected one / at most, \
found 'won / tried / won'" bad/scenario.yaml
changed 's,potential - won),potential - won,'
refused "a bracket too few" 65 "bad/scenario.yaml:23:8: kpi.odd: expected brackets around a sum \
beside /, as in (a + b) / c, found '(potential - won / (tried + hours)'" bad/scenario.yaml
changed 's,^kpi:,kip:,'
refused "an unknown section" 65 "bad/scenario.yaml:20:1: scenario: expected one of \
$(scenario_keys), found 'kip' (did you mean kpi?)" bad/scenario.yaml
refused "no plan" 1 "cannot open none.h5: No such file or directory" n/scenario.yaml \
    --plan none.h5
refused "no result" 65 "n/scenario.yaml: expected a result file (HDF5), found something else" \
    n/scenario.yaml --plan n/scenario.yaml
refused "the plan's own name" 1 "cannot write plan.h5: it is the plan to be read; name another \
file" n/scenario.yaml --plan plan.h5 -o plan.h5
sed '5s/^A[0-9]*/B9/; 7s/^A[0-9]*/B8/' n/accounts.csv >bad/accounts.csv
cp n/scenario.yaml bad
on 2 audit bad/scenario.yaml --plan plan.h5 --threads 1 --json --quiet -o new.h5
check "accounts that are new are gaps" "0 898 2 ['B8', 'B9'] infeasible" "$code $("$python" -c "
import json
j = json.load(open('out'))
none = j['audit']['in_none']
print(j['accounts'], none['accounts'], sorted(e['account'] for e in none['listed']), j['status'])")"
on 1 verify new.h5 --threads 1 --quiet
check "accounts that are new: verified" 2 "$code"
cp n/accounts.csv bad && sed 's/East-08/West-01/' n/reps.csv >bad/reps.csv
sed -i 's/East-08/West-01/' bad/accounts.csv
refused "another territory" 65 "plan.h5: expected territories of the scenario, found 'East-08', \
which is none" bad/scenario.yaml --plan plan.h5
finish
