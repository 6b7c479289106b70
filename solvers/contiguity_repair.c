/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces first, the smallest first: each that is not the largest of its territory on its island
 * goes as a whole to the territory around it that costs least, with the prices of the plan's bands,
 * so that a piece rather goes where there is room. What that breaks of the bands is then mended
 * with territories kept whole: swings move one account after the other, or a few that hang on it,
 * while prices turn, so that loads find their way through many territories; exchanges
 * (border_exchange.h) then fit them to the bands exactly. Last, exchanges that save.
 *
 * Prices make plans that are nearly contiguous: one account in a hundred is apart or less, so that
 * the repair is local. O(accounts) a pass and a few dozen passes. Weakness: whether bands and whole
 * territories can be had together is not proven where no such plan is found.
 */
#include "solvers/contiguity_repair.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "solvers/border_exchange.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    JOIN_ROUNDS = 20,
    SWINGS_MAX = 12,
    SWING_PASSES = 30,
    PATIENCE = 3,
    MEND_ROUNDS = 24,
    SAVE_ROUNDS = 24,
    SAVE_HOPS = 2,
    HOPS_MAX = 3
};
#define SAVED_LEAST 1e-5 /* of the cost, in a round that is not idle */
#define GUARD 0.002
/* In parts of a territory's mean cost: for a load that is outside by the whole mean load, and what
 * the price of that much changes by in a pass. */
#define FINE_FIRST 0.4
#define FINE_LAST 3.0
#define TURN 2.0
#define FASTER 1.2 /* by how much turns grow where violations fell */
#define SLOWER 0.5 /* and where they did not */

struct repair {
    struct ambit_contiguity_repair *in;
    struct ambit_piece_plan plan;
    int32_t *up; /* owned; by place and territory, as plan.cell_…: towards the first of a piece */
    int32_t *size;  /* owned; by the first of a piece: its accounts */
    int32_t *main;  /* owned; by the first of a piece: the largest of its territory and island */
    int32_t *order; /* owned; account numbers, for lists */
    double *price;  /* owned; of the swing, as in->price */
    double *upper, *lower;
    double fine; /* micro-hours for a part of violation */
    double turn;
    int rounds;        /* of exchanges so far: each draws other movers */
    double cost_scale; /* mean cost of a territory, micro-hours */
};

static ambit_status create(struct repair *r)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)r->in->places->account_count;
    AMBIT_TRY(ambit_piece_plan_create(&r->plan));
    AMBIT_TRY(ambit_alloc(&r->up, n, sizeof *r->up));
    AMBIT_TRY(ambit_alloc(&r->size, n, sizeof *r->size));
    AMBIT_TRY(ambit_alloc(&r->main, n, sizeof *r->main));
    AMBIT_TRY(ambit_alloc(&r->order, n, sizeof *r->order));
done:
    return status;
}

static void clear(struct repair *r)
{
    ambit_piece_plan_clear(&r->plan);
    ambit_free(&r->up);
    ambit_free(&r->size);
    ambit_free(&r->main);
    ambit_free(&r->order);
    ambit_free(&r->price);
    ambit_free(&r->upper);
    ambit_free(&r->lower);
}

/* ---- pieces ---- */

static int32_t root_of(int32_t *up, int32_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

/* A piece is named by its first cell; main[] is filled for each territory and island. */
static void find_pieces(struct repair *r)
{
    const struct ambit_piece_plan *const plan = &r->plan;
    const struct ambit_places *const p = plan->places;
    for (int32_t at = 0; at < p->count; at++) {
        for (int32_t c = p->first[at]; c < p->first[at] + plan->used[at]; c++) {
            r->up[c] = c;
            r->size[c] = 0;
            r->main[c] = 0;
            for (int64_t e = p->graph.row[at]; e < p->graph.row[at + 1]; e++) {
                const int32_t other = p->graph.column[e];
                const int32_t d =
                    other < at ? ambit_piece_plan_cell(plan, other, plan->cell_territory[c]) : -1;
                if (d < 0) continue;
                const int32_t a = root_of(r->up, c), b = root_of(r->up, d);
                r->up[a < b ? b : a] = a < b ? a : b;
            }
        }
    }
    for (int32_t at = 0; at < p->count; at++) {
        for (int32_t c = p->first[at]; c < p->first[at] + plan->used[at]; c++)
            r->size[root_of(r->up, c)] += plan->cell_size[c];
    }
}

struct piece {
    int32_t island, territory, size, root;
};

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *const x = a, *const y = b;
    if (x->island != y->island) return x->island < y->island ? -1 : 1;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    return (x->root > y->root) - (x->root < y->root);
}

