/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces of JSON that the reports share. Every function returns a new reference or NULL where
 * memory is short; jansson's setters pass a NULL on as a failure, so a chain is checked once at its
 * end.
 */
#ifndef AMBIT_REPORT_JSON_H
#define AMBIT_REPORT_JSON_H

#include "engine/model/result.h"
#include <jansson.h>
#include <stdio.h>

json_t *ambit_json_number(double value);       /* null where it is not finite */
json_t *ambit_json_hours(int64_t micro_hours); /* null where negative */
json_t *ambit_json_text(const char *text); /* null for NULL; bytes that are not UTF-8 become ? */

/* "feasible" or "infeasible"; "plan" or "audit". */
const char *ambit_status_word(const struct ambit_result *result);
const char *ambit_kind_word(const struct ambit_result *result);

/* Prints on one line and drops the reference. Errors: AMBIT_ERR_MEMORY where `object` is NULL,
 * AMBIT_ERR_IO. */
ambit_status ambit_json_print(FILE *file, json_t *object) AMBIT_CHECKED;

#endif
