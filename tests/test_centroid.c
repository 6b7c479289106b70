/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capacitated centred clustering against brute force, and the promises that its search makes. */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "solvers/centroid_descent.h"
#include "solvers/centroid_pool.h"
#include "solvers/centroid_search.h"
#include "solvers/centroid_start.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

enum { ACCOUNTS_MAX = 120 };

struct clustering {
    struct ambit_centroid_problem problem; /* points into this struct, which must stay here */
    double x[ACCOUNTS_MAX], y[ACCOUNTS_MAX];
    int64_t demand[ACCOUNTS_MAX];
    int32_t cluster[ACCOUNTS_MAX];
};

/* Accounts about a few towns, some on one spot, demands in 1–100, clusters filled to `fill`. */
static void random_clustering(uint64_t seed, int32_t count, int32_t centres, double fill,
                              struct clustering *out)
{
    int64_t total = 0;
    memset(out, 0, sizeof *out);
    for (int32_t i = 0; i < count; i++) {
        const uint64_t id = (uint64_t)i, town = ambit_random_below(seed, 1, id, 5);
        out->x[i] =
            1000.0 * ambit_random_unit(seed, 2, town) + 300.0 * ambit_random_unit(seed, 3, id);
        out->y[i] =
            1000.0 * ambit_random_unit(seed, 4, town) + 300.0 * ambit_random_unit(seed, 5, id);
        if (i % 7 == 6) {
            out->x[i] = out->x[i - 1];
            out->y[i] = out->y[i - 1];
        }
        out->demand[i] = 1 + (int64_t)ambit_random_below(seed, 6, id, 100);
        out->cluster[i] = (int32_t)ambit_random_below(seed, 7, id, (uint64_t)centres);
        total += out->demand[i];
    }
    const int64_t capacity = (int64_t)((double)total / (fill * centres)) + 1;
    out->problem = (struct ambit_centroid_problem){
        count, centres, out->x, out->y, out->demand, capacity < 100 ? 100 : capacity, false};
}

static int64_t excess_of(const struct clustering *c, const int32_t *cluster)
{
    int64_t excess = 0;
    for (int32_t b = 0; b < c->problem.centre_count; b++) {
        int64_t load = 0;
        for (int32_t i = 0; i < c->problem.count; i++)
            load += cluster[i] == b ? c->demand[i] : 0;
        if (load > c->problem.capacity) excess += load - c->problem.capacity;
    }
    return excess;
}

/* Written apart from the solver, cluster by cluster. */
static double cost_of(const struct clustering *c, const int32_t *cluster)
{
    double cost = 0.0;
    for (int32_t b = 0; b < c->problem.centre_count; b++) {
        double x = 0.0, y = 0.0;
        int32_t size = 0;
        for (int32_t i = 0; i < c->problem.count; i++) {
            if (cluster[i] != b) continue;
            x += c->x[i];
            y += c->y[i];
            size++;
        }
        for (int32_t i = 0; i < c->problem.count; i++) {
            if (cluster[i] != b) continue;
            const double d = hypot(c->x[i] - x / size, c->y[i] - y / size);
            cost += c->problem.floored ? floor(d) : d;
        }
    }
    return cost;
}

static bool is_plan(const struct clustering *c, const int32_t *cluster)
{
    for (int32_t i = 0; i < c->problem.count; i++) {
        if (cluster[i] < 0 || cluster[i] >= c->problem.centre_count) return false;
    }
    return true;
}

/* The least cost of a plan within capacity; INFINITY where there is none. */
static double least_by_brute_force(const struct clustering *c)
{
    const int32_t n = c->problem.count, p = c->problem.centre_count;
    int32_t cluster[ACCOUNTS_MAX] = {0};
    double least = INFINITY;
    for (int32_t i = 0; i < n;) {
        if (excess_of(c, cluster) == 0) least = fmin(least, cost_of(c, cluster));
        for (i = 0; i < n && ++cluster[i] == p; i++)
            cluster[i] = 0;
    }
    return least;
}

