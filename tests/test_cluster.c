/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local search for capacitated p-median, and the polish of its assignments. */
#include "solvers/cluster_polish.h"
#include "solvers/cluster_search.h"
#include "tests/cluster_fixture.h"
#include "tests/harness.h"

static const struct ambit_cluster_search_limits usual = {24, 2000, 6};

/* Searches from c->median, which is changed, and checks what holds of any search. */
static void search(uint64_t seed, struct clusters *c,
                   const struct ambit_cluster_search_limits *limits)
{
    struct ambit_cluster_search *search = NULL;
    const double before = clusters_cost(c, c->median);
    const int64_t excess = clusters_excess(c, c->median);
    must(ambit_cluster_search_create(&c->problem, &search));
    ambit_cluster_search_set(search, c->median);
    CHECK_SEED(seed, fabs(ambit_cluster_search_cost(search) - before) <= 1e-9 * before);
    CHECK_SEED(seed, ambit_cluster_search_excess(search) == excess);
    if (limits != NULL)
        ambit_cluster_search_run(search, limits, seed);
    else
        ambit_cluster_search_descend(search);
    ambit_cluster_search_get(search, c->median);
    const double after = clusters_cost(c, c->median);
    const int64_t left = clusters_excess(c, c->median);
    CHECK_SEED(seed, clusters_is_plan(c, c->median));
    CHECK_SEED(seed, fabs(ambit_cluster_search_cost(search) - after) <= 1e-9 * (1.0 + after));
    CHECK_SEED(seed, ambit_cluster_search_excess(search) == left);
    CHECK_SEED(seed, left < excess || (left == excess && after <= before * (1.0 + 1e-12)));
    ambit_cluster_search_destroy(&search);
    CU_ASSERT_PTR_NULL(search);
}

static void tiny_instances(void)
{
    static struct clusters c;
    int feasible = 0, within = 0, optimal = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        random_clusters(seed, 9, 2 + (int32_t)(seed % 2), 0.7, seed % 3 == 0, &c);
        const double least = clusters_least(&c, NULL, NULL);
        clusters_scatter(seed, &c, c.median);
        search(seed, &c, &usual);
        const bool is_within = clusters_excess(&c, c.median) == 0;
        CHECK_SEED(seed, !is_within || clusters_cost(&c, c.median) >= least * (1.0 - 1e-9));
        feasible += isfinite(least);
        within += is_within;
        optimal += is_within && clusters_cost(&c, c.median) <= least * (1.0 + 1e-9);
    }
    CU_ASSERT(feasible > 50);
    CU_ASSERT(within >= feasible * 9 / 10);
    CU_ASSERT(optimal >= feasible * 8 / 10);
}

/* Room is short, so that most kicks end above capacity: the optimum is not given up for them. */
static void from_the_optimum(void)
{
    static struct clusters c;
    int feasible = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        random_clusters(seed, 9, 3, 0.93, seed % 3 == 0, &c);
        if (!isfinite(clusters_least(&c, NULL, c.median))) continue;
        search(seed, &c, &usual);
        feasible++;
    }
    CU_ASSERT(feasible > 20);
}

static void larger_instances(void)
{
    static struct clusters c;
    for (uint64_t seed = 1; seed <= repetitions(8); seed++) {
        const bool is_tight = seed % 2 == 0;
        random_clusters(seed, 60, 6 + (int32_t)seed, is_tight ? 0.98 : 0.85, seed % 3 == 0, &c);
        clusters_scatter(seed, &c, c.median);
        const double before = clusters_cost(&c, c.median);
        search(seed, &c, NULL);
        search(seed, &c, &(struct ambit_cluster_search_limits){8, 200, 2});
        search(seed, &c, &(struct ambit_cluster_search_limits){24, 0, 5});
        CHECK_SEED(seed, is_tight || clusters_excess(&c, c.median) == 0);
        CHECK_SEED(seed, clusters_cost(&c, c.median) < before);
        for (uint64_t k = 1; k < 5; k++) /* where kicks hardly help */
            search(seed + 100 * k, &c, &(struct ambit_cluster_search_limits){8, 300, 3});
    }
}

