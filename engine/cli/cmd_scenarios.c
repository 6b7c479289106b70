/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit scenarios: lists the scenarios of a file, with what each changes. Nothing is computed. */
#include "engine/base/memory.h"
#include "engine/cli/cli.h"
#include "io/report_scenarios.h"
#include "io/scenario_variants.h"

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_variants *variants = NULL;
    const bool speaks = ambit_comm_rank(comm) == 0;
    AMBIT_TRY(ambit_variants_load(options->argument[0], comm, &variants));
    if (speaks)
        status = options->json ? ambit_report_scenarios_json(stdout, variants)
                               : ambit_report_scenarios(stdout, variants);
done:
    ambit_variants_destroy(&variants);
    return status;
}

static const struct argp_option options_of_scenarios[] = {
    AMBIT_OPTION(AMBIT_KEY_JSON, "json", NULL, "Print one line of JSON in place of the table"),
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_scenarios = {
    .name = "scenarios",
    .summary = "list the scenarios of a file",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "List the scenarios that a file asks for under scenarios and grid, with what each "
        "changes of the base. All are checked; nothing is computed."
        "\v"
        "`ambit run SCENARIO.yaml --scenario NAME' draws one of them. How they are written is "
        "said by `ambit run --help-scenario'."
        "\n\n"
        "Exit status: 0 done; 64 wrong usage; 65 wrong scenario.",
    .options = options_of_scenarios,
    .act = act,
};
