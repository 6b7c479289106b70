/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces by union-find over the neighbour graph, rounds of handing over until none is left: a piece
 * behind another one has its turn when that has gone. Main pieces only grow, so the rounds end.
 * About O(accounts + edges) a round, and one or two rounds.
 *
 * Cells under multiplicative influences are bent: behind a dense territory's small cell its sparse
 * neighbour's goes on, and what lies there is a piece apart. Weakness: a large piece goes as it is,
 * and bands are left to the repair.
 */
#include "solvers/seed_pieces.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"

#include <stdlib.h>

struct stray {
    int32_t root, account;
};

struct pieces {
    struct ambit_seed_repair *repair;
    const struct ambit_seed_graph *graph;
    int32_t *up;         /* owned; by account: towards the first account of its piece */
    double *weight;      /* owned; by first account: of its piece */
    int32_t *main;       /* owned; by territory: first account of its main piece, −1: none */
    bool *held;          /* owned; by territory: the main piece has held accounts */
    struct stray *stray; /* owned; accounts outside main pieces, by piece */
    int32_t stray_count;
    int32_t *to; /* owned; by stray account: where its piece goes, −1: nowhere */
};

static ambit_status create(struct ambit_seed_repair *repair, const struct ambit_seed_graph *graph,
                           struct pieces *pieces)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)repair->count, k = (size_t)repair->territories;
    *pieces = (struct pieces){.repair = repair, .graph = graph};
    AMBIT_TRY(ambit_alloc(&pieces->up, n, sizeof *pieces->up));
    AMBIT_TRY(ambit_alloc(&pieces->weight, n, sizeof *pieces->weight));
    AMBIT_TRY(ambit_alloc(&pieces->main, k, sizeof *pieces->main));
    AMBIT_TRY(ambit_alloc(&pieces->held, k, sizeof *pieces->held));
    AMBIT_TRY(ambit_alloc(&pieces->stray, n, sizeof *pieces->stray));
    AMBIT_TRY(ambit_alloc(&pieces->to, n, sizeof *pieces->to));
done:
    return status;
}

static void clear(struct pieces *pieces)
{
    ambit_free(&pieces->up);
    ambit_free(&pieces->weight);
    ambit_free(&pieces->main);
    ambit_free(&pieces->held);
    ambit_free(&pieces->stray);
    ambit_free(&pieces->to);
}

