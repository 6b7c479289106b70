/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_headcount.h"
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/csv_out.h"
#include "io/farm_hdf5.h"
#include "io/report_farm.h"
#include "io/report_json.h"
#include "io/report_text.h"

#include <math.h>
#include <string.h>

enum { STEPS_SHOWN = 10, NUMBER = 8, NAME = 22 };

static double part_of(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : NAN;
}

static void pad_number(FILE *file, double value, int decimals, int width)
{
    char text[AMBIT_TEXT_MAX];
    ambit_text_number(value, decimals, text);
    ambit_text_pad(file, text, width);
}

static void pad_hours(FILE *file, int64_t micro, int width)
{
    pad_number(file, ambit_from_micro(micro), 0, width);
}

static void pad_percent(FILE *file, double part, int decimals, int width)
{
    char text[AMBIT_TEXT_MAX];
    ambit_text_percent(part, decimals, text);
    ambit_text_pad(file, text, width);
}

static const struct ambit_headcount_point *today_of(const struct ambit_headcount_curve *curve)
{
    for (int p = 0; p < curve->count; p++)
        if (curve->point[p].territories == curve->today && curve->point[p].has_plan)
            return &curve->point[p];
    return NULL;
}

/* ---- how many are needed ---- */

static void print_segments(FILE *file, const struct ambit_scenario *s,
                           const struct ambit_headcount *f, const struct ambit_build_up *b)
{
    const struct ambit_segments *const segments = &s->audit.segments;
    static const char *const heads[] = {"accounts", "visits a year", "hours a visit", "hours",
                                        "reps"};
    (void)fputs("    ", file);
    ambit_text_pad(file, "segment", -NAME);
    for (int h = 0; h < 5; h++)
        ambit_text_pad(file, heads[h], 14);
    (void)fputc('\n', file);
    for (int c = 0; c < segments->count; c++) {
        (void)fputs("    ", file);
        ambit_text_pad(file, segments->name[c], -NAME);
        pad_number(file, (double)f->class_accounts[c], 0, 14);
        pad_number(file, s->headcount.visits[c], 1, 14);
        pad_number(file, s->headcount.visit_hours[c], 2, 14);
        pad_number(file, b->hours[c], 0, 14);
        pad_number(file, b->reps[c], 2, 14);
        (void)fputc('\n', file);
    }
}

static void print_build_up(FILE *file, const struct ambit_scenario *s,
                           const struct ambit_headcount_point *today)
{
    struct ambit_build_up b;
    char hours[AMBIT_TEXT_MAX], share[AMBIT_TEXT_MAX], reps[AMBIT_TEXT_MAX];
    if (!s->headcount.has_call_plan || today == NULL) return;
    ambit_headcount_build_up(s, &today->figures, &b);
    ambit_text_number(s->headcount.working_hours, 0, hours);
    ambit_text_percent(s->headcount.field_share, 0, share);
    ambit_text_number(b.all_reps, 2, reps);
    (void)fprintf(
        file, "  By the call plan: %lld reps (%s), each with %s of %s hours a year for visits\n",
        (long long)b.needed, reps, share, hours);
    print_segments(file, s, &today->figures, &b);
    (void)fputs("    Travel is in what is not for visits: the same for every rep, wherever they "
                "live.\n",
                file);
}

static void print_enough(FILE *file, const struct ambit_headcount_curve *curve)
{
    if (curve->enough == 0)
        (void)fprintf(file,
                      "  By the curve: %d or fewer; the fewest that were drawn have no overtime\n",
                      (int)curve->point[0].territories);
    else if (curve->enough > 0)
        (void)fprintf(
            file, "  By the curve: %d; the first without overtime, with the travel of its plan\n",
            (int)curve->point[curve->enough].territories);
    else if (curve->count > 0)
        (void)fprintf(
            file, "  By the curve: more than %d; there is overtime, with the travel of its plan\n",
            (int)curve->point[curve->count - 1].territories);
}

/* ---- the curve ---- */

static void print_heads(FILE *file, const char *const *heads, const int *widths, int count)
{
    (void)fputs("\n  ", file);
    for (int h = 0; h < count; h++)
        ambit_text_pad(file, heads[h], widths[h]);
    (void)fputc('\n', file);
}

static void print_number(FILE *file, const struct ambit_headcount_point *point)
{
    (void)fputs("  ", file);
    pad_number(file, point->territories, 0, NUMBER);
}

