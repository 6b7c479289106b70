/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounds of capacitated p-median: pricing of all sites, of the nearest, and the ascent. */
#include "solvers/cluster_pricing.h"
#include "solvers/lagrangian.h"
#include "tests/cluster_fixture.h"
#include "tests/harness.h"

#include <omp.h>

static void random_rewards(uint64_t seed, struct clusters *c, double most)
{
    for (int32_t i = 0; i < c->problem.count; i++)
        c->lambda[i] = uniform(seed, 60, i, -0.1 * most, most);
}

/* The least Σ (cost − reward) of a set of accounts within the capacity of site j. */
static double least_cluster(const struct clusters *c, int32_t j)
{
    const int32_t n = c->problem.count;
    double least = 0.0;
    for (unsigned set = 0; set < 1U << n; set++) {
        double value = 0.0;
        int64_t load = 0;
        for (int32_t i = 0; i < n; i++) {
            if (!(set >> i & 1)) continue;
            value += c->cost[j * n + i] - c->lambda[i];
            load += c->demand[i];
        }
        if (load <= c->capacity[j]) least = fmin(least, value);
    }
    return least;
}

static void sites_as_by_brute_force(void)
{
    static struct clusters c;
    struct ambit_cluster_pricing pricing;
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        const int32_t n = 9, p = 2 + (int32_t)(seed % 3);
        random_clusters(seed, n, p, 0.7, seed % 4 == 0, &c);
        random_rewards(seed, &c, 90.0);
        must(ambit_cluster_pricing_create(n, &pricing));
        ambit_cluster_pricing_run(&c.problem, c.lambda, NULL, &pricing);
        double bound = 0.0, before = -INFINITY;
        for (int32_t j = 0; j < n; j++) {
            double value = 0.0;
            int64_t load = 0;
            CHECK_SEED(seed, fabs(pricing.site_value[j] - least_cluster(&c, j)) < 1e-9);
            for (int32_t k = pricing.site_first[j]; k < pricing.site_first[j + 1]; k++) {
                value += c.cost[j * n + pricing.member[k]] - c.lambda[pricing.member[k]];
                load += c.demand[pricing.member[k]];
            }
            CHECK_SEED(seed, load <= c.capacity[j]);
            CHECK_SEED(seed, fabs(value - pricing.site_value[j]) < 1e-9);
            bound += c.lambda[j];
        }
        for (int32_t k = 0; k < n; k++) {
            const double value = pricing.site_value[pricing.order[k]];
            CHECK_SEED(seed, value >= before);
            before = value;
            bound += k < p ? value : 0.0;
            if (k == p - 1) CHECK_SEED(seed, pricing.last == value);
        }
        CHECK_SEED(seed, fabs(bound - pricing.bound) < 1e-9);
        ambit_cluster_pricing_clear(&pricing);
    }
}

/* At any rewards, and where sites are left out, for the plans without them. */
static void pricing_bounds_the_optimum(void)
{
    static struct clusters c;
    struct ambit_cluster_pricing pricing;
    int feasible = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        bool allowed[CLUSTER_BRUTE_MAX];
        random_clusters(seed, 8, 2 + (int32_t)(seed % 2), 0.75, seed % 4 == 0, &c);
        random_rewards(seed, &c, uniform(seed, 61, 0, 10.0, 80.0));
        for (int32_t j = 0; j < 8; j++)
            allowed[j] = ambit_random_below(seed, 62, (uint64_t)j, 4) > 0;
        const double least = clusters_least(&c, NULL, NULL);
        const double least_allowed = clusters_least(&c, allowed, NULL);
        must(ambit_cluster_pricing_create(8, &pricing));
        ambit_cluster_pricing_run(&c.problem, c.lambda, NULL, &pricing);
        CHECK_SEED(seed, pricing.bound <= least + 1e-9);
        const double all = pricing.bound;
        ambit_cluster_pricing_run(&c.problem, c.lambda, allowed, &pricing);
        CHECK_SEED(seed, pricing.bound <= least_allowed + 1e-9);
        CHECK_SEED(seed, pricing.bound >= all - 1e-9);
        feasible += isfinite(least) && least_allowed > least;
        ambit_cluster_pricing_clear(&pricing);
    }
    CU_ASSERT(feasible > 5);
}

/* `steps` of ascent towards `upper`; the best bound. */
static double ascend(struct ambit_lagrangian *lagrangian, int steps, double upper)
{
    const int32_t n = lagrangian->instance->count;
    for (int k = 0; k < steps; k++) {
        const double before = lagrangian->bound;
        must(ambit_lagrangian_price(lagrangian, 0, n));
        must(ambit_lagrangian_step(lagrangian, upper));
        CU_ASSERT(lagrangian->bound >= before);
    }
    return lagrangian->bound;
}

