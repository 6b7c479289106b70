/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Territories stand in a binary tree of boxes over their centres, in Hilbert order. Each node knows
 * the least that a visit, an hour or a unit can cost in it and the most room that one of its
 * territories has for each measure, so that it bounds from below by how much any of them would
 * break its bands, and what an account costs there. Nodes and territories wait in one heap by
 * (violation, cost), bounds before values; what comes out first is the choice, and what comes out
 * second the runner-up. Regions that are full are passed over as a whole, so an account costs some
 * fifty looks at boxes and centres however many territories there are.
 *
 * A batch is placed in order of regret, what the second wish costs more than the first (without
 * bound where rules leave one territory): the greedy heuristic of Martello and Toth (Knapsack
 * Problems, 1990, section 7.4) for the generalized assignment problem, with prices in the costs.
 * Who is turned away from a full territory is then who loses least.
 *
 * Weakness: nobody who was placed makes room again, and prices stay; a batch that changes the
 * nation wants a new plan. The bound on a share (travel of hours) takes the largest whole of a
 * node's territories, and so is far below what an account breaks in the others.
 */
#include "solvers/placement.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "solvers/candidates.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { LEAF = 4, BAND_MAX = 2 * AMBIT_MEASURE_MAX, WISHES_AT_ONCE = 256 };

/* fmin() and fmax() are calls, and ask for NaN. */
static inline double smaller(double a, double b)
{
    return a < b ? a : b;
}

static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

#define TOLERANCE 1e-9 /* of a limit: what rounding to doubles may do; the judge's */
#define ROUNDING 1e-12 /* of a bound's terms: more than their sum can be off */

struct node {
    double low[3], high[3]; /* of the centres */
    double slope;           /* least cost of an hour of travel, prices and all */
    double weight;          /* largest sum of its parts' magnitudes */
};

/* The most that a territory can take before a band is broken, or broken further: units of the
 * measure; or, of a share, by how much more it can grow than `share` times what its whole grows. */
struct room {
    double most;
    double share, whole; /* the largest share that is allowed, and the largest whole, units */
};

struct ambit_placement {
    const struct ambit_scenario *scenario;       /* borrowed */
    const struct ambit_territories *territories; /* borrowed */
    const struct ambit_rule *rule[BAND_MAX];     /* borrowed; that a band has its targets from */
    const bool *fixed;             /* borrowed; territories whose bands are not asked; NULL: none */
    const struct ambit_near *near; /* borrowed; by account; NULL: any */
    bool near_is_hard;
    int32_t count; /* territories */
    int rules, bands;
    double far_haul;        /* hours of a visit on the far side of the globe */
    double *price;          /* owned; [territory × rules + rule] */
    int64_t *load;          /* owned; [measure × count + territory], micro-units */
    double *low, *high;     /* owned; [band × count + territory], units or share */
    double scale[BAND_MAX]; /* units that count as a violation of 1 */
    double slack[BAND_MAX]; /* units by which a node's room may be off */

    int32_t *order, *rank; /* owned; territories along the Hilbert curve, and the inverse */
    int32_t leaves;        /* a power of two; node n has children 2n and 2n + 1 */
    struct node *node;     /* owned; node 1 is the root */
    double *price_low, *price_high; /* owned; [node × rules + rule] */
    struct room *room;              /* owned; [node × bands + band] */
};

/* ---- bands ---- */

static double ratio(int64_t part, int64_t whole)
{
    return whole != 0 ? ambit_from_micro(part) / ambit_from_micro(whole) : 0.0;
}

/* The value of band b in territory j with `add` (by measure, micro-units) on top. */
static double value_with(const struct ambit_placement *p, int b, int32_t j, const int64_t *add)
{
    const struct ambit_band *const band = &p->scenario->band[b];
    const int64_t n = p->count;
    const int64_t load = p->load[band->measure * n + j] + add[band->measure];
    if (band->share_of < 0) return ambit_from_micro(load);
    return ratio(load, p->load[band->share_of * n + j] + add[band->share_of]);
}

static double value_of(const struct ambit_placement *p, int b, int32_t j)
{
    static const int64_t nothing[AMBIT_MEASURE_MAX] = {0};
    return value_with(p, b, j, nothing);
}

static double margin_of(double value)
{
    return TOLERANCE * larger(fabs(value), 1.0);
}