static void print_load(FILE *file, const struct ambit_headcount_curve *curve,
                       const struct ambit_headcount_point *point)
{
    const struct ambit_headcount *const f = &point->figures;
    char worst[AMBIT_TEXT_MAX];
    print_number(file, point);
    if (!point->has_plan) {
        (void)fputs("   no plan\n", file);
        return;
    }
    pad_percent(file, part_of(f->covered, f->work), 1, 10);
    pad_hours(file, f->overtime, 13);
    pad_hours(file, f->overtime_most, 11);
    (void)snprintf(worst, sizeof worst, "  %.14s",
                   point->worst_name[0] != '\0' ? point->worst_name : "-");
    ambit_text_pad(file, worst, -16);
    pad_hours(file, f->travel, 11);
    pad_percent(file, part_of(f->travel, f->work + f->travel), 1, 9);
    pad_percent(file, point->gap, 2, 9);
    if (point->feasible)
        (void)fputs(point->territories == curve->today ? "  <- today" : "", file);
    else
        (void)fprintf(file, "  %d out", (int)point->outside);
    (void)fputc('\n', file);
}

static void print_money(FILE *file, const struct ambit_headcount_curve *curve, int p)
{
    const struct ambit_headcount_point *const point = &curve->point[p];
    const struct ambit_headcount *const f = &point->figures;
    if (!point->has_plan) return;
    print_number(file, point);
    pad_number(file, point->travel_cost, 0, 13);
    pad_number(file, ambit_from_micro(f->potential) / point->territories, 1, 10);
    pad_number(file, ambit_from_micro(f->potential_least), 1, 10);
    pad_number(file, ambit_from_micro(f->potential_most), 1, 10);
    pad_percent(file, part_of(f->value_covered, f->value), 1, 9);
    pad_number(file, point->net, 0, 15);
    pad_number(file, point->marginal, 0, 12);
    (void)fputs(p == curve->best ? "  <- best\n" : "\n", file);
}

static void print_best(FILE *file, const struct ambit_scenario *s,
                       const struct ambit_headcount_curve *curve)
{
    char cost[AMBIT_TEXT_MAX];
    if (curve->best < 0) return;
    ambit_text_number(s->headcount.per_rep, 0, cost);
    (void)fprintf(
        file,
        "\n  Best: %d, by value covered less travel and reps, of the plans that meet every "
        "band.\n",
        (int)curve->point[curve->best].territories);
    if (curve->best + 1 < curve->count)
        (void)fprintf(file,
                      "  Beyond it a rep more brings less a year than the %s that a rep costs.\n",
                      cost);
    else
        (void)fputs("  It is the last of the row: more may be better still.\n", file);
}

static void print_messages(FILE *file, const struct ambit_headcount_curve *curve)
{
    for (int p = 0; p < curve->count; p++) {
        const struct ambit_headcount_point *const point = &curve->point[p];
        if (point->message[0] != '\0')
            (void)fprintf(file, "\n  %d: %s\n", (int)point->territories, point->message);
    }
}

/* ---- who ---- */

static void print_steps(FILE *file, const char *head, const struct ambit_headcount_step *step,
                        int32_t count)
{
    char name[AMBIT_TEXT_MAX];
    if (count > 0) (void)fprintf(file, "\n  %s\n", head);
    for (int32_t n = 0; n < count && n < STEPS_SHOWN; n++) {
        const bool is_named =
            step[n].rep_id[0] != '\0' && strcmp(step[n].rep_id, step[n].name) != 0;
        (void)snprintf(name, sizeof name, "%.20s%s%.20s", step[n].name, is_named ? ", " : "",
                       is_named ? step[n].rep_id : "");
        (void)fputs("    ", file);
        ambit_text_pad(file, name, -NAME);
        (void)fprintf(file, "  %8.4f, %9.4f%s%.40s\n", step[n].lat, step[n].lon,
                      step[n].near_account[0] != '\0' ? "   at account " : "",
                      step[n].near_account);
    }
    if (count > STEPS_SHOWN)
        (void)fprintf(file, "    and %d more, in the scenarios beside the result\n",
                      (int)(count - STEPS_SHOWN));
}

