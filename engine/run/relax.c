/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smallest limit that all territories can meet. A limit is impossible where the Lagrangian bound
 * without costs is above 0 at some prices: that is a proof, whatever the search has missed. A
 * limit is taken as possible where the soft assignment meets every band. Between the two, bisection:
 * the lower end is always proven, the upper end is what the plan is then made for.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/pricing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { OPENINGS_MAX = 12, BISECTIONS = 10 };
#define OPENING 1.25       /* factor by which the limit is first opened */
#define NEARLY_MET 4e-3    /* imbalance of a soft assignment that counts as possible */
#define ROUNDING_ROOM 4e-3 /* part of the limit given to the rounding to whole accounts */

static double *limit_of(struct ambit_band *band)
{
    return band->upper_kind != AMBIT_LIMIT_NONE ? &band->upper : &band->lower;
}

/* Tries the limit: *possible_out, and *proven_out where it is proven impossible. */
static ambit_status probe(struct ambit_job *job, struct ambit_pricing *pricing, int r, double limit,
                          bool *possible_out, bool *proven_out)
{
    ambit_status status = AMBIT_OK;
    double imbalance = INFINITY;
    int64_t bound = 0;
    *limit_of(&job->scenario.band[job->problem.rule[r].band]) = limit;
    ambit_problem_refresh_rule(&job->problem, r);
    ambit_prices_reset(pricing->prices);
    AMBIT_TRY(ambit_pricing_ascend(job, pricing, 1.0, 0.02, 0.0, false, &imbalance));
    *possible_out = imbalance < NEARLY_MET;
    *proven_out = false;
    if (*possible_out) goto done;
    AMBIT_TRY(ambit_pricing_bound(job, pricing, false, &bound));
    *proven_out = bound > 0;
done:
    return status;
}

static ambit_status relax_band(struct ambit_job *job, struct ambit_pricing *pricing, int r)
{
    ambit_status status = AMBIT_OK;
    struct ambit_band *const band = &job->scenario.band[job->problem.rule[r].band];
    const double direction = band->upper_kind != AMBIT_LIMIT_NONE ? 1.0 : -1.0;
    const double asked = *limit_of(band);
    double impossible = asked, possible = asked;
    bool met = false, proven = false;
    char detail[64];
    AMBIT_TRY(probe(job, pricing, r, asked, &met, &proven));
    if (met || !proven) {
        *limit_of(band) = asked;
        goto done;
    }
    for (int step = 0; step < OPENINGS_MAX && !met; step++) {
        possible *= pow(OPENING, direction);
        AMBIT_TRY(probe(job, pricing, r, possible, &met, &proven));
        if (proven) impossible = possible;
    }
    for (int step = 0; step < BISECTIONS && met; step++) {
        const double middle = 0.5 * (impossible + possible);
        bool can = false;
        AMBIT_TRY(probe(job, pricing, r, middle, &can, &proven));
        if (can) possible = middle;
        if (proven) impossible = middle;
        snprintf(detail, sizeof detail, "impossible=%.5g possible=%.5g", impossible, possible);
        ambit_log_progress("relax", step + 1, BISECTIONS, detail);
        if (!can && !proven) break;
    }
    job->relaxation[job->problem.rule[r].band] =
        (struct ambit_relaxation){.opened = met, .asked = asked, .proven = impossible};
    *limit_of(band) = met ? possible * (1.0 + direction * ROUNDING_ROOM) : asked;
done:
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
