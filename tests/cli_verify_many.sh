#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit verify of what holds more than one plan, and of an audit's figures: every plan of a farm and
# every point of a frontier is judged again, and one changed number of each part is named.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$python" "$here/tests/make_nation.py" n --accounts 400 --reps 5 --free 2 --travel-cap 20
cat >>n/scenario.yaml <<'END'
scenarios:
  - {name: tighter, bands: {hours: 7%}}
  - {name: out of reach, bands: {count: {max: 70}}}
  - {name: no such rep, reps: {leave: R999}}
END

# Verifies FILE on 1 and 2 ranks: the exit code, a line of standard output and the last word.
verified() { # NAME FILE EXIT LINE MESSAGE
    for ranks in 1 2; do
        on $ranks verify "$2" --threads 1 --quiet
        check "$1 on $ranks ranks: exit code" "$3" "$code"
        check "$1 on $ranks ranks: named" "$4" "$(grep -Fx -- "$4" out | head -n 1)"
        check "$1 on $ranks ranks: last word" "$5" "$(cat err)"
    done
}

# A copy of FILE with one number changed is refused, and LINE says which.
tampered() { # NAME FILE PYTHON LINE MESSAGE
    cp "$2" n/bad.h5
    edit n/bad.h5 "$3"
    verified "$1" n/bad.h5 1 "$4" "ambit: n/bad.h5: $5"
}

on 2 farm n/scenario.yaml -o n/farm.h5 --threads 1 --effort 3 --quiet
check "farm: exit code" 0 "$code"
check "farm: what would do is in the record" yes "$(ask n/farm.h5 \
    "'yes' if b'what would do:' in f['/scenarios/message'][1] else f['/scenarios/message'][1]")"
verified "a farm" n/farm.h5 0 "n/farm.h5: every figure of 3 plans agrees (outside bands or rules, \
and saying so: 1; scenarios without a plan: 1)" ""
check "a farm: each plan" "base no such rep out of reach tighter" \
    "$(sed -n 's/^\(ambit: \)\?n\/farm.h5:\([a-z][^:]*\): .*/\2/p' out | sort | xargs)"
load=$(ask n/farm.h5 "f['/scenarios/0002/territories/travel'][1]")
tampered "a plan of the farm" n/farm.h5 "f['/scenarios/0002/territories/travel'][1] += 1" \
    "differs: territory East-02 travel (micro-hours): the file says $((load + 1)), recomputed $load" \
    "1 of 3 plans differ from their inputs"
tampered "the base of the farm" n/farm.h5 "f['/territories/travel'][1] += 1" \
    "n/bad.h5:base: 1 figure differs from its inputs" "1 of 3 plans differ from their inputs"
tampered "the table of the farm" n/farm.h5 "f['/scenarios/moved'][0] += 1" \
    "differs: n/bad.h5:tighter: table of scenarios, moved: it says $(ask n/farm.h5 \
        "f['/scenarios/moved'][0] + 1"), the plan $(ask n/farm.h5 "f['/scenarios/moved'][0]")" \
    "1 of 3 plans differ from their inputs"
cp n/farm.h5 n/bad.h5
edit n/bad.h5 "del f['/scenarios/moved']"
on 1 verify n/bad.h5 --quiet
check "a farm without a column: exit code" 1 "$code"

# A frontier of one nation whose cap on travel opens, with accounts in another order beside it.
sed -i 's/^scenarios:/ignored:/; /^ignored:/,$d' n/scenario.yaml
on 1 frontier n/scenario.yaml --budgets 0,5,free --effort 3 -o n/frontier.h5 --threads 1 --quiet
check "frontier: exit code" 0 "$code"
check "frontier: a limit opened" 1 "$(ask n/frontier.h5 "f['/limits/relaxed'][:].max()")"
verified "a frontier" n/frontier.h5 0 \
    "n/frontier.h5: every figure of 3 plans agrees, and the bound of each" ""
check "frontier: what would do" yes "$(ask n/frontier.h5 \
    "'yes' if b'raise the budget of accounts from 0 (0.0 %) to ' in f['/diagnosis/what_would_do'][0] \
else f['/diagnosis/what_would_do'][:]")"
one="1 figure differs from its inputs"
for number in "/points/moved 1" "/points/travel 2" "/points/objective 0" \
    "/points/bands/hours/outside 0" "/accounts/previous 7"; do
    read -r path row <<<"$number"
    value=$(ask n/frontier.h5 "f['$path'][$row]")
    tampered "frontier: $path" n/frontier.h5 "f['$path'][$row] += 1" \
        "differs: ${path}[$row]: the file says $((value + 1)), recomputed $value" "$one"
done
cp n/frontier.h5 n/bad.h5
edit n/bad.h5 "f['/plans/point_1'][9] = (f['/plans/point_1'][9] + 1) % 5"
on 1 verify n/bad.h5 --quiet
check "frontier: an account's territory" "1 yes" \
    "$code $(grep -Eq '^differs: /points/travel\[1\]: ' out && echo yes)"
edit n/bad.h5 "f['/plans/point_1'][9] = 5"
on 2 verify n/bad.h5 --quiet
check "frontier: no such territory" "1 1" \
    "$code $(grep -c 'damaged frontier: /plans/point_1: row 9: expected a territory, found 5' err)"
# Each bound is recomputed from the file's prices: one micro-hour more is found out, and other prices
# prove another bound.
bound=$(ask n/frontier.h5 "f['/points/bound'][1]")
tampered "frontier: a bound" n/frontier.h5 "f['/points/bound'][1] += 1" \
    "differs: /points/bound[1]: the file says $((bound + 1)), recomputed $bound" "$one"
