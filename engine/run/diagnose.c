/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A nation is too large for one linear programme, and what is wrong is nearly always local: the
 * model has the territories that are furthest outside and those next to them, as cells
 * (solvers/cells.h) that may be split among the few territories that they reach with least travel.
 * All other territories keep what they have, and targets stay what they are. Cells are of accounts
 * that the same territories of the model may serve, and go to no others.
 *
 * Cost: a pass over the accounts, and about ten linear programmes of some ten thousand columns.
 * Weakness: cells can be split and their travel is that of the account in their middle, so what is
 * said to be enough may be a little too little; and an account may not leave the model.
 */
#include "engine/run/diagnose.h"
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "engine/model/geometry.h"
#include "io/report_text.h"
#include "solvers/cells.h"
#include "solvers/elastic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BROKEN_MAX = 12, MODEL_MAX = 36, CELLS_A_TERRITORY = 24, OPTIONS_MAX = 8 };
#define ROUNDED 1e-6 /* openings are rounded up to this */
#define HAIR 1e-9    /* part of a sum that rounding to doubles may add */

/* ---- the model ---- */

struct model {
    struct ambit_job *job;
    const struct ambit_result *result;
    int rules, bands;
    int32_t count;
    int32_t territory[MODEL_MAX]; /* ascending */
    struct ambit_cell *cell;      /* owned; of all ranks, on rank 0 */
    int64_t cells;
    int band[AMBIT_RULE_MAX];
    int64_t *first;               /* owned */
    int32_t *option;              /* owned; index into `territory` */
    double *load;                 /* owned; in parts of the rule's scale */
    double *low, *high;           /* owned; [territory × rules + rule], in parts of the scale */
    double *width;                /* owned; same shape */
    double scale[AMBIT_RULE_MAX]; /* micro-units */
};

static void clear(struct model *model)
{
    ambit_free(&model->cell);
    ambit_free(&model->first);
    ambit_free(&model->option);
    ambit_free(&model->load);
    ambit_free(&model->low);
    ambit_free(&model->high);
    ambit_free(&model->width);
}

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
static bool take_largest(struct model *model, const double *want, bool *in)
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
static ambit_status choose_territories(struct model *model)
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
    while (model->count < MODEL_MAX && take_largest(model, want, in))
        ;
    qsort(model->territory, (size_t)model->count, sizeof model->territory[0], compare_indices);
done:
    ambit_free(&want);
    ambit_free(&in);
    return status;
}

/* The territories of the model that may serve account i, a bit each, and the one that does. */
static uint64_t kind_of(const struct model *model, int32_t i, int32_t label)
{
    uint64_t kind = 0;
    for (int32_t m = 0; m < model->count; m++) {
        const int32_t j = model->territory[m];
        if (j == label || ambit_may_serve(&model->job->problem, i, j)) kind |= UINT64_C(1) << m;
    }
    return kind;
}

/* The cells of the model's territories, on rank 0. */
static ambit_status gather_cells(struct model *model, const int32_t *label)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = model->job;
    struct ambit_cell *mine = NULL;
    int32_t *inside = NULL;
    uint64_t *kind = NULL;
    int64_t count = 0, accounts = 0;
    bool *in = NULL;
    status = ambit_alloc(&inside, (size_t)job->accounts.count, sizeof *inside);
    if (status == AMBIT_OK && job->problem.eligibility != NULL)
        status = ambit_alloc(&kind, (size_t)job->accounts.count, sizeof *kind);
    if (status == AMBIT_OK) status = ambit_alloc(&in, (size_t)job->territories.count, sizeof *in);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(in != NULL && model->count > 0);
    for (int32_t m = 0; m < model->count; m++)
        in[model->territory[m]] = true;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        inside[i] = in[label[i]] ? label[i] : -1;
        accounts += in[label[i]];
        if (kind != NULL && inside[i] >= 0) kind[i] = kind_of(model, i, label[i]);
    }
    ambit_comm_sum_i64(job->comm, &accounts, 1);
    const int64_t part = (int64_t)model->count * CELLS_A_TERRITORY;
    AMBIT_TRY_TOGETHER(job->comm, ambit_cells_make(&job->problem, inside, kind, accounts / part + 1,
                                                   &mine, &count));
    AMBIT_TRY(ambit_comm_gather(job->comm, mine, count, sizeof *mine, &model->cell, &model->cells));
    model->cells = ambit_cells_merge(model->cell, model->cells);
done:
    ambit_free(&mine);
    ambit_free(&inside);
    ambit_free(&kind);
    ambit_free(&in);
    return status;
}

/* What a band's limit of territory j moves by where it opens by 1: its target, the measure that it
 * is a share of, or a mean territory's load where it is a number of units. */
