/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit compare: results side by side. Rank 0 reads and prints; the others have no part. */
#include "engine/base/memory.h"
#include "engine/cli/cli.h"
#include "io/compare_many.h"
#include "io/farm_hdf5.h"
#include "io/report.h"
#include "io/result_hdf5.h"

#include <string.h>

/* Two results as a table of two columns. */
static ambit_status compare_two(const struct ambit_options *options)
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

static ambit_status add(struct ambit_compare_many *many, const char *path, const char *name)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result result;
    ambit_result_init(&result);
    AMBIT_TRY(ambit_result_read(path, &result));
    AMBIT_TRY(ambit_compare_many_add(many, name, &result));
done:
    ambit_result_clear(&result);
    return status;
}

/* The base of a farm, and all its scenarios. */
static ambit_status add_farm(struct ambit_compare_many *many, const char *path)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_entry *entry = NULL;
    char *name = NULL;
    int count = 0;
    AMBIT_TRY(ambit_farm_list(path, &entry, &count));
    if (count == 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_USAGE,
                             "compare: expected several results, or one farm, found one result: %s",
                             path));
    for (int n = 0; n < count; n++) {
        const size_t room = strlen(path) + strlen(entry[n].name) + 2;
        if (entry[n].status == AMBIT_FARM_FAILED) {
            AMBIT_TRY(ambit_compare_many_add_failed(many, entry[n].name, entry[n].message));
            continue;
        }
        AMBIT_TRY(ambit_alloc(&name, room, 1));
        (void)snprintf(name, room, "%s:%s", path, entry[n].name);
        AMBIT_TRY(add(many, name, entry[n].name));
        ambit_free(&name);
    }
done:
    ambit_free(&entry);
    ambit_free(&name);
    return status;
}

static ambit_status check_outputs(const struct ambit_options *options, int count)
{
    const char *const paths[] = {options->csv_path, options->run.result_path};
    return ambit_outputs_check(2, paths, count, options->argument);
}

static ambit_status compare_many(const struct ambit_options *options, int count, bool in_detail)
{
    ambit_status status = AMBIT_OK;
    const char *const stored = options->run.result_path;
    struct ambit_compare_many many;
    ambit_compare_many_init(&many);
    AMBIT_TRY(check_outputs(options, count));
    if (count == 1) AMBIT_TRY(add_farm(&many, options->argument[0]));
    for (int a = 0; a < count && count > 1; a++)
        AMBIT_TRY(add(&many, options->argument[a], options->argument[a]));
    if (options->csv_path != NULL) AMBIT_TRY(ambit_compare_many_csv(options->csv_path, &many));
    if (stored != NULL) AMBIT_TRY(ambit_compare_many_hdf5(stored, &many));
    if (!in_detail && options->json)
        AMBIT_TRY(ambit_report_many_json(stdout, &many));
    else if (!in_detail)
        ambit_report_many(stdout, &many);
done:
    ambit_compare_many_clear(&many);
    return status;
}

static ambit_status compare(const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    const bool stores = options->csv_path != NULL || options->run.result_path != NULL;
    int count = 0;
    while (count < AMBIT_ARGUMENT_MAX && options->argument[count] != NULL)
        count++;
    if (count != 2 || stores) AMBIT_TRY(compare_many(options, count, count == 2));
    if (count == 2) AMBIT_TRY(compare_two(options));
done:
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    return ambit_comm_rank(comm) == 0 ? compare(options) : AMBIT_OK;
}

static const struct argp_option options_of_compare[] = {
    AMBIT_OPTION(AMBIT_KEY_CSV, "csv", "FILE.csv",
                 "Write a row for each result to FILE.csv, for each territory to "
                 "FILE-territories.csv, and for each pair of territories with accounts between "
                 "them to FILE-moves.csv"),
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "FILE.h5", "Store the same tables in FILE.h5"),
    AMBIT_OPTION(AMBIT_KEY_JSON, "json", NULL, "Print one line of JSON in place of the table"),
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_compare = {
    .name = "compare",
    .summary = "put results side by side",
    .arguments = "A.h5 [B.h5...]",
    .argument_count = AMBIT_ARGUMENT_MAX,
    .optional_count = AMBIT_ARGUMENT_MAX - 1,
    .manual =
        "Print the figures of results side by side, such as an audit and a plan, or scenarios of "
        "a farm (FARM.h5:NAME): travel, balance, bands, and the accounts that change hands against "
        "the first. A farm alone stands for its base and all its scenarios."
        "\v"
        "Two are compared in detail: with the territories that change most, and how many accounts "
        "go from which to which. Accounts are matched by id, territories by name.",
    .options = options_of_compare,
    .act = act,
};
