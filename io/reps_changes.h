/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a scenario changes in the table of reps: some come, some leave, some move house. Local.
 */
#ifndef AMBIT_REPS_CHANGES_H
#define AMBIT_REPS_CHANGES_H

#include "engine/model/territories.h"

/* Appends the territories of another table, read from `path`. Errors: AMBIT_ERR_INPUT where a rep
 * or a territory is there already, AMBIT_ERR_MEMORY. */
ambit_status ambit_reps_join(const char *path, const struct ambit_territories *more,
                             struct ambit_territories *territories) AMBIT_CHECKED;

/* Takes away the territories of reps that leave, keeping their names as those of the gone, sets the
 * homes of those that move, and appends those that are hired: with the capacity that is said, or
 * the mean of the others, as are the columns that targets name. Errors: AMBIT_ERR_INPUT, at its
 * place in the scenario, where there is no such rep, or one already; AMBIT_ERR_MEMORY. */
ambit_status ambit_reps_change(const struct ambit_scenario *scenario,
                               struct ambit_territories *territories) AMBIT_CHECKED;

#endif
