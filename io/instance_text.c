/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of words and the numbers in them, in one pass. Files that are handed around have leading
 * blanks, tabs behind the last column, carriage returns, no line end at the end, and numbers such
 * as 1.5e+02; all of that is read. What is no decimal number (nan, inf, 0x10, 1,5) is refused.
 */
#include "io/instance_text.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/csv_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#define WORDS_MAX 512 /* bytes of one message without its place */

ambit_status ambit_text_map_open(const char *path, const char *what, struct ambit_csv_map *out)
{
    struct stat about;
    *out = (struct ambit_csv_map){0};
    if (stat(path, &about) == 0) {
        if (S_ISDIR(about.st_mode))
            return ambit_fail(AMBIT_ERR_INPUT, "%s: expected %s, found a directory", path, what);
        if (!S_ISREG(about.st_mode))
            return ambit_fail(AMBIT_ERR_INPUT,
                              "%s: expected %s on disk, found a device or pipe; copy it to a file",
                              path, what);
        if (about.st_size == 0)
            return ambit_fail(AMBIT_ERR_INPUT, "%s:1:1: expected %s, found an empty file", path,
                              what);
        if (about.st_size > AMBIT_TEXT_BYTES_MAX)
            return ambit_fail(AMBIT_ERR_INPUT,
                              "%s:1:1: expected %s of at most %lld bytes, found %lld", path, what,
                              (long long)AMBIT_TEXT_BYTES_MAX, (long long)about.st_size);
    }
    return ambit_csv_map_open(path, out); /* which says why where there is no such file */
}

ambit_status ambit_text_name(const char *path, char **out)
{
    const char *const slash = strrchr(path, '/');
    const char *const file = slash != NULL ? slash + 1 : path;
    const char *const point = strrchr(file, '.');
    const size_t bytes = point != NULL && point > file ? (size_t)(point - file) : strlen(file);
    const ambit_status status = ambit_alloc(out, bytes + 1, 1);
    if (status == AMBIT_OK) memcpy(*out, file, bytes);
    return status;
}

