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
 * of it, so that no territory falls apart. Cost: a look at the members of a territory when its turn
 * comes, then at its border a step; the cheapest few
 * accounts of both sides of a border are rated in pairs. Weakness: greedy, and
 * one step after another; a territory without a helpful step stays as it is and is counted.
 */
#include "solvers/seed_repair.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "solvers/seed_graph.h"
#include "solvers/seed_pieces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SWEEPS = 100,
    AROUND_MAX = 160,
    RINGS = 2,      /* neighbours of neighbours, twice, decide whether an account may leave */
    SIDE_MAX = 32,  /* accounts at one side of the border of two territories */
    SIDES_MAX = 64, /* neighbours of a territory that exchange with it */
    MOVES_MAX = 640,
    ANSWERS_TRIED = 12,
    BRANCHES_TRIED = 48,
    BRANCH_DEPTH = 10
};
#define COST_FREE 0.2 /* of the mean cost of an account: differences below hardly count */
#define LEAST_GAIN 1e-12
#define NO_LIMIT 1e30 /* in parts of the middle */

/* Where the descent rests, another Φ may see a step: first one that makes room, then the bare one,
 * then one that pushes harder. */
static const double pulls[] = {0.01, 0.0, 0.1, 0.001};

struct step {
    int32_t account, to;   /* account −1: none */
    int32_t back, back_to; /* the second account, or −1 */
    double gain, rate;
};
#define NO_STEP ((struct step){.account = -1, .back = -1})

/* A territory's load of a measure, in parts of its middle. */
struct cell {
    double part, unit; /* unit: of the load */
    double low, high;
    double pulled; /* 1 where there are two limits, else 0 */
};

/* Accounts on both sides of the border of a territory, and perhaps some that no longer are. */
struct border {
    int32_t *account; /* owned */
    int32_t *mark;    /* owned; by account: the stamp of the list that it stands in */
    int32_t count, stamp, territory;
};

/* Accounts on one side of a border that may go over it, and at what cost. */
struct end {
    int count;
    int32_t account[SIDE_MAX];
    double cost[SIDE_MAX];
};

/* The border of the served territory with another. */
struct side {
    int32_t territory;
    struct end in, out;
};

struct state {
    struct ambit_seed_repair *repair;
    struct ambit_seed_graph graph;  /* owned */
    int32_t *first, *next, *before; /* owned; members of a territory, a ring without order */
    struct cell *cell;              /* owned; territories × measures */
    double *value;                  /* owned; a territory's part of Φ */
    double cost_unit;
    double pull; /* weight of the deviation from the middle */

    struct border served, other; /* of the territory whose turn it is, and of one that answers */
    struct side *side;           /* owned; SIDES_MAX */
    int side_count;
    double side_load[AMBIT_SEED_MEASURE_MAX][SIDE_MAX]; /* of one side's accounts outside */

    /* Whether an account may leave, as found since the last change. */
    int32_t *leave_mark; /* owned; 2 × leave_stamp, or one more where it may; 0: not looked at */
    int32_t leave_stamp;
    int32_t *near; /* owned; marks of what is around an account */
    int32_t near_stamp;

    /* A walk, by account; all owned. */
    int32_t *mark, *found, *parent, *to, *depth;
    int32_t stamp; /* the mark of accounts that this walk has seen */
    double *branch_cost;
    int64_t *branch_load; /* × measures */
};

/* ---- potential ---- */

/* Φ of territory j when `load` × sign has come to it. */
static double potential(const struct state *s, int32_t j, const int64_t *load, double sign)
{
    const int measures = s->repair->measures;
    const struct cell *const cell = &s->cell[(int64_t)j * measures];
    double sum = 0.0;
    for (int m = 0; m < measures; m++) {
        const double x = cell[m].part + sign * (double)load[m] * cell[m].unit;
        const double above = x - cell[m].high, below = cell[m].low - x;
        const double over = above > below ? above : below;
        if (over > 0.0) sum += over * over;
        sum += s->pull * cell[m].pulled * (x - 1.0) * (x - 1.0);
    }
    return sum;
}

