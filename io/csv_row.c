/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cells of a row, checked and put into words where they are refused. A good cell costs no more than
 * its parsing; places in lines are worked out for bad ones only.
 */
#include "engine/base/fixed.h"
#include "io/badlist.h"
#include "io/csv_table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LARGEST ambit_from_micro(AMBIT_MICRO_SUM_MAX)

void ambit_found(const char *text, size_t size, char out[AMBIT_FOUND_MAX])
{
    const size_t limit = AMBIT_FOUND_MAX - 12; /* room for an escape, dots and the quote */
    size_t used = 1;
    if (size == 0) {
        (void)snprintf(out, AMBIT_FOUND_MAX, "an empty field");
        return;
    }
    out[0] = '\'';
    for (size_t i = 0; i < size;) {
        if (used > limit) {
            used += (size_t)snprintf(out + used, AMBIT_FOUND_MAX - used, "...");
            break;
        }
        size_t bytes = 1; /* the shortest prefix that is text is one character */
        while (bytes < 4 && i + bytes < size && !ambit_csv_is_text(text + i, bytes))
            bytes++;
        if (ambit_csv_is_text(text + i, bytes) && (unsigned char)text[i] >= ' ' &&
            text[i] != 0x7F) {
            memcpy(out + used, text + i, bytes);
            used += bytes;
            i += bytes;
        } else {
            const unsigned byte = (unsigned char)text[i++];
            used += (size_t)snprintf(out + used, AMBIT_FOUND_MAX - used, "\\x%02X", byte);
        }
    }
    out[used++] = '\'';
    out[used] = '\0';
}

void ambit_row_bad(const struct ambit_row *row, int64_t at, enum ambit_bad_kind kind,
                   const char *format, ...)
{
    struct ambit_bad_row bad = {.kind = kind};
    ambit_csv_place(row->table->map.data, row->record, at, &bad.line, &bad.column);
    (void)snprintf(bad.role, sizeof bad.role, "%s", row->table->role);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(bad.text, sizeof bad.text, format, arguments);
    va_end(arguments);
    ambit_bad_rows_add(row->bad, &bad);
}

bool ambit_row_check(const struct ambit_row *row)
{
    const struct ambit_csv_record *const record = row->record;
    const int64_t columns = row->table->column_count;
    if (record->stray_quote < 0 && record->field_count == columns) return true;
    if (record->unclosed) {
        ambit_row_bad(row, record->stray_quote, AMBIT_BAD_QUOTE,
                      "expected a closing quote, found the end of the file");
    } else if (record->stray_quote >= 0) {
        char lines[64] = "";
        if (record->newline_count > 0)
            (void)snprintf(lines, sizeof lines, "; it joins %lld lines into one row",
                           (long long)record->newline_count + 1);
        ambit_row_bad(row, record->stray_quote, AMBIT_BAD_QUOTE,
                      "expected quotes around whole fields, doubled inside, found one elsewhere%s",
                      lines);
    } else {
        const bool few = record->field_count < columns;
        ambit_row_bad(row, few ? record->end : row->table->fields[columns].at,
                      AMBIT_BAD_FIELD_COUNT, "expected %lld fields as in the header, found %lld",
                      (long long)columns, (long long)record->field_count);
    }
    return false;
}

static const char *cell_text(const struct ambit_row *row, struct ambit_column column, char *buffer,
                             size_t capacity, size_t *size_out)
{
    return ambit_csv_text(row->table->map.data, row->table->fields[column.index], buffer, capacity,
                          size_out);
}

/* Adds the row for a cell that is not `what`. */
static bool refuse(const struct ambit_row *row, struct ambit_column column,
                   enum ambit_bad_kind kind, const char *what)
{
    char buffer[AMBIT_FOUND_MAX], found[AMBIT_FOUND_MAX];
    size_t size;
    const char *const text = cell_text(row, column, buffer, sizeof buffer, &size);
    ambit_found(text, text == buffer && size > sizeof buffer ? sizeof buffer : size, found);
    ambit_row_bad(row, row->table->fields[column.index].at, kind,
                  "expected %s in column '%s', found %s", what, column.name, found);
    return false;
}

bool ambit_row_is_empty(const struct ambit_row *row, struct ambit_column column)
{
    size_t size;
    double value;
    const char *const text = cell_text(row, column, NULL, 0, &size);
    return text != NULL && ambit_csv_number(text, size, &value) == AMBIT_CSV_EMPTY;
}

