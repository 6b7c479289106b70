/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many accounts at the borders of a few territories change hands at once, and every territory still
 * hangs together. A forest spans each of them, through the inside as far as it goes, so that most
 * places at borders are its leaves: any of these may leave, together too. Some are drawn as movers;
 * a mover may go to a territory that has another place beside it, which then stays. Whatever each
 * mover does, nothing is torn, so that a group (group.h) is free to exchange them, by local search
 * and by a capacitated ILP. The next draw opens other places.
 *
 * O(accounts of the clusters + edges) a round, and the groups. Weakness: a place has to wait its
 * turn where those around it are movers, so that a deep shift of a border takes several rounds.
 */
#include "solvers/border_exchange.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "solvers/group_improve.h"

#include <stdlib.h>
#include <string.h>

enum {
    CLUSTER_MAX = 16, /* territories */
    UNDECIDED_MAX = 20,
    NODE_MAX = 400
};

/* What a place of a territory may do in this round; a leaf may become either of the last two. */
enum role { UNSEEN, LEAF, STAYS, MOVER };

struct drawn {
    uint64_t draw;
    int32_t item;
};

static int compare_drawn(const void *a, const void *b)
{
    const struct drawn *const x = a, *const y = b;
    if (x->draw != y->draw) return x->draw < y->draw ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

/* What a cluster ends with. */
struct outcome {
    int32_t *account, *to; /* owned; who moves, and where */
    int32_t count;
    bool better;
};

struct round {
    const struct ambit_border_exchange *in;
    const struct ambit_piece_plan *plan;
    int32_t *first;   /* owned; territories + 1: where those of each begin in `member` */
    int32_t *member;  /* owned; accounts, territory by territory */
    int32_t *cluster; /* owned; by territory; −1: none */
    int32_t *number;  /* owned; by territory: its index in the cluster */
    int32_t *begin;   /* owned; clusters + 1: where those of each begin in `of` */
    int32_t *of;      /* owned; territories, cluster by cluster */
    int32_t clusters;
    int8_t *role;            /* owned; by place and territory, as plan->cell_…; an enum role */
    struct outcome *outcome; /* owned; by cluster */
};

/* One cluster's own. */
struct work {
    const struct round *round;
    int32_t cluster, count;   /* of territories */
    const int32_t *of;        /* borrowed; the territories */
    int32_t *inside, *border; /* owned; stacks of cells */
    int32_t insides, borders;
    struct ambit_border_account *account; /* owned; of the group, as are these two */
    struct ambit_draw *draw;
    int32_t *chosen;
    int32_t accounts, account_room;
    int64_t *left; /* owned; by cell of the budgets */
};
/* ---- clusters ---- */

static void list_members(struct round *r)
{
    const struct ambit_piece_plan *const plan = r->plan;
    for (int32_t i = 0; i < plan->places->account_count; i++)
        r->first[plan->label[i] + 1]++;
    for (int32_t t = 0; t < plan->territories; t++)
        r->first[t + 1] += r->first[t];
    for (int32_t i = 0; i < plan->places->account_count; i++)
        r->member[r->first[plan->label[i]]++] = i;
    for (int32_t t = plan->territories; t > 0; t--)
        r->first[t] = r->first[t - 1];
    r->first[0] = 0;
}

static void join_cluster(struct round *r, int32_t t)
{
    const int32_t end = r->begin[r->clusters + 1]++;
    r->cluster[t] = r->clusters;
    r->number[t] = end - r->begin[r->clusters];
    r->of[end] = t;
}

/* Those around territory t that are in no cluster join the one that is being made. */
static void add_around(struct round *r, int32_t t)
{
    const int32_t most = r->begin[r->clusters] + CLUSTER_MAX;
    int32_t taker[AMBIT_PIECE_TAKERS_MAX];
    for (int32_t m = r->first[t]; m < r->first[t + 1]; m++) {
        const int takers = ambit_piece_plan_takers(r->plan, r->member[m], taker);
        for (int k = 0; k < takers; k++) {
            if (r->begin[r->clusters + 1] == most) return;
            if (r->cluster[taker[k]] < 0) join_cluster(r, taker[k]);
        }
    }
}

static void make_cluster(struct round *r, int32_t seed)
{
    int32_t at = r->begin[r->clusters];
    r->begin[r->clusters + 1] = at;
    join_cluster(r, seed);
    for (int hop = 0; hop < r->in->hops; hop++) {
        for (const int32_t end = r->begin[r->clusters + 1]; at < end; at++)
            add_around(r, r->of[at]);
    }
    r->clusters++;
}

static ambit_status make_clusters(struct round *r)
{
    ambit_status status = AMBIT_OK;
    const int32_t k = r->plan->territories;
    struct drawn *seed = NULL;
    AMBIT_TRY(ambit_alloc(&seed, (size_t)k, sizeof *seed));
    for (int32_t t = 0; t < k; t++) {
        r->cluster[t] = -1;
        seed[t] = (struct drawn){ambit_random_u64(r->in->draw, 0, (uint64_t)t), t};
    }
    qsort(seed, (size_t)k, sizeof *seed, compare_drawn);
    for (int32_t n = 0; n < k; n++) {
        const int32_t t = seed[n].item;
        if (r->cluster[t] >= 0 || (r->in->broken_only && r->plan->violation[t] == 0)) continue;
        make_cluster(r, t);
    }
done:
    ambit_free(&seed);
    return status;
}

static ambit_status begin_round(struct round *r)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)r->plan->places->account_count, k = (size_t)r->plan->territories;
    AMBIT_TRY(ambit_alloc(&r->first, k + 1, sizeof *r->first));
    AMBIT_TRY(ambit_alloc(&r->member, n, sizeof *r->member));
    AMBIT_TRY(ambit_alloc(&r->cluster, k, sizeof *r->cluster));
    AMBIT_TRY(ambit_alloc(&r->number, k, sizeof *r->number));
    AMBIT_TRY(ambit_alloc(&r->begin, k + 1, sizeof *r->begin));
    AMBIT_TRY(ambit_alloc(&r->of, k, sizeof *r->of));
    list_members(r);
    AMBIT_TRY(make_clusters(r));
    AMBIT_TRY(ambit_alloc(&r->role, n, sizeof *r->role));
    AMBIT_TRY(ambit_alloc(&r->outcome, (size_t)r->clusters, sizeof *r->outcome));
