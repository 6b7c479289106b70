/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distinct clusters of the plans met on the way. Picking among them combines what different
 * plans have found in different places.
 */
#ifndef AMBIT_CLUSTER_POOL_H
#define AMBIT_CLUSTER_POOL_H

#include "engine/base/key_table.h"
#include <stdint.h>

struct ambit_cluster_pool {
    int32_t count;
    int32_t *median;              /* owned; count: account that serves the cluster */
    int64_t *first;               /* owned; count + 1: where its members start */
    int32_t *member;              /* owned; accounts, ascending within a cluster */
    struct ambit_key_table index; /* of the clusters */
    int32_t room;
    int64_t member_room;
};

void ambit_cluster_pool_clear(struct ambit_cluster_pool *pool);

/* A key for a cluster: the same in any order of its members. */
static inline uint64_t ambit_cluster_key(int32_t median, const int32_t *member, int32_t members)
{
    /* Not ^ alone: the median is mostly a member as well. */
    return ambit_mix64((uint64_t)(uint32_t)median + ambit_key_of_set(member, members));
}

/* Adds the cluster unless it is there. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_cluster_pool_add(struct ambit_cluster_pool *pool, int32_t median,
                                    const int32_t *member, int32_t members) AMBIT_CHECKED;

#endif
