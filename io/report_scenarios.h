/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scenarios of a file for people and for programs. Local; called on rank 0.
 */
#ifndef AMBIT_REPORT_SCENARIOS_H
#define AMBIT_REPORT_SCENARIOS_H

#include "io/scenario_variants.h"
#include <stdio.h>

/* A line for each, long ones broken at 100 characters. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_report_scenarios(FILE *file,
                                    const struct ambit_variants *variants) AMBIT_CHECKED;

/* One JSON object on one line: scenarios [{name, changes}]. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY.
 */
ambit_status ambit_report_scenarios_json(FILE *file,
                                         const struct ambit_variants *variants) AMBIT_CHECKED;

#endif
