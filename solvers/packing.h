/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether demands fit into bins at all, wherever they are: costs play no part.
 */
#ifndef AMBIT_PACKING_H
#define AMBIT_PACKING_H

#include "engine/base/status.h"
#include <stdint.h>

enum ambit_packing {
    AMBIT_PACKING_POSSIBLE,
    AMBIT_PACKING_ITEM_TOO_LARGE,  /* one is above every bin */
    AMBIT_PACKING_TOTAL_TOO_LARGE, /* their sum is above that of the bins */
    AMBIT_PACKING_IMPOSSIBLE,      /* proven by a bound or by trying everything */
    AMBIT_PACKING_UNKNOWN          /* the effort was spent */
};

/* Packs `items` demands into the `bins` largest of `capacities` capacities. Capacities may be of
 * any size. node_max limits the search. *item_out is the index of an item above every bin, where
 * there is one. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_packing_check(const int64_t *demand, int32_t items, const int64_t *capacity,
                                 int32_t capacities, int32_t bins, int64_t node_max,
                                 enum ambit_packing *answer_out, int32_t *item_out) AMBIT_CHECKED;

#endif
