/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Barriers as short arcs of great circles under a tree of boxes, implicit in the order of a Hilbert
 * curve. GeoJSON's lines are straight in degrees, which a parallel is and a great circle is not: so
 * a line is cut into arcs of at most STEP degrees, which leaves it by no more than 3 metres.
 *
 * Two arcs cross where each has its ends on both sides of the other's great circle. A side is the
 * sign of a determinant; places are rounded to whole numbers of 2^-40 radii (6 micrometres), whose
 * determinants fit 128 bits, so that every sign is exact. Zero counts as left: then a way through a
 * corner of a line crosses one of the two arcs that meet there, and an account on a line is on one
 * side of it. O(log arcs) a question. Weakness: an edge from coast to coast has a large box.
 */
#include "solvers/barrier_index.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"

#include <math.h>
#include <stdlib.h>

enum { LEAF = 8, STACK = 128 };
#define STEP 0.1    /* degrees */
#define GRID 0x1p40 /* steps of a radius */
#define BESIDE 1e-9 /* more than rounding to the grid moves a place, in radii */
#define STEP_BULGE                                                                                 \
    1.1e-6 /* how far an arc of STEP degrees leaves the box of its ends, in radii                  \
            */

__extension__ typedef __int128 wide;

struct arc {
    int64_t end[2][3];
};

struct box {
    double low[3], high[3];
};

struct ambit_barrier_index {
    int64_t count;
    struct arc *arc;  /* owned */
    int64_t leaves;   /* a power of two; node i has children 2i and 2i + 1, leaves come last */
    struct box *node; /* owned; node 1 is the root */
};

