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
#include "engine/run/job.h"
#include "engine/run/pricing.h"
#include "engine/run/rounds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { QUIET_ROUNDS = 4, ATTEMPTS = 3 };
#define FROM_DRAFT_SOFTNESS 0.03
#define BOUND_SOFTNESS 0.003
#define LAST_GUARD 0.004
#define GUARD_RATIO 0.6 /* of one round's guard to that of the one before */
#define WORTHWHILE 2e-5 /* part of the cost that a round must save to count as progress */

/* The best plan so far, by violation first. */
struct best {
    int32_t *label; /* owned */
    double violation;
    int64_t travel;
};

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
    double guard = AMBIT_FIRST_GUARD;
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
    double imbalance = INFINITY, guard = AMBIT_FIRST_GUARD;
    int64_t number = 0, moved = 0, bound = 0;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&best.label, (size_t)job->accounts.count, sizeof *best.label));
    keep_if_best(job, &best);
    AMBIT_TRY(ambit_pricing_bound(job, pricing, &bound));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        AMBIT_TRY(improve_by_groups(job, pricing, bound, &number, &best));
        if (best.violation <= 0.0 || number >= job->options.effort) break;
        guard *= 2.0;
        AMBIT_TRY(ambit_pricing_plan(job, pricing, "repair", AMBIT_AGAIN_SOFTNESS, guard,
                                     &imbalance, &moved));
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
    int64_t moved = 0;
    AMBIT_TRY(ambit_pricing_create(job, &pricing));
    AMBIT_TRY(ambit_pricing_plan(job, &pricing, "prices", FROM_DRAFT_SOFTNESS, AMBIT_FIRST_GUARD,
                                 &imbalance, &moved));
    AMBIT_TRY(improve(job, &pricing));
    ambit_log_progress("bound", 0, 0, "");
    AMBIT_TRY(
        ambit_pricing_ascend(job, &pricing, AMBIT_AGAIN_SOFTNESS, BOUND_SOFTNESS, 0.0, &imbalance));
    AMBIT_TRY(ambit_pricing_keep(job, &pricing));
done:
    ambit_pricing_clear(&pricing);
    return status;
}
