/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/pairs.h"
#include "engine/base/memory.h"

#include <stdlib.h>

ambit_status ambit_pairs_add(struct ambit_pairs *pairs, struct ambit_pair pair)
{
    if (pairs->count == pairs->room) {
        const int64_t room = 2 * pairs->room + 64;
        const ambit_status status = ambit_resize(&pairs->item, (size_t)room, sizeof *pairs->item);
        if (status != AMBIT_OK) return status;
        pairs->room = room;
    }
    pairs->item[pairs->count++] = pair;
    return AMBIT_OK;
}

static int compare(const void *a, const void *b)
{
    const struct ambit_pair *const x = a, *const y = b;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return x->territory < y->territory ? -1 : x->territory > y->territory;
}

void ambit_pairs_sort(struct ambit_pairs *pairs)
{
    int64_t kept = 0;
    if (pairs->count > 0) qsort(pairs->item, (size_t)pairs->count, sizeof *pairs->item, compare);
    for (int64_t p = 0; p < pairs->count; p++) {
        if (p == 0 || compare(&pairs->item[p], &pairs->item[p - 1]) != 0)
            pairs->item[kept++] = pairs->item[p];
    }
    pairs->count = kept;
}

ambit_status ambit_pairs_keep(struct ambit_pairs *pairs, const bool *kept, int32_t count)
{
    int32_t *number = NULL, next = 0;
    int64_t left = 0;
    if (pairs->count == 0) return AMBIT_OK;
    const ambit_status status = ambit_alloc(&number, (size_t)count, sizeof *number);
    if (status != AMBIT_OK) return status;
    for (int32_t i = 0; i < count; i++)
        number[i] = kept[i] ? next++ : -1;
    for (int64_t p = 0; p < pairs->count; p++) {
        const struct ambit_pair pair = pairs->item[p];
        if (number[pair.account] >= 0)
            pairs->item[left++] = (struct ambit_pair){number[pair.account], pair.territory};
    }
    pairs->count = left;
    ambit_free(&number);
    return AMBIT_OK;
}

void ambit_pairs_clear(struct ambit_pairs *pairs)
{
    ambit_free(&pairs->item);
    pairs->count = pairs->room = 0;
}

int64_t ambit_pairs_of(const struct ambit_pairs *pairs, int32_t account, int64_t *count_out)
{
    int64_t low = 0, high = pairs->count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (pairs->item[middle].account < account)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < pairs->count && pairs->item[high].account == account;)
        high++;
    *count_out = high - low;
    return low;
}
