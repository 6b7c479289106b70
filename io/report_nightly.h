/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a plan was kept up, for people and for programs. Local.
 */
#ifndef AMBIT_REPORT_NIGHTLY_H
#define AMBIT_REPORT_NIGHTLY_H

#include "engine/model/result.h"
#include <jansson.h>
#include <stdio.h>

/* Lines of the summary; none where the plan was drawn and not kept up. */
void ambit_report_nightly(FILE *file, const struct ambit_result *result);

/* {hours_per_move, new, gone, moved_for_gain, moved_for_bands, most_saving_hours (null where bands
 * are broken)}: a new reference, or NULL where the plan was drawn or memory is short. */
json_t *ambit_nightly_json(const struct ambit_result *result);

#endif
