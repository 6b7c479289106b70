/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Centres that keep their distance: `centres: separation` of the scenario.
 */
#ifndef AMBIT_SEPARATE_H
#define AMBIT_SEPARATE_H

#include "engine/run/job.h"

/* Moves free centres that are nearer than a squared chord of `apart` to others to accounts that
 * keep it: their own by `label`, or else any of the nation. moved_out, one a territory, tells
 * which; *count_out how many. Where nothing keeps the distance a centre stays. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_job_give_way(struct ambit_job *job, const int32_t *label, double apart,
                                bool *moved_out, int32_t *count_out) AMBIT_CHECKED;

/* Fails with AMBIT_ERR_INFEASIBLE where the accounts cannot have as many centres at such a
 * distance, which is told where medians are asked for; says where homes are nearer than that.
 * Collective. */
ambit_status ambit_job_check_separation(struct ambit_job *job) AMBIT_CHECKED;

#endif
