/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table is small beside the accounts, so every rank reads all of it, makes an index of its ids
 * and looks its own accounts up there; rows whose account no rank has found are told when all have
 * looked. Cost: a pass over the table and one over the accounts' ids.
 */
#include "io/pairs_csv.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/badlist.h"
#include "io/csv_table.h"
#include "io/name_index.h"

#include <stdio.h>
#include <string.h>

#define ID_MAX 255 /* bytes, as of an account */
#define ADVICE "; mend them, or leave such rows out with --skip-bad-rows"

struct line {
    int64_t id;     /* where its id begins in the texts */
    int64_t next;   /* row of the same id, or −1 */
    int64_t number; /* of the line in the file */
    int32_t territory, column;
};

struct reader {
    const struct ambit_closing *closing;
    const struct ambit_territories *territories;
    char *path; /* owned */
    struct ambit_table table;
    struct ambit_column id, territory;
    struct ambit_name_index places; /* of territories and reps */
    struct line *line;              /* owned */
    int64_t count, room;
    char *text; /* owned; NUL-terminated ids */
    int64_t bytes, text_room;
    uint8_t *found; /* owned; rows whose account there is */
    struct ambit_bad_rows bad;
    struct ambit_pairs_read read;
};

static void close_reader(struct reader *reader)
{
    ambit_table_close(&reader->table);
    ambit_name_index_clear(&reader->places);
    ambit_free(&reader->path);
    ambit_free(&reader->line);
    ambit_free(&reader->text);
    ambit_free(&reader->found);
}

static ambit_status open_reader(struct reader *reader, const struct ambit_scenario *s)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_territories *const t = reader->territories;
    struct ambit_table *const table = &reader->table;
    AMBIT_TRY(ambit_path_beside(s->path, reader->closing->file, &reader->path));
    AMBIT_TRY(ambit_table_open(reader->path, reader->closing->only ? "allowed" : "forbidden",
                               s->delimiter, table));
    AMBIT_TRY(ambit_table_find(table, reader->closing->id_column, &reader->id));
    AMBIT_TRY(ambit_table_find(table, reader->closing->territory_column, &reader->territory));
    AMBIT_REQUIRE(reader->id.index >= 0 && reader->territory.index >= 0);
    AMBIT_TRY(ambit_name_index_create(2 * (int64_t)t->count, &reader->places));
    for (int32_t j = 0; j < t->count; j++)
        (void)ambit_name_index_add(&reader->places, t->item[j].name, j);
    for (int32_t j = 0; j < t->count; j++) {
        if (t->item[j].rep_id[0] != '\0')
            (void)ambit_name_index_add(&reader->places, t->item[j].rep_id, j);
    }
    ambit_rows_hash_add(&reader->read.hash, table->map.data + table->header_record.begin,
                        (size_t)(table->header_record.end - table->header_record.begin));
done:
    return status;
}

static ambit_status make_room(struct reader *reader, size_t size)
{
    ambit_status status = AMBIT_OK;
    if (reader->count == reader->room) {
        const int64_t room = 2 * reader->room + 256;
        AMBIT_TRY(ambit_resize(&reader->line, (size_t)room, sizeof *reader->line));
        reader->room = room;
    }
    if (reader->bytes + (int64_t)size + 1 > reader->text_room) {
        const int64_t room = 2 * (reader->bytes + (int64_t)size + 1) + 4096;
        AMBIT_TRY(ambit_resize(&reader->text, (size_t)room, 1));
        reader->text_room = room;
    }
done:
    return status;
}

static ambit_status read_row(struct reader *reader, const struct ambit_csv_record *record)
{
    const struct ambit_row row = {.table = &reader->table, .record = record, .bad = &reader->bad};
    char id_buffer[ID_MAX], name_buffer[AMBIT_NAME_MAX];
    const char *id, *name;
    size_t id_size, name_size;
    if (!ambit_row_check(&row) ||
        !ambit_row_text(&row, reader->id, sizeof id_buffer, id_buffer, &id, &id_size) ||
        !ambit_row_text(&row, reader->territory, AMBIT_NAME_MAX - 1, name_buffer, &name,
                        &name_size))
        return AMBIT_OK;
    const int64_t id_at = reader->table.fields[reader->id.index].at;
    const int64_t territory = ambit_name_index_find(&reader->places, name, name_size);
    if (id_size == 0) {
        ambit_row_bad(&row, id_at, AMBIT_BAD_MISSING_ID,
                      "expected an account's id in column '%s', found an empty field",
                      reader->id.name);
        return AMBIT_OK;
    }
    if (territory < 0) {
        char found[AMBIT_FOUND_MAX];
        ambit_found(name, name_size, found);
        ambit_row_bad(&row, reader->table.fields[reader->territory.index].at,
                      AMBIT_BAD_UNKNOWN_TERRITORY,
                      "expected a territory or a rep's id in column '%s', found %s",
                      reader->territory.name, found);
        return AMBIT_OK;
    }
    const ambit_status status = make_room(reader, id_size);
    if (status != AMBIT_OK) return status;
    struct line *const line = &reader->line[reader->count++];
    *line = (struct line){.id = reader->bytes, .next = -1, .territory = (int32_t)territory};
    ambit_csv_place(reader->table.map.data, record, id_at, &line->number, &line->column);
    memcpy(reader->text + reader->bytes, id, id_size);
    reader->text[reader->bytes + (int64_t)id_size] = '\0';
    reader->bytes += (int64_t)id_size + 1;
    return AMBIT_OK;
}

