/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Filters of accounts in a scenario file: `{segment: [A, B], potential: {min: 10, max: 50}}`. A
 * word, or a list of words, asks a column of words; a number, or {min, max}, a column of numbers.
 * A word that begins like a number stands in quotes.
 */
#ifndef AMBIT_SCENARIO_FILTER_H
#define AMBIT_SCENARIO_FILTER_H

#include "io/scenario_binder.h"

/* The index of an account column of words, added on first use; -1 where there is no room. Local. */
int ambit_bind_category(struct ambit_binder *b, const struct ambit_yaml_node *value,
                        const char *name);

/* Binds a filter of at least one condition. Complaints go to the binder. Local. */
void ambit_bind_filter(struct ambit_binder *b, const struct ambit_yaml_node *value,
                       struct ambit_filter *filter_out);

#endif
