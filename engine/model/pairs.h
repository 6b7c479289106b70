/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pairs of an account and a territory that a table names, for the accounts of one slice.
 */
#ifndef AMBIT_PAIRS_H
#define AMBIT_PAIRS_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stdint.h>

struct ambit_pair {
    int32_t account; /* of the slice */
    int32_t territory;
};

/* Zeroed, it is empty. Sorted by account, then by territory; none stands twice. */
struct ambit_pairs {
    int64_t count, room;
    struct ambit_pair *item; /* owned */
};

ambit_status ambit_pairs_add(struct ambit_pairs *pairs, struct ambit_pair pair) AMBIT_CHECKED;
/* Sorts after adding, and leaves out what stands twice. */
void ambit_pairs_sort(struct ambit_pairs *pairs);
/* Leaves out the pairs of accounts that are not kept, `count` in all, and numbers those of the
 * others anew. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_pairs_keep(struct ambit_pairs *pairs, const bool *kept,
                              int32_t count) AMBIT_CHECKED;
void ambit_pairs_clear(struct ambit_pairs *pairs);

/* The index of the account's first pair; *count_out says how many follow each other. */
int64_t ambit_pairs_of(const struct ambit_pairs *pairs, int32_t account, int64_t *count_out);

#endif
