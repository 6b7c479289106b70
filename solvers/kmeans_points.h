/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Points packed for balanced k-means: single precision, in blocks of the canonical order with
 * boxes and sums that are computed once.
 */
#ifndef AMBIT_KMEANS_POINTS_H
#define AMBIT_KMEANS_POINTS_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stdint.h>

/* Lows and highs, one array an axis. */
struct ambit_kmeans_boxes {
    float *low[3], *high[3]; /* owned */
};

struct ambit_kmeans_points {
    int32_t count;
    bool flat;       /* a plane: the third axis is left out */
    float *axis[3];  /* owned; filled up to whole blocks with the last point, weight 0 */
    int64_t *weight; /* owned */
    int32_t blocks;  /* of AMBIT_KMEANS_BLOCK points */
    int32_t bunches; /* of AMBIT_KMEANS_BUNCH blocks */
    int64_t *sum;    /* owned; blocks × 4: weight, weight × position */
    struct ambit_kmeans_boxes block_box, bunch_box;
};

#define AMBIT_KMEANS_BUNCH 16
#define AMBIT_KMEANS_POSITION_SCALE 0x1p10 /* of weight × position: 2^60 in all */

/* Packs `count` points of coordinates within [−1, 1] and weights of at most 2^50 in all; a third
 * axis of NULL makes a plane. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_kmeans_points_create(const double *const axis[3], const int64_t *weight,
                                        int32_t count,
                                        struct ambit_kmeans_points *out) AMBIT_CHECKED;

/* Every `stride`-th point, by canonical index, of a slice that starts at index `first`: the same
 * sample however the nation is sliced. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_kmeans_points_sample(const struct ambit_kmeans_points *points, int64_t first,
                                        int64_t stride,
                                        struct ambit_kmeans_points *out) AMBIT_CHECKED;

void ambit_kmeans_points_clear(struct ambit_kmeans_points *points);

/* Adds weight, then weight × position of point i (× AMBIT_KMEANS_POSITION_SCALE) to sum_inout[4].
 */
void ambit_kmeans_points_add(const struct ambit_kmeans_points *points, int64_t i,
                             int64_t *sum_inout);

#endif
