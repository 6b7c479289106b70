/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seeding: balanced k-means over all ranks, on samples first, then on all points.
 */
#ifndef AMBIT_SEEDING_H
#define AMBIT_SEEDING_H

#include "engine/base/comm.h"
#include "solvers/kmeans.h"

struct ambit_seeding {
    struct ambit_comm *comm;                  /* borrowed */
    const struct ambit_kmeans_points *points; /* borrowed; this rank's slice */
    int64_t first, total;                     /* canonical index of the slice; points in all */
    const bool *placed; /* borrowed; of each centre: its position is given. NULL: of none */
    double tolerance;   /* of |load / share − 1| */
};

/* Places the centres that are not, moves those that are not fixed, balances, and labels the slice.
 * *worst_out is the largest |load / share − 1| that is left: above the tolerance where points are
 * lumpy. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_seeding_run(const struct ambit_seeding *seeding, struct ambit_kmeans *kmeans,
                               int32_t *label_out, double *worst_out) AMBIT_CHECKED;

#endif
