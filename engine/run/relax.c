/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smallest limit that all territories can meet, for a band with `relax`, and a proof where
 * there is a simple one.
 *
 * Found: a limit counts as possible where prices balance every band (solvers/prices.h keeps prices
 * in a box, so that an impossible one shows as an imbalance that stays). Prices at the walls of
 * their box draw nonsense, so the plan is first drafted with the limit lifted; what the worst
 * territory has then is possible, and the smallest is between that and what was asked. Proven: for
 * a cap on a share, say travel at most z of hours, take any territory alone and give it any
 * accounts of the nation. Its hours must reach L, and for every ρ
 *
 *     travel − z·hours  ≥  (ρ − z)·L + Σ_i min(0, t_i − ρ·h_i)
 *
 * so its share cannot be below ρ + Σ_i min(0, t_i − ρ·h_i) / L, which is concave in ρ and
 * maximised. Weakness of the proof: territories do not compete for accounts in it, so it is below
 * what is found.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/pricing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BISECTIONS = 6, TIGHTENINGS = 4, PROVEN_MAX = 3 };
#define LIFTED 100.0    /* times the target, or the whole: no limit */
#define UNHEARD_OF 1e12 /* units that no territory has */
#define PROBE_SOFTNESS 0.06
#define LAST_PROBE_SOFTNESS 0.03
#define CANNOT_MEET 5e-2    /* imbalance of a nation that no plan meets; runs are lumps */
#define HOPELESS 2e-2       /* imbalance of a soft plan that none will mend */
#define NEARLY_MET 3e-3     /* imbalance that counts as possible, parts of a mean load */
#define ROUNDING_ROOM 0.004 /* part of the limit given to the rounding to whole accounts */
#define MEASURING_ROOM 1e-6 /* the same, given to the rounding of loads to micro-units */
#define FIRST_TIGHTENING 0.08

static double *limit_of(struct ambit_band *band)
{
    return band->upper_kind != AMBIT_LIMIT_NONE ? &band->upper : &band->lower;
}

/* Prices to begin a probe with: those of the tightest limit so far that was possible. */
struct prices {
    double *lower, *upper; /* owned; [territory × rules + rule] */
};

static ambit_status open_prices(const struct ambit_job *job, struct prices *prices)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    AMBIT_TRY(ambit_alloc(&prices->lower, cells, sizeof *prices->lower));
    AMBIT_TRY(ambit_alloc(&prices->upper, cells, sizeof *prices->upper));
done:
    return status;
}

static void close_prices(struct prices *prices)
{
    ambit_free(&prices->lower);
    ambit_free(&prices->upper);
}

static void set_limit(struct ambit_job *job, int r, double limit)
{
    *limit_of(&job->scenario.band[job->problem.rule[r].band]) = limit;
    ambit_problem_refresh_rule(&job->problem, r);
}

/* +1 where the limit is an upper one, −1 where it is a lower one: where it opens to. */
static double direction_of(const struct ambit_job *job, int r)
{
    return job->scenario.band[job->problem.rule[r].band].upper_kind != AMBIT_LIMIT_NONE ? 1.0
                                                                                        : -1.0;
}

/* Whether prices meet `limit`, beginning at those of the tightest so far. */
static ambit_status probe(struct ambit_job *job, struct ambit_pricing *pricing, int r, double limit,
                          struct prices *prices, bool *met_out)
{
    ambit_status status = AMBIT_OK;
    double imbalance = INFINITY;
    set_limit(job, r, limit);
    ambit_prices_set(pricing->prices, prices->lower, prices->upper);
    AMBIT_TRY(ambit_pricing_ascend(job, pricing, PROBE_SOFTNESS, PROBE_SOFTNESS, 0.0, &imbalance));
    if (imbalance < HOPELESS)
        AMBIT_TRY(ambit_pricing_ascend(job, pricing, LAST_PROBE_SOFTNESS, LAST_PROBE_SOFTNESS, 0.0,
                                       &imbalance));
    *met_out = imbalance < NEARLY_MET;
    if (*met_out) ambit_prices_get(pricing->prices, NULL, prices->lower, prices->upper);
done:
    return status;
}

