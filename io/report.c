/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The summary for people.
 */
#include "io/report.h"
#include "engine/base/fixed.h"
#include "engine/model/kpi.h"
#include "io/report_contiguity.h"
#include "io/report_cover.h"
#include "io/report_diagnosis.h"
#include "io/report_disruption.h"
#include "io/report_kpi.h"
#include "io/report_nightly.h"
#include "io/report_text.h"

#include <math.h>
#include <string.h>

#define LABEL_WIDTH 15

static int broken_bands(const struct ambit_result *r)
{
    int broken = 0;
    for (int b = 0; b < r->band_count; b++)
        broken += r->band[b].broken_count > 0;
    return broken;
}

/* "12 by locked, 3 by reach" */
static void list_broken(const struct ambit_result_rules *rules, char out[AMBIT_TEXT_MAX])
{
    size_t length = 0;
    out[0] = '\0';
    for (int k = 0; k < AMBIT_RULE_KIND_COUNT; k++) {
        char count[AMBIT_TEXT_MAX];
        if (rules->broken[k] == 0 || length >= AMBIT_TEXT_MAX) continue;
        ambit_text_count(rules->broken[k], count);
        length += (size_t)snprintf(out + length, AMBIT_TEXT_MAX - length, "%s%s by %s",
                                   length > 0 ? ", " : "", count,
                                   ambit_rule_kind_name((enum ambit_rule_kind)k));
    }
}

static void print_status(FILE *file, const struct ambit_result *r)
{
    char allowed[AMBIT_TEXT_MAX], by[AMBIT_TEXT_MAX], limit[AMBIT_TEXT_MAX];
    const int broken = broken_bands(r);
    const bool rules_broken = r->rules != NULL && r->rules->broken_count > 0;
    if (r->feasible) {
        (void)fprintf(file, "feasible: every territory is within every band%s%s\n",
                      r->rules != NULL ? ", and every rule is kept" : "",
                      r->budget_count > 0 ? ", and every budget is kept" : "");
        return;
    }
    const bool uncovered = ambit_report_cover_status(file, r);
    if (broken > 0)
        (void)fprintf(file, "%s: %d of %d bands %s not met\n", uncovered ? "  bands" : "infeasible",
                      broken, r->band_count, broken == 1 ? "is" : "are");
    if (rules_broken) {
        list_broken(r->rules, by);
        ambit_text_count(r->rules->broken_count, limit);
        (void)fprintf(file, "%s: %s accounts break rules (%s), first %s in %s by %s\n",
                      broken > 0 || uncovered ? "  rules" : "infeasible", limit, by,
                      r->rules->first_account, r->rules->first_territory, r->rules->first_rule);
    }
    if (broken == 0 && !rules_broken && !uncovered)
        (void)fputs("infeasible: every band is met, but not every rule or budget\n", file);
    ambit_report_overdrawn(file, r);
    for (int b = 0; b < r->band_count; b++) {
        const struct ambit_result_band *const band = &r->band[b];
        if (band->broken_count == 0) continue;
        ambit_text_allowed(r, b, allowed);
        ambit_text_open_by(r, b, by);
        (void)fprintf(file, "  %s: %d of %d territories outside (allowed: %s)", band->label,
                      (int)band->broken_count, (int)r->territory_count, allowed);
        if (r->kind == AMBIT_RESULT_PLAN) (void)fprintf(file, "; it would have to open by %s", by);
        if (isfinite(band->proven_limit)) {
            ambit_text_proven(r, b, limit);
            (void)fprintf(file, "; no plan meets a limit tighter than %s", limit);
        }
        (void)fputc('\n', file);
    }
}

static void print_label(FILE *file, const char *label)
{
    (void)fputs("  ", file);
    ambit_text_pad(file, label, -LABEL_WIDTH);
}

static void print_hours(FILE *file, int64_t micro)
{
    char text[AMBIT_TEXT_MAX];
    const double hours = ambit_from_micro(micro);
    ambit_text_number(hours, ambit_text_decimals(hours), text);
    (void)fprintf(file, "%s h", text);
}

