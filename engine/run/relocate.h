/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moves free centres together: territories are grouped, the cells of each group go to the rank that
 * owns it, better places are sought there in OpenMP threads, and every rank sets the centres.
 */
#ifndef AMBIT_RELOCATE_H
#define AMBIT_RELOCATE_H

#include "engine/run/job.h"
#include "engine/run/pricing.h"

/* Moves the centres of groups where that promises to save enough; the plan is as before, and no
 * longer that of the centres. *moved_out: centres moved. `round` draws the groups. Collective. */
ambit_status ambit_relocate_round(struct ambit_job *job, const struct ambit_pricing *pricing,
                                  int64_t round, int32_t *moved_out) AMBIT_CHECKED;

#endif
