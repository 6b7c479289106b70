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

/* locate_rounds.c: rounds of regions until nothing better exists, the effort is spent or the time
 * is over. */
ambit_status ambit_locating_refine(struct ambit_locating *locating) AMBIT_CHECKED;

/* locate_centroids.c: the search for centred clustering, whose plans need no rewards; its bound
 * stays NAN. In place of begin and refine. */
ambit_status ambit_locating_walk(struct ambit_locating *locating) AMBIT_CHECKED;

/* Measures the plan, and keeps it where it is the best. */
ambit_status ambit_locating_measure(struct ambit_locating *locating) AMBIT_CHECKED;

/* Shows how far the rounds are; `detail` as for ambit_log_progress(). Local. */
void ambit_locating_say(const struct ambit_locating *locating, const char *detail);

/* True, on every rank alike, where the time is over or nothing better exists. */
bool ambit_locating_is_over(struct ambit_locating *locating);

#endif
