/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/bound.h"
#include "engine/base/memory.h"

#include <math.h>

/* Micro-hours an account's term is lowered by to cover the sum in doubles; the rounding of its
 * load, half a micro-unit a rule, is covered by half the prices on top. */
#define ROUNDING_MICRO 1.0

void ambit_bound_uniform_prices(const struct ambit_problem *problem, const double *price_lower,
                                const double *price_upper, double *uniform_out)
{
    const int rules = problem->rule_count;
    for (int r = 0; r < rules; r++) {
        const struct ambit_rule *rule = &problem->rule[r];
        uniform_out[r] = 0.0;
        for (int32_t j = 0; j < problem->territories->count; j++) {
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            if (rule->upper.kind == AMBIT_SIDE_RELATIVE)
                uniform_out[r] += rule->share[j] * rule->upper.value * price_upper[at];
            if (rule->lower.kind == AMBIT_SIDE_RELATIVE)
                uniform_out[r] -= rule->share[j] * rule->lower.value * price_lower[at];
        }
    }
}

/* cost_ij = slope_j × travel + Σ_r price_jr × base_ir + disruption; price is [j × rules + r]. */
static double least(const struct ambit_problem *problem, const double *price, const double *slope,
                    double disruption, int32_t i)
{
    const int rules = problem->rule_count;
    double best = INFINITY;
    for (int32_t j = 0; j < problem->territories->count; j++) {
        double cost = 0.0;
        for (int r = 0; r < rules; r++)
            cost += price[(size_t)j * (size_t)rules + (size_t)r] * (double)problem->base[r][i];
        if (problem->accounts->previous[i] >= 0 && problem->accounts->previous[i] != j)
            cost += disruption;
        const double *centre = problem->territories->item[j].position;
        cost += slope[j] * (double)ambit_travel_of(problem->scenario, problem->accounts, i, centre);
        if (cost < best) best = cost;
    }
    return best;
}

ambit_status ambit_bound_slice(const struct ambit_problem *problem, const double *price_lower,
                               const double *price_upper, int64_t *sum_out)
{
    ambit_status status = AMBIT_OK;
    const int rules = problem->rule_count;
    const int32_t territories = problem->territories->count;
    const double disruption = (double)problem->disruption;
    double *price = NULL, *slope = NULL, uniform[AMBIT_RULE_MAX], slack = ROUNDING_MICRO;
    int64_t sum = 0;
    AMBIT_TRY(ambit_alloc(&price, (size_t)territories * (size_t)rules, sizeof *price));
    AMBIT_TRY(ambit_alloc(&slope, (size_t)territories, sizeof *slope));
    ambit_bound_uniform_prices(problem, price_lower, price_upper, uniform);
    for (int32_t j = 0; j < territories; j++) {
        double weight = 0.0;
        slope[j] = 1.0;
        for (int r = 0; r < rules; r++) {
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            price[at] = price_upper[at] - price_lower[at] - uniform[r];
            slope[j] += price[at] * problem->rule[r].travel_weight;
            weight += fabs(price[at]);
        }
        slack = fmax(slack, ROUNDING_MICRO + 0.5 * weight);
    }
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (int32_t i = 0; i < problem->accounts->count; i++)
        sum += (int64_t)floor(least(problem, price, slope, disruption, i) - slack);
    *sum_out = sum;
done:
    ambit_free(&price);
    ambit_free(&slope);
    return status;
}

int64_t ambit_bound_constant(const struct ambit_problem *problem, const double *price_lower,
                             const double *price_upper)
{
    const int rules = problem->rule_count;
    double sum = 0.0;
    for (int32_t j = 0; j < problem->territories->count; j++) {
        for (int r = 0; r < rules; r++) {
            const struct ambit_rule *rule = &problem->rule[r];
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            if (rule->upper.kind == AMBIT_SIDE_ABSOLUTE) sum += rule->upper.value * price_upper[at];
            if (rule->lower.kind == AMBIT_SIDE_ABSOLUTE) sum -= rule->lower.value * price_lower[at];
        }
    }
    return (int64_t)ceil(sum + fabs(sum) * 1e-12) + 1;
}
