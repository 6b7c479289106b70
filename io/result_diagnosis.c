/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What would do where bands or rules are broken, one opening a row; what was found; and why no plan
 * was sought at all. Writer and reader walk the same tables. Names stand for indices, so that a
 * table says what it means by itself.
 */
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "engine/model/refusal.h"
#include "io/h5_compare.h"
#include "io/result_hdf5.h"
#include "io/result_parts.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define GROUP "/diagnosis"
#define FINDINGS "/findings"
#define REFUSED "/refused"
#define REMEDIES REFUSED "/remedies"

enum { ROWS_MAX = 1 << 24, WIDTH = 2 * AMBIT_NAME_MAX };

/* An opening as it is stored. */
struct row {
    enum ambit_remedy remedy;
    enum ambit_relaxed what;
    char band[WIDTH], budget[WIDTH], territory[WIDTH], side[WIDTH];
    int32_t budget_cell;
    double by, was, limit;
    char unit[AMBIT_NAME_MAX];
    int64_t accounts, of;
};

#define MEMBER(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)
#define COLUMN(name, kind, type, member, units, words)                                             \
    {                                                                                              \
        name, AMBIT_FIELD_##kind, MEMBER(type, member), units, words, NULL                         \
    }
#define WORDS(name, type, member, words, word)                                                     \
    {                                                                                              \
        name, AMBIT_FIELD_WORD, MEMBER(type, member), NULL, words, word                            \
    }
#define FIELDS(table)                                                                              \
    {                                                                                              \
        table, (int)(sizeof(table) / sizeof(table)[0])                                             \
    }

static const struct ambit_field row_fields[] = {
    WORDS("remedy", row, remedy,
          "alone: one row is enough; together, kept, local: all such rows are", ambit_remedy_name),
    WORDS(
        "rule", row, what,
        "what is relaxed: a band, a budget, or a rule on who may serve whom, on centres or pieces",
        ambit_relaxed_name),
    COLUMN("band", TEXT, row, band, NULL, "band that opens"),
    COLUMN("budget", TEXT, row, budget, NULL, "budget that is raised"),
    COLUMN("territory", TEXT, row, territory, NULL,
           "territory whose limit opens, or whose rule is relaxed; empty: every one"),
    COLUMN("side", TEXT, row, side, NULL, "limit that opens"),
    COLUMN("budget_limit", I32, row, budget_cell, "1",
           "index of that budget's limit into the limits of /disruption; -1 where it is none"),
    COLUMN("by", F64, row, by, "1",
           "opening: part of the target, of a budget's total, of reach or of separation, part of "
           "the measure of a share, units of the band, or part of the accounts that a rule holds"),
    COLUMN("was", F64, row, was, "1",
           "what a budget allows, or reach or separation is, in its own unit"),
    COLUMN("limit", F64, row, limit, "1", "what that budget, reach or separation would have to be"),
    COLUMN("unit", TEXT, row, unit, NULL, "unit of those two"),
    COLUMN("accounts", I64, row, accounts, "1",
           "accounts that would be let go by the rule; 0 for bands, budgets and separation"),
    COLUMN("of_accounts", I64, row, of, "1",
           "accounts, or free centres, of the model that the rule holds"),
};
static const struct ambit_fields row_layout = FIELDS(row_fields);

static const struct ambit_field finding_fields[] = {
    WORDS("reason", ambit_finding, reason, "what cannot be", ambit_reason_name),
    COLUMN("territory", TEXT, ambit_finding, territory, NULL, "whose it is; may be empty"),
    COLUMN("other", TEXT, ambit_finding, other, NULL, "the other territory of a pair"),
    COLUMN("measure", TEXT, ambit_finding, measure, NULL, "measure of the band"),
    COLUMN("account", TEXT, ambit_finding, account, NULL, "id of the first or largest account"),
    COLUMN("accounts", I64, ambit_finding, accounts, "1",
           "accounts that it is about, or groups, centres, pairs of these"),
    COLUMN("has", F64, ambit_finding, has, "1", "what there is: in units, km, hours or a number"),
    COLUMN("limit", F64, ambit_finding, limit, "1", "what there should be, in the same"),
};
static const struct ambit_fields finding_layout = FIELDS(finding_fields);

static const struct ambit_field remedy_fields[] = {
    COLUMN("finding", I32, ambit_refusal_remedy, finding, "1", "index into the findings"),
    COLUMN("set", I32, ambit_refusal_remedy, set, "1",
           "all steps of a set are enough for their finding, and any set of it is"),
    WORDS("rule", ambit_refusal_remedy, opening.what, "what is relaxed", ambit_relaxed_name),
    COLUMN("territory", TEXT, ambit_refusal_remedy, territory, NULL, "whose it is; may be empty"),
    COLUMN("measure", TEXT, ambit_refusal_remedy, measure, NULL, "measure of the band"),
    COLUMN("by", F64, ambit_refusal_remedy, opening.by, "1", "opening, as in /diagnosis"),
    COLUMN("was", F64, ambit_refusal_remedy, opening.was, "1", "what the limit is"),
    COLUMN("limit", F64, ambit_refusal_remedy, opening.limit, "1", "what it would have to be"),
    COLUMN("unit", TEXT, ambit_refusal_remedy, opening.unit, NULL, "unit of those two"),
    COLUMN("accounts", I64, ambit_refusal_remedy, opening.accounts, "1",
           "accounts that would be let go"),
    COLUMN("of_accounts", I64, ambit_refusal_remedy, opening.of, "1", "accounts that it holds"),
    COLUMN("words", TEXT, ambit_refusal_remedy, text, NULL, "what is to be done"),
};
static const struct ambit_fields remedy_layout = FIELDS(remedy_fields);