done:
    return status;
}

static void clear_round(struct round *r)
{
    for (int32_t c = 0; r->outcome != NULL && c < r->clusters; c++) {
        ambit_free(&r->outcome[c].account);
        ambit_free(&r->outcome[c].to);
    }
    ambit_free(&r->first);
    ambit_free(&r->member);
    ambit_free(&r->cluster);
    ambit_free(&r->number);
    ambit_free(&r->begin);
    ambit_free(&r->of);
    ambit_free(&r->role);
    ambit_free(&r->outcome);
}

/* ---- the forest ---- */

static int32_t place_of(const struct ambit_piece_plan *plan, int32_t cell)
{
    return plan->places->of_account[plan->places->account[cell]];
}

/* Whether other territories are at the place or beside it. */
static bool is_border(const struct ambit_piece_plan *plan, int32_t place, int32_t t)
{
    const struct ambit_neighbour_graph *const graph = &plan->places->graph;
    if (plan->used[place] > 1) return true;
    for (int64_t e = graph->row[place]; e < graph->row[place + 1]; e++) {
        const int32_t other = graph->column[e];
        if (plan->used[other] > 1 || plan->cell_territory[plan->places->first[other]] != t)
            return true;
    }
    return false;
}

static void see(struct work *w, int32_t cell, int32_t t)
{
    const bool outer = is_border(w->round->plan, place_of(w->round->plan, cell), t);
    w->round->role[cell] = outer ? LEAF : STAYS;
    if (outer)
        w->border[w->borders++] = cell;
    else
        w->inside[w->insides++] = cell;
}

/* The tree of one piece of territory t, whose root stays whatever leaves. Those at borders are
 * gone on from only where the inside leads no further. */
static void grow_tree(struct work *w, int32_t root, int32_t t)
{
    const struct ambit_piece_plan *const plan = w->round->plan;
    const struct ambit_neighbour_graph *const graph = &plan->places->graph;
    int8_t *const role = w->round->role;
    int32_t next = w->borders;
    see(w, root, t);
    role[root] = STAYS;
    while (w->insides > 0 || next < w->borders) {
        const int32_t cell = w->insides > 0 ? w->inside[--w->insides] : w->border[next++];
        const int32_t place = place_of(plan, cell);
        for (int64_t k = graph->row[place]; k < graph->row[place + 1]; k++) {
            const int32_t other = ambit_piece_plan_cell(plan, graph->column[k], t);
            if (other < 0 || role[other] != UNSEEN) continue;
            see(w, other, t);
            role[cell] = STAYS;
        }
    }
}

