/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Improving a group: the ILP and the whole against brute force, local search that never makes a
 * plan worse and keeps its figures right, GLPK in threads, and faults.
 */
#include "solvers/assignment_ilp.h"
#include "solvers/group_improve.h"
#include "solvers/local_search.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ACCOUNTS_MAX = 120, TERRITORIES_MAX = 8, RULES_MAX = 3 };
enum { CELLS_MAX = TERRITORIES_MAX * RULES_MAX };

#define SCALE 1000000.0 /* of every rule: the mean load, about */
/* Loads and limits are whole numbers of this, so that one more step of violation always outweighs
 * the costs at the ILP's price and "least violation, then least cost" is what it seeks. */
#define STEP 50000

struct case_group {
    struct ambit_group group;
    struct ambit_border_account account[ACCOUNTS_MAX];
    int64_t load[CELLS_MAX], violation[TERRITORIES_MAX];
    double low[CELLS_MAX], high[CELLS_MAX], price[CELLS_MAX], scale[RULES_MAX];
    int32_t chosen[ACCOUNTS_MAX];
};

static int64_t draw(uint64_t seed, uint64_t stream, int64_t index, int64_t bound)
{
    return (int64_t)ambit_random_below(seed, stream, (uint64_t)index, (uint64_t)bound);
}

static void random_account(uint64_t seed, int64_t a, int territories,
                           struct ambit_border_account *out)
{
    const int choices = 2 + (int)draw(seed, 50, a, (territories < 6 ? territories : 6) - 1);
    *out = (struct ambit_border_account){.index = a, .choice_count = choices};
    const int first = (int)draw(seed, 51, a, territories);
    for (int c = 0; c < choices; c++) {
        out->territory[c] = (first + c) % territories;
        out->cost[c] = 500000 + draw(seed, 52, a * AMBIT_CHOICE_MAX + c, 1000000);
        for (int r = 0; r < RULES_MAX; r++) /* the last rule's load depends on the territory */
            out->load[c][r] =
                STEP * (1 + draw(seed, 53 + (uint64_t)r,
                                 r < RULES_MAX - 1 ? a : a * AMBIT_CHOICE_MAX + c, 8));
    }
}

/* Limits `slack` steps about the loads of a random plan, so that a plan exists; the group itself
 * starts where every account has its choice 0. The third rule is one-sided. */
static void random_group(uint64_t seed, int accounts, int territories, int rules, int slack,
                         struct case_group *out)
{
    int64_t goal[CELLS_MAX];
    memset(out, 0, sizeof *out);
    out->group = (struct ambit_group){.territory_count = territories,
                                      .rules = rules,
                                      .load = out->load,
                                      .violation = out->violation,
                                      .low = out->low,
                                      .high = out->high,
                                      .price = out->price,
                                      .scale = out->scale,
                                      .account_count = accounts,
                                      .account = out->account,
                                      .chosen = out->chosen,
                                      .undecided_max = accounts,
                                      .node_max = 20000};
    for (int cell = 0; cell < territories * rules; cell++) {
        out->load[cell] = goal[cell] =
            STEP * draw(seed, 60, cell, 10); /* accounts that stand still */
        out->price[cell] = uniform(seed, 61, cell, -0.2, 0.2);
    }
    for (int r = 0; r < rules; r++)
        out->scale[r] = SCALE;
    for (int a = 0; a < accounts; a++) {
        struct ambit_border_account *const account = &out->account[a];
        random_account(seed, a, territories, account);
        const int64_t to = draw(seed, 62, a, account->choice_count);
        for (int r = 0; r < rules; r++) {
            out->load[account->territory[0] * rules + r] += account->load[0][r];
            goal[account->territory[to] * rules + r] += account->load[to][r];
        }
    }
    for (int cell = 0; cell < territories * rules; cell++) {
        const bool one_sided = cell % rules == 2;
        out->low[cell] = one_sided ? -INFINITY : (double)(goal[cell] - slack * STEP);
        out->high[cell] = (double)(goal[cell] + slack * STEP);
    }
}

