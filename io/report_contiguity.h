/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_REPORT_CONTIGUITY_H
#define AMBIT_REPORT_CONTIGUITY_H

#include "engine/model/result.h"

#include <jansson.h>
#include <stdio.h>

/* How territories hang together, for people; nothing where the result was not asked for it. */
void ambit_report_contiguity(FILE *file, const struct ambit_result *result);

/* The territories that do not hang together, the most accounts apart first, up to `most` of them:
 * "\n  contiguity: …" into words, which has `size` bytes; "" where all do. */
void ambit_contiguity_words(const struct ambit_result *result, int most, char *words, size_t size);

/* The same figures as an object; NULL where the result was not asked for it. */
json_t *ambit_contiguity_json(const struct ambit_result *result);

#endif
