/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/pricing.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CANDIDATES = 16, STEPS_A_LEVEL = 20, LAST_LEVELS = 2 };
#define LEVEL_RATIO 0.35 /* softness of a level to that of the one before */
#define CONVERGED 1e-7   /* promised rise of the dual value at which a level is done */
#define BALANCED 1e-3    /* imbalance at which a level is done, parts of a mean load */

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
    if (status == AMBIT_OK)
        status = ambit_candidates_create(&job->problem, CANDIDATES, &out->candidates);
    if (status == AMBIT_OK) status = ambit_alloc(&out->acting, cell_count(job), sizeof(double));
    if (status == AMBIT_OK)
        status = ambit_alloc(&out->pairs, (size_t)ambit_prices_pair_bytes(out->prices), 1);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
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
}

/* Candidates at the present prices, and the pairs of territories that share some. */
static ambit_status choose_candidates(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    const int64_t bytes = ambit_prices_pair_bytes(pricing->prices);
    ambit_prices_get(pricing->prices, pricing->acting, NULL, NULL);
    ambit_candidates_fill(&job->problem, pricing->acting, &pricing->candidates);
    memset(pricing->pairs, 0, (size_t)bytes);
    ambit_prices_mark_pairs(pricing->prices, &pricing->candidates, pricing->pairs);
    ambit_comm_or_u8(job->comm, pricing->pairs, bytes);
    status = ambit_prices_set_pairs(pricing->prices, pricing->pairs);
    const int64_t wanted = ambit_prices_sum_count(pricing->prices);
    if (status == AMBIT_OK && wanted > pricing->sum_room) {
        status = ambit_resize(&pricing->sums, (size_t)wanted, sizeof *pricing->sums);
        pricing->sum_room = wanted;
    }
    return AMBIT_AGREE(job->comm, status);
}

static ambit_status ascend_level(struct ambit_job *job, struct ambit_pricing *pricing,
                                 double *imbalance_out)
{
    ambit_status status = AMBIT_OK;
    const int64_t count = ambit_prices_sum_count(pricing->prices);
    struct ambit_prices_step step = {.imbalance = INFINITY};
    for (int s = 0; s < STEPS_A_LEVEL && step.imbalance > BALANCED; s++) {
        if (s > 0 && step.accepted && step.promised < CONVERGED) break;
        memset(pricing->sums, 0, (size_t)count * sizeof *pricing->sums);
        AMBIT_TRY_TOGETHER(job->comm, ambit_prices_accumulate(pricing->prices, &pricing->candidates,
                                                              pricing->sums));
        ambit_comm_sum_i64(job->comm, pricing->sums, count);
        ambit_prices_update(pricing->prices, pricing->sums, &step);
    }
    *imbalance_out = fmax(step.imbalance, step.unmet);
done:
    return status;
}

ambit_status ambit_pricing_ascend(struct ambit_job *job, struct ambit_pricing *pricing,
                                  double first, double last, double guard, double *imbalance_out)
{
    ambit_status status = AMBIT_OK;
    char detail[64];
    *imbalance_out = INFINITY; /* where time ran out before the first level */
    const int softening = (int)ceil(log(last / first) / log(LEVEL_RATIO) - 1e-9);
    const int levels = softening + LAST_LEVELS;
    for (int level = 0; level < levels && !ambit_job_out_of_time(job); level++) {
        const double softness =
            level < softening ? first * pow(LEVEL_RATIO, level) : fmin(first, last);
        AMBIT_TRY(choose_candidates(job, pricing));
        ambit_prices_begin(pricing->prices, softness, guard);
        AMBIT_TRY(ascend_level(job, pricing, imbalance_out));
        snprintf(detail, sizeof detail, "imbalance_percent=%.2f", 100.0 * *imbalance_out);
        ambit_log_progress("prices", level + 1, levels, detail);
    }
    ambit_prices_get(pricing->prices, pricing->acting, NULL, NULL);
done:
    return status;
}

ambit_status ambit_pricing_assign(struct ambit_job *job, struct ambit_pricing *pricing,
                                  int64_t *moved_out)
{
    ambit_status status = AMBIT_OK;
    int64_t moved = 0;
    AMBIT_TRY(choose_candidates(job, pricing));
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t best =
            pricing->candidates.territory[(size_t)i * (size_t)pricing->candidates.per];
        moved += job->label[i] != best;
        job->label[i] = best;
    }
    ambit_comm_sum_i64(job->comm, &moved, 1);
    *moved_out = moved;
done:
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
