/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes the territories of a plan hang together, and mends the bands that this breaks.
 */
#ifndef AMBIT_CONTIGUITY_REPAIR_H
#define AMBIT_CONTIGUITY_REPAIR_H

#include "engine/model/problem.h"
#include "solvers/piece_plan.h"

struct ambit_contiguity_repair {
    const struct ambit_places *places;   /* borrowed, like all below */
    const struct ambit_problem *problem; /* of the accounts in play, in canonical order */
    const int32_t *play;                 /* by account of the nation: its index there; −1: held */
    const int32_t *account;              /* by index in the problem: account of the nation */
    const struct ambit_piece_budgets *budgets; /* of disruption; NULL: none */
    const double *price;  /* [territory × rules + rule], hours a unit, net; NULL: none */
    int64_t *load_inout;  /* [territory × rules + rule], held accounts included */
    int32_t *label_inout; /* by account of the nation */
    bool keeps_bands;     /* a piece goes only where no band breaks further by that */
};

struct ambit_contiguity_outcome {
    int64_t violation_before, violation; /* as in group.h, at the bands' full width */
    int64_t moved;                       /* accounts whose territory changed */
    int64_t stray;                       /* accounts still apart */
};

/* Hands pieces over to neighbouring territories, then moves and exchanges accounts at the borders
 * until bands are met and no single move saves more, keeping in one piece what is in one. A pure
 * function of its input. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_contiguity_repair(struct ambit_contiguity_repair *repair,
                                     struct ambit_contiguity_outcome *outcome_out) AMBIT_CHECKED;

#endif
