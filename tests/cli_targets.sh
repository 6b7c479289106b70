#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Targets by rep: capacity times factors, the total by a column of the reps, and a column itself; and
# bands whose sides are apart. Tiny nations by trying every plan, targets by hand, the same bytes, the
# judge again, new accounts, and what is refused.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
tiny="$here/tests/tiny_nation.py"

# bound ≤ optimum ≤ plan, near by, and infeasible where nothing fits.
for seed in 1 2 3 4 6 7 8 9 10 11; do
    mkdir "t$seed"
    "$python" "$tiny" make "t$seed" --seed $seed --targets
    best=$("$python" "$tiny" solve "t$seed")
    on 1 run "t$seed/scenario.yaml" -o "t$seed/plan.h5" --threads 1 --effort 8 --quiet
    if [ "$best" = infeasible ]; then
        check "tiny $seed: exit code" 2 "$code"
        continue
    fi
    check "tiny $seed: exit code" 0 "$code"
    check "tiny $seed: plan" "keeps the rules" "$("$python" "$tiny" check "t$seed" "t$seed/plan.h5")"
    check "tiny $seed: bound, optimum, value" "True True True" "$(ask "t$seed/plan.h5" \
        "f.attrs['bound_micro_hours'] <= $best, f.attrs['objective_micro_hours'] >= $best - 11, \
f.attrs['objective_micro_hours'] <= 1.05 * $best" | tr -d '(,)')"
    on 2 verify "t$seed/plan.h5" --threads 1 --quiet
    check "tiny $seed: verified" 0 "$code"
done

# By hand: 8 reps; R2 works half the time, R3 is new, R4 both. Capacities 1,000 for all: the shares of
# the total are 1, 0.5, 0.6, 0.3, 1, 1, 1, 1 of 6.4. Potential is wanted by quota, 1 to 8 of 36; nobody
# is to have more accounts than the reps' table says, or less than 20 below it.
"$python" "$here/tests/make_nation.py" nation
"$python" - <<'END'
rows = open("nation/reps.csv").read().splitlines()
head, rows = rows[0], sorted(rows[1:])
part, ramp = ["1", "0.5", "", "0.5"] + ["1"] * 4, ["", "1", "0.6", "0.6"] + [""] * 4
with open("nation/reps.csv", "w") as file:
    file.write(head.replace("hours", "year") + ",part_time,ramp,quota,most\n")
    for k, row in enumerate(rows):
        row = row.rsplit(",", 1)[0] + ",1000"
        file.write(f"{row},{part[k]},{ramp[k]},{k + 1},{200 + 10 * k}\n")
END
sed -i -e 's/capacity: hours/capacity: year, factors: [part_time, ramp]/' -e '/^bands:/,$d' \
    nation/scenario.yaml
cat >>nation/scenario.yaml <<'END'
bands:
  hours: {min: 95%, max: 108%, target: capacity}
  potential: {min: 50%, max: 150%, target: {rep: quota}}
  count: {max: 160%, target: {rep: most, as: amount}}
END
on 1 run nation/scenario.yaml -o nation/plan.h5 --threads 1 --effort 6 --quiet
stored=$code
check "by hand: exit code" 0 "$code"
check "by hand: target of hours" True "$(ask nation/plan.h5 "all(abs(t / (total * s / 6.4) - 1) < \
1e-12 for t, s in zip(f['/bands/hours/target'][:], (1, .5, .6, .3, 1, 1, 1, 1)) for total in \
[f['/measures/hours/value'][:].sum()])")"
check "by hand: target of potential" True "$(ask nation/plan.h5 "all(abs(t / (total * (k + 1) / 36) \
- 1) < 1e-12 for k, t in enumerate(f['/bands/potential/target'][:]) for total in \
[f['/measures/potential/value'][:].sum()])")"
check "by hand: target of count" "200 210 220 230 240 250 260 270" \
    "$(ask nation/plan.h5 "' '.join('%g' % t for t in f['/bands/count/target'][:])")"
check "by hand: limits of count" "320 336 352 368 384 400 416 432" \
    "$(ask nation/plan.h5 "' '.join('%g' % t for t in f['/bands/count/upper'][:])")"
check "by hand: sides apart" True "$(ask nation/plan.h5 "all(abs(l - .95 * t) < 1e-9 and \
abs(u - 1.08 * t) < 1e-9 for l, u, t in zip(f['/bands/hours/lower'][:], f['/bands/hours/upper'][:], \
f['/bands/hours/target'][:]))")"
first=$(sha256sum <nation/plan.h5)
for ranks in 2 3; do
    on $ranks run nation/scenario.yaml -o nation/plan.h5 --threads $((4 - ranks)) --effort 6 --quiet
    check "by hand on $ranks ranks: exit code" "$stored" "$code"
    check "by hand on $ranks ranks: bytes" "$first" "$(sha256sum <nation/plan.h5)"
done
on 2 verify nation/plan.h5 --threads 1 --quiet
check "by hand: verified" "$stored" "$code"

# New accounts see the same targets without the reps' table.
mv nation/reps.csv nation/reps.away
head -n 30 nation/accounts.csv | sed 's/^A/N/' >nation/new.csv
on 1 assign nation/plan.h5 nation/new.csv -o nation/placed.csv --quiet
check "assign: rows" 30 "$(wc -l <nation/placed.csv)"
mv nation/reps.away nation/reps.csv

# What is refused.
mkdir in
cp nation/*.csv in
sed -i 's/^R002,\(.*\),0.5,1,2,210$/R002,\1,2.5,1,2,210/' in/reps.csv
sed -i 's/^R003,\(.*\),,0.6,3,220$/R003,\1,,0.6,,220/' in/reps.csv
sed 's/60%/100%/' nation/scenario.yaml >in/s.yaml
refused_run "bad numbers" "in/reps.csv:3:36: expected a factor from 0 to 2 in column 'part_time', \
found 2.5
in/reps.csv:4:41: expected a number in column 'quota', found an empty field
in/reps.csv: 2 bad rows (2 not a number); mend them, or leave such rows out with --skip-bad-rows"
cp nation/reps.csv in/reps.csv
sed 's/rep: most/rep: mots/' nation/scenario.yaml >in/s.yaml
refused_run "no such column" "in/reps.csv:1:1: expected a column 'mots' in the header, found none of \
that name; the nearest is 'most'"
printf 'territories: 9\n' | cat - nation/scenario.yaml >in/s.yaml
refused_run "more territories than reps" "in/s.yaml: territories: expected 8, one for each rep, as \
targets are taken from the reps' column 'quota', found 9"
finish
