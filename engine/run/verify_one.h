/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kinds of files that ambit_verify() tells apart: a result, a farm of them, a frontier.
 */
#ifndef AMBIT_VERIFY_ONE_H
#define AMBIT_VERIFY_ONE_H

#include "engine/run/job.h"
#include "io/farm_hdf5.h"

/* verify.c: one result, be it one of a farm; as ambit_verify(). Collective. */
ambit_status ambit_verify_one(struct ambit_comm *comm, const char *result_path,
                              const char *accounts_path, int threads, FILE *report) AMBIT_CHECKED;

/* verify.c: takes over what a run decided and the inputs do not say: opened limits, free centres,
 * and of a plan prices. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_verify_take_decisions(struct ambit_job *job,
                                         const struct ambit_result *stored) AMBIT_CHECKED;

/* verify.c: a text of rank 0, or NULL, on all ranks. *text is owned by the caller. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_verify_share_text(struct ambit_comm *comm, char **text) AMBIT_CHECKED;

/* verify_farm.c: how many figures of a table's entry differ from the plan's own; they are printed.
 * Local. */
int64_t ambit_verify_entry(const char *name, const struct ambit_farm_entry *stored,
                           const struct ambit_result *plan, FILE *report);

/* verify_diagnosis.c: what would do for a judged plan that is not feasible, anew, into
 * found->diagnosis on rank 0, and against the stored one. Takes prices and opened limits from
 * `job`, which is of no use afterwards. Collective. */
typedef void ambit_verify_differ(void *self, const char *words);
ambit_status ambit_verify_diagnosis(struct ambit_job *job, const int32_t *label,
                                    const struct ambit_result *stored, struct ambit_result *found,
                                    ambit_verify_differ *differ, void *self) AMBIT_CHECKED;

/* sweep.c: every point of a frontier. Collective. */
ambit_status ambit_verify_frontier(struct ambit_comm *comm, const char *path,
                                   const char *accounts_path, int threads,
                                   FILE *report) AMBIT_CHECKED;

#endif
