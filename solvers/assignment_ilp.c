/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The capacitated assignment of a group's undecided accounts as an ILP.
 *
 * Variables stand for moves: y_ac = 1 where account a goes from today's choice to choice c. So an
 * account with two choices needs no row of its own, y = 0 is today's plan and a feasible basis, and
 * the model has as many rows as banded sides plus one Σ y ≤ 1 for every account with three or more
 * choices. Rows are scaled to parts of a rule's mean load. Where today's plan breaks a band, slacks
 * let it, at a price above anything the group's travel could save.
 *
 * Effort is counted in branch-and-bound nodes.
 */
#include "solvers/assignment_ilp.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "solvers/mip.h"

#define MIP_GAP 1e-5           /* of the cost of all accounts in the model */
#define VIOLATION_WEIGHT 100.0 /* times the same cost, for one mean load outside */

struct model {
    const struct ambit_group *group;
    const int32_t *undecided;
    int32_t count;
    bool elastic;
    double cost_scale;     /* hours: cost of the accounts in the model */
    struct ambit_mip *mip; /* owned */
    int slacks, columns;   /* the slacks are the first columns */
    int *row_of_cell;   /* owned; of the budgets → row, −1 where no account draws on the cell */
    double *cell_scale; /* owned; the largest draw on each cell, micro-units */
    int *row_of_side;   /* owned; [territory × rules + rule] → row, −1 where unbanded */
    int *row;           /* owned; coefficients of a column */
    double *value;      /* owned */
    double *solution;   /* owned; by column */
};

static void add_slack(struct model *model, int row, double sign)
{
    (void)ambit_mip_add_column(model->mip, VIOLATION_WEIGHT * model->cost_scale, INFINITY, false, 1,
                               &row, &sign);
    model->slacks++;
    model->columns++;
}

static void add_side_rows(struct model *model)
{
    const struct ambit_group *group = model->group;
    for (int cell = 0; cell < group->territory_count * group->rules; cell++) {
        const double scale = group->scale[cell % group->rules];
        const double load = (double)group->load[cell];
        const double low = (group->low[cell] - load) / scale;
        const double high = (group->high[cell] - load) / scale;
        model->row_of_side[cell] = -1;
        if (!isfinite(low) && !isfinite(high)) continue;
        const int row = ambit_mip_add_row(model->mip, low, high);
        model->row_of_side[cell] = row;
        if (!model->elastic) continue;
        if (isfinite(low)) add_slack(model, row, 1.0);
        if (isfinite(high)) add_slack(model, row, -1.0);
    }
}

/* A row for each cell of a budget that a move could draw on: no more than the group has left. */
static void add_budget_rows(struct model *model)
{
    const struct ambit_group *group = model->group;
    for (int32_t k = 0; k < model->count; k++) {
        const struct ambit_border_account *account = &group->account[model->undecided[k]];
        for (int d = 0; d < group->draws; d++) {
            const int64_t cell = account->draw[d].cell;
            for (int32_t c = 0; c < account->choice_count && cell >= 0; c++)
                model->cell_scale[cell] =
                    fmax(model->cell_scale[cell], (double)account->draw[d].amount[c]);
        }
    }
    for (int64_t cell = 0; cell < group->cells; cell++) {
        const double left = fmax((double)group->left[cell], 0.0);
        model->row_of_cell[cell] = -1;
        if (model->cell_scale[cell] > 0.0)
            model->row_of_cell[cell] =
                ambit_mip_add_row(model->mip, -INFINITY, left / model->cell_scale[cell]);
    }
}

static int budget_coefficients(const struct model *model, int32_t a, int32_t c, int length)
{
    const struct ambit_group *group = model->group;
    for (int d = 0; d < group->draws; d++) {
        const int64_t drawn = ambit_group_drawn(group, d, a, c);
        if (drawn == 0) continue;
        const int64_t cell = group->account[a].draw[d].cell;
        model->row[length] = model->row_of_cell[cell];
        model->value[length++] = (double)drawn / model->cell_scale[cell];
    }
    return length;
}

