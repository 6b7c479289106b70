/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The places of a nation's accounts: accounts of one cell of the Hilbert curve, 2 cm wide, are at
 * one place.
 */
#ifndef AMBIT_PLACES_H
#define AMBIT_PLACES_H

#include "solvers/neighbour_graph.h"

struct ambit_places {
    int32_t count;         /* places */
    int32_t account_count; /* accounts of the nation */
    int32_t *of_account;   /* owned; the place of each account */
    int32_t *account;      /* owned; the accounts place by place, ascending at each */
    int32_t *first;        /* owned; count + 1: where those of each place begin */
    struct ambit_neighbour_graph graph;
    int32_t island_count;
    int32_t *island; /* owned; component of the graph, of each place */
};

/* What the accounts are placed by. */
struct ambit_place_keys {
    int32_t count;          /* accounts */
    const uint64_t *key;    /* borrowed; ambit_hilbert_key() of each */
    const bool *starts;     /* borrowed; true at least where the key is not that of the account
                               before */
    const double *position; /* borrowed; × 3, unit vectors of the accounts that start */
};

/* Places and their graph. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_places_create(const struct ambit_place_keys *keys,
                                 const struct ambit_graph_rules *rules,
                                 struct ambit_places *out) AMBIT_CHECKED;
void ambit_places_clear(struct ambit_places *places);

/* A certificate of how territories hang together: each account's parent in a tree that spans its
 * piece of its territory, −1 at the root, which is the piece's first account. Parents are at the
 * same place or a neighbouring one. O(accounts + edges). Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_places_span(const struct ambit_places *places, const int32_t *label,
                               int32_t *parent_out) AMBIT_CHECKED;

#endif
