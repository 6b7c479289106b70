/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a plan stands where the accounts are not quite what the table says: bands over many samples
 * of the columns that the scenario calls uncertain.
 */
#ifndef AMBIT_ROBUSTNESS_H
#define AMBIT_ROBUSTNESS_H

#include "engine/model/result.h"

struct ambit_robustness {
    struct ambit_result plan; /* as judged, without the accounts; owned */
    int samples, uncertain;   /* columns */
    char column[AMBIT_COLUMN_MAX][AMBIT_NAME_MAX];
    struct ambit_uncertain_column terms[AMBIT_COLUMN_MAX];
    char by[AMBIT_COLUMN_MAX][AMBIT_NAME_MAX]; /* "" where all share a factor */
    int64_t all_met;                           /* samples in which every band is met */
    int64_t outside;                    /* territories outside some band, summed over the samples */
    int64_t any[2 * AMBIT_MEASURE_MAX]; /* by band: samples in which a territory is outside */
    int32_t *below, *above;   /* owned; [band × territories + territory]: samples outside */
    double *mean, *deviation; /* owned; same shape: of the value that the band limits */
};

void ambit_robustness_init(struct ambit_robustness *robustness);
void ambit_robustness_clear(struct ambit_robustness *robustness);

/* "lognormal", "normal" or "uniform". */
const char *ambit_law_name(enum ambit_law law);

#endif