struct score {
    int64_t violation, cost;
};

static bool better(struct score a, struct score b)
{
    return a.violation < b.violation || (a.violation == b.violation && a.cost < b.cost);
}

/* Every broken side counts one part more than it is broken by, which the ILP does not see. */
static struct score without_ones(struct score score)
{
    return (struct score){score.violation / 1000000 * 1000000, score.cost};
}

/* The score of any choice of every account, from scratch; loads are checked by the caller. */
static struct score score_of(const struct case_group *g, const int64_t *fixed,
                             const int32_t *choice, int64_t *load_out)
{
    const int rules = g->group.rules, cells = g->group.territory_count * rules;
    struct score score = {0, 0};
    memcpy(load_out, fixed, (size_t)cells * sizeof *load_out);
    for (int a = 0; a < g->group.account_count; a++) {
        const struct ambit_border_account *const account = &g->account[a];
        score.cost += account->cost[choice[a]];
        for (int r = 0; r < rules; r++)
            load_out[account->territory[choice[a]] * rules + r] += account->load[choice[a]][r];
    }
    for (int cell = 0; cell < cells; cell++) {
        const double x = (double)load_out[cell];
        if (x > g->high[cell]) score.violation += 1 + (int64_t)(1e9 * (x - g->high[cell]) / SCALE);
        if (x < g->low[cell]) score.violation += 1 + (int64_t)(1e9 * (g->low[cell] - x) / SCALE);
    }
    return score;
}

/* What the accounts that are not in the group add. */
static void fixed_loads(const struct case_group *g, int64_t *out)
{
    const int rules = g->group.rules;
    memcpy(out, g->load, sizeof g->load);
    for (int a = 0; a < g->group.account_count; a++) {
        for (int r = 0; r < rules; r++)
            out[g->account[a].territory[g->chosen[a]] * rules + r] -=
                g->account[a].load[g->chosen[a]][r];
    }
}

static struct score best_by_brute_force(const struct case_group *g, const int64_t *fixed)
{
    int32_t choice[ACCOUNTS_MAX] = {0};
    int64_t load[CELLS_MAX];
    struct score best = {INT64_MAX, INT64_MAX};
    for (;;) {
        const struct score score = without_ones(score_of(g, fixed, choice, load));
        if (better(score, best)) best = score;
        int a = 0;
        while (a < g->group.account_count && ++choice[a] == g->account[a].choice_count)
            choice[a++] = 0;
        if (a == g->group.account_count) return best;
    }
}

static void fill_violation(struct case_group *g)
{
    for (int t = 0; t < g->group.territory_count; t++)
        g->violation[t] = ambit_group_violation(&g->group, t, NULL, NULL);
}

/* The group's own running figures against those from scratch; returns the score. */
static struct score check_figures(uint64_t seed, const struct case_group *g, const int64_t *fixed)
{
    int64_t load[CELLS_MAX], violation = 0;
    const struct score score = score_of(g, fixed, g->chosen, load);
    const int cells = g->group.territory_count * g->group.rules;
    CHECK_SEED(seed, memcmp(load, g->load, (size_t)cells * sizeof *load) == 0);
    for (int t = 0; t < g->group.territory_count; t++)
        violation += g->violation[t];
    CHECK_SEED(seed, violation == score.violation);
    return score;
}

/* Within the ILP's gap: a hundred-thousandth of the costs in the model, of at most 1.5 h an
 * account, and of what it is charged for violation. */
static bool as_good(const struct case_group *g, struct score found, struct score best)
{
    const double charge = 1e-9 * (double)best.violation * 100.0 * 1.5e6 * g->group.account_count;
    const double gap = 1e-5 * ((double)best.cost + charge) + 1.0;
    return without_ones(found).violation == best.violation &&
           (double)found.cost <= (double)best.cost + gap;
}

