#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ambit frontier that is cut short: killed after any plan or in the midst of one, or ended by a
# signal or a time limit, it goes on to the same bytes on other ranks; nothing is left in the end.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$AMBIT" generate --accounts 3000 --territories 24 -o nation.h5 --quiet >out
sed -i 's/hours: 3%/hours: 15%/; s/potential: 10%/potential: 40%/; s/visits: 15%/visits: 40%/' \
    nation.yaml
sed '$a rules: {together: segment_place}' nation.yaml >grouped.yaml
"$python" - <<'END'
import h5py, numpy as np
with h5py.File("nation.h5", "a") as f: # about 1,000 groups of three, and accounts alone
    f["segment_place"] = np.array([f"g{i // 3}" if i % 5 else "" for i in range(3000)], "S")
END
points="--budgets 5,20,free --effort 6"
parts() { find . -name "$1.*.checkpoint" | wc -l; }

# Kills FILE's job when it has done as many plans as there are PARTS of it, or where PARTS is 0 in
# the midst of the first.
kill_after() { # PARTS SCENARIO FILE
    # shellcheck disable=SC2086 # words
    "$AMBIT" frontier "$2" -o "$3" $points --checkpoint 1r --threads 1 >out 2>err &
    local job=$! last=$((SECONDS + 60))
    until [ "$(parts "$3")" -gt "$1" ] || [ $SECONDS -gt $last ]; do sleep 0.02; done
    kill -KILL $job
    wait $job 2>/dev/null
}
for scenario in nation grouped; do
    # shellcheck disable=SC2086
    on 1 frontier $scenario.yaml -o whole-$scenario.h5 $points --checkpoint off --threads 1 --json \
        --quiet
    check "$scenario, undisturbed: exit code" 0 "$code"
    sum=$(sha256sum <whole-$scenario.h5) said=$(sed 's/ *"result":[^,]*,//' out)
    for done in 0 2; do
        kill_after $done $scenario.yaml cut.h5
        check "$scenario, killed after $done: no result" "" "$(find . -name cut.h5)"
        # shellcheck disable=SC2086
        on $((done % 2 + 1)) frontier $scenario.yaml -o cut.h5 $points --resume --threads 2 --json
        check "$scenario, killed after $done: goes on" 0 "$code"
        check "$scenario, killed after $done: from there" yes \
            "$(grep -q "going on from" err && echo yes)"
        check "$scenario, killed after $done: same bytes" "$sum" "$(sha256sum <cut.h5)"
        check "$scenario, killed after $done: same words" "$said" \
            "$(grep knee out | sed 's/ *"result":[^,]*,//')"
        check "$scenario, killed after $done: nothing left" 0 "$(parts cut.h5)"
        rm -f cut.h5*
    done
done

# A signal.
# shellcheck disable=SC2086
"$AMBIT" frontier nation.yaml -o cut.h5 $points --threads 1 >out 2>err &
job=$!
for ((n = 0; n < 3000; n++)); do
    if [ "$(parts cut.h5)" -gt 0 ]; then break; fi
    sleep 0.02
done
kill -TERM $job
wait $job
check "a signal: exit code" 75 "$?"
check "a signal: said" "to go on, give the same command with --resume" \
    "$(sed -n 's/^ambit: stopped by SIGTERM.*; //p' err)"

# A row whose larger budgets are the same takes their plans; another one does not.
on 1 frontier nation.yaml -o cut.h5 --budgets 2,20,free --effort 6 --resume --threads 1
check "a smaller budget more: goes on" yes "$(grep -q "going on from" err && echo yes)"
on 1 frontier nation.yaml -o new.h5 --budgets 2,20,free --effort 6 --threads 1
check "a smaller budget more: same bytes" "$(sha256sum <new.h5)" "$(sha256sum <cut.h5)"
kill_after 0 nation.yaml cut.h5
on 1 frontier nation.yaml -o cut.h5 --budgets 5,20 --effort 6 --resume --threads 1
check "other budgets: afresh" 1 "$(grep -c "starts afresh" err)"
rm -f cut.h5*
kill_after 1 nation.yaml cut.h5
on 1 frontier nation.yaml -o cut.h5 --budgets 5,20,free --effort 7 --resume --threads 1
check "another effort: exit code" 65 "$code"
check "another effort: said" "  --effort: this run has 7, the checkpoint 6" \
    "$(grep -e '--effort:' err)"
rm -f cut.h5*

# Time runs out: plans of prices alone, and what was not done can be gone on with.
# shellcheck disable=SC2086
on 1 frontier nation.yaml -o cut.h5 $points --time-limit 0.001 --threads 1 --quiet
check "no time: stored" cut.h5 "$(cat out)"
# shellcheck disable=SC2086
on 1 frontier nation.yaml -o cut.h5 $points --resume --threads 1 --quiet
check "no time, then more: same bytes" "$(sha256sum <whole-nation.h5)" "$(sha256sum <cut.h5)"
# shellcheck disable=SC2086
on 1 frontier nation.yaml -o cut.h5 $points --memory-limit 1M --threads 1 --quiet
check "no memory: exit code" 1 "$code"

finish