static ambit_status read_rows(struct reader *reader)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_table *const table = &reader->table;
    struct ambit_csv_cursor cursor;
    struct ambit_csv_record record;
    ambit_csv_cursor_init(&cursor, table->map.data, table->map.size, table->delimiter,
                          table->data_begin, table->data_line);
    while (ambit_csv_next(&cursor, table->column_count + 1, table->fields, &record)) {
        ambit_rows_hash_add(&reader->read.hash, table->map.data + record.begin,
                            (size_t)(record.end - record.begin));
        reader->read.rows++;
        AMBIT_TRY(read_row(reader, &record));
    }
done:
    return status;
}

static ambit_status read_table(struct reader *reader, const struct ambit_scenario *s)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(open_reader(reader, s));
    AMBIT_TRY(read_rows(reader));
    AMBIT_TRY(ambit_alloc(&reader->found, (size_t)reader->count, 1));
done:
    return status;
}

/* Pairs of the slice's accounts; marks the rows that are of one. */
static ambit_status look_up(struct reader *reader, const struct ambit_accounts *a,
                            struct ambit_pairs *pairs)
{
    ambit_status status = AMBIT_OK;
    struct ambit_name_index ids = {0};
    AMBIT_TRY(ambit_name_index_create(reader->count, &ids));
    for (int64_t n = 0; n < reader->count; n++) {
        const int64_t first = ambit_name_index_add(&ids, reader->text + reader->line[n].id, n);
        if (first < 0) continue;
        reader->line[n].next = reader->line[first].next;
        reader->line[first].next = n;
    }
    for (int32_t i = 0; i < a->count && reader->count > 0; i++) {
        const char *const id = a->id + (size_t)i * (size_t)a->id_width;
        int64_t n = ambit_name_index_find(&ids, id, strnlen(id, (size_t)a->id_width));
        for (; n >= 0; n = reader->line[n].next) {
            reader->found[n] = 1;
            AMBIT_TRY(ambit_pairs_add(pairs, (struct ambit_pair){i, reader->line[n].territory}));
        }
    }
done:
    ambit_name_index_clear(&ids);
    return status;
}

static void refuse_unknown(struct reader *reader)
{
    for (int64_t n = 0; n < reader->count; n++) {
        const struct line *const line = &reader->line[n];
        const char *const id = reader->text + line->id;
        struct ambit_bad_row bad = {
            .kind = AMBIT_BAD_MISSING_ID, .line = line->number, .column = line->column};
        char found[AMBIT_FOUND_MAX];
        if (reader->found[n]) continue;
        ambit_found(id, strlen(id), found);
        (void)snprintf(bad.role, sizeof bad.role, "%s", reader->table.role);
        (void)snprintf(bad.text, sizeof bad.text,
                       "expected the id of an account in column '%s', found %s", reader->id.name,
                       found);
        ambit_bad_rows_add(&reader->bad, &bad);
    }
}

ambit_status ambit_pairs_read_csv(const struct ambit_scenario *scenario,
                                  const struct ambit_closing *closing,
                                  const struct ambit_territories *territories,
                                  const struct ambit_accounts *accounts, struct ambit_comm *comm,
                                  bool skip_bad_rows, struct ambit_bad_rows *bad_inout,
                                  struct ambit_pairs *pairs_inout,
                                  struct ambit_pairs_read *read_out)
{
    ambit_status status = AMBIT_OK;
    struct reader reader = {.closing = closing, .territories = territories};
    AMBIT_TRY_TOGETHER(comm, read_table(&reader, scenario));
    AMBIT_TRY_TOGETHER(comm, look_up(&reader, accounts, pairs_inout));
    ambit_comm_or_u8(comm, reader.found, reader.count);
    refuse_unknown(&reader);
    if (reader.bad.total > 0 && !skip_bad_rows)
        AMBIT_TRY(ambit_bad_rows_fail(&reader.bad, reader.path, ADVICE));
    *read_out = reader.read;
done:
    ambit_bad_rows_append(bad_inout, &reader.bad);
    close_reader(&reader);
    return status;
}