static void optimal_on_tiny_instances(void)
{
    static struct clustering c;
    struct ambit_cluster_outcome outcome;
    int feasible = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        const int32_t centres = 2 + (int32_t)(seed % 2);
        random_clustering(seed, centres == 2 ? 9 : 8, centres, 0.8, &c);
        c.problem.floored = seed % 5 == 0;
        const double least = least_by_brute_force(&c);
        CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, seed, 100, c.cluster, &outcome),
                        AMBIT_OK);
        CHECK_SEED(seed, is_plan(&c, c.cluster));
        if (least == INFINITY) continue;
        feasible++;
        CHECK_SEED(seed, excess_of(&c, c.cluster) == 0);
        CHECK_SEED(seed, fabs(outcome.after - least) <= 1e-9 * least);
    }
    CU_ASSERT(feasible > 20);
}

static void cost_as_recomputed(void)
{
    static struct clustering c;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        random_clustering(seed, 60, 5, 0.9, &c);
        c.problem.floored = seed % 2 == 0;
        const double cost = cost_of(&c, c.cluster);
        CHECK_SEED(seed, fabs(ambit_centroid_cost(&c.problem, c.cluster) - cost) <= 1e-9 * cost);
    }
}

/* Before and after are costs of the plans; less excess first, then less cost; and so again from
 * the plan reached. */
static void never_worse(void)
{
    static struct clustering c;
    struct ambit_cluster_outcome outcome;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        random_clustering(seed, 40 + 5 * (int32_t)seed, 4 + (int32_t)seed / 2, 0.85, &c);
        c.problem.floored = seed % 4 == 0;
        for (uint64_t round = 0; round < 4; round++) {
            const double before = cost_of(&c, c.cluster);
            const int64_t excess = excess_of(&c, c.cluster);
            CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, seed + 100 * round,
                                                   8 * (int64_t)round, c.cluster, &outcome),
                            AMBIT_OK);
            const double after = cost_of(&c, c.cluster);
            const int64_t left = excess_of(&c, c.cluster);
            CHECK_SEED(seed, is_plan(&c, c.cluster));
            CHECK_SEED(seed, left < excess || (left == excess && after <= before * (1.0 + 1e-12)));
            CHECK_SEED(seed, round > 0 || after < before);
            CHECK_SEED(seed, fabs(outcome.before - before) <= 1e-9 * before);
            CHECK_SEED(seed, fabs(outcome.after - after) <= 1e-9 * after);
            CHECK_SEED(seed, outcome.bound == -INFINITY && !outcome.closed);
        }
    }
}

static void repairs_a_plan_over_capacity(void)
{
    static struct clustering c;
    struct ambit_cluster_outcome outcome;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        random_clustering(seed, 100, 8, 0.95, &c);
        memset(c.cluster, 0, sizeof c.cluster); /* all accounts in one cluster */
        CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, seed, 10, c.cluster, &outcome),
                        AMBIT_OK);
        CHECK_SEED(seed, excess_of(&c, c.cluster) == 0);
    }
}

static void where_capacity_cannot_be_kept(void)
{
    static struct clustering c;
    struct ambit_cluster_outcome outcome;
    random_clustering(3, 50, 4, 0.9, &c);
    int64_t total = 0;
    for (int32_t i = 0; i < 50; i++)
        total += c.demand[i];
    c.problem.capacity = total / 8;
    CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, 3, 5, c.cluster, &outcome), AMBIT_OK);
    CU_ASSERT_EQUAL(excess_of(&c, c.cluster), total - 4 * (total / 8));
}

static void same_seed_same_plan(void)
{
    static struct clustering c[4];
    struct ambit_cluster_outcome outcome[4];
    ambit_status status[4];
#pragma omp parallel for num_threads(4)
    for (int k = 0; k < 4; k++) {
        random_clustering(5, 80, 7, 0.9, &c[k]);
        status[k] = ambit_centroid_improve(&c[k].problem, 17, 40, c[k].cluster, &outcome[k]);
    }
    for (int k = 0; k < 4; k++) {
        CU_ASSERT_EQUAL(status[k], AMBIT_OK);
        CU_ASSERT(memcmp(c[k].cluster, c[0].cluster, sizeof c[k].cluster) == 0);
        CU_ASSERT(outcome[k].after == outcome[0].after);
    }
}

