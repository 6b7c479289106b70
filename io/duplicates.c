/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each id is known by its 128-bit hash and sent to the rank that the hash names, so that all rows
 * of one id meet. What comes in is in file order, so the first row that an open-addressing table
 * sees is the first of the file. Only where an id came again are the rows themselves asked for:
 * the rank that met them tells the one that has the first row, and that one the rank of the later
 * row, by their number among what each had sent. Rows are sent in order of buckets, a few hundred
 * for each rank, so that a table for one bucket stays in the cache and threads share the buckets.
 * Cost: 16 bytes an account are sent, and 32 held with what comes in. Weakness: two
 * different ids with one hash would be taken for one; among 10^9 ids that has a chance of 10^-21.
 */
#include "io/duplicates.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 256 }; /* of a rank */

/* Every rank owns a range of hashes, cut into its buckets; a multiplication finds the bucket of all
 * ranks' faster than a remainder. */
static int64_t bucket_of(struct ambit_rows_hash hash, int ranks)
{
    return (int64_t)(((hash.high >> 32) * (uint64_t)ranks * BUCKETS) >> 32);
}

static struct ambit_rows_hash hash_of(const struct ambit_ids *ids, int64_t i)
{
    struct ambit_rows_hash hash = {0};
    const char *const id = ids->id + i * ids->width;
    ambit_rows_hash_add(&hash, id, strnlen(id, (size_t)ids->width));
    return hash;
}

/* Fills `counts` with the rows for each rank, and *out with their hashes ordered by bucket; or,
 * where `out` is NULL, `row` with their rows in that order. */
static ambit_status sort_by_bucket(int ranks, const struct ambit_ids *ids, int64_t *counts,
                                   struct ambit_rows_hash **out, int32_t *row)
{
    ambit_status status = AMBIT_OK;
    int64_t *next = NULL;
    AMBIT_TRY(ambit_alloc(&next, (size_t)ranks * BUCKETS + 1, sizeof *next));
    if (out != NULL) AMBIT_TRY(ambit_resize(out, (size_t)ids->count, sizeof **out));
    for (int64_t i = 0; i < ids->count; i++)
        next[bucket_of(hash_of(ids, i), ranks) + 1]++;
    for (int64_t b = 0; b < (int64_t)ranks * BUCKETS; b++) {
        counts[b / BUCKETS] += next[b + 1];
        next[b + 1] += next[b];
    }
    for (int32_t i = 0; i < ids->count; i++) {
        const struct ambit_rows_hash hash = hash_of(ids, i);
        const int64_t at = next[bucket_of(hash, ranks)]++;
        if (out != NULL)
            (*out)[at] = hash;
        else
            row[at] = i;
    }
done:
    ambit_free(&next);
    return status;
}

/* A row that came again: its rank and the one of the first row, and the numbers that the rows have
 * among those that each of these ranks had sent. */
struct pair {
    int64_t first, again;
    int32_t first_rank, again_rank;
};

/* What came in: rows [begin[r], begin[r + 1]) from rank r, in order of buckets. */
struct met {
    const struct ambit_rows_hash *rows;
    const int64_t *begin;
    int ranks, owner;
};

struct pairs {
    struct pair *pair; /* owned */
    int64_t count, room;
};

/* A table for one bucket: slots hold an index + 1, or 0 where they are free. */
struct bucket {
    uint64_t *slot;     /* owned */
    uint64_t slots_max; /* that there is room for */
    struct pairs pairs; /* owned */
};

