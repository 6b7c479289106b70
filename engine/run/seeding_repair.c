/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The repair of a seed: accounts near a border come to every rank, which all mend the same plan in
 * the same way and keep their own part of it. Up to two million accounts, and where a
 * territory has few, all of them come. Cost: some 150 bytes an account that comes, and up to 16
 * more for each measure beyond the first, on every rank. Weakness: ranks do not share the work.
 */
#include "engine/base/memory.h"
#include "engine/run/seeding.h"
#include "solvers/seed_repair.h"

#include <math.h>
#include <string.h>

enum { ALL_COME = 2000000, ALL_COME_PER_CENTRE = 200 };
#define COMES 2.2F /* of the ratio of the squared distances to the second and the first centre */
#define MOVES 1.8F /* beyond it an account comes only so that its neighbours see it */

/* The accounts that have come, over all ranks. */
struct play {
    int64_t count, mine_count, mine_first;
    int32_t *mine;          /* owned; indices in this rank's slice */
    double *place, *weight; /* owned, like all below; as in ambit_seed_repair */
    bool *held;
    int64_t *load, *total;
    int32_t *label;
};

static void clear_play(struct play *play)
{
    ambit_free(&play->mine);
    ambit_free(&play->place);
    ambit_free(&play->weight);
    ambit_free(&play->held);
    ambit_free(&play->load);
    ambit_free(&play->total);
    ambit_free(&play->label);
}

/* Ratio of every account of the slice; 0, which always comes and moves, where all come. */
static ambit_status find_ratios(const struct ambit_seeding *seeding,
                                const struct ambit_kmeans *kmeans, float *ratio)
{
    if (seeding->total <= ALL_COME ||
        seeding->total <= (int64_t)ALL_COME_PER_CENTRE * kmeans->count)
        return AMBIT_OK;
    return ambit_kmeans_borders(kmeans, seeding->points, COMES, ratio);
}

static ambit_status choose(const struct ambit_seeding *seeding, const struct ambit_kmeans *kmeans,
                           struct play *play, float **ratio_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = seeding->points->count;
    float *ratio = NULL;
    AMBIT_TRY(ambit_alloc(&ratio, (size_t)count, sizeof *ratio));
    AMBIT_TRY(find_ratios(seeding, kmeans, ratio));
    AMBIT_REQUIRE(ratio != NULL || count == 0);
    for (int32_t i = 0; i < count; i++)
        play->mine_count += ratio[i] <= COMES;
    AMBIT_TRY(ambit_alloc(&play->mine, (size_t)play->mine_count, sizeof *play->mine));
    for (int32_t i = 0, n = 0; i < count; i++) {
        if (ratio[i] <= COMES) play->mine[n++] = i;
    }
    *ratio_out = ratio;
    ratio = NULL;
done:
    ambit_free(&ratio);
    return status;
}

/* What this rank sends. */
struct parcel {
    double *place, *weight;
    int64_t *load;
    int32_t *label;
    bool *held;
};

static void clear_parcel(struct parcel *parcel)
{
    ambit_free(&parcel->place);
    ambit_free(&parcel->weight);
    ambit_free(&parcel->load);
    ambit_free(&parcel->label);
    ambit_free(&parcel->held);
}

static ambit_status pack(const struct ambit_seeding *seeding, const struct play *play,
                         const float *ratio, const int32_t *label, struct parcel *parcel)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_kmeans_points *const points = seeding->points;
    const size_t count = (size_t)play->mine_count;
    AMBIT_TRY(ambit_alloc(&parcel->place, 3 * count, sizeof *parcel->place));
    AMBIT_TRY(ambit_alloc(&parcel->weight, count, sizeof *parcel->weight));
    AMBIT_TRY(ambit_alloc(&parcel->load, count * (size_t)seeding->measures, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&parcel->label, count, sizeof *parcel->label));
    AMBIT_TRY(ambit_alloc(&parcel->held, count, sizeof *parcel->held));
    AMBIT_REQUIRE(ratio != NULL || play->mine_count == 0);
    for (int64_t n = 0; n < play->mine_count; n++) {
        const int32_t i = play->mine[n];
        for (int d = 0; d < (points->flat ? 2 : 3); d++)
            parcel->place[3 * n + d] = seeding->axis[d][i];
        for (int m = 0; m < seeding->measures; m++)
            parcel->load[n * seeding->measures + m] = seeding->load[m][i];
        parcel->weight[n] = (double)points->weight[i];
        parcel->label[n] = label[i];
        parcel->held[n] = ratio[i] > MOVES;
    }
done:
    return status;
}

