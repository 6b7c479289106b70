/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What reading accounts has in common, whatever the file's format: arrays that grow, ids and their
 * duplicates, the list of bad rows, sums that fixed point must hold, and the hash of what was read.
 * The hash is taken of the values that are used, so that the same nation has the same hash in any
 * format, order and spelling of its numbers. Cost: beside the accounts themselves 8 bytes an
 * account, and 16 to 32 while ids meet (duplicates.c).
 */
#include "io/accounts_rows.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/badlist.h"
#include "io/duplicates.h"
#include "io/tables_csv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ADVICE "; mend them, or leave such rows out with --skip-bad-rows"

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

static ambit_status begin(struct ambit_account_rows *rows, const char *path,
                          const struct ambit_territories *t)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = rows->scenario;
    rows->accounts.column_count = s->column_count;
    if (path != NULL)
        AMBIT_TRY(ambit_copy_string(path, &rows->path));
    else
        AMBIT_TRY(ambit_path_beside(s->path, s->accounts_file, &rows->path));
    AMBIT_TRY(index_names(t, &rows->names));
done:
    return status;
}

static void clear(struct ambit_account_rows *rows)
{
    ambit_free(&rows->path);
    ambit_name_index_clear(&rows->names);
    ambit_accounts_clear(&rows->accounts);
    ambit_free(&rows->place);
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

ambit_status ambit_account_rows_resize(struct ambit_account_rows *rows, int32_t room)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(resize_accounts(&rows->accounts, (size_t)room));
    AMBIT_TRY(ambit_resize(&rows->place, (size_t)room, sizeof *rows->place));
    rows->room = room;
done:
    return status;
}

/* Gives `rows` rows of ids another width; what they hold fits in both. */
static ambit_status set_id_width(struct ambit_accounts *a, int32_t rows, size_t width)
{
    char *wider = NULL;
    const size_t old = (size_t)a->id_width, both = old < width ? old : width;
    const ambit_status status = ambit_resize(&wider, (size_t)rows, width);
    if (status != AMBIT_OK) return status;
    for (size_t i = 0; i < (size_t)a->count; i++) {
        if (both > 0) memcpy(wider + i * width, a->id + i * old, both);
        memset(wider + i * width + both, 0, width - both);
    }
    ambit_free(&a->id);
    a->id = wider;
    a->id_width = (int32_t)width;
    return AMBIT_OK;
}

/* Widths grow by a quarter at least, so that ever longer ids do not copy all of them every time. */
ambit_status ambit_account_rows_keep(struct ambit_account_rows *rows, const char *id, size_t size,
                                     int64_t place)
{
    struct ambit_accounts *const a = &rows->accounts;
    if (size > (size_t)a->id_width) {
        const size_t least = (size_t)a->id_width * 5 / 4;
        const ambit_status status = set_id_width(a, rows->room, size > least ? size : least);
        if (status != AMBIT_OK) return status;
    }
    if (size > rows->longest_id) rows->longest_id = size;
    const size_t width = (size_t)a->id_width;
    char *const to = a->id + (size_t)a->count * width;
    memcpy(to, id, size);
    memset(to + size, 0, width - size);
    rows->place[a->count] = place;
    return AMBIT_OK;
}

int32_t ambit_account_rows_territory(const struct ambit_account_rows *rows, const char *name,
                                     size_t size)
{
    return size < AMBIT_NAME_MAX ? (int32_t)ambit_name_index_find(&rows->names, name, size) : -1;
}

/* --- when all slices are read ------------------------------------------------ */

/* Makes ids as wide as the longest of all ranks. Collective. */
static ambit_status fit_ids(struct ambit_account_rows *rows, struct ambit_comm *comm)
{
    struct ambit_accounts *const a = &rows->accounts;
    int64_t width = (int64_t)rows->longest_id;
    ambit_comm_max_i64(comm, &width, 1);
    const bool fits = width == a->id_width;
    if (!fits) rows->room = a->count;
    return AMBIT_AGREE(comm, fits ? AMBIT_OK : set_id_width(a, a->count, (size_t)width));
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
static ambit_status drop_duplicates(const struct ambit_account_reader *reader,
                                    struct ambit_comm *comm)
{
    ambit_status status = AMBIT_OK;
    struct ambit_account_rows *const rows = reader->rows;
    struct ambit_accounts *const a = &rows->accounts;
    const struct ambit_ids ids = {.id = a->id,
                                  .width = a->id_width,
                                  .count = a->count,
                                  .place = rows->place,
                                  .self = reader->self,
                                  .line_of = reader->line_of};
    struct ambit_duplicate *again = NULL;
    int64_t again_count = 0, next = 0;
    int32_t kept = 0;
    AMBIT_TRY(ambit_duplicates_find(comm, &ids, &again, &again_count));
    for (int32_t i = 0; again_count > 0 && i < a->count; i++) {
        if (next < again_count && again[next].row == i)
            reader->refuse_again(reader->self, i, again[next++].first_line);
        else
            move_account(a, i, kept++);
    }
    if (again_count > 0) a->count = kept;
done:
    ambit_free(&again);
    return status;
}

/* Joins the bad rows of all ranks and fails where they forbid to go on. Collective. */
static ambit_status settle_bad_rows(struct ambit_account_rows *rows, struct ambit_comm *comm,
                                    bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &rows->accounts;
    AMBIT_TRY(ambit_bad_rows_gather(comm, &rows->bad));
    if (rows->bad.total > 0 && (!skip_bad_rows || rows->uncertain))
        AMBIT_TRY(ambit_bad_rows_fail(&rows->bad, rows->path, rows->uncertain ? "" : ADVICE));
    a->total = a->count;
    ambit_comm_sum_i64(comm, &a->total, 1);
    if (a->total == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected at least one usable row, found none",
                            rows->path);
done:
    return status;
}

ambit_status ambit_account_rows_finish(const struct ambit_account_reader *reader,
                                       struct ambit_comm *comm, bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(fit_ids(reader->rows, comm));
    AMBIT_TRY(drop_duplicates(reader, comm));
    AMBIT_TRY(settle_bad_rows(reader->rows, comm, skip_bad_rows));
done:
    return status;
}

/* The visits, once the columns are complete. */
static ambit_status set_visits(struct ambit_account_rows *rows)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &rows->accounts;
    const struct ambit_scenario *const s = rows->scenario;
    const size_t n = (size_t)a->count;
    const int64_t visits = ambit_to_micro(s->visits_number);
    ambit_free(&rows->place);
    if (rows->room > a->count + a->count / 4) AMBIT_TRY(resize_accounts(a, n));
    AMBIT_TRY(ambit_resize(&a->visits, n, sizeof *a->visits));
    for (int32_t i = 0; i < a->count; i++)
        a->visits[i] = s->visits_column >= 0 ? a->column[s->visits_column][i] : visits;
done:
    return status;
}

