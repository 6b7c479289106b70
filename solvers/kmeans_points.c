/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Neighbours on the Hilbert curve are neighbours on the ground, so 64 in a row have a small box,
 * and a box that only one centre can reach is settled without a look at its points: its sums are
 * kept here. O(points), once. Weakness: the packed copy costs 16 to 20 bytes a point.
 */
#include "solvers/kmeans_points.h"
#include "engine/base/memory.h"
#include "solvers/kmeans_kernel.h"

#include <math.h>
#include <string.h>

enum { BLOCK = AMBIT_KMEANS_BLOCK, BUNCH = AMBIT_KMEANS_BUNCH };

static ambit_status create_boxes(int32_t count, struct ambit_kmeans_boxes *boxes)
{
    ambit_status status = AMBIT_OK;
    for (int d = 0; d < 3; d++) {
        AMBIT_TRY(ambit_alloc(&boxes->low[d], (size_t)count, sizeof(float)));
        AMBIT_TRY(ambit_alloc(&boxes->high[d], (size_t)count, sizeof(float)));
    }
done:
    return status;
}

static void clear_boxes(struct ambit_kmeans_boxes *boxes)
{
    for (int d = 0; d < 3; d++) {
        ambit_free(&boxes->low[d]);
        ambit_free(&boxes->high[d]);
    }
}

static ambit_status allocate(int64_t count, bool flat, struct ambit_kmeans_points *out)
{
    ambit_status status = AMBIT_OK;
    *out = (struct ambit_kmeans_points){.count = (int32_t)count, .flat = flat};
    out->blocks = (int32_t)((count + BLOCK - 1) / BLOCK);
    out->bunches = (out->blocks + BUNCH - 1) / BUNCH;
    const size_t padded = (size_t)out->blocks * BLOCK;
    for (int d = 0; d < (flat ? 2 : 3); d++)
        AMBIT_TRY(ambit_alloc(&out->axis[d], padded, sizeof(float)));
    AMBIT_TRY(ambit_alloc(&out->weight, padded, sizeof *out->weight));
    AMBIT_TRY(ambit_alloc(&out->sum, 4 * (size_t)out->blocks, sizeof *out->sum));
    AMBIT_TRY(create_boxes(out->blocks, &out->block_box));
    AMBIT_TRY(create_boxes(out->bunches, &out->bunch_box));
done:
    if (status != AMBIT_OK) ambit_kmeans_points_clear(out);
    return status;
}

void ambit_kmeans_points_clear(struct ambit_kmeans_points *points)
{
    for (int d = 0; d < 3; d++)
        ambit_free(&points->axis[d]);
    ambit_free(&points->weight);
    ambit_free(&points->sum);
    clear_boxes(&points->block_box);
    clear_boxes(&points->bunch_box);
}

void ambit_kmeans_points_add(const struct ambit_kmeans_points *points, int64_t i,
                             int64_t *sum_inout)
{
    const double scaled = (double)points->weight[i] * AMBIT_KMEANS_POSITION_SCALE;
    sum_inout[0] += points->weight[i];
    sum_inout[1] += (int64_t)llrint(scaled * (double)points->axis[0][i]);
    sum_inout[2] += (int64_t)llrint(scaled * (double)points->axis[1][i]);
    if (!points->flat) sum_inout[3] += (int64_t)llrint(scaled * (double)points->axis[2][i]);
}

/* The smallest interval with all of [begin, end) of the lows and highs. */
static void cover(const float *low, const float *high, int64_t begin, int64_t end, float *low_out,
                  float *high_out)
{
    float least = low[begin], most = high[begin];
    for (int64_t i = begin + 1; i < end; i++) {
        least = low[i] < least ? low[i] : least;
        most = high[i] > most ? high[i] : most;
    }
    *low_out = least;
    *high_out = most;
}

/* Fills up the last block, then boxes and sums. */
static void finish(struct ambit_kmeans_points *points)
{
    const int axes = points->flat ? 2 : 3;
    for (int64_t i = points->count; i < (int64_t)points->blocks * BLOCK; i++) {
        for (int d = 0; d < axes; d++)
            points->axis[d][i] = points->axis[d][points->count - 1];
    }
#pragma omp parallel for schedule(static)
    for (int32_t b = 0; b < points->blocks; b++) {
        const int64_t begin = (int64_t)b * BLOCK, end = begin + BLOCK;
        for (int d = 0; d < axes; d++)
            cover(points->axis[d], points->axis[d], begin, end, &points->block_box.low[d][b],
                  &points->block_box.high[d][b]);
        for (int64_t i = begin; i < end; i++)
            ambit_kmeans_points_add(points, i, &points->sum[4 * (int64_t)b]);
    }
    for (int32_t u = 0; u < points->bunches; u++) {
        const int64_t begin = (int64_t)u * BUNCH;
        const int64_t end = begin + BUNCH < points->blocks ? begin + BUNCH : points->blocks;
        for (int d = 0; d < axes; d++)
            cover(points->block_box.low[d], points->block_box.high[d], begin, end,
                  &points->bunch_box.low[d][u], &points->bunch_box.high[d][u]);
    }
}

ambit_status ambit_kmeans_points_create(const double *const axis[3], const int64_t *weight,
                                        int32_t count, struct ambit_kmeans_points *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(allocate(count, axis[2] == NULL, out));
    for (int d = 0; d < (out->flat ? 2 : 3); d++) {
#pragma omp parallel for simd schedule(static)
        for (int32_t i = 0; i < count; i++)
            out->axis[d][i] = (float)axis[d][i];
    }
    if (count > 0) memcpy(out->weight, weight, (size_t)count * sizeof *weight);
    finish(out);
done:
    return status;
}

ambit_status ambit_kmeans_points_sample(const struct ambit_kmeans_points *points, int64_t first,
                                        int64_t stride, struct ambit_kmeans_points *out)
{
    ambit_status status = AMBIT_OK;
    const int64_t begin = (stride - first % stride) % stride;
    const int64_t count = begin < points->count ? (points->count - begin - 1) / stride + 1 : 0;
    AMBIT_TRY(allocate(count, points->flat, out));
    for (int64_t n = 0; n < count; n++) {
        const int64_t i = begin + n * stride;
        for (int d = 0; d < (out->flat ? 2 : 3); d++)
            out->axis[d][n] = points->axis[d][i];
        out->weight[n] = points->weight[i];
    }
    finish(out);
done:
    return status;
}
