/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A synthetic nation as text: the rows of its accounts, and a scenario to run it with.
 */
#ifndef AMBIT_NATION_CSV_H
#define AMBIT_NATION_CSV_H

#include "engine/model/nation.h"
#include <stdio.h>

#define AMBIT_NATION_ROW_MAX 160 /* bytes of a row, with its line end and a NUL */
#define AMBIT_NATION_CSV_HEADER "account_id,lat,lon,segment,visits,workload,potential,territory\n"

/* Write the account's id, and its territory's name as a scenario without reps has it, to `text`, of
 * AMBIT_NATION_ROW_MAX bytes; return the length. Local. */
int ambit_nation_id(const struct ambit_nation_account *account, char *text);
int ambit_nation_territory(const struct ambit_nation_account *account, char *text);

/* Writes the account's row to `text`, of AMBIT_NATION_ROW_MAX bytes; returns its length. Local. */
int ambit_nation_row(const struct ambit_nation_account *account, char *text);

/* Writes the scenario; accounts_file is named as it stands beside it. Errors stay with the stream.
 * Local. */
void ambit_nation_scenario_write(FILE *file, const char *accounts_file, int64_t accounts,
                                 int32_t territories, uint64_t seed);

#endif