/* Fresh plans are whole, come from their seed, and keep nearer to the capacity than k-means without
 * prices would: a capacity that never binds is how to ask for that. */
static void fresh_plans(void)
{
    static struct clustering c;
    int64_t priced = 0, unpriced = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int32_t again[ACCOUNTS_MAX] = {0}, other[ACCOUNTS_MAX] = {0};
        random_clustering(seed, ACCOUNTS_MAX, 8, 0.9, &c);
        CU_ASSERT(ambit_centroid_start(&c.problem, seed, c.cluster) == AMBIT_OK);
        CU_ASSERT(ambit_centroid_start(&c.problem, seed, again) == AMBIT_OK);
        CU_ASSERT(ambit_centroid_start(&c.problem, seed + 100, other) == AMBIT_OK);
        CHECK_SEED(seed, is_plan(&c, c.cluster));
        CHECK_SEED(seed, memcmp(c.cluster, again, sizeof again) == 0);
        CHECK_SEED(seed, memcmp(c.cluster, other, sizeof other) != 0);
        struct ambit_centroid_problem loose = c.problem;
        loose.capacity = INT64_MAX / 4;
        CU_ASSERT(ambit_centroid_start(&loose, seed, other) == AMBIT_OK);
        priced += excess_of(&c, c.cluster);
        unpriced += excess_of(&c, other);
    }
    CU_ASSERT(priced < unpriced / 2);
}

static void small_and_empty_problems(void)
{
    static struct clustering c;
    struct ambit_cluster_outcome outcome;
    random_clustering(2, 4, 7, 0.1, &c); /* more clusters than accounts */
    CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, 1, 20, c.cluster, &outcome), AMBIT_OK);
    CU_ASSERT_DOUBLE_EQUAL(outcome.after, 0.0, 1e-9);
    random_clustering(2, 30, 3, 0.8, &c); /* all on one spot, nothing asked */
    memset(c.x, 0, sizeof c.x);
    memset(c.y, 0, sizeof c.y);
    memset(c.demand, 0, sizeof c.demand);
    CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, 1, 20, c.cluster, &outcome), AMBIT_OK);
    CU_ASSERT_EQUAL(outcome.after, 0.0);
    random_clustering(2, 10, 1, 0.9, &c); /* one cluster */
    CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, 1, 20, c.cluster, &outcome), AMBIT_OK);
    CU_ASSERT_EQUAL(outcome.after, outcome.before);
    c.problem.count = 0;
    CU_ASSERT_EQUAL(ambit_centroid_improve(&c.problem, 1, 20, c.cluster, &outcome), AMBIT_OK);
    CU_ASSERT_EQUAL(outcome.after, 0.0);
}

/* The change of cost foretold is the one seen, and the bound is never above it. */
static void changes_and_their_bounds(void)
{
    static struct clustering c;
    struct ambit_centroid_plan plan;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        random_clustering(seed, 50, 6, 0.9, &c);
        if (ambit_centroid_plan_open(&c.problem, 50, &plan) != AMBIT_OK) {
            CU_FAIL("the plan did not open");
            return;
        }
        ambit_centroid_plan_set(&plan, c.cluster);
        for (uint64_t k = 0; k < 300; k++) {
            const int32_t i = (int32_t)ambit_random_below(seed, 20, k, 50);
            const int32_t other = (int32_t)ambit_random_below(seed, 21, k, 50);
            const int32_t a = plan.cluster[i], b = plan.cluster[other];
            if (a == b) continue;
            const int32_t back = k % 2 == 0 ? other : -1; /* a swap or a shift */
            const double in_a = ambit_centroid_plan_change(&plan, a, back, i);
            const double in_b = ambit_centroid_plan_change(&plan, b, i, back);
            CHECK_SEED(seed, ambit_centroid_plan_bound(&plan, a, back, i) <= in_a + 1e-9);
            CHECK_SEED(seed, ambit_centroid_plan_bound(&plan, b, i, back) <= in_b + 1e-9);
            const double before = ambit_centroid_plan_cost(&plan);
            ambit_centroid_plan_move(&plan, i, b);
            if (back >= 0) ambit_centroid_plan_move(&plan, back, a);
            const double after = ambit_centroid_plan_cost(&plan);
            CHECK_SEED(seed, fabs(after - before - in_a - in_b) < 1e-8);
            CHECK_SEED(seed, fabs(after - cost_of(&c, plan.cluster)) < 1e-8);
            CHECK_SEED(seed, plan.excess == excess_of(&c, plan.cluster));
        }
        ambit_centroid_plan_close(&plan);
    }
}

