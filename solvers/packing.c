/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Best fit decreasing finds most packings; the bound L2 of Martello and Toth 1990, with every bin
 * as large as the largest, rules most others out; what is left is tried by depth first, the largest
 * item first, bins of equal room once. Exponential at worst, for which there is a limit.
 */
#include "solvers/packing.h"
#include "engine/base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct packing {
    int64_t *demand, *room; /* owned; falling */
    int64_t *suffix;        /* owned; items + 1: sum of the demands from each on */
    int32_t items, bins;
    int64_t nodes_left;
};

static int compare_falling(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x > y ? -1 : x < y;
}

/* Bins that hold item k and leave the least room; −1 where none does. */
static bool best_fit(const struct packing *packing, int64_t *room)
{
    memcpy(room, packing->room, (size_t)packing->bins * sizeof *room);
    for (int32_t k = 0; k < packing->items; k++) {
        int32_t best = -1;
        for (int32_t b = 0; b < packing->bins; b++) {
            if (room[b] >= packing->demand[k] && (best < 0 || room[b] < room[best])) best = b;
        }
        if (best < 0) return false;
        room[best] -= packing->demand[k];
    }
    return true;
}

/* Martello and Toth's L2 for bins of the largest capacity, over every threshold; more than `bins`
 * is a proof. Items above capacity − t have a bin of their own; those above half share none with
 * each other; small ones from t on fill what is left of the latter. */
static bool is_ruled_out(const struct packing *packing)
{
    const int64_t capacity = packing->room[0];
    for (int32_t last = 0; last < packing->items; last++) {
        const int64_t threshold = packing->demand[last];
        int64_t alone = 0, halves = 0, half_sum = 0, small_sum = 0;
        if (2 * threshold > capacity) continue;
        for (int32_t k = 0; k <= last; k++) {
            const int64_t demand = packing->demand[k];
            if (demand > capacity - threshold) {
                alone++;
            } else if (2 * demand > capacity) {
                halves++;
                half_sum += demand;
            } else {
                small_sum += demand;
            }
        }
        const double spilled =
            (double)small_sum - ((double)halves * (double)capacity - (double)half_sum);
        int64_t more = 0;
        if (spilled > 0.0) more = (int64_t)((spilled + (double)capacity - 1.0) / (double)capacity);
        if (alone + halves + more > packing->bins) return true;
    }
    int64_t large = 0;
    for (int32_t k = 0; k < packing->items; k++)
        large += 2 * packing->demand[k] > capacity;
    return large > packing->bins;
}

/* 1: packed; 0: impossible; −1: out of nodes. `room` is in falling order at no time. */
static int pack_from(struct packing *packing, int32_t k, int64_t *room)
{
    if (k == packing->items) return 1;
    if (--packing->nodes_left < 0) return -1;
    int64_t usable = 0;
    for (int32_t b = 0; b < packing->bins; b++) {
        if (room[b] >= packing->demand[packing->items - 1]) usable += room[b];
    }
    if (usable < packing->suffix[k]) return 0;
    for (int32_t b = 0; b < packing->bins; b++) {
        bool seen = room[b] < packing->demand[k];
        for (int32_t other = 0; other < b && !seen; other++)
            seen = room[other] == room[b];
        if (seen) continue;
        room[b] -= packing->demand[k];
        const int answer = pack_from(packing, k + 1, room);
        room[b] += packing->demand[k];
        if (answer != 0) return answer;
    }
    return 0;
}

static ambit_status open_packing(const int64_t *demand, int32_t items, const int64_t *capacity,
                                 int32_t capacities, int32_t bins, struct packing *packing)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&packing->demand, (size_t)items, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&packing->room, (size_t)capacities, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&packing->suffix, (size_t)items + 1, sizeof(int64_t)));
    memcpy(packing->demand, demand, (size_t)items * sizeof *demand);
    memcpy(packing->room, capacity, (size_t)capacities * sizeof *capacity);
    qsort(packing->demand, (size_t)items, sizeof(int64_t), compare_falling);
    qsort(packing->room, (size_t)capacities, sizeof(int64_t), compare_falling);
    packing->items = items;
    packing->bins = bins;
    for (int32_t k = items - 1; k >= 0; k--)
        packing->suffix[k] = packing->suffix[k + 1] + packing->demand[k];
    for (int32_t b = 0; b < bins; b++) {
        if (packing->room[b] > packing->suffix[0]) packing->room[b] = packing->suffix[0];
    }
done:
    return status;
}

static enum ambit_packing judge(struct packing *packing, int64_t *room)
{
    double total = 0.0;
    for (int32_t b = 0; b < packing->bins; b++)
        total += (double)packing->room[b];
    if ((double)packing->suffix[0] > total) return AMBIT_PACKING_TOTAL_TOO_LARGE;
    if (best_fit(packing, room)) return AMBIT_PACKING_POSSIBLE;
    if (is_ruled_out(packing)) return AMBIT_PACKING_IMPOSSIBLE;
    memcpy(room, packing->room, (size_t)packing->bins * sizeof *room);
    switch (pack_from(packing, 0, room)) {
    case 1:
        return AMBIT_PACKING_POSSIBLE;
    case 0:
        return AMBIT_PACKING_IMPOSSIBLE;
    default:
        return AMBIT_PACKING_UNKNOWN;
    }
}

ambit_status ambit_packing_check(const int64_t *demand, int32_t items, const int64_t *capacity,
                                 int32_t capacities, int32_t bins, int64_t node_max,
                                 enum ambit_packing *answer_out, int32_t *item_out)
{
    ambit_status status = AMBIT_OK;
    struct packing packing = {.nodes_left = node_max};
    int64_t *room = NULL;
    AMBIT_TRY(open_packing(demand, items, capacity, capacities, bins, &packing));
    AMBIT_TRY(ambit_alloc(&room, (size_t)bins, sizeof *room));
    for (int32_t k = 0; k < items; k++) {
        if (demand[k] <= packing.room[0]) continue;
        *item_out = k;
        *answer_out = AMBIT_PACKING_ITEM_TOO_LARGE;
        goto done;
    }
    *answer_out = judge(&packing, room);
done:
    ambit_free(&packing.demand);
    ambit_free(&packing.room);
    ambit_free(&packing.suffix);
    ambit_free(&room);
    return status;
}
