/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random small instances of p-median with a capacity or with several rules, the same for the same
 * seed, and their optima by trying everything. Written apart from the solvers.
 */
#ifndef AMBIT_CLUSTER_FIXTURE_H
#define AMBIT_CLUSTER_FIXTURE_H

#include "engine/base/random.h"
#include "engine/model/instance.h"
#include "solvers/cluster_problem.h"
#include "tests/instance_fixture.h"
#include <math.h>
#include <string.h>

enum { CLUSTER_ACCOUNTS_MAX = 310, CLUSTER_BRUTE_MAX = 9, CLUSTER_RULES = 3 };

struct clusters {
    struct ambit_instance instance;       /* both point into this struct, which must stay here */
    struct ambit_cluster_problem problem; /* all of the instance */
    double x[CLUSTER_ACCOUNTS_MAX], y[CLUSTER_ACCOUNTS_MAX], lambda[CLUSTER_ACCOUNTS_MAX];
    int64_t demand[CLUSTER_ACCOUNTS_MAX], capacity[CLUSTER_ACCOUNTS_MAX];
    double cost[CLUSTER_ACCOUNTS_MAX * CLUSTER_ACCOUNTS_MAX];
    int32_t median[CLUSTER_ACCOUNTS_MAX];
    /* Of an instance with several rules; see ruled_clusters(). */
    int64_t base[CLUSTER_RULES][CLUSTER_ACCOUNTS_MAX], low[CLUSTER_RULES][CLUSTER_ACCOUNTS_MAX],
        high[CLUSTER_RULES][CLUSTER_ACCOUNTS_MAX];
};

/* To be called where places, demands and capacities are set, or set anew. */
static inline void clusters_compile(struct clusters *out, int32_t count, int32_t centres,
                                    bool floored)
{
    out->instance = (struct ambit_instance){.count = count,
                                            .centre_count = centres,
                                            .x = out->x,
                                            .y = out->y,
                                            .capacity = out->capacity,
                                            .demand = out->demand,
                                            .problem = AMBIT_LOCATION_CPMP,
                                            .distance = floored ? AMBIT_DISTANCE_FLOOR
                                                                : AMBIT_DISTANCE_EUCLIDEAN};
    for (int32_t j = 0; j < count; j++) {
        for (int32_t i = 0; i < count; i++) {
            const double d = hypot(out->x[i] - out->x[j], out->y[i] - out->y[j]);
            out->cost[(size_t)j * (size_t)count + (size_t)i] = floored ? floor(d) : d;
        }
    }
    out->problem =
        (struct ambit_cluster_problem){.count = count,
                                       .centre_count = centres,
                                       .cost = out->cost,
                                       .rule_count = 1,
                                       .rule = {ambit_cluster_capacity(out->demand, out->capacity)},
                                       .grain = floored ? 1.0 : 0.0};
}

/* Accounts about a few towns, some on one spot; demands in 1–100; capacities that differ by a fifth
 * to either side of what fills `centres` of them to `fill`. Everybody's median is account 0. */
static inline void random_clusters(uint64_t seed, int32_t count, int32_t centres, double fill,
                                   bool floored, struct clusters *out)
{
    int64_t total = 0;
    memset(out, 0, sizeof *out);
    for (int32_t i = 0; i < count; i++) {
        const int64_t town = (int64_t)ambit_random_below(seed, 1, (uint64_t)i, 4);
        out->x[i] = uniform(seed, 2, town, 0.0, 100.0) + uniform(seed, 3, i, 0.0, 40.0);
        out->y[i] = uniform(seed, 4, town, 0.0, 100.0) + uniform(seed, 5, i, 0.0, 40.0);
        if (i % 9 == 8) {
            out->x[i] = out->x[i - 1];
            out->y[i] = out->y[i - 1];
        }
        out->demand[i] = 1 + (int64_t)ambit_random_below(seed, 6, (uint64_t)i, 100);
        total += out->demand[i];
    }
    const double mean = (double)total / (fill * centres);
    for (int32_t i = 0; i < count; i++)
        out->capacity[i] = (int64_t)(mean * uniform(seed, 7, i, 0.8, 1.2));
    clusters_compile(out, count, centres, floored);
}

static inline double clusters_cost(const struct clusters *c, const int32_t *median)
{
    double cost = 0.0;
    for (int32_t i = 0; i < c->problem.count; i++)
        cost += c->cost[median[i] * c->problem.count + i];
    return cost;
}

