/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A column of words while it is read: each new word gets the next number, and when all ranks have
 * read, the words of all become one dictionary and the numbers its codes.
 */
#ifndef AMBIT_WORD_LIST_H
#define AMBIT_WORD_LIST_H

#include "engine/base/comm.h"
#include "engine/model/words.h"

/* Zeroed, it is empty. */
struct ambit_word_list {
    int32_t count, slots;
    int64_t bytes, room;
    int64_t *begin; /* owned; where each word begins in text; room for slots / 2 */
    char *text;     /* owned; NUL-terminated words */
    int32_t *slot;  /* owned; open addressing, at most half full: a word, or −1 */
    int32_t last;   /* the word that was added last: neighbours in a file are often alike */
};

void ambit_word_list_clear(struct ambit_word_list *list);

/* The number of a word of 1 to AMBIT_WORD_BYTES_MAX bytes without NUL. Errors: AMBIT_ERR_INPUT for
 * more than AMBIT_WORD_COUNT_MAX of them, naming file and column; AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_word_list_add(struct ambit_word_list *list, const char *path, const char *column,
                                 const char *word, size_t size, int32_t *number_out) AMBIT_CHECKED;

/* Makes the dictionary of the words in use, of this rank alone, and turns the `count` numbers of
 * code_inout, which may be AMBIT_WORD_EMPTY, into its codes. Errors: as above. Local. */
ambit_status ambit_word_list_finish(const struct ambit_word_list *list, const char *path,
                                    const char *column, int32_t count, int32_t *code_inout,
                                    struct ambit_words *out) AMBIT_CHECKED;

/* Makes the dictionary of the words in use on all ranks and turns the `count` numbers of
 * code_inout, which may be AMBIT_WORD_EMPTY, into its codes. Errors: as above, agreed. Collective.
 */
ambit_status ambit_word_list_settle(const struct ambit_word_list *list, const char *path,
                                    const char *column, struct ambit_comm *comm, int32_t count,
                                    int32_t *code_inout, struct ambit_words *out) AMBIT_CHECKED;

#endif
