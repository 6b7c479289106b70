/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capacitated centred clustering: accounts in the plane go to clusters of one capacity, and a
 * cluster costs the distances of its accounts to their unweighted mean. The problem is a whole
 * instance, or a region of one (a few neighbouring clusters and all their accounts).
 */
#ifndef AMBIT_CENTROID_SEARCH_H
#define AMBIT_CENTROID_SEARCH_H

#include "solvers/cluster_problem.h"

struct ambit_centroid_problem {
    int32_t count, centre_count; /* accounts; clusters, of which any may be empty */
    const double *x, *y;         /* borrowed; count */
    const int64_t *demand;       /* borrowed; count, ≥ 0 */
    int64_t capacity;            /* of every cluster */
    bool floored;                /* each distance is rounded down to a whole number */
};

/* Cost of a plan, summed by account: cluster[i] in [0, centre_count) is the cluster of account i.
 * NAN where memory is short. Local. */
double ambit_centroid_cost(const struct ambit_centroid_problem *problem, const int32_t *cluster);

/* Improves the plan in place by `kicks` ≥ 0 perturbations, each with a descent, and by picking
 * among the clusters met on the way. The plan given may exceed capacity; the excess never grows,
 * and where it is the same, neither does the cost: before and after are costs, whatever the excess.
 * Nothing is proven (bound −INFINITY, closed false). Local; a pure function of its arguments.
 * Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER; the plan is then as it was. */
ambit_status ambit_centroid_improve(const struct ambit_centroid_problem *problem, uint64_t seed,
                                    int64_t kicks, int32_t *cluster_inout,
                                    struct ambit_cluster_outcome *outcome_out) AMBIT_CHECKED;

#endif
