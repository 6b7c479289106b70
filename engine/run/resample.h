/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_RESAMPLE_H
#define AMBIT_RESAMPLE_H

#include "engine/model/robustness.h"
#include "engine/run/run.h"

/* Scores the plan of options->plan_path, or today's territories. Fills *out on rank 0. Errors:
 * AMBIT_ERR_INPUT where the scenario has no bands or calls no column uncertain, or input is bad.
 * Collective. */
ambit_status ambit_robustness_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                                  struct ambit_robustness *out) AMBIT_CHECKED;

#endif
