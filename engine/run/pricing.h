/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The price phase: the dual ascent of solvers/prices.h driven over all ranks, with the candidates
 * that it needs. Every function is collective.
 */
#ifndef AMBIT_PRICING_H
#define AMBIT_PRICING_H

#include "engine/run/job.h"
#include "solvers/candidates.h"
#include "solvers/prices.h"

#define AMBIT_AGAIN_SOFTNESS 0.06 /* to begin from prices of other centres */
#define AMBIT_LAST_SOFTNESS 0.01  /* of the prices of a plan of accounts */
#define AMBIT_FIRST_GUARD 0.1     /* part of half a band by which it is narrower at first */

struct ambit_pricing {
    struct ambit_prices *prices;        /* owned */
    struct ambit_candidates candidates; /* owned */
    double *acting; /* owned; [territory × rules + rule], hours a unit, as they act on an account */
    int64_t *sums;  /* owned */
    int64_t sum_room;
    uint8_t *pairs;   /* owned */
    int64_t *settled; /* owned; candidates.settled over all ranks */
};

/* Scales by the plan in job->label; begins at the prices in job->price_lower and price_upper, or at
 * none. */
ambit_status ambit_pricing_create(struct ambit_job *job, struct ambit_pricing *out) AMBIT_CHECKED;
/* The same, but with the prices and scales of ambit_prices_pass_state(), and the candidates that a
 * plan is made with. */
ambit_status ambit_pricing_restore(struct ambit_job *job, double *state,
                                   struct ambit_pricing *out) AMBIT_CHECKED;
void ambit_pricing_clear(struct ambit_pricing *pricing);

/* Ascends from softness `first` to `last`, choosing candidates anew at each level; leaves the
 * prices in pricing->acting and the remaining imbalance in *imbalance_out (parts of a mean load).
 */
ambit_status ambit_pricing_ascend(struct ambit_job *job, struct ambit_pricing *pricing,
                                  double first, double last, double guard,
                                  double *imbalance_out) AMBIT_CHECKED;

/* Candidates at the present prices, for an ascent at `softness`. */
ambit_status ambit_pricing_choose(struct ambit_job *job, struct ambit_pricing *pricing,
                                  double softness) AMBIT_CHECKED;

/* Ascends to AMBIT_LAST_SOFTNESS, or less far where accounts are runs (accounts.members), whose
 * lumps cannot follow such sharp prices; gives every account to its candidate of least reduced
 * cost, and notes that as a round of `phase`. *moved_out counts over all ranks. */
ambit_status ambit_pricing_plan(struct ambit_job *job, struct ambit_pricing *pricing,
                                const char *phase, double first_softness, double guard,
                                double *imbalance_out, int64_t *moved_out) AMBIT_CHECKED;

/* A valid bound for the centres as they are, from the prices at hand: to show the gap while rounds
 * run. The prices of the final bound are sought anew at the end. */
ambit_status ambit_pricing_bound(struct ambit_job *job, struct ambit_pricing *pricing,
                                 int64_t *bound_out) AMBIT_CHECKED;

/* Stores the present prices in the job as those of its bound. */
ambit_status ambit_pricing_keep(struct ambit_job *job, struct ambit_pricing *pricing) AMBIT_CHECKED;

/* Limits of bands with `relax`: lifted, so that the draft is drawn without them; opened to the
 * smallest that can be met with the draft's centres, or to what the plan has where `imbalance` says
 * that other bands are unmet, with what was asked and what is proven written down; and tightened
 * again where centres have moved since; in the end they get the room that the scenario gives. */
void ambit_pricing_lift(struct ambit_job *job);
ambit_status ambit_pricing_open(struct ambit_job *job, struct ambit_pricing *pricing,
                                double imbalance) AMBIT_CHECKED;
ambit_status ambit_pricing_tighten(struct ambit_job *job, struct ambit_pricing *pricing,
                                   bool *tighter_out) AMBIT_CHECKED;
void ambit_pricing_give_room(struct ambit_job *job);
/* Of every rule whose limit may be opened, what was asked (where it has been opened with room: that
 * limit) and what the plan in job->label reaches, which
 * is no less open. */
ambit_status ambit_pricing_reached(struct ambit_job *job, double *limit_out,
                                   double *reached_out) AMBIT_CHECKED;
/* Puts those limits between `low` and `high`, by rule: `part` of the way. Local. */
void ambit_pricing_set_limits(struct ambit_job *job, const double *low, const double *high,
                              double part);
/* A limit with `relax` that the final plan in job->label is outside of opens to what the plan has,
 * unless limits are settled. */
ambit_status ambit_pricing_admit(struct ambit_job *job) AMBIT_CHECKED;

#endif
