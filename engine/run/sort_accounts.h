/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SORT_ACCOUNTS_H
#define AMBIT_SORT_ACCOUNTS_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"

/* Takes the accounts of all ranks to the canonical order (Hilbert key, ties by id) in slices that
 * begin at multiples of `align` and differ by no more than that; sets first and the unit vectors.
 * Where accounts stay together, those of a group have the key of its middle and are behind each
 * other, and a slice begins with the first group or account alone from its multiple on.
 * Errors: AMBIT_ERR_MEMORY, agreed; the accounts are then in no order. Collective. */
ambit_status ambit_sort_accounts(struct ambit_comm *comm, int64_t align,
                                 struct ambit_accounts *accounts) AMBIT_CHECKED;

/* Where the slice of `rank` of `size` begins; of rank `size`: the end. Local. */
int64_t ambit_slice_begin(int64_t total, int64_t align, int size, int rank);

#endif