static double excess(const struct state *s, int32_t j)
{
    const int measures = s->repair->measures;
    const struct cell *const cell = &s->cell[(int64_t)j * measures];
    double worst = 0.0;
    for (int m = 0; m < measures; m++)
        worst = fmax(worst, fmax(cell[m].part - cell[m].high, cell[m].low - cell[m].part));
    return worst;
}

/* Takes over the totals of territory j. */
static void revalue(struct state *s, int32_t j)
{
    const int64_t none[AMBIT_SEED_MEASURE_MAX] = {0};
    const int measures = s->repair->measures;
    const int64_t *const total = &s->repair->total_inout[(int64_t)j * measures];
    struct cell *const cell = &s->cell[(int64_t)j * measures];
    for (int m = 0; m < measures; m++)
        cell[m].part = (double)total[m] * cell[m].unit;
    s->value[j] = potential(s, j, none, 0.0);
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
    return s->value[from] - potential(s, from, load, -1.0) + s->value[to] -
           potential(s, to, load, 1.0);
}

static double move_gain(const struct state *s, int32_t i, int32_t to)
{
    return gain_of(s, s->repair->label_inout[i], to,
                   &s->repair->load[(int64_t)i * s->repair->measures]);
}

/* Whether a step of this gain could be the best, whatever its cost. */
static bool is_promising(double gain, const struct step *best)
{
    return gain > LEAST_GAIN && (best->account < 0 || gain / COST_FREE >= best->rate);
}

/* ---- territories in one piece ---- */

/* Adds the neighbours of i that are at home with it, but `without`; returns the new count. */
static int add_at_home(struct state *s, int32_t i, int32_t without, int32_t *list, int count)
{
    const int32_t *const label = s->repair->label_inout;
    for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1] && count < AROUND_MAX; n++) {
        const int32_t other = s->graph.column[n];
        if (other == without || label[other] != label[i] || s->near[other] == s->near_stamp)
            continue;
        s->near[other] = s->near_stamp;
        list[count++] = other;
    }
    return count;
}

/* From `start` over the accounts marked around: marks them one higher, held ones reach each other
 * beyond; returns whether a held one was reached. */
static bool spread(struct state *s, int32_t start)
{
    const bool *const held = s->repair->held;
    int32_t reached[AROUND_MAX];
    int found = 0;
    bool held_reached = held[start];
    reached[found++] = start;
    s->near[start] = s->near_stamp + 1;
    for (int n = 0; n < found; n++) {
        for (int64_t e = s->graph.row[reached[n]]; e < s->graph.row[reached[n] + 1]; e++) {
            const int32_t other = s->graph.column[e];
            if (s->near[other] != s->near_stamp) continue;
            s->near[other] = s->near_stamp + 1;
            reached[found++] = other;
            held_reached |= held[other];
        }
    }
    return held_reached;
}

/* The neighbours of i at home stay connected when it leaves, as far as can be seen from it.
 * Accounts that are held stand at the edge of what is in play, and hang together beyond it. */
static bool can_spare(struct state *s, int32_t i)
{
    int32_t around[AROUND_MAX];
    s->near_stamp += 2;
    const int direct = add_at_home(s, i, i, around, 0);
    int count = direct;
    if (direct <= 1) return true;
    for (int ring = 0, n = 0; ring < RINGS; ring++) {
        for (const int until = count; n < until; n++)
            count = add_at_home(s, around[n], i, around, count);
    }
    const bool held_reached = spread(s, around[0]);
    for (int n = 0; n < direct; n++) {
        const bool reached = s->near[around[n]] != s->near_stamp;
        if (!reached && !(held_reached && s->repair->held[around[n]])) return false;
    }
    return true;
}

