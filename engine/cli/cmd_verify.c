/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit verify: judges a stored result again from its inputs. */
#include "engine/cli/cli.h"

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    return ambit_verify(comm, options->argument[0], options->run.threads, stdout);
}

static const struct argp_option options_of_verify[] = {
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_verify = {
    .name = "verify",
    .summary = "judge a stored result again from its inputs",
    .arguments = "RESULT.h5",
    .argument_count = 1,
    .manual =
        "Read the scenario and the tables that the result names, check that they are the same "
        "files, recompute every figure, and check every constraint."
        "\v"
        "Exit status: 0 everything agrees; 1 something differs or cannot be read, and is named; 2 "
        "the file agrees with its inputs, and says itself that its plan breaks a band.",
    .options = options_of_verify,
    .act = act,
};
