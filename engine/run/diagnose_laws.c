/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules and budgets in the model of a diagnosis. Accounts that the same rules would keep from the
 * same territories are of one kind, and cells are of one kind, so that an option of a cell breaks a
 * rule with all of its accounts or with none. The rules that keep one territory's accounts, or keep
 * accounts from one territory, are one law each; reach is one for all. What an account breaks is
 * looked up where the judge does, and only where the search's sets say that it breaks anything.
 *
 * Cost: a look at every account of the model and each of its territories. Weakness: how far a cell
 * is away is told by the account in its middle; accounts that stay together draw on budgets as if
 * all were today where most of them are, and are counted up to whole units by what divides all of
 * their sizes, so that groups of 3 and 4 accounts leave 5 as they are.
 */
#include "engine/base/fixed.h"
#include "engine/base/key_table.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/geometry.h"
#include "engine/run/diagnose_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LEAST_GRADE                                                                                \
    1e-6 /* of a reach that some account is beyond, if not the one in the middle                   \
          */

/* ---- kinds ---- */

/* The job of single accounts. */
static const struct ambit_job *whole_of(const struct ambit_job *job)
{
    return job->whole != NULL ? job->whole : job;
}

static bool has_budget_by_territory(const struct ambit_job *job)
{
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    for (int b = 0; b < terms->budget_count; b++) {
        if (terms->budget[b].scope == AMBIT_BUDGET_TERRITORY) return true;
    }
    return false;
}

static bool is_in_model(const struct ambit_model *model, int32_t j)
{
    for (int32_t m = 0; m < model->count; m++) {
        if (model->territory[m] == j) return true;
    }
    return false;
}

/* The rules that account i, be it a unit, would break in territory j. */
static unsigned broken_by(const struct ambit_job *job, int32_t i, int32_t j)
{
    const struct ambit_job *const whole = whole_of(job);
    int32_t begin, end;
    unsigned broken = 0;
    const struct ambit_accounts *const rows = ambit_account_rows(&job->accounts, i, &begin, &end);
    const bool may = ambit_may_serve(&job->problem, i, j);
    for (int32_t row = begin; row < end; row++) {
        if (!may) broken |= ambit_job_broken_rules(whole, row, j);
        if (ambit_is_held(rows, row) && rows->previous[row] != j) broken |= AMBIT_BROKEN_HELD;
    }
    return may || broken != 0 ? broken : AMBIT_BROKEN_CLOSED;
}

static struct ambit_model_kind kind_of(const struct ambit_model *model, int32_t i, int32_t label,
                                       bool by_territory)
{
    const struct ambit_job *const job = model->job;
    struct ambit_model_kind kind = {.previous = -1};
    if (job->scenario.disruption.budget_count > 0) {
        const int32_t previous = job->accounts.previous[i];
        const bool tell = previous < 0 || by_territory || is_in_model(model, previous);
        kind.previous = tell ? previous : AMBIT_MODEL_AWAY;
    }
    kind.key = ambit_mix64((uint64_t)(uint32_t)kind.previous);
    for (int32_t m = 0; m < model->count; m++) {
        const int32_t j = model->territory[m];
        kind.broken[m] = (uint8_t)(j == label ? 0 : broken_by(job, i, j));
        kind.key = ambit_mix64(kind.key ^ kind.broken[m]);
    }
    if (kind.key == 0) kind.key = 1;
    return kind;
}

static int compare_kinds(const void *a, const void *b)
{
    const struct ambit_model_kind *const x = a, *const y = b;
    return (x->key > y->key) - (x->key < y->key);
}

