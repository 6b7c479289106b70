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
#include "engine/base/real.h"
#include "engine/run/budget_prices.h"
#include "engine/run/checkpoint.h"
#include "engine/run/job.h"
#include "engine/run/pricing.h"
#include "engine/run/rounds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    QUIET_ROUNDS = 4,
    NEAR_QUIET_ROUNDS = 2,
    ATTEMPTS = 3,
    SPENDING_ROUNDS = 6,
    LIFTINGS = 6,
    LIFTED_ROUNDS = 12,
    NARROWINGS = 5
};
#define NEAR_GUARD 0.01   /* where a near plan is known, bands are wide sooner */
#define FIRST_LIFTING 1.0 /* of the mean travel of what a budget counts */
#define LIFTING_RATIO 1.5
#define LIFTED_SOFTNESS 0.2
#define FROM_DRAFT_SOFTNESS 0.028
#define FROM_PLAN_SOFTNESS 0.0085 /* of the bound, whose prices are near those of the plan */
#define BOUND_SOFTNESS 0.003
#define LAST_GUARD 0.004
#define GUARD_RATIO 0.6 /* of one round's guard to that of the one before */
#define WORTHWHILE 2e-5 /* part of the cost that a round must save to count as progress */
#define NEAR_WORTHWHILE 1e-4

/* A plan near by says where most accounts go. Where limits are settled it is that of another
 * budget, and far off. */
static bool begins_near(const struct ambit_job *job)
{
    return job->start == AMBIT_START_NEAR || job->start == AMBIT_START_AS_NEAR;
}

/* Travel and disruption of the plan, for a plan whose travel is known. */
static int64_t objective_of(struct ambit_job *job, int64_t travel)
{
    int64_t price = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        price += ambit_leave_own_price(&job->scenario, &job->accounts, i, job->label[i]);
    ambit_comm_sum_i64(job->comm, &price, 1);
    return travel + price;
}

/* Keeps the plan where it is the best so far, by violation first. */
static void keep_if_best(struct ambit_job *job, struct ambit_place *place, int32_t *best)
{
    const struct ambit_result_round *round = &job->round[job->round_count - 1];
    const int64_t objective = objective_of(job, round->travel);
    if (round->violation > place->best_violation ||
        (round->violation == place->best_violation && objective >= place->best_objective))
        return;
    place->best_violation = round->violation;
    place->best_objective = objective;
    if (job->accounts.count > 0)
        memcpy(best, job->label, (size_t)job->accounts.count * sizeof *best);
}

/* Rounds from place->step on, up to the effort or until they are quiet. */
static ambit_status improve_by_groups(struct ambit_job *job, struct ambit_pricing *pricing,
                                      struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    char detail[128];
    const int64_t quiet = begins_near(job) ? NEAR_QUIET_ROUNDS : QUIET_ROUNDS;
    const double worthwhile = begins_near(job) ? NEAR_WORTHWHILE : WORTHWHILE;
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
 * groups begin with; within the budgets, whose prices it `seeks` or leaves as they are. */
static ambit_status plan_by_prices(struct ambit_job *job, struct ambit_pricing *pricing,
                                   const char *phase, double first, bool seeks,
                                   struct ambit_place *place)
{
    ambit_status status = AMBIT_OK;
    int64_t moved = 0;
    AMBIT_TRY(ambit_pricing_plan(job, pricing, phase, first, place->attempt_guard,
                                 &place->imbalance, &moved));
    if (seeks)
        AMBIT_TRY(ambit_budget_prices_seek(job, pricing, AMBIT_BUDGET_NEAR, &place->imbalance));
    AMBIT_TRY(ambit_budget_prices_keep(job, pricing));
    AMBIT_TRY(ambit_pricing_choose(job, pricing, AMBIT_LAST_SOFTNESS));
    place->guard = AMBIT_FIRST_GUARD;
    place->quiet = 0;
done:
    return status;
}

/* Rounds that spend what budgets have left: leaving costs only what the scenario asks for it. Begun
 * anew by a run that goes on from a checkpoint, which is why none is written here. */
static ambit_status spend_budgets(struct ambit_job *job, struct ambit_pricing *pricing,
                                  struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    if (ambit_budget_cells(&job->problem.budgets) == 0 || job->options.effort == 0) return AMBIT_OK;
    if (job->accounts.count > 0)
        memcpy(job->label, best, (size_t)job->accounts.count * sizeof *best);
    for (int n = 0; n < SPENDING_ROUNDS && !ambit_job_out_of_time(job); n++) {
        struct ambit_round_outcome outcome;
        AMBIT_TRY(ambit_round_spend(job, pricing, place->step + n, place->guard, &outcome));
        AMBIT_TRY(
            ambit_job_note_round(job, "spend", outcome.moved, outcome.groups, outcome.improved));
        keep_if_best(job, place, best);
        ambit_log_progress("refine", n + 1, SPENDING_ROUNDS, "");
    }
done:
    return status;
}

/* Today's plan, with new accounts where they are: where bands and budgets are at odds, groups may
 * get further from there. */
static ambit_status go_home(struct ambit_job *job)
{
    int64_t moved = 0;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t previous = job->accounts.previous[i];
        if (previous < 0 || job->label[i] == previous) continue;
        if (!ambit_may_serve(&job->problem, i, previous)) continue;
        job->label[i] = previous;
        moved++;
    }
    ambit_comm_sum_i64(job->comm, &moved, 1);
    return ambit_job_note_round(job, "home", moved, 0, 0);
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
        if (ambit_budget_cells(&job->problem.budgets) > 0 && ambit_budget_prices_are_dear(job)) {
            if (place->attempt > 0) break;
            AMBIT_TRY(go_home(job));
            place->guard = AMBIT_FIRST_GUARD;
            place->quiet = 0;
        } else {
            AMBIT_TRY(plan_by_prices(job, pricing, "repair", AMBIT_AGAIN_SOFTNESS, false, place));
        }
    }
    AMBIT_TRY(spend_budgets(job, pricing, place, best));
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
    AMBIT_TRY(plan_by_prices(job, pricing, "prices", FROM_DRAFT_SOFTNESS, true, place));
    if (begins_near(job)) place->guard = NEAR_GUARD;
    place->stage = AMBIT_STAGE_GROUPS;
    place->step = place->attempt = 0;
    place->best_violation = INFINITY;
    place->best_objective = INT64_MAX;
    keep_if_best(job, place, best);
    AMBIT_TRY(ambit_pricing_bound(job, pricing, &place->bound));
    AMBIT_TRY(ambit_keeper_round(job, place, pricing, best));
