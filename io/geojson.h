/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The territories as GeoJSON (RFC 7946): one feature a territory, in the order of the result, with
 * its outline and its figures. QGIS, GDAL and web maps open it.
 *
 * Properties: territory, rep (null where there is none), accounts, travel_hours; `load_<measure>`;
 * for each band `band_<label>_value`, `_target`, `_deviation` (value/target − 1; target and
 * deviation are null for shares) and `_met`; gained, lost (null where there is no current plan);
 * where the plan was asked to be contiguous pieces, islands (on which it has accounts) and
 * accounts_apart (outside the largest piece on their island); centre_lat, centre_lon. In labels a
 * slash reads "_per_"; a label that stands twice gets "_2" and so on.
 */
#ifndef AMBIT_GEOJSON_H
#define AMBIT_GEOJSON_H

#include "engine/base/status.h"
#include "engine/model/result.h"
#include "io/outlines.h"

/* Writes the file whole or not at all. A territory without an outline has a null geometry. Errors:
 * AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_geojson_write(const char *path, const struct ambit_result *result,
                                 const struct ambit_outlines *outlines) AMBIT_CHECKED;

#endif
