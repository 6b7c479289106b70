/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces are counted as accounts go. Who leaves a territory leaves it in as many pieces more as the
 * places of it around him fall into, less one; who comes joins as many. Both are one search from
 * the places around, which ends when all of them have been met: mostly at once, since neighbours
 * are neighbours of each other, at worst after the whole piece. The graph is that of all accounts
 * of the plan, made from the places in its file.
 */
#include "engine/run/move_pieces.h"
#include "engine/base/key_table.h"
#include "engine/base/memory.h"
#include "engine/model/contiguity.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/run/join_pieces.h"
#include "engine/run/plan_barriers.h"

#include <stdio.h>
#include <string.h>

struct walk {
    struct ambit_places places;
    struct ambit_contiguity_figures *figures; /* owned; pieces and islands, kept up */
    int32_t *label;                           /* owned; by account; −1 on its way */
    struct ambit_key_table cell;              /* of territory and island: where in `members` */
    int32_t *members;                         /* owned; accounts there */
    int32_t cells;
    int32_t *stamp, mark; /* owned; by place: which search has been there */
    int32_t *queue;       /* owned; places */
    int32_t torn;
};

static void clear_walk(struct walk *w)
{
    ambit_places_clear(&w->places);
    ambit_contiguity_destroy(&w->figures);
    ambit_key_table_clear(&w->cell);
    ambit_free(&w->label);
    ambit_free(&w->members);
    ambit_free(&w->stamp);
    ambit_free(&w->queue);
}

static ambit_status make_places(const struct ambit_result *plan,
                                const struct ambit_contiguity_terms *terms,
                                const struct ambit_barriers *barriers, struct ambit_places *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)plan->account_count;
    uint64_t *key = NULL;
    bool *starts = NULL;
    double *position = NULL;
    AMBIT_TRY(ambit_alloc(&key, n, sizeof *key));
    AMBIT_TRY(ambit_alloc(&starts, n, sizeof *starts));
    AMBIT_TRY(ambit_alloc(&position, 3 * n, sizeof *position));
    for (size_t i = 0; i < n; i++) {
        key[i] = ambit_hilbert_key(plan->lat[i], plan->lon[i]);
        starts[i] = true;
        ambit_unit_from_degrees(plan->lat[i], plan->lon[i], &position[3 * i]);
    }
    const struct ambit_place_keys keys = {(int32_t)n, key, starts, position};
    const struct ambit_graph_rules rules = {terms->nearest, terms->longest_km, barriers};
    AMBIT_TRY(ambit_places_create(&keys, &rules, out));
done:
    ambit_free(&key);
    ambit_free(&starts);
    ambit_free(&position);
    return status;
}

/* ---- around a place ---- */

static bool has(const struct walk *w, int32_t place, int32_t territory)
{
    const struct ambit_places *const p = &w->places;
    for (int32_t n = p->first[place]; n < p->first[place + 1]; n++) {
        if (w->label[p->account[n]] == territory) return true;
    }
    return false;
}

/* Goes on from the queue's places [head, tail) until none of `wanted` unmet places, stamped with
 * mark − 1, is left; returns how many that are. */
static int32_t spread(struct walk *w, int32_t territory, int32_t start, int32_t wanted)
{
    const struct ambit_neighbour_graph *const graph = &w->places.graph;
    int32_t head = 0, tail = 0;
    w->stamp[start] = w->mark;
    w->queue[tail++] = start;
    while (head < tail && wanted > 0) {
        const int32_t at = w->queue[head++];
        for (int64_t e = graph->row[at]; e < graph->row[at + 1]; e++) {
            const int32_t other = graph->column[e];
            if (w->stamp[other] == w->mark || !has(w, other, territory)) continue;
            wanted -= w->stamp[other] == w->mark - 1;
            w->stamp[other] = w->mark;
            w->queue[tail++] = other;
        }
    }
    return wanted;
}

/* In how many parts the territory's places around `hole`, where it has nobody, hang together. */
static int32_t parts_around(struct walk *w, int32_t hole, int32_t territory)
{
    const struct ambit_neighbour_graph *const graph = &w->places.graph;
    int32_t unmet = 0, parts = 0;
    if (w->mark > INT32_MAX - 4) {
        memset(w->stamp, 0, (size_t)w->places.count * sizeof *w->stamp);
        w->mark = 0;
    }
    w->mark += 2;
    for (int64_t e = graph->row[hole]; e < graph->row[hole + 1]; e++) {
        const int32_t other = graph->column[e];
        if (!has(w, other, territory)) continue;
        w->stamp[other] = w->mark - 1;
        unmet++;
    }
    for (int64_t e = graph->row[hole]; e < graph->row[hole + 1] && unmet > 0; e++) {
        const int32_t other = graph->column[e];
        if (w->stamp[other] != w->mark - 1) continue;
        parts++;
        unmet = spread(w, territory, other, unmet - 1);
    }
    return parts;
}

