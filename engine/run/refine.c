/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Refinement: prices for the centres, every account to its least reduced cost, free centres to
 * where their accounts want them, again until the centres rest, and a few at a time to where they
 * do more good; then rounds of groups until none improves the plan. Where a plan ends outside a
 * band, prices are sought again further inside the bands: a region that is over its share as a
 * whole cannot be mended group by group, but prices see it.
 *
 * Equal targets are means of the plan itself and fall with its travel, so the bands are kept
 * narrower at first and open to their full width as the rounds go on. The last ascent, with the
 * bands as asked, gives the prices of the bound.
 */
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/job.h"
#include "engine/run/pricing.h"
#include "engine/run/relocate.h"
#include "engine/run/rounds.h"
#include "solvers/bound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CENTRE_STEPS = 6, RELOCATIONS = 6, QUIET_RELOCATIONS = 2, QUIET_ROUNDS = 4, ATTEMPTS = 3 };
#define FIRST_SOFTNESS 0.3
#define AGAIN_SOFTNESS 0.1
#define LAST_SOFTNESS 0.01
#define BOUND_SOFTNESS 0.003
#define FIRST_GUARD 0.1 /* part of half a band */
#define LAST_GUARD 0.004
#define GUARD_RATIO 0.6  /* of one round's guard to that of the one before */
#define CANNOT_MEET 1e-2 /* imbalance after the first ascent that asks whether a plan exists */
#define WORTHWHILE 2e-5  /* part of the cost that a round must save to count as progress */
#define RELOCATION_WORTHWHILE 2e-4 /* of the bound, for a round that moves centres */

/* The best plan so far, by violation first. */
struct best {
    int32_t *label; /* owned */
    double violation;
    int64_t travel;
};

static bool any_free_centre(const struct ambit_territories *territories)
{
    for (int32_t j = 0; j < territories->count; j++) {
        if (territories->item[j].centre_kind != AMBIT_CENTRE_HOME) return true;
    }
    return false;
}

static ambit_status price_and_assign(struct ambit_job *job, struct ambit_pricing *pricing,
                                     const char *phase, double first_softness, double guard,
                                     double *imbalance_out, int64_t *moved_out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(
        ambit_pricing_ascend(job, pricing, first_softness, LAST_SOFTNESS, guard, imbalance_out));
    AMBIT_TRY(ambit_pricing_assign(job, pricing, moved_out));
    AMBIT_TRY(ambit_job_note_round(job, phase, *moved_out, 0, 0));
done:
    return status;
}

static bool may_relax(const struct ambit_scenario *scenario)
{
    for (int b = 0; b < scenario->band_count; b++) {
        if (scenario->band[b].relax) return true;
    }
    return false;
}

static ambit_status first_plan(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    double imbalance = INFINITY;
    int64_t moved = 0;
    AMBIT_TRY(
        price_and_assign(job, pricing, "prices", FIRST_SOFTNESS, FIRST_GUARD, &imbalance, &moved));
    if (imbalance > CANNOT_MEET && may_relax(&job->scenario) && !ambit_job_out_of_time(job)) {
        AMBIT_TRY(ambit_pricing_relax(job, pricing));
        AMBIT_TRY(price_and_assign(job, pricing, "prices", FIRST_SOFTNESS, FIRST_GUARD, &imbalance,
                                   &moved));
    }
done:
    return status;
}

static ambit_status move_centres(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    double imbalance = INFINITY;
    int64_t moved = job->accounts.total;
    for (int step = 0; step < CENTRE_STEPS && moved * 1000 > job->accounts.total; step++) {
        if (ambit_job_out_of_time(job)) break;
        AMBIT_TRY(ambit_job_centre(job, job->label));
        AMBIT_TRY(price_and_assign(job, pricing, "centres", AGAIN_SOFTNESS, FIRST_GUARD, &imbalance,
                                   &moved));
    }
done:
    return status;
}

/* A valid bound for the centres as they are, from the prices at hand: to show the gap while rounds
 * run. The prices of the final bound are sought anew at the end. */
