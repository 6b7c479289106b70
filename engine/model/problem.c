/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/problem.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <math.h>
#include <string.h>

/* Adds factor × measure to the rule's weights. */
static void add_measure(const struct ambit_measure *measure, double factor, struct ambit_rule *rule)
{
    for (int t = 0; t < measure->term_count; t++) {
        const int term = measure->term[t];
        if (term == AMBIT_TERM_TRAVEL)
            rule->travel_weight += factor;
        else if (term == AMBIT_TERM_COUNT)
            rule->count_weight += factor;
        else
            rule->column_weight[term] += factor;
    }
}

static struct ambit_side compile_side(const struct ambit_band *band, enum ambit_limit kind,
                                      double value)
{
    switch (kind) {
    case AMBIT_LIMIT_NONE:
        break;
    case AMBIT_LIMIT_OF_TARGET:
        if (band->target == AMBIT_TARGET_GIVEN)
            return (struct ambit_side){AMBIT_SIDE_ABSOLUTE,
                                       value * band->target_value * (double)AMBIT_MICRO};
        if (band->target == AMBIT_TARGET_REP_AMOUNT)
            return (struct ambit_side){AMBIT_SIDE_OF_GIVEN, value};
        return (struct ambit_side){AMBIT_SIDE_RELATIVE, value};
    case AMBIT_LIMIT_ABSOLUTE:
        return (struct ambit_side){AMBIT_SIDE_ABSOLUTE, value * (double)AMBIT_MICRO};
    case AMBIT_LIMIT_SHARE:
        return (struct ambit_side){AMBIT_SIDE_ABSOLUTE, 0.0};
    }
    return (struct ambit_side){AMBIT_SIDE_NONE, 0.0};
}

/* Micro-units that account i adds to a rule without its travel. */
static int64_t base_of(const struct ambit_rule *rule, const struct ambit_accounts *accounts,
                       int32_t i)
{
    double sum = rule->count_weight * (double)(AMBIT_MICRO * ambit_account_members(accounts, i));
    for (int c = 0; c < accounts->column_count; c++)
        sum += rule->column_weight[c] * (double)accounts->column[c][i];
    return (int64_t)llrint(sum);
}

/* Of a unit the sum over its accounts, each rounded: so that its load is theirs. */
static void compile_base(struct ambit_problem *problem, int r)
{
    const struct ambit_accounts *const accounts = problem->accounts, *const rows = accounts->rows;
    const struct ambit_rule *const rule = &problem->rule[r];
    int64_t *const base = problem->own_base[r];
    for (int32_t i = 0; base != NULL && i < accounts->count; i++) {
        base[i] = rows == NULL ? base_of(rule, accounts, i) : 0;
        if (rows == NULL) continue;
        for (int32_t row = accounts->begin[i]; row < accounts->begin[i + 1]; row++)
            base[i] += base_of(rule, rows, row);
    }
}

void ambit_problem_refresh_rule(struct ambit_problem *problem, int r)
{
    const struct ambit_scenario *scenario = problem->scenario;
    struct ambit_rule *rule = &problem->rule[r];
    const struct ambit_band *band = &scenario->band[rule->band];
    memset(rule->column_weight, 0, sizeof rule->column_weight);
    rule->count_weight = rule->travel_weight = 0.0;
    rule->lower = rule->upper = (struct ambit_side){AMBIT_SIDE_NONE, 0.0};
    if (rule->uses_lower) rule->lower = compile_side(band, band->lower_kind, band->lower);
    if (rule->uses_upper) rule->upper = compile_side(band, band->upper_kind, band->upper);
    add_measure(&scenario->measure[band->measure], 1.0, rule);
    if (band->share_of >= 0)
        add_measure(&scenario->measure[band->share_of],
                    rule->uses_upper ? -band->upper : -band->lower, rule);
    compile_base(problem, r);
}

/* The column that is all the band's rule counts beside travel; −1 where there is no such. */
static int lone_column(const struct ambit_scenario *scenario, const struct ambit_band *band)
{
    const struct ambit_measure *const measure = &scenario->measure[band->measure];
    int column = -1;
    for (int t = 0; t < measure->term_count; t++) {
        const int term = measure->term[t];
        if (term == AMBIT_TERM_TRAVEL) continue;
        if (term == AMBIT_TERM_COUNT || column >= 0) return -1;
        column = term;
    }
    return band->share_of >= 0 ? -1 : column;
}

