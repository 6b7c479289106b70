/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/kpi_words.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void append(char out[AMBIT_WORDS_MAX],
                                                         const char *format, ...)
{
    const size_t length = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out + length, AMBIT_WORDS_MAX - length, format, arguments);
    va_end(arguments);
}

/* As elsewhere, and two digits of what is small. */
static int decimals_of(double value)
{
    double size = fabs(value);
    int decimals = ambit_text_decimals(value);
    for (; size > 0.0 && size < 0.1 && decimals < 8; size *= 10.0)
        decimals++;
    return decimals;
}

void ambit_figure_text(const struct ambit_figure *figure, double value, char out[AMBIT_TEXT_MAX])
{
    switch (figure->kind) {
    case AMBIT_FIGURE_COUNT:
        ambit_text_number(value, 0, out);
        break;
    case AMBIT_FIGURE_NUMBER:
        ambit_text_number(value, figure->is_whole ? 0 : decimals_of(value), out);
        break;
    case AMBIT_FIGURE_SHARE:
        ambit_text_percent(value, 1, out);
        break;
    }
}

bool ambit_figure_is_unhealthy(const struct ambit_figure *figure, double value)
{
    return value < figure->healthy_low || value > figure->healthy_high;
}

const char *ambit_like_group_name(int32_t territories, int32_t group)
{
    static const char *const names[AMBIT_LIKE_GROUPS] = {"short drives", "middle drives",
                                                         "long drives"};
    return territories < AMBIT_LIKE_TERRITORIES ? "all" : names[group];
}

void ambit_place_text(double lat, double lon, char out[AMBIT_TEXT_MAX])
{
    (void)snprintf(out, AMBIT_TEXT_MAX, "%.2f %c, %.2f %c", fabs(lat), lat < 0.0 ? 'S' : 'N',
                   fabs(lon), lon < 0.0 ? 'W' : 'E');
}

const char *ambit_trigger_name(enum ambit_trigger_kind kind)
{
    static const char *const names[] = {"gaps", "overlaps", "band", "travel", "spread"};
    return names[kind];
}

/* "2,990.0 h", "285 accounts". */
static void quantity(double value, const char *unit, char out[AMBIT_TEXT_MAX])
{
    ambit_text_number(value, value == floor(value) ? 0 : ambit_text_decimals(value), out);
    const size_t length = strlen(out);
    if (unit[0] != '\0') (void)snprintf(out + length, AMBIT_TEXT_MAX - length, " %s", unit);
}

/* "A", "A and B", "A, B and C". */
static void append_helpers(const struct ambit_result *r, const struct ambit_trigger *t,
                           char out[AMBIT_WORDS_MAX])
{
    for (int h = 0; h < t->helper_count; h++)
        append(out, "%s%s",
               h == 0                     ? ""
               : h + 1 == t->helper_count ? " and "
                                          : ", ",
               r->territories[t->helper[h]].name);
}

static const char *unit_of(const struct ambit_result *r, const struct ambit_trigger *t)
{
    return r->measure[r->band[t->index].measure].unit;
}

static void band_evidence(const struct ambit_result *r, const struct ambit_trigger *t,
                          char out[AMBIT_WORDS_MAX])
{
    const struct ambit_result_band *const band = &r->band[t->index];
    const char *const side = t->is_above ? "above" : "below";
    const double target = band->target[t->territory];
    char value[AMBIT_TEXT_MAX], limit[AMBIT_TEXT_MAX], part[AMBIT_TEXT_MAX];
    if (band->share_of >= 0) {
        ambit_text_percent(t->value, 1, value);
        ambit_text_percent(t->limit, 1, limit);
        append(out, "%s, %s the limit of %s", value, side, limit);
        return;
    }
    quantity(t->value, unit_of(r, t), value);
    append(out, "%s, ", value);
    if (ambit_band_is_of_target(band) && target > 0.0) {
        ambit_text_percent(fabs(t->value / target - 1.0), 1, part);
        quantity(target, "", limit);
        append(out, "%s %s its target of %s", part, side, limit);
    } else {
        quantity(t->limit, "", limit);
        append(out, "%s the limit of %s", side, limit);
    }
}