static ambit_status grow_forest(struct work *w)
{
    ambit_status status = AMBIT_OK;
    const struct round *const r = w->round;
    int32_t room = 0;
    for (int32_t k = 0; k < w->count; k++)
        room += r->first[w->of[k] + 1] - r->first[w->of[k]];
    AMBIT_TRY(ambit_alloc(&w->inside, (size_t)room, sizeof *w->inside));
    AMBIT_TRY(ambit_alloc(&w->border, (size_t)room, sizeof *w->border));
    for (int32_t k = 0; k < w->count; k++) {
        const int32_t t = w->of[k];
        for (int32_t m = r->first[t]; m < r->first[t + 1]; m++) {
            const int32_t place = r->plan->places->of_account[r->member[m]];
            const int32_t cell = ambit_piece_plan_cell(r->plan, place, t);
            if (r->role[cell] == UNSEEN) grow_tree(w, cell, t);
        }
    }
done:
    return status;
}

/* ---- movers ---- */

/* Where an account may go: to a territory of the cluster with a place beside it that stays. */
struct choices {
    int32_t territory[AMBIT_CHOICE_MAX], anchor[AMBIT_CHOICE_MAX];
    int count;
};

static bool may_go(const struct ambit_problem *problem, int32_t n, int32_t to)
{
    return ambit_may_serve(problem, n, to) &&
           ambit_disruption_of(problem, n, to) < AMBIT_LEAVE_NEVER;
}

static void look_at(const struct work *w, int32_t place, int32_t i, struct choices *choices)
{
    const struct ambit_piece_plan *const plan = w->round->plan;
    const int8_t *const role = w->round->role;
    const int32_t first = plan->places->first[place];
    for (int32_t c = first; c < first + plan->used[place]; c++) {
        const int32_t t = plan->cell_territory[c];
        int n = 0;
        if (t == plan->label[i] || w->round->cluster[t] != w->cluster || role[c] == MOVER) continue;
        while (n < choices->count && choices->territory[n] != t)
            n++;
        if (n == AMBIT_CHOICE_MAX) continue;
        if (n < choices->count) {
            if (role[c] == STAYS) choices->anchor[n] = c;
            continue;
        }
        if (!may_go(plan->problem, plan->play[i], t)) continue;
        choices->territory[n] = t;
        choices->anchor[n] = c;
        choices->count++;
    }
}

static struct choices find_choices(const struct work *w, int32_t i)
{
    const struct ambit_places *const p = w->round->plan->places;
    const int32_t place = p->of_account[i];
    struct choices choices = {.territory = {w->round->plan->label[i]}, .count = 1};
    look_at(w, place, i, &choices);
    for (int64_t k = p->graph.row[place]; k < p->graph.row[place + 1]; k++)
        look_at(w, p->graph.column[k], i, &choices);
    return choices;
}

/* How many budgets an account may draw on. */
static int draws_of(const struct ambit_piece_plan *plan)
{
    return plan->budgets != NULL ? plan->budgets->budgets->terms->budget_count : 0;
}

static ambit_status make_room(struct work *w)
{
    ambit_status status = AMBIT_OK;
    const size_t draws = (size_t)draws_of(w->round->plan);
    if (w->accounts < w->account_room) return AMBIT_OK;
    const int32_t room = 2 * w->account_room + 256;
    AMBIT_TRY(ambit_resize(&w->account, (size_t)room, sizeof *w->account));
    AMBIT_TRY(ambit_resize(&w->chosen, (size_t)room, sizeof *w->chosen));
    AMBIT_TRY(ambit_resize(&w->draw, (size_t)room * draws, sizeof *w->draw));
    w->account_room = room;
done:
    return status;
}

/* What account i draws on each budget, in each choice. */
static void fill_draws(const struct ambit_piece_plan *plan, int32_t i,
                       const struct choices *choices, struct ambit_draw *draw_out)
{
    const struct ambit_piece_budgets *const own = plan->budgets;
    const int32_t n = plan->play[i], home = plan->problem->accounts->previous[n];
    for (int b = 0; b < draws_of(plan); b++) {
        const int32_t first = own->budgets->first[b];
        const bool by_territory = own->budgets->first[b + 1] - first > 1;
        draw_out[b] = (struct ambit_draw){.cell = -1};
        if (home < 0 || own->draw[b][n] == 0) continue;
        draw_out[b].cell = first + (by_territory ? home : 0);
        for (int c = 0; c < choices->count; c++)
            draw_out[b].amount[c] = choices->territory[c] != home ? own->draw[b][n] : 0;
    }
}

