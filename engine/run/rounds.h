/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One round of refinement: territories are grouped, accounts on borders inside a group travel to
 * the rank that owns the group, groups are improved in OpenMP threads, and the new labels travel
 * home.
 */
#ifndef AMBIT_ROUNDS_H
#define AMBIT_ROUNDS_H

#include "engine/run/job.h"
#include "engine/run/pricing.h"

struct ambit_round_outcome {
    int64_t moved;     /* accounts that changed territory */
    int64_t cost_gain; /* micro-hours */
    int32_t groups, improved;
};

/* Bands are narrowed by `guard`, see ambit_problem_sides(). Collective. */
ambit_status ambit_round_run(struct ambit_job *job, const struct ambit_pricing *pricing,
                             int64_t round, double guard,
                             struct ambit_round_outcome *outcome_out) AMBIT_CHECKED;

/* The same, with budgets as limits alone: leaving costs what the scenario asks for it, and not what
 * the budgets' prices do, so that what is left of them is spent. Collective. */
ambit_status ambit_round_spend(struct ambit_job *job, const struct ambit_pricing *pricing,
                               int64_t round, double guard,
                               struct ambit_round_outcome *outcome_out) AMBIT_CHECKED;

#endif
