/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Descent on Φ = Σ (excess over a limit)² + a little × (deviation from the middle)², in parts of
 * the middle. A territory outside takes the step that lowers Φ most for its cost: one account of
 * its border over it, in or out; else two against each other; else a branch, which is an account
 * deeper inside with all on the shortest way to it; else one account and the neighbour's best
 * answer, which may be onward to a third. Excess so flows from territory to territory until it
 * finds room, at the least squared distance on the way. Territories are served worst first.
 *
 * An account leaves only where its neighbours at home stay connected without it within a few steps
 * of it, so that no territory falls apart. Cost: a look at the border of one territory a step.
 * Weakness: greedy; a territory without a helpful step stays as it is and is counted.
 */
#include "solvers/seed_repair.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "solvers/seed_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SWEEPS = 100,
    AROUND_MAX = 160,
    RINGS = 2,      /* neighbours of neighbours, twice, decide whether an account may leave */
    SIDE_MAX = 160, /* accounts at one side of a border */
    ANSWERS_TRIED = 12,
    BRANCHES_TRIED = 48,
    BRANCH_DEPTH = 10
};
#define COST_FREE 0.2 /* of the mean cost of an account: differences below hardly count */
#define LEAST_GAIN 1e-12

/* Where the descent rests, another Φ may see a step: first one that makes room, then the bare one,
 * then one that pushes harder. */
static const double pulls[] = {0.01, 0.0, 0.1, 0.001};

struct step {
    int32_t account, to;   /* account −1: none */
    int32_t back, back_to; /* the second account, or −1 */
    double gain, rate;
};
#define NO_STEP ((struct step){.account = -1, .back = -1})

struct state {
    struct ambit_seed_repair *repair;
    struct ambit_seed_graph graph;  /* owned */
    int32_t *first, *next, *before; /* owned; members of a territory, a ring without order */
    double *middle;                 /* owned; territories × measures */
    double *low, *high;             /* owned; limits in parts of the middle */
    double cost_unit;
    double pull; /* weight of the deviation from the middle */

    /* A walk, by account; all owned. */
    int32_t *mark, *found, *parent, *to, *depth;
    int32_t stamp; /* the mark of accounts that this walk has seen */
    double *branch_cost;
    int64_t *branch_load; /* × measures */
};

/* ---- potential ---- */

static double potential(const struct state *s, int32_t j, const double *change)
{
    const int measures = s->repair->measures;
    double sum = 0.0;
    for (int m = 0; m < measures; m++) {
        const size_t at = (size_t)j * (size_t)measures + (size_t)m;
        const double x = ((double)s->repair->total_inout[at] + change[m]) / s->middle[at];
        const double over = fmax(fmax(x - s->high[at], s->low[at] - x), 0.0);
        sum += over * over;
        if (isfinite(s->low[at]) && isfinite(s->high[at])) sum += s->pull * (x - 1.0) * (x - 1.0);
    }
    return sum;
}

static double excess(const struct state *s, int32_t j)
{
    const int measures = s->repair->measures;
    double worst = 0.0;
    for (int m = 0; m < measures; m++) {
        const size_t at = (size_t)j * (size_t)measures + (size_t)m;
        const double x = (double)s->repair->total_inout[at] / s->middle[at];
        worst = fmax(worst, fmax(x - s->high[at], s->low[at] - x));
    }
    return worst;
}

static double move_cost(const struct state *s, int32_t i, int32_t to)
{
    const struct ambit_seed_repair *const r = s->repair;
    const double *const place = &r->place[3 * (int64_t)i];
    const double far = ambit_chord2(place, &r->centre[3 * (int64_t)to]);
    const double near = ambit_chord2(place, &r->centre[3 * (int64_t)r->label_inout[i]]);
    return r->weight[i] * (far - near) / s->cost_unit;
}

static struct step rate_step(double gain, double cost, struct step step)
{
    step.gain = gain;
    step.rate = gain / (fmax(cost, 0.0) + COST_FREE);
    return step;
}

