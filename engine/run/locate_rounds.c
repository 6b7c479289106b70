/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each round draws a few regions of the plan, improves them alone on any rank and thread, and
 * applies what came out in the order of drawing, leaving out regions that one before it changed. So
 * the plan does not depend on who did what. Regions grow where they are solved to the end and
 * shrink where they are not.
 */
#include "engine/run/locate_rounds.h"
#include "engine/base/clock.h"
#include "engine/base/memory.h"

#include <math.h>
#include <string.h>

enum { SMALL = 120 };    /* accounts of an instance that is a region from the start */
#define FIRST_REACH 60.0 /* accounts of a region for columns, at first */
#define REACH_MIN 20.0
#define REACH_GROWTH 1.1
#define REACH_SHRINK 0.92
#define EFFORT_MIN 0.5
#define EFFORT_MAX 16.0

/* A region's answer for one account, on its way to all ranks. */
struct answer {
    int32_t task, account, median, unused;
    double lambda;
};

/* Improves a region, or leaves it as it is where time is short. */
static ambit_status improve(struct ambit_locating *locating, struct ambit_locate_task *task)
{
    const double begun = ambit_seconds();
    struct ambit_region *const region = &task->region;
    const bool searches = region->method == AMBIT_REGION_SEARCH;
    const enum ambit_locating_work work = searches ? AMBIT_LOCATING_SEARCH : AMBIT_LOCATING_COLUMNS;
    const double units = searches ? region->kicks : region->effort;
    task->outcome = (struct ambit_cluster_outcome){.bound = -INFINITY};
    if (!ambit_locating_may_begin(locating, work, units)) return AMBIT_OK;
    const ambit_status status = ambit_region_improve(region, &task->outcome);
    ambit_locating_took(locating, work, units, begun);
    return status;
}

/* Rank r improves every size-th region from its r-th. */
static ambit_status improve_mine(struct ambit_locate_rounds *rounds)
{
    struct ambit_locating *const locating = rounds->regions.locating;
    const int rank = ambit_comm_rank(locating->comm), ranks = ambit_comm_size(locating->comm);
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t t = rank; t < rounds->tasks; t += ranks)
        rounds->task[t].status = improve(locating, &rounds->task[t]);
    for (int32_t t = rank; t < rounds->tasks; t += ranks) {
        if (rounds->task[t].status != AMBIT_OK) return rounds->task[t].status;
    }
    return AMBIT_OK;
}

static ambit_status pack_answers(const struct ambit_locate_rounds *rounds, struct answer **out,
                                 int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int rank = ambit_comm_rank(rounds->regions.locating->comm);
    const int ranks = ambit_comm_size(rounds->regions.locating->comm);
    int64_t count = 0, at = 0;
    for (int32_t t = rank; t < rounds->tasks; t += ranks)
        count += rounds->task[t].region.count;
    AMBIT_TRY(ambit_alloc(out, (size_t)count, sizeof **out));
    for (int32_t t = rank; t < rounds->tasks; t += ranks) {
        const struct ambit_locate_task *const task = &rounds->task[t];
        for (int32_t i = 0; i < task->region.count; i++)
            (*out)[at++] =
                (struct answer){t, task->account[i], task->median[i], 0, task->lambda[i]};
    }
    *count_out = count;
done:
    return status;
}

