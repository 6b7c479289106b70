/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In which order accounts change hands on the way from one plan to another, so that a manager can
 * stop after any step: no step raises the total deviation,
 *
 *     D = Σ_j Σ_b how far the value of band b is outside its limits in territory j, in parts of
 *         its target (a share: in parts of one)
 *
 * with the limits of the plan that is gone to. Where no single account can go without raising D,
 * several go in one step. Deviations are whole numbers of thousand-millionths.
 */
#ifndef AMBIT_MOVE_ORDER_H
#define AMBIT_MOVE_ORDER_H

#include "engine/base/status.h"
#include "engine/model/scenario.h"
#include <stdint.h>

#define AMBIT_DEVIATION_ONE INT64_C(1000000000) /* a whole target */

/* An account that changes hands. */
struct ambit_move {
    int32_t from, to; /* territories, not the same */
    int64_t saving;   /* micro-hours of travel a year that it saves; below 0 where it costs some */
};

struct ambit_move_band {
    int measure, share_of; /* −1 where the band is no share */
};

/* All arrays are borrowed. */
struct ambit_move_nation {
    int32_t territory_count;
    int measure_count, band_count;
    struct ambit_move_band band[2 * AMBIT_MEASURE_MAX];
    const double *low, *high; /* [territory × bands + band]; units or a share, ∓infinity where
                                 there is no limit */
    const double *target;     /* same shape; above 0; of a share 1 */
    int64_t *load; /* [territory × measures + measure], micro-units; before the moves, and after
                      all of them when the order is made */
    int32_t move_count;
    const struct ambit_move *move;
    const int64_t *taken,
        *given; /* [move × measures + measure]: what leaves `from`, comes to `to` */
};

/* The move at a place of the order. */
struct ambit_ordered_move {
    int32_t move;
    int32_t step;      /* from 1 on; those of one step belong together */
    int64_t deviation; /* after its step */
};

struct ambit_move_order {
    int64_t deviation;  /* before all */
    int32_t step_count; /* 0 where there are no moves */
    bool ends_worse;    /* the last step raises D: the plan is worse than a part of the way */
    struct ambit_ordered_move *item; /* owned; move_count */
};

/* Greedy by what a step takes off D, then by hours that it saves; ties go to the smaller index.
 * Cost: about moves × (log moves + moves of the pairs of territories that wait for room); 60 bytes
 * of memory a move. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_move_order_create(struct ambit_move_nation *nation,
                                     struct ambit_move_order *out) AMBIT_CHECKED;
void ambit_move_order_clear(struct ambit_move_order *order);

/* D of the loads as they are. */
int64_t ambit_move_deviation(const struct ambit_move_nation *nation);

#endif
