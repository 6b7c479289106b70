/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layers of a scenario in one job: who takes which accounts is told once, then each layer is a
 * run of its own, by groups of ranks side by side, and their plans are joined in one file. A
 * layer's plan is the one that `ambit run --scenario LAYER` draws.
 */
#ifndef AMBIT_RUN_LAYERS_H
#define AMBIT_RUN_LAYERS_H

#include "engine/run/run.h"
#include "io/layers_hdf5.h"

/* Whether the scenario file has layers and options->scenario_name is none of them. Errors as for
 * ambit_scenario_load(). Collective. */
ambit_status ambit_layers_wanted(struct ambit_comm *comm, const struct ambit_run_options *options,
                                 bool *wanted_out) AMBIT_CHECKED;

/* Draws every layer and stores them in options->result_path (io/layers_hdf5.h); *out is filled on
 * rank 0 where a file was written, and else empty. A layer without a plan, or whose plan breaks a
 * band, is recorded with its message, and the worst of their statuses is returned: the others are
 * stored all the same. Each layer keeps checkpoints of its own, and those that are done are kept
 * beside the result until all are; options->resume goes on from there. Errors as for ambit_run();
 * AMBIT_ERR_INPUT also where a rep serves in two layers of a hybrid, or an account is in none where
 * that is refused. Collective. */
ambit_status ambit_run_layers(struct ambit_comm *comm, const struct ambit_run_options *options,
                              struct ambit_layered *out) AMBIT_CHECKED;

/* Judges every layer of such a file from its inputs, and that each account is in the layers that
 * take it; differences are printed on `report` (rank 0). Errors as for ambit_verify(). Collective.
 */
ambit_status ambit_verify_layers(struct ambit_comm *comm, const char *result_path,
                                 const char *accounts_path, int threads,
                                 FILE *report) AMBIT_CHECKED;

#endif
