/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_LAYERS_NATION_H
#define AMBIT_LAYERS_NATION_H

#include "engine/run/job.h"
#include "io/layers_hdf5.h"
#include "io/scenario_variants.h"

/* Reads the table of all layers and says which accounts each of them takes: names, counts, and on
 * rank 0 the accounts in canonical order with their masks; no plans. Errors: AMBIT_ERR_INPUT,
 * AMBIT_ERR_IO, AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_layers_nation_read(struct ambit_comm *comm,
                                      const struct ambit_run_options *options,
                                      const struct ambit_variants *variants,
                                      struct ambit_layered *out) AMBIT_CHECKED;

/* Counts the reps of all layers, and those with more than one. Tables that cannot be read are left
 * to their layers. Errors: AMBIT_ERR_INPUT where a rep has two layers of a hybrid;
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_layers_count_reps(struct ambit_comm *comm,
                                     const struct ambit_run_options *options,
                                     const struct ambit_variants *variants,
                                     struct ambit_layered *layered) AMBIT_CHECKED;

#endif
