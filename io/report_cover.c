/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_cover.h"
#include "engine/model/kpi.h"
#include "io/kpi_words.h"

#include <math.h>

enum { ID_WIDTH = 20, NUMBER_WIDTH = 12 };

static bool has_gaps(const struct ambit_result *r)
{
    return r->kpi != NULL && r->kpi->cover.gaps.count > 0;
}

static bool has_overlaps(const struct ambit_result *r)
{
    return r->kpi != NULL && r->kpi->cover.overlaps.count > 0;
}

void ambit_report_cover_line(FILE *file, const struct ambit_result *r)
{
    char count[AMBIT_TEXT_MAX];
    if (r->kpi == NULL) return;
    if (!has_gaps(r) && !has_overlaps(r)) {
        (void)fputs(", each in exactly one: no overlap, no gap", file);
        return;
    }
    ambit_text_count(r->kpi->cover.gaps.count, count);
    (void)fprintf(file, "; gaps: %s more in none", count);
    ambit_text_count(r->kpi->cover.overlaps.count, count);
    (void)fprintf(file, "; overlaps: %s in several", count);
}

bool ambit_report_cover_status(FILE *file, const struct ambit_result *r)
{
    char gaps[AMBIT_TEXT_MAX], overlaps[AMBIT_TEXT_MAX];
    if (!has_gaps(r) && !has_overlaps(r)) return false;
    ambit_text_count(r->kpi->cover.gaps.count, gaps);
    ambit_text_count(r->kpi->cover.overlaps.count, overlaps);
    (void)fprintf(file, "infeasible: %s account%s in no territory, %s in more than one\n", gaps,
                  r->kpi->cover.gaps.count == 1 ? "" : "s", overlaps);
    return true;
}

static void print_amount(FILE *file, double value, bool is_there)
{
    char text[AMBIT_TEXT_MAX];
    ambit_text_number(is_there ? value : NAN, ambit_text_decimals(value), text);
    ambit_text_pad(file, text, NUMBER_WIDTH);
}

/* "  Gaps: 12 accounts, 34.5 h of work, 678.0 USD of potential". */
static void print_head(FILE *file, const struct ambit_result *r, const char *name,
                       const struct ambit_cover_list *list, const char *last)
{
    char text[AMBIT_TEXT_MAX];
    const char *const unit = ambit_potential_unit(r);
    ambit_text_count(list->count, text);
    (void)fprintf(file, "\n  %s: %s account%s", name, text, list->count == 1 ? "" : "s");
    if (!isnan(list->work)) {
        ambit_text_number(list->work, ambit_text_decimals(list->work), text);
        (void)fprintf(file, ", %s h of work", text);
    }
    if (!isnan(list->potential)) {
        ambit_text_number(list->potential, ambit_text_decimals(list->potential), text);
        (void)fprintf(file, ", %s%s%s of potential", text, unit[0] != '\0' ? " " : "", unit);
    }
    (void)fputs("\n    ", file);
    ambit_text_pad(file, "the largest", -ID_WIDTH);
    ambit_text_pad(file, "work, h", NUMBER_WIDTH);
    ambit_text_pad(file, "potential", NUMBER_WIDTH);
    (void)fprintf(file, "  %s\n", last);
}

static void print_entry(FILE *file, const struct ambit_cover_list *list,
                        const struct ambit_cover_entry *entry)
{
    (void)fputs("    ", file);
    ambit_text_pad(file, entry->id, -ID_WIDTH);
    print_amount(file, entry->work, !isnan(list->work));
    print_amount(file, entry->potential, !isnan(list->potential));
    (void)fputs("  ", file);
}

static void print_gaps(FILE *file, const struct ambit_result *r)
{
    const struct ambit_cover_list *const gaps = &r->kpi->cover.gaps;
    char text[AMBIT_TEXT_MAX];
    print_head(file, r, "In no territory", gaps, "nearest territory");
    for (int32_t n = 0; n < gaps->listed; n++) {
        const struct ambit_cover_entry *const gap = &gaps->entry[n];
        print_entry(file, gaps, gap);
        ambit_text_number(gap->nearest_km, 1, text);
        (void)fprintf(file, "%s, %s km%s\n", r->territories[gap->nearest].name, text,
                      gap->is_unknown ? "; the one it names is unknown" : "");
    }
    if (r->kpi->cover.unknown_count > 0) {
        ambit_text_count(r->kpi->cover.unknown_count, text);
        (void)fprintf(file, "    %s of all name a territory that is unknown\n", text);
    }
}

static void print_overlaps(FILE *file, const struct ambit_result *r)
{
    const struct ambit_cover_list *const overlaps = &r->kpi->cover.overlaps;
    char claims[AMBIT_WORDS_MAX];
    print_head(file, r, "In more than one territory", overlaps, "territories; scored in the first");
    for (int32_t n = 0; n < overlaps->listed; n++) {
        print_entry(file, overlaps, &overlaps->entry[n]);
        ambit_claims_text(r, &overlaps->entry[n], claims);
        (void)fprintf(file, "%s\n", claims);
    }
}

void ambit_report_cover(FILE *file, const struct ambit_result *r)
{
    if (has_gaps(r)) print_gaps(file, r);
    if (has_overlaps(r)) print_overlaps(file, r);
}
