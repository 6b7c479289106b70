#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tiny instances in tests/instances: trying everything, `ambit solve` and the stored optima agree,
# and `ambit verify` accepts what was found. A larger one has the same solution, found over the same
# values, on any number of ranks and threads.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
instances=$here/tests/instances

# The value that the JSON on FILE has under KEY.
value_of() { # FILE KEY
    "$python" -c "
import json, sys
print(json.load(open(sys.argv[1]))[sys.argv[2]])" "$1" "$2" 2>&1 | tail -n 1
}

# "yes" where both are the same number but for rounding.
same() { # A B
    "$python" -c "
import sys
a, b = map(float, sys.argv[1:])
print('yes' if abs(a - b) <= 2e-6 * max(1.0, abs(b)) else f'no: {a} and {b}')" "$1" "$2" 2>&1 |
        tail -n 1
}

# Solves NAME, which lies in a folder named by its problem, with the optimum VALUE or "infeasible".
examine() { # NAME VALUE
    local file=$instances/$1.txt problem=${1%%/*} distance=euclidean
    if [[ $problem == *_floor ]]; then distance=floor; fi
    local how=(--problem "${problem%_floor}" --distance "$distance")
    check "$1: brute force" "$2" "$("$python" "$here/tests/brute_force.py" "$file" "${how[@]}")"
    rm -f solution.json
    on 1 solve "$file" "${how[@]}" --time-limit 5 --threads 1 -o solution.json --json --quiet
    if [ "$2" = infeasible ]; then
        check "$1: exit code" 2 "$code"
        check "$1: status" infeasible "$(value_of out status)"
        check "$1: value" None "$(value_of out value)"
        check "$1: nothing stored" no "$([ -e solution.json ] && echo yes || echo no)"
        return
    fi
    check "$1: exit code" 0 "$code"
    check "$1: value" yes "$(same "$(value_of out value)" "$2")"
    # Clusters around centroids have no bound that proves them.
    if [[ $problem == cpmp* ]]; then
        check "$1: status" optimal "$(value_of out status)"
        check "$1: bound" yes "$(same "$(value_of out bound)" "$2")"
    fi
    on 1 verify solution.json --instance "$file" "${how[@]}"
    check "$1: judge" 0 "$code"
    check "$1: judged value" yes "$(same "$(sed -n 's/^value //p' out)" "$2")"
}

count=0
while read -r kind name value; do
    case $kind in
    =opt=) examine "$name" "$value" ;;
    =inf=) examine "$name" infeasible ;;
    \#*) continue ;;
    *) check "optima.solu: a line" "=opt= or =inf=" "$kind" ;;
    esac
    count=$((count + 1))
done <"$instances/optima.solu"

files=("$instances"/*/*.txt)
check "every file has its optimum" "${#files[@]}" "$count"

# The way to the solution: what the object in the file out says, but for times. The solutions alone
# would not do, because different ways may end at the same best plan.
way() {
    "$python" -c "
import json
o = json.load(open('out'))
print(*[o[key] for key in ('status', 'value', 'bound', 'effort')], *[v for t, v in o['trace']])" 2>&1
}

for problem in cpmp cccp; do
    # Small enough to be quick, hard enough that seeds go different ways.
    case $problem in
    cpmp) larger=$here/bench/instances/cpmp/stefanello_400_100.txt ;;
    cccp) larger=$here/bench/instances/cpmp/stefanello_150_12.txt ;;
    esac
    first=
    for way in "1 1" "1 3" "2 3" "3 1" "4 3"; do
        read -r ranks threads <<<"$way"
        name="$problem on $ranks ranks of $threads threads"
        rm -f solution.json
        on "$ranks" solve "$larger" --problem $problem --effort 2 --threads "$threads" --json --quiet \
            -o solution.json
        check "$name: exit code" 0 "$code"
        found=$(sha256sum solution.json)$'\n'$(way)
        if [ -z "$first" ]; then first=$found; fi
        check "$name: way and bytes" "$first" "$found"
    done
    on 1 verify solution.json --instance "$larger" --problem $problem
    check "$problem on many ranks: judge" 0 "$code"
    on 1 solve "$larger" --problem $problem --effort 2 --seed 2 --threads 1 --json --quiet
    check "$problem from another seed: exit code" 0 "$code"
    check "$problem from another seed: another way" yes \
        "$([ "$(way)" != "$(tail -n 1 <<<"$first")" ] && echo yes || echo no)"
done

finish