int32_t ambit_placement_outside(const struct ambit_placement *placement, int b, int32_t *short_out)
{
    int32_t below = 0, above = 0;
    for (int32_t j = 0; j < placement->count; j++) {
        const size_t at = (size_t)b * (size_t)placement->count + (size_t)j;
        const double value = value_of(placement, b, j);
        below += placement->low[at] - value > margin_of(value);
        above += value - placement->high[at] > margin_of(value);
    }
    if (short_out != NULL) *short_out = below;
    return below + above;
}

/* By how much `add` would break the bands of territory j further; bit b of *over_out says which. */
static double violation_of(const struct ambit_placement *p, int32_t j, const int64_t *add,
                           uint32_t *over_out)
{
    double sum = 0.0;
    *over_out = 0;
    for (int b = 0; b < p->bands; b++) {
        const size_t at = (size_t)b * (size_t)p->count + (size_t)j;
        const double before = value_of(p, b, j), value = value_with(p, b, j, add);
        const double above = value - larger(p->high[at], before);
        const double below = smaller(p->low[at], before) - value;
        const double more = larger(above, below);
        if (!(more > margin_of(value))) continue;
        sum += more / p->scale[b];
        *over_out |= UINT32_C(1) << b;
    }
    return sum;
}

/* ---- the tree ---- */

static int compare_keys(const void *a, const void *b)
{
    const uint64_t *const x = a, *const y = b;
    for (int k = 0; k < 2; k++) {
        if (x[k] != y[k]) return x[k] < y[k] ? -1 : 1;
    }
    return 0;
}

static ambit_status set_order(struct ambit_placement *p)
{
    ambit_status status = AMBIT_OK;
    uint64_t *key = NULL; /* and the territory's index */
    AMBIT_TRY(ambit_alloc(&key, 2 * (size_t)p->count, sizeof *key));
    for (int32_t j = 0; j < p->count; j++) {
        double lat, lon;
        ambit_degrees_from_unit(p->territories->item[j].position, &lat, &lon);
        key[2 * (size_t)j] = ambit_hilbert_key(lat, lon);
        key[2 * (size_t)j + 1] = (uint64_t)j;
    }
    qsort(key, (size_t)p->count, 2 * sizeof *key, compare_keys);
    for (int32_t k = 0; k < p->count; k++) {
        p->order[k] = (int32_t)key[2 * (size_t)k + 1];
        p->rank[p->order[k]] = k;
    }
done:
    ambit_free(&key);
    return status;
}

static int32_t node_count(const struct ambit_placement *p)
{
    return 2 * p->leaves;
}

/* Makes node n hold nothing. */
static void empty_node(struct ambit_placement *p, int32_t n)
{
    const size_t rules = (size_t)n * (size_t)p->rules, bands = (size_t)n * (size_t)p->bands;
    p->node[n] = (struct node){
        {INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}, INFINITY, 0.0};
    for (int r = 0; r < p->rules; r++) {
        p->price_low[rules + (size_t)r] = INFINITY;
        p->price_high[rules + (size_t)r] = -INFINITY;
    }
    for (int b = 0; b < p->bands; b++)
        p->room[bands + (size_t)b] = (struct room){.most = -INFINITY};
}

static void add_territory(struct ambit_placement *p, const struct ambit_problem *problem, int32_t n,
                          int32_t j)
{
    struct node *const node = &p->node[n];
    const double *const centre = p->territories->item[j].position;
    double slope = 1.0, weight = 1.0;
    for (int d = 0; d < 3; d++) {
        node->low[d] = smaller(node->low[d], centre[d]);
        node->high[d] = larger(node->high[d], centre[d]);
    }
    for (int r = 0; r < p->rules; r++) {
        const double price = p->price[(size_t)j * (size_t)p->rules + (size_t)r];
        const size_t at = (size_t)n * (size_t)p->rules + (size_t)r;
        p->price_low[at] = smaller(p->price_low[at], price);
        p->price_high[at] = larger(p->price_high[at], price);
        slope += price * problem->rule[r].travel_weight;
        weight += fabs(price * problem->rule[r].travel_weight);
    }
    node->slope = smaller(node->slope, slope);
    node->weight = larger(node->weight, weight);
}

