/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to do about a plan that breaks bands or rules: the least by which bands and budgets would
 * have to open, or rules to let accounts go, in a linear model of the territories in trouble and
 * their neighbours; and what the plan itself says of contiguity and separation.
 */
#ifndef AMBIT_DIAGNOSE_H
#define AMBIT_DIAGNOSE_H

#include "engine/run/job.h"

/* foresee.c: finds bands that no plan can meet, whatever it is: sums of limits that are above or
 * below the nation's total, and accounts that alone are more than any territory may have. They go
 * to job->foreseen, and where a plan is to be drawn they are warned of. Collective. */
ambit_status ambit_job_foresee(struct ambit_job *job) AMBIT_CHECKED;

/* Sets result->diagnosis on rank 0, for a judged plan that breaks bands; of others it stays
 * NULL; and what every plan within the bands draws on budgets. `job` is the one that was drawn, of
 * units where accounts stay together; `label` is by single account all the same. Collective. */
ambit_status ambit_job_diagnose(struct ambit_job *job, const int32_t *label,
                                struct ambit_result *result) AMBIT_CHECKED;

/* diagnose_rules.c: adds to the diagnosis of a judged plan that is not feasible, on rank 0: what
 * was foreseen, territories in pieces and centres that are too near, and what these two ask of the
 * remedies. `job` is of single accounts; `drawn` is the plan before its pieces were joined, or
 * NULL. Collective. */
ambit_status ambit_job_diagnose_rules(struct ambit_job *job, const int32_t *label,
                                      const int32_t *drawn,
                                      struct ambit_result *result) AMBIT_CHECKED;

/* True where some territory is outside a band. Local. */
bool ambit_result_breaks_bands(const struct ambit_result *result);

#endif
