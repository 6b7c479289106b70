#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A night is not lost: one that is killed at random moments and goes on each time on other ranks and
# threads ends with the bytes of one that nobody disturbed, also where groups stay together; signals
# and a time limit leave what can be gone on with; the checkpoint of another night is refused.
# AMBIT_TEST_LONG: more kills; AMBIT_TEST_SEED: other moments.
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

kills_wanted=6
if [ -n "${AMBIT_TEST_LONG:-}" ]; then kills_wanted=50; fi
seed=${AMBIT_TEST_SEED:-1}
RANDOM=$seed
exec 9<> <(:) # nothing ever comes from here: to read is to sleep, without a process for it

# A hundred accounts are gone and a few new, which takes plans drawn anew to mend.
"$AMBIT" generate --accounts 4000 --territories 30 -o nation.csv --quiet >out
on 2 run nation.yaml -o day0.h5 --threads 1 --quiet
awk -F, -v OFS=, 'NR % 40 == 3 { next }
    { print }
    NR % 500 == 5 { $1 = "N" $1; $2 += 0.01; $8 = ""; print }' nation.csv >tonight.csv

begin() { # SCENARIO
    night=(nightly "$1" --plan day0.h5 --accounts tonight.csv --threshold 3)
    on 1 "${night[@]}" -o whole.h5 --quiet --threads 1
    whole_code=$code
    sum=$(sha256sum <whole.h5)
    check "$1, undisturbed: nothing beside it" whole.h5 "$(echo whole.h5*)"
}
# Waits for LINES of progress of the job, or its end.
until_said() { # LINES
    for ((n = 0; n < 3000; n++)); do
        mapfile -t said <err
        if [ ${#said[@]} -ge "$1" ] || ! kill -0 $job 2>/dev/null; then break; fi
        read -rt 0.01 -u 9
    done
}
same() { # NAME
    check "$1: exit code" "$whole_code" "$code"
    check "$1: the bytes" "$sum" "$(sha256sum <plan.h5)"
    check "$1: nothing left beside it" plan.h5 "$(echo plan.h5*)"
}
# Starts the night with WORDS on one rank, which gets SIGNAL after LINES of progress.
cut_short() { # SIGNAL LINES WORDS...
    local signal=$1 lines=$2
    shift 2
    : >err
    env --default-signal=INT "$AMBIT" "${night[@]}" -o plan.h5 --threads 1 "$@" >out 2>err &
    job=$!
    until_said "$lines"
    kill -"$signal" $job 2>/dev/null
    wait $job 2>/dev/null
    code=$?
}

# ---- kills: between them a resumed night gets some rounds further on two or three ranks ----

begin nation.yaml
check "the night: drawn anew" yes \
    "$(ask whole.h5 "'yes' if b'repair' in f['/rounds/phase'][:] else 'no'")"
kills=0 resumed=0
while [ $kills -lt "$kills_wanted" ]; do
    cut_short KILL $((4 + RANDOM % 60)) --checkpoint 1r --resume
    resumed=$((resumed + $(grep -c 'going on from the checkpoint' err)))
    kills=$((kills + 1))
    [ $code -ne 137 ] || continue # or was it stored before the kill? the next start tells
    same "seed $seed, after $kills kills"
    rm -f plan.h5
done
check "some went on" yes "$([ $resumed -gt 0 ] && echo yes)"
rm -f plan.h5*
until [ -e plan.h5.checkpoint ]; do cut_short KILL 20 --checkpoint 1r; done
mkdir kept
cp plan.h5.checkpoint* kept
for ranks in 1 2 3; do
    rm -f plan.h5*
    cp kept/* .
    on $ranks "${night[@]}" -o plan.h5 --resume --threads $((1 + ranks % 2))
    check "on $ranks ranks: goes on" 1 "$(grep -c 'going on from the checkpoint' err)"
    check "on $ranks ranks: nobody is placed again" 1 \
        "$(ask plan.h5 "list(f['/rounds/phase'][:]).count(b'assign')")"
    same "on $ranks ranks"
done

# ---- every stage, by its signal ----

for lines in 6 20 44 56; do
    rm -f plan.h5*
    cut_short TERM $lines
    check "SIGTERM after $lines lines: exit code" 75 "$code"
    check "SIGTERM after $lines lines: said" "ambit: stopped by SIGTERM after a checkpoint was \
written; to go on, give the same command with --resume" "$(grep ^ambit err)"
    check "SIGTERM after $lines lines: files" plan.h5.checkpoint "$(echo plan.h5*)"
    on $((1 + lines % 3)) "${night[@]}" -o plan.h5 --resume --threads 1 --quiet
    same "SIGTERM after $lines lines, resumed"
done
rm -f plan.h5*
cut_short TERM 10 --checkpoint off
check "without checkpoints" "75 plan.h5*" "$code $(echo plan.h5*)"

# ---- a time limit ----

rm -f plan.h5*
: >err
"$AMBIT" "${night[@]}" -o plan.h5 --threads 1 --time-limit 3 >out 2>err &
job=$!
until_said 17 # in the midst of rounds; prices half-way leave no place to go on from
kill -STOP $job
read -rt 3 -u 9
kill -CONT $job
wait $job
check "time limit: where to go on" "plan.h5 plan.h5.checkpoint" "$(echo plan.h5*)"
on 2 "${night[@]}" -o plan.h5 --resume --threads 1 --quiet
same "time limit, resumed"

# ---- the checkpoint of another night ----

refused() { # NAME LINES WORDS...
    local name=$1 lines=$2
    shift 2
    for ranks in 1 3; do
        rm -f plan.h5*
        cp kept/* .
        on $ranks "$@" -o plan.h5 --resume --threads 1 --quiet
        check "$name on $ranks ranks" "65 ambit: plan.h5.checkpoint is of another run, so that this \
one cannot go on from it:
$lines
give what that run was given, or start afresh without --resume" \
            "$code $(sed 's/[0-9a-f]\{32,\}/HASH/g' err)"
    done
}
refused "another threshold" "  --threshold: this run has 4 h, the checkpoint 3 h" \
    nightly nation.yaml --plan day0.h5 --accounts tonight.csv --threshold 4
cp whole.h5 other.h5
refused "another plan before" "  the plan before, SHA-256: this run has HASH, the checkpoint HASH" \
    nightly nation.yaml --plan other.h5 --accounts tonight.csv --threshold 3
refused "no night" "  the plan before, SHA-256: this run has none, the checkpoint HASH
  --threshold: this run has none, the checkpoint 3 h" run nation.yaml --accounts tonight.csv

# ---- groups that stay together ----

rm -f plan.h5*
awk -F, -v OFS=, 'NR == 1 { print $0, "house"; next }
    { print $0, $8 == "" || NR % 10 ? "" : $8 "-" int(NR / 300) }' tonight.csv >housed.csv
mv housed.csv tonight.csv
sed '$a rules: {together: house}' nation.yaml >housed.yaml
begin housed.yaml
for lines in 6 11; do
    rm -f plan.h5*
    cut_short KILL $lines --checkpoint 1r
    on 2 "${night[@]}" -o plan.h5 --resume --threads 1
    check "groups, killed after $lines lines: goes on" 1 "$(grep -c 'going on from' err)"
    same "groups, killed after $lines lines"
done

finish
