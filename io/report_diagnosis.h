/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_REPORT_DIAGNOSIS_H
#define AMBIT_REPORT_DIAGNOSIS_H

#include "engine/model/diagnosis.h"
#include "engine/model/result.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What exception from a rule on accounts is made: "let T3 serve 3 accounts that are forbidden to
 * it". `territory` is the name of the opening's. */
void ambit_text_exception(const struct ambit_opening *o, const char *territory, size_t room,
                          char *out);

/* What would do where bands are broken, in words; nothing where the result has no diagnosis. */
void ambit_report_diagnosis(FILE *file, const struct ambit_result *result);

/* The smallest set that would do: "keep the bands and let 12 of 40 locked accounts of CA-3 go";
 * where it opens bands, behind it the smallest that keeps them. `joint` is a blank, or what begins
 * a new line. False where there is nothing to tell. */
bool ambit_text_remedy(const struct ambit_result *result, const char *joint, char *out,
                       size_t room);

/* The same as a JSON object, or NULL. */
json_t *ambit_diagnosis_json(const struct ambit_result *result);

#endif
