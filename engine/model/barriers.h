/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines that no territory may cross, such as rivers and borders, as straight pieces in degrees.
 */
#ifndef AMBIT_BARRIERS_H
#define AMBIT_BARRIERS_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_barriers {
    int64_t count;
    double (*piece)[4]; /* owned; lat, lon of one end and of the other, degrees, WGS 84 */
};

void ambit_barriers_clear(struct ambit_barriers *barriers);

#endif
