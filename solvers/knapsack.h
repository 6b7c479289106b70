/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 0/1 knapsack: the most value within a capacity. Values are real, weights whole.
 */
#ifndef AMBIT_KNAPSACK_H
#define AMBIT_KNAPSACK_H

#include <stdbool.h>
#include <stdint.h>

#define AMBIT_KNAPSACK_MAX 4096 /* items */

struct ambit_knapsack_item {
    double value;   /* > 0 */
    int64_t weight; /* ≥ 0 */
    int32_t id;
    bool taken; /* output */
};

/* At most AMBIT_KNAPSACK_MAX items. Sorts the items by value per weight, finds the best subset, and
 * marks it. Branch and bound with Dantzig's bound; after node_max nodes the best so far stands.
 * Returns an upper bound on the best value (equal to *value_out where the search was finished). */
double ambit_knapsack(struct ambit_knapsack_item *item, int32_t count, int64_t capacity,
                      int64_t node_max, double *value_out);

/* Dantzig's bound alone, in linear time: the items come back with those that it takes first, then
 * the one that it takes in part. Any number of items. */
double ambit_knapsack_bound(struct ambit_knapsack_item *item, int32_t count, int64_t capacity);

#endif
