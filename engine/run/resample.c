/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Only sums of uncertain columns differ between samples: what a territory has of each measure
 * otherwise is known from the plan, travel with it. So a sample is one sum a column and territory,
 * and the judge's own function for the bands.
 *
 * Cost: accounts × samples × uncertain columns, in batches; bands × territories a sample.
 * Weakness: travel stays as planned, and so does who serves whom.
 */
#include "engine/run/resample.h"
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/job.h"
#include "solvers/uncertainty.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static ambit_status check_terms(const struct ambit_job *job)
{
    const struct ambit_scenario *const s = &job->scenario;
    if (s->band_count == 0)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: robustness needs bands, found none", s->path);
    if (s->robustness.count == 0)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected the key robustness with a column such as "
                          "`workload: {each: lognormal 20%%}`, found none",
                          s->path);
    return AMBIT_OK;
}

/* What column c counts for in measure m: how many of its terms it is. */
static int weight_of(const struct ambit_measure *measure, int column)
{
    int weight = 0;
    for (int t = 0; t < measure->term_count; t++)
        weight += measure->term[t] == column;
    return weight;
}

/* A plan's loads without what is uncertain, and a result in which samples are judged. */
struct sampling {
    struct ambit_job *job;
    const int32_t *label;
    int uncertain;
    int64_t *certain;           /* owned; [measure × territories + territory] */
    int64_t *sums;              /* owned; of each uncertain column */
    struct ambit_result sample; /* its measures and bands */
    struct ambit_robustness *out;
};

static int64_t *sums_of(const struct sampling *sampling, int u)
{
    return &sampling->sums[u * ambit_uncertainty_length(sampling->job->territories.count)];
}

static ambit_status allocate(struct sampling *sampling)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = &sampling->job->scenario;
    struct ambit_robustness *const out = sampling->out;
    const size_t territories = (size_t)sampling->job->territories.count;
    const size_t cells = territories * (size_t)s->band_count;
    AMBIT_TRY(ambit_alloc(&sampling->certain, territories * (size_t)s->measure_count,
                          sizeof *sampling->certain));
    AMBIT_TRY(ambit_alloc(&sampling->sums,
                          (size_t)ambit_uncertainty_length((int32_t)territories) *
                              (size_t)sampling->uncertain,
                          sizeof *sampling->sums));
    AMBIT_TRY(ambit_alloc(&out->below, cells, sizeof *out->below));
    AMBIT_TRY(ambit_alloc(&out->above, cells, sizeof *out->above));
    AMBIT_TRY(ambit_alloc(&out->mean, cells, sizeof *out->mean));
    AMBIT_TRY(ambit_alloc(&out->deviation, cells, sizeof *out->deviation));
    sampling->sample.territory_count = (int32_t)territories;
    sampling->sample.measure_count = s->measure_count;
    sampling->sample.band_count = s->band_count;
    for (int m = 0; m < s->measure_count; m++)
        AMBIT_TRY(ambit_alloc(&sampling->sample.measure[m].load, territories, sizeof(int64_t)));
done:
    return status;
}

static void clear(struct sampling *sampling)
{
    ambit_result_clear(&sampling->sample);
    ambit_free(&sampling->certain);
    ambit_free(&sampling->sums);
}

/* Loads of the plan less their uncertain terms. */
static ambit_status set_certain(struct sampling *sampling)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = sampling->job;
    const struct ambit_scenario *const s = &job->scenario;
    const int32_t territories = job->territories.count;
    int64_t *column = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&column, (size_t)territories, sizeof *column));
    for (int m = 0; m < s->measure_count; m++)
        memcpy(&sampling->certain[(int64_t)m * territories], sampling->out->plan.measure[m].load,
               (size_t)territories * sizeof(int64_t));
    for (int u = 0; u < sampling->uncertain; u++) {
        const int c = s->robustness.column[u].column;
        memset(column, 0, (size_t)territories * sizeof *column);
        for (int32_t i = 0; i < job->accounts.count; i++)
            column[sampling->label[i]] += job->accounts.column[c][i];
        ambit_comm_sum_i64(job->comm, column, territories);
        for (int m = 0; m < s->measure_count; m++) {
            const int weight = weight_of(&s->measure[m], c);
            for (int32_t j = 0; j < territories; j++)
                sampling->certain[(int64_t)m * territories + j] -= weight * column[j];
        }
    }