static void join_children(struct ambit_placement *p, int32_t n)
{
    struct node *const node = &p->node[n];
    for (int32_t c = 2 * n; c <= 2 * n + 1; c++) {
        const struct node *const child = &p->node[c];
        for (int d = 0; d < 3; d++) {
            node->low[d] = smaller(node->low[d], child->low[d]);
            node->high[d] = larger(node->high[d], child->high[d]);
        }
        node->slope = smaller(node->slope, child->slope);
        node->weight = larger(node->weight, child->weight);
        for (int r = 0; r < p->rules; r++) {
            const size_t at = (size_t)n * (size_t)p->rules + (size_t)r;
            const size_t of = (size_t)c * (size_t)p->rules + (size_t)r;
            p->price_low[at] = smaller(p->price_low[at], p->price_low[of]);
            p->price_high[at] = larger(p->price_high[at], p->price_high[of]);
        }
    }
}

static void build_tree(struct ambit_placement *p, const struct ambit_problem *problem)
{
    for (int32_t n = 1; n < node_count(p); n++)
        empty_node(p, n);
    for (int32_t k = 0; k < p->count; k++)
        add_territory(p, problem, p->leaves + k / LEAF, p->order[k]);
    for (int32_t n = p->leaves - 1; n >= 1; n--)
        join_children(p, n);
}

/* ---- room ---- */

/* What territory j can take of band b. */
static struct room room_in(const struct ambit_placement *p, int b, int32_t j)
{
    const struct ambit_band *const band = &p->scenario->band[b];
    const double high = p->high[(size_t)b * (size_t)p->count + (size_t)j];
    const double value = value_of(p, b, j), allowed = larger(high, value);
    if (band->share_of < 0 || high == INFINITY) return (struct room){.most = allowed - value};
    const double whole = ambit_from_micro(p->load[(int64_t)band->share_of * p->count + j]);
    if (!(whole > 0.0)) return (struct room){.most = INFINITY}; /* it has no share yet */
    return (struct room){.most = (allowed - value) * whole, .share = allowed, .whole = whole};
}

static struct room join_rooms(struct room a, struct room b)
{
    return (struct room){larger(a.most, b.most), larger(a.share, b.share),
                         larger(a.whole, b.whole)};
}

static void set_leaf_room(struct ambit_placement *p, int32_t leaf)
{
    struct room *const room = &p->room[(size_t)(p->leaves + leaf) * (size_t)p->bands];
    for (int b = 0; b < p->bands; b++) {
        room[b] = (struct room){.most = -INFINITY};
        for (int32_t k = leaf * LEAF; k < (leaf + 1) * LEAF && k < p->count; k++)
            room[b] = join_rooms(room[b], room_in(p, b, p->order[k]));
    }
}

static void set_node_room(struct ambit_placement *p, int32_t n)
{
    const size_t bands = (size_t)p->bands, at = (size_t)n * bands;
    for (size_t b = 0; b < bands; b++)
        p->room[at + b] = join_rooms(p->room[2 * at + b], p->room[2 * at + bands + b]);
}

static double target_of(const struct ambit_placement *p, int b, int32_t j, const int64_t *total)
{
    const struct ambit_band *const band = &p->scenario->band[b];
    if (band->target == AMBIT_TARGET_GIVEN) return band->target_value;
    return p->rule[b]->given != NULL
               ? p->rule[b]->given[j] / (double)AMBIT_MICRO
               : p->rule[b]->share[j] * ambit_from_micro(total[band->measure]);
}

static double limit_of(enum ambit_limit kind, double value, double target, double none)
{
    if (kind == AMBIT_LIMIT_NONE) return none;
    return kind == AMBIT_LIMIT_OF_TARGET ? value * target : value;
}

static void set_limits(struct ambit_placement *p, int b, const int64_t *total)
{
    const struct ambit_band *const band = &p->scenario->band[b];
    const bool is_share = band->share_of >= 0;
    double largest = 1.0;
    for (int32_t j = 0; j < p->count; j++) {
        const size_t at = (size_t)b * (size_t)p->count + (size_t)j;
        const double target = is_share ? NAN : target_of(p, b, j, total);
        p->low[at] = limit_of(band->lower_kind, band->lower, target, -INFINITY);
        p->high[at] = limit_of(band->upper_kind, band->upper, target, INFINITY);
        if (p->fixed != NULL && p->fixed[j]) {
            p->low[at] = -INFINITY;
            p->high[at] = INFINITY;
        }
        largest = larger(largest, fabs(value_of(p, b, j)));
        if (p->high[at] < INFINITY) largest = larger(largest, fabs(p->high[at]));
    }
    const double mean = ambit_from_micro(total[band->measure]) / p->count;
    p->scale[b] = is_share || !(mean > 0.0) ? 1.0 : mean;
    p->slack[b] = 4.0 * TOLERANCE * largest;
}

