/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts from CSV, every rank its slice. Quotes are counted first, one vector pass over the
 * slice, so that each rank knows whether its slice begins inside a quoted field; it then reads the
 * records that begin in it, the last one across the border. Lines are counted from the slice's own
 * start while it is read, and shifted when all ranks know theirs. Pages behind the cursor are given
 * back, so that the file is not in memory beside what was read of it. Cost: two passes over the
 * bytes. Weakness: one record that spans many
 * slices leaves their ranks without rows until accounts are ordered.
 */
#include "io/accounts_csv.h"
#include "engine/base/memory.h"
#include "engine/model/cover.h"
#include "io/badlist.h"
#include "io/csv_table.h"

#include <string.h>

#define FIRST_ROOM 4096
#define RELEASE_BYTES (INT64_C(1) << 24) /* of the file that are kept mapped behind the cursor */

struct reader {
    struct ambit_account_rows *rows; /* borrowed */
    struct ambit_table table;
    struct ambit_column id, territory, together, column[AMBIT_COLUMN_MAX];
    struct ambit_column category[AMBIT_CATEGORY_MAX];
    struct ambit_place_columns place;
    int64_t slice_begin, slice_end;
    int64_t first_line;               /* of the slice */
    int64_t counted_at, counted_line; /* lines have been counted up to this byte of the slice */
};

static ambit_status open_reader(struct reader *reader)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = reader->rows->scenario;
    struct ambit_table *const table = &reader->table;
    AMBIT_TRY(ambit_table_open(reader->rows->path, "accounts", s->delimiter, table));
    AMBIT_TRY(ambit_table_find(table, s->id_column, &reader->id));
    AMBIT_TRY(ambit_table_find(table, s->territory_column, &reader->territory));
    AMBIT_TRY(ambit_table_find(table, s->together.column, &reader->together));
    AMBIT_TRY(ambit_table_find_places(table, s->lat_column, s->lon_column, s->x_column, s->y_column,
                                      s->crs, &reader->place));
    for (int c = 0; c < s->column_count; c++)
        AMBIT_TRY(ambit_table_find(table, s->column[c], &reader->column[c]));
    for (int c = 0; c < s->category_count; c++)
        AMBIT_TRY(ambit_table_find(table, s->category[c], &reader->category[c]));
    AMBIT_REQUIRE(reader->id.index >= 0 && reader->place.north.index >= 0 &&
                  reader->place.east.index >= 0);
done:
    return status;
}

static void close_reader(struct reader *reader)
{
    ambit_place_columns_clear(&reader->place);
    ambit_table_close(&reader->table);
}

/* Room for the whole slice, judged by the rows so far, since growing again would copy everything.
 * Room that is not used costs addresses, not memory. */
static ambit_status grow(struct reader *reader, int64_t at)
{
    struct ambit_account_rows *const rows = reader->rows;
    const double done = (double)(at - reader->slice_begin);
    const double all = (double)(reader->slice_end - reader->slice_begin);
    const double now = (double)rows->room;
    const double least = 1.25 * now, most = 256.0 * now;
    if (rows->room == 0) return ambit_account_rows_resize(rows, FIRST_ROOM);
    if (rows->room == INT32_MAX)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: more than %d accounts on one rank: use more ranks",
                          rows->path, INT32_MAX);
    double room = 1.05 * (double)rows->accounts.count * all / done;
    room = room < least ? least : room > most ? most : room;
    return ambit_account_rows_resize(rows, room < (double)INT32_MAX ? (int32_t)room : INT32_MAX);
}

static bool read_id(const struct ambit_row *row, struct ambit_column column, char *buffer,
                    const char **text_out, size_t *size_out)
{
    if (!ambit_row_text(row, column, AMBIT_ACCOUNT_ID_MAX, buffer, text_out, size_out))
        return false;
    if (*size_out > 0) return true;
    ambit_row_bad(row, row->table->fields[column.index].at, AMBIT_BAD_MISSING_ID,
                  "expected an id in column '%s', found an empty field", column.name);
    return false;
}

