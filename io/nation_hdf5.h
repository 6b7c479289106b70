/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A synthetic nation as an HDF5 file: one dataset a column at the root, plain, so that a run reads
 * it as fast as the disk gives it. Rows are made by anyone, in any part, and put by one process in
 * slices. Local.
 */
#ifndef AMBIT_NATION_HDF5_H
#define AMBIT_NATION_HDF5_H

#include "engine/model/nation.h"
#include "io/hdf5_wrap.h"

#define AMBIT_NATION_SLICE AMBIT_H5_SLICE /* accounts that are put at a time */
#define AMBIT_NATION_COLUMNS 8

/* Rows in columns, as they go into the file. */
struct ambit_nation_columns {
    char *values[AMBIT_NATION_COLUMNS];  /* owned */
    int64_t bytes[AMBIT_NATION_COLUMNS]; /* a value */
};

/* Room for `rows` rows of a nation of `territories`. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_nation_columns_create(int64_t rows, int32_t territories,
                                         struct ambit_nation_columns *out) AMBIT_CHECKED;
void ambit_nation_columns_clear(struct ambit_nation_columns *columns);

/* Sets a row; safe in threads for different rows. */
void ambit_nation_columns_set(struct ambit_nation_columns *columns, int64_t row,
                              const struct ambit_nation_account *account);

/* Starts the file of `accounts` accounts, of columns like these. It gets its name at
 * ambit_h5_commit(). Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_nation_file_create(const char *path, int64_t accounts,
                                      const struct ambit_nation_columns *columns,
                                      struct ambit_h5 **out) AMBIT_CHECKED;

/* Puts `count` values of column `c` from account `first` on, a multiple of AMBIT_NATION_SLICE. */
ambit_status ambit_nation_file_put(struct ambit_h5 *h5, const struct ambit_nation_columns *columns,
                                   int c, int64_t first, int64_t count,
                                   const void *values) AMBIT_CHECKED;

#endif
