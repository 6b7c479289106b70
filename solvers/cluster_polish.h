/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_CLUSTER_POLISH_H
#define AMBIT_CLUSTER_POLISH_H

#include "solvers/cluster_problem.h"

/* Improves the assignment to the medians that the plan has, with the engine's own refinement of
 * groups: local search, then the assignment ILP of the accounts that the prices leave undecided,
 * then local search. site_price: as of ambit_cluster_search_prices(). Less load outside the limits
 * first, then less cost. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. Local. */
ambit_status ambit_cluster_polish(const struct ambit_cluster_problem *problem,
                                  const double *site_price, int32_t *median_inout) AMBIT_CHECKED;

#endif
