/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts from a file of either format: what is done before and after its rows are read. The hash
 * is taken of the values that are used, so that the same nation has the same hash in any format,
 * order and spelling of its numbers. Cost: a pass over the columns for their sums, and one over the
 * rows for the hash.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/accounts_changes.h"
#include "io/accounts_csv.h"
#include "io/accounts_hdf5.h"
#include "io/badlist.h"
#include "io/hdf5_wrap.h"
#include "io/tables_csv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    FORESEEN_BYTES = 65536, /* of the start of a CSV file, by which the rest is judged */
    FORESEEN_ID = 24        /* bytes of an id there */
};

/* Names of territories first: where a rep's id is another territory's name, the name counts. */
static ambit_status index_names(const struct ambit_territories *t, struct ambit_name_index *names)
{
    const ambit_status status =
        ambit_name_index_create(2 * (int64_t)t->count + t->gone_count, names);
    if (status != AMBIT_OK) return status;
    for (int32_t j = 0; j < t->count; j++)
        (void)ambit_name_index_add(names, t->item[j].name, j);
    for (int32_t j = 0; j < t->count; j++) {
        if (t->item[j].rep_id[0] != '\0') (void)ambit_name_index_add(names, t->item[j].rep_id, j);
    }
    for (int32_t g = 0; g < t->gone_count; g++) /* known, and no territory any more */
        (void)ambit_name_index_add(names, t->gone[g], t->count + g);
    return AMBIT_OK;
}

static ambit_status name_file(const struct ambit_scenario *s, const char *path, char **out)
{
    return path != NULL ? ambit_copy_string(path, out)
                        : ambit_path_beside(s->path, s->accounts_file, out);
}

static ambit_status begin(struct ambit_account_rows *rows, const char *path,
                          const struct ambit_territories *t)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *const s = rows->scenario;
    rows->accounts.column_count = s->column_count;
    rows->accounts.category_count = s->category_count;
    AMBIT_TRY(name_file(s, path, &rows->path));
    AMBIT_TRY(index_names(t, &rows->names));
done:
    return status;
}

/* The visits, once the columns are complete. */
static ambit_status set_visits(const struct ambit_scenario *s, struct ambit_accounts *a)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)a->count;
    const int64_t visits = ambit_to_micro(s->visits_number);
    if (s->visits_column >= 0) {
        ambit_accounts_view_visits(a, s->visits_column);
        return AMBIT_OK;
    }
    AMBIT_TRY(ambit_alloc(&a->visits, n, sizeof *a->visits));
    for (int32_t i = 0; i < a->count; i++)
        a->visits[i] = visits;
done:
    return status;
}

/* Fails where a column's sum over all ranks is too large for fixed point. High and low halves are
 * summed apart, so the check itself cannot overflow. Collective. */
static ambit_status check_sums(const struct ambit_scenario *s, const struct ambit_accounts *a,
                               const char *path, struct ambit_comm *comm)
{
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
                              path, s->column[c]);
    }
    return AMBIT_OK;
}

/* Writes the words of account i, each with its NUL; returns how many bytes. */
static size_t put_words(const struct ambit_accounts *a, int32_t i, char *to)
{
    size_t size = 0;
    for (int c = 0; c < a->category_count; c++) {
        const char *const word = ambit_words_text(&a->words[c], a->category[c][i]);
        const size_t bytes = strlen(word) + 1;
        memcpy(to + size, word, bytes);
        size += bytes;
    }
    return size;
}

/* A row is its id with a NUL, its place, its territory, its columns, its words and the name of its
 * group. */
