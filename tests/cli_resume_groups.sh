#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A run that keeps groups together, killed at its checkpoints, goes on to the same bytes on other
# ranks; the groups of another column are another run's.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

"$AMBIT" generate --accounts 3000 --territories 24 -o nation.h5 --quiet >out
"$python" - <<'END'
import h5py, numpy as np
with h5py.File("nation.h5", "a") as f: # groups of three neighbours, and accounts alone
    f["chain"] = np.array([f"g{i // 3}" if i % 5 else "" for i in range(3000)], "S")
    f["house"] = np.array([f"h{i // 2}" for i in range(3000)], "S")
END
sed -i '$a rules: {together: chain}' nation.yaml
on 1 run nation.yaml -o whole.h5 --checkpoint off --threads 1 --effort 8 --quiet
whole_code=$code
check "undisturbed: a plan" yes "$([ -e whole.h5 ] && echo yes)"

# Ends the run with SIG after its first checkpoint, or where WAIT is 2 after its second.
cut_short() { # SIG WAIT
    rm -f plan.h5*
    "$AMBIT" run nation.yaml -o plan.h5 --checkpoint 1r --threads 1 --effort 8 >out 2>err &
    local job=$! file=plan.h5.checkpoint
    [ "$2" -eq 1 ] || file=plan.h5.checkpoint.1
    for ((n = 0; n < 3000; n++)); do
        if [ -e $file ]; then break; fi
        sleep 0.02
    done
    kill -"$1" $job
    wait $job 2>/dev/null
    code=$?
}
ranks=1
for signal in KILL TERM; do
    for wait in 1 2; do
        cut_short $signal $wait
        [ $signal = KILL ] || check "TERM after $wait: exit code" 75 "$code"
        ranks=$((ranks % 3 + 1))
        on $ranks run nation.yaml -o plan.h5 --resume --threads 1 --effort 8
        check "$signal after $wait: goes on" "$whole_code 1" \
            "$code $(grep -c 'going on from the checkpoint' err)"
        check "$signal after $wait, on $ranks ranks: same bytes" "$(sha256sum <whole.h5)" \
            "$(sha256sum <plan.h5)"
        check "$signal after $wait: nothing left" plan.h5 "$(echo plan.h5*)"
    done
done
check "groups are whole" 0 "$(ask plan.h5 "f['/together'].attrs['split_count']")"

cut_short KILL 1
sed -i 's/chain/house/' nation.yaml
on 2 run nation.yaml -o plan.h5 --resume --threads 1 --effort 8 --quiet
check "other groups: refused" "65 1" "$code $(grep -c 'plan.h5.checkpoint is of another run' err)"

finish