static void violation_of_a_load(void)
{
    CU_ASSERT_EQUAL(ambit_violation(5, 5.0, 9.0, 10.0), 0);
    CU_ASSERT_EQUAL(ambit_violation(9, 5.0, 9.0, 10.0), 0);
    CU_ASSERT_EQUAL(ambit_violation(10, 5.0, 9.0, 10.0), 1 + 100000000);
    CU_ASSERT_EQUAL(ambit_violation(3, 5.0, 9.0, 10.0), 1 + 200000000);
    CU_ASSERT_EQUAL(ambit_violation(3, -INFINITY, 9.0, 10.0), 0);
    CU_ASSERT_EQUAL(ambit_violation(INT64_MAX / 4, 5.0, INFINITY, 10.0), 0);
    CU_ASSERT_EQUAL(ambit_violation(INT64_MAX / 4, 5.0, 9.0, 1.0), INT64_C(1000000000000000));
    CU_ASSERT_EQUAL(ambit_violation(9, 5.0, 8.9999, 1e15), 1); /* never nothing when outside */
}

/* The ILP alone: from where all bands are met (hard rows), and from where some are not (slacks). */
static void ilp_as_by_brute_force(void)
{
    static struct case_group g;
    int met = 0, broken = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        const int accounts = 1 + (int)draw(seed, 70, 0, seed % 8 == 0 ? 10 : 8);
        const int rules = 1 + (int)draw(seed, 70, 1, RULES_MAX);
        int64_t fixed[CELLS_MAX];
        int32_t undecided[ACCOUNTS_MAX], choice[ACCOUNTS_MAX];
        random_group(seed, accounts, 3, rules, 1 + (int)draw(seed, 70, 2, 8), &g);
        fill_violation(&g);
        fixed_loads(&g, fixed);
        const struct score start = check_figures(seed, &g, fixed);
        for (int32_t a = 0; a < accounts; a++)
            undecided[a] = accounts - 1 - a;
        must(ambit_assignment_ilp(&g.group, undecided, accounts, choice));
        (void)check_figures(seed, &g, fixed); /* the group itself is left as it was */
        for (int32_t a = 0; a < accounts; a++)
            ambit_group_choose(&g.group, undecided[a], choice[a]);
        const struct score found = check_figures(seed, &g, fixed);
        CHECK_SEED(seed, as_good(&g, found, best_by_brute_force(&g, fixed)));
        met += start.violation == 0;
        broken += start.violation > 0;
    }
    CU_ASSERT(met >= 10 && broken >= 10); /* both kinds were seen */
}

/* Accounts that are not undecided stand still. */
static void ilp_of_some(void)
{
    static struct case_group g, same;
    for (uint64_t seed = 1; seed <= repetitions(20); seed++) {
        int32_t undecided[5], choice[5];
        int64_t fixed[CELLS_MAX];
        random_group(seed, 10, 3, 2, 4, &g);
        fill_violation(&g);
        for (int32_t k = 0; k < 5; k++)
            undecided[k] = 2 * k;
        must(ambit_assignment_ilp(&g.group, undecided, 5, choice));
        /* The same with five accounts alone, the others counted into the loads. */
        same = g;
        same.group.load = same.load;
        same.group.violation = same.violation;
        same.group.chosen = same.chosen;
        same.group.account = same.account;
        same.group.account_count = 5;
        for (int32_t k = 0; k < 5; k++) {
            same.account[k] = g.account[undecided[k]];
            CHECK_SEED(seed, choice[k] >= 0 && choice[k] < same.account[k].choice_count);
        }
        fixed_loads(&same, fixed);
        for (int32_t k = 0; k < 5; k++)
            ambit_group_choose(&same.group, k, choice[k]);
        const struct score found = check_figures(seed, &same, fixed);
        CHECK_SEED(seed, as_good(&same, found, best_by_brute_force(&same, fixed)));
    }
}

/* The score of the group's plan by its own running figures. */
static struct score running_score(const struct case_group *g)
{
    struct score score = {0, 0};
    for (int t = 0; t < g->group.territory_count; t++)
        score.violation += g->violation[t];
    for (int a = 0; a < g->group.account_count; a++)
        score.cost += g->account[a].cost[g->chosen[a]];
    return score;
}

