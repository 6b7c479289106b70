/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Synthetic nations: accounts in towns with Zipf sizes and Gaussian spread over a rural background,
 * with lognormal work, a potential that goes with it, segments, and territories as if drawn by hand
 * (whole counties, uneven). Every account is a pure function of (seed, index), so a nation does not
 * depend on who makes which part of it.
 */
#ifndef AMBIT_NATION_H
#define AMBIT_NATION_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_nation; /* opaque */

/* What is the same for all accounts: towns, counties and their territories. Takes memory for about
 * 4 counties a territory. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_nation_create(int64_t accounts, int32_t territories, uint64_t seed,
                                 struct ambit_nation **out) AMBIT_CHECKED;
void ambit_nation_destroy(struct ambit_nation **nation);

struct ambit_nation_account {
    int64_t index;
    int32_t lat, lon;        /* degrees × 10^5 */
    int32_t visits;          /* a year */
    int32_t territory;       /* who has it today, from 0 */
    int32_t territory_count; /* of the nation */
    int64_t workload;        /* hours a year × 100 */
    int64_t potential;       /* thousand USD a year × 10 */
    char segment;            /* 'A': the tenth of most potential, 'B': the next three, 'C' */
};

/* Account `index` of the nation. Local; safe in threads. */
struct ambit_nation_account ambit_nation_account(const struct ambit_nation *nation, int64_t index);

#endif
