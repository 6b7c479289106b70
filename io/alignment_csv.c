/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are sorted by id and territory, so that what an account is given does not depend on their
 * order. Cost: the sort; about 40 bytes a row beside the ids.
 */
#include "io/alignment_csv.h"
#include "engine/base/memory.h"
#include "engine/model/cover.h"
#include "io/badlist.h"

#include <stdlib.h>
#include <string.h>

#define ADVICE "; mend them, or leave such rows out with --skip-bad-rows"

void ambit_alignment_clear(struct ambit_alignment *alignment)
{
    ambit_free(&alignment->id);
    ambit_free(&alignment->claim_first);
    ambit_free(&alignment->claim);
}

static bool has_column(const struct ambit_table *table, const char *name)
{
    for (int64_t c = 0; c < table->column_count; c++) {
        char buffer[AMBIT_NAME_MAX];
        size_t size;
        const char *const text =
            ambit_csv_text(table->map.data, table->header[c], buffer, sizeof buffer, &size);
        if (size == strlen(name) && memcmp(text, name, size) == 0) return true;
    }
    return false;
}

/* The scenario's own name for a column, unless only the other is there. */
static const char *choose_column(const struct ambit_table *table, const char *own,
                                 const char *other)
{
    if (own[0] == '\0') return other;
    return !has_column(table, own) && has_column(table, other) ? other : own;
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct ambit_pair_rows *const rows = context;
    const int64_t n = *(const int64_t *)a, m = *(const int64_t *)b;
    const int order = strcmp(ambit_pair_row_id(rows, n), ambit_pair_row_id(rows, m));
    const int32_t x = rows->row[n].territory, y = rows->row[m].territory;
    return order != 0 ? order : (x > y) - (x < y);
}

/* Rows [begin, end) of the order are of one account, its territories rising: those that there are,
 * each once, or where there is none what stands for that. */
static void take_claims(const struct ambit_pair_rows *rows, const int64_t *order, int64_t begin,
                        int64_t end, struct ambit_alignment *out)
{
    int64_t claims = out->claim_first[out->count];
    for (int64_t n = begin; n < end; n++) {
        const int32_t territory = rows->row[order[n]].territory;
        if (n > begin && territory == rows->row[order[n - 1]].territory) continue;
        /* One that there is not gives way to the next, which there may be. */
        if (n > begin && rows->row[order[n - 1]].territory < 0 && territory >= 0)
            claims = out->claim_first[out->count];
        if (n == begin || territory >= 0) out->claim[claims++] = territory;
    }
    out->claim_first[++out->count] = claims;
}

static ambit_status collect(const struct ambit_pair_rows *rows, struct ambit_alignment *out)
{
    ambit_status status = AMBIT_OK;
    const size_t count = (size_t)rows->count;
    int64_t *order = NULL;
    size_t width = 0;
    AMBIT_TRY(ambit_alloc(&order, count, sizeof *order));
    AMBIT_TRY(ambit_alloc(&out->claim, count, sizeof *out->claim));
    AMBIT_TRY(ambit_alloc(&out->claim_first, count + 1, sizeof *out->claim_first));
    for (int64_t n = 0; n < rows->count; n++) {
        const size_t size = strlen(ambit_pair_row_id(rows, n));
        order[n] = n;
        if (size > width) width = size;
    }
    AMBIT_TRY(ambit_alloc(&out->id, count, width));
    out->id_width = (int32_t)width;
    if (count > 0) qsort_r(order, count, sizeof *order, compare_rows, (void *)rows);
    for (int64_t begin = 0, end; begin < rows->count; begin = end) {
        const char *const id = ambit_pair_row_id(rows, order[begin]);
        for (end = begin + 1;
             end < rows->count && strcmp(id, ambit_pair_row_id(rows, order[end])) == 0;)
            end++;
        memcpy(out->id + (size_t)out->count * width, id, strlen(id));
        take_claims(rows, order, begin, end, out);
    }
done:
    ambit_free(&order);
    return status;
}

ambit_status ambit_alignment_read_csv(const char *path, const struct ambit_scenario *scenario,
                                      const struct ambit_territories *territories,
                                      bool skip_bad_rows, struct ambit_bad_rows *bad_inout,
                                      struct ambit_alignment *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pair_rows rows = {.count = 0};
    struct ambit_alignment alignment = {.count = 0};
    AMBIT_TRY(ambit_pair_rows_open(path, "plan", scenario->delimiter, &rows));
    AMBIT_TRY(
        ambit_pair_rows_read(choose_column(&rows.table, scenario->id_column, "account_id"),
                             choose_column(&rows.table, scenario->territory_column, "territory"),
                             territories, true, &rows));
    if (rows.bad.total > 0 && !skip_bad_rows)
        AMBIT_TRY(ambit_bad_rows_fail(&rows.bad, path, ADVICE));
    AMBIT_TRY(collect(&rows, &alignment));
    alignment.read = rows.read;
    *out = alignment;
    alignment = (struct ambit_alignment){.count = 0};
done:
    ambit_bad_rows_append(bad_inout, &rows.bad);
    ambit_alignment_clear(&alignment);
    ambit_pair_rows_clear(&rows);
    return status;
}
