/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each round draws a few regions of the plan, improves them alone on any rank and thread, and
 * applies what came out in the order of drawing, leaving out regions that one before it changed. So
 * the plan does not depend on who did what. A region is one patch of neighbouring clusters, or two
 * halves far apart, one where a centre more is worth most and one where it is worth least, so that
 * centres wander to where they are needed. Regions grow where they are solved to the end and shrink
 * where they are not; one that was tried is not tried again until something in it has changed.
 */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/run/locate.h"
#include "solvers/region.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TASKS = 8,            /* regions a round */
    PATIENCE = 20,        /* rounds without improvement that end a descent */
    RECOMBINE_MAX = 1500, /* accounts of an instance whose plans are recombined */
    QUICK_DESCENTS = 4,
    POOL_MAX = 8000,  /* clusters; then the pool starts anew */
    BARREN_MAX = 8,   /* descents without improvement that end the search */
    DRAWS = 12,       /* tries to find one that is new */
    RIVALS = 2,       /* clusters compared for where a centre is worth most and least */
    SMALL = 120,      /* accounts of an instance that is a region from the start */
    REGION_MAX = 4000 /* accounts; the matrix of one is dense */
};
#define RESTART_NOISE 0.1 /* of the rewards of a fresh plan */
#define FIRST_REACH 60.0  /* accounts of a region for columns, at first */
#define REACH_MIN 20.0
#define REACH_GROWTH 1.1
#define REACH_SHRINK 0.92
#define RECOMBINE_EFFORT 4.0
#define EFFORT_MIN 0.5
#define EFFORT_MAX 16.0

struct task {
    struct ambit_region region;
    struct ambit_cluster_outcome outcome;
    int32_t *account, *median; /* owned; what region points to */
    double *lambda;            /* owned */
    bool is_whole;
    ambit_status status;
};

/* A region's answer for one account, on its way to all ranks. */
struct answer {
    int32_t task, account, median, unused;
    double lambda;
};

struct rounds {
    struct ambit_locating *locating;
    int32_t *first, *member, *site; /* owned; clusters, by site: their accounts */
    int32_t *cluster;               /* owned; count: cluster of each account */
    int32_t *near;                  /* owned; workspace: clusters by distance */
    double *distance;               /* owned; workspace */
    bool *taken;                    /* owned; workspace: clusters in the region */
    bool *touched;                  /* owned; accounts whose region changed in this round */
    double *lambda;                 /* owned; count */
    int32_t clusters;
    double *reach; /* owned; count: accounts of a region for columns drawn around each account */
    double search_size; /* accounts of a region for search */
    double search_size_max;
    double effort;                  /* see struct ambit_region */
    struct ambit_cluster_pool pool; /* clusters of the plans so far */
    uint64_t *seen;                 /* owned; regions that were tried; 0 where free */
    int64_t seen_count, seen_room;
    int64_t quiet;            /* rounds since the plan was last improved */
    double descent_best;      /* best value at the last turn */
    int64_t started;          /* round in which the descent began */
    int64_t descents, barren; /* from fresh plans; of them, since the best was last improved */
    struct task task[TASKS];
    int32_t tasks;
};

static void close_task(struct task *task)
{
    ambit_free(&task->account);
    ambit_free(&task->median);
    ambit_free(&task->lambda);
}

static ambit_status open_rounds(struct rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)rounds->locating->instance->count;
    rounds->seen_room = 1024;
    AMBIT_TRY(ambit_alloc(&rounds->first, n + 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&rounds->member, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&rounds->site, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&rounds->cluster, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&rounds->near, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&rounds->distance, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&rounds->taken, n, sizeof(bool)));
    AMBIT_TRY(ambit_alloc(&rounds->touched, n, sizeof(bool)));
    AMBIT_TRY(ambit_alloc(&rounds->lambda, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&rounds->reach, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&rounds->seen, (size_t)rounds->seen_room, sizeof(uint64_t)));
    memcpy(rounds->lambda, rounds->locating->lagrangian.best_lambda, n * sizeof(double));
done:
    return status;
}

