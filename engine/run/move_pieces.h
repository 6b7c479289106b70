/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many territories are in pieces along the way of a move list. */
#ifndef AMBIT_MOVE_PIECES_H
#define AMBIT_MOVE_PIECES_H

#include "engine/model/moves.h"

/* Fills moves->torn and what is told of it, from its rows and the territory of each account before
 * the first; nothing where the scenario does not ask for contiguity. Where the barriers cannot be
 * had, moves->torn_unknown says why, and nothing else. Errors: AMBIT_ERR_MEMORY. Uses OpenMP.
 * Local. */
ambit_status ambit_move_pieces_count(const struct ambit_result *plan, const char *plan_path,
                                     const struct ambit_scenario *scenario, const int32_t *origin,
                                     struct ambit_moves *moves) AMBIT_CHECKED;

#endif