/* After a goes to territory q: no account that was there can make room and improve the plan. */
static void check_partners(uint64_t seed, struct case_group *g, int a, int32_t q, struct score best)
{
    for (int b = 0; b < g->group.account_count; b++) {
        const int32_t there = g->chosen[b];
        if (b == a || g->account[b].territory[there] != q) continue;
        for (int32_t c = 0; c < g->account[b].choice_count; c++) {
            ambit_group_choose(&g->group, b, c);
            CHECK_SEED(seed, !better(running_score(g), best));
        }
        ambit_group_choose(&g->group, b, there);
    }
}

/* No shift, no swap and no chain would improve the plan. */
static void check_local_optimum(uint64_t seed, struct case_group *g)
{
    const struct score best = running_score(g);
    for (int a = 0; a < g->group.account_count; a++) {
        const int32_t here = g->chosen[a];
        for (int32_t c = 0; c < g->account[a].choice_count; c++) {
            if (c == here) continue;
            ambit_group_choose(&g->group, a, c);
            CHECK_SEED(seed, !better(running_score(g), best));
            check_partners(seed, g, a, g->account[a].territory[c], best);
        }
        ambit_group_choose(&g->group, a, here);
    }
}

/* One pass at a time: no pass makes the plan worse, and the running figures stay right. */
static void local_search_never_worsens(void)
{
    static struct case_group g;
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        const int accounts = 2 + (int)draw(seed, 70, 0, ACCOUNTS_MAX - 1);
        int64_t fixed[CELLS_MAX];
        random_group(seed, accounts, 2 + (int)draw(seed, 70, 1, TERRITORIES_MAX - 1),
                     1 + (int)draw(seed, 70, 2, RULES_MAX), (int)draw(seed, 70, 3, 4), &g);
        fill_violation(&g);
        fixed_loads(&g, fixed);
        struct score before = check_figures(seed, &g, fixed);
        for (int pass = 0; pass < 100; pass++) {
            must(ambit_local_search(&g.group, 1));
            const struct score after = check_figures(seed, &g, fixed);
            CHECK_SEED(seed, !better(before, after));
            if (!better(after, before)) break;
            before = after;
        }
        check_local_optimum(seed, &g);
        (void)check_figures(seed, &g, fixed);
    }
}

/* Far too little room in most territories, so that much is broken at the end of any search. */
static void make_impossible(struct case_group *g)
{
    for (int cell = 0; cell < g->group.territory_count * g->group.rules; cell++) {
        const double low = g->low[cell];
        if (cell % 3 == 0) g->low[cell] = g->high[cell] + 4 * STEP;
        if (cell % 3 == 0) g->high[cell] += 6 * STEP;
        if (cell % 3 == 1) g->high[cell] = fmax(low, 0.0) - 2 * STEP;
        if (cell % 3 == 1) g->low[cell] = g->high[cell] - 2 * STEP;
    }
}

/* In one go, where not all passes look everywhere, and with the ILP: nothing is left undone. */
static void searches_end_in_local_optima(void)
{
    static struct case_group g;
    int broken = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        struct ambit_group_outcome outcome;
        int64_t fixed[CELLS_MAX];
        random_group(seed, 20 + (int)draw(seed, 70, 0, 40), 3 + (int)draw(seed, 70, 1, 5),
                     1 + (int)draw(seed, 70, 2, RULES_MAX), (int)draw(seed, 70, 3, 4), &g);
        if (seed % 2 == 0) make_impossible(&g);
        g.group.undecided_max = 12;
        g.group.node_max = 100;
        fill_violation(&g);
        fixed_loads(&g, fixed);
        const struct score before = check_figures(seed, &g, fixed);
        if (seed % 3 > 0)
            must(ambit_local_search(&g.group, 1000));
        else
            must(ambit_group_improve(&g.group, &outcome));
        const struct score after = check_figures(seed, &g, fixed);
        CHECK_SEED(seed, !better(before, after));
        check_local_optimum(seed, &g);
        broken += after.violation > 0;
    }
    CU_ASSERT(broken >= 20);
}

