/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The capacitated assignment of a group's undecided accounts as an ILP for GLPK; the one file that
 * includes its header.
 *
 * Variables stand for moves: y_ac = 1 where account a goes from today's choice to choice c. So an
 * account with two choices needs no row of its own, y = 0 is today's plan and a feasible basis, and
 * the model has as many rows as banded sides plus one Σ y ≤ 1 for every account with three or more
 * choices. Rows are scaled to parts of a rule's mean load. Where today's plan breaks a band, slacks
 * let it, at a price above anything the group's travel could save.
 *
 * Effort is counted in branch-and-bound nodes. GLPK keeps its environment per thread and aborts on
 * misuse: its error hook jumps back here.
 */
#include "solvers/assignment_ilp.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <glpk.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define MIP_GAP 1e-5           /* of the cost of all accounts in the model */
#define VIOLATION_WEIGHT 100.0 /* times the same cost, for one mean load outside */

struct model {
    const struct ambit_group *group;
    const int32_t *undecided;
    int32_t count;
    bool elastic;
    double cost_scale; /* hours: cost of the accounts in the model */
    glp_prob *problem;
    int *row_of_side; /* owned; [territory × rules + rule] → row, 0 where unbanded */
    int *index;       /* owned; coefficients of a column, 1-based */
    double *value;    /* owned */
};

struct search {
    int64_t node_max;
};

static void stop_at_node_limit(glp_tree *tree, void *info)
{
    const struct search *search = info;
    int total = 0;
    if (glp_ios_reason(tree) != GLP_ISELECT) return;
    glp_ios_tree_size(tree, NULL, NULL, &total);
    if (total > search->node_max) glp_ios_terminate(tree);
}

static void jump_back(void *info)
{
    longjmp(*(jmp_buf *)info, 1);
}

static void set_row(glp_prob *problem, int row, double low, double high)
{
    const bool below = isfinite(low), above = isfinite(high);
    if (below && above)
        glp_set_row_bnds(problem, row, high > low ? GLP_DB : GLP_FX, low, high);
    else if (above)
        glp_set_row_bnds(problem, row, GLP_UP, 0.0, high);
    else
        glp_set_row_bnds(problem, row, GLP_LO, low, 0.0);
}

static void add_slack(struct model *model, int row, double sign)
{
    const int column = glp_add_cols(model->problem, 1);
    const int index[2] = {0, row};
    const double value[2] = {0.0, sign};
    glp_set_col_bnds(model->problem, column, GLP_LO, 0.0, 0.0);
    glp_set_obj_coef(model->problem, column, VIOLATION_WEIGHT * model->cost_scale);
    glp_set_mat_col(model->problem, column, 1, index, value);
}

static void add_side_rows(struct model *model)
{
    const struct ambit_group *group = model->group;
    for (int cell = 0; cell < group->territory_count * group->rules; cell++) {
        const double scale = group->scale[cell % group->rules];
        const double load = (double)group->load[cell];
        const double low = (group->low[cell] - load) / scale;
        const double high = (group->high[cell] - load) / scale;
        if (!isfinite(low) && !isfinite(high)) continue;
        const int row = glp_add_rows(model->problem, 1);
        model->row_of_side[cell] = row;
        set_row(model->problem, row, low, high);
        if (!model->elastic) continue;
        if (isfinite(low)) add_slack(model, row, 1.0);
        if (isfinite(high)) add_slack(model, row, -1.0);
    }
}

/* The coefficients of account a's move to choice c, in model->index and value; returns how many. */
static int move_coefficients(const struct model *model, int32_t a, int32_t c)
{
    const struct ambit_group *group = model->group;
    const struct ambit_border_account *account = &group->account[a];
    const int32_t from = group->chosen[a];
    int length = 0;
    for (int r = 0; r < group->rules; r++) {
        const int old = model->row_of_side[account->territory[from] * group->rules + r];
        const int new = model->row_of_side[account->territory[c] * group->rules + r];
        if (old > 0 && account->load[from][r] != 0) {
            model->index[++length] = old;
            model->value[length] = -(double)account->load[from][r] / group->scale[r];
        }
        if (new > 0 && account->load[c][r] != 0) {
            model->index[++length] = new;
            model->value[length] = (double)account->load[c][r] / group->scale[r];
        }
    }
    return length;
}

