/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A group: a few neighbouring territories and the accounts on their borders, to be improved alone.
 * The rest of their accounts stand still and are a fixed load. Improving is a pure function of the
 * group, so it does not matter which rank or thread does it.
 *
 * Plans are compared first by violation (sum over rules and territories of the part of the rule's
 * scale by which a load is outside, in parts of a thousand million), then by cost.
 */
#ifndef AMBIT_GROUP_H
#define AMBIT_GROUP_H

#include "engine/base/status.h"
#include "engine/model/problem.h"
#include <stdint.h>

#define AMBIT_CHOICE_MAX 6

/* An account on a border, as it travels to the rank that owns its group. */
struct ambit_border_account {
    int64_t index; /* canonical */
    int32_t group;
    int32_t choice_count;                /* ≥ 2; choice 0 is where it is now */
    int32_t territory[AMBIT_CHOICE_MAX]; /* global index; in the owner: index in the group */
    int64_t cost[AMBIT_CHOICE_MAX];      /* micro-hours: travel and disruption */
    int64_t load[AMBIT_CHOICE_MAX][AMBIT_RULE_MAX]; /* micro-units by rule */
};

struct ambit_group {
    int territory_count;
    int rules;
    int64_t *load;      /* borrowed; [territory × rules + rule], with every account where it is */
    int64_t *violation; /* borrowed; per territory, filled by ambit_group_improve() */
    const double *low, *high, *price; /* borrowed; same shape; ∓infinity where one-sided */
    const double *scale;              /* borrowed; per rule, > 0 */
    int32_t account_count;
    const struct ambit_border_account *account; /* borrowed */
    int32_t *chosen;       /* borrowed; choice of each account; 0 at the start */
    int32_t undecided_max; /* accounts handed to the ILP at a time */
    int64_t node_max;      /* branch-and-bound nodes an ILP */
};

/* Violation of one load, in parts of a thousand million of the rule's scale. */
static inline int64_t ambit_violation(int64_t load, double low, double high, double scale)
{
    const double x = (double)load;
    const double outside = x > high ? x - high : x < low ? low - x : 0.0;
    if (outside <= 0.0) return 0;
    const double parts = 1e9 * outside / scale;
    return parts < 1e15 ? 1 + (int64_t)parts : INT64_C(1000000000000000);
}

/* Violation of territory t with loads `added` and `removed` (rules values each, may be NULL). */
int64_t ambit_group_violation(const struct ambit_group *group, int t, const int64_t *added,
                              const int64_t *removed);

/* Sums over the group: of the violations kept, and of the costs of today's choices. */
int64_t ambit_group_total_violation(const struct ambit_group *group);
int64_t ambit_group_total_cost(const struct ambit_group *group);

/* Cost of account a in choice c with its loads at the group's prices. */
double ambit_group_reduced_cost(const struct ambit_group *group, int32_t a, int32_t c);

/* Takes account a to choice c, keeping `load` and `violation` right. */
void ambit_group_choose(struct ambit_group *group, int32_t a, int32_t c);

#endif
