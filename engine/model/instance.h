/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An instance of the literature and a solution of it, as plain data: `count` accounts in the plane,
 * of which `centre_count` become centres, each serving at most its capacity.
 *   CPMP (capacitated p-median): an account costs its distance to the median account of its
 * cluster. CCCP (capacitated centred clustering): it costs its distance to the centroid of its
 * cluster.
 */
#ifndef AMBIT_INSTANCE_H
#define AMBIT_INSTANCE_H

#include "engine/base/status.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_INSTANCE_ACCOUNT_MAX 1000000 /* more are refused */

enum ambit_location { AMBIT_LOCATION_CPMP, AMBIT_LOCATION_CCCP };
enum ambit_distance { AMBIT_DISTANCE_EUCLIDEAN, AMBIT_DISTANCE_FLOOR };

struct ambit_instance {
    char *name; /* owned; the file's name without folder and ending */
    int32_t count, centre_count;
    double *x, *y;     /* owned; count */
    int64_t *capacity; /* owned; count, micro-units, ≥ 0: what account i serves as a median */
    int64_t *demand;   /* owned; count, micro-units, ≥ 0 */
    enum ambit_location problem;
    enum ambit_distance distance;
};

/* Allocates the arrays, zeroed. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_instance_create(int32_t count, struct ambit_instance *out) AMBIT_CHECKED;
void ambit_instance_clear(struct ambit_instance *instance);

/* Fails with AMBIT_ERR_INPUT where the problem is CCCP and capacities differ: its clusters have no
 * account that would say which of them counts. `path` stands in the message. */
ambit_status ambit_instance_check_capacities(const struct ambit_instance *instance,
                                             const char *path) AMBIT_CHECKED;

/* Cost of account i at a place; at account j as its median. */
static inline double ambit_instance_cost_at(const struct ambit_instance *instance, int32_t i,
                                            double x, double y)
{
    const double dx = instance->x[i] - x, dy = instance->y[i] - y;
    const double d = sqrt(dx * dx + dy * dy);
    return instance->distance == AMBIT_DISTANCE_FLOOR ? floor(d) : d;
}
static inline double ambit_instance_cost(const struct ambit_instance *instance, int32_t i,
                                         int32_t j)
{
    return ambit_instance_cost_at(instance, i, instance->x[j], instance->y[j]);
}

/* Every cost is a multiple of this; 0 where they are real numbers. */
static inline double ambit_instance_grain(const struct ambit_instance *instance)
{
    return instance->distance == AMBIT_DISTANCE_FLOOR ? 1.0 : 0.0;
}

/* The least that the cost of a better plan is below `value`. */
static inline double ambit_grain_step(double grain, double value)
{
    return grain > 0.0 ? grain * (1.0 - 1e-6) : 1e-9 * value;
}

/* A solution: median[i] is the account whose cluster i is in. Under CCCP it only names the cluster;
 * the solver writes the account of the cluster that is nearest to the centroid. */
struct ambit_solution {
    char *name;    /* owned; may be NULL */
    int32_t count; /* accounts */
    int32_t centre_count;
    int32_t *median; /* owned; count */
    double value;    /* what the solution says its cost is; NAN where it says nothing */
    bool optimal;    /* it says that it is optimal */
};

ambit_status ambit_solution_create(int32_t count, struct ambit_solution *out) AMBIT_CHECKED;
void ambit_solution_clear(struct ambit_solution *solution);

/* Cost of a whole solution, summed by account; every median must be in [0, count). Errors:
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_solution_value(const struct ambit_instance *instance, const int32_t *median,
                                  double *value_out) AMBIT_CHECKED;

#endif
