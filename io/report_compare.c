/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two results side by side, for people and as JSON.
 */
#include "engine/base/fixed.h"
#include "io/report.h"
#include "io/report_json.h"
#include "io/report_text.h"
#include "io/result_compare.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define SHOWN 10 /* territories listed */
#define CHANGE_WIDTH 12

/* The table's look: widths of the labels and of the two results' columns. */
struct table {
    FILE *file;
    int label, column;
};

static void print_row(const struct table *t, const char *label, const char *a, const char *b,
                      const char *change)
{
    ambit_text_pad(t->file, label, -t->label);
    ambit_text_pad(t->file, a, t->column);
    ambit_text_pad(t->file, b, t->column);
    if (change[0] != '\0') ambit_text_pad(t->file, change, CHANGE_WIDTH);
    (void)fputc('\n', t->file);
}

/* A row of numbers, with the change in percent where `with_change` and both are known. */
static void print_numbers(const struct table *t, const char *label, double a, double b,
                          int decimals, bool with_change)
{
    char text_a[AMBIT_TEXT_MAX], text_b[AMBIT_TEXT_MAX];
    char percent[AMBIT_TEXT_MAX], change[AMBIT_TEXT_MAX + 1] = "";
    ambit_text_number(a, decimals, text_a);
    ambit_text_number(b, decimals, text_b);
    if (with_change && isfinite(a) && isfinite(b) && a > 0.0) {
        const double ratio = b / a - 1.0;
        ambit_text_percent(ratio, 1, percent);
        (void)snprintf(change, sizeof change, "%s%s", ratio >= 0.0005 ? "+" : "", percent);
    }
    print_row(t, label, text_a, text_b, change);
}

static double hours_or_nan(bool known, int64_t micro)
{
    return known ? ambit_from_micro(micro) : NAN;
}

static void print_figures(const struct table *t, const struct ambit_result *a,
                          const struct ambit_result *b)
{
    static const char *const kinds[] = {
        [AMBIT_RESULT_PLAN] = "plan", [AMBIT_RESULT_AUDIT] = "current alignment"};
    char gap_a[AMBIT_TEXT_MAX], gap_b[AMBIT_TEXT_MAX];
    const double travel_a = ambit_from_micro(a->travel), travel_b = ambit_from_micro(b->travel);
    const double km_a = ambit_mean_km_to_centre(a), km_b = ambit_mean_km_to_centre(b);
    print_row(t, "What it is", kinds[a->kind], kinds[b->kind], "");
    print_row(t, "Every band met", a->feasible ? "yes" : "no", b->feasible ? "yes" : "no", "");
    print_numbers(t, "Accounts", (double)a->account_count, (double)b->account_count, 0, false);
    print_numbers(t, "Territories", a->territory_count, b->territory_count, 0, false);
    print_numbers(t, "Travel, h a year", travel_a, travel_b,
                  ambit_text_decimals(fmax(travel_a, travel_b)), true);
    print_numbers(t, "Mean km to the centre", km_a, km_b, 1, true);
    print_numbers(t, "Moved accounts", (double)a->moved_count, (double)b->moved_count, 0, false);
    const double bound_a = hours_or_nan(isfinite(a->gap), a->bound);
    const double bound_b = hours_or_nan(isfinite(b->gap), b->bound);
    print_numbers(t, "Lower bound, h", bound_a, bound_b,
                  ambit_text_decimals(fmax(bound_a, bound_b)), false);
    ambit_text_percent(a->gap, 2, gap_a);
    ambit_text_percent(b->gap, 2, gap_b);
    print_row(t, "Gap to the bound", gap_a, gap_b, "");
}

static int find_band(const struct ambit_result *r, const char *label)
{
    for (int b = 0; b < r->band_count; b++)
        if (strcmp(r->band[b].label, label) == 0) return b;
    return -1;
}

/* Worst deviation and territories outside of one label, "-" where a result has no such band. */
static void print_band(const struct table *t, const struct ambit_result *a,
                       const struct ambit_result *b, const char *label)
{
    const struct ambit_result *const r[2] = {a, b};
    char worst[2][AMBIT_TEXT_MAX] = {"-", "-"}, outside[2][AMBIT_TEXT_MAX] = {"-", "-"};
    char row[2 * AMBIT_NAME_MAX + 32];
    for (int side = 0; side < 2; side++) {
        const int band = find_band(r[side], label);
        if (band < 0) continue;
        ambit_text_worst(r[side], band, worst[side]);
        ambit_text_count(r[side]->band[band].broken_count, outside[side]);
    }
    (void)snprintf(row, sizeof row, "%s: worst", label);
    print_row(t, row, worst[0], worst[1], "");
    (void)snprintf(row, sizeof row, "%s: territories outside", label);
    print_row(t, row, outside[0], outside[1], "");
}

