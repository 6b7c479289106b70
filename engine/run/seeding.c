/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Centres start where the summed weight along the Hilbert curve passes the middles of equal parts.
 * They find their places on a sample of some dozen points a centre, where a pass costs next to
 * nothing, then on samples four times as large each, then on all points; von Looz et al. 2018 warm
 * up in the same way. Few centres are at the mercy of where they start, so they start several
 * times, each start a little further along the curve, and the most compact one goes on. Samples are
 * every n-th point by canonical index: the same on any number of ranks.
 *
 * While centres still move, a rough balance will do; only the last passes insist. Weakness: the
 * result is as compact as one local optimum is, about 1 % around the mean of many.
 */
#include "engine/run/seeding.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SAMPLE_PER_CENTRE = 128, /* least points a centre of the smallest sample */
    SAMPLE_LEAST = 50000,    /* and in all: fewer cannot tell which start is the best */
    SAMPLE_STEP = 4,         /* from one sample to the next */
    FIRST_MOVES = 40,        /* of all centres, on the smallest sample */
    SAMPLE_MOVES = 10,
    FULL_MOVES = 5,
    MOVE_PASSES = 6, /* at most, from one move to the next */
    FULL_PASSES = 12,
    LAST_PASSES = 60,
    START_MAX = 8,
    START_CENTRES = 800 /* starts × centres at most, or one start */
};
#define ROUGH 0.15 /* imbalance at which centres may move on a sample */

struct search {
    const struct ambit_seeding *seeding;
    const struct ambit_kmeans_kernel *kernel;
    struct ambit_kmeans *kmeans;
    int64_t *sums; /* owned; count × 4, of the last pass, over all ranks */
    double worst;  /* of the last pass */
};

static ambit_status pass(struct search *search, const struct ambit_kmeans_points *points,
                         bool moments, int32_t *label)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = search->seeding->comm;
    const int64_t length = 4 * (int64_t)search->kmeans->count;
    memset(search->sums, 0, (size_t)length * sizeof *search->sums);
    AMBIT_TRY_TOGETHER(comm, ambit_kmeans_pass(search->kmeans, points, search->kernel, moments,
                                               label, search->sums));
    ambit_comm_sum_i64(comm, search->sums, length);
    search->worst = ambit_kmeans_worst(search->kmeans, search->sums);
done:
    return status;
}

/* Passes until the imbalance is at most `enough`, with the influences of the last one kept. */
static ambit_status balance(struct search *search, const struct ambit_kmeans_points *points,
                            int passes, double enough)
{
    ambit_status status = AMBIT_OK;
    ambit_kmeans_rest(search->kmeans);
    for (int p = 0; p < passes; p++) {
        AMBIT_TRY(pass(search, points, false, NULL));
        if (search->worst <= enough) break;
        ambit_kmeans_balance(search->kmeans, search->sums);
    }
done:
    return status;
}

static ambit_status move(struct search *search, const struct ambit_kmeans_points *points, int moves,
                         int passes, double enough)
{
    ambit_status status = AMBIT_OK;
    for (int m = 0; m < moves; m++) {
        AMBIT_TRY(balance(search, points, passes, enough));
        AMBIT_TRY(pass(search, points, true, NULL));
        ambit_kmeans_recentre(search->kmeans, points->flat, search->sums);
    }
done:
    return status;
}

static bool is_placed(const struct ambit_seeding *seeding, int32_t j)
{
    return seeding->placed != NULL && seeding->placed[j];
}

/* The points where the summed weight passes `phase` of each of equal parts, one part for every
 * centre that has no place. */
static ambit_status place_along_curve(struct search *search,
                                      const struct ambit_kmeans_points *points, double phase)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = search->seeding->comm;
    struct ambit_kmeans *const kmeans = search->kmeans;
    int64_t *place = NULL, wanted = 0, part = 0, sum = 0;
    for (int32_t j = 0; j < kmeans->count; j++)
        wanted += !is_placed(search->seeding, j);
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&place, 3 * (size_t)wanted, sizeof *place));
    for (int32_t i = 0; i < points->count; i++)
        sum += points->weight[i];
    int64_t total = sum, at = ambit_comm_sum_below_i64(comm, sum);
    ambit_comm_sum_i64(comm, &total, 1);
    for (int32_t i = 0; i < points->count; i++) {
        const double before = (double)at, after = (double)(at + points->weight[i]);
        at += points->weight[i];
        for (; part < wanted; part++) {
            const double middle = (double)total * (((double)part + phase) / (double)wanted);
            if (middle < before) continue;
            if (middle >= after) break;
            for (int d = 0; d < (points->flat ? 2 : 3); d++) {
                const double coordinate = (double)points->axis[d][i];
                memcpy(&place[3 * part + d], &coordinate, sizeof coordinate);
            }
        }
    }
    ambit_comm_sum_i64(comm, place, 3 * wanted);
    for (int32_t j = 0, next = 0; j < kmeans->count; j++) {
        kmeans->influence[j] = 1.0;
        if (is_placed(search->seeding, j)) continue;
        memcpy(&kmeans->position[3 * (int64_t)j], &place[3 * (int64_t)next++], 3 * sizeof *place);
    }
done:
    ambit_free(&place);
    return status;
}

