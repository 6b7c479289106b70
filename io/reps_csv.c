/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Territories and their reps. The file is small, so every rank reads all of it and comes to the
 * same result; no rows are exchanged.
 */
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/model/geometry.h"
#include "io/accounts_layers.h"
#include "io/badlist.h"
#include "io/csv_table.h"
#include "io/name_index.h"
#include "io/reps_changes.h"
#include "io/tables_csv.h"
#include "io/word_list.h"

#include <stdio.h>
#include <string.h>

#define FACTOR_MAX 2.0
#define ADVICE "; mend them, or leave such rows out with --skip-bad-rows"

struct cell_place {
    int64_t line;
    int32_t column;
};

struct reader {
    const struct ambit_scenario *scenario;
    const char *file; /* borrowed; relative to the scenario's folder */
    struct ambit_table table;
    struct ambit_column id, territory, capacity, skills;
    struct ambit_word_list words; /* owned; of the skills */
    struct ambit_column factor[AMBIT_REP_FACTOR_MAX], value[AMBIT_REP_COLUMN_MAX];
    struct ambit_place_columns home;
    struct ambit_territories territories;     /* owned; in file order */
    struct cell_place *id_place, *name_place; /* owned; of each territory */
    int32_t room;
    struct ambit_bad_rows bad;
    struct ambit_rows_hash hash;
    int64_t rows;
    bool uncertain; /* a misplaced quote joined lines */
};

static ambit_status open_reader(struct reader *reader)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = reader->scenario;
    struct ambit_table *const table = &reader->table;
    char *path = NULL;
    AMBIT_TRY(ambit_path_beside(s->path, reader->file, &path));
    AMBIT_TRY(ambit_table_open(path, "reps", s->delimiter, table));
    AMBIT_TRY(ambit_table_find(table, s->rep_id_column, &reader->id));
    AMBIT_TRY(ambit_table_find(table, s->rep_territory_column, &reader->territory));
    AMBIT_TRY(ambit_table_find(table, s->rep_capacity_column, &reader->capacity));
    AMBIT_TRY(ambit_table_find(table, s->eligibility.skills_column, &reader->skills));
    for (int f = 0; f < s->rep.factor_count; f++)
        AMBIT_TRY(ambit_table_find(table, s->rep.factor[f], &reader->factor[f]));
    for (int c = 0; c < s->rep.column_count; c++)
        AMBIT_TRY(ambit_table_find(table, s->rep.column[c], &reader->value[c]));
    AMBIT_TRY(ambit_table_find_places(table, s->rep_lat_column, s->rep_lon_column, s->rep_x_column,
                                      s->rep_y_column, s->crs, &reader->home));
    AMBIT_REQUIRE(reader->id.index >= 0);
    ambit_rows_hash_add(&reader->hash, table->map.data + table->header_record.begin,
                        (size_t)(table->header_record.end - table->header_record.begin));
done:
    ambit_free(&path);
    return status;
}

static void close_reader(struct reader *reader)
{
    ambit_place_columns_clear(&reader->home);
    ambit_table_close(&reader->table);
    ambit_territories_clear(&reader->territories);
    ambit_word_list_clear(&reader->words);
    ambit_free(&reader->id_place);
    ambit_free(&reader->name_place);
}

/* A name of the row: an id or a territory. */
static bool read_name(const struct ambit_row *row, struct ambit_column column, const char *what,
                      bool may_be_empty, char name_out[AMBIT_NAME_MAX],
                      struct cell_place *place_out)
{
    char buffer[AMBIT_NAME_MAX];
    const char *text;
    size_t size;
    const int64_t at = row->table->fields[column.index].at;
    if (!ambit_row_text(row, column, AMBIT_NAME_MAX - 1, buffer, &text, &size)) return false;
    if (size == 0 && !may_be_empty) {
        ambit_row_bad(row, at, AMBIT_BAD_MISSING_ID,
                      "expected %s in column '%s', found an empty field", what, column.name);
        return false;
    }
    memcpy(name_out, text, size);
    name_out[size] = '\0';
    ambit_csv_place(row->table->map.data, row->record, at, &place_out->line, &place_out->column);
    return true;
}

