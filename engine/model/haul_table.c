/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/haul_table.h"
#include "engine/model/travel.h"

#include <math.h>

_Static_assert(AMBIT_HAUL_EXPONENT == -49, "ambit_haul_knot_below() begins at the first knot");

/* The squared chord of a knot. */
static double knot_chord2(int index)
{
    return ldexp(1.0 + (double)(index % AMBIT_HAUL_KNOTS) / AMBIT_HAUL_KNOTS,
                 index / AMBIT_HAUL_KNOTS + AMBIT_HAUL_EXPONENT);
}

void ambit_haul_table_fill(const struct ambit_scenario *scenario, struct ambit_haul_table *out)
{
    out->hours[0] = 0.0; /* and not that of the knot: nearer ones are read off it too */
    for (int index = 1; index <= AMBIT_HAUL_OCTAVES * AMBIT_HAUL_KNOTS; index++)
        out->hours[index] = ambit_haul_hours(scenario, fmin(knot_chord2(index), 4.0));
}
