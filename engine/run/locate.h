/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The search for centres and assignment together, of an instance that every rank holds whole. All
 * of this is the same on every rank; each function is collective.
 */
#ifndef AMBIT_LOCATE_H
#define AMBIT_LOCATE_H

#include "engine/base/comm.h"
#include "engine/run/solve.h"
#include "solvers/lagrangian.h"

/* Work that is not begun where it would end beyond the time limit, and what it is measured in. */
enum ambit_locating_work {
    AMBIT_LOCATING_STEP,      /* of the bound's ascent: 1; a plan follows the last */
    AMBIT_LOCATING_PLAN,      /* a fresh plan: 1 */
    AMBIT_LOCATING_ROUND,     /* nothing by itself: each of its parts is asked for */
    AMBIT_LOCATING_COLUMNS,   /* a region: its effort */
    AMBIT_LOCATING_SEARCH,    /* a region or a plan: its kicks */
    AMBIT_LOCATING_RECOMBINE, /* the plans of all descents: 1 */
    AMBIT_LOCATING_WORKS      /* how many there are */
};

struct ambit_locating {
    struct ambit_comm *comm;                   /* borrowed */
    const struct ambit_solve_options *options; /* borrowed */
    const struct ambit_instance *instance;     /* borrowed */
    double started;

    struct ambit_lagrangian lagrangian;
    int32_t *median;      /* owned; count: the plan that is being improved */
    int64_t excess;       /* its load beyond capacity */
    double value;         /* its cost */
    int32_t *best;        /* owned; count: the best plan that keeps to the capacities */
    double best_value;    /* INFINITY where there is none */
    double bound;         /* proven */
    bool closed;          /* nothing better exists */
    double *centre_value; /* owned; count, by site: what one centre more is worth near it */

    int64_t rounds;
    double took[AMBIT_LOCATING_WORKS]; /* seconds a unit, on this rank: the most of late */
    bool is_cut;                       /* on this rank: parts of the last round were left out */
    bool stopped_by_time_limit;
    struct ambit_solve_step *step; /* owned; each plan that was the best */
    int32_t step_count, step_room;
};

ambit_status ambit_locating_create(struct ambit_comm *comm,
                                   const struct ambit_solve_options *options,
                                   const struct ambit_instance *instance, double started,
                                   struct ambit_locating *out) AMBIT_CHECKED;
void ambit_locating_clear(struct ambit_locating *locating);

/* locate.c: the bound and its rewards, and a first plan from them. */
ambit_status ambit_locating_begin(struct ambit_locating *locating) AMBIT_CHECKED;

/* locate_descents.c: rounds of regions until nothing better exists, the effort is spent or the time
 * is over. */
ambit_status ambit_locating_refine(struct ambit_locating *locating) AMBIT_CHECKED;

/* locate_centroids.c: the search for centred clustering, whose plans need no rewards; its bound
 * stays NAN. In place of begin and refine. */
ambit_status ambit_locating_walk(struct ambit_locating *locating) AMBIT_CHECKED;

/* A fresh plan (count values), from the rewards with so much noise on them. */
ambit_status ambit_locating_plan(struct ambit_locating *locating, uint64_t seed, double noise,
                                 int32_t *median_out) AMBIT_CHECKED;

/* Measures the plan, and keeps it where it is the best. */
ambit_status ambit_locating_measure(struct ambit_locating *locating) AMBIT_CHECKED;

/* Load beyond capacity where site[i] serves the i-th of `count` accounts; `account` has their
 * indices in the instance, NULL: all in order. The number of a cluster will do for a site where all
 * capacities are equal. Errors: AMBIT_ERR_MEMORY. Local; safe from any thread. */
ambit_status ambit_locating_excess(const struct ambit_instance *instance, const int32_t *account,
                                   int32_t count, const int32_t *site,
                                   int64_t *excess_out) AMBIT_CHECKED;

/* Shows how far the rounds are; `detail` as for ambit_log_progress(). Local. */
void ambit_locating_say(const struct ambit_locating *locating, const char *detail);

/* locate_time.c: true, on every rank alike, where nothing better exists, or where on any rank a
 * unit of the work would end beyond the time limit or parts of a round were left out. */
bool ambit_locating_is_over(struct ambit_locating *locating, enum ambit_locating_work work);

/* False where on this rank so many units would end beyond the time limit; the caller leaves them
 * out, and the search ends with the round. Local; safe from any thread. */
bool ambit_locating_may_begin(struct ambit_locating *locating, enum ambit_locating_work work,
                              double units);

/* Notes how long so many units took that were begun at `begun` (ambit_seconds()). Local; safe from
 * any thread. */
void ambit_locating_took(struct ambit_locating *locating, enum ambit_locating_work work,
                         double units, double begun);

#endif