/* ---- moves ---- */

static int32_t *members_of(struct walk *w, int32_t territory, int32_t place)
{
    const uint64_t key = (uint64_t)territory << 32 | (uint32_t)w->places.island[place];
    int32_t *const at = ambit_key_table_at(&w->cell, ambit_mix64(key));
    if (*at < 0) *at = w->cells++;
    return &w->members[*at];
}

static bool is_torn(const struct walk *w, int32_t territory)
{
    return w->figures->pieces[territory] > w->figures->islands[territory];
}

static void leave(struct walk *w, int32_t account)
{
    const int32_t t = w->label[account], place = w->places.of_account[account];
    w->torn -= is_torn(w, t);
    w->label[account] = -1;
    if (!has(w, place, t)) w->figures->pieces[t] += parts_around(w, place, t) - 1;
    if (--*members_of(w, t, place) == 0) w->figures->islands[t]--;
    w->torn += is_torn(w, t);
}

static void enter(struct walk *w, int32_t account, int32_t t)
{
    const int32_t place = w->places.of_account[account];
    w->torn -= is_torn(w, t);
    if (!has(w, place, t)) w->figures->pieces[t] += 1 - parts_around(w, place, t);
    w->label[account] = t;
    if ((*members_of(w, t, place))++ == 0) w->figures->islands[t]++;
    w->torn += is_torn(w, t);
}

static ambit_status begin(struct walk *w, const int32_t *origin, const struct ambit_moves *moves)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_places *const p = &w->places;
    const size_t n = (size_t)p->account_count;
    int32_t *parent = NULL;
    AMBIT_TRY(ambit_alloc(&w->label, n, sizeof *w->label));
    AMBIT_TRY(ambit_alloc(&parent, n, sizeof *parent));
    AMBIT_TRY(ambit_alloc(&w->stamp, (size_t)p->count, sizeof *w->stamp));
    AMBIT_TRY(ambit_alloc(&w->queue, (size_t)p->count, sizeof *w->queue));
    AMBIT_TRY(ambit_alloc(&w->members, n + (size_t)moves->row_count, sizeof *w->members));
    AMBIT_TRY(ambit_key_table_reserve(&w->cell, (int64_t)n + moves->row_count));
    for (size_t i = 0; i < n; i++)
        w->label[i] = origin[i] >= 0 ? origin[i] : moves->plan->territory[i];
    AMBIT_TRY(ambit_contiguity_create(moves->territory_count, &w->figures));
    AMBIT_TRY(ambit_places_span(p, w->label, parent));
    AMBIT_TRY(ambit_contiguity_judge(p, w->label, parent, w->figures));
    w->torn = (int32_t)w->figures->broken_count;
    for (size_t i = 0; i < n; i++)
        ++*members_of(w, w->label[i], p->of_account[i]);
done:
    ambit_free(&parent);
    return status;
}

static ambit_status go(struct walk *w, struct ambit_moves *moves)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&moves->torn, (size_t)moves->row_count, sizeof *moves->torn));
    moves->torn_before = moves->torn_most = w->torn;
    for (int64_t from = 0, end = 0; from < moves->row_count; from = end) {
        for (; end < moves->row_count && moves->row[end].step == moves->row[from].step; end++) {
            const int32_t account = (int32_t)moves->row[end].account;
            leave(w, account);
            enter(w, account, moves->row[end].to);
        }
        for (int64_t n = from; n < end; n++)
            moves->torn[n] = w->torn;
        if (w->torn <= moves->torn_most) continue;
        moves->torn_most = w->torn;
        moves->torn_most_at = end;
    }
    moves->counts_torn = true;
done:
    return status;
}

ambit_status ambit_move_pieces_count(const struct ambit_result *plan, const char *plan_path,
                                     const struct ambit_scenario *scenario, const int32_t *origin,
                                     struct ambit_moves *moves)
{
    ambit_status status = AMBIT_OK;
    struct ambit_barriers barriers = {0};
    struct walk w = {.mark = 0};
    if (scenario->contiguity.wanted == AMBIT_CONTIGUITY_FREE) return AMBIT_OK;
    status = ambit_plan_barriers_read(plan_path, plan, scenario, &barriers);
    if (status == AMBIT_ERR_INPUT || status == AMBIT_ERR_IO) {
        (void)snprintf(moves->torn_unknown, sizeof moves->torn_unknown, "%s",
                       ambit_error_message());
        ambit_error_clear();
        return AMBIT_OK;
    }
    AMBIT_TRY(status);
    AMBIT_TRY(make_places(plan, &scenario->contiguity, &barriers, &w.places));
    AMBIT_TRY(begin(&w, origin, moves));
    AMBIT_TRY(go(&w, moves));
done:
    ambit_barriers_clear(&barriers);
    clear_walk(&w);
    return status;
}
