#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A limit with `relax` beside a budget of disruption: no budget ends infeasible, more budget never
# opens the limit wider, what a plan has is where its limit opens to, and the bytes are the same on
# any ranks.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$AMBIT" generate --accounts 1500 --territories 12 -o nation.csv --quiet >out
limit_of() { ask "$1" "f['/bands/hours'].attrs['used_upper']"; }
last=1000
for budget in 1 4 16; do
    sed '/^bands:/,$d' nation.yaml >"b$budget.yaml"
    printf 'bands:\n  hours: {max: 102%%, relax: true}\ndisruption: {budget: {accounts: %d%%}}\n' \
        "$budget" >>"b$budget.yaml"
    on 1 run "b$budget.yaml" -o "b$budget.h5" --threads 1 --quiet
    check "$budget %: exit code" 0 "$code"
    limit=$(limit_of "b$budget.h5")
    check "$budget %: no wider than with less" yes \
        "$("$python" -c "print('yes' if $limit <= $last * 1.002 else '$limit after $last')")"
    last=$limit
    on 3 verify "b$budget.h5" --threads 1 --quiet
    check "$budget %: verify" 0 "$code"
done
check "1 %: opened" yes "$("$python" -c "print('yes' if $(limit_of b1.h5) > 1.02 else 'no')")"
cp b1.h5 whole.h5
on 3 run b1.yaml -o b1.h5 --threads 2 --quiet
check "1 %: the bytes on 3 ranks" "$(sha256sum <whole.h5)" "$(sha256sum <b1.h5)"

# A tenth of six accounts is none of them, and a fifth is one.
mkdir tenth
printf 'id,lat,lon,t,work\n' >tenth/a.csv
for k in 1 2 3 4 5; do echo "A$k,40.0$k,-10$((k / 4)),T0,10"; done >>tenth/a.csv
echo A6,40,-98,T1,10 >>tenth/a.csv
printf 'rep,t,lat,lon\nR0,T0,40,-100\nR1,T1,40,-98\n' >tenth/r.csv
{ hand_tables; cat; } >tenth/s.yaml <<'END'
bands: {work: {max: 35}}
END
on 1 frontier tenth/s.yaml --budgets 10,20,free --threads 1
check "a tenth of six: exit code" 0 "$code"
check "a tenth of six: words" "10 % keep the bands and raise the budget of accounts from 0 (10.0 %) to 2 (33.3 %)
20 % keep the bands and raise the budget of accounts from 1 (20.0 %) to 2 (33.3 %)" \
    "$(grep 'raise the budget' out err -h | sed 's/^ *//; s/  */ /g')"
finish
