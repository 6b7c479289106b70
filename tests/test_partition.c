/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Set partitioning against brute force, what it promises of larger problems, and regions. */
#include "solvers/partition.h"
#include "solvers/region.h"
#include "tests/cluster_fixture.h"
#include "tests/harness.h"

static const struct ambit_partition_limits ample = {60, 60, 3000, 3000, true, 0.0};

/* Improves c->median, from rewards of nought, and checks what holds for any problem. */
static struct ambit_cluster_outcome improve(uint64_t seed, struct clusters *c,
                                            const struct ambit_partition_limits *limits)
{
    struct ambit_cluster_outcome outcome;
    const double before = clusters_cost(c, c->median);
    const int64_t excess = clusters_excess(c, c->median);
    memset(c->lambda, 0, sizeof c->lambda);
    must(ambit_partition_improve(&c->problem, limits, NULL, c->lambda, c->median, &outcome));
    const double after = clusters_cost(c, c->median);
    const int64_t left = clusters_excess(c, c->median);
    CHECK_SEED(seed, clusters_is_plan(c, c->median));
    CHECK_SEED(seed, left == 0 || left == excess);
    CHECK_SEED(seed, left < excess || after <= before * (1.0 + 1e-12));
    CHECK_SEED(seed, fabs(outcome.before - before) <= 1e-9 * before);
    CHECK_SEED(seed, fabs(outcome.after - after) <= 1e-9 * after);
    CHECK_SEED(seed, left > 0 || outcome.bound <= after * (1.0 + 1e-9));
    CHECK_SEED(seed, !outcome.closed || left == 0);
    return outcome;
}

/* A random plan within capacity; false where a few thousand draws give none. */
static bool feasible_plan(uint64_t seed, const struct clusters *c, int32_t *median_out)
{
    for (uint64_t k = 0; k < 4000; k++) {
        clusters_scatter(seed + 1000 * k, c, median_out);
        if (clusters_excess(c, median_out) == 0) return true;
    }
    return false;
}

static void from_a_plan_within_capacity(void)
{
    static struct clusters c;
    int feasible = 0, closed = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        random_clusters(seed, 8, 2 + (int32_t)(seed % 2), 0.7, seed % 3 == 0, &c);
        if (!feasible_plan(seed, &c, c.median)) continue;
        const double least = clusters_least(&c, NULL, NULL);
        const struct ambit_cluster_outcome outcome = improve(seed, &c, &ample);
        CHECK_SEED(seed, outcome.after >= least * (1.0 - 1e-9));
        CHECK_SEED(seed, outcome.bound <= least * (1.0 + 1e-9));
        CHECK_SEED(seed, !outcome.closed || outcome.after <= least * (1.0 + 1e-8));
        feasible++;
        closed += outcome.closed;
    }
    CU_ASSERT(feasible > 30);
    CU_ASSERT(closed > feasible * 9 / 10);
}

static void from_the_optimum(void)
{
    static struct clusters c;
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        random_clusters(seed, 9, 2 + (int32_t)(seed % 2), 0.75, seed % 3 == 0, &c);
        const double least = clusters_least(&c, NULL, c.median);
        if (!isfinite(least)) continue;
        const struct ambit_cluster_outcome outcome = improve(seed, &c, &ample);
        CHECK_SEED(seed, fabs(outcome.after - least) <= 1e-9 * least);
        CHECK_SEED(seed, outcome.bound <= least * (1.0 + 1e-9));
    }
}

/* The optimum of no capacities costs less than any plan within them. */
static void plan_without_capacities(struct clusters *c)
{
    int64_t capacity[CLUSTER_ACCOUNTS_MAX];
    memcpy(capacity, c->capacity, sizeof capacity);
    for (int32_t j = 0; j < c->problem.count; j++)
        c->capacity[j] = INT64_MAX / 2;
    (void)clusters_least(c, NULL, c->median);
    memcpy(c->capacity, capacity, sizeof capacity);
}

/* Wherever brute force finds a plan, one is found from a plan above capacity; and what is said to
 * be proven of it is so. */