static void copy_centres(const struct ambit_kmeans *from, struct ambit_kmeans *to)
{
    memcpy(to->position, from->position, 3 * (size_t)from->count * sizeof *from->position);
    memcpy(to->influence, from->influence, (size_t)from->count * sizeof *from->influence);
}

/* On the smallest sample: several starts, and the most compact one stays. */
static ambit_status start(struct search *search, const struct ambit_kmeans_points *points,
                          int moves, int passes, double enough)
{
    ambit_status status = AMBIT_OK;
    struct ambit_kmeans best = {0};
    double best_value = -INFINITY;
    int starts = START_CENTRES / search->kmeans->count;
    starts = starts < 1 ? 1 : starts > START_MAX ? START_MAX : starts;
    if (search->seeding->placed != NULL || moves == 0) starts = 1;
    AMBIT_TRY_TOGETHER(search->seeding->comm, ambit_kmeans_create(search->kmeans->count, &best));
    for (int s = 0; s < starts; s++) {
        AMBIT_TRY(place_along_curve(search, points, ((double)s + 0.5) / starts));
        AMBIT_TRY(move(search, points, moves, passes, enough));
        if (starts == 1) goto done;
        AMBIT_TRY(balance(search, points, LAST_PASSES, search->seeding->tolerance));
        AMBIT_TRY(pass(search, points, true, NULL));
        const double value = ambit_kmeans_compactness(search->kmeans, search->sums);
        if (value <= best_value) continue;
        best_value = value;
        copy_centres(search->kmeans, &best);
    }
    copy_centres(&best, search->kmeans);
done:
    ambit_kmeans_clear(&best);
    return status;
}

/* From the smallest sample to the whole. */
static ambit_status climb(struct search *search, bool any_free)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_seeding *const seeding = search->seeding;
    const int64_t by_centres = (int64_t)SAMPLE_PER_CENTRE * search->kmeans->count;
    const int64_t least = by_centres > SAMPLE_LEAST ? by_centres : SAMPLE_LEAST;
    struct ambit_kmeans_points sample = {0};
    char detail[64];
    int64_t stride = 1;
    int level = 0, levels = 1;
    for (; seeding->total / (stride * SAMPLE_STEP) >= least; levels++)
        stride *= SAMPLE_STEP;
    for (; stride >= 1; stride /= SAMPLE_STEP, level++) {
        const struct ambit_kmeans_points *const points = stride > 1 ? &sample : seeding->points;
        const int moves = !any_free ? 0 : stride > 1 ? SAMPLE_MOVES : FULL_MOVES;
        const int passes = stride > 1 ? MOVE_PASSES : FULL_PASSES;
        const double enough = stride > 1 ? ROUGH : seeding->tolerance;
        if (stride > 1)
            AMBIT_TRY_TOGETHER(
                seeding->comm,
                ambit_kmeans_points_sample(seeding->points, seeding->first, stride, &sample));
        if (level == 0)
            AMBIT_TRY(start(search, points, any_free ? FIRST_MOVES : 0, passes, enough));
        else
            AMBIT_TRY(move(search, points, moves, passes, enough));
        ambit_kmeans_points_clear(&sample);
        (void)snprintf(detail, sizeof detail, "worst_percent=%.1f", 100.0 * search->worst);
        ambit_log_progress("seed", level + 1, levels, detail);
    }
done:
    ambit_kmeans_points_clear(&sample);
    return status;
}

/* Balances all points and labels them by the best balanced influences. */
static ambit_status settle(struct search *search, int32_t *label_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_seeding *const seeding = search->seeding;
    struct ambit_kmeans best = {0};
    double least = INFINITY;
    AMBIT_TRY_TOGETHER(seeding->comm, ambit_kmeans_create(search->kmeans->count, &best));
    ambit_kmeans_rest(search->kmeans);
    for (int p = 0; p < LAST_PASSES && least > seeding->tolerance; p++) {
        AMBIT_TRY(pass(search, seeding->points, false, NULL));
        if (search->worst < least) {
            least = search->worst;
            copy_centres(search->kmeans, &best);
        }
        ambit_kmeans_balance(search->kmeans, search->sums);
    }
    copy_centres(&best, search->kmeans);
    AMBIT_TRY(pass(search, seeding->points, false, label_out));
done:
    ambit_kmeans_clear(&best);
    return status;
}

ambit_status ambit_seeding_run(const struct ambit_seeding *seeding, struct ambit_kmeans *kmeans,
                               int32_t *label_out, struct ambit_seeding_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct search search = {
        .seeding = seeding, .kernel = ambit_kmeans_kernel_best(), .kmeans = kmeans};
    bool any_free = false;
    for (int32_t j = 0; j < kmeans->count; j++)
        any_free |= !kmeans->fixed[j];
    AMBIT_TRY_TOGETHER(seeding->comm,
                       ambit_alloc(&search.sums, 4 * (size_t)kmeans->count, sizeof *search.sums));
    AMBIT_TRY(climb(&search, any_free));
    AMBIT_TRY(settle(&search, label_out));
    *outcome_out = (struct ambit_seeding_outcome){.worst = search.worst};
    if (seeding->measures > 0 || seeding->connected)
        AMBIT_TRY(ambit_seeding_repair(seeding, kmeans, label_out, outcome_out));
done:
    ambit_free(&search.sums);
    return status;
}
