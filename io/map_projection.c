/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which projection: the extent in longitude is what remains beside the widest empty gap, so a
 * nation across the date line is one piece. Lands between the tropics and the poles get the Albers
 * conic, with its parallels a sixth of the extent inside the southern and the northern edge (Deetz,
 * Adams 1934; for the contiguous United States that comes within a degree of the usual 29.5° and
 * 45.5°), lands around the equator or a pole Lambert's azimuthal, and the world the Equal Earth
 * projection. All are equal-area on WGS 84, so dots per square centimetre mean the same everywhere.
 *
 * Cost: one sort of the longitudes. Weakness: outlying islands widen the extent and shrink the
 * rest.
 */
#include "io/map_projection.h"
#include "engine/base/memory.h"

#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONIC_FROM 15.0 /* degrees of latitude: below, a cone is nearly a cylinder */
#define CONIC_TO 75.0   /* above, nearly a plane */

struct ambit_map_projection {
    PJ_CONTEXT *context; /* owned */
    PJ *transform;       /* owned */
    double meridian;
    const char *name;
    char definition[128];
};

struct extent {
    double lat_min, lat_max, lon_middle, lon_span;
};

static double wrap_degrees(double lon, double centre)
{
    return lon - 360.0 * floor((lon - centre + 180.0) / 360.0);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* `lon` is scratch: wrapped to [−180, 180) by the caller, sorted here. */
static struct extent find_extent(const double *lat, double *lon, int64_t count)
{
    struct extent extent = {0};
    if (count == 0) return extent;
    extent.lat_min = extent.lat_max = lat[0];
    for (int64_t i = 1; i < count; i++) {
        extent.lat_min = fmin(extent.lat_min, lat[i]);
        extent.lat_max = fmax(extent.lat_max, lat[i]);
    }
    qsort(lon, (size_t)count, sizeof *lon, compare_doubles);
    double gap = lon[0] + 360.0 - lon[count - 1], start = lon[0];
    for (int64_t i = 1; i < count; i++) {
        if (lon[i] - lon[i - 1] > gap) {
            gap = lon[i] - lon[i - 1];
            start = lon[i];
        }
    }
    extent.lon_span = 360.0 - gap;
    extent.lon_middle = start + 0.5 * extent.lon_span;
    return extent;
}

static void choose(const struct extent *extent, struct ambit_map_projection *map)
{
    const double middle = 0.5 * (extent->lat_min + extent->lat_max);
    const double sixth = (extent->lat_max - extent->lat_min) / 6.0;
    const bool one_side = extent->lat_min > 0 || extent->lat_max < 0;
    map->meridian = wrap_degrees(round(extent->lon_middle * 100.0) / 100.0, 0.0);
    if (extent->lon_span > 180.0) {
        map->name = "Equal Earth";
        (void)snprintf(map->definition, sizeof map->definition,
                       "+proj=eqearth +lon_0=%.2f +ellps=WGS84", map->meridian);
    } else if (one_side && fabs(middle) > CONIC_FROM && fabs(middle) < CONIC_TO) {
        map->name = "Albers equal-area conic";
        (void)snprintf(map->definition, sizeof map->definition,
                       "+proj=aea +lat_0=%.2f +lon_0=%.2f +lat_1=%.2f +lat_2=%.2f +ellps=WGS84",
                       middle, map->meridian, extent->lat_min + sixth, extent->lat_max - sixth);
    } else {
        map->name = "Lambert azimuthal equal-area";
        (void)snprintf(map->definition, sizeof map->definition,
                       "+proj=laea +lat_0=%.2f +lon_0=%.2f +ellps=WGS84", middle, map->meridian);
    }
}

ambit_status ambit_map_projection_create(const double *lat, const double *lon, int64_t count,
                                         struct ambit_map_projection **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_map_projection *map = NULL;
    double *sorted = NULL;
    AMBIT_TRY(ambit_alloc(&sorted, (size_t)count, sizeof *sorted));
    AMBIT_TRY(ambit_alloc(&map, 1, sizeof *map));
    for (int64_t i = 0; i < count; i++)
        sorted[i] = wrap_degrees(lon[i], 0.0);
    const struct extent extent = find_extent(lat, sorted, count);
    choose(&extent, map);
    map->context = proj_context_create();
    if (map->context != NULL) {
        (void)proj_log_level(map->context, PJ_LOG_NONE); /* its words come with our errors */
        map->transform = proj_create(map->context, map->definition);
    }
    if (map->transform == NULL)
        status = ambit_fail(
            AMBIT_ERR_SOLVER, "PROJ cannot make the map projection '%s': %s", map->definition,
            proj_context_errno_string(map->context, proj_context_errno(map->context)));
done:
    ambit_free(&sorted);
    if (status != AMBIT_OK) ambit_map_projection_destroy(&map);
    *out = map;
    return status;
}

void ambit_map_projection_destroy(struct ambit_map_projection **projection)
{
    if (*projection == NULL) return;
    proj_destroy((*projection)->transform);
    proj_context_destroy((*projection)->context);
    ambit_free(projection);
}

const char *ambit_map_projection_name(const struct ambit_map_projection *projection)
{
    return projection->name;
}

const char *ambit_map_projection_definition(const struct ambit_map_projection *projection)
{
    return projection->definition;
}

double ambit_map_projection_meridian(const struct ambit_map_projection *projection)
{
    return projection->meridian;
}

ambit_status ambit_map_forward(const struct ambit_map_projection *projection, double lat,
                               double lon, double *x_out, double *y_out)
{
    const PJ_COORD at = proj_trans(projection->transform, PJ_FWD,
                                   proj_coord(proj_torad(lon), proj_torad(lat), 0, 0));
    if (!isfinite(at.xy.x) || !isfinite(at.xy.y))
        return ambit_fail(AMBIT_ERR_SOLVER, "PROJ cannot draw latitude %.5f, longitude %.5f (%s)",
                          lat, lon, projection->definition);
    *x_out = at.xy.x;
    *y_out = at.xy.y;
    return AMBIT_OK;
}

ambit_status ambit_map_inverse(const struct ambit_map_projection *projection, double x, double y,
                               double *lat_out, double *lon_out)
{
    const PJ_COORD at = proj_trans(projection->transform, PJ_INV, proj_coord(x, y, 0, 0));
    if (!isfinite(at.lp.phi) || !isfinite(at.lp.lam))
        return ambit_fail(AMBIT_ERR_SOLVER, "PROJ cannot place the map point %.0f, %.0f (%s)", x, y,
                          projection->definition);
    *lat_out = proj_todeg(at.lp.phi);
    *lon_out = wrap_degrees(proj_todeg(at.lp.lam), projection->meridian);
    return AMBIT_OK;
}
