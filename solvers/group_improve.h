/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_GROUP_IMPROVE_H
#define AMBIT_GROUP_IMPROVE_H

#include "solvers/group.h"

struct ambit_group_outcome {
    int64_t violation_before, violation_after;
    int64_t cost_gain; /* micro-hours saved; may be negative where violation fell */
    int32_t moved;     /* accounts whose choice is not 0 at the end */
};

/* Local search, then an ILP of the undecided accounts, and where that found something local search
 * again: the plan never gets worse. `load` and `chosen` are updated. Errors: AMBIT_ERR_MEMORY,
 * AMBIT_ERR_SOLVER. Local. */
ambit_status ambit_group_improve(struct ambit_group *group,
                                 struct ambit_group_outcome *outcome_out) AMBIT_CHECKED;

#endif
