/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What it costs an account to leave its current territory, and the budgets that all who leave draw
 * on. A budget has one cell for the nation, or one for each territory that loses accounts:
 *
 *     Σ_{i leaves, i counts in cell c} amount_ic ≤ most_c            (micro-units)
 *
 * It is one linear constraint a cell, and so has one multiplier, λ_c ≥ 0 hours a unit. An account
 * pays at them in every territory but its own:
 *
 *     leave_i = own price_i + Σ_c λ_c amount_ic
 *
 * so that prices, candidates, groups and the bound see budgets as a price of leaving and nothing
 * else; the bound is less by Σ_c λ_c most_c. Who may never leave (protected, or larger alone than
 * what is left to a budget of its own) pays AMBIT_LEAVE_NEVER, far above all travel.
 */
#ifndef AMBIT_DISRUPTION_H
#define AMBIT_DISRUPTION_H

#include "engine/model/accounts.h"
#include "engine/model/scenario.h"
#include <stdbool.h>
#include <stdint.h>

/* Micro-hours; above any travel and price, and a thousand of them can be added up. What many
 * accounts that stay together pay is no more than the second, of which a hundred can. */
#define AMBIT_LEAVE_NEVER (INT64_C(1) << 50)
#define AMBIT_LEAVE_MOST (64 * AMBIT_LEAVE_NEVER)

/* accounts->tags: the account never leaves its current territory; or, bit b, budget b does not
 * count it. */
#define AMBIT_TAG_HELD (UINT32_C(1) << 31)
#define AMBIT_TAG_UNCOUNTED(b) (UINT32_C(1) << (b))

/* The budgets of a scenario, compiled. Zeroed: there are none. */
struct ambit_budgets {
    const struct ambit_disruption_terms *terms; /* borrowed */
    int32_t territories;
    int32_t first[AMBIT_BUDGET_MAX + 1]; /* cells of each budget */
    int64_t *total; /* owned; per cell, of the accounts that have a current territory */
    int64_t *most;  /* owned; per cell */
    double *price;  /* owned; per cell, hours a unit */
    int64_t *leave; /* owned; per account of the slice, of units per row, micro-hours; NULL: one
                       price for all */
};

/* The accounts that account i stands for one by one: itself, or the rows of a unit. */
static inline const struct ambit_accounts *ambit_account_rows(const struct ambit_accounts *accounts,
                                                              int32_t i, int32_t *begin_out,
                                                              int32_t *end_out)
{
    const bool is_unit = accounts->rows != NULL;
    *begin_out = is_unit ? accounts->begin[i] : i;
    *end_out = is_unit ? accounts->begin[i + 1] : i + 1;
    return is_unit ? accounts->rows : accounts;
}

/* Whether account `row` (no unit) never leaves its current territory. */
static inline bool ambit_is_held(const struct ambit_accounts *rows, int32_t row)
{
    return rows->tags != NULL && (rows->tags[row] & AMBIT_TAG_HELD) != 0 &&
           rows->previous[row] >= 0;
}

/* Tags of account i; those of the first of a unit. */
static inline uint32_t ambit_account_tags(const struct ambit_accounts *accounts, int32_t i)
{
    int32_t begin, end;
    const struct ambit_accounts *const rows = ambit_account_rows(accounts, i, &begin, &end);
    return rows->tags != NULL ? rows->tags[begin] : 0;
}

/* Micro-hours that account i pays for being in territory j, and not where it is today. */
static inline int64_t ambit_leave_price(const struct ambit_budgets *budgets,
                                        const struct ambit_accounts *accounts, int32_t i, int32_t j)
{
    int32_t begin, end;
    int64_t price = 0;
    const struct ambit_accounts *const rows = ambit_account_rows(accounts, i, &begin, &end);
    for (int32_t row = begin; row < end && price < AMBIT_LEAVE_MOST; row++) {
        if (rows->previous[row] >= 0 && rows->previous[row] != j) price += budgets->leave[row];
    }
    return price < AMBIT_LEAVE_MOST ? price : AMBIT_LEAVE_MOST;
}

/* True where a scenario needs more than one price for all. */
bool ambit_disruption_is_detailed(const struct ambit_disruption_terms *terms);

/* The cells of all budgets of a scenario, and of compiled ones. */
int32_t ambit_budget_cell_count(const struct ambit_disruption_terms *terms, int32_t territories);
int32_t ambit_budget_cells(const struct ambit_budgets *budgets);

/* The cell of budget b that account `row` (no unit) draws on, or −1 where it has no current
 * territory or does not count. */
int32_t ambit_budget_cell(const struct ambit_budgets *budgets, const struct ambit_accounts *rows,
                          int b, int32_t row);

/* Micro-units that account `row` draws on budget b by leaving. */
int64_t ambit_budget_amount(const struct ambit_disruption_terms *terms,
                            const struct ambit_accounts *rows, int b, int32_t row);

/* Micro-hours that the scenario asks for account i's being in territory j, whatever the budgets. */
int64_t ambit_leave_own_price(const struct ambit_scenario *scenario,
                              const struct ambit_accounts *accounts, int32_t i, int32_t j);

/* What a budget of `total` micro-units allows. */
int64_t ambit_budget_most(const struct ambit_budget *budget, int64_t total);

/* Cells, with all sums and prices 0, and `leave` where the scenario needs it. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_budgets_create(const struct ambit_scenario *scenario, int32_t territories,
                                  const struct ambit_accounts *accounts,
                                  struct ambit_budgets *out) AMBIT_CHECKED;
void ambit_budgets_clear(struct ambit_budgets *budgets);

/* Copies sums, limits and prices of the same scenario's budgets. Local. */
void ambit_budgets_take(const struct ambit_budgets *from, struct ambit_budgets *to);

/* Adds the slice's accounts to total_inout (per cell). Local. */
void ambit_budgets_add_totals(const struct ambit_budgets *budgets,
                              const struct ambit_accounts *accounts, int64_t *total_inout);

/* Adds what the plan `label` of the slice draws on each cell to spent_inout. Local. */
void ambit_budgets_add_spent(const struct ambit_budgets *budgets,
                             const struct ambit_accounts *accounts, const int32_t *label,
                             int64_t *spent_inout);

/* Fills budgets->leave from the prices as they are. Local. */
void ambit_budgets_price(const struct ambit_scenario *scenario,
                         const struct ambit_accounts *accounts, struct ambit_budgets *budgets);

#endif