static void fill_account(const struct work *w, int32_t i, const struct choices *choices,
                         struct ambit_border_account *account_out)
{
    const struct ambit_problem *const problem = w->round->plan->problem;
    const int32_t n = w->round->plan->play[i];
    *account_out = (struct ambit_border_account){.index = i, .choice_count = choices->count};
    for (int c = 0; c < choices->count; c++) {
        const int32_t t = choices->territory[c];
        const int64_t travel = ambit_travel_of(problem->scenario, problem->accounts, n,
                                               problem->territories->item[t].position);
        account_out->territory[c] = w->round->number[t];
        account_out->cost[c] = travel + ambit_disruption_of(problem, n, t);
        for (int r = 0; r < problem->rule_count; r++)
            account_out->load[c][r] = ambit_rule_load(problem, r, n, travel);
    }
}

/* The accounts of a leaf join the group, those that may go somewhere: it is a mover then, and what
 * they count on stays. */
static ambit_status make_mover(struct work *w, int32_t cell)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_piece_plan *const plan = w->round->plan;
    const struct ambit_places *const p = plan->places;
    const int32_t place = place_of(plan, cell), t = plan->cell_territory[cell];
    for (int32_t k = p->first[place]; k < p->first[place + 1]; k++) {
        const int32_t i = p->account[k];
        if (plan->label[i] != t || plan->play[i] < 0) continue;
        const struct choices choices = find_choices(w, i);
        if (choices.count == 1) continue;
        AMBIT_TRY(make_room(w));
        fill_account(w, i, &choices, &w->account[w->accounts]);
        fill_draws(plan, i, &choices, w->draw + (size_t)w->accounts * (size_t)draws_of(plan));
        w->chosen[w->accounts++] = 0;
        w->round->role[cell] = MOVER;
        for (int c = 1; c < choices.count; c++)
            w->round->role[choices.anchor[c]] = STAYS;
    }
done:
    return status;
}

static ambit_status choose_movers(struct work *w)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_piece_plan *const plan = w->round->plan;
    const uint64_t draw = w->round->in->draw;
    struct drawn *leaf = NULL;
    size_t leaves = 0;
    AMBIT_TRY(ambit_alloc(&leaf, (size_t)w->borders, sizeof *leaf));
    for (int32_t n = 0; n < w->borders; n++) {
        const int32_t cell = w->border[n];
        if (w->round->role[cell] != LEAF) continue;
        const uint64_t t = (uint64_t)plan->cell_territory[cell];
        const uint64_t place = (uint64_t)place_of(plan, cell);
        leaf[leaves++] = (struct drawn){ambit_random_u64(draw, 1 + t, place), cell};
    }
    if (leaves > 0) qsort(leaf, leaves, sizeof *leaf, compare_drawn);
    for (size_t n = 0; n < leaves; n++) {
        if (w->round->role[leaf[n].item] == LEAF) AMBIT_TRY(make_mover(w, leaf[n].item));
    }
done:
    ambit_free(&leaf);
    return status;
}

/* ---- the group ---- */

/* What the cluster may draw: an even part of what is left for the nation; of a territory's budget
 * all, where the territory is its own, and else nothing. */
static ambit_status share_budgets(struct work *w)
{
    ambit_status status = AMBIT_OK;
    const struct round *const r = w->round;
    if (r->plan->budgets == NULL) return AMBIT_OK;
    const struct ambit_budgets *const budgets = r->plan->budgets->budgets;
    AMBIT_TRY(ambit_alloc(&w->left, (size_t)ambit_budget_cells(budgets), sizeof *w->left));
    for (int b = 0; b < budgets->terms->budget_count; b++) {
        const int32_t first = budgets->first[b], end = budgets->first[b + 1];
        for (int32_t c = first; c < end; c++) {
            const int64_t left = budgets->most[c] - r->plan->spent[c];
            const bool own = end - first == 1 || r->cluster[c - first] == w->cluster;
            const int64_t part = end - first == 1 ? left / r->clusters : left;
            w->left[c] = own && part > 0 ? part : 0;
        }
    }
    for (int32_t a = 0; a < w->accounts; a++)
        w->account[a].draw = w->draw + (size_t)a * (size_t)draws_of(r->plan);
done:
    return status;
}

