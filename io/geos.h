/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Ambit needs of GEOS, over plain arrays; geos.c is the one file that includes its header.
 * All functions are local, free of global state, and deterministic. Errors: AMBIT_ERR_MEMORY, and
 * AMBIT_ERR_SOLVER with GEOS's own words.
 */
#ifndef AMBIT_GEOS_H
#define AMBIT_GEOS_H

#include "engine/base/status.h"
#include <stdint.h>

struct ambit_geos; /* opaque; one thread at a time */

/* Polygons with holes; rings are closed (the last point repeats the first), the outer one first. */
struct ambit_polygons {
    int32_t count;
    int32_t *ring_first;  /* owned; count + 1: the rings of polygon p */
    int32_t *point_first; /* owned; rings + 1: the points of ring r */
    double *x, *y;        /* owned */
};
void ambit_polygons_clear(struct ambit_polygons *polygons);

ambit_status ambit_geos_create(struct ambit_geos **out) AMBIT_CHECKED;
void ambit_geos_destroy(struct ambit_geos **geos);

/* The Delaunay triangulation of `count` distinct places sorted by x, then y. *triangle_out (owned
 * by the caller) holds 3 indices a triangle. */
ambit_status ambit_geos_triangulate(struct ambit_geos *geos, const double *x, const double *y,
                                    int32_t count, int32_t (**triangle_out)[3],
                                    int32_t *triangle_count_out) AMBIT_CHECKED;

/* What a shore is drawn around: triangles that share whole edges, and single lines (both ends may
 * be one place). */
struct ambit_shore_parts {
    const double *x, *y;
    const int32_t (*triangle)[3];
    int32_t triangle_count;
    const int32_t (*line)[2];
    int32_t line_count;
};

/* The union of the parts, widened by `margin`, its inward corners rounded with radius `rounding`,
 * and the holes below `hole_area` that are left then filled. */
ambit_status ambit_geos_shore(struct ambit_geos *geos, const struct ambit_shore_parts *parts,
                              double margin, double rounding, double hole_area,
                              struct ambit_polygons *shore_out) AMBIT_CHECKED;

/* The faces that `count` line pieces (x0, y0, x1, y1) enclose, once every crossing has been rounded
 * to whole numbers, and a point inside each face (*inside_out is owned by the caller). Loose ends
 * are left out. Faces never overlap. */
ambit_status ambit_geos_faces(struct ambit_geos *geos, const double (*piece)[4], int32_t count,
                              struct ambit_polygons *faces_out,
                              double (**inside_out)[2]) AMBIT_CHECKED;

/* The union of the polygons whose indices are in `chosen`, on whole numbers, in GEOS's normal
 * order. */
ambit_status ambit_geos_merge(struct ambit_geos *geos, const struct ambit_polygons *polygons,
                              const int32_t *chosen, int32_t chosen_count,
                              struct ambit_polygons *merged_out) AMBIT_CHECKED;

/* Whether polygons `first` up to but not `end` are one valid multipolygon. */
ambit_status ambit_geos_valid(struct ambit_geos *geos, const struct ambit_polygons *polygons,
                              int32_t first, int32_t end, bool *valid_out) AMBIT_CHECKED;

#endif
