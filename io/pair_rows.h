/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of a table that has an account's id and a territory (or its rep's id) in each, as pairs
 * that are forbidden and alignments have.
 */
#ifndef AMBIT_PAIR_ROWS_H
#define AMBIT_PAIR_ROWS_H

#include "engine/base/hash.h"
#include "engine/model/badrows.h"
#include "engine/model/territories.h"
#include "io/csv_table.h"

/* What a table was, for provenance. */
struct ambit_pairs_read {
    int64_t rows;                /* of the file */
    struct ambit_rows_hash hash; /* of its rows in any order */
};

struct ambit_pair_row {
    int64_t id;   /* where its id begins in the texts */
    int64_t line; /* of the file */
    int32_t column, territory;
};

/* Zeroed, it is empty. */
struct ambit_pair_rows {
    struct ambit_table table; /* owned; open until cleared */
    struct ambit_column id, territory;
    struct ambit_pair_row *row; /* owned; those that can be used */
    int64_t count, room;
    char *text; /* owned; NUL-terminated ids */
    int64_t bytes, text_room;
    struct ambit_bad_rows bad; /* the others */
    struct ambit_pairs_read read;
};

/* Opens the table, whose `role` (borrowed) is told in messages. Errors: those of
 * ambit_table_open(). Local. */
ambit_status ambit_pair_rows_open(const char *path, const char *role, char delimiter,
                                  struct ambit_pair_rows *rows) AMBIT_CHECKED;

/* Reads all rows by the columns of these names. A row without an id is bad; so is one without a
 * territory that is there, unless `takes_unknown`: then it has AMBIT_TERRITORY_NONE where the field
 * is empty, else AMBIT_TERRITORY_UNKNOWN. Errors: those of ambit_table_find(), AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_pair_rows_read(const char *id_column, const char *territory_column,
                                  const struct ambit_territories *territories, bool takes_unknown,
                                  struct ambit_pair_rows *rows) AMBIT_CHECKED;

static inline const char *ambit_pair_row_id(const struct ambit_pair_rows *rows, int64_t n)
{
    return rows->text + rows->row[n].id;
}

void ambit_pair_rows_clear(struct ambit_pair_rows *rows);

#endif
