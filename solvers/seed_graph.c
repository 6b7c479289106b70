/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delaunay's neighbours, each place by itself: its Voronoi cell is cut out of a wide square by the
 * bisectors with the NEAREST places, and then by what lies nearer to a corner than the place does,
 * until nothing does so and the corner is proven. An edge is there if one of its ends is proven. On
 * the sphere cells lie in the plane that touches it at the place: a ball around a point of that
 * plane through the place meets the sphere in a circle, so that these are the neighbours on the
 * sphere too.
 *
 * Accounts on one spot are one place of the triangulation: each is a neighbour of the next on its
 * spot, and of one on every spot around. O(places × NEAREST) after the search, and a search a
 * corner for one place in a few. Weakness: where both of two places have more than SLOTS neighbours
 * they may miss each other.
 */
#include "solvers/seed_graph.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/neighbours.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    NEAREST = 10,
    SLOTS = 16, /* neighbours of a place that are kept */
    CORNER_MAX = 48,
    TRIES_MAX = 200, /* to prove a corner of a place */
    AT_ONCE = 65536  /* places that find their neighbours between two appends */
};
#define SQUARE 8.0  /* half its side, in radii of the Earth */
#define BESIDE 1e-9 /* rounding: of a squared distance */

/* A Voronoi cell around the origin, its corners in turn; the edge from each to the next is the
 * bisector with a neighbour, or −1. */
struct corner {
    double at[2];
    int32_t neighbour;
    bool proven;
};

struct cell {
    int count;
    struct corner corner[CORNER_MAX];
};

/* Where the cells of all places are cut. */
struct ground {
    const double *place; /* borrowed */
    int32_t count;
    bool flat; /* all in one plane */
    const struct ambit_neighbour_tree *tree;
    int32_t *near; /* owned; the NEAREST of each place */
};

/* Two axes of the plane in which the surroundings of a place are seen. */
struct plane {
    double axis[2][3];
};

static struct plane touch(const double *place, bool flat)
{
    struct plane plane = {{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}}};
    if (flat) return plane;
    const double x = place[0], y = place[1], z = place[2];
    const bool steep = fabs(z) > 0.7;
    const double length = steep ? sqrt(x * x + z * z) : sqrt(x * x + y * y);
    double *const u = plane.axis[0], *const v = plane.axis[1];
    u[0] = (steep ? z : -y) / length;
    u[1] = (steep ? 0.0 : x) / length;
    u[2] = (steep ? -x : 0.0) / length;
    v[0] = y * u[2] - z * u[1];
    v[1] = z * u[0] - x * u[2];
    v[2] = x * u[1] - y * u[0];
    return plane;
}

/* The bisector of the cell's own place, i, with place n: nearer to n is where v·q > half. */
struct bisector {
    double q[2], half;
};

static struct bisector bisect(const struct ground *ground, const struct plane *plane, int32_t i,
                              int32_t n)
{
    const double *const own = &ground->place[3 * (int64_t)i];
    const double *const other = &ground->place[3 * (int64_t)n];
    const double x = other[0] - own[0], y = other[1] - own[1], z = other[2] - own[2];
    struct bisector line = {.half = 0.5 * (x * x + y * y + z * z)};
    for (int d = 0; d < 2; d++)
        line.q[d] = x * plane->axis[d][0] + y * plane->axis[d][1] + z * plane->axis[d][2];
    return line;
}

static double beyond(const struct bisector *line, const double at[2])
{
    return at[0] * line->q[0] + at[1] * line->q[1] - line->half;
}

/* Cuts off what is nearer to place n than to the cell's own, i; false where that is nothing, or
 * more corners than there is room for. */