/* Fewer medians than p, the spare ones being where the search put them: on accounts that others
 * serve. The best site of all must not count for two clusters. */
static void spare_medians(void)
{
    static struct clusters c;
    for (int32_t count = 6; count <= 9; count++) {
        ring_clusters(count, &c);
        const double least = clusters_least(&c, NULL, NULL);
        for (int32_t median = 0; median < count; median++) {
            for (int32_t i = 0; i < count; i++)
                c.median[i] = median;
            search((uint64_t)count, &c, &usual);
            CU_ASSERT_EQUAL(clusters_excess(&c, c.median), 0);
            CU_ASSERT(clusters_cost(&c, c.median) >= least * (1.0 - 1e-9));
        }
    }
}

/* Account 0 has the best site, which is full of others, and is served by account 1: its cluster
 * would gain by taking that site too. */
static void site_that_another_serves(void)
{
    static const int32_t median[5] = {1, 1, 0, 1, 0};
    static const int64_t demand[5] = {2, 3, 4, 3, 4};
    static struct clusters c;
    for (int run = 0; run < 2; run++) {
        ring_clusters(5, &c);
        for (int32_t i = 0; i < 5; i++) {
            c.demand[i] = demand[i];
            c.capacity[i] = 8;
            c.median[i] = median[i];
        }
        CU_ASSERT_EQUAL(clusters_excess(&c, c.median), 0);
        search((uint64_t)run, &c, run == 0 ? NULL : &usual);
    }
}

static void same_seed_same_plan(void)
{
    static struct clusters c[3];
    ambit_status status[3];
    for (int k = 0; k < 3; k++) {
        random_clusters(4, 90, 9, 0.9, false, &c[k]);
        clusters_scatter(4, &c[k], c[k].median);
    }
#pragma omp parallel for num_threads(3)
    for (int k = 0; k < 3; k++) {
        struct ambit_cluster_search *one = NULL;
        status[k] = ambit_cluster_search_create(&c[k].problem, &one);
        if (status[k] != AMBIT_OK) continue;
        ambit_cluster_search_set(one, c[k].median);
        ambit_cluster_search_run(one, &usual, 17);
        ambit_cluster_search_get(one, c[k].median);
        ambit_cluster_search_destroy(&one);
    }
    for (int k = 0; k < 3; k++) {
        CU_ASSERT_EQUAL(status[k], AMBIT_OK);
        CU_ASSERT(memcmp(c[k].median, c[0].median, sizeof c[k].median) == 0);
    }
}

/* A price stands at a median of the plan and is never negative; where there is room for all there
 * is none. */
static void prices_of_capacity(void)
{
    static struct clusters c;
    int priced = 0;
    for (uint64_t seed = 1; seed <= repetitions(20); seed++) {
        struct ambit_cluster_search *one = NULL;
        bool used[CLUSTER_ACCOUNTS_MAX] = {false};
        random_clusters(seed, 50, 5, seed % 2 == 0 ? 0.05 : 0.95, false, &c);
        clusters_scatter(seed, &c, c.median);
        must(ambit_cluster_search_create(&c.problem, &one));
        ambit_cluster_search_set(one, c.median);
        const double *const price = ambit_cluster_search_prices(one);
        for (int32_t i = 0; i < 50; i++)
            used[c.median[i]] = true;
        for (int32_t j = 0; j < 50; j++) {
            CHECK_SEED(seed, price[j] >= 0.0 && (used[j] || price[j] == 0.0));
            CHECK_SEED(seed, seed % 2 == 1 || price[j] == 0.0);
            priced += price[j] > 0.0;
        }
        ambit_cluster_search_destroy(&one);
    }
    CU_ASSERT(priced > 20);
}

static double price_at[CLUSTER_ACCOUNTS_MAX];

