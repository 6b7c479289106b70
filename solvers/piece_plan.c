/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each place keeps a list of the territories it has, so that looking around costs edges and not
 * accounts. Whether an account may leave is found by short searches from the places of its
 * territory around it: mostly they meet at once. A search that ends within a few places has found a
 * part that hangs on the account alone, and goes with it; where two do not end, one long search
 * decides. Weakness: a long way round, over LONG places, counts as none.
 */
#include "solvers/piece_plan.h"
#include "engine/base/memory.h"
#include "solvers/group.h"

#include <math.h>
#include <string.h>

enum { SHORT = 48, LONG = 4000, AROUND_MAX = 48 };

ambit_status ambit_piece_plan_create(struct ambit_piece_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_places *const p = plan->places;
    plan->rules = plan->problem->rule_count;
    plan->territories = plan->problem->territories->count;
    const size_t k = (size_t)plan->territories, cells = k * (size_t)plan->rules;
    const size_t n = (size_t)p->account_count, places = (size_t)p->count;
    AMBIT_TRY(ambit_alloc(&plan->low, cells, sizeof *plan->low));
    AMBIT_TRY(ambit_alloc(&plan->high, cells, sizeof *plan->high));
    AMBIT_TRY(ambit_alloc(&plan->violation, k, sizeof *plan->violation));
    if (plan->budgets != NULL) {
        const size_t most = (size_t)ambit_budget_cells(plan->budgets->budgets);
        AMBIT_TRY(ambit_alloc(&plan->spent, most, sizeof *plan->spent));
        memcpy(plan->spent, plan->budgets->spent, most * sizeof *plan->spent);
    }
    AMBIT_TRY(ambit_alloc(&plan->account_count, k, sizeof *plan->account_count));
    AMBIT_TRY(ambit_alloc(&plan->used, places, sizeof *plan->used));
    AMBIT_TRY(ambit_alloc(&plan->cell_territory, n, sizeof *plan->cell_territory));
    AMBIT_TRY(ambit_alloc(&plan->cell_size, n, sizeof *plan->cell_size));
    AMBIT_TRY(ambit_alloc(&plan->stamp, places, sizeof *plan->stamp));
    AMBIT_TRY(ambit_alloc(&plan->queue, (size_t)AROUND_MAX * (SHORT + 1) + LONG + 1,
                          sizeof *plan->queue));
done:
    return status;
}

void ambit_piece_plan_clear(struct ambit_piece_plan *plan)
{
    ambit_free(&plan->low);
    ambit_free(&plan->high);
    ambit_free(&plan->violation);
    ambit_free(&plan->spent);
    ambit_free(&plan->account_count);
    ambit_free(&plan->used);
    ambit_free(&plan->cell_territory);
    ambit_free(&plan->cell_size);
    ambit_free(&plan->stamp);
    ambit_free(&plan->queue);
}

/* ---- territories at places ---- */

int32_t ambit_piece_plan_cell(const struct ambit_piece_plan *plan, int32_t place, int32_t territory)
{
    const int32_t first = plan->places->first[place];
    for (int32_t c = first; c < first + plan->used[place]; c++) {
        if (plan->cell_territory[c] == territory) return c;
    }
    return -1;
}

static void enter(struct ambit_piece_plan *plan, int32_t place, int32_t territory)
{
    int32_t c = ambit_piece_plan_cell(plan, place, territory);
    if (c < 0) {
        c = plan->places->first[place] + plan->used[place]++;
        plan->cell_territory[c] = territory;
        plan->cell_size[c] = 0;
    }
    plan->cell_size[c]++;
}

static void leave(struct ambit_piece_plan *plan, int32_t place, int32_t territory)
{
    const int32_t c = ambit_piece_plan_cell(plan, place, territory);
    AMBIT_REQUIRE(c >= 0);
    if (--plan->cell_size[c] > 0) return;
    const int32_t last = plan->places->first[place] + --plan->used[place];
    plan->cell_territory[c] = plan->cell_territory[last];
    plan->cell_size[c] = plan->cell_size[last];
}

void ambit_piece_plan_refresh(struct ambit_piece_plan *plan)
{
    const struct ambit_places *const p = plan->places;
    memset(plan->used, 0, (size_t)p->count * sizeof *plan->used);
    memset(plan->account_count, 0, (size_t)plan->territories * sizeof *plan->account_count);
    for (int32_t i = 0; i < p->account_count; i++) {
        enter(plan, p->of_account[i], plan->label[i]);
        plan->account_count[plan->label[i]]++;
    }
}