/* The first account of the piece of i. */
static int32_t root_of(int32_t *up, int32_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

static void unite(int32_t *up, int32_t a, int32_t b)
{
    a = root_of(up, a);
    b = root_of(up, b);
    if (a < b)
        up[b] = a;
    else
        up[a] = b;
}

static void find_pieces(struct pieces *p)
{
    const struct ambit_seed_repair *const r = p->repair;
    const int32_t *const label = r->label_inout;
    for (int32_t j = 0; j < r->territories; j++) {
        p->main[j] = -1;
        p->held[j] = false;
    }
    for (int32_t i = 0; i < r->count; i++) {
        p->up[i] = i;
        p->weight[i] = 0.0;
    }
    for (int32_t i = 0; i < r->count; i++) {
        for (int64_t e = p->graph->row[i]; e < p->graph->row[i + 1]; e++) {
            const int32_t other = p->graph->column[e];
            if (other < i && label[other] == label[i]) unite(p->up, i, other);
        }
        if (!r->held[i]) continue;
        if (p->held[label[i]]) unite(p->up, i, p->main[label[i]]);
        p->held[label[i]] = true;
        p->main[label[i]] = i;
    }
}

static void choose_main(struct pieces *p)
{
    const struct ambit_seed_repair *const r = p->repair;
    for (int32_t i = 0; i < r->count; i++)
        p->weight[root_of(p->up, i)] += r->weight[i];
    for (int32_t j = 0; j < r->territories; j++) {
        if (p->held[j]) p->main[j] = root_of(p->up, p->main[j]);
    }
    for (int32_t i = 0; i < r->count; i++) {
        const int32_t j = r->label_inout[i];
        if (p->up[i] != i || p->held[j]) continue;
        if (p->main[j] < 0 || p->weight[i] > p->weight[p->main[j]]) p->main[j] = i;
    }
}

static bool is_main(struct pieces *p, int32_t i)
{
    return root_of(p->up, i) == p->main[p->repair->label_inout[i]];
}

static int compare_stray(const void *a, const void *b)
{
    const struct stray *const x = a, *const y = b;
    if (x->root != y->root) return x->root < y->root ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

static void list_stray(struct pieces *p)
{
    p->stray_count = 0;
    for (int32_t i = 0; i < p->repair->count; i++) {
        if (!is_main(p, i)) p->stray[p->stray_count++] = (struct stray){root_of(p->up, i), i};
    }
    qsort(p->stray, (size_t)p->stray_count, sizeof *p->stray, compare_stray);
}

static double cost_in(const struct pieces *p, int32_t begin, int32_t end, int32_t to)
{
    const struct ambit_seed_repair *const r = p->repair;
    double cost = 0.0;
    for (int32_t n = begin; n < end; n++) {
        const int32_t i = p->stray[n].account;
        cost += r->weight[i] * ambit_chord2(&r->place[3 * (int64_t)i], &r->centre[3 * (int64_t)to]);
    }
    return cost;
}

/* Where the piece of strays [begin, end) goes; −1 where it touches no main piece. */
static int32_t choose_taker(struct pieces *p, int32_t begin, int32_t end)
{
    const int32_t *const label = p->repair->label_inout;
    int32_t best = -1, last = -1;
    double least = 0.0;
    for (int32_t n = begin; n < end; n++) {
        const int32_t i = p->stray[n].account;
        for (int64_t e = p->graph->row[i]; e < p->graph->row[i + 1]; e++) {
            const int32_t other = p->graph->column[e], to = label[other];
            if (to == label[i] || to == last || !is_main(p, other)) continue;
            const double cost = cost_in(p, begin, end, to);
            last = to;
            if (best >= 0 && (cost > least || (cost == least && to >= best))) continue;
            best = to;
            least = cost;
        }
    }
    return best;
}

/* Every piece goes where the plan of before sends it; whether any went. */
static bool hand_over(struct pieces *p)
{
    const struct ambit_seed_repair *const r = p->repair;
    bool moved = false;
    for (int32_t begin = 0, end = 0; begin < p->stray_count; begin = end) {
        while (end < p->stray_count && p->stray[end].root == p->stray[begin].root)
            end++;
        const int32_t to = choose_taker(p, begin, end);
        for (int32_t n = begin; n < end; n++)
            p->to[n] = to;
    }
    for (int32_t n = 0; n < p->stray_count; n++) {
        const int32_t i = p->stray[n].account, from = r->label_inout[i], to = p->to[n];
        if (to < 0) continue;
        moved = true;
        r->label_inout[i] = to;
        for (int m = 0; m < r->measures; m++) {
            const int64_t load = r->load[(int64_t)i * r->measures + m];
            r->total_inout[(int64_t)from * r->measures + m] -= load;
            r->total_inout[(int64_t)to * r->measures + m] += load;
        }
    }
    return moved;
}

ambit_status ambit_seed_pieces_join(struct ambit_seed_repair *repair,
                                    const struct ambit_seed_graph *graph, int64_t *stray_out)
{
    ambit_status status = AMBIT_OK;
    struct pieces pieces;
    AMBIT_TRY(create(repair, graph, &pieces));
    do {
        find_pieces(&pieces);
        choose_main(&pieces);
        list_stray(&pieces);
    } while (hand_over(&pieces));
    *stray_out = pieces.stray_count;
done:
    clear(&pieces);
    return status;
}