done:
    ambit_free(&column);
    return status;
}

static void set_loads(struct sampling *sampling, int s)
{
    const struct ambit_scenario *const scenario = &sampling->job->scenario;
    const int32_t territories = sampling->job->territories.count;
    for (int m = 0; m < scenario->measure_count; m++) {
        struct ambit_result_measure *const measure = &sampling->sample.measure[m];
        memcpy(measure->load, &sampling->certain[(int64_t)m * territories],
               (size_t)territories * sizeof(int64_t));
        for (int u = 0; u < sampling->uncertain; u++) {
            const int weight =
                weight_of(&scenario->measure[m], scenario->robustness.column[u].column);
            const int64_t *const sums = sums_of(sampling, u);
            for (int32_t j = 0; j < territories && weight > 0; j++)
                measure->load[j] += weight * sums[(int64_t)j * AMBIT_SAMPLE_BATCH + s];
        }
        measure->total = 0;
        for (int32_t j = 0; j < territories; j++)
            measure->total += measure->load[j];
    }
}

/* Judges one sample and counts; means and squares are updated as by Welford (1962). */
static ambit_status count_sample(struct sampling *sampling, int64_t number, bool *is_outside)
{
    ambit_status status = AMBIT_OK;
    struct ambit_robustness *const out = sampling->out;
    const int32_t territories = sampling->job->territories.count;
    bool met = true;
    memset(is_outside, 0, (size_t)territories * sizeof *is_outside);
    for (int b = 0; b < sampling->sample.band_count; b++) {
        const struct ambit_result_band *const band = &sampling->sample.band[b];
        AMBIT_TRY(ambit_job_judge_band(sampling->job, b, &sampling->sample));
        out->any[b] += band->broken_count > 0;
        met &= band->broken_count == 0;
        for (int32_t j = 0; j < territories; j++) {
            const size_t at = (size_t)b * (size_t)territories + (size_t)j;
            const int side = ambit_band_outside(band, j);
            const double off = band->value[j] - out->mean[at];
            out->below[at] += side < 0;
            out->above[at] += side > 0;
            is_outside[j] |= side != 0;
            out->mean[at] += off / (double)number;
            out->deviation[at] += off * (band->value[j] - out->mean[at]);
        }
    }
    out->all_met += met;
    for (int32_t j = 0; j < territories; j++)
        out->outside += is_outside[j];
done:
    return status;
}

/* Laws have long tails: a sample may be more than sums can hold. */
static ambit_status check_sums(const struct sampling *sampling, int samples)
{
    const struct ambit_scenario *const s = &sampling->job->scenario;
    for (int u = 0; u < sampling->uncertain; u++)
        for (int n = 0; n < samples && n < AMBIT_SAMPLE_BATCH; n++)
            if (!ambit_uncertainty_fits(sums_of(sampling, u), sampling->job->territories.count, n))
                return ambit_fail(AMBIT_ERR_INPUT,
                                  "%s: robustness: expected samples of column '%s' that add up to "
                                  "less than 4.6e12, found more: give it in thousands or millions, "
                                  "or a narrower law",
                                  s->path, s->column[s->robustness.column[u].column]);
    return AMBIT_OK;
}

