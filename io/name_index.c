/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/name_index.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"

#include <string.h>

struct ambit_name_slot {
    const char *name; /* borrowed; NULL where the slot is free */
    size_t size;
    uint64_t hash;
    int64_t value;
};

ambit_status ambit_name_index_create(int64_t name_count_max, struct ambit_name_index *out)
{
    uint64_t slots = 8;
    while (slots < 2 * (uint64_t)name_count_max)
        slots *= 2;
    out->mask = slots - 1;
    return ambit_alloc(&out->slot, slots, sizeof *out->slot);
}

void ambit_name_index_clear(struct ambit_name_index *index)
{
    ambit_free(&index->slot);
    index->mask = 0;
}

static uint64_t hash_of(const char *name, size_t size)
{
    uint64_t hash = size, word = 0;
    for (; size >= sizeof word; size -= sizeof word, name += sizeof word) {
        memcpy(&word, name, sizeof word);
        hash = ambit_mix64(hash ^ word);
    }
    word = 0;
    for (size_t i = 0; i < size; i++)
        word |= (uint64_t)(unsigned char)name[i] << (8 * i);
    return ambit_mix64(hash ^ word);
}

/* The slot that holds the name, or the free one where it belongs. */
static struct ambit_name_slot *slot_of(const struct ambit_name_index *index, const char *name,
                                       size_t size, uint64_t hash)
{
    for (uint64_t at = hash & index->mask;; at = (at + 1) & index->mask) {
        struct ambit_name_slot *const slot = &index->slot[at];
        if (slot->name == NULL) return slot;
        if (slot->hash != hash || slot->size != size) continue;
        /* Up to 8 bytes, the hash is a bijection of the name. */
        if (size <= 8 || memcmp(slot->name, name, size) == 0) return slot;
    }
}

int64_t ambit_name_index_add(struct ambit_name_index *index, const char *name, int64_t value)
{
    const size_t size = strlen(name);
    const uint64_t hash = hash_of(name, size);
    struct ambit_name_slot *const slot = slot_of(index, name, size, hash);
    if (slot->name != NULL) return slot->value;
    *slot = (struct ambit_name_slot){.name = name, .size = size, .hash = hash, .value = value};
    return -1;
}

int64_t ambit_name_index_find(const struct ambit_name_index *index, const char *name, size_t size)
{
    const struct ambit_name_slot *const slot = slot_of(index, name, size, hash_of(name, size));
    return slot->name != NULL ? slot->value : -1;
}
