/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smallest limit that all territories can meet, for a band with `relax`, and a proof where
 * there is a simple one.
 *
 * Found: a limit counts as possible where prices balance every band (solvers/prices.h keeps prices
 * in a box, so that an impossible one shows as an imbalance that stays). Opened step by step until
 * it is possible, then bisected. Proven: for a cap on a share, say travel at most z of hours, take
 * any territory alone and give it any accounts of the nation. Its hours must reach L, and for every
 * ρ
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

enum { OPENINGS_MAX = 12, BISECTIONS = 6 };
#define PROBE_SOFTNESS 0.2
#define LAST_PROBE_SOFTNESS 0.03
#define HELPS 0.98          /* part of the imbalance that may stay after an opening */
#define OPENING 1.1         /* factor by which the limit is opened */
#define NEARLY_MET 3e-3     /* imbalance that counts as possible, parts of a mean load */
#define ROUNDING_ROOM 0.004 /* part of the limit given to the rounding to whole accounts */

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

static ambit_status probe(struct ambit_job *job, struct ambit_pricing *pricing, int r, double limit,
                          struct prices *prices, double *imbalance_out)
{
    ambit_status status = AMBIT_OK;
    *limit_of(&job->scenario.band[job->problem.rule[r].band]) = limit;
    ambit_problem_refresh_rule(&job->problem, r);
    ambit_prices_set(pricing->prices, prices->lower, prices->upper);
    AMBIT_TRY(ambit_pricing_ascend(job, pricing, PROBE_SOFTNESS, LAST_PROBE_SOFTNESS, 0.0,
                                   imbalance_out));
    if (*imbalance_out < NEARLY_MET)
        ambit_prices_get(pricing->prices, NULL, prices->lower, prices->upper);
done:
    return status;
}

/* The largest least share of the territories that are over the limit in the plan that prices give.
 */
static ambit_status prove(struct ambit_job *job, struct ambit_pricing *pricing, int r,
                          int32_t *territory_out, double *proven_out)
{
    ambit_status status = AMBIT_OK;
    const int b = job->problem.rule[r].band;
    const struct ambit_band *band = &job->scenario.band[b];
    const int rules = job->problem.rule_count;
    const size_t cells = (size_t)job->territories.count * (size_t)rules;
    int64_t *load = NULL, moved = 0;
    *proven_out = NAN;
    if (band->share_of < 0 || band->upper_kind != AMBIT_LIMIT_SHARE) goto done;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&load, cells, sizeof *load));
    AMBIT_TRY(ambit_pricing_assign(job, pricing, &moved));
    AMBIT_TRY(ambit_job_loads(job, job->label, load, NULL, NULL, NULL));
    for (int32_t j = 0; j < job->territories.count; j++) {
        if (load[(size_t)j * (size_t)rules + (size_t)r] <= 0) continue;
        const double share = ambit_job_least_share(job, b, j);
        if (share > 0.0 && !(share <= *proven_out)) {
            *proven_out = share;
            *territory_out = j;
        }
    }
done:
    ambit_free(&load);
    return status;
}

/* ---- the search ---- */

static ambit_status relax_band(struct ambit_job *job, struct ambit_pricing *pricing, int r)
{
    ambit_status status = AMBIT_OK;
    const int b = job->problem.rule[r].band;
    struct ambit_band *const band = &job->scenario.band[b];
    const double direction = band->upper_kind != AMBIT_LIMIT_NONE ? 1.0 : -1.0;
    const double asked = *limit_of(band);
    double impossible = asked, possible = asked, proven = NAN;
    struct prices prices = {0};
    double off = INFINITY, before;
    char detail[64];
    AMBIT_TRY_TOGETHER(job->comm, open_prices(job, &prices)); /* none to begin with */
    AMBIT_TRY(probe(job, pricing, r, asked, &prices, &off));
    if (off < NEARLY_MET) goto done;
    AMBIT_TRY(prove(job, pricing, r, &job->relaxation[b].proof_territory, &proven));
    if (proven * direction > asked * direction) possible = proven;
    /* Where opening does not help, it is another band that cannot be met. */
    for (int step = 0; step < OPENINGS_MAX && off >= NEARLY_MET; step++) {
        impossible = possible;
        possible *= pow(OPENING, direction);
        before = off;
        AMBIT_TRY(probe(job, pricing, r, possible, &prices, &off));
        if (off > HELPS * before) break;
    }
    const bool met = off < NEARLY_MET;
    for (int step = 0; step < BISECTIONS && met; step++) {
        const double middle = 0.5 * (impossible + possible);
        AMBIT_TRY(probe(job, pricing, r, middle, &prices, &off));
        *(off < NEARLY_MET ? &possible : &impossible) = middle;
        snprintf(detail, sizeof detail, "impossible=%.5g possible=%.5g", impossible, possible);
        ambit_log_progress("relax", step + 1, BISECTIONS, detail);
    }
    *limit_of(band) = met ? possible * (1.0 + direction * ROUNDING_ROOM) : asked;
    job->relaxation[b].opened = met;
    job->relaxation[b].asked = asked;
done:
    close_prices(&prices);
    ambit_problem_refresh_rule(&job->problem, r);
    return status;
}

ambit_status ambit_pricing_relax(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    for (int r = 0; r < job->problem.rule_count; r++) {
        if (job->scenario.band[job->problem.rule[r].band].relax)
            AMBIT_TRY(relax_band(job, pricing, r));
    }
    ambit_prices_reset(pricing->prices);
done:
    return status;
}
