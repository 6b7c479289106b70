/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts from HDF5: a dataset of one dimension for each column, named as the scenario names it.
 * Every rank opens the file by itself and reads its part of the rows, in blocks whose borders are
 * those of the chunks that Ambit writes. Numbers of any type become doubles and then what the same
 * numbers in CSV would be. Cost: one pass; beside the accounts a block of rows, about 20 MB.
 * Weakness: in a file by another program, chunks much larger than a block are read once a block.
 */
#include "io/accounts_hdf5.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"
#include "engine/model/cover.h"
#include "io/badlist.h"
#include "io/csv_table.h"
#include "io/hdf5_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES (INT64_C(1) << 25) /* of a block's widest column, at most */
#define LARGEST ambit_from_micro(AMBIT_MICRO_SUM_MAX)

struct column {
    const char *name;        /* borrowed from the scenario; "" where it names no such column */
    bool is_text, is_either; /* what is asked of it; either is text or numbers, as it comes */
    int64_t width;           /* bytes a text */
    char *text;              /* owned; a block of texts */
    double *number;          /* owned; a block of numbers */
};

enum {
    ID,
    NORTH,
    EAST,
    TERRITORY,
    TOGETHER,
    WORDS,
    OWN = WORDS + AMBIT_CATEGORY_MAX,
    COLUMN_MAX = OWN + AMBIT_COLUMN_MAX
};

struct reader {
    struct ambit_account_rows *rows; /* borrowed */
    struct ambit_h5 *h5;
    struct ambit_projection *projection; /* owned; NULL for degrees */
    struct column column[COLUMN_MAX];
    int column_count;
    int64_t count, block; /* rows in the file, and at a time */
};

/* --- opening ----------------------------------------------------------------- */

struct nearest {
    const char *name;
    int distance;
    char found[AMBIT_FOUND_MAX];
};

static void keep_nearest(void *self, const char *name)
{
    struct nearest *const nearest = self;
    const int distance =
        ambit_edit_distance(nearest->name, strlen(nearest->name), name, strlen(name));
    if (distance >= nearest->distance) return;
    nearest->distance = distance;
    ambit_found(name, strlen(name), nearest->found);
}

static ambit_status fail_missing(const struct reader *reader, const char *name)
{
    struct nearest nearest = {.name = name, .distance = INT_MAX, .found = "none at all"};
    ambit_h5_each_name(reader->h5, keep_nearest, &nearest);
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: expected a dataset '%s', found none of that name; the nearest is %s",
                      reader->rows->path, name, nearest.found);
}

static ambit_status check_column(struct reader *reader, struct column *column)
{
    struct ambit_h5_shape shape;
    const char *const path = reader->rows->path, *const name = column->name;
    const char *const wanted = column->is_either ? "text of a fixed length, or numbers"
                               : column->is_text ? "text of a fixed length"
                                                 : "numbers";
    if (!ambit_h5_look(reader->h5, name, &shape)) return fail_missing(reader, name);
    if (column->is_either) column->is_text = !shape.is_number;
    if (column->is_text ? !shape.is_text : !shape.is_number)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: %s: expected %s, found %s", path, name, wanted,
                          shape.words);
    if (shape.dimensions != 1)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: %s: expected one dimension, found %d", path, name,
                          shape.dimensions);
    if (column == &reader->column[ID]) reader->count = shape.count;
    if (shape.count != reader->count)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: %s: expected %lld values as in %s, found %lld",
                          path, name, (long long)reader->count, reader->column[ID].name,
                          (long long)shape.count);
    column->width = shape.width;
    while (reader->block > 1 && reader->block * shape.width > BLOCK_BYTES)
        reader->block /= 2;
    return AMBIT_OK;
}

static void name_columns(struct reader *reader)
{
    const struct ambit_scenario *const s = reader->rows->scenario;
    const bool degrees = s->lat_column[0] != '\0' || s->x_column[0] == '\0';
    reader->column[ID] = (struct column){.name = s->id_column, .is_text = true};
    reader->column[NORTH].name = degrees ? s->lat_column : s->y_column;
    reader->column[EAST].name = degrees ? s->lon_column : s->x_column;
    reader->column[TERRITORY] = (struct column){.name = s->territory_column, .is_text = true};
    reader->column[TOGETHER] = (struct column){.name = s->together.column, .is_either = true};
    for (int c = 0; c < s->column_count; c++)
        reader->column[OWN + c].name = s->column[c];
    for (int c = 0; c < AMBIT_CATEGORY_MAX; c++)
        reader->column[WORDS + c] =
            (struct column){.name = c < s->category_count ? s->category[c] : "", .is_text = true};
    reader->column_count = OWN + s->column_count;
}