void ambit_placement_set_totals(struct ambit_placement *placement, const int64_t *total)
{
    for (int b = 0; b < placement->bands; b++)
        set_limits(placement, b, total);
    for (int32_t leaf = 0; leaf < placement->leaves; leaf++)
        set_leaf_room(placement, leaf);
    for (int32_t n = placement->leaves - 1; n >= 1; n--)
        set_node_room(placement, n);
}

static void add_load(struct ambit_placement *p, int32_t j, const int64_t *add)
{
    const int32_t leaf = p->rank[j] / LEAF;
    for (int m = 0; m < p->scenario->measure_count; m++)
        p->load[(int64_t)m * p->count + j] += add[m];
    set_leaf_room(p, leaf);
    for (int32_t n = (p->leaves + leaf) / 2; n >= 1; n /= 2)
        set_node_room(p, n);
}

/* ---- an account that looks for its territory ---- */

enum order_by { BY_DISTANCE, BY_COST, BY_ROOM };

struct seeker {
    const struct ambit_placement *p;
    const struct ambit_problem *problem;
    int32_t i;
    enum order_by by;
    bool any;                      /* also those that may not serve it */
    const struct ambit_near *near; /* these alone; NULL: all */
    double place[3], visits, local;
    double most_travel;               /* to the far side of the globe */
    double fixed[AMBIT_MEASURE_MAX];  /* what it adds to each measure, travel left out */
    double travel[AMBIT_MEASURE_MAX]; /* and for each hour of travel */
};

static struct seeker seeker_of(const struct ambit_placement *p, const struct ambit_problem *problem,
                               int32_t i)
{
    const struct ambit_accounts *const a = problem->accounts;
    struct seeker s = {.p = p,
                       .problem = problem,
                       .i = i,
                       .place = {a->x[i], a->y[i], a->z[i]},
                       .visits = (double)a->visits[i],
                       .local = (double)a->local_travel[i]};
    if (p->near != NULL && p->near[i].count > 0) s.near = &p->near[i];
    s.most_travel = s.local + s.visits * p->far_haul + 1.0;
    for (int m = 0; m < p->scenario->measure_count; m++) {
        const struct ambit_measure *const measure = &p->scenario->measure[m];
        s.fixed[m] = ambit_from_micro(ambit_account_measure(a, measure, i, 0));
        for (int t = 0; t < measure->term_count; t++)
            s.travel[m] += measure->term[t] == AMBIT_TERM_TRAVEL;
    }
    return s;
}

static void measures_of(const struct seeker *s, int64_t travel, int64_t *add_out)
{
    const struct ambit_scenario *const scenario = s->p->scenario;
    for (int m = 0; m < scenario->measure_count; m++)
        add_out[m] =
            ambit_account_measure(s->problem->accounts, &scenario->measure[m], s->i, travel);
}

/* Squared chord to the node's box. */
static double least_chord2(const struct seeker *s, const struct node *node)
{
    double chord2 = 0.0;
    for (int d = 0; d < 3; d++) {
        const double below = node->low[d] - s->place[d], above = s->place[d] - node->high[d];
        const double out = below > 0.0 ? below : above > 0.0 ? above : 0.0;
        chord2 += out * out;
    }
    return chord2;
}

/* No more than it travels to any centre that far away. */
static double least_travel(const struct seeker *s, double chord2)
{
    const double haul = ambit_haul_hours(s->p->scenario, chord2);
    return s->local + larger(s->visits * haul * (1.0 - ROUNDING) - 1.0, 0.0);
}

static double least_cost(const struct seeker *s, int32_t n, double travel)
{
    const struct node *const node = &s->p->node[n];
    const size_t from = (size_t)n * (size_t)s->p->rules;
    const double furthest = node->slope < 0.0 ? s->most_travel : travel;
    double cost = node->slope * furthest, magnitude = node->weight * furthest;
    for (int r = 0; r < s->p->rules; r++) {
        const double base = (double)s->problem->base[r][s->i];
        const double low = s->p->price_low[from + (size_t)r] * base;
        const double high = s->p->price_high[from + (size_t)r] * base;
        cost += smaller(low, high);
        magnitude += larger(fabs(low), fabs(high));
    }
    return cost - ROUNDING * magnitude;
}

/* A part x of a whole y that grow by dx and dy to more than the share s has (dx − s·dy) − (s·y − x)
 * too much, over y + dy. More than the largest share, room and whole say is none for certain. */
