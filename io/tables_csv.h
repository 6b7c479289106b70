/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts, reps and territories from the files that a scenario names.
 *
 * Rows that cannot be used are added to *bad_inout: a row once, with its first fault, and a later
 * row of an id that a usable row has already is a fault of the later one. Unless `skip_bad_rows`,
 * any of them fails with AMBIT_ERR_INPUT on every rank, listing the first in file order. A
 * misplaced quote that joins several lines fails always, since what it swallowed cannot be known.
 * *rows_out counts the rows of the file, bad ones included. *hash_out sums the rows: of reps their
 * bytes and the header's, line ends left out; of accounts the values that are used, so that it is
 * the same in any format.
 */
#ifndef AMBIT_TABLES_CSV_H
#define AMBIT_TABLES_CSV_H

#include "engine/base/comm.h"
#include "engine/base/hash.h"
#include "engine/model/accounts.h"
#include "engine/model/badrows.h"
#include "engine/model/scenario.h"
#include "engine/model/territories.h"
#include <stdbool.h>
#include <stdint.h>

/* One territory for each row of the reps file, named by rep_territory_column or the rep's id, then
 * free ones "new-001", … up to the scenario's territory_count; without a reps file "T001", ….
 * Sorted by name, the same on every rank. A rep without a home has a free centre. A row may leave
 * the rep's id empty where it names a territory: it is vacant. Errors: AMBIT_ERR_INPUT,
 * AMBIT_ERR_IO, AMBIT_ERR_MEMORY, agreed; *out is then empty. Collective. */
ambit_status ambit_read_territories(const struct ambit_scenario *s, struct ambit_comm *comm,
                                    bool skip_bad_rows, struct ambit_territories *out,
                                    struct ambit_bad_rows *bad_inout,
                                    struct ambit_rows_hash *hash_out,
                                    int64_t *rows_out) AMBIT_CHECKED;

/* About how many rows the accounts have, from the start of the file and its size, and bytes a text
 * of their ids; 0 rows where reading will say what is wrong. Errors: AMBIT_ERR_MEMORY, agreed.
 * Collective. */
ambit_status ambit_foresee_accounts(const struct ambit_scenario *s, const char *path,
                                    struct ambit_comm *comm, int64_t *rows_out,
                                    int64_t *id_bytes_out) AMBIT_CHECKED;

/* From the file at `path`, or where it is NULL from the scenario's: CSV, or HDF5 where its name
 * ends in .h5 or its first bytes say so, which has each column as a dataset of one dimension by the
 * same name. Each rank keeps the rows of its slice of the file, in file order: positions, current
 * territory (named by itself or by its rep; empty is -1), columns and visits; `first` is 0, `total`
 * is over ranks; unit vectors and `local_travel` are not set, since rows still have to find their
 * order and their rank. Errors as above. Collective. */
ambit_status ambit_read_accounts(const struct ambit_scenario *s, const char *path,
                                 const struct ambit_territories *t, struct ambit_comm *comm,
                                 bool skip_bad_rows, struct ambit_accounts *out,
                                 struct ambit_bad_rows *bad_inout, struct ambit_rows_hash *hash_out,
                                 int64_t *rows_out) AMBIT_CHECKED;

/* The two parts of it. The rows as they are in the file: a rep who has left counts as a territory
 * behind the last. Then what the scenario changes in them, visits, sums and hash; `path` is for
 * messages. Errors as above. Collective. */
ambit_status ambit_read_account_rows(const struct ambit_scenario *s, const char *path,
                                     const struct ambit_territories *t, struct ambit_comm *comm,
                                     bool skip_bad_rows, struct ambit_accounts *out,
                                     struct ambit_bad_rows *bad_inout,
                                     int64_t *rows_out) AMBIT_CHECKED;
ambit_status ambit_complete_accounts(const struct ambit_scenario *s, const char *path,
                                     const struct ambit_territories *t, struct ambit_comm *comm,
                                     bool skip_bad_rows, struct ambit_accounts *accounts,
                                     struct ambit_bad_rows *bad_inout,
                                     struct ambit_rows_hash *hash_out,
                                     int64_t *rows_inout) AMBIT_CHECKED;

#endif
