/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit robustness: how often a plan keeps its bands where accounts are not what the table says. */
#include "engine/cli/cli.h"
#include "engine/run/resample.h"
#include "io/report_robustness.h"

static ambit_status print(const struct ambit_options *options, const struct ambit_robustness *r)
{
    ambit_status status = AMBIT_OK;
    const char *const path = options->run.result_path;
    if (path != NULL) AMBIT_TRY(ambit_robustness_write(path, r));
    if (!options->quiet)
        ambit_report_robustness(path != NULL || options->json ? stderr : stdout, r);
    if (options->json)
        AMBIT_TRY(ambit_report_robustness_json(stdout, r, path));
    else if (path != NULL)
        printf("%s\n", path);
done:
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_robustness robustness;
    struct ambit_run_options run = options->run;
    const bool speaks = ambit_comm_rank(comm) == 0;
    run.scenario_path = options->argument[0];
    ambit_robustness_init(&robustness);
    AMBIT_TRY(ambit_output_agree(comm, run.result_path, run.scenario_path));
    AMBIT_TRY(ambit_robustness_run(comm, &run, &robustness));
    if (speaks) status = print(options, &robustness);
done:
    ambit_robustness_clear(&robustness);
    return status;
}

static const struct argp_option options_of_robustness[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION_VARIANT,
    AMBIT_OPTION(AMBIT_KEY_PLAN, "plan", "RESULT.h5",
                 "Score the plan of RESULT.h5 instead of the current territories"),
    AMBIT_OPTION(AMBIT_KEY_SEED, "seed", "N", "Draw other samples (default: 1)"),
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "FILE.csv",
                 "Write a row for every territory and band to FILE.csv"),
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_SKIP_BAD_ROWS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_robustness = {
    .name = "robustness",
    .summary = "how often a plan keeps its bands if data are off",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Score the current territories, or with --plan those of a result, over many samples of "
        "the columns that the scenario's section robustness calls uncertain: how often every band "
        "is met, and how often each territory is outside."
        "\v"
        "A column's true value is its value times a factor of mean 1 of every account, and one "
        "that all accounts share, or all of one word of the column under by. Sizes are "
        "coefficients of variation of lognormal and normal factors (normal ones are cut at zero), "
        "and half the width of uniform ones. Targets that are a mean or a share of the total are "
        "those of the sample. Travel stays as planned."
        "\n\n"
        "Samples are a function of seed, account and column: the same on any number of ranks. The "
        "table has the value of the plan with its limits, the parts of the samples below and above "
        "them, and the mean and standard deviation over the samples.",
    .options = options_of_robustness,
    .act = act,
};
