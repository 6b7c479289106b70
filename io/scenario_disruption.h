/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_DISRUPTION_H
#define AMBIT_SCENARIO_DISRUPTION_H

#include "io/scenario_binder.h"

/* Binds the sections objective and disruption; measures are bound before. Local. */
void ambit_scenario_bind_disruption(struct ambit_binder *b);

#endif
