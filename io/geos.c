/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GEOS through its reentrant C interface. Geometries live only inside one function: plain arrays go
 * in and come out, so that what is owned by GEOS never leaves this file.
 *
 * Cost: triangulation O(n log n), unions and noding O(n log n) in the line pieces; about 3 s for
 * 200,000 places. Weakness: GEOS keeps each triangle as a polygon object, some 300 bytes each.
 */
#include "io/geos.h"
#include "engine/base/memory.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>

#define QUADRANT_SEGMENTS 6 /* a quarter circle of a shore is drawn with so many pieces */
#define SIMPLIFY_SHARE 0.03 /* shores are simplified within this share of their margin */

struct ambit_geos {
    GEOSContextHandle_t handle; /* owned */
    char message[256];
};

static void keep_message(const char *message, void *geos)
{
    struct ambit_geos *const to = geos;
    (void)snprintf(to->message, sizeof to->message, "%s", message);
}

static ambit_status geos_failed(const struct ambit_geos *geos, const char *doing)
{
    return ambit_fail(AMBIT_ERR_SOLVER, "GEOS failed while %s: %s", doing,
                      geos->message[0] != '\0' ? geos->message : "no reason given");
}

ambit_status ambit_geos_create(struct ambit_geos **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_geos *geos = NULL;
    AMBIT_TRY(ambit_alloc(&geos, 1, sizeof *geos));
    geos->handle = GEOS_init_r();
    if (geos->handle == NULL) {
        status = geos_failed(geos, "starting");
        ambit_free(&geos);
        goto done;
    }
    (void)GEOSContext_setErrorMessageHandler_r(geos->handle, keep_message, geos);
done:
    *out = geos;
    return status;
}

void ambit_geos_destroy(struct ambit_geos **geos)
{
    if (*geos == NULL) return;
    GEOS_finish_r((*geos)->handle);
    ambit_free(geos);
}

void ambit_polygons_clear(struct ambit_polygons *polygons)
{
    ambit_free(&polygons->ring_first);
    ambit_free(&polygons->point_first);
    ambit_free(&polygons->x);
    ambit_free(&polygons->y);
    polygons->count = 0;
}

/* A collection owns its members from its creation; until then they are ours to destroy. */
struct members {
    GEOSGeometry **item; /* owned, with what it points to */
    int32_t count;
};

static ambit_status members_init(struct members *members, int32_t capacity)
{
    members->count = 0;
    return ambit_alloc(&members->item, (size_t)capacity, sizeof(GEOSGeometry *));
}

static void members_clear(struct ambit_geos *geos, struct members *members)
{
    for (int32_t i = 0; i < members->count; i++)
        GEOSGeom_destroy_r(geos->handle, members->item[i]);
    members->count = 0;
    ambit_free(&members->item);
}

static bool members_add(struct members *members, GEOSGeometry *item)
{
    if (item == NULL) return false;
    members->item[members->count++] = item;
    return true;
}

/* The members as one geometry of the given type, which owns them; NULL where GEOS failed. */
static GEOSGeometry *members_join(struct ambit_geos *geos, struct members *members, int type)
{
    GEOSGeometry *const joined =
        GEOSGeom_createCollection_r(geos->handle, type, members->item, (unsigned)members->count);
    if (joined != NULL) members->count = 0;
    return joined;
}

static GEOSCoordSequence *sequence_of(struct ambit_geos *geos, const double *x, const double *y,
                                      int32_t count)
{
    return GEOSCoordSeq_copyFromArrays_r(geos->handle, x, y, NULL, NULL, (unsigned)count);
}

static GEOSGeometry *line_of(struct ambit_geos *geos, const double *x, const double *y,
                             int32_t count)
{
    GEOSCoordSequence *const sequence = sequence_of(geos, x, y, count);
    return sequence == NULL ? NULL : GEOSGeom_createLineString_r(geos->handle, sequence);
}

static GEOSGeometry *ring_of(struct ambit_geos *geos, const double *x, const double *y,
                             int32_t count)
{
    GEOSCoordSequence *const sequence = sequence_of(geos, x, y, count);
    return sequence == NULL ? NULL : GEOSGeom_createLinearRing_r(geos->handle, sequence);
}

static double ring_area(const struct ambit_polygons *polygons, int32_t r)
{
    const int32_t first = polygons->point_first[r];
    double twice = 0.0;
    for (int32_t k = first + 1; k + 1 < polygons->point_first[r + 1]; k++) {
        const double ax = polygons->x[k] - polygons->x[first];
        const double ay = polygons->y[k] - polygons->y[first];
        const double bx = polygons->x[k + 1] - polygons->x[first];
        const double by = polygons->y[k + 1] - polygons->y[first];
        twice += ax * by - ay * bx;
    }
    return 0.5 * fabs(twice);
}

