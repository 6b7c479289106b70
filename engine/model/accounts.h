/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The accounts of one rank: a slice of the nation, one array a column. After ordering, rank r
 * holds canonical indices [first, first + count) of the Hilbert order (ties by id), so that the
 * slices joined in rank order are the same sequence on any number of ranks.
 */
#ifndef AMBIT_ACCOUNTS_H
#define AMBIT_ACCOUNTS_H

#include "engine/base/status.h"
#include "engine/model/scenario.h"
#include "engine/model/words.h"
#include <stdbool.h>
#include <stdint.h>

struct ambit_accounts {
    int32_t count;        /* accounts in this slice */
    int64_t first;        /* canonical index of the first one (set by ordering) */
    int64_t total;        /* accounts on all ranks */
    int32_t id_width;     /* bytes an id, padded with NUL; the same on all ranks */
    char *id;             /* owned; count × id_width; not NUL-terminated at full width */
    double *lat, *lon;    /* owned; degrees, WGS 84 */
    double *x, *y, *z;    /* owned; unit vector; NULL until ordering sets them */
    int32_t *previous;    /* owned; index of the current territory, or -1 */
    int32_t column_count; /* as in the scenario */
    int64_t *column[AMBIT_COLUMN_MAX];     /* owned; micro-units, each ≥ 0 */
    int32_t category_count;                /* columns of words, as in the scenario; of runs 0 */
    int32_t *category[AMBIT_CATEGORY_MAX]; /* owned; codes of words, or AMBIT_WORD_EMPTY */
    struct ambit_words words[AMBIT_CATEGORY_MAX]; /* owned; the same on all ranks */
    int32_t *filter_code; /* owned; code of each of the scenario's filter words */

    /* Where these three are there at all they are so without any account too, for what ranks do
     * together goes by it. */
    int32_t *class_of; /* owned; who may serve each (eligibility.h); NULL: all may */
    int32_t *members;  /* owned; accounts that each stands for; NULL: one each */
    uint32_t *tags;    /* owned; AMBIT_TAG_… of disruption.h; NULL: none */

    int64_t *visits;     /* micro-visits a year, ≥ 0; owned, or the column that it is a view of */
    int32_t visits_view; /* 0: visits is owned; else 1 + the index of that column */
    int64_t *local_travel; /* owned; micro-hours a year of driving between neighbouring stops, the
                              same in any territory; NULL until travel is prepared */

    /* Accounts that must stay together, each told by the name of its group. */
    int32_t together_width; /* bytes a name, padded with NUL; the same on all ranks */
    char *together;         /* owned; count × together_width, all NUL for an account alone; NULL:
                               no rule keeps accounts together */

    /* Where these are units, each of accounts that stay together (engine/run/unite.h): unit i is
     * rows [begin[i], begin[i + 1]). NULL where these are accounts. */
    const struct ambit_accounts *rows; /* borrowed */
    int32_t *begin;                    /* owned; count + 1 */
};

/* Accounts that account i stands for. */
static inline int32_t ambit_account_members(const struct ambit_accounts *accounts, int32_t i)
{
    return accounts->members != NULL ? accounts->members[i] : 1;
}

/* Accounts whose figures were rounded one by one before they were added up in account i. */
static inline int32_t ambit_account_unit_size(const struct ambit_accounts *accounts, int32_t i)
{
    return accounts->rows != NULL ? accounts->begin[i + 1] - accounts->begin[i] : 1;
}

/* True where each account stands for a run of neighbours, at their middle: a coarse view, in which
 * travel is not exact. */
static inline bool ambit_accounts_are_runs(const struct ambit_accounts *accounts)
{
    return accounts->members != NULL && accounts->rows == NULL;
}

/* True where accounts i and i − 1 stay together: where there is such a rule the canonical order has
 * those of a group behind each other. */
bool ambit_account_joins(const struct ambit_accounts *accounts, int32_t i);

/* Allocates every array but categories, class_of and local_travel for `count` accounts; frees all
 * of them on error. */
ambit_status ambit_accounts_create(int32_t count, int32_t id_width, int32_t column_count,
                                   struct ambit_accounts *accounts_out) AMBIT_CHECKED;
void ambit_accounts_clear(struct ambit_accounts *accounts);

/* Account `from` takes the place of account `to` ≤ from, in every column that there is. Local. */
void ambit_accounts_move(struct ambit_accounts *accounts, int32_t from, int32_t to);

/* Leaves out the accounts that are not kept; total and first stay as they are. Local. */
void ambit_accounts_keep(struct ambit_accounts *accounts, const bool *kept);

/* Makes visits a view of column `c`, so that they stand in memory once; also where that column has
 * been put elsewhere. */
void ambit_accounts_view_visits(struct ambit_accounts *accounts, int32_t c);

/* Micro-units that account i adds to a measure where it travels `travel` micro-hours. */
int64_t ambit_account_measure(const struct ambit_accounts *accounts,
                              const struct ambit_measure *measure, int32_t i, int64_t travel);

#endif
