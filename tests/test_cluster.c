/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local search for p-median with a capacity or several rules, and the polish of its assignments. */
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
        random_clusters(seed, 60, 7 + (int32_t)((seed - 1) % 8), is_tight ? 0.98 : 0.85,
                        seed % 3 == 0, &c);
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

/* --- several rules ---------------------------------------------------------- */

enum work { DESCEND, RUN, PLACE };

/* The excess that is reported is that of c->median; what medians without accounts have outside is
 * known only where their limits do not differ. */
static bool is_excess(const struct clusters *c, double reported)
{
    int32_t site[CLUSTER_ACCOUNTS_MAX];
    const int32_t sites = rules_sites(c, c->median, site), p = c->problem.centre_count;
    double most = 0.0, least = INFINITY;
    const double sum = rules_excess(c, c->median, sites, site);
    for (int32_t j = 0; j < c->problem.count; j++) {
        bool is_used = false;
        for (int32_t k = 0; k < sites; k++)
            is_used |= site[k] == j;
        if (is_used) continue;
        most = fmax(most, rules_outside(c, c->median, j));
        least = fmin(least, rules_outside(c, c->median, j));
    }
    if (sites == p) most = least = 0.0;
    return reported >= sum + (p - sites) * least - 1e-9 &&
           reported <= sum + (p - sites) * most + 1e-9;
}

/* Searches from c->median, which is changed; returns the excess. */
static double search_rules(uint64_t seed, struct clusters *c, enum work work,
                           const struct ambit_cluster_search_limits *limits, double *fall_out)
{
    struct ambit_cluster_search *search = NULL;
    must(ambit_cluster_search_create(&c->problem, &search));
    ambit_cluster_search_set(search, c->median);
    const double before = ambit_cluster_search_cost(search),
                 excess = ambit_cluster_search_excess(search);
    CHECK_SEED(seed, fabs(before - clusters_cost(c, c->median)) <= 1e-9 * before);
    CHECK_SEED(seed, is_excess(c, excess));
    if (work == DESCEND) ambit_cluster_search_descend(search);
    if (work == RUN) ambit_cluster_search_run(search, limits, seed);
    if (work == PLACE) *fall_out = ambit_cluster_search_place(search, limits);
    ambit_cluster_search_get(search, c->median);
    const double after = ambit_cluster_search_cost(search),
                 left = ambit_cluster_search_excess(search);
    CHECK_SEED(seed, clusters_is_plan(c, c->median));
    CHECK_SEED(seed, fabs(after - clusters_cost(c, c->median)) <= 1e-9 * after);
    CHECK_SEED(seed, is_excess(c, left));
    CHECK_SEED(seed, work == PLACE || left < excess - 1e-8 ||
                         (left <= excess + 1e-8 && after <= before * (1.0 + 1e-12)));
    ambit_cluster_search_destroy(&search);
    return left;
}

static void tiny_with_rules(void)
{
    static struct clusters c;
    int feasible[RULE_KINDS] = {0}, within[RULE_KINDS] = {0}, optimal[RULE_KINDS] = {0};
    for (uint64_t seed = 1; seed <= repetitions(120); seed++) {
        const int kind = (int)(seed % RULE_KINDS);
        const int32_t p = 2 + (int32_t)(seed / 8 % 2);
        ruled_clusters(seed, p == 2 ? 9 : 7, p, kind, &c);
        const double least = rules_least(&c, 0, NULL, NULL);
        clusters_scatter(seed, &c, c.median);
        const bool is_within = search_rules(seed, &c, RUN, &usual, NULL) <= 0.0;
        const double cost = clusters_cost(&c, c.median);
        CHECK_SEED(seed, !is_within || cost >= least * (1.0 - 1e-9));
        feasible[kind] += isfinite(least);
        within[kind] += is_within;
        optimal[kind] += is_within && cost <= least * (1.0 + 1e-9);
    }
    for (int kind = 0; kind < RULE_KINDS; kind++) {
        CU_ASSERT(feasible[kind] >= 15);
        CU_ASSERT(within[kind] >= feasible[kind] * 9 / 10);
        CU_ASSERT(optimal[kind] >= feasible[kind] * 8 / 10);
    }
}

