/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_SCENARIO_AUDIT_H
#define AMBIT_SCENARIO_AUDIT_H

#include "io/scenario_binder.h"

/* Binds the sections of a scenario file that `ambit audit` alone reads into scenario->audit:
 * segments, working_time, coverage and kpi; and sets the defaults that follow from the measures,
 * which are bound before. Local. */
void ambit_scenario_bind_audit(struct ambit_binder *b);

/* Binds the sum of columns or measures under `key`, where it is there: `won + renewed - lost`. */
void ambit_bind_sum(struct ambit_binder *b, const struct ambit_yaml_node *map, const char *key,
                    struct ambit_sum *sum);

#endif