static void spread_evidence(const struct ambit_result *r, const struct ambit_trigger *t,
                            char out[AMBIT_WORDS_MAX])
{
    const struct ambit_balance *const b = &r->kpi->balance[t->index];
    char spread[AMBIT_TEXT_MAX], low[AMBIT_TEXT_MAX], high[AMBIT_TEXT_MAX];
    ambit_text_percent(b->spread, 1, spread);
    quantity(b->low_value, b->unit, low);
    quantity(b->high_value, b->unit, high);
    append(out, "%s between %s (%s) and %s (%s)", spread, r->territories[b->high].name, high,
           r->territories[b->low].name, low);
    if (r->territory_count >= AMBIT_LIKE_TERRITORIES)
        append(out, ", both with %s", ambit_like_group_name(r->territory_count, b->group));
}

const char *ambit_potential_unit(const struct ambit_result *result)
{
    for (int m = 0; m < result->measure_count; m++)
        if (strcmp(result->measure[m].name, "potential") == 0) return result->measure[m].unit;
    return "";
}

void ambit_claims_text(const struct ambit_result *result, const struct ambit_cover_entry *entry,
                       char out[AMBIT_WORDS_MAX])
{
    const int32_t count = entry->claim_count;
    out[0] = '\0';
    for (int32_t k = 0; k < count && k < AMBIT_COVER_CLAIMS; k++)
        append(out, "%s%s", k > 0 ? "; " : "", result->territories[entry->claim[k]].name);
    if (count > AMBIT_COVER_CLAIMS) append(out, "; and %d more", (int)count - AMBIT_COVER_CLAIMS);
}

/* "12.0 h of work and 34 USD of potential", as far as the scenario has them. */
static void append_amounts(const struct ambit_result *r, double work, double potential,
                           char out[AMBIT_WORDS_MAX])
{
    char text[AMBIT_TEXT_MAX];
    if (!isnan(work)) {
        quantity(work, "h", text);
        append(out, "%s of work", text);
    }
    if (!isnan(potential)) {
        quantity(potential, ambit_potential_unit(r), text);
        append(out, "%s%s of potential", isnan(work) ? "" : " and ", text);
    }
}

static void cover_evidence(const struct ambit_result *r, const struct ambit_cover_list *list,
                           char out[AMBIT_WORDS_MAX])
{
    const struct ambit_cover_entry *const most = &list->entry[0];
    append_amounts(r, list->work, list->potential, out);
    if (out[0] == '\0') append(out, "%lld in all", (long long)list->count);
    if (list == &r->kpi->cover.gaps)
        append(out, "; the first %s, nearest to %s", most->id, r->territories[most->nearest].name);
    else
        append(out, "; the first %s", most->id);
}

/* What places them leaves the others where they are. */
static void gaps_action(const struct ambit_result *r, char out[AMBIT_WORDS_MAX])
{
    const struct ambit_cover *const cover = &r->kpi->cover;
    char count[AMBIT_TEXT_MAX];
    ambit_text_count(cover->gaps.count, count);
    append(out,
           "store this audit (-o): `ambit assign` or `ambit nightly` with it places the %s "
           "account%s",
           count, cover->gaps.count == 1 ? "" : "s");
}

void ambit_trigger_evidence(const struct ambit_result *result, const struct ambit_trigger *trigger,
                            char out[AMBIT_WORDS_MAX])
{
    char value[AMBIT_TEXT_MAX];
    out[0] = '\0';
    switch (trigger->kind) {
    case AMBIT_TRIGGER_GAPS:
        cover_evidence(result, &result->kpi->cover.gaps, out);
        break;
    case AMBIT_TRIGGER_OVERLAPS:
        cover_evidence(result, &result->kpi->cover.overlaps, out);
        break;
    case AMBIT_TRIGGER_BAND:
        band_evidence(result, trigger, out);
        break;
    case AMBIT_TRIGGER_TRAVEL:
        ambit_text_percent(trigger->value, 1, value);
        append(out, "%s of the working time is travel", value);
        break;
    case AMBIT_TRIGGER_SPREAD:
        spread_evidence(result, trigger, out);
        break;
    }
}

