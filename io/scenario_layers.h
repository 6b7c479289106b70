/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_LAYERS_H
#define AMBIT_SCENARIO_LAYERS_H

#include "io/scenario_binder.h"

/* Binds the section layers of a scenario file into scenario->layers: what each layer takes. What
 * else a layer says is laid over the scenario before it is bound (scenario_variants.h). Local. */
void ambit_scenario_bind_layers(struct ambit_binder *b);

#endif
