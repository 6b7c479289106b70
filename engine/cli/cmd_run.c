/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit run: draws the territories of a scenario. */
#include "engine/base/memory.h"
#include "engine/base/stop.h"
#include "engine/cli/cli.h"
#include "engine/run/run_layers.h"
#include "io/report_layers.h"

static ambit_status print_layers(const struct ambit_layered *layered, const char *path,
                                 const struct ambit_options *options)
{
    bool stored = false;
    for (int l = 0; l < layered->count; l++)
        stored |= layered->entry[l].status != AMBIT_FARM_FAILED;
    if (layered->count == 0) return AMBIT_OK;
    if (!options->quiet) ambit_report_layers(stderr, layered);
    if (!stored) return AMBIT_OK;
    if (options->json) return ambit_report_layers_json(stdout, path, layered);
    printf("%s\n", path);
    return AMBIT_OK;
}

static ambit_status run_layers(struct ambit_comm *comm, const struct ambit_run_options *run,
                               const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_layered *layered = NULL;
    const bool first = ambit_comm_rank(comm) == 0;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&layered, 1, sizeof *layered));
    status = ambit_run_layers(comm, run, layered);
    if (first && (status == AMBIT_OK || layered->count > 0)) {
        const ambit_status printed = print_layers(layered, run->result_path, options);
        if (status == AMBIT_OK) status = printed;
    }
done:
    if (layered != NULL) ambit_layered_clear(layered);
    ambit_free(&layered);
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    char *default_path = NULL;
    struct ambit_run_options run = options->run;
    const bool first = ambit_comm_rank(comm) == 0;
    bool layers = false;
    run.scenario_path = options->argument[0];
    AMBIT_TRY_TOGETHER(comm,
                       ambit_output_name(run.scenario_path, run.scenario_name, &default_path));
    if (run.result_path == NULL) run.result_path = default_path;
    if (!run.seed_only) ambit_stop_listen(); /* which has no rounds to end after */
    AMBIT_TRY_TOGETHER(comm,
                       first ? ambit_output_check(run.result_path, run.scenario_path) : AMBIT_OK);
    AMBIT_TRY(ambit_layers_wanted(comm, &run, &layers));
    status =
        layers ? run_layers(comm, &run, options) : ambit_job_do(comm, ambit_run, &run, options);
done:
    ambit_free(&default_path);
    return status;
}

static const struct argp_option options_of_run[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION(
        AMBIT_KEY_VARIANT, "scenario", "NAME",
        "Run the scenario NAME of those that the file lists, which `ambit scenarios' shows "
        "(default: its base, or all of its layers)"),
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "RESULT.h5",
                 "Store the plan in RESULT.h5 (default: the scenario's name with .h5, here)"),
    AMBIT_OPTION_SEED,
    AMBIT_OPTION(AMBIT_KEY_EFFORT, "effort", "N",
                 "Refine for at most N rounds; 0 keeps the first plan (default: 24)"),
    AMBIT_OPTION(
        AMBIT_KEY_SEED_ONLY, "seed-only", NULL,
        "Stop after the first plan: compact, and within the bands that do not count travel; it "
        "keeps no rules and no budgets, and the summary says what it breaks"),
    AMBIT_OPTION(AMBIT_KEY_TIME_LIMIT, "time-limit", "S",
                 "Stop refining after S seconds; the plan then depends on the machine"),
    AMBIT_OPTION(AMBIT_KEY_CHECKPOINT, "checkpoint", "EVERY",
                 "Keep a checkpoint beside the result every so often: after a time such as 90s, 5m "
                 "or 1h, or a number of rounds such as 3r; or off (default: 5m, the first after "
                 "1m)"),
    AMBIT_OPTION(AMBIT_KEY_RESUME, "resume", NULL,
                 "Go on from the newest checkpoint of the result, on any number of ranks; start "
                 "afresh where there is none"),
    AMBIT_OPTION(
        AMBIT_KEY_MEMORY_LIMIT, "memory-limit", "SIZE",
        "Do not start where the ranks of a host would need more than SIZE together, such as "
        "500M or 4G (4,000,000,000 bytes); none: start all the same (default: what is "
        "available there, to its control groups and under ulimit)"),
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_COMM_STATS,
    AMBIT_OPTION_SKIP_BAD_ROWS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION(AMBIT_KEY_HELP_SCENARIO, "help-scenario", NULL,
                 "Describe every key of a scenario file, with units and defaults"),
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_run = {
    .name = "run",
    .summary = "draw the territories of a scenario",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Give every account of the scenario to one territory, so that every band is met and travel "
        "is short; check the plan, and store it."
        "\v"
        "The path of the result is the last line on standard output; the summary for people goes "
        "to standard error. The same inputs and seed give the same file, byte for byte, on any "
        "number of ranks and threads."
        "\n\n"
        "Where the file has layers, all of them are drawn, by groups of ranks side by side, and "
        "joined in RESULT.h5: RESULT.h5:LAYER is then a result of its own, to export, verify, "
        "compare, audit --plan, assign and moves, and RESULT.h5 itself can be verified and "
        "exported as CSV. The others are stored where one breaks a band or fails; the exit status "
        "is that of the worst. A rep who is in several layers has a territory in each, and is "
        "listed with the sums of the hours and targets that he has there (shared_reps with "
        "--json)."
        "\n\n"
        "On SIGTERM, SIGUSR1 (which mpirun hands on to its ranks) or Ctrl-C the run ends with its "
        "round and leaves RESULT.h5.checkpoint, and the one before with .1 behind its name; "
        "--resume goes on to the same file as if nothing had happened. A checkpoint of other "
        "inputs, seed, effort or sources of Ambit is refused. Both are removed when the result is "
        "stored, unless --time-limit has ended the run."
        "\n\n"
        "Exit status: 0 done; 1 the run failed; 2 the plan breaks a band (it is stored, and the "
        "summary says by how much), or no plan can meet the rules (nothing is stored); 64 wrong "
        "usage; 65 wrong scenario or data, or a checkpoint of "
        "another run; 75 stopped by a signal, can be resumed.",
    .options = options_of_run,
    .act = act,
};
