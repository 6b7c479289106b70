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

struct ambit_pricing {
    struct ambit_prices *prices;        /* owned */
    struct ambit_candidates candidates; /* owned */
    double *acting; /* owned; [territory × rules + rule], hours a unit, as they act on an account */
    int64_t *sums;  /* owned */
    int64_t sum_room;
    uint8_t *pairs; /* owned */
};

/* Scales by the plan in job->label. */
ambit_status ambit_pricing_create(struct ambit_job *job, struct ambit_pricing *out) AMBIT_CHECKED;
void ambit_pricing_clear(struct ambit_pricing *pricing);

/* Ascends from softness `first` to `last`, choosing candidates anew at each level; leaves the
 * prices in pricing->acting and the remaining imbalance in *imbalance_out (parts of a mean load).
 */
ambit_status ambit_pricing_ascend(struct ambit_job *job, struct ambit_pricing *pricing,
                                  double first, double last, double guard,
                                  double *imbalance_out) AMBIT_CHECKED;

/* Every account to its territory of least reduced cost. *moved_out counts over all ranks. */
ambit_status ambit_pricing_assign(struct ambit_job *job, struct ambit_pricing *pricing,
                                  int64_t *moved_out) AMBIT_CHECKED;

/* Stores the present prices in the job as those of its bound. */
ambit_status ambit_pricing_keep(struct ambit_job *job, struct ambit_pricing *pricing) AMBIT_CHECKED;

/* Where no plan can meet a limit whose band has `relax`, opens it to the smallest that can be met
 * and writes down what was asked and what is proven. */
ambit_status ambit_pricing_relax(struct ambit_job *job,
                                 struct ambit_pricing *pricing) AMBIT_CHECKED;

#endif
