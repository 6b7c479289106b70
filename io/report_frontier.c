/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_frontier.h"
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"
#include "engine/model/contiguity.h"
#include "io/report_diagnosis.h"
#include "io/report_json.h"

#include <math.h>
#include <string.h>

enum { POINTS_A_BLOCK = 7, CELL = 10, NAME = 24, REMEDY = 2048 };

void ambit_text_budget(const struct ambit_frontier_point *point, char out[AMBIT_TEXT_MAX])
{
    if (point->is_free)
        (void)snprintf(out, AMBIT_TEXT_MAX, "free");
    else
        (void)snprintf(out, AMBIT_TEXT_MAX, "%.4g %%", 100.0 * point->budget);
}

static void text_hours(int64_t micro, char out[AMBIT_TEXT_MAX])
{
    const double hours = ambit_from_micro(micro);
    ambit_text_number(hours, ambit_text_decimals(hours), out);
}

static double moved_part(const struct ambit_frontier_point *point)
{
    return (double)point->result.moved_count / fmax((double)point->result.account_count, 1.0);
}

static int outside_count(const struct ambit_result *r)
{
    int count = 0;
    for (int b = 0; b < r->band_count; b++)
        count += r->band[b].broken_count;
    return count;
}

/* What an infeasible plan breaks: bands, else contiguity, else what rules and other budgets ask. */
static void text_broken(const struct ambit_result *r, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_contiguity_figures *const c = r->contiguity;
    const int outside = outside_count(r);
    const bool torn = c != NULL && c->wanted == AMBIT_CONTIGUITY_REQUIRED && c->broken_count > 0;
    if (outside > 0)
        (void)snprintf(out, AMBIT_TEXT_MAX, "%d outside", outside);
    else if (torn)
        (void)snprintf(out, AMBIT_TEXT_MAX, "%lld in pieces", (long long)c->broken_count);
    else
        (void)snprintf(out, AMBIT_TEXT_MAX, "a rule or budget");
}

static void print_point(FILE *file, const struct ambit_frontier *f, int p)
{
    const struct ambit_frontier_point *const point = &f->point[p];
    const struct ambit_result *const r = &point->result;
    char text[AMBIT_TEXT_MAX];
    (void)fputs("  ", file);
    ambit_text_budget(point, text);
    ambit_text_pad(file, text, 8);
    ambit_text_count(r->moved_count, text);
    ambit_text_pad(file, text, 10);
    ambit_text_percent(moved_part(point), 1, text);
    ambit_text_pad(file, text, 9);
    text_hours(r->travel, text);
    ambit_text_pad(file, text, 12);
    text_hours(r->objective, text);
    ambit_text_pad(file, text, 14);
    text_hours(r->bound, text);
    ambit_text_pad(file, r->feasible ? text : "-", 12);
    ambit_text_percent(r->gap, 2, text);
    ambit_text_pad(file, r->feasible ? text : "-", 9);
    text_broken(r, text);
    if (!r->feasible)
        (void)fprintf(file, "   %s", text);
    else if (f->knee == p)
        (void)fputs("   <- knee", file);
    else if (point->plan_of != p)
        (void)fputs("   same plan", file);
    (void)fputc('\n', file);
}

/* The worst deviation of each band, points [begin, end). */
static void print_bands(FILE *file, const struct ambit_frontier *f, int begin, int end)
{
    char text[AMBIT_TEXT_MAX];
    (void)fputs("\n  ", file);
    ambit_text_pad(file, "Worst of each band", -NAME);
    for (int p = begin; p < end; p++) {
        ambit_text_budget(&f->point[p], text);
        ambit_text_pad(file, text, CELL);
    }
    (void)fputc('\n', file);
    for (int b = 0; b < f->point[0].result.band_count; b++) {
        char allowed[AMBIT_TEXT_MAX], name[AMBIT_TEXT_MAX];
        ambit_text_allowed(&f->point[0].result, b, allowed);
        (void)snprintf(name, sizeof name, "%.20s", f->point[0].result.band[b].label);
        (void)fputs("  ", file);
        ambit_text_pad(file, name, -NAME);
        for (int p = begin; p < end; p++) {
            ambit_text_worst(&f->point[p].result, b, text);
            ambit_text_pad(file, text, CELL);
        }
        (void)fprintf(file, "\n    allowed: %s\n", allowed);
    }
}

/* What would do for each point that is outside its bands. */
static void print_remedies(FILE *file, const struct ambit_frontier *f)
{
    char remedy[REMEDY], text[AMBIT_TEXT_MAX];
    bool any = false;
    for (int p = 0; p < f->count; p++) {
        if (!ambit_text_remedy(&f->point[p].result, "\n            ", remedy, sizeof remedy))
            continue;
        if (!any) (void)fputs("\n  What would do where bands are broken\n", file);
        any = true;
        ambit_text_budget(&f->point[p], text);
        (void)fputs("  ", file);
        ambit_text_pad(file, text, 8);
        (void)fprintf(file, "  %s\n", remedy);
    }
}

