/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A frontier: the best plans found for a row of budgets on the accounts that change hands, judged
 * one by one. The knee is the plan beyond which more moves save little: of those that meet every
 * band, the one furthest below the straight line from the first to the last of them, with moves and
 * objective both scaled to that range (Satopaa, Albrecht, Irwin and Raghavan 2011).
 */
#ifndef AMBIT_FRONTIER_H
#define AMBIT_FRONTIER_H

#include "engine/model/result.h"
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_FRONTIER_MAX 32 /* budgets */

struct ambit_frontier_point {
    bool is_free;   /* no budget of its own */
    double budget;  /* part of the accounts that have a current territory; 1 where free */
    int plan_of;    /* index of the point that this plan was drawn for: itself, or one of less */
    double outside; /* sum over bands and territories of what is outside, in parts of the limit's
                       target or of the limit; 0 where feasible */
    struct ambit_result result; /* owned; without accounts */
};

struct ambit_frontier {
    char scenario_name[AMBIT_NAME_MAX];
    int count;
    struct ambit_frontier_point point[AMBIT_FRONTIER_MAX]; /* budgets rise */
    int knee;                                              /* index, or −1 where there is none */
    struct ambit_refusal *refusal; /* owned; why none was sought; NULL: they were (refusal.h) */
};

void ambit_frontier_init(struct ambit_frontier *frontier);
void ambit_frontier_clear(struct ambit_frontier *frontier);

/* What `outside` says, of a judged result. */
double ambit_frontier_outside(const struct ambit_result *result);

/* True where plan `a` is better than `b`: less outside, or as much and of a lesser objective. */
bool ambit_frontier_is_better(const struct ambit_frontier_point *a,
                              const struct ambit_frontier_point *b);

/* Sets `knee`. */
void ambit_frontier_mark_knee(struct ambit_frontier *frontier);

#endif
