/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/pair_rows.h"
#include "engine/base/memory.h"
#include "engine/model/cover.h"
#include "io/name_index.h"

#include <string.h>

#define ID_MAX 255 /* bytes, as of an account */

void ambit_pair_rows_clear(struct ambit_pair_rows *rows)
{
    ambit_table_close(&rows->table);
    ambit_free(&rows->row);
    ambit_free(&rows->text);
}

ambit_status ambit_pair_rows_open(const char *path, const char *role, char delimiter,
                                  struct ambit_pair_rows *rows)
{
    const ambit_status status = ambit_table_open(path, role, delimiter, &rows->table);
    if (status != AMBIT_OK) return status;
    const struct ambit_csv_record *const header = &rows->table.header_record;
    ambit_rows_hash_add(&rows->read.hash, rows->table.map.data + header->begin,
                        (size_t)(header->end - header->begin));
    return AMBIT_OK;
}

/* Territories by name; where none has it, by the rep's id. */
static ambit_status index_territories(const struct ambit_territories *t,
                                      struct ambit_name_index *names)
{
    const ambit_status status = ambit_name_index_create(2 * (int64_t)t->count, names);
    if (status != AMBIT_OK) return status;
    for (int32_t j = 0; j < t->count; j++)
        (void)ambit_name_index_add(names, t->item[j].name, j);
    for (int32_t j = 0; j < t->count; j++) {
        if (t->item[j].rep_id[0] != '\0') (void)ambit_name_index_add(names, t->item[j].rep_id, j);
    }
    return AMBIT_OK;
}

static ambit_status make_room(struct ambit_pair_rows *rows, size_t size)
{
    ambit_status status = AMBIT_OK;
    if (rows->count == rows->room) {
        const int64_t room = 2 * rows->room + 256;
        AMBIT_TRY(ambit_resize(&rows->row, (size_t)room, sizeof *rows->row));
        rows->room = room;
    }
    if (rows->bytes + (int64_t)size + 1 > rows->text_room) {
        const int64_t room = 2 * (rows->bytes + (int64_t)size + 1) + 4096;
        AMBIT_TRY(ambit_resize(&rows->text, (size_t)room, 1));
        rows->text_room = room;
    }
done:
    return status;
}

static ambit_status keep_row(struct ambit_pair_rows *rows, const struct ambit_csv_record *record,
                             const char *id, size_t size, int32_t territory)
{
    const ambit_status status = make_room(rows, size);
    if (status != AMBIT_OK) return status;
    struct ambit_pair_row *const row = &rows->row[rows->count++];
    *row = (struct ambit_pair_row){.id = rows->bytes, .territory = territory};
    ambit_csv_place(rows->table.map.data, record, rows->table.fields[rows->id.index].at, &row->line,
                    &row->column);
    memcpy(rows->text + rows->bytes, id, size);
    rows->text[rows->bytes + (int64_t)size] = '\0';
    rows->bytes += (int64_t)size + 1;
    return AMBIT_OK;
}

/* The row's territory; false, with the row among the bad ones, where it is none. */
static bool read_territory(struct ambit_pair_rows *rows, const struct ambit_row *row,
                           const struct ambit_name_index *names, bool takes_unknown,
                           int32_t *territory_out)
{
    const struct ambit_csv_span field = rows->table.fields[rows->territory.index];
    char buffer[AMBIT_NAME_MAX], found[AMBIT_FOUND_MAX];
    size_t size;
    const char *const name =
        ambit_csv_text(rows->table.map.data, field, buffer, sizeof buffer, &size);
    const int64_t at = size < AMBIT_NAME_MAX ? ambit_name_index_find(names, name, size) : -1;
    *territory_out = at >= 0    ? (int32_t)at
                     : size > 0 ? AMBIT_TERRITORY_UNKNOWN
                                : AMBIT_TERRITORY_NONE;
    if (at >= 0 || takes_unknown) return true;
    ambit_found(name, size < AMBIT_NAME_MAX ? size : AMBIT_NAME_MAX, found);
    ambit_row_bad(row, field.at, AMBIT_BAD_UNKNOWN_TERRITORY,
                  "expected a territory or a rep's id in column '%s', found %s",
                  rows->territory.name, found);
    return false;
}

static ambit_status read_row(struct ambit_pair_rows *rows, const struct ambit_csv_record *record,
                             const struct ambit_name_index *names, bool takes_unknown)
{
    const struct ambit_row row = {.table = &rows->table, .record = record, .bad = &rows->bad};
    char buffer[ID_MAX];
    const char *id;
    size_t size;
    int32_t territory;
    if (!ambit_row_check(&row) ||
        !ambit_row_text(&row, rows->id, sizeof buffer, buffer, &id, &size))
        return AMBIT_OK;
    if (size == 0) {
        ambit_row_bad(&row, rows->table.fields[rows->id.index].at, AMBIT_BAD_MISSING_ID,
                      "expected an account's id in column '%s', found an empty field",
                      rows->id.name);
        return AMBIT_OK;
    }
    if (!read_territory(rows, &row, names, takes_unknown, &territory)) return AMBIT_OK;
    return keep_row(rows, record, id, size, territory);
}

ambit_status ambit_pair_rows_read(const char *id_column, const char *territory_column,
                                  const struct ambit_territories *territories, bool takes_unknown,
                                  struct ambit_pair_rows *rows)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_table *const table = &rows->table;
    struct ambit_name_index names = {0};
    struct ambit_csv_cursor cursor;
    struct ambit_csv_record record;
    AMBIT_TRY(ambit_table_find(table, id_column, &rows->id));
    AMBIT_TRY(ambit_table_find(table, territory_column, &rows->territory));
    AMBIT_REQUIRE(rows->id.index >= 0 && rows->territory.index >= 0);
    AMBIT_TRY(index_territories(territories, &names));
    ambit_csv_cursor_init(&cursor, table->map.data, table->map.size, table->delimiter,
                          table->data_begin, table->data_line);
    while (ambit_csv_next(&cursor, table->column_count + 1, table->fields, &record)) {
        ambit_rows_hash_add(&rows->read.hash, table->map.data + record.begin,
                            (size_t)(record.end - record.begin));
        rows->read.rows++;
        AMBIT_TRY(read_row(rows, &record, &names, takes_unknown));
    }
done:
    ambit_name_index_clear(&names);
    return status;
}
