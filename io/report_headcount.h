/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_REPORT_HEADCOUNT_H
#define AMBIT_REPORT_HEADCOUNT_H

#include "engine/model/headcount.h"
#include <stdio.h>

/* The build-up estimate, the curve and who goes or comes, at most 100 characters wide. */
void ambit_report_headcount(FILE *file, const struct ambit_scenario *scenario,
                            const struct ambit_headcount_curve *curve);

/* One JSON object on one line: result, scenario, today, best, enough, build_up, points, leave,
 * hire. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_IO. */
ambit_status ambit_report_headcount_json(FILE *file, const struct ambit_scenario *scenario,
                                         const struct ambit_headcount_curve *curve,
                                         const char *path) AMBIT_CHECKED;

/* A line for each number. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_headcount_csv_write(const char *path,
                                       const struct ambit_headcount_curve *curve) AMBIT_CHECKED;

/* Covered work and cost against the number. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_headcount_svg_write(const char *path,
                                       const struct ambit_headcount_curve *curve) AMBIT_CHECKED;

#endif