static void close_rounds(struct rounds *rounds)
{
    for (int32_t t = 0; t < TASKS; t++)
        close_task(&rounds->task[t]);
    ambit_free(&rounds->first);
    ambit_free(&rounds->member);
    ambit_free(&rounds->site);
    ambit_free(&rounds->cluster);
    ambit_free(&rounds->near);
    ambit_free(&rounds->distance);
    ambit_free(&rounds->taken);
    ambit_free(&rounds->touched);
    ambit_free(&rounds->lambda);
    ambit_free(&rounds->reach);
    ambit_free(&rounds->seen);
    ambit_cluster_pool_clear(&rounds->pool);
}

/* Lists the clusters of the plan by site, and their accounts. */
static void list_clusters(struct rounds *rounds)
{
    const int32_t n = rounds->locating->instance->count;
    const int32_t *const median = rounds->locating->median;
    int32_t *const index = rounds->near; /* of each site's cluster */
    memset(index, 0xff, (size_t)n * sizeof *index);
    memset(rounds->first, 0, ((size_t)n + 1) * sizeof *rounds->first);
    for (int32_t i = 0; i < n; i++)
        index[median[i]] = 0;
    rounds->clusters = 0;
    for (int32_t j = 0; j < n; j++) {
        if (index[j] < 0) continue;
        rounds->site[rounds->clusters] = j;
        index[j] = rounds->clusters++;
    }
    for (int32_t i = 0; i < n; i++) {
        rounds->cluster[i] = index[median[i]];
        rounds->first[rounds->cluster[i] + 1]++;
    }
    for (int32_t c = 0; c < rounds->clusters; c++)
        rounds->first[c + 1] += rounds->first[c];
    for (int32_t i = n - 1; i >= 0; i--) {
        const int32_t c = rounds->cluster[i];
        int32_t *const end = &rounds->first[c + 1];
        rounds->member[--*end] = i;
    }
    /* Each end walked down to its cluster's start; shift them back. */
    for (int32_t c = 0; c < rounds->clusters; c++)
        rounds->first[c] = rounds->first[c + 1];
    rounds->first[rounds->clusters] = n;
}

static int32_t size_of(const struct rounds *rounds, int32_t c)
{
    return rounds->first[c + 1] - rounds->first[c];
}

/* --- regions that were tried ------------------------------------------------ */

static uint64_t key_of(const struct rounds *rounds, const struct task *task)
{
    uint64_t key = ambit_mix64((uint64_t)task->region.method +
                               16 * (uint64_t)llround(3.0 * log2(rounds->effort + 1.0)));
    for (int32_t i = 0; i < task->region.count; i++) {
        const uint64_t pair =
            ((uint64_t)(uint32_t)task->account[i] << 32) | (uint64_t)(uint32_t)task->median[i];
        key += ambit_mix64(pair);
    }
    return key == 0 ? 1 : key;
}

static uint64_t *slot_of(uint64_t *table, int64_t room, uint64_t key)
{
    int64_t at = (int64_t)(key & (uint64_t)(room - 1));
    while (table[at] != 0 && table[at] != key)
        at = (at + 1) & (room - 1);
    return &table[at];
}

static ambit_status remember(struct rounds *rounds, uint64_t key)
{
    ambit_status status = AMBIT_OK;
    uint64_t *larger = NULL;
    if (2 * rounds->seen_count >= rounds->seen_room) {
        AMBIT_TRY(ambit_alloc(&larger, 2 * (size_t)rounds->seen_room, sizeof *larger));
        for (int64_t k = 0; k < rounds->seen_room; k++) {
            if (rounds->seen[k] != 0)
                *slot_of(larger, 2 * rounds->seen_room, rounds->seen[k]) = rounds->seen[k];
        }
        ambit_free(&rounds->seen);
        rounds->seen = larger;
        rounds->seen_room *= 2;
    }
    *slot_of(rounds->seen, rounds->seen_room, key) = key;
    rounds->seen_count++;
done:
    return status;
}

static bool was_tried(const struct rounds *rounds, uint64_t key)
{
    return *slot_of(rounds->seen, rounds->seen_room, key) == key;
}

/* --- drawing regions -------------------------------------------------------- */

struct draw {
    const struct rounds *rounds;
    uint64_t seed, stream, index;
};

static uint64_t draw_below(struct draw *draw, uint64_t bound)
{
    return ambit_random_below(draw->seed, draw->stream, draw->index++, bound);
}

/* A cluster, each as likely as it is large. */
static int32_t draw_cluster(struct draw *draw)
{
    const int32_t n = draw->rounds->locating->instance->count;
    return draw->rounds->cluster[draw_below(draw, (uint64_t)n)];
}

