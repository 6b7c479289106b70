/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The least by which limits would have to open, or rules be excepted from, so that loads can be
 * parted within them: a linear programme with elastic limits over lumps that may be split.
 *
 * What may be relaxed is numbered: first the bands, then the budgets, then the rules.
 */
#ifndef AMBIT_ELASTIC_H
#define AMBIT_ELASTIC_H

#include "engine/base/status.h"
#include <stdint.h>

enum { AMBIT_ELASTIC_DRAWS = 16 };

struct ambit_elastic {
    int32_t territory_count;
    int rules, bands;
    const int *band; /* borrowed; [rules]: the band, below `bands`, that a rule is a side of */
    int32_t lump_count;
    const int64_t *first;     /* borrowed; lumps + 1: first option of each lump, at least one */
    const int32_t *territory; /* borrowed; [option] */
    const double *load;       /* borrowed; [option × rules + rule], of the whole lump there */
    const double *low, *high; /* borrowed; [territory × rules + rule]; ∓infinity where one-sided */
    const double *width;      /* borrowed; same shape, > 0: load by which a limit moves where its
                                 band opens by 1 */

    /* Budgets: Σ draw × part of the lump ≤ room. All NULL where there are none. */
    int32_t budgets;
    const double *room;         /* borrowed; [budget] */
    const double *budget_width; /* borrowed; [budget], > 0: draw by which it moves, opened by 1 */
    const int64_t *first_draw;  /* borrowed; options + 1; AMBIT_ELASTIC_DRAWS each at most */
    const int32_t *draw_budget; /* borrowed */
    const double *draw;         /* borrowed; of the whole lump */

    /* Rules that options break: such an option stands open only where all of its rules are relaxed.
     * NULL where there are none. */
    int32_t laws;
    const int64_t *first_law; /* borrowed; options + 1 */
    const int32_t *law;       /* borrowed; below `laws` */
    const double *law_part;   /* borrowed; relative amount of the whole lump, ≥ 0 */
    int32_t graded;           /* the law of which the least `grade` is sought, or −1 */
    const double *grade;      /* borrowed; [option]: how far the graded law has to give, ≥ 0 */
};

struct ambit_elastic_outcome {
    double *alone;    /* borrowed; [relaxation]: what is enough with the others kept; NaN: nothing
                         is, or it does not stand in the way */
    double *together; /* borrowed; [relaxation]: from the smallest set found that will do; NaN where
                         all together are not enough */
    double *kept;     /* borrowed; [relaxation]: the same with every band kept; NaN: nothing is */
    double *local;    /* borrowed; [territory × rules + rule]: of least sum where each limit opens
                         by itself; below zero for lower limits */
    double grade_alone, grade_together, grade_kept; /* of the graded law; 0 where it is kept */
};

/* Bands, budgets and laws of a programme. */
static inline int32_t ambit_elastic_relaxations(const struct ambit_elastic *elastic)
{
    return elastic->bands + elastic->budgets + elastic->laws;
}

/* Openings are parts of a width, amounts of laws are sums of parts; below one in a million they are
 * 0. The smallest set is of the fewest relaxations found, and then of the least sum. Loads and
 * widths of a rule should be near 1. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. Local. */
ambit_status ambit_elastic_solve(const struct ambit_elastic *elastic,
                                 struct ambit_elastic_outcome *out) AMBIT_CHECKED;

#endif
