#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Budgets of disruption, protected accounts and prices of moves: the best plan of tiny nations by
# trying every one, the same bytes anywhere, checkpoints, budgets that are too small for the bands,
# the judge's word on plans that overdraw or move whom they must not, and what is refused.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
tiny="$here/tests/tiny_budgets.py"

# bound ≤ optimum = plan, with every kind of budget at once.
for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
    mkdir "t$seed"
    "$python" "$tiny" make "t$seed" --seed $seed
    best=$("$python" "$tiny" solve "t$seed")
    on 1 run "t$seed/scenario.yaml" -o "t$seed/plan.h5" --threads 1 --quiet
    check "tiny $seed: exit code" 0 "$code"
    check "tiny $seed: plan" "keeps the rules" "$("$python" "$tiny" check "t$seed" "t$seed/plan.h5")"
    check "tiny $seed: bound and value" "True True" "$(ask "t$seed/plan.h5" \
        "f.attrs['bound_micro_hours'] <= $best, abs(f.attrs['objective_micro_hours'] - $best) <= 10" |
        tr -d '(,)')"
done

# A nation whose accounts are of three segments, with budgets of every scope.
"$python" "$here/tests/make_nation.py" nation --free 3 --accounts 1200
"$python" - <<'END'
import csv, random
rows = list(csv.DictReader(open("nation/accounts.csv")))
rng = random.Random(5)
for row in rows:
    row["segment"] = rng.choice("ABC")
    row["open"] = int(rng.random() < 0.02)
    row["house"] = str(rng.randrange(300)) if rng.random() < 0.1 else ""
def write(path):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
write("nation/accounts.csv")
rng.shuffle(rows)
write("nation/shuffled.csv")
END
cp nation/scenario.yaml nation/base.yaml
cat >>nation/scenario.yaml <<'END'
disruption:
  budget: {accounts: 30%, workload: 28%}
  per_territory: {accounts: 60%}
  per_segment: {by: segment, of: workload, A: 15%, B: 80%}
  cost: {hours_per_account: 0.05, hours_per: {workload: 0.001}}
  protected: [{top: 25, by: workload}, {column: open}, {where: {segment: C, visits: {min: 10}}}]
END
on 1 run nation/scenario.yaml -o nation/plan.h5 --threads 1 --effort 6
first=$(sha256sum <nation/plan.h5) expected=$code
check "nation: kept" "0 0" "$(ask nation/plan.h5 \
    "f['/disruption/over'][:].sum(), f['/disruption'].attrs['protected_moved']" | tr -d '(,)')"
check "nation: said" 6 "$(grep -cE '(moved, [0-9.]+ of at most |^  Protected +[0-9]+ accounts, none moved)' err)"
check "nation: fits 100 columns" 0 "$(grep -E ' moved' err | grep -cE '^.{101}')"

# A seed keeps no budgets, and says so.
for ranks in 1 2; do
    on $ranks run nation/scenario.yaml -o nation/seed.h5 --threads 1 --seed-only
    check "seed only on $ranks: exit code" 2 "$code"
    check "seed only on $ranks: told before" 1 "$(grep -c -- "--seed-only keeps no rules and no budgets of disruption;" err)"
    check "seed only on $ranks: told behind" 1 \
        "$(grep -c '^  budgets: overdrawn, by what the summary says$' err)"
done
for way in "2 2 accounts.csv" "3 1 shuffled.csv" "1 3 shuffled.csv"; do
    read -r ranks threads file <<<"$way"
    on "$ranks" run nation/scenario.yaml --accounts "nation/$file" -o nation/again.h5 \
        --threads "$threads" --effort 6 --quiet
    check "nation, $file on $ranks ranks: exit code" "$expected" "$code"
    check "nation, $file on $ranks ranks: bytes" "$first" "$(sha256sum <nation/again.h5)"
done
on 2 verify nation/plan.h5 --threads 1 --quiet
check "nation: verified" "$expected" "$code"

# Units of accounts that stay together draw on budgets row by row.
{ cat nation/scenario.yaml && echo 'rules: {together: house}'; } >nation/together.yaml
for ranks in 1 3; do
    on $ranks run nation/together.yaml -o nation/together$ranks.h5 --threads 2 --effort 6 --quiet
    check "together on $ranks ranks: budgets" 0 \
        "$(ask nation/together$ranks.h5 "f['/disruption/over'][:].sum()")"
done
check "together: bytes" "$(sha256sum <nation/together1.h5)" "$(sha256sum <nation/together3.h5)"

# A run that is gone on with after each of its rounds, on other ranks, ends alike.
on 1 run nation/scenario.yaml -o nation/resumed.h5 --threads 1 --effort 6 --quiet --checkpoint 1r \
    --time-limit 0.0001
on 2 run nation/scenario.yaml -o nation/resumed.h5 --threads 1 --effort 6 --quiet --resume
check "resumed: bytes" "$first" "$(sha256sum <nation/resumed.h5)"

# What a file says of its budgets is judged again.
edit nation/plan.h5 "
        f['/disruption/cells/moved'][0] = 1
        f['/disruption'].attrs['protected_moved'] = 1"
