/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan of capacitated centred clustering in the hands of its search: clusters as lists of
 * accounts, with the exact change of cost of a small change of one cluster, and a bound on it.
 * The value that the search lowers is cost + price × excess over capacity.
 */
#ifndef AMBIT_CENTROID_PLAN_H
#define AMBIT_CENTROID_PLAN_H

#include "solvers/centroid_search.h"

#include <math.h>

enum { AMBIT_CENTROID_NEAR = 10 }; /* neighbours of a cluster that its accounts may go to */

struct ambit_centroid_plan {
    const struct ambit_centroid_problem *problem; /* borrowed */
    int32_t room;                     /* most accounts of a cluster; lists have one place more */
    int32_t *cluster, *place;         /* owned; count: of each account; its place in the list */
    int32_t *member;                  /* owned; clusters × (room + 1) */
    double *member_x, *member_y;      /* owned; clusters × (room + 1) */
    int32_t *size;                    /* owned; clusters */
    int64_t *load;                    /* owned; clusters */
    double *sum_x, *sum_y;            /* owned; clusters: of the accounts' places */
    double *centre_x, *centre_y;      /* owned; clusters */
    double *pull_x, *pull_y, *radius; /* owned; clusters: gradient of cost; farthest account */
    double *cost;                     /* owned; clusters */
    int64_t *version;                 /* owned; clusters: when it last changed */
    int64_t clock;                    /* changes so far */
    int64_t excess;
    double price; /* of a unit of excess */
};

/* Room for any plan whose clusters keep to the capacity or are no larger than `largest`. */
ambit_status ambit_centroid_plan_open(const struct ambit_centroid_problem *problem, int32_t largest,
                                      struct ambit_centroid_plan *out) AMBIT_CHECKED;
void ambit_centroid_plan_close(struct ambit_centroid_plan *plan);

void ambit_centroid_plan_set(struct ambit_centroid_plan *plan, const int32_t *cluster);
/* The same, but the clusters that stay as they are count as unchanged. */
void ambit_centroid_plan_restore(struct ambit_centroid_plan *plan, const int32_t *cluster);
void ambit_centroid_plan_move(struct ambit_centroid_plan *plan, int32_t account, int32_t to);
double ambit_centroid_plan_cost(const struct ambit_centroid_plan *plan);

/* The at most `most` other clusters nearest to cluster a, nearest first; of the empty ones, which
 * are all alike, the first comes first. Returns how many. */
int32_t ambit_centroid_plan_near(const struct ambit_centroid_plan *plan, int32_t a, int32_t most,
                                 int32_t *near_out);

/* Exact change of cost where account `in` joins cluster b and its member `out` leaves it; −1: none.
 * Time: the size of b. */
double ambit_centroid_plan_change(const struct ambit_centroid_plan *plan, int32_t b, int32_t in,
                                  int32_t out);

static inline double ambit_centroid_reach(const struct ambit_centroid_problem *problem, int32_t i,
                                          double x, double y)
{
    const double dx = problem->x[i] - x, dy = problem->y[i] - y;
    return sqrt(dx * dx + dy * dy);
}

/* At most the exact change, in constant time: the sum of the distances of the members to a point is
 * convex in the point, so that its gradient at the old centroid bounds it at the new one. Rounded
 * distances follow no gradient: there it is an estimate. */
static inline double ambit_centroid_plan_bound(const struct ambit_centroid_plan *plan, int32_t b,
                                               int32_t in, int32_t out)
{
    const struct ambit_centroid_problem *const problem = plan->problem;
    const int32_t size = plan->size[b] + (in >= 0) - (out >= 0);
    if (size == 0) return -plan->cost[b];
    double x = plan->sum_x[b], y = plan->sum_y[b];
    if (in >= 0) {
        x += problem->x[in];
        y += problem->y[in];
    }
    if (out >= 0) {
        x -= problem->x[out];
        y -= problem->y[out];
    }
    x /= size;
    y /= size;
    double change =
        plan->pull_x[b] * (x - plan->centre_x[b]) + plan->pull_y[b] * (y - plan->centre_y[b]);
    if (plan->size[b] == 0) change = 0.0;
    if (in >= 0) change += ambit_centroid_reach(problem, in, x, y);
    if (out >= 0) change -= ambit_centroid_reach(problem, out, x, y);
    return change;
}

static inline int64_t ambit_centroid_over(const struct ambit_centroid_plan *plan, int64_t load)
{
    return load > plan->problem->capacity ? load - plan->problem->capacity : 0;
}

/* Change of the price of excess where the load of cluster b grows by `demand`. */
static inline double ambit_centroid_penalty(const struct ambit_centroid_plan *plan, int32_t b,
                                            int64_t demand)
{
    const int64_t load = plan->load[b];
    return plan->price *
           (double)(ambit_centroid_over(plan, load + demand) - ambit_centroid_over(plan, load));
}

#endif
