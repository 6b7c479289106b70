/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rounds: each rank makes the rows of its part of the round in threads, rank 0 gathers them in
 * rank order and appends them to the file. In HDF5 the order of chunks would tell the rounds, so
 * there a round has the same rows on any number of ranks.
 */
#include "engine/run/generate.h"
#include "engine/base/atomic_file.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/threads.h"
#include "io/nation_csv.h"
#include "io/nation_hdf5.h"

#include <stdio.h>
#include <string.h>

enum {
    BLOCK = 4096, /* rows that a thread writes at a time */
    BLOCKS = 32   /* of a rank in a round */
};

static const char csv[] = ".csv", hdf5[] = ".h5";

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

static ambit_status write_csv(struct ambit_comm *comm, const struct ambit_generate_options *options,
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

/* Makes accounts [first, first + count) in the first rows of `columns`. */
static void make_rows(const struct ambit_nation *nation, int64_t first, int64_t count,
                      struct ambit_nation_columns *columns)
{
#pragma omp parallel for schedule(dynamic, BLOCK)
    for (int64_t i = 0; i < count; i++) {
        const struct ambit_nation_account account = ambit_nation_account(nation, first + i);
        ambit_nation_columns_set(columns, i, &account);
    }
}

/* Brings the ranks' rows to rank 0 and into its file, column by column. */
static ambit_status put_rows(struct ambit_comm *comm, const struct ambit_nation_columns *columns,
                             int64_t mine, int64_t first, struct ambit_h5 *file)
{
    ambit_status status = AMBIT_OK;
    char *all = NULL;
    for (int c = 0; c < AMBIT_NATION_COLUMNS; c++) {
        int64_t count = 0;
        AMBIT_TRY(
            ambit_comm_gather(comm, columns->values[c], mine, columns->bytes[c], &all, &count));
        AMBIT_TRY_TOGETHER(comm, ambit_comm_rank(comm) == 0
                                     ? ambit_nation_file_put(file, columns, c, first, count, all)
                                     : AMBIT_OK);
        ambit_free(&all);
    }
done:
    ambit_free(&all);
    return status;
}

static ambit_status write_hdf5(struct ambit_comm *comm,
                               const struct ambit_generate_options *options,
                               const struct ambit_nation *nation, struct ambit_h5 **file)
{
    ambit_status status = AMBIT_OK;
    const int rank = ambit_comm_rank(comm), ranks = ambit_comm_size(comm);
    struct ambit_nation_columns columns;
    AMBIT_TRY_TOGETHER(comm, ambit_nation_columns_create(AMBIT_NATION_SLICE / ranks + 1,
                                                         options->territories, &columns));
    AMBIT_TRY_TOGETHER(
        comm, rank == 0 ? ambit_nation_file_create(options->path, options->accounts, &columns, file)
                        : AMBIT_OK);
    for (int64_t first = 0; first < options->accounts; first += AMBIT_NATION_SLICE) {
        const int64_t left = options->accounts - first;
        const int64_t rows = left < AMBIT_NATION_SLICE ? left : AMBIT_NATION_SLICE;
        int64_t begin, end;
        ambit_comm_split(rows, ranks, rank, &begin, &end);
        make_rows(nation, first + begin, end - begin, &columns);
        AMBIT_TRY(put_rows(comm, &columns, end - begin, first, *file));
        ambit_log_progress("generate", first + rows, options->accounts, "");
    }
done:
    ambit_nation_columns_clear(&columns);
    return status;
}

/* The ending of the file's name, where it is one that we write and there is a name before it. */
static const char *ending_of(const char *path)
{
    const char *const slash = strrchr(path, '/'), *const name = slash == NULL ? path : slash + 1;
    const char *const dot = strrchr(name, '.');
    const bool known = dot != NULL && (strcmp(dot, csv) == 0 || strcmp(dot, hdf5) == 0);
    return known && dot > name ? dot : NULL;
}

static ambit_status check_name(const char *path)
{
    if (ending_of(path) != NULL) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_USAGE,
                      "generate: expected a file name that ends in .csv or .h5, found '%s'", path);
}

/* The scenario's path: .yaml in place of the ending. */
static ambit_status name_scenario(const char *path, char **out)
{
    ambit_status status = AMBIT_OK;
    const size_t length = (size_t)(ending_of(path) - path);
    AMBIT_TRY(ambit_alloc(out, length + sizeof ".yaml", 1));
    memcpy(*out, path, length);
    memcpy(*out + length, ".yaml", sizeof ".yaml");
done:
    return status;
}

/* What rank 0 writes; of the two for accounts the one that is asked for. */
struct files {
    struct ambit_atomic_file csv, scenario;
    struct ambit_h5 *hdf5;
};

static ambit_status write_accounts(struct ambit_comm *comm,
                                   const struct ambit_generate_options *options,
                                   const struct ambit_nation *nation, struct files *files)
{
    ambit_status status = AMBIT_OK;
    const bool writes = ambit_comm_rank(comm) == 0;
    if (strcmp(ending_of(options->path), hdf5) == 0)
        return write_hdf5(comm, options, nation, &files->hdf5);
    AMBIT_TRY_TOGETHER(comm,
                       writes ? ambit_atomic_file_open(options->path, &files->csv) : AMBIT_OK);
    if (writes) (void)fputs(AMBIT_NATION_CSV_HEADER, files->csv.file);
    AMBIT_TRY(write_csv(comm, options, nation, files->csv.file));
done:
    return status;
}

static ambit_status commit(struct files *files)
{
    ambit_status status = AMBIT_OK;
    if (files->hdf5 != NULL)
        AMBIT_TRY(ambit_h5_commit(&files->hdf5));
    else
        AMBIT_TRY(ambit_atomic_file_commit(&files->csv));
    AMBIT_TRY(ambit_atomic_file_commit(&files->scenario));
done:
    return status;
}

ambit_status ambit_generate(struct ambit_comm *comm, const struct ambit_generate_options *options)
{
    ambit_status status = AMBIT_OK;
    const bool writes = ambit_comm_rank(comm) == 0;
    struct ambit_nation *nation = NULL;
    struct files files = {0};
    char *scenario_path = NULL;
    const char *const slash = strrchr(options->path, '/');
    AMBIT_TRY_TOGETHER(comm, check_name(options->path));
    (void)ambit_threads_set(comm, options->threads);
    AMBIT_TRY_TOGETHER(comm, name_scenario(options->path, &scenario_path));
    AMBIT_TRY_TOGETHER(comm,
                       writes ? ambit_atomic_file_open(scenario_path, &files.scenario) : AMBIT_OK);
    AMBIT_TRY_TOGETHER(
        comm, ambit_nation_create(options->accounts, options->territories, options->seed, &nation));
    if (writes)
        ambit_nation_scenario_write(files.scenario.file, slash == NULL ? options->path : slash + 1,
                                    options->accounts, options->territories, options->seed);
    AMBIT_TRY(write_accounts(comm, options, nation, &files));
    AMBIT_TRY_TOGETHER(comm, writes ? commit(&files) : AMBIT_OK);
done:
    ambit_h5_destroy(&files.hdf5);
    ambit_atomic_file_abandon(&files.csv);
    ambit_atomic_file_abandon(&files.scenario);
    ambit_nation_destroy(&nation);
    ambit_free(&scenario_path);
    return status;
}
