/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How large and how round the outline of a territory is, on the sphere.
 */
#ifndef AMBIT_OUTLINES_MEASURE_H
#define AMBIT_OUTLINES_MEASURE_H

#include "io/outlines.h"

struct ambit_outline_size {
    double area_km2;     /* of all polygons, without their holes */
    double perimeter_km; /* of all rings */
    int32_t pieces;      /* polygons */
};

struct ambit_outline_size ambit_outline_measure(const struct ambit_outlines *outlines,
                                                int32_t territory);

/* Polsby and Popper (1991): 4π area / perimeter², 1 for a circle; NaN without an outline. */
double ambit_outline_roundness(const struct ambit_outline_size *size);

#endif
