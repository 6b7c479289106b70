/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seed: a free centre starts at the centroid of its current territory, or, where it has none,
 * at its part of the weight along the Hilbert curve; balanced k-means then moves the free centres
 * and gives a first plan. Fixed homes stay, and only their influence changes.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/job.h"
#include "engine/run/seeding.h"
#include "solvers/centres.h"

#include <math.h>
#include <string.h>

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

static ambit_status place_centres(struct ambit_job *job, struct ambit_kmeans *kmeans,
                                  bool *placed_out)
{
    for (int32_t j = 0; j < kmeans->count; j++) {
        const struct ambit_territory *territory = &job->territories.item[j];
        kmeans->fixed[j] = territory->centre_kind == AMBIT_CENTRE_HOME;
        memcpy(&kmeans->position[3 * (int64_t)j], territory->position, 3 * sizeof(double));
        for (int r = 0; r < job->problem.rule_count; r++) {
            if (job->scenario.band[job->problem.rule[r].band].target == AMBIT_TARGET_CAPACITY)
                kmeans->share[j] = job->problem.rule[r].share[j];
        }
    }
    return place_by_current(job, kmeans, placed_out);
}

/* Weights by the rules, and the points as k-means wants them. */
static ambit_status pack_points(struct ambit_job *job, struct ambit_kmeans_points *points)
{
    ambit_status status = AMBIT_OK;
    const double *const axis[3] = {job->accounts.x, job->accounts.y, job->accounts.z};
    int64_t *weight = NULL, total[AMBIT_RULE_MAX] = {0};
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&weight, (size_t)job->accounts.count, sizeof *weight));
    for (int r = 0; r < job->problem.rule_count; r++) {
        for (int32_t i = 0; i < job->accounts.count; i++)
            total[r] += job->problem.base[r][i];
    }
    ambit_comm_sum_i64(job->comm, total, AMBIT_RULE_MAX);
    ambit_kmeans_weights(&job->problem, total, weight);
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_kmeans_points_create(axis, weight, job->accounts.count, points));
done:
    ambit_free(&weight);
    return status;
}

ambit_status ambit_job_seed(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_kmeans kmeans = {0};
    struct ambit_kmeans_points points = {0};
    struct ambit_seeding seeding = {.comm = job->comm,
                                    .points = &points,
                                    .first = job->accounts.first,
                                    .total = job->accounts.total,
                                    .tolerance = BALANCED};
    bool *placed = NULL;
    struct ambit_seeding_outcome outcome;
    const int32_t territories = job->territories.count;
    ambit_log_progress("seed", 0, 0, "");
    AMBIT_TRY_TOGETHER(job->comm, ambit_kmeans_create(territories, &kmeans));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&placed, (size_t)territories, sizeof *placed));
    if (job->label == NULL)
        AMBIT_TRY_TOGETHER(
            job->comm, ambit_alloc(&job->label, (size_t)job->accounts.count, sizeof *job->label));
    AMBIT_TRY(pack_points(job, &points));
    AMBIT_TRY(place_centres(job, &kmeans, placed));
    for (int32_t j = 0; j < territories && seeding.placed == NULL; j++) {
        if (placed[j]) seeding.placed = placed;
    }
    AMBIT_TRY(ambit_seeding_run(&seeding, &kmeans, job->label, &outcome));
    AMBIT_TRY(ambit_job_centre(job, job->label));
    AMBIT_TRY(ambit_job_note_round(job, "seed", 0, 0, 0));
done:
    ambit_kmeans_clear(&kmeans);
    ambit_kmeans_points_clear(&points);
    ambit_free(&placed);
    return status;
}