static void from_a_plan_above_capacity(void)
{
    static struct clusters c;
    int repaired = 0, impossible = 0;
    for (uint64_t seed = 1; seed <= repetitions(80); seed++) {
        random_clusters(seed, 8, 2 + (int32_t)(seed % 2), seed % 5 == 0 ? 1.1 : 0.9, seed % 3 == 0,
                        &c);
        clusters_scatter(seed, &c, c.median);
        if (seed % 4 == 1) memset(c.median, 0, sizeof c.median);
        if (seed % 4 == 2) plan_without_capacities(&c);
        if (clusters_excess(&c, c.median) == 0) continue;
        const double least = clusters_least(&c, NULL, NULL);
        const struct ambit_cluster_outcome outcome = improve(seed, &c, &ample);
        const bool within = clusters_excess(&c, c.median) == 0;
        CHECK_SEED(seed, within == isfinite(least));
        CHECK_SEED(seed, outcome.bound <= least * (1.0 + 1e-9));
        CHECK_SEED(seed, !outcome.closed || outcome.after <= least * (1.0 + 1e-8));
        repaired += within;
        impossible += !isfinite(least);
    }
    CU_ASSERT(repaired > 20);
    CU_ASSERT(impossible > 3);
}

/* Two clusters of one site would cost least by far. */
static void no_site_twice(void)
{
    static struct clusters c;
    ring_clusters(7, &c);
    for (int32_t i = 0; i < 7; i++)
        c.median[i] = i < 4 ? 1 : 5;
    const double least = clusters_least(&c, NULL, NULL);
    const struct ambit_cluster_outcome outcome = improve(7, &c, &ample);
    CU_ASSERT_EQUAL(clusters_excess(&c, c.median), 0);
    CU_ASSERT(outcome.after >= least * (1.0 - 1e-9));
    CU_ASSERT(outcome.bound <= least * (1.0 + 1e-9));
    CU_ASSERT(!outcome.closed || outcome.after <= least * (1.0 + 1e-9));
}

/* However little effort, and again from what was reached. */
static void never_worse(void)
{
    static struct clusters c;
    static const struct ambit_partition_limits limits[] = {{1, 0, 100, 1, true, 0.0},
                                                           {5, 1, 100, 1, true, 0.0},
                                                           {60, 60, 200, 10, false, 0.0},
                                                           {60, 60, 200, 10, true, 0.0},
                                                           {60, 60, 3000, 300, true, 0.0}};
    int better = 0;
    for (uint64_t seed = 1; seed <= repetitions(4); seed++) {
        random_clusters(seed, 60, 9, 0.7, seed % 3 == 0, &c);
        CHECK_SEED(seed, feasible_plan(seed, &c, c.median));
        for (int k = 0; k < 5; k++) {
            const struct ambit_cluster_outcome outcome = improve(seed, &c, &limits[k]);
            better += outcome.after < outcome.before;
            CHECK_SEED(seed, limits[k].generate || !outcome.closed);
        }
    }
    CU_ASSERT(better >= 4);
}

