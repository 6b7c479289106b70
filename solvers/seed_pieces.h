/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Territories in one piece: pieces that lie apart from the rest go to a neighbour.
 */
#ifndef AMBIT_SEED_PIECES_H
#define AMBIT_SEED_PIECES_H

#include "solvers/seed_graph.h"
#include "solvers/seed_repair.h"

/* Hands every piece of a territory but its main one to the territory whose main piece it touches
 * and whose centre is nearest by weighted squared distance (ties: the smaller index), until nothing
 * changes. Main is the piece with held accounts, which hang together beyond what is in play; where
 * there are none, the heaviest. Labels and totals change. stray_out is the number of accounts still
 * apart, which touch no main piece. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_seed_pieces_join(struct ambit_seed_repair *repair,
                                    const struct ambit_seed_graph *graph,
                                    int64_t *stray_out) AMBIT_CHECKED;

#endif
