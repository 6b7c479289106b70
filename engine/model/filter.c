/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cost of a look: a comparison of whole numbers for each word of a condition.
 */
#include "engine/model/filter.h"
#include "engine/base/memory.h"
#include "engine/model/accounts.h"
#include "engine/model/scenario.h"

ambit_status ambit_filter_words_add(struct ambit_filter_words *words,
                                    const struct ambit_filter_word *word)
{
    AMBIT_REQUIRE(words->count < AMBIT_FILTER_WORD_MAX);
    if (words->count == words->room) {
        const int room = 2 * words->room + 16;
        const ambit_status status = ambit_resize(&words->item, (size_t)room, sizeof *words->item);
        if (status != AMBIT_OK) return status;
        words->room = room;
    }
    words->item[words->count++] = *word;
    return AMBIT_OK;
}

void ambit_filter_words_clear(struct ambit_filter_words *words)
{
    ambit_free(&words->item);
    words->count = words->room = 0;
}

ambit_status ambit_filter_resolve(const struct ambit_scenario *scenario,
                                  struct ambit_accounts *accounts)
{
    const struct ambit_filter_words *const words = &scenario->filter_words;
    const ambit_status status =
        ambit_resize(&accounts->filter_code, (size_t)words->count, sizeof *accounts->filter_code);
    for (int w = 0; w < words->count && status == AMBIT_OK; w++) {
        const struct ambit_filter_word *const word = &words->item[w];
        accounts->filter_code[w] =
            word->category < 0 ? AMBIT_WORD_UNKNOWN
                               : ambit_words_find(&accounts->words[word->category], word->text);
    }
    return status;
}

ambit_status ambit_filter_check(const struct ambit_scenario *scenario,
                                const struct ambit_accounts *accounts)
{
    for (int w = 0; w < scenario->filter_words.count; w++) {
        const struct ambit_filter_word *const word = &scenario->filter_words.item[w];
        if (word->category < 0 || accounts->filter_code[w] != AMBIT_WORD_UNKNOWN) continue;
        const struct ambit_words *const known = &accounts->words[word->category];
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s:%d:%d: expected a word that an account has in column '%s', found "
                          "'%s', which none has (%s%s%s)",
                          scenario->path, word->line, word->column,
                          scenario->category[word->category], word->text,
                          known->count > 0 ? "the nearest is '" : "the column is empty",
                          ambit_words_nearest(known, word->text), known->count > 0 ? "'" : "");
    }
    return AMBIT_OK;
}

static bool has_word(const struct ambit_condition *condition, const struct ambit_accounts *accounts,
                     int32_t i)
{
    const int32_t own = accounts->category[condition->category][i];
    const int32_t *const code = &accounts->filter_code[condition->first_word];
    for (int w = 0; w < condition->word_count; w++) {
        if (code[w] == own) return true;
    }
    return false;
}

bool ambit_filter_holds(const struct ambit_filter *filter, const struct ambit_accounts *accounts,
                        int32_t i)
{
    for (int c = 0; c < filter->count; c++) {
        const struct ambit_condition *const condition = &filter->condition[c];
        if (condition->category >= 0) {
            if (!has_word(condition, accounts, i)) return false;
        } else {
            const int64_t value = accounts->column[condition->column][i];
            if (value < condition->least || value > condition->most) return false;
        }
    }
    return true;
}
