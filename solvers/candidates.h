/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few territories that an account may sensibly go to: those of least reduced cost at given
 * prices and the nearest ones, with the travel coefficient of each.
 */
#ifndef AMBIT_CANDIDATES_H
#define AMBIT_CANDIDATES_H

#include "engine/model/problem.h"

struct ambit_candidates {
    int per;            /* candidates an account: min(wanted, territories) */
    int32_t count;      /* accounts */
    int32_t *territory; /* owned; count × per; the first is of least reduced cost when filled */
    int64_t *travel;    /* owned; count × per, micro-hours */
};

ambit_status ambit_candidates_create(const struct ambit_problem *problem, int wanted,
                                     struct ambit_candidates *out) AMBIT_CHECKED;
void ambit_candidates_clear(struct ambit_candidates *candidates);

/* Reduced cost of account i in territory j where it travels `travel`: cost plus price × load.
 * `price` is [territory × rule_count + rule], hours a unit. */
double ambit_reduced_cost(const struct ambit_problem *problem, const double *price, int32_t i,
                          int32_t j, int64_t travel);

/* Chooses anew for every account from all territories. O(accounts × territories); uses OpenMP.
 * Local. */
void ambit_candidates_fill(const struct ambit_problem *problem, const double *price,
                           struct ambit_candidates *candidates);

/* The exact travel coefficients of the same territories after centres have moved. */
void ambit_candidates_refresh(const struct ambit_problem *problem,
                              struct ambit_candidates *candidates);

#endif