/* Limits, loads and prices of the cluster's territories. */
struct space {
    int64_t load[CLUSTER_MAX * AMBIT_RULE_MAX], violation[CLUSTER_MAX];
    double low[CLUSTER_MAX * AMBIT_RULE_MAX], high[CLUSTER_MAX * AMBIT_RULE_MAX];
    double price[CLUSTER_MAX * AMBIT_RULE_MAX];
};

static void fill_space(const struct work *w, struct space *space_out)
{
    const struct ambit_piece_plan *const plan = w->round->plan;
    const double *const price = w->round->in->price;
    const size_t rules = (size_t)plan->rules;
    for (size_t t = 0; t < (size_t)w->count; t++) {
        for (size_t r = 0; r < rules; r++) {
            const size_t from = (size_t)w->of[t] * rules + r, to = t * rules + r;
            space_out->load[to] = plan->load[from];
            space_out->low[to] = plan->low[from];
            space_out->high[to] = plan->high[from];
            space_out->price[to] = price != NULL ? price[from] : 0.0;
        }
    }
}

/* Writes down who leaves choice 0. */
static ambit_status keep_moves(const struct work *w, struct outcome *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&out->account, (size_t)w->accounts, sizeof *out->account));
    AMBIT_TRY(ambit_alloc(&out->to, (size_t)w->accounts, sizeof *out->to));
    for (int32_t a = 0; a < w->accounts; a++) {
        if (w->chosen[a] == 0) continue;
        out->account[out->count] = (int32_t)w->account[a].index;
        out->to[out->count++] = w->of[w->account[a].territory[w->chosen[a]]];
    }
done:
    return status;
}

static ambit_status improve(struct work *w, struct outcome *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_piece_plan *const plan = w->round->plan;
    struct ambit_group_outcome outcome;
    struct space space;
    fill_space(w, &space);
    AMBIT_TRY(share_budgets(w));
    struct ambit_group group = {
        .territory_count = w->count,
        .rules = plan->rules,
        .load = space.load,
        .violation = space.violation,
        .low = space.low,
        .high = space.high,
        .price = space.price,
        .scale = plan->scale,
        .account_count = w->accounts,
        .account = w->account,
        .draws = draws_of(plan),
        .cells = plan->budgets != NULL ? ambit_budget_cells(plan->budgets->budgets) : 0,
        .left = w->left,
        .chosen = w->chosen,
        .undecided_max = UNDECIDED_MAX,
        .node_max = NODE_MAX,
    };
    AMBIT_TRY(ambit_group_improve(&group, &outcome));
    out->better = outcome.violation_after < outcome.violation_before || outcome.cost_gain > 0;
    AMBIT_TRY(keep_moves(w, out));
done:
    return status;
}

static ambit_status do_cluster(const struct round *r, int32_t c)
{
    ambit_status status = AMBIT_OK;
    struct work w = {.round = r,
                     .cluster = c,
                     .of = r->of + r->begin[c],
                     .count = r->begin[c + 1] - r->begin[c]};
    AMBIT_TRY(grow_forest(&w));
    AMBIT_TRY(choose_movers(&w));
    if (w.accounts > 0) AMBIT_TRY(improve(&w, &r->outcome[c]));
done:
    ambit_free(&w.inside);
    ambit_free(&w.border);
    ambit_free(&w.account);
    ambit_free(&w.draw);
    ambit_free(&w.chosen);
    ambit_free(&w.left);
    return status;
}

static void apply(struct ambit_piece_plan *plan, const struct outcome *outcome)
{
    for (int32_t n = 0; n < outcome->count; n++) {
        struct ambit_piece_move move;
        ambit_piece_plan_weigh(plan, &outcome->account[n], 1, outcome->to[n], &move);
        ambit_piece_plan_apply(plan, &outcome->account[n], 1, &move);
    }
}

ambit_status ambit_border_exchange(const struct ambit_border_exchange *exchange,
                                   int32_t *better_out)
{
    ambit_status status = AMBIT_OK;
    struct round r = {.in = exchange, .plan = exchange->plan};
    *better_out = 0;
    AMBIT_TRY(begin_round(&r));
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t c = 0; c < r.clusters; c++) {
        const ambit_status ended = do_cluster(&r, c);
        if (ended != AMBIT_OK) {
#pragma omp critical
            status = ended > status ? ended : status;
        }
    }
    AMBIT_TRY(status);
    for (int32_t c = 0; c < r.clusters; c++) {
        apply(exchange->plan, &r.outcome[c]);
        *better_out += r.outcome[c].better;
    }
done:
    clear_round(&r);
    return status;
}
