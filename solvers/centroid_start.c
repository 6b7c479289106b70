/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * k-means whose centres charge a price that rises while they are over capacity, so that the borders
 * come near those of an optimal assignment (the influences of von Looz, Tzovas, Meyerhenke 2018 do
 * the same by factors). Cost: accounts × clusters × passes. Loads may end above capacity.
 */
#include "solvers/centroid_start.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"

#include <math.h>

enum {
    PASSES_MIN = 20,
    PASSES_MAX = 200,
    SETTLING_PART = 4, /* the last quarter of the passes changes prices less */
};
#define PASSES_WORK 4e9 /* accounts × clusters × passes, at most about */
#define SETTLING_STEP 0.3

/* k-means in the making: centres, what they charge, and the sums of their accounts. */
struct fresh {
    double *x, *y, *price, *sum_x, *sum_y; /* owned; clusters */
    int64_t *load;                         /* owned; clusters */
    int32_t *size;                         /* owned; clusters */
    double *away; /* owned; count: squared distance to the nearest centre */
};

static ambit_status open_fresh(const struct ambit_centroid_problem *problem, struct fresh *fresh)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)problem->count, p = (size_t)problem->centre_count;
    AMBIT_TRY(ambit_alloc(&fresh->x, p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&fresh->y, p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&fresh->price, p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&fresh->sum_x, p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&fresh->sum_y, p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&fresh->load, p, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&fresh->size, p, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&fresh->away, n, sizeof(double)));
done:
    return status;
}

static void close_fresh(struct fresh *fresh)
{
    ambit_free(&fresh->x);
    ambit_free(&fresh->y);
    ambit_free(&fresh->price);
    ambit_free(&fresh->sum_x);
    ambit_free(&fresh->sum_y);
    ambit_free(&fresh->load);
    ambit_free(&fresh->size);
    ambit_free(&fresh->away);
}

/* An account, each as likely as it is far from the centres so far; any where all are near. */
static int32_t draw_far(const struct fresh *fresh, int32_t count, double part)
{
    double total = 0.0;
    for (int32_t i = 0; i < count; i++)
        total += fresh->away[i];
    if (!(total > 0.0)) return (int32_t)(part * count);
    double left = part * total;
    int32_t last = 0;
    for (int32_t i = 0; i < count; i++) {
        if (fresh->away[i] == 0.0) continue;
        last = i;
        left -= fresh->away[i];
        if (left < 0.0) break;
    }
    return last;
}

/* Centres at accounts that are likely to be far from each other (Arthur, Vassilvitskii 2007). */
static void spread_centres(const struct ambit_centroid_problem *problem, uint64_t seed,
                           struct fresh *fresh)
{
    for (int32_t i = 0; i < problem->count; i++)
        fresh->away[i] = 1.0;
    for (int32_t c = 0; c < problem->centre_count; c++) {
        const double part = ambit_random_unit(seed, 0, (uint64_t)c);
        const int32_t chosen = draw_far(fresh, problem->count, part);
        fresh->x[c] = problem->x[chosen];
        fresh->y[c] = problem->y[chosen];
        for (int32_t i = 0; i < problem->count; i++) {
            const double dx = problem->x[i] - fresh->x[c], dy = problem->y[i] - fresh->y[c];
            const double away = dx * dx + dy * dy;
            fresh->away[i] = c == 0 ? away : fmin(fresh->away[i], away);
        }
    }
}

/* Every account goes where distance and price are least; returns the mean of what it pays. */
static double assign(const struct ambit_centroid_problem *problem, struct fresh *fresh,
                     int32_t *cluster_out)
{
    double paid = 0.0;
    for (int32_t c = 0; c < problem->centre_count; c++) {
        fresh->sum_x[c] = 0.0;
        fresh->sum_y[c] = 0.0;
        fresh->load[c] = 0;
        fresh->size[c] = 0;
    }
    for (int32_t i = 0; i < problem->count; i++) {
        const double x = problem->x[i], y = problem->y[i];
        double least = INFINITY;
        int32_t best = 0;
        for (int32_t c = 0; c < problem->centre_count; c++) {
            const double dx = x - fresh->x[c], dy = y - fresh->y[c];
            const double pays = sqrt(dx * dx + dy * dy) + fresh->price[c];
            if (pays >= least) continue;
            least = pays;
            best = c;
        }
        cluster_out[i] = best;
        fresh->sum_x[best] += x;
        fresh->sum_y[best] += y;
        fresh->load[best] += problem->demand[i];
        fresh->size[best]++;
        paid += least;
    }
    return paid / problem->count;
}

ambit_status ambit_centroid_start(const struct ambit_centroid_problem *problem, uint64_t seed,
                                  int32_t *cluster_out)
{
    ambit_status status = AMBIT_OK;
    struct fresh fresh = {0};
    const int32_t p = problem->centre_count;
    const double most = PASSES_WORK / ((double)problem->count * p);
    const int32_t passes = (int32_t)fmin(fmax(most, PASSES_MIN), PASSES_MAX);
    if (p == problem->count) { /* each account its own cluster */
        for (int32_t i = 0; i < p; i++)
            cluster_out[i] = i;
        return AMBIT_OK;
    }
    AMBIT_TRY(open_fresh(problem, &fresh));
    spread_centres(problem, seed, &fresh);
    for (int32_t pass = 0; pass < passes; pass++) {
        const bool settles = passes - pass <= passes / SETTLING_PART;
        const double step = assign(problem, &fresh, cluster_out) * (settles ? SETTLING_STEP : 1.0);
        for (int32_t c = 0; c < p; c++) {
            if (fresh.size[c] > 0) {
                fresh.x[c] = fresh.sum_x[c] / fresh.size[c];
                fresh.y[c] = fresh.sum_y[c] / fresh.size[c];
            }
            if (problem->capacity == 0) continue;
            const double over = (double)fresh.load[c] / (double)problem->capacity - 1.0;
            fresh.price[c] = fmax(0.0, fresh.price[c] + step * over);
        }
    }
done:
    close_fresh(&fresh);
    return status;
}
