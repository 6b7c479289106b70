/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/memory.h"
#include "engine/run/unite.h"
#include "solvers/centres.h"

#include <string.h>

enum { MEDIAN_STEPS_MAX = 12 };

static ambit_status place_centroids(struct ambit_job *job, const int32_t *label)
{
    ambit_status status = AMBIT_OK;
    const int32_t territories = job->territories.count;
    int64_t *sums = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&sums, 4 * (size_t)territories, sizeof *sums));
    ambit_centroid_sums(&job->accounts, label, sums);
    ambit_comm_sum_i64(job->comm, sums, 4 * (int64_t)territories);
    for (int32_t j = 0; j < territories; j++) {
        struct ambit_territory *territory = &job->territories.item[j];
        if (territory->centre_kind == AMBIT_CENTRE_HOME) continue;
        ambit_centroid_place(&sums[4 * (int64_t)j], &territory->centre_lat, &territory->centre_lon,
                             territory->position);
        territory->centre_account = -1;
    }
done:
    ambit_free(&sums);
    return status;
}

/* Moves the median centres that are `moving` to the best of the accounts nearest to them, and tells
 * which of them moved: the others stay where they are. */
static ambit_status step_medians(struct ambit_job *job, const int32_t *label, bool *moving,
                                 bool *moved_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_median_candidate *own = NULL, *all = NULL;
    int64_t *cost = NULL, count = 0;
    *moved_out = false;
    AMBIT_TRY_TOGETHER(job->comm, ambit_median_nearest(&job->accounts, &job->territories, label,
                                                       moving, &own, &count));
    AMBIT_TRY(ambit_comm_all_gather(job->comm, own, count, sizeof *own, &all, &count));
    count = ambit_median_merge(all, count);
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&cost, (size_t)count, sizeof *cost));
    AMBIT_TRY_TOGETHER(job->comm, ambit_median_costs(&job->problem, label, all, count, cost));
    ambit_comm_sum_i64(job->comm, cost, count);
    memset(moving, 0, (size_t)job->territories.count * sizeof *moving);
    for (int64_t c = 0; c < count;) {
        int64_t best = c, next = c + 1;
        for (; next < count && all[next].territory == all[c].territory; next++) {
            if (cost[next] < cost[best] ||
                (cost[next] == cost[best] && all[next].index < all[best].index))
                best = next;
        }
        struct ambit_territory *territory = &job->territories.item[all[c].territory];
        if (territory->centre_account != all[best].index) {
            territory->centre_account = all[best].index;
            territory->centre_lat = all[best].lat;
            territory->centre_lon = all[best].lon;
            memcpy(territory->position, all[best].position, sizeof territory->position);
            moving[all[c].territory] = *moved_out = true;
        }
        c = next;
    }
done:
    ambit_free(&own);
    ambit_free(&all);
    ambit_free(&cost);
    return status;
}

/* Of units: by their accounts, one of which is the median. */
static ambit_status centre_whole(struct ambit_job *job, const int32_t *label)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const whole = job->whole;
    const size_t bytes = (size_t)job->territories.count * sizeof *job->territories.item;
    int32_t *row_label = NULL;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&row_label, (size_t)whole->accounts.count, sizeof *row_label));
    ambit_units_spread(&job->accounts, label, row_label);
    memcpy(whole->territories.item, job->territories.item, bytes);
    AMBIT_TRY(ambit_job_centre(whole, row_label));
    memcpy(job->territories.item, whole->territories.item, bytes);
done:
    ambit_free(&row_label);
    return status;
}

ambit_status ambit_job_centre(struct ambit_job *job, const int32_t *label)
{
    ambit_status status = AMBIT_OK;
    if (job->whole != NULL) return centre_whole(job, label);
    bool free_centre = false, median = false, moved = true, *moving = NULL;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&moving, (size_t)job->territories.count, sizeof *moving));
    for (int32_t j = 0; j < job->territories.count; j++) {
        free_centre |= job->territories.item[j].centre_kind != AMBIT_CENTRE_HOME;
        moving[j] = job->territories.item[j].centre_kind == AMBIT_CENTRE_MEDIAN;
        median |= moving[j];
    }
    if (free_centre) AMBIT_TRY(place_centroids(job, label));
    for (int step = 0; step < MEDIAN_STEPS_MAX && median && moved; step++)
        AMBIT_TRY(step_medians(job, label, moving, &moved));
done:
    ambit_free(&moving);
    return status;
}
