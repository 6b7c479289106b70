/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each rank sorts its keys (radix, four passes of 16 bits); splitting keys are found by bisection
 * with one sum over the ranks a step, ids and keys travel, and are sorted again where they arrive.
 * All other columns then follow the same ways one by one, so that no more than one column stands
 * twice in memory. Keys may be equal: a last exchange cuts the slices to the account, or to the
 * group where accounts stay together.
 */
#include "engine/run/sort_accounts.h"
#include "engine/base/key_sort.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/run/together.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_BITS = 62 };

/* Where the rows of one column go: by `own` to their order, away, by `arrived` to the order of all
 * that came, and over the borders of the slices. */
struct ways {
    struct ambit_comm *comm;
    struct ambit_keyed *own, *arrived; /* owned */
    int64_t own_count, arrived_count, final_count, first;
    int64_t *own_counts, *final_counts; /* owned; rows that each rank gets */
};

static void clear_ways(struct ways *ways)
{
    ambit_free(&ways->own);
    ambit_free(&ways->arrived);
    ambit_free(&ways->own_counts);
    ambit_free(&ways->final_counts);
}

/* ---- sorting ---- */

/* By the names of their groups, accounts of none first, then by ids. */
static int compare_ids(const void *a, const void *b, void *context)
{
    const struct ambit_accounts *const accounts = context;
    const size_t width = (size_t)accounts->id_width;
    const size_t group_width = (size_t)accounts->together_width;
    const struct ambit_keyed *const x = a, *const y = b;
    const int order = group_width == 0
                          ? 0
                          : memcmp(&accounts->together[group_width * (size_t)x->row],
                                   &accounts->together[group_width * (size_t)y->row], group_width);
    if (order != 0) return order;
    return memcmp(&accounts->id[width * (size_t)x->row], &accounts->id[width * (size_t)y->row],
                  width);
}

/* Rows in order of their keys, ties by group and id. */
static ambit_status sort_rows(const struct ambit_accounts *accounts, int64_t count,
                              struct ambit_keyed **rows_inout)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_key_sort(rows_inout, count));
    struct ambit_keyed *const rows = *rows_inout;
    for (int64_t n = 0, next; n < count; n = next) {
        for (next = n + 1; next < count && rows[next].key == rows[n].key;)
            next++;
        if (next > n + 1)
            qsort_r(&rows[n], (size_t)(next - n), sizeof *rows, compare_ids, (void *)accounts);
    }
done:
    return status;
}

/* ---- splitting ---- */