/* ---- findings ---- */

static ambit_status put_findings(struct ambit_h5 *h5, const char *parent,
                                 const struct ambit_finding *finding, int32_t count)
{
    char group[AMBIT_H5_PATH_MAX];
    if (count == 0) return AMBIT_OK;
    (void)snprintf(group, sizeof group, "%s%s", parent, FINDINGS);
    return ambit_result_put_rows(h5, group, "finding", "index of the finding", &finding_layout,
                                 finding, sizeof *finding, count);
}

static ambit_status get_findings(struct ambit_h5 *h5, const char *parent,
                                 struct ambit_finding **finding_out, int32_t *count_out)
{
    ambit_status status = AMBIT_OK;
    char group[AMBIT_H5_PATH_MAX], scale[AMBIT_H5_PATH_MAX];
    int64_t count = 0;
    (void)snprintf(group, sizeof group, "%s%s", parent, FINDINGS);
    if (!ambit_h5_has(h5, group)) return AMBIT_OK;
    ambit_h5_join(group, "finding", scale);
    AMBIT_TRY(ambit_result_get_count(h5, scale, ROWS_MAX, &count));
    AMBIT_TRY(ambit_alloc(finding_out, (size_t)count, sizeof **finding_out));
    *count_out = (int32_t)count;
    AMBIT_TRY(ambit_result_get_rows(h5, group, &finding_layout, count, *finding_out,
                                    sizeof **finding_out));
done:
    return status;
}

/* ---- what would do ---- */

static void row_of(const struct ambit_result *r, const struct ambit_opening *o, struct row *row)
{
    *row = (struct row){.remedy = o->remedy,
                        .what = o->what,
                        .budget_cell = o->budget_cell,
                        .by = o->by,
                        .was = o->was,
                        .limit = o->limit,
                        .accounts = o->accounts,
                        .of = o->of};
    if (o->band >= 0) (void)snprintf(row->band, WIDTH, "%s", r->band[o->band].label);
    if (o->band >= 0) (void)snprintf(row->side, WIDTH, "%s", ambit_side_name(o->side));
    if (o->budget_cell >= 0)
        (void)snprintf(row->budget, WIDTH, "%s",
                       r->budget[r->budget_cell[o->budget_cell].budget].name);
    if (o->territory >= 0)
        (void)snprintf(row->territory, WIDTH, "%s", r->territories[o->territory].name);
    (void)snprintf(row->unit, sizeof row->unit, "%s", o->unit);
}

ambit_status ambit_result_put_diagnosis(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_diagnosis *const d = result->diagnosis;
    struct row *row = NULL;
    if (d == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&row, (size_t)d->count, sizeof *row));
    for (int32_t n = 0; n < d->count; n++)
        row_of(result, &d->opening[n], &row[n]);
    AMBIT_TRY(ambit_result_put_rows(h5, GROUP, "opening", "index of the opening", &row_layout, row,
                                    sizeof *row, d->count));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, GROUP, "territories", AMBIT_H5_I32, 0, 0, &d->territory_count));
    AMBIT_TRY(ambit_h5_put_attribute(h5, GROUP, "cells", AMBIT_H5_I32, 0, 0, &d->cell_count));
    AMBIT_TRY(put_findings(h5, GROUP, d->finding, d->finding_count));
done:
    ambit_free(&row);
    return status;
}

static int find_band(const struct ambit_result *r, const char *label)
{
    int b = 0;
    while (b < r->band_count && strcmp(r->band[b].label, label) != 0)
        b++;
    return b;
}

static int32_t find_territory(const struct ambit_result *r, const char *name)
{
    int32_t j = 0;
    while (j < r->territory_count && strcmp(r->territories[j].name, name) != 0)
        j++;
    return j;
}

/* Words of no side are taken for the last. */
static int side_of(const char *word)
{
    int side = -1;
    while (side < 1 && strcmp(ambit_side_name(side), word) != 0)
        side++;
    return side;
}

