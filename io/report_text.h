/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers and bands in words, shared by the reports.
 */
#ifndef AMBIT_REPORT_TEXT_H
#define AMBIT_REPORT_TEXT_H

#include "engine/model/result.h"
#include <stdint.h>
#include <stdio.h>

#define AMBIT_TEXT_MAX 160 /* bytes of any text made here, with its NUL */

/* "1,234.5"; "-" for what is not finite. */
void ambit_text_number(double value, int decimals, char out[AMBIT_TEXT_MAX]);
void ambit_text_count(int64_t value, char out[AMBIT_TEXT_MAX]);
/* "5.0 %" of 0.05. */
void ambit_text_percent(double fraction, int decimals, char out[AMBIT_TEXT_MAX]);
/* "1.5 GB", in powers of ten. */
void ambit_text_bytes(int64_t bytes, char out[AMBIT_TEXT_MAX]);

/* Decimals that leave about five digits of a number of this size. */
int ambit_text_decimals(double size);

/* Characters of UTF-8 text. */
int ambit_text_characters(const char *text);

/* Prints to a width in characters: right-aligned, or left-aligned where negative. */
void ambit_text_pad(FILE *file, const char *text, int width);

/* Smallest and largest of `count` values; NaN where there are none. */
void ambit_range(const double *values, int32_t count, double *least_out, double *most_out);

/* The limits that were used, or those that the scenario asked for: "±5.0 %", "at most 35.0 %",
 * "90.00 h to 110.0 h", "at least 90.0 % of target". */
void ambit_text_allowed(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX]);
void ambit_text_asked(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX]);

/* The limits used, opened on one side (−1 lower, 1 upper) or both (0) by `by`, rounded outwards to
 * a tenth of a percent. */
void ambit_text_opened(const struct ambit_result *result, int band, int side, double by,
                       char out[AMBIT_TEXT_MAX]);

/* The worst deviation: percent, or the worst value in units where the band has but one side or no
 * limit that is a part of the target. */
void ambit_text_worst(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX]);

/* How far a broken band would have to open: "0.8 % of target", "1.2 points" of a share, "12.5 h".
 */
void ambit_text_open_by(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX]);

/* The limit that no plan can meet a tighter one than: "106.0 % of target", "33.9 %", "1,200.0 h".
 */
void ambit_text_proven(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX]);

#endif