/* Slots of places are in the order of places, and so is the list of their accounts. */
static bool is_root(const struct repair *r, int32_t place, int32_t c)
{
    return c < r->plan.places->first[place] + r->plan.used[place] && r->up[c] == c;
}

/* Marks the largest piece of each territory on each island; ties to the first. */
static ambit_status mark_main(struct repair *r)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_places *const p = r->plan.places;
    struct piece *piece = NULL;
    size_t count = 0, n = 0;
    for (int32_t c = 0; c < p->account_count; c++)
        count += is_root(r, p->of_account[p->account[c]], c);
    AMBIT_TRY(ambit_alloc(&piece, count, sizeof *piece));
    for (int32_t c = 0; c < p->account_count; c++) {
        const int32_t at = p->of_account[p->account[c]];
        if (is_root(r, at, c))
            piece[n++] = (struct piece){p->island[at], r->plan.cell_territory[c], r->size[c], c};
    }
    if (count > 0) qsort(piece, count, sizeof *piece, compare_pieces);
    for (n = 0; n < count; n++)
        r->main[piece[n].root] = n == 0 || piece[n - 1].island != piece[n].island ||
                                 piece[n - 1].territory != piece[n].territory;
done:
    ambit_free(&piece);
    return status;
}

/* ---- handing over ---- */

struct stray {
    int32_t size, root, account;
};

static int compare_strays(const void *a, const void *b)
{
    const struct stray *const x = a, *const y = b;
    if (x->size != y->size) return x->size < y->size ? -1 : 1;
    if (x->root != y->root) return x->root < y->root ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

/* All accounts outside main pieces, by piece, the smallest piece first. */
static ambit_status list_strays(struct repair *r, struct stray **stray_out, int32_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_piece_plan *const plan = &r->plan;
    const struct ambit_places *const p = plan->places;
    struct stray *stray = NULL;
    int32_t count = 0, n = 0;
    find_pieces(r);
    AMBIT_TRY(mark_main(r));
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < p->account_count; i++) {
            const int32_t cell = ambit_piece_plan_cell(plan, p->of_account[i], plan->label[i]);
            const int32_t root = root_of(r->up, cell);
            if (r->main[root]) continue;
            if (pass == 0)
                count++;
            else
                stray[n++] = (struct stray){r->size[root], root, i};
        }
        if (pass == 0) AMBIT_TRY(ambit_alloc(&stray, (size_t)count, sizeof *stray));
    }
    if (count > 0) qsort(stray, (size_t)count, sizeof *stray, compare_strays);
    *stray_out = stray;
    *count_out = count;
done:
    return status;
}

/* Cost of a move with its loads at the plan's prices. */
static double priced(const struct repair *r, const struct ambit_piece_move *move)
{
    double sum = (double)move->cost;
    for (int k = 0; k < r->plan.rules && r->in->price != NULL; k++) {
        const double *const price = r->in->price + k;
        sum += price[(size_t)move->to * (size_t)r->plan.rules] * (double)move->plus[k];
        sum -= price[(size_t)move->from * (size_t)r->plan.rules] * (double)move->minus[k];
    }
    return sum;
}

/* Hands the piece over to the territory around it that costs least; false where none may have it.
 */
static bool hand_over(struct repair *r, const int32_t *account, int32_t count)
{
    struct ambit_piece_plan *const plan = &r->plan;
    const int32_t own = plan->label[account[0]];
    struct ambit_piece_move best = {.to = -1}, move;
    double least = 0.0;
    if (count >= plan->account_count[own]) return false;
    for (int32_t n = 0; n < count; n++) {
        if (plan->play[account[n]] < 0 || plan->label[account[n]] != own) return false;
    }
    int32_t last[AMBIT_PIECE_TAKERS_MAX], known = 0;
    for (int32_t n = 0; n < count; n++) {
        int32_t taker[AMBIT_PIECE_TAKERS_MAX];
        const int takers = ambit_piece_plan_takers(plan, account[n], taker);
        for (int t = 0; t < takers; t++) {
            int32_t k = 0;
            while (k < known && last[k] != taker[t])
                k++;
            if (k < known || known == AMBIT_PIECE_TAKERS_MAX) continue;
            last[known++] = taker[t];
            ambit_piece_plan_weigh(plan, account, count, taker[t], &move);
            const double cost = priced(r, &move);
            if (!move.allowed || (r->in->keeps_bands && move.violation > 0)) continue;
            if (best.to >= 0 && (cost > least || (cost == least && move.to > best.to))) continue;
            best = move;
            least = cost;
        }
    }
    if (best.to < 0) return false;
    ambit_piece_plan_apply(plan, account, count, &best);
    return true;
}