/* How many of the sorted rows have a key below `key`. */
static int64_t count_below(const struct ambit_keyed *rows, int64_t count, uint64_t key)
{
    int64_t low = 0, high = count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (rows[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t ambit_slice_begin(int64_t total, int64_t align, int size, int rank)
{
    int64_t begin, end;
    if (rank >= size) return total;
    ambit_comm_split(total, size, rank, &begin, &end);
    return begin / align * align;
}

/* own_counts: how many of this rank's sorted rows go to each rank. Collective. */
static ambit_status split_by_key(struct ways *ways, int64_t total, int64_t align)
{
    ambit_status status = AMBIT_OK;
    const int size = ambit_comm_size(ways->comm);
    uint64_t *least = NULL; /* smallest key of each rank's slice */
    int64_t *below = NULL;
    AMBIT_TRY_TOGETHER(ways->comm, ambit_alloc(&least, (size_t)size + 1, sizeof *least));
    AMBIT_TRY_TOGETHER(ways->comm, ambit_alloc(&below, (size_t)size + 1, sizeof *below));
    for (int bit = KEY_BITS - 1; bit >= 0; bit--) {
        for (int r = 1; r < size; r++)
            below[r] = count_below(ways->own, ways->own_count, least[r] | UINT64_C(1) << bit);
        ambit_comm_sum_i64(ways->comm, below, size);
        for (int r = 1; r < size; r++) {
            if (below[r] <= ambit_slice_begin(total, align, size, r))
                least[r] |= UINT64_C(1) << bit;
        }
    }
    int64_t sent = 0;
    for (int r = 0; r < size; r++) {
        const int64_t until =
            r + 1 < size ? count_below(ways->own, ways->own_count, least[r + 1]) : ways->own_count;
        ways->own_counts[r] = until - sent;
        sent = until;
    }
done:
    ambit_free(&least);
    ambit_free(&below);
    return status;
}

/* Whether the sorted rows n and n − 1 that came are of one group. */
static bool in_one_group(const struct ambit_accounts *accounts, const struct ambit_keyed *rows,
                         int64_t n)
{
    const size_t width = (size_t)accounts->together_width;
    const char *const mine = &accounts->together[width * (size_t)rows[n].row];
    return mine[0] != '\0' &&
           memcmp(mine, &accounts->together[width * (size_t)rows[n - 1].row], width) == 0;
}

/* Where slices begin, into border_out (ranks + 1 values): no group is cut, so that a border within
 * one goes to its end. All of a group are on one rank, as their keys are equal. Collective. */
static void find_borders(const struct ambit_accounts *accounts, struct ways *ways, int64_t align,
                         int64_t *border_out)
{
    const int size = ambit_comm_size(ways->comm);
    const int64_t count = ways->arrived_count;
    const int64_t begin = ambit_comm_sum_below_i64(ways->comm, count);
    for (int r = 0; r <= size; r++)
        border_out[r] = ambit_slice_begin(accounts->total, align, size, r);
    if (accounts->together_width == 0) return;
    for (int r = 0; r < size; r++) {
        int64_t at = border_out[r] - begin;
        border_out[r] = 0; /* it is for the rank that has it to say */
        if (at < 0 || at >= count) continue;
        while (at > 0 && at < count && in_one_group(accounts, ways->arrived, at))
            at++;
        border_out[r] = begin + at;
    }
    ambit_comm_sum_i64(ways->comm, border_out, size);
    for (int r = 0; r < size; r++) { /* a slice may be nobody's, behind the last account */
        if (ambit_slice_begin(accounts->total, align, size, r) == accounts->total)
            border_out[r] = accounts->total;
    }
}

/* final_counts: how many of the rows that came belong to each rank's slice. */
static ambit_status split_by_index(const struct ambit_accounts *accounts, struct ways *ways,
                                   int64_t align)
{
    ambit_status status = AMBIT_OK;
    const int size = ambit_comm_size(ways->comm), rank = ambit_comm_rank(ways->comm);
    int64_t *border = NULL;
    AMBIT_TRY_TOGETHER(ways->comm, ambit_alloc(&border, (size_t)size + 1, sizeof *border));
    find_borders(accounts, ways, align, border);
    const int64_t begin = ambit_comm_sum_below_i64(ways->comm, ways->arrived_count);
    const int64_t end = begin + ways->arrived_count;
    for (int r = 0; r < size; r++) {
        const int64_t low = border[r], high = border[r + 1];
        const int64_t from = low > begin ? low : begin, to = high < end ? high : end;
        ways->final_counts[r] = to > from ? to - from : 0;
    }
    ways->first = border[rank];
    ways->final_count = border[rank + 1] - ways->first;
done:
    ambit_free(&border);
    return status;
}

/* ---- columns ---- */

/* The rows of *column in the order of `rows`. */
static ambit_status permute(const struct ambit_keyed *rows, int64_t count, size_t width,
                            char **column)
{
    ambit_status status = AMBIT_OK;
    char *ordered = NULL;
    AMBIT_TRY(ambit_alloc(&ordered, (size_t)count, width));
#pragma omp parallel for schedule(static)
    for (int64_t n = 0; n < count; n++)
        memcpy(&ordered[width * (size_t)n], &(*column)[width * (size_t)rows[n].row], width);
    ambit_free(column);
    *column = ordered;
done:
    return status;
}

static ambit_status send(struct ways *ways, const int64_t *counts, size_t width, char **column)
{
    ambit_status status = AMBIT_OK;
    char *came = NULL;
    int64_t count = 0;
    AMBIT_TRY(
        ambit_comm_exchange(ways->comm, *column, counts, (int64_t)width, &came, &count, NULL));
    ambit_free(column);
    *column = came;
done:
    return status;
}

/* A column from the order of the input to its rank, not yet in the order there. */
static ambit_status send_away(struct ways *ways, size_t width, char **column)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY_TOGETHER(ways->comm, permute(ways->own, ways->own_count, width, column));
    if (ambit_comm_size(ways->comm) > 1) AMBIT_TRY(send(ways, ways->own_counts, width, column));
done:
    return status;
}

/* A column that has been sent away into its order and slice. */
static ambit_status settle(struct ways *ways, size_t width, char **column)
{
    ambit_status status = AMBIT_OK;
    if (ambit_comm_size(ways->comm) == 1) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(ways->comm, permute(ways->arrived, ways->arrived_count, width, column));
    AMBIT_TRY(send(ways, ways->final_counts, width, column));
done:
    return status;
}

static ambit_status move_column(struct ways *ways, size_t width, void *column)
{
    ambit_status status = AMBIT_OK;
    char **const bytes = column; /* of any type */
    AMBIT_TRY(send_away(ways, width, bytes));
    AMBIT_TRY(settle(ways, width, bytes));
done:
    return status;
}

/* This rank's rows with their keys. Collective. */
static ambit_status set_keys(const struct ambit_accounts *accounts, struct ways *ways)
{
    ambit_status status = AMBIT_OK;
    uint64_t *key = NULL;
    const int64_t count = ways->own_count = accounts->count;
    if (accounts->together_width > 0) {
        AMBIT_TRY_TOGETHER(ways->comm, ambit_alloc(&key, (size_t)count, sizeof *key));
        for (int64_t i = 0; i < count; i++)
            key[i] = ambit_hilbert_key(accounts->lat[i], accounts->lon[i]);
        AMBIT_TRY(ambit_together_keys(ways->comm, accounts, key));
    }
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count; i++)
        ways->own[i] = (struct ambit_keyed){
            key != NULL ? key[i] : ambit_hilbert_key(accounts->lat[i], accounts->lon[i]), i};
done:
    ambit_free(&key);
    return status;
}

/* Keys, ids and groups first: they tell where everything goes. */
static ambit_status find_ways(struct ambit_accounts *accounts, int64_t align, struct ways *ways)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = ways->comm;
    const size_t ranks = (size_t)ambit_comm_size(comm);
    const int64_t count = accounts->count;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&ways->own, (size_t)count, sizeof *ways->own));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&ways->own_counts, ranks, sizeof *ways->own_counts));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&ways->final_counts, ranks, sizeof *ways->final_counts));
    AMBIT_TRY(set_keys(accounts, ways));
    AMBIT_TRY_TOGETHER(comm, sort_rows(accounts, count, &ways->own));
    AMBIT_TRY(split_by_key(ways, accounts->total, align));
    ways->arrived_count = count;
    if (ranks > 1) {
        AMBIT_TRY(ambit_comm_exchange(comm, ways->own, ways->own_counts, sizeof *ways->own,
                                      &ways->arrived, &ways->arrived_count, NULL));
        for (int64_t n = 0; n < ways->arrived_count; n++)
            ways->arrived[n].row = n;
    }
    AMBIT_TRY(send_away(ways, (size_t)accounts->id_width, &accounts->id));
    if (accounts->together_width > 0)
        AMBIT_TRY(send_away(ways, (size_t)accounts->together_width, &accounts->together));
    if (ranks > 1)
        AMBIT_TRY_TOGETHER(comm, sort_rows(accounts, ways->arrived_count, &ways->arrived));
    AMBIT_TRY(split_by_index(accounts, ways, align));
    AMBIT_TRY(settle(ways, (size_t)accounts->id_width, &accounts->id));
    if (accounts->together_width > 0)
        AMBIT_TRY(settle(ways, (size_t)accounts->together_width, &accounts->together));