/* By how much Φ falls when `load` goes from one territory to another. */
static double gain_of(const struct state *s, int32_t from, int32_t to, const int64_t *load)
{
    const double none[AMBIT_SEED_MEASURE_MAX] = {0};
    double plus[AMBIT_SEED_MEASURE_MAX], minus[AMBIT_SEED_MEASURE_MAX];
    for (int m = 0; m < s->repair->measures; m++) {
        plus[m] = (double)load[m];
        minus[m] = -(double)load[m];
    }
    return potential(s, from, none) + potential(s, to, none) - potential(s, from, minus) -
           potential(s, to, plus);
}

/* Account i from its territory to another: what that gains. */
static struct step rate_move(const struct state *s, int32_t i, int32_t to)
{
    const double gain = gain_of(s, s->repair->label_inout[i], to,
                                &s->repair->load[(int64_t)i * s->repair->measures]);
    return rate_step(gain, move_cost(s, i, to), (struct step){.account = i, .to = to, .back = -1});
}

/* Accounts i and n, of two territories, against each other. */
static struct step rate_swap(const struct state *s, int32_t i, int32_t n)
{
    const struct ambit_seed_repair *const r = s->repair;
    const int32_t a = r->label_inout[i], b = r->label_inout[n];
    int64_t load[AMBIT_SEED_MEASURE_MAX];
    for (int m = 0; m < r->measures; m++)
        load[m] = r->load[(int64_t)i * r->measures + m] - r->load[(int64_t)n * r->measures + m];
    return rate_step(gain_of(s, a, b, load), move_cost(s, i, b) + move_cost(s, n, a),
                     (struct step){.account = i, .to = b, .back = n, .back_to = a});
}

/* ---- territories in one piece ---- */

static bool has(const int32_t *list, int count, int32_t i)
{
    for (int n = 0; n < count; n++) {
        if (list[n] == i) return true;
    }
    return false;
}

/* Adds the neighbours of i that are at home with it, but `without`; returns the new count. */
static int add_at_home(const struct state *s, int32_t i, int32_t without, int32_t *list, int count)
{
    const int32_t *const label = s->repair->label_inout;
    for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1] && count < AROUND_MAX; n++) {
        const int32_t other = s->graph.column[n];
        if (other != without && label[other] == label[i] && !has(list, count, other))
            list[count++] = other;
    }
    return count;
}

/* The neighbours of i at home stay connected when it leaves, as far as can be seen from it.
 * Accounts that are held stand at the edge of what is in play, and hang together beyond it. */
static bool may_leave(const struct state *s, int32_t i)
{
    const bool *const held = s->repair->held;
    int32_t around[AROUND_MAX], reached[AROUND_MAX];
    if (held[i]) return false;
    const int direct = add_at_home(s, i, i, around, 0);
    int count = direct, found = 0;
    if (direct <= 1) return true;
    for (int ring = 0, n = 0; ring < RINGS; ring++) {
        for (const int until = count; n < until; n++)
            count = add_at_home(s, around[n], i, around, count);
    }
    reached[found++] = around[0];
    bool held_reached = held[around[0]];
    for (int n = 0; n < found; n++) {
        for (int64_t e = s->graph.row[reached[n]]; e < s->graph.row[reached[n] + 1]; e++) {
            const int32_t other = s->graph.column[e];
            if (!has(around, count, other) || has(reached, found, other)) continue;
            reached[found++] = other;
            held_reached |= held[other];
        }
    }
    for (int n = 0; n < direct; n++) {
        if (!has(reached, found, around[n]) && !(held_reached && held[around[n]])) return false;
    }
    return true;
}

/* i has a neighbour in territory j other than `but`. */
static bool touches(const struct state *s, int32_t i, int32_t j, int32_t but)
{
    for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
        const int32_t other = s->graph.column[n];
        if (other != but && s->repair->label_inout[other] == j) return true;
    }
    return false;
}

/* ---- steps ---- */

static void relabel(struct state *s, int32_t i, int32_t to)
{
    struct ambit_seed_repair *const r = s->repair;
    const int32_t from = r->label_inout[i];
    for (int m = 0; m < r->measures; m++) {
        const int64_t load = r->load[(int64_t)i * r->measures + m];
        r->total_inout[(int64_t)from * r->measures + m] -= load;
        r->total_inout[(int64_t)to * r->measures + m] += load;
    }
    if (s->before[i] >= 0)
        s->next[s->before[i]] = s->next[i];
    else
        s->first[from] = s->next[i];
    if (s->next[i] >= 0) s->before[s->next[i]] = s->before[i];
    s->before[i] = -1;
    s->next[i] = s->first[to];
    if (s->first[to] >= 0) s->before[s->first[to]] = i;
    s->first[to] = i;
    r->label_inout[i] = to;
}

