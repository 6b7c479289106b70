/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one file that includes GLPK's header. GLPK calls its error hook where it is misused or out of
 * memory, and aborts if that returns: the hook jumps back into the function here that called GLPK,
 * each of which sets its own place to come back to. The memory of a model that was lost so is freed
 * with the environment.
 */
#include "solvers/mip.h"
#include "engine/base/memory.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <string.h>

enum { COLUMN_LENGTH_MAX = 4096 };

/* Models of this thread: its environment goes with the last of them. */
static _Thread_local int alive;

struct ambit_mip {
    glp_prob *problem; /* owned; NULL once GLPK has given up on it */
    int rows, columns;
    double work;                      /* of all branchings, see struct ambit_mip_limits */
    int index[COLUMN_LENGTH_MAX + 1]; /* GLPK counts from 1 */
    double value[COLUMN_LENGTH_MAX + 1];
};

/* GLPK prints to standard output before it gives up, whatever its level of messages. */
static int say_nothing(void *info, const char *text)
{
    (void)info;
    (void)text;
    return 1;
}

static void jump_back(void *info)
{
    longjmp(*(jmp_buf *)info, 1);
}

/* After a jump back: the problem is in no state that GLPK would look at again. */
static void lose(struct ambit_mip *mip)
{
    glp_error_hook(NULL, NULL);
    glp_term_out(GLP_OFF);
    mip->problem = NULL;
}

static ambit_status lost(const struct ambit_mip *mip)
{
    return ambit_fail(AMBIT_ERR_SOLVER, "GLPK gave up on a programme of %d rows and %d columns",
                      mip->rows, mip->columns);
}

ambit_status ambit_mip_create(struct ambit_mip **out)
{
    struct ambit_mip *mip = NULL;
    const ambit_status status = ambit_alloc(&mip, 1, sizeof *mip);
    *out = NULL;
    if (status != AMBIT_OK) return status;
    glp_term_out(GLP_OFF);
    glp_term_hook(say_nothing, NULL);
    mip->problem = glp_create_prob();
    glp_set_obj_dir(mip->problem, GLP_MIN);
    alive++;
    *out = mip;
    return AMBIT_OK;
}

void ambit_mip_destroy(struct ambit_mip **mip)
{
    if (*mip == NULL) return;
    if ((*mip)->problem != NULL) glp_delete_prob((*mip)->problem);
    if (--alive == 0) glp_free_env();
    ambit_free(mip);
}

static int bounds_kind(double low, double high)
{
    if (isfinite(low) && isfinite(high)) return high > low ? GLP_DB : GLP_FX;
    if (isfinite(high)) return GLP_UP;
    return isfinite(low) ? GLP_LO : GLP_FR;
}

int ambit_mip_add_row(struct ambit_mip *mip, double low, double high)
{
    jmp_buf back;
    if (mip->problem == NULL) return -1;
    if (setjmp(back) != 0) {
        lose(mip);
        return -1;
    }
    glp_error_hook(jump_back, &back);
    const int row = glp_add_rows(mip->problem, 1);
    glp_set_row_bnds(mip->problem, row, bounds_kind(low, high), low, high);
    glp_error_hook(NULL, NULL);
    mip->rows = row;
    return row - 1;
}

int ambit_mip_add_column(struct ambit_mip *mip, double cost, double high, bool is_binary,
                         int length, const int *row, const double *value)
{
    jmp_buf back;
    AMBIT_REQUIRE(length <= COLUMN_LENGTH_MAX);
    if (mip->problem == NULL) return -1;
    if (setjmp(back) != 0) {
        lose(mip);
        return -1;
    }
    glp_error_hook(jump_back, &back);
    const int column = glp_add_cols(mip->problem, 1);
    for (int k = 0; k < length; k++) {
        mip->index[k + 1] = row[k] + 1;
        mip->value[k + 1] = value[k];
    }
    if (is_binary)
        glp_set_col_kind(mip->problem, column, GLP_BV);
    else
        glp_set_col_bnds(mip->problem, column, bounds_kind(0.0, high), 0.0, high);
    glp_set_obj_coef(mip->problem, column, cost);
    glp_set_mat_col(mip->problem, column, length, mip->index, mip->value);
    glp_error_hook(NULL, NULL);
    mip->columns = column;
    return column - 1;
}

static ambit_status set_row(struct ambit_mip *mip, int row, int length, const int *index,
                            const double *value)
{
    jmp_buf back;
    if (row < 0) return lost(mip);
    if (setjmp(back) != 0) {
        lose(mip);
        return lost(mip);
    }
    glp_error_hook(jump_back, &back);
    glp_set_mat_row(mip->problem, row + 1, length, index, value);
    glp_error_hook(NULL, NULL);
    return AMBIT_OK;
}

ambit_status ambit_mip_add_limit(struct ambit_mip *mip, double high, int length, const int *column)
{
    ambit_status status = AMBIT_OK;
    int *index = NULL;
    double *value = NULL;
    const int row = ambit_mip_add_row(mip, -INFINITY, high);
    AMBIT_TRY(ambit_alloc(&index, (size_t)length + 1, sizeof *index));
    AMBIT_TRY(ambit_alloc(&value, (size_t)length + 1, sizeof *value));
    for (int k = 0; k < length; k++) {
        index[k + 1] = column[k] + 1;
        value[k + 1] = 1.0;
    }
    AMBIT_TRY(set_row(mip, row, length, index, value));
done:
    ambit_free(&index);
    ambit_free(&value);
    return status;
}