/* Adds polygon p, without its holes below `hole_area`, to `to`. */
static ambit_status add_polygon(struct ambit_geos *geos, const struct ambit_polygons *from,
                                int32_t p, double hole_area, struct members *to)
{
    ambit_status status = AMBIT_OK;
    struct members rings = {0};
    const int32_t begin = from->ring_first[p], end = from->ring_first[p + 1];
    AMBIT_TRY(members_init(&rings, end - begin));
    for (int32_t r = begin; r < end; r++) {
        const int32_t first = from->point_first[r];
        if (r > begin && ring_area(from, r) < hole_area) continue;
        if (!members_add(&rings, ring_of(geos, from->x + first, from->y + first,
                                         from->point_first[r + 1] - first))) {
            status = geos_failed(geos, "making a ring");
            goto done;
        }
    }
    GEOSGeometry *const polygon = GEOSGeom_createPolygon_r(
        geos->handle, rings.item[0], rings.item + 1, (unsigned)rings.count - 1);
    if (polygon != NULL) rings.count = 0;
    if (!members_add(to, polygon)) status = geos_failed(geos, "making a polygon");
done:
    members_clear(geos, &rings);
    return status;
}

/* How many rings and points the polygons of `geometry` have; false where GEOS failed. */
static bool count_rings(struct ambit_geos *geos, const GEOSGeometry *geometry, int polygons,
                        int32_t *rings_out, int32_t *points_out)
{
    *rings_out = *points_out = 0;
    for (int p = 0; p < polygons; p++) {
        const GEOSGeometry *const polygon = GEOSGetGeometryN_r(geos->handle, geometry, p);
        const int holes = GEOSGetNumInteriorRings_r(geos->handle, polygon);
        if (holes < 0) return false;
        *rings_out += holes + 1;
        *points_out += GEOSGetNumCoordinates_r(geos->handle, polygon);
    }
    return true;
}

/* Appends the points of a ring at `*next`; false where GEOS failed. */
static bool copy_ring(struct ambit_geos *geos, const GEOSGeometry *ring,
                      const struct ambit_polygons *to, int32_t *next)
{
    const GEOSCoordSequence *const sequence = GEOSGeom_getCoordSeq_r(geos->handle, ring);
    unsigned size = 0;
    if (sequence == NULL || GEOSCoordSeq_getSize_r(geos->handle, sequence, &size) == 0 ||
        GEOSCoordSeq_copyToArrays_r(geos->handle, sequence, to->x + *next, to->y + *next, NULL,
                                    NULL) == 0)
        return false;
    *next += (int32_t)size;
    return true;
}

static bool copy_polygons(struct ambit_geos *geos, const GEOSGeometry *geometry,
                          struct ambit_polygons *to)
{
    int32_t ring = 0, point = 0;
    for (int32_t p = 0; p < to->count; p++) {
        const GEOSGeometry *const polygon = GEOSGetGeometryN_r(geos->handle, geometry, p);
        const int holes = GEOSGetNumInteriorRings_r(geos->handle, polygon);
        to->ring_first[p] = ring;
        for (int h = -1; h < holes; h++) {
            to->point_first[ring++] = point;
            if (!copy_ring(geos,
                           h < 0 ? GEOSGetExteriorRing_r(geos->handle, polygon)
                                 : GEOSGetInteriorRingN_r(geos->handle, polygon, h),
                           to, &point))
                return false;
        }
    }
    to->ring_first[to->count] = ring;
    to->point_first[ring] = point;
    return true;
}

/* Polygons, one or a collection, as plain arrays. */
static ambit_status read_polygons(struct ambit_geos *geos, const GEOSGeometry *geometry,
                                  struct ambit_polygons *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_polygons polygons = {0};
    int32_t rings, points;
    const bool empty = GEOSisEmpty_r(geos->handle, geometry) == 1;
    polygons.count = empty ? 0 : GEOSGetNumGeometries_r(geos->handle, geometry);
    bool read = count_rings(geos, geometry, polygons.count, &rings, &points);
    if (read) {
        AMBIT_TRY(ambit_alloc(&polygons.ring_first, (size_t)polygons.count + 1, sizeof(int32_t)));
        AMBIT_TRY(ambit_alloc(&polygons.point_first, (size_t)rings + 1, sizeof(int32_t)));
        AMBIT_TRY(ambit_alloc(&polygons.x, (size_t)points, sizeof(double)));
        AMBIT_TRY(ambit_alloc(&polygons.y, (size_t)points, sizeof(double)));
        read = copy_polygons(geos, geometry, &polygons);
    }
    if (!read) status = geos_failed(geos, "reading polygons");
done:
    if (status != AMBIT_OK) ambit_polygons_clear(&polygons);
    *out = polygons;
    return status;
}

