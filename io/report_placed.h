/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of new accounts, for people and for programs. Local; called on rank 0.
 */
#ifndef AMBIT_REPORT_PLACED_H
#define AMBIT_REPORT_PLACED_H

#include "engine/model/placed.h"
#include <stdio.h>

/* A few lines: how many went where for which reason, their travel, and the bands. */
void ambit_report_placed(FILE *file, const struct ambit_placed_summary *summary);

/* One JSON object on one line: result (null where `path` is NULL), accounts, nearest, price, next,
 * over, travel_hours, first_saving_hours, skipped_rows, territories, bands [{label, outside_before,
 * outside, too_low}]. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_IO. */
ambit_status ambit_report_placed_json(FILE *file, const struct ambit_placed_summary *summary,
                                      const char *path) AMBIT_CHECKED;

#endif
