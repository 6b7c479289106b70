/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A territory's outline is the union of the Voronoi cells of its accounts, cut at a shore drawn
 * around all accounts. No cell is ever built: borders are the Voronoi edges between accounts of
 * different territories, that is, the lines between the circumcentres of the two Delaunay triangles
 * on a side whose ends differ. Borders and shore are rounded to the written grid, noded together
 * there and read as faces; each face belongs to the territory of its nearest account. So
 * neighbours share their borders to the last digit, nothing overlaps, and what is written is valid.
 *
 * The shore is an alpha shape (Edelsbrunner, Kirkpatrick, Seidel 1983): Delaunay triangles whose
 * circumcircle is smaller than the reach, widened a little and with its inward corners rounded. The
 * reach is a few times the usual distance between accounts and never below a small share of the
 * nation's size, so that lumpy data still give a land and not a string of beads.
 *
 * Cost: O(n log n) for n accounts, most of it the triangulation. Weaknesses: borders are straight
 * in latitude and longitude between the Voronoi corners; lands that reach a pole are not drawn
 * well; accounts nearer to each other than a metre share a cell.
 */
#include "io/outlines.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "engine/model/territory_pairs.h"
#include "io/geos.h"
#include "io/map_projection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_SIDE 16      /* helper places on each side of the frame around the accounts */
#define REACH_SPACINGS 3.0 /* reach of the shore in usual distances between accounts */
#define REACH_SHARE 0.012  /* and at least this share of the nation's diagonal */
#define REACH_MIN_M 500.0
#define MARGIN_SHARE 0.25   /* how far the shore runs outside the accounts, in reaches */
#define ROUNDING_SHARE 0.75 /* radius of rounded inward corners, in reaches */
#define HOLE_REACHES2 12.0  /* holes below this many squared reaches are filled */
#define BORDER_REACHES 4.0  /* borders end this far from their accounts; the shore is nearer */
#define NOBODY (-1)         /* the territory of helper places */

struct site {
    double x, y; /* whole metres */
    int64_t account;
    int32_t territory;
};

struct edge { /* a side of a triangle, lower end first */
    int32_t a, b, triangle;
};

struct circle { /* around a triangle; radius infinite where its corners stand in a line */
    double x, y, radius;
};

/* Everything between the accounts and the outlines. */
struct drawing {
    const struct ambit_result *result;       /* borrowed */
    struct ambit_map_projection *projection; /* owned, as all below */
    struct ambit_geos *geos;
    struct site *site; /* distinct places by x, then y, helper places among them */
    double *x, *y;     /* the same places, for the triangulation */
    int32_t site_count;
    double reach; /* metres */
    int32_t (*triangle)[3];
    struct circle *circle;
    int32_t triangle_count;
    struct edge *edge; /* by a, b, triangle */
    int32_t edge_count;
    double (*piece)[4]; /* border and shore pieces on the written grid */
    int32_t piece_count, piece_room;
    struct ambit_polygons shore; /* on the written grid */
    struct ambit_polygons faces;
    double (*inside)[2];     /* a point in each face */
    int32_t *face_territory; /* NOBODY outside the shore */
};

static void drawing_clear(struct drawing *d)
{
    ambit_map_projection_destroy(&d->projection);
    ambit_geos_destroy(&d->geos);
    ambit_free(&d->site);
    ambit_free(&d->x);
    ambit_free(&d->y);
    ambit_free(&d->triangle);
    ambit_free(&d->circle);
    ambit_free(&d->edge);
    ambit_free(&d->piece);
    ambit_polygons_clear(&d->shore);
    ambit_polygons_clear(&d->faces);
    ambit_free(&d->inside);
    ambit_free(&d->face_territory);
}

static int compare_sites(const void *left, const void *right)
{
    const struct site *const a = left, *const b = right;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    if (a->y != b->y) return a->y < b->y ? -1 : 1;
    return (a->account > b->account) - (a->account < b->account);
}

