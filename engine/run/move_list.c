/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that an order of moves needs is in the result file: the plan's loads, limits and
 * centres, and of each account its columns and what it travels in the plan, of which the part
 * between neighbouring stops is the same in any territory. Loads before the first move are those of
 * the plan with every move taken back, so that they are exact in the end. Cost: one pass over the
 * accounts, a search by id where two files differ in their rows, and the order itself.
 */
#include "engine/run/move_list.h"
#include "engine/base/fixed.h"
#include "engine/base/hash.h"
#include "engine/base/key_table.h"
#include "engine/base/memory.h"
#include "engine/model/columns.h"
#include "engine/model/geometry.h"
#include "engine/model/travel.h"
#include "engine/run/move_pieces.h"
#include "io/scenario_yaml.h"
#include "solvers/move_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An account that changes hands. */
struct mover {
    int64_t account; /* row of the plan */
    int64_t saving;  /* micro-hours */
    int32_t move;    /* several of a group may share one */
};

/* The way while it is put together. */
struct way {
    const struct ambit_result *plan, *before; /* borrowed; before may be NULL */
    const char *plan_path, *before_path;      /* borrowed */
    struct ambit_scenario scenario;
    struct ambit_accounts view; /* the columns of the plan's accounts, borrowed */
    struct ambit_moves moves;
    double *centre;      /* owned; [3 × territory] */
    int32_t *origin;     /* owned; by account: its territory before, or −1 */
    struct mover *mover; /* owned; by row */
    int32_t mover_count;
    struct ambit_move *move;       /* owned */
    int64_t *taken, *given, *load; /* owned */
    double *low, *high, *target;   /* owned */
    int32_t move_count;
};

static void clear_way(struct way *way)
{
    ambit_free(&way->centre);
    ambit_free(&way->origin);
    ambit_free(&way->mover);
    ambit_free(&way->move);
    ambit_free(&way->taken);
    ambit_free(&way->given);
    ambit_free(&way->load);
    ambit_free(&way->low);
    ambit_free(&way->high);
    ambit_free(&way->target);
    ambit_scenario_clear(&way->scenario);
    ambit_moves_clear(&way->moves);
}

/* The scenario that the plan was made with, and whether the file has what it speaks of. */
static ambit_status read_scenario(struct way *way)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan;
    struct ambit_scenario *const s = &way->scenario;
    const char *const text = plan->scenario_text;
    const char *const variant = plan->variant[0] != '\0' ? plan->variant : NULL;
    AMBIT_TRY(ambit_scenario_parse_variant(way->plan_path, text, strlen(text), variant, s));
    ambit_scenario_narrow(s, plan->kind == AMBIT_RESULT_AUDIT ? AMBIT_USE_AUDIT
                             : plan->headcount != NULL        ? AMBIT_USE_HEADCOUNT
                                                              : AMBIT_USE_PLAN);
    bool whole = s->measure_count == plan->measure_count && s->band_count == plan->band_count &&
                 s->column_count == plan->column_count;
    for (int c = 0; whole && c < plan->column_count; c++)
        whole = strcmp(s->column[c], plan->column_name[c]) == 0;
    if (!whole)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected the measures, bands and columns of its own scenario, "
                             "found others: the file is damaged; write it again",
                             way->plan_path));
    for (int c = 0; c < plan->column_count; c++)
        way->view.column[c] = plan->column[c];
    way->view.column_count = plan->column_count;
done:
    return status;
}

/* ---- territories ---- */

struct named {
    const char *name;
    int32_t index;
};

static int compare_names(const void *left, const void *right)
{
    const struct named *const a = left, *const b = right;
    return strcmp(a->name, b->name);
}

static void put_territory(struct way *way, const struct ambit_result_territory *from, bool is_gone)
{
    const int32_t j = way->moves.territory_count++;
    way->moves.territory[j] = (struct ambit_moves_territory){
        .name = from->name,
        .rep_before = from->rep_id,
        .rep_after = is_gone ? "" : from->rep_id,
        .is_gone = is_gone,
    };
    ambit_unit_from_degrees(from->centre_lat, from->centre_lon, &way->centre[3 * (size_t)j]);
}