/* The index of a place among places sorted by x, then y; −1 where it is not there. */
static int32_t find_place(const double *x, const double *y, int32_t count, double at_x, double at_y)
{
    int32_t low = 0, high = count - 1;
    while (low <= high) {
        const int32_t middle = low + (high - low) / 2;
        if (x[middle] == at_x && y[middle] == at_y) return middle;
        if (x[middle] < at_x || (x[middle] == at_x && y[middle] < at_y))
            low = middle + 1;
        else
            high = middle - 1;
    }
    return -1;
}

/* The three corners of a triangle as indices of places; false where GEOS moved a corner. */
static bool read_triangle(struct ambit_geos *geos, const GEOSGeometry *triangle, const double *x,
                          const double *y, int32_t count, int32_t corner_out[3])
{
    const GEOSGeometry *const ring = GEOSGetExteriorRing_r(geos->handle, triangle);
    const GEOSCoordSequence *const corners =
        ring == NULL ? NULL : GEOSGeom_getCoordSeq_r(geos->handle, ring);
    for (unsigned k = 0; corners != NULL && k < 3; k++) {
        double at_x, at_y;
        if (GEOSCoordSeq_getXY_r(geos->handle, corners, k, &at_x, &at_y) == 0) return false;
        corner_out[k] = find_place(x, y, count, at_x, at_y);
        if (corner_out[k] < 0) return false;
    }
    return corners != NULL;
}

ambit_status ambit_geos_triangulate(struct ambit_geos *geos, const double *x, const double *y,
                                    int32_t count, int32_t (**triangle_out)[3],
                                    int32_t *triangle_count_out)
{
    ambit_status status = AMBIT_OK;
    int32_t(*triangle)[3] = NULL;
    int32_t triangles = 0;
    GEOSGeometry *all = NULL;
    GEOSGeometry *const places = line_of(geos, x, y, count);
    if (places != NULL) all = GEOSDelaunayTriangulation_r(geos->handle, places, 0.0, 0);
    if (all != NULL) triangles = GEOSGetNumGeometries_r(geos->handle, all);
    bool read = all != NULL && triangles >= 0;
    if (read) AMBIT_TRY(ambit_alloc(&triangle, (size_t)triangles, sizeof *triangle));
    for (int32_t t = 0; read && t < triangles; t++)
        read =
            read_triangle(geos, GEOSGetGeometryN_r(geos->handle, all, t), x, y, count, triangle[t]);
    if (!read) status = geos_failed(geos, "triangulating the accounts");
done:
    GEOSGeom_destroy_r(geos->handle, all);
    GEOSGeom_destroy_r(geos->handle, places);
    if (status != AMBIT_OK) ambit_free(&triangle);
    *triangle_out = triangle;
    *triangle_count_out = status == AMBIT_OK ? triangles : 0;
    return status;
}

/* The triangles' union as polygons of their own; the shared edges are dropped exactly. */
static ambit_status join_triangles(struct ambit_geos *geos, const struct ambit_shore_parts *parts,
                                   struct ambit_polygons *joined_out)
{
    ambit_status status = AMBIT_OK;
    struct members triangles = {0};
    GEOSGeometry *all = NULL, *joined = NULL;
    AMBIT_TRY(members_init(&triangles, parts->triangle_count));
    for (int32_t t = 0; t < parts->triangle_count; t++) {
        double x[4], y[4];
        for (int k = 0; k < 4; k++) {
            x[k] = parts->x[parts->triangle[t][k % 3]];
            y[k] = parts->y[parts->triangle[t][k % 3]];
        }
        GEOSGeometry *const ring = ring_of(geos, x, y, 4);
        if (ring == NULL ||
            !members_add(&triangles, GEOSGeom_createPolygon_r(geos->handle, ring, NULL, 0)))
            break;
    }
    if (triangles.count == parts->triangle_count)
        all = members_join(geos, &triangles, GEOS_MULTIPOLYGON);
    if (all != NULL) joined = GEOSCoverageUnion_r(geos->handle, all);
    if (joined == NULL)
        status = geos_failed(geos, "joining triangles");
    else
        status = read_polygons(geos, joined, joined_out);
done:
    GEOSGeom_destroy_r(geos->handle, joined);
    GEOSGeom_destroy_r(geos->handle, all);
    members_clear(geos, &triangles);
    return status;
}