bool ambit_row_text(const struct ambit_row *row, struct ambit_column column, size_t size_max,
                    char *buffer, const char **text_out, size_t *size_out)
{
    *text_out = cell_text(row, column, buffer, size_max, size_out);
    if (*size_out > size_max) {
        ambit_row_bad(row, row->table->fields[column.index].at, AMBIT_BAD_MISSING_ID,
                      "expected at most %zu bytes in column '%s', found %zu", size_max, column.name,
                      *size_out);
        return false;
    }
    if (!ambit_csv_is_text(*text_out, *size_out))
        return refuse(row, column, AMBIT_BAD_ENCODING, "UTF-8 text without NUL");
    return true;
}

/* The cell as a finite number; an empty one is of kind `if_empty`. */
static bool finite_number(const struct ambit_row *row, struct ambit_column column, const char *what,
                          enum ambit_bad_kind if_empty, double *value_out)
{
    const struct ambit_csv_span field = row->table->fields[column.index];
    size_t size;
    if (ambit_csv_quick_number(row->table->map.data, field, value_out)) return true;
    /* A number has no quote in it, so what would have to be copied is none. */
    const char *const text = ambit_csv_text(row->table->map.data, field, NULL, 0, &size);
    if (text == NULL) return refuse(row, column, AMBIT_BAD_NOT_A_NUMBER, what);
    switch (ambit_csv_number(text, size, value_out)) {
    case AMBIT_CSV_NUMBER:
        return true;
    case AMBIT_CSV_EMPTY:
        return refuse(row, column, if_empty, what);
    case AMBIT_CSV_INFINITE:
        return refuse(row, column, AMBIT_BAD_INFINITE, "a finite number");
    case AMBIT_CSV_NOT_A_NUMBER:
        break;
    }
    return refuse(row, column, AMBIT_BAD_NOT_A_NUMBER, what);
}

bool ambit_row_number(const struct ambit_row *row, struct ambit_column column, double *value_out)
{
    if (!finite_number(row, column, "a number", AMBIT_BAD_NOT_A_NUMBER, value_out)) return false;
    if (*value_out < 0.0)
        return refuse(row, column, AMBIT_BAD_NEGATIVE, "a number that is not negative");
    if (*value_out > LARGEST)
        return refuse(row, column, AMBIT_BAD_INFINITE,
                      "a number up to 4.6e12 (give it in thousands or millions)");
    return true;
}

bool ambit_row_micro(const struct ambit_row *row, struct ambit_column column, int64_t *micro_out)
{
    double value;
    if (ambit_csv_quick_micro(row->table->map.data, row->table->fields[column.index], micro_out))
        return true;
    if (!ambit_row_number(row, column, &value)) return false;
    *micro_out = ambit_to_micro(value);
    return true;
}

bool ambit_row_place(const struct ambit_row *row, const struct ambit_place_columns *places,
                     double *lat_out, double *lon_out)
{
    const bool degrees = places->projection == NULL;
    const struct ambit_column north = places->north, east = places->east;
    const int64_t north_at = row->table->fields[north.index].at;
    double y, x;
    if (!finite_number(row, north, degrees ? "a latitude" : "a y coordinate", AMBIT_BAD_COORDINATE,
                       &y) ||
        !finite_number(row, east, degrees ? "a longitude" : "an x coordinate", AMBIT_BAD_COORDINATE,
                       &x))
        return false;
    if (degrees && fabs(y) > 90.0)
        return refuse(row, north, AMBIT_BAD_COORDINATE, "a latitude from -90 to 90");
    if (degrees && fabs(x) > 180.0)
        return refuse(row, east, AMBIT_BAD_COORDINATE, "a longitude from -180 to 180");
    if (x == 0.0 && y == 0.0) {
        ambit_row_bad(row, north_at, AMBIT_BAD_COORDINATE,
                      "expected a place in columns '%s' and '%s', found 0, 0", north.name,
                      east.name);
        return false;
    }
    *lat_out = y;
    *lon_out = x;
    if (degrees || ambit_projection_to_degrees(places->projection, x, y, lat_out, lon_out))
        return true;
    ambit_row_bad(
        row, north_at, AMBIT_BAD_COORDINATE,
        "expected a place that %.40s reaches in columns '%s' and '%s', found %.10g, %.10g",
        places->crs, north.name, east.name, y, x);
    return false;
}
