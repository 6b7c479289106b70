/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list is short, so a row is put in its place by insertion: adding costs one comparison once
 * the list is full, since rows come nearly in file order.
 */
#include "io/badlist.h"
#include "engine/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool comes_before(const struct ambit_bad_row *a, const struct ambit_bad_row *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

static void keep(struct ambit_bad_rows *rows, const struct ambit_bad_row *row)
{
    int32_t at = rows->shown;
    if (at == AMBIT_BAD_ROWS_SHOWN) {
        at--;
        if (!comes_before(row, &rows->row[at])) return;
    } else {
        rows->shown++;
    }
    for (; at > 0 && comes_before(row, &rows->row[at - 1]); at--)
        rows->row[at] = rows->row[at - 1];
    rows->row[at] = *row;
}

void ambit_bad_rows_add(struct ambit_bad_rows *rows, const struct ambit_bad_row *row)
{
    rows->count[row->kind]++;
    rows->total++;
    keep(rows, row);
}

void ambit_bad_rows_shift(struct ambit_bad_rows *rows, int64_t lines)
{
    for (int32_t i = 0; i < rows->shown; i++)
        rows->row[i].line += lines;
}

ambit_status ambit_bad_rows_gather(struct ambit_comm *comm, struct ambit_bad_rows *rows)
{
    ambit_status status = AMBIT_OK;
    struct ambit_bad_row *all = NULL;
    int64_t all_count = 0;
    AMBIT_TRY(ambit_comm_all_gather(comm, rows->row, rows->shown, sizeof *all, &all, &all_count));
    ambit_comm_sum_i64(comm, rows->count, AMBIT_BAD_KIND_COUNT);
    ambit_comm_sum_i64(comm, &rows->total, 1);
    rows->shown = 0;
    for (int64_t i = 0; i < all_count; i++)
        keep(rows, &all[i]);
done:
    ambit_free(&all);
    return status;
}

void ambit_bad_rows_append(struct ambit_bad_rows *to, const struct ambit_bad_rows *from)
{
    for (int kind = 0; kind < AMBIT_BAD_KIND_COUNT; kind++)
        to->count[kind] += from->count[kind];
    to->total += from->total;
    for (int32_t i = 0; i < from->shown && to->shown < AMBIT_BAD_ROWS_SHOWN; i++)
        to->row[to->shown++] = from->row[i];
}

struct text {
    char bytes[AMBIT_MESSAGE_MAX];
    size_t used;
};

/* Appends where all of it fits. */
static bool append(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool append(struct text *text, const char *format, ...)
{
    const size_t room = sizeof text->bytes - text->used;
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(text->bytes + text->used, room, format, arguments);
    va_end(arguments);
    const bool fits = size >= 0 && (size_t)size < room;
    text->used += fits ? (size_t)size : 0;
    text->bytes[text->used] = '\0';
    return fits;
}

ambit_status ambit_bad_rows_fail(const struct ambit_bad_rows *rows, const char *path,
                                 const char *advice)
{
    struct text list = {.used = 0}, counts = {.used = 0};
    const char *between = " (";
    int32_t listed = 0;
    for (int kind = 0; kind < AMBIT_BAD_KIND_COUNT; kind++) {
        if (rows->count[kind] == 0) continue;
        (void)append(&counts, "%s%lld %s", between, (long long)rows->count[kind],
                     ambit_bad_kind_name((enum ambit_bad_kind)kind));
        between = ", ";
    }
    /* Whole lines only, and room kept for the counts: the message has a limit. */
    const size_t limit = sizeof list.bytes - counts.used - strlen(path) - strlen(advice) - 100;
    for (; listed < rows->shown; listed++) {
        const struct ambit_bad_row *const row = &rows->row[listed];
        const size_t before = list.used;
        const bool fits = row->column > 0
                              ? append(&list, "%s:%lld:%d: %s\n", path, (long long)row->line,
                                       (int)row->column, row->text)
                              : append(&list, "%s: %s\n", path, row->text);
        if (fits && list.used <= limit) continue;
        list.bytes[before] = '\0';
        break;
    }
    char first[48] = "";
    if (listed < rows->total)
        (void)snprintf(first, sizeof first, "; the first %d are listed", (int)listed);
    return ambit_fail(AMBIT_ERR_INPUT, "%s%s: %lld bad row%s%s)%s%s", list.bytes, path,
                      (long long)rows->total, rows->total == 1 ? "" : "s", counts.bytes, first,
                      advice);
}
