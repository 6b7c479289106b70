/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Lagrangian lower bound of a set of centres: at any prices u, l ≥ 0 no plan that meets the
 * bands costs less than
 *
 *     Σ_i min_j [ cost_ij + Σ_r (u_jr − l_jr − w_r) load_ijr ] − Σ_absolute (U_jr u_jr − L_jr l_jr)
 *     w_r = Σ_j share_j (up_r u_jr − low_r l_jr)      over the sides relative to the plan's own
 * total
 *
 * w_r appears because those limits are a multiple of Σ_ij load_ijr of the plan itself: equal hours
 * are hours equal to the mean of this plan, and travel counts in the mean. The minimum is over the
 * territories that may serve account i, and prices of territories whose bands are not asked are 0.
 * Budgets of disruption are in cost_ij, at prices of their own, and take Σ_c λ_c most_c off
 * (disruption.h).
 */
#ifndef AMBIT_BOUND_H
#define AMBIT_BOUND_H

#include "engine/model/problem.h"

/* w_r into uniform_out (rule_count). Prices are [territory × rule_count + rule], hours a unit. */
void ambit_bound_uniform_prices(const struct ambit_problem *problem, const double *price_lower,
                                const double *price_upper, double *uniform_out);

/* The prices as they act on an account, net of w_r: [territory × rule_count + rule], hours a unit.
 */
void ambit_bound_acting_prices(const struct ambit_problem *problem, const double *price_lower,
                               const double *price_upper, double *acting_out);

/* The slice's Σ min, in micro-hours, every term rounded down: add over ranks, then subtract
 * ambit_bound_constant(). Exact over all territories that may serve an account; uses OpenMP.
 * Errors: AMBIT_ERR_MEMORY. Local.
 */
ambit_status ambit_bound_slice(const struct ambit_problem *problem, const double *price_lower,
                               const double *price_upper, int64_t *sum_out) AMBIT_CHECKED;

/* Σ_absolute (U u − L l) + Σ_c λ_c most_c, in micro-hours, rounded up. */
int64_t ambit_bound_constant(const struct ambit_problem *problem, const double *price_lower,
                             const double *price_upper);

#endif