/* Takes cluster c and those nearest to it until the next would make more than `most` accounts;
 * returns how many accounts were taken. */
static int32_t take_patch(struct rounds *rounds, int32_t c, double most)
{
    const struct ambit_instance *const instance = rounds->locating->instance;
    int32_t accounts = 0;
    for (int32_t k = 0; k < rounds->clusters; k++)
        rounds->distance[k] =
            k == c ? -1.0 : ambit_instance_cost(instance, rounds->site[k], rounds->site[c]);
    for (;;) {
        int32_t nearest = -1;
        for (int32_t k = 0; k < rounds->clusters; k++) {
            if (!rounds->taken[k] &&
                (nearest < 0 || rounds->distance[k] < rounds->distance[nearest]))
                nearest = k;
        }
        if (nearest < 0) break;
        if (accounts > 0 && accounts + size_of(rounds, nearest) > most) break;
        rounds->taken[nearest] = true;
        accounts += size_of(rounds, nearest);
    }
    return accounts;
}

/* Where a centre more would be worth most (sign 1) or least (−1) among a few random clusters. */
static int32_t draw_by_worth(struct draw *draw, double sign)
{
    const struct rounds *const rounds = draw->rounds;
    int32_t best = draw_cluster(draw);
    for (int rival = 1; rival < RIVALS; rival++) {
        const int32_t c = draw_cluster(draw);
        const double *const worth = rounds->locating->centre_value;
        if (sign * (worth[rounds->site[c]] - worth[rounds->site[best]]) > 0.0) best = c;
    }
    return best;
}

/* Where the plan breaks a capacity; −1 where it does not. */
static int32_t draw_overloaded(struct draw *draw)
{
    const struct rounds *const rounds = draw->rounds;
    const struct ambit_instance *const instance = rounds->locating->instance;
    int32_t found = 0, chosen = -1;
    if (rounds->locating->excess == 0) return -1;
    for (int32_t c = 0; c < rounds->clusters; c++) {
        int64_t load = 0;
        for (int32_t k = rounds->first[c]; k < rounds->first[c + 1]; k++)
            load += instance->demand[rounds->member[k]];
        if (load <= instance->capacity[rounds->site[c]]) continue;
        if (draw_below(draw, (uint64_t)++found) == 0) chosen = c;
    }
    return chosen;
}

/* Accounts of a region around cluster c. */
static double size_around(const struct rounds *rounds, enum ambit_region_method method, int32_t c)
{
    if (method == AMBIT_REGION_SEARCH) return rounds->search_size;
    double sum = 0.0;
    for (int32_t k = rounds->first[c]; k < rounds->first[c + 1]; k++)
        sum += rounds->reach[rounds->member[k]];
    return sum / size_of(rounds, c);
}

/* Regions of many sizes find what those of one do not. */
static double draw_part(struct draw *draw)
{
    return 0.5 + 0.6 * ambit_random_unit(draw->seed, draw->stream, draw->index++);
}

static void take_region(struct rounds *rounds, struct draw *draw, enum ambit_region_method method)
{
    const int32_t n = rounds->locating->instance->count;
    const int32_t overloaded = draw_overloaded(draw);
    const int32_t seat = overloaded >= 0 ? overloaded : draw_cluster(draw);
    const double size = size_around(rounds, method, seat) * draw_part(draw);
    memset(rounds->taken, 0, (size_t)rounds->clusters * sizeof *rounds->taken);
    if (overloaded >= 0 || size >= n || draw_below(draw, 2) == 0) {
        (void)take_patch(rounds, seat, size);
        return;
    }
    const int32_t rich = draw_by_worth(draw, 1.0), poor = draw_by_worth(draw, -1.0);
    const double part = 0.5 * draw_part(draw);
    (void)take_patch(rounds, rich, part * size_around(rounds, method, rich));
    if (!rounds->taken[poor])
        (void)take_patch(rounds, poor, part * size_around(rounds, method, poor));
}

/* The method for a region, by how many accounts a cluster has. */
static enum ambit_region_method draw_method(struct rounds *rounds, struct draw *draw)
{
    const int32_t n = rounds->locating->instance->count;
    const double share = (double)n / rounds->locating->instance->centre_count;
    const uint64_t tenths = share <= 7.0 ? 9 : share <= 16.0 ? 7 : share <= 40.0 ? 3 : n <= 200;
    return draw_below(draw, 10) < tenths ? AMBIT_REGION_PARTITION : AMBIT_REGION_SEARCH;
}

