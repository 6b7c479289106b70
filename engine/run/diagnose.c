/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A nation is too large for one linear programme, and what is wrong is nearly always local: the
 * model has the territories that are furthest outside and those next to them, as cells
 * (solvers/cells.h) that may be split among the few territories that they reach with least travel.
 * All other territories keep what they have, and targets stay what they are. Cells are of accounts
 * that the same rules keep from the same territories (diagnose_laws.c); where accounts stay
 * together, of units.
 *
 * Cost: a pass over the accounts, and about ten linear programmes of some ten thousand columns.
 * Weakness: cells can be split and their travel is that of the account in their middle, so what is
 * said to be enough may be a little too little; and an account may not leave the model.
 */
#include "engine/run/diagnose.h"
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/diagnose_model.h"
#include "engine/run/moves_bound.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BROKEN_MAX = 12,
    CELLS_A_TERRITORY = 24,
    OPTIONS_MAX = 8, /* of a cell, that rules leave open */
    CLOSED_MAX = 4,  /* and that they do not */
    ALL_MAX = OPTIONS_MAX + CLOSED_MAX
};
#define ROUNDED 1e-6 /* openings are rounded up to this */

/* ---- the model ---- */

/* By how much territory j is outside its bands: parts of their limits, added up. */
static double outside(const struct ambit_result *result, int32_t j)
{
    double sum = 0.0;
    for (int b = 0; b < result->band_count; b++) {
        const struct ambit_result_band *const band = &result->band[b];
        const double by =
            fmax(fmax(band->lower[j] - band->value[j], band->value[j] - band->upper[j]), 0.0);
        sum += by / fmax(fabs(band->value[j]), 1e-9);
    }
    return sum;
}

/* Takes the territory of largest `want` that is not in yet; false where none is above zero. */
static bool take_largest(struct ambit_model *model, const double *want, bool *in)
{
    int32_t best = -1;
    for (int32_t j = 0; j < model->job->territories.count; j++)
        if (!in[j] && want[j] > 0.0 && (best < 0 || want[j] > want[best])) best = j;
    if (best < 0) return false;
    in[best] = true;
    model->territory[model->count++] = best;
    return true;
}

static int compare_indices(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Chooses the territories furthest outside, and those whose centres are nearest to theirs. */
static ambit_status choose_territories(struct ambit_model *model)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_territories *const all = &model->job->territories;
    double *want = NULL;
    bool *in = NULL;
    AMBIT_TRY(ambit_alloc(&want, (size_t)all->count, sizeof *want));
    AMBIT_TRY(ambit_alloc(&in, (size_t)all->count, sizeof *in));
    for (int32_t j = 0; j < all->count; j++) {
        want[j] = outside(model->result, j);
        in[j] = false;
    }
    while (model->count < BROKEN_MAX && take_largest(model, want, in))
        ;
    for (int32_t j = 0; j < all->count; j++) {
        double nearest = INFINITY;
        for (int32_t m = 0; m < model->count; m++)
            nearest = fmin(nearest, ambit_chord2(all->item[j].position,
                                                 all->item[model->territory[m]].position));
        want[j] = 1.0 / (1e-12 + nearest);
    }
    while (model->count < AMBIT_MODEL_TERRITORIES && take_largest(model, want, in))
        ;
    qsort(model->territory, (size_t)model->count, sizeof model->territory[0], compare_indices);
done:
    ambit_free(&want);
    ambit_free(&in);
    return status;
}

/* Whether accounts have to be told apart by what rules and budgets say of them. */
static bool tells_kinds(const struct ambit_job *job)
{
    const struct ambit_disruption_terms *const terms = &job->scenario.disruption;
    return job->problem.eligibility != NULL || terms->budget_count > 0 ||
           terms->protection_count > 0;
}

/* The territory of each account of the slice that is in the model, else −1; returns how many all
 * ranks have. */
static int64_t mark_inside(const struct ambit_model *model, bool *in, int32_t *inside)
{
    int64_t accounts = 0;
    for (int32_t m = 0; m < model->count; m++)
        in[model->territory[m]] = true;
    for (int32_t i = 0; i < model->job->accounts.count; i++) {
        inside[i] = in[model->label[i]] ? model->label[i] : -1;
        accounts += in[model->label[i]];
    }
    ambit_comm_sum_i64(model->job->comm, &accounts, 1);
    return accounts;
}

