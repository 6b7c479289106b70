/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the way between two places crosses a barrier.
 */
#ifndef AMBIT_BARRIER_INDEX_H
#define AMBIT_BARRIER_INDEX_H

#include "engine/model/barriers.h"
#include <stdbool.h>

struct ambit_barrier_index; /* opaque */

/* Copies what it needs of the barriers. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_barrier_index_create(const struct ambit_barriers *barriers,
                                        struct ambit_barrier_index **out) AMBIT_CHECKED;
void ambit_barrier_index_destroy(struct ambit_barrier_index **index);

/* True where the great circle between two unit vectors, the shorter way, crosses a barrier. What
 * lies on a line counts as left of it, seen along the line as it is drawn. The same for both
 * directions. From any thread. Local. */
bool ambit_barrier_crossed(const struct ambit_barrier_index *index, const double from[3],
                           const double to[3]);

#endif
