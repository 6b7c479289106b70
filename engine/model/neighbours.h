/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The K nearest other places, and the distance to the K-th, for the density around an account.
 */
#ifndef AMBIT_NEIGHBOURS_H
#define AMBIT_NEIGHBOURS_H

#include "engine/base/status.h"
#include <stdint.h>

#define AMBIT_NEIGHBOUR_MAX 64

/* A tree over `count` places (place × 3, borrowed, in Hilbert order for speed). Errors:
 * AMBIT_ERR_MEMORY. Local. */
struct ambit_neighbour_tree; /* opaque */
ambit_status ambit_neighbour_tree_create(const double *place, int64_t count,
                                         struct ambit_neighbour_tree **out) AMBIT_CHECKED;
void ambit_neighbour_tree_destroy(struct ambit_neighbour_tree **tree);

/* The place nearest to any point (ties to the smaller index) of those at less than `chord2`
 * squared; −1 where there is none. Local. */
int64_t ambit_neighbour_within(const struct ambit_neighbour_tree *tree, const double point[3],
                               double chord2);

/* For each place in [begin, end) of `count` unit vectors (place × 3, in Hilbert order for speed),
 * the squared chord to its K-th nearest other place, K in [1, AMBIT_NEIGHBOUR_MAX]; to the furthest
 * where there are fewer, and 0 where there is none. chord2_out has end − begin values. Uses OpenMP.
 * Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_neighbour_chord2(const double *place, int64_t count, int64_t begin, int64_t end,
                                    int neighbours, double *chord2_out) AMBIT_CHECKED;

/* The `neighbours` nearest other places of each place of the tree, nearest first, ties to the
 * smaller index, −1 where there are fewer; list_out has count × neighbours values. Uses OpenMP.
 * Local. */
void ambit_neighbour_list(const struct ambit_neighbour_tree *tree, int neighbours,
                          int32_t *list_out);

/* The `neighbours` places nearest to a point that need be none of them, nearest first, ties to the
 * smaller index; returns how many there are. From any thread. Local. */
int ambit_neighbour_tree_list(const struct ambit_neighbour_tree *tree, const double from[3],
                              int neighbours, int32_t *list_out);

/* The squared chord from the unit vector `from`, which is none of the places, to the K-th nearest
 * of them; to the furthest where there are fewer. From any thread. Local. */
double ambit_neighbour_tree_chord2(const struct ambit_neighbour_tree *tree, const double from[3],
                                   int neighbours);

#endif
