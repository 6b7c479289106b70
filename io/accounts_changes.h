/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a scenario changes in the table of accounts: some are gone, some are new, and columns grow
 * or shrink. Applied to the rows of any source, before they are ordered.
 */
#ifndef AMBIT_ACCOUNTS_CHANGES_H
#define AMBIT_ACCOUNTS_CHANGES_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"
#include "engine/model/badrows.h"
#include "engine/model/territories.h"

/* Reads a table of new accounts: what accounts_read.c does with the main one. */
typedef ambit_status ambit_accounts_reader(const struct ambit_scenario *s, const char *path,
                                           const struct ambit_territories *t,
                                           struct ambit_comm *comm, bool skip_bad_rows,
                                           struct ambit_accounts *out,
                                           struct ambit_bad_rows *bad_inout, int64_t *rows_out);

/* Removes, adds and scales, in this order; a territory whose rep has left is none. Filters are
 * resolved. *rows_inout grows by the rows of new tables. Cost: a pass over the ids where accounts
 * come or go; each rank reads the files of ids whole. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_accounts_change(const struct ambit_scenario *s,
                                   const struct ambit_territories *t, struct ambit_comm *comm,
                                   bool skip_bad_rows, ambit_accounts_reader *reader,
                                   struct ambit_accounts *accounts,
                                   struct ambit_bad_rows *bad_inout,
                                   int64_t *rows_inout) AMBIT_CHECKED;

#endif