static void take(struct state *s, const struct step *step)
{
    relabel(s, step->account, step->to);
    if (step->back >= 0) relabel(s, step->back, step->back_to);
}

static bool is_better(const struct step *a, const struct step *b)
{
    if (b->account < 0) return true;
    if (a->rate != b->rate) return a->rate > b->rate;
    return a->account != b->account ? a->account < b->account : a->to < b->to;
}

/* Offers one account's move to the best so far. */
static void offer_move(const struct state *s, int32_t i, int32_t to, struct step *best)
{
    const struct step step = rate_move(s, i, to);
    if (step.gain > LEAST_GAIN && is_better(&step, best) && may_leave(s, i)) *best = step;
}

/* The best single account over the border of j, out or in; `only_out` where j is answering. */
static struct step best_move(const struct state *s, int32_t j, bool only_out)
{
    const int32_t *const label = s->repair->label_inout;
    struct step best = NO_STEP;
    for (int32_t i = s->first[j]; i >= 0; i = s->next[i]) {
        int32_t last = -1;
        for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
            const int32_t other = s->graph.column[n];
            if (label[other] == j) continue;
            if (label[other] != last) offer_move(s, i, label[other], &best);
            last = label[other];
            if (!only_out) offer_move(s, other, j, &best);
        }
    }
    return best;
}

/* Accounts on both sides of the border of j, and their number. */
static int find_border(const struct state *s, int32_t j, int32_t *inside, int *inside_count,
                       int32_t *outside)
{
    const int32_t *const label = s->repair->label_inout;
    int count = 0;
    *inside_count = 0;
    for (int32_t i = s->first[j]; i >= 0; i = s->next[i]) {
        bool at_border = false;
        for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
            const int32_t other = s->graph.column[n];
            if (label[other] == j) continue;
            at_border = true;
            if (count < SIDE_MAX && !has(outside, count, other) && may_leave(s, other))
                outside[count++] = other;
        }
        if (at_border && *inside_count < SIDE_MAX && may_leave(s, i)) inside[(*inside_count)++] = i;
    }
    return count;
}

/* The best exchange of two accounts over the border of j. */
static struct step best_swap(const struct state *s, int32_t j)
{
    int32_t inside[SIDE_MAX], outside[SIDE_MAX];
    int inside_count;
    struct step best = NO_STEP;
    const int outside_count = find_border(s, j, inside, &inside_count, outside);
    for (int a = 0; a < inside_count; a++) {
        for (int b = 0; b < outside_count; b++) {
            const int32_t i = inside[a], n = outside[b];
            const struct step step = rate_swap(s, i, n);
            if (step.gain <= LEAST_GAIN || !is_better(&step, &best)) continue;
            if (touches(s, i, step.to, n) && touches(s, n, j, i)) best = step;
        }
    }
    return best;
}

