/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figures of an audit for people: what a sales manager reads first stands first, and lists end
 * after a few lines. Everything is in the JSON object and in the result file.
 */
#include "io/report_kpi.h"
#include "engine/model/kpi.h"
#include "io/kpi_words.h"
#include "io/report_cover.h"

#include <math.h>
#include <string.h>

enum { SHOWN_TRIGGERS = 3, SHOWN_AREAS = 3, NUMBER_WIDTH = 11 };

/* The territories with the least and the most of a figure; −1 where none has it. */
static void find_extremes(const struct ambit_figure *f, int32_t count, int32_t *low_out,
                          int32_t *high_out)
{
    *low_out = *high_out = -1;
    for (int32_t j = 0; j < count; j++) {
        if (isnan(f->value[j])) continue;
        if (*low_out < 0 || f->value[j] < f->value[*low_out]) *low_out = j;
        if (*high_out < 0 || f->value[j] > f->value[*high_out]) *high_out = j;
    }
}

static int32_t count_unhealthy(const struct ambit_figure *f, int32_t count)
{
    int32_t outside = 0;
    for (int32_t j = 0; j < count; j++)
        outside += ambit_figure_is_unhealthy(f, f->value[j]);
    return outside;
}

/* Figures that no territory and not the nation has are left out, as administration where the
 * scenario says nothing of it. */
static bool is_empty(const struct ambit_figure *f, int32_t count)
{
    int32_t low, high;
    find_extremes(f, count, &low, &high);
    return low < 0 && isnan(f->nation);
}

static void label_of(const struct ambit_figure *f, char out[AMBIT_TEXT_MAX])
{
    (void)snprintf(out, AMBIT_TEXT_MAX, f->unit[0] != '\0' ? "%s, %s" : "%s%s", f->label, f->unit);
}

/* Widths that fit the labels and the names of territories. */
struct widths {
    int label, name;
};

static struct widths measure_widths(const struct ambit_result *r)
{
    struct widths w = {.label = 24, .name = 4};
    char label[AMBIT_TEXT_MAX];
    for (int f = 0; f < r->kpi->figure_count; f++) {
        label_of(&r->kpi->figure[f], label);
        const int length = ambit_text_characters(label);
        if (length > w.label) w.label = length;
    }
    for (int32_t j = 0; j < r->territory_count; j++) {
        const int length = ambit_text_characters(r->territories[j].name);
        if (length > w.name) w.name = length < 24 ? length : 24;
    }
    return w;
}

/* A name that is last in its line is not padded. */
static void print_extreme(FILE *file, const struct ambit_result *r, const struct ambit_figure *f,
                          int32_t j, int name_width)
{
    char text[AMBIT_TEXT_MAX];
    ambit_figure_text(f, j >= 0 ? f->value[j] : NAN, text);
    ambit_text_pad(file, text, NUMBER_WIDTH);
    if (j < 0 && name_width == 0) return;
    (void)fputs("  ", file);
    ambit_text_pad(file, j >= 0 ? r->territories[j].name : "", -name_width);
}

static void print_figure(FILE *file, const struct ambit_result *r, const struct ambit_figure *f,
                         const struct widths *w)
{
    char text[AMBIT_TEXT_MAX];
    int32_t low, high;
    label_of(f, text);
    (void)fputs("  ", file);
    ambit_text_pad(file, text, -w->label);
    ambit_figure_text(f, f->nation, text);
    ambit_text_pad(file, text, NUMBER_WIDTH);
    find_extremes(f, r->territory_count, &low, &high);
    const bool has_range = !isnan(f->healthy_low);
    print_extreme(file, r, f, low, w->name);
    print_extreme(file, r, f, high, has_range ? w->name : 0);
    if (has_range)
        (void)fprintf(file, "  %3.0f to %.0f %%, %d outside", 100.0 * f->healthy_low,
                      100.0 * f->healthy_high, (int)count_unhealthy(f, r->territory_count));
    (void)fputc('\n', file);
}

