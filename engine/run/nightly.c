/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps a plan up. The plan of the night before becomes the current one and a move costs what it
 * must save, so that the objective of the scenario itself says what is worth its disruption. New
 * accounts are placed as `ambit assign` places them; then groups are improved, from that plan and
 * its prices, with centres as they are and the bands at their full width: what is inside them stays
 * where it is. Where bands stay broken, prices are sought again further inside them. In the end
 * moves go back that neither mend a band nor earn what they cost: groups see a part of the plan at
 * a time, and a move of an early round may have lost its reason in a later one.
 *
 * The bound of that problem is certified as always: no other plan within the bands saves more,
 * beyond what its moves must save, than the difference between the plan's cost and the bound.
 * Weakness: a plan that only many moves together improve is found as far as groups see it.
 */
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/checkpoint.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "engine/run/pricing.h"
#include "engine/run/protect.h"
#include "engine/run/rounds.h"
#include "engine/run/unite.h"
#include "solvers/bound.h"
#include "solvers/placement.h"
#include "solvers/undo_moves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { QUIET_ROUNDS = 4, ATTEMPTS = 3, CHEAPER = 16 };
#define FROM_PLAN_SOFTNESS 0.028 /* of a plan whose accounts have changed a little */
#define BOUND_FIRST 0.0085
#define BOUND_AFAR 0.4   /* where prices may be far from those of the bound */
#define BOUND_LOOSE 1e-4 /* part of the cost by which the bound may be off before that is tried */
#define BOUND_SOFTNESS 0.003
/* Parts of half a band by which it is narrower in each attempt to draw the plan anew. */
static const double guard_of[ATTEMPTS] = {0.01, 0.03, 0.1};

/* ---- the plan before as the current one ---- */

ambit_status ambit_job_begin_nightly(struct ambit_job *job, const char *path, double hours_per_move)
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario *const s = &job->scenario;
    if (isnan(hours_per_move)) hours_per_move = s->nightly.hours_per_move;
    if (isnan(hours_per_move))
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected the hours of travel a year that a move must save: give "
                             "nightly.hours_per_move, or --threshold",
                             s->path));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&job->nightly, 1, sizeof *job->nightly));
    AMBIT_TRY(ambit_job_take_standing(job, path, job->nightly));
    job->nightly->hours_per_move = hours_per_move;
    s->disruption_hours = hours_per_move;
    job->problem.disruption = ambit_to_micro(hours_per_move);
    if (job->accounts.count > 0)
        memcpy(job->accounts.previous, job->label,
               (size_t)job->accounts.count * sizeof *job->label);
    /* Who is protected, what budgets are of and where locks are goes by where accounts were. */
    AMBIT_TRY(ambit_job_open_disruption(job));
    AMBIT_TRY(ambit_job_renew_eligibility(job));
done:
    return status;
}

/* ---- new accounts ---- */

static ambit_status gather_column(struct ambit_job *job, const void *column, size_t bytes,
                                  const int32_t *fresh, int32_t count, void *all_out)
{
    ambit_status status = AMBIT_OK;
    char *mine = NULL;
    int64_t all = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&mine, (size_t)count, bytes));
    for (int32_t n = 0; n < count; n++)
        memcpy(mine + (size_t)n * bytes, (const char *)column + (size_t)fresh[n] * bytes, bytes);
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, count, (int64_t)bytes, all_out, &all));
done:
    ambit_free(&mine);
    return status;
}

/* Those of the slice's accounts that `fresh` lists, of all ranks, on every rank. Collective. */
static ambit_status gather_accounts(struct ambit_job *job, const int32_t *fresh, int32_t count,
                                    struct ambit_accounts *all)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    int64_t total = count;
    ambit_comm_sum_i64(job->comm, &total, 1);
    AMBIT_TRY(gather_column(job, a->x, sizeof(double), fresh, count, &all->x));
    AMBIT_TRY(gather_column(job, a->y, sizeof(double), fresh, count, &all->y));
    AMBIT_TRY(gather_column(job, a->z, sizeof(double), fresh, count, &all->z));
    AMBIT_TRY(gather_column(job, a->previous, sizeof(int32_t), fresh, count, &all->previous));
    AMBIT_TRY(gather_column(job, a->visits, sizeof(int64_t), fresh, count, &all->visits));
    AMBIT_TRY(
        gather_column(job, a->local_travel, sizeof(int64_t), fresh, count, &all->local_travel));
    if (a->class_of != NULL)
        AMBIT_TRY(gather_column(job, a->class_of, sizeof(int32_t), fresh, count, &all->class_of));
    if (a->members != NULL)
        AMBIT_TRY(gather_column(job, a->members, sizeof(int32_t), fresh, count, &all->members));
    for (int c = 0; c < a->column_count; c++)
        AMBIT_TRY(gather_column(job, a->column[c], sizeof(int64_t), fresh, count, &all->column[c]));
    all->count = (int32_t)total;
    all->total = total;
    all->column_count = a->column_count;
