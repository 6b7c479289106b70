/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_REPORT_DIAGNOSIS_H
#define AMBIT_REPORT_DIAGNOSIS_H

#include "engine/model/result.h"
#include <jansson.h>
#include <stdio.h>

/* What would do where bands are broken, in words; nothing where the result has no diagnosis. */
void ambit_report_diagnosis(FILE *file, const struct ambit_result *result);

/* The same as a JSON object, or NULL. */
json_t *ambit_diagnosis_json(const struct ambit_result *result);

#endif
