/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_REPORT_REFUSAL_H
#define AMBIT_REPORT_REFUSAL_H

#include "engine/model/refusal.h"
#include <jansson.h>
#include <stdio.h>

/* A list of what was found; NULL where memory is short. */
json_t *ambit_findings_json(const struct ambit_finding *finding, int32_t count);

/* {"findings": […], "remedies": […]}; NULL where `refusal` is, or memory is short. */
json_t *ambit_refusal_json(const struct ambit_refusal *refusal);

/* {"refused": {"findings": […], "remedies": […]}} on one line. Errors: AMBIT_ERR_MEMORY,
 * AMBIT_ERR_IO. */
ambit_status ambit_report_refusal_json(FILE *file,
                                       const struct ambit_refusal *refusal) AMBIT_CHECKED;

#endif
