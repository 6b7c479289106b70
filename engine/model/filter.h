/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which accounts are meant: all that meet every condition of a filter. A condition asks a column of
 * words for one of some words, or a column of numbers for a value between two limits.
 *
 * A scenario's filters name their words in one list of the scenario (ambit_filter_words), so that a
 * filter is plain data; the codes of those words are looked up once in the accounts' dictionaries.
 */
#ifndef AMBIT_FILTER_H
#define AMBIT_FILTER_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_CONDITION_MAX 8      /* of one filter */
#define AMBIT_FILTER_WORD_MAX 4096 /* of all filters of a scenario */
#define AMBIT_FILTER_TEXT 64       /* bytes of a word there, with its NUL */

struct ambit_accounts;
struct ambit_scenario;

struct ambit_condition {
    int category;               /* index into the scenario's columns of words, or −1 */
    int column;                 /* index into its columns of numbers, or −1; one of both is set */
    int first_word, word_count; /* of the scenario's filter words: any of these */
    int64_t least, most;        /* micro-units, both included */
};

/* Without a condition, it holds for every account. */
struct ambit_filter {
    int count;
    struct ambit_condition condition[AMBIT_CONDITION_MAX];
};

struct ambit_filter_word {
    char text[AMBIT_FILTER_TEXT];
    int category;     /* index into the scenario's columns of words; −1: of a filter not in use */
    int line, column; /* where it stands in the scenario file, for messages */
};

/* The words of all filters of a scenario. */
struct ambit_filter_words {
    int count, room;
    struct ambit_filter_word *item; /* owned */
};

/* Adds a word. Errors: AMBIT_ERR_MEMORY. The caller has seen to it that there is room for no more
 * than AMBIT_FILTER_WORD_MAX. */
ambit_status ambit_filter_words_add(struct ambit_filter_words *words,
                                    const struct ambit_filter_word *word) AMBIT_CHECKED;
void ambit_filter_words_clear(struct ambit_filter_words *words);

/* Looks the words of the scenario's filters up in the accounts' dictionaries: sets
 * accounts->filter_code. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_filter_resolve(const struct ambit_scenario *scenario,
                                  struct ambit_accounts *accounts) AMBIT_CHECKED;

/* Fails with AMBIT_ERR_INPUT where a word of a filter is one that no account has, which is a slip
 * of the hand far more often than meant; says where it stands, and the nearest that there is. */
ambit_status ambit_filter_check(const struct ambit_scenario *scenario,
                                const struct ambit_accounts *accounts) AMBIT_CHECKED;

/* Whether account i is meant. Accounts must be resolved, and be accounts, not runs of them. */
bool ambit_filter_holds(const struct ambit_filter *filter, const struct ambit_accounts *accounts,
                        int32_t i);

#endif
