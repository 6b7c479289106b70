/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line-haul hours of a visit at knots of the squared chord, 64 an octave: what rises with the
 * distance can be bounded between two knots, and read off them to a hundred-thousandth where a
 * search need not know it better, for the price of a look instead of an a·d^b.
 */
#ifndef AMBIT_HAUL_TABLE_H
#define AMBIT_HAUL_TABLE_H

#include "engine/model/scenario.h"
#include <stdint.h>
#include <string.h>

/* Knots begin at 2^(3 − octaves) and end at 8, beyond the far side of the Earth. */
enum {
    AMBIT_HAUL_OCTAVES = 52,
    AMBIT_HAUL_KNOTS = 64,
    AMBIT_HAUL_EXPONENT = 3 - AMBIT_HAUL_OCTAVES
};

struct ambit_haul_table {
    double hours[AMBIT_HAUL_OCTAVES * AMBIT_HAUL_KNOTS + 1]; /* rising; the first is 0 */
};

void ambit_haul_table_fill(const struct ambit_scenario *scenario, struct ambit_haul_table *out);

/* The knot at or below a squared chord in [0, 4]; the first for nearer ones too. */
static inline int ambit_haul_knot_below(double chord2)
{
    uint64_t bits;
    const double x = chord2 > 0x1p-49 ? chord2 : 0x1p-49;
    memcpy(&bits, &x, sizeof bits);
    return (int)((bits >> 46) - (uint64_t)(1023 + AMBIT_HAUL_EXPONENT) * AMBIT_HAUL_KNOTS);
}

/* Hours at a squared chord in [0, 4], between the two knots. */
static inline double ambit_haul_between(const struct ambit_haul_table *table, double chord2)
{
    const int below = ambit_haul_knot_below(chord2);
    uint64_t bits;
    memcpy(&bits, &chord2, sizeof bits);
    const double part =
        chord2 > 0x1p-49 ? (double)(bits & ((UINT64_C(1) << 46) - 1)) * 0x1p-46 : chord2 * 0x1p49;
    return table->hours[below] + part * (table->hours[below + 1] - table->hours[below]);
}

#endif