static bool read_previous(const struct reader *reader, const struct ambit_row *row,
                          int32_t *previous_out)
{
    const struct ambit_column column = reader->territory;
    char buffer[AMBIT_NAME_MAX], found[AMBIT_FOUND_MAX];
    size_t size;
    *previous_out = AMBIT_TERRITORY_NONE;
    if (column.index < 0) return true;
    const struct ambit_csv_span field = row->table->fields[column.index];
    const char *const text =
        ambit_csv_text(row->table->map.data, field, buffer, sizeof buffer, &size);
    if (size == 0) return true;
    *previous_out = ambit_account_rows_territory(reader->rows, text, size);
    if (*previous_out >= 0) return true;
    if (reader->rows->scenario->audit.takes_unknown) {
        *previous_out = AMBIT_TERRITORY_UNKNOWN;
        return true;
    }
    ambit_found(text, size < AMBIT_NAME_MAX ? size : AMBIT_NAME_MAX, found);
    ambit_row_bad(row, field.at, AMBIT_BAD_UNKNOWN_TERRITORY,
                  "expected a territory or a rep's id in column '%s', found %s", column.name,
                  found);
    return false;
}

/* Reads the words of the row's categories; *good_out tells whether the row can be used. */
static ambit_status read_words(const struct reader *reader, const struct ambit_row *row,
                               bool *good_out)
{
    ambit_status status = AMBIT_OK;
    char buffer[AMBIT_WORD_BYTES_MAX];
    const char *word;
    size_t size;
    *good_out = false;
    for (int c = 0; c < reader->rows->accounts.category_count; c++) {
        if (!ambit_row_text(row, reader->category[c], sizeof buffer, buffer, &word, &size))
            return AMBIT_OK;
        AMBIT_TRY(ambit_account_rows_word(reader->rows, c, word, size));
    }
    *good_out = true;
done:
    return status;
}

/* The name of the group that the account stays together with; *good_out is false, with the row
 * among the bad ones, where it is no text. */
static ambit_status read_group(const struct reader *reader, const struct ambit_row *row,
                               bool *good_out)
{
    char buffer[AMBIT_ACCOUNT_ID_MAX];
    const char *text;
    size_t size;
    *good_out = true;
    if (reader->together.index < 0) return AMBIT_OK;
    *good_out = ambit_row_text(row, reader->together, AMBIT_ACCOUNT_ID_MAX, buffer, &text, &size);
    return *good_out ? ambit_account_rows_join(reader->rows, text, size) : AMBIT_OK;
}

/* Reads the row into the next free place of every array, and counts it where it is good. */
static ambit_status read_row(struct reader *reader, const struct ambit_csv_record *record)
{
    ambit_status status = AMBIT_OK;
    bool good = false;
    const struct ambit_row row = {
        .table = &reader->table, .record = record, .bad = &reader->rows->bad};
    struct ambit_accounts *const a = &reader->rows->accounts;
    const int32_t i = a->count;
    char buffer[AMBIT_ACCOUNT_ID_MAX];
    const char *id;
    size_t id_size;
    if (!ambit_row_check(&row) || !read_id(&row, reader->id, buffer, &id, &id_size) ||
        !ambit_row_place(&row, &reader->place, &a->lat[i], &a->lon[i]) ||
        !read_previous(reader, &row, &a->previous[i]))
        return AMBIT_OK;
    for (int c = 0; c < a->column_count; c++) {
        if (!ambit_row_micro(&row, reader->column[c], &a->column[c][i])) return AMBIT_OK;
    }
    AMBIT_TRY(read_words(reader, &row, &good));
    if (good) AMBIT_TRY(read_group(reader, &row, &good));
    if (!good) return AMBIT_OK;
    AMBIT_TRY(ambit_account_rows_keep(reader->rows, id, id_size,
                                      reader->table.fields[reader->id.index].at));
    a->count++;
done:
    return status;
}

static ambit_status read_rows(struct reader *reader, struct ambit_csv_cursor *cursor)
{
    ambit_status status = AMBIT_OK;
    struct ambit_account_rows *const rows = reader->rows;
    const struct ambit_table *const table = &reader->table;
    struct ambit_csv_record record;
    int64_t released = cursor->at;
    while (ambit_csv_next(cursor, table->column_count + 1, table->fields, &record)) {
        if (rows->accounts.count == rows->room) AMBIT_TRY(grow(reader, record.begin));
        rows->count++;
        rows->uncertain |= record.stray_quote >= 0 && (record.unclosed || record.newline_count > 0);
        AMBIT_TRY(read_row(reader, &record));
        if (record.begin - released < RELEASE_BYTES) continue;
        ambit_csv_map_release(&table->map, released, record.begin);
        released = record.begin;
    }
done:
    return status;
}

