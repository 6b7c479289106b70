/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/disruption.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <math.h>
#include <string.h>

bool ambit_disruption_is_detailed(const struct ambit_disruption_terms *terms)
{
    return terms->budget_count > 0 || terms->cost_count > 0 || terms->protection_count > 0;
}

int32_t ambit_budget_cell_count(const struct ambit_disruption_terms *terms, int32_t territories)
{
    int32_t count = 0;
    for (int b = 0; b < terms->budget_count; b++)
        count += terms->budget[b].scope == AMBIT_BUDGET_TERRITORY ? territories : 1;
    return count;
}

int32_t ambit_budget_cells(const struct ambit_budgets *budgets)
{
    return budgets->terms != NULL ? budgets->first[budgets->terms->budget_count] : 0;
}

int32_t ambit_budget_cell(const struct ambit_budgets *budgets, const struct ambit_accounts *rows,
                          int b, int32_t row)
{
    const int32_t previous = rows->previous[row];
    if (previous < 0) return -1;
    if (rows->tags != NULL && (rows->tags[row] & AMBIT_TAG_UNCOUNTED(b)) != 0) return -1;
    const bool by_territory = budgets->terms->budget[b].scope == AMBIT_BUDGET_TERRITORY;
    return budgets->first[b] + (by_territory ? previous : 0);
}

int64_t ambit_budget_amount(const struct ambit_disruption_terms *terms,
                            const struct ambit_accounts *rows, int b, int32_t row)
{
    return ambit_account_measure(rows, &terms->budget[b].sum, row, 0);
}

/* For account `row` (no unit) that leaves. */
static int64_t own_price(const struct ambit_scenario *scenario, const struct ambit_accounts *rows,
                         int32_t row)
{
    const struct ambit_disruption_terms *const terms = &scenario->disruption;
    int64_t price = ambit_to_micro(scenario->disruption_hours) * ambit_account_members(rows, row);
    for (int c = 0; c < terms->cost_count; c++) {
        const int64_t amount = ambit_account_measure(rows, &terms->cost_sum[c], row, 0);
        price += (int64_t)llrint(terms->cost_hours[c] * (double)amount);
    }
    return price;
}

int64_t ambit_leave_own_price(const struct ambit_scenario *scenario,
                              const struct ambit_accounts *accounts, int32_t i, int32_t j)
{
    int32_t begin, end;
    int64_t price = 0;
    const struct ambit_accounts *const rows = ambit_account_rows(accounts, i, &begin, &end);
    for (int32_t row = begin; row < end; row++) {
        if (rows->previous[row] >= 0 && rows->previous[row] != j)
            price += own_price(scenario, rows, row);
    }
    return price;
}

int64_t ambit_budget_most(const struct ambit_budget *budget, int64_t total)
{
    return budget->is_part ? (int64_t)llrint(budget->most * (double)total)
                           : ambit_to_micro(budget->most);
}

static int32_t row_count(const struct ambit_accounts *accounts)
{
    return accounts->rows != NULL ? accounts->rows->count : accounts->count;
}

ambit_status ambit_budgets_create(const struct ambit_scenario *scenario, int32_t territories,
                                  const struct ambit_accounts *accounts, struct ambit_budgets *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_disruption_terms *const terms = &scenario->disruption;
    *out = (struct ambit_budgets){.terms = terms, .territories = territories};
    for (int b = 0; b < terms->budget_count; b++)
        out->first[b + 1] =
            out->first[b] + (terms->budget[b].scope == AMBIT_BUDGET_TERRITORY ? territories : 1);
    const size_t cells = (size_t)out->first[terms->budget_count];
    AMBIT_TRY(ambit_alloc(&out->total, cells, sizeof *out->total));
    AMBIT_TRY(ambit_alloc(&out->most, cells, sizeof *out->most));
    AMBIT_TRY(ambit_alloc(&out->price, cells, sizeof *out->price));
    if (ambit_disruption_is_detailed(terms)) /* never NULL, not even for no accounts */
        AMBIT_TRY(ambit_alloc(&out->leave, (size_t)row_count(accounts) + 1, sizeof *out->leave));
done:
    if (status != AMBIT_OK) ambit_budgets_clear(out);
    return status;
}

