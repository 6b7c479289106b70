/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which accounts lie side by side: Delaunay's triangulation of their places, on the plane or on the
 * sphere, in which a territory that hangs together has no islands.
 */
#ifndef AMBIT_SEED_GRAPH_H
#define AMBIT_SEED_GRAPH_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_seed_graph {
    int32_t count;
    int64_t *row;    /* owned; count + 1: first neighbour of each account */
    int32_t *column; /* owned; neighbours, ascending */
};

/* Of `count` places (place × 3, in Hilbert order for speed). Uses OpenMP. Errors: AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_seed_graph_create(const double *place, int32_t count,
                                     struct ambit_seed_graph *out) AMBIT_CHECKED;
void ambit_seed_graph_clear(struct ambit_seed_graph *graph);

#endif
