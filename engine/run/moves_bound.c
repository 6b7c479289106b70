/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What any plan that meets the bands has to draw on a budget, proven from today's plan alone. A
 * territory that has more today than a band lets it have must lose the difference, and the cheapest
 * way is to part with the accounts of least draw for each unit of load first, the last one in part:
 * the optimum of that knapsack's relaxation, rounded up for each territory where accounts draw
 * whole units. One that has too little must get the rest, at no less than the nation's least draw
 * for each unit. Losses of several territories are of different accounts, and so are gains; the
 * larger sum is the bound.
 *
 * Accounts are put into bins by draw a unit, each with the least in it, so that ranks add up bins
 * and not accounts. Cost: a pass over the accounts for each budget and rule. Weakness: bands with
 * travel or shares are left out, since what they let a territory have is known with the plan only;
 * and nothing says where the accounts could go.
 */
#include "engine/run/moves_bound.h"
#include "engine/base/memory.h"

#include <math.h>
#include <string.h>

enum { FINE = 4, LOWEST = -16, BINS = 1 + 32 * FINE }; /* the first: accounts that draw nothing */
#define MICRO 1000000.0
#define HAIR 1e-9

struct bound {
    int64_t *load;  /* owned; [territory × BINS + bin]: of accounts that are there today */
    int64_t *ratio; /* owned; [bin]: bits of the least draw a unit; positive doubles keep order */
    double *leave, *enter; /* owned; [territory]: draw, micro-units, the most of all rules */
    bool whole;            /* accounts draw whole units each */
};

static bool is_used(const struct ambit_job *job, int r)
{
    const struct ambit_band *const band = &job->scenario.band[job->problem.rule[r].band];
    return job->problem.rule[r].travel_weight == 0.0 && band->share_of < 0 && !band->relax;
}

/* Whether accounts draw whole units each, as one each on a budget of accounts. */
static bool is_whole(const struct ambit_job *job, int b)
{
    int64_t parts = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        parts +=
            ambit_budget_amount(&job->scenario.disruption, &job->accounts, b, i) % (int64_t)MICRO !=
            0;
    ambit_comm_sum_i64(job->comm, &parts, 1);
    return parts == 0;
}

static int bin_of(double ratio)
{
    int exponent = 0;
    if (!(ratio > 0.0)) return 0;
    const double part = frexp(ratio, &exponent); /* in [½, 1) */
    const int at = (exponent - LOWEST) * FINE + (int)((part - 0.5) * 2.0 * FINE);
    return 1 + (at < 0 ? 0 : at > BINS - 2 ? BINS - 2 : at);
}

/* False where a load or draw is below zero, of which nothing is proven. */
static bool fill_bins(const struct ambit_job *job, int b, int r, struct bound *bound)
{
    const struct ambit_accounts *const a = &job->accounts;
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const double infinite = INFINITY;
    int64_t below = 0;
    memset(bound->load, 0, (size_t)job->territories.count * BINS * sizeof *bound->load);
    for (int bin = 0; bin < BINS; bin++)
        memcpy(&bound->ratio[bin], &infinite, sizeof infinite);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t load = job->problem.base[r][i];
        const bool counts = ambit_budget_cell(budgets, a, b, i) >= 0;
        const double draw = counts ? (double)ambit_budget_amount(budgets->terms, a, b, i) : 0.0;
        below += load < 0 || draw < 0.0;
        if (load <= 0) continue;
        const double ratio = draw / (double)load;
        const int bin = bin_of(ratio);
        int64_t bits;
        memcpy(&bits, &ratio, sizeof bits);
        if (bits < bound->ratio[bin]) bound->ratio[bin] = bits;
        if (a->previous[i] >= 0) bound->load[(int64_t)a->previous[i] * BINS + bin] += load;
    }
    ambit_comm_sum_i64(job->comm, bound->load, (int64_t)job->territories.count * BINS);
    ambit_comm_min_i64(job->comm, bound->ratio, BINS);
    ambit_comm_sum_i64(job->comm, &below, 1);
    return below == 0;
}

static double ratio_of(const struct bound *bound, int bin)
{
    double ratio;
    memcpy(&ratio, &bound->ratio[bin], sizeof ratio);
    return ratio;
}

