/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The move list: what is between two plans, ordered by solvers/move_order.h.
 */
#ifndef AMBIT_MOVE_LIST_H
#define AMBIT_MOVE_LIST_H

#include "engine/model/moves.h"

/* The way to `plan` from `before`, whose accounts are matched by id and territories by name, or
 * from the current territories that the plan knows where `before` is NULL. All figures are by the
 * plan's scenario, limits and centres; accounts that only the plan has are in their places from the
 * start, those that only `before` has are gone from the start. Paths stand in messages. Needs the
 * account columns of *plan and borrows it. Errors: AMBIT_ERR_INPUT where there is nothing to start
 * from or the file is damaged, AMBIT_ERR_MEMORY. Uses OpenMP. Local. */
ambit_status ambit_moves_create(const struct ambit_result *plan, const char *plan_path,
                                const struct ambit_result *before, const char *before_path,
                                struct ambit_moves *out) AMBIT_CHECKED;
void ambit_moves_clear(struct ambit_moves *moves);

#endif
