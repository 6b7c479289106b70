/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a standing plan is made of, for the two files that fill and use it (standing_plan.c,
 * assign.c). Every rank has all of it.
 */
#ifndef AMBIT_STANDING_PLAN_H
#define AMBIT_STANDING_PLAN_H

#include "engine/model/neighbours.h"
#include "engine/run/assign.h"
#include "engine/run/assign_groups.h"
#include "engine/run/assign_near.h"
#include "solvers/placement.h"

struct ambit_standing_plan {
    struct ambit_result stored; /* places, travel and columns of its accounts are gone */
    struct ambit_scenario scenario;
    struct ambit_territories territories;
    double *place; /* owned; unit vectors of the standing accounts */
    struct ambit_neighbour_tree *tree;
    struct ambit_near_places *near; /* owned; NULL: territories need not hang together */
    struct ambit_accounts one;      /* the account of a single call */
    struct ambit_problem problem;
    struct ambit_eligibility eligibility; /* of `one`; unused without rules */
    struct ambit_placement *placement;
    struct ambit_group_homes groups;  /* of single calls, once one has a group */
    int64_t total[AMBIT_MEASURE_MAX]; /* micro-units, new accounts included */
};

/* Tells the placement which territories the accounts are near to, in *near_out, which the caller
 * owns and keeps while accounts are placed; nothing where that is not asked for. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_standing_plan_set_near(const struct ambit_standing_plan *plan,
                                          const struct ambit_accounts *accounts,
                                          struct ambit_near **near_out) AMBIT_CHECKED;

/* Driving between neighbouring stops of every account of the slice, by the density of the standing
 * ones. Uses OpenMP. Local. */
void ambit_standing_plan_set_local_travel(const struct ambit_standing_plan *plan,
                                          struct ambit_accounts *accounts);

/* Fails with AMBIT_ERR_INPUT where sums over the nation with these accounts could leave what fixed
 * point holds; `path` is for the message. Local. */
ambit_status ambit_standing_plan_check_range(const struct ambit_standing_plan *plan,
                                             const struct ambit_accounts *accounts,
                                             const char *path) AMBIT_CHECKED;

/* Makes who may serve the accounts, and gives it to their problem; nothing without rules. Tables of
 * pairs and locks say nothing of new accounts. *out is owned by the caller. Local. */
ambit_status ambit_standing_plan_set_rules(const struct ambit_standing_plan *plan,
                                           struct ambit_accounts *accounts,
                                           struct ambit_problem *problem,
                                           struct ambit_eligibility *out) AMBIT_CHECKED;

#endif
