/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/compare_many.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/report_json.h"
#include "io/report_text.h"
#include "io/result_compare.h"

#include <math.h>
#include <string.h>

enum { CELLS = 7, NAME_LEAST = 8, NAME_MOST = 34, SHOWN = 10, FLOWS_SHOWN = 3, LINE = 100 };

void ambit_compare_many_init(struct ambit_compare_many *many)
{
    *many = (struct ambit_compare_many){.count = 0};
    ambit_result_init(&many->first);
}

void ambit_compare_many_clear(struct ambit_compare_many *many)
{
    for (int n = 0; n < many->count; n++) {
        ambit_free(&many->item[n].name);
        ambit_free(&many->item[n].failed);
        ambit_free(&many->item[n].territory);
        ambit_free(&many->item[n].flow);
    }
    ambit_free(&many->item);
    ambit_result_clear(&many->first);
    ambit_compare_many_init(many);
}

/* ---- adding ---- */

static ambit_status make_item(struct ambit_compare_many *many, const char *name,
                              struct ambit_compared **out)
{
    ambit_status status = AMBIT_OK;
    if (many->count == many->room) {
        const int room = 2 * many->room + 8;
        AMBIT_TRY(ambit_resize(&many->item, (size_t)room, sizeof *many->item));
        many->room = room;
    }
    many->item[many->count] = (struct ambit_compared){
        .travel = NAN, .km = NAN, .objective = NAN, .bound = NAN, .gap = NAN};
    *out = &many->item[many->count++];
    AMBIT_TRY(ambit_copy_string(name, &(*out)->name));
done:
    return status;
}

static void take_figures(const struct ambit_result *r, struct ambit_compared *c)
{
    c->feasible = r->feasible;
    c->accounts = r->account_count;
    c->moved = r->moved_count;
    c->territories = r->territory_count;
    c->travel = ambit_from_micro(r->travel);
    c->km = ambit_mean_km_to_centre(r);
    c->objective = ambit_from_micro(r->objective);
    c->gap = r->gap;
    if (isfinite(r->gap)) c->bound = ambit_from_micro(r->bound);
    c->band_count = r->band_count;
    for (int b = 0; b < r->band_count; b++) {
        (void)snprintf(c->band[b].label, sizeof c->band[b].label, "%s", r->band[b].label);
        c->band[b].worst = r->band[b].worst_deviation;
        c->band[b].outside = r->band[b].broken_count;
        c->outside += r->band[b].broken_count;
    }
}

static int64_t accounts_of(const struct ambit_result *r, int32_t j)
{
    return j >= 0 ? r->territories[j].account_count : -1;
}

static double travel_of(const struct ambit_result *r, int32_t j)
{
    return j >= 0 ? ambit_from_micro(r->territories[j].travel) : NAN;
}

static ambit_status take_differences(const struct ambit_result *first, const struct ambit_result *r,
                                     struct ambit_compared *c)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comparison found = {0};
    AMBIT_TRY(ambit_comparison_create(first, r, &found));
    c->both = found.both;
    c->differ = found.differ;
    c->only_first = found.only_a;
    c->only_here = found.only_b;
    AMBIT_TRY(ambit_alloc(&c->territory, (size_t)found.change_count, sizeof *c->territory));
    AMBIT_TRY(ambit_alloc(&c->flow, (size_t)found.flow_count, sizeof *c->flow));
    c->territory_count = found.change_count;
    c->flow_count = found.flow_count;
    for (int32_t n = 0; n < found.change_count; n++) {
        const struct ambit_territory_change *const from = &found.change[n];
        struct ambit_compared_territory *const to = &c->territory[n];
        (void)snprintf(to->name, sizeof to->name, "%s", from->name);
        to->accounts_first = accounts_of(first, from->in_a);
        to->accounts = accounts_of(r, from->in_b);
        to->travel_first = travel_of(first, from->in_a);
        to->travel = travel_of(r, from->in_b);
        to->went = from->went;
        to->came = from->came;
    }
    for (int64_t n = 0; n < found.flow_count; n++) {
        (void)snprintf(c->flow[n].from, AMBIT_NAME_MAX, "%s", found.flow[n].from);
        (void)snprintf(c->flow[n].to, AMBIT_NAME_MAX, "%s", found.flow[n].to);
        c->flow[n].accounts = found.flow[n].count;
    }