void ambit_report_frontier(FILE *file, const struct ambit_frontier *frontier,
                           const char *result_path)
{
    static const char *const heads[] = {"budget",       "moved",    "of all", "travel, h",
                                        "objective, h", "bound, h", "gap"};
    static const int widths[] = {8, 10, 9, 12, 14, 12, 9};
    const struct ambit_frontier *const f = frontier;
    (void)fprintf(file, "Frontier of moves%s%s\n\n  ", f->scenario_name[0] != '\0' ? ": " : "",
                  f->scenario_name);
    for (int h = 0; h < 7; h++)
        ambit_text_pad(file, heads[h], widths[h]);
    (void)fputc('\n', file);
    for (int p = 0; p < f->count; p++)
        print_point(file, f, p);
    for (int p = 0; p < f->count; p += POINTS_A_BLOCK)
        print_bands(file, f, p, p + POINTS_A_BLOCK < f->count ? p + POINTS_A_BLOCK : f->count);
    print_remedies(file, f);
    if (f->knee >= 0) {
        char text[AMBIT_TEXT_MAX];
        ambit_text_budget(&f->point[f->knee], text);
        (void)fprintf(file,
                      "\n  Knee: %s; of the plans that meet every band the furthest below the line "
                      "from the first\n  to the last of them, moves and objective scaled alike. "
                      "Beyond it moves save less.\n",
                      text);
    }
    if (result_path != NULL) (void)fprintf(file, "\n  Result         %s\n", result_path);
}

static json_t *band_json(const struct ambit_result *r, int b)
{
    const struct ambit_result_band *const band = &r->band[b];
    return json_pack("{s:s, s:o, s:i, s:o}", "label", band->label, "worst_deviation",
                     ambit_json_number(band->worst_deviation), "outside", (int)band->broken_count,
                     "open_by", ambit_json_number(band->open_by));
}

static json_t *point_json(const struct ambit_frontier *f, int p)
{
    const struct ambit_frontier_point *const point = &f->point[p];
    const struct ambit_result *const r = &point->result;
    json_t *const bands = json_array();
    bool good = bands != NULL;
    for (int b = 0; b < r->band_count && good; b++)
        good = json_array_append_new(bands, band_json(r, b)) == 0;
    return json_pack("{s:o, s:s, s:b, s:i, s:I, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o*}", "budget",
                     point->is_free ? json_null() : ambit_json_number(point->budget), "status",
                     ambit_status_word(r), "knee", f->knee == p, "plan_of", point->plan_of,
                     "moved_accounts", (json_int_t)r->moved_count, "moved_part", moved_part(point),
                     "travel_hours", ambit_json_hours(r->travel), "objective_hours",
                     ambit_json_hours(r->objective), "bound",
                     r->feasible ? ambit_json_number(ambit_from_micro(r->bound)) : json_null(),
                     "gap", ambit_json_number(r->gap), "outside", ambit_json_number(point->outside),
                     "bands", good ? bands : NULL, "diagnosis", ambit_diagnosis_json(r));
}

ambit_status ambit_report_frontier_json(FILE *file, const struct ambit_frontier *frontier,
                                        const char *result_path)
{
    json_t *const points = json_array();
    bool good = points != NULL;
    for (int p = 0; p < frontier->count && good; p++)
        good = json_array_append_new(points, point_json(frontier, p)) == 0;
    return ambit_json_print(file, json_pack("{s:o, s:s, s:s, s:i, s:o}", "result",
                                            ambit_json_text(result_path), "kind", "frontier",
                                            "scenario", frontier->scenario_name, "knee",
                                            frontier->knee, "points", good ? points : NULL));
}

ambit_status ambit_frontier_csv_write(const char *path, const struct ambit_frontier *frontier)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("budget_percent,status,knee,moved_accounts,moved_percent,travel_hours,"
                "objective_hours,bound_hours,gap_percent,outside\n",
                out.file);
    for (int p = 0; p < frontier->count; p++) {
        const struct ambit_frontier_point *const point = &frontier->point[p];
        const struct ambit_result *const r = &point->result;
        if (point->is_free)
            (void)fputs("free", out.file);
        else
            (void)fprintf(out.file, "%.10g", 100.0 * point->budget);
        (void)fprintf(out.file, ",%s,%d,%lld,%.6f,%.6f,%.6f,", ambit_status_word(r),
                      frontier->knee == p, (long long)r->moved_count, 100.0 * moved_part(point),
                      ambit_from_micro(r->travel), ambit_from_micro(r->objective));
        if (r->feasible)
            (void)fprintf(out.file, "%.6f,%.6f", ambit_from_micro(r->bound), 100.0 * r->gap);
        else
            (void)fputc(',', out.file);
        (void)fprintf(out.file, ",%.6f\n", point->outside);
    }
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
