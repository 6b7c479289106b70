/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Descent of a plan of capacitated centred clustering: shifts, swaps, ejection chains and cycles.
 */
#ifndef AMBIT_CENTROID_DESCENT_H
#define AMBIT_CENTROID_DESCENT_H

#include "solvers/centroid_plan.h"

struct ambit_centroid_rank {
    double value;
    int32_t account;
};

struct ambit_centroid_descent {
    struct ambit_centroid_plan *plan; /* borrowed */
    int64_t *seen, *chained; /* owned; clusters: what the plan's clock said when last searched */
    int64_t *ranked;         /* owned; clusters: the same for home and rank */
    double *home;            /* owned; count: at least what joining another cluster costs */
    struct ambit_centroid_rank *rank; /* owned; clusters × (room + 1): most expendable first */
    struct ambit_centroid_rank *leaving, *coming; /* owned; count */
    int64_t spread;                               /* of demands: most less least */
    double tolerance, slack, base_price;
};

ambit_status ambit_centroid_descent_open(struct ambit_centroid_plan *plan,
                                         struct ambit_centroid_descent *out) AMBIT_CHECKED;
void ambit_centroid_descent_close(struct ambit_centroid_descent *descent);

/* Until nothing helps; only what changed since the last descent is searched anew. The price of
 * excess starts low, so that the way may lead over capacity, and rises until there is none or no
 * move lessens it. */
void ambit_centroid_descent_run(struct ambit_centroid_descent *descent);

/* Says that nothing helps the plan as it is: a descent brought it here before. */
void ambit_centroid_descent_skip(struct ambit_centroid_descent *descent);

#endif
