/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening a table and finding its columns. What is wrong with a whole file is told here, once;
 * cells are read in csv_row.c.
 */
#include "io/csv_table.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"
#include "engine/model/scenario.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static ambit_status check_start(const struct ambit_table *table, int64_t *begin_out)
{
    const unsigned char *const data = (const unsigned char *)table->map.data;
    const int64_t size = table->map.size;
    *begin_out = 0;
    if (size >= 2 && ((data[0] == 0xFF && data[1] == 0xFE) || (data[0] == 0xFE && data[1] == 0xFF)))
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s:1:1: expected UTF-8 text, found UTF-16: save the file as UTF-8",
                          table->path);
    if (size >= 3 && data[0] == 0xEF && data[1] == 0xBB && data[2] == 0xBF) *begin_out = 3;
    return AMBIT_OK;
}

static ambit_status fail_at(const struct ambit_table *table, int64_t at, const char *words)
{
    int64_t line;
    int32_t column;
    ambit_csv_place(table->map.data, &table->header_record, at, &line, &column);
    return ambit_fail(AMBIT_ERR_INPUT, "%s:%lld:%d: %s", table->path, (long long)line, (int)column,
                      words);
}

static ambit_status check_header_text(const struct ambit_table *table)
{
    const struct ambit_csv_record *const header = &table->header_record;
    const char *const text = table->map.data + header->begin;
    const size_t size = (size_t)(header->end - header->begin);
    if (!ambit_csv_is_text(text, size))
        return fail_at(table, header->begin,
                       "expected a header line of UTF-8 text, found other bytes: is this a CSV "
                       "file?");
    if (header->stray_quote >= 0)
        return fail_at(table, header->stray_quote,
                       header->unclosed
                           ? "expected a closing quote, found the end of the file"
                           : "expected quotes around whole fields, found one elsewhere");
    const char *const lone = memchr(text, '\r', size);
    if (lone != NULL && table->data_begin == table->map.size)
        return fail_at(table, header->begin + (lone - text),
                       "expected lines that end in LF or CR LF, found a CR alone: save the file "
                       "with one of these");
    return AMBIT_OK;
}

/* A header of one field that is full of another delimiter was written with that one. */
static ambit_status check_delimiter(const struct ambit_table *table)
{
    static const char candidate[] = {';', '\t', '|', ','};
    const struct ambit_csv_record *const header = &table->header_record;
    int64_t most = 0;
    char likely = '\0', found[AMBIT_FOUND_MAX];
    if (table->column_count > 1) return AMBIT_OK;
    for (size_t k = 0; k < sizeof candidate; k++) {
        int64_t count = 0;
        for (int64_t i = header->begin; i < header->end; i++)
            count += table->map.data[i] == candidate[k];
        if (count > most && candidate[k] != table->delimiter) {
            most = count;
            likely = candidate[k];
        }
    }
    if (most == 0) return AMBIT_OK;
    const char other[2] = {likely, '\0'}, mine[2] = {table->delimiter, '\0'};
    const char *const other_text = likely == '\t' ? "\\t" : other;
    ambit_found(table->map.data + header->begin, (size_t)(header->end - header->begin), found);
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s:%lld:1: expected columns separated by '%s', found one column %s that "
                      "looks separated by '%s': write delimiter: \"%s\" in the scenario",
                      table->path, (long long)header->line, table->delimiter == '\t' ? "\\t" : mine,
                      found, other_text, other_text);
}

static ambit_status read_header(struct ambit_table *table)
{
    ambit_status status = AMBIT_OK;
    struct ambit_csv_cursor cursor;
    int64_t begin;
    AMBIT_TRY(check_start(table, &begin));
    ambit_csv_cursor_init(&cursor, table->map.data, table->map.size, table->delimiter, begin, 1);
    if (!ambit_csv_next(&cursor, 0, NULL, &table->header_record)) {
        status =
            ambit_fail(AMBIT_ERR_INPUT, "%s: expected a header line and rows, found an empty file",
                       table->path);
        goto done;
    }
    table->data_begin = cursor.at;
    table->data_line = cursor.line;
    table->column_count = table->header_record.field_count;
    AMBIT_TRY(check_header_text(table));
    AMBIT_TRY(check_delimiter(table));
    const size_t columns = (size_t)table->column_count;
    AMBIT_TRY(ambit_alloc(&table->header, columns, sizeof *table->header));
    AMBIT_TRY(ambit_alloc(&table->fields, columns + 1, sizeof *table->fields));
    ambit_csv_cursor_init(&cursor, table->map.data, table->map.size, table->delimiter,
                          table->header_record.begin, table->header_record.line);
    AMBIT_REQUIRE(
        ambit_csv_next(&cursor, table->column_count, table->header, &table->header_record));
done:
    return status;
}