int ambit_problem_own_bases(const struct ambit_scenario *scenario)
{
    int count = 0;
    for (int b = 0; b < scenario->band_count; b++) {
        const struct ambit_band *const band = &scenario->band[b];
        const bool both = band->share_of >= 0 && band->lower_kind != AMBIT_LIMIT_NONE &&
                          band->upper_kind != AMBIT_LIMIT_NONE;
        if (lone_column(scenario, band) < 0) count += both ? 2 : 1;
    }
    return count;
}

/* Columns are not kept twice: with many accounts that is a good part of what they take. */
static ambit_status set_base(struct ambit_problem *problem, int r)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const accounts = problem->accounts;
    const int column =
        lone_column(problem->scenario, &problem->scenario->band[problem->rule[r].band]);
    if (column < 0)
        AMBIT_TRY(ambit_alloc(&problem->own_base[r], (size_t)accounts->count, sizeof(int64_t)));
    problem->base[r] = column >= 0 ? accounts->column[column] : problem->own_base[r];
done:
    return status;
}

/* Where nothing can be shared out in proportion to the reps' numbers. */
static ambit_status refuse_target(const struct ambit_problem *problem,
                                  const struct ambit_band *band)
{
    const bool by_capacity = band->target == AMBIT_TARGET_CAPACITY;
    const char *const column =
        by_capacity ? "" : problem->scenario->rep.column[band->target_column];
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s:%d:%d: bands.%s.target: expected %s%s%s above 0 to share the total by, "
                      "found none%s",
                      problem->scenario->path, band->line, band->column,
                      problem->scenario->measure[band->measure].name,
                      by_capacity ? "capacities" : "numbers in the reps' column '", column,
                      by_capacity ? "" : "'",
                      by_capacity ? "; give `capacity` in reps.columns" : "");
}

static ambit_status compile_shares(struct ambit_problem *problem, int r)
{
    ambit_status status = AMBIT_OK;
    struct ambit_rule *const rule = &problem->rule[r];
    const struct ambit_band *band = &problem->scenario->band[rule->band];
    const struct ambit_territories *territories = problem->territories;
    const size_t count = (size_t)territories->count;
    double sum = 0.0;
    AMBIT_TRY(ambit_alloc(&rule->share, count, sizeof *rule->share));
    if (band->target == AMBIT_TARGET_REP_AMOUNT)
        AMBIT_TRY(ambit_alloc(&rule->given, count, sizeof *rule->given));
    for (int32_t j = 0; j < territories->count; j++) {
        rule->share[j] = ambit_territory_weight(&territories->item[j], band);
        if (rule->given != NULL) rule->given[j] = rule->share[j] * (double)AMBIT_MICRO;
        sum += rule->share[j];
    }
    if (!(sum > 0.0)) AMBIT_TRY(refuse_target(problem, band));
    for (int32_t j = 0; j < territories->count; j++)
        rule->share[j] /= sum;
done:
    return status;
}

/* Shares on both sides are two rules, as each share makes loads of its own. */
static void add_rules(const struct ambit_band *band, int b, struct ambit_problem *problem)
{
    const bool lower = band->lower_kind != AMBIT_LIMIT_NONE;
    const bool upper = band->upper_kind != AMBIT_LIMIT_NONE;
    if (band->share_of >= 0 && lower && upper) {
        problem->rule[problem->rule_count++] = (struct ambit_rule){.band = b, .uses_lower = true};
        problem->rule[problem->rule_count++] = (struct ambit_rule){.band = b, .uses_upper = true};
        return;
    }
    problem->rule[problem->rule_count++] =
        (struct ambit_rule){.band = b, .uses_lower = lower, .uses_upper = upper};
}

ambit_status ambit_problem_create(const struct ambit_scenario *scenario,
                                  const struct ambit_accounts *accounts,
                                  const struct ambit_territories *territories,
                                  struct ambit_problem *problem_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_problem *const problem = problem_out;
    *problem = (struct ambit_problem){
        .scenario = scenario,
        .accounts = accounts,
        .territories = territories,
        .disruption = ambit_to_micro(scenario->disruption_hours),
    };
    AMBIT_TRY(ambit_budgets_create(scenario, territories->count, accounts, &problem->budgets));
    for (int b = 0; b < scenario->band_count; b++)
        add_rules(&scenario->band[b], b, problem);
    for (int r = 0; r < problem->rule_count; r++) {
        AMBIT_TRY(set_base(problem, r));
        AMBIT_TRY(compile_shares(problem, r));
        ambit_problem_refresh_rule(problem, r);
    }
done:
    if (status != AMBIT_OK) ambit_problem_clear(problem);
    return status;
}