static ambit_status fill_task(struct rounds *rounds, struct task *task)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_locating *const locating = rounds->locating;
    const int32_t n = locating->instance->count;
    int32_t accounts = 0, clusters = 0;
    for (int32_t c = 0; c < rounds->clusters; c++) {
        if (!rounds->taken[c]) continue;
        accounts += size_of(rounds, c);
        clusters++;
    }
    AMBIT_TRY(ambit_alloc(&task->account, (size_t)accounts, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&task->median, (size_t)accounts, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&task->lambda, (size_t)accounts, sizeof(double)));
    int32_t at = 0;
    for (int32_t i = 0; i < n; i++) {
        if (!rounds->taken[rounds->cluster[i]]) continue;
        task->account[at] = i;
        task->lambda[at] = rounds->lambda[i];
        task->median[at++] = locating->median[i];
    }
    const int32_t spare = locating->instance->centre_count - rounds->clusters;
    const int32_t centres = clusters + spare < accounts ? clusters + spare : accounts;
    task->is_whole = accounts == n;
    task->region.instance = locating->instance;
    task->region.pool = rounds->pool.count > 0 ? &rounds->pool : NULL;
    task->region.count = accounts;
    task->region.centre_count = centres;
    task->region.account = task->account;
    task->region.median = task->median;
    task->region.lambda = task->lambda;
done:
    return status;
}

/* A region's medians must be accounts of the region; a site may serve others and not itself. */
static void take_sites(struct rounds *rounds)
{
    bool grew = true;
    while (grew) {
        grew = false;
        for (int32_t c = 0; c < rounds->clusters; c++) {
            const int32_t home = rounds->cluster[rounds->site[c]];
            if (!rounds->taken[c] || rounds->taken[home]) continue;
            rounds->taken[home] = true;
            grew = true;
        }
    }
}

/* Draws a region into `task`; *found_out is false where all that were drawn had been tried. */
static ambit_status draw_task(struct rounds *rounds, int32_t number, bool *found_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_locating *const locating = rounds->locating;
    struct task *const task = &rounds->task[number];
    struct draw draw = {.rounds = rounds,
                        .seed = locating->options->seed,
                        .stream = 1000 + (uint64_t)locating->rounds,
                        .index = (uint64_t)number << 32};
    *found_out = false;
    for (int attempt = 0; attempt < DRAWS && !*found_out; attempt++) {
        close_task(task);
        *task = (struct task){0};
        task->region.method = draw_method(rounds, &draw);
        task->region.seed = ambit_random_u64(draw.seed, draw.stream, draw.index++);
        task->region.kicks = 12;
        task->region.effort = rounds->effort;
        take_region(rounds, &draw, task->region.method);
        take_sites(rounds);
        AMBIT_TRY(fill_task(rounds, task));
        if (task->region.count > REGION_MAX) continue;
        *found_out = true;
        if (task->region.method == AMBIT_REGION_SEARCH) {
            if (task->is_whole && number % 2 == 1)
                AMBIT_TRY(ambit_lagrangian_plan(&locating->lagrangian, task->region.seed,
                                                RESTART_NOISE, task->median));
            break;
        }
        const uint64_t key = key_of(rounds, task);
        if (was_tried(rounds, key))
            *found_out = false;
        else
            AMBIT_TRY(remember(rounds, key));
    }
done:
    return status;
}

/* --- a round ---------------------------------------------------------------- */

/* Rank r improves every size-th region from its r-th. */
static ambit_status improve_mine(struct rounds *rounds)
{
    const int rank = ambit_comm_rank(rounds->locating->comm);
    const int ranks = ambit_comm_size(rounds->locating->comm);
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t t = rank; t < rounds->tasks; t += ranks)
        rounds->task[t].status =
            ambit_region_improve(&rounds->task[t].region, &rounds->task[t].outcome);
    for (int32_t t = rank; t < rounds->tasks; t += ranks) {
        if (rounds->task[t].status != AMBIT_OK) return rounds->task[t].status;
    }
    return AMBIT_OK;
}