static bool cut(const struct ground *ground, const struct plane *plane, int32_t i, int32_t n,
                struct cell *cell)
{
    const struct bisector line = bisect(ground, plane, i, n);
    double over[CORNER_MAX];
    bool any = false;
    for (int a = 0; a < cell->count; a++) {
        over[a] = beyond(&line, cell->corner[a].at);
        any |= over[a] > 0.0;
    }
    if (!any || cell->count == CORNER_MAX) return false;
    struct corner kept[CORNER_MAX];
    int count = 0;
    for (int a = 0; a < cell->count; a++) {
        const int b = a + 1 < cell->count ? a + 1 : 0;
        const struct corner *const from = &cell->corner[a], *const to = &cell->corner[b];
        if (over[a] <= 0.0) kept[count++] = *from;
        if ((over[a] <= 0.0) == (over[b] <= 0.0)) continue;
        const double part = over[a] / (over[a] - over[b]);
        kept[count++] = (struct corner){.at = {from->at[0] + part * (to->at[0] - from->at[0]),
                                               from->at[1] + part * (to->at[1] - from->at[1])},
                                        .neighbour = over[a] <= 0.0 ? n : from->neighbour};
    }
    for (int a = 0; a < count; a++)
        cell->corner[a] = kept[a];
    cell->count = count;
    return true;
}

static double length2(const double corner[2])
{
    return corner[0] * corner[0] + corner[1] * corner[1];
}

/* All places at less than this, squared, from place i are in its list. */
static double known_around(const struct ground *ground, int32_t i)
{
    const int32_t last = ground->near[(int64_t)i * NEAREST + NEAREST - 1];
    if (last < 0) return INFINITY;
    return ambit_chord2(&ground->place[3 * (int64_t)i], &ground->place[3 * (int64_t)last]);
}

/* A place that corner a of the cell of i is nearer to, or −1: the nearest to it of those that the
 * places know that meet there, and where these do not know enough by a search. */
static int32_t find_nearer(const struct ground *ground, const struct plane *plane, int32_t i,
                           const struct cell *cell, int a)
{
    const double *const at = cell->corner[a].at, *const own = &ground->place[3 * (int64_t)i];
    const int32_t meets[2] = {cell->corner[a > 0 ? a - 1 : cell->count - 1].neighbour,
                              cell->corner[a].neighbour};
    const double reach = length2(at);
    double most = 0.0;
    int32_t nearest = -1;
    bool known = false;
    for (int m = 0; m < 2; m++) {
        if (meets[m] < 0) continue;
        const int32_t *const near = &ground->near[(int64_t)meets[m] * NEAREST];
        for (int n = 0; n < NEAREST && near[n] >= 0; n++) {
            const struct bisector line = bisect(ground, plane, i, near[n]);
            const double over = beyond(&line, at);
            if (near[n] == i || over <= most || over <= BESIDE * line.half) continue;
            most = over;
            nearest = near[n];
        }
        known |= 4.0 * reach <= known_around(ground, meets[m]);
    }
    if (nearest >= 0) return nearest;
    if (known) return -1;
    double point[3];
    for (int d = 0; d < 3; d++)
        point[d] = own[d] + at[0] * plane->axis[0][d] + at[1] * plane->axis[1][d];
    return (int32_t)ambit_neighbour_within(ground->tree, point, reach * (1.0 - BESIDE));
}

/* Proves the corners, and cuts off what is found in doing so. */
static void prove(const struct ground *ground, const struct plane *plane, int32_t i,
                  struct cell *cell)
{
    const double known = known_around(ground, i);
    for (int a = 0, tries = 0; a < cell->count && tries < TRIES_MAX; a++) {
        struct corner *const corner = &cell->corner[a];
        corner->proven |= 4.0 * length2(corner->at) <= known;
        if (corner->proven) continue;
        const int32_t nearer = find_nearer(ground, plane, i, cell, a);
        tries++;
        if (nearer >= 0 && cut(ground, plane, i, nearer, cell))
            a = -1; /* corners have new numbers */
        else
            corner->proven = true; /* but for rounding, where one was found */
    }
}