/* Quotients that some territories do not have, because what divides is 0 there. */
static void print_missing(FILE *file, const struct ambit_result *r)
{
    for (int n = 0; n < r->kpi->figure_count; n++) {
        const struct ambit_figure *const f = &r->kpi->figure[n];
        int32_t missing = 0;
        for (int32_t j = 0; j < r->territory_count && f->is_own; j++)
            missing += isnan(f->value[j]);
        if (missing > 0)
            (void)fprintf(file, "  %s: none in %d of %d territories, where it would divide by 0\n",
                          f->label, (int)missing, (int)r->territory_count);
    }
}

static void print_figures(FILE *file, const struct ambit_result *r)
{
    const struct widths w = measure_widths(r);
    (void)fputs("\n  ", file);
    ambit_text_pad(file, "Figure", -w.label);
    ambit_text_pad(file, "nation", NUMBER_WIDTH);
    ambit_text_pad(file, "smallest", NUMBER_WIDTH);
    (void)fprintf(file, "  %*s", w.name, "");
    ambit_text_pad(file, "largest", NUMBER_WIDTH);
    (void)fprintf(file, "  %*s  healthy\n", w.name, "");
    for (int n = 0; n < r->kpi->figure_count; n++) {
        const struct ambit_figure *const f = &r->kpi->figure[n];
        if (!is_empty(f, r->territory_count) || f->is_own) print_figure(file, r, f, &w);
    }
    print_missing(file, r);
}

static void print_balance(FILE *file, const struct ambit_result *r)
{
    const struct widths w = measure_widths(r);
    char text[AMBIT_TEXT_MAX];
    if (r->kpi->balance_count == 0) return;
    (void)fputs("\n  ", file);
    ambit_text_pad(file, "Balance", -w.label);
    ambit_text_pad(file, "worst", NUMBER_WIDTH);
    (void)fprintf(file, "  %*s", w.name, "");
    ambit_text_pad(file, "std. dev.", NUMBER_WIDTH);
    ambit_text_pad(file, "Gini", 8);
    (void)fputs("   spread between like territories\n", file);
    for (int m = 0; m < r->kpi->balance_count; m++) {
        const struct ambit_balance *const b = &r->kpi->balance[m];
        (void)snprintf(text, sizeof text, b->unit[0] != '\0' ? "%s, %s" : "%s%s", b->name, b->unit);
        (void)fputs("  ", file);
        ambit_text_pad(file, text, -w.label);
        ambit_text_percent(b->max_deviation, 1, text);
        ambit_text_pad(file, text, NUMBER_WIDTH);
        (void)fputs("  ", file);
        ambit_text_pad(file, r->territories[b->worst].name, -w.name);
        ambit_text_percent(b->deviation, 1, text);
        ambit_text_pad(file, text, NUMBER_WIDTH);
        ambit_text_number(b->gini, 3, text);
        ambit_text_pad(file, text, 8);
        ambit_text_percent(b->spread, 1, text);
        (void)fprintf(file, "   %s, %s\n", text,
                      ambit_like_group_name(r->territory_count, b->group));
    }
}

static void print_area(FILE *file, const struct ambit_result *r, const struct ambit_area *area)
{
    char index[AMBIT_TEXT_MAX], place[AMBIT_TEXT_MAX], count[AMBIT_TEXT_MAX];
    ambit_text_percent(area->index, 0, index);
    ambit_place_text(area->lat, area->lon, place);
    ambit_text_count(area->account_count, count);
    (void)fputs("    ", file);
    ambit_text_pad(file, index, 7);
    (void)fprintf(file, "  around %s: %s accounts, in %s\n", place, count,
                  r->territories[area->territory].name);
}