static double least_share_above(const struct seeker *s, int b, const struct room *room,
                                double travel)
{
    const struct ambit_band *const band = &s->p->scenario->band[b];
    const int m = band->measure, of = band->share_of;
    const double slope = s->travel[m] - room->share * s->travel[of];
    const double most = s->most_travel / (double)AMBIT_MICRO;
    const double hours = slope < 0.0 ? most : travel / (double)AMBIT_MICRO;
    const double part = s->fixed[m] + s->travel[m] * hours;
    const double whole = s->fixed[of] + s->travel[of] * hours;
    const double more =
        part - room->share * whole - room->most - ROUNDING * (part + room->share * whole);
    return more > 0.0 ? more / (room->whole + s->fixed[of] + s->travel[of] * most) : 0.0;
}

static double least_violation(const struct seeker *s, int32_t n, double travel)
{
    const struct ambit_placement *const p = s->p;
    const struct room *const room = &p->room[(size_t)n * (size_t)p->bands];
    double sum = 0.0;
    for (int b = 0; b < p->bands; b++) {
        const int m = p->scenario->band[b].measure;
        const double add = s->fixed[m] + s->travel[m] * travel / (double)AMBIT_MICRO;
        const double above = p->scenario->band[b].share_of >= 0
                                 ? least_share_above(s, b, &room[b], travel)
                                 : add - room[b].most - ROUNDING * add;
        const double more = above - p->slack[b];
        if (more > 0.0) sum += more / p->scale[b] * (1.0 - ROUNDING);
    }
    return sum;
}

/* ---- the heap ---- */

/* A territory with what it costs, or a node with what bounds that. */
struct entry {
    double violation, cost;
    int64_t travel;
    int32_t index;
    bool is_node;
};

struct heap {
    struct entry *entry; /* owned; room for all nodes and territories */
    int32_t count;
};

/* Nodes before territories: an equal territory of smaller index may be in them. */
static bool comes_before(const struct entry *a, const struct entry *b)
{
    if (a->violation != b->violation) return a->violation < b->violation;
    if (a->cost != b->cost) return a->cost < b->cost;
    if (a->is_node != b->is_node) return a->is_node;
    return a->index < b->index;
}

static void push(struct heap *heap, struct entry entry)
{
    int32_t at = heap->count++;
    for (; at > 0 && comes_before(&entry, &heap->entry[(at - 1) / 2]); at = (at - 1) / 2)
        heap->entry[at] = heap->entry[(at - 1) / 2];
    heap->entry[at] = entry;
}

static struct entry pop(struct heap *heap)
{
    const struct entry first = heap->entry[0], last = heap->entry[--heap->count];
    int32_t at = 0, child = 1;
    for (; child < heap->count; child = 2 * at + 1) {
        if (child + 1 < heap->count && comes_before(&heap->entry[child + 1], &heap->entry[child]))
            child++;
        if (!comes_before(&heap->entry[child], &last)) break;
        heap->entry[at] = heap->entry[child];
        at = child;
    }
    heap->entry[at] = last;
    return first;
}

static ambit_status heap_create(const struct ambit_placement *p, struct heap *out)
{
    *out = (struct heap){0};
    return ambit_alloc(&out->entry, (size_t)node_count(p) + (size_t)p->count, sizeof *out->entry);
}

static void push_node(const struct seeker *s, struct heap *heap, int32_t n)
{
    struct entry entry = {.index = n, .is_node = true};
    if (s->p->node[n].low[0] > s->p->node[n].high[0]) return; /* nothing is in it */
    entry.cost = least_chord2(s, &s->p->node[n]);
    if (s->by != BY_DISTANCE) {
        const double travel = least_travel(s, entry.cost);
        entry.cost = least_cost(s, n, travel);
        if (s->by == BY_ROOM) entry.violation = least_violation(s, n, travel);
    }
    push(heap, entry);
}

static struct entry look_at(const struct seeker *s, int32_t j)
{
    const double *const centre = s->p->territories->item[j].position;
    struct entry entry = {.index = j};
    if (s->by == BY_DISTANCE) {
        entry.cost = ambit_chord2(s->place, centre);
        return entry;
    }
    entry.travel = ambit_travel_of(s->p->scenario, s->problem->accounts, s->i, centre);
    entry.cost = ambit_reduced_cost(s->problem, s->p->price, s->i, j, entry.travel);
    if (s->by == BY_ROOM) {
        int64_t add[AMBIT_MEASURE_MAX];
        uint32_t over;
        measures_of(s, entry.travel, add);
        entry.violation = violation_of(s->p, j, add, &over);
    }
    return entry;
}

