/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Balanced k-means: each centre has an influence that stretches its distances until its load is
 * near its share. The driver repeats: pass on every slice, add sums over ranks, update everywhere.
 */
#ifndef AMBIT_KMEANS_H
#define AMBIT_KMEANS_H

#include "engine/model/problem.h"
#include <stdbool.h>

struct ambit_kmeans {
    int32_t count;     /* centres */
    double *position;  /* owned; count × 3, unit vectors */
    double *influence; /* owned; squared distances are multiplied by it */
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

/* Labels the slice with the nearest centre under influence (ties to the smaller index) and adds to
 * sums_inout, count × 4: weight, then weight × position. Blocks of the Hilbert order look only at
 * centres that can be nearest to one of them. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_kmeans_pass(const struct ambit_kmeans *kmeans,
                               const struct ambit_accounts *accounts, const int64_t *weight,
                               int32_t *label_out, int64_t *sums_inout) AMBIT_CHECKED;

/* Balances the influences by the sums, and moves free centres where `recentre`. Returns the largest
 * |load / share − 1|. */
double ambit_kmeans_update(struct ambit_kmeans *kmeans, const int64_t *sums, bool recentre);

#endif
