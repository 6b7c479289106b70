/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where accounts stay together: how the canonical order keeps the accounts of a group behind each
 * other.
 */
#ifndef AMBIT_TOGETHER_H
#define AMBIT_TOGETHER_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"

/* Puts the Hilbert key of its group's middle, by visits, in the place of the key of each account
 * that has a group; key_inout is by account of the slice, in any order. Nothing happens where no
 * account has one. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_together_keys(struct ambit_comm *comm, const struct ambit_accounts *accounts,
                                 uint64_t *key_inout) AMBIT_CHECKED;

/* The hash of the name of account i's group, which tells the rank where its accounts meet; 0 where
 * it has none. Local. */
uint64_t ambit_together_hash(const struct ambit_accounts *accounts, int32_t i);

#endif
