/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Solutions of CPMP and CCCP instances in the JSON that the community exchanges:
 * {"name", "node": accounts, "median": centres, "fo": value, "opt": proven optimal,
 *  "nodes": [{"name": "0", "median": 2, "x": …, "y": …}, …]} with 0-based names and medians.
 */
#ifndef AMBIT_SOLUTION_JSON_H
#define AMBIT_SOLUTION_JSON_H

#include "engine/model/instance.h"

/* Reads a solution. Names are whole numbers, as text (padded with spaces or not) or as JSON
 * numbers, in any order; each of 0 … node − 1 must come exactly once. "name", "fo" and "opt" may be
 * missing; other keys are passed over, and a key that comes twice is refused. A median may be any
 * whole number of 32 bits here: the judge says whether it exists. Errors: AMBIT_ERR_INPUT with
 * file:line:column where the JSON is broken, or the path ("nodes[3].median") and what was expected
 * and found; AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_solution_read(const char *path, struct ambit_solution *out) AMBIT_CHECKED;

/* The same from memory; `path` stands in messages. Local. */
ambit_status ambit_solution_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_solution *out) AMBIT_CHECKED;

/* Writes a solution, one node a line, atomically: same solution, same bytes. Its name is the
 * instance's where it has none; coordinates read back exactly, the value has two to six decimals.
 * Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_solution_write(const char *path, const struct ambit_instance *instance,
                                  const struct ambit_solution *solution) AMBIT_CHECKED;

#endif
