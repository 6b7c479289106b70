/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A CSV file as a table: its header read, columns found by name, and cells taken as ids, numbers
 * and places. Every refusal says file, line, column, what was expected and what was found.
 */
#ifndef AMBIT_CSV_TABLE_H
#define AMBIT_CSV_TABLE_H

#include "engine/model/badrows.h"
#include "io/csv.h"
#include "io/projection.h"

struct ambit_table {
    char *path;       /* owned; for messages */
    const char *role; /* borrowed: "accounts" or "reps" */
    struct ambit_csv_map map;
    char delimiter;
    struct ambit_csv_record header_record;
    int64_t column_count;
    struct ambit_csv_span *header; /* owned; column_count */
    struct ambit_csv_span *fields; /* owned; of the row at hand, column_count + 1 */
    int64_t data_begin, data_line; /* behind the header */
};

/* Opens the file and reads its header. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_IO, AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_table_open(const char *path, const char *role, char delimiter,
                              struct ambit_table *out) AMBIT_CHECKED;
void ambit_table_close(struct ambit_table *table);

struct ambit_column {
    int64_t index;    /* -1 where the scenario names no such column */
    const char *name; /* borrowed from the scenario */
};

/* Finds a column by name; "" is no column. Errors: AMBIT_ERR_INPUT where the header lacks it (with
 * the nearest name) or has it twice. Local. */
ambit_status ambit_table_find(const struct ambit_table *table, const char *name,
                              struct ambit_column *out) AMBIT_CHECKED;

/* Where a table has its places: latitude and longitude, or x and y with their projection. */
struct ambit_place_columns {
    struct ambit_column north, east;     /* latitude or y; longitude or x; index -1: none */
    struct ambit_projection *projection; /* owned; NULL for degrees */
    const char *crs;                     /* borrowed */
};

/* Names of degrees that are "" mean x and y. Errors: as for ambit_table_find(), and those of
 * ambit_projection_create(). Local. */
ambit_status ambit_table_find_places(const struct ambit_table *table, const char *lat,
                                     const char *lon, const char *x, const char *y, const char *crs,
                                     struct ambit_place_columns *out) AMBIT_CHECKED;
void ambit_place_columns_clear(struct ambit_place_columns *places);

/* A row being read; its spans are in table->fields. The functions below return false where they
 * have added the row to `bad`; a row is bad once, so its reader stops there. */
struct ambit_row {
    const struct ambit_table *table;
    const struct ambit_csv_record *record;
    struct ambit_bad_rows *bad;
};

/* Quotes in their places, and as many fields as the header. */
bool ambit_row_check(const struct ambit_row *row);

/* True where the field holds nothing. */
bool ambit_row_is_empty(const struct ambit_row *row, struct ambit_column column);

/* Text of at most `size_max` bytes; *text_out points into the file or at `buffer`. Empty text is
 * allowed. */
bool ambit_row_text(const struct ambit_row *row, struct ambit_column column, size_t size_max,
                    char *buffer, const char **text_out, size_t *size_out);

/* A finite number ≥ 0 that fixed point can hold. */
bool ambit_row_number(const struct ambit_row *row, struct ambit_column column, double *value_out);
/* The same in millionths. */
bool ambit_row_micro(const struct ambit_row *row, struct ambit_column column, int64_t *micro_out);

/* Degrees on WGS 84, in range; 0, 0 is no place. */
bool ambit_row_place(const struct ambit_row *row, const struct ambit_place_columns *places,
                     double *lat_out, double *lon_out);

/* "'text'" for messages, shortened, unprintable bytes as \xNN; "an empty field" where there is
 * nothing. */
#define AMBIT_FOUND_MAX 96
void ambit_found(const char *text, size_t size, char out[AMBIT_FOUND_MAX]);

/* Adds the row to `bad` with the place of the byte at `at`. */
void ambit_row_bad(const struct ambit_row *row, int64_t at, enum ambit_bad_kind kind,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