static int compare_gain(const void *a, const void *b)
{
    const struct step *const x = a, *const y = b;
    if (x->gain != y->gain) return x->gain > y->gain ? -1 : 1;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* Moves over the border of j that harm least, or help, with the territory that has to answer in
 * `back_to`. */
static int list_moves(const struct state *s, int32_t j, struct step *list)
{
    const int32_t *const label = s->repair->label_inout;
    int32_t inside[SIDE_MAX], outside[SIDE_MAX];
    int inside_count, count = 0;
    const int outside_count = find_border(s, j, inside, &inside_count, outside);
    for (int a = 0; a < inside_count; a++) {
        int32_t last = -1;
        for (int64_t n = s->graph.row[inside[a]]; n < s->graph.row[inside[a] + 1]; n++) {
            const int32_t to = label[s->graph.column[n]];
            if (to == j || to == last || count == 4 * SIDE_MAX) continue;
            last = to;
            list[count] = rate_move(s, inside[a], to);
            list[count++].back_to = to;
        }
    }
    for (int b = 0; b < outside_count && count < 4 * SIDE_MAX; b++) {
        list[count] = rate_move(s, outside[b], j);
        list[count++].back_to = label[outside[b]];
    }
    qsort(list, (size_t)count, sizeof *list, compare_gain);
    return count;
}

/* One account over the border, and the best answer of the territory on the other side. */
static bool move_and_answer(struct state *s, int32_t j)
{
    struct step list[4 * SIDE_MAX];
    const int count = list_moves(s, j, list);
    for (int n = 0; n < count && n < ANSWERS_TRIED; n++) {
        const int32_t i = list[n].account, from = s->repair->label_inout[i];
        relabel(s, i, list[n].to);
        const struct step answer = best_move(s, list[n].back_to, false);
        if (answer.account >= 0 && answer.account != i && answer.gain + list[n].gain > LEAST_GAIN) {
            take(s, &answer);
            return true;
        }
        relabel(s, i, from);
    }
    return false;
}

/* ---- branches ---- */

/* Pieces that territory j is in; all held accounts of it are one. */
static int32_t count_pieces(struct state *s, int32_t j)
{
    const struct ambit_seed_repair *const r = s->repair;
    int32_t pieces = 0;
    bool any_held = false;
    s->stamp++;
    for (int32_t start = s->first[j]; start >= 0; start = s->next[start]) {
        if (s->mark[start] == s->stamp) continue;
        int32_t count = 0;
        bool held = false;
        s->mark[start] = s->stamp;
        s->found[count++] = start;
        for (int32_t n = 0; n < count; n++) {
            held |= r->held[s->found[n]];
            const int64_t end = s->graph.row[s->found[n] + 1];
            for (int64_t e = s->graph.row[s->found[n]]; e < end; e++) {
                const int32_t other = s->graph.column[e];
                if (r->label_inout[other] != j || s->mark[other] == s->stamp) continue;
                s->mark[other] = s->stamp;
                s->found[count++] = other;
            }
        }
        pieces += !held || !any_held;
        any_held |= held;
    }
    return pieces;
}

/* Adds account i to the walk, as the end of a branch that goes over to `to`. */
static void add_to_walk(struct state *s, int32_t i, int32_t parent, int32_t to, int32_t *count)
{
    const size_t measures = (size_t)s->repair->measures;
    if (s->mark[i] == s->stamp || s->repair->held[i]) return;
    s->mark[i] = s->stamp;
    s->found[(*count)++] = i;
    s->parent[i] = parent;
    s->to[i] = to;
    s->depth[i] = parent < 0 ? 1 : s->depth[parent] + 1;
    s->branch_cost[i] = move_cost(s, i, to) + (parent < 0 ? 0.0 : s->branch_cost[parent]);
    for (size_t m = 0; m < measures; m++) {
        const size_t at = (size_t)i * measures + m;
        s->branch_load[at] = s->repair->load[at];
        if (parent >= 0) s->branch_load[at] += s->branch_load[(size_t)parent * measures + m];
    }
}

/* What it gains to move the branch that ends with i. */
static struct step rate_branch(const struct state *s, int32_t i)
{
    const int64_t *const load = &s->branch_load[(int64_t)i * s->repair->measures];
    const double gain = gain_of(s, s->repair->label_inout[i], s->to[i], load);
    return rate_step(gain, s->branch_cost[i],
                     (struct step){.account = i, .to = s->to[i], .back = -1});
}

/* The same for territory j alone, whatever it does to the other side, which is to answer. */
static struct step rate_for_one(const struct state *s, int32_t j, int32_t i)
{
    const double none[AMBIT_SEED_MEASURE_MAX] = {0};
    double change[AMBIT_SEED_MEASURE_MAX];
    const double sign = s->to[i] == j ? 1.0 : -1.0;
    for (int m = 0; m < s->repair->measures; m++)
        change[m] = sign * (double)s->branch_load[(int64_t)i * s->repair->measures + m];
    const double gain = potential(s, j, none) - potential(s, j, change);
    return rate_step(gain, s->branch_cost[i],
                     (struct step){.account = i, .to = s->to[i], .back = -1});
}

/* Keeps the best steps, best first; returns how many. */
static int keep_branch(const struct step *step, struct step *list, int count)
{
    if (count == BRANCHES_TRIED && !is_better(step, &list[count - 1])) return count;
    int at = count < BRANCHES_TRIED ? count++ : count - 1;
    for (; at > 0 && is_better(step, &list[at - 1]); at--)
        list[at] = list[at - 1];
    list[at] = *step;
    return count;
}

/* Walks from the border of j inwards on both sides; every account that is reached ends a branch,
 * the shortest way to it from the border. */
static int list_branches(struct state *s, int32_t j, bool for_one, struct step *list)
{
    const int32_t *const label = s->repair->label_inout;
    int32_t count = 0;
    int kept = 0;
    s->stamp++;
    for (int32_t i = s->first[j]; i >= 0; i = s->next[i]) {
        for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
            const int32_t other = s->graph.column[n];
            if (label[other] == j) continue;
            add_to_walk(s, i, -1, label[other], &count);
            add_to_walk(s, other, -1, j, &count);
        }
    }
    for (int32_t n = 0; n < count; n++) {
        const int32_t i = s->found[n];
        const struct step step = for_one ? rate_for_one(s, j, i) : rate_branch(s, i);
        if (step.gain > LEAST_GAIN) kept = keep_branch(&step, list, kept);
        if (s->depth[i] == BRANCH_DEPTH) continue;
        for (int64_t e = s->graph.row[i]; e < s->graph.row[i + 1]; e++) {
            const int32_t other = s->graph.column[e];
            if (label[other] == label[i]) add_to_walk(s, other, i, s->to[i], &count);
        }
    }
    return kept;
}

