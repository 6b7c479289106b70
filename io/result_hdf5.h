/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Results as HDF5 files (layout: io/result_layout.h). Local: one process writes and reads; called
 * on rank 0. Wall times, memory, ranks and threads are not stored, so that equal plans are equal
 * files.
 */
#ifndef AMBIT_RESULT_HDF5_H
#define AMBIT_RESULT_HDF5_H

#include "engine/model/result.h"

/* Writes beside `path` and renames; an older file stays whole until then. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_result_write(const char *path, const struct ambit_result *result) AMBIT_CHECKED;

/* Gives back every stored figure bit for bit; what is not stored is 0. Errors: AMBIT_ERR_IO where
 * the file cannot be opened; AMBIT_ERR_INPUT where it is no result, of another format version, cut
 * off or damaged, with the place; *result_out is then empty. Cleared by ambit_result_clear(). */
ambit_status ambit_result_read(const char *path, struct ambit_result *result_out) AMBIT_CHECKED;

#endif
