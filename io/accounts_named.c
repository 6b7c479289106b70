/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/accounts_named.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/csv_table.h"
#include "io/name_index.h"

#include <string.h>

#define ID_MAX 255

/* The ids of a file, each once. */
struct ids {
    struct ambit_table table;
    struct ambit_name_index index;
    char *text; /* owned; NUL-terminated, one behind the other */
    int64_t count;
    int64_t *found; /* owned; how many accounts have it */
    const char **name;
};

static void close_ids(struct ids *ids)
{
    ambit_name_index_clear(&ids->index);
    ambit_table_close(&ids->table);
    ambit_free(&ids->text);
    ambit_free(&ids->found);
    ambit_free(&ids->name);
}

static ambit_status read_ids(const struct ambit_scenario *s, const char *file, struct ids *ids)
{
    ambit_status status = AMBIT_OK;
    struct ambit_column column;
    struct ambit_csv_cursor cursor;
    struct ambit_csv_record record;
    char *path = NULL;
    AMBIT_TRY(ambit_path_beside(s->path, file, &path));
    AMBIT_TRY(ambit_table_open(path, "accounts", s->delimiter, &ids->table));
    AMBIT_TRY(ambit_table_find(&ids->table, s->id_column, &column));
    const struct ambit_table *const table = &ids->table;
    const size_t bytes = (size_t)table->map.size + 1;
    AMBIT_TRY(ambit_alloc(&ids->text, bytes, 1));
    AMBIT_TRY(ambit_alloc(&ids->name, bytes / 2 + 1, sizeof *ids->name));
    AMBIT_TRY(ambit_name_index_create((int64_t)(bytes / 2), &ids->index));
    ambit_csv_cursor_init(&cursor, table->map.data, table->map.size, table->delimiter,
                          table->data_begin, table->data_line);
    char *at = ids->text;
    while (ambit_csv_next(&cursor, table->column_count + 1, table->fields, &record)) {
        char buffer[ID_MAX];
        size_t size = 0;
        if (record.field_count != table->column_count)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s:%lld: expected %lld fields, found %lld", path,
                                 (long long)record.line, (long long)table->column_count,
                                 (long long)record.field_count));
        const char *const id = ambit_csv_text(table->map.data, table->fields[column.index], buffer,
                                              sizeof buffer, &size);
        if (size == 0 || size > ID_MAX)
            AMBIT_TRY(
                ambit_fail(AMBIT_ERR_INPUT,
                           "%s:%lld: expected an id of 1 to %d bytes in column '%s', found %s",
                           path, (long long)record.line, ID_MAX, column.name,
                           size == 0 ? "an empty field" : "a longer one"));
        memcpy(at, id, size);
        if (ambit_name_index_add(&ids->index, at, ids->count) >= 0) {
            memset(at, 0, size);
            continue;
        }
        ids->name[ids->count++] = at;
        at += size + 1;
    }
    if (ids->count == 0)
        status =
            ambit_fail(AMBIT_ERR_INPUT, "%s: expected rows after the header, found none", path);
done:
    ambit_free(&path);
    return status;
}

static ambit_status mark(const struct ambit_accounts *a, struct ids *ids, bool **named_out)
{
    ambit_status status = AMBIT_OK;
    const size_t width = (size_t)a->id_width;
    AMBIT_TRY(ambit_alloc(named_out, (size_t)a->count, sizeof **named_out));
    AMBIT_TRY(ambit_alloc(&ids->found, (size_t)ids->count, sizeof *ids->found));
    for (int32_t i = 0; i < a->count; i++) {
        const char *const id = a->id + (size_t)i * width;
        const int64_t at = ambit_name_index_find(&ids->index, id, strnlen(id, width));
        (*named_out)[i] = at >= 0;
        if (at >= 0) ids->found[at]++;
    }
done:
    return status;
}

ambit_status ambit_named_accounts_find(const struct ambit_scenario *s, const char *file,
                                       struct ambit_comm *comm, const struct ambit_accounts *a,
                                       bool **named_out)
{
    ambit_status status = AMBIT_OK;
    struct ids ids = {.count = 0};
    int64_t unknown = 0, first = -1;
    *named_out = NULL;
    AMBIT_TRY_TOGETHER(comm, read_ids(s, file, &ids));
    AMBIT_TRY_TOGETHER(comm, mark(a, &ids, named_out));
    ambit_comm_sum_i64(comm, ids.found, ids.count);
    for (int64_t n = 0; n < ids.count; n++) {
        if (ids.found[n] > 0) continue;
        if (unknown++ == 0) first = n;
    }
    if (unknown > 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected ids of accounts, found %lld that no account has, the "
                            "first '%s'",
                            ids.table.path, (long long)unknown, ids.name[first]);
done:
    if (status != AMBIT_OK) ambit_free(named_out);
    close_ids(&ids);
    return status;
}
