/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/key_table.h"
#include "engine/base/memory.h"

#include <string.h>

enum { ROOM_MIN = 1024 };

void ambit_key_table_clear(struct ambit_key_table *table)
{
    ambit_free(&table->key);
    ambit_free(&table->value);
    table->room = 0;
}

/* Index of the key, or of the free place for it. */
static int64_t index_of(const struct ambit_key_table *table, uint64_t key)
{
    const int64_t mask = table->room - 1;
    int64_t at = (int64_t)(ambit_mix64(key) & (uint64_t)mask);
    while (table->value[at] >= 0 && table->key[at] != key)
        at = (at + 1) & mask;
    return at;
}

ambit_status ambit_key_table_reserve(struct ambit_key_table *table, int64_t count)
{
    ambit_status status = AMBIT_OK;
    struct ambit_key_table larger = {.room = ROOM_MIN};
    if (2 * count <= table->room) return AMBIT_OK;
    while (larger.room < 2 * count)
        larger.room *= 2;
    AMBIT_TRY(ambit_alloc(&larger.key, (size_t)larger.room, sizeof *larger.key));
    AMBIT_TRY(ambit_alloc(&larger.value, (size_t)larger.room, sizeof *larger.value));
    ambit_key_table_empty(&larger);
    for (int64_t at = 0; at < table->room; at++) {
        if (table->value[at] >= 0) *ambit_key_table_at(&larger, table->key[at]) = table->value[at];
    }
    ambit_key_table_clear(table);
    *table = larger;
    larger = (struct ambit_key_table){0};
done:
    ambit_key_table_clear(&larger);
    return status;
}

int32_t *ambit_key_table_at(struct ambit_key_table *table, uint64_t key)
{
    const int64_t at = index_of(table, key);
    table->key[at] = key;
    return &table->value[at];
}

int32_t ambit_key_table_find(const struct ambit_key_table *table, uint64_t key)
{
    return table->room > 0 ? table->value[index_of(table, key)] : -1;
}

void ambit_key_table_empty(struct ambit_key_table *table)
{
    if (table->room > 0) memset(table->value, 0xff, (size_t)table->room * sizeof *table->value);
}
