/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Places as unit vectors on the sphere: no projection error, no date line, no poles.
 */
#ifndef AMBIT_GEOMETRY_H
#define AMBIT_GEOMETRY_H

#include "engine/base/real.h"

#include <math.h>

#define AMBIT_EARTH_RADIUS_KM 6371.0088 /* mean radius R1 of the IUGG */

static inline void ambit_unit_from_degrees(double lat, double lon, double out[3])
{
    const double phi = lat * (M_PI / 180.0), lambda = lon * (M_PI / 180.0);
    out[0] = ambit_cos(phi) * ambit_cos(lambda);
    out[1] = ambit_cos(phi) * ambit_sin(lambda);
    out[2] = ambit_sin(phi);
}

static inline void ambit_degrees_from_unit(const double u[3], double *lat_out, double *lon_out)
{
    *lat_out = atan2(u[2], sqrt(u[0] * u[0] + u[1] * u[1])) * (180.0 / M_PI);
    *lon_out = atan2(u[1], u[0]) * (180.0 / M_PI);
}

/* Squared chord between two unit vectors, in [0, 4]. */
static inline double ambit_chord2(const double a[3], const double b[3])
{
    const double dx = a[0] - b[0], dy = a[1] - b[1], dz = a[2] - b[2];
    return dx * dx + dy * dy + dz * dz;
}

/* Great-circle distance in km of a squared chord. */
static inline double ambit_km_from_chord2(double chord2)
{
    const double half = 0.5 * sqrt(chord2);
    return 2.0 * AMBIT_EARTH_RADIUS_KM * ambit_asin(half < 1.0 ? half : 1.0);
}

#endif
