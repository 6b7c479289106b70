/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_JUDGE_DISRUPTION_H
#define AMBIT_JUDGE_DISRUPTION_H

#include "engine/run/job.h"

/* Budgets and protected accounts into *result, with feasible and objective; nothing where the
 * scenario has none of them. Travel is known. Every rank; collective. */
ambit_status ambit_judge_disruption(struct ambit_job *job, const int32_t *label,
                                    struct ambit_result *result) AMBIT_CHECKED;

#endif