void ambit_report_headcount(FILE *file, const struct ambit_scenario *scenario,
                            const struct ambit_headcount_curve *curve)
{
    static const char *const loads[] = {"number", "covered",   "overtime, h", "worst, h",
                                        "  in",   "travel, h", "of hours",    "gap"};
    static const int load_widths[] = {NUMBER, 10, 13, 11, -16, 11, 9, 9};
    static const char *const money[] = {"number", "travel cost", "potential", "least",
                                        "most",   "value",       "net",       "a rep more"};
    static const int money_widths[] = {NUMBER, 13, 10, 10, 10, 9, 15, 12};
    (void)fprintf(file, "Headcount: %s, %d territories today\n\n", curve->scenario_name,
                  (int)curve->today);
    print_build_up(file, scenario, today_of(curve));
    print_enough(file, curve);
    print_heads(file, loads, load_widths, 8);
    for (int p = 0; p < curve->count; p++)
        print_load(file, curve, &curve->point[p]);
    print_heads(file, money, money_widths, 8);
    for (int p = 0; p < curve->count; p++)
        print_money(file, curve, p);
    print_best(file, scenario, curve);
    print_steps(file, "Who can be spared, the first to go first, by the prices of today's bands:",
                curve->leave, curve->leave_count);
    print_steps(file, "Where the next reps would live, by the same:", curve->hire,
                curve->hire_count);
    print_messages(file, curve);
}

/* ---- for programs ---- */

static json_t *hours_json(int64_t micro)
{
    return ambit_json_number(ambit_from_micro(micro));
}

static json_t *point_json(const struct ambit_headcount_curve *curve, int p)
{
    const struct ambit_headcount_point *const point = &curve->point[p];
    const struct ambit_headcount *const f = &point->figures;
    json_t *const object = json_pack(
        "{s:i, s:s, s:s, s:o}", "territories", (int)point->territories, "plan", point->name,
        "status",
        !point->has_plan  ? "failed"
        : point->feasible ? "done"
                          : "infeasible",
        "message", point->message[0] != '\0' ? ambit_json_text(point->message) : json_null());
    if (object == NULL || !point->has_plan) return object;
    json_t *const figures = json_pack(
        "{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o, "
        "s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b}",
        "outside", (int)point->outside, "objective_hours", hours_json(point->objective), "bound",
        point->feasible ? hours_json(point->bound) : json_null(), "gap",
        ambit_json_number(point->gap), "capacity_hours", hours_json(f->capacity), "work_hours",
        hours_json(f->work), "coverage", ambit_json_number(part_of(f->covered, f->work)),
        "covered_hours", hours_json(f->covered), "overtime_hours", hours_json(f->overtime),
        "overtime_most_hours", hours_json(f->overtime_most), "overtime_worst",
        point->worst_name[0] != '\0' ? ambit_json_text(point->worst_name) : json_null(),
        "travel_hours", hours_json(f->travel), "travel_share",
        ambit_json_number(part_of(f->travel, f->work + f->travel)), "covered_travel_hours",
        hours_json(f->done_travel), "travel_km", hours_json(f->km), "covered_travel_km",
        hours_json(f->done_km), "travel_cost", ambit_json_number(point->travel_cost),
        "potential_mean", ambit_json_number(ambit_from_micro(f->potential) / point->territories),
        "potential_least", hours_json(f->potential_least), "potential_most",
        hours_json(f->potential_most), "value", hours_json(f->value), "value_covered",
        hours_json(f->value_covered), "net", ambit_json_number(point->net), "marginal",
        ambit_json_number(point->marginal), "best", p == curve->best, "today",
        point->territories == curve->today);
    const int failed = figures == NULL || json_object_update(object, figures) != 0;
    json_decref(figures);
    if (!failed) return object;
    json_decref(object);
    return NULL;
}

/* Why a number has no plan, or one that breaks a band: the file has that by the plan's name. */
static ambit_status put_why(const char *path, const struct ambit_headcount_point *point,
                            json_t *object)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_entry *entry = NULL;
    int count = 0;
    AMBIT_TRY(ambit_farm_list(path, &entry, &count));
    for (int n = 0; n < count; n++)
        if (strcmp(entry[n].name, point->name) == 0)
            AMBIT_TRY(ambit_farm_why_json(path, n, object));
done:
    ambit_free(&entry);
    return status;
}

static json_t *step_json(const struct ambit_headcount_step *step)
{
    return json_pack("{s:o, s:o, s:f, s:f, s:o, s:o}", "territory", ambit_json_text(step->name),
                     "rep", ambit_json_text(step->rep_id[0] != '\0' ? step->rep_id : NULL), "lat",
                     step->lat, "lon", step->lon, "account",
                     ambit_json_text(step->near_account[0] != '\0' ? step->near_account : NULL),
                     "estimate_hours", ambit_json_number(step->hours));
}

static json_t *steps_json(const struct ambit_headcount_step *step, int32_t count)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int32_t n = 0; n < count && good; n++)
        good = json_array_append_new(list, step_json(&step[n])) == 0;
    if (good) return list;
    json_decref(list);
    return NULL;
}

