/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One step up a concave quadratic model that has a kink at zero in every coordinate and walls:
 * from x, maximise over y, with least ≤ y ≤ most,
 *
 *     gᵀs − ½ sᵀ(H + damping)s − Σ_c (B_c(y_c) − B_c(x_c)),   B_c(y) = max(high y, low y),
 *
 * where s is y − x. H is sparse, positive and in blocks, `blocks` × `blocks` of them, each `size` ×
 * `size`; a coordinate is one of a block. Where whole[r] > 0, coordinate r of the blocks has no
 * such sum; what it is of moves all of them: s_r is y_r − x_r − Σ (B(y_r) − B(x_r)) / whole[r].
 * No call communicates; the same bytes on any number of threads.
 */
#ifndef AMBIT_KINKED_NEWTON_H
#define AMBIT_KINKED_NEWTON_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_kinked_model {
    int32_t blocks;
    int size;
    int64_t *first;       /* owned; blocks + 1: first entry of each row of blocks */
    int32_t *neighbour;   /* owned; column of each entry; the first of a row is the diagonal */
    double *block;        /* owned; entry × size²; by rows */
    double *whole;        /* owned; [size] */
    double *damping;      /* owned; [cell] */
    double *gradient;     /* owned; [cell] */
    double *low, *high;   /* owned; [cell] slopes of B below and above zero, low ≤ high */
    double *least, *most; /* owned; [cell], least ≤ 0 ≤ most */
    double *work;         /* owned */
};

/* Makes room for rows that have the diagonal and the neighbours of `row` and `column` (pairs a < b,
 * by a), both ways. What pair_entry_out is set to, two a pair and owned by the caller, are the
 * entries of (a, b) and of (b, a). Errors: AMBIT_ERR_MEMORY; the model is then empty. */
ambit_status ambit_kinked_create(int32_t blocks, int size, const int32_t *row,
                                 const int32_t *column, struct ambit_kinked_model *out,
                                 int64_t **pair_entry_out) AMBIT_CHECKED;
void ambit_kinked_clear(struct ambit_kinked_model *model);

/* From `at` to near the best point, into `to`. Uses OpenMP. */
void ambit_kinked_step(const struct ambit_kinked_model *model, const double *at, double *to);

/* What the model promises for going from `at` to `to`. Uses OpenMP. */
double ambit_kinked_rise(const struct ambit_kinked_model *model, const double *at,
                         const double *to);

#endif
