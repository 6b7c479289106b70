/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Better places for the free centres of a few neighbouring territories at once: a p-median problem
 * with all the bands as limits, over the cells that the territories have. Centres that are best for
 * the accounts they have can still be in the wrong places together; this is what finds out.
 */
#ifndef AMBIT_RELOCATION_H
#define AMBIT_RELOCATION_H

#include "solvers/cells.h"
#include "solvers/grouping.h"

struct ambit_relocation {
    const struct ambit_problem *problem; /* borrowed; its territories' centres are those of today */
    int32_t cell_count;
    const struct ambit_cell *cell; /* borrowed; those of the territories, by territory */
    int territory_count;
    const int32_t *territory; /* borrowed; ascending */
    const double *low, *high; /* borrowed; by rule, micro-units: limits of each of them */
    const double *scale;      /* borrowed; by rule: a mean territory's load, > 0 */
};

struct ambit_relocation_outcome {
    int32_t cell[AMBIT_GROUPING_MAX]; /* where each territory's centre should go; −1: it stays */
    double cost;                      /* of the cells' travel today, micro-hours */
    double gain;                      /* by how much the bound of the places falls, micro-hours */
};

/* Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. Local; a pure function of its inputs. */
ambit_status ambit_relocation_find(const struct ambit_relocation *relocation,
                                   struct ambit_relocation_outcome *outcome_out) AMBIT_CHECKED;

#endif
