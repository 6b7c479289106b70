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
finish
