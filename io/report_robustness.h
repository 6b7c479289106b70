/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How robust a plan is, for people and for programs. Local; called on rank 0.
 */
#ifndef AMBIT_REPORT_ROBUSTNESS_H
#define AMBIT_REPORT_ROBUSTNESS_H

#include "engine/model/robustness.h"
#include <stdio.h>

/* What was drawn, how often all bands hold, and the territories most often outside. */
void ambit_report_robustness(FILE *file, const struct ambit_robustness *robustness);

/* One JSON object on one line: result (null where `path` is NULL), samples, all_met, outside_mean,
 * columns, bands [{label, any, territories [{territory, below, above, mean, deviation}]}]; all but
 * means are parts of the samples. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_IO. */
ambit_status ambit_report_robustness_json(FILE *file, const struct ambit_robustness *robustness,
                                          const char *path) AMBIT_CHECKED;

/* A CSV row for every territory and band. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_robustness_write(const char *path,
                                    const struct ambit_robustness *robustness) AMBIT_CHECKED;

#endif
