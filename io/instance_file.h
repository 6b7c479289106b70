/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instance files of the literature: `n p`, then n lines `x y Q q` (CPMP, CCCP); and TSPLIB files
 * with node coordinates.
 */
#ifndef AMBIT_INSTANCE_FILE_H
#define AMBIT_INSTANCE_FILE_H

#include "engine/model/instance.h"

/* Reads `n p` and n lines of `x y Q q`, with 1 ≤ p ≤ n; blank lines and trailing spaces are
 * allowed, columns are separated by spaces, tabs, commas or semicolons. Capacities Q and demands q
 * are exact up to six decimals and rounded to the nearest millionth beyond. problem and distance of
 * *out are left at zero. Errors: AMBIT_ERR_INPUT with file:line:column, what was expected and what
 * was found; AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_instance_read(const char *path, struct ambit_instance *out) AMBIT_CHECKED;

/* The same from memory; `path` gives the name and stands in messages. Local. */
ambit_status ambit_instance_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_instance *out) AMBIT_CHECKED;

/* Writes the same format, atomically; it reads back exactly. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_instance_write(const char *path,
                                  const struct ambit_instance *instance) AMBIT_CHECKED;

/* True where the text looks like a TSPLIB file: its first word is one of TSPLIB's keywords. Such a
 * file has no demands, capacities or p. */
bool ambit_is_tsplib(const char *text, size_t bytes);

/* Reads the NODE_COORD_SECTION of a TSPLIB file: count, x, y and name (its NAME, or the file's
 * where it gives none); capacity and demand are zero, centre_count is 0. TYPE TSP and CVRP with
 * EUC_2D, CEIL_2D, ATT or GEO coordinates, as they stand in the file; what has no coordinates is
 * refused and says so. Other sections are passed over. Errors as ambit_instance_read(). Local. */
ambit_status ambit_tsplib_read(const char *path, struct ambit_instance *out) AMBIT_CHECKED;

/* The same from memory. Local. */
ambit_status ambit_tsplib_parse(const char *path, const char *text, size_t bytes,
                                struct ambit_instance *out) AMBIT_CHECKED;

#endif