/* Returns how many there are, SLOTS at most. */
static int find_neighbours(const struct ground *ground, int32_t i, int32_t *neighbour_out)
{
    const struct plane plane = touch(&ground->place[3 * (int64_t)i], ground->flat);
    const int32_t *const near = &ground->near[(int64_t)i * NEAREST];
    struct cell cell;
    int kept = 0;
    cell.count = 4;
    for (int a = 0; a < 4; a++)
        cell.corner[a] = (struct corner){
            .at = {a == 0 || a == 3 ? -SQUARE : SQUARE, a < 2 ? -SQUARE : SQUARE}, .neighbour = -1};
    for (int n = 0; n < NEAREST && near[n] >= 0; n++)
        (void)cut(ground, &plane, i, near[n], &cell);
    prove(ground, &plane, i, &cell);
    for (int a = 0; a < cell.count && kept < SLOTS; a++) {
        const struct corner *const from = &cell.corner[a];
        const bool proven = from->proven || cell.corner[a + 1 < cell.count ? a + 1 : 0].proven;
        if (from->neighbour >= 0 && proven) neighbour_out[kept++] = from->neighbour;
    }
    return kept;
}

/* What each place has found, place by place. */
struct links {
    int64_t *first;     /* owned; places + 1 */
    int32_t *neighbour; /* owned */
};

/* Appends what the places [begin, end) have found, from their SLOTS; links->first[i + 1] is how
 * many place i has, and becomes where its neighbours end. */
static ambit_status append(const int32_t *slots, int32_t begin, int32_t end, struct links *links)
{
    ambit_status status = AMBIT_OK;
    for (int32_t i = begin; i < end; i++)
        links->first[i + 1] += links->first[i];
    AMBIT_TRY(ambit_resize(&links->neighbour, (size_t)links->first[end], sizeof(int32_t)));
    for (int32_t i = begin; i < end; i++) {
        for (int64_t n = links->first[i]; n < links->first[i + 1]; n++)
            links->neighbour[n] = slots[(int64_t)(i - begin) * SLOTS + n - links->first[i]];
    }
done:
    return status;
}

/* Some places at a time have room for all that they may find: most find six. */
static ambit_status find_all(struct ground *ground, struct links *links)
{
    ambit_status status = AMBIT_OK;
    int32_t *slots = NULL;
    const int32_t count = ground->count, most = count < AT_ONCE ? count : AT_ONCE;
    AMBIT_TRY(ambit_alloc(&slots, (size_t)most * SLOTS, sizeof *slots));
    AMBIT_TRY(ambit_alloc(&links->first, (size_t)count + 1, sizeof *links->first));
    AMBIT_TRY(ambit_alloc(&ground->near, (size_t)count * NEAREST, sizeof *ground->near));
    ambit_neighbour_list(ground->tree, NEAREST, ground->near);
    for (int32_t begin = 0, end; begin < count; begin = end) {
        end = count - begin < most ? count : begin + most;
#pragma omp parallel for schedule(dynamic, 256)
        for (int32_t i = begin; i < end; i++)
            links->first[i + 1] = find_neighbours(ground, i, &slots[(int64_t)(i - begin) * SLOTS]);
        AMBIT_TRY(append(slots, begin, end, links));
    }
done:
    ambit_free(&ground->near);
    ambit_free(&slots);
    return status;
}

static bool lists(const struct links *links, int32_t i, int32_t j)
{
    for (int64_t n = links->first[i]; n < links->first[i + 1]; n++) {
        if (links->neighbour[n] == j) return true;
    }
    return false;
}

/* Spots and the accounts on them. */
struct spots {
    int32_t count;
    const double *place; /* `distinct`, or borrowed where every account has a spot of its own */
    double *distinct;    /* owned */
    int32_t *first;      /* owned; count + 1: first account of each */
};

static ambit_status find_spots(const double *place, int32_t count, struct spots *spots)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&spots->first, (size_t)count + 1, sizeof *spots->first));
    for (int32_t i = 0; i < count; i++) {
        const double *const own = &place[3 * (int64_t)i];
        if (i == 0 || ambit_chord2(own, own - 3) != 0.0) spots->first[spots->count++] = i;
    }
    spots->first[spots->count] = count;
    spots->place = place;
    if (spots->count == count) goto done;
    AMBIT_TRY(ambit_alloc(&spots->distinct, 3 * (size_t)spots->count, sizeof(double)));
    for (int32_t s = 0; s < spots->count; s++)
        memcpy(&spots->distinct[3 * (int64_t)s], &place[3 * (int64_t)spots->first[s]],
               3 * sizeof(double));
    spots->place = spots->distinct;
done:
    return status;
}