static void from_the_optimum_with_rules(void)
{
    static struct clusters c;
    int feasible = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        ruled_clusters(seed, 8, 3, (int)(seed % RULE_KINDS), &c);
        const double least = rules_least(&c, 0, NULL, c.median);
        if (!isfinite(least)) continue;
        feasible++;
        CHECK_SEED(seed, search_rules(seed, &c, DESCEND, NULL, NULL) <= 0.0);
        CHECK_SEED(seed, fabs(clusters_cost(&c, c.median) - least) <= 1e-9 * least);
        CHECK_SEED(seed, search_rules(seed, &c, RUN, &usual, NULL) <= 0.0);
        CHECK_SEED(seed, fabs(clusters_cost(&c, c.median) - least) <= 1e-9 * least);
    }
    CU_ASSERT(feasible > 40);
}

/* Whether taking account i to the median `to`, and k (or none: −1) to where i was, helps. */
static bool would_help(struct clusters *c, int32_t i, int32_t to, int32_t k, double tolerance)
{
    const int32_t site[2] = {c->median[i], to};
    const double before = rules_excess(c, c->median, 2, site), cost = clusters_cost(c, c->median);
    c->median[i] = to;
    if (k >= 0) c->median[k] = site[0];
    const double excess = rules_excess(c, c->median, 2, site) - before,
                 change = clusters_cost(c, c->median) - cost;
    c->median[i] = site[0];
    if (k >= 0) c->median[k] = to;
    return excess < -1e-8 || (excess < 0.5e-9 && change < -tolerance);
}

/* After a descent no shift and no swap helps, whatever the rules. */
static void nothing_left_to_descend(void)
{
    static struct clusters c;
    for (uint64_t seed = 1; seed <= repetitions(24); seed++) {
        int32_t site[CLUSTER_ACCOUNTS_MAX];
        ruled_clusters(seed, 40, 5, (int)(seed % RULE_KINDS), &c);
        clusters_scatter(seed, &c, c.median);
        const double tolerance = 2e-9 * clusters_cost(&c, c.median);
        search_rules(seed, &c, DESCEND, NULL, NULL);
        const int32_t sites = rules_sites(&c, c.median, site);
        int left = 0;
        for (int32_t i = 0; i < 40; i++) {
            for (int32_t k = 0; k < sites; k++)
                left += site[k] != c.median[i] && would_help(&c, i, site[k], -1, tolerance);
            for (int32_t k = 0; k < i; k++)
                left += c.median[k] != c.median[i] && would_help(&c, i, c.median[k], k, tolerance);
        }
        CHECK_SEED(seed, left == 0);
    }
}

/* Each median is to serve 3. Account 0 is alone, and what it needs is nearer to the other, which
 * has enough: it is outside no limit, and every shift from it costs more. */
static void a_floor_is_met_at_a_cost(void)
{
    static const double x[6] = {0.0, 5.25, 5.5, 5.75, 8.0, 8.0};
    static struct clusters c;
    ring_clusters(6, &c);
    for (int32_t i = 0; i < 6; i++) {
        c.x[i] = x[i];
        c.y[i] = 0.0;
        c.low[0][i] = 3;
        c.median[i] = i == 0 ? 0 : 5;
    }
    clusters_compile(&c, 6, 2, false);
    c.problem.rule[0] = (struct ambit_cluster_rule){.base = c.demand, .low = c.low[0], .scale = 3};
    CU_ASSERT_DOUBLE_EQUAL(rules_outside(&c, c.median, 0), 2.0 / 3.0, 1e-12);
    CU_ASSERT_EQUAL(search_rules(1, &c, DESCEND, NULL, NULL), 0.0);
}

static const double *prices_of(const struct clusters *c, struct ambit_cluster_search **search)
{
    must(ambit_cluster_search_create(&c->problem, search));
    ambit_cluster_search_set(*search, c->median);
    return ambit_cluster_search_prices(*search);
}

/* The most that another price of rule r at site[k] would raise the Lagrangian value: 0, or where an
 * account changes hands. */
static double best_of_one_price(const struct clusters *c, int32_t sites, const int32_t *site,
                                int32_t k, int r, double *price)
{
    const int32_t n = c->problem.count;
    double *const one = &price[r * n + site[k]];
    const double old = *one, before = rules_lagrangian(c, sites, site, price);
    double most = 0.0;
    for (int32_t i = -1; i < n; i++) {
        double elsewhere = INFINITY, here = 0.0;
        *one = 0.0;
        for (int32_t m = 0; m < sites && i >= 0; m++) {
            double sum = c->cost[site[m] * n + i];
            for (int q = 0; q < c->problem.rule_count; q++)
                sum += price[q * n + site[m]] * rules_load(c, q, site[m], i);
            if (m == k) here = sum;
            if (m != k) elsewhere = fmin(elsewhere, sum);
        }
        if (i >= 0) *one = (elsewhere - here) / rules_load(c, r, site[k], i);
        if (isfinite(*one)) most = fmax(most, rules_lagrangian(c, sites, site, price) - before);
    }
    *one = old;
    return most;
}

