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
            const enum ambit_target target = job->scenario.band[job->problem.rule[r].band].target;
            if (target != AMBIT_TARGET_EQUAL && target != AMBIT_TARGET_GIVEN)
                kmeans->share[j] = job->problem.rule[r].share[j];
        }
    }
    return place_by_current(job, kmeans, placed_out);
}

/* What every rule adds up to without travel. */
static void sum_rules(struct ambit_job *job, int64_t total[AMBIT_RULE_MAX])
{
    for (int r = 0; r < job->problem.rule_count; r++) {
        for (int32_t i = 0; i < job->accounts.count; i++)
            total[r] += job->problem.base[r][i];
    }
    ambit_comm_sum_i64(job->comm, total, AMBIT_RULE_MAX);
}

/* Weights by the rules, and the points as k-means wants them. */
static ambit_status pack_points(struct ambit_job *job, struct ambit_kmeans_points *points)
{
    ambit_status status = AMBIT_OK;
    const double *const axis[3] = {job->accounts.x, job->accounts.y, job->accounts.z};
    int64_t *weight = NULL, total[AMBIT_RULE_MAX] = {0};
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&weight, (size_t)job->accounts.count, sizeof *weight));
    sum_rules(job, total);
    ambit_kmeans_weights(&job->problem, total, weight);
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_kmeans_points_create(axis, weight, job->accounts.count, points));
done:
    ambit_free(&weight);
    return status;
}

/* What the seed is mended by where nothing comes after it: the rules that do not count travel. Its
 * territories are then joined to one piece each too, which costs little beside reading; a job that
 * goes on draws its borders anew by prices, so that it would be in vain there. */
struct limits {
    int measures;
    const int64_t *load[AMBIT_RULE_MAX]; /* borrowed */
    double *lower, *upper;               /* owned; [territory × measures + measure] */
};

static ambit_status compile_limits(struct ambit_job *job, struct limits *limits, double *tolerance)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_problem *const problem = &job->problem;
    const size_t cells = (size_t)job->territories.count * (size_t)problem->rule_count;
    int64_t total[AMBIT_RULE_MAX] = {0};
    double *low = NULL, *high = NULL;
    sum_rules(job, total);
    status = ambit_alloc(&low, cells, sizeof *low);
    if (status == AMBIT_OK) status = ambit_alloc(&high, cells, sizeof *high);
    if (status == AMBIT_OK) status = ambit_alloc(&limits->lower, cells, sizeof(double));
    if (status == AMBIT_OK) status = ambit_alloc(&limits->upper, cells, sizeof(double));
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_problem_sides(problem, total, 0.0, low, high);
    int rule[AMBIT_RULE_MAX] = {0};
    for (int r = 0; r < problem->rule_count; r++) {
        const struct ambit_rule *const from = &problem->rule[r];
        if (from->travel_weight != 0.0) continue;
        if (from->lower.kind == AMBIT_SIDE_RELATIVE && from->upper.kind == AMBIT_SIDE_RELATIVE)
            *tolerance = fmin(*tolerance, 0.5 * (from->upper.value - from->lower.value));
        limits->load[limits->measures] = problem->base[r];
        rule[limits->measures++] = r;
    }
    if (limits->measures == 0) goto done;
    AMBIT_REQUIRE(limits->lower != NULL && limits->upper != NULL && low != NULL && high != NULL);
    for (int32_t j = 0; j < job->territories.count; j++) {
        for (int m = 0; m < limits->measures; m++) {
            const size_t to = (size_t)j * (size_t)limits->measures + (size_t)m;
            const size_t from = (size_t)j * (size_t)problem->rule_count + (size_t)rule[m];
            limits->lower[to] = low[from];
            limits->upper[to] = high[from];
        }
    }
done:
    ambit_free(&low);
    ambit_free(&high);
    return status;
}

ambit_status ambit_job_seed(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_kmeans kmeans = {0};
    struct ambit_kmeans_points points = {0};
    const double *const axis[3] = {job->accounts.x, job->accounts.y, job->accounts.z};
    struct ambit_seeding seeding = {.comm = job->comm,
                                    .points = &points,
                                    .axis = axis,
                                    .first = job->accounts.first,
                                    .total = job->accounts.total,
                                    .tolerance = BALANCED};
    bool *placed = NULL;
    struct limits limits = {0};
    struct ambit_seeding_outcome outcome;
    const int32_t territories = job->territories.count;
    ambit_log_progress("seed", 0, 0, "");
    AMBIT_TRY_TOGETHER(job->comm, ambit_kmeans_create(territories, &kmeans));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&placed, (size_t)territories, sizeof *placed));
    if (job->label == NULL) /* as it stays on a rank without accounts */
        status = ambit_alloc(&job->label, (size_t)job->accounts.count, sizeof *job->label);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY(pack_points(job, &points));
    AMBIT_TRY(place_centres(job, &kmeans, placed));
    for (int32_t j = 0; j < territories && seeding.placed == NULL; j++) {
        if (placed[j]) seeding.placed = placed;
    }
    if (job->options.seed_only) {
        AMBIT_TRY(compile_limits(job, &limits, &seeding.tolerance));
        seeding.measures = limits.measures;
        seeding.load = limits.load;
        seeding.lower = limits.lower;
        seeding.upper = limits.upper;
        seeding.connected = true;
    }
    AMBIT_TRY(ambit_seeding_run(&seeding, &kmeans, job->label, &outcome));
    AMBIT_TRY(ambit_job_centre_apart(job, job->label));
    AMBIT_TRY(ambit_job_note_round(job, "seed", 0, 0, 0));
done:
    ambit_kmeans_clear(&kmeans);
    ambit_kmeans_points_clear(&points);
    ambit_free(&placed);
    ambit_free(&limits.lower);
    ambit_free(&limits.upper);
    return status;
}
