/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows in the order of whole numbers, such as places along a Hilbert curve.
 */
#ifndef AMBIT_KEY_SORT_H
#define AMBIT_KEY_SORT_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_keyed {
    uint64_t key;
    int64_t row;
};

/* Sorts `count` of them by key, those of one key as they stood; *keyed_inout, which is owned by the
 * caller, may become another block. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_key_sort(struct ambit_keyed **keyed_inout, int64_t count) AMBIT_CHECKED;

#endif