/* Medians stay, accounts move; against every assignment to these medians on tiny instances. */
static void polish(void)
{
    static struct clusters c;
    int better = 0, optimal = 0, tiny = 0;
    for (uint64_t seed = 1; seed <= repetitions(40); seed++) {
        bool used[CLUSTER_ACCOUNTS_MAX] = {false};
        const bool is_tiny = seed % 2 == 0;
        const int32_t n = is_tiny ? 9 : 80, p = is_tiny ? 3 : 8;
        random_clusters(seed, n, p, 0.8, seed % 3 == 0, &c);
        clusters_scatter(seed, &c, c.median);
        for (int32_t j = 0; j < n; j++)
            price_at[j] = uniform(seed, 65, j, 0.0, 0.2);
        for (int32_t i = 0; i < n; i++)
            used[c.median[i]] = true;
        const double before = clusters_cost(&c, c.median),
                     least = is_tiny ? clusters_least(&c, used, NULL) : 0.0;
        const int64_t excess = clusters_excess(&c, c.median);
        must(ambit_cluster_polish(&c.problem, price_at, c.median));
        const double after = clusters_cost(&c, c.median);
        const int64_t left = clusters_excess(&c, c.median);
        for (int32_t i = 0; i < n; i++)
            CHECK_SEED(seed, used[c.median[i]]);
        CHECK_SEED(seed, left < excess || (left == excess && after <= before * (1.0 + 1e-12)));
        better += left < excess || after < before;
        if (!is_tiny || !isfinite(least)) continue;
        tiny++;
        CHECK_SEED(seed, left == 0 && after >= least * (1.0 - 1e-9));
        optimal += after <= least * (1.0 + 1e-4);
    }
    CU_ASSERT(better > 35);
    CU_ASSERT(tiny > 5);
    CU_ASSERT(optimal == tiny);
}

/* Nothing costs anything: all accounts on one spot. */
static void polish_on_one_spot(void)
{
    static struct clusters c;
    random_clusters(3, 20, 3, 0.6, false, &c);
    memset(c.x, 0, sizeof c.x);
    memset(c.y, 0, sizeof c.y);
    memset(price_at, 0, sizeof price_at);
    clusters_compile(&c, 20, 3, false);
    for (int32_t i = 0; i < 20; i++)
        c.median[i] = i % 3;
    const int64_t excess = clusters_excess(&c, c.median);
    must(ambit_cluster_polish(&c.problem, price_at, c.median));
    CU_ASSERT(clusters_is_plan(&c, c.median));
    CU_ASSERT(clusters_excess(&c, c.median) <= excess);
}

static ambit_status polish_again(const struct clusters *c, int32_t *median)
{
    memcpy(median, c->median, sizeof c->median);
    const ambit_status status = ambit_cluster_polish(&c->problem, price_at, median);
    if (status != AMBIT_OK) CU_ASSERT(memcmp(median, c->median, sizeof c->median) == 0);
    return status;
}

static void out_of_memory(void)
{
    static struct clusters c;
    struct ambit_cluster_search *one = NULL;
    int32_t median[CLUSTER_ACCOUNTS_MAX];
    random_clusters(5, 30, 4, 0.85, false, &c);
    clusters_scatter(5, &c, c.median);
    memset(price_at, 0, sizeof price_at);
    CHECK_FAULTS(ambit_cluster_search_create(&c.problem, &one), ambit_cluster_search_destroy(&one));
    CHECK_FAULTS(polish_again(&c, median), (void)0);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"searching tiny instances", tiny_instances},
        {"searching from the optimum", from_the_optimum},
        {"searching larger instances, never worse", larger_instances},
        {"fewer medians than there may be", spare_medians},
        {"a site that another serves", site_that_another_serves},
        {"the same plan from the same seed, in threads", same_seed_same_plan},
        {"prices of capacity", prices_of_capacity},
        {"polish never worsens a plan", polish},
        {"polish where nothing costs anything", polish_on_one_spot},
        {"when memory runs out", out_of_memory},
    };
    return ambit_test_main("cluster", tests, AMBIT_TEST_COUNT(tests));
}