/* Moves that only one neighbourhood can make: bands that hold one account each make a shift alone,
 * and for the chain also a swap, break them. */
static void neighbourhoods(void)
{
    static struct case_group g;
    for (int chain = 0; chain < 2; chain++) {
        memset(&g, 0, sizeof g);
        const int territories = 2 + chain;
        g.group = (struct ambit_group){.territory_count = territories,
                                       .rules = 1,
                                       .load = g.load,
                                       .violation = g.violation,
                                       .low = g.low,
                                       .high = g.high,
                                       .price = g.price,
                                       .scale = g.scale,
                                       .account_count = 2,
                                       .account = g.account,
                                       .chosen = g.chosen,
                                       .undecided_max = 2,
                                       .node_max = 1000};
        g.scale[0] = 1.0;
        for (int t = 0; t < territories; t++)
            g.high[t] = 1.0;
        g.load[0] = g.load[1] = 1;
        g.account[0] = (struct ambit_border_account){
            .choice_count = 2, .territory = {0, 1}, .cost = {10, 4}, .load = {{1}, {1}}};
        g.account[1] = (struct ambit_border_account){
            .choice_count = 2, .territory = {1, chain ? 2 : 0}, .cost = {5, 8}, .load = {{1}, {1}}};
        must(ambit_local_search(&g.group, 10));
        CU_ASSERT_EQUAL(g.chosen[0], 1);
        CU_ASSERT_EQUAL(g.chosen[1], 1);
        CU_ASSERT_EQUAL(g.load[0], chain ? 0 : 1);
        CU_ASSERT_EQUAL(g.load[1], 1);
    }
}

/* The first account must leave its full territory and stands in the second's way; what a chain may
 * earn with it depends on where it is now, not on where it began. */
static void chain_after_a_shift(void)
{
    static struct case_group g;
    random_group(1, 2, 4, 1, 0, &g);
    g.account[0] = (struct ambit_border_account){
        .choice_count = 3, .territory = {0, 1, 2}, .cost = {0, 6, 7}, .load = {{1}, {1}, {1}}};
    g.account[1] = (struct ambit_border_account){
        .choice_count = 2, .territory = {3, 1}, .cost = {5, 3}, .load = {{1}, {1}}};
    for (int t = 0; t < 4; t++) {
        g.low[t] = 0.0;
        g.high[t] = t > 0;
        g.load[t] = t == 0 || t == 3;
    }
    fill_violation(&g);
    must(ambit_local_search(&g.group, 10));
    CU_ASSERT_EQUAL(g.chosen[0], 2);
    CU_ASSERT_EQUAL(g.chosen[1], 1);
}

/* The room that one account leaves behind is seen by one that was looked at before. */
static void room_left_behind(void)
{
    static struct case_group g;
    random_group(1, 2, 3, 1, 0, &g);
    for (int a = 0; a < 2; a++)
        g.account[a] = (struct ambit_border_account){
            .choice_count = 2, .territory = {a, a + 1}, .cost = {5, 1}, .load = {{1}, {1}}};
    for (int t = 0; t < 3; t++) {
        g.low[t] = 0.0;
        g.high[t] = 1.0;
        g.load[t] = t < 2;
    }
    fill_violation(&g);
    must(ambit_local_search(&g.group, 10));
    CU_ASSERT_EQUAL(g.chosen[0], 1);
    CU_ASSERT_EQUAL(g.chosen[1], 1);
}

