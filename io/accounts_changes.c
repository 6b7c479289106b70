/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/accounts_changes.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/accounts_layers.h"
#include "io/accounts_named.h"
#include "io/duplicates.h"

#include <math.h>
#include <string.h>

/* ---- accounts that go ---- */

static ambit_status remove_accounts(const struct ambit_scenario *s,
                                    const struct ambit_change *change, struct ambit_comm *comm,
                                    struct ambit_accounts *a)
{
    ambit_status status = AMBIT_OK;
    bool *kept = NULL;
    AMBIT_TRY(ambit_named_accounts_find(s, change->text, comm, a, &kept));
    for (int32_t i = 0; i < a->count; i++)
        kept[i] = !kept[i];
    ambit_accounts_keep(a, kept);
    a->total = a->count;
    ambit_comm_sum_i64(comm, &a->total, 1);
done:
    ambit_free(&kept);
    return status;
}

static ambit_status remove_by_filter(const struct ambit_change *change, struct ambit_comm *comm,
                                     struct ambit_accounts *a)
{
    ambit_status status = AMBIT_OK;
    bool *kept = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&kept, (size_t)a->count, sizeof *kept));
    for (int32_t i = 0; i < a->count; i++)
        kept[i] = !ambit_filter_holds(&change->where, a, i);
    ambit_accounts_keep(a, kept);
    a->total = a->count;
    ambit_comm_sum_i64(comm, &a->total, 1);
done:
    ambit_free(&kept);
    return status;
}

static ambit_status keep_layer(const struct ambit_scenario *s, struct ambit_comm *comm,
                               struct ambit_accounts *a)
{
    ambit_status status = AMBIT_OK;
    uint32_t *mask = NULL;
    bool *kept = NULL;
    AMBIT_TRY(ambit_layers_mark(s, comm, a, &mask));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&kept, (size_t)a->count, sizeof *kept));
    for (int32_t i = 0; i < a->count; i++)
        kept[i] = (mask[i] >> s->layers.at & 1) != 0;
    ambit_accounts_keep(a, kept);
    a->total = a->count;
    ambit_comm_sum_i64(comm, &a->total, 1);
done:
    ambit_free(&mask);
    ambit_free(&kept);
    return status;
}

/* ---- accounts that come ---- */

/* One dictionary of the words of both, whose codes follow. */
static ambit_status join_words(struct ambit_words *words, int32_t *code, int32_t count,
                               const struct ambit_words *more, int32_t *more_code,
                               int32_t more_count)
{
    ambit_status status = AMBIT_OK;
    struct ambit_words both = {.count = 0};
    int32_t *new_code = NULL; /* of each word, and behind them of each of the others */
    const size_t most = (size_t)words->count + (size_t)more->count;
    size_t bytes = 0;
    for (int32_t w = 0; w < words->count; w++)
        bytes += strlen(ambit_words_text(words, w)) + 1;
    for (int32_t w = 0; w < more->count; w++)
        bytes += strlen(ambit_words_text(more, w)) + 1;
    AMBIT_TRY(ambit_alloc(&new_code, most, sizeof *new_code));
    AMBIT_TRY(ambit_alloc(&both.begin, most, sizeof *both.begin));
    AMBIT_TRY(ambit_alloc(&both.text, bytes, 1));
    int64_t at = 0;
    for (int32_t x = 0, y = 0; x < words->count || y < more->count; both.count++) {
        int order = x < words->count ? -1 : 1;
        if (x < words->count && y < more->count)
            order = strcmp(ambit_words_text(words, x), ambit_words_text(more, y));
        const char *const next =
            order <= 0 ? ambit_words_text(words, x) : ambit_words_text(more, y);
        AMBIT_REQUIRE(both.text != NULL && both.begin != NULL && new_code != NULL);
        both.begin[both.count] = at;
        at += (int64_t)strlen(next) + 1;
        memcpy(both.text + both.begin[both.count], next, strlen(next) + 1);
        if (order <= 0) new_code[x++] = both.count;
        if (order >= 0) new_code[words->count + y++] = both.count;
    }
    for (int32_t i = 0; i < count; i++)
        if (code[i] >= 0) code[i] = new_code[code[i]];
    for (int32_t i = 0; i < more_count; i++)
        if (more_code[i] >= 0) more_code[i] = new_code[words->count + more_code[i]];
    ambit_words_clear(words);
    *words = both;
    both = (struct ambit_words){.count = 0};
done:
    ambit_words_clear(&both);
    ambit_free(&new_code);
    return status;
}

