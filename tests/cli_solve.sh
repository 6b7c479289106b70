#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit solve and ambit verify --instance: exit codes and messages, the JSON object, the optimum of
# an instance so small that all its plans can be tried, and every kind of violation that the judge
# must name. The judge is tried first, on solutions that are written here.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

# Two groups of three; the demands of the first fill one capacity to the last unit.
cat >tiny.txt <<'END'
6 2
  0   0  3.5  1
  3   4  3.5  1
  6   8  3.5  1.5
100   0  3.5  1
101   1  3.5  1
100   2  3.5  0.25
END
cpmp=12.8284271247462 # 5 + 5 + 2 √2
floor=12
cccp=12.7748517734456 # 5 + 5 + (2 √10 + 2) / 3

# Writes a solution of it; PYTHON is one statement that changes the object s.
write() { # FILE PYTHON
    "$python" -c "
import json, sys
s = {'name': 'tiny', 'node': 6, 'median': 2, 'fo': $cpmp, 'opt': True,
     'nodes': [{'name': str(i), 'median': j} for i, j in enumerate([1, 1, 1, 4, 4, 4])]}
def give(*medians):
    for node, j in zip(s['nodes'], medians):
        node['median'] = j
$2
json.dump(s, open(sys.argv[1], 'w'))" "$1" || check "write $1" 0 "$?"
}

# --- words ---
misused() { # MESSAGE WORDS...
    local message=$1
    shift
    on 1 "$@"
    check "ambit $*: exit code" 64 "$code"
    check "ambit $*: standard output" "" "$(cat out)"
    check "ambit $*: message" "ambit$message" "$(head -n 1 err)"
}
write s.json pass
misused ": solve: expected --problem cpmp (capacitated p-median) or --problem cccp (capacitated \
centred clustering), found neither" solve tiny.txt
misused " solve: --problem: expected cpmp or cccp, found 'pmp'" solve tiny.txt --problem pmp
misused " solve: --problem: expected cpmp or cccp, found ''" solve tiny.txt --problem=
misused " solve: --distance: expected euclidean or floor, found 'Floor'" \
    solve tiny.txt --problem cpmp --distance Floor
misused " solve: expected FILE, found nothing" solve --problem cpmp
misused " solve: expected only FILE, found also 'b'" solve --problem cpmp a b
misused " solve: --effort: expected a whole number from 0 to 9223372036854775807, found '-1'" \
    solve tiny.txt --problem cpmp --effort -1
misused " solve: --time-limit: expected seconds above 0, found '0'" \
    solve tiny.txt --problem cpmp --time-limit 0
misused " solve: unrecognized option '--skip-bad-rows'" \
    solve tiny.txt --problem cpmp --skip-bad-rows
misused ": verify: expected --problem cpmp or --problem cccp with --instance, found neither" \
    verify s.json --instance tiny.txt
for option in "--problem cpmp" "--distance floor"; do
    # shellcheck disable=SC2086 # words
    misused ": verify: expected --instance FILE with ${option% *}, found none; a RESULT.h5 needs \
neither" verify s.json $option
done
misused " verify: --instance: expected a file name, found ''" verify s.json --instance=

# --- the judge ---
# Judges FILE with WORDS: standard output whole, and the exit code; violations are counted in the
# last word, on standard error.
judged() { # NAME RANKS EXIT OUTPUT FILE WORDS...
    local name=$1 ranks=$2 exit=$3 output=$4 file=$5 found message=''
    shift 5
    on "$ranks" verify "$file" --instance tiny.txt --quiet "$@"
    check "$name on $ranks ranks: exit code" "$exit" "$code"
    check "$name on $ranks ranks: standard output" "$output" "$(cat out)"
    found=$(grep -c '^violation: ' <<<"$output")
    if [ "$found" -gt 0 ]; then message="ambit: $file: $found violation$(
        [ "$found" -eq 1 ] || echo s
    )"; fi
    check "$name on $ranks ranks: last word" "$message" "$(cat err)"
}
holds() { # NAME VALUE PYTHON WORDS...
    write t.json "$3"
    judged "$1" 1 0 "value $2" t.json "${@:4}"
}
breaks() { # NAME VIOLATIONS PYTHON WORDS...
    write t.json "$3"
    judged "$1" 1 1 "$2" t.json "${@:4}"
}