/* Too much by 2 in territory 0: one account of 2 could go for 100, two of 1 for 1 each. */
static void mending_is_cheap(void)
{
    static struct case_group g;
    random_group(1, 3, 3, 1, 0, &g);
    for (int a = 0; a < 3; a++) {
        const int64_t load = a == 0 ? 2 : 1;
        g.account[a] = (struct ambit_border_account){
            .choice_count = 2, .territory = {0, a == 0 ? 1 : 2}, .load = {{load}, {load}}};
        g.account[a].cost[0] = 1;
        g.account[a].cost[1] = a == 0 ? 101 : 2;
    }
    g.scale[0] = 1.0;
    for (int t = 0; t < 3; t++) {
        g.low[t] = 0.0;
        g.high[t] = 2.0;
        g.price[t] = 0.0;
        g.load[t] = t == 0 ? 4 : 0;
    }
    fill_violation(&g);
    must(ambit_local_search(&g.group, 10));
    CU_ASSERT_EQUAL(g.chosen[0], 0);
    CU_ASSERT_EQUAL(g.chosen[1], 1);
    CU_ASSERT_EQUAL(g.chosen[2], 1);
    CU_ASSERT_EQUAL(g.violation[0], 0);
}

/* Limits need not be whole: a load of 1 is above 0.5, and one of 0 below it. */
static void limits_between_loads(void)
{
    static struct case_group g;
    for (int side = 0; side < 3; side++) {
        random_group(1, 1, 2, 1, 0, &g);
        g.account[0] = (struct ambit_border_account){
            .choice_count = 2, .territory = {0, 1}, .cost = {9, 1}, .load = {{1}, {1}}};
        g.load[0] = 1;
        g.load[1] = 0;
        g.low[0] = side == 0 ? 0.5 : -0.5;
        g.high[0] = 1.5;
        g.low[1] = -0.5;
        g.high[1] = side == 1 ? 0.5 : 1.5;
        fill_violation(&g);
        must(ambit_local_search(&g.group, 1)); /* more would mend what one broke */
        CU_ASSERT_EQUAL(g.chosen[0], side == 2);
        CU_ASSERT_EQUAL(g.violation[0] + g.violation[1], 0);
    }
}

static void improve_as_by_brute_force(void)
{
    static struct case_group g;
    int gained = 0;
    for (uint64_t seed = 101; seed <= 100 + repetitions(60); seed++) {
        struct ambit_group_outcome outcome;
        int64_t fixed[CELLS_MAX];
        int32_t moved = 0;
        const int accounts = 1 + (int)draw(seed, 70, 0, 8);
        random_group(seed, accounts, 3, 1 + (int)draw(seed, 70, 1, RULES_MAX),
                     (int)draw(seed, 70, 2, 6), &g);
        fixed_loads(&g, fixed);
        int64_t load[CELLS_MAX];
        const struct score before = score_of(&g, fixed, g.chosen, load);
        must(ambit_group_improve(&g.group, &outcome));
        const struct score after = check_figures(seed, &g, fixed);
        CHECK_SEED(seed, as_good(&g, after, best_by_brute_force(&g, fixed)));
        CHECK_SEED(seed, after.violation == 0); /* a plan exists by construction */
        CHECK_SEED(seed, outcome.violation_before == before.violation);
        CHECK_SEED(seed, outcome.violation_after == after.violation);
        CHECK_SEED(seed, outcome.cost_gain == before.cost - after.cost);
        for (int a = 0; a < accounts; a++)
            moved += g.chosen[a] != 0;
        CHECK_SEED(seed, outcome.moved == moved);
        gained += better(after, before);
    }
    CU_ASSERT(gained >= 20);
}

/* Where no plan meets the bands: the least violation all the same. (Of plans that are equal but for
 * the ones, improving prefers the fewer ones, at whatever cost.) */
static void improve_what_cannot_be_met(void)
{
    static struct case_group g;
    for (uint64_t seed = 1; seed <= repetitions(20); seed++) {
        struct ambit_group_outcome outcome;
        int64_t fixed[CELLS_MAX];
        random_group(seed, 7, 3, 2, 1, &g);
        for (int cell = 0; cell < 6; cell++) { /* far too little room everywhere */
            g.high[cell] = 4 * STEP;
            g.low[cell] = 2 * STEP;
        }
        fixed_loads(&g, fixed);
        must(ambit_group_improve(&g.group, &outcome));
        const struct score best = best_by_brute_force(&g, fixed);
        CHECK_SEED(seed, best.violation > 0);
        CHECK_SEED(seed, outcome.violation_after <= outcome.violation_before);
        CHECK_SEED(seed, without_ones(check_figures(seed, &g, fixed)).violation == best.violation);
    }
}

