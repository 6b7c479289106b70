/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which territories a run of neighbouring accounts can want at given prices: all but those that are
 * dearer for every account of the run than one of reference, by more than a margin.
 *
 *     cost_ij = slope_j × travel_ij + Σ_r price_jr × base_ir + disruption where j ≠ previous_i
 *     slope_j = 1 + Σ_r price_jr × travel_weight_r
 *
 * A scan of all accounts over all territories costs accounts × territories; with shortlists it
 * costs about one look at a territory for every few accounts.
 */
#ifndef AMBIT_SHORTLIST_H
#define AMBIT_SHORTLIST_H

#include "engine/model/problem.h"

/* Accounts of fewer micro-visits than this count as this many where cost is taken per visit. */
#define AMBIT_VISITS_MIN 10000

/* Line-haul hours at knots of the squared chord, every 64th of an octave. */
enum { AMBIT_HAUL_OCTAVES = 52, AMBIT_HAUL_KNOTS = 64 };

struct ambit_shortlists {
    const struct ambit_problem *problem; /* borrowed */
    const double *price;                 /* borrowed; [territory × rules + rule], hours a unit */
    int32_t count;                       /* territories */
    double *slope;                       /* owned */
    double *axis[3];                     /* owned; centres */
    double haul[AMBIT_HAUL_OCTAVES * AMBIT_HAUL_KNOTS + 1]; /* hours a visit, rising */
};

/* Borrows problem and price. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_shortlists_create(const struct ambit_problem *problem, const double *price,
                                     struct ambit_shortlists *out) AMBIT_CHECKED;
void ambit_shortlists_clear(struct ambit_shortlists *lists);

/* What is asked of a list. */
struct ambit_shortlist_wish {
    double margin; /* hours a visit by which a territory may be dearer than the cheapest */
    int near;      /* the so many nearest are listed too, whatever they cost */
};

/* The territories of `from` (ascending) that any account of [begin, end) can want, ascending, into
 * list_out (room for from_count); returns how many. Never leaves out one that is wanted by an
 * account of at least AMBIT_VISITS_MIN; others want one of all territories. `work` has 3 ×
 * from_count values. Local. */
int32_t ambit_shortlist_of(const struct ambit_shortlists *lists,
                           const struct ambit_shortlist_wish *wish, int32_t begin, int32_t end,
                           const int32_t *from, int32_t from_count, double *work,
                           int32_t *list_out);

/* Between which two costs account i's in territory j is, hours × 10^6, for a squared chord. */
void ambit_shortlist_cost(const struct ambit_shortlists *lists, int32_t i, int32_t j, double chord2,
                          double *low_out, double *high_out);

/* The same to the last digit, and the travel that it counts, micro-hours. */
double ambit_shortlist_exact_cost(const struct ambit_shortlists *lists, int32_t i, int32_t j,
                                  int64_t *travel_out);

static inline double ambit_shortlist_chord2(const struct ambit_shortlists *lists, int32_t i,
                                            int32_t j)
{
    const struct ambit_accounts *const accounts = lists->problem->accounts;
    const double dx = accounts->x[i] - lists->axis[0][j], dy = accounts->y[i] - lists->axis[1][j],
                 dz = accounts->z[i] - lists->axis[2][j];
    return dx * dx + dy * dy + dz * dz;
}

#endif
