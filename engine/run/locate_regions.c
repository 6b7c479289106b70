/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which regions of the plan to draw. A region is one patch of neighbouring clusters, or two halves
 * far apart, one where a centre more is worth most and one where it is worth least, so that centres
 * wander to where they are needed. One that was tried is not tried again until something in it has
 * changed. All draws are functions of the seed, the round and the region's number.
 *
 * Cost: a patch is clusters² at most, a draw at most DRAWS patches.
 */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/base/real.h"
#include "engine/run/locate_rounds.h"

#include <math.h>
#include <string.h>

enum {
    POOL_MAX = 8000,  /* clusters; then the pool starts anew */
    DRAWS = 12,       /* tries to find one that is new */
    RIVALS = 2,       /* clusters compared for where a centre is worth most and least */
    KICKS = 12,       /* perturbations of a search */
    REGION_MAX = 4000 /* accounts; the matrix of one is dense */
};

void ambit_locate_task_clear(struct ambit_locate_task *task)
{
    ambit_free(&task->account);
    ambit_free(&task->median);
    ambit_free(&task->lambda);
}

ambit_status ambit_locate_regions_create(struct ambit_locating *locating,
                                         struct ambit_locate_regions *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)locating->instance->count;
    *out = (struct ambit_locate_regions){.locating = locating};
    AMBIT_TRY(ambit_alloc(&out->first, n + 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->member, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->site, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->cluster, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->near, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->distance, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->taken, n, sizeof(bool)));
    AMBIT_TRY(ambit_alloc(&out->lambda, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->reach, n, sizeof(double)));
    memcpy(out->lambda, locating->lagrangian.best_lambda, n * sizeof(double));
done:
    return status;
}

void ambit_locate_regions_clear(struct ambit_locate_regions *regions)
{
    ambit_free(&regions->first);
    ambit_free(&regions->member);
    ambit_free(&regions->site);
    ambit_free(&regions->cluster);
    ambit_free(&regions->near);
    ambit_free(&regions->distance);
    ambit_free(&regions->taken);
    ambit_free(&regions->lambda);
    ambit_free(&regions->reach);
    ambit_key_table_clear(&regions->seen);
    ambit_cluster_pool_clear(&regions->pool);
}

void ambit_locate_regions_list(struct ambit_locate_regions *regions)
{
    const int32_t n = regions->locating->instance->count;
    const int32_t *const median = regions->locating->median;
    int32_t *const index = regions->near; /* of each site's cluster */
    memset(index, 0xff, (size_t)n * sizeof *index);
    memset(regions->first, 0, ((size_t)n + 1) * sizeof *regions->first);
    for (int32_t i = 0; i < n; i++)
        index[median[i]] = 0;
    regions->clusters = 0;
    for (int32_t j = 0; j < n; j++) {
        if (index[j] < 0) continue;
        regions->site[regions->clusters] = j;
        index[j] = regions->clusters++;
    }
    for (int32_t i = 0; i < n; i++) {
        regions->cluster[i] = index[median[i]];
        regions->first[regions->cluster[i] + 1]++;
    }
    for (int32_t c = 0; c < regions->clusters; c++)
        regions->first[c + 1] += regions->first[c];
    for (int32_t i = n - 1; i >= 0; i--) {
        const int32_t c = regions->cluster[i];
        int32_t *const end = &regions->first[c + 1];
        regions->member[--*end] = i;
    }
    /* Each end walked down to its cluster's start; shift them back. */
    for (int32_t c = 0; c < regions->clusters; c++)
        regions->first[c] = regions->first[c + 1];
    regions->first[regions->clusters] = n;
}

static int32_t size_of(const struct ambit_locate_regions *regions, int32_t c)
{
    return regions->first[c + 1] - regions->first[c];
}

ambit_status ambit_locate_regions_pool(struct ambit_locate_regions *regions)
{
    ambit_status status = AMBIT_OK;
    struct ambit_cluster_pool *const pool = &regions->pool;
    if (pool->count > POOL_MAX) ambit_cluster_pool_clear(pool);
    for (int32_t c = 0; c < regions->clusters; c++)
        AMBIT_TRY(ambit_cluster_pool_add(pool, regions->site[c],
                                         &regions->member[regions->first[c]], size_of(regions, c)));
done:
    return status;
}

/* --- regions that were tried ------------------------------------------------ */

static uint64_t key_of(const struct ambit_locate_regions *regions,
                       const struct ambit_locate_task *task)
{
    uint64_t key = ambit_mix64((uint64_t)task->region.method +
                               16 * (uint64_t)llround(3.0 * ambit_log2(regions->effort + 1.0)));
    for (int32_t i = 0; i < task->region.count; i++) {
        const uint64_t pair =
            ((uint64_t)(uint32_t)task->account[i] << 32) | (uint64_t)(uint32_t)task->median[i];
        key += ambit_mix64(pair);
    }
    return key;
}

