/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figures of an audit as JSON. The user's own figures stand apart, for they may have any name.
 */
#include "engine/model/kpi.h"
#include "io/kpi_words.h"
#include "io/report_json.h"
#include "io/report_kpi.h"

#include <math.h>

/* Appends to a list; both are dropped where that fails, and NULL is left. */
static void push(json_t **list, json_t *item)
{
    if (*list == NULL) {
        json_decref(item);
    } else if (json_array_append_new(*list, item) != 0) {
        json_decref(*list);
        *list = NULL;
    }
}

static json_t *figures_json(const struct ambit_kpi *k, bool own)
{
    json_t *list = json_array();
    for (int n = 0; n < k->figure_count; n++) {
        const struct ambit_figure *const f = &k->figure[n];
        if (f->is_own != own) continue;
        json_t *const healthy = isnan(f->healthy_low)
                                    ? json_null()
                                    : json_pack("[f, f]", f->healthy_low, f->healthy_high);
        push(&list, json_pack("{s:s, s:s, s:s, s:b, s:o, s:o}", "name", f->name, "label", f->label,
                              "unit", f->unit, "share", f->kind == AMBIT_FIGURE_SHARE, "healthy",
                              healthy, "nation", ambit_json_number(f->nation)));
    }
    return list;
}

/* The values of a territory by name. */
static json_t *values_json(const struct ambit_kpi *k, int32_t j, bool own)
{
    json_t *const values = json_object();
    bool good = values != NULL;
    for (int n = 0; n < k->figure_count && good; n++)
        if (k->figure[n].is_own == own)
            good = json_object_set_new(values, k->figure[n].name,
                                       ambit_json_number(k->figure[n].value[j])) == 0;
    if (good) return values;
    json_decref(values);
    return NULL;
}

static json_t *territories_json(const struct ambit_result *r)
{
    json_t *list = json_array();
    for (int32_t j = 0; j < r->territory_count; j++)
        push(&list, json_pack("{s:s, s:s, s:o, s:o}", "territory", r->territories[j].name, "rep",
                              r->territories[j].rep_id, "figures", values_json(r->kpi, j, false),
                              "kpi", values_json(r->kpi, j, true)));
    return list;
}

static json_t *balance_json(const struct ambit_result *r)
{
    json_t *list = json_array();
    for (int m = 0; m < r->kpi->balance_count; m++) {
        const struct ambit_balance *const b = &r->kpi->balance[m];
        push(&list,
             json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:s, s:o, s:s, s:o}", "measure",
                       b->name, "unit", b->unit, "max_deviation",
                       ambit_json_number(b->max_deviation), "worst", r->territories[b->worst].name,
                       "standard_deviation", ambit_json_number(b->deviation), "gini",
                       ambit_json_number(b->gini), "spread", ambit_json_number(b->spread), "like",
                       ambit_like_group_name(r->territory_count, b->group), "low",
                       r->territories[b->low].name, "low_value", ambit_json_number(b->low_value),
                       "high", r->territories[b->high].name, "high_value",
                       ambit_json_number(b->high_value)));
    }
    return list;
}

static json_t *coverage_json(const struct ambit_result *r)
{
    const struct ambit_kpi *const k = r->kpi;
    json_t *list = json_array();
    for (int64_t n = 0; n < k->area_count; n++) {
        const struct ambit_area *const a = &k->area[n];
        push(&list,
             json_pack("{s:o, s:f, s:f, s:s, s:I, s:f, s:f}", "index", ambit_json_number(a->index),
                       "lat", a->lat, "lon", a->lon, "territory", r->territories[a->territory].name,
                       "accounts", (json_int_t)a->account_count, "effort", a->effort, "potential",
                       a->potential));
    }
    return json_pack("{s:o, s:I, s:f, s:o}", "effort_per_potential",
                     ambit_json_number(k->effort_per_potential), "areas", (json_int_t)k->area_total,
                     "margin", AMBIT_COVERAGE_MARGIN, "outside", list);
}

/* The amounts that the scenario has; null for those that it has not. */
static json_t *amount_json(double value, double of_all)
{
    return isnan(of_all) ? json_null() : ambit_json_number(value);
}

