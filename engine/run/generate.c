/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rounds: each rank writes the rows of its part of the round in threads, rank 0 gathers them in
 * rank order and appends them to the file.
 */
#include "engine/run/generate.h"
#include "engine/base/atomic_file.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/threads.h"
#include "io/nation_csv.h"

#include <stdio.h>
#include <string.h>

enum {
    BLOCK = 4096, /* rows that a thread writes at a time */
    BLOCKS = 32,  /* of a rank in a round */
    ENDING = 4    /* bytes of ".csv" */
};

/* A rank's rows of a round; each block has the same room. */
struct rows {
    char *text; /* owned */
    int64_t length[BLOCKS];
};

static char *room_of(struct rows *rows, int64_t block)
{
    return &rows->text[block * BLOCK * AMBIT_NATION_ROW_MAX];
}

/* Writes accounts [first, first + BLOCKS × BLOCK), as far as there are any. */
static void write_rows(const struct ambit_nation *nation, int64_t accounts, int64_t first,
                       struct rows *rows)
{
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t b = 0; b < BLOCKS; b++) {
        char *const start = room_of(rows, b), *end = start;
        for (int64_t i = first + b * BLOCK; i < first + (b + 1) * BLOCK && i < accounts; i++) {
            const struct ambit_nation_account account = ambit_nation_account(nation, i);
            end += ambit_nation_row(&account, end);
        }
        rows->length[b] = end - start;
    }
}

/* Closes the gaps between the blocks; returns the bytes of all. */
static int64_t pack_rows(struct rows *rows)
{
    int64_t length = rows->length[0];
    for (int64_t b = 1; b < BLOCKS; b++) {
        memmove(&rows->text[length], room_of(rows, b), (size_t)rows->length[b]);
        length += rows->length[b];
    }
    return length;
}

static ambit_status append(FILE *file, const char *path, const char *text, int64_t length)
{
    if (length == 0 || fwrite(text, 1, (size_t)length, file) == (size_t)length) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_IO, "%s: cannot be written", path);
}

static ambit_status write_accounts(struct ambit_comm *comm,
                                   const struct ambit_generate_options *options,
                                   const struct ambit_nation *nation, FILE *file)
{
    ambit_status status = AMBIT_OK;
    const int rank = ambit_comm_rank(comm), ranks = ambit_comm_size(comm);
    const int64_t each = (int64_t)BLOCKS * BLOCK, round = each * ranks;
    struct rows rows = {0};
    char *all = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&rows.text, (size_t)each, AMBIT_NATION_ROW_MAX));
    for (int64_t first = 0; first < options->accounts; first += round) {
        int64_t length = 0;
        write_rows(nation, options->accounts, first + rank * each, &rows);
        AMBIT_TRY(ambit_comm_gather(comm, rows.text, pack_rows(&rows), 1, &all, &length));
        AMBIT_TRY_TOGETHER(comm, rank == 0 ? append(file, options->path, all, length) : AMBIT_OK);
        ambit_free(&all);
        const int64_t done = first + round < options->accounts ? first + round : options->accounts;
        ambit_log_progress("generate", done, options->accounts, "");
    }
done:
    ambit_free(&rows.text);
    ambit_free(&all);
    return status;
}

/* The scenario's path: .yaml in place of .csv. */
static ambit_status name_scenario(const char *path, char **out)
{
    ambit_status status = AMBIT_OK;
    const size_t length = strlen(path);
    AMBIT_TRY(ambit_alloc(out, length + 2, 1));
    memcpy(*out, path, length - ENDING);
    memcpy(*out + length - ENDING, ".yaml", sizeof ".yaml");
done:
    return status;
}

static ambit_status check_name(const char *path)
{
    const size_t length = strlen(path);
    const char *const slash = strrchr(path, '/');
    const size_t folder = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (length > folder + ENDING && strcmp(&path[length - ENDING], ".csv") == 0) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_USAGE,
                      "generate: expected a file name that ends in .csv, found '%s'", path);
}

/* Opens both files on rank 0. */
static ambit_status open_files(const char *path, const char *scenario_path,
                               struct ambit_atomic_file *accounts,
                               struct ambit_atomic_file *scenario)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_atomic_file_open(path, accounts));
    AMBIT_TRY(ambit_atomic_file_open(scenario_path, scenario));
done:
    return status;
}

static ambit_status commit(struct ambit_atomic_file *accounts, struct ambit_atomic_file *scenario)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_atomic_file_commit(accounts));
    AMBIT_TRY(ambit_atomic_file_commit(scenario));
done:
    return status;
}

ambit_status ambit_generate(struct ambit_comm *comm, const struct ambit_generate_options *options)
{
    ambit_status status = AMBIT_OK;
    const bool writes = ambit_comm_rank(comm) == 0;
    struct ambit_nation *nation = NULL;
    struct ambit_atomic_file accounts = {0}, scenario = {0};
    char *scenario_path = NULL;
    const char *const slash = strrchr(options->path, '/');
    AMBIT_TRY_TOGETHER(comm, check_name(options->path));
    (void)ambit_threads_set(comm, options->threads);
    AMBIT_TRY_TOGETHER(comm, name_scenario(options->path, &scenario_path));
    AMBIT_TRY_TOGETHER(comm, writes ? open_files(options->path, scenario_path, &accounts, &scenario)
                                    : AMBIT_OK);
    AMBIT_TRY_TOGETHER(
        comm, ambit_nation_create(options->accounts, options->territories, options->seed, &nation));
    if (writes) {
        (void)fputs(AMBIT_NATION_CSV_HEADER, accounts.file);
        ambit_nation_scenario_write(scenario.file, slash == NULL ? options->path : slash + 1,
                                    options->accounts, options->territories, options->seed);
    }
    AMBIT_TRY(write_accounts(comm, options, nation, accounts.file));
    AMBIT_TRY_TOGETHER(comm, writes ? commit(&accounts, &scenario) : AMBIT_OK);
done:
    ambit_atomic_file_abandon(&accounts);
    ambit_atomic_file_abandon(&scenario);
    ambit_nation_destroy(&nation);
    ambit_free(&scenario_path);
    return status;
}