ambit_status ambit_model_make_kinds(struct ambit_model *model, const int32_t *inside,
                                    uint64_t *key_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = model->job;
    const bool by_territory = has_budget_by_territory(job);
    struct ambit_key_table known = {0};
    struct ambit_model_kind *mine = NULL;
    int64_t count = 0, kept = 0;
    for (int32_t i = 0; i < job->accounts.count && status == AMBIT_OK; i++) {
        if (inside[i] < 0) continue;
        const struct ambit_model_kind kind = kind_of(model, i, inside[i], by_territory);
        key_out[i] = kind.key;
        status = ambit_key_table_reserve(&known, count + 1);
        if (status != AMBIT_OK) break;
        int32_t *const at = ambit_key_table_at(&known, kind.key);
        if (*at >= 0) continue;
        *at = (int32_t)count;
        status = ambit_resize(&mine, (size_t)count + 1, sizeof *mine);
        if (status == AMBIT_OK) mine[count++] = kind;
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY(ambit_comm_gather(job->comm, mine, count, sizeof *mine, &model->kind, &model->kinds));
    if (model->kinds > 0)
        qsort(model->kind, (size_t)model->kinds, sizeof *model->kind, compare_kinds);
    for (int64_t k = 0; k < model->kinds; k++) {
        if (kept == 0 || model->kind[kept - 1].key != model->kind[k].key)
            model->kind[kept++] = model->kind[k];
    }
    model->kinds = kept;
done:
    ambit_key_table_clear(&known);
    ambit_free(&mine);
    return status;
}

static const struct ambit_model_kind *kind_of_cell(const struct ambit_model *model, int64_t c)
{
    return &model->kind[model->kind_at[c]];
}

unsigned ambit_model_broken(const struct ambit_model *model, int64_t c, int32_t m)
{
    return model->tells_kinds ? kind_of_cell(model, c)->broken[m] : 0;
}

/* ---- sums of cells ---- */

static ambit_status find_kinds(struct ambit_model *model)
{
    const ambit_status status =
        ambit_alloc(&model->kind_at, (size_t)model->cells, sizeof *model->kind_at);
    for (int64_t c = 0; c < model->cells && status == AMBIT_OK; c++) {
        const struct ambit_model_kind wanted = {.key = model->cell[c].kind};
        const struct ambit_model_kind *const found =
            bsearch(&wanted, model->kind, (size_t)model->kinds, sizeof wanted, compare_kinds);
        AMBIT_REQUIRE(found != NULL);
        model->kind_at[c] = found - model->kind;
    }
    return status;
}

static int compare_sums(const void *a, const void *b)
{
    const struct ambit_model_sum *const x = a, *const y = b;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    if (x->block != y->block) return x->block < y->block ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Takes units of that smallest size and common divisor to others; 0: there are none yet. */
static void take_sizes(int64_t least, int64_t step, int64_t *least_io, int64_t *step_io)
{
    if (least > 0 && (*least_io == 0 || least < *least_io)) *least_io = least;
    *step_io = common_divisor(*step_io, step);
}

static void add_account(const struct ambit_job *job, int32_t i, struct ambit_model_sum *sum)
{
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t previous = job->accounts.previous[i];
    int32_t begin, end;
    const struct ambit_accounts *const rows = ambit_account_rows(&job->accounts, i, &begin, &end);
    const int64_t members = ambit_account_members(&job->accounts, i);
    sum->accounts += members;
    take_sizes(members, members, &sum->least, &sum->step);
    for (int b = 0; b < job->scenario.disruption.budget_count; b++) {
        for (int32_t row = begin; row < end; row++) {
            if (rows->previous[row] == previous && ambit_budget_cell(budgets, rows, b, row) >= 0)
                sum->drawn[b] += ambit_budget_amount(budgets->terms, rows, b, row);
        }
    }
}

static void add_accounts(const struct ambit_model *model, const int32_t *inside,
                         const uint64_t *key, int64_t block_size, const struct ambit_cell *mine,
                         int64_t count, struct ambit_model_sum *sum)
{
    const struct ambit_accounts *const accounts = &model->job->accounts;
    int64_t from = 0; /* the first cell of the account's block */
    for (int64_t c = 0; c < count; c++)
        sum[c] = (struct ambit_model_sum){
            .territory = mine[c].territory, .block = mine[c].block, .kind = mine[c].kind};
    for (int32_t i = 0; i < accounts->count; i++) {
        if (inside[i] < 0) continue;
        while (mine[from].block < (accounts->first + i) / block_size)
            from++;
        int64_t c = from;
        while (mine[c].kind != key[i] || mine[c].territory != inside[i])
            c++;
        add_account(model->job, i, &sum[c]);
    }
}

ambit_status ambit_model_gather_sums(struct ambit_model *model, const int32_t *inside,
                                     const uint64_t *key, int64_t block_size,
                                     const struct ambit_cell *mine, int64_t count)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = model->job;
    const int32_t budget_cells = ambit_budget_cells(&job->problem.budgets);
    struct ambit_model_sum *sum = NULL;
    int64_t all = 0, kept = 0;
    status = ambit_alloc(&sum, (size_t)count, sizeof *sum);
    if (status == AMBIT_OK)
        status = ambit_alloc(&model->spent, (size_t)budget_cells, sizeof *model->spent);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    add_accounts(model, inside, key, block_size, mine, count, sum);
    if (budget_cells > 0)
        ambit_budgets_add_spent(&job->problem.budgets, &job->accounts, model->label, model->spent);
    ambit_comm_sum_i64(job->comm, model->spent, budget_cells);
    AMBIT_TRY(ambit_comm_gather(job->comm, sum, count, sizeof *sum, &model->sum, &all));
    if (all > 0) qsort(model->sum, (size_t)all, sizeof *model->sum, compare_sums);
    for (int64_t n = 0; n < all; n++) {
        if (kept == 0 || compare_sums(&model->sum[kept - 1], &model->sum[n]) != 0) {
            model->sum[kept++] = model->sum[n];
            continue;
        }
        model->sum[kept - 1].accounts += model->sum[n].accounts;
        take_sizes(model->sum[n].least, model->sum[n].step, &model->sum[kept - 1].least,
                   &model->sum[kept - 1].step);
        for (int b = 0; b < AMBIT_BUDGET_MAX; b++)
            model->sum[kept - 1].drawn[b] += model->sum[n].drawn[b];
    }
    AMBIT_REQUIRE(kept == model->cells); /* in the same order */
    AMBIT_TRY_TOGETHER(job->comm, find_kinds(model));
done:
    ambit_free(&sum);
    return status;
}

/* ---- laws ---- */

/* Whether law `law` holds cell c where it would go to territory m of the model. */
static bool law_holds(const struct ambit_model *model, const struct ambit_model_law *law, int64_t c,
                      int32_t m)
{
    static const uint8_t bit[AMBIT_RELAXED_COUNT] = {
        [AMBIT_RELAXED_LOCKED] = 1u << AMBIT_RULE_LOCKED,
        [AMBIT_RELAXED_FIXED] = 1u << AMBIT_RULE_FIXED,
        [AMBIT_RELAXED_NEEDS] = 1u << AMBIT_RULE_NEEDS,
        [AMBIT_RELAXED_FORBIDDEN] = 1u << AMBIT_RULE_FORBIDDEN,
        [AMBIT_RELAXED_ALLOWED] = 1u << AMBIT_RULE_ALLOWED,
        [AMBIT_RELAXED_REACH] = 1u << AMBIT_RULE_REACH,
        [AMBIT_RELAXED_PROTECTED] = AMBIT_BROKEN_HELD};
    const bool is_here =
        law->territory >= 0 && model->cell[c].territory == model->territory[law->territory];
    if ((ambit_model_broken(model, c, m) & bit[law->what]) == 0) return false;
    switch (law->what) {
    case AMBIT_RELAXED_LOCKED:
    case AMBIT_RELAXED_PROTECTED:
        return is_here;
    case AMBIT_RELAXED_FIXED: {
        const int32_t j = law->territory >= 0 ? model->territory[law->territory] : -1;
        return !ambit_is_asked(&model->job->problem, j) && (is_here || law->territory == m);
    }
    case AMBIT_RELAXED_REACH:
        return true;
    default:
        return law->territory == m;
    }
}

/* Counts the accounts that a law holds, wherever they would go, and how they stay together. */
static void count_held(const struct ambit_model *model, struct ambit_model_law *law)
{
    int64_t sum = 0;
    for (int64_t c = 0; c < model->cells; c++) {
        bool holds = false;
        const bool is_there =
            law->territory >= 0 && model->cell[c].territory == model->territory[law->territory];
        if (law->what == AMBIT_RELAXED_FIXED)
            holds = is_there;
        else
            for (int32_t m = 0; m < model->count && !holds; m++)
                holds = law_holds(model, law, c, m);
        if (!holds) continue;
        sum += model->sum[c].accounts;
        take_sizes(model->sum[c].least, model->sum[c].step, &law->least, &law->step);
    }
    law->of = sum > 0 ? sum : 1;
}

/* Every law that could hold some cell; those that hold none are left out by their use. */
static ambit_status list_laws(struct ambit_model *model)
{
    ambit_status status = AMBIT_OK;
    const size_t room = (size_t)AMBIT_RELAXED_COUNT * (size_t)model->count + 1;
    AMBIT_TRY(ambit_alloc(&model->law, room, sizeof *model->law));
    for (int what = AMBIT_RELAXED_LOCKED; what <= AMBIT_RELAXED_PROTECTED; what++) {
        const bool of_all = what == AMBIT_RELAXED_REACH;
        for (int32_t m = 0; m < (of_all ? 1 : model->count); m++) {
            struct ambit_model_law law = {.what = (enum ambit_relaxed)what,
                                          .territory = of_all ? -1 : m};
            bool used = false;
            for (int64_t c = 0; c < model->cells && !used; c++) {
                for (int64_t o = model->first[c]; o < model->first[c + 1] && !used; o++)
                    used = law_holds(model, &law, c, model->option[o]);
            }
            if (!used) continue;
            if (of_all) model->graded = model->laws;
            count_held(model, &law);
            model->law[model->laws++] = law;
        }
    }
done:
    return status;
}

ambit_status ambit_model_set_laws(struct ambit_model *model)
{
    ambit_status status = AMBIT_OK;
    const size_t options = (size_t)model->first[model->cells];
    const struct ambit_scenario *const scenario = &model->job->scenario;
    int64_t count = 0, room = 0;
    model->graded = -1;
    if (!model->tells_kinds) return AMBIT_OK;
    AMBIT_TRY(list_laws(model));
    AMBIT_TRY(ambit_alloc(&model->first_law, options + 1, sizeof *model->first_law));
    AMBIT_TRY(ambit_alloc(&model->grade, options, sizeof *model->grade));
    for (int64_t c = 0; c < model->cells; c++) {
        for (int64_t o = model->first[c]; o < model->first[c + 1]; o++) {
            for (int32_t n = 0; n < model->laws; n++) {
                if (!law_holds(model, &model->law[n], c, model->option[o])) continue;
                if (count == room) {
                    room = 2 * room + 64;
                    AMBIT_TRY(
                        ambit_resize(&model->option_law, (size_t)room, sizeof *model->option_law));
                    AMBIT_TRY(
                        ambit_resize(&model->law_part, (size_t)room, sizeof *model->law_part));
                }
                model->option_law[count] = n;
                model->law_part[count++] =
                    (double)model->sum[c].accounts / (double)model->law[n].of;
                if (n == model->graded)
                    model->grade[o] = fmax(ambit_reach_of(scenario, model->distance[o]) /
                                                   scenario->eligibility.reach -
                                               1.0,
                                           LEAST_GRADE);
            }
            model->first_law[o + 1] = count;
        }
    }
done:
    return status;
}

/* ---- budgets ---- */

/* The cell of budget b that the model's cell c draws on by going to territory j; −1: none. */
static int32_t drawn_on(const struct ambit_model *model, int64_t c, int b, int32_t j)
{
    const struct ambit_budgets *const budgets = &model->job->problem.budgets;
    const int32_t previous = kind_of_cell(model, c)->previous;
    if (previous == -1 || previous == j || model->sum[c].drawn[b] == 0) return -1;
    const bool by_territory = budgets->terms->budget[b].scope == AMBIT_BUDGET_TERRITORY;
    return budgets->first[b] + (by_territory ? previous : 0);
}

/* Which cells of budgets are drawn on by some option, and how much by all cells. */
static ambit_status list_budgets(struct ambit_model *model, int32_t *index)
{
    ambit_status status = AMBIT_OK;
    const int32_t cells = ambit_budget_cells(&model->job->problem.budgets);
    double *scale = NULL;
    AMBIT_TRY(ambit_alloc(&scale, (size_t)cells, sizeof *scale));
    AMBIT_TRY(ambit_alloc(&model->budget, (size_t)cells, sizeof *model->budget));
    AMBIT_TRY(ambit_alloc(&model->budget_scale, (size_t)cells, sizeof *model->budget_scale));
    for (int64_t c = 0; c < model->cells; c++) {
        for (int b = 0; b < model->job->scenario.disruption.budget_count; b++) {
            const int32_t at = drawn_on(model, c, b, -1);
            if (at >= 0) scale[at] += (double)model->sum[c].drawn[b];
        }
    }
    for (int32_t k = 0; k < cells; k++) {
        index[k] = -1;
        if (scale[k] == 0.0) continue;
        index[k] = model->budgets;
        model->budget_scale[model->budgets] = scale[k];
        model->budget[model->budgets++] = k;
    }
done:
    ambit_free(&scale);
    return status;
}

/* What the rest of the nation leaves to the model, and what the model itself draws now. */
static ambit_status set_rooms(struct ambit_model *model, const int32_t *index)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_budgets *const budgets = &model->job->problem.budgets;
    AMBIT_TRY(ambit_alloc(&model->room, (size_t)model->budgets, sizeof *model->room));
    AMBIT_TRY(
        ambit_alloc(&model->budget_width, (size_t)model->budgets, sizeof *model->budget_width));
    for (int32_t k = 0; k < model->budgets; k++) {
        const int32_t at = model->budget[k];
        model->room[k] = (double)(budgets->most[at] - model->spent[at]) / model->budget_scale[k];
        model->budget_width[k] =
            fmax((double)budgets->total[at] / model->budget_scale[k], LEAST_GRADE);
    }
    for (int64_t c = 0; c < model->cells; c++) {
        for (int b = 0; b < model->job->scenario.disruption.budget_count; b++) {
            const int32_t at = drawn_on(model, c, b, model->cell[c].territory);
            if (at < 0) continue;
            const int32_t k = index[at];
            model->room[k] += (double)model->sum[c].drawn[b] / model->budget_scale[k];
        }
    }
done:
    return status;
}

