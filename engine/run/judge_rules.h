/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's look at rules that are no bands.
 */
#ifndef AMBIT_JUDGE_RULES_H
#define AMBIT_JUDGE_RULES_H

#include "engine/run/job.h"

/* judge_together.c: groups of accounts that stay together, and which of them `label` splits.
 * Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_judge_together(struct ambit_job *job, const int32_t *label,
                                  struct ambit_result_together *out) AMBIT_CHECKED;

/* judge_separation.c: pairs of centres that are nearer than the scenario asks. Errors:
 * AMBIT_ERR_MEMORY. Local; the same on every rank. */
ambit_status ambit_judge_separation(const struct ambit_job *job,
                                    struct ambit_result_separation *out) AMBIT_CHECKED;

#endif