/* Both cells empty: the rep has no home, which is no fault. */
static bool read_home(const struct ambit_row *row, const struct ambit_place_columns *home,
                      struct ambit_territory *territory)
{
    double lat, lon;
    if (home->north.index < 0 ||
        (ambit_row_is_empty(row, home->north) && ambit_row_is_empty(row, home->east)))
        return true;
    if (!ambit_row_place(row, home, &lat, &lon)) return false;
    territory->has_home = true;
    ambit_unit_from_degrees(lat, lon, territory->home);
    return true;
}

/* Reads the rep's skills: 1 + their number among the words so far. */
static ambit_status read_skills(struct reader *reader, const struct ambit_row *row, bool *good_out,
                                struct ambit_territory *territory)
{
    char buffer[AMBIT_WORD_BYTES_MAX];
    const char *text;
    size_t size;
    int32_t number = 0;
    *good_out = reader->skills.index < 0 ||
                ambit_row_text(row, reader->skills, sizeof buffer, buffer, &text, &size);
    if (reader->skills.index < 0 || !*good_out || size == 0) return AMBIT_OK;
    const ambit_status status = ambit_word_list_add(&reader->words, reader->table.path,
                                                    reader->skills.name, text, size, &number);
    territory->skills = 1 + number;
    return status;
}

/* The capacity, times the factors; where only factors are named it is 1 before them. An empty
 * capacity is none, an empty factor leaves it as it is. */
static bool read_capacity(const struct reader *reader, const struct ambit_row *row,
                          struct ambit_territory *territory)
{
    const struct ambit_rep_terms *const rep = &reader->scenario->rep;
    if (reader->capacity.index < 0 && rep->factor_count > 0) territory->capacity = 1.0;
    if (reader->capacity.index >= 0 && !ambit_row_is_empty(row, reader->capacity) &&
        !ambit_row_number(row, reader->capacity, &territory->capacity))
        return false;
    for (int f = 0; f < rep->factor_count; f++) {
        const struct ambit_column column = reader->factor[f];
        double factor = 1.0;
        if (ambit_row_is_empty(row, column)) continue;
        if (!ambit_row_number(row, column, &factor)) return false;
        if (factor > FACTOR_MAX) {
            ambit_row_bad(row, row->table->fields[column.index].at, AMBIT_BAD_NOT_A_NUMBER,
                          "expected a factor from 0 to %g in column '%s', found %g", FACTOR_MAX,
                          column.name, factor);
            return false;
        }
        territory->capacity *= factor;
    }
    return true;
}

/* The columns that targets name: each rep must have a number there. */
static bool read_values(const struct reader *reader, const struct ambit_row *row,
                        struct ambit_territory *territory)
{
    for (int c = 0; c < reader->scenario->rep.column_count; c++) {
        if (!ambit_row_number(row, reader->value[c], &territory->value[c])) return false;
    }
    return true;
}

/* Reads the row into the next free place. */
static bool read_row(struct reader *reader, const struct ambit_csv_record *record)
{
    const struct ambit_row row = {.table = &reader->table, .record = record, .bad = &reader->bad};
    const int32_t j = reader->territories.count;
    struct ambit_territory *const territory = &reader->territories.item[j];
    const bool named = reader->territory.index >= 0;
    *territory = (struct ambit_territory){.centre_account = -1};
    if (!ambit_row_check(&row)) return false;
    if (!read_name(&row, reader->id, "a rep's id", named, territory->rep_id, &reader->id_place[j]))
        return false;
    memcpy(territory->name, territory->rep_id, sizeof territory->name);
    reader->name_place[j] = reader->id_place[j];
    if (named && !read_name(&row, reader->territory, "a territory's name", false, territory->name,
                            &reader->name_place[j]))
        return false;
    if (!read_home(&row, &reader->home, territory)) return false;
    return read_capacity(reader, &row, territory) && read_values(reader, &row, territory);
}

