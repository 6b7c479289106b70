/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The least by which limits would have to open so that loads can be parted within them: a linear
 * programme with elastic limits over lumps that may be split.
 */
#ifndef AMBIT_ELASTIC_H
#define AMBIT_ELASTIC_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_elastic {
    int32_t territory_count;
    int rules, bands;
    const int *band; /* borrowed; [rules]: the band, below `bands`, that a rule is a side of */
    int32_t lump_count;
    const int64_t *first;     /* borrowed; lumps + 1: first option of each lump, at least one */
    const int32_t *territory; /* borrowed; [option] */
    const double *load;       /* borrowed; [option × rules + rule], of the whole lump there */
    const double *low, *high; /* borrowed; [territory × rules + rule]; ∓infinity where one-sided */
    const double *width;      /* borrowed; same shape, > 0: load by which a limit moves where its
                                 band opens by 1 */
};

struct ambit_elastic_outcome {
    double *alone;    /* borrowed; [band]: what is enough with the others kept; NaN: nothing is */
    double *together; /* borrowed; [band]: of least sum, from a smallest set of bands that will do;
                         NaN where all bands together are not enough */
    double *local;    /* borrowed; [territory × rules + rule]: of least sum where each limit opens
                         by itself; below zero for lower limits */
};

/* Openings are parts of a width; below one in a million they are 0. Loads and widths of a rule
 * should be near 1. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. Local. */
ambit_status ambit_elastic_solve(const struct ambit_elastic *elastic,
                                 struct ambit_elastic_outcome *out) AMBIT_CHECKED;

#endif