static void print_accounts(FILE *file, const struct ambit_comparison *c, const char *name_a,
                           const char *name_b)
{
    char both[AMBIT_TEXT_MAX], differ[AMBIT_TEXT_MAX], percent[AMBIT_TEXT_MAX];
    char only[AMBIT_TEXT_MAX];
    ambit_text_count(c->both, both);
    ambit_text_count(c->differ, differ);
    ambit_text_percent(c->both > 0 ? (double)c->differ / (double)c->both : 0.0, 1, percent);
    (void)fprintf(file, "\n%s accounts are in both; %s of them (%s) are in another territory.\n",
                  both, differ, percent);
    if (c->only_a > 0) {
        ambit_text_count(c->only_a, only);
        (void)fprintf(file, "%s only in %s.\n", only, name_a);
    }
    if (c->only_b > 0) {
        ambit_text_count(c->only_b, only);
        (void)fprintf(file, "%s only in %s.\n", only, name_b);
    }
}

/* Changes with at least one account, at most SHOWN. */
static int shown_changes(const struct ambit_comparison *c)
{
    int shown = 0;
    while (shown < SHOWN && shown < c->change_count &&
           c->change[shown].went + c->change[shown].came > 0)
        shown++;
    return shown;
}

static double accounts_of(const struct ambit_result *r, int32_t j)
{
    return j >= 0 ? (double)r->territories[j].account_count : NAN;
}

static double travel_of(const struct ambit_result *r, int32_t j)
{
    return j >= 0 ? ambit_from_micro(r->territories[j].travel) : NAN;
}

static void print_changes(FILE *file, const struct ambit_result *a, const struct ambit_result *b,
                          const struct ambit_comparison *c)
{
    static const char *const heads[] = {"went",       "came",        "accounts a",
                                        "accounts b", "travel a, h", "travel b, h"};
    char text[AMBIT_TEXT_MAX];
    const int shown = shown_changes(c);
    int width = ambit_text_characters("Most changed") + 2;
    if (shown == 0) return;
    for (int i = 0; i < shown; i++) {
        const int length = ambit_text_characters(c->change[i].name) + 2;
        if (length > width) width = length;
    }
    (void)fputc('\n', file);
    ambit_text_pad(file, "Most changed", -width);
    for (int h = 0; h < 6; h++)
        ambit_text_pad(file, heads[h], h < 2 ? 9 : 13);
    (void)fputc('\n', file);
    for (int i = 0; i < shown; i++) {
        const struct ambit_territory_change *const change = &c->change[i];
        const double figures[] = {(double)change->went,         (double)change->came,
                                  accounts_of(a, change->in_a), accounts_of(b, change->in_b),
                                  travel_of(a, change->in_a),   travel_of(b, change->in_b)};
        ambit_text_pad(file, change->name, -width);
        for (int h = 0; h < 6; h++) {
            ambit_text_number(figures[h], h < 4 ? 0 : ambit_text_decimals(figures[h]), text);
            ambit_text_pad(file, text, h < 2 ? 9 : 13);
        }
        (void)fputc('\n', file);
    }
}

/* The largest flows between two territories. */
static void print_flows(FILE *file, const struct ambit_comparison *c)
{
    char text[AMBIT_TEXT_MAX];
    int from = ambit_text_characters("Moved from") + 2, to = 4;
    const int64_t shown = c->flow_count < SHOWN ? c->flow_count : SHOWN;
    if (shown == 0) return;
    for (int64_t i = 0; i < shown; i++) {
        const int x = ambit_text_characters(c->flow[i].from) + 2;
        const int y = ambit_text_characters(c->flow[i].to) + 2;
        if (x > from) from = x;
        if (y > to) to = y;
    }
    (void)fputc('\n', file);
    ambit_text_pad(file, "Moved from", -from);
    ambit_text_pad(file, "to", -to);
    (void)fputs("accounts\n", file);
    for (int64_t i = 0; i < shown; i++) {
        ambit_text_pad(file, c->flow[i].from, -from);
        ambit_text_pad(file, c->flow[i].to, -to);
        ambit_text_count(c->flow[i].count, text);
        ambit_text_pad(file, text, 8);
        (void)fputc('\n', file);
    }
}

/* Makes the columns wide enough for the longest label and name. */
static struct table make_table(FILE *file, const struct ambit_result *a,
                               const struct ambit_result *b, const char *name_a, const char *name_b)
{
    struct table t = {file, 24, 19};
    const struct ambit_result *const r[2] = {a, b};
    const char *const names[2] = {name_a, name_b};
    const int behind = ambit_text_characters(": territories outside") + 1;
    for (int side = 0; side < 2; side++) {
        for (int band = 0; band < r[side]->band_count; band++) {
            const int length = ambit_text_characters(r[side]->band[band].label) + behind;
            if (length > t.label) t.label = length;
        }
        if (ambit_text_characters(names[side]) + 2 > t.column)
            t.column = ambit_text_characters(names[side]) + 2;
    }
    return t;
}

