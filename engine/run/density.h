/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How densely accounts lie around each other.
 */
#ifndef AMBIT_DENSITY_H
#define AMBIT_DENSITY_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"

/* The squared chord from each account of the slice to the `neighbours`-th nearest other account of
 * the nation, as ambit_neighbour_chord2() has it. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_density_chord2(struct ambit_comm *comm, const struct ambit_accounts *accounts,
                                  int neighbours, double *chord2_out) AMBIT_CHECKED;

#endif
