/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_CONTIGUITY_H
#define AMBIT_SCENARIO_CONTIGUITY_H

#include "io/scenario_binder.h"

/* Binds the section contiguity. Local. */
void ambit_scenario_bind_contiguity(struct ambit_binder *b);

#endif