done:
    ambit_comparison_clear(&found);
    return status;
}

ambit_status ambit_compare_many_add(struct ambit_compare_many *many, const char *name,
                                    struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_compared *item = NULL;
    const bool is_first = many->count == 0;
    AMBIT_TRY(make_item(many, name, &item));
    if (is_first) {
        many->first = *result;
        ambit_result_init(result);
    }
    const struct ambit_result *const r = is_first ? &many->first : result;
    take_figures(r, item);
    AMBIT_TRY(take_differences(&many->first, r, item));
done:
    return status;
}

ambit_status ambit_compare_many_add_failed(struct ambit_compare_many *many, const char *name,
                                           const char *why)
{
    struct ambit_compared *item = NULL;
    const ambit_status status = make_item(many, name, &item);
    return status == AMBIT_OK ? ambit_copy_string(why, &item->failed) : status;
}

/* ---- text ---- */

static void fill_cells(const struct ambit_compared *first, const struct ambit_compared *c,
                       char cells[CELLS][AMBIT_TEXT_MAX])
{
    char percent[AMBIT_TEXT_MAX];
    const double change = c->travel / first->travel - 1.0;
    (void)snprintf(cells[0], AMBIT_TEXT_MAX, "%s", c->feasible ? "yes" : "no");
    ambit_text_count(c->territories, cells[1]);
    ambit_text_number(c->travel, ambit_text_decimals(c->travel), cells[2]);
    ambit_text_percent(change, 1, percent);
    (void)snprintf(cells[3], AMBIT_TEXT_MAX, "%s%.100s", change >= 0.0005 ? "+" : "",
                   c == first ? "" : percent);
    ambit_text_percent(c->gap, 2, cells[4]);
    ambit_text_count(c->outside, cells[5]);
    ambit_text_count(c->differ, cells[6]);
}

/* On the name's line where there is room. */
static void print_flows(FILE *file, const struct ambit_compared *c)
{
    char text[AMBIT_TEXT_MAX], words[FLOWS_SHOWN * (2 * AMBIT_NAME_MAX + AMBIT_TEXT_MAX)] = "";
    size_t used = 0;
    for (int64_t n = 0; n < c->flow_count && n < FLOWS_SHOWN; n++) {
        ambit_text_count(c->flow[n].accounts, text);
        used += (size_t)snprintf(words + used, sizeof words - used, "%s%s -> %s %s",
                                 n > 0 ? ", " : "", c->flow[n].from, c->flow[n].to, text);
    }
    const bool fits = ambit_text_characters(c->name) + ambit_text_characters(words) + 2 <= LINE;
    (void)fprintf(file, "%s:%s%s\n", c->name, fits ? " " : "\n    ", words);
}

void ambit_report_many(FILE *file, const struct ambit_compare_many *many)
{
    static const char *const heads[CELLS] = {"bands met", "territories", "travel, h", "change",
                                             "gap",       "outside",     "differ"};
    static const int widths[CELLS] = {10, 12, 11, 9, 8, 8, 8};
    char cells[CELLS][AMBIT_TEXT_MAX];
    int width = NAME_LEAST;
    for (int n = 0; n < many->count; n++) {
        const int length = ambit_text_characters(many->item[n].name);
        if (length > width) width = length;
    }
    if (width > NAME_MOST) width = NAME_MOST;
    ambit_text_pad(file, "Result", -width);
    for (int c = 0; c < CELLS; c++)
        ambit_text_pad(file, heads[c], widths[c]);
    (void)fputc('\n', file);
    for (int n = 0; n < many->count; n++) {
        const struct ambit_compared *const item = &many->item[n];
        ambit_text_pad(file, item->name, -width);
        if (item->failed != NULL) {
            (void)fprintf(file, "  no plan: %s\n", item->failed);
            continue;
        }
        if (ambit_text_characters(item->name) > width) (void)fprintf(file, "\n%*s", width, "");
        fill_cells(&many->item[0], item, cells);
        for (int c = 0; c < CELLS; c++)
            ambit_text_pad(file, cells[c], widths[c]);
        (void)fputc('\n', file);
    }
    (void)fputs("\nAccounts that differ from the first, the largest groups of them\n", file);
    for (int n = 1; n < many->count; n++) {
        if (many->item[n].flow_count == 0) continue;
        print_flows(file, &many->item[n]);
    }
}