/* No shift or swap within capacity between any two clusters is left after a descent. */
static void descent_leaves_no_shift_or_swap(void)
{
    static struct clustering c;
    struct ambit_centroid_plan plan;
    struct ambit_centroid_descent descent = {0};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        random_clustering(seed, 60, 6, 0.9, &c);
        CU_ASSERT_EQUAL(ambit_centroid_plan_open(&c.problem, 60, &plan), AMBIT_OK);
        CU_ASSERT_EQUAL(ambit_centroid_descent_open(&plan, &descent), AMBIT_OK);
        ambit_centroid_plan_set(&plan, c.cluster);
        ambit_centroid_descent_run(&descent);
        memcpy(c.cluster, plan.cluster, sizeof(int32_t) * 60);
        const double cost = cost_of(&c, c.cluster);
        CHECK_SEED(seed, plan.excess == 0);
        bool helped = false;
        for (int32_t i = 0; i < 60; i++) {
            for (int32_t k = 0; k < 60 + c.problem.centre_count; k++) {
                const int32_t a = c.cluster[i], b = k < 60 ? c.cluster[k] : k - 60;
                c.cluster[i] = b;
                if (k < 60) c.cluster[k] = a;
                helped |= excess_of(&c, c.cluster) == 0 && cost_of(&c, c.cluster) < cost - 1e-4;
                c.cluster[i] = a;
                if (k < 60) c.cluster[k] = b;
            }
        }
        CHECK_SEED(seed, !helped);
        ambit_centroid_descent_close(&descent);
        ambit_centroid_plan_close(&plan);
    }
}

/* Whether three accounts of different clusters, each in the place of the next, would help. */
static bool cycle_helps(struct clustering *c)
{
    const int32_t n = c->problem.count;
    int32_t *const cluster = c->cluster;
    const double cost = cost_of(c, cluster);
    bool helps = false;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = i + 1; k < n; k++) {
            for (int32_t m = i + 1; m < n; m++) {
                const int32_t of_i = cluster[i], of_k = cluster[k], of_m = cluster[m];
                if (of_i == of_k || of_k == of_m || of_m == of_i) continue;
                cluster[i] = of_k;
                cluster[k] = of_m;
                cluster[m] = of_i;
                helps |= cost_of(c, cluster) < cost - 1e-4;
                cluster[i] = of_i;
                cluster[k] = of_k;
                cluster[m] = of_m;
            }
        }
    }
    return helps;
}

/* Equal demands and no room to spare: only accounts in each other's places keep to capacity. Chains
 * are searched by a beam, so that a few may be left. */
static void descent_leaves_few_cycles(void)
{
    static struct clustering c;
    struct ambit_centroid_plan plan;
    struct ambit_centroid_descent descent = {0};
    int left = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        random_clustering(seed, 24, 4, 1.0, &c);
        for (int32_t i = 0; i < 24; i++)
            c.demand[i] = 1;
        c.problem.capacity = 6;
        CU_ASSERT_EQUAL(ambit_centroid_plan_open(&c.problem, 24, &plan), AMBIT_OK);
        CU_ASSERT_EQUAL(ambit_centroid_descent_open(&plan, &descent), AMBIT_OK);
        ambit_centroid_plan_set(&plan, c.cluster);
        ambit_centroid_descent_run(&descent);
        CHECK_SEED(seed, plan.excess == 0);
        memcpy(c.cluster, plan.cluster, sizeof(int32_t) * 24);
        left += cycle_helps(&c);
        ambit_centroid_descent_close(&descent);
        ambit_centroid_plan_close(&plan);
    }
    CU_ASSERT(left <= 2);
}

