/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts from CSV, every rank its slice. Quotes are counted first, one vector pass over the
 * slice, so that each rank knows whether its slice begins inside a quoted field; it then reads the
 * records that begin in it, the last one across the border. Lines are counted from the slice's own
 * start while it is read, and shifted when all ranks know theirs. Cost: two passes over the bytes,
 * one exchange of 32 bytes an account for duplicate ids. Weakness: one record that spans many
 * slices leaves their ranks without rows until accounts are ordered.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/badlist.h"
#include "io/csv_table.h"
#include "io/duplicates.h"
#include "io/name_index.h"
#include "io/tables_csv.h"

#include <string.h>

#define ID_MAX 255 /* bytes of an account's id */
#define FIRST_ROOM 4096
#define ADVICE "; mend them, or leave such rows out with --skip-bad-rows"

struct reader {
    const struct ambit_scenario *scenario;
    struct ambit_table table;
    struct ambit_column id, territory, column[AMBIT_COLUMN_MAX];
    struct ambit_place_columns place;
    struct ambit_name_index names; /* territories and reps */
    struct ambit_accounts
        accounts;            /* owned; the usable rows so far; id_width is the room for ids */
    struct ambit_seen *seen; /* owned; the id of each account */
    int32_t room;            /* accounts that the arrays can hold */
    size_t longest_id;       /* bytes */
    int64_t slice_begin, slice_end;
    struct ambit_bad_rows bad;
    struct ambit_rows_hash hash;
    int64_t rows;
    int64_t uncertain; /* rows where a misplaced quote joined lines */
};

/* Names of territories first: where a rep's id is another territory's name, the name counts. */
static ambit_status index_names(const struct ambit_territories *t, struct ambit_name_index *names)
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

static ambit_status open_reader(struct reader *reader, const struct ambit_territories *t)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = reader->scenario;
    struct ambit_table *const table = &reader->table;
    AMBIT_TRY(ambit_table_open(s->path, s->accounts_file, "accounts", s->delimiter, table));
    AMBIT_TRY(ambit_table_find(table, s->id_column, &reader->id));
    AMBIT_TRY(ambit_table_find(table, s->territory_column, &reader->territory));
    AMBIT_TRY(ambit_table_find_places(table, s->lat_column, s->lon_column, s->x_column, s->y_column,
                                      s->crs, &reader->place));
    for (int c = 0; c < s->column_count; c++)
        AMBIT_TRY(ambit_table_find(table, s->column[c], &reader->column[c]));
    AMBIT_REQUIRE(reader->id.index >= 0 && reader->place.north.index >= 0 &&
                  reader->place.east.index >= 0);
    AMBIT_TRY(index_names(t, &reader->names));
    reader->accounts.column_count = s->column_count;
done:
    return status;
}

static void close_reader(struct reader *reader)
{
    ambit_place_columns_clear(&reader->place);
    ambit_table_close(&reader->table);
    ambit_name_index_clear(&reader->names);
    ambit_accounts_clear(&reader->accounts);
    ambit_free(&reader->seen);
}

/* Resizes the arrays that rows are read into. */
static ambit_status resize_accounts(struct ambit_accounts *a, size_t n)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_resize(&a->id, n, (size_t)a->id_width));
    AMBIT_TRY(ambit_resize(&a->lat, n, sizeof *a->lat));
    AMBIT_TRY(ambit_resize(&a->lon, n, sizeof *a->lon));
    AMBIT_TRY(ambit_resize(&a->previous, n, sizeof *a->previous));
    for (int c = 0; c < a->column_count; c++)
        AMBIT_TRY(ambit_resize(&a->column[c], n, sizeof *a->column[c]));
done:
    return status;
}

static ambit_status set_room(struct reader *reader, int32_t room)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)room;
    AMBIT_TRY(resize_accounts(&reader->accounts, n));
    AMBIT_TRY(ambit_resize(&reader->seen, n, sizeof *reader->seen));
    reader->room = room;
done:
    return status;
}

/* Room for the whole slice, judged by the rows so far, since growing again would copy everything.
 * Room that is not used costs addresses, not memory. */
static ambit_status grow(struct reader *reader, int64_t at)
{
    const double done = (double)(at - reader->slice_begin);
    const double all = (double)(reader->slice_end - reader->slice_begin);
    const double now = (double)reader->room;
    const double least = 1.25 * now, most = 256.0 * now;
    if (reader->room == 0) return set_room(reader, FIRST_ROOM);
    if (reader->room == INT32_MAX)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: more than %d accounts on one rank: use more ranks",
                          reader->table.path, INT32_MAX);
    double room = 1.05 * (double)reader->accounts.count * all / done;
    room = room < least ? least : room > most ? most : room;
    return set_room(reader, room < (double)INT32_MAX ? (int32_t)room : INT32_MAX);
}

