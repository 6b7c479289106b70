/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Brings the territories of a first plan within their bands, account by account, where influences
 * cannot: lumpy accounts, and several measures at once.
 */
#ifndef AMBIT_SEED_REPAIR_H
#define AMBIT_SEED_REPAIR_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_SEED_MEASURE_MAX 16

struct ambit_seed_repair {
    int32_t count;        /* accounts in play, in Hilbert order; all borrowed: */
    const double *place;  /* count × 3 */
    const double *weight; /* of an account's squared distance; any unit */
    const bool *held;     /* count; an account that keeps its territory */
    const int64_t *load;  /* count × measures */
    int measures;
    int32_t territories;
    const double *centre;        /* territories × 3 */
    const double *lower, *upper; /* territories × measures; ∓infinity where there is none */
    int64_t *total_inout;        /* territories × measures, accounts out of play included */
    int32_t *label_inout;        /* count; territory of each account */
    bool connected;              /* pieces that lie apart go to their neighbours first */
};

struct ambit_seed_repair_outcome {
    int32_t outside; /* territories that are still outside a limit */
    int64_t stray;   /* accounts that no neighbour could take; 0 where not asked for */
};

/* Moves accounts at the borders, one or two at a time, by least cost for what they mend, and keeps
 * in one piece what is in one piece. A pure function of its input. Uses OpenMP. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_seed_repair(struct ambit_seed_repair *repair,
                               struct ambit_seed_repair_outcome *outcome_out) AMBIT_CHECKED;

#endif