struct keyed {
    uint64_t key;
    int64_t at;
    double piece[4];
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *const x = a, *const y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int64_t steps_of(const double piece[4])
{
    const double longest = fmax(fabs(piece[2] - piece[0]), fabs(piece[3] - piece[1]));
    return longest > STEP ? (int64_t)ceil(longest / STEP) : 1;
}

static void round_place(const double place[3], int64_t out[3])
{
    for (int d = 0; d < 3; d++)
        out[d] = (int64_t)llrint(place[d] * GRID);
}

static void round_degrees(double lat, double lon, int64_t out[3])
{
    double place[3];
    ambit_unit_from_degrees(lat, lon, place);
    round_place(place, out);
}

/* All steps of all pieces, ends shared to the bit, in Hilbert order of their middles. */
static ambit_status cut_pieces(const struct ambit_barriers *barriers, int64_t count,
                               struct arc *arc_out)
{
    ambit_status status = AMBIT_OK;
    struct keyed *keyed = NULL;
    int64_t at = 0;
    AMBIT_TRY(ambit_alloc(&keyed, (size_t)count, sizeof *keyed));
    for (int64_t p = 0; p < barriers->count; p++) {
        const double *const piece = barriers->piece[p];
        const int64_t steps = steps_of(piece);
        double from[2] = {piece[0], piece[1]};
        for (int64_t s = 1; s <= steps; s++, at++) {
            const double part = (double)s / (double)steps;
            double to[2] = {piece[2], piece[3]};
            for (int d = 0; d < 2 && s < steps; d++)
                to[d] = piece[d] + part * (piece[d + 2] - piece[d]);
            keyed[at] = (struct keyed){
                .key = ambit_hilbert_key(0.5 * (from[0] + to[0]), 0.5 * (from[1] + to[1])),
                .at = at,
                .piece = {from[0], from[1], to[0], to[1]}};
            from[0] = to[0];
            from[1] = to[1];
        }
    }
    qsort(keyed, (size_t)count, sizeof *keyed, compare_keyed);
    for (int64_t n = 0; n < count; n++) {
        round_degrees(keyed[n].piece[0], keyed[n].piece[1], arc_out[n].end[0]);
        round_degrees(keyed[n].piece[2], keyed[n].piece[3], arc_out[n].end[1]);
    }
done:
    ambit_free(&keyed);
    return status;
}

static void widen(struct box *box, const double place[3], double by)
{
    for (int d = 0; d < 3; d++) {
        box->low[d] = fmin(box->low[d], place[d] - by);
        box->high[d] = fmax(box->high[d], place[d] + by);
    }
}

static struct box empty_box(void)
{
    return (struct box){{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
}

static void build_tree(struct ambit_barrier_index *index)
{
    for (int64_t leaf = 0; leaf < index->leaves; leaf++) {
        struct box box = empty_box();
        for (int64_t a = leaf * LEAF; a < (leaf + 1) * LEAF && a < index->count; a++) {
            for (int e = 0; e < 2; e++) {
                double place[3];
                for (int d = 0; d < 3; d++)
                    place[d] = (double)index->arc[a].end[e][d] / GRID;
                widen(&box, place, STEP_BULGE + BESIDE);
            }
        }
        index->node[index->leaves + leaf] = box;
    }
    for (int64_t n = index->leaves - 1; n >= 1; n--) {
        index->node[n] = index->node[2 * n];
        widen(&index->node[n], index->node[2 * n + 1].low, 0.0);
        widen(&index->node[n], index->node[2 * n + 1].high, 0.0);
    }
}

ambit_status ambit_barrier_index_create(const struct ambit_barriers *barriers,
                                        struct ambit_barrier_index **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_barrier_index *index = NULL;
    AMBIT_TRY(ambit_alloc(&index, 1, sizeof *index));
    for (int64_t p = 0; p < barriers->count; p++)
        index->count += steps_of(barriers->piece[p]);
    index->leaves = 1;
    while (index->leaves * LEAF < index->count)
        index->leaves *= 2;
    AMBIT_TRY(ambit_alloc(&index->arc, (size_t)index->count, sizeof *index->arc));
    AMBIT_TRY(ambit_alloc(&index->node, (size_t)(2 * index->leaves), sizeof *index->node));
    AMBIT_TRY(cut_pieces(barriers, index->count, index->arc));
    build_tree(index);
    *out = index;
    index = NULL;
done:
    ambit_barrier_index_destroy(&index);
    return status;
}

void ambit_barrier_index_destroy(struct ambit_barrier_index **index)
{
    if (*index != NULL) {
        ambit_free(&(*index)->arc);
        ambit_free(&(*index)->node);
    }
    ambit_free(index);
}

/* Whether c lies left of the great circle from a to b, or on it. */
static bool is_left(const int64_t a[3], const int64_t b[3], const int64_t c[3])
{
    const wide x = (wide)a[1] * b[2] - (wide)a[2] * b[1];
    const wide y = (wide)a[2] * b[0] - (wide)a[0] * b[2];
    const wide z = (wide)a[0] * b[1] - (wide)a[1] * b[0];
    return x * c[0] + y * c[1] + z * c[2] >= 0;
}

/* The last comparison tells the arcs from those on the other side of the globe. */
static bool cross(const int64_t a[3], const int64_t b[3], const struct arc *arc)
{
    const bool first = is_left(a, b, arc->end[0]), second = is_left(a, b, arc->end[1]);
    if (first == second) return false;
    const bool from = is_left(arc->end[0], arc->end[1], a);
    const bool to = is_left(arc->end[0], arc->end[1], b);
    return from != to && first == to;
}

static bool apart(const struct box *x, const struct box *y)
{
    for (int d = 0; d < 3; d++) {
        if (x->low[d] > y->high[d] || y->low[d] > x->high[d]) return true;
    }
    return false;
}

/* One of two places, whatever their order, so that both directions ask the same question. */
static bool is_first(const double a[3], const double b[3])
{
    for (int d = 0; d < 3; d++) {
        if (a[d] != b[d]) return a[d] < b[d];
    }
    return true;
}

bool ambit_barrier_crossed(const struct ambit_barrier_index *index, const double from[3],
                           const double to[3])
{
    struct box box = empty_box();
    int64_t a[3], b[3], stack[STACK];
    int depth = 0;
    const double bulge = 0.25 * ambit_chord2(from, to) + BESIDE;
    widen(&box, from, bulge);
    widen(&box, to, bulge);
    round_place(is_first(from, to) ? from : to, a);
    round_place(is_first(from, to) ? to : from, b);
    stack[depth++] = 1;
    while (depth > 0) {
        const int64_t node = stack[--depth];
        if (apart(&box, &index->node[node])) continue;
        if (node < index->leaves) {
            stack[depth++] = 2 * node;
            stack[depth++] = 2 * node + 1;
            continue;
        }
        const int64_t first = (node - index->leaves) * LEAF;
        for (int64_t n = first; n < first + LEAF && n < index->count; n++) {
            if (cross(a, b, &index->arc[n])) return true;
        }
    }
    return false;
}