static ambit_status make_room(struct reader *reader)
{
    ambit_status status = AMBIT_OK;
    if (reader->territories.count < reader->room) return AMBIT_OK;
    if (reader->territories.count >= AMBIT_TERRITORY_MAX)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: expected at most %d rows, found more",
                          reader->table.path, AMBIT_TERRITORY_MAX);
    const size_t room = 2 * (size_t)reader->room + 256;
    AMBIT_TRY(ambit_resize(&reader->territories.item, room, sizeof *reader->territories.item));
    AMBIT_TRY(ambit_resize(&reader->id_place, room, sizeof *reader->id_place));
    AMBIT_TRY(ambit_resize(&reader->name_place, room, sizeof *reader->name_place));
    reader->room = (int32_t)room;
done:
    return status;
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
        AMBIT_TRY(make_room(reader));
        ambit_rows_hash_add(&reader->hash, table->map.data + record.begin,
                            (size_t)(record.end - record.begin));
        reader->rows++;
        if (record.stray_quote >= 0 && (record.unclosed || record.newline_count > 0))
            reader->uncertain = true;
        bool good = read_row(reader, &record);
        if (good)
            AMBIT_TRY(read_skills(
                reader, &(struct ambit_row){.table = table, .record = &record, .bad = &reader->bad},
                &good, &reader->territories.item[reader->territories.count]));
        reader->territories.count += good;
    }
    if (reader->rows == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected rows after the header, found none",
                            table->path);
done:
    return status;
}

/* True, with the row added to the bad ones, where the name is taken by row `first`. */
static bool is_taken(struct reader *reader, int64_t first, const struct cell_place *place,
                     struct ambit_column column, const char *name, int32_t j)
{
    if (first < 0) return false;
    char found[AMBIT_FOUND_MAX];
    struct ambit_bad_row bad = {
        .kind = AMBIT_BAD_DUPLICATE_ID, .line = place[j].line, .column = place[j].column};
    ambit_found(name, strlen(name), found);
    (void)snprintf(bad.role, sizeof bad.role, "%s", reader->table.role);
    (void)snprintf(bad.text, sizeof bad.text,
                   "expected a new id in column '%s', found %s again (first at line %lld)",
                   column.name, found, (long long)place[first].line);
    ambit_bad_rows_add(&reader->bad, &bad);
    return true;
}

/* Leaves out the rows that name a rep or a territory of an earlier row. */
static ambit_status drop_duplicates(struct reader *reader)
{
    ambit_status status = AMBIT_OK;
    struct ambit_name_index ids = {0}, names = {0};
    struct ambit_territories *const t = &reader->territories;
    int32_t kept = 0;
    bool *drop = NULL;
    AMBIT_TRY(ambit_alloc(&drop, (size_t)t->count, sizeof *drop));
    AMBIT_TRY(ambit_name_index_create(t->count, &ids));
    AMBIT_TRY(ambit_name_index_create(t->count, &names));
    for (int32_t j = 0; j < t->count; j++) {
        const struct ambit_territory *const item = &t->item[j];
        const bool has_rep = item->rep_id[0] != '\0';
        const int64_t id_first = has_rep ? ambit_name_index_add(&ids, item->rep_id, j) : -1;
        drop[j] = is_taken(reader, id_first, reader->id_place, reader->id, item->rep_id, j);
        if (drop[j] || reader->territory.index < 0) continue;
        drop[j] = is_taken(reader, ambit_name_index_add(&names, item->name, j), reader->name_place,
                           reader->territory, item->name, j);
    }
    for (int32_t j = 0; j < t->count; j++) {
        if (!drop[j]) t->item[kept++] = t->item[j];
    }
    t->count = kept;
done:
    ambit_free(&drop);
    ambit_name_index_clear(&ids);
    ambit_name_index_clear(&names);
    return status;
}

static ambit_status read_reps(struct reader *reader, bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(open_reader(reader));
    AMBIT_TRY(read_rows(reader));
    AMBIT_TRY(drop_duplicates(reader));
    if (reader->bad.total > 0 && (!skip_bad_rows || reader->uncertain))
        AMBIT_TRY(
            ambit_bad_rows_fail(&reader->bad, reader->table.path, reader->uncertain ? "" : ADVICE));
    if (reader->territories.count == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected at least one usable row, found none",
                            reader->table.path);
done:
    return status;
}

