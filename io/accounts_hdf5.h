/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts from HDF5. */
#ifndef AMBIT_ACCOUNTS_HDF5_H
#define AMBIT_ACCOUNTS_HDF5_H

#include "io/accounts_rows.h"

/* Reads this rank's slice of the file rows->path: every account has its id, place, position,
 * current territory and columns. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_IO, AMBIT_ERR_MEMORY, agreed.
 * Collective. */
ambit_status ambit_accounts_read_hdf5(struct ambit_account_rows *rows, struct ambit_comm *comm,
                                      bool skip_bad_rows) AMBIT_CHECKED;

#endif
