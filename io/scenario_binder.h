/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binding: from the tree of a scenario file to plain data, with every complaint at its place. The
 * sections (scenario_yaml.c, scenario_bands.c, scenario_audit.c, …) share these functions.
 *
 * Binding goes on after an error, and the complaint that stands first in the file is the one that
 * is kept: so functions here return nothing, and a value that could not be bound keeps its default.
 * All are local.
 */
#ifndef AMBIT_SCENARIO_BINDER_H
#define AMBIT_SCENARIO_BINDER_H

#include "engine/model/scenario.h"
#include "io/yaml_tree.h"

#include <float.h>
#include <stdio.h>

/* Ranges keep sums in micro-units within an int64. */
#define AMBIT_ABOVE_ZERO DBL_MIN
#define AMBIT_UNITS_MAX 1e12

struct ambit_binder {
    struct ambit_scenario *scenario;    /* borrowed */
    const struct ambit_yaml_node *root; /* borrowed */
    ambit_status memory;                /* AMBIT_ERR_MEMORY once an allocation failed */
    bool unknown_key; /* seen one: the missing key is probably that one, misspelt */
    int line, column; /* of the complaint kept; line 0 while there is none */
    char message[1024];
};

/* Complains about a value; `found` NULL says what it is. */
__attribute__((format(printf, 4, 5))) void ambit_bind_complain(struct ambit_binder *b,
                                                               const struct ambit_yaml_node *value,
                                                               const char *found,
                                                               const char *expected, ...);

/* Complains about the key of a value, under the path of the map that holds it; `hint` is the word
 * that may have been meant, or "". */
__attribute__((format(printf, 4, 5))) void
ambit_bind_complain_key(struct ambit_binder *b, const struct ambit_yaml_node *value,
                        const char *hint, const char *expected, ...);

/* Complains about a name that stands in a longer text: "'name' twice" where `rest` is " twice". */
void ambit_bind_complain_name(struct ambit_binder *b, const struct ambit_yaml_node *value,
                              const char *name, const char *rest, const char *expected);

/* Complains that `map` lacks something, unless an unknown key explains that. */
void ambit_bind_missing(struct ambit_binder *b, const struct ambit_yaml_node *map,
                        const char *what);

/* ---- maps ---- */

/* Checks that a value is a map of the listed keys; an empty value is an empty map. */
bool ambit_bind_is_map(struct ambit_binder *b, const struct ambit_yaml_node *value,
                       const char *keys);

/* The value under `key`, or NULL and a complaint. */
const struct ambit_yaml_node *
ambit_bind_require(struct ambit_binder *b, const struct ambit_yaml_node *map, const char *key);

/* A section of the file that is there and not empty, or NULL. */
const struct ambit_yaml_node *ambit_bind_section(const struct ambit_binder *b, const char *key);

/* The entry of a section's `columns`, or NULL. */
const struct ambit_yaml_node *ambit_bind_find_column(const struct ambit_binder *b,
                                                     const char *section, const char *key);

/* The first entry of a section whose keys the user chooses, or NULL; `what` says what it is. */
const struct ambit_yaml_node *ambit_bind_first_entry(struct ambit_binder *b, const char *section,
                                                     const char *what);

/* ---- texts ---- */

bool ambit_bind_is_text(const struct ambit_yaml_node *value);
/* A text that fits AMBIT_NAME_MAX. */
bool ambit_bind_is_name(const struct ambit_yaml_node *value);
/* A plain text (no quotes) that is this word. */
bool ambit_bind_is_word(const struct ambit_yaml_node *value, const char *word);

void ambit_bind_name(struct ambit_binder *b, const struct ambit_yaml_node *value,
                     char name_out[AMBIT_NAME_MAX]);
void ambit_bind_required_name(struct ambit_binder *b, const struct ambit_yaml_node *map,
                              const char *key, char name_out[AMBIT_NAME_MAX]);
void ambit_bind_optional_name(struct ambit_binder *b, const struct ambit_yaml_node *map,
                              const char *key, char name_out[AMBIT_NAME_MAX]);

/* Binds a text of any length, such as a file's name; the caller owns *text_out. */
void ambit_bind_text(struct ambit_binder *b, const struct ambit_yaml_node *value, const char *what,
                     char **text_out);

/* Binds one of two words; *second_out says whether it is the second. */
void ambit_bind_choice(struct ambit_binder *b, const struct ambit_yaml_node *map, const char *key,
                       const char *first, const char *second, bool *second_out);

/* ---- numbers ---- */

/* Reads the number that a text begins with: sign, digits without leading zeros, fraction, exponent.
 * Returns what follows it, or NULL where there is none or it overflows. */
const char *ambit_bind_read_number(const char *text, double *number_out);

bool ambit_bind_is_number(const struct ambit_yaml_node *value, double *number_out);

/* Binds a number in [least, most]; `what` says so. */
void ambit_bind_number(struct ambit_binder *b, const struct ambit_yaml_node *value,
                       const char *what, double least, double most, double *number_out);
void ambit_bind_optional_number(struct ambit_binder *b, const struct ambit_yaml_node *map,
                                const char *key, const char *what, double least, double most,
                                double *number_out);

/* ---- columns ---- */

/* The index of an account column of numbers, added on first use; -1 where there is no room. */
int ambit_bind_column(struct ambit_binder *b, const struct ambit_yaml_node *value,
                      const char *name);

#endif