/* By the site, however a solver keeps its clusters. */
static inline int64_t clusters_excess(const struct clusters *c, const int32_t *median)
{
    int64_t excess = 0;
    for (int32_t j = 0; j < c->problem.count; j++) {
        int64_t load = 0;
        for (int32_t i = 0; i < c->problem.count; i++)
            load += median[i] == j ? c->demand[i] : 0;
        excess += load > c->capacity[j] ? load - c->capacity[j] : 0;
    }
    return excess;
}

/* Every account has a median, and there are no more than p. */
static inline bool clusters_is_plan(const struct clusters *c, const int32_t *median)
{
    bool used[CLUSTER_ACCOUNTS_MAX] = {false};
    int32_t medians = 0;
    for (int32_t i = 0; i < c->problem.count; i++) {
        if (median[i] < 0 || median[i] >= c->problem.count) return false;
        medians += !used[median[i]];
        used[median[i]] = true;
    }
    return medians <= c->problem.centre_count;
}

/* p sites and a site of these for each account, all at random. */
static inline void clusters_scatter(uint64_t seed, const struct clusters *c, int32_t *median_out)
{
    int32_t site[CLUSTER_ACCOUNTS_MAX] = {0};
    const int32_t n = c->problem.count, p = c->problem.centre_count;
    for (int32_t i = 0; i < n; i++)
        site[i] = i;
    for (int32_t k = 0; k < p; k++) {
        const int32_t other =
            k + (int32_t)ambit_random_below(seed, 20, (uint64_t)k, (uint64_t)(n - k));
        const int32_t old = site[k];
        site[k] = site[other];
        site[other] = old;
    }
    for (int32_t i = 0; i < n; i++)
        median_out[i] = site[ambit_random_below(seed, 21, (uint64_t)i, (uint64_t)p)];
}

struct cluster_brute {
    const struct clusters *c;
    int32_t site[CLUSTER_BRUTE_MAX], median[CLUSTER_BRUTE_MAX];
    int64_t load[CLUSTER_BRUTE_MAX];
    double least;
    int32_t least_median[CLUSTER_BRUTE_MAX];
};

static inline void cluster_brute_assign(struct cluster_brute *brute, int32_t i, double cost)
{
    const struct clusters *const c = brute->c;
    if (cost >= brute->least) return;
    if (i == c->problem.count) {
        brute->least = cost;
        memcpy(brute->least_median, brute->median, sizeof brute->median);
        return;
    }
    for (int32_t k = 0; k < c->problem.centre_count; k++) {
        const int32_t j = brute->site[k];
        if (brute->load[k] + c->demand[i] > c->capacity[j]) continue;
        brute->load[k] += c->demand[i];
        brute->median[i] = j;
        cluster_brute_assign(brute, i + 1, cost + c->cost[j * c->problem.count + i]);
        brute->load[k] -= c->demand[i];
    }
}

static inline void cluster_brute_sites(struct cluster_brute *brute, int32_t k, int32_t from,
                                       const bool *allowed)
{
    const int32_t n = brute->c->problem.count, p = brute->c->problem.centre_count;
    if (k == p) {
        cluster_brute_assign(brute, 0, 0.0);
        return;
    }
    for (int32_t j = from; j < n; j++) {
        if (allowed != NULL && !allowed[j]) continue;
        brute->site[k] = j;
        cluster_brute_sites(brute, k + 1, j + 1, allowed);
    }
}

/* The least cost of a plan within capacity whose medians are `allowed` (NULL: all); INFINITY where
 * there is none, else a plan of that cost in median_out, which may be NULL. */
static inline double clusters_least(const struct clusters *c, const bool *allowed,
                                    int32_t *median_out)
{
    struct cluster_brute brute = {.c = c, .least = INFINITY};
    AMBIT_REQUIRE(c->problem.count <= CLUSTER_BRUTE_MAX);
    cluster_brute_sites(&brute, 0, 0, allowed);
    if (median_out != NULL && isfinite(brute.least))
        memcpy(median_out, brute.least_median, (size_t)c->problem.count * sizeof *median_out);
    return brute.least;
}

/* Accounts of demand 1 around account 0, whose spot costs every one of them least by far; each site
 * serves half of them. A plan that takes that site twice is none. */
static inline void ring_clusters(int32_t count, struct clusters *out)
{
    memset(out, 0, sizeof *out);
    for (int32_t i = 0; i < count; i++) {
        const double angle = 6.283185307179586 * i / (count - 1);
        out->x[i] = i == 0 ? 0.0 : 10.0 * cos(angle);
        out->y[i] = i == 0 ? 0.0 : 10.0 * sin(angle);
        out->demand[i] = 1;
        out->capacity[i] = (count + 1) / 2;
    }
    clusters_compile(out, count, 2, false);
}