done:
    return status;
}

/* Loads of all measures of the accounts that have a territory, [measure × territories + territory].
 * Collective. */
static void sum_standing(struct ambit_job *job, int64_t *load, int64_t *total)
{
    const size_t territories = (size_t)job->territories.count;
    const int measures = job->scenario.measure_count;
    if (measures == 0) return;
    AMBIT_REQUIRE(load != NULL);
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t j = job->label[i];
        if (j < 0) continue;
        const int64_t travel =
            ambit_travel_of(&job->scenario, &job->accounts, i, job->territories.item[j].position);
        for (int m = 0; m < measures; m++)
            load[(size_t)m * territories + (size_t)j] +=
                ambit_account_measure(&job->accounts, &job->scenario.measure[m], i, travel);
    }
    ambit_comm_sum_i64(job->comm, load, (int64_t)territories * measures);
    for (size_t at = 0; at < territories * (size_t)measures; at++)
        total[at / territories] += load[at];
}

/* The same on every rank. Local. */
static ambit_status place_all(struct ambit_job *job, const struct ambit_accounts *all,
                              const int64_t *load, int64_t *total, struct ambit_placed *placed)
{
    ambit_status status = AMBIT_OK;
    const size_t rules = (size_t)job->problem.rule_count;
    const size_t cells = (size_t)job->territories.count * rules;
    struct ambit_problem problem = {0};
    struct ambit_placement *placement = NULL;
    struct ambit_wish *wish = NULL;
    double *price = NULL;
    AMBIT_TRY(ambit_problem_create(&job->scenario, all, &job->territories, &problem));
    problem.eligibility = job->problem.eligibility;
    AMBIT_TRY(ambit_alloc(&price, cells, sizeof *price));
    AMBIT_TRY(ambit_alloc(&wish, (size_t)all->count, sizeof *wish));
    ambit_bound_acting_prices(&job->problem, job->price_lower, job->price_upper, price);
    AMBIT_TRY(ambit_placement_create(&problem, price, load, &placement));
    ambit_placement_set_totals(placement, total);
    AMBIT_TRY(ambit_placement_wish(placement, &problem, wish));
    AMBIT_TRY(ambit_placement_place(placement, &problem, wish, total, placed));
done:
    ambit_placement_destroy(&placement);
    ambit_problem_clear(&problem);
    ambit_free(&wish);
    ambit_free(&price);
    return status;
}

static ambit_status place_new(struct ambit_job *job, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const size_t territories = (size_t)job->territories.count;
    struct ambit_accounts all = {0};
    struct ambit_placed *placed = NULL;
    int32_t *fresh = NULL, count = 0;
    int64_t *load = NULL, total[AMBIT_MEASURE_MAX] = {0}, fresh_count = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        fresh_count += job->label[i] < 0;
    ambit_comm_sum_i64(job->comm, &fresh_count, 1);
    *count_out = fresh_count;
    if (fresh_count == 0) return AMBIT_OK;
    if (fresh_count > INT32_MAX)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "expected at most %d new accounts, found %lld",
                             INT32_MAX, (long long)fresh_count));
    status = ambit_alloc(&fresh, (size_t)job->accounts.count, sizeof *fresh);
    if (status == AMBIT_OK) status = ambit_alloc(&placed, (size_t)fresh_count, sizeof *placed);
    if (status == AMBIT_OK)
        status =
            ambit_alloc(&load, territories * (size_t)job->scenario.measure_count, sizeof *load);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(placed != NULL && (fresh != NULL || job->accounts.count == 0));
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (job->label[i] < 0) fresh[count++] = i;
    }
    AMBIT_TRY(gather_accounts(job, fresh, count, &all));
    sum_standing(job, load, total);
    AMBIT_TRY_TOGETHER(job->comm, place_all(job, &all, load, total, placed));
    const int64_t first = ambit_comm_sum_below_i64(job->comm, count);
    for (int32_t n = 0; n < count; n++)
        job->label[fresh[n]] = placed[first + n].territory;
