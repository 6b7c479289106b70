/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table is small beside the accounts, so every rank reads all of it, makes an index of its ids
 * and looks its own accounts up there; rows whose account no rank has found are told when all have
 * looked. Cost: a pass over the table and one over the accounts' ids.
 */
#include "io/pairs_csv.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/badlist.h"
#include "io/name_index.h"

#include <stdio.h>
#include <string.h>

#define ADVICE "; mend them, or leave such rows out with --skip-bad-rows"

struct reader {
    struct ambit_pair_rows rows;
    char *path;     /* owned */
    int64_t *next;  /* owned; a row of the same id, or −1 */
    uint8_t *found; /* owned; rows whose account there is */
};

static void close_reader(struct reader *reader)
{
    ambit_pair_rows_clear(&reader->rows);
    ambit_free(&reader->path);
    ambit_free(&reader->next);
    ambit_free(&reader->found);
}

static ambit_status read_table(struct reader *reader, const struct ambit_scenario *s,
                               const struct ambit_closing *closing,
                               const struct ambit_territories *territories)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pair_rows *const rows = &reader->rows;
    AMBIT_TRY(ambit_path_beside(s->path, closing->file, &reader->path));
    AMBIT_TRY(ambit_pair_rows_open(reader->path, closing->only ? "allowed" : "forbidden",
                                   s->delimiter, rows));
    AMBIT_TRY(ambit_pair_rows_read(closing->id_column, closing->territory_column, territories,
                                   false, rows));
    AMBIT_TRY(ambit_alloc(&reader->next, (size_t)rows->count, sizeof *reader->next));
    AMBIT_TRY(ambit_alloc(&reader->found, (size_t)rows->count, 1));
done:
    return status;
}

/* Pairs of the slice's accounts; marks the rows that are of one. */
static ambit_status look_up(struct reader *reader, const struct ambit_accounts *a,
                            struct ambit_pairs *pairs)
{
    ambit_status status = AMBIT_OK;
    struct ambit_name_index ids = {0};
    const struct ambit_pair_rows *const rows = &reader->rows;
    AMBIT_TRY(ambit_name_index_create(rows->count, &ids));
    for (int64_t n = 0; n < rows->count; n++) {
        const int64_t first = ambit_name_index_add(&ids, ambit_pair_row_id(rows, n), n);
        reader->next[n] = first < 0 ? -1 : reader->next[first];
        if (first >= 0) reader->next[first] = n;
    }
    for (int32_t i = 0; i < a->count && rows->count > 0; i++) {
        const char *const id = a->id + (size_t)i * (size_t)a->id_width;
        int64_t n = ambit_name_index_find(&ids, id, strnlen(id, (size_t)a->id_width));
        for (; n >= 0; n = reader->next[n]) {
            reader->found[n] = 1;
            AMBIT_TRY(ambit_pairs_add(pairs, (struct ambit_pair){i, rows->row[n].territory}));
        }
    }
done:
    ambit_name_index_clear(&ids);
    return status;
}

static void refuse_unknown(struct reader *reader)
{
    struct ambit_pair_rows *const rows = &reader->rows;
    for (int64_t n = 0; n < rows->count; n++) {
        const struct ambit_pair_row *const row = &rows->row[n];
        const char *const id = ambit_pair_row_id(rows, n);
        struct ambit_bad_row bad = {
            .kind = AMBIT_BAD_MISSING_ID, .line = row->line, .column = row->column};
        char found[AMBIT_FOUND_MAX];
        if (reader->found[n]) continue;
        ambit_found(id, strlen(id), found);
        (void)snprintf(bad.role, sizeof bad.role, "%s", rows->table.role);
        (void)snprintf(bad.text, sizeof bad.text,
                       "expected the id of an account in column '%s', found %s", rows->id.name,
                       found);
        ambit_bad_rows_add(&rows->bad, &bad);
    }
}

ambit_status ambit_pairs_read_csv(const struct ambit_scenario *scenario,
                                  const struct ambit_closing *closing,
                                  const struct ambit_territories *territories,
                                  const struct ambit_accounts *accounts, struct ambit_comm *comm,
                                  bool skip_bad_rows, struct ambit_bad_rows *bad_inout,
                                  struct ambit_pairs *pairs_inout,
                                  struct ambit_pairs_read *read_out)
{
    ambit_status status = AMBIT_OK;
    struct reader reader = {.path = NULL};
    struct ambit_bad_rows *const bad = &reader.rows.bad;
    AMBIT_TRY_TOGETHER(comm, read_table(&reader, scenario, closing, territories));
    AMBIT_TRY_TOGETHER(comm, look_up(&reader, accounts, pairs_inout));
    ambit_comm_or_u8(comm, reader.found, reader.rows.count);
    refuse_unknown(&reader);
    if (bad->total > 0 && !skip_bad_rows) AMBIT_TRY(ambit_bad_rows_fail(bad, reader.path, ADVICE));
    *read_out = reader.rows.read;
done:
    ambit_bad_rows_append(bad_inout, bad);
    close_reader(&reader);
    return status;
}