static json_t *build_up_json(const struct ambit_scenario *s,
                             const struct ambit_headcount_point *today)
{
    struct ambit_build_up b;
    if (!s->headcount.has_call_plan || today == NULL) return json_null();
    ambit_headcount_build_up(s, &today->figures, &b);
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int c = 0; c < s->audit.segments.count && good; c++)
        good = json_array_append_new(list, json_pack("{s:o, s:I, s:f, s:f}", "segment",
                                                     ambit_json_text(s->audit.segments.name[c]),
                                                     "accounts",
                                                     (json_int_t)today->figures.class_accounts[c],
                                                     "hours", b.hours[c], "reps", b.reps[c])) == 0;
    if (good)
        return json_pack("{s:I, s:f, s:f, s:o}", "needed", (json_int_t)b.needed, "reps", b.all_reps,
                         "hours", b.all_hours, "segments", list);
    json_decref(list);
    return NULL;
}

ambit_status ambit_report_headcount_json(FILE *file, const struct ambit_scenario *scenario,
                                         const struct ambit_headcount_curve *curve,
                                         const char *path)
{
    json_t *const points = json_array();
    bool good = points != NULL;
    for (int p = 0; p < curve->count && good; p++) {
        good = json_array_append_new(points, point_json(curve, p)) == 0;
        if (!good || curve->point[p].feasible) continue;
        const ambit_status why = put_why(path, &curve->point[p], json_array_get(points, (size_t)p));
        if (why == AMBIT_OK) continue;
        json_decref(points);
        return why;
    }
    return ambit_json_print(
        file, json_pack("{s:o, s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "result",
                        ambit_json_text(path), "kind", "headcount", "scenario",
                        ambit_json_text(curve->scenario_name), "today", (int)curve->today, "best",
                        curve->best >= 0 ? json_integer(curve->point[curve->best].territories)
                                         : json_null(),
                        "enough",
                        curve->enough >= 0 ? json_integer(curve->point[curve->enough].territories)
                                           : json_null(),
                        "build_up", build_up_json(scenario, today_of(curve)), "points",
                        good ? points : NULL, "leave", steps_json(curve->leave, curve->leave_count),
                        "hire", steps_json(curve->hire, curve->hire_count)));
}

static void put_value(FILE *file, double value)
{
    (void)fputc(',', file);
    if (isfinite(value)) (void)fprintf(file, "%.6f", value);
}

ambit_status ambit_headcount_csv_write(const char *path, const struct ambit_headcount_curve *curve)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("territories,status,today,best,outside,capacity_hours,work_hours,coverage_percent,"
                "overtime_hours,overtime_most_hours,overtime_worst,travel_hours,"
                "travel_share_percent,travel_km,travel_cost,potential_mean,potential_least,"
                "potential_most,value,value_covered,net,marginal,gap_percent\n",
                out.file);
    for (int p = 0; p < curve->count; p++) {
        const struct ambit_headcount_point *const point = &curve->point[p];
        const struct ambit_headcount *const f = &point->figures;
        const double before[] = {ambit_from_micro(f->capacity), ambit_from_micro(f->work),
                                 100.0 * part_of(f->covered, f->work),
                                 ambit_from_micro(f->overtime), ambit_from_micro(f->overtime_most)};
        const double behind[] = {ambit_from_micro(f->travel),
                                 100.0 * part_of(f->travel, f->work + f->travel),
                                 ambit_from_micro(f->km),
                                 point->travel_cost,
                                 ambit_from_micro(f->potential) / point->territories,
                                 ambit_from_micro(f->potential_least),
                                 ambit_from_micro(f->potential_most),
                                 ambit_from_micro(f->value),
                                 ambit_from_micro(f->value_covered),
                                 point->net,
                                 point->marginal,
                                 100.0 * point->gap};
        (void)fprintf(out.file, "%d,%s,%d,%d,%d", (int)point->territories,
                      !point->has_plan  ? "failed"
                      : point->feasible ? "done"
                                        : "infeasible",
                      point->territories == curve->today, p == curve->best, (int)point->outside);
        for (size_t v = 0; v < sizeof before / sizeof *before; v++)
            put_value(out.file, point->has_plan ? before[v] : NAN);
        ambit_csv_put_name(out.file, point->worst_name);
        for (size_t v = 0; v < sizeof behind / sizeof *behind; v++)
            put_value(out.file, point->has_plan ? behind[v] : NAN);
        (void)fputc('\n', out.file);
    }
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
