/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CSV as bytes: a mapped file, a cursor that walks its records, and the texts and numbers in them.
 *
 * The dialect is RFC 4180 with any one-byte delimiter: a quote opens and closes a whole field and
 * is doubled inside it; a line feed outside quotes ends a record, a carriage return before it
 * belongs to it; the last record needs no line end; lines with nothing on them are no records.
 * A quote anywhere else is reported by its place. Bytes are quoted or not by the parity of the
 * quotes before them, misplaced ones included: so a slice of a file needs only one bit to know
 * how it begins, and any number of slices sees the same records.
 */
#ifndef AMBIT_CSV_H
#define AMBIT_CSV_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ambit_csv_map {
    const char *data; /* owned by the map; NULL where it is closed */
    int64_t size;
};

/* Maps the whole file for reading in sequence. Errors: AMBIT_ERR_INPUT where it is missing, may not
 * be read, is a folder or no regular file, or is empty; AMBIT_ERR_IO where mapping fails. Local. */
ambit_status ambit_csv_map_open(const char *path, struct ambit_csv_map *out) AMBIT_CHECKED;
void ambit_csv_map_close(struct ambit_csv_map *map);

/* Gives back the memory of the whole pages of [begin, end); they are read again where they are
 * looked at again. Local. */
void ambit_csv_map_release(const struct ambit_csv_map *map, int64_t begin, int64_t end);

/* A field as it stands in the file, its quotes included. */
struct ambit_csv_span {
    int64_t at, size;
};

struct ambit_csv_cursor {
    const char *data; /* borrowed */
    int64_t size;
    int64_t stop; /* records that begin here or later are left to the next slice */
    int64_t at;   /* where the next record begins */
    int64_t line; /* physical line of `at` */
    char delimiter;
    int64_t block;    /* offset of the 64 bytes that `special` speaks of */
    uint64_t special; /* delimiters, quotes and line feeds of that block still to be visited */
};

struct ambit_csv_record {
    int64_t begin, end;    /* its bytes without the line end */
    int64_t line;          /* physical line of `begin` */
    int64_t newline_count; /* line feeds inside its quoted fields */
    int64_t field_count;   /* ≥ 1; may exceed the capacity for spans */
    int64_t stray_quote;   /* offset of the first misplaced quote, or -1 */
    bool unclosed;         /* the file ended inside quotes */
};

/* Starts at `at`, the first byte of a record on physical line `line`. */
void ambit_csv_cursor_init(struct ambit_csv_cursor *cursor, const char *data, int64_t size,
                           char delimiter, int64_t at, int64_t line);

/* Reads the next record and stores the spans of its first `capacity` fields. False, with nothing
 * stored, where no record begins before `stop`. Cost: one pass, 64 bytes a step. */
bool ambit_csv_next(struct ambit_csv_cursor *cursor, int64_t capacity,
                    struct ambit_csv_span *fields_out, struct ambit_csv_record *record_out);

/* True where data[begin, end) holds an odd number of quotes. */
bool ambit_csv_odd_quotes(const char *data, int64_t begin, int64_t end);

/* The first byte in [at, end) where a record begins, or `end`; `quoted` says whether an odd number
 * of quotes stands before `at`. `at` is not the first byte of the file. */
int64_t ambit_csv_first_record(const char *data, int64_t at, int64_t end, bool quoted);

/* The text of a quoted field: its quotes taken off, doubled ones halved. *size_out is its whole
 * size. Returns a pointer into `data`, or `buffer` where it had to be copied, cut at `capacity`
 * bytes. Not NUL-terminated. */
const char *ambit_csv_unquote(const char *data, struct ambit_csv_span field, char *buffer,
                              size_t capacity, size_t *size_out);

/* The same for any field. */
static inline const char *ambit_csv_text(const char *data, struct ambit_csv_span field,
                                         char *buffer, size_t capacity, size_t *size_out)
{
    *size_out = (size_t)field.size;
    if (field.size == 0 || data[field.at] != '"') return data + field.at;
    return ambit_csv_unquote(data, field, buffer, capacity, size_out);
}

/* The physical line of the byte at `at` of a record, and its 1-based position in characters. */
void ambit_csv_place(const char *data, const struct ambit_csv_record *record, int64_t at,
                     int64_t *line_out, int32_t *column_out);

/* True where the bytes are well-formed UTF-8 without NUL. */
bool ambit_csv_is_text(const char *text, size_t size);

enum ambit_csv_number {
    AMBIT_CSV_NUMBER,       /* finite, in *value_out */
    AMBIT_CSV_EMPTY,        /* nothing but blanks */
    AMBIT_CSV_NOT_A_NUMBER, /* text, hexadecimal, or something behind the number */
    AMBIT_CSV_INFINITE      /* inf, nan, or beyond what a double holds */
};

/* Decimal text, with or without sign, point and exponent, blanks around it allowed, to the nearest
 * double. Needs no NUL and no locale; reads no byte beyond `size`. */
enum ambit_csv_number ambit_csv_number(const char *text, size_t size, double *value_out);

/* The same for the numbers that tables are full of, several times as fast: digits with or without a
 * point, at most 8 before and 7 behind it, and a minus before them for the first function, which
 * gives the nearest double; the second gives millionths, exact, of at most 6 decimals. False for
 * any other text, number or not. `data` is the file's first byte: 16 bytes before the field's end
 * are read where there are so many. */
bool ambit_csv_quick_number(const char *data, struct ambit_csv_span field, double *value_out);
bool ambit_csv_quick_micro(const char *data, struct ambit_csv_span field, int64_t *micro_out);

#endif
