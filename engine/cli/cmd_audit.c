/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit audit: scores the current alignment of a scenario, or a stored plan, by its rules. */
#include "engine/cli/cli.h"

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    struct ambit_run_options run = options->run;
    run.scenario_path = options->argument[0];
    return ambit_job_do(comm, ambit_audit, &run, options);
}

static const struct argp_option options_of_audit[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION_VARIANT,
    AMBIT_OPTION(AMBIT_KEY_PLAN, "plan", "PLAN",
                 "Score this plan instead of the current territories: a RESULT.h5, or a TABLE.csv "
                 "with an account and a territory (or its rep's id) in each row"),
    AMBIT_OPTION(AMBIT_KEY_TABLE, "table", NULL, "Print a line for every territory, too"),
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
    .summary = "score the territories of today or of a plan",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Measure the alignment that the accounts are in today, or with --plan another, "
        "by the same rules as a new plan: balance, travel, the bands that it breaks, the figures "
        "that the scenario asks for, and what calls for action."
        "\v"
        "The summary goes to standard output. With --output or --json it goes to standard error, "
        "and the last line on standard output is the path or the JSON object. The summary names "
        "the worst; --table adds a line for every territory; --json and the /audit group of a "
        "result have every figure."
        "\n\n"
        "Selling, travel and administration share the working time, which is their sum: 50 to 60, "
        "20 to 30 and 10 to 20 % of it are healthy. Capacity used is the working time over the "
        "rep's capacity in hours. Visits a day are those of a year over its working days. A drive "
        "to the centre is the mean over accounts, one way. Roundness is 4 pi area / perimeter^2 of "
        "the outline (Polsby and Popper), pieces count its parts. Nearer to a neighbour are "
        "accounts that the centre of a territory beside theirs would serve with less travel."
        "\n\n"
        "Balance takes loads over targets: the rep's share of the total where a band asks for "
        "capacity, else the mean. Worst is the largest distance from 1, std. dev. the standard "
        "deviation, Gini 0 where all are equal. Like territories are thirds of all, by the drive "
        "to the centre; their spread is largest less smallest over the mean of the third."
        "\n\n"
        "Effort for potential is the sum of coverage.effort over that of coverage.potential, with "
        "the nation's as 100 %: below 80 % an area is covered too little, above 120 % too much. "
        "Areas are equally many accounts, neighbours on the ground, about four areas a territory."
        "\n\n"
        "Gaps are accounts without a territory: of the current ones, those whose field is empty or "
        "names a territory that there is none of; of a plan, those that it has not. Overlaps are "
        "accounts that a TABLE.csv has in several territories; one is scored in the first of them "
        "by name. Both are counted, with their work and potential, and the 20 with most work are "
        "listed, gaps with the territory whose centre is nearest. All other figures are of the "
        "accounts that have a territory, as if there were no more. That outlines on a map touch "
        "or leave land free is not meant. TABLE.csv names its columns as the scenario does those "
        "of the accounts, or account_id and territory, as `ambit export --csv' writes it."
        "\n\n"
        "What calls for action: gaps and overlaps, a band that is broken, travel above 35 % of the "
        "working time, and a spread above 20 % between like territories.",
    .options = options_of_audit,
    .act = act,
};
