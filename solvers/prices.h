/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prices: the duals of the capacitated assignment, for all territories and banded rules at once.
 *
 * The driver chooses candidates, sets pairs and what is settled, and repeats: zero the sums,
 * ambit_prices_accumulate() on every slice, add the sums over the ranks, ambit_prices_update() on
 * every rank with the same sums (and so to the same prices). Sums are integers, so they do not
 * depend on slices. No call here communicates.
 */
#ifndef AMBIT_PRICES_H
#define AMBIT_PRICES_H

#include "engine/model/problem.h"
#include "solvers/candidates.h"
#include <stdbool.h>

struct ambit_prices; /* opaque */

/* Scales for `travel_total` micro-hours and rule totals `total` (rule_count) of some first plan,
 * and visits_total micro-visits a year. All prices start at 0. Borrows `problem`. */
ambit_status ambit_prices_create(const struct ambit_problem *problem, int64_t travel_total,
                                 const int64_t *total, int64_t visits_total,
                                 struct ambit_prices **out) AMBIT_CHECKED;
void ambit_prices_destroy(struct ambit_prices **prices);

/* Which pairs of territories share accounts: a bit map of ambit_prices_pair_bytes() bytes; mark the
 * slice's pairs, OR over ranks, set. Must be set before the first accumulation. */
int64_t ambit_prices_pair_bytes(const struct ambit_prices *prices);
void ambit_prices_mark_pairs(const struct ambit_prices *prices,
                             const struct ambit_candidates *candidates, uint8_t *bits_inout);
ambit_status ambit_prices_set_pairs(struct ambit_prices *prices, const uint8_t *bits) AMBIT_CHECKED;

/* Sums over all ranks of candidates->settled. Must be set before the first accumulation. */
void ambit_prices_settle(struct ambit_prices *prices, const int64_t *settled);

/* Starts a descent at smoothing `softness` (1: an account wavers between territories whose reduced
 * cost per visit differs by the mean line haul) with limits narrowed by `guard`. Prices are kept.
 * Candidates have been chosen by them; the cost of a visit in a territory may then change by
 * `reach` hours. */
void ambit_prices_begin(struct ambit_prices *prices, double softness, double guard, double reach);

int64_t ambit_prices_sum_count(const struct ambit_prices *prices);
/* Adds the contributions of the slice's accounts that have a choice to sums_inout
 * (ambit_prices_sum_count() values). Uses OpenMP.
 * Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_prices_accumulate(struct ambit_prices *prices,
                                     const struct ambit_candidates *candidates,
                                     int64_t *sums_inout) AMBIT_CHECKED;

struct ambit_prices_step {
    bool accepted;
    double imbalance; /* largest |load − wanted| of a rule and territory, in parts of a mean load */
    bool held;        /* the next step was cut at the reach of the candidates */
    double unmet;     /* the same of those whose price is as high as it may go */
    double promised; /* rise of the dual value that the next step promises, in parts of the value */
};
/* Takes one damped Newton step from the sums. The prices to use are those of the best accepted
 * point. */
void ambit_prices_update(struct ambit_prices *prices, const int64_t *sums,
                         struct ambit_prices_step *step_out);

/* Hours a unit, [territory × rule_count + rule]: net prices as they act on an account (uniform
 * prices taken off), and split into the two sides for the bound. Any may be NULL. */
void ambit_prices_get(const struct ambit_prices *prices, double *acting_out, double *lower_out,
                      double *upper_out);
/* Begins at prices as ambit_prices_get() gives them. */
void ambit_prices_set(struct ambit_prices *prices, const double *lower, const double *upper);

/* Copies to `state` (ambit_prices_state_count() values), or back from it where `restore`, all that
 * ambit_prices_get() and later ascents depend on, bit for bit: scales, limits and accepted prices,
 * but neither pairs nor what is settled. */
int64_t ambit_prices_state_count(const struct ambit_prices *prices);
void ambit_prices_pass_state(struct ambit_prices *prices, double *state, bool restore);

/* The scales in use: micro-units of a rule in a mean territory, and hours of line haul a visit. */
double ambit_prices_rule_scale(const struct ambit_prices *prices, int rule);
double ambit_prices_haul_hours(const struct ambit_prices *prices);

#endif
