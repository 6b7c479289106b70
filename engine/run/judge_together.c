/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether groups are whole, told from the names of the accounts' groups and the plan alone: every
 * account goes to the rank that a sum over its group's name gives, where names are sorted and
 * compared. It relies on no order of the accounts and on none of the search's units. Cost: a name
 * and a label for each account of a group, once over the ranks, and their sort.
 */
#include "engine/base/memory.h"
#include "engine/run/judge_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name of a group, `width` bytes, and the label of one of its accounts. */
struct records {
    size_t width, bytes; /* of a name; of a record */
    char *data;          /* owned */
    int64_t count;
};

static char *record_at(const struct records *records, int64_t n)
{
    return records->data + (size_t)n * records->bytes;
}

static int32_t label_of(const struct records *records, int64_t n)
{
    int32_t label;
    memcpy(&label, record_at(records, n) + records->width, sizeof label);
    return label;
}

static int rank_of(const char *name, size_t width, int ranks)
{
    uint64_t sum = 0;
    for (size_t c = 0; c < width; c++)
        sum = sum * 31 + (unsigned char)name[c];
    return (int)(sum % (uint64_t)ranks);
}

static const char *name_of(const struct ambit_accounts *accounts, int32_t i)
{
    return accounts->together + (size_t)i * (size_t)accounts->together_width;
}

/* This rank's accounts with a group, by the rank that looks at the group. */
static ambit_status pack(const struct ambit_job *job, const int32_t *label, struct records *out,
                         int64_t *counts_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    const int ranks = ambit_comm_size(job->comm);
    int64_t *next = NULL;
    AMBIT_TRY(ambit_alloc(&next, (size_t)ranks, sizeof *next));
    for (int32_t i = 0; i < a->count; i++) {
        if (name_of(a, i)[0] == '\0') continue;
        counts_out[rank_of(name_of(a, i), out->width, ranks)]++;
        out->count++;
    }
    for (int r = 1; r < ranks; r++)
        next[r] = next[r - 1] + counts_out[r - 1];
    AMBIT_TRY(ambit_alloc(&out->data, (size_t)out->count, out->bytes));
    for (int32_t i = 0; i < a->count; i++) {
        if (name_of(a, i)[0] == '\0') continue;
        char *const to = record_at(out, next[rank_of(name_of(a, i), out->width, ranks)]++);
        memcpy(to, name_of(a, i), out->width);
        memcpy(to + out->width, &label[i], sizeof *label);
    }
done:
    ambit_free(&next);
    return status;
}

static int compare_names(const void *a, const void *b, void *context)
{
    const struct records *const records = context;
    return memcmp(a, b, records->width);
}

/* Counts what came; returns the first split group's record, or -1. */
static int64_t count_groups(struct records *records, struct ambit_result_together *out)
{
    int64_t first = -1;
    if (records->count > 0)
        qsort_r(records->data, (size_t)records->count, records->bytes, compare_names, records);
    for (int64_t begin = 0, end; begin < records->count; begin = end) {
        bool split = false;
        for (end = begin + 1;
             end < records->count &&
             memcmp(record_at(records, begin), record_at(records, end), records->width) == 0;
             end++)
            split |= label_of(records, end) != label_of(records, begin);
        if (end == begin + 1) continue;
        out->group_count++;
        out->account_count += end - begin;
        out->split_count += split;
        if (split && first < 0) first = begin;
    }
    return first;
}

/* The first of the names that ranks have, the same on all. Collective. */
static ambit_status agree_first(struct ambit_job *job, const struct records *records, int64_t mine,
                                char first_out[AMBIT_NAME_MAX])
{
    ambit_status status = AMBIT_OK;
    char *all = NULL;
    const char *first = NULL;
    int64_t count = 0;
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine >= 0 ? record_at(records, mine) : NULL,
                                    mine >= 0, (int64_t)records->width, &all, &count));
    for (int64_t n = 0; n < count; n++) {
        const char *const name = all + (size_t)n * records->width;
        if (first == NULL || memcmp(name, first, records->width) < 0) first = name;
    }
    if (first != NULL)
        (void)snprintf(first_out, AMBIT_NAME_MAX, "%.*s", (int)records->width, first);
done:
    ambit_free(&all);
    return status;
}

ambit_status ambit_judge_together(struct ambit_job *job, const int32_t *label,
                                  struct ambit_result_together *out)
{
    ambit_status status = AMBIT_OK;
    const size_t width = (size_t)job->accounts.together_width;
    struct records mine = {.width = width, .bytes = width + sizeof *label}, met = mine;
    int64_t *counts = NULL;
    *out = (struct ambit_result_together){.group_count = 0};
    memcpy(out->column, job->scenario.together.column, sizeof out->column);
    if (width == 0) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&counts, (size_t)ambit_comm_size(job->comm), sizeof *counts));
    AMBIT_TRY_TOGETHER(job->comm, pack(job, label, &mine, counts));
    AMBIT_TRY(ambit_comm_exchange(job->comm, mine.data, counts, (int64_t)mine.bytes, &met.data,
                                  &met.count, NULL));
    const int64_t first = count_groups(&met, out);
    int64_t sums[3] = {out->group_count, out->account_count, out->split_count};
    ambit_comm_sum_i64(job->comm, sums, 3);
    out->group_count = sums[0];
    out->account_count = sums[1];
    out->split_count = sums[2];
    AMBIT_TRY(agree_first(job, &met, first, out->first_split));
done:
    ambit_free(&counts);
    ambit_free(&mine.data);
    ambit_free(&met.data);
    return status;
}
