/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Lagrangian of capacitated p-median with the assignment rows relaxed: at a reward λ_i for each
 * account, the best cluster of a site is a knapsack, and
 *     Σ λ_i + the sum of the p least cluster values
 * bounds every plan from below. Its maximum over λ is the bound of column generation
 * (Ceselli, Righini 2005).
 */
#ifndef AMBIT_CLUSTER_PRICING_H
#define AMBIT_CLUSTER_PRICING_H

#include "solvers/cluster_problem.h"

struct ambit_cluster_pricing {
    double *site_value;  /* owned; count: least value Σ (cost − λ) of a cluster at the site */
    int32_t *site_first; /* owned; count + 1: where its members start */
    int32_t *member;     /* owned; members of the least clusters, by site */
    int32_t *order;      /* owned; sites by value, then index */
    double bound;
    double last;                      /* value of the p-th site in that order */
    struct ambit_knapsack_item *item; /* owned; workspace */
};

ambit_status ambit_cluster_pricing_create(int32_t count,
                                          struct ambit_cluster_pricing *out) AMBIT_CHECKED;
void ambit_cluster_pricing_clear(struct ambit_cluster_pricing *pricing);

/* Prices every site; the problem's one rule is a capacity, see ambit_cluster_capacity(). `allowed`
 * (count, or NULL) leaves sites out; the bound then holds for plans without them. */
void ambit_cluster_pricing_run(const struct ambit_cluster_problem *problem, const double *lambda,
                               const bool *allowed, struct ambit_cluster_pricing *pricing);

#endif
