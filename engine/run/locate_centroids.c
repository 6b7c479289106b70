/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Centred clustering. Each round walks from a few plans of the whole instance (centroid_search.h),
 * on any rank and thread, and looks at what came out in a fixed order, so that the plan does not
 * depend on who did what. Half of the walks set out from the best plan; each other goes on from its
 * own, or from a fresh one where that has stood still for long. The longer the best plan stands,
 * the longer the walks.
 *
 * Cost: a round is so many kicks, a fresh plan accounts × clusters × passes. Weakness: no bound, so
 * that the search cannot know when to end.
 */
#include "engine/base/clock.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/run/locate.h"
#include "solvers/centroid_search.h"
#include "solvers/centroid_start.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    TASKS = 8,          /* walks a round */
    FROM_BEST = 4,      /* of them, those that set out from the best plan */
    FORGET = 5,         /* rounds that a walk's own plan may stand still */
    KICKS_FIRST = 200,  /* a walk, while the best plan improves */
    KICKS_MIN = 4,      /* a walk, of large instances */
    LENGTHEN = 4,       /* quiet rounds after which walks grow by KICKS_FIRST */
    PATIENCE_MIN = 2,   /* quiet rounds after which the search ends, and one more for every */
    PATIENCE_STEP = 20, /* so many accounts */
    PATIENCE_MAX = 16,
};
#define KICKS_WORK 4e10 /* accounts³ / clusters × kicks of a walk, at most: about its time */
#define FRESH_STREAM 1
#define WALK_STREAM 2

/* A plan that is walked from, and its latest walk. */
struct walk {
    int32_t *cluster;             /* owned; count */
    int64_t excess, start_excess; /* after its latest walk; before it */
    double cost, start_cost;      /* the same */
    int64_t still;                /* rounds since the plan last improved */
    bool is_fresh;                /* the next walk begins with a fresh plan */
    ambit_status status;
};

struct walks {
    struct ambit_locating *locating;
    struct ambit_centroid_problem problem;
    struct walk walk[TASKS];
    int32_t *best; /* owned; count: clusters of the best plan */
    int64_t excess;
    double cost;
    int64_t quiet; /* rounds since the best plan improved */
};

/* What walk t does in the round: a pure function of the plans at its beginning. */
static ambit_status walk_on(struct walks *walks, int32_t t, int64_t kicks)
{
    ambit_status status = AMBIT_OK;
    struct walk *const walk = &walks->walk[t];
    const uint64_t seed = walks->locating->options->seed;
    const uint64_t number = (uint64_t)walks->locating->rounds * TASKS + (uint64_t)t;
    struct ambit_cluster_outcome outcome = {0};
    if (walk->is_fresh)
        AMBIT_TRY(ambit_centroid_start(
            &walks->problem, ambit_random_u64(seed, FRESH_STREAM, number), walk->cluster));
    AMBIT_TRY(ambit_centroid_improve(&walks->problem, ambit_random_u64(seed, WALK_STREAM, number),
                                     kicks, walk->cluster, &outcome));
    AMBIT_TRY(ambit_locating_excess(walks->locating->instance, NULL, walks->problem.count,
                                    walk->cluster, &walk->excess));
    walk->cost = outcome.after;
done:
    return status;
}

/* Walks, or leaves the plan as it is where time is short; but one plan a rank there must be. */
static ambit_status walk_in_time(struct walks *walks, int32_t t, int64_t kicks)
{
    struct ambit_locating *const locating = walks->locating;
    const double begun = ambit_seconds();
    const bool is_first = kicks == 0 && t == ambit_comm_rank(locating->comm);
    const enum ambit_locating_work work = kicks == 0 ? AMBIT_LOCATING_PLAN : AMBIT_LOCATING_SEARCH;
    const double units = kicks == 0 ? 1.0 : (double)kicks;
    if (!is_first && !ambit_locating_may_begin(locating, work, units)) return AMBIT_OK;
    const ambit_status status = walk_on(walks, t, kicks);
    ambit_locating_took(locating, work, units, begun);
    return status;
}

