/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of pairs: an account's id and a territory (or its rep's id) in each row.
 */
#ifndef AMBIT_PAIRS_CSV_H
#define AMBIT_PAIRS_CSV_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"
#include "engine/model/badrows.h"
#include "engine/model/pairs.h"
#include "engine/model/scenario.h"
#include "engine/model/territories.h"
#include "io/pair_rows.h"

/* Adds the pairs of the closing's table that are of this slice's accounts to pairs_inout (not yet
 * sorted). Every rank reads all of it. A row that cannot be used, or whose account is on no rank,
 * is bad: unless `skip_bad_rows`, any of them fails with AMBIT_ERR_INPUT, listing the first.
 * Errors: also AMBIT_ERR_IO, AMBIT_ERR_MEMORY; agreed. Collective. */
ambit_status ambit_pairs_read_csv(const struct ambit_scenario *scenario,
                                  const struct ambit_closing *closing,
                                  const struct ambit_territories *territories,
                                  const struct ambit_accounts *accounts, struct ambit_comm *comm,
                                  bool skip_bad_rows, struct ambit_bad_rows *bad_inout,
                                  struct ambit_pairs *pairs_inout,
                                  struct ambit_pairs_read *read_out) AMBIT_CHECKED;

#endif