ambit_status ambit_report_compare(FILE *file, const struct ambit_result *a,
                                  const struct ambit_result *b, const char *name_a,
                                  const char *name_b)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comparison c = {0};
    const struct table t = make_table(file, a, b, name_a, name_b);
    AMBIT_TRY(ambit_comparison_create(a, b, &c));
    print_row(&t, "", name_a, name_b, "change");
    print_figures(&t, a, b);
    for (int band = 0; band < a->band_count; band++)
        print_band(&t, a, b, a->band[band].label);
    for (int band = 0; band < b->band_count; band++)
        if (find_band(a, b->band[band].label) < 0) print_band(&t, a, b, b->band[band].label);
    print_accounts(file, &c, name_a, name_b);
    print_changes(file, a, b, &c);
    print_flows(file, &c);
    if (fflush(file) != 0 || ferror(file) != 0)
        status = ambit_fail(AMBIT_ERR_IO, "cannot write the comparison: %s", strerror(errno));
done:
    ambit_comparison_clear(&c);
    return status;
}

static json_t *side_bands_json(const struct ambit_result *r)
{
    json_t *const bands = json_array();
    bool good = bands != NULL;
    for (int b = 0; b < r->band_count && good; b++)
        good = json_array_append_new(
                   bands, json_pack("{s:s, s:o, s:i}", "label", r->band[b].label, "worst_deviation",
                                    ambit_json_number(r->band[b].worst_deviation), "outside",
                                    (int)r->band[b].broken_count)) == 0;
    if (good) return bands;
    json_decref(bands);
    return NULL;
}

static json_t *side_json(const struct ambit_result *r, const char *name)
{
    return json_pack("{s:o, s:s, s:s, s:I, s:i, s:o, s:o, s:I, s:o, s:o, s:o}", "result",
                     ambit_json_text(name), "kind", ambit_kind_word(r), "status",
                     ambit_status_word(r), "accounts", (json_int_t)r->account_count, "territories",
                     (int)r->territory_count, "travel_hours", ambit_json_hours(r->travel),
                     "mean_km_to_centre", ambit_json_number(ambit_mean_km_to_centre(r)),
                     "moved_accounts", (json_int_t)r->moved_count, "bound",
                     ambit_json_number(hours_or_nan(isfinite(r->gap), r->bound)), "gap",
                     ambit_json_number(r->gap), "bands", side_bands_json(r));
}

static json_t *changes_json(const struct ambit_result *a, const struct ambit_result *b,
                            const struct ambit_comparison *c)
{
    json_t *const changes = json_array();
    bool good = changes != NULL;
    for (int i = 0; i < shown_changes(c) && good; i++) {
        const struct ambit_territory_change *const change = &c->change[i];
        json_t *const one =
            json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "territory", change->name, "went",
                      (json_int_t)change->went, "came", (json_int_t)change->came, "accounts_a",
                      change->in_a >= 0 ? json_integer(a->territories[change->in_a].account_count)
                                        : json_null(),
                      "accounts_b",
                      change->in_b >= 0 ? json_integer(b->territories[change->in_b].account_count)
                                        : json_null(),
                      "travel_hours_a", ambit_json_number(travel_of(a, change->in_a)),
                      "travel_hours_b", ambit_json_number(travel_of(b, change->in_b)));
        good = json_array_append_new(changes, one) == 0;
    }
    if (good) return changes;
    json_decref(changes);
    return NULL;
}

static json_t *flows_json(const struct ambit_comparison *c)
{
    json_t *const flows = json_array();
    bool good = flows != NULL;
    for (int64_t i = 0; i < c->flow_count && i < SHOWN && good; i++)
        good = json_array_append_new(flows, json_pack("{s:s, s:s, s:I}", "from", c->flow[i].from,
                                                      "to", c->flow[i].to, "accounts",
                                                      (json_int_t)c->flow[i].count)) == 0;
    if (good) return flows;
    json_decref(flows);
    return NULL;
}

ambit_status ambit_report_compare_json(FILE *file, const struct ambit_result *a,
                                       const struct ambit_result *b, const char *name_a,
                                       const char *name_b)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comparison c = {0};
    AMBIT_TRY(ambit_comparison_create(a, b, &c));
    json_t *const accounts = json_pack("{s:I, s:I, s:I, s:I}", "both", (json_int_t)c.both, "differ",
                                       (json_int_t)c.differ, "only_a", (json_int_t)c.only_a,
                                       "only_b", (json_int_t)c.only_b);
    AMBIT_TRY(ambit_json_print(file, json_pack("{s:o, s:o, s:o, s:o, s:o}", "a",
                                               side_json(a, name_a), "b", side_json(b, name_b),
                                               "accounts", accounts, "territories",
                                               changes_json(a, b, &c), "moves", flows_json(&c))));
done:
    ambit_comparison_clear(&c);
    return status;
}