static bool may_leave(struct state *s, int32_t i)
{
    if (s->repair->held[i]) return false;
    if (s->leave_mark[i] >> 1 != s->leave_stamp)
        s->leave_mark[i] = 2 * s->leave_stamp + can_spare(s, i);
    return s->leave_mark[i] & 1;
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

/* ---- borders ---- */

static void add_to_border(struct border *border, int32_t i)
{
    if (border->mark[i] == border->stamp) return;
    border->mark[i] = border->stamp;
    border->account[border->count++] = i;
}

static void list_border(const struct state *s, int32_t j, struct border *border)
{
    const int32_t *const label = s->repair->label_inout;
    border->count = 0;
    border->stamp++;
    border->territory = j;
    for (int32_t i = s->first[j]; i >= 0; i = s->next[i]) {
        for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
            const int32_t other = s->graph.column[n];
            if (label[other] == j) continue;
            add_to_border(border, i);
            add_to_border(border, other);
        }
    }
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
    revalue(s, from);
    revalue(s, to);
    s->leave_stamp++;
    add_to_border(&s->served, i);
    for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++)
        add_to_border(&s->served, s->graph.column[n]);
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
    if (a->account != b->account) return a->account < b->account;
    return a->to != b->to ? a->to < b->to : a->back < b->back;
}

/* Offers one account's move to the best so far. */
static void offer_move(struct state *s, int32_t i, int32_t to, struct step *best)
{
    const double gain = move_gain(s, i, to);
    if (!is_promising(gain, best)) return;
    const struct step step =
        rate_step(gain, move_cost(s, i, to), (struct step){.account = i, .to = to, .back = -1});
    if (is_better(&step, best) && may_leave(s, i)) *best = step;
}

/* The best single account over a border, out or in. */
static struct step best_move(struct state *s, const struct border *border)
{
    const int32_t *const label = s->repair->label_inout;
    const int32_t j = border->territory;
    struct step best = NO_STEP;
    for (int32_t b = 0; b < border->count; b++) {
        const int32_t i = border->account[b];
        int32_t last = label[i];
        for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
            const int32_t to = label[s->graph.column[n]];
            if (to == last || (label[i] != j && to != j)) continue;
            offer_move(s, i, to, &best);
            last = to;
        }
    }
    return best;
}

/* The best answer of territory j, whose turn it is not. */
static struct step best_answer(struct state *s, int32_t j)
{
    list_border(s, j, &s->other);
    return best_move(s, &s->other);
}

/* Keeps the SIDE_MAX accounts that cost least, in that order. */
static void add_to_end(struct end *end, int32_t i, double cost)
{
    int at = end->count;
    if (at == SIDE_MAX && cost >= end->cost[at - 1]) return;
    if (at == SIDE_MAX)
        at--;
    else
        end->count++;
    for (; at > 0 &&
           (end->cost[at - 1] > cost || (end->cost[at - 1] == cost && end->account[at - 1] > i));
         at--) {
        end->cost[at] = end->cost[at - 1];
        end->account[at] = end->account[at - 1];
    }
    end->cost[at] = cost;
    end->account[at] = i;
}

/* The side of the served territory towards another; NULL where there are too many. */
static struct side *side_towards(struct state *s, int32_t territory)
{
    int n = 0;
    while (n < s->side_count && s->side[n].territory != territory)
        n++;
    if (n == SIDES_MAX) return NULL;
    if (n == s->side_count) {
        s->side[s->side_count++].territory = territory;
        s->side[n].in.count = s->side[n].out.count = 0;
    }
    return &s->side[n];
}

static void list_sides(struct state *s)
{
    const int32_t *const label = s->repair->label_inout;
    const int32_t j = s->served.territory;
    s->side_count = 0;
    for (int32_t b = 0; b < s->served.count; b++) {
        const int32_t i = s->served.account[b];
        int32_t last = label[i];
        if (s->repair->held[i]) continue;
        for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
            const int32_t to = label[s->graph.column[n]];
            if (to == last || (label[i] != j && to != j)) continue;
            last = to;
            struct side *const side = side_towards(s, label[i] == j ? to : label[i]);
            if (side == NULL) continue;
            add_to_end(label[i] == j ? &side->in : &side->out, i, move_cost(s, i, to));
            if (label[i] != j) break;
        }
    }
}