/* Two plans of two towns far apart, one good in the west and one in the east, make a better one. */
static void picks_from_the_pool(void)
{
    static const double x[8] = {0, 0, 9, 9, 1000, 1000, 1009, 1009};
    static const double y[8] = {0, 1, 0, 1, 0, 1, 0, 1};
    static const int32_t west[8] = {0, 0, 2, 2, 4, 5, 4, 5}, east[8] = {0, 1, 0, 1, 4, 4, 6, 6};
    static const struct ambit_partition_limits limits = {60, 60, 100, 100, false, 0.0};
    static struct clusters c;
    struct ambit_cluster_pool pool = {0};
    memset(&c, 0, sizeof c);
    for (int32_t i = 0; i < 8; i++) {
        c.x[i] = x[i];
        c.y[i] = y[i];
        c.demand[i] = 1;
        c.capacity[i] = 2;
        c.median[i] = west[i];
    }
    clusters_compile(&c, 8, 4, false);
    for (int32_t j = 0; j < 8; j++) {
        int32_t member[8], members = 0;
        for (int32_t i = 0; i < 8; i++) {
            if (east[i] == j) member[members++] = i;
        }
        if (members > 0) must(ambit_cluster_pool_add(&pool, j, member, members));
        if (members > 0) must(ambit_cluster_pool_add(&pool, j, member, members));
    }
    CU_ASSERT_EQUAL(pool.count, 4);
    struct ambit_cluster_outcome outcome;
    must(ambit_partition_improve(&c.problem, &limits, &pool, c.lambda, c.median, &outcome));
    CU_ASSERT_EQUAL(clusters_excess(&c, c.median), 0);
    CU_ASSERT_DOUBLE_EQUAL(clusters_cost(&c, c.median), 4.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(outcome.after, 4.0, 1e-12);
    ambit_cluster_pool_clear(&pool);
}

static void open_region(const struct clusters *c, enum ambit_region_method method, int32_t *account,
                        int32_t *median, double *lambda, struct ambit_region *out)
{
    *out = (struct ambit_region){.instance = &c->instance,
                                 .method = method,
                                 .account = account,
                                 .median = median,
                                 .lambda = lambda,
                                 .seed = 5,
                                 .kicks = 6,
                                 .effort = 0.5};
}

/* The accounts of the clusters of the first `centres` medians in use, ascending. */
static void take_clusters(const struct clusters *c, int32_t centres, struct ambit_region *region)
{
    bool taken[CLUSTER_ACCOUNTS_MAX] = {false};
    for (int32_t i = 0; i < c->problem.count; i++) {
        if (taken[c->median[i]] || region->centre_count == centres) continue;
        taken[c->median[i]] = true;
        region->centre_count++;
    }
    for (int32_t i = 0; i < c->problem.count; i++) {
        if (!taken[c->median[i]]) continue;
        region->account[region->count] = i;
        region->median[region->count++] = c->median[i];
    }
}

/* A plan whose medians serve themselves, so that the clusters are closed in themselves. */
static void plan_of_regions(uint64_t seed, struct clusters *c)
{
    clusters_scatter(seed, c, c->median);
    bool used[CLUSTER_ACCOUNTS_MAX] = {false};
    for (int32_t i = 0; i < c->problem.count; i++)
        used[c->median[i]] = true;
    for (int32_t i = 0; i < c->problem.count; i++)
        c->median[i] = used[i] ? i : c->median[i];
}

static void regions_keep_to_themselves(void)
{
    static struct clusters c, whole;
    int better = 0;
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        for (int method = AMBIT_REGION_PARTITION; method <= AMBIT_REGION_SEARCH; method++) {
            int32_t account[CLUSTER_ACCOUNTS_MAX], median[CLUSTER_ACCOUNTS_MAX];
            bool inside[CLUSTER_ACCOUNTS_MAX] = {false};
            double lambda[CLUSTER_ACCOUNTS_MAX] = {0.0};
            struct ambit_region region;
            struct ambit_cluster_outcome outcome;
            random_clusters(seed, 70, 8, 0.7, seed % 3 == 0, &c);
            plan_of_regions(seed, &c);
            open_region(&c, (enum ambit_region_method)method, account, median, lambda, &region);
            take_clusters(&c, 4, &region);
            for (int32_t k = 0; k < region.count; k++)
                inside[account[k]] = true;
            whole = c;
            must(ambit_region_improve(&region, &outcome));
            for (int32_t k = 0; k < region.count; k++) {
                CHECK_SEED(seed, inside[median[k]]);
                whole.median[account[k]] = median[k];
            }
            const double gain = clusters_cost(&c, c.median) - clusters_cost(&c, whole.median);
            const int64_t excess = clusters_excess(&c, c.median),
                          left = clusters_excess(&c, whole.median);
            CHECK_SEED(seed, clusters_is_plan(&c, whole.median));
            CHECK_SEED(seed, left < excess || (left == excess && gain >= -1e-9));
            CHECK_SEED(seed, fabs(outcome.before - outcome.after - gain) <= 1e-6);
            better += left < excess || gain > 0.0;
        }
    }
    CU_ASSERT(better > 15);
}

/* One median, one account, all on one spot. */
static void small_regions(void)
{
    static struct clusters c;
    for (int method = AMBIT_REGION_PARTITION; method <= AMBIT_REGION_SEARCH; method++) {
        int32_t account[CLUSTER_ACCOUNTS_MAX], median[CLUSTER_ACCOUNTS_MAX];
        double lambda[CLUSTER_ACCOUNTS_MAX] = {0.0};
        struct ambit_region region;
        struct ambit_cluster_outcome outcome;
        for (int32_t n = 1; n <= 12; n += 11) {
            for (int spot = 0; spot < 2; spot++) {
                random_clusters(3, n, n > 1 ? 3 : 1, 0.4, false, &c);
                for (int32_t i = 0; i < n; i++) {
                    c.x[i] = spot ? 5.0 : c.x[i];
                    c.y[i] = spot ? 5.0 : c.y[i];
                    c.median[i] = i % (n > 1 ? 3 : 1);
                }
                clusters_compile(&c, n, n > 1 ? 3 : 1, false);
                const int64_t excess = clusters_excess(&c, c.median);
                open_region(&c, (enum ambit_region_method)method, account, median, lambda, &region);
                take_clusters(&c, n > 1 ? 3 : 1, &region);
                CU_ASSERT_EQUAL(region.count, n);
                must(ambit_region_improve(&region, &outcome));
                CU_ASSERT(clusters_is_plan(&c, median));
                CU_ASSERT(clusters_excess(&c, median) <= excess);
                CU_ASSERT_DOUBLE_EQUAL(outcome.after, clusters_cost(&c, median), 1e-9);
            }
        }
    }
}