static ambit_status remember(struct ambit_locate_regions *regions, uint64_t key)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_key_table_reserve(&regions->seen, regions->seen_count + 1));
    *ambit_key_table_at(&regions->seen, key) = 1;
    regions->seen_count++;
done:
    return status;
}

static bool was_tried(const struct ambit_locate_regions *regions, uint64_t key)
{
    return ambit_key_table_find(&regions->seen, key) >= 0;
}

/* --- drawing regions -------------------------------------------------------- */

struct draw {
    const struct ambit_locate_regions *regions;
    uint64_t seed, stream, index;
};

static uint64_t draw_below(struct draw *draw, uint64_t bound)
{
    return ambit_random_below(draw->seed, draw->stream, draw->index++, bound);
}

/* A cluster, each as likely as it is large. */
static int32_t draw_cluster(struct draw *draw)
{
    const int32_t n = draw->regions->locating->instance->count;
    return draw->regions->cluster[draw_below(draw, (uint64_t)n)];
}

/* Takes cluster c and those nearest to it until the next would make more than `most` accounts;
 * returns how many accounts were taken. */
static int32_t take_patch(struct ambit_locate_regions *regions, int32_t c, double most)
{
    const struct ambit_instance *const instance = regions->locating->instance;
    int32_t accounts = 0;
    for (int32_t k = 0; k < regions->clusters; k++)
        regions->distance[k] =
            k == c ? -1.0 : ambit_instance_cost(instance, regions->site[k], regions->site[c]);
    for (;;) {
        int32_t nearest = -1;
        for (int32_t k = 0; k < regions->clusters; k++) {
            if (!regions->taken[k] &&
                (nearest < 0 || regions->distance[k] < regions->distance[nearest]))
                nearest = k;
        }
        if (nearest < 0) break;
        if (accounts > 0 && accounts + size_of(regions, nearest) > most) break;
        regions->taken[nearest] = true;
        accounts += size_of(regions, nearest);
    }
    return accounts;
}

/* Where a centre more would be worth most (sign 1) or least (−1) among a few random clusters. */
static int32_t draw_by_worth(struct draw *draw, double sign)
{
    const struct ambit_locate_regions *const regions = draw->regions;
    int32_t best = draw_cluster(draw);
    for (int rival = 1; rival < RIVALS; rival++) {
        const int32_t c = draw_cluster(draw);
        const double *const worth = regions->locating->centre_value;
        if (sign * (worth[regions->site[c]] - worth[regions->site[best]]) > 0.0) best = c;
    }
    return best;
}

/* Where the plan breaks a capacity; −1 where it does not. */
static int32_t draw_overloaded(struct draw *draw)
{
    const struct ambit_locate_regions *const regions = draw->regions;
    const struct ambit_instance *const instance = regions->locating->instance;
    int32_t found = 0, chosen = -1;
    if (regions->locating->excess == 0) return -1;
    for (int32_t c = 0; c < regions->clusters; c++) {
        int64_t load = 0;
        for (int32_t k = regions->first[c]; k < regions->first[c + 1]; k++)
            load += instance->demand[regions->member[k]];
        if (load <= instance->capacity[regions->site[c]]) continue;
        if (draw_below(draw, (uint64_t)++found) == 0) chosen = c;
    }
    return chosen;
}

/* Accounts of a region around cluster c. */
static double size_around(const struct ambit_locate_regions *regions,
                          enum ambit_region_method method, int32_t c)
{
    if (method == AMBIT_REGION_SEARCH) return regions->search_size;
    double sum = 0.0;
    for (int32_t k = regions->first[c]; k < regions->first[c + 1]; k++)
        sum += regions->reach[regions->member[k]];
    return sum / size_of(regions, c);
}

/* Regions of many sizes find what those of one do not. */
static double draw_part(struct draw *draw)
{
    return 0.5 + 0.6 * ambit_random_unit(draw->seed, draw->stream, draw->index++);
}

static void take_region(struct ambit_locate_regions *regions, struct draw *draw,
                        enum ambit_region_method method)
{
    const int32_t n = regions->locating->instance->count;
    const int32_t overloaded = draw_overloaded(draw);
    const int32_t seat = overloaded >= 0 ? overloaded : draw_cluster(draw);
    const double size = size_around(regions, method, seat) * draw_part(draw);
    memset(regions->taken, 0, (size_t)regions->clusters * sizeof *regions->taken);
    if (overloaded >= 0 || size >= n || draw_below(draw, 2) == 0) {
        (void)take_patch(regions, seat, size);
        return;
    }
    const int32_t rich = draw_by_worth(draw, 1.0), poor = draw_by_worth(draw, -1.0);
    const double part = 0.5 * draw_part(draw);
    (void)take_patch(regions, rich, part * size_around(regions, method, rich));
    if (!regions->taken[poor])
        (void)take_patch(regions, poor, part * size_around(regions, method, poor));
}

