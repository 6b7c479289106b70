/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any number of results beside each other: figures of each, and what differs from the first,
 * territory by territory and from × to. Results are added one by one, so that only the first and
 * one other are in memory as a whole. Local.
 */
#ifndef AMBIT_COMPARE_MANY_H
#define AMBIT_COMPARE_MANY_H

#include "engine/model/result.h"
#include <stdio.h>

struct ambit_compared_band {
    char label[2 * AMBIT_NAME_MAX];
    double worst;
    int32_t outside;
};

/* A territory of a result or of the first; NaN and −1 where it is not in that one. */
struct ambit_compared_territory {
    char name[AMBIT_NAME_MAX];
    int64_t accounts_first, accounts; /* −1: not there */
    double travel_first, travel;      /* hours */
    int64_t went, came;               /* accounts that it has in the first only, here only */
};

struct ambit_compared_flow {
    char from[AMBIT_NAME_MAX], to[AMBIT_NAME_MAX]; /* territory of the first, and of this one */
    int64_t accounts;
};

struct ambit_compared {
    char *name;   /* owned; as the user gave it */
    char *failed; /* owned; why there is no plan; NULL: there is one, and what follows */
    bool feasible;
    int64_t accounts, moved;
    int32_t territories, outside;             /* territories outside, summed over bands */
    double travel, km, objective, bound, gap; /* hours; mean km to the centre; NaN: none */
    int band_count;
    struct ambit_compared_band band[2 * AMBIT_MEASURE_MAX];
    int64_t both, differ, only_first, only_here; /* against the first */
    int32_t territory_count;
    struct ambit_compared_territory *territory; /* owned; most changed first, then by name */
    int64_t flow_count;
    struct ambit_compared_flow *flow; /* owned; largest first, then by names */
};

struct ambit_compare_many {
    struct ambit_result first; /* owned */
    int count, room;
    struct ambit_compared *item; /* owned; the first result first */
};

void ambit_compare_many_init(struct ambit_compare_many *many);
void ambit_compare_many_clear(struct ambit_compare_many *many);

/* Adds a result; the first that is added is what the others are held against, and is taken over:
 * *result is then empty. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_compare_many_add(struct ambit_compare_many *many, const char *name,
                                    struct ambit_result *result) AMBIT_CHECKED;
/* Adds one that has no plan. */
ambit_status ambit_compare_many_add_failed(struct ambit_compare_many *many, const char *name,
                                           const char *why) AMBIT_CHECKED;

/* A line a result, at most 100 characters wide, and the largest flows. */
void ambit_report_many(FILE *file, const struct ambit_compare_many *many);

/* One JSON object on one line: results [{result, status, accounts, …, bands, territories (the ten
 * most changed), moves (the ten largest)}]. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_report_many_json(FILE *file,
                                    const struct ambit_compare_many *many) AMBIT_CHECKED;

/* Three tables: `path` with a row a result; beside it, with -territories and -moves in their names,
 * a row for each territory, and for each pair of territories between which accounts move. Errors:
 * AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_compare_many_csv(const char *path,
                                    const struct ambit_compare_many *many) AMBIT_CHECKED;

/* The same as groups /results, /territories and /moves of an HDF5 file. */
ambit_status ambit_compare_many_hdf5(const char *path,
                                     const struct ambit_compare_many *many) AMBIT_CHECKED;

#endif
