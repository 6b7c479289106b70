/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A p-median problem with limits on what a median serves, small enough for a dense matrix: a whole
 * instance, or a region (a few neighbouring clusters and all their accounts), which is improved
 * alone. Any account may be a median. Capacitated p-median is the case of one rule with an upper
 * limit; a nation's territories have a rule a band, with two sides, and travel counts in some.
 */
#ifndef AMBIT_CLUSTER_PROBLEM_H
#define AMBIT_CLUSTER_PROBLEM_H

#include "engine/base/status.h"
#include "engine/model/instance.h"
#include "engine/model/problem.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* An account adds base + travel_weight × cost to the load of the median that it goes to, which is
 * to lie from low to high. */
struct ambit_cluster_rule {
    const int64_t *base; /* borrowed; count */
    double travel_weight;
    const int64_t *low;  /* borrowed; count, by median; NULL: none */
    const int64_t *high; /* likewise */
    double scale;        /* > 0; loads outside count in parts of it */
};

struct ambit_cluster_problem {
    int32_t count, centre_count;
    const double *cost; /* borrowed; [median × count + account], ≥ 0 */
    int rule_count;
    struct ambit_cluster_rule rule[AMBIT_RULE_MAX];
    double grain; /* every cost is a multiple of it; 0 where unknown */
};

/* The rule of capacitated p-median. */
static inline struct ambit_cluster_rule ambit_cluster_capacity(const int64_t *demand,
                                                               const int64_t *capacity)
{
    return (struct ambit_cluster_rule){.base = demand, .high = capacity, .scale = 1.0};
}

static inline double ambit_cluster_low(const struct ambit_cluster_rule *rule, int32_t median)
{
    return rule->low == NULL ? -INFINITY : (double)rule->low[median];
}

static inline double ambit_cluster_high(const struct ambit_cluster_rule *rule, int32_t median)
{
    return rule->high == NULL ? INFINITY : (double)rule->high[median];
}

/* How far a load is outside, in parts of the rule's scale; rounding is not outside. */
static inline double ambit_cluster_outside(const struct ambit_cluster_rule *rule, int32_t median,
                                           double load)
{
    const double above = load - ambit_cluster_high(rule, median),
                 below = ambit_cluster_low(rule, median) - load;
    const double outside = (above > below ? above : below) / rule->scale;
    return outside > 1e-9 ? outside : 0.0;
}

/* What an improvement did. */
struct ambit_cluster_outcome {
    double before, after;
    double bound;        /* proven for the problem as given; −INFINITY where none is */
    bool closed;         /* nothing better exists */
    double centre_value; /* what one centre more would save, by duality */
};

/* Cost of a plan: median[i] is the median of account i. */
double ambit_cluster_cost(const struct ambit_cluster_problem *problem, const int32_t *median);

#endif
