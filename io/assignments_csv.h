/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan as a table that any program opens: account_id, territory, rep, previous, moved; and the
 * same for new accounts, with why they go where.
 */
#ifndef AMBIT_ASSIGNMENTS_CSV_H
#define AMBIT_ASSIGNMENTS_CSV_H

#include "engine/model/placed.h"
#include "engine/model/result.h"

/* One row an account in canonical order, lines ended by LF, fields quoted by RFC 4180 where they
 * must be. `previous` is empty where there is none; `moved` is 1 where the current territory is
 * known and another one. A result with a certificate of contiguity has two columns more: `piece`,
 * the account's piece of its territory (1: the largest), and `piece_accounts`, how many that has.
 * Errors: AMBIT_ERR_INPUT where the certificate is none, AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_assignments_write(const char *path,
                                     const struct ambit_result *result) AMBIT_CHECKED;

/* New accounts in a plan; all borrowed. */
struct ambit_placed_table {
    const struct ambit_result *plan; /* for names of territories, reps and bands */
    int64_t count;
    int32_t id_width;
    const char *account_id; /* count × id_width, NUL-padded */
    const struct ambit_placed *placed;
};

/* One row an account: account_id, territory, rep, reason, travel_hours, price_hours, runner_up,
 * more_hours (what that costs more, travel and prices), first_choice, first_saving_hours (what that
 * would cost less), over (bands that are broken, or broken further, with ';' between). Hours have
 * six digits behind the point. Goes to standard output where `path` is NULL. Errors as above.
 * Local. */
ambit_status ambit_placed_write(const char *path,
                                const struct ambit_placed_table *table) AMBIT_CHECKED;

#endif