cp n/frontier.h5 n/bad.h5
edit n/bad.h5 "f['/prices/upper'][int(f['/prices/upper'][:].argmax())] *= 2"
on 2 verify n/bad.h5 --quiet
check "frontier: another price" "1 1" "$code $(grep -c "^differs: /points/bound\[$(ask n/frontier.h5 \
    "f['/prices/point'][int(f['/prices/upper'][:].argmax())]")\]: " out)"
edit n/bad.h5 "del f['/prices/lower']"
on 1 verify n/bad.h5 --quiet
check "frontier: prices without a column" 1 "$code"
# What would do for the point that is outside is made anew, too.
tampered "frontier: what would do" n/frontier.h5 \
    "f['/diagnosis/point_0/diagnosis/by'][0] += 1" \
    "differs: /diagnosis/point_0/diagnosis/by[0]: the file says $(ask n/frontier.h5 \
        "'%.17g' % (f['/diagnosis/point_0/diagnosis/by'][0] + 1)"), recomputed $(ask \
        n/frontier.h5 "'%.17g' % f['/diagnosis/point_0/diagnosis/by'][0]")" "$one"
sed -i 's/8%/9%/' n/scenario.yaml
on 1 verify n/frontier.h5 --quiet
check "frontier: another scenario" "1 1" "$code $(grep -c '^differs: scenario text: ' out)"
sed -i 's/9%/8%/' n/scenario.yaml

# A frontier of accounts that stay together, in territories of one piece, whose centres and limits the
# units of the search hold as well; the first budget is too small.
"$python" "$here/tests/make_nation.py" g --accounts 300 --reps 4 --free 2
"$python" - <<'END'
head, *rows = open("g/accounts.csv").read().splitlines()
place = lambda row: [float(x) for x in row.split(",")[1:3]]
rows.sort(key=lambda row: (place(row)[0] // 0.5, place(row)[1]))
near = lambda n: abs(place(rows[n])[1] - place(rows[n ^ 1])[1]) < 0.3
with open("g/accounts.csv", "w") as out:  # some neighbours stay together
    print(head + ",house", *(f"{row},{'h%d' % (n // 2) if n % 8 < 2 and near(n) else ''}"
                             for n, row in enumerate(rows)), sep="\n", file=out)
END
printf 'rules: {together: house}\ncontiguity: required\n' >>g/scenario.yaml
for ranks in 1 3; do
    on $ranks frontier g/scenario.yaml --budgets 1,20,free --effort 6 -o g/frontier$ranks.h5 \
        --threads 1 --quiet
    check "groups in one piece on $ranks ranks: exit code" 0 "$code"
done
check "groups in one piece: bytes" "$(sha256sum <g/frontier1.h5)" "$(sha256sum <g/frontier3.h5)"
check "groups in one piece: the smallest budget is too small" "0 1" "$(ask g/frontier1.h5 \
    "f['/points/feasible'][0], f['/points/feasible'][2]" | tr -d '(,)')"
verified "groups in one piece" g/frontier1.h5 0 \
    "g/frontier1.h5: every figure of 3 plans agrees, and the bound of each" ""
bound=$(ask g/frontier1.h5 "f['/points/bound'][2]")
cp g/frontier1.h5 g/bad.h5
edit g/bad.h5 "f['/points/bound'][2] -= 7"
on 2 verify g/bad.h5 --quiet
check "groups in one piece: a bound" "1 1" "$code $(grep -Fxc \
    "differs: /points/bound[2]: the file says $((bound - 7)), recomputed $bound" out)"
# A house that is parted, and an account in another piece, are found out.
cp g/frontier1.h5 g/bad.h5
edit g/bad.h5 "p = f['/plans/point_2']; p[5] = (p[5] + 1) % 4"
on 2 verify g/bad.h5 --quiet
check "groups in one piece: an account's territory" "1 yes" \
    "$code $(grep -q '^differs: /points/feasible\[2\]: \|^differs: /points/travel\[2\]: ' out && echo yes)"

# An audit: figures by territory and of the nation, balance, and what calls for action.
broken="every figure agrees; the plan breaks bands, and says so"
on 1 audit n/scenario.yaml -o n/audit.h5 --threads 1 --quiet
verified "an audit" n/audit.h5 2 "" "ambit: n/audit.h5: $broken"
on 1 run n/scenario.yaml -o n/plan.h5 --threads 1 --effort 3 --quiet
on 1 audit n/scenario.yaml --plan n/plan.h5 -o n/audited.h5 --threads 1 --quiet
verified "an audit of a plan" n/audited.h5 0 \
    "n/audited.h5: every figure agrees and every band is met" ""
for change in "/audit/figures/visits[2]|f['/audit/figures/visits'][2]|visits" \
    "/audit/figures/visits.nation|f['/audit/figures/visits'].attrs['nation']|nation" \
    "/audit/balance/hours.gini|f['/audit/balance/hours'].attrs['gini']|gini"; do
    IFS='|' read -r where number name <<<"$change"
    good=$(ask n/audit.h5 "'%.17g' % $number")
    bad=$(ask n/audit.h5 "'%.17g' % ($number + 0.5)")
    tampered "audit: $name" n/audit.h5 "$number += 0.5" \
        "differs: $where: the file says $bad, recomputed $good" "$one"
done
cp n/audit.h5 n/bad.h5
edit n/bad.h5 "f['/audit/triggers/action'][0] = b'nothing'"
on 1 verify n/bad.h5 --quiet
check "audit: an action" "1 1" \
    "$code $(grep -c "^differs: /audit/triggers/action\[0\]: the file says 'nothing', recomputed" out)"
edit n/bad.h5 "del f['/audit']"
verified "audit: none" n/bad.h5 1 "differs: /audit: the file has none" "ambit: n/bad.h5: $one"
finish