/* ---- JSON ---- */

static json_t *known(int64_t count)
{
    return count >= 0 ? json_integer(count) : json_null();
}

static json_t *bands_json(const struct ambit_compared *c)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int b = 0; b < c->band_count && good; b++)
        good = json_array_append_new(list, json_pack("{s:s, s:o, s:i}", "label", c->band[b].label,
                                                     "worst_deviation",
                                                     ambit_json_number(c->band[b].worst), "outside",
                                                     (int)c->band[b].outside)) == 0;
    if (good) return list;
    json_decref(list);
    return NULL;
}

static json_t *territories_json(const struct ambit_compared *c)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int32_t n = 0; n < c->territory_count && n < SHOWN && good; n++) {
        const struct ambit_compared_territory *const t = &c->territory[n];
        if (t->went + t->came == 0) break;
        good =
            json_array_append_new(
                list, json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "territory", t->name, "went",
                                (json_int_t)t->went, "came", (json_int_t)t->came, "accounts_first",
                                known(t->accounts_first), "accounts", known(t->accounts),
                                "travel_hours_first", ambit_json_number(t->travel_first),
                                "travel_hours", ambit_json_number(t->travel))) == 0;
    }
    if (good) return list;
    json_decref(list);
    return NULL;
}

static json_t *flows_json(const struct ambit_compared *c)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int64_t n = 0; n < c->flow_count && n < SHOWN && good; n++)
        good = json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "from", c->flow[n].from,
                                                     "to", c->flow[n].to, "accounts",
                                                     (json_int_t)c->flow[n].accounts)) == 0;
    if (good) return list;
    json_decref(list);
    return NULL;
}

static json_t *item_json(const struct ambit_compared *c)
{
    if (c->failed != NULL)
        return json_pack("{s:o, s:s, s:o}", "result", ambit_json_text(c->name), "status", "failed",
                         "message", ambit_json_text(c->failed));
    return json_pack(
        "{s:o, s:s, s:I, s:i, s:o, s:o, s:o, s:o, s:o, s:i, s:I, s:o, s:{s:I, s:I, s:I, s:I},"
        " s:o, s:o}",
        "result", ambit_json_text(c->name), "status", c->feasible ? "feasible" : "infeasible",
        "accounts", (json_int_t)c->accounts, "territories", (int)c->territories, "travel_hours",
        ambit_json_number(c->travel), "objective_hours", ambit_json_number(c->objective),
        "mean_km_to_centre", ambit_json_number(c->km), "bound", ambit_json_number(c->bound), "gap",
        ambit_json_number(c->gap), "outside", (int)c->outside, "moved_accounts",
        (json_int_t)c->moved, "bands", bands_json(c), "against_first", "both", (json_int_t)c->both,
        "differ", (json_int_t)c->differ, "only_first", (json_int_t)c->only_first, "only_here",
        (json_int_t)c->only_here, "territories_changed", territories_json(c), "moves",
        flows_json(c));
}

ambit_status ambit_report_many_json(FILE *file, const struct ambit_compare_many *many)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int n = 0; n < many->count && good; n++)
        good = json_array_append_new(list, item_json(&many->item[n])) == 0;
    if (good) return ambit_json_print(file, json_pack("{s:o}", "results", list));
    json_decref(list);
    return ambit_fail(AMBIT_ERR_MEMORY, "no memory left for the JSON report");
}
