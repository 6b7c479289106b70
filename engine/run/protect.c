/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who stays where he is, and what may change hands in all: protected accounts and the sizes of
 * budgets, from the accounts in their canonical order.
 *
 * The largest N of a sum are found by bisection of the sum at which no more than N are at or above,
 * some sixty counts over the ranks; of those that are just there, the first in canonical order take
 * the places that are left, so that the choice depends on no rank.
 */
#include "engine/run/protect.h"
#include "engine/base/memory.h"

#include <string.h>

/* Accounts with a current territory whose sum is at least `least`, over all ranks. */
static int64_t count_from(struct ambit_job *job, const struct ambit_measure *sum, int64_t least)
{
    int64_t count = 0;
#pragma omp parallel for schedule(static) reduction(+ : count)
    for (int32_t i = 0; i < job->accounts.count; i++)
        count += job->accounts.previous[i] >= 0 &&
                 ambit_account_measure(&job->accounts, sum, i, 0) >= least;
    ambit_comm_sum_i64(job->comm, &count, 1);
    return count;
}

static void hold_top(struct ambit_job *job, const struct ambit_protection *rule, uint32_t *tags)
{
    const struct ambit_accounts *const accounts = &job->accounts;
    int64_t low = 0, high = 0; /* more than `top` at `low`, if anywhere; none above `high` */
    for (int32_t i = 0; i < accounts->count; i++) {
        const int64_t sum = ambit_account_measure(accounts, &rule->sum, i, 0);
        if (accounts->previous[i] >= 0 && sum > high) high = sum;
    }
    ambit_comm_max_i64(job->comm, &high, 1);
    high++;
    while (low < high) { /* the least sum that no more than `top` reach */
        const int64_t middle = low + (high - low) / 2;
        if (count_from(job, &rule->sum, middle) <= rule->top)
            high = middle;
        else
            low = middle + 1;
    }
    int64_t mine = 0;
    for (int32_t i = 0; i < accounts->count; i++)
        mine += accounts->previous[i] >= 0 &&
                ambit_account_measure(accounts, &rule->sum, i, 0) == low - 1;
    int64_t left = rule->top - count_from(job, &rule->sum, low);
    left -= ambit_comm_sum_below_i64(job->comm, mine);
    for (int32_t i = 0; i < accounts->count; i++) {
        if (accounts->previous[i] < 0) continue;
        const int64_t sum = ambit_account_measure(accounts, &rule->sum, i, 0);
        if (sum >= low || (sum == low - 1 && left-- > 0)) tags[i] |= AMBIT_TAG_HELD;
    }
}

static void hold_marked(const struct ambit_job *job, const struct ambit_protection *rule,
                        uint32_t *tags)
{
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (job->accounts.previous[i] >= 0 &&
            ambit_account_measure(&job->accounts, &rule->sum, i, 0) > 0)
            tags[i] |= AMBIT_TAG_HELD;
    }
}

static void hold_meant(const struct ambit_job *job, const struct ambit_protection *rule,
                       uint32_t *tags)
{
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (job->accounts.previous[i] >= 0 && ambit_filter_holds(&rule->where, &job->accounts, i))
            tags[i] |= AMBIT_TAG_HELD;
    }
}

/* Whom each budget does not count. */
static void tag_uncounted(const struct ambit_job *job, uint32_t *tags)
{
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    for (int b = 0; b < terms->budget_count; b++) {
        if (terms->budget[b].where.count == 0) continue;
        for (int32_t i = 0; i < job->accounts.count; i++) {
            if (!ambit_filter_holds(&terms->budget[b].where, &job->accounts, i))
                tags[i] |= AMBIT_TAG_UNCOUNTED(b);
        }
    }
}

static ambit_status tag(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    ambit_free(&job->accounts.tags);
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&job->accounts.tags, (size_t)job->accounts.count + 1,
                                              sizeof *job->accounts.tags));
    uint32_t *const tags = job->accounts.tags;
    for (int p = 0; p < terms->protection_count; p++) {
        const struct ambit_protection *const rule = &terms->protection[p];
        if (rule->kind == AMBIT_PROTECT_TOP) hold_top(job, rule, tags);
        if (rule->kind == AMBIT_PROTECT_COLUMN) hold_marked(job, rule, tags);
        if (rule->kind == AMBIT_PROTECT_WHERE) hold_meant(job, rule, tags);
    }
    tag_uncounted(job, tags);
done:
    return status;
}

void ambit_job_size_budgets(struct ambit_job *job)
{
    struct ambit_budgets *const budgets = &job->problem.budgets;
    for (int b = 0; b < budgets->terms->budget_count; b++) {
        for (int32_t c = budgets->first[b]; c < budgets->first[b + 1]; c++)
            budgets->most[c] = ambit_budget_most(&budgets->terms->budget[b], budgets->total[c]);
    }
    ambit_budgets_price(&job->scenario, &job->accounts, budgets);
}

ambit_status ambit_job_open_disruption(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_budgets *const budgets = &job->problem.budgets;
    if (!ambit_disruption_is_detailed(&job->scenario.disruption)) return AMBIT_OK;
    AMBIT_TRY(tag(job));
    if (ambit_budget_cells(budgets) > 0)
        memset(budgets->total, 0, (size_t)ambit_budget_cells(budgets) * sizeof *budgets->total);
    ambit_budgets_add_totals(budgets, &job->accounts, budgets->total);
    ambit_comm_sum_i64(job->comm, budgets->total, ambit_budget_cells(budgets));
    ambit_job_size_budgets(job);
done:
    return status;
}
