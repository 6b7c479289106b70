/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a rep who serves in several layers has in all of them together: hours of the first measure
 * in hours that is more than travel, else of travel alone, and what a band asks for of it.
 */
#ifndef AMBIT_LAYERS_REPS_H
#define AMBIT_LAYERS_REPS_H

#include "io/layers_hdf5.h"

/* What a rep has in one layer. */
struct ambit_rep_share {
    char rep[AMBIT_NAME_MAX], territory[AMBIT_NAME_MAX];
    int32_t layer;
    double hours, target; /* NaN where the layer has no such measure, or no band with a target */
};

/* Sets layered->share to what the reps of several layers have, by rep and then by layer, from the
 * plans that the file at `path` holds. Errors: those of ambit_layers_read_figures(). Local. */
ambit_status ambit_layers_add_up_reps(const char *path,
                                      struct ambit_layered *layered) AMBIT_CHECKED;

/* The end of the shares of the rep of share `first`, and their sums, of those that there are. */
int64_t ambit_rep_shares_end(const struct ambit_layered *layered, int64_t first, double *hours_out,
                             double *target_out);

#endif