/* Fails where a column's sum over all ranks is too large for fixed point. High and low halves are
 * summed apart, so the check itself cannot overflow. Collective. */
static ambit_status check_sums(const struct ambit_account_rows *rows, struct ambit_comm *comm)
{
    const struct ambit_accounts *const a = &rows->accounts;
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
                              rows->path, rows->scenario->column[c]);
    }
    return AMBIT_OK;
}

/* A row is its id with a NUL, its place, its territory and its columns. */
static void hash_rows(const struct ambit_accounts *a, struct ambit_comm *comm,
                      struct ambit_rows_hash *hash_out)
{
    uint64_t low = 0, high = 0;
#pragma omp parallel for schedule(static) reduction(+ : low, high)
    for (int32_t i = 0; i < a->count; i++) {
        char row[AMBIT_ACCOUNT_ID_MAX + 1 + 2 * sizeof(double) + sizeof(int32_t) +
                 AMBIT_COLUMN_MAX * sizeof(int64_t)];
        const size_t width = (size_t)a->id_width;
        const char *const id = a->id + (size_t)i * width;
        struct ambit_rows_hash one = {0};
        size_t size = strnlen(id, width);
        memcpy(row, id, size);
        row[size++] = '\0';
        memcpy(row + size, &a->lat[i], sizeof(double));
        memcpy(row + size + sizeof(double), &a->lon[i], sizeof(double));
        size += 2 * sizeof(double);
        memcpy(row + size, &a->previous[i], sizeof(int32_t));
        size += sizeof(int32_t);
        for (int c = 0; c < a->column_count; c++, size += sizeof(int64_t))
            memcpy(row + size, &a->column[c][i], sizeof(int64_t));
        ambit_rows_hash_add(&one, row, size);
        low += one.low;
        high += one.high;
    }
    int64_t words[2] = {(int64_t)low, (int64_t)high};
    ambit_comm_sum_i64(comm, words, 2);
    *hash_out = (struct ambit_rows_hash){.low = (uint64_t)words[0], .high = (uint64_t)words[1]};
}

/* By its name's ending, or its first bytes. */
static bool is_hdf5_file(const char *path)
{
    static const char signature[] = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
    char start[sizeof signature];
    struct stat there;
    const size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".h5") == 0) return true;
    if (stat(path, &there) != 0 || !S_ISREG(there.st_mode)) return false;
    FILE *const file = fopen(path, "rbe");
    if (file == NULL) return false;
    const bool is = fread(start, 1, sizeof start, file) == sizeof start &&
                    memcmp(start, signature, sizeof start) == 0;
    (void)fclose(file);
    return is;
}

static ambit_status read_by_format(struct ambit_account_rows *rows, struct ambit_comm *comm,
                                   bool skip_bad_rows)
{
    /* All ranks take the same way, also where one of them cannot see the file. */
    int64_t is_hdf5 = is_hdf5_file(rows->path);
    ambit_comm_max_i64(comm, &is_hdf5, 1);
    return is_hdf5 != 0 ? ambit_accounts_read_hdf5(rows, comm, skip_bad_rows)
                        : ambit_accounts_read_csv(rows, comm, skip_bad_rows);
}

ambit_status ambit_read_accounts(const struct ambit_scenario *s, const char *path,
                                 const struct ambit_territories *t, struct ambit_comm *comm,
                                 bool skip_bad_rows, struct ambit_accounts *out,
                                 struct ambit_bad_rows *bad_inout, struct ambit_rows_hash *hash_out,
                                 int64_t *rows_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_account_rows rows = {.scenario = s};
    *out = (struct ambit_accounts){0};
    AMBIT_TRY_TOGETHER(comm, begin(&rows, path, t));
    status = read_by_format(&rows, comm, skip_bad_rows);
    ambit_bad_rows_append(bad_inout, &rows.bad);
    AMBIT_TRY(status);
    AMBIT_TRY_TOGETHER(comm, set_visits(&rows));
    AMBIT_TRY(check_sums(&rows, comm));
    hash_rows(&rows.accounts, comm, hash_out);
    *rows_out = rows.count;
    *out = rows.accounts;
    rows.accounts = (struct ambit_accounts){0};
done:
    clear(&rows);
    return status;
}
