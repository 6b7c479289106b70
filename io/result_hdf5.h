/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Results as HDF5 files (layout: io/result_layout.h). Local: one process writes and reads; called
 * on rank 0. Wall times, memory, ranks and threads are not stored, so that equal plans are equal
 * files.
 */
#ifndef AMBIT_RESULT_HDF5_H
#define AMBIT_RESULT_HDF5_H

#include "engine/model/result.h"

#define AMBIT_RESULT_SLICE (INT64_C(1) << 18) /* accounts that are put at a time */

/* Values of consecutive accounts; all borrowed. */
struct ambit_result_slice {
    int64_t first, count;
    const char *account_id; /* count × id_width */
    const double *lat, *lon;
    const int32_t *territory, *previous;
    const int64_t *travel;
    const char *together;  /* count × together_width */
    const int32_t *parent; /* NULL: the result has no certificate of contiguity */
    const int64_t *column[AMBIT_COLUMN_MAX];
};

struct ambit_result_file; /* opaque: a result being written */

/* Starts the file beside `path`; needs of *result the accounts' number, the width of their ids and
 * of their groups' names, and the names of their columns. An older file stays whole until the new
 * one is committed. Errors of this and the next two: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_result_file_create(const char *path, const struct ambit_result *result,
                                      struct ambit_result_file **out) AMBIT_CHECKED;

/* Puts the next AMBIT_RESULT_SLICE accounts, or what is left of them. */
ambit_status ambit_result_file_put(struct ambit_result_file *file,
                                   const struct ambit_result_slice *slice) AMBIT_CHECKED;
/* Puts all accounts of a result that has them. */
ambit_status ambit_result_file_put_all(struct ambit_result_file *file,
                                       const struct ambit_result *result) AMBIT_CHECKED;

/* Writes everything else, syncs and renames; destroys *file in any case. */
ambit_status ambit_result_file_commit(struct ambit_result_file **file,
                                      const struct ambit_result *result) AMBIT_CHECKED;

/* Removes a file that was not committed. */
void ambit_result_file_destroy(struct ambit_result_file **file);

/* `path` may name a scenario of a farm: FARM.h5:NAME.
 * Gives back every stored figure bit for bit; what is not stored is 0. Errors: AMBIT_ERR_IO where
 * the file cannot be opened; AMBIT_ERR_INPUT where it is no result, of another format version, cut
 * off or damaged, with the place; *result_out is then empty. Cleared by ambit_result_clear(). */
ambit_status ambit_result_read(const char *path, struct ambit_result *result_out) AMBIT_CHECKED;

/* Compares what the file says of an audit with the one that *result, which is complete, has: each
 * difference goes to `differ` in words. Nothing where neither has one. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY. */
ambit_status ambit_result_compare_audit(const char *path, const struct ambit_result *result,
                                        void (*differ)(void *self, const char *words),
                                        void *self) AMBIT_CHECKED;

/* Compares what would do by a result that was read with the same of one that was recomputed. */
ambit_status ambit_result_compare_diagnosis(const struct ambit_result *stored,
                                            const struct ambit_result *found,
                                            void (*differ)(void *self, const char *words),
                                            void *self) AMBIT_CHECKED;

#endif