/* The method for a region, by how many accounts a cluster has. */
static enum ambit_region_method draw_method(struct ambit_locate_regions *regions, struct draw *draw)
{
    const int32_t n = regions->locating->instance->count;
    const double share = (double)n / regions->locating->instance->centre_count;
    const uint64_t tenths = share <= 7.0 ? 9 : share <= 16.0 ? 7 : share <= 40.0 ? 3 : n <= 200;
    return draw_below(draw, 10) < tenths ? AMBIT_REGION_PARTITION : AMBIT_REGION_SEARCH;
}

/* Fills an empty task with the taken clusters. */
static ambit_status fill_task(struct ambit_locate_regions *regions, struct ambit_locate_task *task)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_locating *const locating = regions->locating;
    const int32_t n = locating->instance->count;
    int32_t accounts = 0, clusters = 0;
    for (int32_t c = 0; c < regions->clusters; c++) {
        if (!regions->taken[c]) continue;
        accounts += size_of(regions, c);
        clusters++;
    }
    AMBIT_TRY(ambit_alloc(&task->account, (size_t)accounts, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&task->median, (size_t)accounts, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&task->lambda, (size_t)accounts, sizeof(double)));
    int32_t at = 0;
    for (int32_t i = 0; i < n; i++) {
        if (!regions->taken[regions->cluster[i]]) continue;
        task->account[at] = i;
        task->lambda[at] = regions->lambda[i];
        task->median[at++] = locating->median[i];
    }
    const int32_t spare = locating->instance->centre_count - regions->clusters;
    const int32_t centres = clusters + spare < accounts ? clusters + spare : accounts;
    task->is_whole = accounts == n;
    task->region.instance = locating->instance;
    task->region.pool = regions->pool.count > 0 ? &regions->pool : NULL;
    task->region.count = accounts;
    task->region.centre_count = centres;
    task->region.account = task->account;
    task->region.median = task->median;
    task->region.lambda = task->lambda;
done:
    return status;
}

/* A region's medians must be accounts of the region; a site may serve others and not itself. */
static void take_sites(struct ambit_locate_regions *regions)
{
    bool grew = true;
    while (grew) {
        grew = false;
        for (int32_t c = 0; c < regions->clusters; c++) {
            const int32_t home = regions->cluster[regions->site[c]];
            if (!regions->taken[c] || regions->taken[home]) continue;
            regions->taken[home] = true;
            grew = true;
        }
    }
}

/* Draws a region, tried or not, into an empty task. */
static ambit_status draw_one(struct ambit_locate_regions *regions, struct draw *draw,
                             struct ambit_locate_task *task)
{
    ambit_status status = AMBIT_OK;
    struct ambit_region *const region = &task->region;
    region->method = draw_method(regions, draw);
    region->seed = ambit_random_u64(draw->seed, draw->stream, draw->index++);
    region->kicks = KICKS;
    region->effort = regions->effort;
    take_region(regions, draw, region->method);
    take_sites(regions);
    AMBIT_TRY(fill_task(regions, task));
done:
    return status;
}

ambit_status ambit_locate_regions_draw(struct ambit_locate_regions *regions, int32_t number,
                                       struct ambit_locate_task *task, bool *found_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_locating *const locating = regions->locating;
    struct draw draw = {.regions = regions,
                        .seed = locating->options->seed,
                        .stream = 1000 + (uint64_t)locating->rounds,
                        .index = (uint64_t)number << 32};
    *found_out = false;
    for (int attempt = 0; attempt < DRAWS && !*found_out; attempt++) {
        ambit_locate_task_clear(task);
        *task = (struct ambit_locate_task){0};
        AMBIT_TRY(draw_one(regions, &draw, task));
        if (task->region.count > REGION_MAX) continue;
        if (task->region.method == AMBIT_REGION_SEARCH) {
            *found_out = true; /* kicks make it another each time */
            if (task->is_whole && number % 2 == 1)
                AMBIT_TRY(ambit_lagrangian_plan(&locating->lagrangian, task->region.seed,
                                                AMBIT_LOCATE_RESTART_NOISE, task->median));
            break;
        }
        const uint64_t key = key_of(regions, task);
        *found_out = !was_tried(regions, key);
        if (*found_out) AMBIT_TRY(remember(regions, key));
    }
done:
    return status;
}

ambit_status ambit_locate_regions_take_all(struct ambit_locate_regions *regions,
                                           struct ambit_locate_task *task)
{
    ambit_locate_regions_list(regions);
    for (int32_t c = 0; c < regions->clusters; c++)
        regions->taken[c] = true;
    ambit_locate_task_clear(task);
    *task = (struct ambit_locate_task){0};
    return fill_task(regions, task);
}