judged "a good solution" 3 0 "value $cpmp" s.json --problem cpmp
holds "a good solution" $cpmp pass --problem cpmp
holds "floored distances" $floor "s['fo'] = 12" --problem cpmp --distance floor
holds "a centred clustering" $cccp pass --problem cccp
holds "other labels" $cccp "give(5, 5, 5, 0, 0, 0)" --problem cccp
holds "names that are padded" $cpmp "for n in s['nodes']: n['name'] = n['name'].rjust(4)" \
    --problem cpmp
holds "names that are numbers, in another order" $cpmp "
for n in s['nodes']: n['name'] = int(n['name'])
s['nodes'].reverse()" --problem cpmp
holds "a value that is cut" $cpmp "s['fo'] = 12" --problem cpmp
holds "a value that is rounded up" $cpmp "s['fo'] = 13" --problem cpmp
holds "no value" $cpmp "del s['fo'], s['opt']" --problem cpmp

breaks "another value" "violation: fo: the file says 11.8, recomputed $cpmp" "s['fo'] = 11.8" \
    --problem cpmp
breaks "a value that is too high" "violation: fo: the file says 13.9, recomputed $cpmp" \
    "s['fo'] = 13.9" --problem cpmp
write full.json "give(1, 1, 4); del s['fo']"
full="its accounts ask for 3.75, its capacity is 3.5: 0.25 too much"
for ranks in 1 3; do
    judged "capacity" $ranks 1 "violation: median 4: $full" full.json --problem cpmp
    judged "capacity" $ranks 1 "violation: cluster 4: $full" full.json --problem cccp
done
breaks "a median too many" "violation: medians: expected at most 2, found 3" \
    "give(1, 1, 2); del s['fo']" --problem cpmp
breaks "a cluster too many" "violation: clusters: expected at most 2, found 3" \
    "give(1, 1, 2); del s['fo']" --problem cccp
breaks "medians that are no accounts" \
    "violation: account 0: expected a median from 0 to 5, found -1
violation: account 5: expected a median from 0 to 5, found 6" "give(-1, 1, 1, 4, 4, 6)" \
    --problem cpmp
sed '1s/2/1/' tiny.txt >single.txt
breaks "all at once" "violation: account 5: expected a median from 0 to 5, found 99
violation: median 4: its accounts ask for 4.5, its capacity is 3.5: 1 too much
violation: medians: expected at most 1, found 2" "give(0, 4, 4, 4, 4, 99)" \
    --problem cpmp --instance single.txt
sed '1s/6/5/; 7d' tiny.txt >five.txt
breaks "another instance" "violation: nodes: expected 5, one for each account, found 6" pass \
    --problem cpmp --instance five.txt

# Not asked for by the model, but odd: a median whose own account is elsewhere. Fewer medians serve.
sed 's/3\.5/9/' tiny.txt >wide.txt
write t.json "give(2, 2, 1); del s['fo']"
judged "a median that is served elsewhere" 1 1 "violation: medians: expected at most 2, found 3
note: median 1: its own account is given to median 2
note: median 2: its own account is given to median 1" t.json --problem cpmp --instance wide.txt
holds "one median less" "$("$python" -c "
print('%.15g' % (5 + 5 + (97**2 + 16)**0.5 + (98**2 + 9)**0.5 + (97**2 + 4)**0.5))")" \
    "give(1, 1, 1, 1, 1, 1); del s['fo']" --problem cpmp --instance wide.txt

