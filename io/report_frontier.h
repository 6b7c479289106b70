/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A frontier as text, JSON and CSV. Local.
 */
#ifndef AMBIT_REPORT_FRONTIER_H
#define AMBIT_REPORT_FRONTIER_H

#include "engine/model/frontier.h"
#include "io/report_text.h"
#include <stdio.h>

/* "5 %", or "free". */
void ambit_text_budget(const struct ambit_frontier_point *point, char out[AMBIT_TEXT_MAX]);

void ambit_report_frontier(FILE *file, const struct ambit_frontier *frontier,
                           const char *result_path);
/* Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_report_frontier_json(FILE *file, const struct ambit_frontier *frontier,
                                        const char *result_path) AMBIT_CHECKED;
ambit_status ambit_frontier_csv_write(const char *path,
                                      const struct ambit_frontier *frontier) AMBIT_CHECKED;

#endif
