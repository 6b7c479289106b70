/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Refinement: from the draft's prices to those of all accounts, every account to its least reduced
 * cost; then rounds of groups until none improves the plan. Where a plan ends outside a band,
 * prices are sought again further inside the bands: a region that is over its share as a whole
 * cannot be mended group by group, but prices see it.
 *
 * Equal targets are means of the plan itself and fall with its travel, so the bands are kept
 * narrower at first and open to their full width as the rounds go on. The last ascent, with the
 * bands as asked, gives the prices of the bound.
 */
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/checkpoint.h"
#include "engine/run/job.h"
#include "engine/run/pricing.h"
#include "engine/run/rounds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { QUIET_ROUNDS = 4, WARM_QUIET_ROUNDS = 2, ATTEMPTS = 3 };
#define WARM_GUARD 0.01 /* where a near plan is known, bands are wide sooner */
#define FROM_DRAFT_SOFTNESS 0.028
#define FROM_PLAN_SOFTNESS 0.0085 /* of the bound, whose prices are near those of the plan */
#define BOUND_SOFTNESS 0.003
#define LAST_GUARD 0.004
#define GUARD_RATIO 0.6 /* of one round's guard to that of the one before */
#define WORTHWHILE 2e-5 /* part of the cost that a round must save to count as progress */
#define WARM_WORTHWHILE 1e-4

/* Keeps the plan where it is the best so far, by violation first. */
static void keep_if_best(const struct ambit_job *job, struct ambit_place *place, int32_t *best)
{
    const struct ambit_result_round *round = &job->round[job->round_count - 1];
    if (round->violation > place->best_violation ||
        (round->violation == place->best_violation && round->travel >= place->best_travel))
        return;
    place->best_violation = round->violation;
    place->best_travel = round->travel;
    if (job->accounts.count > 0)
        memcpy(best, job->label, (size_t)job->accounts.count * sizeof *best);
}

/* Travel and disruption of the plan, for a plan whose travel is known. */
static int64_t objective_of(struct ambit_job *job, int64_t travel)
{
    int64_t moved = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        moved += ambit_moved_of(&job->accounts, i, job->label[i]);
    ambit_comm_sum_i64(job->comm, &moved, 1);
    return travel + moved * job->problem.disruption;
}

/* Rounds from place->step on, up to the effort or until they are quiet. */
static ambit_status improve_by_groups(struct ambit_job *job, struct ambit_pricing *pricing,
                                      struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    char detail[128];
    const int64_t quiet = job->warm ? WARM_QUIET_ROUNDS : QUIET_ROUNDS;
    const double worthwhile = job->warm ? WARM_WORTHWHILE : WORTHWHILE;
    while (place->step < job->options.effort && place->quiet < quiet) {
        struct ambit_round_outcome outcome;
        if (ambit_job_out_of_time(job)) break;
        place->guard = fmax(place->guard * GUARD_RATIO, LAST_GUARD);
        AMBIT_TRY(ambit_round_run(job, pricing, place->step++, place->guard, &outcome));
        AMBIT_TRY(
            ambit_job_note_round(job, "groups", outcome.moved, outcome.groups, outcome.improved));
        keep_if_best(job, place, best);
        const struct ambit_result_round *round = &job->round[job->round_count - 1];
        const double objective = (double)objective_of(job, round->travel);
        snprintf(detail, sizeof detail,
                 "round=%lld gap_percent=%.2f travel_hours=%.0f outside=%.5f",
                 (long long)place->step,
                 100.0 * (objective - (double)place->bound) / fmax(objective, 1.0),
                 ambit_from_micro(round->travel), round->violation);
        ambit_log_progress("refine", place->step, job->options.effort, detail);
        const bool saved = (double)outcome.cost_gain > worthwhile * (double)round->travel;
        place->quiet = saved || place->guard > LAST_GUARD ? 0 : place->quiet + 1;
        AMBIT_TRY(ambit_keeper_round(job, place, pricing, best));
    }
done:
    return status;
}

/* A plan by prices that begin at softness `first`, with the candidates and the guard that rounds of
 * groups begin with. */
static ambit_status plan_by_prices(struct ambit_job *job, struct ambit_pricing *pricing,
                                   const char *phase, double first, struct ambit_place *place)
{
    ambit_status status = AMBIT_OK;
    int64_t moved = 0;
    AMBIT_TRY(ambit_pricing_plan(job, pricing, phase, first, place->attempt_guard,
                                 &place->imbalance, &moved));
    AMBIT_TRY(ambit_pricing_choose(job, pricing, AMBIT_LAST_SOFTNESS));
    place->guard = AMBIT_FIRST_GUARD;
    place->quiet = 0;
done:
    return status;
}

/* Rounds, and prices anew where they end outside a band; leaves the best plan in the job. */
static ambit_status improve(struct ambit_job *job, struct ambit_pricing *pricing,
                            struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    for (; place->attempt < ATTEMPTS; place->attempt++) {
        AMBIT_TRY(improve_by_groups(job, pricing, place, best));
        if (place->best_violation <= 0.0 || place->step >= job->options.effort) break;
        place->attempt_guard *= 2.0;
        AMBIT_TRY(plan_by_prices(job, pricing, "repair", AMBIT_AGAIN_SOFTNESS, place));
    }
    if (job->accounts.count > 0)
        memcpy(job->label, best, (size_t)job->accounts.count * sizeof *best);
done:
    return status;
}

/* Prices and a plan of all accounts, and what the rounds begin with. */
static ambit_status begin(struct ambit_job *job, struct ambit_pricing *pricing,
                          struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    if (place->before > 1 && !ambit_job_out_of_time(job)) /* the draft's centres are runs */
        AMBIT_TRY(ambit_job_centre_apart(job, job->label));
    AMBIT_TRY(ambit_pricing_create(job, pricing));
    place->attempt_guard = AMBIT_FIRST_GUARD;
    AMBIT_TRY(plan_by_prices(job, pricing, "prices", FROM_DRAFT_SOFTNESS, place));
    if (job->warm) place->guard = WARM_GUARD;
    place->stage = AMBIT_STAGE_GROUPS;
    place->step = place->attempt = 0;
    place->best_violation = INFINITY;
    place->best_travel = INT64_MAX;
    keep_if_best(job, place, best);
    AMBIT_TRY(ambit_pricing_bound(job, pricing, &place->bound));
    AMBIT_TRY(ambit_keeper_round(job, place, pricing, best));
done:
    return status;
}

ambit_status ambit_job_refine(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pricing pricing = {0};
    struct ambit_place *const place = &job->place;
    int32_t *best = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&best, (size_t)job->accounts.count, sizeof *best));
    AMBIT_TRY(place->resumed ? ambit_keeper_restore(job, place, &pricing, best)
                             : begin(job, &pricing, place, best));
    AMBIT_TRY(improve(job, &pricing, place, best));
    AMBIT_TRY(ambit_pricing_admit(job));
    ambit_log_progress("bound", 0, 0, "");
    AMBIT_TRY(ambit_pricing_ascend(job, &pricing, FROM_PLAN_SOFTNESS, BOUND_SOFTNESS, 0.0,
                                   &place->imbalance));
    AMBIT_TRY(ambit_pricing_keep(job, &pricing));
done:
    ambit_pricing_clear(&pricing);
    ambit_free(&best);
    return status;
}