/* Whether the slice holds an odd number of quotes. */
static bool odd_quotes(const struct ambit_csv_map *map, int64_t begin, int64_t end)
{
    bool odd = false;
    for (int64_t at = begin; at < end; at += RELEASE_BYTES) {
        const int64_t until = end - at < RELEASE_BYTES ? end : at + RELEASE_BYTES;
        odd ^= ambit_csv_odd_quotes(map->data, at, until);
        ambit_csv_map_release(map, at, until);
    }
    return odd;
}

/* Reads this rank's slice; lines and places come out counted from the file's start. Collective. */
static ambit_status read_slice(struct reader *reader, struct ambit_comm *comm)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_table *const table = &reader->table;
    const char *const data = table->map.data;
    const int rank = ambit_comm_rank(comm), size = ambit_comm_size(comm);
    struct ambit_csv_cursor cursor;
    int64_t begin, end, sizes[2] = {table->map.size, -table->map.size};
    ambit_comm_max_i64(comm, sizes, 2);
    if (sizes[0] != -sizes[1])
        return ambit_fail(AMBIT_ERR_IO, "%s: has %lld bytes on one rank, %lld on another",
                          table->path, (long long)-sizes[1], (long long)sizes[0]);
    ambit_comm_split(table->map.size - table->data_begin, size, rank, &begin, &end);
    begin += table->data_begin;
    end += table->data_begin;
    /* Nothing is below the last rank's slice that would ask for its quotes. */
    const int64_t odd = rank + 1 < size && odd_quotes(&table->map, begin, end);
    const bool quoted = ambit_comm_sum_below_i64(comm, odd) % 2 != 0;
    reader->slice_begin = ambit_csv_first_record(data, begin, end, quoted);
    reader->slice_end = end;
    ambit_csv_cursor_init(&cursor, data, table->map.size, table->delimiter, reader->slice_begin, 0);
    cursor.stop = end;
    AMBIT_TRY_TOGETHER(comm, read_rows(reader, &cursor));
    reader->first_line = table->data_line + ambit_comm_sum_below_i64(comm, cursor.line);
    ambit_bad_rows_shift(&reader->rows->bad, reader->first_line);
    int64_t totals[2] = {reader->rows->count, reader->rows->uncertain};
    ambit_comm_sum_i64(comm, totals, 2);
    reader->rows->count = totals[0];
    reader->rows->uncertain = totals[1] > 0;
    if (totals[0] == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected rows after the header, found none",
                            table->path);
done:
    return status;
}

static int64_t line_of(void *self, int64_t place)
{
    struct reader *const reader = self;
    const char *const data = reader->table.map.data;
    if (place < reader->counted_at || reader->counted_at == 0) {
        reader->counted_at = reader->slice_begin;
        reader->counted_line = reader->first_line;
    }
    for (; reader->counted_at < place; reader->counted_at++)
        reader->counted_line += data[reader->counted_at] == '\n';
    return reader->counted_line;
}

static void refuse_again(void *self, int32_t account, int64_t first_line)
{
    struct reader *const reader = self;
    struct ambit_account_rows *const rows = reader->rows;
    const char *const data = reader->table.map.data;
    const size_t width = (size_t)rows->accounts.id_width;
    const char *const id = rows->accounts.id + (size_t)account * width;
    const int64_t at = rows->place[account];
    struct ambit_csv_record record = {.line = line_of(reader, at), .begin = at};
    char found[AMBIT_FOUND_MAX];
    while (data[record.begin - 1] != '\n') /* the header stands before, so there is one */
        record.begin--;
    ambit_found(id, strnlen(id, width), found);
    const struct ambit_row row = {.table = &reader->table, .record = &record, .bad = &rows->bad};
    ambit_row_bad(&row, at, AMBIT_BAD_DUPLICATE_ID,
                  "expected a new id in column '%s', found %s again (first at line %lld)",
                  reader->id.name, found, (long long)first_line);
}

ambit_status ambit_accounts_read_csv(struct ambit_account_rows *rows, struct ambit_comm *comm,
                                     bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    struct reader reader = {.rows = rows};
    const struct ambit_account_reader as_reader = {
        .self = &reader, .rows = rows, .line_of = line_of, .refuse_again = refuse_again};
    AMBIT_TRY_TOGETHER(comm, open_reader(&reader));
    AMBIT_TRY(read_slice(&reader, comm));
    AMBIT_TRY(ambit_account_rows_finish(&as_reader, comm, skip_bad_rows));
done:
    close_reader(&reader);
    return status;
}