static void hash_rows(const struct ambit_accounts *a, struct ambit_comm *comm,
                      struct ambit_rows_hash *hash_out)
{
    uint64_t low = 0, high = 0;
#pragma omp parallel for schedule(static) reduction(+ : low, high)
    for (int32_t i = 0; i < a->count; i++) {
        char row[AMBIT_ACCOUNT_ID_MAX + 1 + 2 * sizeof(double) + sizeof(int32_t) +
                 AMBIT_COLUMN_MAX * sizeof(int64_t) +
                 AMBIT_CATEGORY_MAX * (AMBIT_WORD_BYTES_MAX + 1) + AMBIT_ACCOUNT_ID_MAX];
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
        size += put_words(a, i, row + size);
        if (a->together_width > 0) {
            const char *const group = a->together + (size_t)i * (size_t)a->together_width;
            const size_t length = strnlen(group, (size_t)a->together_width);
            memcpy(row + size, group, length);
            size += length;
        }
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

/* --- before the file is read ------------------------------------------------- */

static ambit_status foresee_hdf5(const struct ambit_scenario *s, const char *path,
                                 int64_t *rows_out, int64_t *id_bytes_out)
{
    struct ambit_h5_shape shape;
    struct ambit_h5 *h5 = NULL;
    const ambit_status status = ambit_h5_open(path, "accounts", &h5);
    if (status == AMBIT_OK && ambit_h5_look(h5, s->id_column, &shape)) {
        *rows_out = shape.count;
        *id_bytes_out = shape.width;
    }
    ambit_h5_destroy(&h5);
    return status;
}

/* By the length of the first lines, the header included. */
static void foresee_csv(const char *path, int64_t *rows_out, int64_t *id_bytes_out)
{
    char start[FORESEEN_BYTES];
    int64_t lines = 0, size = 0;
    struct stat there;
    if (stat(path, &there) != 0 || !S_ISREG(there.st_mode)) return;
    FILE *const file = fopen(path, "rbe");
    if (file == NULL) return;
    const size_t got = fread(start, 1, sizeof start, file);
    (void)fclose(file);
    for (size_t at = 0; at < got; at++) {
        if (start[at] != '\n') continue;
        lines++;
        size = (int64_t)at + 1;
    }
    if (lines == 0) return;
    *rows_out = (int64_t)((double)there.st_size * (double)lines / (double)size);
    *id_bytes_out = FORESEEN_ID;
}

static ambit_status foresee(const struct ambit_scenario *s, const char *path, int64_t found[2])
{
    ambit_status status = AMBIT_OK;
    char *name = NULL;
    AMBIT_TRY(name_file(s, path, &name));
    if (is_hdf5_file(name))
        status = foresee_hdf5(s, name, &found[0], &found[1]);
    else
        foresee_csv(name, &found[0], &found[1]);
    if (status == AMBIT_ERR_MEMORY) goto done;
    if (status != AMBIT_OK) ambit_error_clear(); /* the reader will say it */
    status = AMBIT_OK;
done:
    ambit_free(&name);
    return status;
}

ambit_status ambit_foresee_accounts(const struct ambit_scenario *s, const char *path,
                                    struct ambit_comm *comm, int64_t *rows_out,
                                    int64_t *id_bytes_out)
{
    int64_t found[2] = {0, 0};
    const bool looks = ambit_comm_rank(comm) == 0;
    const ambit_status status = AMBIT_AGREE(comm, looks ? foresee(s, path, found) : AMBIT_OK);
    if (status != AMBIT_OK) return status;
    ambit_comm_broadcast(comm, found, sizeof found, 0);
    *rows_out = found[0];
    *id_bytes_out = found[1];
    return AMBIT_OK;
}

/* --- reading ----------------------------------------------------------------- */

static ambit_status read_by_format(struct ambit_account_rows *rows, struct ambit_comm *comm,
                                   bool skip_bad_rows)
{
    /* All ranks take the same way, also where one of them cannot see the file. */
    int64_t is_hdf5 = is_hdf5_file(rows->path);
    ambit_comm_max_i64(comm, &is_hdf5, 1);
    return is_hdf5 != 0 ? ambit_accounts_read_hdf5(rows, comm, skip_bad_rows)
                        : ambit_accounts_read_csv(rows, comm, skip_bad_rows);
}

ambit_status ambit_read_account_rows(const struct ambit_scenario *s, const char *path,
                                     const struct ambit_territories *t, struct ambit_comm *comm,
                                     bool skip_bad_rows, struct ambit_accounts *out,
                                     struct ambit_bad_rows *bad_inout, int64_t *rows_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_account_rows rows = {.scenario = s};
    *out = (struct ambit_accounts){0};
    AMBIT_TRY_TOGETHER(comm, begin(&rows, path, t));
    status = read_by_format(&rows, comm, skip_bad_rows);
    ambit_bad_rows_append(bad_inout, &rows.bad);
    AMBIT_TRY(status);
    AMBIT_TRY_TOGETHER(comm, ambit_account_rows_trim(&rows));
    *rows_out = rows.count;
    *out = rows.accounts;
    rows.accounts = (struct ambit_accounts){0};
done:
    ambit_account_rows_clear(&rows);
    return status;
}

ambit_status ambit_complete_accounts(const struct ambit_scenario *s, const char *path,
                                     const struct ambit_territories *t, struct ambit_comm *comm,
                                     bool skip_bad_rows, struct ambit_accounts *accounts,
                                     struct ambit_bad_rows *bad_inout,
                                     struct ambit_rows_hash *hash_out, int64_t *rows_inout)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_accounts_change(s, t, comm, skip_bad_rows, ambit_read_account_rows, accounts,
                                    bad_inout, rows_inout));
    AMBIT_TRY_TOGETHER(comm, set_visits(s, accounts));
    AMBIT_TRY(check_sums(s, accounts, path != NULL ? path : s->accounts_file, comm));
    hash_rows(accounts, comm, hash_out);
done:
    return status;
}

ambit_status ambit_read_accounts(const struct ambit_scenario *s, const char *path,
                                 const struct ambit_territories *t, struct ambit_comm *comm,
                                 bool skip_bad_rows, struct ambit_accounts *out,
                                 struct ambit_bad_rows *bad_inout, struct ambit_rows_hash *hash_out,
                                 int64_t *rows_out)
{
    ambit_status status = AMBIT_OK;
    char *name = NULL;
    AMBIT_TRY_TOGETHER(comm, name_file(s, path, &name));
    AMBIT_TRY(ambit_read_account_rows(s, path, t, comm, skip_bad_rows, out, bad_inout, rows_out));
    AMBIT_TRY(ambit_complete_accounts(s, name, t, comm, skip_bad_rows, out, bad_inout, hash_out,
                                      rows_out));
done:
    ambit_free(&name);
    if (status != AMBIT_OK) ambit_accounts_clear(out);
    return status;
}
