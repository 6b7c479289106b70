/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_ROBUSTNESS_H
#define AMBIT_SCENARIO_ROBUSTNESS_H

#include "io/scenario_binder.h"

/* Binds the section robustness, where there is one: how many samples, and how far the columns that
 * it names may be off. Local. */
void ambit_scenario_bind_robustness(struct ambit_binder *b);

#endif
