/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which columns of the accounts a job reads: those that what it does asks for, and no others of its
 * scenario. A plan needs no column of the audit, and a new account none of the plan's budgets.
 */
#ifndef AMBIT_COLUMNS_H
#define AMBIT_COLUMNS_H

#include "engine/model/scenario.h"

enum ambit_use {
    AMBIT_USE_PLAN,       /* to draw, judge or keep up a plan */
    AMBIT_USE_AUDIT,      /* that, and segments, working time, coverage and kpi */
    AMBIT_USE_ROBUSTNESS, /* that of a plan, and robustness */
    AMBIT_USE_HEADCOUNT,  /* that of a plan, and headcount */
    AMBIT_USE_NEW         /* to place new accounts: bands, and who may serve whom */
};

/* Takes what is not for this use out of a scenario that is bound, and then the columns that nothing
 * of the rest asks for; the others keep their order. Measures keep their places; those of no band
 * lose their terms where new accounts are placed. Idempotent. Local. */
void ambit_scenario_narrow(struct ambit_scenario *scenario, enum ambit_use use);

#endif
