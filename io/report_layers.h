/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the layers of a run are, and who is in them, for people and programs. */
#ifndef AMBIT_REPORT_LAYERS_H
#define AMBIT_REPORT_LAYERS_H

#include "io/layers_hdf5.h"
#include <stdio.h>

/* A line for each layer, then the accounts and reps of all. The stream keeps its own errors. */
void ambit_report_layers(FILE *file, const struct ambit_layered *layered);

/* The same as one line of JSON. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_report_layers_json(FILE *file, const char *path,
                                      const struct ambit_layered *layered) AMBIT_CHECKED;

/* Every account with its territory and rep: in the hybrid model those of its layer, named beside
 * it; of an overlay two columns a layer, named by it. `path` is the file that `layered` was read
 * from. Errors: AMBIT_ERR_IO, AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY. */
ambit_status ambit_layers_csv_write(const char *csv_path, const char *path,
                                    const struct ambit_layered *layered) AMBIT_CHECKED;

#endif
