/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sections of a scenario file that `ambit audit` alone reads: segments, working_time, coverage
 * and kpi. They are bound last, since they name measures.
 */
#ifndef AMBIT_SCENARIO_AUDIT_H
#define AMBIT_SCENARIO_AUDIT_H

#include "engine/model/scenario.h"
#include "io/yaml_tree.h"

/* What the binder of the whole file lends to these sections; all borrowed. */
struct ambit_audit_binder {
    void *self;
    struct ambit_scenario *scenario;
    const struct ambit_yaml_node *root;
    /* Complains about a value; `found` NULL says what it is. */
    void (*fault)(void *self, const struct ambit_yaml_node *value, const char *found,
                  const char *expected);
    /* Complains that a map lacks something. */
    void (*missing)(void *self, const struct ambit_yaml_node *map, const char *what);
    /* Checks that a value is a map of the listed keys. */
    bool (*is_map)(void *self, const struct ambit_yaml_node *value, const char *keys);
    /* The index of an account column, added on first use; -1 where there is no room. */
    int (*column)(void *self, const struct ambit_yaml_node *value, const char *name);
    /* Reads the number that a text begins with; returns what follows it, or NULL. */
    const char *(*number)(const char *text, double *number_out);
};

/* Binds the sections into scenario->audit and sets the defaults that follow from the measures.
 * Complaints go to the binder's own. Local. */
void ambit_scenario_bind_audit(const struct ambit_audit_binder *binder);

#endif
