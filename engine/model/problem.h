/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The problem that the solvers see: one slice of accounts with a travel coefficient, and bands
 * compiled to linear rules.
 *
 *     cost_ij = t_ij + leave_i where j is not the current territory           (micro-hours)
 *     load_jr = Σ_i base_ir + travel_weight_r × t_ij,   lower_jr ≤ load_jr ≤ upper_jr
 *
 * A share (travel ≤ 35 % of hours) is the rule travel − 0.35·hours ≤ 0. A limit relative to a
 * target that is equal or by capacity is factor × share_j × total_r, where the total counts travel
 * and so moves with the plan: its pressure on the accounts is one uniform price more (see bound.h).
 */
#ifndef AMBIT_PROBLEM_H
#define AMBIT_PROBLEM_H

#include "engine/base/status.h"
#include "engine/model/accounts.h"
#include "engine/model/disruption.h"
#include "engine/model/eligibility.h"
#include "engine/model/geometry.h"
#include "engine/model/scenario.h"
#include "engine/model/territories.h"
#include "engine/model/travel.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_RULE_MAX (2 * AMBIT_MEASURE_MAX)

/* A side of a rule: none, limit = value × share_j × total, limit = value, or limit = value ×
 * given_j. */
enum ambit_side_kind {
    AMBIT_SIDE_NONE,
    AMBIT_SIDE_RELATIVE,
    AMBIT_SIDE_ABSOLUTE,
    AMBIT_SIDE_OF_GIVEN
};

struct ambit_side {
    enum ambit_side_kind kind;
    double value; /* a factor of the target, or micro-units */
};

struct ambit_rule {
    int band;                    /* index into the scenario's bands */
    bool uses_lower, uses_upper; /* the sides of the band that this rule stands for */
    double column_weight[AMBIT_COLUMN_MAX];
    double count_weight;
    double travel_weight;
    struct ambit_side lower, upper;
    double *share; /* owned; per territory, the part of the total that is its target */
    double *given; /* owned; per territory, its target in micro-units where that is an amount of its
                      rep; else NULL */
};

/* The limit that a side sets territory j whatever the plan's totals are, micro-units; false where
 * it sets none such. */
static inline bool ambit_side_fixed(const struct ambit_rule *rule, const struct ambit_side *side,
                                    int32_t j, double *limit_out)
{
    const bool of_given = side->kind == AMBIT_SIDE_OF_GIVEN;
    if (!of_given && side->kind != AMBIT_SIDE_ABSOLUTE) return false;
    *limit_out = of_given ? side->value * rule->given[j] : side->value;
    return true;
}

/* Territory j's target where the rule's total is `total`, both in micro-units. */
static inline double ambit_rule_target(const struct ambit_rule *rule, int32_t j, double total)
{
    return rule->given != NULL ? rule->given[j] : rule->share[j] * total;
}

struct ambit_problem {
    const struct ambit_scenario *scenario;       /* borrowed */
    const struct ambit_accounts *accounts;       /* borrowed */
    const struct ambit_territories *territories; /* borrowed */
    int rule_count; /* one a band, in the scenario's order; two where both sides are shares */
    struct ambit_rule rule[AMBIT_RULE_MAX];
    const int64_t *base[AMBIT_RULE_MAX]; /* per account of the slice, micro-units; a column of the
                                            accounts where that is all a rule counts beside travel,
                                            else own_base */
    int64_t *own_base[AMBIT_RULE_MAX];   /* owned; NULL where base is a column */
    int64_t disruption;                  /* micro-hours an account that changes hands, where that is
                                            all there is to say: budgets.leave is NULL */
    struct ambit_budgets budgets;        /* owned; and what each account pays for leaving */
    const struct ambit_eligibility *eligibility; /* borrowed; NULL: all may serve all */
};

/* Compiles the bands; the territories' capacities give the shares. Errors: AMBIT_ERR_MEMORY,
 * AMBIT_ERR_INPUT where a capacity target has no capacity to share. Local. */
ambit_status ambit_problem_create(const struct ambit_scenario *scenario,
                                  const struct ambit_accounts *accounts,
                                  const struct ambit_territories *territories,
                                  struct ambit_problem *problem_out) AMBIT_CHECKED;
