/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Barriers from GeoJSON (RFC 7946): lines, and the rings of polygons, in degrees.
 */
#ifndef AMBIT_BARRIERS_GEOJSON_H
#define AMBIT_BARRIERS_GEOJSON_H

#include "engine/base/hash.h"
#include "engine/model/barriers.h"

/* Reads every LineString, MultiLineString, Polygon and MultiPolygon of the file; features without a
 * geometry count for nothing. hash_out is the SHA-256 of the file. Errors: AMBIT_ERR_INPUT with the
 * feature, its part and what was expected there; AMBIT_ERR_IO; AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_barriers_read(const char *path, char hash_out[AMBIT_SHA256_TEXT],
                                 struct ambit_barriers *out) AMBIT_CHECKED;

/* The same from text in memory, without the hash; `path` is for messages. */
ambit_status ambit_barriers_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_barriers *out) AMBIT_CHECKED;

#endif
