/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The land of each territory as polygons, and which territories are neighbours: what the GeoJSON
 * file and the map draw. Coordinates are whole hundred-thousandths of a degree (about a metre), so
 * that what is written is exactly what was checked.
 */
#ifndef AMBIT_OUTLINES_H
#define AMBIT_OUTLINES_H

#include "engine/base/status.h"
#include "engine/model/result.h"
#include <stdint.h>

#define AMBIT_OUTLINE_UNITS 100000 /* per degree */

struct ambit_outlines {
    int32_t territory_count;
    int32_t *polygon_first; /* owned; territories + 1: the polygons of territory j */
    int32_t *ring_first;    /* owned; polygons + 1: the rings of polygon p, the outer one first */
    int32_t *point_first;   /* owned; rings + 1: the points of ring r, the last repeats the first */
    int32_t *lat, *lon;     /* owned; outer rings counter-clockwise, holes clockwise */
    int32_t neighbour_count;
    int32_t (*neighbour)[2]; /* owned; pairs a < b of territories that touch, in rising order */
};

/* Draws the outlines of a result of any size. A territory without accounts, or whose places all
 * belong to other territories' accounts that come first, gets no polygon. Polygons do not overlap
 * and share their borders exactly; one that crosses the date line is cut there. *out is owned by
 * the caller. Errors: AMBIT_ERR_MEMORY; AMBIT_ERR_SOLVER where GEOS or PROJ fails. Local. */
ambit_status ambit_outlines_create(const struct ambit_result *result,
                                   struct ambit_outlines **out) AMBIT_CHECKED;
void ambit_outlines_destroy(struct ambit_outlines **outlines);

#endif