done:
    ambit_accounts_clear(&all);
    ambit_free(&placed);
    ambit_free(&fresh);
    ambit_free(&load);
    return status;
}

/* ---- moves that have no reason ---- */

static void describe(const struct ambit_job *job, int32_t i, struct ambit_moved *out)
{
    const int32_t home = job->accounts.previous[i], now = job->label[i];
    *out = (struct ambit_moved){
        .index = job->accounts.first + i,
        .home = home,
        .now = now,
        .disruption = ambit_disruption_of(&job->problem, i, now) -
                      ambit_disruption_of(&job->problem, i, home),
        .home_travel = ambit_travel_of(&job->scenario, &job->accounts, i,
                                       job->territories.item[home].position),
        .now_travel =
            ambit_travel_of(&job->scenario, &job->accounts, i, job->territories.item[now].position),
    };
    for (int r = 0; r < job->problem.rule_count; r++) {
        out->home_load[r] = ambit_rule_load(&job->problem, r, i, out->home_travel);
        out->now_load[r] = ambit_rule_load(&job->problem, r, i, out->now_travel);
    }
}

static bool has_moved(const struct ambit_job *job, const int32_t *label, int32_t i)
{
    return job->accounts.previous[i] >= 0 && job->accounts.previous[i] != label[i];
}

static ambit_status undo(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    struct ambit_moved *mine = NULL, *all = NULL;
    int64_t *load = NULL, count = 0, all_count = 0;
    bool *back = NULL;
    for (int32_t i = 0; i < job->accounts.count; i++)
        count += has_moved(job, job->label, i);
    status = ambit_alloc(&mine, (size_t)count, sizeof *mine);
    if (status == AMBIT_OK) status = ambit_alloc(&load, cells, sizeof *load);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    count = 0;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (has_moved(job, job->label, i)) describe(job, i, &mine[count++]);
    }
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, count, sizeof *mine, &all, &all_count));
    AMBIT_TRY(ambit_job_loads(job, job->label, load, NULL, NULL, NULL));
    status = ambit_alloc(&back, (size_t)all_count, sizeof *back);
    if (status == AMBIT_OK) status = ambit_undo_moves(&job->problem, load, all, all_count, back);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    for (int64_t m = 0; m < all_count; m++) {
        const int64_t i = all[m].index - job->accounts.first;
        if (back[m] && i >= 0 && i < job->accounts.count) job->label[i] = all[m].home;
    }
done:
    ambit_free(&mine);
    ambit_free(&all);
    ambit_free(&load);
    ambit_free(&back);
    return status;
}

/* ---- improving ---- */

/* Joins what is torn, where territories are to hang together, and judges what comes of it: bands
 * that joining breaks are broken. Units stay where they are by that. */
static ambit_status join_and_judge(struct ambit_job *job, struct ambit_place *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result result;
    ambit_result_init(&result);
    struct ambit_job *const whole = job->whole != NULL ? job->whole : job;
    double *const lower = whole->price_lower, *const upper = whole->price_upper;
    if (whole != job) ambit_units_spread(&job->accounts, job->label, whole->label);
    AMBIT_TRY(ambit_job_join_torn(whole));
    for (int32_t u = 0; whole != job && u < job->accounts.count; u++)
        job->label[u] = whole->label[job->accounts.begin[u]];
    whole->price_lower = whole->price_upper = NULL; /* no bound yet */
    status = ambit_job_judge(whole, whole->label, &result);
    whole->price_lower = lower;
    whole->price_upper = upper;
    AMBIT_TRY(status);
    out->best_objective = result.objective;
    out->best_broken = 0;
    out->best_violation = 0.0;
    for (int b = 0; b < result.band_count; b++) {
        out->best_broken += result.band[b].broken_count;
        out->best_violation += result.band[b].open_by;
    }
done:
    ambit_result_clear(&result);
    return status;
}

/* Broken bands as the judge counts them, then violation, then cost. */
static bool is_better(const struct ambit_place *a, const struct ambit_place *b)
{
    if ((a->best_broken > 0) != (b->best_broken > 0)) return a->best_broken == 0;
    if (a->best_broken > 0 && a->best_violation != b->best_violation)
        return a->best_violation < b->best_violation;
    return a->best_objective < b->best_objective;
}

static void copy_labels(const struct ambit_job *job, const int32_t *from, int32_t *to)
{
    if (job->accounts.count > 0) memcpy(to, from, (size_t)job->accounts.count * sizeof *to);
}