void ambit_budgets_clear(struct ambit_budgets *budgets)
{
    ambit_free(&budgets->total);
    ambit_free(&budgets->most);
    ambit_free(&budgets->price);
    ambit_free(&budgets->leave);
    *budgets = (struct ambit_budgets){0};
}

void ambit_budgets_take(const struct ambit_budgets *from, struct ambit_budgets *to)
{
    const size_t cells = (size_t)ambit_budget_cells(from);
    if (cells == 0) return;
    AMBIT_REQUIRE(ambit_budget_cells(to) == ambit_budget_cells(from));
    memcpy(to->total, from->total, cells * sizeof *from->total);
    memcpy(to->most, from->most, cells * sizeof *from->most);
    memcpy(to->price, from->price, cells * sizeof *from->price);
}

/* Adds what each account that leaves for its label draws; where `label` is NULL, all. */
static void add_draws(const struct ambit_budgets *budgets, const struct ambit_accounts *accounts,
                      const int32_t *label, int64_t *sum_inout)
{
    const int count = budgets->terms != NULL ? budgets->terms->budget_count : 0;
    for (int32_t i = 0; i < accounts->count && count > 0; i++) {
        int32_t begin, end;
        const struct ambit_accounts *const rows = ambit_account_rows(accounts, i, &begin, &end);
        for (int32_t row = begin; row < end; row++) {
            if (label != NULL && label[i] == rows->previous[row]) continue;
            for (int b = 0; b < count; b++) {
                const int32_t cell = ambit_budget_cell(budgets, rows, b, row);
                if (cell >= 0) sum_inout[cell] += ambit_budget_amount(budgets->terms, rows, b, row);
            }
        }
    }
}

void ambit_budgets_add_totals(const struct ambit_budgets *budgets,
                              const struct ambit_accounts *accounts, int64_t *total_inout)
{
    add_draws(budgets, accounts, NULL, total_inout);
}

void ambit_budgets_add_spent(const struct ambit_budgets *budgets,
                             const struct ambit_accounts *accounts, const int32_t *label,
                             int64_t *spent_inout)
{
    add_draws(budgets, accounts, label, spent_inout);
}

/* A run of accounts that is larger than a budget may still hold some that are not. */
static bool is_too_large(const struct ambit_accounts *rows, int64_t amount, int64_t most)
{
    return amount > most && (rows->members == NULL || most == 0);
}

/* Rounded down: the bound stays below. */
static int64_t price_one(const struct ambit_scenario *scenario, const struct ambit_accounts *rows,
                         const struct ambit_budgets *budgets, int32_t row)
{
    double drawn = 0.0;
    if (rows->previous[row] < 0) return 0;
    if (ambit_is_held(rows, row)) return AMBIT_LEAVE_NEVER;
    for (int b = 0; b < budgets->terms->budget_count; b++) {
        const int32_t cell = ambit_budget_cell(budgets, rows, b, row);
        if (cell < 0) continue;
        const int64_t amount = ambit_budget_amount(budgets->terms, rows, b, row);
        if (is_too_large(rows, amount, budgets->most[cell])) return AMBIT_LEAVE_NEVER;
        drawn += budgets->price[cell] * (double)amount;
    }
    return own_price(scenario, rows, row) + (int64_t)floor(drawn);
}

void ambit_budgets_price(const struct ambit_scenario *scenario,
                         const struct ambit_accounts *accounts, struct ambit_budgets *budgets)
{
    const struct ambit_accounts *const rows = accounts->rows != NULL ? accounts->rows : accounts;
    if (budgets->leave == NULL) return;
#pragma omp parallel for schedule(static)
    for (int32_t row = 0; row < rows->count; row++)
        budgets->leave[row] = price_one(scenario, rows, budgets, row);
}