/* The coefficients of account a's move to choice c, in model->row and value; returns how many. */
static int move_coefficients(const struct model *model, int32_t a, int32_t c)
{
    const struct ambit_group *group = model->group;
    const struct ambit_border_account *account = &group->account[a];
    const int32_t from = group->chosen[a];
    int length = 0;
    for (int r = 0; r < group->rules; r++) {
        const int old = model->row_of_side[account->territory[from] * group->rules + r];
        const int new = model->row_of_side[account->territory[c] * group->rules + r];
        if (old >= 0 && account->load[from][r] != 0) {
            model->row[length] = old;
            model->value[length++] = -(double)account->load[from][r] / group->scale[r];
        }
        if (new >= 0 && account->load[c][r] != 0) {
            model->row[length] = new;
            model->value[length++] = (double)account->load[c][r] / group->scale[r];
        }
    }
    return budget_coefficients(model, a, c, length);
}

static void add_account(struct model *model, int32_t a)
{
    const struct ambit_border_account *account = &model->group->account[a];
    const int32_t from = model->group->chosen[a];
    const bool needs_row = account->choice_count > 2;
    const int row = needs_row ? ambit_mip_add_row(model->mip, -INFINITY, 1.0) : -1;
    for (int32_t c = 0; c < account->choice_count; c++) {
        if (c == from) continue;
        int length = move_coefficients(model, a, c);
        if (needs_row) {
            model->row[length] = row;
            model->value[length++] = 1.0;
        }
        const double cost = ambit_from_micro(account->cost[c] - account->cost[from]);
        (void)ambit_mip_add_column(model->mip, cost, 1.0, true, length, model->row, model->value);
        model->columns++;
    }
}

static void read_choices(const struct model *model, int32_t *choice_out)
{
    int column = model->slacks;
    for (int32_t k = 0; k < model->count; k++) {
        const int32_t a = model->undecided[k];
        for (int32_t c = 0; c < model->group->account[a].choice_count; c++) {
            if (c == model->group->chosen[a]) continue;
            if (model->solution[column++] > 0.5) choice_out[k] = c;
        }
    }
}

static ambit_status solve(struct model *model, int32_t *choice_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_mip_limits limits = {.node_max = model->group->node_max, .gap = MIP_GAP};
    enum ambit_mip_end end = AMBIT_MIP_NONE;
    AMBIT_TRY(ambit_mip_create(&model->mip));
    ambit_mip_set_constant(model->mip, model->cost_scale);
    add_side_rows(model);
    add_budget_rows(model);
    for (int32_t k = 0; k < model->count; k++)
        add_account(model, model->undecided[k]);
    AMBIT_TRY(ambit_alloc(&model->solution, (size_t)model->columns, sizeof(double)));
    AMBIT_TRY(ambit_mip_relax(model->mip, &end));
    if (end != AMBIT_MIP_OPTIMAL) goto done;
    AMBIT_TRY(ambit_mip_branch(model->mip, &limits, model->solution, &end));
    if (end != AMBIT_MIP_NONE) read_choices(model, choice_out);
done:
    return status;
}

static bool breaks_a_band(const struct ambit_group *group)
{
    for (int t = 0; t < group->territory_count; t++) {
        if (group->violation[t] > 0) return true;
    }
    return false;
}

ambit_status ambit_assignment_ilp(const struct ambit_group *group, const int32_t *undecided,
                                  int32_t count, int32_t *choice_out)
{
    ambit_status status = AMBIT_OK;
    struct model model = {.group = group, .undecided = undecided, .count = count};
    const size_t cells = (size_t)group->territory_count * (size_t)group->rules;
    const size_t longest = 2 * (size_t)group->rules + (size_t)group->draws + 1;
    for (int32_t k = 0; k < count; k++) {
        choice_out[k] = group->chosen[undecided[k]];
        model.cost_scale += ambit_from_micro(group->account[undecided[k]].cost[choice_out[k]]);
    }
    model.elastic = breaks_a_band(group);
    AMBIT_TRY(ambit_alloc(&model.row_of_side, cells, sizeof(int)));
    AMBIT_TRY(ambit_alloc(&model.row_of_cell, (size_t)group->cells, sizeof(int)));
    AMBIT_TRY(ambit_alloc(&model.cell_scale, (size_t)group->cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model.row, longest, sizeof(int)));
    AMBIT_TRY(ambit_alloc(&model.value, longest, sizeof(double)));
    AMBIT_TRY(solve(&model, choice_out));
done:
    ambit_mip_destroy(&model.mip);
    ambit_free(&model.row_of_side);
    ambit_free(&model.row_of_cell);
    ambit_free(&model.cell_scale);
    ambit_free(&model.row);
    ambit_free(&model.value);
    ambit_free(&model.solution);
    return status;
}