/* ---- what the plan has ---- */

/* The value that rule r limits, of every territory of the plan in job->label, in the limit's unit.
 */
static ambit_status measure(struct ambit_job *job, int r, double *value_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_rule *const rule = &job->problem.rule[r];
    const struct ambit_band *const band = &job->scenario.band[rule->band];
    const int rules = job->problem.rule_count;
    const int32_t territories = job->territories.count;
    const double limit = *limit_of(&job->scenario.band[rule->band]);
    int64_t *load = NULL, *again = NULL, total[AMBIT_RULE_MAX] = {0};
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&load, (size_t)territories * (size_t)rules, 8));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&again, (size_t)territories * (size_t)rules, 8));
    if (band->share_of >= 0) set_limit(job, r, 0.0); /* load is numerator − limit × denominator */
    AMBIT_TRY(ambit_job_loads(job, job->label, load, total, NULL, NULL));
    if (band->share_of >= 0) {
        set_limit(job, r, 1.0);
        AMBIT_TRY(ambit_job_loads(job, job->label, again, NULL, NULL, NULL));
        set_limit(job, r, limit);
    }
    for (int32_t j = 0; j < territories; j++) {
        const size_t at = (size_t)j * (size_t)rules + (size_t)r;
        const double x = (double)load[at], denominator = x - (double)again[at];
        const double target = ambit_rule_target(rule, j, (double)total[r]);
        const bool of_target =
            band->upper_kind == AMBIT_LIMIT_OF_TARGET || band->lower_kind == AMBIT_LIMIT_OF_TARGET;
        if (band->share_of >= 0)
            value_out[j] = x / fmax(denominator, 1.0);
        else
            value_out[j] = of_target ? x / fmax(target, 1.0) : x * 1e-6;
    }
done:
    ambit_free(&load);
    ambit_free(&again);
    return status;
}

/* The worst value that a territory of the plan has under rule r, by way of `value`. */
static ambit_status measure_worst(struct ambit_job *job, int r, double *value, double *worst_out)
{
    ambit_status status = AMBIT_OK;
    const double direction = direction_of(job, r);
    AMBIT_TRY(measure(job, r, value));
    *worst_out = -direction * INFINITY;
    for (int32_t j = 0; j < job->territories.count; j++) {
        if (!ambit_is_asked(&job->problem, j)) value[j] = -direction * INFINITY;
        *worst_out = direction * fmax(direction * *worst_out, direction * value[j]);
    }
done:
    return status;
}

/* Proves as large a limit impossible as it can with the few territories that are furthest over;
 * what was asked where it cannot. */
static double prove(struct ambit_job *job, int r, double *value)
{
    const int b = job->problem.rule[r].band;
    const struct ambit_band *const band = &job->scenario.band[b];
    double proven = job->relaxation[b].asked;
    if (band->share_of < 0 || band->upper_kind != AMBIT_LIMIT_SHARE) return proven;
    for (int n = 0; n < PROVEN_MAX && n < job->territories.count; n++) {
        int32_t worst = 0;
        for (int32_t j = 1; j < job->territories.count; j++) {
            if (value[j] > value[worst]) worst = j;
        }
        if (!ambit_is_asked(&job->problem, worst)) break;
        value[worst] = -INFINITY;
        const double share = ambit_job_least_share(job, b, worst);
        if (share > proven) {
            proven = share;
            job->relaxation[b].proof_territory = worst;
        }
    }
    return proven;
}

/* ---- the search ---- */