static void print_travel(FILE *file, const struct ambit_result *r)
{
    char percent[AMBIT_TEXT_MAX];
    print_label(file, "Travel");
    print_hours(file, r->travel);
    (void)fputs(" a year", file);
    if (r->kind == AMBIT_RESULT_PLAN && r->travel_before > 0) {
        const double change = (double)r->travel / (double)r->travel_before - 1.0;
        ambit_text_percent(fabs(change), 1, percent);
        (void)fprintf(file, ", %s %s than the current ", percent, change <= 0.0 ? "less" : "more");
        print_hours(file, r->travel_before);
    }
    (void)fputc('\n', file);
}

static void print_together(FILE *file, const struct ambit_result_together *together)
{
    char groups[AMBIT_TEXT_MAX], accounts[AMBIT_TEXT_MAX], split[AMBIT_TEXT_MAX];
    if (together->column[0] == '\0') return;
    ambit_text_count(together->group_count, groups);
    ambit_text_count(together->account_count, accounts);
    ambit_text_count(together->split_count, split);
    print_label(file, "Together");
    (void)fprintf(file, "%s groups of %s accounts by %s, ", groups, accounts, together->column);
    if (together->split_count == 0)
        (void)fputs("each in one territory\n", file);
    else
        (void)fprintf(file, "%s split, the first %s\n", split, together->first_split);
}

static void print_separation(FILE *file, const struct ambit_result *r)
{
    const struct ambit_result_separation *const s = &r->separation;
    char asked[AMBIT_TEXT_MAX], least[AMBIT_TEXT_MAX], count[AMBIT_TEXT_MAX];
    if (!(s->asked_km > 0.0)) return;
    ambit_text_number(s->asked_km, 1, asked);
    ambit_text_number(s->least_km, 1, least);
    print_label(file, "Separation");
    (void)fprintf(file, "%s km asked for", asked);
    if (s->first >= 0)
        (void)fprintf(file, "; nearest centres %s km, %s and %s", least,
                      r->territories[s->first].name, r->territories[s->second].name);
    if (s->broken_count > 0) {
        ambit_text_count(s->broken_count, count);
        (void)fprintf(file, "; %s too near", count);
    }
    if (s->home_count > 0) {
        ambit_text_count(s->home_count, count);
        (void)fprintf(file, "; %s pairs of homes nearer", count);
    }
    (void)fputc('\n', file);
}

static void print_plan_figures(FILE *file, const struct ambit_result *r)
{
    char count[AMBIT_TEXT_MAX], percent[AMBIT_TEXT_MAX];
    if (r->has_previous) {
        ambit_text_count(r->moved_count, count);
        ambit_text_percent((double)r->moved_count / (double)r->account_count, 1, percent);
        print_label(file, "Moved");
        (void)fprintf(file, "%s account%s (%s)\n", count, r->moved_count == 1 ? "" : "s", percent);
    }
    ambit_report_disruption(file, r, print_label);
    if (r->objective != r->travel) {
        print_label(file, "Objective");
        print_hours(file, r->objective);
        (void)fputs(", travel and disruption\n", file);
    }
    if (isfinite(r->gap)) {
        ambit_text_percent(r->gap, 2, percent);
        print_label(file, "Lower bound");
        print_hours(file, r->bound);
        (void)fprintf(file, " for these centres; gap %s\n", percent);
    }
    print_label(file, "Rounds");
    (void)fprintf(file, "%d%s\n", (int)r->round_count,
                  r->stopped_by_time_limit ? ", stopped by the time limit" : "");
}

