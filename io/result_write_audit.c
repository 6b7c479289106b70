/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An audit's figures in its result file, to be opened in pandas and the like: a column a figure
 * along the territories with the nation's value beside it, the user's own apart, the balance of
 * measures, and what calls for action in words. Nothing of it is read back but to be compared: it
 * follows from the rest of the file and its inputs.
 */
#include "engine/base/memory.h"
#include "engine/model/kpi.h"
#include "io/h5_compare.h"
#include "io/kpi_words.h"
#include "io/result_hdf5.h"
#include "io/result_parts.h"

#include <stdio.h>
#include <string.h>

#define SCALE "/audit/territory"

static ambit_status put_figure(struct ambit_h5 *h5, const struct ambit_figure *f, int32_t count,
                               const char *group)
{
    ambit_status status = AMBIT_OK;
    char link[AMBIT_LINK_MAX], path[AMBIT_H5_PATH_MAX];
    ambit_result_link(h5, group, f->name, link);
    ambit_h5_join(group, link, path);
    AMBIT_TRY(
        ambit_h5_put_column(h5, path,
                            &(struct ambit_h5_column){.kind = AMBIT_H5_F64,
                                                      .count = count,
                                                      .data = f->value,
                                                      .units = f->unit[0] != '\0' ? f->unit : "1",
                                                      .long_name = f->label,
                                                      .scale = SCALE}));
    AMBIT_TRY(ambit_h5_put_attribute(h5, path, "nation", AMBIT_H5_F64, 0, 0, &f->nation));
done:
    return status;
}

static ambit_status put_balance(struct ambit_h5 *h5, const struct ambit_balance *b)
{
    ambit_status status = AMBIT_OK;
    static const char group[] = "/audit/balance";
    char link[AMBIT_LINK_MAX], path[AMBIT_H5_PATH_MAX];
    ambit_result_link(h5, group, b->name, link);
    ambit_h5_join(group, link, path);
    AMBIT_TRY(ambit_h5_put_group(h5, path));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, path, "max_deviation", AMBIT_H5_F64, 0, 0, &b->max_deviation));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, path, "standard_deviation", AMBIT_H5_F64, 0, 0, &b->deviation));
    AMBIT_TRY(ambit_h5_put_attribute(h5, path, "gini", AMBIT_H5_F64, 0, 0, &b->gini));
    AMBIT_TRY(ambit_h5_put_attribute(h5, path, "spread", AMBIT_H5_F64, 0, 0, &b->spread));
done:
    return status;
}

enum { TRIGGER_KIND, TRIGGER_TERRITORY, TRIGGER_EVIDENCE, TRIGGER_ACTION, TRIGGER_COLUMNS };

static void trigger_text(const struct ambit_result *r, const struct ambit_trigger *t, int column,
                         char out[AMBIT_WORDS_MAX])
{
    switch (column) {
    case TRIGGER_KIND:
        (void)snprintf(out, AMBIT_WORDS_MAX, "%s", ambit_trigger_name(t->kind));
        break;
    case TRIGGER_TERRITORY:
        (void)snprintf(out, AMBIT_WORDS_MAX, "%s",
                       t->territory >= 0 ? r->territories[t->territory].name : "");
        break;
    case TRIGGER_EVIDENCE:
        ambit_trigger_evidence(r, t, out);
        break;
    default:
        ambit_trigger_action(r, t, out);
        break;
    }
}

