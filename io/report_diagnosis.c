/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The diagnosis of a plan that breaks bands or rules: three ways to mend it, the simplest first,
 * in which bands and budgets open and rules let accounts go.
 */
#include "io/report_diagnosis.h"
#include "io/report_disruption.h"
#include "io/report_refusal.h"
#include "io/report_text.h"

#include <math.h>
#include <string.h>

enum { LINES_MAX = 12, NAMED_MAX = 4, LINE = 6 * AMBIT_TEXT_MAX };

static int count_of(const struct ambit_diagnosis *d, enum ambit_remedy remedy)
{
    int count = 0;
    for (int32_t n = 0; n < d->count; n++)
        count += d->opening[n].remedy == remedy;
    return count;
}

static int rule_count(const struct ambit_diagnosis *d, enum ambit_remedy remedy)
{
    int count = 0;
    for (int32_t n = 0; n < d->count; n++)
        count += d->opening[n].remedy == remedy && d->opening[n].what != AMBIT_RELAXED_BAND;
    return count;
}

static void text_budget(const struct ambit_result *r, const struct ambit_opening *o, char out[LINE])
{
    const struct ambit_result_budget_cell *const cell = &r->budget_cell[o->budget_cell];
    const double total = cell->total > 0 ? 1e-6 * (double)cell->total : 1.0;
    char name[AMBIT_TEXT_MAX], was[AMBIT_TEXT_MAX], limit[AMBIT_TEXT_MAX];
    char part_was[AMBIT_TEXT_MAX], part[AMBIT_TEXT_MAX];
    const int decimals = o->limit == (double)(int64_t)o->limit ? 0 : ambit_text_decimals(o->limit);
    ambit_text_budget_name(r, cell, name);
    /* Of accounts a part may not move: a budget of 0.6 is one of none. */
    ambit_text_number(decimals == 0 ? floor(o->was) : o->was, decimals, was);
    ambit_text_number(o->limit, decimals, limit);
    ambit_text_percent(o->was / total, 1, part_was);
    ambit_text_percent(o->limit / total, 1, part);
    (void)snprintf(out, LINE, "raise the budget of %s from %s (%s) to %s%s%s (%s)", name, was,
                   part_was, limit, o->unit[0] != '\0' ? " " : "", o->unit, part);
}

void ambit_text_exception(const struct ambit_opening *o, const char *territory, size_t room,
                          char *out)
{
    const char *const s = o->accounts == 1 ? "" : "s", *const are = o->accounts == 1 ? "is" : "are";
    char count[AMBIT_TEXT_MAX], of[AMBIT_TEXT_MAX], was[AMBIT_TEXT_MAX], limit[AMBIT_TEXT_MAX];
    ambit_text_count(o->accounts, count);
    ambit_text_count(o->of, of);
    switch (o->what) {
    case AMBIT_RELAXED_LOCKED:
    case AMBIT_RELAXED_PROTECTED:
        (void)snprintf(out, room, "let %s of %s %s account%s of %s go", count, of,
                       ambit_relaxed_name(o->what), o->of == 1 ? "" : "s", territory);
        break;
    case AMBIT_RELAXED_FIXED:
        (void)snprintf(out, room, "let %s account%s into or out of %s, which is fixed", count, s,
                       territory);
        break;
    case AMBIT_RELAXED_NEEDS:
        (void)snprintf(out, room, "let %s serve %s account%s whose needs its rep does not meet",
                       territory, count, s);
        break;
    case AMBIT_RELAXED_FORBIDDEN:
        (void)snprintf(out, room, "let %s serve %s account%s that %s forbidden to it", territory,
                       count, s, are);
        break;
    case AMBIT_RELAXED_ALLOWED:
        (void)snprintf(out, room, "let %s serve %s account%s that %s allowed to others only",
                       territory, count, s, are);
        break;
    case AMBIT_RELAXED_SEPARATION:
        ambit_text_number(o->was, 1, was);
        ambit_text_number(o->limit, 1, limit);
        (void)snprintf(out, room, "lower separation from %s to %s km", was, limit);
        break;
    case AMBIT_RELAXED_CONTIGUITY:
        (void)snprintf(out, room, "let %s account%s be apart (contiguity: preferred)", count, s);
        break;
    default:
        ambit_text_number(o->was, 1, was);
        ambit_text_number(o->limit, 1, limit);
        (void)snprintf(out, room, "raise reach from %s to %s %s, for %s account%s", was, limit,
                       o->unit, count, s);
        break;
    }
}

