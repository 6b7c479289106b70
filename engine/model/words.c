/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/words.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"

#include <limits.h>
#include <string.h>

void ambit_words_clear(struct ambit_words *words)
{
    ambit_free(&words->begin);
    ambit_free(&words->text);
    words->count = 0;
}

const char *ambit_words_text(const struct ambit_words *words, int32_t code)
{
    AMBIT_REQUIRE(code >= AMBIT_WORD_EMPTY && code < words->count);
    return code == AMBIT_WORD_EMPTY ? "" : words->text + words->begin[code];
}

int32_t ambit_words_find(const struct ambit_words *words, const char *word)
{
    int32_t low = 0, high = words->count;
    if (word[0] == '\0') return AMBIT_WORD_EMPTY;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        const int order = strcmp(ambit_words_text(words, middle), word);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return AMBIT_WORD_UNKNOWN;
}

const char *ambit_words_nearest(const struct ambit_words *words, const char *word)
{
    const char *nearest = "";
    int best = INT_MAX;
    for (int32_t code = 0; code < words->count; code++) {
        const char *const known = ambit_words_text(words, code);
        const int distance = ambit_edit_distance(word, strlen(word), known, strlen(known));
        if (distance >= best) continue;
        best = distance;
        nearest = known;
    }
    return nearest;
}