/* --- several rules ---------------------------------------------------------- */

/* Which rules: an hours band and a share of travel; a floor under hours and a ceiling over another
 * measure; band, share and ceiling at once; bands of both measures that differ by median. */
enum { RULES_SHARE, RULES_SIDES, RULES_ALL, RULES_BY_SITE, RULE_KINDS };

/* Travel of a plan that gives each account to the nearest of p sites drawn at random. */
static inline double rules_travel(uint64_t seed, const struct clusters *c)
{
    int32_t some[CLUSTER_ACCOUNTS_MAX];
    double sum = 0.0;
    clusters_scatter(seed + 1, c, some);
    for (int32_t i = 0; i < c->problem.count; i++) {
        double least = INFINITY;
        for (int32_t k = 0; k < c->problem.count; k++)
            least = fmin(least, c->cost[some[k] * c->problem.count + i]);
        sum += least;
    }
    return sum;
}

/* Limits from `below` to `above` (parts of `mean`; 0: none), a tenth to either side where they
 * differ by median. */
static inline struct ambit_cluster_rule rules_limit(struct clusters *c, int r, double mean,
                                                    double below, double above, bool by_site)
{
    for (int32_t j = 0; j < c->problem.count; j++) {
        const double part = by_site ? uniform(77, (uint64_t)r, j, 0.9, 1.1) : 1.0;
        c->low[r][j] = (int64_t)(mean * below * part);
        c->high[r][j] = (int64_t)(mean * above * part);
    }
    return (struct ambit_cluster_rule){.base = c->base[r],
                                       .low = below > 0.0 ? c->low[r] : NULL,
                                       .high = above > 0.0 ? c->high[r] : NULL,
                                       .scale = mean};
}

/* Costs in whole thousandths; rule 0 is work and travel, 1 travel − 0.35 × (work and travel) ≤ 0,
 * and 2 a measure without travel, in units of its own. Some kinds leave out one of these. */
static inline void ruled_clusters(uint64_t seed, int32_t count, int32_t centres, int kind,
                                  struct clusters *out)
{
    struct ambit_cluster_problem *const problem = &out->problem;
    int64_t work = 0, worth = 0;
    random_clusters(seed, count, centres, 0.8, false, out);
    for (size_t at = 0; at < (size_t)count * (size_t)count; at++)
        out->cost[at] = floor(1000.0 * out->cost[at]);
    const double travel = rules_travel(seed, out);
    for (int32_t i = 0; i < count; i++) {
        out->base[0][i] = (int64_t)(2.0 * travel / count * uniform(seed, 30, i, 0.4, 1.6));
        out->base[1][i] = (int64_t)(-0.35 * (double)out->base[0][i]);
        out->base[2][i] = 1 + (int64_t)ambit_random_below(seed, 31, (uint64_t)i, 12);
        work += out->base[0][i];
        worth += out->base[2][i];
    }
    const double hours = ((double)work + travel) / centres, mean = (double)worth / centres;
    const bool by_site = kind == RULES_BY_SITE;
    struct ambit_cluster_rule band = rules_limit(out, 0, hours, 0.7, 1.3, by_site);
    struct ambit_cluster_rule share = {
        .base = out->base[1], .travel_weight = 0.65, .high = out->high[1], .scale = hours};
    band.travel_weight = 1.0;
    if (kind == RULES_SIDES) band.high = NULL;
    problem->rule_count = 0;
    problem->rule[problem->rule_count++] = band;
    if (kind == RULES_SHARE || kind == RULES_ALL) problem->rule[problem->rule_count++] = share;
    if (kind != RULES_SHARE)
        problem->rule[problem->rule_count++] =
            rules_limit(out, 2, mean, by_site ? 0.7 : 0.0, 1.3, by_site);
}

static inline double rules_load(const struct clusters *c, int r, int32_t site, int32_t i)
{
    const struct ambit_cluster_rule *const rule = &c->problem.rule[r];
    return (double)rule->base[i] + rule->travel_weight * c->cost[site * c->problem.count + i];
}

/* What the median `site` has outside the limits, in parts of the scales, with the accounts that
 * `median` gives it. */
static inline double rules_outside(const struct clusters *c, const int32_t *median, int32_t site)
{
    double sum = 0.0;
    for (int r = 0; r < c->problem.rule_count; r++) {
        const struct ambit_cluster_rule *const rule = &c->problem.rule[r];
        double load = 0.0, outside = 0.0;
        for (int32_t i = 0; i < c->problem.count; i++)
            load += median[i] == site ? rules_load(c, r, site, i) : 0.0;
        if (rule->high != NULL) outside = fmax(outside, load - (double)rule->high[site]);
        if (rule->low != NULL) outside = fmax(outside, (double)rule->low[site] - load);
        sum += outside > 1e-9 * rule->scale ? outside / rule->scale : 0.0;
    }
    return sum;
}