void ambit_problem_clear(struct ambit_problem *problem)
{
    for (int r = 0; r < AMBIT_RULE_MAX; r++) {
        ambit_free(&problem->own_base[r]);
        problem->base[r] = NULL;
        ambit_free(&problem->rule[r].share);
        ambit_free(&problem->rule[r].given);
    }
    problem->rule_count = 0;
    ambit_budgets_clear(&problem->budgets);
}

#define ONE_SIDED_HALF 0.05 /* stands for half the width of a one-sided band */

static double half_width(const struct ambit_rule *rule)
{
    const bool both =
        rule->lower.kind == AMBIT_SIDE_RELATIVE && rule->upper.kind == AMBIT_SIDE_RELATIVE;
    return both ? 0.5 * (rule->upper.value - rule->lower.value) : ONE_SIDED_HALF;
}

/* `direction` is +1 for a lower side, −1 for an upper one: where the inside is. */
static double side_value(const struct ambit_rule *rule, const struct ambit_side *side, int32_t j,
                         double target, double inward, double rounding, double direction)
{
    double fixed = 0.0;
    if (side->kind == AMBIT_SIDE_NONE) return -direction * INFINITY;
    if (ambit_side_fixed(rule, side, j, &fixed)) return fixed + direction * rounding;
    return (side->value + direction * inward) * target;
}

/* Whether loads are sums of whole micro-units as they were read. */
static bool is_exact(const struct ambit_problem *problem, const struct ambit_rule *rule)
{
    return rule->travel_weight == 0.0 && problem->scenario->band[rule->band].share_of < 0;
}

void ambit_problem_sides(const struct ambit_problem *problem, const int64_t *total, double guard,
                         double *lower_out, double *upper_out)
{
    const int rules = problem->rule_count;
    const int32_t territories = problem->territories->count;
    /* A load of travel, or of parts of a measure, is a sum of rounded terms, half a micro-unit off
     * for every account; four times the mean number of accounts covers any territory that is not
     * itself out of all proportion. Sums of columns and of accounts are exact, and a limit of three
     * accounts leaves room for three. */
    const struct ambit_accounts *const accounts = problem->accounts;
    const int64_t rounded = accounts->rows != NULL ? accounts->rows->total : accounts->total;
    const double most = guard > 0.0 ? 4.0 * (double)rounded / territories : 0.0;
    for (int32_t j = 0; j < territories; j++) {
        for (int r = 0; r < rules; r++) {
            const struct ambit_rule *rule = &problem->rule[r];
            const double target = rule->share[j] * (double)total[r];
            const double inward = guard * half_width(rule);
            const double rounding = is_exact(problem, rule) ? 0.0 : most;
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            lower_out[at] = -INFINITY;
            upper_out[at] = INFINITY;
            if (!ambit_is_asked(problem, j)) continue;
            lower_out[at] = side_value(rule, &rule->lower, j, target, inward, rounding, 1.0);
            upper_out[at] = side_value(rule, &rule->upper, j, target, inward, rounding, -1.0);
        }
    }
}

static bool is_within(const struct ambit_accounts *accounts, int32_t i, const double centre[3],
                      double chord2)
{
    const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
    return ambit_chord2(place, centre) <= chord2;
}

bool ambit_is_in_reach(const struct ambit_problem *problem, int32_t i, int32_t j)
{
    const struct ambit_accounts *const a = problem->accounts;
    const double *const centre = problem->territories->item[j].position;
    if (problem->eligibility == NULL || isinf(problem->eligibility->reach_chord2)) return true;
    const double reach = problem->eligibility->reach_chord2;
    if (a->rows == NULL) return is_within(a, i, centre, reach);
    for (int32_t row = a->begin[i]; row < a->begin[i + 1]; row++) {
        if (!is_within(a->rows, row, centre, reach)) return false;
    }
    return true;
}
