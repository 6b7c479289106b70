#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing is lost: a run whose ranks, or mpirun, are killed at random moments and which goes on each
# time on other ranks and threads ends with the bytes of one that nobody disturbed; signals end a run
# with its round; a checkpoint that cannot be written, is damaged or is of another run is told.
# AMBIT_TEST_LONG: more kills; AMBIT_TEST_SEED: other moments.
# shellcheck disable=SC2317 # functions that trap and until_holds call
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

disk=$folder/disk
clean() {
    # shellcheck disable=SC2046 # a list
    kill -KILL $(runners) 2>/dev/null
    umount "$disk" 2>/dev/null
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM

kills_wanted=8 lines_max=18
if [ -n "${AMBIT_TEST_LONG:-}" ]; then kills_wanted=50 lines_max=13; fi
seed=${AMBIT_TEST_SEED:-1}
RANDOM=$seed

# Plans a nation of ACCOUNTS undisturbed; `run` are the words to do it again, and $sum its bytes.
begin() { # ACCOUNTS TERRITORIES
    "$AMBIT" generate --accounts "$1" --territories "$2" -o nation.h5 --quiet >out
    run=(run nation.yaml --checkpoint 1r)
    on 1 run nation.yaml -o whole.h5 --quiet --threads 1
    check "$1 accounts, undisturbed: exit code" 0 "$code"
    check "$1 accounts, under a minute: no checkpoint" whole.h5 "$(echo whole.h5*)"
    sum=$(sha256sum <whole.h5)
}
begin 6000 40

# The processes of this test.
runners() {
    for process in /proc/[0-9]*; do
        if [ "$process/exe" -ef "$AMBIT" ] && [ "$process/cwd" -ef "$folder" ]; then
            echo "${process##*/}"
        fi
    done
}
gone() { ! kill -0 "$1" 2>/dev/null; }
none_left() { [ -z "$(runners)" ]; }
exec 9<> <(:) # nothing ever comes from here: to read is to sleep, without a process for it
until_holds() { # SECONDS CONDITION...
    local last=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -le "$last" ] || return 1
        read -rt 0.02 -u 9
    done
}

