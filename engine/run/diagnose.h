/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to do about a plan that breaks bands: the least by which these and budgets would have to
 * open, or rules to let accounts go, in a linear model of the territories in trouble and their
 * neighbours.
 */
#ifndef AMBIT_DIAGNOSE_H
#define AMBIT_DIAGNOSE_H

#include "engine/run/job.h"

/* foresee.c: warns of bands that no plan can meet, whatever it is: sums of limits that are above or
 * below the nation's total, and accounts that alone are more than any territory may have.
 * Collective. */
ambit_status ambit_job_foresee(struct ambit_job *job) AMBIT_CHECKED;

/* Sets result->diagnosis on rank 0, for a judged plan that breaks bands; of others it stays
 * NULL; and what every plan within the bands draws on budgets. `job` is the one that was drawn, of
 * units where accounts stay together; `label` is by single account all the same. Collective. */
ambit_status ambit_job_diagnose(struct ambit_job *job, const int32_t *label,
                                struct ambit_result *result) AMBIT_CHECKED;

#endif