/* Rounds of handing over until no piece is left that anyone may take. */
static ambit_status join_pieces(struct repair *r, int64_t *stray_out)
{
    ambit_status status = AMBIT_OK;
    struct stray *stray = NULL;
    int32_t count = 0;
    for (int round = 0; round < JOIN_ROUNDS; round++) {
        bool any = false;
        ambit_free(&stray);
        AMBIT_TRY(list_strays(r, &stray, &count));
        for (int32_t n = 0; n < count; n++)
            r->order[n] = stray[n].account;
        for (int32_t begin = 0, end = 0; begin < count; begin = end) {
            while (end < count && stray[end].root == stray[begin].root)
                end++;
            any |= hand_over(r, &r->order[begin], end - begin);
        }
        if (!any) break;
    }
    *stray_out = count;
done:
    ambit_free(&stray);
    return status;
}

/* ---- swinging ---- */

/* The move of an option with all that hangs on its account, as it would be now; false where it
 * would tear its territory. */
static bool complete(struct repair *r, int32_t account, int32_t to,
                     int32_t bundle[AMBIT_BUNDLE_MAX], int32_t *count_out,
                     struct ambit_piece_move *move_out)
{
    *count_out = ambit_piece_plan_bundle(&r->plan, account, bundle);
    if (*count_out == 0) return false;
    ambit_piece_plan_weigh(&r->plan, bundle, *count_out, to, move_out);
    return move_out->allowed;
}

/* Sum of the plan's travel and disruption, of the accounts in play. */
static int64_t plan_cost(const struct repair *r)
{
    const struct ambit_problem *const problem = r->plan.problem;
    int64_t sum = 0;
    for (int32_t n = 0; n < problem->accounts->count; n++) {
        const int32_t t = r->plan.label[r->in->account[n]];
        sum += ambit_travel_of(problem->scenario, problem->accounts, n,
                               problem->territories->item[t].position) +
               ambit_disruption_of(problem, n, t);
    }
    return sum;
}

/* What a move costs at the swing's prices and for what it breaks. */
static double swing_cost(const struct repair *r, const struct ambit_piece_move *move)
{
    double sum = (double)move->cost + r->fine * (double)move->violation;
    const size_t rules = (size_t)r->plan.rules;
    for (size_t k = 0; k < rules; k++)
        sum += r->price[(size_t)move->to * rules + k] * (double)move->plus[k] -
               r->price[(size_t)move->from * rules + k] * (double)move->minus[k];
    return sum;
}

static void swing_pass(struct repair *r)
{
    struct ambit_piece_plan *const plan = &r->plan;
    for (int32_t n = 0; n < plan->problem->accounts->count; n++) {
        const int32_t i = r->in->account[n];
        int32_t taker[AMBIT_PIECE_TAKERS_MAX], bundle[AMBIT_BUNDLE_MAX], count = 0, to = -1;
        struct ambit_piece_move move;
        double least = 0.0;
        const int takers = ambit_piece_plan_takers(plan, i, taker);
        for (int k = 0; k < takers; k++) {
            ambit_piece_plan_weigh(plan, &i, 1, taker[k], &move);
            const double cost = swing_cost(r, &move);
            if (!move.allowed || cost > least || (cost == least && (to < 0 || taker[k] > to)))
                continue;
            least = cost;
            to = taker[k];
        }
        if (to < 0 || !complete(r, i, to, bundle, &count, &move)) continue;
        if (count > 1 && !(swing_cost(r, &move) < 0.0)) continue;
        ambit_piece_plan_apply(plan, bundle, count, &move);
    }
}

