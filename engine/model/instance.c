/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instances and solutions of the literature. A solution is valued from nothing but the assignment,
 * by one pass over the accounts (two under CCCP, the first for the centroids), always in the order
 * of the file: the value is the same to the last bit whoever asks for it.
 */
#include "engine/model/instance.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

ambit_status ambit_instance_create(int32_t count, struct ambit_instance *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_instance instance = {.count = count};
    AMBIT_REQUIRE(count >= 0 && count <= AMBIT_INSTANCE_ACCOUNT_MAX);
    const size_t n = (size_t)count;
    AMBIT_TRY(ambit_alloc(&instance.x, n, sizeof *instance.x));
    AMBIT_TRY(ambit_alloc(&instance.y, n, sizeof *instance.y));
    AMBIT_TRY(ambit_alloc(&instance.capacity, n, sizeof *instance.capacity));
    AMBIT_TRY(ambit_alloc(&instance.demand, n, sizeof *instance.demand));
done:
    if (status != AMBIT_OK) ambit_instance_clear(&instance);
    *out = instance;
    return status;
}

void ambit_instance_clear(struct ambit_instance *instance)
{
    ambit_free(&instance->name);
    ambit_free(&instance->x);
    ambit_free(&instance->y);
    ambit_free(&instance->capacity);
    ambit_free(&instance->demand);
    *instance = (struct ambit_instance){0};
}

ambit_status ambit_solution_create(int32_t count, struct ambit_solution *out)
{
    struct ambit_solution solution = {.count = count, .value = NAN};
    AMBIT_REQUIRE(count >= 0 && count <= AMBIT_INSTANCE_ACCOUNT_MAX);
    const ambit_status status =
        ambit_alloc(&solution.median, (size_t)count, sizeof *solution.median);
    if (status != AMBIT_OK) ambit_solution_clear(&solution);
    *out = solution;
    return status;
}

void ambit_solution_clear(struct ambit_solution *solution)
{
    ambit_free(&solution->name);
    ambit_free(&solution->median);
    *solution = (struct ambit_solution){0};
}

/* Centroids of the clusters, by the account that names them; those of no cluster stay at 0, 0. */
static void find_centroids(const struct ambit_instance *instance, const int32_t *median,
                           int32_t *size, double *x_out, double *y_out)
{
    for (int32_t i = 0; i < instance->count; i++) {
        const int32_t j = median[i];
        size[j]++;
        x_out[j] += instance->x[i];
        y_out[j] += instance->y[i];
    }
    for (int32_t j = 0; j < instance->count; j++) {
        if (size[j] == 0) continue;
        x_out[j] /= size[j];
        y_out[j] /= size[j];
    }
}

static ambit_status value_by_centroids(const struct ambit_instance *instance, const int32_t *median,
                                       double *value_out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)instance->count;
    int32_t *size = NULL;
    double *x = NULL, *y = NULL, sum = 0.0;
    AMBIT_TRY(ambit_alloc(&size, n, sizeof *size));
    AMBIT_TRY(ambit_alloc(&x, n, sizeof *x));
    AMBIT_TRY(ambit_alloc(&y, n, sizeof *y));
    find_centroids(instance, median, size, x, y);
    for (int32_t i = 0; i < instance->count; i++)
        sum += ambit_instance_cost_at(instance, i, x[median[i]], y[median[i]]);
    *value_out = sum;
done:
    ambit_free(&size);
    ambit_free(&x);
    ambit_free(&y);
    return status;
}

ambit_status ambit_solution_value(const struct ambit_instance *instance, const int32_t *median,
                                  double *value_out)
{
    double sum = 0.0;
    for (int32_t i = 0; i < instance->count; i++)
        AMBIT_REQUIRE(median[i] >= 0 && median[i] < instance->count);
    if (instance->problem == AMBIT_LOCATION_CCCP)
        return value_by_centroids(instance, median, value_out);
    for (int32_t i = 0; i < instance->count; i++)
        sum += ambit_instance_cost(instance, i, median[i]);
    *value_out = sum;
    return AMBIT_OK;
}

ambit_status ambit_instance_check_capacities(const struct ambit_instance *instance,
                                             const char *path)
{
    if (instance->problem != AMBIT_LOCATION_CCCP) return AMBIT_OK;
    for (int32_t i = 1; i < instance->count; i++) {
        if (instance->capacity[i] == instance->capacity[0]) continue;
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected one capacity for all accounts, which the problem cccp "
                          "needs, found %.15g at account 0 and %.15g at account %d; say --problem "
                          "cpmp, or make the capacities equal",
                          path, ambit_from_micro(instance->capacity[0]),
                          ambit_from_micro(instance->capacity[i]), (int)i);
    }
    return AMBIT_OK;
}
