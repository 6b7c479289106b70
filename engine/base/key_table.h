/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole numbers ≥ 0 by 64-bit keys, such as hashes that are taken to be all different. Open
 * addressing, at most half full. What is zeroed is an empty table without room.
 */
#ifndef AMBIT_KEY_TABLE_H
#define AMBIT_KEY_TABLE_H

#include "random.h"
#include "status.h"
#include <stdint.h>

struct ambit_key_table {
    uint64_t *key;  /* owned; room */
    int32_t *value; /* owned; room: −1 where free */
    int64_t room;   /* a power of two, or 0 */
};

void ambit_key_table_clear(struct ambit_key_table *table);

/* Makes room for `count` keys in all, keeping those that are there. Errors: AMBIT_ERR_MEMORY; the
 * table is then as it was. Local. */
ambit_status ambit_key_table_reserve(struct ambit_key_table *table, int64_t count) AMBIT_CHECKED;

/* Where the key's value stands, −1 where it is new: the caller sets it, before the next call, or
 * leaves the key out. There must be room for it. Local. */
int32_t *ambit_key_table_at(struct ambit_key_table *table, uint64_t key);

/* The key's value, or −1. Local. */
int32_t ambit_key_table_find(const struct ambit_key_table *table, uint64_t key);

/* A key for a set of whole numbers: the same in any order. */
static inline uint64_t ambit_key_of_set(const int32_t *item, int64_t count)
{
    uint64_t sum = 0;
    for (int64_t k = 0; k < count; k++)
        sum += ambit_mix64((uint64_t)(uint32_t)item[k]);
    return sum;
}

/* Takes all keys out and keeps the room. Local. */
void ambit_key_table_empty(struct ambit_key_table *table);

#endif