/* Gives `rows` rows of ids another width; what they hold fits in both. */
static ambit_status set_id_width(struct ambit_accounts *a, int32_t rows, size_t width)
{
    char *wider = NULL;
    const size_t old = (size_t)a->id_width, both = old < width ? old : width;
    const ambit_status status = ambit_alloc(&wider, (size_t)rows, width);
    if (status != AMBIT_OK) return status;
    for (size_t i = 0; i < (size_t)a->count && both > 0; i++)
        memcpy(wider + i * width, a->id + i * old, both);
    ambit_free(&a->id);
    a->id = wider;
    a->id_width = (int32_t)width;
    return AMBIT_OK;
}

static bool read_id(const struct ambit_row *row, struct ambit_column column, char *buffer,
                    const char **text_out, size_t *size_out)
{
    if (!ambit_row_text(row, column, ID_MAX, buffer, text_out, size_out)) return false;
    if (*size_out > 0) return true;
    ambit_row_bad(row, row->table->fields[column.index].at, AMBIT_BAD_MISSING_ID,
                  "expected an id in column '%s', found an empty field", column.name);
    return false;
}

/* Keeps the id of the row that is about to be counted. Widths grow by a quarter at least, so that
 * ever longer ids do not copy all of them every time. */
static ambit_status keep_id(struct reader *reader, const struct ambit_csv_record *record,
                            const char *text, size_t size)
{
    struct ambit_accounts *const a = &reader->accounts;
    const int64_t at = reader->table.fields[reader->id.index].at;
    if (size > (size_t)a->id_width) {
        const size_t least = (size_t)a->id_width * 5 / 4;
        const ambit_status status = set_id_width(a, reader->room, size > least ? size : least);
        if (status != AMBIT_OK) return status;
    }
    if (size > reader->longest_id) reader->longest_id = size;
    const size_t width = (size_t)a->id_width;
    char *const id = a->id + (size_t)a->count * width;
    memcpy(id, text, size);
    memset(id + size, 0, width - size);
    struct ambit_seen *const seen = &reader->seen[a->count];
    int32_t column;
    *seen = (struct ambit_seen){.at = at, .line = record->line};
    ambit_rows_hash_add(&seen->hash, text, size);
    if (record->newline_count > 0)
        ambit_csv_place(reader->table.map.data, record, at, &seen->line, &column);
    return AMBIT_OK;
}

static bool read_previous(const struct reader *reader, const struct ambit_row *row,
                          int32_t *previous_out)
{
    const struct ambit_column column = reader->territory;
    char buffer[AMBIT_NAME_MAX], found[AMBIT_FOUND_MAX];
    size_t size;
    *previous_out = -1;
    if (column.index < 0) return true;
    const struct ambit_csv_span field = row->table->fields[column.index];
    const char *const text =
        ambit_csv_text(row->table->map.data, field, buffer, sizeof buffer, &size);
    if (size == 0) return true;
    if (size < AMBIT_NAME_MAX)
        *previous_out = (int32_t)ambit_name_index_find(&reader->names, text, size);
    if (*previous_out >= 0) return true;
    ambit_found(text, size < AMBIT_NAME_MAX ? size : AMBIT_NAME_MAX, found);
    ambit_row_bad(row, field.at, AMBIT_BAD_UNKNOWN_TERRITORY,
                  "expected a territory or a rep's id in column '%s', found %s", column.name,
                  found);
    return false;
}

/* Reads the row into the next free place of every array, and counts it where it is good. */
static ambit_status read_row(struct reader *reader, const struct ambit_csv_record *record)
{
    const struct ambit_row row = {.table = &reader->table, .record = record, .bad = &reader->bad};
    struct ambit_accounts *const a = &reader->accounts;
    const int32_t i = a->count;
    char buffer[ID_MAX];
    const char *id;
    size_t id_size;
    if (!ambit_row_check(&row) || !read_id(&row, reader->id, buffer, &id, &id_size) ||
        !ambit_row_place(&row, &reader->place, &a->lat[i], &a->lon[i]) ||
        !read_previous(reader, &row, &a->previous[i]))
        return AMBIT_OK;
    for (int c = 0; c < a->column_count; c++) {
        if (!ambit_row_micro(&row, reader->column[c], &a->column[c][i])) return AMBIT_OK;
    }
    const ambit_status status = keep_id(reader, record, id, id_size);
    a->count += status == AMBIT_OK;
    return status;
}

