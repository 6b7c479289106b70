/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_BANDS_H
#define AMBIT_SCENARIO_BANDS_H

#include "io/scenario_binder.h"

/* Binds the sections measures and bands; reps and their columns are bound before. Local. */
void ambit_scenario_bind_bands(struct ambit_binder *b);

#endif