static ambit_status put_triggers(struct ambit_h5 *h5, const struct ambit_result *r)
{
    static const char *const paths[TRIGGER_COLUMNS] = {
        "/audit/triggers/kind", "/audit/triggers/territory", "/audit/triggers/evidence",
        "/audit/triggers/action"};
    static const char *const long_names[TRIGGER_COLUMNS] = {
        "gaps, overlaps, band, travel or spread",
        "territory; empty for gaps, overlaps and a spread", "what was found",
        "what would be done about it"};
    ambit_status status = AMBIT_OK;
    const struct ambit_kpi *const k = r->kpi;
    char *texts = NULL;
    AMBIT_TRY(ambit_h5_put_group(h5, "/audit/triggers"));
    AMBIT_TRY(ambit_h5_put_scale(h5, "/audit/triggers/trigger", k->trigger_count,
                                 "index of the trigger, the worst first"));
    AMBIT_TRY(ambit_alloc(&texts, (size_t)k->trigger_count, AMBIT_WORDS_MAX));
    for (int c = 0; c < TRIGGER_COLUMNS; c++) {
        if (k->trigger_count > 0) memset(texts, 0, (size_t)k->trigger_count * AMBIT_WORDS_MAX);
        for (int64_t n = 0; n < k->trigger_count; n++)
            trigger_text(r, &k->trigger[n], c, texts + n * AMBIT_WORDS_MAX);
        AMBIT_TRY(ambit_h5_put_column(h5, paths[c],
                                      &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                                .width = AMBIT_WORDS_MAX,
                                                                .count = k->trigger_count,
                                                                .data = texts,
                                                                .long_name = long_names[c],
                                                                .scale = "/audit/triggers/"
                                                                         "trigger"}));
    }
done:
    ambit_free(&texts);
    return status;
}

/* ---- gaps and overlaps ---- */

/* The totals of a list beside its accounts. */
static ambit_status put_totals(struct ambit_h5 *h5, const char *group,
                               const struct ambit_cover_list *list)
{
    ambit_status status = AMBIT_OK;
    const double accounts = (double)list->count;
    AMBIT_TRY(ambit_h5_put_group(h5, group));
    AMBIT_TRY(ambit_h5_put_attribute(h5, group, "total_accounts", AMBIT_H5_F64, 0, 0, &accounts));
    AMBIT_TRY(ambit_h5_put_attribute(h5, group, "total_work", AMBIT_H5_F64, 0, 0, &list->work));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, group, "total_potential", AMBIT_H5_F64, 0, 0, &list->potential));
done:
    return status;
}

/* A column of numbers or texts of what is listed. */
static ambit_status put_listed(struct ambit_h5 *h5, const char *group, const char *name,
                               enum ambit_h5_kind kind, const void *data, int32_t count,
                               const char *units, const char *long_name)
{
    char path[AMBIT_H5_PATH_MAX], scale[AMBIT_H5_PATH_MAX];
    ambit_h5_join(group, name, path);
    ambit_h5_join(group, "account", scale);
    return ambit_h5_put_column(
        h5, path,
        &(struct ambit_h5_column){.kind = kind,
                                  .width = kind == AMBIT_H5_TEXT ? AMBIT_WORDS_MAX : 0,
                                  .count = count,
                                  .data = data,
                                  .units = units,
                                  .long_name = long_name,
                                  .scale = scale});
}