/* ---- limits ---- */

static int64_t violation_of(const struct ambit_piece_plan *plan, int32_t t, const int64_t *minus,
                            const int64_t *plus)
{
    int64_t sum = 0;
    for (int r = 0; r < plan->rules; r++) {
        const size_t at = (size_t)t * (size_t)plan->rules + (size_t)r;
        const int64_t load =
            plan->load[at] - (minus != NULL ? minus[r] : 0) + (plus != NULL ? plus[r] : 0);
        sum += ambit_violation(load, plan->low[at], plan->high[at], plan->scale[r]);
    }
    return sum;
}

/* Of one cell of the budgets: one territory's part of it too much is a violation like its whole
 * load. */
static int64_t overdrawn(const struct ambit_piece_plan *plan, int32_t cell)
{
    const struct ambit_budgets *const b = plan->budgets->budgets;
    const double scale = fmax((double)b->total[cell] / plan->territories, 1.0);
    return ambit_violation(plan->spent[cell], -INFINITY, (double)b->most[cell], scale);
}

/* Draws on the budgets, or gives back, what account i changes by a move; returns the change of
 * violations. */
static int64_t draw(const struct ambit_piece_plan *plan, int32_t i, int32_t from, int32_t to)
{
    const struct ambit_budgets *const budgets = plan->budgets->budgets;
    const int32_t home = plan->problem->accounts->previous[i];
    const int sign = (to != home) - (from != home);
    int64_t change = 0;
    if (home < 0 || sign == 0) return 0;
    for (int b = 0; b < budgets->terms->budget_count; b++) {
        const int64_t amount = plan->budgets->draw[b][i];
        const bool own = budgets->first[b + 1] - budgets->first[b] > 1;
        const int32_t cell = budgets->first[b] + (own ? home : 0);
        if (amount == 0) continue;
        change -= overdrawn(plan, cell);
        plan->spent[cell] += sign * amount;
        change += overdrawn(plan, cell);
    }
    return change;
}

int64_t ambit_piece_plan_limits(struct ambit_piece_plan *plan, double guard)
{
    int64_t total[AMBIT_RULE_MAX] = {0}, sum = 0;
    for (int r = 0; r < plan->rules; r++) {
        double size = 0.0;
        for (int32_t t = 0; t < plan->territories; t++) {
            const int64_t load = plan->load[(size_t)t * (size_t)plan->rules + (size_t)r];
            total[r] += load;
            size += fabs((double)load);
        }
        plan->scale[r] = fmax(size / plan->territories, 1.0);
    }
    ambit_problem_sides(plan->problem, total, guard, plan->low, plan->high);
    for (int32_t t = 0; t < plan->territories; t++) {
        plan->violation[t] = violation_of(plan, t, NULL, NULL);
        sum += plan->violation[t];
    }
    for (int32_t c = 0; plan->spent != NULL && c < ambit_budget_cells(plan->budgets->budgets); c++)
        sum += overdrawn(plan, c);
    return sum;
}

/* ---- moves ---- */

static int add_takers(const struct ambit_piece_plan *plan, int32_t place, int32_t own, int count,
                      int32_t *taker)
{
    const int32_t first = plan->places->first[place];
    for (int32_t c = first; c < first + plan->used[place]; c++) {
        const int32_t t = plan->cell_territory[c];
        int n = 0;
        while (n < count && taker[n] != t)
            n++;
        if (t != own && n == count && count < AMBIT_PIECE_TAKERS_MAX) taker[count++] = t;
    }
    return count;
}

int ambit_piece_plan_takers(const struct ambit_piece_plan *plan, int32_t account,
                            int32_t taker_out[AMBIT_PIECE_TAKERS_MAX])
{
    const struct ambit_places *const p = plan->places;
    const int32_t place = p->of_account[account], own = plan->label[account];
    int count = add_takers(plan, place, own, 0, taker_out);
    for (int64_t e = p->graph.row[place]; e < p->graph.row[place + 1]; e++)
        count = add_takers(plan, p->graph.column[e], own, count, taker_out);
    return count;
}

