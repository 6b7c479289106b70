/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Budgets and protected accounts in a result file, where the scenario has any:
 *
 *     /disruption         attributes: protected accounts; a row a budget
 *     /disruption/cells   a row for each total that a budget limits: the nation's or a territory's
 */
#include "engine/base/memory.h"
#include "io/result_parts.h"

#define GROUP "/disruption"
#define CELLS "/disruption/cells"

static const char *scope_word(int value)
{
    static const char *const words[] = {"nation", "territory", NULL};
    return words[value];
}

#define MEMBER(type, member) offsetof(type, member), sizeof(((type *)0)->member)

static const struct ambit_field budget_fields[] = {
#define OF(member) MEMBER(struct ambit_result_budget, member)
    {"name", AMBIT_FIELD_TEXT, OF(name), NULL, "what is limited", NULL},
    {"unit", AMBIT_FIELD_TEXT, OF(unit), NULL, "its unit", NULL},
    {"segment", AMBIT_FIELD_TEXT, OF(segment), NULL, "of these accounts alone; empty: of all",
     NULL},
    {"scope", AMBIT_FIELD_WORD, OF(scope), NULL, "over what it is added up", scope_word},
    {"is_part", AMBIT_FIELD_FLAG, OF(is_part), "1", "asked is a part of the total", NULL},
    {"asked", AMBIT_FIELD_F64, OF(asked), "1", "as the scenario says", NULL},
    {"over", AMBIT_FIELD_I32, OF(over_count), "1", "cells that are drawn on too much", NULL},
#undef OF
};
static const struct ambit_fields budget_layout = {budget_fields,
                                                  sizeof budget_fields / sizeof *budget_fields};

static const struct ambit_field cell_fields[] = {
#define OF(member) MEMBER(struct ambit_result_budget_cell, member)
    {"budget", AMBIT_FIELD_I32, OF(budget), "1", "index into /disruption", NULL},
    {"territory", AMBIT_FIELD_I32, OF(territory), "1",
     "index of the territory that loses accounts; -1: all", NULL},
    {"total", AMBIT_FIELD_MICRO, OF(total), "1", "of accounts with a current territory", NULL},
    {"most", AMBIT_FIELD_MICRO, OF(most), "1", "what may change hands", NULL},
    {"moved", AMBIT_FIELD_MICRO, OF(moved), "1", "what changes hands", NULL},
    {"price", AMBIT_FIELD_F64, OF(price), "h", "price of a unit in the bound", NULL},
#undef OF
};
static const struct ambit_fields cell_layout = {cell_fields,
                                                sizeof cell_fields / sizeof *cell_fields};

ambit_status ambit_result_put_disruption(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = result;
    if (!r->has_disruption) return AMBIT_OK;
    AMBIT_TRY(ambit_result_put_rows(h5, GROUP, "row", "index of the budget", &budget_layout,
                                    r->budget, sizeof *r->budget, r->budget_count));
    AMBIT_TRY(ambit_h5_put_attribute(h5, GROUP, "protected", AMBIT_H5_I64, 0, 0, &r->held_count));
    AMBIT_TRY(ambit_h5_put_attribute(h5, GROUP, "protected_moved", AMBIT_H5_I64, 0, 0,
                                     &r->held_moved_count));
    AMBIT_TRY(ambit_result_put_rows(h5, CELLS, "cell", "index of the limited total", &cell_layout,
                                    r->budget_cell, sizeof *r->budget_cell, r->budget_cell_count));
done:
    return status;
}

static ambit_status check_cells(struct ambit_h5 *h5, const struct ambit_result *r)
{
    for (int32_t c = 0; c < r->budget_cell_count; c++) {
        const struct ambit_result_budget_cell *const cell = &r->budget_cell[c];
        if (cell->budget < 0 || cell->budget >= r->budget_count || cell->territory < -1 ||
            cell->territory >= r->territory_count)
            return ambit_h5_damaged(h5, CELLS, "row %d names no budget or no territory", (int)c);
    }
    return AMBIT_OK;
}

ambit_status ambit_result_get_disruption(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    int64_t budgets = 0, cells = 0;
    r->has_disruption = ambit_h5_has(h5, GROUP);
    if (!r->has_disruption) return AMBIT_OK;
    AMBIT_TRY(ambit_h5_get_attribute(h5, GROUP, "protected", AMBIT_H5_I64, 0, 0, &r->held_count));
    AMBIT_TRY(ambit_h5_get_attribute(h5, GROUP, "protected_moved", AMBIT_H5_I64, 0, 0,
                                     &r->held_moved_count));
    AMBIT_TRY(ambit_result_get_count(h5, GROUP "/row", AMBIT_BUDGET_MAX, &budgets));
    AMBIT_TRY(
        ambit_result_get_rows(h5, GROUP, &budget_layout, budgets, r->budget, sizeof *r->budget));
    r->budget_count = (int32_t)budgets;
    AMBIT_TRY(ambit_result_get_count(h5, CELLS "/cell",
                                     (int64_t)AMBIT_BUDGET_MAX * AMBIT_TERRITORY_MAX, &cells));
    AMBIT_TRY(ambit_alloc(&r->budget_cell, (size_t)cells, sizeof *r->budget_cell));
    r->budget_cell_count = (int32_t)cells;
    AMBIT_TRY(ambit_result_get_rows(h5, CELLS, &cell_layout, cells, r->budget_cell,
                                    sizeof *r->budget_cell));
    AMBIT_TRY(check_cells(h5, r));
done:
    return status;
}