# Starts ambit with WORDS on RANKS ranks in the background: $job is it, or its mpirun. A shell has
# SIGINT ignored in the background.
start() { # RANKS WORDS...
    local ranks=$1 launch=()
    shift
    if [ "$ranks" -gt 1 ]; then launch=("$here/scripts/launch.sh" "$ranks"); fi
    : >err # what the last job has said may else be taken for words of this one
    env --default-signal=INT "${launch[@]}" "$AMBIT" "$@" >out 2>err &
    job=$!
}
# Leaves the exit code of the job in $code.
ended() {
    wait "$job" 2>/dev/null
    code=$?
    until_holds 20 none_left || check "no process left" "" "$(runners | xargs)"
}
has_said() {
    mapfile -t said <err
    [ ${#said[@]} -ge "$1" ] || gone "$job"
}
has_two() { [ -e "$1.checkpoint.1" ] || gone "$job"; }
whole() { # NAME RESULT
    check "$1: the bytes" "$sum" "$(sha256sum <"$2")"
    check "$1: nothing left beside it" "$2" "$(echo "$2"*)"
}

# ---- kills ----

kills=0 starts=0 results=0
while [ $kills -lt "$kills_wanted" ]; do
    start $((1 + starts % 3)) "${run[@]}" -o killed.h5 --resume --threads $((1 + starts / 3 % 2))
    starts=$((starts + 1))
    until_holds 100 has_said $((1 + RANDOM % lines_max))
    sleep 0.$((RANDOM % 3))
    # A rank, or mpirun.
    mapfile -t victims < <({ runners && echo $job; } | sort -un)
    if kill -KILL "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null; then
        kills=$((kills + 1))
        wait "$job" 2>/dev/null
        # What mpirun leaves behind ends when it finds that mpirun is gone; no need to wait for it.
        # shellcheck disable=SC2046 # a list
        kill -KILL $(runners) 2>/dev/null
        until_holds 20 none_left || check "kill $kills: no process left" "" "$(runners | xargs)"
    else
        ended
    fi
    if [ -e killed.h5 ]; then
        results=$((results + 1))
        check "seed $seed, after $kills kills: the bytes" "$sum" "$(sha256sum <killed.h5)"
        rm -f killed.h5
    fi
done
on 2 "${run[@]}" -o killed.h5 --resume --threads 2
check "after $kills kills in $starts starts: exit code" 0 "$code"
whole "seed $seed, after $kills kills in $starts starts" killed.h5
echo "$suite: $kills kills in $starts starts, $((results + 1)) results"

# ---- signals ----

begin 10000 40

# After LINES of progress, SIGNAL to what COMMAND names.
stopped() { # NAME LINES RANKS SIGNAL COMMAND WORDS...
    local name=$1 lines=$2 ranks=$3 signal=$4 command=$5
    shift 5
    rm -f stopped.h5*
    start "$ranks" run nation.yaml -o stopped.h5 --threads 1 "$@"
    until_holds 100 has_said "$lines"
    # shellcheck disable=SC2046 # a list
    kill "-$signal" $($command)
    ended
    check "$name: exit code" 75 "$code"
    check "$name: no result" no "$([ -e stopped.h5 ] && echo yes || echo no)"
}
the_job() { echo "$job"; }
go_on="to go on: ambit run --resume nation.yaml -o stopped.h5"
written="after a checkpoint was written; $go_on"

stopped "SIGTERM" 22 1 TERM the_job
check "SIGTERM: said" "ambit: stopped by SIGTERM $written" "$(grep ^ambit err)"
check "SIGTERM: files" "stopped.h5.checkpoint" "$(echo stopped.h5*)"
on 3 run nation.yaml -o stopped.h5 --resume --threads 1
check "SIGTERM, resumed: exit code" 0 "$code"
check "SIGTERM, resumed: said" 1 \
    "$(grep -c '"advice":"going on from the checkpoint of stopped.h5, after ' err)"
check "SIGTERM, resumed: no seed is drawn again" 0 "$(grep -c '"phase":"seed"' err)"
whole "SIGTERM, resumed" stopped.h5

stopped "SIGTERM to three ranks" 14 3 TERM runners
check "SIGTERM to three ranks: said" "ambit: stopped by SIGTERM $written" "$(grep ^ambit err)"
stopped "SIGUSR1 to mpirun" 14 3 USR1 the_job
check "SIGUSR1 to mpirun: said" "ambit: stopped by SIGUSR1 $written" "$(grep ^ambit err)"
on 1 run nation.yaml -o stopped.h5 --resume --threads 2 --quiet
whole "SIGUSR1 to mpirun, resumed" stopped.h5

# mpirun gives its ranks a second or two: what they have written by then counts, be it the result.
start 3 "${run[@]}" -o stopped.h5 --threads 1
until_holds 100 has_two stopped.h5
kill -TERM "$job"
ended
rm -f stopped.h5
on 1 run nation.yaml -o stopped.h5 --resume --threads 2 --quiet
whole "SIGTERM to mpirun, resumed" stopped.h5

stopped "SIGINT" 14 1 INT the_job --seed 7 --effort 20
check "SIGINT: said" "ambit: stopped by SIGINT after a checkpoint was written; to go on: ambit run \
--resume nation.yaml --seed 7 --effort 20 -o stopped.h5" "$(grep ^ambit err)"
stopped "without checkpoints" 14 1 TERM the_job --checkpoint off
check "without checkpoints: said" \
    "ambit: stopped by SIGTERM without a checkpoint, as --checkpoint off asks; $go_on" \
    "$(grep ^ambit err)"
check "without checkpoints: none" "stopped.h5*" "$(echo stopped.h5*)"
rm -f stopped.h5*
start 1 "${run[@]}" -o stopped.h5 --threads 1
until_holds 100 has_two stopped.h5
kill -STOP "$job" # so that it takes both
kill -INT "$job"
kill -CONT "$job"
kill -INT "$job"
ended
check "SIGINT, twice: ends" yes "$([ "$code" = 130 ] || [ "$code" = 75 ] && echo yes || echo "$code")"

# ---- a time limit ----

rm -f limited.h5*
began=$SECONDS
start 1 "${run[@]}" -o limited.h5 --threads 1 --time-limit 6
until_holds 100 has_two limited.h5
kill -STOP "$job"
until_holds 20 test $SECONDS -gt $((began + 6))
kill -CONT "$job"
ended
if [ "$code" = 2 ]; then code=0; fi # where it came early, the plan breaks bands
check "time limit: the result, and where to go on" "0 limited.h5 limited.h5.checkpoint" \
    "$code $(echo limited.h[5] limited.h5.checkpoin[t])"
on 2 run nation.yaml -o limited.h5 --resume --threads 1 --quiet
whole "time limit, resumed" limited.h5

# ---- checkpoints of other runs, and damaged ones ----

stopped "to be kept" 22 1 TERM the_job --checkpoint 1r
mkdir kept
mv stopped.h5.checkpoint* kept
again() { # WORDS...
    rm -f plan.h5*
    for name in kept/stopped*; do cp "$name" "plan${name#kept/stopped}"; done
    if [ -n "${damage:-}" ]; then $damage; fi
    on "$ranks" run nation.yaml -o plan.h5 --resume --threads 1 "$@"
}
refused() { # NAME LINE WORDS...
    local name=$1 line=$2
    shift 2
    for ranks in 1 3; do
        again "$@" --quiet
        check "$name on $ranks ranks: exit code" 65 "$code"
        check "$name on $ranks ranks: said" "ambit: plan.h5.checkpoint is of another run, so that \
this one cannot go on from it:
$line
give what that run was given, or start afresh without --resume" \
            "$(sed 's/[0-9a-f]\{32,\}/HASH/g' err)"
        check "$name on $ranks ranks: kept" 2 "$(find . -name 'plan.h5.checkpoint*' | wc -l)"
    done
}
damage=
refused "another seed" "  --seed: this run has 2, the checkpoint 1" --seed 2
refused "another effort" "  --effort: this run has 3, the checkpoint 24" --effort 3
"$AMBIT" generate --accounts 10000 --territories 40 --seed 2 -o other.h5 --quiet >out
refused "other accounts" "  accounts' rows, hash: this run has HASH, the checkpoint HASH" \
    --accounts other.h5
"$AMBIT" generate --accounts 10001 --territories 40 -o other.h5 --quiet >out
refused "more accounts" "  accounts: this run has 10001, the checkpoint 10000
  accounts' rows, hash: this run has HASH, the checkpoint HASH" --accounts other.h5
cp nation.yaml whole.yaml
echo "# one line more" >>nation.yaml
refused "another scenario" "  scenario, SHA-256: this run has HASH, the checkpoint HASH"
mv whole.yaml nation.yaml

damaged="plan.h5.checkpoint is damaged"
cut() { truncate -s -1000 plan.h5.checkpoint; }
flip() { # of the newest, and of the other where there is a word
    for name in plan.h5.checkpoint "$@"; do
        printf '\377\377\377\377' | dd of="$name" bs=1 seek=9000 conv=notrunc status=none
    done
}
flip_both() { flip plan.h5.checkpoint.1; }
lose() { rm plan.h5.checkpoint; }
one_before() { # DAMAGE RANKS LINE: what is said of the newest, with # for numbers
    damage=$1 ranks=$2
    again
    check "$1 on $2 ranks: exit code" 0 "$code"
    check "$1 on $2 ranks: said" "$3" "$(grep '"warning"' err | sed 's/[0-9]\+ /# /g; s/[0-9]\+)/#)/')"
    check "$1 on $2 ranks: goes on" 1 "$(grep -c 'going on from the checkpoint' err)"
    whole "$1 on $2 ranks" plan.h5
}
for ranks in 1 2; do
    one_before cut $ranks "{\"warning\":\"$damaged (expected # bytes, found #); looking for the one \
before it\"}"
    one_before lose "$ranks" ""
done
one_before flip 3 "{\"warning\":\"$damaged (its checksum is not that of its content: bytes have \
changed); looking for the one before it\"}"
damage=flip_both ranks=2
again
check "both damaged: said" "2 1" "$(grep -c 'is damaged' err) $(grep -c \
    '"advice":"no checkpoint of plan.h5 to go on from; the run starts afresh"' err)"
whole "both damaged" plan.h5

# ---- checkpoints that cannot be written ----

if ! { mkdir "$disk" && mount -t tmpfs -o size=2m tmpfs "$disk"; } 2>err; then
    echo "$suite: left out: a full disk and a read-only folder, which need mount"
    finish
fi
on 1 run nation.yaml -o "$disk/plan.h5" --threads 1 --quiet
sum=$(sha256sum <"$disk/plan.h5") # which names its inputs from another folder
warned() { [ "$(grep -cs 'no checkpoint of this round' err)" -ge 2 ] || gone "$job"; }
unwritable() { # NAME WHY SPOIL MEND
    local kept
    rm -f "$disk"/*
    start 1 "${run[@]}" -o "$disk/plan.h5" --threads 1
    until_holds 100 has_two "$disk/plan.h5"
    kill -STOP "$job"
    $3
    kill -CONT "$job"
    until_holds 100 warned
    kill -STOP "$job"
    kept=$(echo "$disk"/*checkpoint*)
    $4
    kill -CONT "$job"
    ended
    check "$1: exit code" 0 "$code"
    check "$1: what is kept" "$disk/plan.h5.checkpoint $disk/plan.h5.checkpoint.1" "$kept"
    check "$1: said" yes "$(grep -q "\"warning\":\"no checkpoint of this round: cannot write \
$disk/plan.h5.checkpoint: $2; the run goes on, and the last checkpoint is as it was\"" err && echo yes)"
    whole "$1" "$disk/plan.h5"
}
fill() { dd if=/dev/zero of="$disk/filler" bs=4k status=none 2>/dev/null; }
empty() { rm "$disk/filler"; }
# While nothing is open for writing there.
forbid() {
    local last=$((SECONDS + 20))
    until mount -o remount,ro "$disk" 2>/dev/null || [ "$SECONDS" -gt "$last" ]; do
        kill -CONT "$job"
        sleep 0.01
        kill -STOP "$job"
    done
}
allow() { mount -o remount,rw "$disk"; }
unwritable "a full disk" "No space left on device" fill empty
unwritable "a read-only folder" "Read-only file system" forbid allow
finish
