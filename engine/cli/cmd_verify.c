/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit verify: judges a stored result, or a solution of a published instance, from its inputs. */
#include "engine/cli/cli.h"
#include "engine/run/run_layers.h"

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    const struct ambit_solve_options *const solve = &options->solve;
    if (solve->instance_path == NULL && (options->has_problem || options->has_distance))
        return ambit_fail(AMBIT_ERR_USAGE,
                          "verify: expected --instance FILE with --%s, found none; a RESULT.h5 "
                          "needs neither",
                          options->has_problem ? "problem" : "distance");
    if (solve->instance_path != NULL && !options->has_problem)
        return ambit_fail(AMBIT_ERR_USAGE, "verify: expected --problem cpmp or --problem cccp with "
                                           "--instance, found neither");
    if (solve->instance_path != NULL)
        return ambit_solution_verify(comm, options->argument[0], solve, stdout);
    int64_t layers = ambit_comm_rank(comm) == 0 && ambit_layers_are_in(options->argument[0]);
    ambit_comm_max_i64(comm, &layers, 1);
    if (layers != 0)
        return ambit_verify_layers(comm, options->argument[0], options->run.accounts_path,
                                   options->run.threads, stdout);
    return ambit_verify(comm, options->argument[0], options->run.accounts_path,
                        options->run.threads, stdout);
}

static const struct argp_option options_of_verify[] = {
    AMBIT_OPTION_ACCOUNTS_FILE,
    AMBIT_OPTION(AMBIT_KEY_INSTANCE, "instance", "FILE",
                 "Judge a solution of the published instance FILE"),
    AMBIT_OPTION_PROBLEM("What the instance is solved as: cpmp or cccp; required with --instance"),
    AMBIT_OPTION_DISTANCE,
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_verify = {
    .name = "verify",
    .summary = "judge a result or solution from its inputs",
    .arguments = "RESULT.h5|SOLUTION.json",
    .argument_count = 1,
    .manual =
        "Read the scenario and the tables that the result names, check that they are the same "
        "files, recompute every figure, and check every constraint. Of a farm every plan is "
        "judged, of a frontier every point, of an audit every figure; of a file of layers each "
        "layer, and that every account is in those that take it. What would do for a plan that "
        "breaks bands or rules is made anew and compared. Or, with --instance, check a solution of "
        "a published instance: "
        "medians that exist, their number, capacities, value."
        "\v"
        "Exit status: 0 everything agrees; 1 something differs or cannot be read, and is named; 2 "
        "the file agrees with its inputs, and says itself that its plan breaks a band; of a farm "
        "or frontier that is said for each plan, and the status is 0."
        "\n\n"
        "Of a solution, standard output has the recomputed value, or a line for every violation; "
        "accounts and medians are counted from 0, as in the file. Exit status: 0 it holds; 1 it "
        "breaks a constraint, or says another value (off by 1 or more); 64 wrong usage; 65 the "
        "solution or the instance cannot be read.",
    .options = options_of_verify,
    .act = act,
};
