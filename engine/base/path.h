/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paths that are written in files. A scenario names its tables relative to its own folder, and a
 * result names its inputs relative to its own, so that a folder can be moved as a whole.
 */
#ifndef AMBIT_PATH_H
#define AMBIT_PATH_H

#include "status.h"
#include <stdbool.h>

/* The folder that `file` is in: "." where it has no slash. *out is owned by the caller. Local. */
ambit_status ambit_path_folder(const char *file, char **out) AMBIT_CHECKED;

/* `relative` as seen from the folder of `file`; an absolute path is copied as it is. The text alone
 * is looked at, not the disk. *out is owned by the caller. Local. */
ambit_status ambit_path_beside(const char *file, const char *relative, char **out) AMBIT_CHECKED;

/* The path that leads from the folder of `file` to `path`, links resolved. `path` and the folder
 * must exist; `file` need not. *out is owned by the caller. Errors: AMBIT_ERR_IO. Local. */
ambit_status ambit_path_relative(const char *path, const char *file, char **out) AMBIT_CHECKED;

/* True where both are there and are one file, by whatever names. Local. */
bool ambit_path_is_same(const char *a, const char *b);

#endif
