/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts on their way in, from any format: a reader of the format adds the usable rows of its
 * slice; what comes before and after is the same for all (accounts_read.c).
 */
#ifndef AMBIT_ACCOUNTS_ROWS_H
#define AMBIT_ACCOUNTS_ROWS_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"
#include "engine/model/badrows.h"
#include "engine/model/territories.h"
#include "io/name_index.h"
#include "io/word_list.h"
#include <stdbool.h>

#define AMBIT_ACCOUNT_ID_MAX 255 /* bytes */

struct ambit_account_rows {
    const struct ambit_scenario *scenario; /* borrowed */
    char *path;                            /* owned; of the file */
    struct ambit_name_index names;         /* territories and reps */
    struct ambit_accounts accounts; /* owned; the usable rows so far; id_width is room for ids */
    struct ambit_word_list words[AMBIT_CATEGORY_MAX]; /* owned; of the accounts' categories */
    int64_t *place;       /* owned; where each account stands in the file, ascending */
    int32_t room;         /* accounts that the arrays can hold */
    size_t longest_id;    /* bytes */
    size_t longest_group; /* bytes; of the names in accounts.together */
    struct ambit_bad_rows bad;
    int64_t count;  /* rows of this slice, then of all */
    bool uncertain; /* a fault of this slice, then of any, leaves in doubt what the rows are */
};

/* A reader of one format, with its state at `self`. */
struct ambit_account_reader {
    void *self;
    struct ambit_account_rows *rows; /* borrowed */
    /* The line, or index, of an account; calls with ascending places cost one pass in all. */
    int64_t (*line_of)(void *self, int64_t place);
    /* Adds the bad row of an id that stands in an earlier row already, at `first_line`. */
    void (*refuse_again)(void *self, int32_t account, int64_t first_line);
};

/* Room for `room` accounts. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_account_rows_resize(struct ambit_account_rows *rows, int32_t room) AMBIT_CHECKED;

/* Gives account accounts.count the word of category c; it may be empty. Errors: AMBIT_ERR_INPUT for
 * too many different words, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_account_rows_word(struct ambit_account_rows *rows, int c, const char *word,
                                     size_t size) AMBIT_CHECKED;

/* Keeps the id and place of account accounts.count, which is about to be counted. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_account_rows_keep(struct ambit_account_rows *rows, const char *id, size_t size,
                                     int64_t place) AMBIT_CHECKED;

/* Keeps the name of the group that account accounts.count, about to be counted, stays together
 * with; "" for none. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_account_rows_join(struct ambit_account_rows *rows, const char *group,
                                     size_t size) AMBIT_CHECKED;

/* The territory of that name, or of the rep with that id; -1 where there is none. Local. */
int32_t ambit_account_rows_territory(const struct ambit_account_rows *rows, const char *name,
                                     size_t size);

/* Leaves out later rows of an id, joins the bad rows of all ranks, and fails where they forbid to
 * go on. A reader calls it before its state goes. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY,
 * agreed. Collective. */
ambit_status ambit_account_rows_finish(const struct ambit_account_reader *reader,
                                       struct ambit_comm *comm, bool skip_bad_rows) AMBIT_CHECKED;

/* Gives back the places, and room that is much larger than the accounts. Errors: AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_account_rows_trim(struct ambit_account_rows *rows) AMBIT_CHECKED;

void ambit_account_rows_clear(struct ambit_account_rows *rows);

#endif