/* Prices press only against limits that there are, bound every plan to the medians from below, are
 * worth more than none, and cannot be bettered one at a time. */
static void prices_of_rules(void)
{
    static struct clusters c;
    static double price[CLUSTER_RULES * CLUSTER_ACCOUNTS_MAX];
    int bounded = 0, positive = 0, negative = 0, improvable = 0, runs = 0;
    double part = 0.0;
    for (uint64_t seed = 1; seed <= repetitions(160); seed++) {
        struct ambit_cluster_search *one = NULL;
        int32_t site[CLUSTER_ACCOUNTS_MAX];
        const int32_t p = 2 + (int32_t)(seed / 4 % 2);
        ruled_clusters(seed, 9, p, (int)(seed % RULE_KINDS), &c);
        clusters_scatter(seed, &c, c.median);
        const int32_t sites = rules_sites(&c, c.median, site);
        const size_t prices = (size_t)c.problem.rule_count * 9;
        if (sites < p) continue;
        memset(price, 0, sizeof price);
        const double plain = rules_lagrangian(&c, p, site, price);
        memcpy(price, prices_of(&c, &one), prices * sizeof *price);
        ambit_cluster_search_destroy(&one);
        for (size_t at = 0; at < prices; at++) {
            bool is_site = false;
            for (int32_t k = 0; k < p; k++)
                is_site |= site[k] == (int32_t)(at % 9);
            CHECK_SEED(seed, is_site || price[at] == 0.0);
            positive += price[at] > 0.0;
            negative += price[at] < 0.0;
        }
        const double bound = rules_lagrangian(&c, p, site, price),
                     least = rules_least(&c, p, site, NULL);
        CHECK_SEED(seed, bound >= plain * (1.0 - 1e-9));
        CHECK_SEED(seed, bound <= least * (1.0 + 1e-9));
        double more = 0.0;
        for (int32_t at = 0; at < p * c.problem.rule_count && isfinite(least); at++)
            more = fmax(more, best_of_one_price(&c, p, site, at % p, at / p, price));
        runs += isfinite(least);
        improvable += more > 1e-3 * bound;
        if (!isfinite(least) || least <= plain * (1.0 + 1e-6)) continue;
        bounded++;
        part += (bound - plain) / (least - plain);
    }
    CU_ASSERT(bounded > 40);
    CU_ASSERT(positive > 30 && negative > 30);
    CU_ASSERT(improvable <= runs / 30);
    CU_ASSERT(part > 0.35 * bounded);
}

/* Of a share alone: some loads are below 0, and those accounts come as the price rises. */
static void prices_of_a_share(void)
{
    static struct clusters c;
    static double price[CLUSTER_ACCOUNTS_MAX];
    int improvable = 0, priced = 0;
    for (uint64_t seed = 1; seed <= repetitions(200); seed++) {
        struct ambit_cluster_search *one = NULL;
        int32_t site[CLUSTER_ACCOUNTS_MAX];
        ruled_clusters(seed, 9, 2, RULES_SHARE, &c);
        c.problem.rule[0] = c.problem.rule[1];
        c.problem.rule_count = 1;
        clusters_scatter(seed, &c, c.median);
        if (rules_sites(&c, c.median, site) < 2) continue;
        memcpy(price, prices_of(&c, &one), 9 * sizeof *price);
        ambit_cluster_search_destroy(&one);
        if (!isfinite(rules_least(&c, 2, site, NULL))) continue;
        const double bound = rules_lagrangian(&c, 2, site, price);
        priced += price[site[0]] > 0.0 || price[site[1]] > 0.0;
        improvable += best_of_one_price(&c, 2, site, 0, 0, price) > 1e-4 * bound ||
                      best_of_one_price(&c, 2, site, 1, 0, price) > 1e-4 * bound;
    }
    CU_ASSERT(priced > 10);
    CU_ASSERT(improvable == 0);
}

