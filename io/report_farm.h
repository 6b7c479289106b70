/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scenarios of a farm as a table for people and as JSON. Local; called on rank 0.
 */
#ifndef AMBIT_REPORT_FARM_H
#define AMBIT_REPORT_FARM_H

#include "io/farm_hdf5.h"
#include <jansson.h>
#include <stdio.h>

/* A line each, at most 100 characters wide, and why some have no plan. */
void ambit_report_farm(FILE *file, const struct ambit_farm_entry *entry, int count);

/* One JSON object on one line: result, done, infeasible, failed, scenarios [{name, status, message,
 * warm, accounts, territories, travel_hours, objective_hours, gap, worst_deviation, outside,
 * moved_accounts}], with refused and diagnosis where there are such, the base first. What is not
 * known is null. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_report_farm_json(FILE *file, const char *path,
                                    const struct ambit_farm_entry *entry, int count) AMBIT_CHECKED;

/* Adds to the object of an entry that is not done why that is, as far as the file says: "refused"
 * as of `ambit run`, and "diagnosis". Index 0 is the base. Errors as of ambit_farm_read_why(). */
ambit_status ambit_farm_why_json(const char *path, int index, json_t *object) AMBIT_CHECKED;

#endif
