/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An audit's further figures for people and for programs. Local; results without them print
 * nothing.
 */
#ifndef AMBIT_REPORT_KPI_H
#define AMBIT_REPORT_KPI_H

#include "engine/model/result.h"
#include <jansson.h>
#include <stdio.h>

/* Figures of the nation with the territories that have the least and the most, balance, coverage of
 * areas, and the worst of what calls for action. */
void ambit_report_kpi(FILE *file, const struct ambit_result *result);

/* A line for every territory, a column for every figure. */
void ambit_report_kpi_table(FILE *file, const struct ambit_result *result);

/* Everything as one object: plan, how many gaps and overlaps, in_none {accounts,
 * unknown_territory, work_hours, potential, listed} and in_several with what is known of them,
 * figures [{name, label, unit, healthy [from, to],
 * nation}], territories [{territory, figures {name: value}, kpi {name: value}}], kpi [{name, unit,
 * nation}], balance, coverage, triggers with evidence and action, outline_every. Null without
 * figures; NULL where memory is short. */
json_t *ambit_kpi_json(const struct ambit_result *result);

#endif