static void ascent_bounds_the_optimum(void)
{
    static struct clusters c;
    struct ambit_lagrangian lagrangian;
    int feasible = 0, wide = 0;
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        random_clusters(seed, 9, 2 + (int32_t)(seed % 2), 0.75, seed % 4 == 0, &c);
        const double least = clusters_least(&c, NULL, NULL);
        if (!isfinite(least)) continue;
        must(ambit_lagrangian_create(&c.instance, &lagrangian));
        CHECK_SEED(seed, lagrangian.near == 9 && lagrangian.bound == -INFINITY);
        const double first = ascend(&lagrangian, 1, 1.05 * least);
        const double bound = ascend(&lagrangian, 199, 1.05 * least);
        CHECK_SEED(seed, bound > first);
        CHECK_SEED(seed, bound <= least * (1.0 + 1e-12));
        wide += least - bound > 0.25 * least;
        feasible++;
        ambit_lagrangian_clear(&lagrangian);
    }
    CU_ASSERT(feasible > 15);
    CU_ASSERT(20 * wide <= feasible); /* tiny instances have large gaps, but not any */
}

/* A site lists its nearest only; a far account whose reward pays for the way must be seen all the
 * same. Sites are priced in two slices. */
static void nearest_as_all(void)
{
    enum { COUNT = 160, CENTRES = 20 };
    static struct clusters c;
    struct ambit_lagrangian lagrangian;
    struct ambit_cluster_pricing pricing;
    for (uint64_t seed = 1; seed <= repetitions(8); seed++) {
        int listed = 0, reached = 0;
        const int32_t lone = (int32_t)ambit_random_below(seed, 63, 0, COUNT);
        random_clusters(seed, COUNT, CENTRES, 0.8, seed % 4 == 0, &c);
        c.x[lone] = 900.0;
        c.y[lone] = -700.0;
        c.demand[lone] = 5;
        clusters_compile(&c, COUNT, CENTRES, seed % 4 == 0);
        random_rewards(seed, &c, 25.0);
        c.lambda[lone] = 1200.0;
        must(ambit_cluster_pricing_create(COUNT, &pricing));
        ambit_cluster_pricing_run(&c.problem, c.lambda, NULL, &pricing);
        must(ambit_lagrangian_create(&c.instance, &lagrangian));
        CU_ASSERT(lagrangian.near < COUNT);
        for (int32_t k = 0; k < COUNT * lagrangian.near; k++)
            listed += lagrangian.account[k] == lone;
        CHECK_SEED(seed, listed == 1); /* by itself */
        memcpy(lagrangian.lambda, c.lambda, COUNT * sizeof(double));
        must(ambit_lagrangian_price(&lagrangian, 0, 70));
        must(ambit_lagrangian_price(&lagrangian, 70, COUNT));
        for (int32_t j = 0; j < COUNT; j++) {
            CHECK_SEED(seed, fabs(lagrangian.site_value[j] - pricing.site_value[j]) < 1e-9);
            for (int32_t k = pricing.site_first[j]; k < pricing.site_first[j + 1]; k++)
                reached += pricing.member[k] == lone;
        }
        CHECK_SEED(seed, reached > COUNT / 2);
        must(ambit_lagrangian_step(&lagrangian, 4000.0));
        CHECK_SEED(seed, fabs(lagrangian.bound - pricing.bound) < 1e-6);
        ambit_lagrangian_clear(&lagrangian);
        ambit_cluster_pricing_clear(&pricing);
    }
}

/* Rewards so large that everything is wanted everywhere: the bound of many items, and accounts that
 * cost just what the list reaches, only ever lower the value. */
static void nearest_never_above_all(void)
{
    enum { COUNT = 150, CENTRES = 15 };
    static struct clusters c;
    struct ambit_lagrangian lagrangian;
    struct ambit_cluster_pricing pricing;
    for (uint64_t seed = 1; seed <= repetitions(3); seed++) {
        random_clusters(seed, COUNT, CENTRES, 0.8, true, &c);
        for (int32_t i = 0; i < COUNT; i++) {
            c.lambda[i] = uniform(seed, 64, i, 100.0, 300.0);
            c.x[i] = floor(c.x[i] / 30.0) * 30.0; /* many at one distance */
            c.y[i] = floor(c.y[i] / 30.0) * 30.0;
        }
        clusters_compile(&c, COUNT, CENTRES, true);
        must(ambit_cluster_pricing_create(COUNT, &pricing));
        ambit_cluster_pricing_run(&c.problem, c.lambda, NULL, &pricing);
        must(ambit_lagrangian_create(&c.instance, &lagrangian));
        CU_ASSERT(lagrangian.near < COUNT);
        memcpy(lagrangian.lambda, c.lambda, COUNT * sizeof(double));
        must(ambit_lagrangian_price(&lagrangian, 0, COUNT));
        int above = 0;
        for (int32_t j = 0; j < COUNT; j++)
            above += lagrangian.site_value[j] > pricing.site_value[j] + 1e-9;
        CHECK_SEED(seed, above == 0);
        ambit_lagrangian_clear(&lagrangian);
        ambit_cluster_pricing_clear(&pricing);
    }
}