static int compare_edges(const void *left, const void *right)
{
    const struct edge *const a = left, *const b = right;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    if (a->b != b->b) return a->b < b->b ? -1 : 1;
    return (a->triangle > b->triangle) - (a->triangle < b->triangle);
}

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts the first `count` sites and keeps one at each place: the first account's. */
static int32_t keep_distinct(struct site *site, int64_t count)
{
    if (count == 0) return 0;
    qsort(site, (size_t)count, sizeof *site, compare_sites);
    int32_t kept = 1;
    for (int64_t i = 1; i < count; i++) {
        if (site[i].x != site[kept - 1].x || site[i].y != site[kept - 1].y) site[kept++] = site[i];
    }
    return kept;
}

/* The distance between the 2nd and 98th of a hundred parts of `value`, widened to the whole: a few
 * far accounts do not count. Sorts `value`. */
static double usual_width(double *value, int32_t count)
{
    const int32_t cut = count / 50;
    qsort(value, (size_t)count, sizeof *value, compare_doubles);
    return (value[count - 1 - cut] - value[cut]) / 0.96;
}

static ambit_status choose_reach(struct drawing *d)
{
    ambit_status status = AMBIT_OK;
    double *value = NULL;
    AMBIT_TRY(ambit_alloc(&value, (size_t)d->site_count, sizeof *value));
    for (int32_t i = 0; i < d->site_count; i++)
        value[i] = d->site[i].x;
    const double width = usual_width(value, d->site_count);
    for (int32_t i = 0; i < d->site_count; i++)
        value[i] = d->site[i].y;
    const double height = usual_width(value, d->site_count);
    const double diagonal = ambit_hypot(width, height);
    /* Places along one line have no area; their spacing is the line's length shared. */
    const double spacing = fmax(sqrt(width * height / d->site_count), diagonal / d->site_count);
    d->reach = fmax(fmax(REACH_SPACINGS * spacing, REACH_SHARE * diagonal), REACH_MIN_M);
done:
    ambit_free(&value);
    return status;
}

/* Helper places around all accounts close every cell. They stand so far out and so close together
 * that no circumcentre lies beyond them and their cells stay clear of the shore. */
static void add_frame(struct drawing *d)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (int32_t i = 0; i < d->site_count; i++) {
        low[0] = fmin(low[0], d->site[i].x);
        low[1] = fmin(low[1], d->site[i].y);
        high[0] = fmax(high[0], d->site[i].x);
        high[1] = fmax(high[1], d->site[i].y);
    }
    const double size = fmax(high[0] - low[0], high[1] - low[1]);
    const double margin = 0.25 * size + 2.0 * BORDER_REACHES * d->reach;
    for (int k = 0; k < 4 * FRAME_SIDE; k++) {
        const int side = k / FRAME_SIDE;
        const double along = (k % FRAME_SIDE) / (double)FRAME_SIDE;
        const double u[4] = {along, 1.0, 1.0 - along, 0.0};
        const double v[4] = {0.0, along, 1.0, 1.0 - along};
        struct site *const site = &d->site[d->site_count++];
        site->x = rint(low[0] - margin + u[side] * (high[0] - low[0] + 2.0 * margin));
        site->y = rint(low[1] - margin + v[side] * (high[1] - low[1] + 2.0 * margin));
        site->territory = NOBODY;
        site->account = INT64_MAX;
    }
}

static ambit_status place_sites(struct drawing *d)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = d->result;
    AMBIT_TRY(ambit_alloc(&d->site, (size_t)r->account_count + 4 * FRAME_SIDE, sizeof *d->site));
    for (int64_t i = 0; i < r->account_count; i++) {
        struct site *const site = &d->site[i];
        AMBIT_TRY(ambit_map_forward(d->projection, r->lat[i], r->lon[i], &site->x, &site->y));
        site->x = rint(site->x);
        site->y = rint(site->y);
        site->account = i;
        site->territory = r->territory[i];
    }
    d->site_count = keep_distinct(d->site, r->account_count);
    AMBIT_TRY(choose_reach(d));
    add_frame(d);
    d->site_count = keep_distinct(d->site, d->site_count);
    AMBIT_TRY(ambit_alloc(&d->x, (size_t)d->site_count, sizeof *d->x));
    AMBIT_TRY(ambit_alloc(&d->y, (size_t)d->site_count, sizeof *d->y));
    for (int32_t i = 0; i < d->site_count; i++) {
        d->x[i] = d->site[i].x;
        d->y[i] = d->site[i].y;
    }
