/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_ASSIGNMENT_ILP_H
#define AMBIT_ASSIGNMENT_ILP_H

#include "solvers/group.h"

/* Reassigns the `count` accounts listed in `undecided` (indices into group->account) by a
 * capacitated ILP with two-sided bands; the others stand still. A plan that meets the bands keeps
 * them as hard rows; one that does not pays for its violation. choice_out[k] is the choice for
 * undecided[k]; where branching stopped without a better plan, today's choices.
 * Errors: AMBIT_ERR_SOLVER, AMBIT_ERR_MEMORY. Local; safe in OpenMP threads. */
ambit_status ambit_assignment_ilp(const struct ambit_group *group, const int32_t *undecided,
                                  int32_t count, int32_t *choice_out) AMBIT_CHECKED;

#endif
