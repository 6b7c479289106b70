/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each id is known by its 128-bit hash and sent to the rank that the hash names, so that all rows
 * of one id meet. What comes in is in file order, so the first row that an open-addressing table
 * sees is the first of the file. Only where an id came again are the rows themselves asked for:
 * the rank that met them tells the one that has the first row, and that one the rank of the later
 * row, by their number among what each had sent. Cost: 16 bytes an account are sent, 32 held with
 * what comes in and 16 to 32 for the table; about two cache misses an account. Weakness: two
 * different ids with one hash would be taken for one; among 10^9 ids that has a chance of 10^-21.
 */
#include "io/duplicates.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD 12      /* rows; about a memory latency */
#define INDEX_BITS 40 /* of a slot: more rows than a rank can hold */

/* Every rank owns a range of hashes; a multiplication finds it faster than a remainder. */
static int owner_of(struct ambit_rows_hash hash, int ranks)
{
    return (int)(((hash.high >> 32) * (uint64_t)ranks) >> 32);
}

static struct ambit_rows_hash hash_of(const struct ambit_ids *ids, int64_t i)
{
    struct ambit_rows_hash hash = {0};
    const char *const id = ids->id + i * ids->width;
    ambit_rows_hash_add(&hash, id, strnlen(id, (size_t)ids->width));
    return hash;
}

/* Fills `counts` with the rows for each rank, and *out with their hashes ordered by it. */
static ambit_status sort_by_owner(int ranks, const struct ambit_ids *ids, int64_t *counts,
                                  struct ambit_rows_hash **out)
{
    ambit_status status = AMBIT_OK;
    int64_t *next = NULL;
    AMBIT_TRY(ambit_resize(out, (size_t)ids->count, sizeof **out));
    AMBIT_TRY(ambit_alloc(&next, (size_t)ranks, sizeof *next));
    if (ranks == 1) {
        counts[0] = ids->count;
    } else {
        for (int64_t i = 0; i < ids->count; i++)
            counts[owner_of(hash_of(ids, i), ranks)]++;
    }
    for (int r = 1; r < ranks; r++)
        next[r] = next[r - 1] + counts[r - 1];
    for (int64_t i = 0; i < ids->count; i++) {
        const struct ambit_rows_hash hash = hash_of(ids, i);
        (*out)[next[owner_of(hash, ranks)]++] = hash;
    }
done:
    ambit_free(&next);
    return status;
}

/* The earlier one of `rows` with the hash of row i, or -1, after which row i is in the table. Slots
 * hold an index + 1 and above it bits of the hash, which save a look at most other rows; 0 where
 * they are free. */
static int64_t first_of(const struct ambit_rows_hash *rows, int64_t i, uint64_t *slot,
                        uint64_t mask)
{
    const struct ambit_rows_hash hash = rows[i];
    const uint64_t tag = hash.high >> INDEX_BITS << INDEX_BITS;
    for (uint64_t at = hash.low & mask;; at = (at + 1) & mask) {
        if (slot[at] == 0) {
            slot[at] = tag | (uint64_t)(i + 1);
            return -1;
        }
        const int64_t first = (int64_t)(slot[at] & ((UINT64_C(1) << INDEX_BITS) - 1)) - 1;
        if (slot[at] >> INDEX_BITS != tag >> INDEX_BITS) continue;
        if (rows[first].low == hash.low && rows[first].high == hash.high) return first;
    }
}

/* A row that came again: its rank and the one of the first row, and the numbers that the rows have
 * among those that each of these ranks had sent. */
struct pair {
    int64_t first, again;
    int32_t first_rank, again_rank;
};