/* Territory j, where the account may go there as far as the seeker asks. */
static void push_territory(const struct seeker *s, struct heap *heap, int32_t j)
{
    if (s->any || ambit_may_serve(s->problem, s->i, j)) push(heap, look_at(s, j));
}

/* The first `wanted` territories in the seeker's order; returns how many there are. */
static int seek(const struct seeker *s, struct heap *heap, int wanted, struct entry *found_out)
{
    const struct ambit_placement *const p = s->p;
    int found = 0;
    heap->count = 0;
    if (s->near == NULL) push_node(s, heap, 1);
    for (int32_t n = 0; s->near != NULL && n < s->near->count; n++)
        push_territory(s, heap, s->near->territory[n]);
    while (heap->count > 0 && found < wanted) {
        const struct entry next = pop(heap);
        if (!next.is_node) {
            found_out[found++] = next;
        } else if (next.index < p->leaves) {
            push_node(s, heap, 2 * next.index);
            push_node(s, heap, 2 * next.index + 1);
        } else {
            const int32_t begin = (next.index - p->leaves) * LEAF;
            for (int32_t k = begin; k < begin + LEAF && k < p->count; k++)
                push_territory(s, heap, p->order[k]);
        }
    }
    return found;
}

/* ---- wishes ---- */

static struct ambit_wish wish_of(struct seeker *s, struct heap *heap)
{
    struct ambit_wish wish = {.first = -1, .second = -1};
    struct entry found[2], nearest;
    s->by = BY_COST;
    int count = seek(s, heap, 2, found);
    if (count == 0 && !s->p->near_is_hard) {
        s->near = NULL;
        count = seek(s, heap, 2, found);
    }
    if (count > 0) {
        wish.first = found[0].index;
        wish.first_travel = found[0].travel;
        wish.first_cost = found[0].cost;
    }
    if (count > 1) {
        wish.second = found[1].index;
        wish.second_travel = found[1].travel;
        wish.second_cost = found[1].cost;
    }
    const struct ambit_near *const near = s->near;
    int32_t cheapest = wish.first;
    if (near != NULL) {
        s->near = NULL;
        if (seek(s, heap, 1, found) > 0) cheapest = found[0].index;
        wish.apart = cheapest != wish.first;
    }
    if (s->problem->eligibility != NULL) {
        s->any = true;
        wish.closed = seek(s, heap, 1, found) > 0 && found[0].index != cheapest;
        s->any = false;
    }
    s->near = near;
    s->by = BY_DISTANCE;
    s->near = NULL;
    if (seek(s, heap, 1, &nearest) > 0)
        wish.least_travel = ambit_travel_of(s->p->scenario, s->problem->accounts, s->i,
                                            s->p->territories->item[nearest.index].position);
    return wish;
}

void ambit_placement_set_near(struct ambit_placement *placement, const struct ambit_near *near,
                              bool hard)
{
    placement->near = near;
    placement->near_is_hard = hard;
}

ambit_status ambit_placement_wish(const struct ambit_placement *placement,
                                  const struct ambit_problem *problem, struct ambit_wish *wish_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t accounts = problem->accounts->count;
    const int threads = accounts > WISHES_AT_ONCE ? omp_get_max_threads() : 1;
    struct heap *heap = NULL;
    AMBIT_TRY(ambit_alloc(&heap, (size_t)threads, sizeof *heap));
    for (int t = 0; t < threads; t++)
        AMBIT_TRY(heap_create(placement, &heap[t]));
#pragma omp parallel for schedule(dynamic, WISHES_AT_ONCE) num_threads(threads)
    for (int32_t i = 0; i < accounts; i++) {
        struct seeker s = seeker_of(placement, problem, i);
        wish_out[i] = wish_of(&s, &heap[omp_get_thread_num()]);
    }
done:
    for (int t = 0; heap != NULL && t < threads; t++)
        ambit_free(&heap[t].entry);
    ambit_free(&heap);
    return status;
}

/* ---- placing ---- */

struct turn {
    double regret;
    int32_t account;
};

static int compare_turns(const void *a, const void *b)
{
    const struct turn *const x = a, *const y = b;
    if (x->regret != y->regret) return x->regret > y->regret ? -1 : 1;
    return x->account < y->account ? -1 : x->account > y->account;
}

