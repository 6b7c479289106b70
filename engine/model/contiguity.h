/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the territories of a plan hang together on the neighbour graph of the accounts' places, as
 * judged. A part of the nation that no edge leads out of is an island. A territory is in one piece
 * where any two of its accounts on one island are joined by a path inside the territory: it may
 * have accounts on several islands, with one piece on each.
 */
#ifndef AMBIT_CONTIGUITY_H
#define AMBIT_CONTIGUITY_H

#include "engine/model/scenario.h"
#include <stdbool.h>
#include <stdint.h>

struct ambit_contiguity_figures {
    enum ambit_contiguity wanted;
    int32_t nearest;   /* of the graph; 0: Delaunay's triangulation */
    double longest_km; /* infinity: any */
    int64_t place_count, edge_count;
    int64_t long_count, barred_count; /* edges cut: too long, or across a barrier */
    int64_t island_count;             /* of the nation, 1 where it is all connected */
    int64_t broken_count;             /* territories with more pieces than islands */
    int64_t extra_count;              /* pieces too many, over all territories */
    int64_t apart_count;              /* accounts in them */

    int32_t territory_count;
    int32_t *islands;      /* owned; on how many islands each territory has accounts */
    int32_t *pieces;       /* owned; in how many pieces it is */
    int64_t *apart;        /* owned; accounts outside the largest piece on their island */
    int32_t *apart_sample; /* owned; canonical index of the first of these, or −1 */
};

/* "free", "preferred" or "required". */
const char *ambit_contiguity_name(enum ambit_contiguity wanted);

/* Allocates the arrays. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_contiguity_create(int32_t territories,
                                     struct ambit_contiguity_figures **out) AMBIT_CHECKED;
void ambit_contiguity_destroy(struct ambit_contiguity_figures **figures);

/* The pieces that a certificate spans. Each account's piece of its territory, counted from 1, the
 * largest first and ties by their first accounts, and how many accounts that has. False where some
 * parent is none of the accounts, is of another territory, or leads back to where it came from.
 * Labels are in range. O(accounts × log). Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_contiguity_pieces(const int32_t *label, const int32_t *parent, int32_t count,
                                     int32_t *number_out, int32_t *size_out,
                                     bool *whole_out) AMBIT_CHECKED;

#endif