void ambit_word_cursor_init(struct ambit_word_cursor *cursor, const char *path, const char *text,
                            int64_t size)
{
    const bool marked = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    *cursor = (struct ambit_word_cursor){
        .path = path, .text = text, .size = size, .at = marked ? 3 : 0, .line = 1};
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

static bool is_separator(char byte)
{
    return byte == ',' || byte == ';';
}

static int64_t skip_blanks(const char *text, int64_t at, int64_t end)
{
    while (at < end && is_blank(text[at]))
        at++;
    return at;
}

static void split(const char *text, struct ambit_word_line *line)
{
    int64_t at = line->begin;
    for (int64_t k = 0;; k++) {
        at = skip_blanks(text, at, line->end);
        if (at == line->end) break;
        const int64_t begin = at;
        while (at < line->end && !is_blank(text[at]) && !is_separator(text[at]))
            at++;
        if (k < AMBIT_WORD_MAX)
            line->word[k] = (struct ambit_csv_span){.at = begin, .size = at - begin};
        if (at > begin) line->word_count = k + 1;
        at = skip_blanks(text, at, line->end);
        if (at < line->end && is_separator(text[at])) at++;
    }
}

bool ambit_word_next(struct ambit_word_cursor *cursor, struct ambit_word_line *line_out)
{
    while (cursor->at < cursor->size) {
        const char *const begin = cursor->text + cursor->at;
        const char *const feed = memchr(begin, '\n', (size_t)(cursor->size - cursor->at));
        const int64_t end = feed != NULL ? feed - cursor->text : cursor->size;
        *line_out =
            (struct ambit_word_line){.begin = cursor->at, .end = end, .number = cursor->line};
        cursor->at = feed != NULL ? end + 1 : end;
        cursor->line += feed != NULL;
        split(cursor->text, line_out);
        if (line_out->word_count > 0) return true;
    }
    int64_t begin = cursor->size;
    while (begin > 0 && cursor->text[begin - 1] != '\n')
        begin--;
    *line_out =
        (struct ambit_word_line){.begin = begin, .end = cursor->size, .number = cursor->line};
    return false;
}

ambit_status ambit_word_fail(const struct ambit_word_cursor *cursor,
                             const struct ambit_word_line *line, int64_t at, const char *format,
                             ...)
{
    char words[WORDS_MAX];
    int64_t number;
    int32_t column;
    const struct ambit_csv_record record = {.begin = line->begin, .line = line->number};
    ambit_csv_place(cursor->text, &record, at, &number, &column);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return ambit_fail(AMBIT_ERR_INPUT, "%s:%" PRId64 ":%" PRId32 ": %s", cursor->path, number,
                      column, words);
}

ambit_status ambit_word_expect(const struct ambit_word_cursor *cursor,
                               const struct ambit_word_line *line, int64_t count, const char *names)
{
    AMBIT_REQUIRE(count < AMBIT_WORD_MAX);
    if (line->word_count == count) return AMBIT_OK;
    const int64_t at = line->word_count < count ? line->end : line->word[count].at;
    return ambit_word_fail(cursor, line, at,
                           "expected %" PRId64 " numbers, '%s', found %" PRId64 " word%s", count,
                           names, line->word_count, line->word_count == 1 ? "" : "s");
}

static ambit_status refuse(const struct ambit_word_cursor *cursor,
                           const struct ambit_word_line *line, int k, const char *expected)
{
    char found[AMBIT_FOUND_MAX];
    ambit_found(cursor->text + line->word[k].at, (size_t)line->word[k].size, found);
    return ambit_word_fail(cursor, line, line->word[k].at, "expected %s, found %s", expected,
                           found);
}

static bool read_word(const struct ambit_word_cursor *cursor, const struct ambit_word_line *line,
                      int k, double *out)
{
    const struct ambit_csv_span word = line->word[k];
    return ambit_csv_number(cursor->text + word.at, (size_t)word.size, out) == AMBIT_CSV_NUMBER;
}

ambit_status ambit_word_coordinate(const struct ambit_word_cursor *cursor,
                                   const struct ambit_word_line *line, int k, const char *what,
                                   double *out)
{
    char expected[WORDS_MAX / 2];
    if (read_word(cursor, line, k, out) && fabs(*out) <= AMBIT_COORDINATE_MAX) return AMBIT_OK;
    (void)snprintf(expected, sizeof expected, "%s, a decimal number from -1e15 to 1e15", what);
    return refuse(cursor, line, k, expected);
}

ambit_status ambit_word_whole(const struct ambit_word_cursor *cursor,
                              const struct ambit_word_line *line, int k, const char *what,
                              int32_t least, int32_t most, int32_t *out)
{
    char expected[WORDS_MAX / 2];
    double value;
    if (read_word(cursor, line, k, &value) && value >= least && value <= most &&
        value == floor(value)) {
        *out = (int32_t)value;
        return AMBIT_OK;
    }
    (void)snprintf(expected, sizeof expected, "%s, a whole number from %d to %d", what, (int)least,
                   (int)most);
    return refuse(cursor, line, k, expected);
}

/* The millionths of a word that is known to be a decimal number below 2^63 of them. A double in
 * between would lose the last decimals of large numbers. */
static int64_t exact_micro(const char *p, const char *end)
{
    uint64_t digits = 0;
    int64_t shift = 6, power = 0; /* the result is digits × 10^(shift + power) */
    bool behind_point = false, down = false;
    if (p < end && (*p == '-' || *p == '+')) p++;
    for (; p < end && *p != 'e' && *p != 'E'; p++) {
        const bool full = digits > (UINT64_MAX - 9) / 10;
        if (*p == '.') {
            behind_point = true;
            continue;
        }
        if (!full) digits = digits * 10 + (uint64_t)(*p - '0');
        shift += full - behind_point;
    }
    for (; p < end; p++) { /* the exponent; its letter is passed over */
        if (*p == '-') down = true;
        if (*p >= '0' && *p <= '9' && power < 100000) power = power * 10 + (*p - '0');
    }
    shift += down ? -power : power;
    if (digits == 0 || shift < -20) return 0;
    for (; shift > 0; shift--)
        digits *= 10;
    for (; shift < -1; shift++)
        digits /= 10;
    return (int64_t)(shift < 0 ? (digits + 5) / 10 : digits);
}

ambit_status ambit_word_micro(const struct ambit_word_cursor *cursor,
                              const struct ambit_word_line *line, int k, const char *what,
                              int64_t *micro_out)
{
    char expected[WORDS_MAX / 2];
    const struct ambit_csv_span word = line->word[k];
    const char *const text = cursor->text + word.at;
    double value;
    if (read_word(cursor, line, k, &value) && value >= 0.0 &&
        value <= ambit_from_micro(AMBIT_MICRO_SUM_MAX)) {
        *micro_out = exact_micro(text, text + word.size);
        if (*micro_out <= AMBIT_MICRO_SUM_MAX) return AMBIT_OK;
    }
    (void)snprintf(expected, sizeof expected, "%s, a decimal number from 0 to 4.6e12", what);
    return refuse(cursor, line, k, expected);
}

void ambit_print_real(FILE *file, double value, int decimals_min)
{
    char text[64];
    double again = 0.0;
    AMBIT_REQUIRE(isfinite(value));
    if (value == 0.0) value = 0.0; /* no minus */
    for (int decimals = decimals_min; decimals <= 6 && fabs(value) <= AMBIT_COORDINATE_MAX;
         decimals++) {
        (void)snprintf(text, sizeof text, "%.*f", decimals, value);
        if (ambit_csv_number(text, strlen(text), &again) == AMBIT_CSV_NUMBER && again == value) {
            (void)fputs(text, file);
            return;
        }
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (ambit_csv_number(text, strlen(text), &again) == AMBIT_CSV_NUMBER && again == value)
            break;
    }
    (void)fputs(text, file);
}

void ambit_print_micro(FILE *file, int64_t micro)
{
    int64_t fraction = micro % AMBIT_MICRO;
    int digits = 6;
    for (; digits > 0 && fraction % 10 == 0; digits--)
        fraction /= 10;
    (void)fprintf(file, "%" PRId64, micro / AMBIT_MICRO);
    if (digits > 0) (void)fprintf(file, ".%0*" PRId64, digits, fraction);
}