/* Rank r does every size-th walk from its r-th. */
static ambit_status walk_mine(struct walks *walks, int64_t kicks)
{
    const int rank = ambit_comm_rank(walks->locating->comm);
    const int ranks = ambit_comm_size(walks->locating->comm);
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t t = rank; t < TASKS; t += ranks)
        walks->walk[t].status = walk_in_time(walks, t, kicks);
    for (int32_t t = rank; t < TASKS; t += ranks) {
        if (walks->walk[t].status != AMBIT_OK) return walks->walk[t].status;
    }
    return AMBIT_OK;
}

static bool is_better(int64_t excess, double cost, int64_t than_excess, double than_cost)
{
    return excess < than_excess ||
           (excess == than_excess && cost < than_cost - 1e-12 * fabs(than_cost));
}

/* The account of each cluster that is nearest to its centroid names it. */
static ambit_status name_clusters(const struct ambit_centroid_problem *problem,
                                  const int32_t *cluster, int32_t *median_out)
{
    ambit_status status = AMBIT_OK;
    const size_t p = (size_t)problem->centre_count;
    double *x = NULL, *y = NULL, *least = NULL;
    int32_t *size = NULL, *nearest = NULL;
    AMBIT_TRY(ambit_alloc(&x, p, sizeof *x));
    AMBIT_TRY(ambit_alloc(&y, p, sizeof *y));
    AMBIT_TRY(ambit_alloc(&least, p, sizeof *least));
    AMBIT_TRY(ambit_alloc(&size, p, sizeof *size));
    AMBIT_TRY(ambit_alloc(&nearest, p, sizeof *nearest));
    for (int32_t i = 0; i < problem->count; i++) {
        x[cluster[i]] += problem->x[i];
        y[cluster[i]] += problem->y[i];
        size[cluster[i]]++;
    }
    for (size_t c = 0; c < p; c++)
        least[c] = INFINITY;
    for (int32_t i = 0; i < problem->count; i++) {
        const int32_t c = cluster[i];
        const double dx = problem->x[i] - x[c] / size[c], dy = problem->y[i] - y[c] / size[c];
        const double d = dx * dx + dy * dy;
        if (d >= least[c]) continue;
        least[c] = d;
        nearest[c] = i;
    }
    for (int32_t i = 0; i < problem->count; i++)
        median_out[i] = nearest[cluster[i]];
done:
    ambit_free(&x);
    ambit_free(&y);
    ambit_free(&least);
    ambit_free(&size);
    ambit_free(&nearest);
    return status;
}

/* Every rank gets every walk's plan; the best of all, the first of equals, is kept. */
static ambit_status gather_walks(struct walks *walks, bool *improved_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = walks->locating;
    const size_t n = (size_t)walks->problem.count;
    int32_t winner = -1;
    for (int32_t t = 0; t < TASKS; t++) {
        struct walk *const walk = &walks->walk[t];
        const int root = t % ambit_comm_size(locating->comm);
        ambit_comm_broadcast(locating->comm, walk->cluster, (int64_t)(n * sizeof(int32_t)), root);
        ambit_comm_broadcast(locating->comm, &walk->excess, sizeof walk->excess, root);
        ambit_comm_broadcast(locating->comm, &walk->cost, sizeof walk->cost, root);
        const bool moved =
            is_better(walk->excess, walk->cost, walk->start_excess, walk->start_cost);
        walk->still = moved ? 0 : walk->still + 1;
        if (!is_better(walk->excess, walk->cost, walks->excess, walks->cost)) continue;
        walks->excess = walk->excess;
        walks->cost = walk->cost;
        winner = t;
    }
    *improved_out = winner >= 0;
    if (winner < 0) return AMBIT_OK;
    memcpy(walks->best, walks->walk[winner].cluster, n * sizeof *walks->best);
    AMBIT_TRY_TOGETHER(locating->comm,
                       name_clusters(&walks->problem, walks->best, locating->median));
    AMBIT_TRY(ambit_locating_measure(locating));
    /* One cluster leaves no choice, and no cost is below 0. */
    locating->closed = isfinite(locating->best_value) &&
                       (locating->best_value <= 0.0 || walks->problem.centre_count == 1);
done:
    return status;
}

