/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The accounts of a group meet, by the hash of its name, on one rank, which adds up where they are
 * and answers with the key of their middle. Sums are whole numbers, so neither ranks nor the order
 * of rows tell in the key. Two names of one hash would share a key, and nothing else: they are told
 * apart by their names where keys are equal.
 *
 * Cost: 32 bytes there and 8 back for each account that has a group, and a sort of those. Weakness:
 * the accounts of one group all come to one rank, so a group with most of the nation in it would
 * not fit.
 */
#include "engine/run/together.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLACE_SCALE                                                                                \
    1024.0 /* visits are micro-units: weights × this are summed as whole numbers                  \
            */

/* An account on its way to where its group meets. */
struct seen {
    uint64_t hash;
    int64_t place[3]; /* weight × unit vector */
};

/* The same, and which of those that came it was. */
struct met {
    struct seen seen;
    int64_t at;
};

uint64_t ambit_together_hash(const struct ambit_accounts *accounts, int32_t i)
{
    const size_t width = (size_t)accounts->together_width;
    struct ambit_rows_hash hash = {0};
    if (width == 0) return 0;
    const char *const name = accounts->together + (size_t)i * width;
    if (name[0] == '\0') return 0;
    ambit_rows_hash_add(&hash, name, strnlen(name, width));
    return hash.low | 1; /* 0 is nobody's */
}

static struct seen see(const struct ambit_accounts *accounts, int32_t i, uint64_t hash)
{
    struct seen seen = {.hash = hash};
    const double weight = (double)accounts->visits[i] / PLACE_SCALE + 1.0;
    double unit[3];
    ambit_unit_from_degrees(accounts->lat[i], accounts->lon[i], unit);
    for (int d = 0; d < 3; d++)
        seen.place[d] = (int64_t)llrint(weight * unit[d] * PLACE_SCALE);
    return seen;
}

static int compare_met(const void *a, const void *b)
{
    const struct met *const x = a, *const y = b;
    if (x->seen.hash != y->seen.hash) return x->seen.hash < y->seen.hash ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The key of the middle of met[begin … end). Around the whole Earth there is none: the key is that
 * of no place in particular. */
static uint64_t key_of_middle(const struct met *met, int64_t begin, int64_t end)
{
    int64_t sum[3] = {0};
    double lat = 0.0, lon = 0.0;
    for (int64_t m = begin; m < end; m++) {
        for (int d = 0; d < 3; d++)
            sum[d] += met[m].seen.place[d];
    }
    const double x = (double)sum[0], y = (double)sum[1], z = (double)sum[2];
    const double length = sqrt(x * x + y * y + z * z);
    const double unit[3] = {x / length, y / length, z / length};
    if (length > 0.0) ambit_degrees_from_unit(unit, &lat, &lon);
    return ambit_hilbert_key(lat, lon);
}

/* The key of each of those that came, in the order in which they did. */
static ambit_status answer(const struct seen *seen, int64_t count, uint64_t **key_out)
{
    ambit_status status = AMBIT_OK;
    struct met *met = NULL;
    uint64_t *key = NULL;
    AMBIT_TRY(ambit_alloc(&met, (size_t)count, sizeof *met));
    AMBIT_TRY(ambit_alloc(&key, (size_t)count, sizeof *key));
    for (int64_t m = 0; m < count; m++)
        met[m] = (struct met){seen[m], m};
    if (count > 0) qsort(met, (size_t)count, sizeof *met, compare_met);
    for (int64_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && met[end].seen.hash == met[begin].seen.hash;)
            end++;
        const uint64_t middle = key_of_middle(met, begin, end);
        for (int64_t m = begin; m < end; m++)
            key[met[m].at] = middle;
    }
    *key_out = key;
    key = NULL;
done:
    ambit_free(&met);
    ambit_free(&key);
    return status;
}

/* This rank's accounts with a group, by the rank that they go to: row[n] is the account. */
struct away {
    int64_t count, *counts; /* owned; by rank */
    int32_t *row;           /* owned */
    struct seen *seen;      /* owned */
};

static void clear_away(struct away *away)
{
    ambit_free(&away->counts);
    ambit_free(&away->row);
    ambit_free(&away->seen);
}

static ambit_status pack(struct ambit_comm *comm, const struct ambit_accounts *accounts,
                         struct away *away)
{
    ambit_status status = AMBIT_OK;
    const uint64_t ranks = (uint64_t)ambit_comm_size(comm);
    int64_t *next = NULL;
    AMBIT_TRY(ambit_alloc(&away->counts, (size_t)ranks, sizeof *away->counts));
    AMBIT_TRY(ambit_alloc(&next, (size_t)ranks, sizeof *next));
    for (int32_t i = 0; i < accounts->count; i++) {
        const uint64_t hash = ambit_together_hash(accounts, i);
        if (hash == 0) continue;
        away->counts[hash % ranks]++;
        away->count++;
    }
    for (uint64_t r = 1; r < ranks; r++)
        next[r] = next[r - 1] + away->counts[r - 1];
    AMBIT_TRY(ambit_alloc(&away->row, (size_t)away->count, sizeof *away->row));
    AMBIT_TRY(ambit_alloc(&away->seen, (size_t)away->count, sizeof *away->seen));
    for (int32_t i = 0; i < accounts->count; i++) {
        const uint64_t hash = ambit_together_hash(accounts, i);
        if (hash == 0) continue;
        const int64_t at = next[hash % ranks]++;
        away->row[at] = i;
        away->seen[at] = see(accounts, i, hash);
    }
done:
    ambit_free(&next);
    return status;
}

ambit_status ambit_together_keys(struct ambit_comm *comm, const struct ambit_accounts *accounts,
                                 uint64_t *key_inout)
{
    ambit_status status = AMBIT_OK;
    struct away away = {0};
    struct seen *came = NULL;
    uint64_t *answered = NULL, *back = NULL;
    int64_t *received = NULL, came_count = 0, back_count = 0;
    if (accounts->together_width == 0) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(comm,
                       ambit_alloc(&received, (size_t)ambit_comm_size(comm), sizeof *received));
    AMBIT_TRY_TOGETHER(comm, pack(comm, accounts, &away));
    AMBIT_TRY(ambit_comm_exchange(comm, away.seen, away.counts, sizeof *away.seen, &came,
                                  &came_count, received));
    AMBIT_TRY_TOGETHER(comm, answer(came, came_count, &answered));
    AMBIT_TRY(
        ambit_comm_exchange(comm, answered, received, sizeof *answered, &back, &back_count, NULL));
    AMBIT_REQUIRE(back_count == away.count);
    for (int64_t n = 0; n < back_count; n++)
        key_inout[away.row[n]] = back[n];
done:
    clear_away(&away);
    ambit_free(&came);
    ambit_free(&answered);
    ambit_free(&back);
    ambit_free(&received);
    return status;
}
