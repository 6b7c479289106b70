/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The neighbour graph of a nation's places, by which a territory is in one piece or not.
 *
 * Two places are neighbours where Delaunay's triangulation of all places joins them, or where one
 * of them is among the K nearest of the other (ties: the smaller index); edges longer than a limit
 * are cut, and so are edges that cross a barrier. The graph is a function of the places and these
 * rules alone. Territories are looked at by place: accounts at one place are always joined, those
 * at neighbouring places too.
 */
#ifndef AMBIT_NEIGHBOUR_GRAPH_H
#define AMBIT_NEIGHBOUR_GRAPH_H

#include "engine/model/barriers.h"
#include <stdbool.h>
#include <stdint.h>

struct ambit_graph_rules {
    int nearest;                           /* K; 0: Delaunay's triangulation */
    double longest_km;                     /* of an edge; infinity: any */
    const struct ambit_barriers *barriers; /* borrowed; NULL: none */
};

struct ambit_neighbour_graph {
    int32_t count;
    int64_t *row;    /* owned; count + 1: first neighbour of each place */
    int32_t *column; /* owned; neighbours, ascending; both directions of every edge */
    int64_t edge_count, long_count, barred_count; /* edges kept, cut by length, cut by a barrier */
};

/* Of `count` different places (place × 3, unit vectors, in Hilbert order for speed). Uses OpenMP.
 * Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_neighbour_graph_create(const double *place, int32_t count,
                                          const struct ambit_graph_rules *rules,
                                          struct ambit_neighbour_graph *out) AMBIT_CHECKED;
void ambit_neighbour_graph_clear(struct ambit_neighbour_graph *graph);

/* Numbers the components of the graph in the order of their first places; returns how many there
 * are. Local. */
int32_t ambit_neighbour_graph_components(const struct ambit_neighbour_graph *graph,
                                         int32_t *component_out);

/* Whether places a and b are neighbours. O(log neighbours). Local. */
bool ambit_neighbour_graph_joins(const struct ambit_neighbour_graph *graph, int32_t a, int32_t b);

#endif
