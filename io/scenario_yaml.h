/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scenario file: YAML, bound strictly. Every error says file:line:column: path: what was
 * expected and what was found, with the nearest known key for an unknown one; the first of the file
 * is reported. Nothing is converted silently: a number is an optional sign, digits, and optionally
 * a fraction and an exponent, unquoted and in range, or it is an error.
 */
#ifndef AMBIT_SCENARIO_YAML_H
#define AMBIT_SCENARIO_YAML_H

#include "engine/base/comm.h"
#include "engine/model/scenario.h"
#include "io/yaml_tree.h"
#include <stddef.h>
#include <stdio.h>

#define AMBIT_SCENARIO_BYTES_MAX 1048576 /* of a scenario file */

/* Reads a scenario from `bytes` bytes of text. `path` names the file in messages, and the scenario
 * where it names none itself. *scenario_out is overwritten; the caller clears it. Errors:
 * AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY; the scenario is then cleared. Local. */
ambit_status ambit_scenario_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_scenario *scenario_out) AMBIT_CHECKED;

/* Rank 0 reads the file and hands its text to all, who parse it. Errors as above, and
 * AMBIT_ERR_INPUT where the file is missing, is no regular file or may not be read, AMBIT_ERR_IO
 * where reading fails. Collective. */
ambit_status ambit_scenario_load(const char *path, struct ambit_comm *comm,
                                 struct ambit_scenario *scenario_out) AMBIT_CHECKED;

/* The same for the scenario of that name among those that the file lists; NULL: its base. Errors
 * also: AMBIT_ERR_USAGE where the file has no such scenario. Local, and collective. */
ambit_status ambit_scenario_parse_variant(const char *path, const char *text, size_t bytes,
                                          const char *name,
                                          struct ambit_scenario *scenario_out) AMBIT_CHECKED;
ambit_status ambit_scenario_load_variant(const char *path, const char *name,
                                         struct ambit_comm *comm,
                                         struct ambit_scenario *scenario_out) AMBIT_CHECKED;

/* The parts of the above. The text of a file, owned by the caller, on all ranks; collective.
 * Binding of a tree that has no scenarios and no grid; `text` is kept for provenance; local. */
ambit_status ambit_scenario_read_text(const char *path, struct ambit_comm *comm, char **text_out,
                                      int64_t *bytes_out) AMBIT_CHECKED;
ambit_status ambit_scenario_check_size(const char *path, size_t bytes) AMBIT_CHECKED;
ambit_status ambit_scenario_bind_tree(const char *path, const char *text, size_t bytes,
                                      const struct ambit_yaml_node *root,
                                      struct ambit_scenario *scenario_out) AMBIT_CHECKED;

/* The keys of a scenario, "name, accounts, …"; a file may also have scenarios and grid. */
extern const char ambit_scenario_keys[];

/* Every key with its type, unit and default, and an example. Local. */
void ambit_scenario_print_help(FILE *out);

/* The example alone: a scenario file with every key explained. */
extern const char ambit_scenario_example[];

#endif
