/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Iterated local search (Lourenço, Martin, Stützle 2003) with recombination. A kick redraws two to
 * four neighbouring clusters, dissolves one and splits another, or throws a few accounts of one
 * neighbourhood about; the descent (centroid_descent.c) then searches only what changed. A plan a
 * little worse is walked on from, less so towards the end, and the walk returns to the best plan
 * when it strays for long. Clusters of good plans are kept, and where they are small, the best plan
 * that they make up is found as set partitioning (centroid_pool.c; Chaves, Lorena 2011 name the
 * values to reach). Cost: a kick takes about the time of a descent over five to ten clusters.
 * Weakness: no bound, so that nothing is known of what is left to gain.
 */
#include "solvers/centroid_search.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "solvers/centroid_descent.h"
#include "solvers/centroid_pool.h"

#include <math.h>
#include <string.h>

enum {
    POOL_CLUSTERS = 4000,
    POOL_SIZE_MAX = 40, /* mean accounts of a cluster, above which they are not recombined */
    POOL_NODES = 300,
    STRAY_MAX = 60, /* kicks without a new best plan before the walk returns to it */
    REDRAW_MAX = 4, /* clusters redrawn together */
    PULLS = 3       /* rounds of k-means in a redrawing */
};

#define WORSE 0.004     /* relative rise of cost that the walk puts up with at first */
#define POOL_WORSE 0.01 /* clusters of plans that are this much worse than the best are kept */

struct centroid_search {
    const struct ambit_centroid_problem *problem; /* borrowed */
    struct ambit_centroid_plan plan;
    struct ambit_centroid_descent descent;
    struct ambit_centroid_pool pool;
    int32_t *walk, *best, *work; /* owned; count: clusters */
    int32_t *drawn, *size;       /* owned; count: accounts redrawn; clusters: sizes on the way */
    int64_t *load;               /* owned; clusters: the same */
    double walk_cost, best_cost;
    int64_t walk_excess, best_excess;
    bool recombines;
    uint64_t seed, draws;
};

static uint64_t draw_below(struct centroid_search *search, uint64_t bound)
{
    return ambit_random_below(search->seed, 0, search->draws++, bound);
}

static double draw_unit(struct centroid_search *search)
{
    return ambit_random_unit(search->seed, 0, search->draws++);
}

static ambit_status find_cost(const struct ambit_centroid_problem *problem, const int32_t *cluster,
                              double *cost_out)
{
    ambit_status status = AMBIT_OK;
    double *total = NULL, cost = 0.0;
    AMBIT_TRY(ambit_alloc(&total, 3 * (size_t)problem->centre_count, sizeof *total));
    for (int32_t i = 0; i < problem->count; i++) {
        double *const sum = &total[3 * (size_t)cluster[i]];
        sum[0] += problem->x[i];
        sum[1] += problem->y[i];
        sum[2] += 1.0;
    }
    for (int32_t i = 0; i < problem->count; i++) {
        const double *const sum = &total[3 * (size_t)cluster[i]];
        const double d = ambit_centroid_reach(problem, i, sum[0] / sum[2], sum[1] / sum[2]);
        cost += problem->floored ? floor(d) : d;
    }
    *cost_out = cost;
done:
    ambit_free(&total);
    return status;
}

double ambit_centroid_cost(const struct ambit_centroid_problem *problem, const int32_t *cluster)
{
    double cost = NAN;
    return find_cost(problem, cluster, &cost) == AMBIT_OK ? cost : NAN;
}

static double squared_to(const struct ambit_centroid_problem *problem, int32_t i,
                         const double *centre)
{
    const double dx = problem->x[i] - centre[0], dy = problem->y[i] - centre[1];
    return dx * dx + dy * dy;
}

/* Centres among the drawn accounts, each likelier far from those before it (Arthur, Vassilvitskii
 * 2007); twice `count` numbers. */
static void draw_centres(struct centroid_search *search, int32_t drawn, int32_t count,
                         double *centre_out)
{
    const struct ambit_centroid_problem *const problem = search->problem;
    for (int32_t c = 0; c < count; c++) {
        double total = 0.0;
        int32_t chosen = search->drawn[draw_below(search, (uint64_t)drawn)];
        for (int32_t k = 0; k < drawn && c > 0; k++) {
            double least = INFINITY;
            for (int32_t b = 0; b < c; b++)
                least = fmin(least, squared_to(problem, search->drawn[k], &centre_out[2 * b]));
            total += least;
            if (least > 0.0 && draw_unit(search) * total < least) chosen = search->drawn[k];
        }
        centre_out[2 * c] = problem->x[chosen];
        centre_out[2 * c + 1] = problem->y[chosen];
    }
}

