/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From any coordinate reference system that PROJ knows to degrees on WGS 84.
 */
#ifndef AMBIT_PROJECTION_H
#define AMBIT_PROJECTION_H

#include "engine/base/status.h"
#include <stdbool.h>

struct ambit_projection; /* opaque */

/* `crs` is anything that PROJ takes: "EPSG:5070", a PROJ string, WKT, PROJJSON. *out is owned by
 * the caller. Errors: AMBIT_ERR_INPUT where PROJ does not know it, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_projection_create(const char *crs, struct ambit_projection **out) AMBIT_CHECKED;
void ambit_projection_destroy(struct ambit_projection **projection);

/* x is easting or longitude and y northing or latitude, whatever order the system's axes have.
 * False where the place has no image. Local; one thread at a time. */
bool ambit_projection_to_degrees(struct ambit_projection *projection, double x, double y,
                                 double *lat_out, double *lon_out);

#endif
