/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One array a column rather than one record an account: passes over the accounts read two or
 * three columns, and vector code wants them side by side.
 */
#include "engine/model/accounts.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <string.h>

ambit_status ambit_accounts_create(int32_t count, int32_t id_width, int32_t column_count,
                                   struct ambit_accounts *accounts_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts a = {
        .count = count, .total = count, .id_width = id_width, .column_count = column_count};
    const size_t n = (size_t)count;
    AMBIT_REQUIRE(count >= 0 && id_width >= 0);
    AMBIT_REQUIRE(column_count >= 0 && column_count <= AMBIT_COLUMN_MAX);
    AMBIT_TRY(ambit_alloc(&a.id, n, (size_t)id_width));
    AMBIT_TRY(ambit_alloc(&a.lat, n, sizeof *a.lat));
    AMBIT_TRY(ambit_alloc(&a.lon, n, sizeof *a.lon));
    AMBIT_TRY(ambit_alloc(&a.x, n, sizeof *a.x));
    AMBIT_TRY(ambit_alloc(&a.y, n, sizeof *a.y));
    AMBIT_TRY(ambit_alloc(&a.z, n, sizeof *a.z));
    AMBIT_TRY(ambit_alloc(&a.previous, n, sizeof *a.previous));
    for (int c = 0; c < column_count; c++)
        AMBIT_TRY(ambit_alloc(&a.column[c], n, sizeof *a.column[c]));
    AMBIT_TRY(ambit_alloc(&a.visits, n, sizeof *a.visits));
done:
    if (status != AMBIT_OK) ambit_accounts_clear(&a);
    *accounts_out = a;
    return status;
}

void ambit_accounts_view_visits(struct ambit_accounts *accounts, int32_t c)
{
    if (accounts->visits_view == 0) ambit_free(&accounts->visits);
    accounts->visits = accounts->column[c];
    accounts->visits_view = c + 1;
}

void ambit_accounts_clear(struct ambit_accounts *accounts)
{
    if (accounts->visits_view == 0) ambit_free(&accounts->visits);
    ambit_free(&accounts->id);
    ambit_free(&accounts->lat);
    ambit_free(&accounts->lon);
    ambit_free(&accounts->x);
    ambit_free(&accounts->y);
    ambit_free(&accounts->z);
    ambit_free(&accounts->previous);
    for (int c = 0; c < AMBIT_COLUMN_MAX; c++)
        ambit_free(&accounts->column[c]);
    for (int c = 0; c < AMBIT_CATEGORY_MAX; c++) {
        ambit_free(&accounts->category[c]);
        ambit_words_clear(&accounts->words[c]);
    }
    ambit_free(&accounts->filter_code);
    ambit_free(&accounts->class_of);
    ambit_free(&accounts->members);
    ambit_free(&accounts->tags);
    ambit_free(&accounts->local_travel);
    ambit_free(&accounts->together);
    ambit_free(&accounts->begin);
    *accounts = (struct ambit_accounts){0};
}

static void move_text(char *texts, int32_t width, int32_t from, int32_t to)
{
    if (texts == NULL || width == 0) return;
    memcpy(texts + (int64_t)to * width, texts + (int64_t)from * width, (size_t)width);
}

void ambit_accounts_move(struct ambit_accounts *a, int32_t from, int32_t to)
{
    double *const numbers[] = {a->lat, a->lon, a->x, a->y, a->z};
    int32_t *const words[] = {a->previous, a->class_of, a->members};
    int64_t *const amounts[] = {a->visits_view == 0 ? a->visits : NULL, a->local_travel};
    if (from == to) return;
    move_text(a->id, a->id_width, from, to);
    move_text(a->together, a->together_width, from, to);
    for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++)
        if (numbers[n] != NULL) numbers[n][to] = numbers[n][from];
    for (size_t n = 0; n < sizeof words / sizeof words[0]; n++)
        if (words[n] != NULL) words[n][to] = words[n][from];
    for (size_t n = 0; n < sizeof amounts / sizeof amounts[0]; n++)
        if (amounts[n] != NULL) amounts[n][to] = amounts[n][from];
    if (a->tags != NULL) a->tags[to] = a->tags[from];
    for (int c = 0; c < a->column_count; c++)
        a->column[c][to] = a->column[c][from];
    for (int c = 0; c < a->category_count; c++)
        a->category[c][to] = a->category[c][from];
}

void ambit_accounts_keep(struct ambit_accounts *a, const bool *kept)
{
    int32_t count = 0;
    for (int32_t i = 0; i < a->count; i++)
        if (kept[i]) ambit_accounts_move(a, i, count++);
    a->count = count;
}

bool ambit_account_joins(const struct ambit_accounts *accounts, int32_t i)
{
    const size_t width = (size_t)accounts->together_width;
    if (i == 0 || accounts->together == NULL || width == 0) return false;
    const char *const mine = accounts->together + (size_t)i * width;
    return mine[0] != '\0' && memcmp(mine, mine - width, width) == 0;
}

int64_t ambit_account_measure(const struct ambit_accounts *accounts,
                              const struct ambit_measure *measure, int32_t i, int64_t travel)
{
    int64_t sum = 0;
    for (int t = 0; t < measure->term_count; t++) {
        const int term = measure->term[t];
        if (term == AMBIT_TERM_TRAVEL)
            sum += travel;
        else if (term == AMBIT_TERM_COUNT)
            sum += AMBIT_MICRO * ambit_account_members(accounts, i);
        else
            sum += accounts->column[term][i];
    }
    return sum;
}
