/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_REPORT_REFUSAL_H
#define AMBIT_REPORT_REFUSAL_H

#include "engine/model/refusal.h"
#include <stdio.h>

/* {"refused": {"findings": […], "remedies": […]}} on one line. Errors: AMBIT_ERR_MEMORY,
 * AMBIT_ERR_IO. */
ambit_status ambit_report_refusal_json(FILE *file,
                                       const struct ambit_refusal *refusal) AMBIT_CHECKED;

#endif