static ambit_status bisect(struct ambit_job *job, struct ambit_pricing *pricing, int r,
                           struct prices *prices, double impossible, double *possible_inout)
{
    ambit_status status = AMBIT_OK;
    char detail[64];
    for (int step = 0; step < BISECTIONS && !ambit_job_out_of_time(job); step++) {
        const double middle = 0.5 * (impossible + *possible_inout);
        bool met = false;
        AMBIT_TRY(probe(job, pricing, r, middle, prices, &met));
        *(met ? possible_inout : &impossible) = middle;
        snprintf(detail, sizeof detail, "impossible=%.5g possible=%.5g", impossible,
                 *possible_inout);
        ambit_log_progress("relax", step + 1, BISECTIONS, detail);
    }
done:
    return status;
}

/* Opens rule r's limit, which is lifted, to the smallest that the plan's centres allow; or, where
 * prices leave other bands unmet and so cannot tell, to what the plan has. */
static ambit_status open_limit(struct ambit_job *job, struct ambit_pricing *pricing, int r,
                               bool can_tell)
{
    ambit_status status = AMBIT_OK;
    struct ambit_relaxation *const relaxation = &job->relaxation[job->problem.rule[r].band];
    const double direction = direction_of(job, r), asked = relaxation->asked;
    struct prices prices = {0};
    double *value = NULL, possible = asked, worst = asked;
    bool met = false;
    AMBIT_TRY_TOGETHER(job->comm, open_prices(job, &prices));
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&value, (size_t)job->territories.count, sizeof *value));
    ambit_prices_get(pricing->prices, NULL, prices.lower, prices.upper);
    AMBIT_TRY(measure_worst(job, r, value, &worst));
    possible = direction * fmax(direction * asked, direction * worst);
    const double proven = prove(job, r, value);
    if (can_tell && direction * proven <= direction * asked)
        AMBIT_TRY(probe(job, pricing, r, asked, &prices, &met));
    if (met) goto done;
    const double impossible = direction * fmax(direction * proven, direction * asked);
    if (can_tell) AMBIT_TRY(bisect(job, pricing, r, &prices, impossible, &possible));
    relaxation->opened = true;
    relaxation->smallest = possible;
    set_limit(job, r, possible * (1.0 + direction * ROUNDING_ROOM));
    ambit_prices_set(pricing->prices, prices.lower, prices.upper);
done:
    close_prices(&prices);
    ambit_free(&value);
    return status;
}

static double lifted(const struct ambit_band *band)
{
    if (band->upper_kind == AMBIT_LIMIT_NONE) return 0.0;
    const double far = band->upper_kind == AMBIT_LIMIT_ABSOLUTE ? UNHEARD_OF : LIFTED;
    return far * fmax(band->upper, 1.0);
}

void ambit_pricing_lift(struct ambit_job *job)
{
    for (int r = 0; r < job->problem.rule_count; r++) {
        const int b = job->problem.rule[r].band;
        if (!job->scenario.band[b].relax) continue;
        job->relaxation[b].asked = *limit_of(&job->scenario.band[b]);
        set_limit(job, r, lifted(&job->scenario.band[b]));
    }
}

ambit_status ambit_pricing_open(struct ambit_job *job, struct ambit_pricing *pricing,
                                double imbalance)
{
    ambit_status status = AMBIT_OK;
    for (int r = 0; r < job->problem.rule_count; r++) {
        const int b = job->problem.rule[r].band;
        if (!job->scenario.band[b].relax) continue;
        AMBIT_TRY(
            open_limit(job, pricing, r, imbalance < CANNOT_MEET && !ambit_job_out_of_time(job)));
    }
done:
    return status;
}

