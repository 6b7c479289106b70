/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prices say which accounts are undecided: those whose reduced cost elsewhere in the group is
 * nearly that of where they are. An LP optimum splits only about one account a binding rule, so a
 * few of smallest regret hold most of what local search, which goes first, leaves to be gained. The
 * ILP takes them: with the nodes it is given it searches a score of accounts deeply, and hundreds
 * hardly at all. Where it finds something, local search goes on from there.
 */
#include "solvers/group_improve.h"
#include "engine/base/memory.h"
#include "solvers/assignment_ilp.h"
#include "solvers/local_search.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PASS_MAX = 60 };

struct regret {
    double value;
    int32_t account;
};

static int compare_regret(const void *a, const void *b)
{
    const struct regret *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->account < y->account ? -1 : x->account > y->account;
}

/* The accounts of least regret, at most undecided_max, in `undecided_out`; returns how many. */
static int32_t choose_undecided(const struct ambit_group *group, struct regret *regret,
                                int32_t *undecided_out)
{
    for (int32_t a = 0; a < group->account_count; a++) {
        const int32_t here = group->chosen[a];
        double least = INFINITY;
        for (int32_t c = 0; c < group->account[a].choice_count; c++) {
            if (c != here) least = fmin(least, ambit_group_reduced_cost(group, a, c));
        }
        regret[a] = (struct regret){least - ambit_group_reduced_cost(group, a, here), a};
    }
    qsort(regret, (size_t)group->account_count, sizeof *regret, compare_regret);
    const int32_t count =
        group->account_count < group->undecided_max ? group->account_count : group->undecided_max;
    for (int32_t k = 0; k < count; k++)
        undecided_out[k] = regret[k].account;
    return count;
}

static ambit_status improve_by_ilp(struct ambit_group *group, bool *improved_out)
{
    ambit_status status = AMBIT_OK;
    struct regret *regret = NULL;
    int32_t *undecided = NULL, *choice = NULL;
    int64_t *left = NULL; /* of the budgets, before */
    const size_t accounts = (size_t)group->account_count;
    *improved_out = false;
    if (accounts == 0) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&regret, accounts, sizeof *regret));
    AMBIT_TRY(ambit_alloc(&undecided, accounts, sizeof *undecided));
    AMBIT_TRY(ambit_alloc(&choice, accounts, sizeof *choice));
    AMBIT_TRY(ambit_alloc(&left, (size_t)group->cells, sizeof *left));
    if (group->cells > 0) memcpy(left, group->left, (size_t)group->cells * sizeof *left);
    const int32_t count = choose_undecided(group, regret, undecided);
    if (count == 0) goto done;
    AMBIT_TRY(ambit_assignment_ilp(group, undecided, count, choice));
    const int64_t violation = ambit_group_total_violation(group),
                  cost = ambit_group_total_cost(group);
    for (int32_t k = 0; k < count; k++) {
        const int32_t a = undecided[k], old = group->chosen[a];
        ambit_group_choose(group, a, choice[k]);
        choice[k] = old;
    }
    const int64_t violation_after = ambit_group_total_violation(group);
    *improved_out = (violation_after < violation ||
                     (violation_after == violation && ambit_group_total_cost(group) < cost)) &&
                    ambit_group_within(group, left);
    if (*improved_out) goto done;
    for (int32_t k = 0; k < count; k++)
        ambit_group_choose(group, undecided[k], choice[k]);
done:
    ambit_free(&regret);
    ambit_free(&undecided);
    ambit_free(&choice);
    ambit_free(&left);
    return status;
}

ambit_status ambit_group_improve(struct ambit_group *group, struct ambit_group_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    bool improved = false;
    for (int t = 0; t < group->territory_count; t++)
        group->violation[t] = ambit_group_violation(group, t, NULL, NULL);
    *outcome_out =
        (struct ambit_group_outcome){.violation_before = ambit_group_total_violation(group)};
    const int64_t cost = ambit_group_total_cost(group);
    AMBIT_TRY(ambit_local_search(group, PASS_MAX));
    AMBIT_TRY(improve_by_ilp(group, &improved));
    if (improved) AMBIT_TRY(ambit_local_search(group, PASS_MAX));
    outcome_out->violation_after = ambit_group_total_violation(group);
    outcome_out->cost_gain = cost - ambit_group_total_cost(group);
    for (int32_t a = 0; a < group->account_count; a++)
        outcome_out->moved += group->chosen[a] != 0;
done:
    return status;
}