static ambit_status read_rows(struct reader *reader, struct ambit_csv_cursor *cursor)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_table *const table = &reader->table;
    struct ambit_csv_record record;
    while (ambit_csv_next(cursor, table->column_count + 1, table->fields, &record)) {
        if (reader->accounts.count == reader->room) AMBIT_TRY(grow(reader, record.begin));
        ambit_rows_hash_add(&reader->hash, table->map.data + record.begin,
                            (size_t)(record.end - record.begin));
        reader->rows++;
        reader->uncertain +=
            record.stray_quote >= 0 && (record.unclosed || record.newline_count > 0);
        AMBIT_TRY(read_row(reader, &record));
    }
done:
    return status;
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
    const int64_t odd = rank + 1 < size && ambit_csv_odd_quotes(data, begin, end);
    const bool quoted = ambit_comm_sum_below_i64(comm, odd) % 2 != 0;
    reader->slice_begin = ambit_csv_first_record(data, begin, end, quoted);
    reader->slice_end = end;
    ambit_csv_cursor_init(&cursor, data, table->map.size, table->delimiter, reader->slice_begin, 0);
    cursor.stop = end;
    AMBIT_TRY_TOGETHER(comm, read_rows(reader, &cursor));
    const int64_t first_line = table->data_line + ambit_comm_sum_below_i64(comm, cursor.line);
    for (int32_t i = 0; i < reader->accounts.count; i++)
        reader->seen[i].line += first_line;
    ambit_bad_rows_shift(&reader->bad, first_line);
    ambit_comm_sum_i64(comm, &reader->rows, 1);
    ambit_comm_sum_i64(comm, &reader->uncertain, 1);
    if (reader->rows == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected rows after the header, found none",
                            table->path);
done:
    return status;
}

/* Makes ids as wide as the longest of all ranks. Collective. */
static ambit_status fit_ids(struct reader *reader, struct ambit_comm *comm)
{
    struct ambit_accounts *const a = &reader->accounts;
    int64_t width = (int64_t)reader->longest_id;
    ambit_comm_max_i64(comm, &width, 1);
    const bool fits = width == a->id_width;
    return AMBIT_AGREE(comm, fits ? AMBIT_OK : set_id_width(a, a->count, (size_t)width));
}

static void report_duplicate(struct reader *reader, int32_t i, int64_t first_line)
{
    const char *const data = reader->table.map.data;
    const size_t width = (size_t)reader->accounts.id_width;
    const char *const id = reader->accounts.id + (size_t)i * width;
    const int64_t at = reader->seen[i].at;
    struct ambit_csv_record record = {.line = reader->seen[i].line, .begin = at};
    char found[AMBIT_FOUND_MAX];
    while (data[record.begin - 1] != '\n') /* the header stands before, so there is one */
        record.begin--;
    ambit_found(id, strnlen(id, width), found);
    const struct ambit_row row = {.table = &reader->table, .record = &record, .bad = &reader->bad};
    ambit_row_bad(&row, at, AMBIT_BAD_DUPLICATE_ID,
                  "expected a new id in column '%s', found %s again (first at line %lld)",
                  reader->id.name, found, (long long)first_line);
}

/* Account `from` takes the place of account `to`. */
static void move_account(struct ambit_accounts *a, int32_t from, int32_t to)
{
    const int64_t width = a->id_width;
    if (from == to) return;
    memcpy(a->id + to * width, a->id + from * width, (size_t)width);
    a->lat[to] = a->lat[from];
    a->lon[to] = a->lon[from];
    a->previous[to] = a->previous[from];
    for (int c = 0; c < a->column_count; c++)
        a->column[c][to] = a->column[c][from];
}

/* Reports later rows of an id, and leaves them out. Collective. */
static ambit_status drop_duplicates(struct reader *reader, struct ambit_comm *comm)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &reader->accounts;
    struct ambit_duplicate *again = NULL;
    int64_t again_count = 0, next = 0;
    int32_t kept = 0;
    AMBIT_TRY(ambit_duplicates_find(comm, reader->seen, a->count, &again, &again_count));
    for (int32_t i = 0; again_count > 0 && i < a->count; i++) {
        if (next < again_count && again[next].at == reader->seen[i].at)
            report_duplicate(reader, i, again[next++].first_line);
        else
            move_account(a, i, kept++);
    }
    if (again_count > 0) a->count = kept;
done:
    ambit_free(&again);
    return status;
}