/* Two towns far apart, two clusters in each: one plan is good in the west, one in the east. */
static void recombines_two_plans(void)
{
    static const double x[8] = {0, 0, 9, 9, 1000, 1000, 1009, 1009};
    static const double y[8] = {0, 1, 0, 1, 0, 1, 0, 1};
    static const int64_t demand[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    static const int32_t west[8] = {0, 0, 1, 1, 2, 3, 2, 3}, east[8] = {0, 1, 0, 1, 2, 2, 3, 3};
    const struct ambit_centroid_problem problem = {8, 4, x, y, demand, 2, false};
    struct ambit_centroid_plan plan;
    struct ambit_centroid_pool pool;
    int32_t cluster[8] = {0};
    bool found = false;
    CU_ASSERT_EQUAL(ambit_centroid_plan_open(&problem, 2, &plan), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_centroid_pool_open(&problem, 10, &pool), AMBIT_OK);
    ambit_centroid_plan_set(&plan, west);
    CU_ASSERT(ambit_centroid_pool_add(&pool, &plan));
    CU_ASSERT(ambit_centroid_pool_add(&pool, &plan));
    CU_ASSERT_EQUAL(pool.clusters, 4);
    CU_ASSERT_EQUAL(ambit_centroid_pool_pick(&pool, &plan, 50, cluster, &found), AMBIT_OK);
    CU_ASSERT(!found);
    ambit_centroid_plan_set(&plan, east);
    CU_ASSERT(ambit_centroid_pool_add(&pool, &plan));
    CU_ASSERT_EQUAL(pool.clusters, 8);
    CU_ASSERT_EQUAL(ambit_centroid_pool_pick(&pool, &plan, 50, cluster, &found), AMBIT_OK);
    CU_ASSERT(found);
    CU_ASSERT_DOUBLE_EQUAL(ambit_centroid_cost(&problem, cluster), 4.0, 1e-12);
    ambit_centroid_pool_close(&pool);
    ambit_centroid_plan_close(&plan);
}

/* Every allocation fails once: the status says so, the plan is as it was, and nothing is lost. */
static void out_of_memory(void)
{
    static struct clustering c, again;
    struct ambit_cluster_outcome outcome;
    random_clustering(4, 40, 4, 0.9, &c);
    again = c;
    ambit_status status = AMBIT_ERR_MEMORY;
    int failed = 0;
    for (int64_t nth = 1; status != AMBIT_OK && nth < 1000; nth++) {
        const int64_t live = ambit_memory_live_blocks();
        ambit_memory_fail_at(nth);
        status = ambit_centroid_improve(&c.problem, 4, 5, c.cluster, &outcome);
        ambit_memory_fail_at(0);
        ambit_error_clear();
        CU_ASSERT_EQUAL(ambit_memory_live_blocks(), live);
        if (status == AMBIT_OK) break;
        failed++;
        CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
        CU_ASSERT(memcmp(c.cluster, again.cluster, sizeof c.cluster) == 0);
    }
    CU_ASSERT_EQUAL(status, AMBIT_OK);
    CU_ASSERT(failed > 20);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"optimal on tiny instances, by brute force", optimal_on_tiny_instances},
        {"the cost as recomputed", cost_as_recomputed},
        {"never worse, by excess and then by cost", never_worse},
        {"fresh plans", fresh_plans},
        {"a plan over capacity is repaired", repairs_a_plan_over_capacity},
        {"where capacity cannot be kept", where_capacity_cannot_be_kept},
        {"the same plan from the same seed, in threads", same_seed_same_plan},
        {"small and empty problems", small_and_empty_problems},
        {"changes of cost and their bounds", changes_and_their_bounds},
        {"no shift or swap is left after a descent", descent_leaves_no_shift_or_swap},
        {"hardly a cycle is left after a descent", descent_leaves_few_cycles},
        {"two plans recombined", recombines_two_plans},
        {"improving when memory runs out", out_of_memory},
    };
    return ambit_test_main("centroid", tests, AMBIT_TEST_COUNT(tests));
}
