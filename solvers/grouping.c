/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Greedy: take the next territory that has no group, and the nearest ones that have none either. The
 * order changes every round, so that no border stays closed for long. O(territories²) a round.
 */
#include "solvers/grouping.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/geometry.h"

#include <math.h>
#include <stdlib.h>

#define GROUPING_STREAM UINT64_C(0x67726f7570)
#define FAR_FACTOR 9.0 /* squared: a member is at most this much further than the nearest one */

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
                            const int32_t *group, double *chord2_out)
{
    int32_t best = -1;
    *chord2_out = INFINITY;
    for (int32_t j = 0; j < territories->count; j++) {
        if (group[j] >= 0 || j == from) continue;
        const double chord2 =
            ambit_chord2(territories->item[from].position, territories->item[j].position);
        if (chord2 < *chord2_out) {
            *chord2_out = chord2;
            best = j;
        }
    }
    return best;
}

ambit_status ambit_grouping_make(const struct ambit_territories *territories,
                                 const int64_t *violation, int size, uint64_t seed, int64_t round,
                                 int32_t *group_out, int32_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t n = territories->count;
    struct start *start = NULL;
    int32_t count = 0;
    AMBIT_TRY(ambit_alloc(&start, (size_t)n, sizeof *start));
    for (int32_t j = 0; j < n; j++) {
        const uint64_t index = ((uint64_t)round << 32) + (uint64_t)j;
        start[j] = (struct start){violation[j], ambit_random_u64(seed, GROUPING_STREAM, index), j};
        group_out[j] = -1;
    }
    qsort(start, (size_t)n, sizeof *start, compare_starts);
    for (int32_t s = 0; s < n; s++) {
        const int32_t first = start[s].territory;
        double chord2, nearest = INFINITY;
        int members = 1;
        if (group_out[first] >= 0) continue;
        for (; members < size; members++) {
            group_out[first] = count;
            const int32_t next = nearest_free(territories, first, group_out, &chord2);
            if (next < 0 || chord2 > nearest * FAR_FACTOR) break;
            nearest = fmin(nearest, fmax(chord2, 1e-12));
            group_out[next] = count;
        }
        if (members > 1)
            count++;
        else
            group_out[first] = n > 1 ? -1 : 0;
    }
    *count_out = count;
done:
    ambit_free(&start);
    return status;
}
