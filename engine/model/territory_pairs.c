/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/territory_pairs.h"

#include <stdlib.h>
#include <string.h>

static int compare_pairs(const void *left, const void *right)
{
    const int32_t *const a = left, *const b = right;
    if (a[0] != b[0]) return a[0] < b[0] ? -1 : 1;
    return (a[1] > b[1]) - (a[1] < b[1]);
}

int64_t ambit_territory_pairs_sort(int32_t (*pair)[2], int64_t count)
{
    int64_t kept = 0;
    if (count > 0) qsort(pair, (size_t)count, sizeof *pair, compare_pairs);
    for (int64_t p = 0; p < count; p++) {
        if (kept > 0 && compare_pairs(pair[kept - 1], pair[p]) == 0) continue;
        memmove(pair[kept++], pair[p], sizeof *pair);
    }
    return kept;
}
