/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The accounts of a scenario as differences to those of the base. Both stand in the canonical
 * order, so one walk matches them. Local.
 */
#ifndef AMBIT_FARM_ACCOUNTS_H
#define AMBIT_FARM_ACCOUNTS_H

#include "engine/model/result.h"
#include "io/hdf5_wrap.h"

/* Puts the group /accounts of the scenario whose group is the file's root. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_farm_put_accounts(struct ambit_h5 *h5, const struct ambit_result *base,
                                     const struct ambit_result *result) AMBIT_CHECKED;

/* Fills the accounts of *result, whose figures have been read. Errors: AMBIT_ERR_INPUT where the
 * file is damaged, AMBIT_ERR_MEMORY. */
ambit_status ambit_farm_get_accounts(struct ambit_h5 *h5, const struct ambit_result *base,
                                     struct ambit_result *result) AMBIT_CHECKED;

#endif
