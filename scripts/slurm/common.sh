# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the batch scripts of this folder share: they source this file in a job's batch shell, and end
# with run_scenario. It starts the ranks, passes Slurm's warning before the time limit on to them,
# and puts a run that stopped for it back into the queue, to be resumed.
# AMBIT names the program where it is not in PATH. Scenarios and results are those of the folder
# that the job was submitted from.
set -u

ambit=${AMBIT:-ambit}
threads=${SLURM_CPUS_PER_TASK:-1}
# The id alone would name the whole array in its last task.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
job=${job:-$SLURM_JOB_ID}

leave() { # CODE WORDS...
    echo "job $job: ${*:2}" >&2
    exit "$1"
}

# Threads may be tied to cores only where Slurm has given each rank cores of its own: elsewhere all
# ranks of a node would take the same ones.
if scontrol show config | grep -q '^TaskPlugin *=.*affinity'; then
    export OMP_PLACES=cores OMP_PROC_BIND=close
fi

# srun starts the ranks where it speaks PMIx, as Debian 12's does and its Open MPI understands. It
# takes neither the cores of a rank nor the wish to see all ranks end from the batch job.
# Elsewhere mpirun starts them. It would kill them on SIGTERM, but hands SIGUSR1 on, on which Ambit
# stops as well.
if srun --mpi=list 2>&1 | grep -qw pmix; then
    launch=(srun --mpi=pmix "--cpus-per-task=$threads" --kill-on-bad-exit=0 --wait=60)
    warn_ranks() { scancel --signal=TERM "$job"; }
else
    launch=(mpirun --map-by "slot:PE=$threads")
    warn_ranks() { kill -USR1 "$step"; }
fi

# False where the job is being cancelled: Slurm itself has then told the ranks.
is_running() { scontrol --oneliner show job "$job" | grep -q ' JobState=RUNNING '; }

on_term() {
    warned=yes
    if is_running; then warn_ranks; fi
}

# Draws SCENARIO into a result named after scenario and job, and leaves with ambit's exit code.
run_scenario() { # SCENARIO
    local name result words code
    [ -r "${1:-}" ] || leave 64 "expected a scenario file to run, found '${1:-nothing}'"
    command -v "$ambit" >/dev/null || leave 64 "no program '$ambit'; set AMBIT to its path"
    name=$(basename "$1")
    result=${name%.*}-$job.h5
    words=(run "$1" -o "$result" --threads "$threads")
    # Only an earlier start of this very job can have left a checkpoint of this result.
    if [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ]; then words+=(--resume); fi

    # In the background, because a shell that waits for a program handles no signal.
    trap on_term TERM
    "${launch[@]}" "$ambit" "${words[@]}" &
    step=$! warned=no
    while
        wait "$step"
        code=$?
        [ $warned = yes ]
    do warned=no; done

    case $code in
    0) leave 0 "done: $result" ;;
    2) leave 2 "no plan that meets every band; the nearest is $result" ;;
    64) leave 64 "nothing was computed: the command line is wrong" ;;
    65) leave 65 "nothing was computed: the scenario or its data are wrong" ;;
    75)
        is_running || leave 75 "stopped; go on with: ambit run $1 -o $result --resume"
        echo "job $job: out of time; back into the queue, to be resumed" >&2
        scontrol requeue "$job" ||
            leave 75 "cannot be requeued; go on with: ambit run $1 -o $result --resume"
        # Slurm ends this shell; where it takes its time, the code must not pass for a result.
        sleep 60
        exit 75
        ;;
    *) leave "$code" "failed" ;;
    esac
}