static double width_of(const struct model *model, int b, int32_t j)
{
    const struct ambit_result *const r = model->result;
    const struct ambit_result_band *const band = &r->band[b];
    if (band->share_of >= 0) return (double)r->measure[band->share_of].load[j];
    if (ambit_band_is_of_target(band)) return band->target[j] * 1e6;
    return (double)r->measure[band->measure].total / r->territory_count;
}

static void set_limits(struct model *model, const double *low, const double *high)
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

/* The territories of least travel for a cell, and always the one that has it. */
static int choose_options(const struct model *model, const struct ambit_haul_table *table,
                          const struct ambit_cell *cell, int32_t *option_out, double *travel_out)
{
    int count = 0;
    for (int32_t m = 0; m < model->count; m++) {
        const struct ambit_territory *const t = &model->job->territories.item[model->territory[m]];
        const bool has_it = model->territory[m] == cell->territory;
        if (cell->kind != 0 && (cell->kind >> m & 1) == 0) continue;
        const double travel = ambit_cell_travel(table, cell, t->position);
        const double rank = has_it ? -1.0 : travel;
        int at = count < OPTIONS_MAX ? count : OPTIONS_MAX - 1;
        if (count == OPTIONS_MAX && rank >= travel_out[at]) continue;
        while (at > 0 && travel_out[at - 1] > rank) {
            option_out[at] = option_out[at - 1];
            travel_out[at] = travel_out[at - 1];
            at--;
        }
        option_out[at] = m;
        travel_out[at] = rank;
        if (count < OPTIONS_MAX) count++;
    }
    for (int o = 0; o < count; o++) {
        const struct ambit_territory *const t =
            &model->job->territories.item[model->territory[option_out[o]]];
        travel_out[o] = ambit_cell_travel(table, cell, t->position);
    }
    return count;
}

static ambit_status set_options(struct model *model)
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
        double travel[OPTIONS_MAX] = {0.0};
        const int count = choose_options(model, table, cell, option, travel);
        for (int o = 0; o < count; o++) {
            double *const load = &model->load[(model->first[c] + o) * model->rules];
            for (int r = 0; r < model->rules; r++)
                load[r] = ((double)cell->base[r] + problem->rule[r].travel_weight * travel[o]) /
                          model->scale[r];
        }
        model->first[c + 1] = model->first[c] + count;
    }
done:
    ambit_free(&table);
    return status;
}

static ambit_status build(struct model *model, const double *low, const double *high)
{
    ambit_status status = AMBIT_OK;
    const size_t limits = (size_t)model->count * (size_t)model->rules;
    const size_t options = (size_t)model->cells * OPTIONS_MAX;
    AMBIT_TRY(ambit_alloc(&model->first, (size_t)model->cells + 1, sizeof *model->first));
    AMBIT_TRY(ambit_alloc(&model->option, options, sizeof *model->option));
    AMBIT_TRY(ambit_alloc(&model->load, options * (size_t)model->rules, sizeof *model->load));
    AMBIT_TRY(ambit_alloc(&model->low, limits, sizeof *model->low));
    AMBIT_TRY(ambit_alloc(&model->high, limits, sizeof *model->high));
    AMBIT_TRY(ambit_alloc(&model->width, limits, sizeof *model->width));
    for (int r = 0; r < model->rules; r++)
        model->band[r] = model->job->problem.rule[r].band;
    set_limits(model, low, high);
    AMBIT_TRY(set_options(model));
done:
    return status;
}

/* ---- its answer ---- */

static ambit_status add(struct ambit_diagnosis *d, const struct ambit_opening *opening)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_resize(&d->opening, (size_t)d->count + 1, sizeof *d->opening));
    d->opening[d->count++] = *opening;
done:
    return status;
}

static int compare_openings(const void *a, const void *b)
{
    const struct ambit_opening *const x = a, *const y = b;
    if (x->remedy != y->remedy) return x->remedy < y->remedy ? -1 : 1;
    if (x->by != y->by) return x->by > y->by ? -1 : 1;
    if (x->band != y->band) return x->band < y->band ? -1 : 1;
    return (x->territory > y->territory) - (x->territory < y->territory);
}

/* An opening of band b in the unit of its limits. */
static double in_units(const struct model *model, int b, double by)
{
    const struct ambit_result_band *const band = &model->result->band[b];
    const bool of_mean = band->share_of < 0 && !ambit_band_is_of_target(band);
    const double unit = of_mean ? ambit_from_micro(model->result->measure[band->measure].total) /
                                      model->result->territory_count
                                : 1.0;
    return ceil(by * unit / ROUNDED) * ROUNDED;
}