/* Territories without a rep, up to the scenario's count: "new-001", or "T001" where there are no
 * reps at all. */
static ambit_status add_free(const struct ambit_scenario *s, struct ambit_territories *t)
{
    const int32_t reps = t->count;
    const int32_t wanted = s->territory_count > 0 ? s->territory_count : reps;
    const char *const start = s->reps_file != NULL ? "new-" : "T";
    if (wanted < reps)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: territories: expected at least %d, one for each rep of %s, found %d",
                          s->path, (int)reps, s->reps_file, (int)wanted);
    if (wanted < 1 || wanted > AMBIT_TERRITORY_MAX)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: territories: expected from 1 to %d, found %d",
                          s->path, AMBIT_TERRITORY_MAX, (int)wanted);
    if (wanted > reps && s->rep.column_count > 0)
        return ambit_fail(
            AMBIT_ERR_INPUT,
            "%s: territories: expected %d, one for each rep, as targets are taken from "
            "the reps' column '%s', found %d",
            s->path, (int)reps, s->rep.column[0], (int)wanted);
    const ambit_status status = ambit_resize(&t->item, (size_t)wanted, sizeof *t->item);
    if (status != AMBIT_OK) return status;
    char width[16];
    const int digits = snprintf(width, sizeof width, "%d", (int)(wanted - reps));
    for (int32_t j = reps; j < wanted; j++) {
        t->item[j] = (struct ambit_territory){.centre_account = -1};
        (void)snprintf(t->item[j].name, sizeof t->item[j].name, "%s%0*d", start,
                       digits > 3 && digits < 16 ? digits : 3, (int)(j - reps + 1));
    }
    t->count = wanted;
    return AMBIT_OK;
}

static void set_centres(const struct ambit_scenario *s, struct ambit_territories *t)
{
    for (int32_t j = 0; j < t->count; j++) {
        struct ambit_territory *const item = &t->item[j];
        const bool fixed = s->homes_fixed && item->has_home;
        item->centre_kind = fixed ? AMBIT_CENTRE_HOME : s->free_centre;
        if (fixed) memcpy(item->position, item->home, sizeof item->position);
    }
}

/* Numbers the skills of more reps among the words of all. */
static ambit_status take_skills(struct reader *reader, struct reader *more)
{
    ambit_status status = AMBIT_OK;
    for (int32_t j = 0; j < more->territories.count; j++) {
        int32_t *const skills = &more->territories.item[j].skills;
        int32_t number = 0;
        if (*skills == 0) continue;
        const char *const text = more->words.text + more->words.begin[*skills - 1];
        AMBIT_TRY(ambit_word_list_add(&reader->words, more->table.path, more->skills.name, text,
                                      strlen(text), &number));
        *skills = 1 + number;
    }
done:
    return status;
}

/* The reps of another file that the scenario adds. */
static ambit_status read_more(struct reader *reader, const char *file, bool skip_bad_rows)
{
    struct reader more = {.scenario = reader->scenario, .file = file};
    ambit_status status = read_reps(&more, skip_bad_rows);
    ambit_bad_rows_append(&reader->bad, &more.bad);
    AMBIT_TRY(status);
    AMBIT_TRY(take_skills(reader, &more));
    AMBIT_TRY(ambit_reps_join(more.table.path, &more.territories, &reader->territories));
    reader->hash.low += more.hash.low;
    reader->hash.high += more.hash.high;
    reader->rows += more.rows;
done:
    close_reader(&more);
    return status;
}

/* The first skill by name, of all that reps have, behind `last`; its length, or 0. */
static size_t next_skill(const struct ambit_word_list *words, const char *last, const char **out)
{
    size_t length = 0;
    for (int32_t w = 0; w < words->count; w++) {
        for (const char *at = words->text + words->begin[w]; *at != '\0';) {
            const size_t size = strcspn(at, ";"), least = size < length ? size : length;
            const int order = length > 0 ? memcmp(at, *out, least) : -1;
            const int behind = strncmp(at, last, size);
            if ((behind > 0 || (behind == 0 && size > strlen(last))) &&
                (order < 0 || (order == 0 && size < length))) {
                *out = at;
                length = size;
            }
            at += size + (at[size] == ';');
        }
    }
    return length;
}