static ambit_status improve_again(struct ambit_region *region, const struct clusters *c)
{
    struct ambit_cluster_outcome outcome;
    memcpy(region->median, c->median, (size_t)c->problem.count * sizeof *region->median);
    memset(region->lambda, 0, (size_t)c->problem.count * sizeof *region->lambda);
    const ambit_status status = ambit_region_improve(region, &outcome);
    if (status != AMBIT_OK)
        CU_ASSERT(memcmp(region->median, c->median,
                         (size_t)c->problem.count * sizeof *region->median) == 0);
    return status;
}

static void out_of_memory(void)
{
    static struct clusters c;
    for (int method = AMBIT_REGION_PARTITION; method <= AMBIT_REGION_SEARCH; method++) {
        int32_t account[CLUSTER_ACCOUNTS_MAX], median[CLUSTER_ACCOUNTS_MAX];
        double lambda[CLUSTER_ACCOUNTS_MAX] = {0.0};
        struct ambit_region region;
        random_clusters(11, 30, 4, 0.85, false, &c);
        plan_of_regions(11, &c);
        open_region(&c, (enum ambit_region_method)method, account, median, lambda, &region);
        take_clusters(&c, 4, &region);
        region.kicks = 1;
        CHECK_FAULTS(improve_again(&region, &c), (void)0);
        CU_ASSERT(memcmp(median, c.median, 30 * sizeof *median) != 0);
    }
}

/* Takes one account of a good plan to another of its medians, where there is room. */
static void worsen(uint64_t seed, const struct clusters *c, int32_t *median)
{
    const uint64_t n = (uint64_t)c->problem.count;
    for (uint64_t k = 0; k < 100; k++) {
        const int32_t i = (int32_t)ambit_random_below(seed, 40, 2 * k, n);
        const int32_t old = median[i];
        median[i] = median[ambit_random_below(seed, 40, 2 * k + 1, n)];
        if (median[i] != old && i != old && clusters_excess(c, median) == 0) return;
        median[i] = old;
    }
}

/* Long clusters fill the room for members before that for columns: a list with a hole must not be
 * taken for a proof, so nothing better than what is said to be proven may be found elsewhere. */
static void proofs_of_long_clusters(void)
{
    static struct clusters c;
    static int32_t start[CLUSTER_ACCOUNTS_MAX];
    const struct ambit_partition_limits wide = {400, 100, 4000, 200, true, 0.0};
    const int32_t rooms[] = {2, 4, 8, 16, 32, 64, 128};
    int closed = 0;
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        random_clusters(seed, 160, 2, 0.8, false, &c);
        if (!feasible_plan(seed, &c, c.median)) continue;
        (void)improve(seed, &c, &wide);
        const double good = clusters_cost(&c, c.median);
        worsen(seed, &c, c.median);
        memcpy(start, c.median, sizeof start);
        for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++) {
            const struct ambit_partition_limits narrow = {400, 100, rooms[k], 200, true, 0.0};
            memcpy(c.median, start, sizeof start);
            const struct ambit_cluster_outcome outcome = improve(seed, &c, &narrow);
            CHECK_SEED(seed, !outcome.closed || outcome.after <= good * (1.0 + 1e-7));
            closed += outcome.closed;
        }
    }
    CU_ASSERT(closed > 0);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"from a plan within capacity, as by brute force", from_a_plan_within_capacity},
        {"from the optimum", from_the_optimum},
        {"from a plan above capacity", from_a_plan_above_capacity},
        {"no site serves two clusters", no_site_twice},
        {"never worse, however little effort", never_worse},
        {"two plans recombined", picks_from_the_pool},
        {"regions keep to themselves", regions_keep_to_themselves},
        {"small regions, and all on one spot", small_regions},
        {"regions when memory runs out", out_of_memory},
        {"proofs of long clusters", proofs_of_long_clusters},
    };
    return ambit_test_main("partition", tests, AMBIT_TEST_COUNT(tests));
}