done:
    return status;
}

static struct circle circle_around(const struct site *a, const struct site *b, const struct site *c)
{
    const double bx = b->x - a->x, by = b->y - a->y, cx = c->x - a->x, cy = c->y - a->y;
    const double cross = bx * cy - by * cx;
    if (cross == 0.0) return (struct circle){a->x, a->y, INFINITY};
    const double b2 = bx * bx + by * by, c2 = cx * cx + cy * cy;
    const double x = (cy * b2 - by * c2) / (2.0 * cross), y = (bx * c2 - cx * b2) / (2.0 * cross);
    return (struct circle){a->x + x, a->y + y, ambit_hypot(x, y)};
}

static ambit_status triangulate(struct drawing *d)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_geos_triangulate(d->geos, d->x, d->y, d->site_count, &d->triangle,
                                     &d->triangle_count));
    AMBIT_TRY(ambit_alloc(&d->circle, (size_t)d->triangle_count, sizeof *d->circle));
    AMBIT_TRY(ambit_alloc(&d->edge, 3 * (size_t)d->triangle_count, sizeof *d->edge));
    for (int32_t t = 0; t < d->triangle_count; t++) {
        const int32_t *const corner = d->triangle[t];
        d->circle[t] = circle_around(&d->site[corner[0]], &d->site[corner[1]], &d->site[corner[2]]);
        for (int k = 0; k < 3; k++) {
            const int32_t a = corner[k], b = corner[(k + 1) % 3];
            d->edge[d->edge_count++] = a < b ? (struct edge){a, b, t} : (struct edge){b, a, t};
        }
    }
    qsort(d->edge, (size_t)d->edge_count, sizeof *d->edge, compare_edges);
done:
    return status;
}

/* True where the triangle is land: all its corners are accounts and its circle is small. */
static bool is_land(const struct drawing *d, int32_t t)
{
    if (d->circle[t].radius > d->reach) return false;
    for (int k = 0; k < 3; k++) {
        if (d->site[d->triangle[t][k]].territory == NOBODY) return false;
    }
    return true;
}

/* A shore may pass the seam of a map of the whole world, 180° from its meridian; it stops there. */
static ambit_status to_grid(const struct drawing *d, double x, double y, double grid_out[2])
{
    ambit_status status = AMBIT_OK;
    double lat, lon;
    AMBIT_TRY(ambit_map_inverse(d->projection, x, y, &lat, &lon));
    const double meridian = ambit_map_projection_meridian(d->projection);
    if (fabs(lon - meridian) > 90.0 && (lon > meridian) != (x > 0.0))
        lon = meridian + copysign(180.0, x);
    grid_out[0] = rint(lon * AMBIT_OUTLINE_UNITS);
    grid_out[1] = rint(lat * AMBIT_OUTLINE_UNITS);
done:
    return status;
}

/* Adds a piece unless its ends are one point. */
static ambit_status add_piece(struct drawing *d, const double from[2], const double to[2])
{
    ambit_status status = AMBIT_OK;
    if (from[0] == to[0] && from[1] == to[1]) return AMBIT_OK;
    if (d->piece_count == d->piece_room) {
        const int32_t room = 2 * d->piece_room + 1024;
        AMBIT_TRY(ambit_resize(&d->piece, (size_t)room, sizeof *d->piece));
        d->piece_room = room;
    }
    double *const piece = d->piece[d->piece_count++];
    memcpy(piece, from, 2 * sizeof *piece);
    memcpy(piece + 2, to, 2 * sizeof *piece);
done:
    return status;
}

/* The border between two accounts runs between the centres of the circles beside them; beyond
 * BORDER_REACHES from the accounts there is no land and it is cut off. */