/* Those who are hired can do all that any of the reps can, in order of names; what finds no room in
 * a text is left out. */
static ambit_status give_skills(struct reader *reader)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_change_terms *const changes = &reader->scenario->changes;
    struct ambit_territories *const t = &reader->territories;
    char all[AMBIT_WORD_BYTES_MAX + 1] = "", last[AMBIT_WORD_BYTES_MAX + 1] = "";
    const char *skill = NULL;
    int32_t number = 0, hired = 0;
    size_t used = 0, size;
    for (int c = 0; c < changes->count; c++)
        hired += changes->change[c].kind == AMBIT_CHANGE_HIRE;
    if (hired == 0) return AMBIT_OK;
    while ((size = next_skill(&reader->words, last, &skill)) > 0) {
        (void)snprintf(last, sizeof last, "%.*s", (int)size, skill);
        if (used + size + 1 >= sizeof all) continue;
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used > 0 ? ";" : "", last);
    }
    if (used == 0) return AMBIT_OK;
    AMBIT_TRY(ambit_word_list_add(&reader->words, reader->table.path, reader->skills.name, all,
                                  used, &number));
    for (int32_t j = t->count - hired; j < t->count; j++)
        t->item[j].skills = 1 + number;
done:
    return status;
}

/* Skills by their places in the dictionary of all of them. */
static ambit_status settle_skills(struct reader *reader, struct ambit_territories *t)
{
    ambit_status status = AMBIT_OK;
    int32_t *code = NULL;
    AMBIT_TRY(ambit_alloc(&code, (size_t)t->count, sizeof *code));
    for (int32_t j = 0; j < t->count; j++)
        code[j] = t->item[j].skills - 1;
    AMBIT_TRY(ambit_word_list_finish(&reader->words, reader->table.path, reader->skills.name,
                                     t->count, code, &t->skills));
    for (int32_t j = 0; j < t->count; j++)
        t->item[j].skills = code[j] + 1;
done:
    ambit_free(&code);
    return status;
}

static ambit_status read_all(struct reader *reader, bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_change_terms *const changes = &reader->scenario->changes;
    if (reader->file != NULL) AMBIT_TRY(read_reps(reader, skip_bad_rows));
    for (int c = 0; c < changes->count; c++) {
        if (changes->change[c].kind == AMBIT_CHANGE_ADD_REPS)
            AMBIT_TRY(read_more(reader, changes->change[c].text, skip_bad_rows));
    }
    AMBIT_TRY(ambit_reps_change(reader->scenario, &reader->territories));
    AMBIT_TRY(give_skills(reader));
    AMBIT_TRY(add_free(reader->scenario, &reader->territories));
    set_centres(reader->scenario, &reader->territories);
    AMBIT_TRY(ambit_territories_sort(&reader->territories));
    if (reader->words.count > 0) AMBIT_TRY(settle_skills(reader, &reader->territories));
done:
    return status;
}

ambit_status ambit_read_territories(const struct ambit_scenario *s, struct ambit_comm *comm,
                                    bool skip_bad_rows, struct ambit_territories *out,
                                    struct ambit_bad_rows *bad_inout,
                                    struct ambit_rows_hash *hash_out, int64_t *rows_out)
{
    struct reader reader = {.scenario = s, .file = s->reps_file};
    ambit_status status = AMBIT_AGREE(comm, read_all(&reader, skip_bad_rows));
    ambit_bad_rows_append(bad_inout, &reader.bad);
    *hash_out = reader.hash;
    *rows_out = reader.rows;
    *out = (struct ambit_territories){0};
    if (status == AMBIT_OK) {
        *out = reader.territories;
        reader.territories = (struct ambit_territories){0};
    }
    close_reader(&reader);
    if (status == AMBIT_OK && s->layers.at >= 0 && s->territory_column[0] != '\0')
        status = ambit_layers_know_others(s, comm, skip_bad_rows, out);
    if (status != AMBIT_OK) ambit_territories_clear(out);
    return status;
}