static ambit_status pack_answers(const struct rounds *rounds, struct answer **out,
                                 int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int rank = ambit_comm_rank(rounds->locating->comm);
    const int ranks = ambit_comm_size(rounds->locating->comm);
    int64_t count = 0, at = 0;
    for (int32_t t = rank; t < rounds->tasks; t += ranks)
        count += rounds->task[t].region.count;
    AMBIT_TRY(ambit_alloc(out, (size_t)count, sizeof **out));
    for (int32_t t = rank; t < rounds->tasks; t += ranks) {
        const struct task *const task = &rounds->task[t];
        for (int32_t i = 0; i < task->region.count; i++)
            (*out)[at++] =
                (struct answer){t, task->account[i], task->median[i], 0, task->lambda[i]};
    }
    *count_out = count;
done:
    return status;
}

/* Every rank gets every region's answer. */
static ambit_status share_answers(struct rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = rounds->locating->comm;
    struct answer *mine = NULL, *all = NULL;
    int64_t count = 0, all_count = 0;
    int32_t filled[TASKS] = {0};
    if (ambit_comm_size(comm) == 1) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(comm, pack_answers(rounds, &mine, &count));
    AMBIT_TRY(ambit_comm_all_gather(comm, mine, count, sizeof *mine, &all, &all_count));
    for (int64_t k = 0; k < all_count; k++) {
        struct task *const task = &rounds->task[all[k].task];
        const int32_t at = filled[all[k].task]++;
        AMBIT_REQUIRE(task->account[at] == all[k].account);
        task->median[at] = all[k].median;
        task->lambda[at] = all[k].lambda;
    }
    for (int32_t t = 0; t < rounds->tasks; t++)
        ambit_comm_broadcast(comm, &rounds->task[t].outcome, sizeof rounds->task[t].outcome,
                             t % ambit_comm_size(comm));
done:
    ambit_free(&mine);
    ambit_free(&all);
    return status;
}

/* Excess and cost of a region under `median` (count values, by account of the region). */
static ambit_status measure_region(const struct task *task, const int32_t *median,
                                   int64_t *excess_out, double *cost_out, int32_t *clusters_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_region *const region = &task->region;
    int64_t *load = NULL;
    bool *used = NULL;
    AMBIT_TRY(ambit_alloc(&load, (size_t)region->instance->count, sizeof *load));
    AMBIT_TRY(ambit_alloc(&used, (size_t)region->instance->count, sizeof *used));
    *excess_out = 0;
    *cost_out = 0.0;
    *clusters_out = 0;
    for (int32_t i = 0; i < region->count; i++) {
        load[median[i]] += region->instance->demand[region->account[i]];
        used[median[i]] = true;
        *cost_out += ambit_instance_cost(region->instance, region->account[i], median[i]);
    }
    for (int32_t i = 0; i < region->count; i++) {
        const int32_t j = region->account[i];
        const int64_t capacity = region->instance->capacity[j];
        *excess_out += load[j] > capacity ? load[j] - capacity : 0;
        *clusters_out += used[j];
    }
done:
    ambit_free(&load);
    ambit_free(&used);
    return status;
}

/* Takes over what task found where it is better and nothing in it has changed meanwhile. */
static ambit_status apply(struct rounds *rounds, struct task *task, bool *applied_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = rounds->locating;
    int32_t *old = NULL, before = 0, after = 0;
    int64_t excess_before = 0, excess_after = 0;
    double cost_before = 0.0, cost_after = 0.0;
    *applied_out = false;
    for (int32_t i = 0; i < task->region.count; i++) {
        if (rounds->touched[task->account[i]]) return AMBIT_OK;
    }
    AMBIT_TRY(ambit_alloc(&old, (size_t)task->region.count, sizeof *old));
    for (int32_t i = 0; i < task->region.count; i++)
        old[i] = locating->median[task->account[i]];
    AMBIT_TRY(measure_region(task, old, &excess_before, &cost_before, &before));
    AMBIT_TRY(measure_region(task, task->median, &excess_after, &cost_after, &after));
    if (rounds->clusters + after - before > locating->instance->centre_count) goto done;
    if (excess_after > excess_before ||
        (excess_after == excess_before && cost_after > cost_before * (1.0 - 1e-12)))
        goto done;
    for (int32_t i = 0; i < task->region.count; i++) {
        locating->median[task->account[i]] = task->median[i];
        rounds->touched[task->account[i]] = true;
    }
    rounds->clusters += after - before;
    *applied_out = true;
done:
    ambit_free(&old);
    return status;
}