# What cannot be judged: 65, and the message names the file.
refused() { # NAME MESSAGE-PATTERN FILE WORDS...
    local name=$1 pattern=$2
    shift 2
    for ranks in 1 3; do
        on $ranks verify "$@"
        check "$name on $ranks ranks: exit code" 65 "$code"
        check "$name on $ranks ranks: standard output" "" "$(cat out)"
        check "$name on $ranks ranks: one message" "1 1" \
            "$(grep -vc '^{"advice":' err) $(grep -cE -- "$pattern" err)"
    done
}
sed '5s/3\.5/3.25/' tiny.txt >mixed.txt
refused "several capacities" '^ambit: mixed.txt: expected one capacity for all accounts, which '\
'the problem cccp needs, found 3.5 at account 0 and 3.25 at account 3; say --problem '\
'cpmp, or make the capacities equal$' s.json --instance mixed.txt --problem cccp
on 1 verify s.json --instance mixed.txt --problem cpmp
check "several capacities under cpmp" "0 value $cpmp" "$code $(cat out)"
head -c 100 s.json >cut.json
refused "a solution that is cut off" '^ambit: cut.json:' \
    cut.json --instance tiny.txt --problem cpmp
refused "no solution" '^ambit: .*none.json' none.json --instance tiny.txt --problem cpmp
refused "no instance" '^ambit: .*none.txt' s.json --instance none.txt --problem cpmp
head -n 4 tiny.txt >short.txt
refused "an instance that is cut off" '^ambit: short.txt:' \
    s.json --instance short.txt --problem cpmp

# Memory that runs out: one message, the same status everywhere, until the fault lies beyond.
faults=0
for ((k = 1; k < 40; k++)); do
    AMBIT_FAULT_ALLOC=$k AMBIT_FAULT_RANK=0 on 1 verify s.json --instance tiny.txt --problem cpmp
    [ "$code" -ne 0 ] || break
    faults=$((faults + 1))
    check "allocation $k of verify" "1 1" "$code $(grep -c '^ambit: .*out of memory' err)"
done
check "allocations of verify: some, and not all" yes \
    "$([ $faults -gt 4 ] && [ "$code" -eq 0 ] && echo yes || echo "$faults, exit $code")"

# --- the solver ---
# The least cost over all plans, by trying them all: 2^6 for each pair of medians, 2^5 clusterings.
best() { # PROBLEM DISTANCE
    "$python" -c "
import itertools, math, sys
rows = [tuple(map(float, line.split())) for line in open('tiny.txt')][1:]
cut = math.floor if sys.argv[2] == 'floor' else (lambda d: d)
def cost(parts, centres):
    return sum(cut(math.hypot(rows[i][0] - c[0], rows[i][1] - c[1]))
               for part, c in zip(parts, centres) for i in part)
def mean(part):
    return tuple(sum(rows[i][k] for i in part) / max(len(part), 1) for k in (0, 1))
least = math.inf
for side in itertools.product((0, 1), repeat=6):
    parts = [[i for i in range(6) if side[i] == s] for s in (0, 1)]
    if any(sum(rows[i][3] for i in part) > 3.5 for part in parts): continue
    if sys.argv[1] == 'cccp': least = min(least, cost(parts, [mean(p) for p in parts]))
    else: least = min([least] + [cost(parts, pair) for pair in itertools.permutations(rows, 2)])
print('%.9g' % least)" "$1" "$2"
}

