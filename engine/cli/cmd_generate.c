/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit generate: makes a synthetic nation, and a scenario to run it with. */
#include "engine/cli/cli.h"
#include "engine/run/generate.h"

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_generate_options generate = options->generate;
    generate.seed = options->run.seed;
    generate.threads = options->run.threads;
    generate.path = options->run.result_path;
    if (generate.accounts == 0 || generate.territories == 0 || generate.path == NULL)
        return ambit_fail(AMBIT_ERR_USAGE,
                          "generate: expected --accounts, --territories and -o, found no %s",
                          generate.accounts == 0      ? "--accounts"
                          : generate.territories == 0 ? "--territories"
                                                      : "-o");
    if (generate.accounts < generate.territories)
        return ambit_fail(AMBIT_ERR_USAGE,
                          "generate: expected at least one account a territory, found %lld "
                          "accounts for %d territories",
                          (long long)generate.accounts, (int)generate.territories);
    AMBIT_TRY(ambit_generate(comm, &generate));
    if (ambit_comm_rank(comm) == 0) {
        ambit_log_finish();
        (void)printf("%s\n", generate.path);
    }
done:
    return status;
}

static const struct argp_option options_of_generate[] = {
    AMBIT_OPTION(AMBIT_KEY_ACCOUNTS, "accounts", "N", "Make N accounts; required"),
    AMBIT_OPTION(AMBIT_KEY_TERRITORIES, "territories", "K",
                 "Give them to K territories today, as uneven as plans drawn by hand; required"),
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "NATION.h5",
                 "Write the accounts to NATION.h5, or NATION.csv, and the scenario to NATION.yaml; "
                 "required"),
    AMBIT_OPTION_SEED,
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_COMM_STATS,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_generate = {
    .name = "generate",
    .summary = "make a synthetic nation of any size",
    .argument_count = 0,
    .manual =
        "Make a nation for trials: accounts in towns of very different sizes and in the country "
        "between, with visits, work and potential that go together, and the territories that they "
        "have today. A scenario that `ambit run' takes is written beside it."
        "\v"
        "The path of the accounts is the last line on standard output. The same numbers make the "
        "same bytes, on any number of ranks and threads.",
    .options = options_of_generate,
    .act = act,
};