/* What a task has learnt, whether or not its plan is better. */
static void learn(struct rounds *rounds, const struct task *task)
{
    struct ambit_locating *const locating = rounds->locating;
    if (task->region.method != AMBIT_REGION_PARTITION) return;
    for (int32_t i = 0; i < task->region.count; i++) {
        rounds->lambda[task->account[i]] = task->lambda[i];
        locating->centre_value[task->median[i]] = task->outcome.centre_value;
    }
    if (task->is_whole) locating->bound = fmax(locating->bound, task->outcome.bound);
}

/* Regions for columns grow around the accounts of those that were solved to the end, and shrink
 * around the others; regions for search grow while the plan stands still. */
static void adapt(struct rounds *rounds, bool improved)
{
    const int32_t n = rounds->locating->instance->count;
    bool any_whole = rounds->tasks == 0;
    for (int32_t t = 0; t < rounds->tasks; t++) {
        const struct task *const task = &rounds->task[t];
        any_whole |= task->is_whole;
        if (task->region.method != AMBIT_REGION_PARTITION) continue;
        for (int32_t i = 0; i < task->region.count; i++)
            rounds->reach[task->account[i]] *= task->outcome.closed ? REACH_GROWTH : REACH_SHRINK;
    }
    const bool drawn_out = 2 * rounds->tasks < TASKS;
    for (int32_t i = 0; i < n; i++)
        rounds->reach[i] =
            fmin(fmax(rounds->reach[i] * (drawn_out ? 1.15 : 1.0), REACH_MIN), 2.0 * n);
    rounds->effort *= drawn_out && any_whole ? 1.5 : improved ? 0.9 : 1.04;
    rounds->effort = fmin(fmax(rounds->effort, EFFORT_MIN), EFFORT_MAX);
    if (!improved) rounds->search_size = fmin(1.03 * rounds->search_size, rounds->search_size_max);
}

/* Puts the clusters of the plan into the pool. */
static ambit_status pool_plan(struct rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    if (rounds->pool.count > POOL_MAX) ambit_cluster_pool_clear(&rounds->pool);
    list_clusters(rounds);
    for (int32_t c = 0; c < rounds->clusters; c++)
        AMBIT_TRY(ambit_cluster_pool_add(&rounds->pool, rounds->site[c],
                                         &rounds->member[rounds->first[c]], size_of(rounds, c)));
done:
    return status;
}

static ambit_status run_round(struct rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = rounds->locating;
    bool improved = false;
    list_clusters(rounds);
    rounds->tasks = 0;
    while (rounds->tasks < TASKS) {
        bool found = false;
        AMBIT_TRY_TOGETHER(locating->comm, draw_task(rounds, rounds->tasks, &found));
        if (!found) break;
        rounds->tasks++;
    }
    AMBIT_TRY_TOGETHER(locating->comm, improve_mine(rounds));
    AMBIT_TRY(share_answers(rounds));
    memset(rounds->touched, 0, (size_t)locating->instance->count * sizeof *rounds->touched);
    for (int32_t t = 0; t < rounds->tasks; t++) {
        bool applied = false;
        learn(rounds, &rounds->task[t]);
        AMBIT_TRY_TOGETHER(locating->comm, apply(rounds, &rounds->task[t], &applied));
        improved |= applied;
    }
    adapt(rounds, improved);
    rounds->quiet = improved ? 0 : rounds->quiet + 1;
    locating->rounds++;
    if (improved && locating->instance->count <= RECOMBINE_MAX)
        AMBIT_TRY_TOGETHER(locating->comm, pool_plan(rounds));
    AMBIT_TRY(ambit_locating_measure(locating));
done:
    return status;
}

static void say(const struct rounds *rounds)
{
    const struct ambit_locating *const locating = rounds->locating;
    const int32_t n = locating->instance->count;
    char detail[200];
    double reach = 0.0;
    for (int32_t i = 0; i < n; i++)
        reach += rounds->reach[i] / n;
    (void)snprintf(detail, sizeof detail,
                   "round=%lld value=%.2f best=%.2f gap_percent=%.3f region=%.0f descent=%lld",
                   (long long)locating->rounds, locating->value, fmin(locating->best_value, 1e300),
                   100.0 * (1.0 - locating->bound / fmax(locating->best_value, 1e-300)), reach,
                   (long long)rounds->descents);
    ambit_locating_say(locating, detail);
}

