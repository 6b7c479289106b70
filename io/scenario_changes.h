/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of a scenario file that change what its tables say: reps.add, reps.leave, reps.move,
 * reps.hire, accounts.add, accounts.remove and scale; and seed. They stand mostly in the overrides
 * of a scenario, and may stand in the base as well.
 */
#ifndef AMBIT_SCENARIO_CHANGES_H
#define AMBIT_SCENARIO_CHANGES_H

#include "io/scenario_binder.h"

/* Binds the keys into scenario->changes, after columns and measures: a column that is scaled and
 * used by nothing else is an error. Complaints go to the binder. Local. */
void ambit_scenario_bind_changes(struct ambit_binder *b);

#endif
