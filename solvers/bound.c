/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The minimum over all territories is found on shortlists of runs of accounts (shortlist.h), which
 * leave out only what is dearer for every account of a run; of those left, an account's cost is
 * taken to the last digit wherever the knots of the haul curve do not rule it out.
 */
#include "solvers/bound.h"
#include "engine/base/memory.h"
#include "solvers/shortlist.h"

#include <math.h>
#include <omp.h>

enum { BLOCK = 32, RUN = 16 * BLOCK };

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

/* Least cost of account i over the list; exact for those that may have it. */
static double least(const struct ambit_shortlists *lists, int32_t i, const int32_t *list,
                    int32_t listed, double *low)
{
    double best = INFINITY, most = INFINITY, high;
    for (int32_t n = 0; n < listed; n++) {
        const double chord2 = ambit_shortlist_chord2(lists, i, list[n]);
        ambit_shortlist_cost(lists, i, list[n], chord2, &low[n], &high);
        most = fmin(most, high);
    }
    for (int32_t n = 0; n < listed; n++) {
        int64_t travel;
        if (low[n] <= most)
            best = fmin(best, ambit_shortlist_exact_cost(lists, i, list[n], &travel));
    }
    return best;
}

/* What a thread works in. */
struct desk {
    double *work;                 /* owned; 3 × territories */
    int32_t *all, *wide, *narrow; /* owned; territories each */
};

static ambit_status open_desk(int32_t territories, struct desk *desk)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)territories;
    AMBIT_TRY(ambit_alloc(&desk->work, 3 * n, sizeof *desk->work));
    AMBIT_TRY(ambit_alloc(&desk->all, n, sizeof *desk->all));
    AMBIT_TRY(ambit_alloc(&desk->wide, n, sizeof *desk->wide));
    AMBIT_TRY(ambit_alloc(&desk->narrow, n, sizeof *desk->narrow));
    for (int32_t j = 0; j < territories; j++)
        desk->all[j] = j;
done:
    return status;
}

static void close_desk(struct desk *desk)
{
    ambit_free(&desk->work);
    ambit_free(&desk->all);
    ambit_free(&desk->wide);
    ambit_free(&desk->narrow);
}

/* Sum over the accounts [begin, end) of their least costs less `slack`, each rounded down. */
static int64_t sum_run(const struct ambit_shortlists *lists, int32_t begin, int32_t end,
                       double slack, struct desk *desk)
{
    const struct ambit_accounts *const accounts = lists->problem->accounts;
    const struct ambit_shortlist_wish wish = {.margin = 0.0};
    int64_t sum = 0;
    const int32_t wide = ambit_shortlist_of(lists, &wish, begin, end, desk->all, lists->count,
                                            desk->work, desk->wide);
    for (int32_t block = begin; block < end; block += BLOCK) {
        const int32_t last = block + BLOCK < end ? block + BLOCK : end;
        int32_t narrow = 0;
        if (wide > 0)
            narrow = ambit_shortlist_of(lists, &wish, block, last, desk->wide, wide, desk->work,
                                        desk->narrow);
        for (int32_t i = block; i < last; i++) {
            const bool visited = accounts->visits[i] >= AMBIT_VISITS_MIN;
            const double cost = visited ? least(lists, i, desk->narrow, narrow, desk->work)
                                        : least(lists, i, desk->all, lists->count, desk->work);
            sum += (int64_t)floor(cost - slack);
        }
    }
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
    struct desk *desk = NULL;
    double *price = NULL, uniform[AMBIT_RULE_MAX], slack = ROUNDING_MICRO;
    int64_t sum = 0;
    AMBIT_TRY(ambit_alloc(&price, (size_t)territories * (size_t)rules, sizeof *price));
    ambit_bound_uniform_prices(problem, price_lower, price_upper, uniform);
    for (int32_t j = 0; j < territories; j++) {
        double weight = 0.0;
        for (int r = 0; r < rules; r++) {
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            price[at] = price_upper[at] - price_lower[at] - uniform[r];
            weight += fabs(price[at]);
        }
        slack = fmax(slack, ROUNDING_MICRO + 0.5 * weight);
    }
    AMBIT_TRY(ambit_shortlists_create(problem, price, &lists));
    AMBIT_TRY(ambit_alloc(&desk, (size_t)threads, sizeof *desk));
    for (int t = 0; t < threads; t++)
        AMBIT_TRY(open_desk(territories, &desk[t]));
    const int32_t count = problem->accounts->count;
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : sum) num_threads(threads)
    for (int32_t run = 0; run < count; run += RUN)
        sum += sum_run(&lists, run, count - run > RUN ? run + RUN : count, slack,
                       &desk[omp_get_thread_num()]);
    *sum_out = sum;
done:
    for (int t = 0; desk != NULL && t < threads; t++)
        close_desk(&desk[t]);
    ambit_free(&desk);
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
            if (rule->upper.kind == AMBIT_SIDE_ABSOLUTE) sum += rule->upper.value * price_upper[at];
            if (rule->lower.kind == AMBIT_SIDE_ABSOLUTE) sum -= rule->lower.value * price_lower[at];
        }
    }
    return (int64_t)ceil(sum + fabs(sum) * 1e-12) + 1;
}
