/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_MOVES_BOUND_H
#define AMBIT_MOVES_BOUND_H

#include "engine/run/job.h"

/* Sets `least` of the result's cells of budgets, where there are any: what every plan that meets
 * the bands draws. `job` is of single accounts. Collective. */
ambit_status ambit_job_bound_moves(struct ambit_job *job,
                                   struct ambit_result *result) AMBIT_CHECKED;

#endif