ambit_status ambit_table_open(const char *path, const char *role, char delimiter,
                              struct ambit_table *out)
{
    ambit_status status = AMBIT_OK;
    *out = (struct ambit_table){.role = role, .delimiter = delimiter};
    AMBIT_TRY(ambit_copy_string(path, &out->path));
    AMBIT_TRY(ambit_csv_map_open(out->path, &out->map));
    AMBIT_TRY(read_header(out));
done:
    if (status != AMBIT_OK) ambit_table_close(out);
    return status;
}

void ambit_table_close(struct ambit_table *table)
{
    ambit_csv_map_close(&table->map);
    ambit_free(&table->header);
    ambit_free(&table->fields);
    ambit_free(&table->path);
    *table = (struct ambit_table){0};
}

/* The name of a column, blanks around it taken off. Points into the file or at `buffer`; size 0
 * where it is longer than any name that a scenario can give. */
static const char *header_name(const struct ambit_table *table, int64_t index,
                               char buffer[AMBIT_NAME_MAX], size_t *size_out)
{
    size_t size;
    const char *text =
        ambit_csv_text(table->map.data, table->header[index], buffer, AMBIT_NAME_MAX, &size);
    if (text == buffer && size > AMBIT_NAME_MAX) size = 0;
    for (; size > 0 && (*text == ' ' || *text == '\t'); size--)
        text++;
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t'))
        size--;
    *size_out = size < AMBIT_NAME_MAX ? size : 0;
    return text;
}

static ambit_status fail_missing(const struct ambit_table *table, const char *name)
{
    char buffer[AMBIT_NAME_MAX], found[AMBIT_FOUND_MAX] = "'' (no column has a name)";
    int least = INT_MAX;
    size_t size;
    for (int64_t c = 0; c < table->column_count; c++) {
        const char *const text = header_name(table, c, buffer, &size);
        if (size == 0) continue;
        const int distance = ambit_edit_distance(name, strlen(name), text, size);
        if (distance >= least) continue;
        least = distance;
        ambit_found(text, size, found);
    }
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s:%lld:1: expected a column '%s' in the header, found none of that name; "
                      "the nearest is %s",
                      table->path, (long long)table->header_record.line, name, found);
}

static ambit_status fail_twice(const struct ambit_table *table, const char *name, int64_t first,
                               int64_t again)
{
    int64_t line[2];
    int32_t column[2];
    ambit_csv_place(table->map.data, &table->header_record, table->header[first].at, &line[0],
                    &column[0]);
    ambit_csv_place(table->map.data, &table->header_record, table->header[again].at, &line[1],
                    &column[1]);
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s:%lld:%d: expected column '%s' once in the header, found it again (first "
                      "at %lld:%d)",
                      table->path, (long long)line[1], (int)column[1], name, (long long)line[0],
                      (int)column[0]);
}

ambit_status ambit_table_find(const struct ambit_table *table, const char *name,
                              struct ambit_column *out)
{
    char buffer[AMBIT_NAME_MAX];
    const size_t name_size = strlen(name);
    *out = (struct ambit_column){.index = -1, .name = name};
    if (name_size == 0) return AMBIT_OK;
    for (int64_t c = 0; c < table->column_count; c++) {
        size_t size;
        const char *const text = header_name(table, c, buffer, &size);
        if (size != name_size || memcmp(text, name, size) != 0) continue;
        if (out->index >= 0) return fail_twice(table, name, out->index, c);
        out->index = c;
    }
    return out->index >= 0 ? AMBIT_OK : fail_missing(table, name);
}

ambit_status ambit_table_find_places(const struct ambit_table *table, const char *lat,
                                     const char *lon, const char *x, const char *y, const char *crs,
                                     struct ambit_place_columns *out)
{
    ambit_status status = AMBIT_OK;
    const bool degrees = lat[0] != '\0' || x[0] == '\0';
    *out = (struct ambit_place_columns){.crs = degrees ? NULL : crs};
    AMBIT_TRY(ambit_table_find(table, degrees ? lat : y, &out->north));
    AMBIT_TRY(ambit_table_find(table, degrees ? lon : x, &out->east));
    if (!degrees) AMBIT_TRY(ambit_projection_create(crs, &out->projection));
done:
    return status;
}

void ambit_place_columns_clear(struct ambit_place_columns *places)
{
    ambit_projection_destroy(&places->projection);
}
