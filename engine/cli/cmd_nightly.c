/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit nightly: keeps a plan up with today's accounts. */
#include "engine/base/stop.h"
#include "engine/cli/cli.h"

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    struct ambit_run_options run = options->run;
    run.scenario_path = options->argument[0];
    if (run.plan_path == NULL || run.result_path == NULL)
        return ambit_fail(AMBIT_ERR_USAGE,
                          "nightly: expected --plan YESTERDAY.h5 and -o TODAY.h5, found %s",
                          run.plan_path != NULL     ? "no -o"
                          : run.result_path != NULL ? "no --plan"
                                                    : "neither");
    ambit_stop_listen();
    return ambit_job_do(comm, ambit_nightly, &run, options);
}

static const struct argp_option options_of_nightly[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION_VARIANT,
    AMBIT_OPTION(AMBIT_KEY_PLAN, "plan", "YESTERDAY.h5",
                 "Keep up the plan of this result file: a run, an audit, or the night before"),
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "TODAY.h5", "Store the plan of today"),
    AMBIT_OPTION(AMBIT_KEY_THRESHOLD, "threshold", "HOURS",
                 "Travel a year that a move must save beyond (default: nightly.hours_per_move of "
                 "the scenario)"),
    AMBIT_OPTION(AMBIT_KEY_SEED, "seed", "N", "Group territories by seed N (default: 1)"),
    AMBIT_OPTION(AMBIT_KEY_EFFORT, "effort", "N",
                 "Improve for at most N rounds at a time (default: 24)"),
    AMBIT_OPTION(AMBIT_KEY_TIME_LIMIT, "time-limit", "S",
                 "Stop improving after S seconds; the plan then depends on the machine"),
    AMBIT_OPTION(
        AMBIT_KEY_CHECKPOINT, "checkpoint", "EVERY",
        "Keep a checkpoint beside TODAY.h5 every so often: after a time such as 90s, 5m or "
        "1h, or a number of rounds such as 3r; or off (default: 5m, the first after 1m)"),
    AMBIT_OPTION(AMBIT_KEY_RESUME, "resume", NULL,
                 "Go on from the newest checkpoint of TODAY.h5, on any number of ranks; start "
                 "afresh where there is none"),
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_COMM_STATS,
    AMBIT_OPTION_SKIP_BAD_ROWS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_nightly = {
    .name = "nightly",
    .summary = "keep a plan up with today's accounts",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Take yesterday's plan to today's accounts, matched by id: place the new ones as `ambit "
        "assign' does, drop those that are gone, and move others only where a band is broken or "
        "the move saves more travel than the threshold."
        "\v"
        "Centres stay where they are. Where nothing moves, and where something does, the summary "
        "says how much any other plan within the bands could save at most beyond the threshold "
        "for each of its moves: the difference to a certified bound. The bound may move parts of "
        "accounts, so what whole moves cost that mend bands is in it. Moves are counted by their "
        "reason: for the gain, or for a band that would be broken without them. The current "
        "territories of the result are yesterday's, so that `ambit moves TODAY.h5' lists the "
        "moves of the night. `ambit verify' needs yesterday's file in its place. Where the "
        "scenario asks for contiguity and the night has left a territory in pieces, they are "
        "joined last; moves for that count as moves for a band."
        "\n\n"
        "On SIGTERM, SIGUSR1 or Ctrl-C the night ends with its round and leaves "
        "TODAY.h5.checkpoint; the same command with --resume goes on to the same file. A "
        "checkpoint of other inputs, another plan before, threshold, seed or effort is refused. "
        "It is removed when the result is stored, unless --time-limit has ended the night."
        "\n\n"
        "Exit status: 0 every band is met; 1 the run failed; 2 moves could not mend all bands, "
        "which are named (the best plan found is stored); 64 wrong usage; 65 wrong scenario, data "
        "or plan, or a checkpoint of another night; 75 stopped by a signal, can be resumed.",
    .options = options_of_nightly,
    .act = act,
};