static void print_coverage(FILE *file, const struct ambit_result *r)
{
    const struct ambit_kpi *const k = r->kpi;
    int64_t under = 0;
    char total[AMBIT_TEXT_MAX];
    if (!(k->effort_per_potential > 0.0)) return;
    while (under < k->area_count && k->area[under].index < 1.0)
        under++;
    const int64_t over = k->area_count - under;
    ambit_text_count(k->area_total, total);
    (void)fprintf(file,
                  "\n  Effort for potential, nation = 100 %%: of %s areas %lld are below %.0f %%, "
                  "%lld above %.0f %%\n",
                  total, (long long)under, 100.0 * (1.0 - AMBIT_COVERAGE_MARGIN), (long long)over,
                  100.0 * (1.0 + AMBIT_COVERAGE_MARGIN));
    for (int64_t n = 0; n < under && n < SHOWN_AREAS; n++)
        print_area(file, r, &k->area[n]);
    for (int64_t n = over < SHOWN_AREAS ? over : SHOWN_AREAS; n > 0; n--)
        print_area(file, r, &k->area[k->area_count - n]);
}

/* ---- triggers ---- */

/* Triggers of one heading: those of a band, of travel, or of spread. */
static int64_t end_of_group(const struct ambit_kpi *k, int64_t first)
{
    const struct ambit_trigger *const t = k->trigger;
    int64_t end = first + 1;
    while (end < k->trigger_count && t[end].kind == t[first].kind &&
           (t[first].kind != AMBIT_TRIGGER_BAND || t[end].index == t[first].index))
        end++;
    return end;
}

static void print_heading(FILE *file, const struct ambit_result *r, const struct ambit_trigger *t,
                          int64_t count)
{
    char allowed[AMBIT_TEXT_MAX];
    switch (t->kind) {
    case AMBIT_TRIGGER_GAPS:
    case AMBIT_TRIGGER_OVERLAPS:
        ambit_text_number(t->value, 0, allowed);
        (void)fprintf(file, "  %s: %s\n",
                      t->kind == AMBIT_TRIGGER_GAPS ? "accounts in no territory"
                                                    : "accounts in more than one territory",
                      allowed);
        break;
    case AMBIT_TRIGGER_BAND:
        ambit_text_allowed(r, t->index, allowed);
        (void)fprintf(file, "  %s outside its band (%s): %lld of %d territories\n",
                      r->band[t->index].label, allowed, (long long)count, (int)r->territory_count);
        break;
    case AMBIT_TRIGGER_TRAVEL:
        (void)fprintf(file, "  travel above %.0f %% of the working time: %lld of %d territories\n",
                      100.0 * AMBIT_TRAVEL_FLAG, (long long)count, (int)r->territory_count);
        break;
    case AMBIT_TRIGGER_SPREAD:
        (void)fprintf(file,
                      "  spread above %.0f %% between like territories: %lld of %d measures\n",
                      100.0 * AMBIT_SPREAD_FLAG, (long long)count, r->kpi->balance_count);
        break;
    }
}

static void print_trigger(FILE *file, const struct ambit_result *r, const struct ambit_trigger *t)
{
    char evidence[AMBIT_WORDS_MAX], action[AMBIT_WORDS_MAX];
    const char *const name = t->kind == AMBIT_TRIGGER_SPREAD ? r->kpi->balance[t->index].name
                             : t->kind == AMBIT_TRIGGER_GAPS ? "gaps"
                             : t->kind == AMBIT_TRIGGER_OVERLAPS
                                 ? "overlaps"
                                 : r->territories[t->territory].name;
    ambit_trigger_evidence(r, t, evidence);
    ambit_trigger_action(r, t, action);
    (void)fprintf(file, "    %s: %s\n      %s\n", name, evidence, action);
}

