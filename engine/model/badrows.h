/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of input that cannot be used: the first AMBIT_BAD_ROWS_SHOWN of them in file order, with
 * words for people, and a count by kind. The same on every rank once agreed.
 */
#ifndef AMBIT_BADROWS_H
#define AMBIT_BADROWS_H

#include "engine/base/status.h"
#include <stdint.h>

#define AMBIT_BAD_ROWS_SHOWN 20
#define AMBIT_BAD_ROW_TEXT 256

enum ambit_bad_kind {
    AMBIT_BAD_MISSING_ID,
    AMBIT_BAD_DUPLICATE_ID,
    AMBIT_BAD_COORDINATE,   /* out of range, 0,0, or not projectable */
    AMBIT_BAD_NOT_A_NUMBER, /* text, empty, or a number with something behind it */
    AMBIT_BAD_NEGATIVE,
    AMBIT_BAD_INFINITE,
    AMBIT_BAD_UNKNOWN_TERRITORY, /* or unknown rep */
    AMBIT_BAD_FIELD_COUNT,
    AMBIT_BAD_QUOTE,
    AMBIT_BAD_ENCODING, /* not UTF-8, or a NUL byte */
    AMBIT_BAD_KIND_COUNT
};

struct ambit_bad_row {
    enum ambit_bad_kind kind;
    int32_t column;                /* 1-based character position in the line, 0 where it has none */
    int64_t line;                  /* 1-based physical line of the file; of HDF5 its row */
    char role[16];                 /* of the file: "accounts" or "reps", as in ambit_result_input */
    char text[AMBIT_BAD_ROW_TEXT]; /* "expected …, found …", without the place */
};

struct ambit_bad_rows {
    int64_t count[AMBIT_BAD_KIND_COUNT];
    int64_t total;
    int32_t shown;
    struct ambit_bad_row row[AMBIT_BAD_ROWS_SHOWN]; /* reps first, then by line, column */
};

/* Short name of a kind, such as "duplicate id". */
const char *ambit_bad_kind_name(enum ambit_bad_kind kind);

#endif
