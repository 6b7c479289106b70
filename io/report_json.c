/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A result as one JSON object, by jansson. Numbers have at most 15 digits, which every double of
 * a report survives for its reader and which shows 0.35 as 0.35.
 */
#include "io/report_json.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/report.h"
#include "io/report_contiguity.h"
#include "io/report_diagnosis.h"
#include "io/report_disruption.h"
#include "io/report_kpi.h"
#include "io/report_nightly.h"
#include "io/report_text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

json_t *ambit_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *ambit_json_hours(int64_t micro_hours)
{
    return micro_hours >= 0 ? json_real(ambit_from_micro(micro_hours)) : json_null();
}

json_t *ambit_json_text(const char *text)
{
    if (text == NULL) return json_null();
    json_t *const whole = json_string(text);
    if (whole != NULL) return whole;
    /* Only a path can hold other bytes: names were checked when they were read. */
    char *plain = NULL;
    if (ambit_copy_string(text, &plain) != AMBIT_OK) return NULL;
    for (char *c = plain; *c != '\0'; c++)
        if ((unsigned char)*c >= 0x80) *c = '?';
    json_t *const out = json_string(plain);
    ambit_free(&plain);
    return out;
}

const char *ambit_status_word(const struct ambit_result *result)
{
    return result->feasible ? "feasible" : "infeasible";
}

const char *ambit_kind_word(const struct ambit_result *result)
{
    return result->kind == AMBIT_RESULT_AUDIT ? "audit" : "plan";
}

ambit_status ambit_json_print(FILE *file, json_t *object)
{
    if (object == NULL) return ambit_fail(AMBIT_ERR_MEMORY, "no memory left for the JSON report");
    const int failed = json_dumpf(object, file, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(object);
    if (failed != 0 || fputc('\n', file) == EOF || fflush(file) != 0)
        return ambit_fail(AMBIT_ERR_IO, "cannot write the JSON report: %s", strerror(errno));
    return AMBIT_OK;
}

/* The band that speaks for a measure: its first that is no share; −1 where there is none. */
static int band_of_measure(const struct ambit_result *r, int m)
{
    for (int b = 0; b < r->band_count; b++)
        if (r->band[b].measure == m && r->band[b].share_of < 0) return b;
    return -1;
}

static double mean(const double *values, int32_t count)
{
    double sum = 0.0;
    for (int32_t j = 0; j < count; j++)
        sum += values[j];
    return sum / count;
}

static json_t *limit(enum ambit_limit kind, double value)
{
    return kind != AMBIT_LIMIT_NONE ? ambit_json_number(value) : json_null();
}

static json_t *measure_json(const struct ambit_result *r, int m)
{
    const struct ambit_result_measure *const measure = &r->measure[m];
    const int b = band_of_measure(r, m);
    double least = NAN, most = NAN;
    for (int32_t j = 0; j < r->territory_count; j++) {
        least = fmin(least, ambit_from_micro(measure->load[j]));
        most = fmax(most, ambit_from_micro(measure->load[j]));
    }
    json_t *target = json_null(), *worst = json_null(), *asked = json_null();
    if (b >= 0) {
        const struct ambit_result_band *const band = &r->band[b];
        target = ambit_json_number(mean(band->target, r->territory_count));
        worst = ambit_json_number(band->worst_deviation);
        asked = json_pack("{s:o, s:o}", "lower", limit(band->lower_kind, band->asked_lower),
                          "upper", limit(band->upper_kind, band->asked_upper));
    }
    return json_pack("{s:s, s:f, s:o, s:o, s:o, s:o, s:o}", "unit", measure->unit, "total",
                     ambit_from_micro(measure->total), "target", target, "min",
                     ambit_json_number(least), "max", ambit_json_number(most), "worst_deviation",
                     worst, "band", asked);
}

static json_t *band_json(const struct ambit_result *r, int b)
{
    const struct ambit_result_band *const band = &r->band[b];
    const char *const share_of = band->share_of >= 0 ? r->measure[band->share_of].name : NULL;
    double least, most;
    ambit_range(band->value, r->territory_count, &least, &most);
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:i, s:o}", "label",
        band->label, "measure", r->measure[band->measure].name, "share_of",
        ambit_json_text(share_of), "lower_kind", ambit_limit_name(band->lower_kind), "upper_kind",
        ambit_limit_name(band->upper_kind), "lower", limit(band->lower_kind, band->asked_lower),
        "upper", limit(band->upper_kind, band->asked_upper), "used_lower",
        limit(band->lower_kind, band->used_lower), "used_upper",
        limit(band->upper_kind, band->used_upper), "relaxed", band->relaxed, "proven_limit",
        ambit_json_number(band->proven_limit), "min", ambit_json_number(least), "max",
        ambit_json_number(most), "worst_deviation", ambit_json_number(band->worst_deviation),
        "outside", (int)band->broken_count, "open_by", ambit_json_number(band->open_by));
}

static json_t *bands_json(const struct ambit_result *r)
{
    json_t *const bands = json_array();
    bool good = bands != NULL;
    for (int b = 0; b < r->band_count && good; b++)
        good = json_array_append_new(bands, band_json(r, b)) == 0;
    if (good) return bands;
    json_decref(bands);
    return NULL;
}

