/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_NIGHTLY_H
#define AMBIT_SCENARIO_NIGHTLY_H

#include "io/scenario_binder.h"

/* Binds the section nightly of a scenario file into scenario->nightly. Local. */
void ambit_scenario_bind_nightly(struct ambit_binder *b);

#endif
