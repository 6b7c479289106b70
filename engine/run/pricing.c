/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/pricing.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "solvers/bound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHEAP = 8, NEAR = 16, CHOICES_A_LEVEL = 6, STEPS_A_LEVEL = 20, HELD_MAX = 2 };
#define NEGLIGIBLE 11.0 /* times the softness, in mean hauls, an account does not waver */
#define FAR_OFF 0.1     /* softness above which prices may be far off */
#define FAR_REACH 2.0
#define NEAR_REACH 0.2
#define WIDER 4.0              /* reach where prices were held twice, to that before */
#define LEVEL_RATIO 0.35       /* softness of a level to that of the one before */
#define CONVERGED 1e-7         /* promised rise of the dual value at which a level is done */
#define NEARLY_BALANCED 1e-2   /* the same, of levels that others follow */
#define BALANCED 1e-3          /* imbalance at which a level is done, parts of a mean load */
#define COARSELY_BALANCED 4e-3 /* the same, where accounts are runs and centres still move */
#define COARSE_SOFTNESS 0.021  /* of a plan's prices where accounts are runs, too lumpy for less */

static size_t cell_count(const struct ambit_job *job)
{
    return (size_t)job->territories.count * (size_t)job->problem.rule_count;
}

ambit_status ambit_pricing_create(struct ambit_job *job, struct ambit_pricing *out)
{
    ambit_status status = AMBIT_OK;
    int64_t total[AMBIT_RULE_MAX] = {0}, travel = 0, visits = 0;
    *out = (struct ambit_pricing){0};
    AMBIT_TRY(ambit_job_loads(job, job->label, NULL, total, &travel, &visits));
    status = ambit_prices_create(&job->problem, travel, total, visits, &out->prices);
    if (status == AMBIT_OK) status = ambit_alloc(&out->acting, cell_count(job), sizeof(double));
    if (status == AMBIT_OK)
        status = ambit_alloc(&out->settled, cell_count(job) + (size_t)job->territories.count,
                             sizeof *out->settled);
    if (status == AMBIT_OK)
        status = ambit_alloc(&out->pairs, (size_t)ambit_prices_pair_bytes(out->prices), 1);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    if (job->price_lower != NULL && job->price_upper != NULL)
        ambit_prices_set(out->prices, job->price_lower, job->price_upper);
done:
    if (status != AMBIT_OK) ambit_pricing_clear(out);
    return status;
}

void ambit_pricing_clear(struct ambit_pricing *pricing)
{
    ambit_prices_destroy(&pricing->prices);
    ambit_candidates_clear(&pricing->candidates);
    ambit_free(&pricing->acting);
    ambit_free(&pricing->sums);
    ambit_free(&pricing->pairs);
    ambit_free(&pricing->settled);
}

/* Mean hauls by which a territory's costs may change before candidates are chosen anew: where runs
 * have been priced before all accounts are, prices are near, and lists are kept short. */
static double reach_of(const struct ambit_job *job, double softness)
{
    const bool near = !ambit_accounts_are_runs(&job->accounts) &&
                      ambit_job_slice_align(job->accounts.total, job->territories.count) > 1;
    return softness > FAR_OFF || !near ? FAR_REACH : NEAR_REACH;
}

/* Candidates for an ascent at `softness` in which the cost of a visit changes by up to `reach` mean
 * hauls. */