/* Certain although doubles round; whole units where accounts draw such. */
static double sure(const struct bound *bound, double draw)
{
    if (bound->whole) return ceil(draw / MICRO - 1e-6) * MICRO;
    return floor(draw * (1.0 - HAIR));
}

static void bound_territory(struct bound *bound, int32_t j, double low, double high)
{
    double load = 0.0, draw = 0.0, least = INFINITY;
    for (int bin = 0; bin < BINS; bin++) {
        load += (double)bound->load[(int64_t)j * BINS + bin];
        least = fmin(least, ratio_of(bound, bin));
    }
    double excess = load - high * (1.0 + HAIR) - 1.0;
    const double lack = low * (1.0 - HAIR) - 1.0 - load;
    for (int bin = 0; bin < BINS && excess > 0.0; bin++) {
        const double taken = fmin(excess, (double)bound->load[(int64_t)j * BINS + bin]);
        if (taken > 0.0) draw += taken * ratio_of(bound, bin);
        excess -= taken;
    }
    bound->leave[j] = fmax(bound->leave[j], sure(bound, draw));
    if (lack > 0.0 && isfinite(least))
        bound->enter[j] = fmax(bound->enter[j], sure(bound, lack * least));
}

/* Of budget b; the cells that it has in the result are at `cell` on rank 0. */
static void bound_budget(struct ambit_job *job, int b, const double *low, const double *high,
                         struct bound *bound, struct ambit_result_budget_cell *cell)
{
    const size_t rules = (size_t)job->problem.rule_count;
    const int32_t territories = job->territories.count;
    double leave = 0.0, enter = 0.0;
    for (int32_t j = 0; j < territories; j++)
        bound->leave[j] = bound->enter[j] = 0.0;
    for (size_t r = 0; r < rules; r++) {
        if (!is_used(job, (int)r) || !fill_bins(job, b, (int)r, bound)) continue;
        for (int32_t j = 0; j < territories; j++) {
            if (ambit_is_asked(&job->problem, j))
                bound_territory(bound, j, low[(size_t)j * rules + r], high[(size_t)j * rules + r]);
        }
    }
    if (cell == NULL) return;
    const bool by_territory = job->scenario.disruption.budget[b].scope == AMBIT_BUDGET_TERRITORY;
    for (int32_t j = 0; j < territories; j++) {
        leave += bound->leave[j];
        enter += bound->enter[j];
        if (by_territory) cell[j].least = (int64_t)bound->leave[j];
    }
    if (!by_territory) cell->least = (int64_t)fmax(leave, enter);
}

ambit_status ambit_job_bound_moves(struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    const size_t territories = (size_t)job->territories.count;
    const size_t limits = territories * (size_t)job->problem.rule_count;
    int64_t total[AMBIT_RULE_MAX] = {0};
    struct bound bound = {0};
    double *low = NULL, *high = NULL;
    if (terms->budget_count == 0) return AMBIT_OK;
    status = ambit_alloc(&low, limits, sizeof *low);
    if (status == AMBIT_OK) status = ambit_alloc(&high, limits, sizeof *high);
    if (status == AMBIT_OK) status = ambit_alloc(&bound.load, territories * BINS, sizeof(int64_t));
    if (status == AMBIT_OK) status = ambit_alloc(&bound.ratio, BINS, sizeof(int64_t));
    if (status == AMBIT_OK) status = ambit_alloc(&bound.leave, territories, sizeof(double));
    if (status == AMBIT_OK) status = ambit_alloc(&bound.enter, territories, sizeof(double));
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(low != NULL && high != NULL && bound.enter != NULL);
    for (int r = 0; r < job->problem.rule_count; r++)
        for (int32_t i = 0; i < job->accounts.count; i++)
            total[r] += job->problem.base[r][i];
    ambit_comm_sum_i64(job->comm, total, AMBIT_RULE_MAX);
    ambit_problem_sides(&job->problem, total, 0.0, low, high);
    for (int b = 0; b < terms->budget_count; b++) {
        const bool keeps = result->budget_cell != NULL;
        bound.whole = is_whole(job, b);
        bound_budget(job, b, low, high, &bound,
                     keeps ? &result->budget_cell[job->problem.budgets.first[b]] : NULL);
    }
done:
    ambit_free(&low);
    ambit_free(&high);
    ambit_free(&bound.load);
    ambit_free(&bound.ratio);
    ambit_free(&bound.leave);
    ambit_free(&bound.enter);
    return status;
}
