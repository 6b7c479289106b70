/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Budgets and prices of leaving on accounts sized by hand, what a group affords, and the knee of a
 * frontier.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/disruption.h"
#include "engine/model/frontier.h"
#include "solvers/group.h"
#include "tests/harness.h"

#include <math.h>

/* Five accounts, of territories 0, 0, 1, 1 and none; 10, 20, 30, 40 and 50 units. */
static void open_nation(struct ambit_scenario *scenario, struct ambit_accounts *accounts)
{
    static const int32_t today[] = {0, 0, 1, 1, -1};
    ambit_scenario_init(scenario);
    struct ambit_disruption_terms *const terms = &scenario->disruption;
    const struct ambit_measure count = {
        .name = "accounts", .term_count = 1, .term = {AMBIT_TERM_COUNT}};
    const struct ambit_measure value = {.name = "value", .term_count = 1, .term = {0}};
    terms->budget_count = 2;
    terms->budget[0] = (struct ambit_budget){.sum = count, .is_part = true, .most = 0.5};
    terms->budget[1] =
        (struct ambit_budget){.scope = AMBIT_BUDGET_TERRITORY, .sum = value, .most = 35.0};
    terms->cost_count = 1;
    terms->cost_sum[0] = value;
    terms->cost_hours[0] = 0.1;
    scenario->disruption_hours = 2.0;
    CU_ASSERT_EQUAL_FATAL(ambit_accounts_create(5, 4, 1, accounts), AMBIT_OK);
    for (int32_t i = 0; i < 5; i++) {
        accounts->previous[i] = today[i];
        accounts->column[0][i] = 10 * (i + 1) * AMBIT_MICRO;
    }
}

