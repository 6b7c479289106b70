/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flat map of one nation: an equal-area projection centred on the accounts, chosen from their
 * extent alone, so that the same accounts always give the same map.
 */
#ifndef AMBIT_MAP_PROJECTION_H
#define AMBIT_MAP_PROJECTION_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_map_projection; /* opaque */

/* Chooses the projection for `count` ≥ 0 places in degrees; *out is owned by the caller. Errors:
 * AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER where PROJ fails. Local. */
ambit_status ambit_map_projection_create(const double *lat, const double *lon, int64_t count,
                                         struct ambit_map_projection **out) AMBIT_CHECKED;
void ambit_map_projection_destroy(struct ambit_map_projection **projection);

/* What the projection is called, for captions: "Albers equal-area conic", … */
const char *ambit_map_projection_name(const struct ambit_map_projection *projection);
/* Its definition in PROJ's words. Both strings live as long as the projection. */
const char *ambit_map_projection_definition(const struct ambit_map_projection *projection);
/* Its central meridian, degrees in [−180, 180). */
double ambit_map_projection_meridian(const struct ambit_map_projection *projection);

/* Degrees to metres, east and north of the map's origin, and back. Longitudes come back within
 * 180° of the central meridian, so that they may pass ±180. Errors: AMBIT_ERR_SOLVER for a place
 * that the projection does not reach. Local; one thread at a time. */
ambit_status ambit_map_forward(const struct ambit_map_projection *projection, double lat,
                               double lon, double *x_out, double *y_out) AMBIT_CHECKED;
ambit_status ambit_map_inverse(const struct ambit_map_projection *projection, double x, double y,
                               double *lat_out, double *lon_out) AMBIT_CHECKED;

#endif
