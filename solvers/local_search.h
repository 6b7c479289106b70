/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_LOCAL_SEARCH_H
#define AMBIT_LOCAL_SEARCH_H

#include "solvers/group.h"

/* Shifts, swaps and two-step chains until none improves the group's plan, at most `pass_max` passes
 * that do and a number of looks in proportion to the accounts. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_local_search(struct ambit_group *group, int pass_max) AMBIT_CHECKED;

#endif