/* Before any step, after some, and where there is not room for all. */
static void plans_from_rewards(void)
{
    static struct clusters c;
    struct ambit_lagrangian lagrangian;
    int32_t again[CLUSTER_ACCOUNTS_MAX];
    int differ = 0, within = 0;
    for (uint64_t seed = 1; seed <= repetitions(12); seed++) {
        const int32_t n = 30 + 10 * (int32_t)seed % 100, p = 3 + (int32_t)seed % 6;
        random_clusters(seed, n, p, seed % 5 == 0 ? 1.3 : 0.85, seed % 3 == 0, &c);
        must(ambit_lagrangian_create(&c.instance, &lagrangian));
        must(ambit_lagrangian_plan(&lagrangian, seed, 0.1, c.median));
        CHECK_SEED(seed, clusters_is_plan(&c, c.median));
        (void)ascend(&lagrangian, 60, clusters_cost(&c, c.median));
        must(ambit_lagrangian_plan(&lagrangian, seed, 0.0, c.median));
        CHECK_SEED(seed, clusters_is_plan(&c, c.median));
        must(ambit_lagrangian_plan(&lagrangian, seed + 1, 0.0, again));
        CHECK_SEED(seed, memcmp(c.median, again, (size_t)n * sizeof *again) == 0);
        within += clusters_excess(&c, c.median) == 0;
        const double calm = clusters_cost(&c, c.median);
        CHECK_SEED(seed, calm >= lagrangian.bound || clusters_excess(&c, c.median) > 0);
        must(ambit_lagrangian_plan(&lagrangian, seed, 0.3, c.median));
        CHECK_SEED(seed, clusters_is_plan(&c, c.median));
        must(ambit_lagrangian_plan(&lagrangian, seed, 0.3, again));
        CHECK_SEED(seed, memcmp(c.median, again, (size_t)n * sizeof *again) == 0);
        must(ambit_lagrangian_plan(&lagrangian, seed + 1, 0.3, again));
        CHECK_SEED(seed, clusters_is_plan(&c, again));
        differ += memcmp(c.median, again, (size_t)n * sizeof *again) != 0;
        ambit_lagrangian_clear(&lagrangian);
    }
    CU_ASSERT(differ > 6);
    CU_ASSERT(within > 3);
}

/* The same rewards and bound on any number of threads. */
static void threads_do_not_matter(void)
{
    static struct clusters c;
    struct ambit_lagrangian one, three;
    random_clusters(5, 310, 30, 0.8, false, &c);
    must(ambit_lagrangian_create(&c.instance, &one));
    omp_set_num_threads(3);
    must(ambit_lagrangian_create(&c.instance, &three));
    one.threads = 1;
    must(ambit_lagrangian_plan(&one, 1, 0.1, c.median));
    (void)ascend(&one, 40, clusters_cost(&c, c.median));
    (void)ascend(&three, 40, clusters_cost(&c, c.median));
    CU_ASSERT(one.bound == three.bound);
    CU_ASSERT(memcmp(one.lambda, three.lambda, 310 * sizeof(double)) == 0);
    ambit_lagrangian_clear(&one);
    ambit_lagrangian_clear(&three);
}

static void out_of_memory(void)
{
    static struct clusters c;
    struct ambit_lagrangian lagrangian;
    struct ambit_cluster_pricing pricing;
    random_clusters(5, 40, 4, 0.8, false, &c);
    CHECK_FAULTS(ambit_cluster_pricing_create(40, &pricing), ambit_cluster_pricing_clear(&pricing));
    CHECK_FAULTS(ambit_lagrangian_create(&c.instance, &lagrangian),
                 ambit_lagrangian_clear(&lagrangian));
    must(ambit_lagrangian_create(&c.instance, &lagrangian));
    CHECK_FAULTS(ambit_lagrangian_price(&lagrangian, 0, 40), (void)0);
    CHECK_FAULTS(ambit_lagrangian_step(&lagrangian, 900.0), (void)0);
    CHECK_FAULTS(ambit_lagrangian_plan(&lagrangian, 1, 0.1, c.median), (void)0);
    ambit_lagrangian_clear(&lagrangian);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"the best cluster of each site as by brute force", sites_as_by_brute_force},
        {"pricing bounds the optimum at any rewards", pricing_bounds_the_optimum},
        {"the ascent bounds the optimum", ascent_bounds_the_optimum},
        {"pricing the nearest as pricing all", nearest_as_all},
        {"pricing the nearest is never above pricing all", nearest_never_above_all},
        {"plans from rewards", plans_from_rewards},
        {"threads do not matter", threads_do_not_matter},
        {"when memory runs out", out_of_memory},
    };
    return ambit_test_main("lagrangian", tests, AMBIT_TEST_COUNT(tests));
}