static ambit_status add_border(struct drawing *d, const struct edge *side, const struct circle *c1,
                               const struct circle *c2)
{
    ambit_status status = AMBIT_OK;
    const struct site *const a = &d->site[side->a], *const b = &d->site[side->b];
    const double length = ambit_hypot(b->x - a->x, b->y - a->y), far = BORDER_REACHES * d->reach;
    if (length >= 2.0 * far || isinf(c1->radius) || isinf(c2->radius)) return AMBIT_OK;
    const double limit = sqrt(far * far - 0.25 * length * length);
    const double middle_x = 0.5 * (a->x + b->x), middle_y = 0.5 * (a->y + b->y);
    const double ux = -(b->y - a->y) / length, uy = (b->x - a->x) / length;
    const struct circle *const end[2] = {c1, c2};
    double at[2], grid[2][2];
    for (int k = 0; k < 2; k++) {
        double x = end[k]->x, y = end[k]->y;
        at[k] = (x - middle_x) * ux + (y - middle_y) * uy;
        if (fabs(at[k]) > limit) {
            at[k] = copysign(limit, at[k]);
            x = middle_x + at[k] * ux;
            y = middle_y + at[k] * uy;
        }
        AMBIT_TRY(to_grid(d, x, y, grid[k]));
    }
    if (at[0] != at[1]) AMBIT_TRY(add_piece(d, grid[0], grid[1]));
done:
    return status;
}

static ambit_status add_borders(struct drawing *d)
{
    ambit_status status = AMBIT_OK;
    for (int32_t e = 0; e + 1 < d->edge_count; e++) {
        const struct edge *const side = &d->edge[e], *const other = side + 1;
        if (side->a != other->a || side->b != other->b) continue;
        const int32_t from = d->site[side->a].territory, to = d->site[side->b].territory;
        if (from == to || from == NOBODY || to == NOBODY) continue;
        AMBIT_TRY(add_border(d, side, &d->circle[side->triangle], &d->circle[other->triangle]));
    }
done:
    return status;
}

/* The parts of the shore: land triangles; short sides outside them; accounts in neither. */
static ambit_status gather_shore_parts(const struct drawing *d, int32_t (*triangle)[3],
                                       int32_t (*line)[2], struct ambit_shore_parts *parts)
{
    ambit_status status = AMBIT_OK;
    uint8_t *reached = NULL;
    AMBIT_TRY(ambit_alloc(&reached, (size_t)d->site_count, 1));
    for (int32_t t = 0; t < d->triangle_count; t++) {
        if (!is_land(d, t)) continue;
        memcpy(triangle[parts->triangle_count++], d->triangle[t], sizeof *triangle);
        for (int k = 0; k < 3; k++)
            reached[d->triangle[t][k]] = 1;
    }
    for (int32_t e = 0; e < d->edge_count;) {
        const struct edge *const side = &d->edge[e];
        bool land = false;
        for (; e < d->edge_count && d->edge[e].a == side->a && d->edge[e].b == side->b; e++)
            land = land || is_land(d, d->edge[e].triangle);
        const struct site *const a = &d->site[side->a], *const b = &d->site[side->b];
        if (land || a->territory == NOBODY || b->territory == NOBODY ||
            ambit_hypot(a->x - b->x, a->y - b->y) > d->reach)
            continue;
        line[parts->line_count][0] = side->a;
        line[parts->line_count++][1] = side->b;
        reached[side->a] = reached[side->b] = 1;
    }
    for (int32_t i = 0; i < d->site_count; i++) {
        if (reached[i] || d->site[i].territory == NOBODY) continue;
        line[parts->line_count][0] = line[parts->line_count][1] = i;
        parts->line_count++;
    }
done:
    ambit_free(&reached);
    return status;
}