/* A quantity to give away or to take. */
static void move_action(const struct ambit_result *r, const struct ambit_trigger *t,
                        char out[AMBIT_WORDS_MAX])
{
    const char *const unit = unit_of(r, t);
    char amount[AMBIT_TEXT_MAX], room[AMBIT_TEXT_MAX];
    quantity(t->amount, unit, amount);
    quantity(t->room, unit, room);
    append(out, t->is_above ? "give %s away: " : "take %s over: ", amount);
    if (t->helper_count == 0) {
        append(out, t->is_above ? "no neighbour has room, so through them to others"
                                : "no neighbour can spare it, so through them from others");
        return;
    }
    append(out,
           t->is_above ? "its neighbours have room for %s, most in "
                       : "its neighbours can spare %s, most of it ",
           room);
    append_helpers(r, t, out);
    if (t->room < t->amount)
        append(out,
               t->is_above ? "; the rest goes on through them" : "; the rest comes through them");
}

/* Travel that is too much: accounts to a nearer centre, another centre, or another limit. */
static void travel_action(const struct ambit_result *r, const struct ambit_trigger *t,
                          char out[AMBIT_WORDS_MAX])
{
    const struct ambit_figure *const nearer = ambit_kpi_find(r->kpi, "nearer_accounts");
    const struct ambit_figure *const hours = ambit_kpi_find(r->kpi, "nearer_hours");
    const struct ambit_result_territory *const territory = &r->territories[t->territory];
    char count[AMBIT_TEXT_MAX], saved[AMBIT_TEXT_MAX];
    if (nearer->value[t->territory] > 0.0) {
        const bool one = nearer->value[t->territory] < 1.5;
        ambit_figure_text(nearer, nearer->value[t->territory], count);
        quantity(hours->value[t->territory], "h", saved);
        append(out,
               "hand over the %s account%s that a neighbour's centre is nearer to: %s less travel",
               count, one ? "" : "s", saved);
    } else {
        append(out, "no account is nearer to a neighbour's centre: %smore reps would help",
               territory->centre_kind == AMBIT_CENTRE_HOME ? "another home or " : "");
    }
}

static void spread_action(const struct ambit_result *r, const struct ambit_trigger *t,
                          char out[AMBIT_WORDS_MAX])
{
    const char *const name = r->kpi->balance[t->index].name;
    char allowed[AMBIT_TEXT_MAX];
    for (int b = 0; b < r->band_count; b++) {
        const struct ambit_result_band *const band = &r->band[b];
        if (band->share_of >= 0 || strcmp(r->measure[band->measure].name, name) != 0) continue;
        ambit_text_allowed(r, b, allowed);
        if (band->broken_count > 0)
            append(out, "move accounts until every territory keeps its band, %s", allowed);
        else
            append(out, "its band, %s, is kept and allows this: ask for a tighter one", allowed);
        return;
    }
    append(out, "give it a band, such as bands: {%s: 10%%}, for it has none", name);
}

void ambit_trigger_action(const struct ambit_result *result, const struct ambit_trigger *trigger,
                          char out[AMBIT_WORDS_MAX])
{
    out[0] = '\0';
    if (trigger->kind == AMBIT_TRIGGER_GAPS)
        gaps_action(result, out);
    else if (trigger->kind == AMBIT_TRIGGER_OVERLAPS)
        append(out, "take each out of all but one of its territories; it is scored in the first");
    else if (trigger->kind == AMBIT_TRIGGER_SPREAD)
        spread_action(result, trigger, out);
    else if (trigger->kind == AMBIT_TRIGGER_TRAVEL || isnan(trigger->amount))
        travel_action(result, trigger, out);
    else
        move_action(result, trigger, out);
}
