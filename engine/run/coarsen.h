/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A nation seen from further off: runs of accounts that follow each other in the canonical order
 * stand as one account, at the middle of their visits, with the sums of their loads. What is found
 * out there (centres, prices, a first plan) is where work on all accounts begins.
 */
#ifndef AMBIT_COARSEN_H
#define AMBIT_COARSEN_H

#include "engine/run/job.h"

/* Accounts that stand as one where a territory has about `runs` of them: a power of two, 1 for
 * small nations. Slices of accounts must begin at multiples of it, so that runs do not depend on
 * the ranks. */
int64_t ambit_coarse_block(int64_t accounts, int32_t territories, int64_t runs);

/* Makes *coarse_out with the centres, prices, rounds and plan that `job` has so far; it borrows the
 * scenario's strings and the communicator. Until it is taken back, job->label (allocated where it
 * is NULL) tells what each account stands in. Runs end early where accounts change hands at a price
 * and their current territories differ. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_job_coarsen(struct ambit_job *job, int64_t block,
                               struct ambit_job *coarse_out) AMBIT_CHECKED;

/* Takes centres, prices, opened limits, rounds and the plan over to `job`, and clears *coarse. A
 * median is then where its run was, and no account yet. Local. */
void ambit_job_take_coarse(struct ambit_job *job, struct ambit_job *coarse);

/* Hands over to another view of the same nation what does not depend on how its accounts are seen:
 * prices, opened limits, rounds. Local. */
void ambit_job_hand_over(struct ambit_job *from, struct ambit_job *to);

/* Frees what *coarse owns. */
void ambit_coarse_clear(struct ambit_job *coarse);

#endif
