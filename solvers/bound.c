/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The minimum over all territories is found on shortlists of runs of accounts (shortlist.h), which
 * leave out only what is dearer for every account of a run; of those left, an account's cost is
 * taken to the last digit wherever the knots of the haul curve do not rule it out.
 */
#include "solvers/bound.h"
#include "engine/base/memory.h"
#include "solvers/candidates.h"
#include "solvers/shortlist.h"

#include <math.h>
#include <omp.h>

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
            if (!ambit_is_asked(problem, j)) continue;
            if (rule->upper.kind == AMBIT_SIDE_RELATIVE)
                uniform_out[r] += rule->share[j] * rule->upper.value * price_upper[at];
            if (rule->lower.kind == AMBIT_SIDE_RELATIVE)
                uniform_out[r] -= rule->share[j] * rule->lower.value * price_lower[at];
        }
    }
}

void ambit_bound_acting_prices(const struct ambit_problem *problem, const double *price_lower,
                               const double *price_upper, double *acting_out)
{
    const size_t rules = (size_t)problem->rule_count;
    const size_t cells = (size_t)problem->territories->count * rules;
    double uniform[AMBIT_RULE_MAX];
    ambit_bound_uniform_prices(problem, price_lower, price_upper, uniform);
    for (size_t at = 0; at < cells; at++)
        acting_out[at] = price_upper[at] - (price_lower[at] + uniform[at % rules]);
}

/* Least cost of account i over all territories, from those of its shortlist that may have it. Where
 * none may there is no plan, and anything is below it. */
static double least(const struct ambit_shortlists *lists, int32_t i,
                    struct ambit_shortlist_scan *scan)
{
    const struct ambit_problem *const problem = lists->problem;
    const int32_t *list = NULL;
    const int32_t listed = ambit_shortlist_scan_next(scan, i, &list);
    const double most = ambit_shortlist_bounds(scan, i, list, listed);
    double best = INFINITY;
    for (int32_t n = 0; n < listed; n++) {
        if (scan->bound[2 * n] > most) continue;
        const int64_t travel = ambit_travel_of(problem->scenario, problem->accounts, i,
                                               problem->territories->item[list[n]].position);
        best = fmin(best, ambit_reduced_cost(problem, lists->price, i, list[n], travel));
    }
    /* Who never should leave and must leaves no plan; below his price is a bound all the same. */
    if (best >= (double)AMBIT_LEAVE_NEVER) best = fmod(best, (double)AMBIT_LEAVE_NEVER);
    return isfinite(best) ? best : 0.0;
}

/* Sum over the accounts of a run of their least costs less `slack`, each rounded down; of a unit
 * the slack is that of all its accounts. */
static int64_t sum_run(const struct ambit_shortlists *lists, int32_t begin, int32_t end,
                       double slack, struct ambit_shortlist_scan *scan)
{
    int64_t sum = 0;
    ambit_shortlist_scan_begin(scan, begin, end);
    for (int32_t i = begin; i < end; i++)
        sum += (int64_t)floor(least(lists, i, scan) -
                              slack * ambit_account_unit_size(lists->problem->accounts, i));
    return sum;
}

ambit_status ambit_bound_slice(const struct ambit_problem *problem, const double *price_lower,
                               const double *price_upper, int64_t *sum_out)
{
    ambit_status status = AMBIT_OK;
    const int rules = problem->rule_count;
    const int32_t territories = problem->territories->count;
    const int threads = omp_get_max_threads();
    struct ambit_shortlists lists = {0};
    struct ambit_shortlist_scan *scan = NULL;
    const struct ambit_shortlist_wish wish = {.margin = 0.0};
    enum { RUN = AMBIT_SHORTLIST_RUN };
    double *price = NULL, uniform[AMBIT_RULE_MAX], slack = ROUNDING_MICRO;
    int64_t sum = 0;
    AMBIT_TRY(ambit_alloc(&price, (size_t)territories * (size_t)rules, sizeof *price));
    ambit_bound_uniform_prices(problem, price_lower, price_upper, uniform);
    for (int32_t j = 0; j < territories; j++) {
        double weight = 0.0;
        for (int r = 0; r < rules; r++) {
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            price[at] = ambit_is_asked(problem, j) ? price_upper[at] - price_lower[at] : 0.0;
            price[at] -= uniform[r];
            weight += fabs(price[at]);
        }
        slack = fmax(slack, ROUNDING_MICRO + 0.5 * weight);
    }
    AMBIT_TRY(ambit_shortlists_create(problem, price, &lists));
    AMBIT_TRY(ambit_alloc(&scan, (size_t)threads, sizeof *scan));
    for (int t = 0; t < threads; t++)
        AMBIT_TRY(ambit_shortlist_scan_create(&lists, &wish, &scan[t]));
    const int32_t count = problem->accounts->count;
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : sum) num_threads(threads)
    for (int32_t run = 0; run < count; run += RUN)
        sum += sum_run(&lists, run, count - run > RUN ? run + RUN : count, slack,
                       &scan[omp_get_thread_num()]);
    *sum_out = sum;
done:
    for (int t = 0; scan != NULL && t < threads; t++)
        ambit_shortlist_scan_clear(&scan[t]);
    ambit_free(&scan);
    ambit_free(&price);
    ambit_shortlists_clear(&lists);
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
            double limit = 0.0;
            if (!ambit_is_asked(problem, j)) continue;
            if (ambit_side_fixed(rule, &rule->upper, j, &limit)) sum += limit * price_upper[at];
            if (ambit_side_fixed(rule, &rule->lower, j, &limit)) sum -= limit * price_lower[at];
        }
    }
    for (int32_t c = 0; c < ambit_budget_cells(&problem->budgets); c++)
        sum += problem->budgets.price[c] * (double)problem->budgets.most[c];
    return (int64_t)ceil(sum + fabs(sum) * 1e-12) + 1;
}