/* The cells of the model's territories, on rank 0. */
static ambit_status gather_cells(struct ambit_model *model)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = model->job;
    struct ambit_cell *mine = NULL;
    int32_t *inside = NULL;
    uint64_t *kind = NULL;
    int64_t count = 0;
    bool *in = NULL;
    model->tells_kinds = tells_kinds(job);
    status = ambit_alloc(&inside, (size_t)job->accounts.count, sizeof *inside);
    if (status == AMBIT_OK && model->tells_kinds)
        status = ambit_alloc(&kind, (size_t)job->accounts.count, sizeof *kind);
    if (status == AMBIT_OK) status = ambit_alloc(&in, (size_t)job->territories.count, sizeof *in);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(in != NULL && model->count > 0);
    const int64_t accounts = mark_inside(model, in, inside);
    const int64_t part = (int64_t)model->count * CELLS_A_TERRITORY;
    if (model->tells_kinds) AMBIT_TRY(ambit_model_make_kinds(model, inside, kind));
    AMBIT_TRY_TOGETHER(job->comm, ambit_cells_make(&job->problem, inside, kind, accounts / part + 1,
                                                   &mine, &count));
    AMBIT_TRY(ambit_comm_gather(job->comm, mine, count, sizeof *mine, &model->cell, &model->cells));
    model->cells = ambit_cells_merge(model->cell, model->cells);
    if (model->tells_kinds)
        AMBIT_TRY(ambit_model_gather_sums(model, inside, kind, accounts / part + 1, mine, count));
done:
    ambit_free(&mine);
    ambit_free(&inside);
    ambit_free(&kind);
    ambit_free(&in);
    return status;
}

/* What a band's limit of territory j moves by where it opens by 1: its target, the measure that it
 * is a share of, or a mean territory's load where it is a number of units. */
static double width_of(const struct ambit_model *model, int b, int32_t j)
{
    const struct ambit_result *const r = model->result;
    const struct ambit_result_band *const band = &r->band[b];
    if (band->share_of >= 0) return (double)r->measure[band->share_of].load[j];
    if (ambit_band_is_of_target(band)) return band->target[j] * 1e6;
    return (double)r->measure[band->measure].total / r->territory_count;
}

static void set_limits(struct ambit_model *model, const double *low, const double *high)
{
    const int rules = model->rules;
    for (int r = 0; r < rules; r++) {
        const int b = model->band[r];
        double sum = 0.0;
        for (int32_t m = 0; m < model->count; m++)
            sum += width_of(model, b, model->territory[m]);
        model->scale[r] = fmax(sum / model->count, 1.0);
        for (int32_t m = 0; m < model->count; m++) {
            const size_t from = (size_t)model->territory[m] * (size_t)rules + (size_t)r,
                         to = (size_t)m * (size_t)rules + (size_t)r;
            model->low[to] = low[from] / model->scale[r];
            model->high[to] = high[from] / model->scale[r];
            model->width[to] =
                fmax(width_of(model, b, model->territory[m]) / model->scale[r], 1e-3);
        }
    }
}

/* Options of a cell, by travel. */
struct options {
    int count, room;
    int32_t territory[OPTIONS_MAX]; /* of the model */
    double travel[OPTIONS_MAX];
};

/* Takes territory m in, and the dearest out where there is no room. */
static void insert(struct options *options, int32_t m, double travel)
{
    int at = options->count < options->room ? options->count : options->room - 1;
    if (options->count == options->room && travel >= options->travel[at]) return;
    while (at > 0 && options->travel[at - 1] > travel) {
        options->territory[at] = options->territory[at - 1];
        options->travel[at] = options->travel[at - 1];
        at--;
    }
    options->territory[at] = m;
    options->travel[at] = travel;
    if (options->count < options->room) options->count++;
}

/* The territories of least travel for cell c that may serve it, always the one that has it, and
 * behind them the nearest that rules close to it; returns how many. */
static int choose_options(const struct ambit_model *model, const struct ambit_haul_table *table,
                          int64_t c, int32_t *option_out)
{
    const struct ambit_cell *const cell = &model->cell[c];
    struct options open = {.room = OPTIONS_MAX}, closed = {.room = CLOSED_MAX};
    for (int32_t m = 0; m < model->count; m++) {
        const struct ambit_territory *const t = &model->job->territories.item[model->territory[m]];
        const bool has_it = model->territory[m] == cell->territory;
        const unsigned broken = has_it ? 0 : ambit_model_broken(model, c, m);
        const double travel = ambit_cell_travel(table, cell, t->position);
        if ((broken & AMBIT_BROKEN_CLOSED) != 0) continue;
        insert(broken != 0 ? &closed : &open, m, has_it ? -1.0 : travel);
    }
    for (int o = 0; o < open.count; o++)
        option_out[o] = open.territory[o];
    for (int o = 0; o < closed.count; o++)
        option_out[open.count + o] = closed.territory[o];
    return open.count + closed.count;
}