/* Over `sites` medians, those without accounts too. */
static inline double rules_excess(const struct clusters *c, const int32_t *median, int32_t sites,
                                  const int32_t *site)
{
    double sum = 0.0;
    for (int32_t k = 0; k < sites; k++)
        sum += rules_outside(c, median, site[k]);
    return sum;
}

/* The medians that have accounts, ascending. */
static inline int32_t rules_sites(const struct clusters *c, const int32_t *median,
                                  int32_t *site_out)
{
    int32_t sites = 0;
    for (int32_t j = 0; j < c->problem.count; j++) {
        bool is_used = false;
        for (int32_t i = 0; i < c->problem.count; i++)
            is_used |= median[i] == j;
        if (is_used) site_out[sites++] = j;
    }
    return sites;
}

struct rules_brute {
    const struct clusters *c;
    int32_t sites;
    int32_t site[CLUSTER_BRUTE_MAX], median[CLUSTER_BRUTE_MAX], least_median[CLUSTER_BRUTE_MAX];
    double least;
};

static inline void rules_brute_assign(struct rules_brute *brute, int32_t i, double cost)
{
    const struct clusters *const c = brute->c;
    if (cost >= brute->least) return;
    if (i == c->problem.count) {
        if (rules_excess(c, brute->median, brute->sites, brute->site) > 0.0) return;
        brute->least = cost;
        memcpy(brute->least_median, brute->median, sizeof brute->median);
        return;
    }
    for (int32_t k = 0; k < brute->sites; k++) {
        brute->median[i] = brute->site[k];
        rules_brute_assign(brute, i + 1, cost + c->cost[brute->site[k] * c->problem.count + i]);
    }
}

static inline void rules_brute_sites(struct rules_brute *brute, int32_t k, int32_t from)
{
    if (k == brute->sites) {
        rules_brute_assign(brute, 0, 0.0);
        return;
    }
    for (int32_t j = from; j < brute->c->problem.count; j++) {
        brute->site[k] = j;
        rules_brute_sites(brute, k + 1, j + 1);
    }
}

/* The least cost of a plan with nothing outside the limits, to these medians (NULL: to any p);
 * INFINITY where there is none, else such a plan in median_out, which may be NULL. */
static inline double rules_least(const struct clusters *c, int32_t sites, const int32_t *site,
                                 int32_t *median_out)
{
    struct rules_brute brute = {.c = c, .least = INFINITY};
    AMBIT_REQUIRE(c->problem.count <= CLUSTER_BRUTE_MAX);
    brute.sites = site != NULL ? sites : c->problem.centre_count;
    if (site != NULL) memcpy(brute.site, site, (size_t)sites * sizeof *site);
    if (site != NULL)
        rules_brute_assign(&brute, 0, 0.0);
    else
        rules_brute_sites(&brute, 0, 0);
    if (median_out != NULL && isfinite(brute.least))
        memcpy(median_out, brute.least_median, (size_t)c->problem.count * sizeof *median_out);
    return brute.least;
}

/* Σ_i min_k (cost + Σ_r μ_kr load) − Σ_kr (μ > 0 ? μ·high : μ·low) at `price` [rule × count +
 * site], −INFINITY where a price presses against a limit that is not there. */
static inline double rules_lagrangian(const struct clusters *c, int32_t sites, const int32_t *site,
                                      const double *price)
{
    const int32_t n = c->problem.count;
    double value = 0.0;
    for (int32_t i = 0; i < n; i++) {
        double least = INFINITY;
        for (int32_t k = 0; k < sites; k++) {
            double sum = c->cost[site[k] * n + i];
            for (int r = 0; r < c->problem.rule_count; r++)
                sum += price[r * n + site[k]] * rules_load(c, r, site[k], i);
            least = fmin(least, sum);
        }
        value += least;
    }
    for (int r = 0; r < c->problem.rule_count; r++) {
        for (int32_t k = 0; k < sites; k++) {
            const double one = price[r * n + site[k]];
            const int64_t *const limit =
                one > 0.0 ? c->problem.rule[r].high : c->problem.rule[r].low;
            if (one != 0.0) value -= limit != NULL ? one * (double)limit[site[k]] : INFINITY;
        }
    }
    return value;
}

#endif
