/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_FOLDER_H
#define AMBIT_SCENARIO_FOLDER_H

#include "io/scenario_binder.h"

/* Binds folder: the files that the scenario names are found from there, and not from the folder
 * that it stands in itself. Comes last, as it changes the names that are bound. Local. */
void ambit_scenario_bind_folder(struct ambit_binder *b);

#endif