static int rank_of(const int64_t *begins, int ranks, int64_t row)
{
    int low = 0, high = ranks - 1;
    while (low < high) {
        const int middle = (low + high + 1) / 2;
        if (begins[middle] <= row)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* A pair for each of the `count` rows that came again; begins[r] is the first row from rank r. */
static ambit_status find_pairs(int ranks, const struct ambit_rows_hash *rows, int64_t count,
                               const int64_t *begins, struct pair **out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    uint64_t *slot = NULL, slots = 8;
    int64_t capacity = 0;
    while (slots < 2 * (uint64_t)count)
        slots *= 2;
    AMBIT_TRY(ambit_alloc(&slot, slots, sizeof *slot));
    for (int64_t i = 0; i < count; i++) {
        /* The table is larger than the caches, so its slots are asked for ahead. */
        if (i + AHEAD < count) __builtin_prefetch(&slot[rows[i + AHEAD].low & (slots - 1)]);
        const int64_t first = first_of(rows, i, slot, slots - 1);
        if (first < 0) continue;
        if (*count_out == capacity) {
            capacity = 2 * capacity + 64;
            AMBIT_TRY(ambit_resize(out, (size_t)capacity, sizeof **out));
        }
        const int from = rank_of(begins, ranks, first), to = rank_of(begins, ranks, i);
        (*out)[(*count_out)++] = (struct pair){.first = first - begins[from],
                                               .again = i - begins[to],
                                               .first_rank = from,
                                               .again_rank = to};
    }
done:
    ambit_free(&slot);
    return status;
}

/* Sends every hash to its owner, and finds there those that came again. Collective. */
static ambit_status meet(struct ambit_comm *comm, const struct ambit_ids *ids, struct pair **out,
                         int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(comm);
    struct ambit_rows_hash *sorted = NULL, *came = NULL;
    int64_t *counts = NULL, came_count = 0;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&counts, 2 * (size_t)ranks, sizeof *counts));
    int64_t *const begins = counts + ranks; /* counts of what came, and then their sums */
    AMBIT_TRY_TOGETHER(comm, sort_by_owner(ranks, ids, counts, &sorted));
    if (ranks == 1) { /* alone, all have met */
        came = sorted;
        sorted = NULL;
        came_count = ids->count;
    } else {
        AMBIT_TRY(
            ambit_comm_exchange(comm, sorted, counts, sizeof *sorted, &came, &came_count, begins));
    }
    ambit_free(&sorted);
    for (int64_t r = 0, sum = 0; r < ranks; r++) {
        const int64_t here = begins[r];
        begins[r] = sum;
        sum += here;
    }
    AMBIT_TRY_TOGETHER(comm, find_pairs(ranks, came, came_count, begins, out, count_out));
done:
    ambit_free(&sorted);
    ambit_free(&came);
    ambit_free(&counts);
    return status;
}

static int compare_first_ranks(const void *a, const void *b)
{
    const struct pair *const x = a, *const y = b;
    return (x->first_rank > y->first_rank) - (x->first_rank < y->first_rank);
}

/* What a rank that has the first row tells the one that has the later. */
struct told {
    int64_t row, first_line; /* a number among what was sent, until the receiver knows its row */
    int32_t owner, again_rank;
};

