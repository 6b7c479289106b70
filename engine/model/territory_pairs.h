/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pairs of territories that lie beside each other, as maps and audits list them.
 */
#ifndef AMBIT_TERRITORY_PAIRS_H
#define AMBIT_TERRITORY_PAIRS_H

#include <stdint.h>

/* Brings pairs into rising order, of the first and then of the second, and drops those that are
 * there already; returns how many stay. Cost: that of sorting. Local. */
int64_t ambit_territory_pairs_sort(int32_t (*pair)[2], int64_t count);

#endif
