/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why no plan was found, as data: by how much which bands would have to open.
 */
#ifndef AMBIT_DIAGNOSIS_H
#define AMBIT_DIAGNOSIS_H

#include <stdint.h>

enum ambit_remedy {
    AMBIT_REMEDY_ALONE,    /* this band alone, for every territory, is enough */
    AMBIT_REMEDY_TOGETHER, /* all of this kind, for every territory, are enough together */
    AMBIT_REMEDY_LOCAL,    /* all of this kind are enough together, each for one territory */
    AMBIT_REMEDY_COUNT
};

struct ambit_opening {
    enum ambit_remedy remedy;
    int band;          /* index into the result's bands */
    int32_t territory; /* index, or −1: every one */
    int side;          /* −1: the lower limit, 1: the upper, 0: both */
    double by; /* in parts of the target, in points of a share as a fraction, or in units: as the
                  band's limits are */
};

struct ambit_diagnosis {
    int32_t territory_count, cell_count; /* of the model that says so */
    int32_t count;
    struct ambit_opening *opening; /* owned; by remedy, the largest first within each */
};

/* "alone", "together" or "local". */
const char *ambit_remedy_name(int remedy);
/* "lower", "upper" or "both". */
const char *ambit_side_name(int side);

void ambit_diagnosis_destroy(struct ambit_diagnosis **diagnosis);

#endif
