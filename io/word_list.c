/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cost: a hash and a comparison a row, one comparison where the row before has the same word; then
 * an exchange of all ranks' words and a sort of them on every rank. Weakness: a column of many
 * different words is no column of words, and is refused at a limit rather than kept at any price.
 */
#include "io/word_list.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

void ambit_word_list_clear(struct ambit_word_list *list)
{
    ambit_free(&list->begin);
    ambit_free(&list->text);
    ambit_free(&list->slot);
    *list = (struct ambit_word_list){0};
}

static ambit_status fail_too_many(const char *path, const char *column)
{
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: column '%s': expected at most %d different words, found more; a column "
                      "of words sorts accounts into kinds",
                      path, column, AMBIT_WORD_COUNT_MAX);
}

static uint64_t hash_of(const char *word, size_t size)
{
    uint64_t hash = size;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)word[i]) * UINT64_C(0x100000001B3);
    return ambit_mix64(hash);
}

static bool is_word(const struct ambit_word_list *list, int32_t number, const char *word,
                    size_t size)
{
    const char *const known = list->text + list->begin[number];
    return strncmp(known, word, size) == 0 && known[size] == '\0';
}

/* The slot that holds the word, or the free one where it belongs. */
static int32_t *slot_of(const struct ambit_word_list *list, const char *word, size_t size)
{
    const uint64_t mask = (uint64_t)list->slots - 1;
    uint64_t at = hash_of(word, size) & mask;
    while (list->slot[at] >= 0 && !is_word(list, list->slot[at], word, size))
        at = (at + 1) & mask;
    return &list->slot[at];
}

static ambit_status make_slots(struct ambit_word_list *list)
{
    ambit_status status = AMBIT_OK;
    const int32_t slots = list->slots > 0 ? 2 * list->slots : FIRST_SLOTS;
    AMBIT_TRY(ambit_resize(&list->begin, (size_t)slots / 2, sizeof *list->begin));
    AMBIT_TRY(ambit_resize(&list->slot, (size_t)slots, sizeof *list->slot));
    list->slots = slots;
    memset(list->slot, 0xFF, (size_t)slots * sizeof *list->slot);
    for (int32_t w = 0; w < list->count; w++) {
        const char *const word = list->text + list->begin[w];
        *slot_of(list, word, strlen(word)) = w;
    }
done:
    return status;
}

static ambit_status append(struct ambit_word_list *list, const char *word, size_t size)
{
    const int64_t needed = list->bytes + (int64_t)size + 1;
    if (needed > list->room) {
        const int64_t room = 2 * needed + 1024;
        const ambit_status status = ambit_resize(&list->text, (size_t)room, 1);
        if (status != AMBIT_OK) return status;
        list->room = room;
    }
    memcpy(list->text + list->bytes, word, size);
    list->text[list->bytes + (int64_t)size] = '\0';
    list->begin[list->count++] = list->bytes;
    list->bytes = needed;
    return AMBIT_OK;
}

ambit_status ambit_word_list_add(struct ambit_word_list *list, const char *path, const char *column,
                                 const char *word, size_t size, int32_t *number_out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_REQUIRE(size >= 1 && size <= AMBIT_WORD_BYTES_MAX);
    if (list->count > 0 && is_word(list, list->last, word, size)) {
        *number_out = list->last;
        return AMBIT_OK;
    }
    if (2 * (list->count + 1) > list->slots) AMBIT_TRY(make_slots(list));
    int32_t *const slot = slot_of(list, word, size);
    if (*slot < 0) {
        if (list->count == AMBIT_WORD_COUNT_MAX) return fail_too_many(path, column);
        AMBIT_TRY(append(list, word, size));
        *slot = list->count - 1;
    }
    *number_out = list->last = *slot;
done:
    return status;
}