ambit_status ambit_model_set_budgets(struct ambit_model *model)
{
    ambit_status status = AMBIT_OK;
    const int count = model->job->scenario.disruption.budget_count;
    const size_t options = (size_t)model->first[model->cells];
    int32_t *index = NULL;
    int64_t draws = 0;
    if (!model->tells_kinds || count == 0) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&index, (size_t)ambit_budget_cells(&model->job->problem.budgets),
                          sizeof *index));
    AMBIT_TRY(list_budgets(model, index));
    AMBIT_TRY(set_rooms(model, index));
    AMBIT_TRY(ambit_alloc(&model->first_draw, options + 1, sizeof *model->first_draw));
    AMBIT_TRY(ambit_alloc(&model->draw_budget, options * (size_t)count, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&model->draw, options * (size_t)count, sizeof *model->draw));
    for (int64_t c = 0; c < model->cells; c++) {
        for (int64_t o = model->first[c]; o < model->first[c + 1]; o++) {
            for (int b = 0; b < count; b++) {
                const int32_t at = drawn_on(model, c, b, model->territory[model->option[o]]);
                if (at < 0) continue;
                model->draw_budget[draws] = index[at];
                model->draw[draws++] =
                    (double)model->sum[c].drawn[b] / model->budget_scale[index[at]];
            }
            model->first_draw[o + 1] = draws;
        }
    }
