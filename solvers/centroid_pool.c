/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Set partitioning over the clusters of good plans finds combinations that no single walk met. An
 * account is covered exactly once: taking one away can make a cluster dearer. The relaxation rules
 * out columns whose reduced cost exceeds the gap; what is left is branched on by itself. Useful
 * where clusters are small: large ones hardly ever fit together.
 */
#include "solvers/centroid_pool.h"
#include "engine/base/memory.h"
#include "solvers/mip.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN_LENGTH_MAX = 4096 };

ambit_status ambit_centroid_pool_open(const struct ambit_centroid_problem *problem,
                                      int32_t cluster_room, struct ambit_centroid_pool *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_centroid_pool pool = {.spare_clusters = problem->centre_count,
                                       .spare_members = problem->count};
    const int64_t size = problem->count / problem->centre_count + 1;
    pool.cluster_room = cluster_room + pool.spare_clusters;
    pool.member_room = cluster_room * size + pool.spare_members;
    const int64_t member_room = pool.member_room;
    cluster_room = pool.cluster_room;
    AMBIT_TRY(ambit_alloc(&pool.first, (size_t)cluster_room + 1, sizeof *pool.first));
    AMBIT_TRY(ambit_alloc(&pool.member, (size_t)member_room, sizeof *pool.member));
    AMBIT_TRY(ambit_alloc(&pool.cost, (size_t)cluster_room, sizeof *pool.cost));
    AMBIT_TRY(ambit_key_table_reserve(&pool.index, cluster_room));
    ambit_centroid_pool_empty(&pool);
done:
    if (status != AMBIT_OK) ambit_centroid_pool_close(&pool);
    *out = pool;
    return status;
}

void ambit_centroid_pool_close(struct ambit_centroid_pool *pool)
{
    ambit_free(&pool->first);
    ambit_free(&pool->member);
    ambit_free(&pool->cost);
    ambit_key_table_clear(&pool->index);
}

void ambit_centroid_pool_empty(struct ambit_centroid_pool *pool)
{
    pool->clusters = 0;
    pool->members = 0;
    pool->first[0] = 0;
    ambit_key_table_empty(&pool->index);
}

