/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/memory.h"
#include "engine/run/separate.h"
#include "engine/run/unite.h"
#include "solvers/centres.h"
#include "solvers/separation.h"

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

/* The best of candidates [begin, end) of a territory, ties to the smallest index; -1 where another
 * centre's squared chord is below `apart` for each. */
static int64_t choose_median(const struct ambit_job *job, const struct ambit_median_candidate *all,
                             const int64_t *cost, int64_t begin, int64_t end, double apart)
{
    int64_t best = -1;
    for (int64_t c = begin; c < end; c++) {
        if (best >= 0 &&
            (cost[c] > cost[best] || (cost[c] == cost[best] && all[c].index >= all[best].index)))
            continue;
        if (apart > 0.0 &&
            ambit_separation_too_near(&job->territories, all[c].territory, apart, all[c].position))
            continue;
        best = c;
    }
    return best;
}

/* Moves the median centres that are `moving` to the best of the accounts nearest to them that keep
 * `apart`, a squared chord, from the other centres, and tells which of them moved: the others stay
 * where they are. */
static ambit_status step_medians(struct ambit_job *job, const int32_t *label, double apart,
                                 bool *moving, bool *moved_out)
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
    for (int64_t c = 0, next; c < count; c = next) {
        for (next = c + 1; next < count && all[next].territory == all[c].territory;)
            next++;
        const int64_t best = choose_median(job, all, cost, c, next, apart);
        struct ambit_territory *territory = &job->territories.item[all[c].territory];
        if (best < 0 || territory->centre_account == all[best].index) continue;
        territory->centre_account = all[best].index;
        territory->centre_lat = all[best].lat;
        territory->centre_lon = all[best].lon;
        memcpy(territory->position, all[best].position, sizeof territory->position);
        moving[all[c].territory] = *moved_out = true;
    }
done:
    ambit_free(&own);
    ambit_free(&all);
    ambit_free(&cost);
    return status;
}

/* Every free centre to where its accounts want it, whatever the others do. */
static ambit_status centre_freely(struct ambit_job *job, const int32_t *label)
{
    ambit_status status = AMBIT_OK;
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
        AMBIT_TRY(step_medians(job, label, 0.0, moving, &moved));
done:
    ambit_free(&moving);
    return status;
}

/* Centres that are too near to others give way, to accounts of their own where these have room; the
 * medians among them then go to the best of the accounts around. */
static ambit_status keep_apart(struct ambit_job *job, const int32_t *label, double apart)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_territories *const territories = &job->territories;
    bool *moving = NULL, moved = true;
    int32_t count = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&moving, (size_t)territories->count, sizeof *moving));
    AMBIT_TRY(ambit_job_give_way(job, label, apart, moving, &count));
    for (int32_t j = 0; j < territories->count; j++)
        moving[j] &= territories->item[j].centre_kind == AMBIT_CENTRE_MEDIAN;
    for (int step = 0; step < MEDIAN_STEPS_MAX && count > 0 && moved; step++)
        AMBIT_TRY(step_medians(job, label, apart, moving, &moved));
done:
    ambit_free(&moving);
    return status;
}

/* Of units: by their accounts, one of which is the median. */
static ambit_status centre_whole(struct ambit_job *job, const int32_t *label, bool apart)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const whole = job->whole;
    const size_t bytes = (size_t)job->territories.count * sizeof *job->territories.item;
    int32_t *row_label = NULL;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&row_label, (size_t)whole->accounts.count, sizeof *row_label));
    ambit_units_spread(&job->accounts, label, row_label);
    memcpy(whole->territories.item, job->territories.item, bytes);
    AMBIT_TRY(apart ? ambit_job_centre_apart(whole, row_label)
                    : ambit_job_centre(whole, row_label));
    memcpy(job->territories.item, whole->territories.item, bytes);
done:
    ambit_free(&row_label);
    return status;
}

ambit_status ambit_job_centre(struct ambit_job *job, const int32_t *label)
{
    return job->whole != NULL ? centre_whole(job, label, false) : centre_freely(job, label);
}

ambit_status ambit_job_centre_apart(struct ambit_job *job, const int32_t *label)
{
    ambit_status status = AMBIT_OK;
    const double km = job->scenario.separation.km;
    if (job->whole != NULL) return centre_whole(job, label, true);
    AMBIT_TRY(centre_freely(job, label));
    if (km > 0.0 && ambit_job_has_free_centre(job))
        AMBIT_TRY(keep_apart(job, label, ambit_separation_chord2(km)));
done:
    return status;
}
