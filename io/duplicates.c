/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each id is known by its 128-bit hash and sent to the rank that the hash names, so that all rows
 * of one id meet. What comes in is in file order, so the first row that an open-addressing table
 * sees is the first of the file. Cost: 32 bytes and about two cache misses an account, one
 * exchange. Weakness: two different ids with one hash would be taken for one; among 10^9 ids that
 * has a chance of 10^-21.
 */
#include "io/duplicates.h"
#include "engine/base/memory.h"

#include <stdlib.h>

#define AHEAD 12      /* rows; about a memory latency */
#define INDEX_BITS 40 /* of a slot: more rows than a rank can hold */

/* Every rank owns a range of hashes; a multiplication finds it faster than a remainder. */
static int owner_of(struct ambit_rows_hash hash, int ranks)
{
    return (int)(((hash.high >> 32) * (uint64_t)ranks) >> 32);
}

/* Fills `counts` with the rows for each rank, and *out with the rows ordered by it. */
static ambit_status sort_by_owner(int ranks, const struct ambit_seen *rows, int64_t count,
                                  int64_t *counts, struct ambit_seen **out)
{
    ambit_status status = AMBIT_OK;
    int64_t *next = NULL;
    AMBIT_TRY(ambit_resize(out, (size_t)count, sizeof **out));
    AMBIT_TRY(ambit_alloc(&next, (size_t)ranks, sizeof *next));
    for (int64_t i = 0; i < count; i++)
        counts[owner_of(rows[i].hash, ranks)]++;
    for (int r = 1; r < ranks; r++)
        next[r] = next[r - 1] + counts[r - 1];
    for (int64_t i = 0; i < count; i++)
        (*out)[next[owner_of(rows[i].hash, ranks)]++] = rows[i];
done:
    ambit_free(&next);
    return status;
}

/* The earlier one of `rows` with the hash of row i, or -1, after which row i is in the table. Slots
 * hold an index + 1 and above it bits of the hash, which save a look at most other rows; 0 where
 * they are free. */
static int64_t first_of(const struct ambit_seen *rows, int64_t i, uint64_t *slot, uint64_t mask)
{
    const struct ambit_rows_hash hash = rows[i].hash;
    const uint64_t tag = hash.high >> INDEX_BITS << INDEX_BITS;
    for (uint64_t at = hash.low & mask;; at = (at + 1) & mask) {
        if (slot[at] == 0) {
            slot[at] = tag | (uint64_t)(i + 1);
            return -1;
        }
        const int64_t first = (int64_t)(slot[at] & ((UINT64_C(1) << INDEX_BITS) - 1)) - 1;
        if (slot[at] >> INDEX_BITS != tag >> INDEX_BITS) continue;
        if (rows[first].hash.low == hash.low && rows[first].hash.high == hash.high) return first;
    }
}

/* One reply for each row that came again, in the order they came; counts[r] of them for rank r. */
static ambit_status find_again(int ranks, const struct ambit_seen *rows, const int64_t *received,
                               int64_t count, struct ambit_duplicate **replies_out, int64_t *counts)
{
    ambit_status status = AMBIT_OK;
    uint64_t *slot = NULL, slots = 8;
    int64_t found = 0, capacity = 0, i = 0;
    *replies_out = NULL;
    while (slots < 2 * (uint64_t)count)
        slots *= 2;
    AMBIT_TRY(ambit_alloc(&slot, slots, sizeof *slot));
    for (int r = 0; r < ranks; r++) {
        for (const int64_t end = i + received[r]; i < end; i++) {
            /* The table is larger than the caches, so its slots are asked for ahead. */
            if (i + AHEAD < count)
                __builtin_prefetch(&slot[rows[i + AHEAD].hash.low & (slots - 1)]);
            const int64_t first = first_of(rows, i, slot, slots - 1);
            if (first < 0) continue;
            if (found == capacity) {
                capacity = 2 * capacity + 64;
                AMBIT_TRY(ambit_resize(replies_out, (size_t)capacity, sizeof **replies_out));
            }
            (*replies_out)[found++] =
                (struct ambit_duplicate){.at = rows[i].at, .first_line = rows[first].line};
            counts[r]++;
        }
    }
done:
    ambit_free(&slot);
    if (status != AMBIT_OK) ambit_free(replies_out);
    return status;
}

static int compare_places(const void *a, const void *b)
{
    const int64_t x = ((const struct ambit_duplicate *)a)->at;
    const int64_t y = ((const struct ambit_duplicate *)b)->at;
    return (x > y) - (x < y);
}

/* Sends every row to its owner; *came_out holds what came here, received[r] rows from rank r.
 * Collective. */
static ambit_status meet(struct ambit_comm *comm, const struct ambit_seen *rows, int64_t count,
                         struct ambit_seen **came_out, int64_t *came_count_out, int64_t *received)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(comm);
    struct ambit_seen *sorted = NULL;
    int64_t *counts = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&counts, (size_t)ranks, sizeof *counts));
    AMBIT_TRY_TOGETHER(comm, sort_by_owner(ranks, rows, count, counts, &sorted));
    AMBIT_TRY(ambit_comm_exchange(comm, sorted, counts, sizeof *sorted, came_out, came_count_out,
                                  received));
done:
    ambit_free(&sorted);
    ambit_free(&counts);
    return status;
}

ambit_status ambit_duplicates_find(struct ambit_comm *comm, const struct ambit_seen *seen,
                                   int64_t count, struct ambit_duplicate **out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(comm);
    struct ambit_seen *came = NULL;
    struct ambit_duplicate *replies = NULL;
    int64_t *received = NULL, *reply_counts = NULL, came_count = count;
    *out = NULL;
    *count_out = 0;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&received, (size_t)ranks, sizeof *received));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&reply_counts, (size_t)ranks, sizeof *reply_counts));
    received[0] = count; /* alone, all have met */
    if (ranks > 1) AMBIT_TRY(meet(comm, seen, count, &came, &came_count, received));
    AMBIT_TRY_TOGETHER(comm, find_again(ranks, ranks > 1 ? came : seen, received, came_count,
                                        &replies, reply_counts));
    AMBIT_TRY(
        ambit_comm_exchange(comm, replies, reply_counts, sizeof *replies, out, count_out, NULL));
    if (*count_out > 1) qsort(*out, (size_t)*count_out, sizeof **out, compare_places);
done:
    ambit_free(&came);
    ambit_free(&replies);
    ambit_free(&received);
    ambit_free(&reply_counts);
    return status;
}