/* Every rank gets every region's answer. */
static ambit_status share_answers(struct ambit_locate_rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = rounds->regions.locating->comm;
    struct answer *mine = NULL, *all = NULL;
    int64_t count = 0, all_count = 0;
    int32_t filled[AMBIT_LOCATE_TASKS] = {0};
    if (ambit_comm_size(comm) == 1) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(comm, pack_answers(rounds, &mine, &count));
    AMBIT_TRY(ambit_comm_all_gather(comm, mine, count, sizeof *mine, &all, &all_count));
    for (int64_t k = 0; k < all_count; k++) {
        struct ambit_locate_task *const task = &rounds->task[all[k].task];
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

/* A region's plan, as far as it decides which of two is better. */
struct measured {
    int64_t excess; /* load beyond capacity */
    double cost;
    int32_t clusters;
};

/* Measures a region under `median` (count values, by account of the region). */
static ambit_status measure(const struct ambit_region *region, const int32_t *median,
                            struct measured *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_instance *const instance = region->instance;
    bool *used = NULL;
    *out = (struct measured){0};
    AMBIT_TRY(
        ambit_locating_excess(instance, region->account, region->count, median, &out->excess));
    AMBIT_TRY(ambit_alloc(&used, (size_t)instance->count, sizeof *used));
    for (int32_t i = 0; i < region->count; i++) {
        out->clusters += !used[median[i]];
        used[median[i]] = true;
        out->cost += ambit_instance_cost(instance, region->account[i], median[i]);
    }
done:
    ambit_free(&used);
    return status;
}

static bool is_better(const struct measured *plan, const struct measured *than)
{
    if (plan->excess != than->excess) return plan->excess < than->excess;
    return plan->cost <= than->cost * (1.0 - 1e-12);
}

/* Takes over what task found where it is better and nothing in it has changed meanwhile. */
static ambit_status apply(struct ambit_locate_rounds *rounds, const struct ambit_locate_task *task,
                          bool *applied_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_region *const region = &task->region;
    struct ambit_locating *const locating = rounds->regions.locating;
    int32_t *old = NULL;
    struct measured before = {0}, after = {0};
    *applied_out = false;
    for (int32_t i = 0; i < region->count; i++) {
        if (rounds->touched[task->account[i]]) return AMBIT_OK;
    }
    AMBIT_TRY(ambit_alloc(&old, (size_t)region->count, sizeof *old));
    for (int32_t i = 0; i < region->count; i++)
        old[i] = locating->median[task->account[i]];
    AMBIT_TRY(measure(region, old, &before));
    AMBIT_TRY(measure(region, task->median, &after));
    const int32_t clusters = rounds->regions.clusters + after.clusters - before.clusters;
    if (clusters > locating->instance->centre_count || !is_better(&after, &before)) goto done;
    for (int32_t i = 0; i < region->count; i++) {
        locating->median[task->account[i]] = task->median[i];
        rounds->touched[task->account[i]] = true;
    }
    rounds->regions.clusters = clusters;
    *applied_out = true;
done:
    ambit_free(&old);
    return status;
}

/* What a task has learnt, whether or not its plan is better. */
static void learn(struct ambit_locate_regions *regions, const struct ambit_locate_task *task)
{
    struct ambit_locating *const locating = regions->locating;
    if (task->region.method != AMBIT_REGION_PARTITION) return;
    for (int32_t i = 0; i < task->region.count; i++) {
        regions->lambda[task->account[i]] = task->lambda[i];
        locating->centre_value[task->median[i]] = task->outcome.centre_value;
    }
    if (task->is_whole) locating->bound = fmax(locating->bound, task->outcome.bound);
}

/* Regions for columns grow around the accounts of those that were solved to the end, and shrink
 * around the others; regions for search grow while the plan stands still. */
static void adapt(struct ambit_locate_rounds *rounds, bool improved)
{
    struct ambit_locate_regions *const regions = &rounds->regions;
    const int32_t n = regions->locating->instance->count;
    bool any_whole = rounds->tasks == 0;
    for (int32_t t = 0; t < rounds->tasks; t++) {
        const struct ambit_locate_task *const task = &rounds->task[t];
        any_whole |= task->is_whole;
        if (task->region.method != AMBIT_REGION_PARTITION) continue;
        for (int32_t i = 0; i < task->region.count; i++)
            regions->reach[task->account[i]] *= task->outcome.closed ? REACH_GROWTH : REACH_SHRINK;
    }
    const bool drawn_out = 2 * rounds->tasks < AMBIT_LOCATE_TASKS;
    for (int32_t i = 0; i < n; i++)
        regions->reach[i] =
            fmin(fmax(regions->reach[i] * (drawn_out ? 1.15 : 1.0), REACH_MIN), 2.0 * n);
    regions->effort *= drawn_out && any_whole ? 1.5 : improved ? 0.9 : 1.04;
    regions->effort = fmin(fmax(regions->effort, EFFORT_MIN), EFFORT_MAX);
    if (!improved)
        regions->search_size = fmin(1.03 * regions->search_size, rounds->search_size_max);
}

/* Draws the round's regions from the plan. */
static ambit_status draw(struct ambit_locate_rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = rounds->regions.locating->comm;
    bool found = true;
    ambit_locate_regions_list(&rounds->regions);
    rounds->tasks = 0;
    while (rounds->tasks < AMBIT_LOCATE_TASKS) {
        AMBIT_TRY_TOGETHER(comm, ambit_locate_regions_draw(&rounds->regions, rounds->tasks,
                                                           &rounds->task[rounds->tasks], &found));
        if (!found) break;
        rounds->tasks++;
    }
done:
    return status;
}

ambit_status ambit_locate_rounds_run(struct ambit_locate_rounds *rounds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = rounds->regions.locating;
    bool improved = false;
    AMBIT_TRY(draw(rounds));
    AMBIT_TRY_TOGETHER(locating->comm, improve_mine(rounds));
    AMBIT_TRY(share_answers(rounds));
    memset(rounds->touched, 0, (size_t)locating->instance->count * sizeof *rounds->touched);
    for (int32_t t = 0; t < rounds->tasks; t++) {
        bool applied = false;
        learn(&rounds->regions, &rounds->task[t]);
        AMBIT_TRY_TOGETHER(locating->comm, apply(rounds, &rounds->task[t], &applied));
        improved |= applied;
    }
    adapt(rounds, improved);
    rounds->quiet = improved ? 0 : rounds->quiet + 1;
    locating->rounds++;
    if (improved && locating->instance->count <= AMBIT_LOCATE_RECOMBINE_MAX) {
        ambit_locate_regions_list(&rounds->regions);
        AMBIT_TRY_TOGETHER(locating->comm, ambit_locate_regions_pool(&rounds->regions));
    }
    AMBIT_TRY(ambit_locating_measure(locating));
done:
    return status;
}

void ambit_locate_rounds_reset(struct ambit_locate_rounds *rounds)
{
    struct ambit_locate_regions *const regions = &rounds->regions;
    const int32_t n = regions->locating->instance->count;
    const double share = (double)n / regions->locating->instance->centre_count;
    for (int32_t i = 0; i < n; i++)
        regions->reach[i] = n <= SMALL ? SMALL : FIRST_REACH;
    regions->search_size = fmin(fmax(8.0 * share, 40.0), 1200.0);
    rounds->search_size_max = fmin(fmin(2.0 * regions->search_size, 1500.0), n + 1.0);
    rounds->quiet = 0;
}

ambit_status ambit_locate_rounds_create(struct ambit_locating *locating,
                                        struct ambit_locate_rounds *out)
{
    ambit_status status = AMBIT_OK;
    *out = (struct ambit_locate_rounds){0};
    AMBIT_TRY(ambit_locate_regions_create(locating, &out->regions));
    AMBIT_TRY(ambit_alloc(&out->touched, (size_t)locating->instance->count, sizeof(bool)));
    out->regions.effort = EFFORT_MIN;
    ambit_locate_rounds_reset(out);
done:
    return status;
}

void ambit_locate_rounds_clear(struct ambit_locate_rounds *rounds)
{
    for (int32_t t = 0; t < AMBIT_LOCATE_TASKS; t++)
        ambit_locate_task_clear(&rounds->task[t]);
    ambit_free(&rounds->touched);
    ambit_locate_regions_clear(&rounds->regions);
}