/* Draws the shore, takes it to the written grid and adds it to the pieces. */
static ambit_status add_shore(struct drawing *d)
{
    ambit_status status = AMBIT_OK;
    struct ambit_shore_parts parts = {.x = d->x, .y = d->y};
    int32_t(*triangle)[3] = NULL, (*line)[2] = NULL;
    AMBIT_TRY(ambit_alloc(&triangle, (size_t)d->triangle_count, sizeof *triangle));
    AMBIT_TRY(ambit_alloc(&line, (size_t)d->edge_count + (size_t)d->site_count, sizeof *line));
    AMBIT_TRY(gather_shore_parts(d, triangle, line, &parts));
    parts.triangle = (const int32_t(*)[3])triangle;
    parts.line = (const int32_t(*)[2])line;
    AMBIT_TRY(ambit_geos_shore(d->geos, &parts, MARGIN_SHARE * d->reach, ROUNDING_SHARE * d->reach,
                               HOLE_REACHES2 * d->reach * d->reach, &d->shore));
    const int32_t rings = d->shore.ring_first[d->shore.count];
    for (int32_t r = 0; r < rings; r++) {
        for (int32_t k = d->shore.point_first[r]; k < d->shore.point_first[r + 1]; k++) {
            double now[2];
            AMBIT_TRY(to_grid(d, d->shore.x[k], d->shore.y[k], now));
            d->shore.x[k] = now[0];
            d->shore.y[k] = now[1];
            if (k == d->shore.point_first[r]) continue;
            const double last[2] = {d->shore.x[k - 1], d->shore.y[k - 1]};
            AMBIT_TRY(add_piece(d, last, now));
        }
    }
done:
    ambit_free(&triangle);
    ambit_free(&line);
    return status;
}

/* Cuts all land at the meridian 180° where the continuous longitudes pass it. */
static ambit_status add_date_line(struct drawing *d)
{
    const double middle = ambit_map_projection_meridian(d->projection);
    const double lon = (middle < 0 ? -180.0 : 180.0) * AMBIT_OUTLINE_UNITS;
    const double south[2] = {lon, -90.0 * AMBIT_OUTLINE_UNITS};
    const double north[2] = {lon, 90.0 * AMBIT_OUTLINE_UNITS};
    return add_piece(d, south, north);
}

/* Even-odd rule over all rings of the shore. */
static bool is_on_land(const struct ambit_polygons *shore, double x, double y)
{
    bool inside = false;
    const int32_t rings = shore->ring_first[shore->count];
    for (int32_t r = 0; r < rings; r++) {
        for (int32_t k = shore->point_first[r] + 1; k < shore->point_first[r + 1]; k++) {
            const double x0 = shore->x[k - 1], y0 = shore->y[k - 1];
            const double x1 = shore->x[k], y1 = shore->y[k];
            if ((y0 > y) != (y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)) inside = !inside;
        }
    }
    return inside;
}

/* The territory of the account nearest to a place: the sites are searched outwards in x until the
 * distance in x alone is too far. */
static int32_t nearest_territory(const struct drawing *d, double x, double y)
{
    int32_t low = 0, high = d->site_count;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (d->x[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    double best = INFINITY;
    int32_t territory = NOBODY;
    for (int step = -1; step <= 1; step += 2) {
        for (int32_t i = step < 0 ? low - 1 : low; i >= 0 && i < d->site_count; i += step) {
            const double dx = d->x[i] - x, dy = d->y[i] - y;
            if (dx * dx >= best) break;
            if (dx * dx + dy * dy < best && d->site[i].territory != NOBODY) {
                best = dx * dx + dy * dy;
                territory = d->site[i].territory;
            }
        }
    }
    return territory;
}

/* Finds the faces and whose they are, and brings their longitudes home to ±180°. */
static ambit_status name_faces(struct drawing *d)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_geos_faces(d->geos, (const double(*)[4])d->piece, d->piece_count, &d->faces,
                               &d->inside));
    AMBIT_TRY(ambit_alloc(&d->face_territory, (size_t)d->faces.count, sizeof(int32_t)));
    const double half = 180.0 * AMBIT_OUTLINE_UNITS;
    for (int32_t f = 0; f < d->faces.count; f++) {
        const double *const at = d->inside[f];
        d->face_territory[f] = NOBODY;
        if (!is_on_land(&d->shore, at[0], at[1])) continue;
        double x, y;
        AMBIT_TRY(ambit_map_forward(d->projection, at[1] / AMBIT_OUTLINE_UNITS,
                                    at[0] / AMBIT_OUTLINE_UNITS, &x, &y));
        d->face_territory[f] = nearest_territory(d, x, y);
        const double shift = at[0] > half ? -2.0 * half : at[0] < -half ? 2.0 * half : 0.0;
        if (shift == 0.0) continue;
        const int32_t begin = d->faces.point_first[d->faces.ring_first[f]];
        const int32_t end = d->faces.point_first[d->faces.ring_first[f + 1]];
        for (int32_t k = begin; k < end; k++)
            d->faces.x[k] += shift;
    }
done:
    return status;
}