done:
    return status;
}

static ambit_status set_unit_vectors(struct ambit_accounts *accounts)
{
    ambit_status status = AMBIT_OK;
    const size_t count = (size_t)accounts->count;
    ambit_free(&accounts->x);
    ambit_free(&accounts->y);
    ambit_free(&accounts->z);
    AMBIT_TRY(ambit_alloc(&accounts->x, count, sizeof *accounts->x));
    AMBIT_TRY(ambit_alloc(&accounts->y, count, sizeof *accounts->y));
    AMBIT_TRY(ambit_alloc(&accounts->z, count, sizeof *accounts->z));
#pragma omp parallel for schedule(static)
    for (int32_t i = 0; i < accounts->count; i++) {
        double unit[3];
        ambit_unit_from_degrees(accounts->lat[i], accounts->lon[i], unit);
        accounts->x[i] = unit[0];
        accounts->y[i] = unit[1];
        accounts->z[i] = unit[2];
    }
done:
    return status;
}

ambit_status ambit_sort_accounts(struct ambit_comm *comm, int64_t align,
                                 struct ambit_accounts *accounts)
{
    ambit_status status = AMBIT_OK;
    struct ways ways = {.comm = comm};
    AMBIT_REQUIRE(align >= 1);
    AMBIT_TRY(find_ways(accounts, align, &ways));
    AMBIT_TRY(move_column(&ways, sizeof *accounts->lat, &accounts->lat));
    AMBIT_TRY(move_column(&ways, sizeof *accounts->lon, &accounts->lon));
    AMBIT_TRY(move_column(&ways, sizeof *accounts->previous, &accounts->previous));
    if (accounts->visits_view == 0)
        AMBIT_TRY(move_column(&ways, sizeof *accounts->visits, &accounts->visits));
    for (int c = 0; c < accounts->column_count; c++) {
        AMBIT_TRY(move_column(&ways, sizeof *accounts->column[c], &accounts->column[c]));
        if (accounts->visits_view == c + 1) ambit_accounts_view_visits(accounts, c);
    }
    for (int c = 0; c < accounts->category_count; c++)
        AMBIT_TRY(move_column(&ways, sizeof *accounts->category[c], &accounts->category[c]));
    accounts->count = (int32_t)ways.final_count;
    accounts->first = ways.first;
    AMBIT_TRY_TOGETHER(comm, set_unit_vectors(accounts));
done:
    clear_ways(&ways);
    return status;
}