/* All that the shore is drawn around, as one geometry; NULL in *out where GEOS failed. */
static ambit_status gather_shore(struct ambit_geos *geos, const struct ambit_shore_parts *parts,
                                 GEOSGeometry **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_polygons land = {0};
    struct members all = {0};
    if (parts->triangle_count > 0) AMBIT_TRY(join_triangles(geos, parts, &land));
    AMBIT_TRY(members_init(&all, land.count + parts->line_count));
    for (int32_t p = 0; p < land.count; p++)
        AMBIT_TRY(add_polygon(geos, &land, p, 0.0, &all));
    for (int32_t l = 0; l < parts->line_count; l++) {
        const int32_t a = parts->line[l][0], b = parts->line[l][1];
        const double x[2] = {parts->x[a], parts->x[b]}, y[2] = {parts->y[a], parts->y[b]};
        if (!members_add(&all, a == b ? GEOSGeom_createPointFromXY_r(geos->handle, x[0], y[0])
                                      : line_of(geos, x, y, 2)))
            goto done;
    }
    *out = members_join(geos, &all, GEOS_GEOMETRYCOLLECTION);
done:
    members_clear(geos, &all);
    ambit_polygons_clear(&land);
    return status;
}

/* Closes the small holes; islands in them become part of the land. NULL where GEOS failed. */
static ambit_status fill_holes(struct ambit_geos *geos, const GEOSGeometry *shore, double hole_area,
                               GEOSGeometry **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_polygons land = {0};
    struct members all = {0};
    GEOSGeometry *joined = NULL;
    AMBIT_TRY(read_polygons(geos, shore, &land));
    AMBIT_TRY(members_init(&all, land.count));
    for (int32_t p = 0; p < land.count; p++)
        AMBIT_TRY(add_polygon(geos, &land, p, hole_area, &all));
    joined = members_join(geos, &all, GEOS_GEOMETRYCOLLECTION);
    if (joined != NULL) *out = GEOSUnaryUnion_r(geos->handle, joined);
done:
    GEOSGeom_destroy_r(geos->handle, joined);
    members_clear(geos, &all);
    ambit_polygons_clear(&land);
    return status;
}

ambit_status ambit_geos_shore(struct ambit_geos *geos, const struct ambit_shore_parts *parts,
                              double margin, double rounding, double hole_area,
                              struct ambit_polygons *shore_out)
{
    ambit_status status = AMBIT_OK;
    GEOSGeometry *gathered = NULL, *wide = NULL, *shore = NULL, *filled = NULL, *simple = NULL;
    AMBIT_TRY(gather_shore(geos, parts, &gathered));
    if (gathered != NULL)
        wide = GEOSBuffer_r(geos->handle, gathered, margin + rounding, QUADRANT_SEGMENTS);
    if (wide != NULL) shore = GEOSBuffer_r(geos->handle, wide, -rounding, QUADRANT_SEGMENTS);
    if (shore != NULL) AMBIT_TRY(fill_holes(geos, shore, hole_area, &filled));
    if (filled != NULL)
        simple = GEOSTopologyPreserveSimplify_r(geos->handle, filled, SIMPLIFY_SHARE * margin);
    if (simple == NULL)
        status = geos_failed(geos, "drawing the shore");
    else
        status = read_polygons(geos, simple, shore_out);
done:
    GEOSGeom_destroy_r(geos->handle, simple);
    GEOSGeom_destroy_r(geos->handle, filled);
    GEOSGeom_destroy_r(geos->handle, shore);
    GEOSGeom_destroy_r(geos->handle, wide);
    GEOSGeom_destroy_r(geos->handle, gathered);
    return status;
}

/* The pieces, split where they cross, in one geometry; NULL in *out where GEOS failed. */
static ambit_status node_pieces(struct ambit_geos *geos, const double (*piece)[4], int32_t count,
                                GEOSGeometry **out)
{
    ambit_status status = AMBIT_OK;
    struct members lines = {0};
    GEOSGeometry *all = NULL;
    AMBIT_TRY(members_init(&lines, count));
    for (int32_t i = 0; i < count; i++) {
        const double x[2] = {piece[i][0], piece[i][2]}, y[2] = {piece[i][1], piece[i][3]};
        if (!members_add(&lines, line_of(geos, x, y, 2))) goto done;
    }
    all = members_join(geos, &lines, GEOS_MULTILINESTRING);
    if (all != NULL) *out = GEOSUnaryUnionPrec_r(geos->handle, all, 1.0);
done:
    GEOSGeom_destroy_r(geos->handle, all);
    members_clear(geos, &lines);
    return status;
}

