/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/cluster_pool.h"
#include "engine/base/memory.h"

#include <string.h>

void ambit_cluster_pool_clear(struct ambit_cluster_pool *pool)
{
    ambit_free(&pool->median);
    ambit_free(&pool->first);
    ambit_free(&pool->member);
    ambit_key_table_clear(&pool->index);
    *pool = (struct ambit_cluster_pool){0};
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
    AMBIT_TRY(ambit_resize(&pool->median, (size_t)room, sizeof *pool->median));
    AMBIT_TRY(ambit_resize(&pool->first, (size_t)room + 1, sizeof *pool->first));
    AMBIT_TRY(ambit_key_table_reserve(&pool->index, room));
    pool->room = room;
    pool->first[0] = 0;
done:
    return status;
}

ambit_status ambit_cluster_pool_add(struct ambit_cluster_pool *pool, int32_t median,
                                    const int32_t *member, int32_t members)
{
    ambit_status status = AMBIT_OK;
    const uint64_t key = ambit_cluster_key(median, member, members);
    AMBIT_TRY(make_room(pool, members));
    int32_t *const index = ambit_key_table_at(&pool->index, key);
    if (*index >= 0) goto done;
    *index = pool->count;
    pool->median[pool->count] = median;
    memcpy(&pool->member[pool->first[pool->count]], member, (size_t)members * sizeof *member);
    pool->first[pool->count + 1] = pool->first[pool->count] + members;
    pool->count++;
done:
    return status;
}
