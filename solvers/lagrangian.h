/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Lagrangian bound of a whole capacitated p-median instance, every account a candidate, and the
 * plan that its rewards suggest. The driver repeats: price slices of the sites, share the values
 * over the ranks, step everywhere.
 */
#ifndef AMBIT_LAGRANGIAN_H
#define AMBIT_LAGRANGIAN_H

#include "engine/model/instance.h"

struct ambit_lagrangian {
    const struct ambit_instance *instance; /* borrowed */
    int32_t near;                          /* accounts listed a site */
    int32_t *account;    /* owned; count × near: those nearest to each site, nearest first */
    double *cost;        /* owned; count × near: theirs */
    double *lambda;      /* owned; count: rewards to price at */
    double *best_lambda; /* owned; count: those of the best bound */
    double *direction;   /* owned; count: the ascent's running mean of subgradients */
    double *site_value;  /* owned; count: least value of a cluster at each site; ≤ 0 */
    int32_t *dear;       /* owned; count: accounts by falling reward */
    int32_t *order;      /* owned; count: sites by value */
    double bound;        /* best so far; −INFINITY at first */
    double scale;        /* of the steps */
    int32_t still;       /* steps since the bound last rose */
    int threads;         /* that the workspace is for */
    struct ambit_knapsack_item *item; /* owned; threads × count: workspace */
};

/* Lists the neighbours of every site. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_lagrangian_create(const struct ambit_instance *instance,
                                     struct ambit_lagrangian *out) AMBIT_CHECKED;
void ambit_lagrangian_clear(struct ambit_lagrangian *lagrangian);

/* Prices the sites [begin, end) at `lambda`. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_lagrangian_price(struct ambit_lagrangian *lagrangian, int32_t begin,
                                    int32_t end) AMBIT_CHECKED;

/* With every site priced: the bound, and the next rewards, towards `upper`, the value of a plan.
 * Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_lagrangian_step(struct ambit_lagrangian *lagrangian, double upper) AMBIT_CHECKED;

/* A plan from the best rewards, shaken by `noise` (a fraction): sites by falling value of their
 * best cluster of accounts that are still free; what is left goes to the nearest centre with room,
 * or else to the nearest, over its capacity. median_out has count values. Errors: AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_lagrangian_plan(const struct ambit_lagrangian *lagrangian, uint64_t seed,
                                   double noise, int32_t *median_out) AMBIT_CHECKED;

#endif