void ambit_problem_clear(struct ambit_problem *problem);

/* Rules whose base is no column of the accounts. */
int ambit_problem_own_bases(const struct ambit_scenario *scenario);

/* Compiles the sides of rule `r` again after the scenario's band has changed. Local. */
void ambit_problem_refresh_rule(struct ambit_problem *problem, int r);

/* Micro-units that an account adds to rule r, whose base is `base` and that travels `travel`. */
static inline int64_t ambit_rule_sum(const struct ambit_problem *problem, int r, int64_t base,
                                     int64_t travel)
{
    const double weight = problem->rule[r].travel_weight;
    if (weight == 0.0) return base;
    return base + (int64_t)llrint(weight * (double)travel);
}

/* Micro-units that account i adds to rule r of a territory where it travels `travel` micro-hours.
 */
static inline int64_t ambit_rule_load(const struct ambit_problem *problem, int r, int32_t i,
                                      int64_t travel)
{
    return ambit_rule_sum(problem, r, problem->base[r][i], travel);
}

/* Accounts of account i (one, a run or a unit) that change hands where it goes to territory j. */
static inline int64_t ambit_moved_of(const struct ambit_accounts *accounts, int32_t i, int32_t j)
{
    const struct ambit_accounts *const rows = accounts->rows;
    int64_t moved = 0;
    if (rows == NULL)
        return accounts->previous[i] < 0 || accounts->previous[i] == j
                   ? 0
                   : ambit_account_members(accounts, i);
    for (int32_t row = accounts->begin[i]; row < accounts->begin[i + 1]; row++)
        moved += rows->previous[row] >= 0 && rows->previous[row] != j;
    return moved;
}

/* True where it makes a difference which territory an account has today. */
static inline bool ambit_problem_has_disruption(const struct ambit_problem *problem)
{
    return problem->disruption > 0 || problem->budgets.leave != NULL;
}

/* Micro-hours that account i costs more in territory j than where it is now; AMBIT_LEAVE_NEVER or
 * more where it must not go there. */
static inline int64_t ambit_disruption_of(const struct ambit_problem *problem, int32_t i, int32_t j)
{
    if (problem->budgets.leave != NULL)
        return ambit_leave_price(&problem->budgets, problem->accounts, i, j);
    return problem->disruption > 0 ? problem->disruption * ambit_moved_of(problem->accounts, i, j)
                                   : 0;
}

/* False for a territory that is left as it is: its bands are not asked of it. */
static inline bool ambit_is_asked(const struct ambit_problem *problem, int32_t j)
{
    return problem->eligibility == NULL || problem->eligibility->fixed == NULL ||
           !problem->eligibility->fixed[j];
}

/* The class of account i, AMBIT_CLASS_ANY where it has none. */
static inline int32_t ambit_class_of(const struct ambit_problem *problem, int32_t i)
{
    return problem->accounts->class_of != NULL ? problem->accounts->class_of[i] : AMBIT_CLASS_ANY;
}

/* Whether the centre of territory j is near enough to account i, and to all accounts of a unit. */
bool ambit_is_in_reach(const struct ambit_problem *problem, int32_t i, int32_t j);

/* Whether territory j may serve account i, its centre being where it is now. What is left as it is
 * may be as far as it likes. */
static inline bool ambit_may_serve(const struct ambit_problem *problem, int32_t i, int32_t j)
{
    if (problem->eligibility == NULL) return true;
    return ambit_class_has(problem->eligibility, ambit_class_of(problem, i), j) &&
           (!ambit_is_asked(problem, j) || ambit_is_in_reach(problem, i, j));
}

/* The sides of every rule and territory, [territory × rule_count + rule], micro-units, ∓infinity
 * where one-sided or not asked, for rule totals `total` (micro-units, rule_count). `guard` narrows
 * relative sides from within by that part of half the band (of 5 % where one-sided), so that a plan
 * made for these totals stays inside when its own total is a little less. Local. */
void ambit_problem_sides(const struct ambit_problem *problem, const int64_t *total, double guard,
                         double *lower_out, double *upper_out);

#endif