/* Territories whose accounts stand at the ends of one side of a land triangle. */
static ambit_status find_neighbours(const struct drawing *d, struct ambit_outlines *o)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&o->neighbour, (size_t)d->edge_count, sizeof *o->neighbour));
    int32_t count = 0;
    for (int32_t e = 0; e < d->edge_count; e++) {
        const int32_t a = d->site[d->edge[e].a].territory, b = d->site[d->edge[e].b].territory;
        if (a == b || a == NOBODY || b == NOBODY || !is_land(d, d->edge[e].triangle)) continue;
        o->neighbour[count][0] = a < b ? a : b;
        o->neighbour[count++][1] = a < b ? b : a;
    }
    o->neighbour_count = (int32_t)ambit_territory_pairs_sort(o->neighbour, count);
done:
    return status;
}

/* Twice the signed area of a ring of `o`: positive counter-clockwise. */
static double twice_area(const struct ambit_outlines *o, int32_t begin, int32_t end)
{
    double sum = 0.0;
    for (int32_t k = begin; k + 1 < end; k++) {
        const double ax = (double)o->lon[k] - o->lon[begin], ay = (double)o->lat[k] - o->lat[begin];
        const double bx = (double)o->lon[k + 1] - o->lon[begin];
        const double by = (double)o->lat[k + 1] - o->lat[begin];
        sum += ax * by - ay * bx;
    }
    return sum;
}

/* Copies a ring so that it turns counter-clockwise if it is an outer one, else clockwise. */
static void append_ring(struct ambit_outlines *o, int32_t ring, const double *x, const double *y,
                        int32_t count, bool outer)
{
    const int32_t begin = o->point_first[ring];
    for (int32_t k = 0; k < count; k++) {
        o->lon[begin + k] = (int32_t)x[k];
        o->lat[begin + k] = (int32_t)y[k];
    }
    o->point_first[ring + 1] = begin + count;
    if ((twice_area(o, begin, begin + count) > 0) == outer) return;
    for (int32_t low = begin, high = begin + count - 1; low < high; low++, high--) {
        const int32_t lon = o->lon[low], lat = o->lat[low];
        o->lon[low] = o->lon[high];
        o->lat[low] = o->lat[high];
        o->lon[high] = lon;
        o->lat[high] = lat;
    }
}

/* Appends the polygons of the next territory. */
static ambit_status append_polygons(struct ambit_outlines *o, int32_t territory,
                                    const struct ambit_polygons *from)
{
    ambit_status status = AMBIT_OK;
    const int32_t polygons = o->polygon_first[territory];
    const int32_t rings = o->ring_first[polygons], points = o->point_first[rings];
    const int32_t more_rings = from->ring_first[from->count];
    const int32_t more_points = from->point_first[more_rings];
    AMBIT_TRY(ambit_resize(&o->ring_first, (size_t)(polygons + from->count + 1), sizeof(int32_t)));
    AMBIT_TRY(ambit_resize(&o->point_first, (size_t)(rings + more_rings + 1), sizeof(int32_t)));
    AMBIT_TRY(ambit_resize(&o->lat, (size_t)(points + more_points), sizeof(int32_t)));
    AMBIT_TRY(ambit_resize(&o->lon, (size_t)(points + more_points), sizeof(int32_t)));
    for (int32_t p = 0; p < from->count; p++) {
        for (int32_t r = from->ring_first[p]; r < from->ring_first[p + 1]; r++) {
            const int32_t first = from->point_first[r];
            append_ring(o, rings + r, from->x + first, from->y + first,
                        from->point_first[r + 1] - first, r == from->ring_first[p]);
        }
        o->ring_first[polygons + p + 1] = rings + from->ring_first[p + 1];
    }
    o->polygon_first[territory + 1] = polygons + from->count;
done:
    return status;
}

