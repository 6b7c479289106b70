/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the ranks of a farm are shared: in how many groups, which work on scenarios side by side, and
 * which group takes which scenario. Only the time that a farm takes depends on it. Local.
 */
#ifndef AMBIT_FARM_SPLIT_H
#define AMBIT_FARM_SPLIT_H

#include "engine/base/status.h"
#include <stdint.h>

/* What was measured while all ranks drew the base's plan together. */
struct ambit_farm_measure {
    int ranks;
    double seconds;     /* of the whole */
    double in_calls;    /* of a rank, on average, waiting for others: what grows with ranks */
    int ranks_at_least; /* in a group, for its part of the nation to fit into memory */
};

/* The groups that end `scenarios` scenarios soonest, by the model
 *
 *     seconds(g ranks) = work / g + wait × log2 g,   work and wait from the measure
 *
 * and rounds of as many scenarios as there are groups. Weakness: all scenarios are taken to cost
 * the same. */
int32_t ambit_farm_groups(const struct ambit_farm_measure *measure, int32_t scenarios);

/* The group of each scenario: the costliest first, each to the group that has least to do. Ties go
 * to the first. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_farm_deal(const double *cost, int32_t scenarios, int32_t groups,
                             int32_t *group_out) AMBIT_CHECKED;

#endif
