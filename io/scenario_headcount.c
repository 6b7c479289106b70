/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds headcount, whose numbers of territories are a list or an even row, and the call plan, whose
 * segments are those of the section segments.
 */
#include "io/scenario_headcount.h"
#include "io/scenario_audit.h"

#include <string.h>

#define COST_MAX 1e9

typedef struct ambit_yaml_node node;

static const char number_words[] = "a whole number from 1 to 100000";

/* ---- numbers of territories ---- */

static bool bind_whole(struct ambit_binder *b, const node *value, int32_t *out)
{
    double number = 0.0;
    if (ambit_bind_is_number(value, &number) && number >= 1.0 && number <= AMBIT_TERRITORY_MAX &&
        number == (double)(int32_t)number) {
        *out = (int32_t)number;
        return true;
    }
    ambit_bind_complain(b, value, NULL, "%s", number_words);
    return false;
}

/* Binds `[100, 110, 120]`. */
static void bind_list(struct ambit_binder *b, const node *list)
{
    struct ambit_headcount_terms *const terms = &b->scenario->headcount;
    if (list->child_count < 1 || list->child_count > AMBIT_HEADCOUNT_MAX) {
        ambit_bind_complain(b, list, NULL, "1 to %d numbers", AMBIT_HEADCOUNT_MAX);
        return;
    }
    for (const node *item = list->first; item != NULL; item = item->next) {
        int32_t number = 0;
        if (!bind_whole(b, item, &number)) return;
        if (terms->count > 0 && number <= terms->number[terms->count - 1]) {
            ambit_bind_complain(b, item, NULL, "more than the number before");
            return;
        }
        terms->number[terms->count++] = number;
    }
}

/* Binds `{from: 100, to: 140, step: 10}`. */
static void bind_row(struct ambit_binder *b, const node *row)
{
    struct ambit_headcount_terms *const terms = &b->scenario->headcount;
    int32_t from = 0, to = 0, step = 0;
    if (!ambit_bind_is_map(b, row, "from, to, step")) return;
    const node *const first = ambit_bind_require(b, row, "from");
    const node *const last = ambit_bind_require(b, row, "to");
    const node *const by = ambit_bind_require(b, row, "step");
    if (first == NULL || last == NULL || by == NULL) return;
    if (!bind_whole(b, first, &from) || !bind_whole(b, last, &to) || !bind_whole(b, by, &step))
        return;
    if (to < from)
        ambit_bind_complain(b, last, NULL, "from or more, which is %d", (int)from);
    else if ((to - from) / step >= AMBIT_HEADCOUNT_MAX)
        ambit_bind_complain(b, by, NULL, "a step that makes at most %d numbers",
                            AMBIT_HEADCOUNT_MAX);
    else
        for (int32_t number = from; number <= to; number += step)
            terms->number[terms->count++] = number;
}

/* ---- money ---- */

static void bind_cost(struct ambit_binder *b, const node *cost)
{
    struct ambit_headcount_terms *const terms = &b->scenario->headcount;
    static const char words[] = "a number from 0 to 1000000000";
    if (!ambit_bind_is_map(b, cost, "per_hour, per_km, per_rep")) return;
    ambit_bind_optional_number(b, cost, "per_hour", words, 0.0, COST_MAX, &terms->per_hour);
    ambit_bind_optional_number(b, cost, "per_km", words, 0.0, COST_MAX, &terms->per_km);
    ambit_bind_optional_number(b, cost, "per_rep", words, 0.0, COST_MAX, &terms->per_rep);
}

/* Reads `30%` or `0.3` above 0 and at most `most`. */
static bool bind_part(struct ambit_binder *b, const node *value, double most, const char *words,
                      double *out)
{
    double number = 0.0;
    const char *const rest = ambit_bind_is_text(value) && value->plain
                                 ? ambit_bind_read_number(value->text, &number)
                                 : NULL;
    const bool is_percent = rest != NULL && strcmp(rest + strspn(rest, " "), "%") == 0;
    if (is_percent) number /= 100.0;
    if (rest != NULL && (is_percent || *rest == '\0') && number > 0.0 && number <= most) {
        *out = number;
        return true;
    }
    ambit_bind_complain(b, value, NULL, "%s", words);
    return false;
}

/* Binds `{of: potential, margin: 30%}`. */
static void bind_value(struct ambit_binder *b, const node *value)
{
    struct ambit_headcount_terms *const terms = &b->scenario->headcount;
    if (!ambit_bind_is_map(b, value, "of, margin")) return;
    const node *const of = ambit_bind_require(b, value, "of");
    const node *const margin = ambit_yaml_find(value, "margin");
    if (of != NULL) ambit_bind_sum(b, value, "of", &terms->value);
    for (int t = 0; t < terms->value.count; t++)
        if (terms->value.term[t] == AMBIT_TERM_TRAVEL)
            ambit_bind_complain(b, of, NULL, "a sum without travel");
    if (margin != NULL)
        (void)bind_part(b, margin, COST_MAX,
                        "what a unit is worth in the money of the costs, such as 30% or 300",
                        &terms->margin);
}

