/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of bad rows while tables are read: kept short, joined over ranks, put into one message.
 */
#ifndef AMBIT_BADLIST_H
#define AMBIT_BADLIST_H

#include "engine/base/comm.h"
#include "engine/model/badrows.h"

/* Counts the row, and keeps it where it is among the first of its file by line and column. Local.
 */
void ambit_bad_rows_add(struct ambit_bad_rows *rows, const struct ambit_bad_row *row);

/* Adds `lines` to every line kept. Local. */
void ambit_bad_rows_shift(struct ambit_bad_rows *rows, int64_t lines);

/* Joins the lists of all ranks; every rank gets the whole. Errors: AMBIT_ERR_MEMORY, agreed.
 * Collective. */
ambit_status ambit_bad_rows_gather(struct ambit_comm *comm,
                                   struct ambit_bad_rows *rows) AMBIT_CHECKED;

/* Adds the counts of `from`, and its rows behind those of `to` as far as there is room. Local. */
void ambit_bad_rows_append(struct ambit_bad_rows *to, const struct ambit_bad_rows *from);

/* Fails with AMBIT_ERR_INPUT: a line for each row kept, `path:line:column: words`, or
 * `path: words` where it has no column, and the counts
 * by kind behind them; `advice` closes the message. Local. */
ambit_status ambit_bad_rows_fail(const struct ambit_bad_rows *rows, const char *path,
                                 const char *advice) AMBIT_CHECKED;

#endif
