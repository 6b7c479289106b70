/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_disruption.h"
#include "engine/base/fixed.h"
#include "io/report_json.h"

#include <math.h>
#include <string.h>

static bool counts_accounts(const struct ambit_result_budget *budget)
{
    return strcmp(budget->name, "accounts") == 0 || strcmp(budget->name, "count") == 0;
}

void ambit_text_budget_name(const struct ambit_result *result,
                            const struct ambit_result_budget_cell *cell, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_budget *const b = &result->budget[cell->budget];
    const bool of_territory = cell->territory >= 0;
    (void)snprintf(out, AMBIT_TEXT_MAX, "%.40s%s%.40s%s%.40s", b->name,
                   b->segment[0] != '\0' ? " of segment " : "", b->segment,
                   of_territory ? " out of " : "",
                   of_territory ? result->territories[cell->territory].name : "");
}

const struct ambit_result_budget_cell *ambit_budget_worst_cell(const struct ambit_result *result,
                                                               int budget)
{
    const struct ambit_result_budget_cell *worst = NULL;
    double most = -1.0;
    for (int32_t c = 0; c < result->budget_cell_count; c++) {
        const struct ambit_result_budget_cell *const cell = &result->budget_cell[c];
        if (cell->budget != budget) continue;
        const double used =
            cell->moved == 0 ? 0.0 : (double)cell->moved / fmax((double)cell->most, 0.5);
        if (used > most) {
            most = used;
            worst = cell;
        }
    }
    return worst;
}

/* Of a part of an account nobody may move. */
static void text_amount(const struct ambit_result_budget *budget, int64_t micro,
                        char out[AMBIT_TEXT_MAX])
{
    const bool whole = counts_accounts(budget);
    const double units = whole ? floor(ambit_from_micro(micro)) : ambit_from_micro(micro);
    char number[AMBIT_TEXT_MAX];
    ambit_text_number(units, whole ? 0 : ambit_text_decimals(units), number);
    (void)snprintf(out, AMBIT_TEXT_MAX, "%.60s%s%.60s", number, budget->unit[0] != '\0' ? " " : "",
                   budget->unit);
}

/* "3,322 of at most 3,330 moved, 9.9 of at most 10.0 %". */
static void text_use(const struct ambit_result_budget *budget,
                     const struct ambit_result_budget_cell *cell, char out[2 * AMBIT_TEXT_MAX])
{
    char moved[AMBIT_TEXT_MAX], most[AMBIT_TEXT_MAX], part[AMBIT_TEXT_MAX], limit[AMBIT_TEXT_MAX];
    const double total = fmax((double)cell->total, 1.0);
    text_amount(budget, cell->moved, moved);
    text_amount(budget, cell->most, most);
    ambit_text_number(100.0 * (double)cell->moved / total, 1, part);
    ambit_text_percent((double)cell->most / total, 1, limit);
    (void)snprintf(out, 2 * AMBIT_TEXT_MAX, "%.70s of at most %.70s moved, %.40s of at most %.40s",
                   moved, most, part, limit);
}

bool ambit_text_budget_short(const struct ambit_result *result, int budget, char *out, size_t room)
{
    const struct ambit_result_budget *const b = &result->budget[budget];
    const struct ambit_result_budget_cell *worst = NULL;
    char name[AMBIT_TEXT_MAX], most[AMBIT_TEXT_MAX], enough[AMBIT_TEXT_MAX];
    char limit[AMBIT_TEXT_MAX], part[AMBIT_TEXT_MAX], least[AMBIT_TEXT_MAX] = "";
    for (int32_t c = 0; c < result->budget_cell_count; c++) {
        const struct ambit_result_budget_cell *const cell = &result->budget_cell[c];
        if (cell->budget != budget || cell->enough <= cell->most) continue;
        if (worst == NULL || cell->enough - cell->most > worst->enough - worst->most) worst = cell;
    }
    if (worst == NULL) return false;
    ambit_text_budget_name(result, worst, name);
    text_amount(b, worst->most, most);
    text_amount(b, worst->enough, enough);
    if (worst->least > 0) text_amount(b, worst->least, least);
    ambit_text_percent((double)worst->most / (double)worst->total, 1, limit);
    ambit_text_percent((double)worst->enough / (double)worst->total, 1, part);
    (void)snprintf(
        out, room,
        "budget of %s: at most %s (%s); the least found that meets the bands moves %s (%s)%s%s",
        name, most, limit, enough, part, worst->least > 0 ? ", and none moves less than " : "",
        least);
    return true;
}