/* The plan's territories, then those that only `before` has; index_out has before's in them. */
static ambit_status list_territories(struct way *way, int32_t *index_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan, *const before = way->before;
    const size_t most =
        (size_t)plan->territory_count + (before != NULL ? (size_t)before->territory_count : 0);
    struct named *known = NULL;
    AMBIT_TRY(ambit_alloc(&way->moves.territory, most, sizeof *way->moves.territory));
    AMBIT_TRY(ambit_alloc(&way->centre, 3 * most, sizeof *way->centre));
    AMBIT_TRY(ambit_alloc(&known, (size_t)plan->territory_count, sizeof *known));
    for (int32_t j = 0; j < plan->territory_count; j++) {
        put_territory(way, &plan->territories[j], false);
        known[j] = (struct named){plan->territories[j].name, j};
    }
    if (plan->territory_count > 0)
        qsort(known, (size_t)plan->territory_count, sizeof *known, compare_names);
    for (int32_t j = 0; before != NULL && j < before->territory_count; j++) {
        const struct ambit_result_territory *const from = &before->territories[j];
        const struct named wanted = {from->name, 0};
        const struct named *const found =
            bsearch(&wanted, known, (size_t)plan->territory_count, sizeof *known, compare_names);
        index_out[j] = found != NULL ? found->index : way->moves.territory_count;
        if (found == NULL) {
            put_territory(way, from, true);
            continue;
        }
        struct ambit_moves_territory *const to = &way->moves.territory[found->index];
        to->rep_before = from->rep_id;
        way->moves.new_rep_count += strcmp(to->rep_before, to->rep_after) != 0;
    }
done:
    ambit_free(&known);
    return status;
}

/* ---- where accounts were ---- */

static size_t size_of_id(const struct ambit_result *r, int64_t row)
{
    return strnlen(&r->account_id[row * r->id_width], (size_t)r->id_width);
}

static uint64_t key_of(const struct ambit_result *r, int64_t row)
{
    struct ambit_rows_hash hash = {0};
    ambit_rows_hash_add(&hash, &r->account_id[row * r->id_width], size_of_id(r, row));
    return hash.low;
}

static bool same_account(const struct ambit_result *a, int64_t i, const struct ambit_result *b,
                         int64_t j)
{
    const size_t size = size_of_id(a, i);
    return j >= 0 && j < b->account_count && size == size_of_id(b, j) &&
           memcmp(&a->account_id[i * a->id_width], &b->account_id[j * b->id_width], size) == 0;
}

/* By id; rows that agree in both files need no search. */
static ambit_status match_accounts(struct way *way, const int32_t *index)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan, *const before = way->before;
    struct ambit_key_table rows = {0};
    int64_t both = 0;
    if (before->account_count > INT32_MAX)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: expected at most %d accounts, found %lld",
                             way->before_path, INT32_MAX, (long long)before->account_count));
    for (int64_t i = 0; i < plan->account_count; i++) {
        int64_t row = i;
        if (!same_account(plan, i, before, i)) {
            if (rows.room == 0) {
                AMBIT_TRY(ambit_key_table_reserve(&rows, before->account_count));
                for (int64_t b = 0; b < before->account_count; b++)
                    *ambit_key_table_at(&rows, key_of(before, b)) = (int32_t)b;
            }
            row = rows.room > 0 ? ambit_key_table_find(&rows, key_of(plan, i)) : -1;
        }
        way->origin[i] = row >= 0 ? index[before->territory[row]] : -1;
        both += row >= 0;
    }
    way->moves.gone_count = before->account_count - both;
    if (both == 0 && plan->account_count > 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected accounts that %s has as well, found none; are these "
                            "plans of the same nation?",
                            way->plan_path, way->before_path);