static ambit_status choose(struct ambit_job *job, struct ambit_pricing *pricing, double softness,
                           double reach)
{
    ambit_status status = AMBIT_OK;
    const int64_t bytes = ambit_prices_pair_bytes(pricing->prices);
    const size_t settled = cell_count(job) + (size_t)job->territories.count;
    ambit_prices_get(pricing->prices, pricing->acting, NULL, NULL);
    const double haul = ambit_prices_haul_hours(pricing->prices);
    const bool far_off = softness > FAR_OFF;
    const struct ambit_candidate_wish wish = {haul * (NEGLIGIBLE * softness + reach),
                                              far_off ? CHEAP : AMBIT_CANDIDATE_MAX,
                                              far_off ? NEAR : 0};
    AMBIT_TRY_TOGETHER(job->comm, ambit_candidates_fill(&job->problem, pricing->acting, &wish,
                                                        &pricing->candidates));
    memcpy(pricing->settled, pricing->candidates.settled, settled * sizeof *pricing->settled);
    ambit_comm_sum_i64(job->comm, pricing->settled, (int64_t)settled);
    ambit_prices_settle(pricing->prices, pricing->settled);
    memset(pricing->pairs, 0, (size_t)bytes);
    ambit_prices_mark_pairs(pricing->prices, &pricing->candidates, pricing->pairs);
    ambit_comm_or_u8(job->comm, pricing->pairs, bytes);
    status = ambit_prices_set_pairs(pricing->prices, pricing->pairs);
    const int64_t wanted = ambit_prices_sum_count(pricing->prices);
    if (status == AMBIT_OK && wanted > pricing->sum_room) {
        status = ambit_resize(&pricing->sums, (size_t)wanted, sizeof *pricing->sums);
        pricing->sum_room = wanted;
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
done:
    return status;
}

ambit_status ambit_pricing_choose(struct ambit_job *job, struct ambit_pricing *pricing,
                                  double softness)
{
    return choose(job, pricing, softness, reach_of(job, softness));
}

/* Steps with the candidates as they are; *held_out where prices wanted to leave their reach. */
static ambit_status step_on(struct ambit_job *job, struct ambit_pricing *pricing, double enough,
                            double *imbalance_out, bool *held_out)
{
    ambit_status status = AMBIT_OK;
    const int64_t count = ambit_prices_sum_count(pricing->prices);
    struct ambit_prices_step step = {.imbalance = INFINITY};
    int held = 0;
    for (int s = 0; s < STEPS_A_LEVEL && step.imbalance > enough; s++) {
        if (s > 0 && step.accepted && step.promised < CONVERGED) break;
        memset(pricing->sums, 0, (size_t)count * sizeof *pricing->sums);
        AMBIT_TRY_TOGETHER(job->comm, ambit_prices_accumulate(pricing->prices, &pricing->candidates,
                                                              pricing->sums));
        ambit_comm_sum_i64(job->comm, pricing->sums, count);
        ambit_prices_update(pricing->prices, pricing->sums, &step);
        held += step.held && step.accepted;
        if (held >= HELD_MAX) break;
    }
    *imbalance_out = fmax(step.imbalance, step.unmet);
    *held_out = step.held && step.imbalance > enough;
done:
    return status;
}

static ambit_status ascend_level(struct ambit_job *job, struct ambit_pricing *pricing,
                                 double softness, double enough, double guard,
                                 double *imbalance_out)
{
    ambit_status status = AMBIT_OK;
    double reach = reach_of(job, softness);
    bool held = true;
    for (int choice = 0; choice < CHOICES_A_LEVEL && held; choice++) {
        if (choice > 1) reach *= WIDER;
        AMBIT_TRY(choose(job, pricing, softness, reach));
        ambit_prices_begin(pricing->prices, softness, guard,
                           reach * ambit_prices_haul_hours(pricing->prices));
        AMBIT_TRY(step_on(job, pricing, enough, imbalance_out, &held));
    }
done:
    return status;
}

ambit_status ambit_pricing_ascend(struct ambit_job *job, struct ambit_pricing *pricing,
                                  double first, double last, double guard, double *imbalance_out)
{
    ambit_status status = AMBIT_OK;
    char detail[64];
    *imbalance_out = INFINITY; /* where time ran out before the first level */
    const int softening = (int)ceil(ambit_log(last / first) / ambit_log(LEVEL_RATIO) - 1e-9);
    const int levels = softening + 1;
    const double balanced = ambit_accounts_are_runs(&job->accounts) ? COARSELY_BALANCED : BALANCED;
    for (int level = 0; level < levels && !ambit_job_out_of_time(job); level++) {
        const double softness =
            level < softening ? first * ambit_pow(LEVEL_RATIO, level) : fmin(first, last);
        AMBIT_TRY(ascend_level(job, pricing, softness,
                               level < softening ? NEARLY_BALANCED : balanced, guard,
                               imbalance_out));
        snprintf(detail, sizeof detail, "imbalance_percent=%.2f", 100.0 * *imbalance_out);
        ambit_log_progress("prices", level + 1, levels, detail);
    }
    ambit_prices_get(pricing->prices, pricing->acting, NULL, NULL);
done:
    return status;
}

/* The listed territory of least reduced cost for account i, ties to the smaller index. */
static int32_t cheapest(const struct ambit_job *job, const struct ambit_pricing *pricing, int32_t i)
{
    const struct ambit_candidates *const candidates = &pricing->candidates;
    const int64_t first = ambit_candidates_first(candidates, i);
    int32_t best = ambit_candidate_territory(candidates, first);
    if (candidates->listed[i] == 1) return best;
    double least = INFINITY;
    for (int64_t at = first; at < first + candidates->listed[i]; at++) {
        const int32_t j = ambit_candidate_territory(candidates, at);
        const double cost = ambit_reduced_cost(&job->problem, pricing->acting, i, j,
                                               ambit_candidate_travel(candidates, at));
        if (cost > least || (cost == least && j > best)) continue;
        least = cost;
        best = j;
    }
    return best;
}

/* Every account to its candidate of least reduced cost; how many change, over all ranks. */
static int64_t assign(struct ambit_job *job, const struct ambit_pricing *pricing)
{
    int64_t moved = 0;
#pragma omp parallel for schedule(static) reduction(+ : moved)
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t best = cheapest(job, pricing, i);
        moved += job->label[i] != best;
        job->label[i] = best;
    }
    ambit_comm_sum_i64(job->comm, &moved, 1);
    return moved;
}

