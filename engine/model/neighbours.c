/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A binary tree of bounding boxes over the Hilbert order, implicit in the array: leaves of eight
 * places, each inner node the union of its two children. A query walks from the root to the nearer
 * child first and drops boxes further than its K-th best so far. About log n boxes a query. Of
 * places as far away the smaller index is nearer, so ties cannot make the result depend on the
 * walk.
 */
#include "engine/model/neighbours.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdbool.h>

enum { LEAF = 8 };

struct box {
    double low[3], high[3];
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

static void widen(struct box *box, const double low[3], const double high[3])
{
    for (int d = 0; d < 3; d++) {
        box->low[d] = fmin(box->low[d], low[d]);
        box->high[d] = fmax(box->high[d], high[d]);
    }
}

static ambit_status build(const double *place, int64_t count, struct ambit_neighbour_tree *tree)
{
    ambit_status status = AMBIT_OK;
    *tree = (struct ambit_neighbour_tree){.place = place, .count = count, .leaves = 1};
    while (tree->leaves * LEAF < count)
        tree->leaves *= 2;
    AMBIT_TRY(ambit_alloc(&tree->node, (size_t)(2 * tree->leaves), sizeof *tree->node));
    for (int64_t leaf = 0; leaf < tree->leaves; leaf++) {
        struct box box = empty_box();
        for (int64_t i = leaf * LEAF; i < (leaf + 1) * LEAF && i < count; i++)
            widen(&box, &place[3 * i], &place[3 * i]);
        tree->node[tree->leaves + leaf] = box;
    }
    for (int64_t i = tree->leaves - 1; i >= 1; i--) {
        tree->node[i] = tree->node[2 * i];
        widen(&tree->node[i], tree->node[2 * i + 1].low, tree->node[2 * i + 1].high);
    }
done:
    return status;
}

static double box_chord2(const struct box *box, const double p[3])
{
    double sum = 0.0;
    for (int d = 0; d < 3; d++) {
        const double below = box->low[d] - p[d], above = p[d] - box->high[d];
        const double out = below > 0.0 ? below : above > 0.0 ? above : 0.0; /* fmax() is a call */
        sum += out * out;
    }
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

/* Where a query starts: at a place of the tree, which is none of its own neighbours, or at another
 * one, whose `self` is −1. */
struct origin {
    const double *p;
    int64_t self;
};

static struct origin place_of(const struct ambit_neighbour_tree *tree, int64_t self)
{
    return (struct origin){&tree->place[3 * self], self};
}

static void scan_leaf(const struct ambit_neighbour_tree *tree, int64_t leaf, struct origin from,
                      struct nearest *nearest)
{
    const double *const p = from.p;
    for (int64_t i = leaf * LEAF; i < (leaf + 1) * LEAF && i < tree->count; i++) {
        const double *q = &tree->place[3 * i];
        const double dx = p[0] - q[0], dy = p[1] - q[1], dz = p[2] - q[2];
        if (i != from.self) offer(nearest, dx * dx + dy * dy + dz * dz, i);
    }
}

static void search(const struct ambit_neighbour_tree *tree, struct origin from,
                   struct nearest *nearest)
{
    const double *const p = from.p;
    struct {
        int64_t node;
        double chord2;
    } stack[128];
    int depth = 0;
    stack[depth].node = 1;
    stack[depth++].chord2 = 0.0;
    while (depth > 0) {
        const int64_t node = stack[--depth].node;
        if (nearest->found == nearest->wanted &&
            stack[depth].chord2 > nearest->chord2[nearest->found - 1])
            continue;
        if (node >= tree->leaves) {
            scan_leaf(tree, node - tree->leaves, from, nearest);
            continue;
        }
        const double left = box_chord2(&tree->node[2 * node], p);
        const double right = box_chord2(&tree->node[2 * node + 1], p);
        const int64_t nearer = left <= right ? 2 * node : 2 * node + 1;
        stack[depth].node = nearer ^ 1;
        stack[depth++].chord2 = left <= right ? right : left;
        stack[depth].node = nearer;
        stack[depth++].chord2 = left <= right ? left : right;
    }
}

ambit_status ambit_neighbour_chord2(const double *place, int64_t count, int64_t begin, int64_t end,
                                    int neighbours, double *chord2_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_neighbour_tree tree = {0};
    AMBIT_REQUIRE(neighbours >= 1 && neighbours <= AMBIT_NEIGHBOUR_MAX);
    AMBIT_TRY(build(place, count, &tree));
#pragma omp parallel for schedule(dynamic, 256)
    for (int64_t i = begin; i < end; i++) {
        struct nearest nearest = {.wanted = neighbours};
        search(&tree, place_of(&tree, i), &nearest);
        chord2_out[i - begin] = nearest.found > 0 ? nearest.chord2[nearest.found - 1] : 0.0;
    }
done:
    ambit_free(&tree.node);
    return status;
}

ambit_status ambit_neighbour_list(const double *place, int32_t count, int neighbours,
                                  int32_t *list_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_neighbour_tree tree = {0};
    AMBIT_REQUIRE(neighbours >= 1 && neighbours <= AMBIT_NEIGHBOUR_MAX);
    AMBIT_TRY(build(place, count, &tree));
#pragma omp parallel for schedule(dynamic, 256)
    for (int32_t i = 0; i < count; i++) {
        struct nearest nearest = {.wanted = neighbours};
        search(&tree, place_of(&tree, i), &nearest);
        for (int n = 0; n < neighbours; n++)
            list_out[(int64_t)i * neighbours + n] =
                n < nearest.found ? (int32_t)nearest.place[n] : -1;
    }
done:
    ambit_free(&tree.node);
    return status;
}

ambit_status ambit_neighbour_tree_create(const double *place, int64_t count,
                                         struct ambit_neighbour_tree **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_neighbour_tree *tree = NULL;
    AMBIT_TRY(ambit_alloc(&tree, 1, sizeof *tree));
    AMBIT_TRY(build(place, count, tree));
    *out = tree;
    tree = NULL;
done:
    ambit_neighbour_tree_destroy(&tree);
    return status;
}

void ambit_neighbour_tree_destroy(struct ambit_neighbour_tree **tree)
{
    if (*tree == NULL) return;
    ambit_free(&(*tree)->node);
    ambit_free(tree);
}

double ambit_neighbour_tree_chord2(const struct ambit_neighbour_tree *tree, const double from[3],
                                   int neighbours)
{
    struct nearest nearest = {.wanted = neighbours};
    AMBIT_REQUIRE(neighbours >= 1 && neighbours <= AMBIT_NEIGHBOUR_MAX);
    search(tree, (struct origin){from, -1}, &nearest);
    return nearest.found > 0 ? nearest.chord2[nearest.found - 1] : 0.0;
}
