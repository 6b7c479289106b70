/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Columns as they may truly be: every value times factors of mean 1 that are a function of (seed,
 * column, account, sample), so that samples do not depend on who draws them.
 */
#ifndef AMBIT_UNCERTAINTY_H
#define AMBIT_UNCERTAINTY_H

#include "engine/model/accounts.h"
#include "engine/model/scenario.h"

/* Samples that are drawn together: an even number. */
#define AMBIT_SAMPLE_BATCH 16

/* The factor of `spread` for a standard normal number z; of a uniform one for z in [−1, 1]. */
double ambit_spread_factor(const struct ambit_spread *spread, double z);

/* Adds to sums[territory × batch + s], s below AMBIT_SAMPLE_BATCH, the micro-units of column
 * `uncertain` of the slice's accounts in samples first + s. `label` is the plan. Behind these are
 * sums for ambit_uncertainty_fits(). Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_uncertainty_sum(const struct ambit_accounts *accounts,
                                   const struct ambit_uncertain_column *uncertain,
                                   const int32_t *label, int32_t territories, uint64_t seed,
                                   int first, int64_t *sums) AMBIT_CHECKED;

/* How many sums that are. */
int64_t ambit_uncertainty_length(int32_t territories);

/* Whether sample s of all accounts together, whose slices are summed up, is below
 * AMBIT_MICRO_SUM_MAX (within 1 %): else its sums mean nothing. Local. */
bool ambit_uncertainty_fits(const int64_t *sums, int32_t territories, int s);

#endif
