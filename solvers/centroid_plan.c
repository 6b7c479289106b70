/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cluster that changes is summed anew: nothing drifts, and a change costs the size of the two
 * clusters. The places of a cluster's members lie side by side, so that the one loop that matters
 * (distances of the members to a point) runs at the speed of the square root.
 */
#include "solvers/centroid_plan.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

static int compare_demand(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The most accounts that one cluster can hold, and some more for plans over capacity on the way. */
static ambit_status find_room(const struct ambit_centroid_problem *problem, int32_t largest,
                              int32_t *room_out)
{
    ambit_status status = AMBIT_OK;
    int64_t *demand = NULL, load = 0;
    const size_t n = (size_t)problem->count;
    int32_t fit = 0;
    AMBIT_TRY(ambit_alloc(&demand, n, sizeof *demand));
    if (n > 0) memcpy(demand, problem->demand, n * sizeof *demand);
    if (n > 0) qsort(demand, n, sizeof *demand, compare_demand);
    while (fit < problem->count && (load += demand[fit]) <= problem->capacity)
        fit++;
    fit += fit / 4 + 4;
    if (fit < largest) fit = largest;
    *room_out = fit < problem->count ? fit : problem->count;
done:
    ambit_free(&demand);
    return status;
}

ambit_status ambit_centroid_plan_open(const struct ambit_centroid_problem *problem, int32_t largest,
                                      struct ambit_centroid_plan *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)problem->count, p = (size_t)problem->centre_count;
    struct ambit_centroid_plan plan = {.problem = problem};
    AMBIT_TRY(find_room(problem, largest, &plan.room));
    const size_t places = p * ((size_t)plan.room + 1);
    AMBIT_TRY(ambit_alloc(&plan.cluster, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&plan.place, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&plan.member, places, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&plan.member_x, places, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&plan.member_y, places, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&plan.size, p, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&plan.load, p, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&plan.version, p, sizeof(int64_t)));
    double **const by_cluster[] = {&plan.sum_x,  &plan.sum_y,  &plan.centre_x, &plan.centre_y,
                                   &plan.pull_x, &plan.pull_y, &plan.radius,   &plan.cost};
    for (size_t k = 0; k < sizeof by_cluster / sizeof by_cluster[0]; k++)
        AMBIT_TRY(ambit_alloc(by_cluster[k], p, sizeof(double)));
done:
    if (status != AMBIT_OK) ambit_centroid_plan_close(&plan);
    *out = plan;
    return status;
}

void ambit_centroid_plan_close(struct ambit_centroid_plan *plan)
{
    ambit_free(&plan->cluster);
    ambit_free(&plan->place);
    ambit_free(&plan->member);
    ambit_free(&plan->member_x);
    ambit_free(&plan->member_y);
    ambit_free(&plan->size);
    ambit_free(&plan->load);
    ambit_free(&plan->version);
    ambit_free(&plan->sum_x);
    ambit_free(&plan->sum_y);
    ambit_free(&plan->centre_x);
    ambit_free(&plan->centre_y);
    ambit_free(&plan->pull_x);
    ambit_free(&plan->pull_y);
    ambit_free(&plan->radius);
    ambit_free(&plan->cost);
}

/* Distances of `count` places to (x, y). */
static double spread(const double *restrict px, const double *restrict py, int32_t count, double x,
                     double y)
{
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (int32_t k = 0; k < count; k++) {
        const double dx = px[k] - x, dy = py[k] - y;
        sum += sqrt(dx * dx + dy * dy);
    }
    return sum;
}

static double floored_spread(const double *restrict px, const double *restrict py, int32_t count,
                             double x, double y)
{
    double sum = 0.0;
    for (int32_t k = 0; k < count; k++) {
        const double dx = px[k] - x, dy = py[k] - y;
        sum += floor(sqrt(dx * dx + dy * dy));
    }
    return sum;
}

static size_t first_place(const struct ambit_centroid_plan *plan, int32_t b)
{
    return (size_t)b * ((size_t)plan->room + 1);
}

/* Cost of the listed accounts of cluster b to a centroid. */
static double cost_to(const struct ambit_centroid_plan *plan, int32_t b, double x, double y)
{
    const size_t first = first_place(plan, b);
    const double *const px = &plan->member_x[first], *const py = &plan->member_y[first];
    return plan->problem->floored ? floored_spread(px, py, plan->size[b], x, y)
                                  : spread(px, py, plan->size[b], x, y);
}

/* Sums, centroid, cost and gradient of cluster b after a change of its list. */
static void refresh(struct ambit_centroid_plan *plan, int32_t b)
{
    const size_t first = first_place(plan, b);
    const double *const px = &plan->member_x[first], *const py = &plan->member_y[first];
    const int32_t size = plan->size[b];
    double x = 0.0, y = 0.0, pull_x = 0.0, pull_y = 0.0, radius = 0.0;
    for (int32_t k = 0; k < size; k++) {
        x += px[k];
        y += py[k];
    }
    plan->sum_x[b] = x;
    plan->sum_y[b] = y;
    plan->centre_x[b] = x = size > 0 ? x / size : 0.0;
    plan->centre_y[b] = y = size > 0 ? y / size : 0.0;
    for (int32_t k = 0; k < size; k++) {
        const double dx = x - px[k], dy = y - py[k], d = sqrt(dx * dx + dy * dy);
        if (d > radius) radius = d;
        if (d == 0.0) continue;
        pull_x += dx / d;
        pull_y += dy / d;
    }
    plan->pull_x[b] = pull_x;
    plan->pull_y[b] = pull_y;
    plan->radius[b] = radius;
    plan->cost[b] = cost_to(plan, b, x, y);
    plan->version[b] = ++plan->clock;
}