/* In the words for CSV, before HDF5 has any for it. */
static ambit_status check_file(const char *path)
{
    struct stat there;
    /* Without O_NONBLOCK, opening a named pipe would wait for a writer for ever. */
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const bool is_open = descriptor >= 0 && fstat(descriptor, &there) == 0;
    const int why = errno;
    if (descriptor >= 0) (void)close(descriptor);
    if (!is_open)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(why));
    if (S_ISREG(there.st_mode)) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT, "%s: expected an HDF5 file, found %s", path,
                      S_ISDIR(there.st_mode) ? "a directory" : "a device or pipe");
}

static ambit_status open_reader(struct reader *reader)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = reader->rows->scenario;
    AMBIT_TRY(check_file(reader->rows->path));
    AMBIT_TRY(ambit_h5_open(reader->rows->path, "accounts", &reader->h5));
    for (int c = 0; c < reader->column_count; c++) {
        if (reader->column[c].name[0] != '\0') AMBIT_TRY(check_column(reader, &reader->column[c]));
    }
    for (int c = 0; c < reader->column_count; c++) {
        struct column *const column = &reader->column[c];
        const size_t rows = (size_t)reader->block;
        if (column->name[0] == '\0') continue;
        if (column->is_text)
            AMBIT_TRY(ambit_resize(&column->text, rows, (size_t)column->width));
        else
            AMBIT_TRY(ambit_resize(&column->number, rows, sizeof *column->number));
    }
    if (s->lat_column[0] == '\0' && s->x_column[0] != '\0')
        AMBIT_TRY(ambit_projection_create(s->crs, &reader->projection));
done:
    return status;
}

static void close_reader(struct reader *reader)
{
    ambit_h5_destroy(&reader->h5);
    ambit_projection_destroy(&reader->projection);
    for (int c = 0; c < reader->column_count; c++) {
        ambit_free(&reader->column[c].text);
        ambit_free(&reader->column[c].number);
    }
}

/* --- rows -------------------------------------------------------------------- */

/* A row of the block at hand, and its index in the file. */
struct row {
    const struct reader *reader;
    int64_t at, index;
};

