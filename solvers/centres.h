/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a free centre should stand for the accounts that it has: at their centroid, or at the
 * account of least total travel (median). Parts for a driver that adds or merges them over the
 * ranks.
 */
#ifndef AMBIT_CENTRES_H
#define AMBIT_CENTRES_H

#include "engine/model/problem.h"
#include <stdbool.h>

#define AMBIT_MEDIAN_TRIED 24 /* accounts tried as the median of a territory at a time */

/* Adds to sums_inout, territories × 4, the slice's visits and visits × unit vector, in units in
 * which sums stay whole; labels in [0, territories), or −1 for accounts to skip. */
void ambit_centroid_sums(const struct ambit_accounts *accounts, const int32_t *label,
                         int64_t *sums_inout);
/* The place of such sums, in degrees and as the unit vector of those degrees; false, and nothing
 * written, where they are zero. */
bool ambit_centroid_place(const int64_t *sums, double *lat_out, double *lon_out,
                          double position_out[3]);

/* An account that may be a territory's median. */
struct ambit_median_candidate {
    int32_t territory;
    int64_t index; /* canonical */
    double chord2; /* from the point asked about */
    double lat, lon;
    double position[3];
};

/* The slice's AMBIT_MEDIAN_TRIED accounts (or fewer) nearest to the position of each territory that
 * is wanted; sorted by territory, then distance, then index. *out is owned by the caller.
 */
ambit_status ambit_median_nearest(const struct ambit_accounts *accounts,
                                  const struct ambit_territories *territories, const int32_t *label,
                                  const bool *wanted, struct ambit_median_candidate **out,
                                  int64_t *count_out) AMBIT_CHECKED;

/* Sorts candidates of all ranks and keeps the AMBIT_MEDIAN_TRIED nearest of each territory; returns
 * how many are left. */
int64_t ambit_median_merge(struct ambit_median_candidate *candidates, int64_t count);

/* Adds to cost_inout[c] the slice's micro-hours of line haul if candidate c (merged, so sorted by
 * territory) were its territory's centre, to a hundred-thousandth (see haul_table.h): a choice
 * among neighbours needs no more. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_median_costs(const struct ambit_problem *problem, const int32_t *label,
                                const struct ambit_median_candidate *candidates, int64_t count,
                                int64_t *cost_inout) AMBIT_CHECKED;

#endif
