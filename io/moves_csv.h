/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way from one plan to another as two tables. Lines end in LF, fields are quoted by RFC 4180
 * where they must be. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local.
 */
#ifndef AMBIT_MOVES_CSV_H
#define AMBIT_MOVES_CSV_H

#include "engine/model/moves.h"

/* One row a move, in order: step, account_id, from, to, from_rep, to_rep, step_accounts,
 * deviation_before and deviation_after (of the step, nine digits; targets, summed over territories
 * and bands), travel_hours_saved (six digits), moved (accounts so far, this one counted), and,
 * where the plan was asked to be contiguous, in_pieces (territories in more pieces than islands
 * after the step). */
ambit_status ambit_moves_write(const char *path, const struct ambit_moves *moves) AMBIT_CHECKED;

/* One row a pair, most accounts first: from_rep, from, to_rep, to, accounts, then each measure as
 * it counts in `to`. From and to are the same where only the territory's rep changes. */
ambit_status ambit_handovers_write(const char *path, const struct ambit_moves *moves) AMBIT_CHECKED;

#endif