static ambit_status draw_batch(struct sampling *sampling, int first)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = sampling->job;
    const int64_t length = ambit_uncertainty_length(job->territories.count);
    memset(sampling->sums, 0, (size_t)(length * sampling->uncertain) * sizeof *sampling->sums);
    for (int u = 0; u < sampling->uncertain; u++)
        AMBIT_TRY_TOGETHER(
            job->comm, ambit_uncertainty_sum(&job->accounts, &job->scenario.robustness.column[u],
                                             sampling->label, job->territories.count,
                                             job->options.seed, first, sums_of(sampling, u)));
    ambit_comm_sum_i64(job->comm, sampling->sums, length * sampling->uncertain);
    AMBIT_TRY_TOGETHER(job->comm, check_sums(sampling, job->scenario.robustness.samples - first));
done:
    return status;
}

static ambit_status draw_samples(struct sampling *sampling)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = sampling->job;
    struct ambit_robustness *const out = sampling->out;
    const int samples = job->scenario.robustness.samples;
    const size_t cells = (size_t)job->territories.count * (size_t)job->scenario.band_count;
    bool *is_outside = NULL;
    AMBIT_TRY_TOGETHER(
        job->comm, ambit_alloc(&is_outside, (size_t)job->territories.count, sizeof *is_outside));
    for (int first = 0; first < samples; first += AMBIT_SAMPLE_BATCH) {
        AMBIT_TRY(draw_batch(sampling, first));
        for (int s = 0; s < AMBIT_SAMPLE_BATCH && first + s < samples; s++) {
            set_loads(sampling, s);
            AMBIT_TRY(count_sample(sampling, first + s + 1, is_outside));
        }
        ambit_log_progress("sample", first, samples, "");
    }
    for (size_t at = 0; at < cells; at++)
        out->deviation[at] = samples > 1 ? sqrt(out->deviation[at] / (samples - 1)) : 0.0;
done:
    ambit_free(&is_outside);
    return status;
}

static void name_columns(const struct ambit_job *job, struct ambit_robustness *out)
{
    const struct ambit_scenario *const s = &job->scenario;
    out->samples = s->robustness.samples;
    out->uncertain = s->robustness.count;
    for (int u = 0; u < out->uncertain; u++) {
        out->terms[u] = s->robustness.column[u];
        (void)snprintf(out->column[u], AMBIT_NAME_MAX, "%s", s->column[out->terms[u].column]);
        if (out->terms[u].by >= 0)
            (void)snprintf(out->by[u], AMBIT_NAME_MAX, "%s", s->category[out->terms[u].by]);
    }
}

ambit_status ambit_robustness_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                                  struct ambit_robustness *out)
{
    ambit_status status = AMBIT_OK;
    const bool stored = options->plan_path != NULL;
    struct ambit_job job;
    struct sampling sampling = {.job = &job, .out = out};
    ambit_robustness_init(out);
    ambit_result_init(&sampling.sample);
    ambit_job_init(&job, comm, options);
    job.use = AMBIT_USE_ROBUSTNESS;
    AMBIT_TRY(ambit_job_load(&job));
    AMBIT_TRY(check_terms(&job));
    AMBIT_TRY(ambit_job_order(&job));
    AMBIT_TRY(stored ? ambit_job_take_plan(&job, options->plan_path)
                     : ambit_job_take_current(&job));
    sampling.label = stored ? job.label : job.accounts.previous;
    sampling.uncertain = job.scenario.robustness.count;
    AMBIT_TRY(ambit_job_judge(&job, sampling.label, &out->plan));
    (void)snprintf(out->plan.scenario_name, AMBIT_NAME_MAX, "%s", job.scenario.name);
    AMBIT_TRY_TOGETHER(comm, allocate(&sampling));
    AMBIT_TRY(set_certain(&sampling));
    name_columns(&job, out);
    AMBIT_TRY(draw_samples(&sampling));
done:
    ambit_log_finish();
    clear(&sampling);
    if (status != AMBIT_OK || ambit_comm_rank(comm) != 0) ambit_robustness_clear(out);
    ambit_job_clear(&job);
    return status;
}