static json_t *measures_json(const struct ambit_result *r)
{
    json_t *const measures = json_object();
    bool good = measures != NULL;
    for (int m = 0; m < r->measure_count && good; m++)
        good = json_object_set_new(measures, r->measure[m].name, measure_json(r, m)) == 0;
    if (good) return measures;
    json_decref(measures);
    return NULL;
}

static json_t *seconds_json(const struct ambit_result *r)
{
    json_t *const seconds = json_object();
    bool good = seconds != NULL;
    for (int phase = 0; phase < AMBIT_PHASE_COUNT && good; phase++)
        good = json_object_set_new(seconds, ambit_phase_name(phase),
                                   ambit_json_number(r->seconds[phase])) == 0;
    if (good) return seconds;
    json_decref(seconds);
    return NULL;
}

/* NULL where the scenario has no such rule. */
static json_t *together_json(const struct ambit_result_together *together)
{
    if (together->column[0] == '\0') return NULL;
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:o}", "column", together->column, "groups",
        (json_int_t)together->group_count, "accounts", (json_int_t)together->account_count, "split",
        (json_int_t)together->split_count, "first_split",
        together->split_count > 0 ? ambit_json_text(together->first_split) : json_null());
}

/* What the rules ask for and how the plan keeps them; NULL where there are none. */
static json_t *rules_json(const struct ambit_result *r)
{
    const struct ambit_result_rules *const rules = r->rules;
    if (rules == NULL) return NULL;
    json_t *const broken = json_object();
    bool good = broken != NULL;
    for (int k = 0; k < AMBIT_RULE_KIND_COUNT && good; k++)
        good = json_object_set_new(broken, ambit_rule_kind_name((enum ambit_rule_kind)k),
                                   json_integer(rules->broken[k])) == 0;
    const bool any = rules->broken_count > 0;
    return json_pack("{s:I, s:i, s:I, s:I, s:I, s:o, s:o, s:o}", "locked",
                     (json_int_t)rules->locked_count, "fixed_territories", (int)rules->fixed_count,
                     "kept", (json_int_t)rules->kept_count, "restricted",
                     (json_int_t)rules->restricted_count, "broken", (json_int_t)rules->broken_count,
                     "broken_by", broken, "first_account",
                     ambit_json_text(any ? rules->first_account : NULL), "first_territory",
                     ambit_json_text(any ? rules->first_territory : NULL));
}

/* NULL where the scenario has no such rule. */
static json_t *separation_json(const struct ambit_result *r)
{
    const struct ambit_result_separation *const s = &r->separation;
    const bool any = s->first >= 0;
    if (!(s->asked_km > 0.0)) return NULL;
    return json_pack("{s:f, s:o, s:o, s:o, s:I, s:I}", "asked_km", s->asked_km, "least_km",
                     ambit_json_number(s->least_km), "first",
                     ambit_json_text(any ? r->territories[s->first].name : NULL), "second",
                     ambit_json_text(any ? r->territories[s->second].name : NULL), "broken",
                     (json_int_t)s->broken_count, "homes_nearer", (json_int_t)s->home_count);
}

/* Adds a part that a result may have; `part` NULL: it has none. */
static void put_part(json_t *object, const char *key, json_t *part)
{
    if (part != NULL) (void)json_object_set_new(object, key, part);
}

ambit_status ambit_report_json(FILE *file, const struct ambit_result *result,
                               const char *result_path)
{
    const struct ambit_result *const r = result;
    const bool bounded = isfinite(r->gap);
    json_t *const object = json_pack(
        "{s:o, s:s, s:s, s:s, s:I, s:i, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:i, s:b, s:I,"
        " s:o, s:I, s:s, s:i, s:i, s:o}",
        "result", ambit_json_text(result_path), "kind", ambit_kind_word(r), "scenario",
        r->scenario_name, "status", ambit_status_word(r), "accounts", (json_int_t)r->account_count,
        "territories", (int)r->territory_count, "measures", measures_json(r), "bands",
        bands_json(r), "travel_hours", ambit_json_hours(r->travel), "travel_hours_before",
        ambit_json_hours(r->travel_before), "moved_accounts", (json_int_t)r->moved_count,
        "objective_hours", ambit_json_hours(r->objective), "bound",
        bounded ? ambit_json_number(ambit_from_micro(r->bound)) : json_null(), "gap",
        ambit_json_number(r->gap), "rounds", (int)r->round_count, "stopped_by_time_limit",
        r->stopped_by_time_limit, "skipped_rows", (json_int_t)r->bad_rows.total, "seconds",
        seconds_json(r), "peak_bytes", (json_int_t)r->peak_bytes, "sha256", r->plan_sha256, "ranks",
        r->ranks, "threads", r->threads, "audit", ambit_kpi_json(r));
    put_part(object, "together", together_json(&r->together));
    put_part(object, "separation", separation_json(r));
    put_part(object, "rules", rules_json(r));
    put_part(object, "nightly", ambit_nightly_json(r));
    put_part(object, "contiguity", ambit_contiguity_json(r));
    put_part(object, "disruption", ambit_disruption_json(r));
    put_part(object, "diagnosis", ambit_diagnosis_json(r));
    return ambit_json_print(file, object);
}