static void relabel_branch(struct state *s, int32_t end, int32_t to)
{
    for (int32_t i = end; i >= 0; i = s->parent[i])
        relabel(s, i, to);
}

/* Moves a branch where that leaves its territory in no more pieces than it is in. */
static bool try_branch(struct state *s, const struct step *step)
{
    const int32_t from = s->repair->label_inout[step->account];
    const int32_t before = count_pieces(s, from);
    relabel_branch(s, step->account, step->to);
    if (count_pieces(s, from) <= before) return true;
    relabel_branch(s, step->account, from);
    return false;
}

static bool move_branch(struct state *s, int32_t j)
{
    struct step list[BRANCHES_TRIED];
    const int count = list_branches(s, j, false, list);
    for (int n = 0; n < count; n++) {
        if (try_branch(s, &list[n])) return true;
    }
    return false;
}

/* A branch that helps j, and the best answer of the territory on the other side. */
static bool move_branch_and_answer(struct state *s, int32_t j)
{
    struct step list[BRANCHES_TRIED];
    const int count = list_branches(s, j, true, list);
    for (int n = 0; n < count; n++) {
        const int32_t from = s->repair->label_inout[list[n].account], to = list[n].to;
        const double gain = rate_branch(s, list[n].account).gain;
        if (!try_branch(s, &list[n])) continue;
        const struct step answer = best_move(s, from == j ? to : from, false);
        if (answer.account >= 0 && answer.gain + gain > LEAST_GAIN) {
            take(s, &answer);
            return true;
        }
        relabel_branch(s, list[n].account, from);
    }
    return false;
}

static bool mend(struct state *s, int32_t j)
{
    struct step step = best_move(s, j, false);
    if (step.account < 0) step = best_swap(s, j);
    if (step.account < 0)
        return move_branch(s, j) || move_and_answer(s, j) || move_branch_and_answer(s, j);
    take(s, &step);
    return true;
}

/* ---- the whole ---- */

static ambit_status create(struct ambit_seed_repair *repair, struct state *s)
{
    ambit_status status = AMBIT_OK;
    const size_t k = (size_t)repair->territories, n = (size_t)repair->count;
    const size_t cells = k * (size_t)repair->measures;
    *s = (struct state){.repair = repair};
    AMBIT_TRY(ambit_seed_graph_create(repair->place, repair->count, &s->graph));
    AMBIT_TRY(ambit_alloc(&s->first, k, sizeof *s->first));
    AMBIT_TRY(ambit_alloc(&s->next, n, sizeof *s->next));
    AMBIT_TRY(ambit_alloc(&s->before, n, sizeof *s->before));
    AMBIT_TRY(ambit_alloc(&s->mark, n, sizeof *s->mark));
    AMBIT_TRY(ambit_alloc(&s->found, n, sizeof *s->found));
    AMBIT_TRY(ambit_alloc(&s->parent, n, sizeof *s->parent));
    AMBIT_TRY(ambit_alloc(&s->to, n, sizeof *s->to));
    AMBIT_TRY(ambit_alloc(&s->depth, n, sizeof *s->depth));
    AMBIT_TRY(ambit_alloc(&s->branch_cost, n, sizeof *s->branch_cost));
    AMBIT_TRY(ambit_alloc(&s->branch_load, n * (size_t)repair->measures, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&s->middle, cells, sizeof *s->middle));
    AMBIT_TRY(ambit_alloc(&s->low, cells, sizeof *s->low));
    AMBIT_TRY(ambit_alloc(&s->high, cells, sizeof *s->high));
done:
    return status;
}

