/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seed: a free centre starts at the centroid of its current territory, or, where it has none,
 * at its part of the weight along the Hilbert curve; balanced k-means then moves the free centres
 * and gives a first plan. Fixed homes stay, and only their influence changes.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/job.h"
#include "solvers/centres.h"
#include "solvers/kmeans.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BALANCING_PASSES = 8, RECENTRINGS = 12, LAST_PASSES = 30 };
#define BALANCED 0.03

/* Centroid of the accounts that a territory has today; used_out[j] tells whether it has any. */
static ambit_status place_by_current(struct ambit_job *job, struct ambit_kmeans *kmeans,
                                     bool *used_out)
{
    ambit_status status = AMBIT_OK;
    int64_t *sums = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&sums, 4 * (size_t)kmeans->count, sizeof *sums));
    ambit_centroid_sums(&job->accounts, job->accounts.previous, sums);
    ambit_comm_sum_i64(job->comm, sums, 4 * (int64_t)kmeans->count);
    for (int32_t j = 0; j < kmeans->count; j++) {
        used_out[j] = kmeans->fixed[j] || sums[4 * (int64_t)j] > 0;
        double lat, lon;
        if (!kmeans->fixed[j])
            ambit_centroid_place(&sums[4 * (int64_t)j], &lat, &lon,
                                 &kmeans->position[3 * (int64_t)j]);
    }
done:
    ambit_free(&sums);
    return status;
}

/* The places where the summed weight passes the middle of each of `wanted` equal parts. */
static ambit_status place_along_curve(struct ambit_job *job, struct ambit_kmeans *kmeans,
                                      const int64_t *weight, const bool *used)
{
    ambit_status status = AMBIT_OK;
    int64_t *place = NULL, sum = 0, wanted = 0, part = 0;
    for (int32_t j = 0; j < kmeans->count; j++)
        wanted += !used[j];
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&place, 3 * (size_t)wanted, sizeof *place));
    for (int32_t i = 0; i < job->accounts.count; i++)
        sum += weight[i];
    int64_t total = sum, at = ambit_comm_sum_below_i64(job->comm, sum);
    ambit_comm_sum_i64(job->comm, &total, 1);
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const double *axis[3] = {job->accounts.x, job->accounts.y, job->accounts.z};
        const double before = (double)at, after = (double)(at + weight[i]);
        at += weight[i];
        for (; part < wanted; part++) {
            const double middle = (double)total * (((double)part + 0.5) / (double)wanted);
            if (middle < before) continue;
            if (middle >= after) break;
            for (int d = 0; d < 3; d++)
                memcpy(&place[3 * part + d], &axis[d][i], sizeof *place);
        }
    }
    ambit_comm_sum_i64(job->comm, place, 3 * wanted);
    for (int32_t j = 0, next = 0; j < kmeans->count; j++) {
        if (used[j]) continue;
        memcpy(&kmeans->position[3 * (int64_t)j], &place[3 * (int64_t)next++], 3 * sizeof *place);
    }
done:
    ambit_free(&place);
    return status;
}

static ambit_status place_centres(struct ambit_job *job, struct ambit_kmeans *kmeans,
                                  const int64_t *weight, bool *free_out)
{
    ambit_status status = AMBIT_OK;
    bool *used = NULL;
    *free_out = false;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&used, (size_t)kmeans->count, sizeof *used));
    for (int32_t j = 0; j < kmeans->count; j++) {
        const struct ambit_territory *territory = &job->territories.item[j];
        kmeans->fixed[j] = territory->centre_kind == AMBIT_CENTRE_HOME;
        *free_out |= !kmeans->fixed[j];
        memcpy(&kmeans->position[3 * (int64_t)j], territory->position, 3 * sizeof(double));
        for (int r = 0; r < job->problem.rule_count; r++) {
            if (job->scenario.band[job->problem.rule[r].band].target == AMBIT_TARGET_CAPACITY)
                kmeans->share[j] = job->problem.rule[r].share[j];
        }
    }
    AMBIT_TRY(place_by_current(job, kmeans, used));
    AMBIT_TRY(place_along_curve(job, kmeans, weight, used));
done:
    ambit_free(&used);
    return status;
}

static ambit_status pass(struct ambit_job *job, struct ambit_kmeans *kmeans, const int64_t *weight,
                         bool recentre, int64_t *sums, double *worst_out)
{
    ambit_status status = AMBIT_OK;
    memset(sums, 0, 4 * (size_t)kmeans->count * sizeof *sums);
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_kmeans_pass(kmeans, &job->accounts, weight, job->label, sums));
    ambit_comm_sum_i64(job->comm, sums, 4 * (int64_t)kmeans->count);
    *worst_out = ambit_kmeans_update(kmeans, sums, recentre);
done:
    return status;
}

static ambit_status cluster(struct ambit_job *job, struct ambit_kmeans *kmeans,
                            const int64_t *weight, bool free_centres)
{
    ambit_status status = AMBIT_OK;
    int64_t *sums = NULL;
    double worst = INFINITY;
    char detail[64];
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&sums, 4 * (size_t)kmeans->count, sizeof *sums));
    const int rounds = free_centres ? RECENTRINGS : 0;
    for (int round = 0; round < rounds && !ambit_job_out_of_time(job); round++) {
        worst = INFINITY;
        for (int p = 0; p < BALANCING_PASSES && worst > BALANCED; p++)
            AMBIT_TRY(pass(job, kmeans, weight, false, sums, &worst));
        AMBIT_TRY(pass(job, kmeans, weight, true, sums, &worst));
        snprintf(detail, sizeof detail, "worst_percent=%.1f", 100.0 * worst);
        ambit_log_progress("seed", round + 1, rounds, detail);
    }
    worst = INFINITY;
    for (int p = 0; p < LAST_PASSES && worst > BALANCED; p++)
        AMBIT_TRY(pass(job, kmeans, weight, false, sums, &worst));
done:
    ambit_free(&sums);
    return status;
}

ambit_status ambit_job_seed(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_kmeans kmeans = {0};
    int64_t *weight = NULL, total[AMBIT_RULE_MAX] = {0};
    bool free_centres = false;
    ambit_log_progress("seed", 0, 0, "");
    const size_t accounts = (size_t)job->accounts.count;
    AMBIT_TRY_TOGETHER(job->comm, ambit_kmeans_create(job->territories.count, &kmeans));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&weight, accounts, sizeof *weight));
    if (job->label == NULL)
        AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&job->label, accounts, sizeof *job->label));
    for (int r = 0; r < job->problem.rule_count; r++) {
        for (int32_t i = 0; i < job->accounts.count; i++)
            total[r] += job->problem.base[r][i];
    }
    ambit_comm_sum_i64(job->comm, total, AMBIT_RULE_MAX);
    ambit_kmeans_weights(&job->problem, total, weight);
    AMBIT_TRY(place_centres(job, &kmeans, weight, &free_centres));
    AMBIT_TRY(cluster(job, &kmeans, weight, free_centres));
    AMBIT_TRY(ambit_job_centre(job, job->label));
    AMBIT_TRY(ambit_job_note_round(job, "seed", 0, 0, 0));
done:
    ambit_kmeans_clear(&kmeans);
    ambit_free(&weight);
    return status;
}
