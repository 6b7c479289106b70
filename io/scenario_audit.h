/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_AUDIT_H
#define AMBIT_SCENARIO_AUDIT_H

#include "io/scenario_binder.h"

/* Binds the sections of a scenario file that `ambit audit` alone reads into scenario->audit:
 * segments, working_time, coverage and kpi; and sets the defaults that follow from the measures,
 * which are bound before. Local. */
void ambit_scenario_bind_audit(struct ambit_binder *b);

#endif
