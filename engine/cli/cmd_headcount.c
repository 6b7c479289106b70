/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit headcount: what more reps, or fewer, would do. */
#include "engine/base/memory.h"
#include "engine/base/stop.h"
#include "engine/cli/cli.h"
#include "io/report_headcount.h"

static ambit_status check_outputs(const struct ambit_options *options, const char *result_path)
{
    const char *const paths[] = {result_path, options->csv_path, options->svg_path};
    return ambit_outputs_check(3, paths, 1, options->argument);
}

static ambit_status print(const struct ambit_options *options, const char *path,
                          const struct ambit_scenario *scenario,
                          const struct ambit_headcount_curve *curve)
{
    ambit_status status = AMBIT_OK;
    ambit_log_finish();
    if (!options->quiet) ambit_report_headcount(stderr, scenario, curve);
    if (options->csv_path != NULL) AMBIT_TRY(ambit_headcount_csv_write(options->csv_path, curve));
    if (options->svg_path != NULL) AMBIT_TRY(ambit_headcount_svg_write(options->svg_path, curve));
    if (options->json) return ambit_report_headcount_json(stdout, scenario, curve, path);
    printf("%s\n", path);
done:
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    char *default_path = NULL;
    struct ambit_run_options run = options->run;
    struct ambit_scenario scenario;
    struct ambit_headcount_curve curve = {.best = -1, .enough = -1};
    const bool speaks = ambit_comm_rank(comm) == 0;
    ambit_scenario_init(&scenario);
    run.scenario_path = options->argument[0];
    AMBIT_TRY_TOGETHER(comm, ambit_output_name(run.scenario_path, "headcount", &default_path));
    if (run.result_path == NULL) run.result_path = default_path;
    AMBIT_TRY_TOGETHER(comm, speaks ? check_outputs(options, run.result_path) : AMBIT_OK);
    run.other_path[0] = options->csv_path;
    run.other_path[1] = options->svg_path;
    ambit_stop_listen();
    status = ambit_headcount_run(comm, &run, &options->headcount, &scenario, &curve);
    if (speaks && curve.count > 0 && (status == AMBIT_OK || status == AMBIT_ERR_INFEASIBLE)) {
        const ambit_status printed = print(options, run.result_path, &scenario, &curve);
        if (status == AMBIT_OK) status = printed;
    }
    if (speaks) status = ambit_output_refusal(status, curve.refusal, options);
done:
    ambit_headcount_curve_clear(&curve);
    ambit_scenario_clear(&scenario);
    ambit_free(&default_path);
    return status;
}

static const struct argp_option options_of_headcount[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION(AMBIT_KEY_FROM, "from", "N",
                 "Sweep from N territories (default: the numbers of the scenario's section "
                 "headcount, or 20 % around today's)"),
    AMBIT_OPTION(AMBIT_KEY_TO, "to", "N", "Sweep to N territories"),
    AMBIT_OPTION(AMBIT_KEY_STEP, "step", "N", "Sweep in steps of N (default: 1)"),
    AMBIT_OPTION(
        AMBIT_KEY_OUTPUT, "output", "HEADCOUNT.h5",
        "Store all plans in HEADCOUNT.h5 (default: the scenario's name with -headcount.h5, "
        "here)"),
    AMBIT_OPTION(AMBIT_KEY_CSV, "csv", "FILE", "Write a line for each number as CSV"),
    AMBIT_OPTION(AMBIT_KEY_SVG, "svg", "FILE", "Draw coverage and cost as SVG"),
    AMBIT_OPTION_SEED,
    AMBIT_OPTION_EFFORT_EACH,
    AMBIT_OPTION(AMBIT_KEY_RESUME, "resume", NULL,
                 "Take the plans that an earlier job has finished, and draw the others"),
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

const struct ambit_command ambit_command_headcount = {
    .name = "headcount",
    .summary = "what more reps, or fewer, would do",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Draw plans for a row of numbers of territories, and show for each what its reps have "
        "hours for, overtime, travel and what that costs, and what one rep more would bring; "
        "beside how many reps the scenario's call plan asks for."
        "\v"
        "With fixed homes the numbers below today's leave out the reps who cost the others least, "
        "and those above add reps who live at the place of an account where they save most; both "
        "are estimated from the prices of today's bands, and listed with their places. A new rep "
        "has the mean of the others' capacity and can do what any of them can; reps whom a rule "
        "names stay. Where centres are free, a territory more finds its own. FILE.h5.yaml beside "
        "the result has these numbers as scenarios, to be changed and drawn by `ambit farm`; "
        "FILE.h5:N is the plan of N territories to export, verify, compare and audit --plan, "
        "FILE.h5 that of today's."
        "\n\n"
        "Figures: a rep has the hours of capacity, or of headcount.hours_per_rep, less "
        "administration (working_time.admin, unless that is of work). covered: of a territory "
        "whose work and travel are more than that, the same share of both is done; overtime is "
        "what is more. value: of the accounts of a territory those of most value an hour first. "
        "travel cost: of the travel that is done, by hours and kilometres. net: value covered "
        "times the margin, less travel cost and the cost of the reps. a rep more: how net grows "
        "for each rep more than in the line before, what a rep costs not counted. best: the "
        "largest net of the plans that meet every band. By the call plan: accounts x visits x "
        "hours / (working hours x field share), rounded up."
        "\n\n"
        "A number whose plan fails, or breaks a band, is shown as such, and the others go on. Exit "
        "status 2: no plan meets the bands; 75: stopped by a signal, can be resumed.",
    .options = options_of_headcount,
    .act = act,
};