/* Medians stay, those that the polish leaves without accounts included. */
static void polish_with_rules(void)
{
    static struct clusters c;
    int tiny = 0, optimal = 0, better = 0;
    for (uint64_t seed = 1; seed <= repetitions(80); seed++) {
        struct ambit_cluster_search *one = NULL;
        int32_t site[CLUSTER_ACCOUNTS_MAX], end[CLUSTER_ACCOUNTS_MAX];
        const bool is_tiny = seed % 8 != 0;
        ruled_clusters(seed, is_tiny ? 9 : 60, is_tiny ? 3 : 6, (int)(seed / 8 % RULE_KINDS), &c);
        clusters_scatter(seed, &c, c.median);
        const int32_t sites = rules_sites(&c, c.median, site);
        const double least = is_tiny ? rules_least(&c, sites, site, NULL) : INFINITY,
                     before = clusters_cost(&c, c.median),
                     excess = rules_excess(&c, c.median, sites, site);
        must(ambit_cluster_polish(&c.problem, prices_of(&c, &one), c.median));
        ambit_cluster_search_destroy(&one);
        const double after = clusters_cost(&c, c.median),
                     left = rules_excess(&c, c.median, sites, site);
        const int32_t ends = rules_sites(&c, c.median, end);
        for (int32_t k = 0, from = 0; k < ends; k++) {
            while (from < sites && site[from] != end[k])
                from++;
            CHECK_SEED(seed, from < sites);
        }
        /* Loads are whole there: each account is half a unit off. */
        const double rounding = 0.5 * c.problem.count / c.problem.rule[0].scale;
        CHECK_SEED(seed, left < excess || (left <= excess + rounding && after <= before));
        better += left < excess || after < before;
        if (!isfinite(least)) continue;
        tiny++;
        optimal += left <= rounding && after <= least * (1.0 + 1e-4);
    }
    CU_ASSERT(better > 70);
    CU_ASSERT(tiny > 30);
    CU_ASSERT(optimal >= tiny * 9 / 10);
}

static double nearest_cost(const struct clusters *c, int32_t sites, const int32_t *site)
{
    double sum = 0.0;
    for (int32_t i = 0; i < c->problem.count; i++) {
        double least = INFINITY;
        for (int32_t k = 0; k < sites; k++)
            least = fmin(least, c->cost[site[k] * c->problem.count + i]);
        sum += least;
    }
    return sum;
}

/* Whether a site is among the `most` nearest to another, by cost and then by index. */
static bool is_near(const struct clusters *c, int32_t from, int32_t to, int32_t most)
{
    const double *const cost = &c->cost[from * c->problem.count];
    int32_t nearer = 0;
    for (int32_t i = 0; i < c->problem.count; i++)
        nearer += i != from && (cost[i] < cost[to] || (i < to && cost[i] <= cost[to]));
    return nearer < most;
}

/* Where no limit presses, the bound is the cost to the nearest: it falls by what is reported, and
 * no move of one median to a near site is left that lowers it. */
static void places_without_prices(void)
{
    static struct clusters c;
    int moved = 0;
    for (uint64_t seed = 1; seed <= repetitions(12); seed++) {
        static const struct ambit_cluster_search_limits limits = {12, 100000, 0};
        int32_t site[CLUSTER_ACCOUNTS_MAX];
        double fall = -1.0;
        ruled_clusters(seed, 60, 6, (int)(seed % RULE_KINDS), &c);
        for (int r = 0; r < c.problem.rule_count; r++) {
            c.problem.rule[r].low = NULL;
            c.problem.rule[r].high = seed % 3 == 0 ? NULL : c.high[0];
        }
        for (int32_t j = 0; j < 60; j++)
            c.high[0][j] = INT64_C(1000000000000);
        clusters_scatter(seed, &c, c.median);
        int32_t sites = rules_sites(&c, c.median, site);
        if (sites < 6) continue;
        const double before = nearest_cost(&c, sites, site);
        search_rules(seed, &c, PLACE, &limits, &fall);
        sites = rules_sites(&c, c.median, site);
        const double after = nearest_cost(&c, sites, site);
        CHECK_SEED(seed, sites == 6);
        CHECK_SEED(seed, fall >= 0.0 && fabs(before - after - fall) <= 1e-9 * before);
        CHECK_SEED(seed, fabs(clusters_cost(&c, c.median) - after) <= 1e-9 * after);
        moved += fall > 0.0;
        for (int32_t k = 0; k < 6; k++) {
            const int32_t old = site[k];
            for (int32_t j = 0; j < 60; j++) {
                if (j == old || !is_near(&c, old, j, limits.near)) continue;
                site[k] = j;
                CHECK_SEED(seed, nearest_cost(&c, 6, site) >= after * (1.0 - 1e-4));
            }
            site[k] = old;
        }
    }
    CU_ASSERT(moved > 8);
}

/* Three accounts each on two spots, 10 from each other. The median of the first spot has room for
 * two, which is worth 10; next to it on the same spot is a site with room for all. */