static ambit_status set_options(struct ambit_model *model)
{
    ambit_status status = AMBIT_OK;
    struct ambit_haul_table *table = NULL;
    const struct ambit_problem *const problem = &model->job->problem;
    AMBIT_TRY(ambit_alloc(&table, 1, sizeof *table));
    ambit_haul_table_fill(&model->job->scenario, table);
    model->first[0] = 0;
    for (int64_t c = 0; c < model->cells; c++) {
        const struct ambit_cell *const cell = &model->cell[c];
        int32_t *const option = &model->option[model->first[c]];
        const int count = choose_options(model, table, c, option);
        for (int o = 0; o < count; o++) {
            const double *const centre =
                model->job->territories.item[model->territory[option[o]]].position;
            const double travel = ambit_cell_travel(table, cell, centre);
            double *const load = &model->load[(model->first[c] + o) * model->rules];
            model->distance[model->first[c] + o] = ambit_chord2(cell->position, centre);
            for (int r = 0; r < model->rules; r++)
                load[r] = ((double)cell->base[r] + problem->rule[r].travel_weight * travel) /
                          model->scale[r];
        }
        model->first[c + 1] = model->first[c] + count;
    }
done:
    ambit_free(&table);
    return status;
}

static ambit_status build(struct ambit_model *model, const double *low, const double *high)
{
    ambit_status status = AMBIT_OK;
    const size_t limits = (size_t)model->count * (size_t)model->rules;
    const size_t options = (size_t)model->cells * ALL_MAX;
    AMBIT_TRY(ambit_alloc(&model->first, (size_t)model->cells + 1, sizeof *model->first));
    AMBIT_TRY(ambit_alloc(&model->option, options, sizeof *model->option));
    AMBIT_TRY(ambit_alloc(&model->distance, options, sizeof *model->distance));
    AMBIT_TRY(ambit_alloc(&model->load, options * (size_t)model->rules, sizeof *model->load));
    AMBIT_TRY(ambit_alloc(&model->low, limits, sizeof *model->low));
    AMBIT_TRY(ambit_alloc(&model->high, limits, sizeof *model->high));
    AMBIT_TRY(ambit_alloc(&model->width, limits, sizeof *model->width));
    for (int r = 0; r < model->rules; r++)
        model->band[r] = model->job->problem.rule[r].band;
    set_limits(model, low, high);
    AMBIT_TRY(set_options(model));
    AMBIT_TRY(ambit_model_set_laws(model));
    AMBIT_TRY(ambit_model_set_budgets(model));
done:
    return status;
}

/* ---- its answer ---- */

/* Whether a measure is the number of accounts, and nothing else. */
static bool counts_accounts(const struct ambit_measure *measure)
{
    return measure->term_count == 1 && measure->term[0] == AMBIT_TERM_COUNT;
}

/* An opening of band b in the unit of its limits, rounded up: half an account is of no use. */
static double in_units(const struct ambit_model *model, int b, double by)
{
    const struct ambit_result_band *const band = &model->result->band[b];
    const bool of_mean = band->share_of < 0 && !ambit_band_is_of_target(band);
    const double unit = of_mean ? ambit_from_micro(model->result->measure[band->measure].total) /
                                      model->result->territory_count
                                : 1.0;
    const bool whole = of_mean && counts_accounts(&model->job->scenario.measure[band->measure]);
    return whole ? ceil(by * unit - ROUNDED) : ceil(by * unit / ROUNDED) * ROUNDED;
}

/* Which limits of band b are finite: −1, 1, or 0 for both. */
static int sides_of(const struct ambit_result_band *band)
{
    return (int)ambit_band_has_upper(band) - (int)ambit_band_has_lower(band);
}