/* Loads that are over become dearer, those that are short cheaper. */
static void turn_prices(struct repair *r)
{
    const struct ambit_piece_plan *const plan = &r->plan;
    const size_t rules = (size_t)plan->rules, cells = (size_t)plan->territories * rules;
    for (size_t at = 0; at < cells; at++) {
        const double load = (double)plan->load[at], scale = plan->scale[at % rules];
        const double turn = r->turn * r->cost_scale / (scale * scale);
        r->upper[at] = fmax(r->upper[at] + turn * (load - plan->high[at]), 0.0);
        r->lower[at] = fmax(r->lower[at] + turn * (plan->low[at] - load), 0.0);
        r->price[at] = r->upper[at] - r->lower[at];
    }
}

/* The best plan so far: labels and loads. */
struct best {
    int64_t broken; /* violation at the bands' full width */
    int64_t cost;
    int32_t *label; /* owned */
    int64_t *load;  /* owned */
    int64_t *spent; /* owned; NULL where there are no budgets */
};

static size_t label_bytes(const struct repair *r)
{
    return (size_t)r->plan.places->account_count * sizeof *r->plan.label;
}

static size_t load_bytes(const struct repair *r)
{
    return (size_t)r->plan.territories * (size_t)r->plan.rules * sizeof *r->plan.load;
}

static size_t spent_bytes(const struct repair *r)
{
    return r->plan.spent == NULL
               ? 0
               : (size_t)ambit_budget_cells(r->in->budgets->budgets) * sizeof *r->plan.spent;
}

/* Keeps the plan where it is the best, and leaves the limits as they are for it; whether it was. */
static bool keep_best(struct repair *r, struct best *best)
{
    const int64_t broken = ambit_piece_plan_limits(&r->plan, 0.0);
    const int64_t cost = plan_cost(r);
    (void)ambit_piece_plan_limits(&r->plan, GUARD);
    if (broken > best->broken || (broken == best->broken && cost >= best->cost)) return false;
    best->broken = broken;
    best->cost = cost;
    memcpy(best->label, r->plan.label, label_bytes(r));
    memcpy(best->load, r->plan.load, load_bytes(r));
    if (r->plan.spent != NULL) memcpy(best->spent, r->plan.spent, spent_bytes(r));
    return true;
}

static void restore_best(struct repair *r, const struct best *best)
{
    memcpy(r->plan.label, best->label, label_bytes(r));
    memcpy(r->plan.load, best->load, load_bytes(r));
    if (r->plan.spent != NULL) memcpy(r->plan.spent, best->spent, spent_bytes(r));
    ambit_piece_plan_refresh(&r->plan);
    (void)ambit_piece_plan_limits(&r->plan, GUARD);
}

static ambit_status begin_swings(struct repair *r)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)r->plan.territories * (size_t)r->plan.rules;
    AMBIT_TRY(ambit_alloc(&r->price, cells, sizeof *r->price));
    AMBIT_TRY(ambit_alloc(&r->upper, cells, sizeof *r->upper));
    AMBIT_TRY(ambit_alloc(&r->lower, cells, sizeof *r->lower));
    for (size_t at = 0; at < cells && r->in->price != NULL; at++) {
        r->price[at] = r->in->price[at];
        r->upper[at] = fmax(r->price[at], 0.0);
        r->lower[at] = fmax(-r->price[at], 0.0);
    }
    r->cost_scale = fmax((double)plan_cost(r) / r->plan.territories, 1.0);
done:
    return status;
}

/* One swing: what a broken band costs rises from FINE_FIRST to FINE_LAST. How fast prices may turn
 * is found on the way: the more accounts a territory has, the faster before loads leap. */
static void swing(struct repair *r, struct best *best)
{
    int64_t before = INT64_MAX;
    for (int pass = 0; pass < SWING_PASSES; pass++) {
        const double part = (double)pass / (SWING_PASSES - 1);
        r->fine = FINE_FIRST * ambit_pow(FINE_LAST / FINE_FIRST, part) * r->cost_scale / 1e9;
        swing_pass(r);
        (void)keep_best(r, best);
        const int64_t now = ambit_piece_plan_limits(&r->plan, GUARD);
        r->turn *= now < before ? FASTER : SLOWER;
        before = now;
        turn_prices(r);
    }
}

/* ---- exchanging ---- */

/* A round of exchanges around every territory, or around those that are outside; *better_out is
 * how many clusters of territories are better. */