static void add_pair(int32_t a, int32_t b, int64_t *at, int32_t *column)
{
    if (column != NULL) {
        column[at[a]] = b;
        column[at[b]] = a;
    }
    at[a]++;
    at[b]++;
}

/* Counts (column NULL) or fills the rows, both directions of every pair. */
static void fill(const struct spots *spots, const struct links *links, int64_t *at, int32_t *column)
{
    for (int32_t s = 0; s < spots->count; s++) {
        const int32_t first = spots->first[s], size = spots->first[s + 1] - first;
        for (int32_t i = first; i + 1 < first + size; i++)
            add_pair(i, i + 1, at, column);
        for (int64_t n = links->first[s]; n < links->first[s + 1]; n++) {
            const int32_t t = links->neighbour[n];
            const int32_t other = spots->first[t], others = spots->first[t + 1] - other;
            if (t < s && lists(links, t, s)) continue;
            for (int32_t m = 0; m < size || m < others; m++)
                add_pair(first + (m < size ? m : size - 1), other + (m < others ? m : others - 1),
                         at, column);
        }
    }
}

static void sort_row(int32_t *column, int64_t begin, int64_t end)
{
    for (int64_t n = begin + 1; n < end; n++) {
        const int32_t j = column[n];
        int64_t at = n;
        for (; at > begin && column[at - 1] > j; at--)
            column[at] = column[at - 1];
        column[at] = j;
    }
}

static bool is_flat(const struct spots *spots)
{
    for (int32_t s = 0; s < spots->count; s++) {
        if (spots->place[3 * (int64_t)s + 2] != 0.0) return false;
    }
    return true;
}

/* What finds neighbours takes more than they do, and is gone before the graph is made. */
static ambit_status link_spots(const struct spots *spots, struct links *links)
{
    ambit_status status = AMBIT_OK;
    struct ambit_neighbour_tree *tree = NULL;
    AMBIT_TRY(ambit_neighbour_tree_create(spots->place, spots->count, &tree));
    struct ground ground = {spots->place, spots->count, is_flat(spots), tree, NULL};
    AMBIT_TRY(find_all(&ground, links));
done:
    ambit_neighbour_tree_destroy(&tree);
    return status;
}

/* While rows are filled, each one's entry is where its next neighbour goes: at last where the next
 * row begins. */
static ambit_status fill_rows(const struct spots *spots, const struct links *links,
                              struct ambit_seed_graph *out)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = out->count;
    int64_t edges = 0;
    AMBIT_TRY(ambit_alloc(&out->row, (size_t)count + 1, sizeof *out->row));
    fill(spots, links, out->row, NULL);
    for (int32_t i = 0; i < count; i++) {
        const int64_t own = out->row[i];
        out->row[i] = edges;
        edges += own;
    }
    AMBIT_TRY(ambit_alloc(&out->column, (size_t)edges, sizeof *out->column));
    fill(spots, links, out->row, out->column);
    memmove(&out->row[1], &out->row[0], (size_t)count * sizeof *out->row);
    out->row[0] = 0;
#pragma omp parallel for schedule(static)
    for (int32_t i = 0; i < count; i++)
        sort_row(out->column, out->row[i], out->row[i + 1]);
done:
    return status;
}

ambit_status ambit_seed_graph_create(const double *place, int32_t count,
                                     struct ambit_seed_graph *out)
{
    ambit_status status = AMBIT_OK;
    struct spots spots = {0};
    struct links links = {0};
    *out = (struct ambit_seed_graph){.count = count};
    AMBIT_TRY(find_spots(place, count, &spots));
    AMBIT_TRY(link_spots(&spots, &links));
    ambit_free(&spots.distinct);
    AMBIT_TRY(fill_rows(&spots, &links, out));
done:
    ambit_free(&spots.distinct);
    ambit_free(&spots.first);
    ambit_free(&links.first);
    ambit_free(&links.neighbour);
    if (status != AMBIT_OK) ambit_seed_graph_clear(out);
    return status;
}

void ambit_seed_graph_clear(struct ambit_seed_graph *graph)
{
    ambit_free(&graph->row);
    ambit_free(&graph->column);
}