/* What remedy `remedy` says of the relaxations that are no bands. */
static ambit_status take_others(const struct ambit_model *model, enum ambit_remedy remedy,
                                const double *value, double grade, struct ambit_diagnosis *d)
{
    ambit_status status = AMBIT_OK;
    struct ambit_opening opening;
    for (int32_t k = 0; k < model->budgets; k++) {
        if (!ambit_model_budget_opening(model, k, value[model->bands + k], &opening)) continue;
        opening.remedy = remedy;
        AMBIT_TRY(ambit_diagnosis_open(&d, &opening));
    }
    for (int32_t n = 0; n < model->laws; n++) {
        const double part = value[model->bands + model->budgets + n];
        if (!ambit_model_law_opening(model, n, part, grade, &opening)) continue;
        opening.remedy = remedy;
        AMBIT_TRY(ambit_diagnosis_open(&d, &opening));
    }
done:
    return status;
}

static ambit_status take_bands(const struct ambit_model *model, enum ambit_remedy remedy,
                               const double *value, struct ambit_diagnosis *d)
{
    ambit_status status = AMBIT_OK;
    for (int b = 0; b < model->bands; b++) {
        if (!(value[b] > 0.0)) continue;
        AMBIT_TRY(ambit_diagnosis_open(
            &d, &(struct ambit_opening){.remedy = remedy,
                                        .band = b,
                                        .budget_cell = -1,
                                        .territory = -1,
                                        .side = sides_of(&model->result->band[b]),
                                        .by = in_units(model, b, value[b]),
                                        .was = NAN,
                                        .limit = NAN}));
    }
done:
    return status;
}

/* Whether the smallest set has a band. */
static bool opens_bands(const struct ambit_diagnosis *d)
{
    for (int32_t n = 0; n < d->count; n++) {
        if (d->opening[n].remedy == AMBIT_REMEDY_TOGETHER && d->opening[n].band >= 0) return true;
    }
    return false;
}

/* A budget that is enough by itself has to be as large as what the plan draws that was found to
 * meet the bands, wherever in the nation that is. */
static void trust_plan(const struct ambit_model *model, struct ambit_diagnosis *d)
{
    int32_t broken = 0;
    for (int32_t j = 0; j < model->job->territories.count; j++)
        broken += outside(model->result, j) > 0.0;
    for (int32_t n = 0; n < d->count && broken > BROKEN_MAX; n++) {
        struct ambit_opening *const o = &d->opening[n];
        bool sole = o->what == AMBIT_RELAXED_BUDGET;
        for (int32_t k = 0; k < d->count && o->remedy != AMBIT_REMEDY_ALONE; k++)
            sole &= k == n || d->opening[k].remedy != o->remedy;
        if (!sole) continue;
        const struct ambit_result_budget_cell *const cell =
            &model->result->budget_cell[o->budget_cell];
        const double enough = ambit_from_micro(cell->enough);
        if (enough <= o->limit) continue;
        o->limit = enough;
        o->by = (enough - o->was) / ambit_from_micro(cell->total);
    }
}

static ambit_status take_answer(const struct ambit_model *model,
                                const struct ambit_elastic_outcome *out, struct ambit_diagnosis *d)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(take_bands(model, AMBIT_REMEDY_ALONE, out->alone, d));
    AMBIT_TRY(take_others(model, AMBIT_REMEDY_ALONE, out->alone, out->grade_alone, d));
    AMBIT_TRY(take_bands(model, AMBIT_REMEDY_TOGETHER, out->together, d));
    AMBIT_TRY(take_others(model, AMBIT_REMEDY_TOGETHER, out->together, out->grade_together, d));
    if (opens_bands(d))
        AMBIT_TRY(take_others(model, AMBIT_REMEDY_KEPT, out->kept, out->grade_kept, d));
    for (int32_t at = 0; at < model->count * model->rules; at++) {
        const int b = model->band[at % model->rules];
        const double by = out->local[at];
        if (by == 0.0) continue;
        AMBIT_TRY(ambit_diagnosis_open(
            &d, &(struct ambit_opening){.remedy = AMBIT_REMEDY_LOCAL,
                                        .band = b,
                                        .budget_cell = -1,
                                        .territory = model->territory[at / model->rules],
                                        .side = by > 0.0 ? 1 : -1,
                                        .by = in_units(model, b, fabs(by)),
                                        .was = NAN,
                                        .limit = NAN}));
    }
    trust_plan(model, d);
    ambit_diagnosis_sort(d);
done:
    return status;
}