/* Which limits of band b are finite: −1, 1, or 0 for both. */
static int sides_of(const struct ambit_result_band *band)
{
    return (int)ambit_band_has_upper(band) - (int)ambit_band_has_lower(band);
}

static ambit_status take_answer(const struct model *model, const struct ambit_elastic_outcome *out,
                                struct ambit_diagnosis *d)
{
    ambit_status status = AMBIT_OK;
    for (int b = 0; b < model->bands; b++) {
        const struct ambit_opening of_all = {
            .band = b, .territory = -1, .side = sides_of(&model->result->band[b])};
        struct ambit_opening opening = of_all;
        if (out->alone[b] > 0.0) {
            opening.remedy = AMBIT_REMEDY_ALONE;
            opening.by = in_units(model, b, out->alone[b]);
            AMBIT_TRY(add(d, &opening));
        }
        if (out->together[b] > 0.0) {
            opening.remedy = AMBIT_REMEDY_TOGETHER;
            opening.by = in_units(model, b, out->together[b]);
            AMBIT_TRY(add(d, &opening));
        }
    }
    for (int32_t at = 0; at < model->count * model->rules; at++) {
        const int b = model->band[at % model->rules];
        const double by = out->local[at];
        if (by == 0.0) continue;
        AMBIT_TRY(add(d, &(struct ambit_opening){.remedy = AMBIT_REMEDY_LOCAL,
                                                 .band = b,
                                                 .territory = model->territory[at / model->rules],
                                                 .side = by > 0.0 ? 1 : -1,
                                                 .by = in_units(model, b, fabs(by))}));
    }
    if (d->count > 0) qsort(d->opening, (size_t)d->count, sizeof *d->opening, compare_openings);
done:
    return status;
}

static ambit_status solve(struct model *model, const double *low, const double *high,
                          struct ambit_diagnosis **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_diagnosis *d = NULL;
    double *local = NULL, alone[2 * AMBIT_MEASURE_MAX] = {0}, together[2 * AMBIT_MEASURE_MAX] = {0};
    AMBIT_TRY(ambit_alloc(&d, 1, sizeof *d));
    *d = (struct ambit_diagnosis){.territory_count = model->count,
                                  .cell_count = (int32_t)model->cells};
    AMBIT_TRY(ambit_alloc(&local, (size_t)model->count * (size_t)model->rules, sizeof *local));
    AMBIT_TRY(build(model, low, high));
    struct ambit_elastic_outcome outcome = {alone, together, local};
    AMBIT_TRY(ambit_elastic_solve(&(struct ambit_elastic){.territory_count = model->count,
                                                          .rules = model->rules,
                                                          .bands = model->bands,
                                                          .band = model->band,
                                                          .lump_count = (int32_t)model->cells,
                                                          .first = model->first,
                                                          .territory = model->option,
                                                          .load = model->load,
                                                          .low = model->low,
                                                          .high = model->high,
                                                          .width = model->width},
                                  &outcome));
    AMBIT_TRY(take_answer(model, &outcome, d));
    *out = d;
    d = NULL;
done:
    ambit_diagnosis_destroy(&d);
    ambit_free(&local);
    return status;
}

ambit_status ambit_job_diagnose(struct ambit_job *job, const int32_t *label,
                                struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct model model = {.job = job,
                          .result = result,
                          .rules = job->problem.rule_count,
                          .bands = job->scenario.band_count};
    const size_t limits = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    int64_t total[AMBIT_RULE_MAX] = {0};
    double *low = NULL, *high = NULL;
    bool any = false;
    for (int b = 0; b < result->band_count; b++)
        any |= result->band[b].broken_count > 0;
    if (!any) return AMBIT_OK; /* it is something else that is broken */
    ambit_log_progress("diagnose", 0, 0, "");
    status = ambit_alloc(&low, limits, sizeof *low);
    if (status == AMBIT_OK) status = ambit_alloc(&high, limits, sizeof *high);
    if (status == AMBIT_OK) status = choose_territories(&model);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(low != NULL && high != NULL);
    AMBIT_TRY(ambit_job_loads(job, label, NULL, total, NULL, NULL));
    ambit_problem_sides(&job->problem, total, 0.0, low, high);
    AMBIT_TRY(gather_cells(&model, label));
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? solve(&model, low, high, &result->diagnosis)
                                      : AMBIT_OK);
done:
    clear(&model);
    ambit_free(&low);
    ambit_free(&high);
    return status;
}

/* ---- before there is a plan ---- */

static void text_of(double micro, char out[AMBIT_TEXT_MAX])
{
    ambit_text_number(micro * 1e-6, ambit_text_decimals(micro * 1e-6), out);
}

