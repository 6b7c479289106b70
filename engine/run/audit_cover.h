/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an audited plan covers the accounts. Who has no territory is counted and left out of the
 * job, so that everything behind sees a plan in which each account has one.
 */
#ifndef AMBIT_AUDIT_COVER_H
#define AMBIT_AUDIT_COVER_H

#include "engine/run/job.h"
#include "io/alignment_csv.h"

/* Leaves the accounts whose label is below 0 out of the job, its pairs and `label`, which may be
 * accounts.previous, and into job->cover, which stays NULL where there are none; what is left has
 * canonical indices and local travel of its own. Fails with AMBIT_ERR_INPUT where none is left:
 * `where` and `advice` are for that message. Errors: also AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_job_set_gaps_aside(struct ambit_job *job, int32_t *label, const char *where,
                                      const char *advice) AMBIT_CHECKED;

/* Notes the accounts that several territories of the table claim in job->cover: claimed[i] is the
 * place of account i in it, or −1. Rank 0 alone has the table. Errors: AMBIT_ERR_MEMORY, agreed.
 * Collective. */
ambit_status ambit_job_note_overlaps(struct ambit_job *job, const int32_t *claimed,
                                     const struct ambit_alignment *table) AMBIT_CHECKED;

/* The territory whose centre is nearest to each gap that is named. Local. */
void ambit_cover_find_nearest(const struct ambit_job *job, struct ambit_cover *cover);

#endif
