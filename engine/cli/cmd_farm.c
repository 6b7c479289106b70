/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit farm: draws all scenarios of a file in one job. */
#include "engine/base/memory.h"
#include "engine/base/stop.h"
#include "engine/cli/cli.h"
#include "engine/model/refusal.h"
#include "engine/run/farm.h"
#include "io/report_farm.h"

static ambit_status print_farm(const struct ambit_options *options, const char *path)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_entry *entry = NULL;
    int count = 0;
    AMBIT_TRY(ambit_farm_list(path, &entry, &count));
    if (!options->quiet) ambit_report_farm(stderr, entry, count);
    if (options->json)
        status = ambit_report_farm_json(stdout, path, entry, count);
    else
        printf("%s\n", path);
done:
    ambit_free(&entry);
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    char *default_path = NULL;
    struct ambit_refusal *refusal = NULL;
    struct ambit_run_options run = options->run;
    const bool first = ambit_comm_rank(comm) == 0;
    run.scenario_path = options->argument[0];
    AMBIT_TRY_TOGETHER(comm, ambit_output_name(run.scenario_path, "farm", &default_path));
    if (run.result_path == NULL) run.result_path = default_path;
    AMBIT_TRY(ambit_output_agree(comm, run.result_path, run.scenario_path));
    ambit_stop_listen();
    status = ambit_farm(comm, &run, &refusal);
    if (first) status = ambit_output_refusal(status, refusal, options);
    if (first && status == AMBIT_OK) status = print_farm(options, run.result_path);
done:
    ambit_refusal_destroy(&refusal);
    ambit_free(&default_path);
    return status;
}

static const struct argp_option options_of_farm[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "FARM.h5",
                 "Store all plans in FARM.h5 (default: the scenario's name with -farm.h5, here)"),
    AMBIT_OPTION_SEED,
    AMBIT_OPTION_EFFORT_EACH,
    AMBIT_OPTION(AMBIT_KEY_RESUME, "resume", NULL,
                 "Take the scenarios that an earlier job has finished, and draw the others"),
    AMBIT_OPTION_GROUP_MEMORY,
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_COMM_STATS,
    AMBIT_OPTION_SKIP_BAD_ROWS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_farm = {
    .name = "farm",
    .summary = "draw all scenarios of a file in one job",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Draw the base of a scenario file and every scenario that it lists, and store them in one "
        "file. Tables are read once; each scenario begins with the plan of the base; several are "
        "drawn side by side, by groups of ranks: one thread a rank and a rank for each core is "
        "fastest."
        "\v"
        "One scenario that fails, or whose plan breaks a band, is a record with its message, and "
        "the others go on. FARM.h5 is a result of the base to all other commands, and "
        "FARM.h5:NAME one of the scenario NAME: to export, verify, compare, audit --plan and "
        "assign. Plans are the same on any number of ranks. Replicates of other seeds begin "
        "afresh, for the base says nothing of them; so do scenarios that keep groups together, and "
        "those with a free centre that the base has not, each at the cost of a single run."
        "\n\n"
        "Finished scenarios are kept in FARM.h5.parts until all are done. On SIGTERM, SIGUSR1 or "
        "Ctrl-C the job ends with the scenarios at hand; --resume goes on."
        "\n\n"
        "Exit status: 0 all are drawn or recorded; 1 the job failed; 64 wrong usage; 65 wrong "
        "scenario or data; 75 stopped by a signal, can be resumed.",
    .options = options_of_farm,
    .act = act,
};
