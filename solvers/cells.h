/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cells: a nation seen coarsely. The canonical order is cut into blocks of as many accounts; the
 * accounts of one block and one kind that one territory serves are a cell, and one of them stands
 * for all. Cells of slices that share a block are merged, so that they do not depend on the slices.
 */
#ifndef AMBIT_CELLS_H
#define AMBIT_CELLS_H

#include "engine/model/haul_table.h"
#include "engine/model/problem.h"

struct ambit_cell {
    int32_t territory;
    int32_t unused;
    int64_t block;
    uint64_t kind;      /* 0 where kinds are not told apart */
    int64_t index;      /* canonical: of the account that stands for the cell */
    int64_t off_middle; /* how far that is from the middle of the block */
    double lat, lon, position[3];
    int64_t visits, local_travel; /* micro-visits, micro-hours a year */
    int64_t base[AMBIT_RULE_MAX]; /* by rule, micro-units: loads without their part of travel */
};

/* The cells of the slice under `label` (accounts with −1 are in none), by block. `kind` tells the
 * kind of each account; NULL: all are of one. *out is owned by the caller. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_cells_make(const struct ambit_problem *problem, const int32_t *label,
                              const uint64_t *kind, int64_t block_size, struct ambit_cell **out,
                              int64_t *count_out) AMBIT_CHECKED;

/* Sorts the cells of all slices by territory, block and kind, and merges those alike; returns how
 * many are left. */
int64_t ambit_cells_merge(struct ambit_cell *cells, int64_t count);

/* Micro-hours a year of a cell served from `centre`, its accounts taken to be where the one is that
 * stands for it. */
double ambit_cell_travel(const struct ambit_haul_table *table, const struct ambit_cell *cell,
                         const double centre[3]);

#endif
