/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `rules` of a scenario file: who may serve whom. */
#ifndef AMBIT_SCENARIO_RULES_H
#define AMBIT_SCENARIO_RULES_H

#include "io/scenario_binder.h"

/* Binds the section, where there is one, into scenario->eligibility. Local. */
void ambit_scenario_bind_rules(struct ambit_binder *b);

#endif