/* What is to be done about a rule or budget. */
static void text_rule(const struct ambit_result *r, const struct ambit_opening *o, char out[LINE])
{
    if (o->what == AMBIT_RELAXED_BUDGET)
        text_budget(r, o, out);
    else
        ambit_text_exception(o, o->territory >= 0 ? r->territories[o->territory].name : "", LINE,
                             out);
}

static void print_opening(FILE *file, const struct ambit_result *r, const struct ambit_opening *o)
{
    char opened[AMBIT_TEXT_MAX], allowed[AMBIT_TEXT_MAX];
    if (o->what != AMBIT_RELAXED_BAND) {
        char line[LINE];
        text_rule(r, o, line);
        (void)fprintf(file, "    %s\n", line);
        return;
    }
    ambit_text_allowed(r, o->band, allowed);
    ambit_text_opened(r, o->band, o->side, o->by, opened);
    (void)fprintf(file, "    %s", r->band[o->band].label);
    if (o->territory >= 0) (void)fprintf(file, " of %s", r->territories[o->territory].name);
    (void)fprintf(file, ": %s instead of %s\n", opened, allowed);
}

static void text_opening(const struct ambit_result *r, const struct ambit_opening *o,
                         char out[LINE])
{
    char opened[AMBIT_TEXT_MAX], allowed[AMBIT_TEXT_MAX];
    if (o->what != AMBIT_RELAXED_BAND) {
        text_rule(r, o, out);
        return;
    }
    ambit_text_allowed(r, o->band, allowed);
    ambit_text_opened(r, o->band, o->side, o->by, opened);
    (void)snprintf(out, LINE, "open %s from %s to %s", r->band[o->band].label, allowed, opened);
}

/* The openings of a remedy, `joint` behind each but the last; returns how many there are. */
static int text_set(const struct ambit_result *r, enum ambit_remedy remedy, const char *joint,
                    char *out, size_t room)
{
    const struct ambit_diagnosis *const d = r->diagnosis;
    const int count = count_of(d, remedy);
    char line[LINE];
    size_t used = 0;
    int named = 0;
    for (int32_t n = 0; n < d->count && named < NAMED_MAX && used < room; n++) {
        if (d->opening[n].remedy != remedy) continue;
        text_opening(r, &d->opening[n], line);
        const int wrote = snprintf(out + used, room - used, "%s%s%s", named > 0 ? " and" : "",
                                   named > 0 ? joint : "", line);
        used += wrote > 0 ? (size_t)wrote : 0;
        named++;
    }
    if (count > named && used < room)
        (void)snprintf(out + used, room - used, " and%s%d more", joint, count - named);
    return count;
}

bool ambit_text_remedy(const struct ambit_result *result, const char *joint, char *out, size_t room)
{
    const struct ambit_diagnosis *const d = result->diagnosis;
    char set[NAMED_MAX * LINE] = "", kept[NAMED_MAX * LINE] = "";
    if (d == NULL || text_set(result, AMBIT_REMEDY_TOGETHER, joint, set, sizeof set) == 0)
        return false;
    const bool keeps = rule_count(d, AMBIT_REMEDY_TOGETHER) == count_of(d, AMBIT_REMEDY_TOGETHER);
    const bool other = text_set(result, AMBIT_REMEDY_KEPT, joint, kept, sizeof kept) > 0;
    (void)snprintf(out, room, "%s%s%s%s%s%s", keeps ? "keep the bands and " : "", set,
                   other ? "; or" : "", other ? joint : "", other ? "keep the bands and " : "",
                   kept);
    return true;
}

