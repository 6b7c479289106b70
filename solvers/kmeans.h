/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Balanced k-means: each centre has an influence that stretches its distances until its load is
 * near its share. The driver repeats: pass on every slice, add sums over ranks, balance everywhere.
 */
#ifndef AMBIT_KMEANS_H
#define AMBIT_KMEANS_H

#include "engine/model/problem.h"
#include "solvers/kmeans_kernel.h"
#include "solvers/kmeans_points.h"
#include <stdbool.h>

struct ambit_kmeans {
    int32_t count;     /* centres */
    double *position;  /* owned; count × 3, unit vectors */
    double *influence; /* owned; squared distances are multiplied by it */
    double *step;      /* owned; last change of the influence's logarithm */
    double *share;     /* owned; wanted part of the weight */
    bool *fixed;       /* owned; a fixed centre does not move */
};

ambit_status ambit_kmeans_create(int32_t count, struct ambit_kmeans *out) AMBIT_CHECKED;
void ambit_kmeans_clear(struct ambit_kmeans *kmeans);

/* Weight of every account of the slice for balancing: the mean over the two-sided relative rules of
 * its part of the rule's total (rule totals `total`), or 1 / accounts where there is none; in
 * parts of 2^50. weight_out has one value an account. */
void ambit_kmeans_weights(const struct ambit_problem *problem, const int64_t *total,
                          int64_t *weight_out);

/* Adds to sums_inout, count × 4, what each centre gets that is nearest to a point under influence
 * (ties to the smaller index): weight, then, where `moments` is true, weight × position. label_out,
 * which may be NULL, gets the centre of every point. Blocks look only at centres that can be
 * nearest to one of their points. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_kmeans_pass(const struct ambit_kmeans *kmeans,
                               const struct ambit_kmeans_points *points,
                               const struct ambit_kmeans_kernel *kernel, bool moments,
                               int32_t *label_out, int64_t *sums_inout) AMBIT_CHECKED;

/* How far inside its centre's reach each point lies: the squared distance under influence to the
 * second nearest centre over that to the nearest; right up to `most`, above that anything above.
 * Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_kmeans_borders(const struct ambit_kmeans *kmeans,
                                  const struct ambit_kmeans_points *points, float most,
                                  float *ratio_out) AMBIT_CHECKED;

/* Largest |load / share − 1|. */
double ambit_kmeans_worst(const struct ambit_kmeans *kmeans, const int64_t *sums);

/* Changes the influences towards balance; a chain of such changes ends with ambit_kmeans_rest(). */
void ambit_kmeans_balance(struct ambit_kmeans *kmeans, const int64_t *sums);
void ambit_kmeans_rest(struct ambit_kmeans *kmeans);

/* Moves free centres to their centroids, and takes their influences a little back towards 1. */
void ambit_kmeans_recentre(struct ambit_kmeans *kmeans, bool flat, const int64_t *sums);

/* Falls by as much as the weighted squared distances to the centroids rise: for comparing divisions
 * of the same points. */
double ambit_kmeans_compactness(const struct ambit_kmeans *kmeans, const int64_t *sums);

#endif
