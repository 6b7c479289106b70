/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a result file holds, said once: tables that tie members of the structs in
 * engine/model/result.h to names in the file. Writer and reader walk the same tables, so they
 * cannot drift apart. A change of any table is a new AMBIT_RESULT_FORMAT.
 *
 *     /            attributes: figures and provenance       /scenario   the scenario's text
 *                  (variant: which scenario of that text, where it is not the base)
 *     /accounts    account_id, lat, lon, territory, …       /accounts/columns/<column>
 *     /territories name, rep_id, centre, home, figures      /measures/<measure>/load, value
 *     /bands/<label>/target, lower, upper, value, prices    /rounds, /inputs, /bad_rows
 *
 * Where accounts stay together: /together (attributes), and /accounts/together where any has a
 * group. Where centres keep a distance: /separation (attributes). A scenario with rules on who may
 * serve whom has /rules (result_rules.c). An audit has /audit beside that, which is not read back
 * (result_write_audit.c).
 * group. A scenario with rules on who may serve whom has /rules (result_rules.c), one with budgets
 * of disruption or protected accounts /disruption (result_disruption.c). An audit has /audit beside
 * that, which is not read back (result_write_audit.c).
 */
#ifndef AMBIT_RESULT_LAYOUT_H
#define AMBIT_RESULT_LAYOUT_H

#include "engine/model/result.h"
#include "io/hdf5_wrap.h"
#include <stddef.h>

#define AMBIT_RESULT_FORMAT 1
#define AMBIT_RESULT_FORMAT_NAME "ambit-result"
#define AMBIT_WORD_MAX 32  /* bytes of an enumeration's word with its NUL */
#define AMBIT_LINK_MAX 512 /* of a group's or column's own name: a label of 128, all slashes */

enum ambit_field_kind {
    AMBIT_FIELD_FLAG,
    AMBIT_FIELD_I32,
    AMBIT_FIELD_I64,
    AMBIT_FIELD_U64,
    AMBIT_FIELD_F64,
    AMBIT_FIELD_MICRO, /* int64 millionths of the unit */
    AMBIT_FIELD_TEXT,  /* char array within the struct */
    AMBIT_FIELD_OWNED, /* char *, owned by the struct; NULL is stored as "" */
    AMBIT_FIELD_WORD   /* an enumeration, stored as its word */
};

/* One member of a struct as a column (or an attribute, which has no units and no long name). */
struct ambit_field {
    const char *name;
    enum ambit_field_kind kind;
    size_t offset, bytes; /* of the member */
    const char *units, *long_name;
    const char *(*word)(int value); /* NULL beyond the last value */
};

struct ambit_fields {
    const struct ambit_field *field;
    int count;
};

/* What a field is in the file. */
enum ambit_h5_kind ambit_field_h5_kind(enum ambit_field_kind kind);

extern const struct ambit_fields ambit_layout_result;     /* attributes of / */
extern const struct ambit_fields ambit_layout_together;   /* attributes of /together */
extern const struct ambit_fields ambit_layout_separation; /* attributes of /separation */
extern const struct ambit_fields ambit_layout_band;       /* attributes of /bands/<label> */
extern const struct ambit_fields ambit_layout_measure;    /* attributes of /measures/<name> */
extern const struct ambit_fields ambit_layout_territory;  /* columns of /territories */
extern const struct ambit_fields ambit_layout_round;      /* columns of /rounds */
extern const struct ambit_fields ambit_layout_input;      /* columns of /inputs */
extern const struct ambit_fields ambit_layout_bad_row;    /* columns of /bad_rows */
extern const struct ambit_fields ambit_layout_result;     /* attributes of / */
extern const struct ambit_fields ambit_layout_together;   /* attributes of /together */
extern const struct ambit_fields ambit_layout_headcount;  /* more of them, where it has any */
extern const struct ambit_fields ambit_layout_nightly;    /* more of them, where it has one */
extern const struct ambit_fields ambit_layout_band;       /* attributes of /bands/<label> */
extern const struct ambit_fields ambit_layout_measure;    /* attributes of /measures/<name> */
extern const struct ambit_fields ambit_layout_territory;  /* columns of /territories */
extern const struct ambit_fields ambit_layout_round;      /* columns of /rounds */
extern const struct ambit_fields ambit_layout_input;      /* columns of /inputs */
extern const struct ambit_fields ambit_layout_bad_row;    /* columns of /bad_rows */

/* A column of doubles that a band owns, one value a territory; members are double *. */
struct ambit_band_column {
    const char *name, *long_name;
    size_t offset;
    bool is_price; /* hours per unit of the band, else units of the band */
};
#define AMBIT_BAND_COLUMNS 6
extern const struct ambit_band_column ambit_layout_band_column[AMBIT_BAND_COLUMNS];

#endif