static void print_remedy(FILE *file, const struct ambit_result *r, enum ambit_remedy remedy,
                         const char *title)
{
    const struct ambit_diagnosis *const d = r->diagnosis;
    const int count = count_of(d, remedy);
    int printed = 0;
    if (count == 0) return;
    (void)fprintf(file, "  %s\n", title);
    for (int32_t n = 0; n < d->count && printed < LINES_MAX; n++) {
        if (d->opening[n].remedy != remedy) continue;
        print_opening(file, r, &d->opening[n]);
        printed++;
    }
    if (count > printed) (void)fprintf(file, "    and %d more in the result\n", count - printed);
}

void ambit_report_diagnosis(FILE *file, const struct ambit_result *result)
{
    const struct ambit_diagnosis *const d = result->diagnosis;
    if (d == NULL || (d->cell_count == 0 && d->count == 0)) return;
    if (d->cell_count > 0)
        (void)fprintf(file,
                      "\n  What would do, by a model of %d territories as %d cells, which may be a "
                      "little short:\n",
                      (int)d->territory_count, (int)d->cell_count);
    else
        (void)fputs("\n  What would do, by the plan itself:\n", file);
    if (d->count == 0) {
        (void)fputs(
            "    the bands as they are: the cells fit, whole accounts did not; more effort, "
            "or a hair more room\n",
            file);
        return;
    }
    const int alone = count_of(d, AMBIT_REMEDY_ALONE);
    const bool alone_rules = rule_count(d, AMBIT_REMEDY_ALONE) > 0;
    const bool rules = rule_count(d, AMBIT_REMEDY_TOGETHER) > 0;
    print_remedy(file, result, AMBIT_REMEDY_ALONE,
                 alone_rules ? (alone > 1 ? "any one of these:" : "this alone:")
                 : alone > 1 ? "any one of these, for every territory:"
                             : "this alone, for every territory:");
    if (count_of(d, AMBIT_REMEDY_TOGETHER) > 1 || alone == 0)
        print_remedy(file, result, AMBIT_REMEDY_TOGETHER,
                     rules ? "these together:" : "these together, for every territory:");
    if (count_of(d, AMBIT_REMEDY_KEPT) > 1)
        print_remedy(file, result, AMBIT_REMEDY_KEPT, "or these together, with every band kept:");
    print_remedy(file, result, AMBIT_REMEDY_LOCAL, "or these together, all else as it is:");
}

/* A number, or null where it is none. */
static json_t *number_or_null(double value)
{
    return value == value ? json_real(value) : json_null();
}

static json_t *opening_json(const struct ambit_result *r, const struct ambit_opening *o)
{
    const bool is_band = o->band >= 0;
    char budget[AMBIT_TEXT_MAX] = "";
    if (o->budget_cell >= 0) ambit_text_budget_name(r, &r->budget_cell[o->budget_cell], budget);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:I, s:I}", "remedy",
                     ambit_remedy_name(o->remedy), "rule", ambit_relaxed_name(o->what), "band",
                     is_band ? json_string(r->band[o->band].label) : json_null(), "budget",
                     budget[0] != '\0' ? json_string(budget) : json_null(), "territory",
                     o->territory >= 0 ? json_string(r->territories[o->territory].name)
                                       : json_null(),
                     "side", is_band ? json_string(ambit_side_name(o->side)) : json_null(), "by",
                     o->by, "was", number_or_null(o->was), "limit", number_or_null(o->limit),
                     "unit", o->unit[0] != '\0' ? json_string(o->unit) : json_null(), "accounts",
                     (json_int_t)o->accounts, "of", (json_int_t)o->of);
}

json_t *ambit_diagnosis_json(const struct ambit_result *result)
{
    const struct ambit_diagnosis *const d = result->diagnosis;
    if (d == NULL) return NULL;
    json_t *const openings = json_array();
    bool good = openings != NULL;
    for (int32_t n = 0; n < d->count && good; n++)
        good = json_array_append_new(openings, opening_json(result, &d->opening[n])) == 0;
    json_t *const findings = ambit_findings_json(d->finding, d->finding_count);
    if (good && findings != NULL)
        return json_pack("{s:i, s:i, s:o, s:o}", "territories", (int)d->territory_count, "cells",
                         (int)d->cell_count, "openings", openings, "findings", findings);
    json_decref(openings);
    json_decref(findings);
    return NULL;
}
