/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit frontier: what budgets on moved accounts buy. */
#include "engine/base/memory.h"
#include "engine/base/stop.h"
#include "engine/cli/cli.h"
#include "engine/run/sweep.h"
#include "io/frontier_svg.h"
#include "io/report_frontier.h"

static ambit_status check_outputs(const struct ambit_options *options)
{
    const char *const paths[] = {options->run.result_path, options->csv_path, options->svg_path};
    return ambit_outputs_check(3, paths, 1, options->argument);
}

static ambit_status print(const struct ambit_frontier *frontier,
                          const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    const char *const path = options->run.result_path;
    FILE *const people = path == NULL && !options->json ? stdout : stderr;
    ambit_log_finish();
    if (!options->quiet) ambit_report_frontier(people, frontier, path);
    if (options->csv_path != NULL) AMBIT_TRY(ambit_frontier_csv_write(options->csv_path, frontier));
    if (options->svg_path != NULL) AMBIT_TRY(ambit_frontier_svg_write(options->svg_path, frontier));
    if (options->json) return ambit_report_frontier_json(stdout, frontier, path);
    if (path != NULL) printf("%s\n", path);
done:
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier *frontier = NULL;
    struct ambit_run_options run = options->run;
    const bool speaks = ambit_comm_rank(comm) == 0;
    run.scenario_path = options->argument[0];
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&frontier, 1, sizeof *frontier));
    ambit_frontier_init(frontier);
    AMBIT_TRY_TOGETHER(comm, speaks ? check_outputs(options) : AMBIT_OK);
    run.other_path[0] = options->csv_path;
    run.other_path[1] = options->svg_path;
    ambit_stop_listen();
    status = ambit_frontier_run(comm, &run, &options->frontier, frontier);
    /* What was refused before there were plans has no points. */
    if (speaks && frontier->count > 0 && (status == AMBIT_OK || status == AMBIT_ERR_INFEASIBLE)) {
        const ambit_status printed = print(frontier, options);
        if (status == AMBIT_OK) status = printed;
    }
    if (speaks) status = ambit_output_refusal(status, frontier->refusal, options);
done:
    if (frontier != NULL) ambit_frontier_clear(frontier);
    ambit_free(&frontier);
    return status;
}

static const struct argp_option options_of_frontier[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION_VARIANT,
    AMBIT_OPTION(AMBIT_KEY_BUDGETS, "budgets", "LIST",
                 "Budgets in percent of the accounts, rising, with commas between; the last may be "
                 "free (default: 0,1,2,5,10,20,free)"),
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "FRONTIER.h5",
                 "Store all plans in FRONTIER.h5 (default: nothing is stored)"),
    AMBIT_OPTION(AMBIT_KEY_CSV, "csv", "FILE", "Write a line for each budget as CSV"),
    AMBIT_OPTION(AMBIT_KEY_SVG, "svg", "FILE", "Draw the frontier as SVG"),
    AMBIT_OPTION_SEED,
    AMBIT_OPTION_EFFORT_EACH,
    AMBIT_OPTION(AMBIT_KEY_TIME_LIMIT, "time-limit", "S",
                 "Stop refining after S seconds; the plans then depend on the machine"),
    AMBIT_OPTION(AMBIT_KEY_CHECKPOINT, "checkpoint", "EVERY",
                 "Keep checkpoints beside FRONTIER.h5: of each plan when it is done, and of the "
                 "one at hand after a time such as 90s, 5m or 1h, or a number of rounds such as "
                 "3r; or off (default: 5m)"),
    AMBIT_OPTION(AMBIT_KEY_RESUME, "resume", NULL,
                 "Take the plans that an earlier job has done, and go on with the one at hand"),
    AMBIT_OPTION(AMBIT_KEY_MEMORY_LIMIT, "memory-limit", "SIZE",
                 "Do not start where the ranks of a host would need more than SIZE together, such "
                 "as 500M or 4G; none: start all the same (default: what is available)"),
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_SKIP_BAD_ROWS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_frontier = {
    .name = "frontier",
    .summary = "what budgets on moved accounts buy",
    .arguments = "SCENARIO.yaml",
    .argument_count = 1,
    .manual =
        "Draw the best plan for each of a row of budgets on the accounts that change hands, each "
        "begun from the one before, and show balance, travel, bound and moves of all."
        "\v"
        "The scenario's own budget on all accounts, where it has one, gives way to those of the "
        "row; its other budgets, protected accounts and prices of moves hold for all. A limit that "
        "may relax opens for the largest budget, and stays there for all. Where a budget is too "
        "small for the bands the plan is the one found that is least outside, and says so; it is "
        "not called feasible. A plan for a budget is one for every larger budget, and takes the "
        "place of what was drawn there where it is better."
        "\n\n"
        "The knee is, of the plans that meet every band, the one furthest below the straight line "
        "from the first to the last of them, with moves and objective both scaled to that range."
        "\n\n"
        "The table goes to standard output; with --output or --json to standard error, and the "
        "last line on standard output is the path or the JSON object. FRONTIER.h5 has the accounts "
        "once, and beside them the plan of every budget with the prices that prove its bound."
        "\n\n"
        "On SIGTERM, SIGUSR1 or Ctrl-C the job ends with its round; --resume, with the same "
        "budgets or smaller ones added, goes on to the same file on any number of ranks. The "
        "checkpoints, FRONTIER.h5.*.checkpoint, are removed when the result is stored, unless "
        "--time-limit has ended it."
        "\n\n"
        "Exit status: 0 done; 1 the job failed; 2 no plan of any budget meets the bands; 64 wrong "
        "usage; 65 wrong scenario or data, or checkpoints of another job; 75 stopped by a signal, "
        "can be resumed.",
    .options = options_of_frontier,
    .act = act,
};
