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

#include "engine/model/haul_table.h"
#include "engine/model/problem.h"

/* Accounts of fewer micro-visits than this count as this many where cost is taken per visit. */
#define AMBIT_VISITS_MIN 10000

struct ambit_shortlists {
    const struct ambit_problem *problem; /* borrowed */
    const double *price;                 /* borrowed; [territory × rules + rule], hours a unit */
    int32_t count;                       /* territories */
    double *slope;                       /* owned */
    double *axis[3];                     /* owned; centres */
    struct ambit_haul_table haul;
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

/* Accounts that are looked at together: a scan makes a list for each run, and from it one for each
 * block of the run. */
enum { AMBIT_SHORTLIST_BLOCK = 32, AMBIT_SHORTLIST_RUN = 16 * AMBIT_SHORTLIST_BLOCK };

/* Lists of one class of accounts (eligibility.h). */
struct ambit_shortlist_slot {
    int32_t class;          /* whose lists for the run these are */
    int32_t block_end;      /* of the block that `narrow` is for */
    int32_t *wide, *narrow; /* owned; territories each */
    int32_t wide_count, narrow_count;
};

enum { AMBIT_SHORTLIST_SLOTS = 8 };

/* A scan over accounts, and what it works in; one a thread. */
struct ambit_shortlist_scan {
    const struct ambit_shortlists *lists; /* borrowed */
    struct ambit_shortlist_wish wish;
    int32_t begin, end; /* of the run */
    int slot_count;
    struct ambit_shortlist_slot slot[AMBIT_SHORTLIST_SLOTS];
    int32_t *all;    /* owned; every territory */
    int32_t *own;    /* owned; those of a class */
    int32_t *chosen; /* owned; those that are near enough to an account */
    double *work;    /* owned; 2 × territories */
    double *bound;   /* owned; 2 × territories: of ambit_shortlist_bounds() */
};

/* Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_shortlist_scan_create(const struct ambit_shortlists *lists,
                                         const struct ambit_shortlist_wish *wish,
                                         struct ambit_shortlist_scan *out) AMBIT_CHECKED;
void ambit_shortlist_scan_clear(struct ambit_shortlist_scan *scan);

/* Begins a run of up to AMBIT_SHORTLIST_RUN accounts, [begin, end). Local. */
void ambit_shortlist_scan_begin(struct ambit_shortlist_scan *scan, int32_t begin, int32_t end);

/* The territories, ascending, that the next account i of the run can want, in *list_out until the
 * next call; returns how many. All of them may serve it; never leaves out one of those that is
 * within the margin of the account's cheapest, or that is among its nearest. An account of fewer
 * visits than AMBIT_VISITS_MIN, whose cost a visit says nothing, can want all, and so can a unit of
 * accounts that are far apart. Where none is near enough, the nearest of its class is listed alone.
 * Accounts come in ascending order. Local. */
int32_t ambit_shortlist_scan_next(struct ambit_shortlist_scan *scan, int32_t i,
                                  const int32_t **list_out);

/* Between which two costs (micro-hours, ambit_reduced_cost()) each territory of the list is for
 * account i: scan->bound[2 n] and [2 n + 1]. Returns the least of the upper ones. Local. */
double ambit_shortlist_bounds(struct ambit_shortlist_scan *scan, int32_t i, const int32_t *list,
                              int32_t count);

static inline double ambit_shortlist_chord2(const struct ambit_shortlists *lists, int32_t i,
                                            int32_t j)
{
    const struct ambit_accounts *const accounts = lists->problem->accounts;
    const double dx = accounts->x[i] - lists->axis[0][j], dy = accounts->y[i] - lists->axis[1][j],
                 dz = accounts->z[i] - lists->axis[2][j];
    return dx * dx + dy * dy + dz * dz;
}

#endif
