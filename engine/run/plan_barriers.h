/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The barriers that a stored plan speaks of. */
#ifndef AMBIT_PLAN_BARRIERS_H
#define AMBIT_PLAN_BARRIERS_H

#include "engine/model/barriers.h"
#include "engine/model/result.h"

/* Those of `scenario`: the plan's own (its path is that of the plan, `path`), which are where the
 * file says and must be what they were, or another's, which are where that says. None where it
 * names none. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_plan_barriers_read(const char *path, const struct ambit_result *plan,
                                      const struct ambit_scenario *scenario,
                                      struct ambit_barriers *out) AMBIT_CHECKED;

#endif
