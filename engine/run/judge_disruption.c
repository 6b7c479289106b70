/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's part on disruption: what each budget allows and what the plan draws on it, counted
 * anew from the accounts, and whether a protected account has moved. What it costs goes into the
 * objective.
 */
#include "engine/run/judge_disruption.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdio.h>

/* The rows of a budget's cells begin at the sum of those before it. */
static ambit_status open_cells(const struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    const int32_t territories = job->territories.count;
    const int32_t count = ambit_budget_cell_count(terms, territories);
    int32_t c = 0;
    AMBIT_TRY(ambit_alloc(&result->budget_cell, (size_t)count, sizeof *result->budget_cell));
    result->budget_cell_count = count;
    for (int b = 0; b < terms->budget_count; b++) {
        const bool by_territory = terms->budget[b].scope == AMBIT_BUDGET_TERRITORY;
        for (int32_t j = 0; j < (by_territory ? territories : 1); j++, c++)
            result->budget_cell[c] = (struct ambit_result_budget_cell){
                .budget = b,
                .territory = by_territory ? j : -1,
                .price = job->price_lower != NULL ? job->problem.budgets.price[c] : 0.0,
                .enough = job->enough != NULL ? job->enough[c] : 0};
    }
done:
    return status;
}

/* Adds total and moved of the slice: two numbers a cell, then accounts held and moved all the same,
 * then the hours that moves cost. */
static void tally(const struct ambit_job *job, const int32_t *label, int32_t cells, int64_t *sums)
{
    const struct ambit_accounts *const accounts = &job->accounts;
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    for (int32_t i = 0; i < accounts->count; i++) {
        const int32_t previous = accounts->previous[i];
        int32_t first = 0;
        if (previous < 0) continue;
        const bool moved = label[i] != previous;
        for (int b = 0; b < terms->budget_count; b++) {
            const bool by_territory = terms->budget[b].scope == AMBIT_BUDGET_TERRITORY;
            const int32_t cell = first + (by_territory ? previous : 0);
            const int64_t amount = ambit_account_measure(accounts, &terms->budget[b].sum, i, 0);
            if (ambit_filter_holds(&terms->budget[b].where, accounts, i)) {
                sums[2 * cell] += amount;
                if (moved) sums[2 * cell + 1] += amount;
            }
            first += by_territory ? job->territories.count : 1;
        }
        const bool held = ambit_is_held(accounts, i);
        sums[2 * cells] += held;
        sums[2 * cells + 1] += held && moved;
        if (moved)
            sums[2 * cells + 2] += ambit_leave_own_price(&job->scenario, accounts, i, label[i]);
    }
}

static void judge_budget(const struct ambit_job *job, int b, struct ambit_result *result)
{
    const struct ambit_budget *const from = &job->scenario.disruption.budget[b];
    struct ambit_result_budget *const to = &result->budget[b];
    *to = (struct ambit_result_budget){
        .scope = from->scope, .is_part = from->is_part, .asked = from->most};
    snprintf(to->name, sizeof to->name, "%s", from->sum.name);
    snprintf(to->unit, sizeof to->unit, "%s", from->sum.unit);
    snprintf(to->segment, sizeof to->segment, "%s", from->segment);
    for (int32_t c = 0; c < result->budget_cell_count; c++) {
        struct ambit_result_budget_cell *const cell = &result->budget_cell[c];
        if (cell->budget != b) continue;
        cell->most = ambit_budget_most(from, cell->total);
        if (cell->moved > cell->most) to->over_count++;
    }
    if (to->over_count > 0) result->feasible = false;
}

ambit_status ambit_judge_disruption(struct ambit_job *job, const int32_t *label,
                                    struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    int64_t *sums = NULL;
    result->has_disruption = ambit_disruption_is_detailed(terms);
    if (!result->has_disruption) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm, open_cells(job, result));
    const int32_t cells = result->budget_cell_count;
    const size_t length = 2 * (size_t)cells + 3;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&sums, length, sizeof *sums));
    tally(job, label, cells, sums);
    ambit_comm_sum_i64(job->comm, sums, (int64_t)length);
    for (int32_t c = 0; c < cells; c++) {
        result->budget_cell[c].total = sums[2 * c];
        result->budget_cell[c].moved = sums[2 * c + 1];
    }
    result->budget_count = terms->budget_count;
    for (int b = 0; b < terms->budget_count; b++)
        judge_budget(job, b, result);
    result->held_count = sums[2 * cells];
    result->held_moved_count = sums[2 * cells + 1];
    if (result->held_moved_count > 0) result->feasible = false;
    result->objective = result->travel + sums[2 * cells + 2];
done:
    ambit_free(&sums);
    return status;
}