static void add_account(struct model *model, int32_t a)
{
    const struct ambit_border_account *account = &model->group->account[a];
    const int32_t from = model->group->chosen[a];
    int row = 0;
    if (account->choice_count > 2) {
        row = glp_add_rows(model->problem, 1);
        glp_set_row_bnds(model->problem, row, GLP_UP, 0.0, 1.0);
    }
    for (int32_t c = 0; c < account->choice_count; c++) {
        if (c == from) continue;
        const int column = glp_add_cols(model->problem, 1);
        int length = move_coefficients(model, a, c);
        if (row > 0) {
            model->index[++length] = row;
            model->value[length] = 1.0;
        }
        glp_set_col_kind(model->problem, column, GLP_BV);
        glp_set_obj_coef(model->problem, column,
                         ambit_from_micro(account->cost[c] - account->cost[from]));
        glp_set_mat_col(model->problem, column, length, model->index, model->value);
    }
}

static void read_choices(const struct model *model, int32_t *choice_out)
{
    const int columns = glp_get_num_cols(model->problem);
    int column = 0;
    while (column < columns && glp_get_col_kind(model->problem, column + 1) == GLP_CV)
        column++;
    for (int32_t k = 0; k < model->count; k++) {
        const int32_t a = model->undecided[k];
        for (int32_t c = 0; c < model->group->account[a].choice_count; c++) {
            if (c == model->group->chosen[a]) continue;
            if (glp_mip_col_val(model->problem, ++column) > 0.5) choice_out[k] = c;
        }
    }
}

static void solve(struct model *model, int32_t *choice_out)
{
    struct search search = {.node_max = model->group->node_max};
    glp_smcp simplex;
    glp_iocp branch;
    glp_term_out(GLP_OFF);
    model->problem = glp_create_prob();
    glp_set_obj_dir(model->problem, GLP_MIN);
    glp_set_obj_coef(model->problem, 0, model->cost_scale);
    add_side_rows(model);
    for (int32_t k = 0; k < model->count; k++)
        add_account(model, model->undecided[k]);
    glp_std_basis(model->problem);
    glp_init_smcp(&simplex);
    simplex.msg_lev = GLP_MSG_OFF;
    if (glp_simplex(model->problem, &simplex) != 0) return;
    if (glp_get_status(model->problem) != GLP_OPT) return;
    glp_init_iocp(&branch);
    branch.msg_lev = GLP_MSG_OFF;
    branch.mip_gap = MIP_GAP;
    branch.br_tech = GLP_BR_MFV;
    branch.bt_tech = GLP_BT_BLB;
    branch.cb_func = stop_at_node_limit;
    branch.cb_info = &search;
    const int ended = glp_intopt(model->problem, &branch);
    if (ended != 0 && ended != GLP_ESTOP && ended != GLP_EMIPGAP) return;
    const int found = glp_mip_status(model->problem);
    if (found == GLP_OPT || found == GLP_FEAS) read_choices(model, choice_out);
}

static bool breaks_a_band(const struct ambit_group *group)
{
    for (int t = 0; t < group->territory_count; t++) {
        if (group->violation[t] > 0) return true;
    }
    return false;
}

/* False where GLPK aborted and jumped back; its memory is freed with the environment. */
static bool solve_guarded(struct model *model, int32_t *choice_out)
{
    jmp_buf back;
    if (setjmp(back) != 0) return false;
    glp_error_hook(jump_back, &back);
    solve(model, choice_out);
    glp_delete_prob(model->problem);
    glp_error_hook(NULL, NULL);
    return true;
}

ambit_status ambit_assignment_ilp(const struct ambit_group *group, const int32_t *undecided,
                                  int32_t count, int32_t *choice_out)
{
    ambit_status status = AMBIT_OK;
    struct model model = {.group = group, .undecided = undecided, .count = count};
    const size_t cells = (size_t)group->territory_count * (size_t)group->rules;
    const size_t longest = 2 * (size_t)group->rules + 2;
    for (int32_t k = 0; k < count; k++) {
        choice_out[k] = group->chosen[undecided[k]];
        model.cost_scale += ambit_from_micro(group->account[undecided[k]].cost[choice_out[k]]);
    }
    model.elastic = breaks_a_band(group);
    AMBIT_TRY(ambit_alloc(&model.row_of_side, cells, sizeof(int)));
    AMBIT_TRY(ambit_alloc(&model.index, longest, sizeof(int)));
    AMBIT_TRY(ambit_alloc(&model.value, longest, sizeof(double)));
    if (!solve_guarded(&model, choice_out))
        status = ambit_fail(AMBIT_ERR_SOLVER, "GLPK gave up on an assignment ILP of %d accounts",
                            (int)count);
    glp_free_env();
done:
    ambit_free(&model.row_of_side);
    ambit_free(&model.index);
    ambit_free(&model.value);
    return status;
}