# What is wrong with the object in the file out: nothing. `ok` is a Python expression about it.
object() { # NAME EXPRESSION
    check "$1: lines on standard output" 1 "$(wc -l <out)"
    check "$1" "" "$("$python" - "$2" <<'END' 2>&1
import json, math, sys
o = json.load(open('out'), parse_constant=lambda word: sys.exit('not JSON: ' + word))
keys = {'instance', 'n', 'p', 'problem', 'distance', 'value', 'bound', 'gap', 'seconds',
        'seconds_to_best', 'status', 'seed', 'effort', 'stopped_by_time_limit', 'trace'}
if o['status'] == 'infeasible':
    keys.add('reason')
    if not o['reason'] or o['value'] is not None or o['gap'] is not None:
        print('infeasible without a reason, or with a value')
else:
    if o['bound'] is None:
        if o['gap'] is not None: print('a gap without a bound')
    elif abs(o['gap'] - (o['value'] - o['bound']) / o['value']) > 1e-9 or o['gap'] < -1e-9:
        print('the gap is', o['gap'])
    values = [step[1] for step in o['trace']]
    seconds = [step[0] for step in o['trace']]
    if not values or abs(values[-1] - o['value']) > 1e-6: print('the trace ends elsewhere')
    if any(a < b for a, b in zip(values, values[1:])): print('the trace rises')
    if seconds != sorted(seconds): print('the trace goes back in time')
    if not 0 <= o['seconds_to_best'] <= o['seconds']: print('seconds')
if set(o) != keys: print('keys differ:', set(o) ^ keys)
if not eval(sys.argv[1]): print('not so:', sys.argv[1], 'in', o)
END
    )"
}

for words in "cpmp euclidean $cpmp" "cpmp floor $floor" "cccp euclidean $cccp"; do
    read -r problem distance value <<<"$words"
    check "$words: by trying all" "$(printf '%.9g' "$value")" "$(best "$problem" "$distance")"
    rm -f plan.json plan.*.json
    for ranks in 1 3; do
        on $ranks solve tiny.txt --problem "$problem" --distance "$distance" -o plan.json --json \
            --quiet --seed 7 --threads $((4 - ranks))
        check "$words on $ranks ranks: exit code" 0 "$code"
        check "$words on $ranks ranks: standard error" "" "$(cat err)"
        object "$words on $ranks ranks" "o['status'] in ('optimal', 'feasible') and \
            abs(o['value'] - $value) < 1e-6 and o['instance'] == 'tiny' and o['n'] == 6 and \
            o['p'] == 2 and o['problem'] == '$problem' and o['distance'] == '$distance' and \
            o['seed'] == 7 and (o['bound'] is None or o['bound'] <= $value + 1e-6)"
        cp plan.json plan.$ranks.json
        on 1 verify plan.json --instance tiny.txt --problem "$problem" --distance "$distance"
        check "$words on $ranks ranks: judged" "0 value $value" "$code $(grep '^value' out)"
    done
    check "$words: the same file on any number of ranks" "$(cat plan.1.json)" "$(cat plan.3.json)"
done