done:
    return status;
}

/* A plan whose prices are sought for the limits as they are, and rounds; the best into `best`. */
static ambit_status try_limits(struct ambit_job *job, struct ambit_pricing *pricing,
                               struct ambit_place *aside, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    *aside = (struct ambit_place){
        .best_violation = INFINITY,
        .best_objective = INT64_MAX,
        .bound = job->place.bound,
        .step = job->options.effort > LIFTED_ROUNDS ? job->options.effort - LIFTED_ROUNDS : 0,
        .attempt_guard = AMBIT_FIRST_GUARD};
    AMBIT_TRY(ambit_budget_prices_forget(job, pricing));
    AMBIT_TRY(plan_by_prices(job, pricing, "budget", LIFTED_SOFTNESS, true, aside));
    AMBIT_TRY(improve_by_groups(job, pricing, aside, best));
done:
    return status;
}

/* Bisects limits with `relax` between what was asked and what the best plan has: budgets may leave
 * more to win than rounds see that count what is outside in all, and not at its worst. Leaves the
 * limits as they were, and the plan of the narrowest that was met in `best` and the job. */
static ambit_status narrow(struct ambit_job *job, struct ambit_pricing *pricing,
                           struct ambit_place *place, int32_t *best, int32_t *tried)
{
    ambit_status status = AMBIT_OK;
    const size_t bytes = (size_t)job->accounts.count * sizeof *best;
    double asked[AMBIT_RULE_MAX], low[AMBIT_RULE_MAX], high[AMBIT_RULE_MAX],
        aside_of[AMBIT_RULE_MAX];
    bool wide = false, found = false;
    struct ambit_band band[2 * AMBIT_MEASURE_MAX];
    memcpy(band, job->scenario.band, sizeof band);
    AMBIT_TRY(ambit_pricing_reached(job, asked, high));
    memcpy(low, asked, sizeof low);
    for (int r = 0; r < job->problem.rule_count; r++)
        wide |= high[r] != low[r];
    for (int n = 0; wide && n < NARROWINGS && !ambit_job_out_of_time(job); n++) {
        struct ambit_place aside;
        ambit_pricing_set_limits(job, low, high, 0.5);
        AMBIT_TRY(try_limits(job, pricing, &aside, tried));
        if (aside.best_violation > 0.0) {
            for (int r = 0; r < job->problem.rule_count; r++)
                low[r] += 0.5 * (high[r] - low[r]);
            continue;
        }
        if (bytes > 0) memcpy(job->label, tried, bytes);
        ambit_pricing_set_limits(job, low, high, 0.0);
        AMBIT_TRY(ambit_pricing_reached(job, aside_of, high));
        found = true;
        place->best_violation = aside.best_violation;
        place->best_objective = aside.best_objective;
        if (bytes > 0) memcpy(best, tried, bytes);
    }
    memcpy(job->scenario.band, band, sizeof band);
    for (int r = 0; r < job->problem.rule_count; r++)
        ambit_problem_refresh_rule(&job->problem, r);
    if (found) ambit_pricing_set_limits(job, asked, asked, 0.0);
    if (bytes > 0) memcpy(job->label, best, bytes);
done:
    return status;
}

/* The same where a budget leaves a limit with `relax` unmet, or it was opened beside one. Begun
 * anew by a run that goes on from a checkpoint, as what follows it. */
