/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Budgets of disruption and protected accounts in words. Local.
 */
#ifndef AMBIT_REPORT_DISRUPTION_H
#define AMBIT_REPORT_DISRUPTION_H

#include "engine/model/result.h"
#include "io/report_text.h"
#include <jansson.h>
#include <stdio.h>

/* "accounts", "potential of segment A", or "accounts out of TX-4". */
void ambit_text_budget_name(const struct ambit_result *result,
                            const struct ambit_result_budget_cell *cell, char out[AMBIT_TEXT_MAX]);

/* The cell of a budget that is used most, for what it allows. */
const struct ambit_result_budget_cell *ambit_budget_worst_cell(const struct ambit_result *result,
                                                               int budget);

/* "budget of accounts: at most 666 (2.0 %); the least found that meets the bands moves 1,243
 * (3.7 %)" where such a plan was found and draws more than the budget allows; else false. */
bool ambit_text_budget_short(const struct ambit_result *result, int budget, char *out, size_t room);

/* A line for each budget, and one for protected accounts; nothing where there are none. `label`
 * prints the name that a line begins with. */
void ambit_report_disruption(FILE *file, const struct ambit_result *result,
                             void (*label)(FILE *file, const char *text));

/* A line for each budget that is drawn on too much, as the summary of what is not met. */
void ambit_report_overdrawn(FILE *file, const struct ambit_result *result);

/* A new reference; NULL where there is nothing to say, or memory is short. */
json_t *ambit_disruption_json(const struct ambit_result *result);

#endif