/* Squared excess, without a branch, as the compiler would make no vectors of that. */
static inline double over2(double out)
{
    const double twice = out + fabs(out);
    return 0.25 * twice * twice;
}

/* Takes off gain_inout what Φ is for one measure when load goes against each of others. */
static void take_off(const struct cell *mine, const struct cell *theirs, double pull, double load,
                     const double *restrict other, int count, double *restrict gain_inout)
{
    const struct cell a = *mine, b = *theirs;
    const double pull_a = pull * a.pulled, pull_b = pull * b.pulled;
#pragma omp simd
    for (int n = 0; n < count; n++) {
        const double net = load - other[n];
        const double x = a.part - net * a.unit, y = b.part + net * b.unit;
        const double phi_x = over2(x - a.high) + over2(a.low - x) + pull_a * (x - 1.0) * (x - 1.0);
        const double phi_y = over2(y - b.high) + over2(b.low - y) + pull_b * (y - 1.0) * (y - 1.0);
        gain_inout[n] -= phi_x + phi_y;
    }
}

/* The best exchange of the a-th account inside with one outside. */
static void offer_swaps(struct state *s, const struct side *side, int a, struct step *best)
{
    const struct ambit_seed_repair *const r = s->repair;
    const int measures = r->measures;
    const int32_t j = s->served.territory, to = side->territory, i = side->in.account[a];
    double gain[SIDE_MAX];
    for (int n = 0; n < side->out.count; n++)
        gain[n] = s->value[j] + s->value[to];
    for (int m = 0; m < measures; m++)
        take_off(&s->cell[(int64_t)j * measures + m], &s->cell[(int64_t)to * measures + m], s->pull,
                 (double)r->load[(int64_t)i * measures + m], s->side_load[m], side->out.count,
                 gain);
    for (int n = 0; n < side->out.count; n++) {
        const int32_t other = side->out.account[n];
        if (gain[n] <= LEAST_GAIN) continue;
        const struct step step =
            rate_step(gain[n], side->in.cost[a] + side->out.cost[n],
                      (struct step){.account = i, .to = to, .back = other, .back_to = j});
        if (!is_better(&step, best)) continue;
        if (touches(s, i, to, other) && touches(s, other, j, i) && may_leave(s, i) &&
            may_leave(s, other))
            *best = step;
    }
}