void ambit_piece_plan_weigh(const struct ambit_piece_plan *plan, const int32_t *account,
                            int32_t count, int32_t to, struct ambit_piece_move *move_out)
{
    const struct ambit_problem *const problem = plan->problem;
    const struct ambit_territory *const territory = problem->territories->item;
    const int32_t from = plan->label[account[0]];
    struct ambit_piece_move move = {.from = from, .to = to, .allowed = true};
    for (int32_t n = 0; n < count; n++) {
        const int32_t i = plan->play[account[n]];
        move.allowed &= ambit_may_serve(problem, i, to);
        const int64_t before =
            ambit_travel_of(problem->scenario, problem->accounts, i, territory[from].position);
        const int64_t after =
            ambit_travel_of(problem->scenario, problem->accounts, i, territory[to].position);
        const int64_t leaves = ambit_disruption_of(problem, i, to);
        move.cost += after - before + leaves - ambit_disruption_of(problem, i, from);
        move.allowed &= leaves < AMBIT_LEAVE_NEVER;
        for (int r = 0; r < plan->rules; r++) {
            move.minus[r] += ambit_rule_load(problem, r, i, before);
            move.plus[r] += ambit_rule_load(problem, r, i, after);
        }
    }
    move.violation_from = violation_of(plan, from, move.minus, NULL);
    move.violation_to = violation_of(plan, to, NULL, move.plus);
    move.violation =
        move.violation_from + move.violation_to - plan->violation[from] - plan->violation[to];
    if (plan->spent != NULL) { /* as if it were made, and back */
        for (int32_t n = 0; n < count; n++)
            move.violation += draw(plan, plan->play[account[n]], from, to);
        for (int32_t n = 0; n < count; n++)
            (void)draw(plan, plan->play[account[n]], to, from);
    }
    *move_out = move;
}

void ambit_piece_plan_apply(struct ambit_piece_plan *plan, const int32_t *account, int32_t count,
                            const struct ambit_piece_move *move)
{
    for (int32_t n = 0; n < count; n++) {
        const int32_t place = plan->places->of_account[account[n]];
        AMBIT_REQUIRE(plan->label[account[n]] == move->from);
        leave(plan, place, move->from);
        enter(plan, place, move->to);
        plan->label[account[n]] = move->to;
        if (plan->spent != NULL) (void)draw(plan, plan->play[account[n]], move->from, move->to);
    }
    plan->account_count[move->from] -= count;
    plan->account_count[move->to] += count;
    for (int r = 0; r < plan->rules; r++) {
        plan->load[(size_t)move->from * (size_t)plan->rules + (size_t)r] -= move->minus[r];
        plan->load[(size_t)move->to * (size_t)plan->rules + (size_t)r] += move->plus[r];
    }
    plan->violation[move->from] = violation_of(plan, move->from, NULL, NULL);
    plan->violation[move->to] = violation_of(plan, move->to, NULL, NULL);
}

/* ---- what leaves together ---- */

/* A search from a place beside the one that is left: queue[begin, end) are its places. */
struct search {
    int32_t mark, begin, end;
    bool open;  /* it did not come to an end */
    int joined; /* the earlier search that it met, or itself */
};

static int32_t next_mark(struct ambit_piece_plan *plan)
{
    if (plan->mark == INT32_MAX) {
        memset(plan->stamp, 0, (size_t)plan->places->count * sizeof *plan->stamp);
        plan->mark = 0;
    }
    return ++plan->mark;
}

/* Looks for `most` places of the territory from `start` on. Stops at a place whose stamp is from
 * `since` on, another search's: *met_out is that stamp, else 0. */
static void run_search(struct ambit_piece_plan *plan, int32_t territory, int32_t start,
                       int32_t most, int32_t since, struct search *search, int32_t *met_out)
{
    const struct ambit_neighbour_graph *const graph = &plan->places->graph;
    int32_t head = search->begin;
    *met_out = 0;
    plan->queue[search->end++] = start;
    plan->stamp[start] = search->mark;
    while (head < search->end) {
        const int32_t place = plan->queue[head++];
        for (int64_t e = graph->row[place]; e < graph->row[place + 1]; e++) {
            const int32_t other = graph->column[e], stamp = plan->stamp[other];
            if (stamp == search->mark || stamp == since ||
                ambit_piece_plan_cell(plan, other, territory) < 0)
                continue;
            search->open = true;
            if (stamp > since) {
                *met_out = stamp;
                return;
            }
            if (search->end - search->begin == most) return;
            search->open = false;
            plan->stamp[other] = search->mark;
            plan->queue[search->end++] = other;
        }
    }
}