done:
    ambit_free(&index);
    return status;
}

/* ---- the answer ---- */

#define ROUNDED 1e6 /* parts are told to one in as many */

static double rounded(double value)
{
    return round(value * ROUNDED) / ROUNDED;
}

/* At least so many accounts as whole units: no fewer than the smallest has, and a multiple of what
 * divides all. A fixed territory's are those that leave it; others may join. */
static int64_t whole_units(const struct ambit_model_law *law, int64_t accounts)
{
    if (law->step <= 1 && law->least <= 1) return accounts;
    if (law->what == AMBIT_RELAXED_FIXED) return accounts;
    const int64_t up = (accounts + law->step - 1) / law->step * law->step;
    const int64_t whole = up > law->least ? up : law->least;
    return whole < law->of ? whole : law->of;
}

bool ambit_model_law_opening(const struct ambit_model *model, int32_t law, double value,
                             double grade, struct ambit_opening *out)
{
    const struct ambit_model_law *const l = &model->law[law];
    const bool graded = law == model->graded;
    if (!(value > 0.0)) return false;
    *out =
        (struct ambit_opening){.what = l->what,
                               .band = -1,
                               .budget_cell = -1,
                               .territory = l->territory >= 0 ? model->territory[l->territory] : -1,
                               .by = rounded(graded ? grade : value),
                               .was = NAN,
                               .limit = NAN,
                               .accounts = (int64_t)ceil(value * (double)l->of - 1e-3),
                               .of = l->of};
    if (graded) {
        const struct ambit_eligibility_terms *const terms = &model->job->scenario.eligibility;
        out->was = terms->reach;
        out->limit = ceil(terms->reach * (1.0 + grade) * 10.0) / 10.0;
        (void)snprintf(out->unit, sizeof out->unit, "%s",
                       terms->reach_kind == AMBIT_REACH_KM ? "km" : "minutes");
    }
    if (out->accounts < 1) out->accounts = 1;
    out->accounts = whole_units(l, out->accounts);
    return true;
}

