/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text with columns, as instances of the literature come: lines of words, numbers in words, and
 * numbers written so that they read back exactly. Every refusal says file, line, column, what was
 * expected and what was found.
 */
#ifndef AMBIT_INSTANCE_TEXT_H
#define AMBIT_INSTANCE_TEXT_H

#include "io/csv.h"
#include <stdio.h>

#define AMBIT_TEXT_BYTES_MAX (INT64_C(1) << 31) /* larger files are refused */
#define AMBIT_WORD_MAX 5                        /* words of a line that are kept */
#define AMBIT_COORDINATE_MAX 1e15 /* squares of differences keep their meaning below it */

/* Maps the file, which should be `what` ("an instance file …"). Errors: AMBIT_ERR_INPUT where it is
 * missing, empty, too large or no regular file; AMBIT_ERR_IO. Local. */
ambit_status ambit_text_map_open(const char *path, const char *what,
                                 struct ambit_csv_map *out) AMBIT_CHECKED;

/* The file's name without folder and ending. *out is owned by the caller. Errors: AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_text_name(const char *path, char **out) AMBIT_CHECKED;

/* A line of words. Words are separated by blanks, or by one comma or semicolon with or without
 * blanks around it: two of these in a row have an empty word between them, and empty words at the
 * end of a line are none. */
struct ambit_word_line {
    int64_t begin, end; /* its bytes without the line feed */
    int64_t number;     /* 1-based */
    int64_t word_count; /* may exceed AMBIT_WORD_MAX */
    struct ambit_csv_span word[AMBIT_WORD_MAX];
};

struct ambit_word_cursor {
    const char *path, *text; /* borrowed */
    int64_t size;
    int64_t at, line; /* where the next line begins, and its number */
};

/* Starts behind a byte order mark, if there is one. */
void ambit_word_cursor_init(struct ambit_word_cursor *cursor, const char *path, const char *text,
                            int64_t size);

/* Reads the next line that has words on it. At the end of the text false, and *line_out is the
 * empty line there: a place for what is missing. */
bool ambit_word_next(struct ambit_word_cursor *cursor, struct ambit_word_line *line_out);

/* Leaves "path:line:column: text" for the byte at `at` of the line. Returns AMBIT_ERR_INPUT. */
ambit_status ambit_word_fail(const struct ambit_word_cursor *cursor,
                             const struct ambit_word_line *line, int64_t at, const char *format,
                             ...) __attribute__((format(printf, 4, 5)));

/* Fails where the line has not `count` words; `names` says what they are ("x y Q q"). */
ambit_status ambit_word_expect(const struct ambit_word_cursor *cursor,
                               const struct ambit_word_line *line, int64_t count,
                               const char *names) AMBIT_CHECKED;

/* Word k as a coordinate, finite and up to AMBIT_COORDINATE_MAX in size; as a whole number from
 * `least` to `most`; as a number ≥ 0 in millionths, exact where it has at most six decimals and
 * rounded to the nearest where it has more. `what` names it in the message. Errors:
 * AMBIT_ERR_INPUT. Local. */
ambit_status ambit_word_coordinate(const struct ambit_word_cursor *cursor,
                                   const struct ambit_word_line *line, int k, const char *what,
                                   double *out) AMBIT_CHECKED;
ambit_status ambit_word_whole(const struct ambit_word_cursor *cursor,
                              const struct ambit_word_line *line, int k, const char *what,
                              int32_t least, int32_t most, int32_t *out) AMBIT_CHECKED;
ambit_status ambit_word_micro(const struct ambit_word_cursor *cursor,
                              const struct ambit_word_line *line, int k, const char *what,
                              int64_t *micro_out) AMBIT_CHECKED;

/* Writes a finite number with as few digits as read back to the same double, and no fewer decimals
 * than told. Errors stay with the stream. */
void ambit_print_real(FILE *file, double value, int decimals_min);

/* Writes millionths ≥ 0 as a decimal without trailing zeros. Errors stay with the stream. */
void ambit_print_micro(FILE *file, int64_t micro);

#endif
