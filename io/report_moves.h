/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way from one plan to another for people and for programs. Local.
 */
#ifndef AMBIT_REPORT_MOVES_H
#define AMBIT_REPORT_MOVES_H

#include "engine/model/moves.h"
#include <stdio.h>

/* How many moves in how many steps, what is reached after parts of them, and the largest 20
 * handovers. */
void ambit_report_moves(FILE *file, const struct ambit_moves *moves);

/* One JSON object on one line: list, handover, svg (paths, or null), accounts, moves, steps,
 * joint_steps, largest_step, ends_worse, moves_until_met (null where bands are broken in the end),
 * deviation_before, deviation_after (targets), travel_hours_before, travel_hours_after, new, gone,
 * kept_rep, new_reps, parts [{moves, deviation, travel_hours_saved}], handovers [{from_rep, from,
 * to_rep, to, accounts, measures {name: sum}}], all of them. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_report_moves_json(FILE *file, const struct ambit_moves *moves,
                                     const char *list_path, const char *handover_path,
                                     const char *svg_path) AMBIT_CHECKED;

#endif
