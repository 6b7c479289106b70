/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_CENTROID_START_H
#define AMBIT_CENTROID_START_H

#include "solvers/centroid_search.h"

/* A fresh plan whose loads are near capacity at most: what is left over is for the search to mend.
 * cluster_out has count values in [0, centre_count). A pure function of its arguments. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_centroid_start(const struct ambit_centroid_problem *problem, uint64_t seed,
                                  int32_t *cluster_out) AMBIT_CHECKED;

#endif