/* Joins the bad rows of all ranks and fails where they forbid to go on. Collective. */
static ambit_status settle_bad_rows(struct reader *reader, struct ambit_comm *comm,
                                    bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &reader->accounts;
    const bool uncertain = reader->uncertain > 0;
    AMBIT_TRY(ambit_bad_rows_gather(comm, &reader->bad));
    if (reader->bad.total > 0 && (!skip_bad_rows || uncertain))
        AMBIT_TRY(ambit_bad_rows_fail(&reader->bad, reader->table.path, uncertain ? "" : ADVICE));
    a->total = a->count;
    ambit_comm_sum_i64(comm, &a->total, 1);
    if (a->total == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected at least one usable row, found none",
                            reader->table.path);
done:
    return status;
}

/* The visits, once the columns are complete. */
static ambit_status set_visits(struct reader *reader, struct ambit_accounts *a)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = reader->scenario;
    const size_t n = (size_t)a->count;
    const int64_t visits = ambit_to_micro(s->visits_number);
    ambit_free(&reader->seen);
    if (reader->room > FIRST_ROOM && reader->room > a->count + a->count / 4)
        AMBIT_TRY(resize_accounts(a, n));
    AMBIT_TRY(ambit_resize(&a->visits, n, sizeof *a->visits));
    for (int32_t i = 0; i < a->count; i++)
        a->visits[i] = s->visits_column >= 0 ? a->column[s->visits_column][i] : visits;
done:
    return status;
}

/* Fails where a column's sum over all ranks is too large for fixed point. High and low halves are
 * summed apart, so the check itself cannot overflow. Collective. */
static ambit_status check_sums(const struct reader *reader, struct ambit_comm *comm)
{
    const struct ambit_accounts *const a = &reader->accounts;
    int64_t half[AMBIT_COLUMN_MAX][2] = {{0}};
    for (int c = 0; c < a->column_count; c++) {
        for (int32_t i = 0; i < a->count; i++) {
            half[c][0] += a->column[c][i] & INT64_C(0xFFFFFFFF);
            half[c][1] += a->column[c][i] >> 32;
        }
    }
    ambit_comm_sum_i64(comm, &half[0][0], (int64_t)2 * AMBIT_COLUMN_MAX);
    for (int c = 0; c < a->column_count; c++) {
        if (half[c][1] + (half[c][0] >> 32) >= AMBIT_MICRO_SUM_MAX >> 32)
            return ambit_fail(AMBIT_ERR_INPUT,
                              "%s: column '%s': expected a sum below 4.6e12 over all accounts, "
                              "found more: give it in thousands or millions",
                              reader->table.path, reader->column[c].name);
    }
    return AMBIT_OK;
}

/* Adds up the slices' hashes, and the header's, which rank 0 knows. Collective. */
static void sum_hash(const struct reader *reader, struct ambit_comm *comm,
                     struct ambit_rows_hash *hash_out)
{
    const struct ambit_csv_record *const header = &reader->table.header_record;
    struct ambit_rows_hash hash = reader->hash;
    if (ambit_comm_rank(comm) == 0)
        ambit_rows_hash_add(&hash, reader->table.map.data + header->begin,
                            (size_t)(header->end - header->begin));
    int64_t words[2] = {(int64_t)hash.low, (int64_t)hash.high};
    ambit_comm_sum_i64(comm, words, 2);
    *hash_out = (struct ambit_rows_hash){.low = (uint64_t)words[0], .high = (uint64_t)words[1]};
}

ambit_status ambit_read_accounts(const struct ambit_scenario *s, const struct ambit_territories *t,
                                 struct ambit_comm *comm, bool skip_bad_rows,
                                 struct ambit_accounts *out, struct ambit_bad_rows *bad_inout,
                                 struct ambit_rows_hash *hash_out, int64_t *rows_out)
{
    ambit_status status = AMBIT_OK;
    struct reader reader = {.scenario = s};
    *out = (struct ambit_accounts){0};
    AMBIT_TRY_TOGETHER(comm, open_reader(&reader, t));
    AMBIT_TRY(read_slice(&reader, comm));
    AMBIT_TRY(fit_ids(&reader, comm));
    AMBIT_TRY(drop_duplicates(&reader, comm));
    status = settle_bad_rows(&reader, comm, skip_bad_rows);
    ambit_bad_rows_append(bad_inout, &reader.bad);
    AMBIT_TRY(status);
    AMBIT_TRY_TOGETHER(comm, set_visits(&reader, &reader.accounts));
    AMBIT_TRY(check_sums(&reader, comm));
    sum_hash(&reader, comm, hash_out);
    *rows_out = reader.rows;
    *out = reader.accounts;
    reader.accounts = (struct ambit_accounts){0};
done:
    close_reader(&reader);
    return status;
}