/* The nearest centre with capacity left for account i, else the nearest with room in its list. */
static int32_t choose_centre(const struct centroid_search *search, int32_t i,
                             const int32_t *cluster, int32_t count, const double *centre)
{
    const struct ambit_centroid_problem *const problem = search->problem;
    int32_t best = -1;
    double least = INFINITY;
    bool best_fits = false;
    for (int32_t c = 0; c < count; c++) {
        const int32_t b = cluster[c];
        const double d = squared_to(problem, i, &centre[2 * c]);
        const bool fits = search->load[b] + problem->demand[i] <= problem->capacity;
        if (search->size[b] == search->plan.room || fits < best_fits) continue;
        if (fits == best_fits && d >= least) continue;
        best = c;
        least = d;
        best_fits = fits;
    }
    return best;
}

/* The drawn accounts go to `count` clusters anew, in random order, by capacitated k-means. */
static void redraw(struct centroid_search *search, int32_t drawn, const int32_t *cluster,
                   int32_t count)
{
    const struct ambit_centroid_problem *const problem = search->problem;
    double centre[2 * REDRAW_MAX], sum[3 * REDRAW_MAX];
    if (drawn == 0) return; /* an empty cluster stays so */
    for (int32_t k = drawn - 1; k > 0; k--) {
        const int32_t other = (int32_t)draw_below(search, (uint64_t)k + 1);
        const int32_t kept = search->drawn[k];
        search->drawn[k] = search->drawn[other];
        search->drawn[other] = kept;
    }
    draw_centres(search, drawn, count, centre);
    for (int pull = 0; pull < PULLS; pull++) {
        memset(sum, 0, sizeof sum);
        for (int32_t c = 0; c < count; c++) {
            search->size[cluster[c]] = 0;
            search->load[cluster[c]] = 0;
        }
        for (int32_t k = 0; k < drawn; k++) {
            const int32_t i = search->drawn[k];
            const int32_t c = choose_centre(search, i, cluster, count, centre);
            search->work[i] = cluster[c];
            search->size[cluster[c]]++;
            search->load[cluster[c]] += problem->demand[i];
            sum[3 * c] += problem->x[i];
            sum[3 * c + 1] += problem->y[i];
            sum[3 * c + 2] += 1.0;
        }
        for (int32_t c = 0; c < count; c++) {
            if (sum[3 * c + 2] == 0.0) continue;
            centre[2 * c] = sum[3 * c] / sum[3 * c + 2];
            centre[2 * c + 1] = sum[3 * c + 1] / sum[3 * c + 2];
        }
    }
}

/* Lists the accounts of some clusters in the plan at work. */
static int32_t list_drawn(struct centroid_search *search, const int32_t *cluster, int32_t count)
{
    int32_t drawn = 0;
    for (int32_t i = 0; i < search->problem->count; i++) {
        for (int32_t c = 0; c < count; c++) {
            if (search->work[i] == cluster[c]) search->drawn[drawn++] = i;
        }
    }
    return drawn;
}

static void redraw_neighbours(struct centroid_search *search, int32_t a)
{
    int32_t cluster[1 + AMBIT_CENTROID_NEAR];
    const int32_t most = 1 + (int32_t)draw_below(search, REDRAW_MAX - 1);
    cluster[0] = a;
    const int32_t count = 1 + ambit_centroid_plan_near(&search->plan, a, most, &cluster[1]);
    redraw(search, list_drawn(search, cluster, count), cluster, count);
}

/* Cluster a's accounts go to the clusters around; another cluster becomes two. */
static void dissolve_and_split(struct centroid_search *search, int32_t a)
{
    const struct ambit_centroid_plan *const plan = &search->plan;
    const struct ambit_centroid_problem *const problem = search->problem;
    const int32_t p = problem->centre_count;
    int32_t near[AMBIT_CENTROID_NEAR];
    double centre[2 * AMBIT_CENTROID_NEAR];
    const int32_t found = ambit_centroid_plan_near(plan, a, AMBIT_CENTROID_NEAR, near);
    int32_t split = near[draw_below(search, (uint64_t)found)];
    for (int k = 0; k < 3 && draw_below(search, 2) == 0; k++) {
        const int32_t other = (int32_t)draw_below(search, (uint64_t)p);
        if (other != a && plan->cost[other] > plan->cost[split]) split = other;
    }
    for (int32_t c = 0; c < found; c++) {
        centre[2 * c] = plan->centre_x[near[c]];
        centre[2 * c + 1] = plan->centre_y[near[c]];
    }
    const int32_t drawn = list_drawn(search, &a, 1);
    for (int32_t k = 0; k < drawn; k++) {
        const int32_t i = search->drawn[k];
        const int32_t c = choose_centre(search, i, near, found, centre);
        if (c < 0) return;
        search->work[i] = near[c];
        search->size[near[c]]++;
        search->load[near[c]] += problem->demand[i];
    }
    const int32_t two[2] = {split, a};
    redraw(search, list_drawn(search, &split, 1), two, 2);
}

