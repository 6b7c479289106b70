/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Greedy: take the next territory that has no group and let it grow, each time by the nearest one
 * without a group to a member drawn at random: groups get many shapes, so that no border stays
 * closed for long, and reach out of a dense place. O(territories²) a round.
 */
#include "solvers/grouping.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/geometry.h"

#include <math.h>
#include <stdlib.h>

#define GROUPING_STREAM UINT64_C(0x67726f7570)
#define GROWING_STREAM UINT64_C(0x67726f7700000000)

struct start {
    int64_t violation;
    uint64_t draw;
    int32_t territory;
};

static int compare_starts(const void *a, const void *b)
{
    const struct start *x = a, *y = b;
    if (x->violation != y->violation) return x->violation > y->violation ? -1 : 1;
    if (x->draw != y->draw) return x->draw < y->draw ? -1 : 1;
    return x->territory < y->territory ? -1 : x->territory > y->territory;
}

/* The nearest territory to `from` that has no group, or −1. */
static int32_t nearest_free(const struct ambit_territories *territories, int32_t from,
                            const int32_t *group)
{
    int32_t best = -1;
    double least = INFINITY;
    for (int32_t j = 0; j < territories->count; j++) {
        if (group[j] >= 0) continue;
        const double chord2 =
            ambit_chord2(territories->item[from].position, territories->item[j].position);
        if (chord2 < least) {
            least = chord2;
            best = j;
        }
    }
    return best;
}

/* Gives `first` and its neighbours the group `number`; returns how many there are. */
static int grow(const struct ambit_territories *territories, int32_t first, int32_t number,
                int size, uint64_t seed, uint64_t stream, int32_t *group)
{
    int32_t member[AMBIT_GROUPING_MAX] = {first};
    int count = 1;
    group[first] = number;
    while (count < size) {
        const uint64_t draw = (uint64_t)number * AMBIT_GROUPING_MAX + (uint64_t)count;
        const int32_t from = member[ambit_random_below(seed, stream, draw, (uint64_t)count)];
        const int32_t next = nearest_free(territories, from, group);
        if (next < 0) break;
        group[next] = number;
        member[count++] = next;
    }
    return count;
}

ambit_status ambit_grouping_make(const struct ambit_territories *territories,
                                 const int64_t *violation, int size, uint64_t seed, int64_t round,
                                 int32_t *group_out, int32_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t n = territories->count;
    struct start *start = NULL;
    int32_t count = 0;
    AMBIT_REQUIRE(size >= 1 && size <= AMBIT_GROUPING_MAX);
    AMBIT_TRY(ambit_alloc(&start, (size_t)n, sizeof *start));
    for (int32_t j = 0; j < n; j++) {
        const uint64_t index = ((uint64_t)round << 32) + (uint64_t)j;
        start[j] = (struct start){violation[j], ambit_random_u64(seed, GROUPING_STREAM, index), j};
        group_out[j] = -1;
    }
    if (n > 0) qsort(start, (size_t)n, sizeof *start, compare_starts);
    for (int32_t s = 0; s < n; s++) {
        const int32_t first = start[s].territory;
        if (group_out[first] >= 0) continue;
        if (grow(territories, first, count, size, seed, GROWING_STREAM + (uint64_t)round,
                 group_out) > 1)
            count++;
        else
            group_out[first] = -1;
    }
    *count_out = count;
done:
    ambit_free(&start);
    return status;
}