static void clear(struct state *s)
{
    ambit_seed_graph_clear(&s->graph);
    ambit_free(&s->first);
    ambit_free(&s->next);
    ambit_free(&s->before);
    ambit_free(&s->mark);
    ambit_free(&s->found);
    ambit_free(&s->parent);
    ambit_free(&s->to);
    ambit_free(&s->depth);
    ambit_free(&s->branch_cost);
    ambit_free(&s->branch_load);
    ambit_free(&s->middle);
    ambit_free(&s->low);
    ambit_free(&s->high);
}

static void set_limits(struct state *s)
{
    const struct ambit_seed_repair *const r = s->repair;
    for (int64_t at = 0; at < (int64_t)r->territories * r->measures; at++) {
        const double low = r->lower[at], high = r->upper[at];
        const double middle = isfinite(low) && isfinite(high) ? 0.5 * (low + high)
                              : isfinite(high)                ? high
                                                              : low;
        s->middle[at] = isfinite(middle) ? fmax(fabs(middle), 1.0) : 1.0;
        s->low[at] = low / s->middle[at];
        s->high[at] = high / s->middle[at];
    }
}

static void set_members(struct state *s)
{
    const struct ambit_seed_repair *const r = s->repair;
    double sum = 0.0;
    for (int32_t j = 0; j < r->territories; j++)
        s->first[j] = -1;
    for (int32_t i = r->count - 1; i >= 0; i--) {
        const int32_t j = r->label_inout[i];
        s->before[i] = -1;
        s->next[i] = s->first[j];
        if (s->first[j] >= 0) s->before[s->first[j]] = i;
        s->first[j] = i;
        sum += r->weight[i] * ambit_chord2(&r->place[3 * (int64_t)i], &r->centre[3 * (int64_t)j]);
    }
    s->cost_unit = fmax(sum / fmax(r->count, 1.0), 1e-300);
}

struct worst {
    double excess;
    int32_t territory;
};

static int compare_worst(const void *a, const void *b)
{
    const struct worst *const x = a, *const y = b;
    if (x->excess != y->excess) return x->excess > y->excess ? -1 : 1;
    return (x->territory > y->territory) - (x->territory < y->territory);
}

static int32_t list_worst(const struct state *s, struct worst *list)
{
    int32_t count = 0;
    for (int32_t j = 0; j < s->repair->territories; j++) {
        const double over = excess(s, j);
        if (over > 0.0) list[count++] = (struct worst){over, j};
    }
    qsort(list, (size_t)count, sizeof *list, compare_worst);
    return count;
}

/* One step after another for every territory outside; whether any was taken. */
static bool mend_all(struct state *s, struct worst *list)
{
    const int32_t count = list_worst(s, list);
    bool moved = false;
    for (int32_t n = 0; n < count; n++) {
        while (excess(s, list[n].territory) > 0.0 && mend(s, list[n].territory))
            moved = true;
    }
    return moved;
}

ambit_status ambit_seed_repair(struct ambit_seed_repair *repair, int32_t *left_out)
{
    ambit_status status = AMBIT_OK;
    struct state s = {0};
    struct worst *list = NULL;
    AMBIT_TRY(create(repair, &s));
    AMBIT_TRY(ambit_alloc(&list, (size_t)repair->territories, sizeof *list));
    set_limits(&s);
    set_members(&s);
    for (size_t phase = 0; phase < sizeof pulls / sizeof pulls[0]; phase++) {
        s.pull = pulls[phase];
        for (int sweep = 0; sweep < SWEEPS && mend_all(&s, list); sweep++) {
        }
    }
    *left_out = list_worst(&s, list);
done:
    clear(&s);
    ambit_free(&list);
    return status;
}
