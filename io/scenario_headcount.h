/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_HEADCOUNT_H
#define AMBIT_SCENARIO_HEADCOUNT_H

#include "io/scenario_binder.h"

/* Binds headcount and call_plan into scenario->headcount, after measures and segments. Complaints
 * go to the binder. Local. */
void ambit_scenario_bind_headcount(struct ambit_binder *b);

#endif