/* Where each walk of the round begins. */
static void set_out(struct walks *walks)
{
    const size_t n = (size_t)walks->problem.count;
    for (int32_t t = 0; t < TASKS; t++) {
        struct walk *const walk = &walks->walk[t];
        if (t < FROM_BEST) {
            memcpy(walk->cluster, walks->best, n * sizeof *walk->cluster);
            walk->excess = walks->excess;
            walk->cost = walks->cost;
        }
        walk->is_fresh = t >= FROM_BEST && walk->still >= FORGET;
        walk->start_excess = walk->is_fresh ? INT64_MAX : walk->excess;
        walk->start_cost = walk->cost;
    }
}

static ambit_status run_round(struct walks *walks)
{
    ambit_status status = AMBIT_OK;
    bool improved = false;
    const double n = walks->problem.count;
    const int64_t growth = 1 + walks->quiet / LENGTHEN;
    const double most = (double)(KICKS_FIRST * growth);
    const double affordable = KICKS_WORK * walks->problem.centre_count / (n * n * n);
    set_out(walks);
    AMBIT_TRY_TOGETHER(walks->locating->comm,
                       walk_mine(walks, (int64_t)fmax(KICKS_MIN, fmin(most, affordable))));
    walks->locating->rounds++;
    AMBIT_TRY(gather_walks(walks, &improved));
    walks->quiet = improved ? 0 : walks->quiet + 1;
done:
    return status;
}

/* Fresh plans, and the best of them. */
static ambit_status begin(struct walks *walks)
{
    ambit_status status = AMBIT_OK;
    bool improved = false;
    for (int32_t t = 0; t < TASKS; t++) {
        walks->walk[t].is_fresh = true;
        walks->walk[t].start_excess = INT64_MAX;
    }
    walks->excess = INT64_MAX;
    AMBIT_TRY_TOGETHER(walks->locating->comm, walk_mine(walks, 0));
    AMBIT_TRY(gather_walks(walks, &improved));
done:
    return status;
}

static ambit_status open_walks(struct walks *walks)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)walks->problem.count;
    AMBIT_TRY(ambit_alloc(&walks->best, n, sizeof *walks->best));
    for (int32_t t = 0; t < TASKS; t++)
        AMBIT_TRY(ambit_alloc(&walks->walk[t].cluster, n, sizeof(int32_t)));
done:
    return status;
}

static void close_walks(struct walks *walks)
{
    ambit_free(&walks->best);
    for (int32_t t = 0; t < TASKS; t++)
        ambit_free(&walks->walk[t].cluster);
}

static void say(const struct walks *walks)
{
    char detail[64];
    (void)snprintf(detail, sizeof detail, "round=%lld value=%.2f",
                   (long long)walks->locating->rounds, walks->locating->value);
    ambit_locating_say(walks->locating, detail);
}

ambit_status ambit_locating_walk(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_instance *const instance = locating->instance;
    const int32_t n = instance->count, p = instance->centre_count;
    struct walks walks = {.locating = locating};
    const int64_t wish = PATIENCE_MIN + n / PATIENCE_STEP;
    const int64_t patience = wish < PATIENCE_MAX ? wish : PATIENCE_MAX;
    walks.problem = (struct ambit_centroid_problem){
        .count = n,
        .centre_count = p < n ? p : n,
        .x = instance->x,
        .y = instance->y,
        .demand = instance->demand,
        .capacity = instance->capacity[0],
        .floored = instance->distance == AMBIT_DISTANCE_FLOOR,
    };
    locating->bound = NAN;
    AMBIT_TRY_TOGETHER(locating->comm, open_walks(&walks));
    AMBIT_TRY(begin(&walks));
    while (locating->rounds < locating->options->effort && walks.quiet < patience) {
        if (ambit_locating_is_over(locating, AMBIT_LOCATING_ROUND)) break;
        AMBIT_TRY(run_round(&walks));
        say(&walks);
    }
done:
    close_walks(&walks);
    return status;
}