static void a_place_with_more_room(void)
{
    static const int64_t room[6] = {2, 4, 2, 4, 2, 2};
    static const struct ambit_cluster_search_limits limits = {5, 100, 0};
    static struct clusters c;
    double fall = 0.0;
    ring_clusters(6, &c);
    for (int32_t i = 0; i < 6; i++) {
        c.x[i] = i < 3 ? 0.0 : 10.0;
        c.y[i] = 0.0;
        c.capacity[i] = room[i];
        c.median[i] = i < 3 ? 0 : 3;
    }
    clusters_compile(&c, 6, 2, false);
    CU_ASSERT_EQUAL(search_rules(1, &c, PLACE, &limits, &fall), 0.0);
    CU_ASSERT_DOUBLE_EQUAL(fall, 10.0, 1e-9);
    CU_ASSERT(c.median[0] == 1 && c.median[2] == 1 && c.median[5] == 3);
}

/* Prices of two medians that serve the same accounts can hold each other up, as no one of them can
 * fall alone: the bound of these medians is then less than without prices, and no reason to go. */
static void a_bound_that_is_stuck(void)
{
    static const double x[5] = {18.0, 9.0, 11.0, 8.0, 9.0};
    static const int32_t start[2] = {0, 3};
    static const struct ambit_cluster_search_limits limits = {8, 1000, 0};
    static struct clusters c;
    int32_t end[CLUSTER_ACCOUNTS_MAX];
    double fall = 0.0;
    ring_clusters(5, &c);
    for (int32_t i = 0; i < 5; i++) {
        c.x[i] = x[i];
        c.y[i] = 0.0;
        c.capacity[i] = 3;
        c.median[i] = i < 3 ? 0 : 3;
    }
    clusters_compile(&c, 5, 2, false);
    const double before = rules_least(&c, 2, start, NULL);
    search_rules(1, &c, PLACE, &limits, &fall);
    CU_ASSERT(rules_least(&c, rules_sites(&c, c.median, end), end, NULL) <= before);
}

/* The bound that is left after the fall is one of the medians that it ends with. */
static void places_with_rules(void)
{
    static struct clusters c;
    int moved = 0, both = 0, lower = 0, not_above = 0, runs = 0;
    for (uint64_t seed = 1; seed <= repetitions(120); seed++) {
        static const struct ambit_cluster_search_limits limits = {8, 400, 0};
        struct ambit_cluster_search *one = NULL;
        int32_t site[CLUSTER_ACCOUNTS_MAX], end[CLUSTER_ACCOUNTS_MAX];
        double fall = -1.0;
        ruled_clusters(seed, 9, 3, (int)(seed % RULE_KINDS), &c);
        clusters_scatter(seed, &c, c.median);
        if (rules_sites(&c, c.median, site) < 3) continue;
        const double bound = rules_lagrangian(&c, 3, site, prices_of(&c, &one));
        ambit_cluster_search_destroy(&one);
        search_rules(seed, &c, PLACE, &limits, &fall);
        CHECK_SEED(seed, fall >= 0.0 && fall <= bound);
        moved += fall > 0.0;
        if (rules_sites(&c, c.median, end) < 3) continue; /* no telling where the third one is */
        runs++;
        const double first = rules_least(&c, 3, site, NULL), last = rules_least(&c, 3, end, NULL);
        CHECK_SEED(seed, bound - fall <= last * (1.0 + 1e-9));
        CHECK_SEED(seed, bound - fall >= nearest_cost(&c, 3, end) * (1.0 - 1e-5));
        not_above += !isfinite(last) || /* the bound has no end there */
                     rules_lagrangian(&c, 3, end, prices_of(&c, &one)) <= bound * (1.0 + 1e-9);
        ambit_cluster_search_destroy(&one);
        if (!isfinite(first) || !isfinite(last)) continue;
        both++;
        lower += last <= first;
    }
    CU_ASSERT(moved > 60);
    CU_ASSERT(200 * (runs - not_above) <= runs); /* prices that are stuck: see above */
    CU_ASSERT(lower >= both * 9 / 10);
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
        {"searching tiny instances with several rules", tiny_with_rules},
        {"searching from the optimum of several rules", from_the_optimum_with_rules},
        {"a descent leaves no shift and no swap", nothing_left_to_descend},
        {"a floor is met at a cost", a_floor_is_met_at_a_cost},
        {"prices of several rules", prices_of_rules},
        {"prices of a share", prices_of_a_share},
        {"polish with several rules", polish_with_rules},
        {"places where no limit presses", places_without_prices},
        {"a place with more room", a_place_with_more_room},
        {"a bound that is stuck", a_bound_that_is_stuck},
        {"places with several rules", places_with_rules},
    };
    return ambit_test_main("cluster", tests, AMBIT_TEST_COUNT(tests));
}
