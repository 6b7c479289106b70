/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seeding: balanced k-means over all ranks, on samples first, then on all points.
 */
#ifndef AMBIT_SEEDING_H
#define AMBIT_SEEDING_H

#include "engine/base/comm.h"
#include "solvers/kmeans.h"

struct ambit_seeding {
    struct ambit_comm *comm;            /* borrowed */
    struct ambit_kmeans_points *points; /* borrowed; this rank's slice; the repair empties it */
    const double *const *axis;          /* borrowed; its places to the last bit, for the repair */
    int64_t first, total;               /* canonical index of the slice; points in all */
    const bool *placed; /* borrowed; of each centre: its position is given. NULL: of none */
    double tolerance;   /* of |load / share − 1|, for the weights of the points */

    /* Limits for the repair; none where measures is 0. */
    int measures;
    const int64_t *const *load;  /* borrowed; by measure, then point of the slice */
    const double *lower, *upper; /* borrowed; [centre × measures + measure], ∓infinity for none */

    bool connected; /* no territory is to lie in several pieces */
};

struct ambit_seeding_outcome {
    double worst;  /* |load / share − 1| of the weights after k-means */
    bool repaired; /* the limits were not met then, or pieces were looked for */
    int64_t moved; /* accounts, in the repair */
    int32_t left;  /* territories outside a limit at the end */
    int64_t stray; /* accounts apart from their territory that no neighbour could take */
};

/* Places the centres that are not, moves those that are not fixed, balances, and labels the slice.
 * Where a limit is not met then, single accounts are moved until it is, or no move helps; where
 * connected territories are asked for, what lies apart goes to a neighbour before. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_seeding_run(const struct ambit_seeding *seeding, struct ambit_kmeans *kmeans,
                               int32_t *label_out,
                               struct ambit_seeding_outcome *outcome_out) AMBIT_CHECKED;

/* seeding_repair.c: the second part of it, on labels that are there. */
ambit_status ambit_seeding_repair(const struct ambit_seeding *seeding,
                                  const struct ambit_kmeans *kmeans, int32_t *label_inout,
                                  struct ambit_seeding_outcome *outcome) AMBIT_CHECKED;

#endif
