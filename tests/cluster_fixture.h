/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random small instances of capacitated p-median, the same for the same seed, and their optima by
 * trying everything. Written apart from the solvers.
 */
#ifndef AMBIT_CLUSTER_FIXTURE_H
#define AMBIT_CLUSTER_FIXTURE_H

#include "engine/base/random.h"
#include "engine/model/instance.h"
#include "solvers/cluster_problem.h"
#include "tests/instance_fixture.h"
#include <math.h>
#include <string.h>

enum { CLUSTER_ACCOUNTS_MAX = 310, CLUSTER_BRUTE_MAX = 9 };

struct clusters {
    struct ambit_instance instance;       /* both point into this struct, which must stay here */
    struct ambit_cluster_problem problem; /* all of the instance */
    double x[CLUSTER_ACCOUNTS_MAX], y[CLUSTER_ACCOUNTS_MAX], lambda[CLUSTER_ACCOUNTS_MAX];
    int64_t demand[CLUSTER_ACCOUNTS_MAX], capacity[CLUSTER_ACCOUNTS_MAX];
    double cost[CLUSTER_ACCOUNTS_MAX * CLUSTER_ACCOUNTS_MAX];
    int32_t median[CLUSTER_ACCOUNTS_MAX];
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
    out->problem = (struct ambit_cluster_problem){count,       centres,       out->cost,
                                                  out->demand, out->capacity, floored ? 1.0 : 0.0};
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

#endif