/* Joins the faces of each territory in turn. */
static ambit_status join_faces(struct drawing *d, struct ambit_outlines *o)
{
    ambit_status status = AMBIT_OK;
    struct ambit_polygons merged = {0};
    int32_t *first = NULL, *chosen = NULL; /* faces by territory: a counting sort */
    AMBIT_TRY(ambit_alloc(&first, (size_t)o->territory_count + 2, sizeof *first));
    AMBIT_TRY(ambit_alloc(&chosen, (size_t)d->faces.count, sizeof *chosen));
    for (int32_t f = 0; f < d->faces.count; f++)
        if (d->face_territory[f] != NOBODY) first[d->face_territory[f] + 2]++;
    for (int32_t j = 0; j < o->territory_count; j++)
        first[j + 2] += first[j + 1];
    for (int32_t f = 0; f < d->faces.count; f++)
        if (d->face_territory[f] != NOBODY) chosen[first[d->face_territory[f] + 1]++] = f;
    for (int32_t j = 0; j < o->territory_count; j++) {
        o->polygon_first[j + 1] = o->polygon_first[j];
        if (first[j] == first[j + 1]) continue;
        AMBIT_TRY(ambit_geos_merge(d->geos, &d->faces, chosen + first[j], first[j + 1] - first[j],
                                   &merged));
        AMBIT_TRY(append_polygons(o, j, &merged));
        ambit_polygons_clear(&merged);
    }
done:
    ambit_polygons_clear(&merged);
    ambit_free(&first);
    ambit_free(&chosen);
    return status;
}

static ambit_status draw(struct drawing *d, struct ambit_outlines *o)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = d->result;
    AMBIT_TRY(ambit_map_projection_create(r->lat, r->lon, r->account_count, &d->projection));
    AMBIT_TRY(ambit_geos_create(&d->geos));
    AMBIT_TRY(place_sites(d));
    AMBIT_TRY(triangulate(d));
    AMBIT_TRY(add_borders(d));
    AMBIT_TRY(add_shore(d));
    AMBIT_TRY(add_date_line(d));
    AMBIT_TRY(name_faces(d));
    AMBIT_TRY(find_neighbours(d, o));
    AMBIT_TRY(join_faces(d, o));
done:
    return status;
}

ambit_status ambit_outlines_create(const struct ambit_result *result, struct ambit_outlines **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_outlines *o = NULL;
    struct drawing drawing = {.result = result};
    AMBIT_TRY(ambit_alloc(&o, 1, sizeof *o));
    o->territory_count = result->territory_count;
    AMBIT_TRY(ambit_alloc(&o->polygon_first, (size_t)o->territory_count + 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&o->ring_first, 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&o->point_first, 1, sizeof(int32_t)));
    if (result->account_count > 0) AMBIT_TRY(draw(&drawing, o));
done:
    drawing_clear(&drawing);
    if (status != AMBIT_OK) ambit_outlines_destroy(&o);
    *out = o;
    return status;
}

void ambit_outlines_destroy(struct ambit_outlines **outlines)
{
    struct ambit_outlines *const o = *outlines;
    if (o == NULL) return;
    ambit_free(&o->polygon_first);
    ambit_free(&o->ring_first);
    ambit_free(&o->point_first);
    ambit_free(&o->lat);
    ambit_free(&o->lon);
    ambit_free(&o->neighbour);
    ambit_free(outlines);
}