/* Adds the row, which is bad in `column`; always false. */
static bool refuse(const struct row *row, const struct column *column, enum ambit_bad_kind kind,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
static bool refuse(const struct row *row, const struct column *column, enum ambit_bad_kind kind,
                   const char *format, ...)
{
    struct ambit_bad_row bad = {.kind = kind, .line = row->index + 1, .role = "accounts"};
    const int used =
        snprintf(bad.text, sizeof bad.text, "%s[%lld]: ", column->name, (long long)row->index);
    const size_t start = used > 0 && (size_t)used < sizeof bad.text ? (size_t)used : 0;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(bad.text + start, sizeof bad.text - start, format, arguments);
    va_end(arguments);
    ambit_bad_rows_add(&row->reader->rows->bad, &bad);
    return false;
}

/* The text without its padding. False where it is none. */
static bool read_text(const struct row *row, const struct column *column, const char **text_out,
                      size_t *size_out)
{
    const size_t width = (size_t)column->width;
    const char *const text = column->text + (size_t)row->at * width;
    char found[AMBIT_FOUND_MAX];
    size_t size = strnlen(text, width);
    *text_out = text;
    *size_out = size;
    size_t end = width;
    while (end > size && text[end - 1] == '\0')
        end--;
    if (end == size && ambit_csv_is_text(text, size)) return true;
    ambit_found(text, end, found);
    return refuse(row, column, AMBIT_BAD_ENCODING, "expected UTF-8 text without NUL, found %s",
                  found);
}

static bool read_id(const struct row *row, const char **id_out, size_t *size_out)
{
    const struct column *const column = &row->reader->column[ID];
    if (!read_text(row, column, id_out, size_out)) return false;
    if (*size_out == 0)
        return refuse(row, column, AMBIT_BAD_MISSING_ID, "expected an id, found an empty text");
    if (*size_out > AMBIT_ACCOUNT_ID_MAX)
        return refuse(row, column, AMBIT_BAD_MISSING_ID, "expected at most %d bytes, found %zu",
                      AMBIT_ACCOUNT_ID_MAX, *size_out);
    return true;
}

/* Zero has one sign, as in CSV. */
static bool read_number(const struct row *row, const struct column *column, double *value_out)
{
    *value_out = column->number[row->at] + 0.0;
    if (isfinite(*value_out)) return true;
    return refuse(row, column, AMBIT_BAD_INFINITE, "expected a finite number, found %g",
                  *value_out);
}

static bool read_place(const struct row *row, double *lat_out, double *lon_out)
{
    const struct reader *const reader = row->reader;
    const struct column *const north = &reader->column[NORTH], *const east = &reader->column[EAST];
    const bool degrees = reader->projection == NULL;
    double y, x;
    if (!read_number(row, north, &y) || !read_number(row, east, &x)) return false;
    if (degrees && fabs(y) > 90.0)
        return refuse(row, north, AMBIT_BAD_COORDINATE,
                      "expected a latitude from -90 to 90, found %.15g", y);
    if (degrees && fabs(x) > 180.0)
        return refuse(row, east, AMBIT_BAD_COORDINATE,
                      "expected a longitude from -180 to 180, found %.15g", x);
    if (x == 0.0 && y == 0.0)
        return refuse(row, north, AMBIT_BAD_COORDINATE, "expected a place with '%s', found 0, 0",
                      east->name);
    *lat_out = y;
    *lon_out = x;
    if (degrees || ambit_projection_to_degrees(reader->projection, x, y, lat_out, lon_out))
        return true;
    return refuse(row, north, AMBIT_BAD_COORDINATE,
                  "expected a place that %.40s reaches with '%s', found %.10g, %.10g",
                  reader->rows->scenario->crs, east->name, y, x);
}

static bool read_previous(const struct row *row, int32_t *previous_out)
{
    const struct column *const column = &row->reader->column[TERRITORY];
    char found[AMBIT_FOUND_MAX];
    const char *text;
    size_t size;
    *previous_out = AMBIT_TERRITORY_NONE;
    if (column->name[0] == '\0') return true;
    if (!read_text(row, column, &text, &size)) return false;
    if (size == 0) return true;
    *previous_out = ambit_account_rows_territory(row->reader->rows, text, size);
    if (*previous_out >= 0) return true;
    if (row->reader->rows->scenario->audit.takes_unknown) {
        *previous_out = AMBIT_TERRITORY_UNKNOWN;
        return true;
    }
    ambit_found(text, size, found);
    return refuse(row, column, AMBIT_BAD_UNKNOWN_TERRITORY,
                  "expected a territory or a rep's id, found %s", found);
}

static bool read_micro(const struct row *row, const struct column *column, int64_t *micro_out)
{
    double value;
    if (!read_number(row, column, &value)) return false;
    if (value < 0.0)
        return refuse(row, column, AMBIT_BAD_NEGATIVE,
                      "expected a number that is not negative, found %.15g", value);
    if (value > LARGEST)
        return refuse(row, column, AMBIT_BAD_INFINITE,
                      "expected a number up to 4.6e12 (give it in thousands or millions), found "
                      "%.15g",
                      value);
    *micro_out = ambit_to_micro(value);
    return true;
}

/* Reads the words of the row's categories; *good_out tells whether the row can be used. */
static ambit_status read_words(const struct row *row, bool *good_out)
{
    ambit_status status = AMBIT_OK;
    const char *word;
    size_t size;
    *good_out = false;
    for (int c = 0; c < row->reader->rows->accounts.category_count; c++) {
        const struct column *const column = &row->reader->column[WORDS + c];
        if (!read_text(row, column, &word, &size)) return AMBIT_OK;
        if (size > AMBIT_WORD_BYTES_MAX) {
            (void)refuse(row, column, AMBIT_BAD_ENCODING, "expected at most %d bytes, found %zu",
                         AMBIT_WORD_BYTES_MAX, size);
            return AMBIT_OK;
        }
        AMBIT_TRY(ambit_account_rows_word(row->reader->rows, c, word, size));
    }
    *good_out = true;
done:
    return status;
}

/* A number as the text that stands for it in CSV; none where it is no number. */
static size_t write_number(double value, char text_out[AMBIT_NAME_MAX])
{
    const bool whole = fabs(value) < 0x1p53 && value == floor(value);
    if (isnan(value)) return 0;
    return (size_t)snprintf(text_out, AMBIT_NAME_MAX, whole ? "%.0f" : "%.15g", value + 0.0);
}

/* The name of the group that the account stays together with; *good_out is false, with the row
 * among the bad ones, where it is no text. */
static ambit_status read_group(const struct row *row, bool *good_out)
{
    const struct column *const column = &row->reader->column[TOGETHER];
    char number[AMBIT_NAME_MAX];
    const char *text = number;
    size_t size = 0;
    *good_out = true;
    if (column->name[0] == '\0') return AMBIT_OK;
    if (!column->is_text)
        size = write_number(column->number[row->at], number);
    else if (!read_text(row, column, &text, &size))
        *good_out = false;
    else if (size > AMBIT_ACCOUNT_ID_MAX)
        *good_out = refuse(row, column, AMBIT_BAD_MISSING_ID,
                           "expected at most %d bytes, found %zu", AMBIT_ACCOUNT_ID_MAX, size);
    return *good_out ? ambit_account_rows_join(row->reader->rows, text, size) : AMBIT_OK;
}

/* Reads the row into the next free place of every array, and counts it where it is good. */
static ambit_status read_row(const struct row *row)
{
    ambit_status status = AMBIT_OK;
    bool good = false;
    struct ambit_account_rows *const rows = row->reader->rows;
    struct ambit_accounts *const a = &rows->accounts;
    const int32_t i = a->count;
    const char *id;
    size_t size;
    if (!read_id(row, &id, &size) || !read_place(row, &a->lat[i], &a->lon[i]) ||
        !read_previous(row, &a->previous[i]))
        return AMBIT_OK;
    for (int c = 0; c < a->column_count; c++) {
        if (!read_micro(row, &row->reader->column[OWN + c], &a->column[c][i])) return AMBIT_OK;
    }
    AMBIT_TRY(read_words(row, &good));
    if (good) AMBIT_TRY(read_group(row, &good));
    if (!good) return AMBIT_OK;
    AMBIT_TRY(ambit_account_rows_keep(rows, id, size, row->index));
    a->count++;
done:
    return status;
}

static ambit_status read_block(struct reader *reader, int64_t first, int64_t count)
{
    ambit_status status = AMBIT_OK;
    for (int c = 0; c < reader->column_count; c++) {
        const struct column *const column = &reader->column[c];
        if (column->name[0] == '\0') continue;
        if (column->is_text)
            AMBIT_TRY(ambit_h5_get_texts(reader->h5, column->name, column->width, first, count,
                                         column->text));
        else
            AMBIT_TRY(ambit_h5_get_numbers(reader->h5, column->name, first, count, column->number));
    }
    for (int64_t i = 0; i < count; i++)
        AMBIT_TRY(read_row(&(struct row){.reader = reader, .at = i, .index = first + i}));
done:
    return status;
}

/* Reads rows [begin, end). */
static ambit_status read_rows(struct reader *reader, int64_t begin, int64_t end)
{
    ambit_status status = AMBIT_OK;
    if (end - begin > INT32_MAX)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: more than %d accounts on one rank: use more ranks",
                          reader->rows->path, INT32_MAX);
    AMBIT_TRY(ambit_account_rows_resize(reader->rows, (int32_t)(end - begin)));
    for (int64_t at = begin; at < end;) {
        const int64_t border = (at / reader->block + 1) * reader->block;
        const int64_t next = border < end ? border : end;
        AMBIT_TRY(read_block(reader, at, next - at));
        at = next;
    }
done:
    return status;
}