static ambit_status take_row(struct ambit_h5 *h5, const struct ambit_result *r,
                             const struct row *row, struct ambit_opening *o)
{
    ambit_status status = AMBIT_OK;
    *o = (struct ambit_opening){
        .remedy = row->remedy,
        .what = row->what,
        .band = row->band[0] != '\0' ? find_band(r, row->band) : -1,
        .budget_cell = row->budget_cell,
        .territory = row->territory[0] != '\0' ? find_territory(r, row->territory) : -1,
        .by = row->by,
        .was = row->was,
        .limit = row->limit,
        .accounts = row->accounts,
        .of = row->of};
    (void)snprintf(o->unit, sizeof o->unit, "%s", row->unit);
    if (o->band >= 0) o->side = side_of(row->side);
    if (o->band >= r->band_count)
        AMBIT_TRY(ambit_h5_damaged(h5, GROUP, "expected a band, found '%s'", row->band));
    if (o->territory >= r->territory_count)
        AMBIT_TRY(ambit_h5_damaged(h5, GROUP, "expected a territory, found '%s'", row->territory));
    if (o->budget_cell < -1 || o->budget_cell >= r->budget_cell_count)
        AMBIT_TRY(ambit_h5_damaged(h5, GROUP, "expected a limit of disruption, found %d",
                                   (int)o->budget_cell));
done:
    return status;
}

ambit_status ambit_result_get_diagnosis(struct ambit_h5 *h5, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct row *row = NULL;
    int64_t count = 0;
    if (!ambit_h5_has(h5, GROUP)) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&result->diagnosis, 1, sizeof *result->diagnosis));
    struct ambit_diagnosis *const d = result->diagnosis;
    AMBIT_TRY(
        ambit_h5_get_attribute(h5, GROUP, "territories", AMBIT_H5_I32, 0, 0, &d->territory_count));
    AMBIT_TRY(ambit_h5_get_attribute(h5, GROUP, "cells", AMBIT_H5_I32, 0, 0, &d->cell_count));
    AMBIT_TRY(ambit_result_get_count(h5, GROUP "/opening", ROWS_MAX, &count));
    AMBIT_TRY(ambit_alloc(&row, (size_t)count, sizeof *row));
    AMBIT_TRY(ambit_alloc(&d->opening, (size_t)count, sizeof *d->opening));
    AMBIT_TRY(ambit_result_get_rows(h5, GROUP, &row_layout, count, row, sizeof *row));
    for (; d->count < count; d->count++)
        AMBIT_TRY(take_row(h5, result, &row[d->count], &d->opening[d->count]));
    AMBIT_TRY(get_findings(h5, GROUP, &d->finding, &d->finding_count));
done:
    ambit_free(&row);
    return status;
}

ambit_status ambit_result_compare_diagnosis(const struct ambit_result *stored,
                                            const struct ambit_result *found,
                                            void (*differ)(void *self, const char *words),
                                            void *self)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_diagnosis *const x = stored->diagnosis, *const y = found->diagnosis;
    struct ambit_h5 *a = NULL, *b = NULL;
    AMBIT_TRY(ambit_h5_create_scratch(&a));
    AMBIT_TRY(ambit_h5_create_scratch(&b));
    AMBIT_TRY(ambit_result_put_diagnosis(a, stored));
    AMBIT_TRY(ambit_result_put_diagnosis(b, found));
    AMBIT_TRY(ambit_h5_compare(a, b, GROUP, differ, self));
    if (x != NULL && y != NULL &&
        (x->territory_count != y->territory_count || x->cell_count != y->cell_count))
        differ(self, GROUP ": the file says another number of territories or cells");
done:
    ambit_h5_destroy(&a);
    ambit_h5_destroy(&b);
    return status;
}

/* ---- why no plan was sought ---- */

ambit_status ambit_result_put_refusal(struct ambit_h5 *h5, const struct ambit_refusal *refusal)
{
    ambit_status status = AMBIT_OK;
    if (refusal == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_h5_put_group(h5, REFUSED));
    AMBIT_TRY(put_findings(h5, REFUSED, refusal->finding, refusal->finding_count));
    AMBIT_TRY(ambit_result_put_rows(h5, REMEDIES, "remedy", "index of the step", &remedy_layout,
                                    refusal->remedy, sizeof *refusal->remedy,
                                    refusal->remedy_count));
done:
    return status;
}

ambit_status ambit_result_get_refusal(struct ambit_h5 *h5, struct ambit_refusal **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_refusal *r = NULL;
    int64_t count = 0;
    if (!ambit_h5_has(h5, REFUSED)) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&r, 1, sizeof *r));
    AMBIT_TRY(get_findings(h5, REFUSED, &r->finding, &r->finding_count));
    AMBIT_TRY(ambit_result_get_count(h5, REMEDIES "/remedy", ROWS_MAX, &count));
    AMBIT_TRY(ambit_alloc(&r->remedy, (size_t)count, sizeof *r->remedy));
    r->remedy_count = (int32_t)count;
    AMBIT_TRY(
        ambit_result_get_rows(h5, REMEDIES, &remedy_layout, count, r->remedy, sizeof *r->remedy));
    *out = r;
    r = NULL;
done:
    ambit_refusal_destroy(&r);
    return status;
}
