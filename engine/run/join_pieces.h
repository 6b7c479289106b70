/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Territories in one piece. The neighbour graph, barriers and everything that looks at pieces are
 * on rank 0 alone; the functions for jobs are collective, and do nothing where the scenario does
 * not ask for contiguity.
 */
#ifndef AMBIT_JOIN_PIECES_H
#define AMBIT_JOIN_PIECES_H

#include "engine/model/contiguity.h"
#include "engine/run/job.h"
#include "solvers/places.h"

/* What a job knows of it; the arrays are empty off rank 0. */
struct ambit_job_contiguity {
    struct ambit_barriers barriers;
    char barriers_hash[AMBIT_SHA256_TEXT];
    bool has_places; /* the same on every rank */
    struct ambit_places places;
    int32_t *parent; /* owned, by every rank: the certificate of its slice */
    bool is_given; /* the certificate is a file's, to be judged as it is; the same on every rank */
};

/* Reads the barriers; part of loading. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY. */
ambit_status ambit_job_read_barriers(struct ambit_job *job) AMBIT_CHECKED;
void ambit_job_contiguity_destroy(struct ambit_job *job);

/* Makes the places and their graph where they are not there yet. */
ambit_status ambit_job_find_places(struct ambit_job *job) AMBIT_CHECKED;

/* Makes the job's plan contiguous, as far as it can be and bands hold. */
ambit_status ambit_job_join_pieces(struct ambit_job *job) AMBIT_CHECKED;

/* The same where some territory is in more pieces than islands; else the plan stays. */
ambit_status ambit_job_join_torn(struct ambit_job *job) AMBIT_CHECKED;

/* Makes the certificate of `label`, unless one is given. */
ambit_status ambit_job_certify(struct ambit_job *job, const int32_t *label) AMBIT_CHECKED;

/* judge_contiguity.c: counts pieces and checks the certificate of `label`, the one that is given or
 * one made for it, from the inputs into result->contiguity (rank 0). Errors: AMBIT_ERR_MISMATCH
 * where the certificate is wrong. */
ambit_status ambit_job_judge_contiguity(struct ambit_job *job, const int32_t *label,
                                        struct ambit_result *result) AMBIT_CHECKED;

/* The same of plain arrays: fills *figures, made for the territories. Labels are in range. Errors:
 * AMBIT_ERR_MISMATCH with the first fault of the certificate; AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_contiguity_judge(const struct ambit_places *places, const int32_t *label,
                                    const int32_t *parent,
                                    struct ambit_contiguity_figures *figures) AMBIT_CHECKED;

#endif
