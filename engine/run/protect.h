/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_PROTECT_H
#define AMBIT_PROTECT_H

#include "engine/run/job.h"

/* Marks the protected accounts, sums up what budgets are parts of, and prices leaving: anew where
 * accounts have other current territories than before. Needs the accounts in canonical order and
 * the compiled problem. Collective. */
ambit_status ambit_job_open_disruption(struct ambit_job *job) AMBIT_CHECKED;

/* What each budget allows, by the scenario as it is now, and the price of leaving. Local. */
void ambit_job_size_budgets(struct ambit_job *job);

#endif
