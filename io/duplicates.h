/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_DUPLICATES_H
#define AMBIT_DUPLICATES_H

#include "engine/base/comm.h"
#include <stdint.h>

/* The ids of one rank's slice of a file, in file order. */
struct ambit_ids {
    const char *id; /* borrowed; count × width, padded with NUL */
    int32_t width;  /* the same on all ranks */
    int32_t count;
    const int64_t *place; /* borrowed; of each id in the file, ascending */
    void *self;
    int64_t (*line_of)(void *self, int64_t place); /* called with ascending places */
};

/* An id that stands earlier in the file. */
struct ambit_duplicate {
    int64_t row;        /* of the id on this rank */
    int64_t first_line; /* where it stands first */
};

/* Finds the second and later ones of equal ids among those of all ranks, which hold consecutive
 * parts of one file in rank order. *out, sorted by `row`, is owned by the caller. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_duplicates_find(struct ambit_comm *comm, const struct ambit_ids *ids,
                                   struct ambit_duplicate **out, int64_t *count_out) AMBIT_CHECKED;

#endif