static ambit_status exchange(struct repair *r, bool broken_only, int hops, int32_t *better_out)
{
    const struct ambit_border_exchange round = {.plan = &r->plan,
                                                .price = r->in->price,
                                                .broken_only = broken_only,
                                                .hops = hops,
                                                .draw = (uint64_t)r->rounds++};
    return ambit_border_exchange(&round, better_out);
}

/* Exchanges around what is outside until nothing is. */
static ambit_status mend(struct repair *r, struct best *best)
{
    ambit_status status = AMBIT_OK;
    int idle = 0;
    for (int round = 0; round < MEND_ROUNDS && idle < HOPS_MAX && best->broken > 0; round++) {
        int32_t better = 0;
        (void)ambit_piece_plan_limits(&r->plan, GUARD);
        AMBIT_TRY(exchange(r, true, 1 + round % HOPS_MAX, &better));
        idle = keep_best(r, best) ? 0 : idle + 1;
    }
done:
    return status;
}

/* Exchanges around every territory until a few rounds have saved next to nothing. */
static ambit_status save(struct repair *r, struct best *best)
{
    ambit_status status = AMBIT_OK;
    int idle = 0;
    for (int round = 0; round < SAVE_ROUNDS && idle < PATIENCE; round++) {
        const int64_t before = best->cost;
        int32_t better = 0;
        AMBIT_TRY(exchange(r, false, SAVE_HOPS, &better));
        if (better == 0) break;
        (void)keep_best(r, best);
        const double saved = (double)(before - best->cost);
        idle = saved >= SAVED_LEAST * (double)before ? 0 : idle + 1;
    }
done:
    return status;
}

/* Swings, each with exchanges behind it, until bands are met or PATIENCE of them have not helped;
 * then what saves. */
static ambit_status settle(struct repair *r)
{
    ambit_status status = AMBIT_OK;
    struct best best = {.broken = INT64_MAX, .cost = INT64_MAX};
    int idle = 0;
    AMBIT_TRY(ambit_alloc(&best.label, label_bytes(r), 1));
    AMBIT_TRY(ambit_alloc(&best.load, load_bytes(r), 1));
    if (r->plan.spent != NULL) AMBIT_TRY(ambit_alloc(&best.spent, spent_bytes(r), 1));
    (void)keep_best(r, &best);
    for (int s = 0; s < SWINGS_MAX && idle < PATIENCE && best.broken > 0; s++) {
        const int64_t before = best.broken;
        r->turn = TURN * (s % 3 == 0 ? 1.0 : s % 3 == 1 ? 0.5 : 1.5);
        swing(r, &best);
        AMBIT_TRY(mend(r, &best));
        idle = best.broken < before ? 0 : idle + 1;
    }
    restore_best(r, &best);
    AMBIT_TRY(save(r, &best));
    restore_best(r, &best);
done:
    ambit_free(&best.label);
    ambit_free(&best.load);
    ambit_free(&best.spent);
    return status;
}

ambit_status ambit_contiguity_repair(struct ambit_contiguity_repair *in,
                                     struct ambit_contiguity_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct repair r = {.in = in,
                       .plan = {.places = in->places,
                                .problem = in->problem,
                                .play = in->play,
                                .budgets = in->budgets,
                                .label = in->label_inout,
                                .load = in->load_inout}};
    int32_t *before = NULL;
    const size_t n = (size_t)in->places->account_count;
    *outcome_out = (struct ambit_contiguity_outcome){0};
    AMBIT_TRY(create(&r));
    AMBIT_TRY(ambit_alloc(&before, n, sizeof *before));
    if (n > 0) memcpy(before, in->label_inout, n * sizeof *before);
    ambit_piece_plan_refresh(&r.plan);
    outcome_out->violation_before = ambit_piece_plan_limits(&r.plan, 0.0);
    (void)ambit_piece_plan_limits(&r.plan, GUARD);
    AMBIT_TRY(join_pieces(&r, &outcome_out->stray));
    AMBIT_TRY(begin_swings(&r));
    AMBIT_TRY(settle(&r));
    if (outcome_out->stray > 0) AMBIT_TRY(join_pieces(&r, &outcome_out->stray));
    outcome_out->violation = ambit_piece_plan_limits(&r.plan, 0.0);
    for (size_t i = 0; i < n; i++)
        outcome_out->moved += before[i] != in->label_inout[i];
done:
    clear(&r);
    ambit_free(&before);
    return status;
}
