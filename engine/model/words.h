/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dictionary of a column of words: every word that an account has, sorted by bytes. A word's
 * code is its place there, so it depends on the words alone and on no order of rows.
 */
#ifndef AMBIT_WORDS_H
#define AMBIT_WORDS_H

#include "engine/base/status.h"
#include <stddef.h>
#include <stdint.h>

#define AMBIT_WORD_BYTES_MAX 255 /* of one word */
#define AMBIT_WORD_COUNT_MAX 65536

enum { AMBIT_WORD_EMPTY = -1, AMBIT_WORD_UNKNOWN = -2 };

/* Zeroed, it is an empty dictionary. */
struct ambit_words {
    int32_t count;
    int64_t *begin; /* owned; where each word begins in text */
    char *text;     /* owned; the words in ascending order, each NUL-terminated */
};

void ambit_words_clear(struct ambit_words *words);

/* The word of a code; "" of AMBIT_WORD_EMPTY. */
const char *ambit_words_text(const struct ambit_words *words, int32_t code);

/* The code of a word: AMBIT_WORD_EMPTY of "", AMBIT_WORD_UNKNOWN of one that is not there. Binary
 * search. */
int32_t ambit_words_find(const struct ambit_words *words, const char *word);

/* The word that resembles `word` most, ties to the first; "" where there is none at all. */
const char *ambit_words_nearest(const struct ambit_words *words, const char *word);

#endif