/* The best exchange of two accounts over the border of the served territory. */
static struct step best_swap(struct state *s)
{
    const struct ambit_seed_repair *const r = s->repair;
    struct step best = NO_STEP;
    list_sides(s);
    for (int d = 0; d < s->side_count; d++) {
        const struct side *const side = &s->side[d];
        for (int n = 0; n < side->out.count; n++) {
            for (int m = 0; m < r->measures; m++)
                s->side_load[m][n] =
                    (double)r->load[(int64_t)side->out.account[n] * r->measures + m];
        }
        for (int a = 0; a < side->in.count; a++)
            offer_swaps(s, side, a, &best);
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

/* Moves over the border of the served territory that harm least, or help, with the territory that
 * has to answer in `back_to`. */
static int list_moves(struct state *s, struct step *list)
{
    const int32_t *const label = s->repair->label_inout;
    const int32_t j = s->served.territory;
    int count = 0;
    for (int32_t b = 0; b < s->served.count; b++) {
        const int32_t i = s->served.account[b];
        int32_t last = label[i];
        if (count >= MOVES_MAX) break;
        for (int64_t n = s->graph.row[i]; n < s->graph.row[i + 1]; n++) {
            const int32_t to = label[s->graph.column[n]];
            if (to == last || (label[i] != j && to != j) || !may_leave(s, i)) continue;
            if (count == MOVES_MAX) break;
            last = to;
            list[count++] = (struct step){.account = i,
                                          .to = to,
                                          .back = -1,
                                          .back_to = to == j ? label[i] : to,
                                          .gain = move_gain(s, i, to)};
        }
    }
    qsort(list, (size_t)count, sizeof *list, compare_gain);
    return count;
}

/* One account over the border, and the best answer of the territory on the other side. */
static bool move_and_answer(struct state *s)
{
    struct step list[MOVES_MAX];
    list[0] = NO_STEP;
    const int count = list_moves(s, list);
    for (int n = 0; n < count && n < ANSWERS_TRIED; n++) {
        const int32_t i = list[n].account, from = s->repair->label_inout[i];
        relabel(s, i, list[n].to);
        const struct step answer = best_answer(s, list[n].back_to);
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
    const int64_t *const load = &s->branch_load[(int64_t)i * s->repair->measures];
    const double gain = s->value[j] - potential(s, j, load, s->to[i] == j ? 1.0 : -1.0);
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

/* Walks from the border of the served territory inwards on both sides; every account that is
 * reached ends a branch, the shortest way to it from the border. */
static int list_branches(struct state *s, bool for_one, struct step *list)
{
    const int32_t *const label = s->repair->label_inout;
    const int32_t j = s->served.territory;
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

static bool move_branch(struct state *s)
{
    struct step list[BRANCHES_TRIED];
    const int count = list_branches(s, false, list);
    for (int n = 0; n < count; n++) {
        if (try_branch(s, &list[n])) return true;
    }
    return false;
}

/* A branch that helps the served territory, and the best answer of the other side. */
static bool move_branch_and_answer(struct state *s)
{
    struct step list[BRANCHES_TRIED];
    const int32_t j = s->served.territory;
    const int count = list_branches(s, true, list);
    for (int n = 0; n < count; n++) {
        const int32_t from = s->repair->label_inout[list[n].account], to = list[n].to;
        const double gain = rate_branch(s, list[n].account).gain;
        if (!try_branch(s, &list[n])) continue;
        const struct step answer = best_answer(s, from == j ? to : from);
        if (answer.account >= 0 && answer.gain + gain > LEAST_GAIN) {
            take(s, &answer);
            return true;
        }
        relabel_branch(s, list[n].account, from);
    }
    return false;
}

/* One step of the served territory. */
static bool mend(struct state *s)
{
    struct step step = best_move(s, &s->served);
    if (step.account < 0) step = best_swap(s);
    if (step.account < 0) return move_branch(s) || move_and_answer(s) || move_branch_and_answer(s);
    take(s, &step);
    return true;
}

/* ---- the whole ---- */

static ambit_status create_border(size_t accounts, struct border *border)
{
    ambit_status status = AMBIT_OK;
    border->territory = -1;
    AMBIT_TRY(ambit_resize(&border->account, accounts, sizeof *border->account));
    AMBIT_TRY(ambit_alloc(&border->mark, accounts, sizeof *border->mark));
done:
    return status;
}

/* What knows accounts, which is nearly all, and is wanted only where some are to move. What is
 * always written before it is read comes from ambit_resize(), which leaves it untouched: pages of
 * accounts that no walk comes to are then never had. */
static ambit_status create_for_accounts(struct state *s)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_seed_repair *const repair = s->repair;
    const size_t k = (size_t)repair->territories, n = (size_t)repair->count;
    const size_t measures = (size_t)repair->measures;
    AMBIT_TRY(ambit_alloc(&s->first, k, sizeof *s->first));
    AMBIT_TRY(ambit_alloc(&s->next, n, sizeof *s->next));
    AMBIT_TRY(ambit_alloc(&s->before, n, sizeof *s->before));
    AMBIT_TRY(create_border(n, &s->served));
    AMBIT_TRY(create_border(n, &s->other));
    AMBIT_TRY(ambit_alloc(&s->side, SIDES_MAX, sizeof *s->side));
    AMBIT_TRY(ambit_alloc(&s->leave_mark, n, sizeof *s->leave_mark));
    AMBIT_TRY(ambit_alloc(&s->near, n, sizeof *s->near));
    AMBIT_TRY(ambit_alloc(&s->mark, n, sizeof *s->mark));
    AMBIT_TRY(ambit_resize(&s->found, n, sizeof *s->found));
    AMBIT_TRY(ambit_resize(&s->parent, n, sizeof *s->parent));
    AMBIT_TRY(ambit_resize(&s->to, n, sizeof *s->to));
    AMBIT_TRY(ambit_resize(&s->depth, n, sizeof *s->depth));
    AMBIT_TRY(ambit_resize(&s->branch_cost, n, sizeof *s->branch_cost));
    AMBIT_TRY(ambit_resize(&s->branch_load, n * measures, sizeof(int64_t)));
done:
    return status;
}

static void clear_border(struct border *border)
{
    ambit_free(&border->account);
    ambit_free(&border->mark);
}

static void clear(struct state *s)
{
    ambit_seed_graph_clear(&s->graph);
    ambit_free(&s->first);
    ambit_free(&s->next);
    ambit_free(&s->before);
    ambit_free(&s->cell);
    ambit_free(&s->value);
    clear_border(&s->served);
    clear_border(&s->other);
    ambit_free(&s->side);
    ambit_free(&s->leave_mark);
    ambit_free(&s->near);
    ambit_free(&s->mark);
    ambit_free(&s->found);
    ambit_free(&s->parent);
    ambit_free(&s->to);
    ambit_free(&s->depth);
    ambit_free(&s->branch_cost);
    ambit_free(&s->branch_load);
}

static ambit_status set_limits(struct state *s)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_seed_repair *const r = s->repair;
    const size_t k = (size_t)r->territories;
    AMBIT_TRY(ambit_alloc(&s->cell, k * (size_t)r->measures, sizeof *s->cell));
    AMBIT_TRY(ambit_alloc(&s->value, k, sizeof *s->value));
    for (int64_t at = 0; at < (int64_t)r->territories * r->measures; at++) {
        const double low = r->lower[at], high = r->upper[at];
        const double middle = isfinite(low) && isfinite(high) ? 0.5 * (low + high)
                              : isfinite(high)                ? high
                                                              : low;
        const double scale = isfinite(middle) ? fmax(fabs(middle), 1.0) : 1.0;
        s->cell[at] = (struct cell){.unit = 1.0 / scale,
                                    .low = fmax(low / scale, -NO_LIMIT),
                                    .high = fmin(high / scale, NO_LIMIT),
                                    .pulled = isfinite(low) && isfinite(high) ? 1.0 : 0.0};
    }
    for (int32_t j = 0; j < r->territories; j++)
        revalue(s, j);
done:
    return status;
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

static void set_pull(struct state *s, double pull)
{
    s->pull = pull;
    for (int32_t j = 0; j < s->repair->territories; j++)
        revalue(s, j);
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
        if (excess(s, list[n].territory) <= 0.0) continue;
        list_border(s, list[n].territory, &s->served);
        while (excess(s, list[n].territory) > 0.0 && mend(s))
            moved = true;
    }
    return moved;
}

static ambit_status mend_whole(struct state *s, struct worst *list)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(create_for_accounts(s));
    set_members(s);
    for (size_t phase = 0; phase < sizeof pulls / sizeof pulls[0]; phase++) {
        set_pull(s, pulls[phase]);
        for (int sweep = 0; sweep < SWEEPS && mend_all(s, list); sweep++) {
        }
    }
done:
    return status;
}

ambit_status ambit_seed_repair(struct ambit_seed_repair *repair,
                               struct ambit_seed_repair_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct state s = {.repair = repair, .leave_stamp = 1};
    struct worst *list = NULL;
    int64_t stray = 0;
    AMBIT_TRY(ambit_seed_graph_create(repair->place, repair->count, &s.graph));
    AMBIT_TRY(ambit_alloc(&list, (size_t)repair->territories, sizeof *list));
    if (repair->connected) AMBIT_TRY(ambit_seed_pieces_join(repair, &s.graph, &stray));
    AMBIT_TRY(set_limits(&s));
    if (list_worst(&s, list) > 0) AMBIT_TRY(mend_whole(&s, list));
    *outcome_out = (struct ambit_seed_repair_outcome){list_worst(&s, list), stray};
done:
    clear(&s);
    ambit_free(&list);
    return status;
}
