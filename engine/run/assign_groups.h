/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New accounts of groups that stay together.
 */
#ifndef AMBIT_ASSIGN_GROUPS_H
#define AMBIT_ASSIGN_GROUPS_H

#include "engine/base/key_table.h"
#include "engine/model/accounts.h"
#include "engine/model/result.h"
#include "solvers/placement.h"

/* Tells each wish where its account's group is in the plan, or −1 that it is new; wishes of one
 * group share that. *home_out, owned by the caller, is what they point to. The accounts are in
 * canonical order. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_assign_groups(const struct ambit_result *stored,
                                 const struct ambit_accounts *accounts, struct ambit_wish *wish,
                                 int32_t **home_out) AMBIT_CHECKED;

/* The same for one account at a time. What is zeroed knows no group yet. */
struct ambit_group_homes {
    bool knows_plan;              /* its groups are among them */
    struct ambit_key_table table; /* of the hashes of the names: index into home */
    int32_t count, room;
    int32_t *home; /* owned; a territory, or −1 */
};

void ambit_group_homes_clear(struct ambit_group_homes *homes);

/* *home_out, valid until the next call, is where the group of that name is, or −1 that it is new;
 * who writes there puts it somewhere. The first call goes through the plan's accounts. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_group_homes_find(struct ambit_group_homes *homes,
                                    const struct ambit_result *stored, const char *name,
                                    int32_t **home_out) AMBIT_CHECKED;

#endif