static void improve_nothing(void)
{
    static struct case_group g;
    struct ambit_group_outcome outcome = {1, 1, 1, 1};
    random_group(1, 0, 2, 2, 1, &g);
    must(ambit_group_improve(&g.group, &outcome));
    CU_ASSERT_EQUAL(outcome.cost_gain, 0);
    CU_ASSERT_EQUAL(outcome.moved, 0);
    random_group(1, 12, 3, 2, 1, &g);
    g.group.rules = 0; /* without bands every account goes where it costs least */
    must(ambit_group_improve(&g.group, &outcome));
    for (int a = 0; a < 12; a++) {
        for (int c = 0; c < g.account[a].choice_count; c++)
            CU_ASSERT(g.account[a].cost[g.chosen[a]] <= g.account[a].cost[c]);
    }
}

/* GLPK keeps its environment per thread: many groups in threads end as they do one by one. */
static void threads_do_not_matter(void)
{
    enum { GROUPS = 24 };
    struct case_group *serial = must_alloc(GROUPS, sizeof *serial);
    struct case_group *threaded = must_alloc(GROUPS, sizeof *threaded);
    struct ambit_group_outcome outcome[GROUPS];
    ambit_status status[GROUPS];
    for (int g = 0; g < GROUPS; g++) {
        random_group(300 + (uint64_t)g, 60, 6, 3, 2, &serial[g]);
        random_group(300 + (uint64_t)g, 60, 6, 3, 2, &threaded[g]);
        serial[g].group.undecided_max = threaded[g].group.undecided_max = 30;
        serial[g].group.node_max = threaded[g].group.node_max = 200;
        must(ambit_group_improve(&serial[g].group, &outcome[g]));
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(4)
    for (int g = 0; g < GROUPS; g++) {
        struct ambit_group_outcome one;
        status[g] = ambit_group_improve(&threaded[g].group, &one);
        if (one.cost_gain != outcome[g].cost_gain) status[g] = AMBIT_ERR_MISMATCH;
    }
    for (int g = 0; g < GROUPS; g++) {
        CU_ASSERT_EQUAL(status[g], AMBIT_OK);
        CU_ASSERT(memcmp(serial[g].chosen, threaded[g].chosen, sizeof serial[g].chosen) == 0);
        CU_ASSERT(memcmp(serial[g].load, threaded[g].load, sizeof serial[g].load) == 0);
    }
    ambit_free(&serial);
    ambit_free(&threaded);
}

static void out_of_memory(void)
{
    static struct case_group g;
    struct ambit_group_outcome outcome;
    int64_t fixed[CELLS_MAX];
    random_group(7, 40, 4, 3, 2, &g);
    fixed_loads(&g, fixed);
    CHECK_FAULTS(ambit_group_improve(&g.group, &outcome), (void)0);
    (void)check_figures(7, &g, fixed); /* figures stayed right through all of them */
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"violation of a load", violation_of_a_load},
        {"the ILP as by brute force, feasible and elastic", ilp_as_by_brute_force},
        {"the ILP of some accounts, the others still", ilp_of_some},
        {"local search never worsens a plan", local_search_never_worsens},
        {"searches end in local optima", searches_end_in_local_optima},
        {"swaps and chains", neighbourhoods},
        {"a chain after a shift", chain_after_a_shift},
        {"room that is left behind", room_left_behind},
        {"violation is mended where it costs least", mending_is_cheap},
        {"limits between whole loads", limits_between_loads},
        {"improving is optimal on tiny groups", improve_as_by_brute_force},
        {"improving where the bands cannot be met", improve_what_cannot_be_met},
        {"improving an empty group, and one without bands", improve_nothing},
        {"groups in threads as one by one", threads_do_not_matter},
        {"improving when memory runs out", out_of_memory},
    };
    return ambit_test_main("group", tests, AMBIT_TEST_COUNT(tests));
}
