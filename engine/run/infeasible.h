/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * That there is no plan, in words: before one is sought, and of one that breaks something.
 */
#ifndef AMBIT_INFEASIBLE_H
#define AMBIT_INFEASIBLE_H

#include "engine/run/job.h"

/* Warns of bands that no plan can meet, and fails with AMBIT_ERR_INFEASIBLE where centres cannot be
 * as far apart as they should. Before a plan is sought. Collective. */
ambit_status ambit_job_check_limits(struct ambit_job *job) AMBIT_CHECKED;

/* Accounts that stay together as units; fails with AMBIT_ERR_INFEASIBLE where groups are more than
 * any territory may have, with AMBIT_ERR_INPUT where none may serve one whole. Collective. */
ambit_status ambit_job_make_units(struct ambit_job *job, struct ambit_job *units) AMBIT_CHECKED;

/* What the plan that was found shows of such groups into words_out (`room` bytes); nothing where it
 * shows none. Collective. */
ambit_status ambit_job_find_heavy(struct ambit_job *units, size_t room,
                                  char *words_out) AMBIT_CHECKED;

/* Fails with AMBIT_ERR_INFEASIBLE and what the plan breaks; `more` is what else there is to say.
 * Local. */
ambit_status ambit_job_say_infeasible(const struct ambit_result *result,
                                      const char *more) AMBIT_CHECKED;

#endif
