/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_DUPLICATES_H
#define AMBIT_DUPLICATES_H

#include "engine/base/comm.h"
#include "engine/base/hash.h"
#include <stdint.h>

/* An id as it stands in a file: its hash alone, its byte offset, its line. */
struct ambit_seen {
    struct ambit_rows_hash hash;
    int64_t at, line;
};

/* An id that stands earlier in the file. */
struct ambit_duplicate {
    int64_t at;         /* of the id on this rank */
    int64_t first_line; /* where it stands first */
};

/* Finds the second and later ones of equal ids among those of all ranks, which hold consecutive
 * parts of one file in rank order, each in file order. *out, sorted by `at`, is owned by the
 * caller. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_duplicates_find(struct ambit_comm *comm, const struct ambit_seen *seen,
                                   int64_t count, struct ambit_duplicate **out,
                                   int64_t *count_out) AMBIT_CHECKED;

#endif
