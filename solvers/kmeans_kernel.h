/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inner loops of balanced k-means: 64 points or some centres at a time, in single precision.
 * The same loops are compiled for several vector widths; every one gives the same bits.
 */
#ifndef AMBIT_KMEANS_KERNEL_H
#define AMBIT_KMEANS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#define AMBIT_KMEANS_BLOCK 64 /* points a block */

/* Centres as the loops read them, one array a column. */
struct ambit_kmeans_columns {
    float *axis[3];
    float *influence;
};

struct ambit_kmeans_kernel {
    const char *name;

    /* Least squared distance under influence of every centre to a point in the box, in least_out;
     * returns the smallest of the greatest. In flat space the third axis is not read. */
    float (*reach)(const struct ambit_kmeans_columns *centres, int32_t count, bool flat,
                   const float low[3], const float high[3], float *least_out);

    /* The nearest of the centres under influence for the block of points from `begin` on, ties to
     * the smaller index, in label_out (a block). */
    void (*label)(const struct ambit_kmeans_columns *centres, int32_t count, bool flat,
                  float *const axis[3], int64_t begin, int32_t *label_out);

    /* Adds the block's weight with label n to sum_inout[n], n < count. */
    void (*weigh)(const int32_t *label, const int64_t *weight, int32_t count, int64_t *sum_inout);
};

/* The widest kernel that this machine can run; and the one at `index`, widest first, or NULL where
 * this machine cannot run it or there is none (the last one, ambit_kmeans_kernel_count() − 1, runs
 * everywhere). */
const struct ambit_kmeans_kernel *ambit_kmeans_kernel_best(void);
const struct ambit_kmeans_kernel *ambit_kmeans_kernel_at(int index);
int ambit_kmeans_kernel_count(void);

#endif