done:
    ambit_key_table_clear(&rows);
    return status;
}

static ambit_status find_origins(struct way *way)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan;
    const size_t accounts = (size_t)plan->account_count;
    int32_t *index = NULL;
    if (way->before == NULL && !plan->has_previous)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected current territories to move from, found none; name "
                             "their column as accounts.columns.territory, or give the plan before "
                             "as the first of two files",
                             way->plan_path));
    if (way->before != NULL)
        AMBIT_TRY(ambit_alloc(&index, (size_t)way->before->territory_count, sizeof *index));
    AMBIT_TRY(list_territories(way, index));
    AMBIT_TRY(ambit_alloc(&way->origin, accounts, sizeof *way->origin));
    if (way->before != NULL)
        AMBIT_TRY(match_accounts(way, index));
    else if (accounts > 0)
        memcpy(way->origin, plan->previous, accounts * sizeof *way->origin);
    for (size_t i = 0; i < accounts; i++)
        way->moves.new_count += way->origin[i] < 0;
done:
    ambit_free(&index);
    return status;
}

/* ---- moves, loads and limits ---- */

/* What account i travels where it was: between stops as in the plan, from another centre. */
static int64_t travel_before(const struct way *way, int64_t i)
{
    const struct ambit_result *const plan = way->plan;
    const struct ambit_scenario *const s = &way->scenario;
    const int64_t visits = s->visits_column >= 0 ? plan->column[s->visits_column][i]
                                                 : ambit_to_micro(s->visits_number);
    double place[3];
    ambit_unit_from_degrees(plan->lat[i], plan->lon[i], place);
    int64_t haul[2];
    const int32_t at[2] = {plan->territory[i], way->origin[i]};
    for (int side = 0; side < 2; side++) {
        const double chord2 = ambit_chord2(place, &way->centre[3 * (size_t)at[side]]);
        haul[side] = llrint((double)visits * ambit_haul_hours(s, chord2));
    }
    return plan->account_travel[i] - haul[0] + haul[1];
}

static bool changes_hands(const struct way *way, int64_t i)
{
    return way->origin[i] >= 0 && way->origin[i] != way->plan->territory[i];
}

/* True where the plan keeps rows i and i − 1 together; those of a group follow each other. */
static bool joins(const struct ambit_result *plan, int64_t i)
{
    const size_t width = (size_t)plan->together_width;
    if (width == 0 || i == 0) return false;
    const char *const group = &plan->account_together[(size_t)i * width];
    return group[0] != '\0' && memcmp(group, group - width, width) == 0;
}

/* The move among those from `first` on that goes the same way as row i; or a new one. */
static int32_t find_move(struct way *way, int32_t first, int64_t i)
{
    for (int32_t m = first; m < way->move_count; m++) {
        if (way->move[m].from == way->origin[i] && way->move[m].to == way->plan->territory[i])
            return m;
    }
    way->move[way->move_count] =
        (struct ambit_move){.from = way->origin[i], .to = way->plan->territory[i]};
    return way->move_count++;
}

/* Which accounts move, each alone, or with those of its group that go the same way. */
static ambit_status list_movers(struct way *way)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan;
    int64_t count = 0;
    int32_t first = 0; /* move of the present group */
    for (int64_t i = 0; i < plan->account_count; i++)
        count += changes_hands(way, i);
    AMBIT_TRY(ambit_alloc(&way->mover, (size_t)count, sizeof *way->mover));
    AMBIT_TRY(ambit_alloc(&way->move, (size_t)count, sizeof *way->move));
    for (int64_t i = 0; i < plan->account_count; i++) {
        if (!joins(plan, i)) first = way->move_count;
        if (changes_hands(way, i))
            way->mover[way->mover_count++] =
                (struct mover){.account = i, .move = find_move(way, first, i)};
    }
done:
    return status;
}

