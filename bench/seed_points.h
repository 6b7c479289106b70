/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Points for the benchmarks of seeding, made or read, and what they share with the drivers of other
 * people's programs: so many measures, one line of figures, one file of labels. All is local.
 */
#ifndef AMBIT_SEED_POINTS_H
#define AMBIT_SEED_POINTS_H

#include "engine/base/status.h"
#include <stdint.h>
#include <stdio.h>

enum { AMBIT_BENCH_MEASURES = 3 };
#define AMBIT_BENCH_BAND 0.03      /* of every measure, to both sides of the mean */
enum { AMBIT_BENCH_MISSING = 77 }; /* exit code of a driver whose library is not installed */

struct ambit_bench_points {
    int64_t count, dimensions;
    double *coordinate; /* owned; count × dimensions: kilometres on a plane, or unit vectors */
    double *amount;     /* owned; of the first measure */
};

/* `what` is a number of points to make, or a file: two int64 (points, dimensions 2 or 3), then
 * coordinates, then weights, as doubles; or, where its name ends in .csv, lines of x, y and weight
 * on a plane. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY, AMBIT_ERR_IO. */
ambit_status ambit_bench_points_open(const char *what,
                                     struct ambit_bench_points *out) AMBIT_CHECKED;
void ambit_bench_points_clear(struct ambit_bench_points *points);
/* As the first kind of file. Errors: AMBIT_ERR_IO. */
ambit_status ambit_bench_points_write(const char *path,
                                      const struct ambit_bench_points *points) AMBIT_CHECKED;

/* What point `row` counts for in a measure: its weight, 1, or a number that has nothing to do with
 * its place; means are about 1.65, 1 and 1.65. */
double ambit_bench_amount(const struct ambit_bench_points *points, int64_t row, int measure);

/* The points along the Hilbert curve. Errors: AMBIT_ERR_MEMORY; *row_out is owned by the caller. */
ambit_status ambit_bench_points_order(const struct ambit_bench_points *points,
                                      int32_t **row_out) AMBIT_CHECKED;

/* The line that a driver ends with: seconds before and for the division, and its peak of memory. */
void ambit_bench_tell(double before, double seconds, int64_t peak_bytes);

/* Labels in the order of the points, as int32. Errors: AMBIT_ERR_IO. */
ambit_status ambit_bench_labels_write(const char *path, const int32_t *label,
                                      int64_t count) AMBIT_CHECKED;

#endif
