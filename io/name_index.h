/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a name to a number: open addressing, at most half full. Adding and finding cost one hash and
 * about one comparison. Weakness: names chosen to collide would make it slow, not wrong.
 */
#ifndef AMBIT_NAME_INDEX_H
#define AMBIT_NAME_INDEX_H

#include "engine/base/status.h"
#include <stddef.h>
#include <stdint.h>

struct ambit_name_index {
    struct ambit_name_slot *slot; /* owned */
    uint64_t mask;                /* slots − 1 */
};

/* Room for `name_count_max` names. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_name_index_create(int64_t name_count_max,
                                     struct ambit_name_index *out) AMBIT_CHECKED;
void ambit_name_index_clear(struct ambit_name_index *index);

/* Adds the name (borrowed, NUL-terminated) with `value` ≥ 0 and returns -1; where it is there
 * already, changes nothing and returns its value. */
int64_t ambit_name_index_add(struct ambit_name_index *index, const char *name, int64_t value);

/* The value of the name of `size` bytes, or -1. */
int64_t ambit_name_index_find(const struct ambit_name_index *index, const char *name, size_t size);

#endif
