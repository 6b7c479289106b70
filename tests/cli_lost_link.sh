#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A peer that stops, and a link that is cut between three hosts, which are network namespaces here:
# the job ends soon, with one message, nothing half-written and no process left. A peer that computes
# for longer than the limit ends nothing. The hosts need root and Linux's network namespaces.
# shellcheck disable=SC2317 # functions that trap and until_holds call
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"

tag=ambit$$
bridge=ab$((RANDOM % 10000))$((RANDOM % 10000))
clean() {
    for h in 1 2 3; do
        ip link del "$bridge-$h" 2>/dev/null
        ip netns pids "$tag-$h" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
        ip netns del "$tag-$h" 2>/dev/null
    done
    ip link del "$bridge" 2>/dev/null
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM

# The processes of this test that run $AMBIT with the word WORD.
runners() { # WORD
    for process in /proc/[0-9]*; do
        [ "$process/exe" -ef "$AMBIT" ] || continue
        ! tr '\0' '\n' <"$process/cmdline" 2>/dev/null | grep -qxF "$1" || echo "${process##*/}"
    done
}

# Waits until CONDITION, a command, holds; fails after SECONDS.
until_holds() { # SECONDS CONDITION...
    local last=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -le $last ] || return 1
        sleep 0.2
    done
}
refines() { grep -qs '"phase":"refine","done":1,' err; }
gone() { ! kill -0 "$1" 2>/dev/null; }
none_left() { [ -z "$(runners "$1")" ]; }

"$python" "$here/tests/make_nation.py" nation --accounts 20000 --reps 60 || exit 1
run=(run nation/scenario.yaml --threads 1 --effort 100000)

# A rank that stops.
echo older >nation/stopped.h5
"$here/scripts/launch.sh" 3 "$AMBIT" "${run[@]}" -o "$folder/nation/stopped.h5" \
    --silence-limit 2s >out 2>err &
job=$!
until_holds 60 refines
check "a stopped rank: the job had begun" 0 $?
for stopped in $(runners "$folder/nation/stopped.h5" | sort -n | tail -n 1); do
    kill -STOP "$stopped"
done
until_holds 30 gone $job
check "a stopped rank: the job ends" 0 $?
wait $job
check "a stopped rank: exit code" 1 $?
check "a stopped rank: one message" 1 "$(grep -c '^ambit: rank .*: no sign of work' err)"
check "a stopped rank: says where it waited" 1 "$(grep -cE \
    '^ambit: rank 0: no sign of work .*this rank is waiting in .* engine/[a-z_/]+\.c:[0-9]+, phase' \
    err)"
check "a stopped rank: the silent one comes first" yes "$(
    grep -A 1 'were last seen:$' err | tail -n 1 |
        grep -qE '^ambit:   rank [12] on .*: ([2-9]|1[0-9])\.[0-9] s ago, ' && echo yes)"
until_holds 15 none_left "$folder/nation/stopped.h5"
check "a stopped rank: no process left" 0 $?
check "a stopped rank: the older file" "older stopped.h5" \
    "$(cat nation/stopped.h5) $(cd nation && ls -d stopped.h5*)"

# A rank that works for longer than the limit.
program=$(dirname "$AMBIT")/tests/mpi_comm
timeout 60 "$here/scripts/launch.sh" 3 "$program" busy >out 2>err
check "a busy rank: exit code" 0 $?
check "a busy rank: no word" "" "$(cat err)"

# All ranks waiting for ever is silence as well, though each can be heard.
timeout 60 "$here/scripts/launch.sh" 3 "$program" wait >out 2>err
check "ranks that all wait: exit code" 1 $?
check "ranks that all wait: one message" 1 "$(grep -c '^ambit: rank .*: no sign of work' err)"

# Three hosts and a cut.
host() { # NUMBER
    ip netns add "$tag-$1" &&
        ip link add "$bridge-$1" type veth peer name wire netns "$tag-$1" &&
        ip link set "$bridge-$1" master "$bridge" up &&
        ip -n "$tag-$1" address add 10.97.53."$1"/24 dev wire &&
        ip -n "$tag-$1" link set wire up &&
        ip -n "$tag-$1" link set lo up
}
hosts() {
    [ "$(id -u)" -eq 0 ] && command -v ip >/dev/null && ip link add "$bridge" type bridge &&
        ip link set "$bridge" up && host 1 && host 2 && host 3
}
if ! hosts 2>why; then
    echo "$suite: left out: hosts, which need root and network namespaces: $(head -n 1 why)"
    finish
fi
# In the place of ssh: HOST COMMAND. As real hosts do, each has temporary files of its own: Open MPI's
# daemons name theirs by the host, which has one name here, and crash where they share them.
mkdir host-1 host-2 host-3
cat >agent <<END
#!/bin/sh
host=\${1##*.}
shift
TMPDIR=$folder/host-\$host exec ip netns exec $tag-\$host sh -c "\$*"
END
chmod +x agent
printf '10.97.53.%s slots=1\n' 1 2 3 >hostfile
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_WAIT_POLICY=passive

all_gone() { [ -z "$(for h in 1 2 3; do ip netns pids "$tag-$h"; done)" ]; }

# A closed port of a host within reach refuses at once. A link that came up a moment ago is not yet
# within reach, and mpirun does not wait for it.
reaches() { # FROM TO
    ip netns exec "$tag-$1" timeout 2 bash -c ": </dev/tcp/10.97.53.$2/9" 2>&1 | grep -q refused
}
all_reach() { reaches 1 2 && reaches 2 1 && reaches 1 3 && reaches 3 1 && reaches 2 3 && reaches 3 2; }

# Cuts host NUMBER off while the job refines.
cut_off() { # NUMBER
    local what="host $1 cut off" job
    until_holds 30 all_reach
    check "$what: the hosts reach each other" 0 $?
    echo older >nation/cut.h5
    : >err
    TMPDIR=$folder/host-1 ip netns exec "$tag-1" mpirun --hostfile hostfile -n 3 --bind-to none \
        --mca plm_rsh_agent "$folder/agent" --mca btl tcp,self --mca btl_tcp_if_include wire \
        --mca oob_tcp_if_include wire \
        "$AMBIT" "${run[@]}" -o "$folder/nation/cut.h5" --silence-limit 3s >out 2>err &
    job=$!
    until_holds 60 refines
    check "$what: the job had begun" 0 $?
    ip link set "$bridge-$1" down
    until_holds 40 gone $job
    check "$what: the job ends" 0 $?
    wait $job && check "$what: not as a success" "not 0" 0
    check "$what: one message" 1 "$(grep -c '^ambit: rank .*: no sign of work' err)"
    check "$what: says where" 1 "$(grep -cE \
        '^ambit: rank 0: .*the limit is 3 s.* waiting in .*engine/[a-z_/]+\.c:[0-9]+, phase' err)"
    check "$what: says who" yes "$(grep -A 1 'were last seen:$' err | tail -n 1 |
        grep -qE "^ambit:   rank $2 on .* s ago, " && echo yes)"
    until_holds 40 all_gone
    check "$what: no process left on any host" 0 $?
    check "$what: the older file" "older cut.h5" "$(cat nation/cut.h5) $(cd nation && ls -d cut.h5*)"
    ip link set "$bridge-$1" up
}
cut_off 3 2
cut_off 1 '[12]' # the launcher's own
finish