/* Whether one long search from search `from` meets all the other open ones. */
static bool all_meet(struct ambit_piece_plan *plan, int32_t territory, int32_t hole,
                     struct search *search, int count, int from)
{
    const struct ambit_neighbour_graph *const graph = &plan->places->graph;
    const int32_t mark = next_mark(plan), begin = search[count - 1].end;
    int32_t head = begin, end = begin;
    plan->queue[end++] = plan->queue[search[from].begin];
    plan->stamp[plan->queue[begin]] = mark;
    plan->stamp[hole] = mark;
    while (head < end && end - begin < LONG - AROUND_MAX) {
        const int32_t place = plan->queue[head++];
        for (int64_t e = graph->row[place]; e < graph->row[place + 1]; e++) {
            const int32_t other = graph->column[e];
            if (plan->stamp[other] == mark || ambit_piece_plan_cell(plan, other, territory) < 0)
                continue;
            plan->stamp[other] = mark;
            if (end - begin < LONG) plan->queue[end++] = other;
        }
    }
    for (int s = 0; s < count; s++) {
        if (search[s].open && search[s].joined == s &&
            plan->stamp[plan->queue[search[s].begin]] != mark)
            return false;
    }
    return true;
}

/* Adds the accounts of a closed search; false where one is held, or they are too many. */
static bool add_part(const struct ambit_piece_plan *plan, int32_t territory,
                     const struct search *search, int32_t *bundle, int32_t *count_inout)
{
    const struct ambit_places *const p = plan->places;
    for (int32_t q = search->begin; q < search->end; q++) {
        const int32_t place = plan->queue[q];
        for (int32_t n = p->first[place]; n < p->first[place + 1]; n++) {
            const int32_t i = p->account[n];
            if (plan->label[i] != territory) continue;
            if (plan->play[i] < 0 || *count_inout == AMBIT_BUNDLE_MAX) return false;
            bundle[(*count_inout)++] = i;
        }
    }
    return true;
}

/* Short searches from every place of the territory around `hole`; returns how many there are, −1
 * where there are too many. */
static int search_around(struct ambit_piece_plan *plan, int32_t territory, int32_t hole,
                         struct search search[AROUND_MAX])
{
    const struct ambit_neighbour_graph *const graph = &plan->places->graph;
    if (plan->mark > INT32_MAX - 2 * AROUND_MAX) plan->mark = INT32_MAX; /* all stamps anew */
    const int32_t since = next_mark(plan);
    int count = 0;
    plan->stamp[hole] = since;
    for (int64_t e = graph->row[hole]; e < graph->row[hole + 1]; e++) {
        const int32_t other = graph->column[e];
        int32_t met = 0;
        if (plan->stamp[other] > since || ambit_piece_plan_cell(plan, other, territory) < 0)
            continue;
        if (count == AROUND_MAX) return -1;
        const int32_t begin = count > 0 ? search[count - 1].end : 0;
        search[count] =
            (struct search){.mark = next_mark(plan), .begin = begin, .end = begin, .joined = count};
        run_search(plan, territory, other, SHORT, since, &search[count], &met);
        if (met > 0) search[count].joined = search[met - since - 1].joined;
        count++;
    }
    return count;
}

int32_t ambit_piece_plan_bundle(struct ambit_piece_plan *plan, int32_t account,
                                int32_t bundle_out[AMBIT_BUNDLE_MAX])
{
    const int32_t hole = plan->places->of_account[account], own = plan->label[account];
    struct search search[AROUND_MAX];
    int32_t count = 0, main = -1, open = 0;
    if (plan->play[account] < 0 || plan->account_count[own] == 1) return 0;
    bundle_out[count++] = account;
    if (plan->cell_size[ambit_piece_plan_cell(plan, hole, own)] > 1) return count;
    const int searches = search_around(plan, own, hole, search);
    if (searches < 0) return 0;
    for (int s = 0; s < searches; s++) {
        if (search[s].joined != s) continue;
        open += search[s].open;
        const bool larger =
            main < 0 || search[s].end - search[s].begin > search[main].end - search[main].begin;
        if (main < 0 || (search[s].open && !search[main].open) ||
            (search[s].open == search[main].open && larger))
            main = s;
    }
    if (open > 1 && !all_meet(plan, own, hole, search, searches, main)) return 0;
    for (int s = 0; s < searches; s++) {
        if (s == main || search[s].open || search[s].joined != s) continue;
        if (!add_part(plan, own, &search[s], bundle_out, &count)) return 0;
    }
    return count < plan->account_count[own] ? count : 0;
}