/* --- descents --------------------------------------------------------------- */

/* The best that can be picked from the clusters of all descents, from the best plan on. */
static ambit_status recombine(struct rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = rounds->locating;
    struct task *const task = &rounds->task[0];
    memcpy(locating->median, locating->best,
           (size_t)locating->instance->count * sizeof *locating->median);
    list_clusters(rounds);
    for (int32_t c = 0; c < rounds->clusters; c++)
        rounds->taken[c] = true;
    close_task(task);
    *task = (struct task){0};
    AMBIT_TRY(fill_task(rounds, task));
    task->region.method = AMBIT_REGION_RECOMBINE;
    task->region.effort = RECOMBINE_EFFORT;
    AMBIT_TRY(ambit_region_improve(&task->region, &task->outcome));
    memcpy(locating->median, task->median,
           (size_t)locating->instance->count * sizeof *locating->median);
done:
    return status;
}

static void reset_reach(struct rounds *rounds)
{
    const int32_t n = rounds->locating->instance->count;
    const double share = (double)n / rounds->locating->instance->centre_count;
    for (int32_t i = 0; i < n; i++)
        rounds->reach[i] = n <= SMALL ? SMALL : FIRST_REACH;
    rounds->search_size = fmin(fmax(8.0 * share, 40.0), 1200.0);
    rounds->search_size_max = fmin(fmin(2.0 * rounds->search_size, 1500.0), n + 1.0);
    rounds->quiet = 0;
}

/* A fresh plan. */
static ambit_status start_descent(struct rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = rounds->locating;
    const uint64_t seed = ambit_random_u64(locating->options->seed, 2, (uint64_t)rounds->descents);
    reset_reach(rounds);
    AMBIT_TRY_TOGETHER(locating->comm, ambit_lagrangian_plan(&locating->lagrangian, seed,
                                                             RESTART_NOISE, locating->median));
    AMBIT_TRY(ambit_locating_measure(locating));
done:
    return status;
}

/* True while descents are cut short, to have several plans to combine before going deep. */
static bool is_quick(const struct rounds *rounds)
{
    return rounds->descents < QUICK_DESCENTS && rounds->locating->instance->count <= RECOMBINE_MAX;
}

/* The plan cannot be improved any more, or not quickly: goes on from what recombination makes of
 * all plans so far, or from a fresh one. Every rank does the same. */
static ambit_status turn(struct rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = rounds->locating;
    const bool was_quick = is_quick(rounds);
    const double best = locating->best_value;
    rounds->descents++;
    rounds->started = locating->rounds;
    if (isfinite(best) && !is_quick(rounds) && locating->instance->count <= RECOMBINE_MAX) {
        AMBIT_TRY_TOGETHER(locating->comm, recombine(rounds));
        AMBIT_TRY(ambit_locating_measure(locating));
    }
    rounds->barren = locating->best_value < rounds->descent_best ? 0 : rounds->barren + 1;
    rounds->descent_best = locating->best_value;
    const bool goes_on = was_quick && !is_quick(rounds); /* deep, from the best */
    if (isfinite(best) && (locating->best_value < best || goes_on))
        reset_reach(rounds);
    else
        AMBIT_TRY(start_descent(rounds));
done:
    return status;
}

ambit_status ambit_locating_refine(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    const int64_t patience = PATIENCE + locating->instance->centre_count / 8;
    struct rounds rounds = {.locating = locating, .effort = EFFORT_MIN, .descent_best = INFINITY};
    AMBIT_TRY_TOGETHER(locating->comm, open_rounds(&rounds));
    reset_reach(&rounds);
    while (locating->rounds < locating->options->effort && rounds.barren < BARREN_MAX) {
        if (ambit_locating_is_over(locating)) break;
        AMBIT_TRY(run_round(&rounds));
        say(&rounds);
        const bool is_cut = is_quick(&rounds) && locating->rounds - rounds.started >= patience;
        if (rounds.quiet >= patience || is_cut) AMBIT_TRY(turn(&rounds));
    }
done:
    close_rounds(&rounds);
    return status;
}