static json_t *gaps_json(const struct ambit_result *r)
{
    const struct ambit_cover *const cover = &r->kpi->cover;
    const struct ambit_cover_list *const gaps = &cover->gaps;
    json_t *list = json_array();
    for (int32_t n = 0; n < gaps->listed; n++) {
        const struct ambit_cover_entry *const e = &gaps->entry[n];
        push(&list, json_pack("{s:o, s:o, s:o, s:b, s:s, s:o}", "account", ambit_json_text(e->id),
                              "work_hours", amount_json(e->work, gaps->work), "potential",
                              amount_json(e->potential, gaps->potential), "unknown_territory",
                              e->is_unknown, "nearest", r->territories[e->nearest].name,
                              "nearest_km", ambit_json_number(e->nearest_km)));
    }
    return json_pack("{s:I, s:I, s:o, s:o, s:o}", "accounts", (json_int_t)gaps->count,
                     "unknown_territory", (json_int_t)cover->unknown_count, "work_hours",
                     ambit_json_number(gaps->work), "potential", ambit_json_number(gaps->potential),
                     "listed", list);
}

static json_t *overlaps_json(const struct ambit_result *r)
{
    const struct ambit_cover_list *const overlaps = &r->kpi->cover.overlaps;
    json_t *list = json_array();
    for (int32_t n = 0; n < overlaps->listed; n++) {
        const struct ambit_cover_entry *const e = &overlaps->entry[n];
        json_t *names = json_array();
        for (int32_t k = 0; k < e->claim_count && k < AMBIT_COVER_CLAIMS; k++)
            push(&names, json_string(r->territories[e->claim[k]].name));
        push(&list, json_pack("{s:o, s:o, s:o, s:i, s:o}", "account", ambit_json_text(e->id),
                              "work_hours", amount_json(e->work, overlaps->work), "potential",
                              amount_json(e->potential, overlaps->potential), "claims",
                              (int)e->claim_count, "territories", names));
    }
    return json_pack("{s:I, s:o, s:o, s:o}", "accounts", (json_int_t)overlaps->count, "work_hours",
                     ambit_json_number(overlaps->work), "potential",
                     ambit_json_number(overlaps->potential), "listed", list);
}

static json_t *trigger_json(const struct ambit_result *r, const struct ambit_trigger *t)
{
    char evidence[AMBIT_WORDS_MAX], action[AMBIT_WORDS_MAX];
    const char *const what = t->kind == AMBIT_TRIGGER_BAND     ? r->band[t->index].label
                             : t->kind == AMBIT_TRIGGER_SPREAD ? r->kpi->balance[t->index].name
                             : t->kind == AMBIT_TRIGGER_TRAVEL ? "travel"
                                                               : "accounts";
    json_t *helpers = json_array();
    for (int h = 0; h < t->helper_count; h++)
        push(&helpers, json_string(r->territories[t->helper[h]].name));
    ambit_trigger_evidence(r, t, evidence);
    ambit_trigger_action(r, t, action);
    return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
                     ambit_trigger_name(t->kind), "what", what, "territory",
                     ambit_json_text(t->territory >= 0 ? r->territories[t->territory].name : NULL),
                     "side", t->is_above ? "above" : "below", "value", ambit_json_number(t->value),
                     "limit", ambit_json_number(t->limit), "amount", ambit_json_number(t->amount),
                     "neighbours", helpers, "room", ambit_json_number(t->room), "evidence",
                     ambit_json_text(evidence), "action", ambit_json_text(action));
}

static json_t *triggers_json(const struct ambit_result *r)
{
    json_t *list = json_array();
    for (int64_t n = 0; n < r->kpi->trigger_count; n++)
        push(&list, trigger_json(r, &r->kpi->trigger[n]));
    return list;
}

json_t *ambit_kpi_json(const struct ambit_result *result)
{
    const struct ambit_kpi *const k = result->kpi;
    if (k == NULL) return json_null();
    return json_pack("{s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "plan",
                     ambit_json_text(k->plan[0] != '\0' ? k->plan : NULL), "overlaps",
                     (json_int_t)k->cover.overlaps.count, "gaps", (json_int_t)k->cover.gaps.count,
                     "in_several", overlaps_json(result), "in_none", gaps_json(result), "figures",
                     figures_json(k, false), "kpi", figures_json(k, true), "territories",
                     territories_json(result), "balance", balance_json(result), "coverage",
                     coverage_json(result), "triggers", triggers_json(result), "outline_every",
                     (json_int_t)k->outline_every);
}
