/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who could be spared, and where one rep more would live. Cells, which are runs of neighbouring
 * accounts, stand for the nation; territories have homes and the prices of their bands. Local.
 */
#ifndef AMBIT_NEXT_REP_H
#define AMBIT_NEXT_REP_H

#include "engine/base/status.h"
#include "engine/model/problem.h"

struct ambit_next_rep {
    const struct ambit_scenario *scenario; /* borrowed, as is all that follows */
    int32_t cell_count;
    const double *place;  /* cell × 3, unit vectors */
    const double *visits; /* a year */
    const double *local;  /* hours a year of travel that is the same from anywhere */
    const double *weight; /* what reps are to have equal parts of, > 0: hours of work */
    int rule_count;
    const double *load;          /* [cell × rules + rule], units without travel */
    const double *travel_weight; /* of each rule */
    int32_t territory_count;
    const double *home; /* territory × 3 */
    const double
        *price;        /* [territory × rules + rule], hours a unit; below 0 where more is wanted */
    const bool *stays; /* of each territory: it cannot be spared */
};

/* The `count` territories whose reps can be spared most easily, one after the other, with the hours
 * that this costs the others, prices included. There must be more than `count` that can. Ties go to
 * the smallest index. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_next_rep_leave(const struct ambit_next_rep *problem, int32_t count,
                                  int32_t *territory_out, double *hours_out) AMBIT_CHECKED;

/* The `count` cells where new reps save most, one after the other, with the hours saved. Ties go to
 * the smallest index. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_next_rep_hire(const struct ambit_next_rep *problem, int32_t count,
                                 int32_t *cell_out, double *hours_out) AMBIT_CHECKED;

#endif
