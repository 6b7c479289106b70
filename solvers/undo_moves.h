/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sends accounts back where they came from, as long as that breaks no limit further and costs less
 * travel than a move is worth: what is left of a set of moves mends a band or earns its disruption.
 */
#ifndef AMBIT_UNDO_MOVES_H
#define AMBIT_UNDO_MOVES_H

#include "engine/model/problem.h"

/* An account that has moved. */
struct ambit_moved {
    int64_t index;                                               /* canonical */
    int32_t home, now;                                           /* territories, not the same */
    int64_t disruption, home_travel, now_travel;                 /* micro-hours */
    int64_t home_load[AMBIT_RULE_MAX], now_load[AMBIT_RULE_MAX]; /* micro-units by rule */
};

/* `load` is [territory × rules + rule] of the plan with all moves made, and is kept up; `moved` is
 * by index. back_out[m] says that m goes home. First one by one, those that save least first, then
 * also two at a time that have gone opposite ways, until nothing changes. Relative limits go with
 * the totals at every step. Cost: a pass over all limits for each try; tries are a few for each
 * move. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_undo_moves(const struct ambit_problem *problem, int64_t *load,
                              const struct ambit_moved *moved, int64_t moved_count,
                              bool *back_out) AMBIT_CHECKED;

#endif