/* Joins two columns of texts, which become as wide as the wider one. */
static ambit_status join_texts(char **texts, int32_t *width, int32_t count, const char *more,
                               int32_t more_width, int32_t more_count)
{
    const int32_t wide = *width > more_width ? *width : more_width;
    char *both = NULL;
    const ambit_status status =
        ambit_alloc(&both, (size_t)count + (size_t)more_count, (size_t)wide);
    if (status != AMBIT_OK) return status;
    for (int64_t i = 0; i<count && * width> 0; i++)
        memcpy(both + i * wide, *texts + i * *width, (size_t)*width);
    for (int64_t i = 0; i < more_count && more_width > 0; i++)
        memcpy(both + (count + i) * wide, more + i * more_width, (size_t)more_width);
    ambit_free(texts);
    *texts = both;
    *width = wide;
    return AMBIT_OK;
}

static ambit_status join(struct ambit_accounts *a, struct ambit_accounts *more)
{
    ambit_status status = AMBIT_OK;
    const size_t old = (size_t)a->count, some = (size_t)more->count, n = old + some;
    if (n > INT32_MAX)
        return ambit_fail(AMBIT_ERR_INPUT, "more than %d accounts on one rank: use more ranks",
                          INT32_MAX);
    AMBIT_TRY(join_texts(&a->id, &a->id_width, a->count, more->id, more->id_width, more->count));
    if (a->together_width > 0 || more->together_width > 0)
        AMBIT_TRY(join_texts(&a->together, &a->together_width, a->count, more->together,
                             more->together_width, more->count));
    AMBIT_TRY(ambit_resize(&a->lat, n, sizeof *a->lat));
    AMBIT_TRY(ambit_resize(&a->lon, n, sizeof *a->lon));
    AMBIT_TRY(ambit_resize(&a->previous, n, sizeof *a->previous));
    for (int c = 0; c < a->column_count; c++)
        AMBIT_TRY(ambit_resize(&a->column[c], n, sizeof *a->column[c]));
    for (int c = 0; c < a->category_count; c++) {
        AMBIT_TRY(join_words(&a->words[c], a->category[c], a->count, &more->words[c],
                             more->category[c], more->count));
        AMBIT_TRY(ambit_resize(&a->category[c], n, sizeof *a->category[c]));
        if (some > 0) memcpy(a->category[c] + old, more->category[c], some * sizeof(int32_t));
    }
    for (size_t i = 0; i < some; i++) {
        a->lat[old + i] = more->lat[i];
        a->lon[old + i] = more->lon[i];
        a->previous[old + i] = more->previous[i];
        for (int c = 0; c < a->column_count; c++)
            a->column[c][old + i] = more->column[c][i];
    }
    a->count = (int32_t)n;
done:
    return status;
}

static int64_t place_is_line(void *self, int64_t place)
{
    (void)self;
    return place;
}

/* Fails where an id stands twice, now that there are new ones. */
static ambit_status check_ids(const struct ambit_accounts *a, struct ambit_comm *comm,
                              const char *path)
{
    ambit_status status = AMBIT_OK;
    int64_t *place = NULL, count = 0;
    struct ambit_duplicate *again = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&place, (size_t)a->count, sizeof *place));
    const int64_t below = ambit_comm_sum_below_i64(comm, a->count);
    for (int32_t i = 0; i < a->count; i++)
        place[i] = below + i;
    const struct ambit_ids ids = {.id = a->id,
                                  .width = a->id_width,
                                  .count = a->count,
                                  .place = place,
                                  .line_of = place_is_line};
    AMBIT_TRY(ambit_duplicates_find(comm, &ids, &again, &count));
    int64_t all = count;
    ambit_comm_sum_i64(comm, &all, 1);
    if (all == 0) goto done;
    status = AMBIT_OK;
    if (count > 0)
        status =
            ambit_fail(AMBIT_ERR_INPUT,
                       "%s: expected accounts that are not there yet, found %lld that are, "
                       "such as '%.*s'",
                       path, (long long)all, (int)a->id_width, a->id + again[0].row * a->id_width);
    AMBIT_TRY(AMBIT_AGREE(comm, status));
