/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit audit: scores the current alignment of a scenario by the rules of its plans. */
#include "engine/cli/cli.h"

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    struct ambit_run_options run = options->run;
    run.scenario_path = options->argument[0];
    return ambit_job_do(comm, ambit_audit, &run, options);
}

static const struct argp_option options_of_audit[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "RESULT.h5",
                 "Store the figures in RESULT.h5 (default: nothing is stored)"),
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_SKIP_BAD_ROWS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_audit = {
    .name = "audit",
    .summary = "score the current territories of a scenario",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Measure the alignment that the accounts are in today by the same rules as a new plan: "
        "balance, travel, and the bands that it breaks."
        "\v"
        "The summary goes to standard output. With --output or --json it goes to standard error, "
        "and the last line on standard output is the path or the JSON object.",
    .options = options_of_audit,
    .act = act,
};
