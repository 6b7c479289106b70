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
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_CHOICE_MAX 6

/* What an account draws on one cell of a budget, in each of its choices. */
struct ambit_draw {
    int64_t cell; /* index into the group's `left`, or −1: none */
    int64_t amount[AMBIT_CHOICE_MAX];
};

/* An account on a border, as it travels to the rank that owns its group. */
struct ambit_border_account {
    int64_t index; /* canonical */
    int32_t group;
    int32_t choice_count;                /* ≥ 2; choice 0 is where it is now */
    int32_t territory[AMBIT_CHOICE_MAX]; /* global index; in the owner: index in the group */
    int64_t cost[AMBIT_CHOICE_MAX];      /* micro-hours: travel and disruption */
    int64_t load[AMBIT_CHOICE_MAX][AMBIT_RULE_MAX]; /* micro-units by rule */
    const struct ambit_draw *draw;                  /* borrowed; as many as the group says */
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
    int draws;                                  /* of each account, on budgets of disruption */
    int32_t cells;                              /* of the budgets */
    int64_t *left;         /* borrowed; per cell of the budgets: what the group may still draw */
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

/* Micro-units that account a would draw by its draw d beyond today's, in choice c. */
int64_t ambit_group_drawn(const struct ambit_group *group, int d, int32_t a, int32_t c);

/* True where no cell of a budget is overdrawn further than `before` (per cell) was. */
bool ambit_group_within(const struct ambit_group *group, const int64_t *before);

/* True where budgets allow that account a goes to choice c and, unless other is −1, that account
 * `other` goes to `choice`: none is drawn on more than it has left. */
bool ambit_group_affords(const struct ambit_group *group, int32_t a, int32_t c, int32_t other,
                         int32_t choice);

/* Takes account a to choice c, keeping `load`, `violation` and `left` right. */
void ambit_group_choose(struct ambit_group *group, int32_t a, int32_t c);

#endif
