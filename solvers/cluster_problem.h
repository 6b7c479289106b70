/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capacitated p-median problem, small enough for a dense matrix: a whole instance, or a region of
 * one (a few neighbouring clusters and all their accounts), which is improved alone. Any account
 * may be a median.
 */
#ifndef AMBIT_CLUSTER_PROBLEM_H
#define AMBIT_CLUSTER_PROBLEM_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stdint.h>

struct ambit_cluster_problem {
    int32_t count, centre_count;
    const double *cost;      /* borrowed; [median × count + account], ≥ 0 */
    const int64_t *demand;   /* borrowed; count */
    const int64_t *capacity; /* borrowed; count: what an account serves as a median */
    double grain;            /* every cost is a multiple of it; 0 where unknown */
};

/* What an improvement did. */
struct ambit_cluster_outcome {
    double before, after;
    double bound;        /* proven for the problem as given; −INFINITY where none is */
    bool closed;         /* nothing better exists */
    double centre_value; /* what one centre more would save, by duality */
};

/* Cost of a plan: median[i] is the median of account i. */
double ambit_cluster_cost(const struct ambit_cluster_problem *problem, const int32_t *median);

/* The least that a plan better than `value` can be below it. */
static inline double ambit_cluster_step(const struct ambit_cluster_problem *problem, double value)
{
    return problem->grain > 0.0 ? problem->grain * (1.0 - 1e-6) : 1e-9 * value;
}

#endif