bool ambit_model_budget_opening(const struct ambit_model *model, int32_t budget, double value,
                                struct ambit_opening *out)
{
    const struct ambit_budgets *const budgets = &model->job->problem.budgets;
    const int32_t at = model->budget[budget];
    if (!(value > 0.0)) return false;
    int b = 0;
    while (budgets->first[b + 1] <= at)
        b++;
    const bool by_territory = budgets->terms->budget[b].scope == AMBIT_BUDGET_TERRITORY;
    const bool counts = budgets->terms->budget[b].sum.term_count == 1 &&
                        budgets->terms->budget[b].sum.term[0] == AMBIT_TERM_COUNT;
    const double most = ambit_from_micro(budgets->most[at]);
    const double limit = (double)budgets->most[at] + value * (double)budgets->total[at];
    *out =
        (struct ambit_opening){.what = AMBIT_RELAXED_BUDGET,
                               .band = -1,
                               .budget_cell = at,
                               .territory = by_territory ? at - budgets->first[b] : -1,

                               .by = rounded(value),
                               .was = most,
                               .limit = counts ? ceil(limit * 1e-6 - 1e-3) : rounded(limit * 1e-6)};
    (void)snprintf(out->unit, sizeof out->unit, "%s", budgets->terms->budget[b].sum.unit);
    return true;
}

void ambit_model_clear(struct ambit_model *model)
{
    ambit_free(&model->cell);
    ambit_free(&model->kind);
    ambit_free(&model->kind_at);
    ambit_free(&model->sum);
    ambit_free(&model->spent);
    ambit_free(&model->first);
    ambit_free(&model->option);
    ambit_free(&model->distance);
    ambit_free(&model->load);
    ambit_free(&model->low);
    ambit_free(&model->high);
    ambit_free(&model->width);
    ambit_free(&model->law);
    ambit_free(&model->first_law);
    ambit_free(&model->option_law);
    ambit_free(&model->law_part);
    ambit_free(&model->grade);
    ambit_free(&model->budget);
    ambit_free(&model->budget_scale);
    ambit_free(&model->room);
    ambit_free(&model->budget_width);
    ambit_free(&model->first_draw);
    ambit_free(&model->draw_budget);
    ambit_free(&model->draw);
}
