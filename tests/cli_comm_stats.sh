#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What --comm-stats counts, and the model that reads it; the advice where threads exceed cores.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$python" "$here/tests/make_nation.py" nation --accounts 600 --reps 8 || exit 1
run=(run nation/scenario.yaml --threads 1 --effort 3 --quiet)
on 1 "${run[@]}" -o plain.h5
for ranks in 1 2 3 4; do
    on $ranks "${run[@]}" -o counted.h5 --comm-stats $ranks.csv
    check "$ranks ranks: exit code" 0 "$code"
    check "$ranks ranks: not in the result" "$(sha256sum <plain.h5)" "$(sha256sum <counted.h5)"
done
on 3 "${run[@]}" -o counted.h5 --comm-stats again.csv
check "counts are the same each time" "$(cut -d, -f 1-9 3.csv)" "$(cut -d, -f 1-9 again.csv)"

cat >look.py <<'END'
import csv, math, sys
ranks = int(sys.argv[1])
rows = list(csv.DictReader(open(f"{ranks}.csv")))
for r in rows:
    for key in r:
        if key not in ("phase", "kind"): r[key] = float(r[key])
kinds = [r for r in rows if r["kind"] != "none"]
if {int(r["rank"]) for r in rows} != set(range(ranks)): print("ranks differ")
if (ranks == 1) != (not kinds): print("kinds:", kinds)
steps = math.ceil(math.log2(ranks))
for r in kinds:
    if r["kind"] in ("reduce", "broadcast", "scan") and (
        r["messages"] != r["calls"] * steps or r["sent_bytes"] != r["payload_bytes"] * steps):
        print("not a tree:", r)
    if r["kind"] == "reduce_long" and r["messages"] != r["calls"] * 2 * steps:
        print("not halved and doubled:", r)
# What is sent is received, and calls are collective.
for kind in ("gather", "all_gather", "exchange"):
    some = [r for r in kinds if r["kind"] == kind]
    if sum(r["sent_bytes"] for r in some) != sum(r["received_bytes"] for r in some):
        print("lost on the way:", kind)
for phase, kind in {(r["phase"], r["kind"]) for r in kinds}:
    calls = {rank: sum(r["calls"] for r in kinds if (r["phase"], r["kind"], r["rank"]) ==
                       (phase, kind, rank)) for rank in range(ranks)}
    if len(set(calls.values())) != 1: print("calls differ:", phase, kind, calls)
# All accounts but rank 0's own come to it at the end, with five columns of eight bytes at least.
if ranks > 1:
    came = sum(r["received_bytes"] for r in kinds
               if (r["phase"], r["kind"], r["rank"]) == ("store", "gather", 0))
    if not 600 * 40 * (ranks - 1) / ranks <= came <= 600 * 400: print("store:", came)
for r in rows:
    if not (0 <= r["seconds_in_calls"] <= r["seconds"] + 1e-6 and 0 <= r["cpu_seconds"]):
        print("seconds:", r)
phases = list(dict.fromkeys(r["phase"] for r in rows if r["rank"] == 0))
rounds = sorted({int(r["round"]) for r in rows if r["phase"] == "refine"})
print(*phases, *rounds)
END
for ranks in 1 2 3 4; do
    check "$ranks ranks: the counts" "start read order seed prices refine judge store 1 2 3" \
        "$("$python" look.py $ranks 2>&1 | sed 's/ relocate//; s/ bound//; s/ 0 1 2 3$/ 1 2 3/')"
done
on 2 "${run[@]}" -o counted.h5 --comm-stats nowhere/x.csv
check "a folder that is not there: exit code" 1 "$code"
check "a folder that is not there: words" 1 "$(grep -c '^ambit: cannot write nowhere/x.csv' err)"

# The model gives back what was counted, and grows from there.
model=$(dirname "$AMBIT")/bench/scaling_model
"$model" --csv model.csv [1234].csv >out 2>err
check "model: exit code" 0 $?
check "model: up to 1,024 ranks" "1 2 4 8 16 32 64 128 256 512 1024" \
    "$(awk '/^ +ranks/ { on = 1; next } !NF { on = 0 } on { print $1 }' out | xargs)"
check "model: says what it assumes" 1 "$(grep -c '^Assumed: 2.00 us a message, 10.00 GB/s' out)"
cat >agree.py <<'END'
import csv
said, was = {}, {}
for r in csv.DictReader(open("model.csv")):
    said[int(r["ranks"])] = said.get(int(r["ranks"]), 0) + float(r["messages"])
for ranks in (2, 4):
    most = {}
    for r in csv.DictReader(open(f"{ranks}.csv")):
        key = (r["phase"], r["rank"])
        most[key] = most.get(key, 0) + float(r["messages"])
    phases = {phase for phase, _ in most}
    was[ranks] = sum(max(n for (p, _), n in most.items() if p == phase) for phase in phases)
    if not 0.75 <= said[ranks] / was[ranks] <= 1.35: print(ranks, said[ranks], was[ranks])
if not (said[1] == 0 and said[4] < said[64] < said[1024]): print("no growth:", said)
END
check "model: agrees with the counts" "" "$("$python" agree.py 2>&1)"
check "model: foretells the largest run" 1 "$(grep -c '^Checked on 4 ranks' out)"
time_talking() { awk -F, '$1 == 1024 { s += $6 } END { printf "%.4g", s }' "$1"; }
"$model" --latency-us 20 --csv slow.csv [1234].csv >/dev/null 2>&1
check "model: ten times the latency" "$(time_talking model.csv | awk '{ printf "%.3g", 10 * $1 }')" \
    "$(time_talking slow.csv | awk '{ printf "%.3g", $1 }')"
"$model" nation/scenario.yaml >out 2>err
check "model: another file" "65 1" "$? $(grep -c '^scaling_model: .*expected 12 columns' err)"

# Advice, on any number of cores.
cores=$(nproc)
said() { grep -c '^{"advice":"on .* share [0-9]* core.*--threads [0-9]*, or no --threads"}$' err; }
on 1 run nation/scenario.yaml --effort 3 -o x.h5
check "advice: none where all fits" "0 0" "$code $(grep -c advice err)"
on 1 run nation/scenario.yaml --effort 3 -o x.h5 --threads $((cores + 1))
check "advice: too many threads" "0 1" "$code $(said)"
on 1 run nation/scenario.yaml --effort 3 -o x.h5 --threads $((cores + 1)) --quiet
check "advice: not where quiet" "0 0" "$code $(said)"
on 2 run nation/scenario.yaml --effort 3 -o x.h5 --threads "$cores"
check "advice: ranks times threads" "0 1" "$code $(said)"
if [ "$cores" -gt 1 ]; then
    taskset -c "$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')" \
        "$AMBIT" run nation/scenario.yaml --effort 3 -o x.h5 --threads 2 >out 2>err
    check "advice: tied to a core" 1 "$(grep -c '"advice":"on .* tied to 1 of .*--bind-to none' err)"
fi
finish
