/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files that a job reads: none of them is written over, and what is kept of a job depends on
 * their bytes. Local.
 */
#ifndef AMBIT_INPUTS_H
#define AMBIT_INPUTS_H

#include "engine/base/hash.h"
#include "engine/run/run.h"
#include "io/scenario_variants.h"

/* Fails with AMBIT_ERR_IO where something that the job writes would take the place of a file that
 * it reads: `nation.yaml` gives `nation.h5` unless told otherwise, and so may the accounts be
 * named. */
ambit_status ambit_inputs_stay(const struct ambit_run_options *options,
                               struct ambit_scenario *scenario) AMBIT_CHECKED;

/* The same for all scenarios of a file, and its base unless they are layers. */
ambit_status ambit_inputs_stay_of_all(const struct ambit_run_options *options,
                                      const struct ambit_variants *variants) AMBIT_CHECKED;

/* Adds the bytes of a file; one that cannot be read is as good as empty, for who needs it fails. */
void ambit_inputs_hash_file(struct ambit_sha256 *sha, const char *path);

/* Adds the bytes of every file that the scenario names but of its accounts. Errors:
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_inputs_hash(struct ambit_sha256 *sha,
                               struct ambit_scenario *scenario) AMBIT_CHECKED;

#endif
