/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit moves: the way from one plan to another. Rank 0 does it alone. */
#include "engine/cli/cli.h"
#include "engine/run/move_list.h"
#include "io/moves_csv.h"
#include "io/moves_svg.h"
#include "io/report_moves.h"
#include "io/result_hdf5.h"

static ambit_status check_outputs(const struct ambit_options *options)
{
    const char *const paths[] = {options->run.result_path, options->handover_path,
                                 options->svg_path};
    return ambit_outputs_check(3, paths, 2, options->argument);
}

static ambit_status write_files(const struct ambit_options *options,
                                const struct ambit_moves *moves)
{
    ambit_status status = AMBIT_OK;
    if (options->run.result_path != NULL)
        AMBIT_TRY(ambit_moves_write(options->run.result_path, moves));
    if (options->handover_path != NULL)
        AMBIT_TRY(ambit_handovers_write(options->handover_path, moves));
    if (options->svg_path != NULL) AMBIT_TRY(ambit_moves_draw(options->svg_path, moves));
done:
    return status;
}

static ambit_status print(const struct ambit_options *options, const struct ambit_moves *moves)
{
    const char *const paths[] = {options->run.result_path, options->handover_path,
                                 options->svg_path};
    bool wrote = false;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        wrote |= paths[i] != NULL;
    if (!options->quiet) ambit_report_moves(wrote || options->json ? stderr : stdout, moves);
    if (options->json) return ambit_report_moves_json(stdout, moves, paths[0], paths[1], paths[2]);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (paths[i] != NULL) printf("%s\n", paths[i]);
    }
    return AMBIT_OK;
}

static ambit_status list_moves(const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    const char *const first = options->argument[0], *const second = options->argument[1];
    const char *const plan_path = second != NULL ? second : first;
    struct ambit_result plan, before;
    struct ambit_moves moves = {0};
    ambit_result_init(&plan);
    ambit_result_init(&before);
    AMBIT_TRY(check_outputs(options));
    AMBIT_TRY(ambit_result_read(plan_path, &plan));
    if (second != NULL) AMBIT_TRY(ambit_result_read(first, &before));
    ambit_log_progress("moves", 0, 0, "");
    AMBIT_TRY(ambit_moves_create(&plan, plan_path, second != NULL ? &before : NULL, first, &moves));
    ambit_log_finish();
    AMBIT_TRY(write_files(options, &moves));
    AMBIT_TRY(print(options, &moves));
done:
    ambit_log_finish();
    ambit_moves_clear(&moves);
    ambit_result_clear(&before);
    ambit_result_clear(&plan);
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    return ambit_comm_rank(comm) == 0 ? list_moves(options) : AMBIT_OK;
}

static const struct argp_option options_of_moves[] = {
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "MOVES.csv", "Write the moves in order"),
    AMBIT_OPTION(AMBIT_KEY_HANDOVER, "handover", "FILE.csv",
                 "Write what each rep hands over to each other"),
    AMBIT_OPTION(AMBIT_KEY_SVG, "svg", "FILE",
                 "Draw what is outside the bands, and the travel, against moves made"),
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_moves = {
    .name = "moves",
    .summary = "list moves in the order to make them",
    .arguments = "[BEFORE.h5] PLAN.h5",
    .argument_count = 2,
    .optional_count = 1,
    .manual =
        "Put the moves from the current territories, or from those of BEFORE.h5, to the plan into "
        "an order in which one can stop anywhere: no step adds to what is outside the bands. A "
        "step is one account, or several where none can go alone."
        "\v"
        "What counts is the sum over territories and bands of how far a value is outside the "
        "plan's limits, in parts of its target (a share: in parts of one), with travel from the "
        "plan's centres. The step that takes most off it comes first, then the one that saves most "
        "travel. Accounts that are new stand in their places from the start, and those that only "
        "BEFORE.h5 has are gone; locked accounts do not move, and so stand in no step."
        "\n\n"
        "Where the scenario asks for contiguity, the report says how many territories are in "
        "pieces (more than the islands on which they have accounts) along the way, and MOVES.csv "
        "has the column in_pieces, after each step. The order does not look at it: bands come "
        "first, and what promises whole territories is the plan at the end alone."
        "\n\n"
        "A row of MOVES.csv: step, account_id, from, to, from_rep, to_rep, step_accounts, "
        "deviation_before and deviation_after (targets outside the bands), travel_hours_saved a "
        "year, moved (accounts so far). A row of the handovers: from_rep, from, to_rep, to, "
        "accounts, and the sum of each measure; from and to are the same territory where only its "
        "rep changes, which two files can tell."
        "\n\n"
        "Exit status: 0 done; 1 a file cannot be read or written; 64 wrong usage; 65 there is "
        "nothing to move from, or a file is damaged.",
    .options = options_of_moves,
    .act = act,
};