static ambit_status list_moves(struct way *way)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan;
    AMBIT_TRY(list_movers(way));
    const size_t moves = (size_t)way->move_count, measures = (size_t)plan->measure_count;
    AMBIT_TRY(ambit_alloc(&way->taken, moves * measures, sizeof *way->taken));
    AMBIT_TRY(ambit_alloc(&way->given, moves * measures, sizeof *way->given));
#pragma omp parallel for schedule(static)
    for (int32_t n = 0; n < way->mover_count; n++)
        way->mover[n].saving =
            travel_before(way, way->mover[n].account) - plan->account_travel[way->mover[n].account];
    for (int32_t n = 0; n < way->mover_count; n++) {
        const struct mover *const one = &way->mover[n];
        const int32_t i = (int32_t)one->account;
        const int64_t now = plan->account_travel[i];
        way->move[one->move].saving += one->saving;
        for (size_t k = 0; k < measures; k++) {
            const struct ambit_measure *const measure = &way->scenario.measure[k];
            const size_t at = (size_t)one->move * measures + k;
            way->taken[at] += ambit_account_measure(&way->view, measure, i, now + one->saving);
            way->given[at] += ambit_account_measure(&way->view, measure, i, now);
        }
    }
done:
    return status;
}

/* Loads before the first move. */
static ambit_status take_back(struct way *way)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan;
    const size_t measures = (size_t)plan->measure_count;
    const size_t territories = (size_t)way->moves.territory_count;
    AMBIT_TRY(ambit_alloc(&way->load, territories * measures, sizeof *way->load));
    for (size_t k = 0; k < measures; k++) {
        for (size_t j = 0; j < (size_t)plan->territory_count; j++)
            way->load[j * measures + k] = plan->measure[k].load[j];
        for (size_t m = 0; m < (size_t)way->move_count; m++) {
            way->load[(size_t)way->move[m].from * measures + k] += way->taken[m * measures + k];
            way->load[(size_t)way->move[m].to * measures + k] -= way->given[m * measures + k];
        }
    }
done:
    return status;
}

/* The plan's limits; a territory that is gone has none. */
static ambit_status take_limits(struct way *way)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan;
    const size_t bands = (size_t)plan->band_count;
    const size_t cells = (size_t)way->moves.territory_count * bands;
    AMBIT_TRY(ambit_alloc(&way->low, cells, sizeof *way->low));
    AMBIT_TRY(ambit_alloc(&way->high, cells, sizeof *way->high));
    AMBIT_TRY(ambit_alloc(&way->target, cells, sizeof *way->target));
    for (int32_t j = 0; j < way->moves.territory_count; j++) {
        for (size_t b = 0; b < bands; b++) {
            const struct ambit_result_band *const band = &plan->band[b];
            const size_t at = (size_t)j * bands + b;
            const bool there = j < plan->territory_count;
            way->low[at] = there ? band->lower[j] : -INFINITY;
            way->high[at] = there ? band->upper[j] : INFINITY;
            way->target[at] =
                there && band->share_of < 0 && band->target[j] > 0.0 ? band->target[j] : 1.0;
        }
    }
done:
    return status;
}

/* ---- the order ---- */

static void sum_up(struct way *way, const struct ambit_move_order *order)
{
    struct ambit_moves *const moves = &way->moves;
    moves->step_count = order->step_count;
    moves->ends_worse = order->ends_worse;
    moves->deviation_before = moves->deviation_after = order->deviation;
    moves->travel_after = moves->travel_before = way->plan->travel;
    moves->settled_count = order->deviation == 0 ? 0 : -1;
    for (int64_t n = 0; n < moves->row_count; n++) {
        struct ambit_moves_row *const row = &moves->row[n];
        const bool is_last = n + 1 == moves->row_count || row[1].step != row->step;
        moves->travel_before += row->saving;
        moves->deviation_after = row->deviation_after;
        if (row->step_accounts > moves->largest_step) moves->largest_step = row->step_accounts;
        if (!is_last) continue;
        moves->joint_step_count += row->step_accounts > 1;
        if (row->deviation_after > 0)
            moves->settled_count = -1;
        else if (moves->settled_count < 0)
            moves->settled_count = n + 1;
    }
}

