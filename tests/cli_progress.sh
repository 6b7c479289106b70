#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Which words go where: progress as JSON lines or as a bar, what --quiet leaves, the path alone on
# standard output; and a time limit that ends a run early, with a plan that says so.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

nation() { "$python" "$here/tests/make_nation.py" "$@" || exit 1; }
nation small --accounts 300 --reps 4
run=(run small/scenario.yaml -o small/plan.h5 --threads 1 --effort 3)

# Whether the file err holds progress, one JSON object a line, in the order of time.
cat >check_progress.py <<'END'
import json
lines = [line for line in open("err") if line.startswith("{") and '{"advice":' not in line]
seconds, phases = 0.0, []
for line in lines:
    found = json.loads(line)
    if list(found)[:3] != ["phase", "done", "total"] or found["done"] > found["total"] > 0:
        print(f"not progress: {line}")
    if not found["seconds"] >= seconds:
        print(f"back in time: {line}")
    seconds = found["seconds"]
    if found["phase"] not in phases:
        phases.append(found["phase"])
print(*phases)
END
for ranks in 1 3; do
    on $ranks "${run[@]}"
    check "run on $ranks ranks: exit code" 0 "$code"
    check "run on $ranks ranks: standard output" small/plan.h5 "$(cat out)"
    check "run on $ranks ranks: phases" "read order seed prices refine bound judge store" \
        "$("$python" check_progress.py 2>&1)"
    check "run on $ranks ranks: the summary follows" "Territory plan: A small nation" \
        "$(grep -v '^{' err | head -n 1)"
    on $ranks "${run[@]}" --quiet
    check "run --quiet on $ranks ranks: standard output" small/plan.h5 "$(cat out)"
    check "run --quiet on $ranks ranks: standard error" "" "$(cat err)"
    on $ranks "${run[@]}" --json --quiet
    check "run --json --quiet on $ranks ranks: standard error" "" "$(cat err)"
    check "run --json --quiet on $ranks ranks: one object" "small/plan.h5 $ranks" \
        "$("$python" -c "import json; r = json.load(open('out')); print(r['result'], r['ranks'])")"
    on $ranks verify small/plan.h5 --threads 1 --quiet
    check "verify --quiet on $ranks ranks: standard error" "" "$(cat err)"
    on $ranks audit small/scenario.yaml --threads 1
    check "audit on $ranks ranks: standard output" "Current alignment: A small nation" \
        "$(head -n 1 out)"
    check "audit on $ranks ranks: standard error" "read order judge store" \
        "$("$python" check_progress.py 2>&1)"
done
# Without -o the result stands here, named after the scenario.
on 1 run small/scenario.yaml --threads 1 --effort 0 --quiet
check "without -o: standard output" scenario.h5 "$(cat out)"
check "without -o: the file" yes "$([ -s scenario.h5 ] && echo yes)"

# On a terminal, a bar; under mpirun standard error is a pipe, and the terminal is mpirun's.
if command -v script >/dev/null; then
    for ranks in 1 2; do
        launch="$here/scripts/launch.sh $ranks"
        [ $ranks -gt 1 ] || launch=
        script -qec "$launch '$AMBIT' ${run[*]}" /dev/null >out 2>err </dev/null
        check "terminal, $ranks ranks: exit code" 0 "$?"
        check "terminal, $ranks ranks: a bar" yes \
            "$(tr '\r' '\n' <out | grep -qE '^refine +\[#+-*\] [0-9]+/3  [0-9]+ s' && echo yes)"
        check "terminal, $ranks ranks: no JSON" 0 "$(grep -c '"phase"' out)"
        check "terminal, $ranks ranks: the summary" 1 \
            "$(grep -c '^Territory plan: A small nation' out)"
    done
fi

# A nation that takes several times as long as it is given.
nation large --accounts 20000 --reps 60
for ranks in 1 3; do
    begin=$(date +%s)
    on $ranks run large/scenario.yaml -o large/plan.h5 --threads 1 --time-limit 0.05 --json
    check "time limit on $ranks ranks: soon" yes "$([ $(($(date +%s) - begin)) -lt 20 ] && echo yes)"
    check "time limit on $ranks ranks: marked" "1 True" "$(ask large/plan.h5 \
        "f.attrs['stopped_by_time_limit'], __import__('json').load(open('out'))[
            'stopped_by_time_limit']" | tr -d '(,)')"
    check "time limit on $ranks ranks: in the summary" 1 \
        "$(grep -c '^  Rounds .*, stopped by the time limit$' err)"
    # It may not have come as far as a plan within the bands.
    feasible=$(ask large/plan.h5 "f.attrs['feasible']")
    check "time limit on $ranks ranks: exit code" $((2 - 2 * feasible)) "$code"
    check "time limit on $ranks ranks: whose fault" $((1 - feasible)) \
        "$(grep -c '^ambit: no plan found within the time limit meets these bands:$' err)"
    on $ranks verify large/plan.h5 --threads 1 --quiet
    check "time limit on $ranks ranks: verified" $((2 - 2 * feasible)) "$code"
    check "time limit on $ranks ranks: every figure agrees" 1 \
        "$(cat out err | grep -c 'large/plan.h5: every figure agrees')"
done
finish