static ambit_status find_insides(struct ambit_geos *geos, const GEOSGeometry *faces,
                                 double (**inside_out)[2])
{
    ambit_status status = AMBIT_OK;
    double(*inside)[2] = NULL;
    const int count = GEOSGetNumGeometries_r(geos->handle, faces);
    AMBIT_TRY(ambit_alloc(&inside, (size_t)count, sizeof *inside));
    for (int i = 0; i < count && status == AMBIT_OK; i++) {
        GEOSGeometry *const point =
            GEOSPointOnSurface_r(geos->handle, GEOSGetGeometryN_r(geos->handle, faces, i));
        if (point == NULL || GEOSGeomGetX_r(geos->handle, point, &inside[i][0]) != 1 ||
            GEOSGeomGetY_r(geos->handle, point, &inside[i][1]) != 1)
            status = geos_failed(geos, "finding a point inside a face");
        GEOSGeom_destroy_r(geos->handle, point);
    }
done:
    if (status != AMBIT_OK) ambit_free(&inside);
    *inside_out = inside;
    return status;
}

ambit_status ambit_geos_faces(struct ambit_geos *geos, const double (*piece)[4], int32_t count,
                              struct ambit_polygons *faces_out, double (**inside_out)[2])
{
    ambit_status status = AMBIT_OK;
    GEOSGeometry *lines = NULL, *faces = NULL;
    AMBIT_TRY(node_pieces(geos, piece, count, &lines));
    if (lines != NULL) {
        const GEOSGeometry *const list[1] = {lines};
        faces = GEOSPolygonize_r(geos->handle, list, 1);
    }
    if (faces == NULL) {
        status = geos_failed(geos, "finding the faces between borders");
        goto done;
    }
    AMBIT_TRY(find_insides(geos, faces, inside_out));
    status = read_polygons(geos, faces, faces_out);
    if (status != AMBIT_OK) ambit_free(inside_out);
done:
    GEOSGeom_destroy_r(geos->handle, faces);
    GEOSGeom_destroy_r(geos->handle, lines);
    return status;
}

ambit_status ambit_geos_merge(struct ambit_geos *geos, const struct ambit_polygons *polygons,
                              const int32_t *chosen, int32_t chosen_count,
                              struct ambit_polygons *merged_out)
{
    ambit_status status = AMBIT_OK;
    struct members members = {0};
    GEOSGeometry *all = NULL, *merged = NULL;
    AMBIT_TRY(members_init(&members, chosen_count));
    for (int32_t i = 0; i < chosen_count; i++)
        AMBIT_TRY(add_polygon(geos, polygons, chosen[i], 0.0, &members));
    all = members_join(geos, &members, GEOS_GEOMETRYCOLLECTION);
    if (all != NULL) merged = GEOSUnaryUnionPrec_r(geos->handle, all, 1.0);
    if (merged == NULL || GEOSNormalize_r(geos->handle, merged) != 0)
        status = geos_failed(geos, "joining the faces of a territory");
    else
        status = read_polygons(geos, merged, merged_out);
done:
    GEOSGeom_destroy_r(geos->handle, merged);
    GEOSGeom_destroy_r(geos->handle, all);
    members_clear(geos, &members);
    return status;
}

ambit_status ambit_geos_valid(struct ambit_geos *geos, const struct ambit_polygons *polygons,
                              int32_t first, int32_t end, bool *valid_out)
{
    ambit_status status = AMBIT_OK;
    struct members members = {0};
    GEOSGeometry *all = NULL;
    AMBIT_TRY(members_init(&members, end - first));
    for (int32_t p = first; p < end; p++)
        AMBIT_TRY(add_polygon(geos, polygons, p, 0.0, &members));
    all = members_join(geos, &members, GEOS_MULTIPOLYGON);
    const char answer = all == NULL ? 2 : GEOSisValid_r(geos->handle, all);
    if (answer > 1)
        status = geos_failed(geos, "checking outlines");
    else
        *valid_out = answer == 1;
done:
    GEOSGeom_destroy_r(geos->handle, all);
    members_clear(geos, &members);
    return status;
}
