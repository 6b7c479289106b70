/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes are records: they stay inside the file, in order, and any number of slices sees the
 * same ones. The first byte chooses delimiter and slices. For libFuzzer.
 */
#include "io/csv.h"

#include <math.h>
#include <string.h>

#define CAPACITY 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_field(const char *data, const struct ambit_csv_record *record,
                        struct ambit_csv_span field)
{
    char buffer[16];
    size_t text_size;
    double value = 0.0;
    AMBIT_REQUIRE(field.at >= record->begin && field.size >= 0);
    AMBIT_REQUIRE(field.at + field.size <= record->end);
    const char *const text = ambit_csv_text(data, field, buffer, sizeof buffer, &text_size);
    AMBIT_REQUIRE(text_size <= (size_t)field.size);
    (void)ambit_csv_is_text(text, text == buffer && text_size > 16 ? 16 : text_size);
    if (ambit_csv_number(data + field.at, (size_t)field.size, &value) == AMBIT_CSV_NUMBER)
        AMBIT_REQUIRE(isfinite(value));
}

static void check_record(const char *data, int64_t size, const struct ambit_csv_record *record,
                         const struct ambit_csv_span *fields)
{
    int64_t line;
    int32_t column;
    AMBIT_REQUIRE(record->begin >= 0 && record->begin < record->end && record->end <= size);
    AMBIT_REQUIRE(record->field_count >= 1 && record->newline_count >= 0);
    AMBIT_REQUIRE(!record->unclosed || record->stray_quote >= 0);
    AMBIT_REQUIRE(record->stray_quote < record->end);
    for (int64_t f = 0; f < record->field_count && f < CAPACITY; f++)
        check_field(data, record, fields[f]);
    ambit_csv_place(data, record, record->end, &line, &column);
    AMBIT_REQUIRE(line == record->line + record->newline_count && column >= 1);
}

/* The records of `slices` slices, read one behind the other, are those of `whole`. */
static void check_slices(struct ambit_csv_cursor whole, int64_t slices)
{
    struct ambit_csv_span fields[CAPACITY], other_fields[CAPACITY];
    struct ambit_csv_record record, other;
    const int64_t first = whole.at, size = whole.size;
    bool quoted = false;
    int64_t line = whole.line;
    for (int64_t s = 0; s < slices; s++) {
        const int64_t begin = first + (size - first) * s / slices;
        const int64_t end = first + (size - first) * (s + 1) / slices;
        struct ambit_csv_cursor slice;
        const int64_t start =
            begin == first ? begin : ambit_csv_first_record(whole.data, begin, end, quoted);
        ambit_csv_cursor_init(&slice, whole.data, size, whole.delimiter, start, line);
        slice.stop = end;
        while (ambit_csv_next(&slice, CAPACITY, fields, &record)) {
            AMBIT_REQUIRE(ambit_csv_next(&whole, CAPACITY, other_fields, &other));
            check_record(whole.data, size, &record, fields);
            AMBIT_REQUIRE(record.begin == other.begin && record.end == other.end);
            AMBIT_REQUIRE(record.line == other.line);
            AMBIT_REQUIRE(record.field_count == other.field_count);
            AMBIT_REQUIRE(record.stray_quote == other.stray_quote);
        }
        line = slice.line;
        quoted ^= ambit_csv_odd_quotes(whole.data, begin, end);
    }
    AMBIT_REQUIRE(!ambit_csv_next(&whole, CAPACITY, other_fields, &other));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiter[4] = {',', ';', '\t', '|'};
    struct ambit_csv_cursor cursor;
    if (size < 2) return 0;
    ambit_csv_cursor_init(&cursor, (const char *)data + 1, (int64_t)size - 1,
                          delimiter[data[0] % 4], 0, 1);
    for (int64_t slices = 1; slices <= 1 + data[0] / 4 % 8; slices++)
        check_slices(cursor, slices);
    return 0;
}
