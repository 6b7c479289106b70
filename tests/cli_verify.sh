#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit verify: a good result holds; each kind of tampering, in the file or in its inputs, is named.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$python" "$here/tests/make_nation.py" nation --accounts 400 --reps 5 --free 2
on 1 run nation/scenario.yaml -o nation/good.h5 --threads 1 --effort 6 --quiet
check "plan: exit code" 0 "$code"
bad=nation/bad.h5

# Verifies FILE on RANKS: the exit code, one line of standard output among those found, and all of
# standard error, which is the last word.
verified() { # NAME RANKS FILE EXIT LINE MESSAGE
    on "$2" verify "$3" --threads 1 --quiet
    check "$1 on $2 ranks: exit code" "$4" "$code"
    check "$1 on $2 ranks: named" "$5" "$(grep -Fx -- "$5" out | head -n 1)"
    check "$1 on $2 ranks: last word" "$6" "$(cat err)"
}

for ranks in 1 3; do
    verified "a good result" $ranks nation/good.h5 0 \
        "nation/good.h5: every figure agrees and every band is met" ""
    check "a good result on $ranks ranks: one line" 1 "$(wc -l <out)"
done

# A seed alone has no prices, and claims no bound: what it says is so, and no more may be said.
on 1 run nation/scenario.yaml -o nation/seed.h5 --threads 1 --seed-only --quiet
for ranks in 1 3; do
    verified "a seed" $ranks nation/seed.h5 2 "" \
        "ambit: nation/seed.h5: every figure agrees; the plan breaks bands, and says so"
done
edit nation/seed.h5 "f.attrs['bound_micro_hours'] = 5"
on 3 verify nation/seed.h5 --threads 1 --quiet
check "a seed with a bound: exit code" 1 "$code"
check "a seed with a bound: named" 1 "$(grep -c 'bound (micro-hours): the file says 5' out)"
cp nation/good.h5 $bad
edit $bad "f.attrs['bound_micro_hours'] = 0"
on 3 verify $bad --threads 1 --quiet
check "a plan without its bound" "1 1" \
    "$code $(grep -c 'bound (micro-hours): the file says 0, recomputed' out)"

# A change of the file through h5py; the figures in the message are those of the good file.
tampered() { # NAME PYTHON LINE COUNT-OF-DIFFERENCES
    local words="$4 figures differ"
    if [ "$4" = 1 ]; then words="1 figure differs"; fi
    cp nation/good.h5 $bad
    edit $bad "$2"
    for ranks in 1 3; do
        verified "$1" $ranks $bad 1 "$3" "ambit: $bad: $words from its inputs"
    done
}

IFS=' ' read -r load travel price id territory bound < <(ask nation/good.h5 \
    "f['/measures/hours/load'][0], f.attrs['travel_micro_hours'], f['/bands/hours/upper'][0], \
f['/accounts/account_id'][7].decode(), f['/accounts/territory'][7], \
f.attrs['bound_micro_hours']" | tr -d "(),'")
check "an account: in a territory" yes "$([ "$territory" -ge 0 ] && echo yes)"

tampered "a load" "f['/measures/hours/load'][0] += 1" \
    "differs: East-01 hours: the file says $((load + 1)), recomputed $load" 1
tampered "a figure" "f.attrs['travel_micro_hours'] += 1" \
    "differs: plan travel (micro-hours): the file says $((travel + 1)), recomputed $travel" 1
tampered "the bound" "f.attrs['bound_micro_hours'] += 1" \
    "differs: plan bound (micro-hours): the file says $((bound + 1)), recomputed $bound" 1
tampered "a limit" "f['/bands/hours/upper'][0] = 9e9" \
    "differs: territory East-01, band hours upper limit: the file says 9000000000, recomputed \
$("$python" -c "print('%.17g' % $price)")" 1
tampered "feasibility" "f.attrs['feasible'] = 0" \
    "differs: plan feasible: the file says 0, recomputed 1" 1
tampered "a rep" "f['/territories/rep_id'][0] = b'R009'" \
    "differs: territory East-01 rep: the file says 'R009', recomputed 'R001'" 1