static ambit_status read_slice(struct reader *reader, struct ambit_comm *comm)
{
    ambit_status status = AMBIT_OK;
    struct ambit_account_rows *const rows = reader->rows;
    int64_t begin, end, counts[2] = {reader->count, -reader->count};
    ambit_comm_max_i64(comm, counts, 2);
    if (counts[0] != -counts[1])
        return ambit_fail(AMBIT_ERR_IO, "%s: has %lld rows on one rank, %lld on another",
                          rows->path, (long long)-counts[1], (long long)counts[0]);
    rows->count = reader->count;
    if (rows->count == 0)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: expected rows, found none", rows->path);
    ambit_comm_split(rows->count, ambit_comm_size(comm), ambit_comm_rank(comm), &begin, &end);
    AMBIT_TRY_TOGETHER(comm, read_rows(reader, begin, end));
done:
    return status;
}

static int64_t index_of(void *self, int64_t place)
{
    (void)self;
    return place;
}

static void refuse_again(void *self, int32_t account, int64_t first_index)
{
    const struct reader *const reader = self;
    const struct ambit_accounts *const a = &reader->rows->accounts;
    const struct column *const column = &reader->column[ID];
    const struct row row = {.reader = reader, .index = reader->rows->place[account]};
    const char *const id = a->id + (size_t)account * (size_t)a->id_width;
    char found[AMBIT_FOUND_MAX];
    ambit_found(id, strnlen(id, (size_t)a->id_width), found);
    (void)refuse(&row, column, AMBIT_BAD_DUPLICATE_ID,
                 "expected a new id, found %s again (first at %s[%lld])", found, column->name,
                 (long long)first_index);
}

ambit_status ambit_accounts_read_hdf5(struct ambit_account_rows *rows, struct ambit_comm *comm,
                                      bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    struct reader reader = {.rows = rows, .block = AMBIT_H5_SLICE};
    const struct ambit_account_reader as_reader = {
        .self = &reader, .rows = rows, .line_of = index_of, .refuse_again = refuse_again};
    name_columns(&reader);
    AMBIT_TRY_TOGETHER(comm, open_reader(&reader));
    AMBIT_TRY(read_slice(&reader, comm));
    AMBIT_TRY(ambit_account_rows_finish(&as_reader, comm, skip_bad_rows));
done:
    close_reader(&reader);
    return status;
}