static void counts_and_prices(void)
{
    struct ambit_scenario scenario;
    struct ambit_accounts accounts = {0};
    struct ambit_budgets budgets;
    int64_t spent[3] = {0};
    const int32_t plan[] = {1, 0, 0, 1, 0};
    open_nation(&scenario, &accounts);
    CU_ASSERT_EQUAL_FATAL(ambit_budgets_create(&scenario, 2, &accounts, &budgets), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_budget_cells(&budgets), 3);
    ambit_budgets_add_totals(&budgets, &accounts, budgets.total);
    CU_ASSERT_EQUAL(budgets.total[0], 4 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(budgets.total[1], 30 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(budgets.total[2], 70 * AMBIT_MICRO);
    ambit_budgets_add_spent(&budgets, &accounts, plan, spent);
    CU_ASSERT_EQUAL(spent[0], 2 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(spent[1], 10 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(spent[2], 30 * AMBIT_MICRO);
    for (int b = 0; b < 2; b++) {
        for (int32_t c = budgets.first[b]; c < budgets.first[b + 1]; c++)
            budgets.most[c] = ambit_budget_most(&scenario.disruption.budget[b], budgets.total[c]);
    }
    CU_ASSERT_EQUAL(budgets.most[0], 2 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(budgets.most[2], 35 * AMBIT_MICRO);
    /* 2 h an account, 0.1 h a unit, 3 h of the nation's budget, 0.5 h a unit of territory 1's. */
    budgets.price[0] = 3.0;
    budgets.price[2] = 0.5;
    ambit_budgets_price(&scenario, &accounts, &budgets);
    CU_ASSERT_EQUAL(budgets.leave[0], 6 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(budgets.leave[2], 23 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(budgets.leave[3], AMBIT_LEAVE_NEVER); /* 40 units alone are above 35 */
    CU_ASSERT_EQUAL(budgets.leave[4], 0);
    CU_ASSERT_EQUAL(ambit_leave_price(&budgets, &accounts, 2, 1), 0);
    CU_ASSERT_EQUAL(ambit_leave_price(&budgets, &accounts, 2, 0), 23 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(ambit_leave_own_price(&scenario, &accounts, 2, 0), 5 * AMBIT_MICRO);
    ambit_budgets_clear(&budgets);
    ambit_accounts_clear(&accounts);
    ambit_scenario_clear(&scenario);
}

static void tags_hold_and_leave_out(void)
{
    struct ambit_scenario scenario;
    struct ambit_accounts accounts = {0};
    struct ambit_budgets budgets;
    int64_t total[3] = {0};
    open_nation(&scenario, &accounts);
    CU_ASSERT_EQUAL_FATAL(ambit_alloc(&accounts.tags, 5, sizeof *accounts.tags), AMBIT_OK);
    CU_ASSERT_EQUAL_FATAL(ambit_budgets_create(&scenario, 2, &accounts, &budgets), AMBIT_OK);
    accounts.tags[0] = AMBIT_TAG_HELD;
    accounts.tags[1] = AMBIT_TAG_UNCOUNTED(0);
    accounts.tags[3] = AMBIT_TAG_UNCOUNTED(1);
    ambit_budgets_add_totals(&budgets, &accounts, total);
    CU_ASSERT_EQUAL(total[0], 3 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(total[1], 30 * AMBIT_MICRO);
    CU_ASSERT_EQUAL(total[2], 30 * AMBIT_MICRO);
    for (int32_t c = 0; c < 3; c++)
        budgets.most[c] = 35 * AMBIT_MICRO;
    ambit_budgets_price(&scenario, &accounts, &budgets);
    CU_ASSERT_EQUAL(budgets.leave[0], AMBIT_LEAVE_NEVER);
    CU_ASSERT_EQUAL(budgets.leave[3], 6 * AMBIT_MICRO); /* 40 units that do not count */
    ambit_budgets_clear(&budgets);
    ambit_accounts_clear(&accounts);
    ambit_scenario_clear(&scenario);
}

/* Two accounts at home in choice 0, a third away; what is left is 3 units of cell 0, 0 of cell 1.
 */
static void affords_what_is_left(void)
{
    const struct ambit_draw draw[3][1] = {{{.cell = 0, .amount = {0, 2}}},
                                          {{.cell = 0, .amount = {0, 2}}},
                                          {{.cell = 0, .amount = {1, 0}}}};
    const struct ambit_border_account account[3] = {{.choice_count = 2, .draw = draw[0]},
                                                    {.choice_count = 2, .draw = draw[1]},
                                                    {.choice_count = 2, .draw = draw[2]}};
    int64_t left[1] = {3};
    int32_t chosen[3] = {0};
    struct ambit_group group = {.account = account,
                                .account_count = 3,
                                .chosen = chosen,
                                .draws = 1,
                                .cells = 1,
                                .left = left};
    int64_t load[1] = {0}, violation[1] = {0};
    const double low = -INFINITY, high = INFINITY, scale = 1.0;
    group.territory_count = 1;
    group.load = load;
    group.violation = violation;
    group.low = &low;
    group.high = &high;
    group.scale = &scale;
    CU_ASSERT_TRUE(ambit_group_affords(&group, 0, 1, -1, 0));
    CU_ASSERT_FALSE(ambit_group_affords(&group, 0, 1, 1, 1)); /* 4 of 3 */
    ambit_group_choose(&group, 0, 1);
    CU_ASSERT_EQUAL(left[0], 1);
    CU_ASSERT_FALSE(ambit_group_affords(&group, 1, 1, -1, 0));
    CU_ASSERT_TRUE(ambit_group_affords(&group, 1, 1, 2, 1)); /* the third goes home for it */
    CU_ASSERT_TRUE(ambit_group_affords(&group, 2, 1, 1, 1));
    ambit_group_choose(&group, 0, 0);
    CU_ASSERT_EQUAL(left[0], 3);
    left[0] = -5; /* overdrawn: only less is allowed */
    CU_ASSERT_FALSE(ambit_group_affords(&group, 0, 1, -1, 0));
    CU_ASSERT_TRUE(ambit_group_affords(&group, 2, 1, -1, 0));
    CU_ASSERT_TRUE(ambit_group_within(&group, (const int64_t[]){-5}));
    CU_ASSERT_FALSE(ambit_group_within(&group, (const int64_t[]){-4}));
}

static void point(struct ambit_frontier *f, bool feasible, int64_t moved, int64_t objective)
{
    struct ambit_result *const r = &f->point[f->count++].result;
    r->feasible = feasible;
    r->moved_count = moved;
    r->objective = objective;
}

static void marks_the_knee(void)
{
    struct ambit_frontier *f = NULL;
    CU_ASSERT_EQUAL_FATAL(ambit_alloc(&f, 1, sizeof *f), AMBIT_OK);
    ambit_frontier_init(f);
    ambit_frontier_mark_knee(f);
    CU_ASSERT_EQUAL(f->knee, -1);
    point(f, false, 0, 50);
    point(f, true, 10, 1000);
    ambit_frontier_mark_knee(f);
    CU_ASSERT_EQUAL(f->knee, -1); /* one alone */
    point(f, true, 20, 900);      /* 0.1 of the way for 0.125 of the saving */
    point(f, true, 30, 500);      /* 0.2 for 0.625: the knee */
    point(f, true, 60, 300);      /* 0.5 for 0.875 */
    point(f, true, 110, 200);
    ambit_frontier_mark_knee(f);
    CU_ASSERT_EQUAL(f->knee, 3);
    CU_ASSERT_TRUE(ambit_frontier_is_better(&f->point[1], &f->point[0]));
    CU_ASSERT_FALSE(ambit_frontier_is_better(&f->point[0], &f->point[1]));
    CU_ASSERT_TRUE(ambit_frontier_is_better(&f->point[2], &f->point[1]));
    ambit_frontier_clear(f);
    ambit_free(&f);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"counts and prices", counts_and_prices},
        {"tags hold and leave out", tags_hold_and_leave_out},
        {"a group affords what is left", affords_what_is_left},
        {"marks the knee", marks_the_knee},
    };
    return ambit_test_main("disruption", tests, AMBIT_TEST_COUNT(tests));
}