/* Who has nowhere else to go has most to lose. */
static ambit_status set_turns(const struct ambit_wish *wish, int32_t count, struct turn **out)
{
    const ambit_status status = ambit_alloc(out, (size_t)count, sizeof **out);
    if (status != AMBIT_OK || count == 0) return status;
    for (int32_t i = 0; i < count; i++) {
        const double regret =
            wish[i].second < 0 ? INFINITY : wish[i].second_cost - wish[i].first_cost;
        (*out)[i] = (struct turn){regret, i};
    }
    qsort(*out, (size_t)count, sizeof **out, compare_turns);
    return AMBIT_OK;
}

/* Limits for the plan with all accounts in it, each at its nearest centre. */
static void expect(struct ambit_placement *p, const struct ambit_problem *problem,
                   const struct ambit_wish *wish, const int64_t *total)
{
    const struct ambit_scenario *const scenario = p->scenario;
    int64_t expected[AMBIT_MEASURE_MAX] = {0};
    for (int m = 0; m < scenario->measure_count; m++) {
        expected[m] = total[m];
        for (int32_t i = 0; i < problem->accounts->count; i++) {
            if (wish[i].first < 0) continue;
            expected[m] += ambit_account_measure(problem->accounts, &scenario->measure[m], i,
                                                 wish[i].least_travel);
        }
    }
    ambit_placement_set_totals(p, expected);
}

/* Room in the first wish and in the second is all that most accounts ask for. */
static int take_wishes(const struct seeker *s, const struct ambit_wish *wish, struct entry *out)
{
    const struct entry wished[2] = {
        {.cost = wish->first_cost, .travel = wish->first_travel, .index = wish->first},
        {.cost = wish->second_cost, .travel = wish->second_travel, .index = wish->second}};
    int64_t add[AMBIT_MEASURE_MAX];
    uint32_t over;
    for (int k = 0; k < 2; k++) {
        if (wished[k].index < 0) return 0;
        measures_of(s, wished[k].travel, add);
        if (violation_of(s->p, wished[k].index, add, &over) > 0.0) return 0;
        out[k] = wished[k];
    }
    return 2;
}

static enum ambit_placed_reason reason_of(const struct ambit_wish *wish, const struct entry *chosen,
                                          uint32_t over)
{
    if (over != 0) return AMBIT_PLACED_OVER;
    if (chosen->index != wish->first) return AMBIT_PLACED_NEXT;
    if (wish->apart) return AMBIT_PLACED_NEIGHBOUR;
    if (wish->closed) return AMBIT_PLACED_RULE;
    return chosen->travel > wish->least_travel ? AMBIT_PLACED_PRICE : AMBIT_PLACED_NEAREST;
}

/* The choice and the runner-up among near territories; where those are full and need not be had,
 * among all. */
static int seek_room(struct seeker *s, struct heap *heap, struct entry choice[2])
{
    const int count = seek(s, heap, 2, choice);
    if (s->near == NULL || s->p->near_is_hard || (count > 0 && choice[0].violation <= 0.0))
        return count;
    s->near = NULL;
    return seek(s, heap, 2, choice);
}

static void place_one(struct ambit_placement *p, struct seeker *s, const struct ambit_wish *wish,
                      struct heap *heap, int64_t *total, struct ambit_placed *out)
{
    struct entry choice[2];
    int64_t add[AMBIT_MEASURE_MAX] = {0};
    s->by = BY_ROOM;
    *out = (struct ambit_placed){
        .territory = -1, .first_choice = -1, .runner_up = -1, .reason = AMBIT_PLACED_NONE};
    const int32_t group = wish->group != NULL ? *wish->group : -1;
    if (wish->first < 0 || (group >= 0 && !ambit_may_serve(s->problem, s->i, group))) return;
    int count = group >= 0 ? 1 : take_wishes(s, wish, choice);
    if (group >= 0) choice[0] = look_at(s, group);
    if (count == 0) count = seek_room(s, heap, choice);
    AMBIT_REQUIRE(count > 0);
    measures_of(s, choice[0].travel, add);
    *out = (struct ambit_placed){.territory = choice[0].index,
                                 .first_choice = wish->first,
                                 .runner_up = count > 1 ? choice[1].index : -1,
                                 .travel = choice[0].travel};
    (void)violation_of(p, choice[0].index, add, &out->over);
    out->reason = reason_of(wish, &choice[0], out->over);
    if (group >= 0 && out->over == 0) out->reason = AMBIT_PLACED_GROUP;
    if (wish->group != NULL) *wish->group = out->territory;
    out->price = llrint(choice[0].cost - (double)choice[0].travel);
    if (count > 1) out->more = llrint(choice[1].cost - choice[0].cost);
    out->first_saving = llrint(choice[0].cost - wish->first_cost);
    add_load(p, choice[0].index, add);
    for (int m = 0; m < p->scenario->measure_count; m++)
        total[m] += add[m];
}