static void print_budget(FILE *file, const struct ambit_result *r, int b)
{
    char use[2 * AMBIT_TEXT_MAX], name[AMBIT_TEXT_MAX];
    const struct ambit_result_budget_cell *const cell = ambit_budget_worst_cell(r, b);
    if (cell == NULL) return;
    text_use(&r->budget[b], cell, use);
    ambit_text_budget_name(r, cell, name);
    (void)fprintf(file, "%s: %s\n", name, use);
}

void ambit_report_disruption(FILE *file, const struct ambit_result *result,
                             void (*label)(FILE *file, const char *text))
{
    char held[AMBIT_TEXT_MAX], moved[AMBIT_TEXT_MAX];
    if (!result->has_disruption) return;
    for (int b = 0; b < result->budget_count; b++) {
        label(file, b == 0 ? "Budgets" : "");
        print_budget(file, result, b);
    }
    if (result->held_count == 0) return;
    ambit_text_count(result->held_count, held);
    ambit_text_count(result->held_moved_count, moved);
    label(file, "Protected");
    (void)fprintf(file, "%s account%s, %s moved\n", held, result->held_count == 1 ? "" : "s",
                  result->held_moved_count == 0 ? "none" : moved);
}

void ambit_report_overdrawn(FILE *file, const struct ambit_result *result)
{
    char name[AMBIT_TEXT_MAX], use[2 * AMBIT_TEXT_MAX];
    for (int b = 0; b < result->budget_count; b++) {
        const struct ambit_result_budget_cell *const cell = ambit_budget_worst_cell(result, b);
        if (result->budget[b].over_count == 0 || cell == NULL) continue;
        ambit_text_budget_name(result, cell, name);
        text_use(&result->budget[b], cell, use);
        (void)fprintf(file, "  budget of %s: %s\n", name, use);
    }
    if (result->held_moved_count > 0)
        (void)fprintf(file, "  %lld of %lld protected accounts moved\n",
                      (long long)result->held_moved_count, (long long)result->held_count);
}

static json_t *cell_json(const struct ambit_result *r, const struct ambit_result_budget_cell *cell)
{
    return json_pack(
        "{s:o, s:f, s:f, s:f, s:o, s:o, s:o}", "territory",
        cell->territory >= 0 ? ambit_json_text(r->territories[cell->territory].name) : json_null(),
        "total", ambit_from_micro(cell->total), "most", ambit_from_micro(cell->most), "moved",
        ambit_from_micro(cell->moved), "price", ambit_json_number(cell->price), "enough",
        cell->enough > 0 ? ambit_json_number(ambit_from_micro(cell->enough)) : json_null(), "least",
        cell->least > 0 ? ambit_json_number(ambit_from_micro(cell->least)) : json_null());
}

static json_t *budget_json(const struct ambit_result *r, int b)
{
    const struct ambit_result_budget *const budget = &r->budget[b];
    json_t *const cells = json_array();
    bool good = cells != NULL;
    for (int32_t c = 0; c < r->budget_cell_count && good; c++) {
        if (r->budget_cell[c].budget == b)
            good = json_array_append_new(cells, cell_json(r, &r->budget_cell[c])) == 0;
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:b, s:i, s:o}", "of", budget->name, "unit",
                     budget->unit, "segment", budget->segment, "per",
                     budget->scope == AMBIT_BUDGET_TERRITORY ? "territory" : "nation", "asked",
                     budget->asked, "is_part", budget->is_part, "over", (int)budget->over_count,
                     "cells", good ? cells : NULL);
}

json_t *ambit_disruption_json(const struct ambit_result *result)
{
    if (!result->has_disruption) return NULL;
    json_t *const budgets = json_array();
    bool good = budgets != NULL;
    for (int b = 0; b < result->budget_count && good; b++)
        good = json_array_append_new(budgets, budget_json(result, b)) == 0;
    return json_pack("{s:o, s:I, s:I}", "budgets", good ? budgets : NULL, "protected",
                     (json_int_t)result->held_count, "protected_moved",
                     (json_int_t)result->held_moved_count);
}
