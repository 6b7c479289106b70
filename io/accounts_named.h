/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts that a table names by their ids, each once or more often. Cost: every rank reads the
 * table whole, and looks each of its accounts up.
 */
#ifndef AMBIT_ACCOUNTS_NAMED_H
#define AMBIT_ACCOUNTS_NAMED_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"

/* Which of this rank's accounts the file names, which is relative to the scenario's folder and has
 * their ids in the scenario's column. *named_out is owned by the caller. Errors: AMBIT_ERR_INPUT
 * also where an id is that of no account on any rank; AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_named_accounts_find(const struct ambit_scenario *s, const char *file,
                                       struct ambit_comm *comm, const struct ambit_accounts *a,
                                       bool **named_out) AMBIT_CHECKED;

#endif