/* Whether a band that limits travel's share of something has named the territory already. */
static bool is_named(const struct ambit_result *r, const struct ambit_trigger *t)
{
    const struct ambit_kpi *const k = r->kpi;
    for (int64_t n = 0; n < k->trigger_count && t->kind == AMBIT_TRIGGER_TRAVEL; n++) {
        const struct ambit_trigger *const other = &k->trigger[n];
        if (other->kind == AMBIT_TRIGGER_BAND && other->territory == t->territory &&
            r->band[other->index].share_of >= 0 &&
            strcmp(r->measure[r->band[other->index].measure].name, "travel") == 0)
            return true;
    }
    return false;
}

/* The first of a group, but those that stand above for the same reason. */
static void print_group(FILE *file, const struct ambit_result *r, int64_t first, int64_t end)
{
    const struct ambit_trigger *const t = r->kpi->trigger;
    int64_t named = 0, printed = 0;
    for (int64_t n = first; n < end; n++) {
        if (is_named(r, &t[n]))
            named++;
        else if (printed++ < SHOWN_TRIGGERS)
            print_trigger(file, r, &t[n]);
    }
    if (named > 0)
        (void)fprintf(file, "    %s%lld named above\n", printed > 0 ? "and " : "",
                      (long long)named);
    if (printed > SHOWN_TRIGGERS)
        (void)fprintf(file, "    and %lld more, in --json\n",
                      (long long)(printed - SHOWN_TRIGGERS));
}

static void print_triggers(FILE *file, const struct ambit_result *r)
{
    const struct ambit_kpi *const k = r->kpi;
    (void)fputs(k->trigger_count > 0
                    ? "\nWhat calls for action, the worst first (`ambit run` does it)\n"
                    : "\nNothing calls for action\n",
                file);
    for (int64_t first = 0, end; first < k->trigger_count; first = end) {
        end = end_of_group(k, first);
        print_heading(file, r, &k->trigger[first], end - first);
        print_group(file, r, first, end);
    }
}

void ambit_report_kpi(FILE *file, const struct ambit_result *result)
{
    if (result->kpi == NULL) return;
    print_figures(file, result);
    print_balance(file, result);
    print_coverage(file, result);
    ambit_report_cover(file, result);
    print_triggers(file, result);
}

/* ---- the table ---- */

static int head_width(const struct ambit_figure *f)
{
    const int length = ambit_text_characters(f->head);
    return (length > 9 ? length : 9) + 2;
}

void ambit_report_kpi_table(FILE *file, const struct ambit_result *r)
{
    const struct ambit_kpi *const k = r->kpi;
    bool marked = false;
    if (k == NULL) return;
    const struct widths w = measure_widths(r);
    (void)fputs("\n  ", file);
    ambit_text_pad(file, "Territory", w.name > 9 ? -w.name : -9);
    for (int n = 0; n < k->figure_count; n++)
        if (k->figure[n].head[0] != '\0' && !is_empty(&k->figure[n], r->territory_count))
            ambit_text_pad(file, k->figure[n].head, head_width(&k->figure[n]));
    (void)fputc('\n', file);
    for (int32_t j = 0; j < r->territory_count; j++) {
        (void)fputs("  ", file);
        ambit_text_pad(file, r->territories[j].name, w.name > 9 ? -w.name : -9);
        for (int n = 0; n < k->figure_count; n++) {
            const struct ambit_figure *const f = &k->figure[n];
            char text[AMBIT_TEXT_MAX], cell[AMBIT_TEXT_MAX];
            if (f->head[0] == '\0' || is_empty(f, r->territory_count)) continue;
            const bool unhealthy = ambit_figure_is_unhealthy(f, f->value[j]);
            ambit_figure_text(f, f->value[j], text);
            (void)snprintf(cell, sizeof cell, "%s%.140s", unhealthy ? "*" : "", text);
            ambit_text_pad(file, cell, head_width(f));
            marked |= unhealthy;
        }
        (void)fputc('\n', file);
    }
    if (marked) (void)fputs("  * outside the healthy range\n", file);
}