static ambit_status bound_so_far(struct ambit_job *job, struct ambit_pricing *pricing,
                                 int64_t *bound_out)
{
    ambit_status status = AMBIT_OK;
    int64_t sum = 0;
    AMBIT_TRY(ambit_pricing_keep(job, pricing));
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_bound_slice(&job->problem, job->price_lower, job->price_upper, &sum));
    ambit_comm_sum_i64(job->comm, &sum, 1);
    *bound_out = sum - ambit_bound_constant(&job->problem, job->price_lower, job->price_upper);
done:
    return status;
}

/* The centres and the plan from before they were moved. */
struct standing {
    struct ambit_territory *territory; /* owned */
    int32_t *label;                    /* owned */
};

static ambit_status open_standing(const struct ambit_job *job, struct standing *standing)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&standing->territory, (size_t)job->territories.count,
                          sizeof *standing->territory));
    AMBIT_TRY(ambit_alloc(&standing->label, (size_t)job->accounts.count, sizeof *standing->label));
done:
    return status;
}

static void keep_standing(const struct ambit_job *job, struct standing *standing)
{
    const size_t territories = (size_t)job->territories.count,
                 accounts = (size_t)job->accounts.count;
    memcpy(standing->territory, job->territories.item, territories * sizeof *standing->territory);
    if (accounts > 0) memcpy(standing->label, job->label, accounts * sizeof *standing->label);
}

static void restore_standing(const struct standing *standing, struct ambit_job *job)
{
    const size_t territories = (size_t)job->territories.count,
                 accounts = (size_t)job->accounts.count;
    memcpy(job->territories.item, standing->territory, territories * sizeof *standing->territory);
    if (accounts > 0) memcpy(job->label, standing->label, accounts * sizeof *standing->label);
}

/* Centres that are best for their accounts may still be in the wrong places together: moves a few
 * at a time, and keeps what lowers the bound, which is what centres are worth. */
static ambit_status relocate_centres(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    struct standing standing = {0};
    const int64_t rounds = job->options.effort < RELOCATIONS ? job->options.effort : RELOCATIONS;
    int64_t bound = 0, next = 0, moved = 0;
    double imbalance = INFINITY;
    char detail[64];
    AMBIT_TRY_TOGETHER(job->comm, open_standing(job, &standing));
    AMBIT_TRY(bound_so_far(job, pricing, &bound));
    for (int64_t round = 0, quiet = 0; round < rounds && quiet < QUIET_RELOCATIONS; round++) {
        int32_t relocated = 0;
        if (ambit_job_out_of_time(job)) break;
        keep_standing(job, &standing);
        AMBIT_TRY(ambit_relocate_round(job, pricing, round, &relocated));
        if (relocated == 0) {
            quiet++;
            continue;
        }
        AMBIT_TRY(price_and_assign(job, pricing, "relocate", AGAIN_SOFTNESS, FIRST_GUARD,
                                   &imbalance, &moved));
        AMBIT_TRY(ambit_job_centre(job, job->label));
        AMBIT_TRY(bound_so_far(job, pricing, &next));
        const double saved = (double)(bound - next) / fmax((double)bound, 1.0);
        (void)snprintf(detail, sizeof detail, "centres=%d saved_percent=%.2f", (int)relocated,
                       100.0 * saved);
        ambit_log_progress("relocate", round + 1, rounds, detail);
        quiet = saved > RELOCATION_WORTHWHILE ? 0 : quiet + 1;
        if (saved > 0.0)
            bound = next;
        else
            restore_standing(&standing, job);
    }
    AMBIT_TRY(
        price_and_assign(job, pricing, "centres", AGAIN_SOFTNESS, FIRST_GUARD, &imbalance, &moved));
done:
    ambit_free(&standing.territory);
    ambit_free(&standing.label);
    return status;
}

static void keep_if_best(const struct ambit_job *job, struct best *best)
{
    const struct ambit_result_round *round = &job->round[job->round_count - 1];
    if (round->violation > best->violation ||
        (round->violation == best->violation && round->travel >= best->travel))
        return;
    best->violation = round->violation;
    best->travel = round->travel;
    if (job->accounts.count > 0)
        memcpy(best->label, job->label, (size_t)job->accounts.count * sizeof *best->label);
}