static int compare_told(const void *a, const void *b)
{
    const struct told *const x = a, *const y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static int compare_again_ranks(const void *a, const void *b)
{
    const struct told *const x = a, *const y = b;
    return (x->again_rank > y->again_rank) - (x->again_rank < y->again_rank);
}

static int compare_duplicates(const void *a, const void *b)
{
    const struct ambit_duplicate *const x = a, *const y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* *out: this rank's rows in the order in which they went, those for rank r from begins[r] on. */
static ambit_status list_sent(int ranks, const struct ambit_ids *ids, int64_t *begins,
                              int32_t **out)
{
    ambit_status status = AMBIT_OK;
    int64_t *next = NULL;
    AMBIT_TRY(ambit_alloc(out, (size_t)ids->count, sizeof **out));
    AMBIT_TRY(ambit_alloc(&next, (size_t)ranks + 1, sizeof *next));
    for (int64_t i = 0; i < ids->count; i++)
        next[owner_of(hash_of(ids, i), ranks) + 1]++;
    for (int r = 0; r < ranks; r++) {
        begins[r] = next[r];
        next[r + 1] += next[r];
    }
    for (int32_t i = 0; i < ids->count; i++)
        (*out)[next[owner_of(hash_of(ids, i), ranks)]++] = i;
done:
    ambit_free(&next);
    return status;
}

/* The pairs whose first row is here become what is told of them, in the order of the rows, since
 * lines are counted in one pass. */
static ambit_status tell(const struct ambit_ids *ids, const struct pair *pairs, int64_t count,
                         const int64_t *received, int ranks, const int32_t *sent,
                         const int64_t *begins, struct told **out)
{
    ambit_status status = AMBIT_OK;
    struct told *line = NULL; /* row: of the first; first_line: its place among the pairs */
    int64_t n = 0;
    AMBIT_TRY(ambit_alloc(out, (size_t)count, sizeof **out));
    AMBIT_TRY(ambit_alloc(&line, (size_t)count, sizeof *line));
    for (int owner = 0; owner < ranks; owner++) {
        for (const int64_t end = n + received[owner]; n < end; n++) {
            line[n] = (struct told){.row = sent[begins[owner] + pairs[n].first], .first_line = n};
            (*out)[n] = (struct told){
                .row = pairs[n].again, .owner = owner, .again_rank = pairs[n].again_rank};
        }
    }
    if (count > 1) qsort(line, (size_t)count, sizeof *line, compare_told);
    for (int64_t k = 0; k < count; k++)
        (*out)[line[k].first_line].first_line = ids->line_of(ids->self, ids->place[line[k].row]);
    if (count > 1) qsort(*out, (size_t)count, sizeof **out, compare_again_ranks);
done:
    ambit_free(&line);
    return status;
}

/* Brings word of each pair from its owner by the first row's rank to the later one's. Collective.
 */
static ambit_status spread(struct ambit_comm *comm, const struct ambit_ids *ids, struct pair *pairs,
                           int64_t pair_count, struct ambit_duplicate **out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(comm);
    struct pair *mine = NULL;
    struct told *told = NULL, *came = NULL;
    int32_t *sent = NULL;
    int64_t *numbers = NULL, mine_count = 0;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&numbers, 4 * (size_t)ranks, sizeof *numbers));
    int64_t *const counts = numbers, *const received = numbers + ranks;
    int64_t *const begins = numbers + 2 * (int64_t)ranks, *const tell_counts = begins + ranks;
    AMBIT_TRY_TOGETHER(comm, list_sent(ranks, ids, begins, &sent));
    if (pair_count > 1) qsort(pairs, (size_t)pair_count, sizeof *pairs, compare_first_ranks);
    for (int64_t k = 0; k < pair_count; k++)
        counts[pairs[k].first_rank]++;
    AMBIT_TRY(
        ambit_comm_exchange(comm, pairs, counts, sizeof *pairs, &mine, &mine_count, received));
    AMBIT_TRY_TOGETHER(comm, tell(ids, mine, mine_count, received, ranks, sent, begins, &told));
    for (int64_t k = 0; k < mine_count; k++)
        tell_counts[told[k].again_rank]++;
    AMBIT_TRY(ambit_comm_exchange(comm, told, tell_counts, sizeof *told, &came, count_out, NULL));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(out, (size_t)*count_out, sizeof **out));
    for (int64_t k = 0; k < *count_out; k++)
        (*out)[k] = (struct ambit_duplicate){.row = sent[begins[came[k].owner] + came[k].row],
                                             .first_line = came[k].first_line};
    if (*count_out > 1) qsort(*out, (size_t)*count_out, sizeof **out, compare_duplicates);
done:
    ambit_free(&mine);
    ambit_free(&told);
    ambit_free(&came);
    ambit_free(&sent);
    ambit_free(&numbers);
    return status;
}

ambit_status ambit_duplicates_find(struct ambit_comm *comm, const struct ambit_ids *ids,
                                   struct ambit_duplicate **out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct pair *pairs = NULL;
    int64_t pair_count = 0;
    *out = NULL;
    *count_out = 0;
    AMBIT_TRY(meet(comm, ids, &pairs, &pair_count));
    int64_t all = pair_count;
    ambit_comm_sum_i64(comm, &all, 1);
    if (all > 0) AMBIT_TRY(spread(comm, ids, pairs, pair_count, out, count_out));
done:
    ambit_free(&pairs);
    return status;
}