ambit_status ambit_pricing_tighten(struct ambit_job *job, struct ambit_pricing *pricing,
                                   bool *tighter_out)
{
    ambit_status status = AMBIT_OK;
    struct prices prices = {0};
    *tighter_out = false;
    AMBIT_TRY_TOGETHER(job->comm, open_prices(job, &prices));
    for (int r = 0; r < job->problem.rule_count; r++) {
        struct ambit_relaxation *const relaxation = &job->relaxation[job->problem.rule[r].band];
        if (!relaxation->opened) continue;
        const double direction = direction_of(job, r);
        double step = FIRST_TIGHTENING;
        ambit_prices_get(pricing->prices, NULL, prices.lower, prices.upper);
        for (int t = 0; t < TIGHTENINGS && !ambit_job_out_of_time(job); t++, step *= 0.5) {
            double tried = relaxation->smallest * (1.0 - direction * step);
            bool met = false;
            if (direction * tried < direction * relaxation->asked) tried = relaxation->asked;
            AMBIT_TRY(probe(job, pricing, r, tried, &prices, &met));
            if (!met) continue;
            *tighter_out = true;
            relaxation->smallest = tried;
            if (tried == relaxation->asked) relaxation->opened = false;
            if (!relaxation->opened) break;
        }
        set_limit(job, r,
                  relaxation->opened ? relaxation->smallest * (1.0 + direction * ROUNDING_ROOM)
                                     : relaxation->asked);
        ambit_prices_set(pricing->prices, prices.lower, prices.upper);
    }
done:
    close_prices(&prices);
    return status;
}

void ambit_pricing_give_room(struct ambit_job *job)
{
    for (int r = 0; r < job->problem.rule_count; r++) {
        const struct ambit_band *const band = &job->scenario.band[job->problem.rule[r].band];
        if (job->relaxation[job->problem.rule[r].band].opened && band->relax_room > 0.0)
            set_limit(job, r,
                      *limit_of(&job->scenario.band[job->problem.rule[r].band]) +
                          direction_of(job, r) * band->relax_room);
    }
}

ambit_status ambit_pricing_reached(struct ambit_job *job, double *limit_out, double *reached_out)
{
    ambit_status status = AMBIT_OK;
    double *value = NULL;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&value, (size_t)job->territories.count, sizeof *value));
    for (int r = 0; r < job->problem.rule_count; r++) {
        const struct ambit_band *const band = &job->scenario.band[job->problem.rule[r].band];
        const struct ambit_relaxation *const relaxation =
            &job->relaxation[job->problem.rule[r].band];
        limit_out[r] = reached_out[r] = *limit_of(&job->scenario.band[job->problem.rule[r].band]);
        if (!band->relax) continue;
        if (relaxation->opened && band->relax_room == 0.0) limit_out[r] = relaxation->asked;
        AMBIT_TRY(measure_worst(job, r, value, &reached_out[r]));
        const double direction = direction_of(job, r);
        reached_out[r] = direction * fmax(direction * reached_out[r], direction * limit_out[r]);
    }
done:
    ambit_free(&value);
    return status;
}

void ambit_pricing_set_limits(struct ambit_job *job, const double *low, const double *high,
                              double part)
{
    for (int r = 0; r < job->problem.rule_count; r++) {
        if (job->scenario.band[job->problem.rule[r].band].relax)
            set_limit(job, r, low[r] + part * (high[r] - low[r]));
    }
}

ambit_status ambit_pricing_admit(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    double *value = NULL, worst = 0.0;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&value, (size_t)job->territories.count, sizeof *value));
    for (int r = 0; r < job->problem.rule_count; r++) {
        const int b = job->problem.rule[r].band;
        struct ambit_relaxation *const relaxation = &job->relaxation[b];
        const double direction = direction_of(job, r), limit = *limit_of(&job->scenario.band[b]);
        if (!job->scenario.band[b].relax || job->start == AMBIT_START_SETTLED) continue;
        AMBIT_TRY(measure_worst(job, r, value, &worst));
        const double room = relaxation->opened ? 0.0 : direction * MEASURING_ROOM;
        if (direction * worst <= direction * limit * (1.0 + room)) {
            if (relaxation->opened && limit == relaxation->asked) relaxation->opened = false;
            continue;
        }
        if (!relaxation->opened) relaxation->asked = limit;
        relaxation->opened = true;
        relaxation->smallest = worst;
        set_limit(job, r, worst * (1.0 + direction * MEASURING_ROOM));
    }
done:
    ambit_free(&value);
    return status;
}