/* ---- the call plan ---- */

static int find_segment(const struct ambit_segments *s, const char *name)
{
    for (int c = 0; c < s->count; c++)
        if (strcmp(s->name[c], name) == 0) return c;
    return -1;
}

static void complain_segment(struct ambit_binder *b, const node *entry)
{
    const struct ambit_segments *const s = &b->scenario->audit.segments;
    char names[AMBIT_SEGMENT_MAX * (AMBIT_NAME_MAX + 2)] = "";
    size_t used = 0;
    for (int c = 0; c < s->count; c++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", c > 0 ? ", " : "",
                                 s->name[c]);
    if (s->count == 0)
        ambit_bind_complain_key(b, entry, "", "the section segments, which says what a segment is");
    else
        ambit_bind_complain_key(b, entry, "", "a class of the section segments (%s)", names);
}

static void bind_calls(struct ambit_binder *b, const node *segments)
{
    struct ambit_headcount_terms *const terms = &b->scenario->headcount;
    if (segments->kind != AMBIT_YAML_MAP || segments->child_count == 0) {
        ambit_bind_complain(b, segments, NULL,
                            "a map of segments, such as A: {visits: 12, hours: 1.5}");
        return;
    }
    for (const node *entry = segments->first; entry != NULL; entry = entry->next) {
        const int c = find_segment(&b->scenario->audit.segments, entry->key);
        if (c < 0) {
            complain_segment(b, entry);
            continue;
        }
        if (!ambit_bind_is_map(b, entry, "visits, hours")) continue;
        const node *const visits = ambit_bind_require(b, entry, "visits");
        const node *const hours = ambit_bind_require(b, entry, "hours");
        if (visits != NULL)
            ambit_bind_number(b, visits, "visits a year, a number from 0 to 10000", 0.0, 1e4,
                              &terms->visits[c]);
        if (hours != NULL)
            ambit_bind_number(b, hours, "hours a visit, a number from 0 to 1000", 0.0, 1e3,
                              &terms->visit_hours[c]);
    }
}

static void bind_call_plan(struct ambit_binder *b, const node *plan)
{
    struct ambit_headcount_terms *const terms = &b->scenario->headcount;
    if (!ambit_bind_is_map(b, plan, "segments, working_hours, field_share")) return;
    const node *const segments = ambit_bind_require(b, plan, "segments");
    const node *const hours = ambit_bind_require(b, plan, "working_hours");
    const node *const share = ambit_bind_require(b, plan, "field_share");
    if (segments != NULL) bind_calls(b, segments);
    if (hours != NULL)
        ambit_bind_number(b, hours, "hours a year of a rep, a number above 0 and at most 8784",
                          AMBIT_ABOVE_ZERO, 8784.0, &terms->working_hours);
    if (share != NULL)
        (void)bind_part(b, share, 1.0,
                        "the part of the working hours that is for visits, above 0% and at most "
                        "100%",
                        &terms->field_share);
    terms->has_call_plan = true;
}

void ambit_scenario_bind_headcount(struct ambit_binder *b)
{
    struct ambit_headcount_terms *const terms = &b->scenario->headcount;
    const node *const section = ambit_yaml_find(b->root, "headcount");
    const node *const plan = ambit_bind_section(b, "call_plan");
    terms->asked = section != NULL;
    if (plan != NULL) bind_call_plan(b, plan);
    if (section == NULL ||
        !ambit_bind_is_map(b, section, "territories, hours_per_rep, cost, value"))
        return;
    const node *const territories = ambit_yaml_find(section, "territories");
    const node *const cost = ambit_yaml_find(section, "cost");
    const node *const value = ambit_yaml_find(section, "value");
    if (territories != NULL && territories->kind == AMBIT_YAML_LIST)
        bind_list(b, territories);
    else if (territories != NULL && territories->kind == AMBIT_YAML_MAP)
        bind_row(b, territories);
    else if (territories != NULL)
        ambit_bind_complain(b, territories, NULL,
                            "a list such as [100, 110], or {from: 100, to: 140, step: 10}");
    ambit_bind_optional_number(b, section, "hours_per_rep",
                               "hours a year, a number above 0 and at most 8784", AMBIT_ABOVE_ZERO,
                               8784.0, &terms->hours_per_rep);
    if (cost != NULL) bind_cost(b, cost);
    if (value != NULL) bind_value(b, value);
}
