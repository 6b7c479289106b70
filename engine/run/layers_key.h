/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a layer's plan depends on, as a hash. Local.
 */
#ifndef AMBIT_LAYERS_KEY_H
#define AMBIT_LAYERS_KEY_H

#include "engine/base/hash.h"
#include "engine/run/run.h"
#include "io/scenario_variants.h"

/* Of every layer: the scenario, all tables that it reads, the options and Ambit's sources. Errors:
 * AMBIT_ERR_MEMORY, and those of ambit_variants_bind(). */
ambit_status ambit_layers_keys(const struct ambit_variants *variants,
                               const struct ambit_run_options *options,
                               char (*keys_out)[AMBIT_SHA256_TEXT]) AMBIT_CHECKED;

#endif