/* Where plans are drawn anew, by how much bands are narrower. */
static double guard_at(const struct ambit_place *place)
{
    return place->stage == AMBIT_STAGE_REDRAWN ? guard_of[place->attempt - 1] : 0.0;
}

/* What a move costs where plans are drawn anew: next to nothing, so that what is too much in one
 * place finds its way past territories that are full; most of those moves then go home. */
static int64_t disruption_at(const struct ambit_place *place, int64_t disruption)
{
    return place->stage == AMBIT_STAGE_REDRAWN ? disruption / CHEAPER : disruption;
}

/* Rounds of groups, at most the effort, until some in a row move nothing. */
static ambit_status improve(struct ambit_job *job, struct ambit_pricing *pricing,
                            struct ambit_place *place, const int32_t *best)
{
    ambit_status status = AMBIT_OK;
    while (place->quiet < QUIET_ROUNDS && place->stage_steps < job->options.effort) {
        struct ambit_round_outcome outcome;
        char detail[64];
        if (ambit_job_out_of_time(job)) break;
        AMBIT_TRY(ambit_round_run(job, pricing, place->step++, guard_at(place), &outcome));
        AMBIT_TRY(
            ambit_job_note_round(job, "groups", outcome.moved, outcome.groups, outcome.improved));
        (void)snprintf(detail, sizeof detail, "moved=%lld", (long long)outcome.moved);
        ambit_log_progress("refine", ++place->stage_steps, job->options.effort, detail);
        place->quiet = outcome.moved > 0 ? 0 : place->quiet + 1;
        AMBIT_TRY(ambit_keeper_round(job, place, pricing, best));
    }
done:
    return status;
}

/* Candidates of a stage. Where moves cost what they should, they are chosen as if moves were free:
 * to mend a band small accounts must move, whose travel alone could never earn it. What moves cost
 * is counted by the groups. */
static ambit_status choose(struct ambit_job *job, struct ambit_pricing *pricing,
                           const struct ambit_place *place)
{
    const int64_t disruption = job->problem.disruption;
    if (place->stage == AMBIT_STAGE_GENTLE) job->problem.disruption = 0;
    const ambit_status status = ambit_pricing_choose(job, pricing, AMBIT_LAST_SOFTNESS);
    job->problem.disruption = disruption;
    return status;
}

/* The prices of a stage, and where plans are drawn anew the plan that they draw. */
static ambit_status begin_stage(struct ambit_job *job, struct ambit_pricing *pricing,
                                struct ambit_place *place, const int32_t *best)
{
    ambit_status status = AMBIT_OK;
    double imbalance = 0.0;
    int64_t moved = 0;
    if (place->stage == AMBIT_STAGE_REDRAWN)
        AMBIT_TRY(ambit_pricing_plan(job, pricing, "repair", AMBIT_AGAIN_SOFTNESS, guard_at(place),
                                     &imbalance, &moved));
    else
        AMBIT_TRY(ambit_pricing_ascend(job, pricing, FROM_PLAN_SOFTNESS, AMBIT_LAST_SOFTNESS, 0.0,
                                       &imbalance));
    AMBIT_TRY(choose(job, pricing, place));
    place->stage_steps = place->quiet = 0;
    AMBIT_TRY(ambit_keeper_round(job, place, pricing, best));
done:
    return status;
}

/* A stage from its prices on, or where it has `begun` from where it was; sends home what need not
 * move, and keeps the plan where it is the best. */
static ambit_status do_stage(struct ambit_job *job, struct ambit_pricing *pricing, bool begun,
                             struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    struct ambit_place now = {0};
    const int64_t disruption = job->problem.disruption;
    job->problem.disruption = disruption_at(place, disruption);
    status = begun ? choose(job, pricing, place) : begin_stage(job, pricing, place, best);
    if (status == AMBIT_OK) status = improve(job, pricing, place, best);
    job->problem.disruption = disruption;
    AMBIT_TRY(status);
    AMBIT_TRY(undo(job));
    AMBIT_TRY(join_and_judge(job, &now));
    if (!is_better(&now, place)) return AMBIT_OK;
    place->best_broken = now.best_broken;
    place->best_violation = now.best_violation;
    place->best_objective = now.best_objective;
    copy_labels(job, job->label, best);
done:
    return status;
}

/* Improves the plan as it is; where bands stay broken, draws it anew, each time further inside
 * them. The best plan stays. */