void ambit_mip_set_constant(struct ambit_mip *mip, double constant)
{
    if (mip->problem != NULL) glp_set_obj_coef(mip->problem, 0, constant);
}

ambit_status ambit_mip_relax(struct ambit_mip *mip, enum ambit_mip_end *end_out)
{
    jmp_buf back;
    glp_smcp simplex;
    *end_out = AMBIT_MIP_NONE;
    if (mip->problem == NULL) return lost(mip);
    if (setjmp(back) != 0) {
        lose(mip);
        return lost(mip);
    }
    glp_error_hook(jump_back, &back);
    glp_init_smcp(&simplex);
    simplex.msg_lev = GLP_MSG_OFF;
    int ended = glp_simplex(mip->problem, &simplex);
    if (ended == GLP_EBADB || ended == GLP_ESING || ended == GLP_ECOND) {
        glp_std_basis(mip->problem);
        ended = glp_simplex(mip->problem, &simplex);
    }
    glp_error_hook(NULL, NULL);
    if (ended == 0 && glp_get_status(mip->problem) == GLP_OPT) *end_out = AMBIT_MIP_OPTIMAL;
    return AMBIT_OK;
}

double ambit_mip_value(const struct ambit_mip *mip)
{
    return glp_get_obj_val(mip->problem);
}

double ambit_mip_row_dual(const struct ambit_mip *mip, int row)
{
    return glp_get_row_dual(mip->problem, row + 1);
}

double ambit_mip_reduced_cost(const struct ambit_mip *mip, int column)
{
    return glp_get_col_dual(mip->problem, column + 1);
}

double ambit_mip_column_value(const struct ambit_mip *mip, int column)
{
    return glp_get_col_prim(mip->problem, column + 1);
}

void ambit_mip_set_cost(struct ambit_mip *mip, int column, double cost)
{
    if (mip->problem != NULL && column >= 0) glp_set_obj_coef(mip->problem, column + 1, cost);
}

ambit_status ambit_mip_drop_columns(struct ambit_mip *mip, const bool *drop)
{
    int *list = NULL, dropped = 0;
    const ambit_status status = ambit_alloc(&list, (size_t)mip->columns + 1, sizeof *list);
    if (status != AMBIT_OK) return status;
    for (int c = 0; c < mip->columns; c++) {
        if (drop[c]) list[++dropped] = c + 1;
    }
    if (dropped > 0) glp_del_cols(mip->problem, dropped, list);
    mip->columns -= dropped;
    ambit_free(&list);
    return AMBIT_OK;
}

struct branching {
    const struct ambit_mip_limits *limits;
    const struct ambit_mip *mip;
    int iterations_before;
    bool started;
};

static double work_of(const struct branching *branching)
{
    const int iterations = glp_get_it_cnt(branching->mip->problem) - branching->iterations_before;
    return branching->mip->work + (double)iterations * branching->mip->columns;
}

static void guide_branching(glp_tree *tree, void *info)
{
    struct branching *const branching = info;
    const struct ambit_mip_limits *const limits = branching->limits;
    int total = 0;
    switch (glp_ios_reason(tree)) {
    case GLP_IHEUR:
        if (limits->start != NULL && !branching->started)
            (void)glp_ios_heur_sol(tree, limits->start - 1);
        branching->started = true;
        break;
    case GLP_ISELECT:
        glp_ios_tree_size(tree, NULL, NULL, &total);
        if (total > limits->node_max ||
            (limits->work_max > 0.0 && work_of(branching) > limits->work_max))
            glp_ios_terminate(tree);
        break;
    default:
        break;
    }
}

ambit_status ambit_mip_branch(struct ambit_mip *mip, const struct ambit_mip_limits *limits,
                              double *value_out, enum ambit_mip_end *end_out)
{
    struct branching branching = {.limits = limits, .mip = mip};
    jmp_buf back;
    glp_iocp branch;
    *end_out = AMBIT_MIP_NONE;
    if (mip->problem == NULL) return lost(mip);
    if (setjmp(back) != 0) {
        lose(mip);
        return lost(mip);
    }
    glp_error_hook(jump_back, &back);
    glp_init_iocp(&branch);
    branch.msg_lev = GLP_MSG_OFF;
    branch.br_tech = GLP_BR_MFV;
    branch.mip_gap = limits->gap;
    branch.cb_func = guide_branching;
    branch.cb_info = &branching;
    branching.iterations_before = glp_get_it_cnt(mip->problem);
    const int ended = glp_intopt(mip->problem, &branch);
    glp_error_hook(NULL, NULL);
    mip->work = work_of(&branching);
    const int found = glp_mip_status(mip->problem);
    if (ended != 0 && ended != GLP_ESTOP && ended != GLP_EMIPGAP) return AMBIT_OK;
    if (found != GLP_OPT && found != GLP_FEAS) return AMBIT_OK;
    *end_out = ended != GLP_ESTOP ? AMBIT_MIP_OPTIMAL : AMBIT_MIP_FEASIBLE;
    for (int c = 0; c < mip->columns; c++)
        value_out[c] = glp_mip_col_val(mip->problem, c + 1);
    return AMBIT_OK;
}
