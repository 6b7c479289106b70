/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New accounts of groups that stay together.
 */
#ifndef AMBIT_ASSIGN_GROUPS_H
#define AMBIT_ASSIGN_GROUPS_H

#include "engine/model/accounts.h"
#include "engine/model/result.h"
#include "solvers/placement.h"

/* Tells each wish where its account's group is in the plan, or −1 that it is new; wishes of one
 * group share that. *home_out, owned by the caller, is what they point to. The accounts are in
 * canonical order. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_assign_groups(const struct ambit_result *stored,
                                 const struct ambit_accounts *accounts, struct ambit_wish *wish,
                                 int32_t **home_out) AMBIT_CHECKED;

#endif
