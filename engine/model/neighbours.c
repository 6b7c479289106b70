/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A binary tree of bounding boxes over the Hilbert order, implicit in the array: leaves of a
 * dozen places, each inner node the union of its two children. The places of a leaf share a walk
 * from the root, to the nearer child first, which drops boxes further from theirs than the K-th
 * best so far of any of them. About log n boxes a leaf. Of places as far away the smaller index is
 * nearer, so ties cannot make the result depend on the walk.
 */
#include "engine/model/neighbours.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdbool.h>

enum { LEAF = 12 };

/* Rounded outwards to half of what doubles take: every rank has those of the whole nation. */
struct box {
    float low[3], high[3];
};

struct ambit_neighbour_tree {
    const double *place; /* borrowed */
    int64_t count;
    int64_t leaves;   /* a power of two; node i has children 2i and 2i + 1, leaves come last */
    struct box *node; /* owned; node 1 is the root */
};

struct nearest {
    int wanted, found;
    double chord2[AMBIT_NEIGHBOUR_MAX]; /* ascending */
    int64_t place[AMBIT_NEIGHBOUR_MAX]; /* whose they are; the smaller first of equal ones */
};

static struct box empty_box(void)
{
    return (struct box){{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
}

static void widen(struct box *box, const struct box *by)
{
    for (int d = 0; d < 3; d++) {
        box->low[d] = by->low[d] < box->low[d] ? by->low[d] : box->low[d];
        box->high[d] = by->high[d] > box->high[d] ? by->high[d] : box->high[d];
    }
}

static struct box box_around(const double place[3])
{
    struct box box;
    for (int d = 0; d < 3; d++) {
        const float near = (float)place[d];
        box.low[d] = (double)near > place[d] ? nextafterf(near, -INFINITY) : near;
        box.high[d] = (double)near < place[d] ? nextafterf(near, INFINITY) : near;
    }
    return box;
}

ambit_status ambit_neighbour_tree_create(const double *place, int64_t count,
                                         struct ambit_neighbour_tree **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_neighbour_tree *tree = NULL;
    AMBIT_TRY(ambit_alloc(&tree, 1, sizeof *tree));
    *tree = (struct ambit_neighbour_tree){.place = place, .count = count, .leaves = 1};
    while (tree->leaves * LEAF < count)
        tree->leaves *= 2;
    AMBIT_TRY(ambit_alloc(&tree->node, (size_t)(2 * tree->leaves), sizeof *tree->node));
    for (int64_t leaf = 0; leaf < tree->leaves; leaf++) {
        struct box box = empty_box();
        for (int64_t i = leaf * LEAF; i < (leaf + 1) * LEAF && i < count; i++) {
            const struct box own = box_around(&place[3 * i]);
            widen(&box, &own);
        }
        tree->node[tree->leaves + leaf] = box;
    }
    for (int64_t i = tree->leaves - 1; i >= 1; i--) {
        tree->node[i] = tree->node[2 * i];
        widen(&tree->node[i], &tree->node[2 * i + 1]);
    }
    *out = tree;
    tree = NULL;
done:
    ambit_neighbour_tree_destroy(&tree);
    return status;
}

void ambit_neighbour_tree_destroy(struct ambit_neighbour_tree **tree)
{
    if (*tree != NULL) ambit_free(&(*tree)->node);
    ambit_free(tree);
}

/* Squared distance between two boxes on one axis each, 0 where they overlap. Comparisons, as fmax()
 * is a call. */
static double gap2(double low, double high, double other_low, double other_high)
{
    const double below = low - other_high, above = other_low - high;
    const double out = below > above ? below : above;
    return out > 0.0 ? out * out : 0.0;
}

static double box_chord2(const struct box *box, const double *low, const double *high)
{
    double sum = 0.0;
    for (int d = 0; d < 3; d++)
        sum += gap2((double)box->low[d], (double)box->high[d], low[d], high[d]);
    return sum;
}

static bool comes_before(double chord2, int64_t place, double other_chord2, int64_t other_place)
{
    return chord2 < other_chord2 || (chord2 == other_chord2 && place < other_place);
}

static void offer(struct nearest *nearest, double chord2, int64_t place)
{
    int at = nearest->found;
    if (nearest->found == nearest->wanted) {
        at--;
        if (!comes_before(chord2, place, nearest->chord2[at], nearest->place[at])) return;
    } else {
        nearest->found++;
    }
    while (at > 0 && comes_before(chord2, place, nearest->chord2[at - 1], nearest->place[at - 1])) {
        nearest->chord2[at] = nearest->chord2[at - 1];
        nearest->place[at] = nearest->place[at - 1];
        at--;
    }
    nearest->chord2[at] = chord2;
    nearest->place[at] = place;
}

/* The places of a leaf, which are looked for neighbours together: they share one walk. */
struct query {
    const struct ambit_neighbour_tree *tree;
    int64_t first;
    int count;
    struct nearest nearest[LEAF];
};

static double reach_of(const struct nearest *nearest)
{
    return nearest->found < nearest->wanted ? INFINITY : nearest->chord2[nearest->found - 1];
}

/* Offers the places of `leaf` to those of the query; returns how far any of them still looks. */
static double scan_leaf(struct query *query, int64_t leaf)
{
    const struct ambit_neighbour_tree *const tree = query->tree;
    const struct box *const box = &tree->node[tree->leaves + leaf];
    const int64_t end = (leaf + 1) * LEAF < tree->count ? (leaf + 1) * LEAF : tree->count;
    double reach = 0.0;
    for (int n = 0; n < query->count; n++) {
        struct nearest *const nearest = &query->nearest[n];
        const double *const p = &tree->place[3 * (query->first + n)];
        double own = reach_of(nearest);
        if (box_chord2(box, p, p) <= own) {
            for (int64_t i = leaf * LEAF; i < end; i++) {
                const double *const q = &tree->place[3 * i];
                const double dx = p[0] - q[0], dy = p[1] - q[1], dz = p[2] - q[2];
                const double chord2 = dx * dx + dy * dy + dz * dz;
                if (chord2 > own || i == query->first + n) continue;
                offer(nearest, chord2, i);
                own = reach_of(nearest);
            }
        }
        reach = own > reach ? own : reach;
    }
    return reach;
}

static void search(const struct ambit_neighbour_tree *tree, int64_t leaf, int wanted,
                   struct query *query)
{
    const struct box *const home = &tree->node[tree->leaves + leaf];
    const double low[3] = {(double)home->low[0], (double)home->low[1], (double)home->low[2]};
    const double high[3] = {(double)home->high[0], (double)home->high[1], (double)home->high[2]};
    struct {
        int64_t node;
        double chord2;
    } stack[128];
    int depth = 0;
    query->tree = tree;
    query->first = leaf * LEAF;
    query->count = (int)(tree->count - query->first < LEAF ? tree->count - query->first : LEAF);
    for (int n = 0; n < query->count; n++) {
        query->nearest[n].wanted = wanted;
        query->nearest[n].found = 0;
    }
    double reach = scan_leaf(query, leaf);
    stack[depth].node = 1;
    stack[depth++].chord2 = 0.0;
    while (depth > 0) {
        const int64_t node = stack[--depth].node;
        if (stack[depth].chord2 > reach) continue;
        if (node >= tree->leaves) {
            if (node - tree->leaves != leaf) reach = scan_leaf(query, node - tree->leaves);
            continue;
        }
        const struct box *const child = &tree->node[2 * node];
        const double left = box_chord2(&child[0], low, high);
        const double right = box_chord2(&child[1], low, high);
        const bool left_first = left <= right;
        stack[depth].node = 2 * node + left_first;
        stack[depth++].chord2 = left_first ? right : left;
        stack[depth].node = 2 * node + !left_first;
        stack[depth++].chord2 = left_first ? left : right;
    }
}

/* The same for one point that need be no place of the tree, among those at less than `limit`. */
static void search_from(const struct ambit_neighbour_tree *tree, const double point[3],
                        double limit, struct nearest *nearest)
{
    struct {
        int64_t node;
        double chord2;
    } stack[128];
    int depth = 0;
    stack[depth].node = 1;
    stack[depth++].chord2 = 0.0;
    while (depth > 0) {
        const int64_t node = stack[--depth].node;
        if (stack[depth].chord2 > limit || stack[depth].chord2 > reach_of(nearest)) continue;
        if (node < tree->leaves) {
            const double left = box_chord2(&tree->node[2 * node], point, point);
            const double right = box_chord2(&tree->node[2 * node + 1], point, point);
            stack[depth].node = 2 * node + (left <= right);
            stack[depth++].chord2 = left <= right ? right : left;
            stack[depth].node = 2 * node + (left > right);
            stack[depth++].chord2 = left <= right ? left : right;
            continue;
        }
        const int64_t begin = (node - tree->leaves) * LEAF;
        for (int64_t i = begin; i < begin + LEAF && i < tree->count; i++) {
            const double *const q = &tree->place[3 * i];
            const double dx = point[0] - q[0], dy = point[1] - q[1], dz = point[2] - q[2];
            const double chord2 = dx * dx + dy * dy + dz * dz;
            if (chord2 < limit && chord2 <= reach_of(nearest)) offer(nearest, chord2, i);
        }
    }
}

int64_t ambit_neighbour_within(const struct ambit_neighbour_tree *tree, const double point[3],
                               double chord2)
{
    struct nearest nearest = {.wanted = 1};
    search_from(tree, point, chord2, &nearest);
    return nearest.found > 0 ? nearest.place[0] : -1;
}

double ambit_neighbour_tree_chord2(const struct ambit_neighbour_tree *tree, const double from[3],
                                   int neighbours)
{
    struct nearest nearest = {.wanted = neighbours};
    AMBIT_REQUIRE(neighbours >= 1 && neighbours <= AMBIT_NEIGHBOUR_MAX);
    search_from(tree, from, INFINITY, &nearest);
    return nearest.found > 0 ? nearest.chord2[nearest.found - 1] : 0.0;
}

int ambit_neighbour_tree_list(const struct ambit_neighbour_tree *tree, const double from[3],
                              int neighbours, int32_t *list_out)
{
    struct nearest nearest = {.wanted = neighbours};
    AMBIT_REQUIRE(neighbours >= 1 && neighbours <= AMBIT_NEIGHBOUR_MAX);
    search_from(tree, from, INFINITY, &nearest);
    for (int n = 0; n < nearest.found; n++)
        list_out[n] = (int32_t)nearest.place[n];
    return nearest.found;
}

ambit_status ambit_neighbour_chord2(const double *place, int64_t count, int64_t begin, int64_t end,
                                    int neighbours, double *chord2_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_neighbour_tree *tree = NULL;
    AMBIT_REQUIRE(neighbours >= 1 && neighbours <= AMBIT_NEIGHBOUR_MAX);
    AMBIT_TRY(ambit_neighbour_tree_create(place, count, &tree));
#pragma omp parallel for schedule(dynamic, 32)
    for (int64_t leaf = begin / LEAF; leaf < (end + LEAF - 1) / LEAF; leaf++) {
        struct query query;
        search(tree, leaf, neighbours, &query);
        for (int q = 0; q < query.count; q++) {
            const struct nearest *const nearest = &query.nearest[q];
            const int64_t i = query.first + q;
            if (i < begin || i >= end) continue;
            chord2_out[i - begin] = nearest->found > 0 ? nearest->chord2[nearest->found - 1] : 0.0;
        }
    }
done:
    ambit_neighbour_tree_destroy(&tree);
    return status;
}

void ambit_neighbour_list(const struct ambit_neighbour_tree *tree, int neighbours,
                          int32_t *list_out)
{
    AMBIT_REQUIRE(neighbours >= 1 && neighbours <= AMBIT_NEIGHBOUR_MAX);
#pragma omp parallel for schedule(dynamic, 32)
    for (int64_t leaf = 0; leaf < (tree->count + LEAF - 1) / LEAF; leaf++) {
        struct query query;
        search(tree, leaf, neighbours, &query);
        for (int q = 0; q < query.count; q++) {
            const struct nearest *const nearest = &query.nearest[q];
            for (int n = 0; n < neighbours; n++)
                list_out[(query.first + q) * neighbours + n] =
                    n < nearest->found ? (int32_t)nearest->place[n] : -1;
        }
    }
}