done:
    ambit_free(&place);
    ambit_free(&again);
    return status;
}

static ambit_status add_accounts(const struct ambit_scenario *s, const struct ambit_territories *t,
                                 const struct ambit_change *change, struct ambit_comm *comm,
                                 bool skip_bad_rows, ambit_accounts_reader *reader,
                                 struct ambit_accounts *a, struct ambit_bad_rows *bad_inout,
                                 int64_t *rows_inout)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts more = {0};
    char *path = NULL;
    int64_t rows = 0;
    AMBIT_TRY_TOGETHER(comm, ambit_path_beside(s->path, change->text, &path));
    AMBIT_TRY(reader(s, path, t, comm, skip_bad_rows, &more, bad_inout, &rows));
    AMBIT_TRY_TOGETHER(comm, join(a, &more));
    a->total += more.total;
    *rows_inout += rows;
    AMBIT_TRY(check_ids(a, comm, path));
done:
    ambit_free(&path);
    ambit_accounts_clear(&more);
    return status;
}

/* ---- the whole ---- */

static ambit_status scale(const struct ambit_scenario *s, const struct ambit_change *change,
                          struct ambit_accounts *a)
{
    int64_t *const column = a->column[change->scaled];
    for (int32_t i = 0; i < a->count; i++) {
        if (!ambit_filter_holds(&change->where, a, i)) continue;
        const double value = change->by * (double)column[i];
        if (!(value < (double)AMBIT_MICRO_SUM_MAX))
            return ambit_fail(AMBIT_ERR_INPUT,
                              "%s:%d:%d: scale: expected values below 4.6e12, found that column "
                              "'%s' would go beyond",
                              s->path, change->line, change->column, s->column[change->scaled]);
        column[i] = (int64_t)llrint(value);
    }
    return AMBIT_OK;
}

ambit_status ambit_accounts_change(const struct ambit_scenario *s,
                                   const struct ambit_territories *t, struct ambit_comm *comm,
                                   bool skip_bad_rows, ambit_accounts_reader *reader,
                                   struct ambit_accounts *accounts,
                                   struct ambit_bad_rows *bad_inout, int64_t *rows_inout)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_change *const change = s->changes.change;
    const int count = s->changes.count;
    AMBIT_TRY_TOGETHER(comm, ambit_filter_resolve(s, accounts));
    for (int c = 0; c < count; c++) {
        if (change[c].kind != AMBIT_CHANGE_REMOVE_ACCOUNTS) continue;
        AMBIT_TRY(change[c].text != NULL ? remove_accounts(s, &change[c], comm, accounts)
                                         : remove_by_filter(&change[c], comm, accounts));
    }
    for (int c = 0; c < count; c++) {
        if (change[c].kind == AMBIT_CHANGE_ADD_ACCOUNTS)
            AMBIT_TRY(add_accounts(s, t, &change[c], comm, skip_bad_rows, reader, accounts,
                                   bad_inout, rows_inout));
    }
    AMBIT_TRY_TOGETHER(comm, ambit_filter_resolve(s, accounts)); /* there may be new words */
    if (s->layers.at >= 0) AMBIT_TRY(keep_layer(s, comm, accounts));
    for (int c = 0; c < count; c++) {
        if (change[c].kind == AMBIT_CHANGE_SCALE)
            AMBIT_TRY_TOGETHER(comm, scale(s, &change[c], accounts));
    }
    for (int32_t i = 0; i < accounts->count; i++) {
        if (accounts->previous[i] >= t->count) accounts->previous[i] = -1;
    }
done:
    return status;
}
