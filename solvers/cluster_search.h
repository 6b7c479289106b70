/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Local search for p-median with limits on loads: accounts shift and swap between clusters,
 * clusters take their best median, and medians move to other sites where prices say that it can
 * pay.
 */
#ifndef AMBIT_CLUSTER_SEARCH_H
#define AMBIT_CLUSTER_SEARCH_H

#include "solvers/cluster_problem.h"

struct ambit_cluster_search; /* opaque: a plan and the workspace of its search */

/* `problem` is borrowed. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_cluster_search_create(const struct ambit_cluster_problem *problem,
                                         struct ambit_cluster_search **out) AMBIT_CHECKED;
void ambit_cluster_search_destroy(struct ambit_cluster_search **search);

/* Takes over a plan; medians without accounts are unused sites at will. */
void ambit_cluster_search_set(struct ambit_cluster_search *search, const int32_t *median);
void ambit_cluster_search_get(const struct ambit_cluster_search *search, int32_t *median_out);

double ambit_cluster_search_cost(const struct ambit_cluster_search *search);
/* Loads outside their limits, in parts of the rules' scales. */
double ambit_cluster_search_excess(const struct ambit_cluster_search *search);

struct ambit_cluster_search_limits {
    int32_t near;  /* sites nearest to a median that it may move to */
    int64_t tries; /* sets of medians bounded, in all */
    int32_t kicks; /* perturbations of the best plan */
};

/* Descends by shifts, swaps and best medians, moves medians while that helps, and then kicks the
 * best plan and does the same again. Less excess first, then less cost. Random numbers come from
 * `seed`. */
void ambit_cluster_search_run(struct ambit_cluster_search *search,
                              const struct ambit_cluster_search_limits *limits, uint64_t seed);

/* Moves medians one at a time to near sites by what places are worth: the bound of all assignments
 * to them, which is also that of the best one in parts. For many small accounts, where a plan of
 * whole ones comes later. Leaves every account with its cheapest median at the prices; returns by
 * how much the bound has fallen. */
double ambit_cluster_search_place(struct ambit_cluster_search *search,
                                  const struct ambit_cluster_search_limits *limits);

/* Shift, swap and best median alone, until none helps. */
void ambit_cluster_search_descend(struct ambit_cluster_search *search);

/* Price of a unit of each site's load, [rule × count + site]: 0 where it is no median, positive
 * where an upper limit presses, negative where a lower one does. Found anew for the medians of the
 * plan. Borrowed until the next call. */
const double *ambit_cluster_search_prices(struct ambit_cluster_search *search);

#endif
