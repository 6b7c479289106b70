/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit found, in words: figures, evidence, and what to do about it. Texts never exceed
 * their buffers; names that are too long for them are cut.
 */
#ifndef AMBIT_KPI_WORDS_H
#define AMBIT_KPI_WORDS_H

#include "engine/model/kpi.h"
#include "engine/model/result.h"
#include "io/report_text.h"

#define AMBIT_WORDS_MAX 512 /* bytes of a sentence made here, with its NUL */

/* "120", "57.0 %", "0.31"; "-" where there is none. */
void ambit_figure_text(const struct ambit_figure *figure, double value, char out[AMBIT_TEXT_MAX]);

/* Below or above the range that is healthy. */
bool ambit_figure_is_unhealthy(const struct ambit_figure *figure, double value);

/* "short drives", "middle drives", "long drives", or "all" where territories are one group. */
const char *ambit_like_group_name(int32_t territories, int32_t group);

/* "31.85 N, 102.31 W". */
void ambit_place_text(double lat, double lon, char out[AMBIT_TEXT_MAX]);

/* The unit of the measure `potential`, or "". */
const char *ambit_potential_unit(const struct ambit_result *result);

/* "CA-4; CA-5": the territories that claim an account, the last as "and 3 more" where they are
 * many. */
void ambit_claims_text(const struct ambit_result *result, const struct ambit_cover_entry *entry,
                       char out[AMBIT_WORDS_MAX]);

/* "gaps", "overlaps", "band", "travel" or "spread". */
const char *ambit_trigger_name(enum ambit_trigger_kind kind);

/* What was found, such as "2,990.0 h, 57.0 % above its target of 1,905.0". */
void ambit_trigger_evidence(const struct ambit_result *result, const struct ambit_trigger *trigger,
                            char out[AMBIT_WORDS_MAX]);

/* What `ambit run` would do, or what it needs for that. */
void ambit_trigger_action(const struct ambit_result *result, const struct ambit_trigger *trigger,
                          char out[AMBIT_WORDS_MAX]);

#endif
