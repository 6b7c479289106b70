/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between two results: pure counting, printed by io/report_compare.c.
 */
#ifndef AMBIT_RESULT_COMPARE_H
#define AMBIT_RESULT_COMPARE_H

#include "engine/model/result.h"

/* A territory of either result; its accounts are counted where both results know them. */
struct ambit_territory_change {
    const char *name;   /* borrowed from a result */
    int32_t in_a, in_b; /* index there, or −1 */
    int64_t went, came; /* accounts that are in it only in a, only in b */
};

/* Accounts that are in one territory of a and in another of b. */
struct ambit_territory_flow {
    const char *from, *to; /* borrowed from the results */
    int64_t count;
};

struct ambit_comparison {
    int64_t both, differ;   /* accounts that both have; those with territories of other names */
    int64_t only_a, only_b; /* accounts that one has */
    int32_t change_count;
    struct ambit_territory_change *change; /* owned; most changed first, then by name */
    int64_t flow_count;
    struct ambit_territory_flow *flow; /* owned; from × to where there is any, largest first, then
                                          by names */
};

/* Matches accounts by id and territories by name, in any order of either. Costs two sorts of the
 * accounts. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_comparison_create(const struct ambit_result *a, const struct ambit_result *b,
                                     struct ambit_comparison *out) AMBIT_CHECKED;
void ambit_comparison_clear(struct ambit_comparison *comparison);

/* Mean great-circle km from an account to the centre of its territory: how compact a plan is. NaN
 * where there are no accounts. */
double ambit_mean_km_to_centre(const struct ambit_result *result);

#endif