/* Some accounts of a cluster and those around it go to other near clusters. */
static void throw_about(struct centroid_search *search, int32_t a)
{
    const struct ambit_centroid_plan *const plan = &search->plan;
    int32_t near[AMBIT_CENTROID_NEAR], home[AMBIT_CENTROID_NEAR];
    const int32_t homes = 1 + ambit_centroid_plan_near(plan, a, 3, &home[1]);
    home[0] = a;
    const int32_t throws = 2 + (int32_t)draw_below(search, 5);
    for (int32_t k = 0; k < throws; k++) {
        const int32_t from = home[draw_below(search, (uint64_t)homes)];
        if (plan->size[from] == 0) continue;
        const size_t first = (size_t)from * ((size_t)plan->room + 1);
        const int32_t i = plan->member[first + draw_below(search, (uint64_t)plan->size[from])];
        const int32_t found = ambit_centroid_plan_near(plan, from, 4, near);
        const int32_t to = near[draw_below(search, (uint64_t)found)];
        if (search->size[to] == plan->room || search->work[i] == to) continue;
        search->size[search->work[i]]--;
        search->size[to]++;
        search->work[i] = to;
    }
}

static void kick(struct centroid_search *search)
{
    struct ambit_centroid_plan *const plan = &search->plan;
    const size_t n = (size_t)search->problem->count, p = (size_t)search->problem->centre_count;
    const int32_t i = (int32_t)draw_below(search, (uint64_t)n), a = plan->cluster[i];
    const uint64_t kind = draw_below(search, 10);
    memcpy(search->work, plan->cluster, n * sizeof *search->work);
    memcpy(search->size, plan->size, p * sizeof *search->size);
    memcpy(search->load, plan->load, p * sizeof *search->load);
    if (kind < 4)
        redraw_neighbours(search, a);
    else if (kind < 6)
        dissolve_and_split(search, a);
    else
        throw_about(search, a);
    ambit_centroid_plan_restore(plan, search->work);
}

/* Whether the plan in hand is better than (excess, cost). */
static bool is_better(const struct centroid_search *search, double cost, int64_t excess,
                      double limit)
{
    return search->plan.excess < excess || (search->plan.excess == excess && cost < limit);
}

static void walk_on(struct centroid_search *search, double cost)
{
    const size_t n = (size_t)search->problem->count;
    memcpy(search->walk, search->plan.cluster, n * sizeof *search->walk);
    search->walk_cost = cost;
    search->walk_excess = search->plan.excess;
}

/* Keeps the plan in hand where it is the best so far; returns whether it is. */
static bool keep_best(struct centroid_search *search, double cost)
{
    const size_t n = (size_t)search->problem->count;
    if (!is_better(search, cost, search->best_excess, search->best_cost * (1.0 - 1e-9)))
        return false;
    memcpy(search->best, search->plan.cluster, n * sizeof *search->best);
    search->best_cost = cost;
    search->best_excess = search->plan.excess;
    return true;
}

static void return_to(struct centroid_search *search, const int32_t *cluster)
{
    ambit_centroid_plan_restore(&search->plan, cluster);
    ambit_centroid_descent_skip(&search->descent);
}

/* Recombines the pool and empties it. Where that gives a better plan, the walk goes on from it. */
static ambit_status recombine(struct centroid_search *search)
{
    ambit_status status = AMBIT_OK;
    bool found = false;
    if (!search->recombines || search->best_excess > 0) return AMBIT_OK;
    return_to(search, search->best);
    AMBIT_TRY(
        ambit_centroid_pool_pick(&search->pool, &search->plan, POOL_NODES, search->work, &found));
    ambit_centroid_pool_empty(&search->pool);
    if (found) {
        ambit_centroid_plan_restore(&search->plan, search->work);
        ambit_centroid_descent_run(&search->descent);
        (void)keep_best(search, ambit_centroid_plan_cost(&search->plan));
        return_to(search, search->best);
    }
    walk_on(search, search->best_cost);
done:
    return status;
}

