/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/cluster_pool.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"

#include <string.h>

void ambit_cluster_pool_clear(struct ambit_cluster_pool *pool)
{
    ambit_free(&pool->median);
    ambit_free(&pool->first);
    ambit_free(&pool->member);
    ambit_free(&pool->key);
    ambit_free(&pool->slot);
    *pool = (struct ambit_cluster_pool){0};
}

static int32_t *slot_of(const struct ambit_cluster_pool *pool, uint64_t key)
{
    const uint64_t mask = (uint64_t)pool->slots - 1;
    uint64_t at = key & mask;
    while (pool->slot[at] >= 0 && pool->key[pool->slot[at]] != key)
        at = (at + 1) & mask;
    return &pool->slot[at];
}

static ambit_status make_room(struct ambit_cluster_pool *pool, int32_t members)
{
    ambit_status status = AMBIT_OK;
    const int64_t used = pool->count > 0 ? pool->first[pool->count] : 0;
    if (used + members > pool->member_room) {
        const int64_t room = 2 * (pool->member_room + members) + 1024;
        AMBIT_TRY(ambit_resize(&pool->member, (size_t)room, sizeof *pool->member));
        pool->member_room = room;
    }
    if (pool->count < pool->room) goto done;
    const int32_t room = 2 * pool->room + 512;
    int32_t slots = 1024;
    while (slots < 4 * room)
        slots *= 2;
    int32_t *slot = NULL;
    AMBIT_TRY(ambit_resize(&pool->median, (size_t)room, sizeof *pool->median));
    AMBIT_TRY(ambit_resize(&pool->first, (size_t)room + 1, sizeof *pool->first));
    AMBIT_TRY(ambit_resize(&pool->key, (size_t)room, sizeof *pool->key));
    AMBIT_TRY(ambit_alloc(&slot, (size_t)slots, sizeof *slot));
    ambit_free(&pool->slot);
    pool->slot = slot;
    pool->slots = slots;
    pool->room = room;
    pool->first[0] = 0;
    memset(slot, 0xff, (size_t)pool->slots * sizeof *slot);
    for (int32_t c = 0; c < pool->count; c++)
        *slot_of(pool, pool->key[c]) = c;
done:
    return status;
}

ambit_status ambit_cluster_pool_add(struct ambit_cluster_pool *pool, int32_t median,
                                    const int32_t *member, int32_t members)
{
    ambit_status status = AMBIT_OK;
    uint64_t key = ambit_mix64((uint64_t)median);
    for (int32_t k = 0; k < members; k++)
        key = ambit_mix64(key ^ (uint64_t)member[k]);
    AMBIT_TRY(make_room(pool, members));
    int32_t *const slot = slot_of(pool, key);
    if (*slot >= 0) goto done;
    *slot = pool->count;
    pool->key[pool->count] = key;
    pool->median[pool->count] = median;
    memcpy(&pool->member[pool->first[pool->count]], member, (size_t)members * sizeof *member);
    pool->first[pool->count + 1] = pool->first[pool->count] + members;
    pool->count++;
done:
    return status;
}