static ambit_status narrow_limits(struct ambit_job *job, struct ambit_pricing *pricing,
                                  struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    struct ambit_keeper *const keeper = job->keeper;
    int32_t *tried = NULL;
    bool open = false;
    for (int b = 0; b < job->scenario.band_count; b++)
        open |= job->scenario.band[b].relax &&
                (place->best_violation > 0.0 ||
                 (job->relaxation[b].opened && job->scenario.band[b].relax_room == 0.0));
    if (!open || job->start == AMBIT_START_SETTLED || job->options.effort == 0 ||
        ambit_budget_cells(&job->problem.budgets) == 0)
        return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&tried, (size_t)job->accounts.count, sizeof *tried));
    job->keeper = NULL;
    status = narrow(job, pricing, place, best, tried);
    job->keeper = keeper;
done:
    ambit_free(&tried);
    return status;
}

/* A plan that meets the bands where leaving is as dear as `times` says and budgets are lifted: what
 * it draws on them into `drawn`, where *met_out says that the bands are met. */
static ambit_status try_without(struct ambit_job *job, struct ambit_pricing *pricing, double times,
                                double softness, int32_t *best, int64_t *drawn, bool *met_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t cells = ambit_budget_cells(budgets);
    struct ambit_place aside = {
        .best_violation = INFINITY,
        .best_objective = INT64_MAX,
        .guard = AMBIT_FIRST_GUARD,
        .step = job->options.effort > LIFTED_ROUNDS ? job->options.effort - LIFTED_ROUNDS : 0,
        .attempt_guard = AMBIT_FIRST_GUARD};
    int64_t moved = 0;
    AMBIT_TRY(ambit_budget_prices_set(job, times));
    AMBIT_TRY(ambit_pricing_plan(job, pricing, "budget", softness, AMBIT_FIRST_GUARD,
                                 &aside.imbalance, &moved));
    AMBIT_TRY(ambit_pricing_choose(job, pricing, AMBIT_LAST_SOFTNESS));
    AMBIT_TRY(improve_by_groups(job, pricing, &aside, best));
    *met_out = aside.best_violation <= 0.0;
    if (!*met_out) goto done;
    AMBIT_REQUIRE(drawn != NULL);
    memset(drawn, 0, (size_t)cells * sizeof *drawn);
    ambit_budgets_add_spent(budgets, &job->accounts, best, drawn);
    ambit_comm_sum_i64(job->comm, drawn, cells);
done:
    return status;
}

/* Where budgets leave bands broken: what a plan draws that meets the bands, with leaving made
 * dearer until none is found. The plan of the job stays. */
static ambit_status find_enough(struct ambit_job *job, struct ambit_pricing *pricing,
                                const struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t cells = ambit_budget_cells(budgets), rounds = job->round_count;
    const size_t bytes = (size_t)job->accounts.count * sizeof *job->label;
    struct ambit_keeper *const keeper = job->keeper;
    int64_t *const most = budgets->most, *drawn = NULL;
    int32_t *kept = NULL;
    bool met = true;
    if (cells == 0 || !(place->best_violation > 0.0) || job->options.effort == 0) return AMBIT_OK;
    status = ambit_alloc(&kept, bytes, 1);
    if (status == AMBIT_OK) status = ambit_alloc(&drawn, (size_t)cells, sizeof *drawn);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    if (bytes > 0) memcpy(kept, job->label, bytes);
    budgets->most = budgets->total;
    job->keeper = NULL;
    status = ambit_budget_prices_forget(job, pricing);
    for (int n = 0; n < LIFTINGS && met && status == AMBIT_OK && !ambit_job_out_of_time(job); n++) {
        status = try_without(job, pricing, FIRST_LIFTING * ambit_pow(LIFTING_RATIO, n),
                             n == 0 ? LIFTED_SOFTNESS : AMBIT_AGAIN_SOFTNESS, best, drawn, &met);
        if (status != AMBIT_OK || !met) continue;
        ambit_free(&job->enough);
        job->enough = drawn;
        drawn = NULL;
        status = AMBIT_AGREE(job->comm, ambit_alloc(&drawn, (size_t)cells, sizeof *drawn));
    }
    budgets->most = most;
    job->keeper = keeper;
    job->round_count = rounds;
    if (bytes > 0) memcpy(job->label, kept, bytes);
    ambit_budgets_price(&job->scenario, &job->accounts, budgets);
done:
    ambit_free(&drawn);
    ambit_free(&kept);
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
    AMBIT_TRY(narrow_limits(job, &pricing, place, best));
    AMBIT_TRY(ambit_pricing_admit(job));
    if (!job->sweeps) AMBIT_TRY(find_enough(job, &pricing, place, best));
    ambit_log_progress("bound", 0, 0, "");
    AMBIT_TRY(ambit_pricing_ascend(job, &pricing, FROM_PLAN_SOFTNESS, BOUND_SOFTNESS, 0.0,
                                   &place->imbalance));
    AMBIT_TRY(ambit_pricing_keep(job, &pricing));
done:
    ambit_pricing_clear(&pricing);
    ambit_free(&best);
    return status;
}