/* --- one dictionary ---------------------------------------------------------- */

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The words that rows use, one behind another. */
static ambit_status take_used(const struct ambit_word_list *list, int32_t count,
                              const int32_t *code, char **text_out, int64_t *bytes_out)
{
    ambit_status status = AMBIT_OK;
    bool *used = NULL;
    char *text = NULL;
    int64_t bytes = 0;
    AMBIT_TRY(ambit_alloc(&used, (size_t)list->count, sizeof *used));
    AMBIT_TRY(ambit_alloc(&text, (size_t)list->bytes, 1));
    for (int32_t i = 0; i < count; i++) {
        if (code[i] >= 0) used[code[i]] = true;
    }
    for (int32_t w = 0; w < list->count; w++) {
        const char *const word = list->text + list->begin[w];
        const size_t size = strlen(word) + 1;
        if (!used[w]) continue;
        memcpy(text + bytes, word, size);
        bytes += (int64_t)size;
    }
    *text_out = text;
    *bytes_out = bytes;
    text = NULL;
done:
    ambit_free(&used);
    ambit_free(&text);
    return status;
}

/* The words of `text`, each once and in order. */
static ambit_status sort_words(const char *text, int64_t bytes, struct ambit_words *out)
{
    ambit_status status = AMBIT_OK;
    const char **word = NULL;
    int64_t count = 0, used = 0;
    for (int64_t at = 0; at < bytes; at++)
        count += text[at] == '\0';
    AMBIT_TRY(ambit_alloc(&word, (size_t)count, sizeof *word));
    AMBIT_TRY(ambit_alloc(&out->text, (size_t)bytes, 1));
    AMBIT_TRY(ambit_alloc(&out->begin, (size_t)count, sizeof *out->begin));
    count = 0;
    for (int64_t at = 0; at < bytes; at += (int64_t)strlen(text + at) + 1)
        word[count++] = text + at;
    if (count > 0) qsort(word, (size_t)count, sizeof *word, compare_words);
    for (int64_t w = 0; w < count; w++) {
        const size_t size = strlen(word[w]) + 1;
        if (w > 0 && strcmp(word[w], word[w - 1]) == 0) continue;
        memcpy(out->text + used, word[w], size);
        out->begin[out->count++] = used;
        used += (int64_t)size;
    }
done:
    ambit_free(&word);
    if (status != AMBIT_OK) ambit_words_clear(out);
    return status;
}

static ambit_status translate(const struct ambit_word_list *list, const struct ambit_words *words,
                              int32_t count, int32_t *code)
{
    ambit_status status = AMBIT_OK;
    int32_t *to = NULL;
    AMBIT_TRY(ambit_alloc(&to, (size_t)list->count, sizeof *to));
    for (int32_t w = 0; w < list->count; w++)
        to[w] = ambit_words_find(words, list->text + list->begin[w]);
    for (int32_t i = 0; i < count; i++) {
        if (code[i] >= 0) code[i] = to[code[i]];
    }
done:
    ambit_free(&to);
    return status;
}

/* The dictionary of the words of `text`, and `code` in its terms. */
static ambit_status finish(const struct ambit_word_list *list, const char *path, const char *column,
                           const char *text, int64_t bytes, int32_t count, int32_t *code,
                           struct ambit_words *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(sort_words(text, bytes, out));
    if (out->count > AMBIT_WORD_COUNT_MAX) AMBIT_TRY(fail_too_many(path, column));
    AMBIT_TRY(translate(list, out, count, code));
done:
    return status;
}

ambit_status ambit_word_list_finish(const struct ambit_word_list *list, const char *path,
                                    const char *column, int32_t count, int32_t *code_inout,
                                    struct ambit_words *out)
{
    ambit_status status = AMBIT_OK;
    char *text = NULL;
    int64_t bytes = 0;
    AMBIT_TRY(take_used(list, count, code_inout, &text, &bytes));
    AMBIT_TRY(finish(list, path, column, text, bytes, count, code_inout, out));
done:
    ambit_free(&text);
    return status;
}

ambit_status ambit_word_list_settle(const struct ambit_word_list *list, const char *path,
                                    const char *column, struct ambit_comm *comm, int32_t count,
                                    int32_t *code_inout, struct ambit_words *out)
{
    ambit_status status = AMBIT_OK;
    char *own = NULL, *all = NULL;
    int64_t own_bytes = 0, all_bytes = 0;
    AMBIT_TRY_TOGETHER(comm, take_used(list, count, code_inout, &own, &own_bytes));
    AMBIT_TRY(ambit_comm_all_gather(comm, own, own_bytes, 1, &all, &all_bytes));
    AMBIT_TRY_TOGETHER(comm, finish(list, path, column, all, all_bytes, count, code_inout, out));
done:
    ambit_free(&own);
    ambit_free(&all);
    return status;
}