static void append(struct ambit_centroid_plan *plan, int32_t i, int32_t b)
{
    const size_t at = first_place(plan, b) + (size_t)plan->size[b];
    AMBIT_REQUIRE(plan->size[b] <= plan->room);
    plan->member[at] = i;
    plan->member_x[at] = plan->problem->x[i];
    plan->member_y[at] = plan->problem->y[i];
    plan->cluster[i] = b;
    plan->place[i] = plan->size[b]++;
    plan->load[b] += plan->problem->demand[i];
}

/* Lists the accounts of all clusters that are marked as changed anew. */
static void relist(struct ambit_centroid_plan *plan, const int32_t *cluster)
{
    const int32_t p = plan->problem->centre_count;
    for (int32_t b = 0; b < p; b++) {
        if (plan->version[b] >= 0) continue;
        plan->size[b] = 0;
        plan->load[b] = 0;
    }
    for (int32_t i = 0; i < plan->problem->count; i++) {
        if (plan->version[cluster[i]] < 0) append(plan, i, cluster[i]);
    }
    plan->excess = 0;
    for (int32_t b = 0; b < p; b++) {
        if (plan->version[b] < 0) refresh(plan, b);
        plan->excess += ambit_centroid_over(plan, plan->load[b]);
    }
}

void ambit_centroid_plan_set(struct ambit_centroid_plan *plan, const int32_t *cluster)
{
    for (int32_t b = 0; b < plan->problem->centre_count; b++)
        plan->version[b] = -1;
    relist(plan, cluster);
}

void ambit_centroid_plan_restore(struct ambit_centroid_plan *plan, const int32_t *cluster)
{
    for (int32_t i = 0; i < plan->problem->count; i++) {
        if (plan->cluster[i] == cluster[i]) continue;
        plan->version[plan->cluster[i]] = -1;
        plan->version[cluster[i]] = -1;
    }
    relist(plan, cluster);
}

void ambit_centroid_plan_move(struct ambit_centroid_plan *plan, int32_t account, int32_t to)
{
    const int32_t a = plan->cluster[account], k = plan->place[account];
    const size_t first = first_place(plan, a);
    const int32_t last = plan->member[first + (size_t)plan->size[a] - 1];
    if (a == to) return;
    plan->excess -= ambit_centroid_over(plan, plan->load[a]);
    plan->excess -= ambit_centroid_over(plan, plan->load[to]);
    plan->member[first + (size_t)k] = last;
    plan->member_x[first + (size_t)k] = plan->problem->x[last];
    plan->member_y[first + (size_t)k] = plan->problem->y[last];
    plan->place[last] = k;
    plan->size[a]--;
    plan->load[a] -= plan->problem->demand[account];
    append(plan, account, to);
    refresh(plan, a);
    refresh(plan, to);
    plan->excess += ambit_centroid_over(plan, plan->load[a]);
    plan->excess += ambit_centroid_over(plan, plan->load[to]);
}

double ambit_centroid_plan_cost(const struct ambit_centroid_plan *plan)
{
    double cost = 0.0;
    for (int32_t b = 0; b < plan->problem->centre_count; b++)
        cost += plan->cost[b];
    return cost;
}

int32_t ambit_centroid_plan_near(const struct ambit_centroid_plan *plan, int32_t a, int32_t most,
                                 int32_t *near_out)
{
    double distance[AMBIT_CENTROID_NEAR];
    int32_t found = 0;
    bool has_empty = false;
    AMBIT_REQUIRE(most > 0 && most <= AMBIT_CENTROID_NEAR);
    for (int32_t b = 0; b < plan->problem->centre_count; b++) {
        if (b == a || (plan->size[b] == 0 && has_empty)) continue;
        const double dx = plan->centre_x[b] - plan->centre_x[a];
        const double dy = plan->centre_y[b] - plan->centre_y[a];
        const double d = plan->size[b] == 0 ? -1.0 : dx * dx + dy * dy;
        has_empty |= plan->size[b] == 0;
        if (found == most && d >= distance[found - 1]) continue;
        int32_t k = found < most ? found++ : found - 1;
        for (; k > 0 && distance[k - 1] > d; k--) {
            distance[k] = distance[k - 1];
            near_out[k] = near_out[k - 1];
        }
        distance[k] = d;
        near_out[k] = b;
    }
    return found;
}

double ambit_centroid_plan_change(const struct ambit_centroid_plan *plan, int32_t b, int32_t in,
                                  int32_t out)
{
    const struct ambit_centroid_problem *const problem = plan->problem;
    const int32_t size = plan->size[b] + (in >= 0) - (out >= 0);
    double x = plan->sum_x[b], y = plan->sum_y[b], extra = 0.0;
    if (size == 0) return -plan->cost[b];
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
    if (in >= 0) {
        const double d = ambit_centroid_reach(problem, in, x, y);
        extra += problem->floored ? floor(d) : d;
    }
    if (out >= 0) {
        const double d = ambit_centroid_reach(problem, out, x, y);
        extra -= problem->floored ? floor(d) : d;
    }
    return cost_to(plan, b, x, y) + extra - plan->cost[b];
}
