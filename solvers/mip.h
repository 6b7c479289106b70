/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A linear or mixed integer programme, minimised. The one door to GLPK: it keeps its environment
 * per thread and aborts on misuse, which becomes a status here. A model belongs to the thread that
 * made it, and a thread may have several. Effort is counted in nodes, never in seconds.
 *
 * Where GLPK gives up while a model is built, the next call that solves it says so; after
 * AMBIT_ERR_SOLVER a model can only be destroyed.
 */
#ifndef AMBIT_MIP_H
#define AMBIT_MIP_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stdint.h>

struct ambit_mip; /* opaque */

/* Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_mip_create(struct ambit_mip **out) AMBIT_CHECKED;
void ambit_mip_destroy(struct ambit_mip **mip);

/* Adds a row low ≤ · ≤ high (∓INFINITY where one-sided) or a column with its coefficients;
 * each returns its index, from 0, in the order of adding. */
int ambit_mip_add_row(struct ambit_mip *mip, double low, double high);
int ambit_mip_add_column(struct ambit_mip *mip, double cost, double high, bool is_binary,
                         int length, const int *row, const double *value);

/* Adds a row Σ columns ≤ high over columns that are there. Errors: AMBIT_ERR_MEMORY,
 * AMBIT_ERR_SOLVER. */
ambit_status ambit_mip_add_limit(struct ambit_mip *mip, double high, int length,
                                 const int *column) AMBIT_CHECKED;

/* Adds `constant` to the objective: to the value of the relaxation, and to what a gap is a part of.
 */
void ambit_mip_set_constant(struct ambit_mip *mip, double constant);

enum ambit_mip_end {
    AMBIT_MIP_OPTIMAL,  /* proven, to the gap asked for */
    AMBIT_MIP_FEASIBLE, /* a solution, found before the effort was spent */
    AMBIT_MIP_NONE      /* infeasible, or nothing found in time */
};

/* Solves the linear relaxation from the last basis, the first time from all columns at zero.
 * Errors: AMBIT_ERR_SOLVER. */
ambit_status ambit_mip_relax(struct ambit_mip *mip, enum ambit_mip_end *end_out) AMBIT_CHECKED;
double ambit_mip_value(const struct ambit_mip *mip); /* of the relaxation */
double ambit_mip_row_dual(const struct ambit_mip *mip, int row);
double ambit_mip_reduced_cost(const struct ambit_mip *mip, int column);
double ambit_mip_column_value(const struct ambit_mip *mip, int column);

/* Changes a column's cost; the basis of the relaxation stays. */
void ambit_mip_set_cost(struct ambit_mip *mip, int column, double cost);

/* Removes columns that are at zero in the relaxation; `drop` has one value a column. Those that
 * stay keep their order. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_mip_drop_columns(struct ambit_mip *mip, const bool *drop) AMBIT_CHECKED;

struct ambit_mip_limits {
    int64_t node_max;
    double work_max;     /* simplex iterations × columns of all branchings of the model; 0: any */
    double gap;          /* a part of the objective; 0: to the end */
    const double *start; /* a feasible solution, by column, or NULL */
};

/* Branches from the relaxation's basis; value_out has one value a column, set unless NONE. Errors:
 * AMBIT_ERR_SOLVER. */
ambit_status ambit_mip_branch(struct ambit_mip *mip, const struct ambit_mip_limits *limits,
                              double *value_out, enum ambit_mip_end *end_out) AMBIT_CHECKED;

#endif