# What people see. The path alone where there is one; else the summary, and nothing is stored.
rm -f ./*.json
on 1 solve tiny.txt --problem cpmp
check "summary: exit code" 0 "$code"
check "summary: what is solved" "tiny: capacitated p-median, Euclidean distance" "$(head -n 1 out)"
check "summary: accounts" "  Accounts       6 for 2 medians" "$(grep Accounts out)"
check "summary: value" yes "$(grep -q '^  Value  *12.83' out && echo yes)"
check "nothing is stored" "" "$(ls ./*.json 2>/dev/null)"
on 2 solve tiny.txt --problem cccp -o plan.json
check "path: exit code" 0 "$code"
check "path: alone on standard output" plan.json "$(cat out)"
check "path: summary on standard error" "tiny: capacitated centred clustering, Euclidean distance" \
    "$(grep '^tiny' err)"
on 1 solve tiny.txt --problem cpmp -o plan.json --quiet
check "quiet: the path" "0 plan.json" "$code $(cat out)"
check "quiet: standard error" "" "$(cat err)"
on 1 solve tiny.txt --problem cpmp --quiet --json --seed 18446744073709551615
object "the largest seed" "o['seed'] == '18446744073709551615'"
on 1 solve tiny.txt --problem cpmp --quiet --json --effort 0 -o plan.json
check "no effort: exit code" 0 "$code"
object "no effort" "o['value'] >= $cpmp - 1e-6"
on 1 verify plan.json --instance tiny.txt --problem cpmp
check "no effort: judged" 0 "$code"

# A time limit within the first round ends it between two of its regions, and there is a plan; one
# that is over at once leaves the first plan.
round=$here/bench/instances/cpmp/clustered_100_8.txt
on 1 solve "$round" --problem cpmp --effort 1 --threads 1 --json --quiet
object "a round" "o['effort'] == 1 and not o['stopped_by_time_limit']"
read -r whole quarter <<<"$("$python" -c "
import json
seconds = json.load(open('out'))['seconds']
print(seconds, seconds / 4)")"
for ranks in 1 3; do
    for limit in "$quarter" 0.001; do
        rm -f plan.json
        on $ranks solve "$round" --problem cpmp --time-limit "$limit" --threads 1 -o plan.json \
            --json --quiet
        check "$limit s on $ranks ranks: exit code" 0 "$code"
        object "$limit s on $ranks ranks" "o['stopped_by_time_limit'] and o['effort'] <= 1 and \
            ($ranks > 1 or o['seconds'] < 0.7 * $whole)"
        on 1 verify plan.json --instance "$round" --problem cpmp
        check "$limit s on $ranks ranks: judged" 0 "$code"
    done
done

# Where there is no solution: 2, the reason, no file.
sed 's/3\.5/2.5/' tiny.txt >tight.txt # 5.75 asked for, 5 to give
# One account beyond every capacity; three of which no two fit together.
sed '2,7s/[0-9.]*$/0.25/; 4s/0\.25$/3.75/' tiny.txt >large.txt
sed '2,4s/[0-9.]*$/2/; 5,7s/[0-9.]*$/0.25/' tiny.txt >odd.txt
for name in tight large odd; do
    for ranks in 1 3; do
        rm -f plan.json
        on $ranks solve $name.txt --problem cpmp -o plan.json --json --quiet
        check "$name on $ranks ranks: exit code" 2 "$code"
        object "$name on $ranks ranks" "o['status'] == 'infeasible' and o['p'] == 2"
        check "$name on $ranks ranks: one message" "1 1" "$(grep -vc '^{"advice":' err) $(grep -c '^ambit: .' err)"
        check "$name on $ranks ranks: no file" "" "$(ls plan.json* 2>/dev/null)"
    done
    on 1 solve $name.txt --problem cccp
    check "$name under cccp: exit code" 2 "$code"
    check "$name under cccp: standard output" "" "$(cat out)"
done

# What cannot be read, and what cannot be written, which is said beforehand.
failed() { # NAME EXIT PATTERN WORDS...
    local name=$1 exit=$2 pattern=$3
    shift 3
    for ranks in 1 3; do
        on $ranks solve "$@"
        check "$name on $ranks ranks: exit code" "$exit" "$code"
        check "$name on $ranks ranks: standard output" "" "$(cat out)"
        check "$name on $ranks ranks: one message" "1 1" \
            "$(grep -vc '^{"advice":' err) $(grep -cE -- "$pattern" err)"
    done
}
failed "no instance" 65 '^ambit: .*none.txt' none.txt --problem cpmp --json
failed "an instance that is cut off" 65 '^ambit: short.txt:' short.txt --problem cpmp --json
failed "several capacities" 65 '^ambit: mixed.txt: ' mixed.txt --problem cccp
failed "no such folder" 1 \
    '^ambit: cannot write none/s.json: cannot use the folder none: No such file or directory$' \
    tiny.txt --problem cpmp -o none/s.json
failed "onto the instance" 1 '^ambit: cannot write ./tiny.txt: it is the file to be read$' \
    tiny.txt --problem cpmp -o ./tiny.txt
check "the instance is still there" 7 "$(wc -l <tiny.txt)"
if [ -w /dev/full ]; then
    "$AMBIT" solve tiny.txt --problem cpmp --json --quiet >/dev/full 2>err
    check "full disk: exit code" 1 "$?"
    check "full disk: message" 1 "$(grep -c '^ambit: cannot write' err)"
fi
finish