static ambit_status walk(struct centroid_search *search, int64_t kicks)
{
    ambit_status status = AMBIT_OK;
    int64_t strayed = 0;
    for (int64_t k = 0; k < kicks; k++) {
        kick(search);
        ambit_centroid_descent_run(&search->descent);
        const double cost = ambit_centroid_plan_cost(&search->plan);
        const double worse = WORSE * (1.0 - (double)k / (double)kicks);
        bool room = true;
        strayed = keep_best(search, cost) ? 0 : strayed + 1;
        if (search->recombines && search->plan.excess == 0 &&
            cost < search->best_cost * (1.0 + POOL_WORSE))
            room = ambit_centroid_pool_add(&search->pool, &search->plan);
        if (is_better(search, cost, search->walk_excess, search->walk_cost * (1.0 + worse)))
            walk_on(search, cost);
        else
            return_to(search, search->walk);
        if (!room) AMBIT_TRY(recombine(search));
        if (strayed < STRAY_MAX) continue;
        return_to(search, search->best);
        walk_on(search, search->best_cost);
        strayed = 0;
    }
    AMBIT_TRY(recombine(search));
done:
    return status;
}

static ambit_status open_search(const struct ambit_centroid_problem *problem,
                                const int32_t *cluster, struct centroid_search *search)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)problem->count, p = (size_t)problem->centre_count;
    int32_t largest = 0;
    AMBIT_TRY(ambit_alloc(&search->walk, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->best, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->work, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->drawn, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->size, p, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->load, p, sizeof(int64_t)));
    for (size_t i = 0; i < n; i++) {
        AMBIT_REQUIRE(cluster[i] >= 0 && (size_t)cluster[i] < p);
        const int32_t size = ++search->size[cluster[i]];
        if (size > largest) largest = size;
    }
    search->recombines = n <= POOL_SIZE_MAX * p;
    AMBIT_TRY(ambit_centroid_plan_open(problem, largest, &search->plan));
    AMBIT_TRY(ambit_centroid_descent_open(&search->plan, &search->descent));
    if (search->recombines)
        AMBIT_TRY(ambit_centroid_pool_open(problem, POOL_CLUSTERS, &search->pool));
done:
    return status;
}

static void close_search(struct centroid_search *search)
{
    ambit_centroid_pool_close(&search->pool);
    ambit_centroid_descent_close(&search->descent);
    ambit_centroid_plan_close(&search->plan);
    ambit_free(&search->walk);
    ambit_free(&search->best);
    ambit_free(&search->work);
    ambit_free(&search->drawn);
    ambit_free(&search->size);
    ambit_free(&search->load);
}

/* First descent: what the walk starts from, and the best so far. */
static void start(struct centroid_search *search, const int32_t *cluster)
{
    const size_t n = (size_t)search->problem->count;
    ambit_centroid_plan_set(&search->plan, cluster);
    memcpy(search->best, cluster, n * sizeof *cluster);
    search->best_cost = ambit_centroid_plan_cost(&search->plan);
    search->best_excess = search->plan.excess;
    ambit_centroid_descent_run(&search->descent);
    (void)keep_best(search, ambit_centroid_plan_cost(&search->plan));
    return_to(search, search->best);
    walk_on(search, search->best_cost);
}

ambit_status ambit_centroid_improve(const struct ambit_centroid_problem *problem, uint64_t seed,
                                    int64_t kicks, int32_t *cluster_inout,
                                    struct ambit_cluster_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct centroid_search search = {.problem = problem, .seed = seed};
    double before = 0.0, after = 0.0;
    AMBIT_TRY(find_cost(problem, cluster_inout, &before));
    after = before;
    if (problem->count > 0 && problem->centre_count > 1) {
        AMBIT_TRY(open_search(problem, cluster_inout, &search));
        start(&search, cluster_inout);
        AMBIT_TRY(walk(&search, kicks));
        AMBIT_TRY(find_cost(problem, search.best, &after));
        memcpy(cluster_inout, search.best, (size_t)problem->count * sizeof *cluster_inout);
    }
    *outcome_out = (struct ambit_cluster_outcome){before, after, -INFINITY, false, 0.0};
done:
    close_search(&search);
    return status;
}
