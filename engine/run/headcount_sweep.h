/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `ambit headcount`: plans for a row of numbers of territories, and what their reps can do. The
 * numbers become scenarios of a file that is written beside the result and names who leaves, and
 * where a new rep would live (solvers/next_rep.h); the farm draws them, so that each is warm from
 * today's number, a failed one is a record, and a job that was stopped goes on.
 */
#ifndef AMBIT_HEADCOUNT_SWEEP_H
#define AMBIT_HEADCOUNT_SWEEP_H

#include "engine/model/headcount.h"
#include "engine/run/run.h"

struct ambit_job; /* job.h */

struct ambit_headcount_options {
    int32_t from, to, step; /* 0 where not given: the scenario's own numbers */
};

/* Draws the base and a plan for each number into options->result_path, beside which FILE.yaml has
 * the scenarios. *curve_out is filled on rank 0, as is *scenario_out, which the caller clears.
 * Errors: AMBIT_ERR_INPUT where the scenario does not say what work is or what hours reps have, or
 * there are more territories than accounts; those of ambit_farm(). AMBIT_ERR_INFEASIBLE where no
 * plan meets the bands, with the curve filled. Collective. */
ambit_status ambit_headcount_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                                 const struct ambit_headcount_options *numbers,
                                 struct ambit_scenario *scenario_out,
                                 struct ambit_headcount_curve *curve_out) AMBIT_CHECKED;

/* Measures a gathered plan into result->headcount on rank 0, where the scenario asks for that and
 * says enough. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_job_note_headcount(struct ambit_job *job,
                                      struct ambit_result *result) AMBIT_CHECKED;

#endif
