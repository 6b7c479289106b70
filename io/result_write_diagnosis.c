/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What would do where bands are broken, one opening a row. Like rounds, a record of the run: it is
 * not read back.
 */
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "io/result_parts.h"

#include <stdio.h>
#include <string.h>

#define SCALE "/diagnosis/opening"

enum { WIDTH = 2 * AMBIT_NAME_MAX, REMEDY = 0, RULE, BAND, BUDGET, TERRITORY, SIDE, TEXTS };
enum { BY, WAS, LIMIT, NUMBERS };
enum { ACCOUNTS, OF, COUNTS };

static const char *text_of(const struct ambit_result *r, const struct ambit_opening *o, int column)
{
    switch (column) {
    case REMEDY:
        return ambit_remedy_name(o->remedy);
    case RULE:
        return ambit_relaxed_name(o->what);
    case BAND:
        return o->band >= 0 ? r->band[o->band].label : "";
    case BUDGET:
        return o->budget_cell >= 0 ? r->budget[r->budget_cell[o->budget_cell].budget].name : "";
    case TERRITORY:
        return o->territory >= 0 ? r->territories[o->territory].name : "";
    default:
        return o->band >= 0 ? ambit_side_name(o->side) : "";
    }
}

static ambit_status put_texts(struct ambit_h5 *h5, const struct ambit_result *result)
{
    static const char *const paths[TEXTS] = {"/diagnosis/remedy",    "/diagnosis/rule",
                                             "/diagnosis/band",      "/diagnosis/budget",
                                             "/diagnosis/territory", "/diagnosis/side"};
    static const char *const long_names[TEXTS] = {
        "alone: one row is enough; together, kept, local: all such rows are",
        "what is relaxed: a band, a budget, or a rule on who may serve whom",
        "band that opens",
        "budget that is raised",
        "territory whose limit opens, or whose rule is relaxed; empty: every one",
        "limit that opens"};
    ambit_status status = AMBIT_OK;
    const struct ambit_diagnosis *const d = result->diagnosis;
    char *texts = NULL;
    AMBIT_TRY(ambit_alloc(&texts, (size_t)d->count, WIDTH));
    for (int c = 0; c < TEXTS; c++) {
        if (d->count > 0) memset(texts, 0, (size_t)d->count * WIDTH);
        for (int32_t n = 0; n < d->count; n++)
            (void)snprintf(texts + (size_t)n * WIDTH, WIDTH, "%s",
                           text_of(result, &d->opening[n], c));
        AMBIT_TRY(ambit_h5_put_column(h5, paths[c],
                                      &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                                .width = WIDTH,
                                                                .count = d->count,
                                                                .data = texts,
                                                                .long_name = long_names[c],
                                                                .scale = SCALE}));
    }
done:
    ambit_free(&texts);
    return status;
}

static ambit_status put_numbers(struct ambit_h5 *h5, const struct ambit_diagnosis *d)
{
    static const char *const paths[NUMBERS] = {"/diagnosis/by", "/diagnosis/was",
                                               "/diagnosis/limit"};
    static const char *const long_names[NUMBERS] = {
        "opening: part of the target, of a budget's total or of reach, part of the measure of a "
        "share, units of the band, or part of the accounts that a rule holds",
        "what a budget allows, or reach is, in its own unit",
        "what that budget or reach would have to be"};
    ambit_status status = AMBIT_OK;
    double *value = NULL;
    AMBIT_TRY(ambit_alloc(&value, (size_t)d->count, sizeof *value));
    for (int c = 0; c < NUMBERS; c++) {
        for (int32_t n = 0; n < d->count; n++) {
            const struct ambit_opening *const o = &d->opening[n];
            value[n] = c == BY ? o->by : c == WAS ? o->was : o->limit;
        }
        AMBIT_TRY(ambit_h5_put_column(h5, paths[c],
                                      &(struct ambit_h5_column){.kind = AMBIT_H5_F64,
                                                                .count = d->count,
                                                                .data = value,
                                                                .units = "1",
                                                                .long_name = long_names[c],
                                                                .scale = SCALE}));
    }
done:
    ambit_free(&value);
    return status;
}

static ambit_status put_counts(struct ambit_h5 *h5, const struct ambit_diagnosis *d)
{
    static const char *const paths[COUNTS] = {"/diagnosis/accounts", "/diagnosis/of_accounts"};
    static const char *const long_names[COUNTS] = {
        "accounts that would be let go by the rule; 0 for bands and budgets",
        "accounts of the model that the rule holds"};
    ambit_status status = AMBIT_OK;
    int64_t *value = NULL;
    AMBIT_TRY(ambit_alloc(&value, (size_t)d->count, sizeof *value));
    for (int c = 0; c < COUNTS; c++) {
        for (int32_t n = 0; n < d->count; n++)
            value[n] = c == ACCOUNTS ? d->opening[n].accounts : d->opening[n].of;
        AMBIT_TRY(ambit_h5_put_column(h5, paths[c],
                                      &(struct ambit_h5_column){.kind = AMBIT_H5_I64,
                                                                .count = d->count,
                                                                .data = value,
                                                                .units = "1",
                                                                .long_name = long_names[c],
                                                                .scale = SCALE}));
    }
done:
    ambit_free(&value);
    return status;
}

ambit_status ambit_result_put_diagnosis(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_diagnosis *const d = result->diagnosis;
    if (d == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_h5_put_group(h5, "/diagnosis"));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/diagnosis", "territories", AMBIT_H5_I32, 0, 0,
                                     &d->territory_count));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, "/diagnosis", "cells", AMBIT_H5_I32, 0, 0, &d->cell_count));
    AMBIT_TRY(ambit_h5_put_scale(h5, SCALE, d->count, "index of the opening"));
    AMBIT_TRY(put_texts(h5, result));
    AMBIT_TRY(put_numbers(h5, d));
    AMBIT_TRY(put_counts(h5, d));
done:
    return status;
}
