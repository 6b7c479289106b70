/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All scenarios of a file in one job: the tables are read and ordered once, the base is drawn by
 * all ranks together, and then groups of ranks draw the scenarios side by side, each beginning with
 * the plan, the prices and the centres of the base. Plans do not depend on how ranks are grouped.
 */
#ifndef AMBIT_FARM_H
#define AMBIT_FARM_H

#include "engine/run/run.h"

/* Draws the base and every scenario of options->scenario_path and stores them in
 * options->result_path (io/farm_hdf5.h). A scenario without a plan, or whose plan breaks a band, is
 * a record; the others go on. Finished ones are kept in a folder beside the result until all are
 * done, and with options->resume those that it holds are taken from there. Errors: AMBIT_ERR_INPUT
 * where the file or the base is wrong, AMBIT_ERR_IO, AMBIT_ERR_MEMORY; AMBIT_STOPPED where
 * ambit_stop_signal() asked for it, at the end of a scenario. Where the rules alone rule the base
 * out, *refusal_out says why, on every rank, and is owned by the caller; else it stays as it is.
 * Collective. */
ambit_status ambit_farm(struct ambit_comm *comm, const struct ambit_run_options *options,
                        struct ambit_refusal **refusal_out) AMBIT_CHECKED;

#endif
