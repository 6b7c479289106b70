/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Branch and bound after Horowitz and Sahni 1974, with Dantzig's bound. The items of a cluster are
 * a few dozen and the bound is tight, so that a search takes about a microsecond; its worst case is
 * exponential, for which node_max is there.
 */
#include "solvers/knapsack.h"

#include <stdlib.h>

static bool precedes(const struct ambit_knapsack_item *a, const struct ambit_knapsack_item *b)
{
    const double x = a->value * (double)b->weight, y = b->value * (double)a->weight;
    if (x != y) return x > y;
    return a->id < b->id;
}

static int compare_ratio(const void *a, const void *b)
{
    return precedes(a, b) ? -1 : precedes(b, a) ? 1 : 0;
}

static void sort_by_ratio(struct ambit_knapsack_item *item, int32_t count)
{
    if (count > 64) {
        qsort(item, (size_t)count, sizeof *item, compare_ratio);
        return;
    }
    for (int32_t k = 1; k < count; k++) {
        const struct ambit_knapsack_item moving = item[k];
        int32_t at = k;
        for (; at > 0 && precedes(&moving, &item[at - 1]); at--)
            item[at] = item[at - 1];
        item[at] = moving;
    }
}

/* Most value that the items from `first` on, in parts, add within `room`. */
static double dantzig(const struct ambit_knapsack_item *item, int32_t first, int32_t count,
                      int64_t room)
{
    double value = 0.0;
    for (int32_t k = first; k < count; k++) {
        if (item[k].weight > room)
            return value + item[k].value * ((double)room / (double)item[k].weight);
        room -= item[k].weight;
        value += item[k].value;
    }
    return value;
}

struct tree {
    struct ambit_knapsack_item *item;
    int32_t count;
    int64_t room;
    double value, best;
    int32_t next; /* items before it are decided */
    uint8_t *in;  /* decision of each item */
};

/* Puts in every item that fits until none is left or the bound says that nothing can be gained;
 * true where a better subset was reached. */
static bool dive(struct tree *tree)
{
    const double least_gain = 1e-9;
    for (;;) {
        const double bound = dantzig(tree->item, tree->next, tree->count, tree->room);
        if (tree->value + bound <= tree->best + least_gain) return false;
        while (tree->next < tree->count && tree->item[tree->next].weight <= tree->room) {
            tree->in[tree->next] = 1;
            tree->room -= tree->item[tree->next].weight;
            tree->value += tree->item[tree->next].value;
            tree->next++;
        }
        if (tree->next == tree->count) return true;
        tree->in[tree->next++] = 0;
    }
}

/* Takes the last item out that is in; false where there is none. */
static bool backtrack(struct tree *tree)
{
    int32_t k = tree->next - 1;
    while (k >= 0 && !tree->in[k])
        k--;
    if (k < 0) return false;
    tree->in[k] = 0;
    tree->room += tree->item[k].weight;
    tree->value -= tree->item[k].value;
    tree->next = k + 1;
    return true;
}

double ambit_knapsack(struct ambit_knapsack_item *item, int32_t count, int64_t capacity,
                      int64_t node_max, double *value_out)
{
    uint8_t in[AMBIT_KNAPSACK_MAX] = {0};
    struct tree tree = {.item = item, .count = count, .room = capacity, .best = -1.0, .in = in};
    sort_by_ratio(item, count);
    const double bound = dantzig(item, 0, count, capacity);
    bool finished = false;
    for (int32_t k = 0; k < count; k++)
        item[k].taken = false;
    for (int64_t node = 0; node < node_max && !finished; node++) {
        if (dive(&tree)) {
            tree.best = tree.value;
            for (int32_t k = 0; k < count; k++)
                item[k].taken = in[k] != 0;
        }
        finished = !backtrack(&tree);
    }
    *value_out = tree.best;
    return finished ? tree.best : bound;
}

/* Brings the items that precede the middle one of [low, high) to the front; returns where it ends
 * up itself. */
static int32_t split(struct ambit_knapsack_item *item, int32_t low, int32_t high)
{
    const int32_t middle = low + (high - low) / 2;
    const struct ambit_knapsack_item pivot = item[middle];
    int32_t at = low;
    item[middle] = item[high - 1];
    for (int32_t k = low; k < high - 1; k++) {
        if (!precedes(&item[k], &pivot)) continue;
        const struct ambit_knapsack_item moving = item[k];
        item[k] = item[at];
        item[at++] = moving;
    }
    item[high - 1] = item[at];
    item[at] = pivot;
    return at;
}

double ambit_knapsack_bound(struct ambit_knapsack_item *item, int32_t count, int64_t capacity)
{
    const int32_t few = 12;
    int32_t low = 0, high = count;
    int64_t room = capacity;
    double taken = 0.0;
    while (high - low > few) {
        const int32_t at = split(item, low, high);
        int64_t weight = 0;
        double value = 0.0;
        for (int32_t k = low; k <= at; k++) {
            weight += item[k].weight;
            value += item[k].value;
        }
        if (weight > room) {
            high = at == high - 1 ? at : at + 1; /* the one that does not fit is among them */
            continue;
        }
        room -= weight;
        taken += value;
        low = at + 1;
    }
    sort_by_ratio(&item[low], high - low);
    return taken + dantzig(item, low, count, room);
}
