/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SWEEP_H
#define AMBIT_SWEEP_H

#include "engine/model/frontier.h"
#include "engine/run/run.h"

struct ambit_frontier_options {
    int count;
    double budget[AMBIT_FRONTIER_MAX]; /* parts, rising; 1 or more: free */
};

/* Draws a plan for each budget, the free one first and each from the one before, and judges them
 * all; stores them in options->result_path where that is not NULL. No plan is worse than one of a
 * smaller budget. *frontier_out is filled on every rank. AMBIT_ERR_INFEASIBLE where no plan meets
 * the bands, with no points where none was sought; AMBIT_ERR_INPUT where no account has a current
 * territory. */
ambit_status ambit_frontier_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                                const struct ambit_frontier_options *budgets,
                                struct ambit_frontier *frontier_out) AMBIT_CHECKED;

#endif
