#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The batch scripts of scripts/slurm on a real Slurm: a munged, a slurmctld and two slurmd of our
# own on the loopback, with all their files in the scratch folder. The two nodes are one machine
# under two names; Open MPI takes them for two and goes through TCP. `make test-slurm` runs this.
# shellcheck disable=SC2317 # the trap and `within` call functions by name
PATH=$PATH:/usr/sbin:/sbin
for program in munged slurmctld slurmd sbatch srun; do
    command -v $program >/dev/null && continue
    echo "slurm: skipped, there is no $program: make deps-slurm installs it"
    exit 0
done
# shellcheck source=tests/harness.sh
. "$(dirname "$0")/harness.sh"
unset "${!SLURM_@}" "${!SBATCH_@}" "${!OMPI_@}"
batch=$here/scripts/slurm program=$AMBIT
daemons=()

# Jobs first, since their processes are not children of the daemons.
end_cluster() {
    if [ ${#daemons[@]} -gt 1 ]; then
        scancel --user="$(id -un)" 2>err
        settled 20
        scontrol shutdown 2>err
    fi
    # Slurm's daemons are gone by then, or else go now.
    for pid in "${daemons[@]}"; do kill "$pid" 2>err; done
    wait "${daemons[@]}"
    cd / && rm -rf "$folder"
}
trap end_cluster EXIT
trap 'exit 130' INT TERM

within() { # SECONDS COMMAND...: until it succeeds
    local tries=$(($1 * 5))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.2
    done
}
is_idle() { [ -z "$(squeue --noheader)" ]; }
settled() { within "$1" is_idle; } # SECONDS: no job is left
nodes_are_idle() { [ "$(sinfo --noheader --Node --format=%t | xargs)" = "idle idle" ]; }

start() { # NAME COMMAND...
    "${@:2}" >"$1.log" 2>&1 &
    daemons+=($!)
}

start_cluster() {
    local ports me host
    ports=$("$python" -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(s.getsockname()[1] for s in taken))')
    read -r -a ports <<<"$ports"
    me=$(id -un) host=$(hostname -s)
    # Processes are tracked and cores shared out without cgroups, which need not be ours to make.
    # cred_expire is also how long a job that was put back waits.
    cat >slurm.conf <<END
ClusterName=ambit
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=$me
SlurmdUser=$me
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=5
CredType=cred/munge
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmdSpoolDir=$folder/%n/spool
StateSaveLocation=$folder/state
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
KillWait=5
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=2 RealMemory=4096
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=2 RealMemory=4096
PartitionName=all Nodes=one,two Default=YES MaxTime=10 State=UP
END
    export SLURM_CONF=$folder/slurm.conf
    mkdir -p one/spool one/tmp two/spool two/tmp state
    (umask 077 && head -c 128 /dev/urandom >munge.key)
    start munged munged --foreground --force --key-file="$folder/munge.key" --num-threads=1 \
        --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
        --log-file="$folder/munged.log" --seed-file="$folder/munge.seed"
    within 10 test -S munge.socket || return 1
    start slurmctld slurmctld -D
    for node in one two; do
        # PMIx's folder on a node has no name of the node in it.
        cp slurm.conf $node/
        echo "PMIxCliTmpDirBase=$folder/$node/tmp" >$node/mpi.conf
        start $node slurmd -D -N $node -f "$folder/$node/slurm.conf"
    done
    within 30 nodes_are_idle
}

start_cluster 2>err
if ! nodes_are_idle 2>>err; then
    tail -n 20 munged.log slurmctld.log one.log two.log >&2
    check "the cluster is up" yes no
    finish
fi

# As scripts/launch.sh has it, and no network but the loopback.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_btl_vader_backing_directory=$folder
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
export TMPDIR=$folder

# The program, saying first on which node, as which process and with which words.
cat >traced <<END
#!/bin/sh
echo "\$SLURMD_NODENAME \$\$ \$*" >>"ranks.\$SLURM_JOB_ID"
exec "$program" "\$@"
END
# A Slurm that was built without PMIx.
mkdir no-pmix
cat >no-pmix/srun <<END
#!/bin/sh
[ "\$*" != --mpi=list ] || { echo none; exit; }
exec $(command -v srun) "\$@"
END
chmod +x traced no-pmix/srun
export AMBIT=$folder/traced

submit() { # WORDS...: a job of ranks with one thread, whose id is $job
    job=$(sbatch --parsable --time=5 --cpus-per-task=1 "$@" 2>err) || check "sbatch $*" 0 "$?"
}
field() { scontrol --oneliner show job "$1" | grep -o " $2=[^ ]*" | cut -d = -f 2; } # JOB FIELD
ends() { # NAME JOB CODE
    check "$1: the job ends" yes "$(settled 60 && echo yes)"
    check "$1: exit code" "$3:0" "$(field "$2" ExitCode)"
}
same() { # NAME RESULT PLAIN
    check "$1: bytes" "$(sha256sum <"$3")" "$(sha256sum <"$2")"
}
computes() { within 60 grep -qs '"phase":"prices"' "ambit-$1.log"; } # JOB: it can be stopped
warn() { scancel --signal=TERM --batch "$1"; }         # JOB: as Slurm does before the time limit

for i in 1 2 3; do
    "$program" generate --accounts 2000 --territories 6 --seed $i -o n$i.csv --quiet >out 2>err
    "$program" run n$i.yaml -o plain$i.h5 --quiet >out 2>err
    check "a plain run of nation $i" 0 "$?"
done

submit --ntasks=2 "$batch/one-node.sbatch" n1.yaml
ends "one node" "$job" 0
same "one node" "n1-$job.h5" plain1.h5
check "one node: ranks" 1 "$(grep -c '2 ranks of 1 thread' "ambit-$job.log")"
check "one node: last words" "job $job: done: n1-$job.h5" "$(tail -n 1 "ambit-$job.log")"

submit --nodes=2 --ntasks-per-node=1 "$batch/several-nodes.sbatch" n2.yaml
ends "several nodes" "$job" 0
same "several nodes" "n2-$job.h5" plain2.h5
check "several nodes: both" "one two" "$(cut -d ' ' -f 1 "ranks.$job" | sort | xargs)"
check "several nodes: ranks" 1 "$(grep -c '2 ranks of 1 thread' "ambit-$job.log")"

printf 'n%d.yaml\n' 1 2 3 >list
submit --array=1-3 "$batch/scenarios.sbatch" list
ends "an array" "${job}_3" 0
for i in 1 2 3; do
    same "an array, task $i" "n$i-${job}_$i.h5" plain$i.h5
    check "an array, log $i" 1 "$(grep -c "^job ${job}_$i: done" "ambit-${job}_$i.log")"
done
check "an array: its results" 3 "$(find . -name "n*-${job}_*.h5" | wc -l)"

PATH=$folder/no-pmix:$PATH \
    submit --nodes=2 --ntasks-per-node=1 "$batch/several-nodes.sbatch" n3.yaml
ends "mpirun" "$job" 0
same "mpirun" "n3-$job.h5" plain3.h5
check "mpirun: ranks" 1 "$(grep -c '2 ranks of 1 thread' "ambit-$job.log")"

"$program" generate --accounts 60 --territories 3 -o tight.csv --quiet >out 2>err
sed -i 's/potential: 10%/potential: 0.001%/' tight.yaml
submit --ntasks=2 "$batch/one-node.sbatch" tight.yaml
ends "no plan" "$job" 2
check "no plan: the nearest is there" yes "$([ -s "tight-$job.h5" ] && echo yes)"

sed 's/^bands:/bonds:/' n1.yaml >wrong.yaml
submit --ntasks=2 "$batch/one-node.sbatch" wrong.yaml
ends "a wrong scenario" "$job" 65
submit --ntasks=2 "$batch/one-node.sbatch" nowhere.yaml
ends "no scenario" "$job" 64
submit --array=4 "$batch/scenarios.sbatch" list
ends "a task beyond the list" "${job}_4" 64
AMBIT=nowhere submit --ntasks=2 "$batch/one-node.sbatch" n1.yaml
ends "no program" "$job" 64

# A rank that dies takes the others with it.
"$program" generate --accounts 40000 --territories 20 -o large.csv --quiet >out 2>err
submit --nodes=2 --ntasks-per-node=1 "$batch/several-nodes.sbatch" large.yaml
check "a killed rank: it runs" yes "$(computes "$job" && echo yes)"
kill -KILL "$(sed -n 's/^two \([0-9]*\) .*/\1/p' "ranks.$job")"
ends "a killed rank" "$job" 137
check "a killed rank: no result" "" "$(find . -name 'large-*.h5')"

# Warned, put back, resumed to the same bytes: on both nodes, in one log.
"$program" run large.yaml -o plain_large.h5 --quiet >out 2>err
resumes() { # NAME
    submit --nodes=2 --ntasks-per-node=1 "$batch/several-nodes.sbatch" large.yaml
    check "$1: it runs" yes "$(computes "$job" && echo yes)"
    warn "$job"
    ends "$1" "$job" 0
    same "$1" "large-$job.h5" plain_large.h5
    local words="run large.yaml -o large-$job.h5 --threads 1"
    check "$1: what the ranks were told" "$(printf '%s\n' "one $words" "one $words --resume" \
        "two $words" "two $words --resume")" "$(cut -d ' ' -f 1,3- "ranks.$job" | sort)"
    check "$1: restarts" 1 "$(field "$job" Restarts)"
    check "$1: one log" "job $job: out of time; back into the queue, to be resumed
job $job: done: large-$job.h5" "$(grep '^job' "ambit-$job.log")"
    check "$1: no checkpoint is left" "" "$(find . -name '*.checkpoint*')"
}
resumes "out of time"
PATH=$folder/no-pmix:$PATH resumes "out of time, mpirun"

# One task of an array is warned and goes on later; the other is cancelled while it runs, and the
# ranks have time to stop.
printf 'large.yaml\n%.0s' 1 2 >list
submit --array=1-2 "$batch/scenarios.sbatch" list
check "two tasks: they run" "yes yes" \
    "$(for i in 1 2; do computes "${job}_$i" && echo yes; done | xargs)"
warn "${job}_2"
check "two tasks: the first is not warned" RUNNING "$(field "${job}_1" JobState)"
scancel "${job}_1"
ends "two tasks, cancelled" "${job}_1" 75
check "two tasks, cancelled: for good" "CANCELLED 0" \
    "$(field "${job}_1" JobState) $(field "${job}_1" Restarts)"
check "two tasks, cancelled: how to go on" \
    "job ${job}_1: stopped; go on with: ambit run large.yaml -o large-${job}_1.h5 --resume" \
    "$(grep '^job' "ambit-${job}_1.log")"
"$program" run large.yaml -o "large-${job}_1.h5" --resume --quiet >out 2>err
check "two tasks, cancelled: it does go on" 0 "$?"
same "two tasks, cancelled" "large-${job}_1.h5" plain_large.h5
ends "two tasks, resumed" "${job}_2" 0
same "two tasks, resumed" "large-${job}_2.h5" plain_large.h5
check "two tasks, resumed: once" 1 "$(field "${job}_2" Restarts)"
finish