on 2 verify nation/plan.h5 --threads 1 --quiet
check "edited: exit code" 1 "$code"
check "edited: said" 2 "$(grep -cE '^differs: (limit of disruption 0 moved|disruption protected acc)' out)"
edit nation/again.h5 "
        held = f['/accounts/columns/open'][:] > 0
        label, today = f['/accounts/territory'][:], f['/accounts/previous'][:]
        label[held] = (today[held] + 1) % 8
        f['/accounts/territory'][:] = label"
on 1 verify nation/again.h5 --threads 1 --quiet
check "moved all the same: exit code" 1 "$code"
check "moved all the same: said" 1 \
    "$(grep -c '^differs: disruption protected accounts that moved' out)"

# Nothing may move: today's plan, the bands broken, and what would do.
{ cat nation/base.yaml && echo 'disruption: {budget: {accounts: 0%}}'; } >nation/none.yaml
on 1 run nation/none.yaml -o nation/none.h5 --threads 2 --quiet
check "nothing moves: exit code" 2 "$code"
check "nothing moves" 0 "$(ask nation/none.h5 "(f['/accounts/territory'][:] != f['/accounts/previous'][:]).sum()")"
check "nothing moves: said" "1 1" "$(grep -c '^ambit: no plan found meets these bands and budgets:$' err) \
$(grep -cE '^  budget of accounts: at most 0 \(0.0 %\); the least found that meets the bands moves [0-9]+ \(' err)"

# The row of budgets: more is never worse, each kept, the same bytes, and a knee where there is one.
budgets=0,3,10,30,free
on 1 frontier nation/base.yaml --budgets $budgets -o f1.h5 --effort 6 --threads 2 --json --csv f.csv \
    --svg f.svg
check "frontier: exit code" 0 "$code"
check "frontier: fits 100 columns" "0 1" "$(grep -v '^{' err | grep -cE '^.{101}') $(grep -c \
    '^ *budget  *moved' err)"
check "frontier: points" "True True True True" "$("$python" - <<'END'
import json
f = json.loads(open("out").read().splitlines()[-1])
points = f["points"]
def rank(p): return (p["outside"], p["objective_hours"])
print(len(points) == 5,
      all(b["outside"] < a["outside"] or b["outside"] == 0 and
          b["objective_hours"] <= a["objective_hours"] for a, b in zip(points, points[1:])),
      all(p["budget"] is None or p["moved_accounts"] <= p["budget"] * 1200 for p in points),
      all(p["status"] == "infeasible" or p["bound"] <= p["objective_hours"] for p in points))
END
)"
check "frontier: csv" "6 10" "$(wc -l <f.csv) $(head -1 f.csv | tr , '\n' | wc -l)"
check "frontier: svg" 1 "$(grep -c '</svg>' f.svg)"
check "frontier: plans" "True True" "$(ask f1.h5 "[(f[f'/plans/point_{p}'][:] != \
f['/accounts/previous'][:]).sum() for p in range(5)] == f['/points/moved'][:].tolist(), \
f['/points/moved'][0] == 0" | tr -d '(,)')"
on 3 frontier nation/base.yaml --accounts nation/shuffled.csv --budgets $budgets -o f3.h5 --effort 6 \
    --threads 1 --quiet
check "frontier on 3 ranks: bytes" "$(sha256sum <f1.h5)" "$(sha256sum <f3.h5)"
for bad in '' ',' 5,2 2,2 101 -1 free,5 1e 0x1 5% ,5 '5,'; do
    "$AMBIT" frontier nation/base.yaml --budgets "$bad" >out 2>err
    check "--budgets '$bad'" "64 1" "$? $(grep -c 'expected percentages from 0 to 100 that rise' err)"
done

# What is refused.
mkdir in
cp nation/*.csv in
refuse() { # CASE LINE MESSAGE
    { cat nation/base.yaml && echo "disruption: $2"; } >in/s.yaml
    refused_run "$1" "in/s.yaml:$(wc -l <in/s.yaml):$3"
}
refuse "no such key" '{bugdet: {accounts: 1%}}' "14: disruption: expected one of budget, \
per_territory, per_segment, cost, protected, found 'bugdet' (did you mean budget?)"
refuse "travel" '{budget: {travel: 1%}}' "31: disruption.budget.travel: expected accounts, a measure \
without travel, or a column, found 'travel', which counts travel"
refuse "beyond all" '{budget: {accounts: 101%}}' "33: disruption.budget.accounts: expected a part of \
the total from 0% to 100%, or a number from 0 to 1e12, found '101%'"
refuse "below 0" '{per_territory: {accounts: -1}}' "40: disruption.per_territory.accounts: expected a \
part of the total from 0% to 100%, or a number from 0 to 1e12, found '-1'"
refuse "no list" '{protected: {top: 5}}' "25: disruption.protected: expected a list such as [{top: \
500, by: potential}], found a map"
refuse "two kinds" '{protected: [{top: 5, column: open}]}' "26: disruption.protected[0]: expected the \
keys top and by, the key column, or the key where, found more"
refuse "no word" '{per_segment: {by: segment}}' "27: disruption.per_segment: expected a budget for a \
word of that column, such as A: 2%, found none"
refuse "no by" '{per_segment: {A: 5%}}' "27: disruption.per_segment: expected the key by, found none"
refuse "part of an account" '{protected: [{top: 2.5, by: workload}]}' "32: \
disruption.protected[0].top: expected a whole number from 1 to 1e9, found '2.5'"
finish