/* What all territories together may have at least and at most of rule r. */
static void foresee_sums(const struct ambit_job *job, int r, double total, const double *low,
                         const double *high)
{
    const struct ambit_band *const band = &job->scenario.band[job->problem.rule[r].band];
    const char *const name = job->scenario.measure[band->measure].name;
    const size_t rules = (size_t)job->problem.rule_count;
    const size_t cells = (size_t)job->territories.count * rules;
    double least = 0.0, most = 0.0;
    char limit[AMBIT_TEXT_MAX], all[AMBIT_TEXT_MAX];
    for (size_t at = (size_t)r; at < cells; at += rules) {
        least += low[at];
        most += high[at];
    }
    text_of(total, all);
    if (most < total * (1.0 - HAIR)) {
        text_of(most, limit);
        ambit_log_warning("%s:%d:%d: bands.%s: no plan can meet it: all territories together may "
                          "have %s at most, the accounts have %s%s",
                          job->scenario.path, band->line, band->column, name, limit, all,
                          job->problem.rule[r].travel_weight > 0.0 ? " without travel" : "");
    }
    if (job->problem.rule[r].travel_weight == 0.0 && least > total * (1.0 + HAIR)) {
        text_of(least, limit);
        ambit_log_warning("%s:%d:%d: bands.%s: no plan can meet it: all territories together must "
                          "have %s at least, the accounts have %s",
                          job->scenario.path, band->line, band->column, name, limit, all);
    }
}

/* Accounts that are more than any territory may have, and the largest of them. */
static void foresee_heavy(struct ambit_job *job, int r, const double *high)
{
    const struct ambit_band *const band = &job->scenario.band[job->problem.rule[r].band];
    const size_t rules = (size_t)job->problem.rule_count;
    double most = 0.0;
    int64_t heavy = 0, largest = 0, holder = INT64_MAX;
    char id[AMBIT_NAME_MAX] = "", load[AMBIT_TEXT_MAX], limit[AMBIT_TEXT_MAX];
    for (int32_t j = 0; j < job->territories.count; j++)
        most = fmax(most, high[(size_t)j * rules + (size_t)r]);
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int64_t own = job->problem.base[r][i];
        heavy += (double)own > most * (1.0 + HAIR);
        if (own > largest) largest = own;
    }
    ambit_comm_sum_i64(job->comm, &heavy, 1);
    ambit_comm_max_i64(job->comm, &largest, 1);
    if (heavy == 0) return;
    for (int32_t i = job->accounts.count - 1; i >= 0; i--) {
        if (job->problem.base[r][i] != largest) continue;
        holder = ambit_comm_rank(job->comm);
        (void)snprintf(id, sizeof id, "%.*s", job->accounts.id_width,
                       &job->accounts.id[(size_t)i * (size_t)job->accounts.id_width]);
    }
    ambit_comm_min_i64(job->comm, &holder, 1);
    ambit_comm_broadcast(job->comm, id, sizeof id, (int)holder);
    text_of((double)largest, load);
    text_of(most, limit);
    ambit_log_warning("%s:%d:%d: bands.%s: no plan can meet it: %lld account%s alone more than any "
                      "territory may have (%s); the largest is %s with %s",
                      job->scenario.path, band->line, band->column,
                      job->scenario.measure[band->measure].name, (long long)heavy,
                      heavy == 1 ? " is" : "s are each", limit, id, load);
}

ambit_status ambit_job_foresee(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const int rules = job->problem.rule_count;
    const size_t limits = (size_t)job->territories.count * (size_t)rules;
    int64_t total[AMBIT_RULE_MAX] = {0};
    double *low = NULL, *high = NULL;
    if (rules == 0) return AMBIT_OK;
    status = ambit_alloc(&low, limits, sizeof *low);
    if (status == AMBIT_OK) status = ambit_alloc(&high, limits, sizeof *high);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(low != NULL && high != NULL);
    for (int r = 0; r < rules; r++)
        for (int32_t i = 0; i < job->accounts.count; i++)
            total[r] += job->problem.base[r][i];
    ambit_comm_sum_i64(job->comm, total, rules);
    ambit_problem_sides(&job->problem, total, 0.0, low, high);
    for (int r = 0; r < rules; r++) {
        const struct ambit_rule *const rule = &job->problem.rule[r];
        const struct ambit_band *const band = &job->scenario.band[rule->band];
        const bool grows = rule->travel_weight != 0.0; /* and a target of it with the travel */
        if (band->relax || band->share_of >= 0) continue;
        if (grows && rule->upper.kind != AMBIT_SIDE_ABSOLUTE) continue;
        foresee_sums(job, r, (double)total[r], low, high);
        if (rule->upper.kind != AMBIT_SIDE_NONE) foresee_heavy(job, r, high);
    }
done:
    ambit_free(&low);
    ambit_free(&high);
    return status;
}
