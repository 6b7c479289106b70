/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/region.h"
#include "engine/base/memory.h"
#include "solvers/cluster_polish.h"
#include "solvers/cluster_search.h"
#include "solvers/partition.h"

#include <string.h>

struct work {
    struct ambit_region *region;
    struct ambit_cluster_problem problem;
    double *cost;               /* owned; dense */
    int64_t *demand, *capacity; /* owned */
    int32_t *median;            /* owned; index in the region */
};

static int32_t index_of(const struct ambit_region *region, int32_t account)
{
    int32_t low = 0, high = region->count;
    while (high - low > 1) {
        const int32_t middle = low + (high - low) / 2;
        if (region->account[middle] <= account)
            low = middle;
        else
            high = middle;
    }
    AMBIT_REQUIRE(region->account[low] == account);
    return low;
}

static ambit_status open_work(struct work *work)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_region *const region = work->region;
    const struct ambit_instance *const instance = region->instance;
    const size_t n = (size_t)region->count;
    AMBIT_TRY(ambit_alloc(&work->cost, n * n, sizeof *work->cost));
    AMBIT_TRY(ambit_alloc(&work->demand, n, sizeof *work->demand));
    AMBIT_TRY(ambit_alloc(&work->capacity, n, sizeof *work->capacity));
    AMBIT_TRY(ambit_alloc(&work->median, n, sizeof *work->median));
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++)
            work->cost[j * n + i] =
                ambit_instance_cost(instance, region->account[i], region->account[j]);
        work->demand[j] = instance->demand[region->account[j]];
        work->capacity[j] = instance->capacity[region->account[j]];
        work->median[j] = index_of(region, region->median[j]);
    }
    work->problem = (struct ambit_cluster_problem){
        .count = region->count,
        .centre_count = region->centre_count,
        .cost = work->cost,
        .rule_count = 1,
        .rule = {ambit_cluster_capacity(work->demand, work->capacity)},
        .grain = ambit_instance_grain(instance)};
done:
    return status;
}

static void close_work(struct work *work)
{
    ambit_free(&work->cost);
    ambit_free(&work->demand);
    ambit_free(&work->capacity);
    ambit_free(&work->median);
}

/* The tries of moving medians are bounded by the work of one: clusters × accounts. */
static int64_t tries_of(const struct work *work)
{
    const int64_t work_of_one = (int64_t)work->problem.count * work->problem.centre_count;
    return 400 + INT64_C(15000000) / (work_of_one + 1);
}

static ambit_status search(struct work *work, struct ambit_cluster_outcome *outcome)
{
    ambit_status status = AMBIT_OK;
    struct ambit_cluster_search *search = NULL;
    const struct ambit_cluster_search_limits limits = {
        .near = 24, .tries = tries_of(work), .kicks = work->region->kicks};
    AMBIT_TRY(ambit_cluster_search_create(&work->problem, &search));
    ambit_cluster_search_set(search, work->median);
    ambit_cluster_search_run(search, &limits, work->region->seed);
    ambit_cluster_search_get(search, work->median);
    AMBIT_TRY(
        ambit_cluster_polish(&work->problem, ambit_cluster_search_prices(search), work->median));
    outcome->after = ambit_cluster_cost(&work->problem, work->median);
done:
    ambit_cluster_search_destroy(&search);
    return status;
}

/* The pool's clusters that lie in the region, in its own indices. */
static ambit_status take_pool(const struct work *work, struct ambit_cluster_pool *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_region *const region = work->region;
    const struct ambit_cluster_pool *const pool = region->pool;
    int32_t *index = NULL, *member = NULL;
    if (pool == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&index, (size_t)region->instance->count, sizeof *index));
    AMBIT_TRY(ambit_alloc(&member, (size_t)region->count, sizeof *member));
    memset(index, 0xff, (size_t)region->instance->count * sizeof *index);
    for (int32_t i = 0; i < region->count; i++)
        index[region->account[i]] = i;
    for (int32_t c = 0; c < pool->count; c++) {
        int32_t members = 0;
        bool fits = index[pool->median[c]] >= 0;
        for (int64_t k = pool->first[c]; k < pool->first[c + 1] && fits; k++) {
            fits = index[pool->member[k]] >= 0;
            if (fits) member[members++] = index[pool->member[k]];
        }
        if (fits) AMBIT_TRY(ambit_cluster_pool_add(out, index[pool->median[c]], member, members));
    }
done:
    ambit_free(&index);
    ambit_free(&member);
    return status;
}

static ambit_status partition(struct work *work, struct ambit_cluster_outcome *outcome)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_region *const region = work->region;
    const bool generates = region->method == AMBIT_REGION_PARTITION;
    const double effort = region->effort;
    struct ambit_cluster_pool pool = {0};
    AMBIT_TRY(take_pool(work, &pool));
    const struct ambit_partition_limits limits = {.ascent_max = 60,
                                                  .master_max = 60,
                                                  .column_max =
                                                      (int32_t)(3000.0 * effort) + pool.count,
                                                  .node_max = (int64_t)(300.0 * effort),
                                                  .work_max = 12e6 * effort,
                                                  .generate = generates};
    AMBIT_TRY(ambit_partition_improve(&work->problem, &limits, &pool, region->lambda, work->median,
                                      outcome));
done:
    ambit_cluster_pool_clear(&pool);
    return status;
}

ambit_status ambit_region_improve(struct ambit_region *region,
                                  struct ambit_cluster_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct work work = {.region = region};
    AMBIT_TRY(open_work(&work));
    const double before = ambit_cluster_cost(&work.problem, work.median);
    *outcome_out =
        (struct ambit_cluster_outcome){.before = before, .after = before, .bound = -INFINITY};
    if (region->method == AMBIT_REGION_SEARCH)
        AMBIT_TRY(search(&work, outcome_out));
    else
        AMBIT_TRY(partition(&work, outcome_out));
    for (int32_t i = 0; i < region->count; i++)
        region->median[i] = region->account[work.median[i]];
done:
    close_work(&work);
    return status;
}
