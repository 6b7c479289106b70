/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DSATUR (Brélaz 1979): the territory whose neighbours have the most different colours comes next,
 * then the one with more neighbours, then the smaller index; it takes the colour that is used least
 * so far among those its neighbours leave. A heap whose outdated entries are skipped makes it
 * O((n + m) log m). Maps rarely need more than five colours; the palette has six.
 *
 * The six were chosen from light colours so that the smallest distance of any two (CIE 1976 ΔE) is
 * the largest under normal sight and under simulated protanopia, deuteranopia and tritanopia
 * (Machado, Oliveira, Fernandes 2009): it is 15.
 */
#include "io/map_colours.h"
#include "engine/base/memory.h"

const char *const ambit_map_fill[AMBIT_MAP_COLOURS] = {"#c7e9fa", "#f5eab8", "#b9b3dd",
                                                       "#e9c46a", "#f0a58f", "#9bc1bc"};
const char *const ambit_map_shade[AMBIT_MAP_COLOURS] = {"#4a8fb0", "#a08a3c", "#6a60a8",
                                                        "#94690a", "#b0553a", "#45766f"};

struct entry {
    int32_t used, degree, territory; /* `used`: different colours among the neighbours */
};

struct colouring {
    int32_t *first;     /* owned; territories + 1: neighbours in `next` */
    int32_t *next;      /* owned */
    uint8_t *seen;      /* owned; a bit for each colour of the neighbours */
    uint8_t *coloured;  /* owned */
    struct entry *heap; /* owned; room for every territory and every change */
    int32_t heap_count;
};

static void colouring_clear(struct colouring *c)
{
    ambit_free(&c->first);
    ambit_free(&c->next);
    ambit_free(&c->seen);
    ambit_free(&c->coloured);
    ambit_free(&c->heap);
}

static bool comes_before(const struct entry *a, const struct entry *b)
{
    if (a->used != b->used) return a->used > b->used;
    if (a->degree != b->degree) return a->degree > b->degree;
    return a->territory < b->territory;
}

static void push(struct colouring *c, int32_t territory)
{
    const struct entry entry = {__builtin_popcount(c->seen[territory]),
                                c->first[territory + 1] - c->first[territory], territory};
    int32_t at = c->heap_count++;
    for (; at > 0 && comes_before(&entry, &c->heap[(at - 1) / 2]); at = (at - 1) / 2)
        c->heap[at] = c->heap[(at - 1) / 2];
    c->heap[at] = entry;
}

static struct entry pop(struct colouring *c)
{
    const struct entry top = c->heap[0], last = c->heap[--c->heap_count];
    int32_t at = 0;
    for (;;) {
        int32_t child = 2 * at + 1;
        if (child >= c->heap_count) break;
        if (child + 1 < c->heap_count && comes_before(&c->heap[child + 1], &c->heap[child]))
            child++;
        if (!comes_before(&c->heap[child], &last)) break;
        c->heap[at] = c->heap[child];
        at = child;
    }
    c->heap[at] = last;
    return top;
}

/* Lists each territory's neighbours. */
static ambit_status list_neighbours(const struct ambit_outlines *o, struct colouring *c)
{
    ambit_status status = AMBIT_OK;
    const size_t territories = (size_t)o->territory_count, pairs = (size_t)o->neighbour_count;
    AMBIT_TRY(ambit_alloc(&c->first, territories + 2, sizeof *c->first));
    AMBIT_TRY(ambit_alloc(&c->next, 2 * pairs, sizeof *c->next));
    AMBIT_TRY(ambit_alloc(&c->seen, territories, 1));
    AMBIT_TRY(ambit_alloc(&c->coloured, territories, 1));
    AMBIT_TRY(ambit_alloc(&c->heap, territories + 2 * pairs + 1, sizeof *c->heap));
    for (int32_t i = 0; i < o->neighbour_count; i++) {
        for (int k = 0; k < 2; k++)
            c->first[o->neighbour[i][k] + 2]++;
    }
    for (int32_t j = 0; j < o->territory_count; j++)
        c->first[j + 2] += c->first[j + 1];
    for (int32_t i = 0; i < o->neighbour_count; i++) {
        for (int k = 0; k < 2; k++)
            c->next[c->first[o->neighbour[i][k] + 1]++] = o->neighbour[i][1 - k];
    }
done:
    return status;
}

/* The least used colour among those that the neighbours leave, or among all where none is left. */
static uint8_t choose(uint8_t seen, const int32_t used[AMBIT_MAP_COLOURS])
{
    const uint8_t all = (1u << AMBIT_MAP_COLOURS) - 1;
    int best = -1;
    for (int k = 0; k < AMBIT_MAP_COLOURS; k++) {
        if (seen != all && (seen >> k & 1) != 0) continue;
        if (best < 0 || used[k] < used[best]) best = k;
    }
    return (uint8_t)best;
}

ambit_status ambit_map_colour(const struct ambit_outlines *outlines, uint8_t *colour_out)
{
    ambit_status status = AMBIT_OK;
    struct colouring c = {0};
    int32_t used[AMBIT_MAP_COLOURS] = {0};
    AMBIT_TRY(list_neighbours(outlines, &c));
    for (int32_t j = 0; j < outlines->territory_count; j++)
        push(&c, j);
    while (c.heap_count > 0) {
        const struct entry top = pop(&c);
        const int32_t j = top.territory;
        if (c.coloured[j]) continue;
        c.coloured[j] = 1;
        colour_out[j] = choose(c.seen[j], used);
        used[colour_out[j]]++;
        for (int32_t i = c.first[j]; i < c.first[j + 1]; i++) {
            const int32_t other = c.next[i];
            const uint8_t seen = (uint8_t)(c.seen[other] | 1u << colour_out[j]);
            if (seen == c.seen[other]) continue;
            c.seen[other] = seen;
            if (!c.coloured[other]) push(&c, other);
        }
    }
done:
    colouring_clear(&c);
    return status;
}