static void print_rules(FILE *file, const struct ambit_result *r)
{
    const struct ambit_result_rules *const rules = r->rules;
    char locked[AMBIT_TEXT_MAX], kept[AMBIT_TEXT_MAX], restricted[AMBIT_TEXT_MAX];
    if (rules == NULL) return;
    ambit_text_count(rules->locked_count, locked);
    ambit_text_count(rules->kept_count, kept);
    ambit_text_count(rules->restricted_count, restricted);
    print_label(file, "Rules");
    (void)fprintf(file, "%s accounts locked, %s restricted", locked, restricted);
    if (rules->fixed_count > 0)
        (void)fprintf(file, ", %s in %d fixed territor%s", kept, (int)rules->fixed_count,
                      rules->fixed_count == 1 ? "y" : "ies");
    (void)fprintf(file, "; %s\n", rules->broken_count == 0 ? "all kept" : "not all kept");
}

static void print_cost(FILE *file, const struct ambit_result *r)
{
    char text[AMBIT_TEXT_MAX];
    if (r->seconds[AMBIT_PHASE_TOTAL] > 0.0) {
        const char *before = " (";
        ambit_text_number(r->seconds[AMBIT_PHASE_TOTAL], 1, text);
        print_label(file, "Time");
        (void)fprintf(file, "%s s", text);
        for (int phase = 0; phase < AMBIT_PHASE_TOTAL; phase++) {
            if (r->seconds[phase] < 0.05) continue;
            ambit_text_number(r->seconds[phase], 1, text);
            (void)fprintf(file, "%s%s %s", before, ambit_phase_name(phase), text);
            before = ", ";
        }
        (void)fputs(before[0] == ',' ? ")\n" : "\n", file);
    }
    if (r->peak_bytes > 0) {
        ambit_text_bytes(r->peak_bytes, text);
        print_label(file, "Memory");
        (void)fprintf(file, "%s at the peak of a rank; %d rank%s of %d thread%s\n", text, r->ranks,
                      r->ranks == 1 ? "" : "s", r->threads, r->threads == 1 ? "" : "s");
    }
}

/* The cells of a band's row after its name. */
enum { CELL_TARGET, CELL_LEAST, CELL_MOST, CELL_WORST, CELL_OUTSIDE, CELL_COUNT };