/* Travel and disruption of the plan, for a plan whose travel is known. */
static int64_t objective_of(struct ambit_job *job, int64_t travel)
{
    int64_t moved = 0;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t previous = job->accounts.previous[i];
        moved += previous >= 0 && previous != job->label[i];
    }
    ambit_comm_sum_i64(job->comm, &moved, 1);
    return travel + moved * job->problem.disruption;
}

/* Rounds from *number_inout on, up to the effort or until they are quiet. */
static ambit_status improve_by_groups(struct ambit_job *job, struct ambit_pricing *pricing,
                                      int64_t bound, int64_t *number_inout, struct best *best)
{
    ambit_status status = AMBIT_OK;
    double guard = FIRST_GUARD;
    char detail[128];
    for (int quiet = 0; *number_inout < job->options.effort && quiet < QUIET_ROUNDS;) {
        struct ambit_round_outcome outcome;
        if (ambit_job_out_of_time(job)) break;
        guard = fmax(guard * GUARD_RATIO, LAST_GUARD);
        AMBIT_TRY(ambit_round_run(job, pricing, *number_inout, guard, &outcome));
        AMBIT_TRY(
            ambit_job_note_round(job, "groups", outcome.moved, outcome.groups, outcome.improved));
        keep_if_best(job, best);
        const struct ambit_result_round *round = &job->round[job->round_count - 1];
        const double objective = (double)objective_of(job, round->travel);
        snprintf(
            detail, sizeof detail, "round=%lld gap_percent=%.2f travel_hours=%.0f outside=%.5f",
            (long long)++*number_inout, 100.0 * (objective - (double)bound) / fmax(objective, 1.0),
            ambit_from_micro(round->travel), round->violation);
        ambit_log_progress("refine", *number_inout, job->options.effort, detail);
        const bool saved = (double)outcome.cost_gain > WORTHWHILE * (double)round->travel;
        quiet = saved || guard > LAST_GUARD ? 0 : quiet + 1;
    }
done:
    return status;
}

static ambit_status improve(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    struct best best = {.violation = INFINITY, .travel = INT64_MAX};
    double imbalance = INFINITY, guard = FIRST_GUARD;
    int64_t number = 0, moved = 0, bound = 0;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&best.label, (size_t)job->accounts.count, sizeof *best.label));
    keep_if_best(job, &best);
    AMBIT_TRY(bound_so_far(job, pricing, &bound));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        AMBIT_TRY(improve_by_groups(job, pricing, bound, &number, &best));
        if (best.violation <= 0.0 || number >= job->options.effort) break;
        guard *= 2.0;
        AMBIT_TRY(
            price_and_assign(job, pricing, "repair", AGAIN_SOFTNESS, guard, &imbalance, &moved));
    }
    if (job->accounts.count > 0)
        memcpy(job->label, best.label, (size_t)job->accounts.count * sizeof *best.label);
done:
    ambit_free(&best.label);
    return status;
}

ambit_status ambit_job_refine(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pricing pricing = {0};
    double imbalance = INFINITY;
    ambit_log_progress("prices", 0, 0, "");
    AMBIT_TRY(ambit_pricing_create(job, &pricing));
    AMBIT_TRY(first_plan(job, &pricing));
    if (any_free_centre(&job->territories)) {
        AMBIT_TRY(move_centres(job, &pricing));
        AMBIT_TRY(relocate_centres(job, &pricing));
    }
    AMBIT_TRY(improve(job, &pricing));
    ambit_log_progress("bound", 0, 0, "");
    AMBIT_TRY(ambit_pricing_ascend(job, &pricing, AGAIN_SOFTNESS, BOUND_SOFTNESS, 0.0, &imbalance));
    AMBIT_TRY(ambit_pricing_keep(job, &pricing));
done:
    ambit_pricing_clear(&pricing);
    return status;
}
