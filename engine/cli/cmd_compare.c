/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit compare: two results side by side. Rank 0 reads and prints; the others have no part. */
#include "engine/cli/cli.h"
#include "io/report.h"
#include "io/result_hdf5.h"

static ambit_status compare(const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    const char *const path_a = options->argument[0], *const path_b = options->argument[1];
    struct ambit_result a, b;
    ambit_result_init(&a);
    ambit_result_init(&b);
    AMBIT_TRY(ambit_result_read(path_a, &a));
    AMBIT_TRY(ambit_result_read(path_b, &b));
    status = options->json ? ambit_report_compare_json(stdout, &a, &b, path_a, path_b)
                           : ambit_report_compare(stdout, &a, &b, path_a, path_b);
done:
    ambit_result_clear(&b);
    ambit_result_clear(&a);
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    return ambit_comm_rank(comm) == 0 ? compare(options) : AMBIT_OK;
}

static const struct argp_option options_of_compare[] = {
    AMBIT_OPTION(AMBIT_KEY_JSON, "json", NULL, "Print one line of JSON in place of the table"),
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_compare = {
    .name = "compare",
    .summary = "put two results side by side",
    .arguments = "A.h5 B.h5",
    .argument_count = 2,
    .manual = "Print the figures of two results side by side, such as an audit and a plan: travel, "
              "balance, bands, and the accounts that change hands between them.",
    .options = options_of_compare,
    .act = act,
};
