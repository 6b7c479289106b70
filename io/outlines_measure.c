/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Area by the equal-area cylinder, whose strips are exact for sides that are straight in longitude
 * and the sine of latitude; sides are short, so that the difference to great circles is below a
 * thousandth. Length by great circles. Cost: one pass over the points. Weakness: a side on the date
 * line, where outlines are cut, counts as border.
 */
#include "io/outlines_measure.h"
#include "engine/base/real.h"
#include "engine/model/geometry.h"

#include <math.h>

static double radians(int32_t units)
{
    return units * (M_PI / 180.0 / AMBIT_OUTLINE_UNITS);
}

static double side_km(const struct ambit_outlines *o, int32_t p)
{
    double a[3], b[3];
    ambit_unit_from_degrees((double)o->lat[p] / AMBIT_OUTLINE_UNITS,
                            (double)o->lon[p] / AMBIT_OUTLINE_UNITS, a);
    ambit_unit_from_degrees((double)o->lat[p + 1] / AMBIT_OUTLINE_UNITS,
                            (double)o->lon[p + 1] / AMBIT_OUTLINE_UNITS, b);
    return ambit_km_from_chord2(ambit_chord2(a, b));
}

struct ambit_outline_size ambit_outline_measure(const struct ambit_outlines *o, int32_t territory)
{
    struct ambit_outline_size size = {.pieces = o->polygon_first[territory + 1] -
                                                o->polygon_first[territory]};
    double strips = 0.0;
    const int32_t first = o->ring_first[o->polygon_first[territory]];
    const int32_t end = o->ring_first[o->polygon_first[territory + 1]];
    for (int32_t r = first; r < end; r++) {
        for (int32_t p = o->point_first[r]; p + 1 < o->point_first[r + 1]; p++) {
            const double width = radians(o->lon[p + 1]) - radians(o->lon[p]);
            strips -=
                width * 0.5 * (ambit_sin(radians(o->lat[p])) + ambit_sin(radians(o->lat[p + 1])));
            size.perimeter_km += side_km(o, p);
        }
    }
    size.area_km2 = strips * AMBIT_EARTH_RADIUS_KM * AMBIT_EARTH_RADIUS_KM;
    return size;
}

double ambit_outline_roundness(const struct ambit_outline_size *size)
{
    if (!(size->perimeter_km > 0.0)) return NAN;
    return 4.0 * M_PI * size->area_km2 / (size->perimeter_km * size->perimeter_km);
}