/* The accounts of order->item[begin … end), one step, as rows from `row` on; returns how many. */
static int32_t fill_step(const struct way *way, const struct ambit_move_order *order, int32_t begin,
                         int32_t end, const int32_t *first, const int32_t *of_move,
                         struct ambit_moves_row *row)
{
    int32_t count = 0;
    for (int32_t k = begin; k < end; k++) {
        const int32_t m = order->item[k].move;
        for (int32_t at = first[m]; at < first[m + 1]; at++) {
            const struct mover *const one = &way->mover[of_move[at]];
            row[count++] = (struct ambit_moves_row){
                .account = one->account,
                .from = way->move[m].from,
                .to = way->move[m].to,
                .step = order->item[k].step,
                .deviation_before = begin > 0 ? order->item[begin - 1].deviation : order->deviation,
                .deviation_after = order->item[k].deviation,
                .saving = one->saving};
        }
    }
    for (int32_t n = 0; n < count; n++)
        row[n].step_accounts = count;
    return count;
}

static ambit_status fill_rows(struct way *way, const struct ambit_move_order *order)
{
    ambit_status status = AMBIT_OK;
    int32_t *first = NULL, *of_move = NULL; /* movers by move */
    AMBIT_TRY(ambit_alloc(&first, (size_t)way->move_count + 2, sizeof *first));
    AMBIT_TRY(ambit_alloc(&of_move, (size_t)way->mover_count, sizeof *of_move));
    AMBIT_TRY(ambit_alloc(&way->moves.row, (size_t)way->mover_count, sizeof *way->moves.row));
    for (int32_t n = 0; n < way->mover_count; n++)
        first[way->mover[n].move + 2]++;
    for (int32_t m = 0; m < way->move_count; m++)
        first[m + 2] += first[m + 1];
    for (int32_t n = 0; n < way->mover_count; n++)
        of_move[first[way->mover[n].move + 1]++] = n;
    for (int32_t begin = 0, end; begin < way->move_count; begin = end) {
        for (end = begin + 1; end < way->move_count; end++) {
            if (order->item[end].step != order->item[begin].step) break;
        }
        struct ambit_moves_row *const row = &way->moves.row[way->moves.row_count];
        way->moves.row_count += fill_step(way, order, begin, end, first, of_move, row);
    }
done:
    ambit_free(&first);
    ambit_free(&of_move);
    return status;
}

static ambit_status put_in_order(struct way *way)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const plan = way->plan;
    struct ambit_move_order order = {0};
    struct ambit_move_nation nation = {.territory_count = way->moves.territory_count,
                                       .measure_count = plan->measure_count,
                                       .band_count = plan->band_count,
                                       .low = way->low,
                                       .high = way->high,
                                       .target = way->target,
                                       .load = way->load,
                                       .move_count = way->move_count,
                                       .move = way->move,
                                       .taken = way->taken,
                                       .given = way->given};
    for (int b = 0; b < plan->band_count; b++)
        nation.band[b] = (struct ambit_move_band){plan->band[b].measure, plan->band[b].share_of};
    AMBIT_TRY(ambit_move_order_create(&nation, &order));
    AMBIT_TRY(fill_rows(way, &order));
    sum_up(way, &order);
done:
    ambit_move_order_clear(&order);
    return status;
}

/* ---- handovers ---- */

struct handed {
    int32_t from, to;
    int64_t account;
};

static int compare_handed(const void *left, const void *right)
{
    const struct handed *const a = left, *const b = right;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    return a->account < b->account ? -1 : a->account > b->account;
}