static ambit_status put_cover_list(struct ambit_h5 *h5, const struct ambit_result *r,
                                   const char *group, const struct ambit_cover_list *list)
{
    ambit_status status = AMBIT_OK;
    const int32_t n = list->listed;
    const bool gaps = list == &r->kpi->cover.gaps;
    double work[AMBIT_COVER_LISTED], potential[AMBIT_COVER_LISTED], last[AMBIT_COVER_LISTED];
    char(*text)[AMBIT_WORDS_MAX] = NULL, (*id)[AMBIT_WORDS_MAX] = NULL;
    char scale[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_alloc(&text, (size_t)n, sizeof *text));
    AMBIT_TRY(ambit_alloc(&id, (size_t)n, sizeof *id));
    for (int32_t k = 0; k < n; k++) {
        const struct ambit_cover_entry *const e = &list->entry[k];
        work[k] = e->work;
        potential[k] = e->potential;
        last[k] = gaps ? e->nearest_km : (double)e->claim_count;
        (void)snprintf(id[k], sizeof id[k], "%s", e->id);
        if (gaps)
            (void)snprintf(text[k], sizeof text[k], "%s", r->territories[e->nearest].name);
        else
            ambit_claims_text(r, e, text[k]);
    }
    AMBIT_TRY(put_totals(h5, group, list));
    ambit_h5_join(group, "account", scale);
    AMBIT_TRY(ambit_h5_put_scale(h5, scale, n, "index of the account, most work first"));
    AMBIT_TRY(put_listed(h5, group, "account_id", AMBIT_H5_TEXT, id, n, "1", "account"));
    AMBIT_TRY(put_listed(h5, group, "work", AMBIT_H5_F64, work, n, "h", "its work a year"));
    AMBIT_TRY(put_listed(h5, group, "potential", AMBIT_H5_F64, potential, n, "1", "its potential"));
    AMBIT_TRY(put_listed(h5, group, gaps ? "nearest" : "territories", AMBIT_H5_TEXT, text, n, "1",
                         gaps ? "territory whose centre is nearest"
                              : "territories that claim it; it is scored in the first"));
    AMBIT_TRY(put_listed(h5, group, gaps ? "nearest_km" : "claims", AMBIT_H5_F64, last, n,
                         gaps ? "km" : "1",
                         gaps ? "way to that centre" : "how many territories claim it"));
done:
    ambit_free(&text);
    ambit_free(&id);
    return status;
}

/* Of a plan that has every account in one territory there is nothing to say. */
static ambit_status put_cover(struct ambit_h5 *h5, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    static const char gaps[] = "/audit/gaps", overlaps[] = "/audit/overlaps";
    const struct ambit_cover *const cover = &r->kpi->cover;
    const double unknown = (double)cover->unknown_count;
    if (cover->overlaps.count > 0) AMBIT_TRY(put_cover_list(h5, r, overlaps, &cover->overlaps));
    if (cover->gaps.count == 0) return AMBIT_OK;
    AMBIT_TRY(put_cover_list(h5, r, gaps, &cover->gaps));
    AMBIT_TRY(ambit_h5_put_attribute(h5, gaps, "total_unknown", AMBIT_H5_F64, 0, 0, &unknown));
done:
    return status;
}

ambit_status ambit_result_put_audit(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_kpi *const k = result->kpi;
    if (k == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_h5_put_group(h5, "/audit"));
    AMBIT_TRY(ambit_h5_put_scale(h5, SCALE, result->territory_count, "index into /territories"));
    AMBIT_TRY(ambit_h5_put_group(h5, "/audit/figures"));
    AMBIT_TRY(ambit_h5_put_group(h5, "/audit/kpi"));
    for (int f = 0; f < k->figure_count; f++)
        AMBIT_TRY(put_figure(h5, &k->figure[f], result->territory_count,
                             k->figure[f].is_own ? "/audit/kpi" : "/audit/figures"));
    AMBIT_TRY(ambit_h5_put_group(h5, "/audit/balance"));
    for (int m = 0; m < k->balance_count; m++)
        AMBIT_TRY(put_balance(h5, &k->balance[m]));
    AMBIT_TRY(put_cover(h5, result));
    AMBIT_TRY(put_triggers(h5, result));
done:
    return status;
}

ambit_status ambit_result_compare_audit(const char *path, const struct ambit_result *result,
                                        void (*differ)(void *self, const char *words), void *self)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *stored = NULL, *found = NULL;
    AMBIT_TRY(ambit_h5_open(path, "result", &stored));
    AMBIT_TRY(ambit_h5_create_scratch(&found));
    AMBIT_TRY(ambit_result_put_audit(found, result));
    AMBIT_TRY(ambit_h5_compare(stored, found, "/audit", differ, self));
done:
    ambit_h5_destroy(&stored);
    ambit_h5_destroy(&found);
    return status;
}