static ambit_status mend(struct ambit_job *job, struct ambit_pricing *pricing,
                         struct ambit_place *place, bool begun, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    for (;; begun = false) {
        AMBIT_TRY(do_stage(job, pricing, begun, place, best));
        if (place->stage == AMBIT_STAGE_REDRAWN) {
            place->stage = AMBIT_STAGE_GENTLE;
        } else {
            if (place->best_broken == 0 || job->stopped_by_time_limit) break;
            if (place->attempt == ATTEMPTS) break;
            place->stage = AMBIT_STAGE_REDRAWN;
            place->attempt++;
        }
    }
    copy_labels(job, best, job->label);
done:
    return status;
}

/* Leaves in the job the prices of the better of two bounds: the second is sought from afar where
 * the first is not near the cost of the plan. */
static ambit_status find_bound(struct ambit_job *job, struct ambit_pricing *pricing, int64_t cost)
{
    ambit_status status = AMBIT_OK;
    double imbalance = 0.0;
    int64_t near = 0, afar = 0;
    ambit_log_progress("bound", 0, 0, "");
    AMBIT_TRY(ambit_pricing_ascend(job, pricing, BOUND_FIRST, BOUND_SOFTNESS, 0.0, &imbalance));
    AMBIT_TRY(ambit_pricing_bound(job, pricing, &near));
    AMBIT_TRY(ambit_pricing_keep(job, pricing));
    if ((double)(cost - near) <= BOUND_LOOSE * (double)cost) goto done;
    AMBIT_TRY(ambit_pricing_ascend(job, pricing, BOUND_AFAR, BOUND_SOFTNESS, 0.0, &imbalance));
    AMBIT_TRY(ambit_pricing_bound(job, pricing, &afar));
    if (afar > near) AMBIT_TRY(ambit_pricing_keep(job, pricing));
done:
    return status;
}

/* New accounts where they are placed, and the plan as it is then. */
static ambit_status begin(struct ambit_job *job, struct ambit_pricing *pricing,
                          struct ambit_place *place, int32_t *best)
{
    ambit_status status = AMBIT_OK;
    int64_t fresh = 0;
    if (job->whole != NULL) {
        AMBIT_TRY_TOGETHER(
            job->comm, ambit_alloc(&job->label, (size_t)job->accounts.count, sizeof *job->label));
        copy_labels(job, job->accounts.previous, job->label);
    }
    AMBIT_TRY(place_new(job, &fresh));
    AMBIT_TRY(ambit_job_note_round(job, "assign", fresh, 0, 0));
    AMBIT_TRY(ambit_pricing_create(job, pricing));
    AMBIT_TRY(join_and_judge(job, place));
    copy_labels(job, job->label, best);
    place->stage = AMBIT_STAGE_GENTLE;
done:
    return status;
}

ambit_status ambit_job_keep_up(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pricing pricing = {0};
    struct ambit_place *const place = &job->place;
    int32_t *best = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&best, (size_t)job->accounts.count, sizeof *best));
    AMBIT_TRY(ambit_keeper_create(job));
    const bool begun = place->resumed != 0;
    AMBIT_TRY(begun ? ambit_keeper_restore(job, place, &pricing, best)
                    : begin(job, &pricing, place, best));
    AMBIT_TRY(mend(job, &pricing, place, begun, best));
    AMBIT_TRY(find_bound(job, &pricing, place->best_objective));
done:
    ambit_pricing_clear(&pricing);
    ambit_free(&best);
    return status;
}

ambit_status ambit_job_note_nightly(struct ambit_job *job, const int32_t *label,
                                    struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    int64_t moved[2] = {0, 0}; /* for the gain, for bands */
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (!has_moved(job, label, i)) continue;
        const struct ambit_territory *const item = job->territories.item;
        const int64_t saving =
            ambit_travel_of(&job->scenario, &job->accounts, i,
                            item[job->accounts.previous[i]].position) -
            ambit_travel_of(&job->scenario, &job->accounts, i, item[label[i]].position);
        moved[saving > ambit_to_micro(job->nightly->hours_per_move) ? 0 : 1]++;
    }
    ambit_comm_sum_i64(job->comm, moved, 2);
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&result->nightly, 1, sizeof *result->nightly));
    *result->nightly = *job->nightly;
    result->nightly->moved_for_gain = moved[0];
    result->nightly->moved_for_bands = moved[1];
    result->nightly->most_saving = result->feasible ? result->objective - result->bound : -1;
done:
    return status;
}
