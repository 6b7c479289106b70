/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rounds go on from one plan until it stands still; that is a descent. The first few are cut short,
 * to have the clusters of several plans to pick the best ones from; then the search goes deep from
 * what that gave, and from fresh plans where it stands still again.
 */
#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/run/locate_rounds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    PATIENCE = 20, /* rounds without improvement that end a descent */
    QUICK_DESCENTS = 4,
    BARREN_MAX = 8 /* descents without improvement that end the search */
};
#define RECOMBINE_EFFORT 4.0

struct descents {
    struct ambit_locate_rounds rounds;
    double best;           /* best value at the last turn */
    int64_t started;       /* round in which the descent began */
    int64_t count, barren; /* from fresh plans; of them, since the best was last improved */
};

static void say(const struct descents *descents)
{
    const struct ambit_locating *const locating = descents->rounds.regions.locating;
    const int32_t n = locating->instance->count;
    char detail[200];
    double reach = 0.0;
    for (int32_t i = 0; i < n; i++)
        reach += descents->rounds.regions.reach[i] / n;
    (void)snprintf(detail, sizeof detail,
                   "round=%lld value=%.2f best=%.2f gap_percent=%.3f region=%.0f descent=%lld",
                   (long long)locating->rounds, locating->value, fmin(locating->best_value, 1e300),
                   100.0 * (1.0 - locating->bound / fmax(locating->best_value, 1e-300)), reach,
                   (long long)descents->count);
    ambit_locating_say(locating, detail);
}

/* The best that can be picked from the clusters of all descents, from the best plan on. */
static ambit_status recombine(struct descents *descents)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locate_regions *const regions = &descents->rounds.regions;
    struct ambit_locate_task *const task = &descents->rounds.task[0];
    struct ambit_locating *const locating = regions->locating;
    const double begun = ambit_seconds();
    const size_t bytes = (size_t)locating->instance->count * sizeof *locating->median;
    memcpy(locating->median, locating->best, bytes);
    AMBIT_TRY(ambit_locate_regions_take_all(regions, task));
    task->region.method = AMBIT_REGION_RECOMBINE;
    task->region.effort = RECOMBINE_EFFORT;
    AMBIT_TRY(ambit_region_improve(&task->region, &task->outcome));
    memcpy(locating->median, task->median, bytes);
    ambit_locating_took(locating, AMBIT_LOCATING_RECOMBINE, 1.0, begun);
done:
    return status;
}

/* A fresh plan. */
static ambit_status start_descent(struct descents *descents)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = descents->rounds.regions.locating;
    const uint64_t seed = ambit_random_u64(locating->options->seed, 2, (uint64_t)descents->count);
    ambit_locate_rounds_reset(&descents->rounds);
    AMBIT_TRY(ambit_locating_plan(locating, seed, AMBIT_LOCATE_RESTART_NOISE, locating->median));
    AMBIT_TRY(ambit_locating_measure(locating));
done:
    return status;
}

/* True while descents are cut short, to have several plans to combine before going deep. */
static bool is_quick(const struct descents *descents)
{
    return descents->count < QUICK_DESCENTS &&
           descents->rounds.regions.locating->instance->count <= AMBIT_LOCATE_RECOMBINE_MAX;
}

/* The plan cannot be improved any more, or not quickly: goes on from what recombination makes of
 * all plans so far, or from a fresh one. Every rank does the same. */
static ambit_status turn(struct descents *descents)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating *const locating = descents->rounds.regions.locating;
    const bool was_quick = is_quick(descents);
    const double best = locating->best_value;
    descents->count++;
    descents->started = locating->rounds;
    if (isfinite(best) && !is_quick(descents) &&
        locating->instance->count <= AMBIT_LOCATE_RECOMBINE_MAX &&
        !ambit_locating_is_over(locating, AMBIT_LOCATING_RECOMBINE)) {
        AMBIT_TRY_TOGETHER(locating->comm, recombine(descents));
        AMBIT_TRY(ambit_locating_measure(locating));
    }
    descents->barren = locating->best_value < descents->best ? 0 : descents->barren + 1;
    descents->best = locating->best_value;
    const bool goes_on = was_quick && !is_quick(descents); /* deep, from the best */
    if (isfinite(best) && (locating->best_value < best || goes_on))
        ambit_locate_rounds_reset(&descents->rounds);
    else if (!ambit_locating_is_over(locating, AMBIT_LOCATING_PLAN))
        AMBIT_TRY(start_descent(descents));
done:
    return status;
}

ambit_status ambit_locating_refine(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    const int64_t patience = PATIENCE + locating->instance->centre_count / 8;
    struct descents descents = {.best = INFINITY};
    AMBIT_TRY_TOGETHER(locating->comm, ambit_locate_rounds_create(locating, &descents.rounds));
    while (locating->rounds < locating->options->effort && descents.barren < BARREN_MAX) {
        if (ambit_locating_is_over(locating, AMBIT_LOCATING_ROUND)) break;
        AMBIT_TRY(ambit_locate_rounds_run(&descents.rounds));
        say(&descents);
        const bool is_cut = is_quick(&descents) && locating->rounds - descents.started >= patience;
        if (descents.rounds.quiet >= patience || is_cut) AMBIT_TRY(turn(&descents));
    }
done:
    ambit_locate_rounds_clear(&descents.rounds);
    return status;
}
