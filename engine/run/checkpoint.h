/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checkpoints: at the end of a round, where it is time or a signal asks the run to end, all that
 * the rest of the run depends on goes into a file beside the result. A run that goes on from there,
 * on any number of ranks and threads, ends with the same bytes. Every function is collective.
 */
#ifndef AMBIT_CHECKPOINT_H
#define AMBIT_CHECKPOINT_H

#include "engine/run/job.h"
#include "engine/run/pricing.h"

/* Sets job->keeper. With options.resume looks for a checkpoint: the newest, or the one before it
 * where that is damaged; where it finds one, centres, limits, prices, rounds and job->place are
 * its, and job->place.resumed is 1. Without one the run starts afresh; both are said. Needs the
 * accounts in canonical order. Errors: AMBIT_ERR_INPUT where the checkpoint is of another run;
 * AMBIT_STOPPED; AMBIT_ERR_IO; AMBIT_ERR_MEMORY. */
ambit_status ambit_keeper_create(struct ambit_job *job) AMBIT_CHECKED;
void ambit_keeper_destroy(struct ambit_job *job);

/* Says that a round has ended at `place`, with the prices (NULL: none that matter beyond the job's)
 * and the best plan (NULL: no other than job->label). Writes a checkpoint where one is due; one
 * that cannot be written is a warning. Errors: AMBIT_STOPPED, after a checkpoint, where a signal
 * has come. */
ambit_status ambit_keeper_round(struct ambit_job *job, const struct ambit_place *place,
                                const struct ambit_pricing *pricing,
                                const int32_t *best) AMBIT_CHECKED;

/* Says that the plan is done, of several that the job draws, and writes that down. */
void ambit_keeper_done(struct ambit_job *job);

/* Reads the plan (job->label, allocated where it is NULL), the prices where `pricing` is not NULL,
 * and the best plan where `best_out` is not NULL, and ends place->resumed. `job` has the accounts
 * that the checkpoint was written with, as they are or in runs. */
ambit_status ambit_keeper_restore(struct ambit_job *job, struct ambit_place *place,
                                  struct ambit_pricing *pricing, int32_t *best_out) AMBIT_CHECKED;

/* The result is stored: removes the checkpoints, unless a time limit has cut the run short, which
 * may then be gone on with, or the run was told to write none. */
void ambit_keeper_finish(struct ambit_job *job);

/* Removes the checkpoint there and what is left of others; warns where it cannot, since what they
 * were for is stored. Local. */
void ambit_keeper_remove(const char *path);

#endif