static int compare_account(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

static bool add_cluster(struct ambit_centroid_pool *pool, const int32_t *member, int32_t size,
                        double cost, bool uses_spare)
{
    const int32_t spare_clusters = uses_spare ? 0 : pool->spare_clusters;
    const int64_t spare_members = uses_spare ? 0 : pool->spare_members;
    int32_t *const index = ambit_key_table_at(&pool->index, ambit_key_of_set(member, size));
    if (size == 0 || *index >= 0) return true;
    if (pool->clusters + 1 > pool->cluster_room - spare_clusters ||
        pool->members + size > pool->member_room - spare_members)
        return false;
    int32_t *const copy = &pool->member[pool->members];
    memcpy(copy, member, (size_t)size * sizeof *copy);
    qsort(copy, (size_t)size, sizeof *copy, compare_account);
    pool->cost[pool->clusters] = cost;
    *index = pool->clusters++;
    pool->members += size;
    pool->first[pool->clusters] = pool->members;
    return true;
}

static const int32_t *members_of(const struct ambit_centroid_plan *plan, int32_t b)
{
    return &plan->member[(size_t)b * ((size_t)plan->room + 1)];
}

bool ambit_centroid_pool_add(struct ambit_centroid_pool *pool,
                             const struct ambit_centroid_plan *plan)
{
    bool whole = true;
    for (int32_t b = 0; b < plan->problem->centre_count; b++)
        whole &= add_cluster(pool, members_of(plan, b), plan->size[b], plan->cost[b], false);
    return whole;
}

/* The clusters of the plan, added where the pool lacks them: what a better one has to beat. */
static double add_start(struct ambit_centroid_pool *pool, const struct ambit_centroid_plan *plan)
{
    double upper = 0.0;
    for (int32_t b = 0; b < plan->problem->centre_count; b++) {
        AMBIT_REQUIRE(add_cluster(pool, members_of(plan, b), plan->size[b], plan->cost[b], true));
        upper += plan->cost[b];
    }
    return upper * (1.0 - 1e-9);
}

static void mark_start(const struct ambit_centroid_pool *pool,
                       const struct ambit_centroid_plan *plan, bool *is_start_out)
{
    for (int32_t b = 0; b < plan->problem->centre_count; b++) {
        const uint64_t key = ambit_key_of_set(members_of(plan, b), plan->size[b]);
        const int32_t c = ambit_key_table_find(&pool->index, key);
        if (plan->size[b] > 0) is_start_out[c] = true;
    }
}

/* A programme of the clusters that `is_in` marks; a row an account, and one for their number. */
static ambit_status build(const struct ambit_centroid_pool *pool,
                          const struct ambit_centroid_problem *problem, const bool *is_in,
                          struct ambit_mip **out)
{
    ambit_status status = AMBIT_OK;
    int row[COLUMN_LENGTH_MAX];
    double one[COLUMN_LENGTH_MAX];
    for (int k = 0; k < COLUMN_LENGTH_MAX; k++)
        one[k] = 1.0;
    ambit_mip_destroy(out);
    AMBIT_TRY(ambit_mip_create(out));
    for (int32_t i = 0; i < problem->count; i++)
        (void)ambit_mip_add_row(*out, 1.0, 1.0);
    (void)ambit_mip_add_row(*out, -INFINITY, (double)problem->centre_count);
    for (int32_t c = 0; c < pool->clusters; c++) {
        const int32_t length = (int32_t)(pool->first[c + 1] - pool->first[c]);
        if (!is_in[c]) continue;
        for (int32_t k = 0; k < length; k++)
            row[k] = pool->member[pool->first[c] + k];
        row[length] = problem->count;
        (void)ambit_mip_add_column(*out, pool->cost[c], 1.0, true, length + 1, row, one);
    }
done:
    return status;
}

/* Leaves in the plan to start from, and what could be in a better one; returns the others. */
static int32_t sieve(const struct ambit_centroid_pool *pool, const struct ambit_mip *mip,
                     const bool *is_start, double upper, bool *is_in)
{
    const double gap = upper - ambit_mip_value(mip);
    int32_t left = 0, column = 0;
    for (int32_t c = 0; c < pool->clusters; c++) {
        if (!is_in[c]) continue;
        if (!is_start[c] && ambit_mip_reduced_cost(mip, column) > gap) is_in[c] = false;
        column++;
        left += is_in[c] && !is_start[c];
    }
    return left;
}

/* Reads the clusters picked; whether they cost less than `upper`. */
static bool read_plan(const struct ambit_centroid_pool *pool, const bool *is_in,
                      const double *value, double upper, int32_t *cluster_out)
{
    int32_t column = 0, picked = 0;
    double cost = 0.0;
    for (int32_t c = 0; c < pool->clusters; c++) {
        if (!is_in[c] || value[column++] < 0.5) continue;
        cost += pool->cost[c];
        if (cost >= upper) return false;
    }
    column = 0;
    for (int32_t c = 0; c < pool->clusters; c++) {
        if (!is_in[c] || value[column++] < 0.5) continue;
        for (int64_t k = pool->first[c]; k < pool->first[c + 1]; k++)
            cluster_out[pool->member[k]] = picked;
        picked++;
    }
    return true;
}

ambit_status ambit_centroid_pool_pick(struct ambit_centroid_pool *pool,
                                      const struct ambit_centroid_plan *plan, int64_t node_max,
                                      int32_t *cluster_out, bool *found_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_mip *mip = NULL;
    bool *is_in = NULL, *is_start = NULL;
    double *value = NULL;
    enum ambit_mip_end end = AMBIT_MIP_NONE;
    const double upper = add_start(pool, plan);
    *found_out = false;
    AMBIT_TRY(ambit_alloc(&is_in, (size_t)pool->clusters, sizeof *is_in));
    AMBIT_TRY(ambit_alloc(&is_start, (size_t)pool->clusters, sizeof *is_start));
    AMBIT_TRY(ambit_alloc(&value, (size_t)pool->clusters, sizeof *value));
    mark_start(pool, plan, is_start);
    for (int32_t c = 0; c < pool->clusters; c++) {
        is_in[c] = pool->first[c + 1] - pool->first[c] < COLUMN_LENGTH_MAX;
        if (is_start[c] && !is_in[c]) goto done;
    }
    AMBIT_TRY(build(pool, plan->problem, is_in, &mip));
    AMBIT_TRY(ambit_mip_relax(mip, &end));
    if (end != AMBIT_MIP_OPTIMAL) goto done;
    if (sieve(pool, mip, is_start, upper, is_in) == 0) goto done;
    AMBIT_TRY(build(pool, plan->problem, is_in, &mip));
    AMBIT_TRY(ambit_mip_relax(mip, &end));
    if (end != AMBIT_MIP_OPTIMAL) goto done;
    for (int32_t c = 0, column = 0; c < pool->clusters; c++) {
        if (is_in[c]) value[column++] = is_start[c] ? 1.0 : 0.0;
    }
    const struct ambit_mip_limits limits = {.node_max = node_max, .start = value};
    AMBIT_TRY(ambit_mip_branch(mip, &limits, value, &end));
    if (end != AMBIT_MIP_NONE) *found_out = read_plan(pool, is_in, value, upper, cluster_out);
done:
    ambit_mip_destroy(&mip);
    ambit_free(&is_in);
    ambit_free(&is_start);
    ambit_free(&value);
    return status;
}
