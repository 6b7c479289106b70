/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What reading accounts has in common, whatever the file's format: arrays that grow, ids and their
 * duplicates, and the list of bad rows. Cost: beside the accounts themselves 8 bytes an account,
 * and 16 to 32 while ids meet (duplicates.c).
 */
#include "io/accounts_rows.h"
#include "engine/base/memory.h"
#include "io/badlist.h"
#include "io/duplicates.h"

#include <string.h>

#define ADVICE "; mend them, or leave such rows out with --skip-bad-rows"

/* Resizes the arrays that rows are read into. */
static ambit_status resize_accounts(struct ambit_accounts *a, size_t n)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_resize(&a->id, n, (size_t)a->id_width));
    AMBIT_TRY(ambit_resize(&a->lat, n, sizeof *a->lat));
    AMBIT_TRY(ambit_resize(&a->lon, n, sizeof *a->lon));
    AMBIT_TRY(ambit_resize(&a->previous, n, sizeof *a->previous));
    if (a->together != NULL || a->together_width > 0)
        AMBIT_TRY(ambit_resize(&a->together, n, (size_t)a->together_width));
    for (int c = 0; c < a->column_count; c++)
        AMBIT_TRY(ambit_resize(&a->column[c], n, sizeof *a->column[c]));
    for (int c = 0; c < a->category_count; c++)
        AMBIT_TRY(ambit_resize(&a->category[c], n, sizeof *a->category[c]));
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

ambit_status ambit_account_rows_trim(struct ambit_account_rows *rows)
{
    struct ambit_accounts *const a = &rows->accounts;
    const bool roomy = rows->room > a->count + a->count / 4;
    ambit_free(&rows->place);
    if (roomy) rows->room = a->count;
    return roomy ? resize_accounts(a, (size_t)a->count) : AMBIT_OK;
}

void ambit_account_rows_clear(struct ambit_account_rows *rows)
{
    ambit_free(&rows->path);
    ambit_name_index_clear(&rows->names);
    ambit_accounts_clear(&rows->accounts);
    for (int c = 0; c < AMBIT_CATEGORY_MAX; c++)
        ambit_word_list_clear(&rows->words[c]);
    ambit_free(&rows->place);
}

/* Texts of a fixed width, one an account. */
struct texts {
    char **text;
    int32_t *width;
};

static struct texts ids_of(struct ambit_accounts *a)
{
    return (struct texts){&a->id, &a->id_width};
}

static struct texts groups_of(struct ambit_accounts *a)
{
    return (struct texts){&a->together, &a->together_width};
}

/* Gives room for `rows` texts of another width; the first `count` fit in both. */
static ambit_status set_width(struct texts texts, int32_t count, int32_t rows, size_t width)
{
    char *wider = NULL;
    const size_t old = (size_t)*texts.width, both = old < width ? old : width;
    const ambit_status status = ambit_resize(&wider, (size_t)rows, width);
    if (status != AMBIT_OK) return status;
    for (size_t i = 0; i < (size_t)count; i++) {
        if (both > 0) memcpy(wider + i * width, *texts.text + i * old, both);
        memset(wider + i * width + both, 0, width - both);
    }
    ambit_free(texts.text);
    *texts.text = wider;
    *texts.width = (int32_t)width;
    return AMBIT_OK;
}

/* Keeps a text as that of account accounts.count. Widths grow by a quarter at least, so that ever
 * longer texts do not copy all of them every time. */
static ambit_status keep_text(struct ambit_account_rows *rows, struct texts texts, const char *text,
                              size_t size, size_t *longest)
{
    const int32_t count = rows->accounts.count;
    if (size > (size_t)*texts.width) {
        const size_t least = (size_t)*texts.width * 5 / 4;
        const ambit_status status =
            set_width(texts, count, rows->room, size > least ? size : least);
        if (status != AMBIT_OK) return status;
    }
    if (size > *longest) *longest = size;
    const size_t width = (size_t)*texts.width;
    if (width == 0) return AMBIT_OK;
    char *const to = *texts.text + (size_t)count * width;
    if (size > 0) memcpy(to, text, size);
    memset(to + size, 0, width - size);
    return AMBIT_OK;
}

ambit_status ambit_account_rows_keep(struct ambit_account_rows *rows, const char *id, size_t size,
                                     int64_t place)
{
    const ambit_status status =
        keep_text(rows, ids_of(&rows->accounts), id, size, &rows->longest_id);
    if (status == AMBIT_OK) rows->place[rows->accounts.count] = place;
    return status;
}

ambit_status ambit_account_rows_join(struct ambit_account_rows *rows, const char *group,
                                     size_t size)
{
    return keep_text(rows, groups_of(&rows->accounts), group, size, &rows->longest_group);
}

ambit_status ambit_account_rows_word(struct ambit_account_rows *rows, int c, const char *word,
                                     size_t size)
{
    struct ambit_accounts *const a = &rows->accounts;
    int32_t *const code = &a->category[c][a->count];
    *code = AMBIT_WORD_EMPTY;
    if (size == 0) return AMBIT_OK;
    return ambit_word_list_add(&rows->words[c], rows->path, rows->scenario->category[c], word, size,
                               code);
}

int32_t ambit_account_rows_territory(const struct ambit_account_rows *rows, const char *name,
                                     size_t size)
{
    return size < AMBIT_NAME_MAX ? (int32_t)ambit_name_index_find(&rows->names, name, size) : -1;
}

/* --- when all slices are read ------------------------------------------------ */

/* Makes the texts as wide as the longest of all ranks. Collective. */
static ambit_status fit_texts(struct ambit_account_rows *rows, struct ambit_comm *comm,
                              struct texts texts, size_t longest)
{
    int64_t width = (int64_t)longest;
    ambit_comm_max_i64(comm, &width, 1);
    const bool fits = width == *texts.width;
    const int32_t count = rows->accounts.count;
    if (!fits) rows->room = count; /* the other arrays have more, and that is no harm */
    return AMBIT_AGREE(comm, fits ? AMBIT_OK : set_width(texts, count, count, (size_t)width));
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
            ambit_accounts_move(a, i, kept++);
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

static ambit_status settle_words(struct ambit_account_rows *rows, struct ambit_comm *comm)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &rows->accounts;
    for (int c = 0; c < a->category_count; c++) {
        AMBIT_TRY(ambit_word_list_settle(&rows->words[c], rows->path, rows->scenario->category[c],
                                         comm, a->count, a->category[c], &a->words[c]));
        ambit_word_list_clear(&rows->words[c]);
    }
done:
    return status;
}

ambit_status ambit_account_rows_finish(const struct ambit_account_reader *reader,
                                       struct ambit_comm *comm, bool skip_bad_rows)
{
    ambit_status status = AMBIT_OK;
    struct ambit_account_rows *const rows = reader->rows;
    AMBIT_TRY(fit_texts(rows, comm, ids_of(&rows->accounts), rows->longest_id));
    if (rows->scenario->together.column[0] != '\0')
        AMBIT_TRY(fit_texts(rows, comm, groups_of(&rows->accounts), rows->longest_group));
    AMBIT_TRY(drop_duplicates(reader, comm));
    AMBIT_TRY(settle_bad_rows(reader->rows, comm, skip_bad_rows));
    AMBIT_TRY(settle_words(reader->rows, comm));
done:
    return status;
}