static ambit_status solve(struct ambit_model *model, const double *low, const double *high,
                          struct ambit_diagnosis **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_diagnosis *d = NULL;
    struct ambit_elastic_outcome outcome = {0};
    AMBIT_TRY(ambit_alloc(&d, 1, sizeof *d));
    *d = (struct ambit_diagnosis){.territory_count = model->count,
                                  .cell_count = (int32_t)model->cells};
    AMBIT_TRY(build(model, low, high));
    const struct ambit_elastic elastic = {.territory_count = model->count,
                                          .rules = model->rules,
                                          .bands = model->bands,
                                          .band = model->band,
                                          .lump_count = (int32_t)model->cells,
                                          .first = model->first,
                                          .territory = model->option,
                                          .load = model->load,
                                          .low = model->low,
                                          .high = model->high,
                                          .width = model->width,
                                          .budgets = model->budgets,
                                          .room = model->room,
                                          .budget_width = model->budget_width,
                                          .first_draw = model->first_draw,
                                          .draw_budget = model->draw_budget,
                                          .draw = model->draw,
                                          .laws = model->laws,
                                          .first_law = model->first_law,
                                          .law = model->option_law,
                                          .law_part = model->law_part,
                                          .graded = model->graded,
                                          .grade = model->grade};
    const size_t relaxations = (size_t)ambit_elastic_relaxations(&elastic);
    AMBIT_TRY(ambit_alloc(&outcome.local, (size_t)model->count * (size_t)model->rules,
                          sizeof *outcome.local));
    AMBIT_TRY(ambit_alloc(&outcome.alone, relaxations, sizeof *outcome.alone));
    AMBIT_TRY(ambit_alloc(&outcome.together, relaxations, sizeof *outcome.together));
    AMBIT_TRY(ambit_alloc(&outcome.kept, relaxations, sizeof *outcome.kept));
    AMBIT_TRY(ambit_elastic_solve(&elastic, &outcome));
    AMBIT_TRY(take_answer(model, &outcome, d));
    *out = d;
    d = NULL;
done:
    ambit_diagnosis_destroy(&d);
    ambit_free(&outcome.local);
    ambit_free(&outcome.alone);
    ambit_free(&outcome.together);
    ambit_free(&outcome.kept);
    return status;
}

/* The territory of each unit of the slice, from those of its accounts. */
static ambit_status label_units(const struct ambit_job *units, const int32_t *label, int32_t **out)
{
    const struct ambit_accounts *const accounts = &units->accounts;
    const ambit_status status = ambit_alloc(out, (size_t)accounts->count, sizeof **out);
    for (int32_t u = 0; u < accounts->count && status == AMBIT_OK; u++)
        (*out)[u] = label[accounts->begin[u]];
    return status;
}

ambit_status ambit_job_diagnose(struct ambit_job *job, const int32_t *label,
                                struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_model model = {.job = job,
                                .label = label,
                                .result = result,
                                .rules = job->problem.rule_count,
                                .bands = job->scenario.band_count};
    const size_t limits = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    int64_t total[AMBIT_RULE_MAX] = {0};
    double *low = NULL, *high = NULL;
    int32_t *of_units = NULL;
    bool any = false;
    for (int b = 0; b < result->band_count; b++)
        any |= result->band[b].broken_count > 0;
    if (!any) return AMBIT_OK; /* it is something else that is broken */
    ambit_log_progress("diagnose", 0, 0, "");
    if (job->whole != NULL) /* where joining pieces has moved centres since */
        memcpy(job->territories.item, job->whole->territories.item,
               (size_t)job->territories.count * sizeof *job->territories.item);
    AMBIT_TRY(ambit_job_bound_moves(job->whole != NULL ? job->whole : job, result));
    status = ambit_alloc(&low, limits, sizeof *low);
    if (status == AMBIT_OK) status = ambit_alloc(&high, limits, sizeof *high);
    if (status == AMBIT_OK && job->whole != NULL) status = label_units(job, label, &of_units);
    if (status == AMBIT_OK) status = choose_territories(&model);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(low != NULL && high != NULL);
    if (job->whole != NULL) model.label = of_units;
    AMBIT_TRY(ambit_job_loads(job, model.label, NULL, total, NULL, NULL));
    ambit_problem_sides(&job->problem, total, 0.0, low, high);
    AMBIT_TRY(gather_cells(&model));
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? solve(&model, low, high, &result->diagnosis)
                                      : AMBIT_OK);
done:
    ambit_model_clear(&model);
    ambit_free(&low);
    ambit_free(&high);
    ambit_free(&of_units);
    return status;
}