ambit_status ambit_placement_place(struct ambit_placement *placement,
                                   const struct ambit_problem *problem,
                                   const struct ambit_wish *wish, int64_t *total_inout,
                                   struct ambit_placed *placed_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t accounts = problem->accounts->count;
    struct turn *turn = NULL;
    struct heap heap = {0};
    AMBIT_TRY(heap_create(placement, &heap));
    AMBIT_TRY(set_turns(wish, accounts, &turn));
    expect(placement, problem, wish, total_inout);
    for (int32_t k = 0; k < accounts; k++) {
        const int32_t i = turn[k].account;
        struct seeker s = seeker_of(placement, problem, i);
        place_one(placement, &s, &wish[i], &heap, total_inout, &placed_out[i]);
    }
done:
    ambit_free(&turn);
    ambit_free(&heap.entry);
    return status;
}

/* ---- all of it ---- */

static ambit_status allocate(struct ambit_placement *p)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)p->count, bands = (size_t)p->bands, rules = (size_t)p->rules;
    const size_t nodes = (size_t)node_count(p);
    AMBIT_TRY(ambit_alloc(&p->price, n * rules, sizeof *p->price));
    AMBIT_TRY(ambit_alloc(&p->load, n * (size_t)p->scenario->measure_count, sizeof *p->load));
    AMBIT_TRY(ambit_alloc(&p->low, n * bands, sizeof *p->low));
    AMBIT_TRY(ambit_alloc(&p->high, n * bands, sizeof *p->high));
    AMBIT_TRY(ambit_alloc(&p->order, n, sizeof *p->order));
    AMBIT_TRY(ambit_alloc(&p->rank, n, sizeof *p->rank));
    AMBIT_TRY(ambit_alloc(&p->node, nodes, sizeof *p->node));
    AMBIT_TRY(ambit_alloc(&p->price_low, nodes * rules, sizeof *p->price_low));
    AMBIT_TRY(ambit_alloc(&p->price_high, nodes * rules, sizeof *p->price_high));
    AMBIT_TRY(ambit_alloc(&p->room, nodes * bands, sizeof *p->room));
done:
    return status;
}

static void copy(void *to, const void *from, size_t bytes)
{
    if (bytes > 0) memcpy(to, from, bytes);
}

ambit_status ambit_placement_create(const struct ambit_problem *problem, const double *price,
                                    const int64_t *load, struct ambit_placement **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_placement *p = NULL;
    const size_t n = (size_t)problem->territories->count;
    AMBIT_TRY(ambit_alloc(&p, 1, sizeof *p));
    p->scenario = problem->scenario;
    p->territories = problem->territories;
    p->count = problem->territories->count;
    p->fixed = problem->eligibility != NULL ? problem->eligibility->fixed : NULL;
    p->rules = problem->rule_count;
    p->bands = problem->scenario->band_count;
    p->far_haul = ambit_haul_hours(p->scenario, 4.0);
    for (p->leaves = 1; (int64_t)p->leaves * LEAF < p->count;)
        p->leaves *= 2;
    for (int r = 0; r < p->rules; r++)
        p->rule[problem->rule[r].band] = &problem->rule[r];
    AMBIT_TRY(allocate(p));
    copy(p->price, price, n * (size_t)p->rules * sizeof *p->price);
    copy(p->load, load, n * (size_t)p->scenario->measure_count * sizeof *p->load);
    AMBIT_TRY(set_order(p));
    build_tree(p, problem);
    *out = p;
    p = NULL;
done:
    ambit_placement_destroy(&p);
    return status;
}

void ambit_placement_destroy(struct ambit_placement **placement)
{
    struct ambit_placement *const p = *placement;
    if (p == NULL) return;
    ambit_free(&p->price);
    ambit_free(&p->load);
    ambit_free(&p->low);
    ambit_free(&p->high);
    ambit_free(&p->order);
    ambit_free(&p->rank);
    ambit_free(&p->node);
    ambit_free(&p->price_low);
    ambit_free(&p->price_high);
    ambit_free(&p->room);
    ambit_free(placement);
}
