/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Groups that stay together and alone are more than any territory may have: no plan can meet the
 * bands then, whatever else there is.
 */
#ifndef AMBIT_HEAVY_H
#define AMBIT_HEAVY_H

#include "engine/run/job.h"
#include <stddef.h>

/* Counts the units of several accounts that break an upper limit of every territory, and names the
 * first of them with figures, a line each, in words_out (`room` bytes). `total` has the rule totals
 * that parts of a target are taken of; NULL before there is a plan: then limits that are a part of
 * a total with travel in it, and limits on travel from centres yet to be found, are not looked at.
 * Limits that may open are never. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_units_name_heavy(struct ambit_job *units, const int64_t *total, size_t room,
                                    char *words_out, int64_t *count_out) AMBIT_CHECKED;

#endif