/* The first row from rank r whose bucket is `b` or a later one. */
static int64_t first_in_bucket(const struct met *met, int r, int64_t b)
{
    int64_t low = met->begin[r], high = met->begin[r + 1];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (bucket_of(met->rows[middle], met->ranks) < b)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static ambit_status keep_pair(struct pairs *pairs, const struct pair *pair)
{
    if (pairs->count == pairs->room) {
        const int64_t room = 2 * pairs->room + 64;
        const ambit_status status = ambit_resize(&pairs->pair, (size_t)room, sizeof *pairs->pair);
        if (status != AMBIT_OK) return status;
        pairs->room = room;
    }
    pairs->pair[pairs->count++] = *pair;
    return AMBIT_OK;
}

static int rank_of(const struct met *met, int64_t row)
{
    int r = 0;
    while (row >= met->begin[r + 1])
        r++;
    return r;
}

/* Enters row i; where an earlier row has its hash, a pair. */
static ambit_status enter(const struct met *met, int64_t i, uint64_t mask, struct bucket *bucket)
{
    const struct ambit_rows_hash hash = met->rows[i];
    for (uint64_t at = hash.low & mask;; at = (at + 1) & mask) {
        if (bucket->slot[at] == 0) {
            bucket->slot[at] = (uint64_t)i + 1;
            return AMBIT_OK;
        }
        const int64_t first = (int64_t)bucket->slot[at] - 1;
        if (met->rows[first].low != hash.low || met->rows[first].high != hash.high) continue;
        const int from = rank_of(met, first), to = rank_of(met, i);
        return keep_pair(&bucket->pairs, &(struct pair){.first = first - met->begin[from],
                                                        .again = i - met->begin[to],
                                                        .first_rank = from,
                                                        .again_rank = to});
    }
}

/* All rows of bucket `b`, in rank order and so in file order. */
static ambit_status search_bucket(const struct met *met, int64_t b, struct bucket *bucket)
{
    ambit_status status = AMBIT_OK;
    uint64_t slots = 8, count = 0;
    for (int r = 0; r < met->ranks; r++)
        count += (uint64_t)(first_in_bucket(met, r, b + 1) - first_in_bucket(met, r, b));
    while (slots < 2 * count)
        slots *= 2;
    if (slots > bucket->slots_max) {
        AMBIT_TRY(ambit_resize(&bucket->slot, slots, sizeof *bucket->slot));
        bucket->slots_max = slots;
    }
    memset(bucket->slot, 0, slots * sizeof *bucket->slot);
    for (int r = 0; r < met->ranks; r++) {
        const int64_t end = first_in_bucket(met, r, b + 1);
        for (int64_t i = first_in_bucket(met, r, b); i < end; i++)
            AMBIT_TRY(enter(met, i, slots - 1, bucket));
    }
done:
    return status;
}

/* The pairs of all buckets of this rank, in the order of their later rows' buckets. */
static ambit_status find_pairs(const struct met *met, struct pair **out, int64_t *count_out)
{
    struct bucket bucket = {0};
    ambit_status status = AMBIT_OK;
    for (int64_t b = 0; b < BUCKETS; b++)
        AMBIT_TRY(search_bucket(met, (int64_t)met->owner * BUCKETS + b, &bucket));
    *out = bucket.pairs.pair;
    *count_out = bucket.pairs.count;
    bucket.pairs = (struct pairs){0};
done:
    ambit_free(&bucket.slot);
    ambit_free(&bucket.pairs.pair);
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
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&counts, 2 * (size_t)ranks + 1, sizeof *counts));
    int64_t *const begin = counts + ranks; /* counts of what came, and then their sums */
    AMBIT_TRY_TOGETHER(comm, sort_by_bucket(ranks, ids, counts, &sorted, NULL));
    begin[0] = ids->count;
    if (ranks > 1)
        AMBIT_TRY(
            ambit_comm_exchange(comm, sorted, counts, sizeof *sorted, &came, &came_count, begin));
    if (ranks > 1) ambit_free(&sorted);
    for (int64_t r = 0, sum = 0; r <= ranks; r++) {
        const int64_t here = begin[r];
        begin[r] = sum;
        sum += here;
    }
    const struct met met = {.rows = ranks > 1 ? came : sorted, /* alone, all have met */
                            .begin = begin,
                            .ranks = ranks,
                            .owner = ambit_comm_rank(comm)};
    AMBIT_TRY_TOGETHER(comm, find_pairs(&met, out, count_out));
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
    AMBIT_TRY(ambit_alloc(out, (size_t)ids->count, sizeof **out));
    AMBIT_TRY(sort_by_bucket(ranks, ids, begins, NULL, *out));
    for (int64_t r = 0, sum = 0; r < ranks; r++) {
        const int64_t here = begins[r];
        begins[r] = sum;
        sum += here;
    }
done:
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