static void fill_cells(const struct ambit_result *r, int b, char cells[][AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const band = &r->band[b];
    double least, most, low_target, high_target;
    ambit_range(band->value, r->territory_count, &least, &most);
    ambit_range(band->target, r->territory_count, &low_target, &high_target);
    if (band->share_of >= 0) {
        ambit_text_number(NAN, 0, cells[CELL_TARGET]);
        ambit_text_percent(least, 1, cells[CELL_LEAST]);
        ambit_text_percent(most, 1, cells[CELL_MOST]);
    } else {
        const int decimals = ambit_text_decimals(most);
        /* Capacities give every territory a target of its own; the table has no room for them. */
        if (high_target - low_target > 1e-9 * fabs(high_target))
            (void)snprintf(cells[CELL_TARGET], AMBIT_TEXT_MAX, "by rep");
        else
            ambit_text_number(low_target, decimals, cells[CELL_TARGET]);
        ambit_text_number(least, decimals, cells[CELL_LEAST]);
        ambit_text_number(most, decimals, cells[CELL_MOST]);
    }
    ambit_text_worst(r, b, cells[CELL_WORST]);
    ambit_text_count(band->broken_count, cells[CELL_OUTSIDE]);
}

static int name_of_band(const struct ambit_result *r, int b, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const band = &r->band[b];
    const char *const unit = band->share_of < 0 ? r->measure[band->measure].unit : "";
    return snprintf(out, AMBIT_TEXT_MAX, unit[0] != '\0' ? "%.90s, %.60s" : "%.90s%s", band->label,
                    unit);
}

static void print_bands(FILE *file, const struct ambit_result *r)
{
    static const char *const heads[CELL_COUNT] = {"target", "smallest", "largest", "worst",
                                                  "outside"};
    char name[AMBIT_TEXT_MAX], cells[CELL_COUNT][AMBIT_TEXT_MAX], allowed[AMBIT_TEXT_MAX];
    int width = LABEL_WIDTH;
    if (r->band_count == 0) return;
    for (int b = 0; b < r->band_count; b++) {
        const int length = name_of_band(r, b, name) + 1;
        if (length > width) width = length;
    }
    (void)fputs("\n  ", file);
    ambit_text_pad(file, "Band", -width);
    for (int c = 0; c < CELL_COUNT; c++)
        ambit_text_pad(file, heads[c], 11);
    (void)fputs("   allowed\n", file);
    for (int b = 0; b < r->band_count; b++) {
        (void)name_of_band(r, b, name);
        fill_cells(r, b, cells);
        ambit_text_allowed(r, b, allowed);
        (void)fputs("  ", file);
        ambit_text_pad(file, name, -width);
        for (int c = 0; c < CELL_COUNT; c++)
            ambit_text_pad(file, cells[c], 11);
        (void)fprintf(file, "   %s\n", allowed);
    }
}

static bool in_units(const struct ambit_result_band *band)
{
    return band->lower_kind == AMBIT_LIMIT_ABSOLUTE || band->upper_kind == AMBIT_LIMIT_ABSOLUTE;
}

static void print_relaxed(FILE *file, const struct ambit_result *r)
{
    char asked[AMBIT_TEXT_MAX], allowed[AMBIT_TEXT_MAX], proven[AMBIT_TEXT_MAX];
    for (int b = 0; b < r->band_count; b++) {
        if (!r->band[b].relaxed) continue;
        ambit_text_asked(r, b, asked);
        ambit_text_allowed(r, b, allowed);
        (void)fprintf(file, "  %s: opened from %s to %s, the least found that all can meet",
                      r->band[b].label, asked, allowed);
        if (r->band[b].relax_room > 0.0)
            (void)fprintf(file, ", and room of %.4g%s",
                          r->band[b].relax_room * (in_units(&r->band[b]) ? 1.0 : 100.0),
                          in_units(&r->band[b]) ? "" : " points");
        if (isfinite(r->band[b].proven_limit)) {
            ambit_text_proven(r, b, proven);
            (void)fprintf(file, "; none meets less than %s", proven);
        }
        (void)fputc('\n', file);
    }
}

void ambit_report_summary(FILE *file, const struct ambit_result *result, const char *result_path)
{
    const struct ambit_result *const r = result;
    char accounts[AMBIT_TEXT_MAX], territories[AMBIT_TEXT_MAX], skipped[AMBIT_TEXT_MAX];
    const bool audits_plan = r->kpi != NULL && r->kpi->plan[0] != '\0';
    (void)fprintf(file, "%s%s%s%s\n",
                  audits_plan                     ? "Audit of "
                  : r->kind == AMBIT_RESULT_AUDIT ? "Current alignment"
                                                  : "Territory plan",
                  audits_plan ? r->kpi->plan : "", r->scenario_name[0] != '\0' ? ": " : "",
                  r->scenario_name);
    print_status(file, r);
    (void)fputc('\n', file);
    ambit_text_count(r->account_count, accounts);
    ambit_text_count(r->territory_count, territories);
    print_label(file, "Accounts");
    (void)fprintf(file, "%s in %s territories", accounts, territories);
    ambit_report_cover_line(file, r);
    (void)fputc('\n', file);
    if (r->bad_rows.total > 0) {
        ambit_text_count(r->bad_rows.total, skipped);
        print_label(file, "Skipped");
        (void)fprintf(file, "%s bad row%s of the input\n", skipped,
                      r->bad_rows.total == 1 ? "" : "s");
    }
    print_travel(file, r);
    print_together(file, &r->together);
    print_separation(file, r);
    if (r->kind == AMBIT_RESULT_PLAN) print_plan_figures(file, r);
    print_rules(file, r);
    print_cost(file, r);
    if (result_path != NULL) {
        print_label(file, "Result");
        (void)fprintf(file, "%s\n", result_path);
    }
    print_bands(file, r);
    print_relaxed(file, r);
    ambit_report_contiguity(file, r);
    ambit_report_diagnosis(file, r);
    ambit_report_nightly(file, r);
    ambit_report_kpi(file, r);
}