static ambit_status gather(const struct ambit_seeding *seeding, const struct parcel *parcel,
                           struct play *play)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = seeding->comm;
    const int64_t mine = play->mine_count;
    play->mine_first = ambit_comm_sum_below_i64(comm, mine);
    AMBIT_TRY(ambit_comm_all_gather(comm, parcel->place, mine, 3 * sizeof(double), &play->place,
                                    &play->count));
    AMBIT_TRY(ambit_comm_all_gather(comm, parcel->weight, mine, sizeof(double), &play->weight,
                                    &play->count));
    AMBIT_TRY(ambit_comm_all_gather(comm, parcel->load, mine,
                                    seeding->measures * (int64_t)sizeof(int64_t), &play->load,
                                    &play->count));
    AMBIT_TRY(ambit_comm_all_gather(comm, parcel->label, mine, sizeof(int32_t), &play->label,
                                    &play->count));
    AMBIT_TRY(
        ambit_comm_all_gather(comm, parcel->held, mine, sizeof(bool), &play->held, &play->count));
done:
    return status;
}

/* Loads of every territory; true in *met_out where every limit is met. */
static ambit_status add_loads(const struct ambit_seeding *seeding,
                              const struct ambit_kmeans *kmeans, const int32_t *label,
                              int64_t **total_out, bool *met_out)
{
    ambit_status status = AMBIT_OK;
    const int measures = seeding->measures;
    const int64_t cells = (int64_t)kmeans->count * measures;
    int64_t *total = NULL;
    AMBIT_TRY_TOGETHER(seeding->comm, ambit_alloc(&total, (size_t)cells, sizeof *total));
    for (int32_t i = 0; i < seeding->points->count; i++) {
        for (int m = 0; m < measures; m++)
            total[(int64_t)label[i] * measures + m] += seeding->load[m][i];
    }
    ambit_comm_sum_i64(seeding->comm, total, cells);
    *met_out = true;
    for (int64_t at = 0; at < cells; at++) {
        if ((double)total[at] < seeding->lower[at] || (double)total[at] > seeding->upper[at])
            *met_out = false;
    }
    *total_out = total;
done:
    return status;
}

/* Takes over the labels of this rank's accounts. */
static void take_over(const struct ambit_seeding *seeding, const struct play *play, int32_t *label,
                      struct ambit_seeding_outcome *outcome)
{
    for (int64_t n = 0; n < play->mine_count; n++) {
        const int32_t to = play->label[play->mine_first + n];
        outcome->moved += label[play->mine[n]] != to;
        label[play->mine[n]] = to;
    }
    ambit_comm_sum_i64(seeding->comm, &outcome->moved, 1);
}

ambit_status ambit_seeding_repair(const struct ambit_seeding *seeding,
                                  const struct ambit_kmeans *kmeans, int32_t *label_inout,
                                  struct ambit_seeding_outcome *outcome)
{
    ambit_status status = AMBIT_OK;
    struct play play = {0};
    struct parcel parcel = {0};
    float *ratio = NULL;
    bool met = false;
    AMBIT_TRY(add_loads(seeding, kmeans, label_inout, &play.total, &met));
    if (met && !seeding->connected) goto done;
    AMBIT_TRY_TOGETHER(seeding->comm, choose(seeding, kmeans, &play, &ratio));
    AMBIT_TRY_TOGETHER(seeding->comm, pack(seeding, &play, ratio, label_inout, &parcel));
    ambit_free(&ratio);
    ambit_kmeans_points_clear(seeding->points); /* their part of it is done */
    AMBIT_TRY(gather(seeding, &parcel, &play));
    clear_parcel(&parcel);
    struct ambit_seed_repair repair = {.count = (int32_t)play.count,
                                       .place = play.place,
                                       .weight = play.weight,
                                       .held = play.held,
                                       .load = play.load,
                                       .measures = seeding->measures,
                                       .territories = kmeans->count,
                                       .centre = kmeans->position,
                                       .lower = seeding->lower,
                                       .upper = seeding->upper,
                                       .total_inout = play.total,
                                       .label_inout = play.label,
                                       .connected = seeding->connected};
    struct ambit_seed_repair_outcome repaired;
    AMBIT_TRY_TOGETHER(seeding->comm, ambit_seed_repair(&repair, &repaired));
    outcome->repaired = true;
    outcome->left = repaired.outside;
    outcome->stray = repaired.stray;
    take_over(seeding, &play, label_inout, outcome);
done:
    ambit_free(&ratio);
    clear_parcel(&parcel);
    clear_play(&play);
    return status;
}