ambit_status ambit_pricing_restore(struct ambit_job *job, double *state, struct ambit_pricing *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_pricing_create(job, out));
    ambit_prices_pass_state(out->prices, state, true);
    AMBIT_TRY(ambit_pricing_choose(job, out, AMBIT_LAST_SOFTNESS));
done:
    if (status != AMBIT_OK) ambit_pricing_clear(out);
    return status;
}

ambit_status ambit_pricing_keep(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    if (job->price_lower == NULL)
        status = ambit_alloc(&job->price_lower, cell_count(job), sizeof(double));
    if (status == AMBIT_OK && job->price_upper == NULL)
        status = ambit_alloc(&job->price_upper, cell_count(job), sizeof(double));
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_prices_get(pricing->prices, NULL, job->price_lower, job->price_upper);
done:
    return status;
}

ambit_status ambit_pricing_plan(struct ambit_job *job, struct ambit_pricing *pricing,
                                const char *phase, double first_softness, double guard,
                                double *imbalance_out, int64_t *moved_out)
{
    ambit_status status = AMBIT_OK;
    const double last =
        ambit_accounts_are_runs(&job->accounts) ? COARSE_SOFTNESS : AMBIT_LAST_SOFTNESS;
    AMBIT_TRY(ambit_pricing_ascend(job, pricing, first_softness, last, guard, imbalance_out));
    if (isinf(*imbalance_out)) /* time ran out before there were candidates for these centres */
        AMBIT_TRY(ambit_pricing_choose(job, pricing, AMBIT_LAST_SOFTNESS));
    *moved_out = assign(job, pricing);
    AMBIT_TRY(ambit_job_note_round(job, phase, *moved_out, 0, 0));
done:
    return status;
}

ambit_status ambit_pricing_bound(struct ambit_job *job, struct ambit_pricing *pricing,
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