static int compare_handovers(const void *left, const void *right)
{
    const struct ambit_handover *const a = left, *const b = right;
    if (a->account_count != b->account_count) return a->account_count > b->account_count ? -1 : 1;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

/* Whether another rep serves the account; a territory without a rep counts as one of its own. */
static bool is_handed(const struct way *way, int64_t i)
{
    const int32_t from = way->origin[i], to = way->plan->territory[i];
    if (from < 0) return false;
    const char *const giver = way->moves.territory[from].rep_before;
    const char *const taker = way->moves.territory[to].rep_after;
    return strcmp(giver, taker) != 0 || (giver[0] == '\0' && from != to);
}

static void add_handed(const struct way *way, int64_t i, struct ambit_handover *handover)
{
    handover->account_count++;
    for (int k = 0; k < way->plan->measure_count; k++)
        handover->measure[k] += ambit_account_measure(&way->view, &way->scenario.measure[k],
                                                      (int32_t)i, way->plan->account_travel[i]);
}

static ambit_status list_handovers(struct way *way)
{
    ambit_status status = AMBIT_OK;
    struct ambit_moves *const moves = &way->moves;
    const struct ambit_result *const plan = way->plan;
    struct handed *handed = NULL;
    size_t count = 0;
    for (int64_t i = 0; i < plan->account_count; i++)
        count += is_handed(way, i);
    AMBIT_TRY(ambit_alloc(&handed, count, sizeof *handed));
    count = 0;
    for (int64_t i = 0; i < plan->account_count; i++) {
        if (is_handed(way, i))
            handed[count++] = (struct handed){way->origin[i], plan->territory[i], i};
        else
            moves->kept_rep_count += changes_hands(way, i);
    }
    if (count > 0) qsort(handed, count, sizeof *handed, compare_handed);
    for (size_t n = 0; n < count; n++)
        moves->handover_count +=
            n == 0 || handed[n].from != handed[n - 1].from || handed[n].to != handed[n - 1].to;
    AMBIT_TRY(
        ambit_alloc(&moves->handover, (size_t)moves->handover_count, sizeof *moves->handover));
    int32_t at = -1;
    for (size_t n = 0; n < count; n++) {
        if (n == 0 || handed[n].from != handed[n - 1].from || handed[n].to != handed[n - 1].to)
            moves->handover[++at] =
                (struct ambit_handover){.from = handed[n].from, .to = handed[n].to};
        add_handed(way, handed[n].account, &moves->handover[at]);
    }
    if (moves->handover_count > 0)
        qsort(moves->handover, (size_t)moves->handover_count, sizeof *moves->handover,
              compare_handovers);
done:
    ambit_free(&handed);
    return status;
}

ambit_status ambit_moves_create(const struct ambit_result *plan, const char *plan_path,
                                const struct ambit_result *before, const char *before_path,
                                struct ambit_moves *out)
{
    ambit_status status = AMBIT_OK;
    struct way way = {.plan = plan,
                      .before = before,
                      .plan_path = plan_path,
                      .before_path = before_path,
                      .moves = {.plan = plan}};
    *out = (struct ambit_moves){0};
    ambit_scenario_init(&way.scenario);
    if (plan->account_count > INT32_MAX)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: expected at most %d accounts, found %lld",
                             plan_path, INT32_MAX, (long long)plan->account_count));
    AMBIT_TRY(read_scenario(&way));
    AMBIT_TRY(find_origins(&way));
    AMBIT_TRY(list_moves(&way));
    AMBIT_TRY(take_back(&way));
    AMBIT_TRY(take_limits(&way));
    AMBIT_TRY(put_in_order(&way));
    AMBIT_TRY(ambit_move_pieces_count(plan, plan_path, &way.scenario, way.origin, &way.moves));
    AMBIT_TRY(list_handovers(&way));
    *out = way.moves;
    way.moves = (struct ambit_moves){0};
done:
    clear_way(&way);
    return status;
}

void ambit_moves_clear(struct ambit_moves *moves)
{
    ambit_free(&moves->territory);
    ambit_free(&moves->row);
    ambit_free(&moves->handover);
    ambit_free(&moves->torn);
    *moves = (struct ambit_moves){0};
}
