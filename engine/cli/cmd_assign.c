/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit assign: puts new accounts into a standing plan. */
#include "engine/cli/cli.h"
#include "io/report_placed.h"

/* Rows on standard output leave no room for anything else there. */
static ambit_status print_summary(const struct ambit_placed_summary *summary,
                                  const struct ambit_options *options)
{
    const char *const path = options->run.result_path;
    ambit_log_finish();
    if (!options->quiet) ambit_report_placed(stderr, summary);
    if (options->json) return ambit_report_placed_json(stdout, summary, path);
    if (path != NULL) printf("%s\n", path);
    return AMBIT_OK;
}

static ambit_status check_output(const struct ambit_assign_options *assign)
{
    const char *const inputs[] = {assign->plan_path, assign->accounts_path, assign->scenario_path};
    return ambit_outputs_check(1, &assign->output_path, 3, inputs);
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    const bool speaks = ambit_comm_rank(comm) == 0;
    struct ambit_placed_summary summary;
    const struct ambit_assign_options assign = {.plan_path = options->argument[0],
                                                .accounts_path = options->argument[1],
                                                .scenario_path = options->scenario_path,
                                                .output_path = options->run.result_path,
                                                .threads = options->run.threads,
                                                .skip_bad_rows = options->run.skip_bad_rows};
    if (options->json && assign.output_path == NULL)
        return ambit_fail(AMBIT_ERR_USAGE, "assign: expected -o with --json, since the rows go to "
                                           "standard output without it");
    AMBIT_TRY_TOGETHER(comm, speaks ? check_output(&assign) : AMBIT_OK);
    status = ambit_assign(comm, &assign, &summary);
    /* Accounts that break a band have their territories as well. */
    if (speaks && (status == AMBIT_OK || status == AMBIT_ERR_INFEASIBLE)) {
        const ambit_status printed = print_summary(&summary, options);
        if (status == AMBIT_OK) status = printed;
    }
done:
    return status;
}

static const struct argp_option options_of_assign[] = {
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "OUT.csv",
                 "Write the rows to OUT.csv (default: standard output)"),
    AMBIT_OPTION(AMBIT_KEY_SCENARIO, "scenario", "SCENARIO.yaml",
                 "Take limits and names of columns from SCENARIO.yaml, and not from the scenario "
                 "that the plan holds"),
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_COMM_STATS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_SKIP_BAD_ROWS,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_assign = {
    .name = "assign",
    .summary = "put new accounts into a standing plan",
    .arguments = "PLAN.h5 NEW.csv",
    .argument_count = 2,
    .manual =
        "Give each account of NEW.csv (or .h5; with the columns of the plan's own accounts that "
        "visits, bands, `together' and rules on who may serve whom use) the territory where "
        "travel and the prices of the plan's bands cost least, among those whose bands still hold "
        "with it. PLAN.h5, a plan or an audit, is all that is read beside it, and stays as it is."
        "\v"
        "Of several accounts those come first whose second choice costs most more than their "
        "first. Limits are those of the plan with all of them in it; nobody who has a territory "
        "moves. Local driving is by the density of the plan's accounts."
        "\n\n"
        "Where the scenario asks for contiguity, an account goes to a territory that has an "
        "account at its place or at a neighbouring one: of the nearest places as many as the "
        "graph asks for, or with the triangulation of the 16 nearest those that surely are "
        "neighbours, neither too far nor across a barrier. With preferred, it goes elsewhere "
        "where these are full; an account without any neighbour may go anywhere. Barriers are "
        "read from their file."
        "\n\n"
        "A row of the output: account_id, territory, rep, reason, travel_hours a year, "
        "price_hours (what its loads cost there; below 0 where the territory is short of them), "
        "runner_up (where it would go otherwise), more_hours (what that costs more), first_choice "
        "(the cheapest territory, full or not), first_saving_hours (what that would cost less), "
        "over (bands that it breaks, or breaks further). Reasons: nearest (no centre is nearer, "
        "and no territory cheaper); price (a nearer one is dearer, for its bands are tight); next "
        "(a cheaper one would break a band with it); over (all would: the one that breaks least); "
        "rule (a cheaper one may not serve it, by the scenario's rules); none (none may); group "
        "(the accounts that it stays together with are there); neighbour (a cheaper one would be "
        "in pieces with it). Rules read needs, filters, fixed territories and reach; tables of "
        "pairs and locks say nothing of new accounts."
        "\n\n"
        "Exit status: 0 every band is met with the new accounts; 2 some are not, and all is "
        "written nevertheless; 64 wrong usage; 65 the plan or the accounts cannot be used.",
    .options = options_of_assign,
    .act = act,
};
