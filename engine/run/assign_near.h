/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which territories a new account would hang together with: those that have accounts at its place,
 * or at a place that would be its neighbour on the plan's graph with this account in it, neither
 * too far nor across a barrier.
 */
#ifndef AMBIT_ASSIGN_NEAR_H
#define AMBIT_ASSIGN_NEAR_H

#include "engine/model/barriers.h"
#include "engine/model/result.h"
#include "solvers/placement.h"

struct ambit_near_places; /* opaque */

/* Of the plan's accounts, by the rules of `terms`. `barriers` may be empty, and is not kept.
 * Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_near_places_create(const struct ambit_result *plan,
                                      const struct ambit_contiguity_terms *terms,
                                      const struct ambit_barriers *barriers,
                                      struct ambit_near_places **out) AMBIT_CHECKED;
void ambit_near_places_destroy(struct ambit_near_places **places);

/* Fills near_out for each account. Uses OpenMP. Local. */
void ambit_near_places_list(const struct ambit_near_places *places, const struct ambit_result *plan,
                            const struct ambit_accounts *accounts, struct ambit_near *near_out);

#endif