tampered "a hash" "f['/inputs/hash'][1] = b'00'" \
    "differs: accounts hash: the file says '00', recomputed '$(ask nation/good.h5 \
        "f['/inputs/hash'][1].decode()")'" 1

# These change many figures; the one that says it is among them.
changed() { # NAME LINE-PATTERN
    for ranks in 1 3; do
        on $ranks verify $bad --threads 1 --quiet
        check "$1 on $ranks ranks: exit code" 1 "$code"
        check "$1 on $ranks ranks: named" yes "$(grep -Eqx -- "$2" out && echo yes)"
        check "$1 on $ranks ranks: last word" yes "$(grep -Eqx \
            "ambit: $bad: [0-9]+ figures differ from its inputs(; the first 50 are named)?" err &&
            echo yes)"
    done
}
cp nation/good.h5 $bad
edit $bad "f['/accounts/territory'][7] = (f['/accounts/territory'][7] + 1) % 5"
changed "an account's territory" \
    "differs: account $id travel \(micro-hours\): the file says [0-9]+, recomputed [0-9]+"
changed "the plan's hash" "differs: plan SHA-256: the file says '[0-9a-f]+', recomputed '[0-9a-f]+'"
cp nation/good.h5 $bad
edit $bad "f['/bands/hours/price_upper'][...] += 0.5"
changed "a price" "differs: plan bound \(micro-hours\): the file says $bound, recomputed [0-9]+"
cp nation/good.h5 $bad
edit $bad "f['/territories/centre_lat'][4] += 0.1"
changed "a free centre" "differs: plan travel \(micro-hours\): the file says $travel, .*"

# Inputs that are no longer those of the plan.
cp nation/good.h5 $bad
cp -r nation kept
sed -i '5s/,[0-9.]*,\(East-..\)$/,999,\1/' nation/accounts.csv
changed "an account's potential" "differs: accounts hash: the file says '.*', recomputed '.*'"
cp kept/accounts.csv nation/
sed -i 's/,1700$/,1701/' nation/reps.csv
changed_one() { # NAME LINE-PATTERN
    on 3 verify $bad --threads 1 --quiet
    check "$1: exit code" 1 "$code"
    check "$1: named" yes "$(grep -Eqx -- "$2" out && echo yes)"
    check "$1: last word" "ambit: $bad: 1 figure differs from its inputs" "$(cat err)"
}
changed_one "a capacity that no band uses" "differs: reps hash: the file says '.*', recomputed '.*'"
cp kept/reps.csv nation/
sed -i 5d nation/accounts.csv
changed_one "a row less" "differs: inputs accounts: the file says 400, recomputed 399"
cp kept/accounts.csv nation/
sed -i 's/20%/21%/' nation/scenario.yaml
changed "the scenario" "differs: scenario text: the file holds another than the scenario it names"
cp kept/scenario.yaml nation/

# What cannot be read.
for ranks in 1 3; do
    for gone in accounts.csv reps.csv scenario.yaml; do
        rm nation/$gone
        verified "without $gone" $ranks $bad 1 "" \
            "ambit: nation/$gone: cannot be opened: No such file or directory"
        cp kept/$gone nation/
    done
    head -c 5000 nation/good.h5 >cut.h5
    verified "cut off" $ranks cut.h5 1 "" \
        "ambit: cut.h5: the file is cut off or damaged; write it again"
    echo "not a result" >text.h5
    verified "not HDF5" $ranks text.h5 1 "" \
        "ambit: text.h5: expected a result file (HDF5), found something else"
    verified "no result" $ranks none.h5 1 "" "ambit: cannot open none.h5: No such file or directory"
done

# A result that moves with its inputs still holds.
mkdir deeper
mv nation deeper/
verified "elsewhere" 1 deeper/nation/good.h5 0 \
    "deeper/nation/good.h5: every figure agrees and every band is met" ""

# Today's territories break bands, and their audit says so.
on 2 audit kept/scenario.yaml -o kept/audit.h5 --threads 1 --quiet
check "audit: exit code" 0 "$code"
for ranks in 1 3; do
    verified "audit" $ranks kept/audit.h5 2 "" \
        "ambit: kept/audit.h5: every figure agrees; the plan breaks bands, and says so"
done
finish
