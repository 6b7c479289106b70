/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Synthetic nations of any size, in files that a run can read.
 */
#ifndef AMBIT_GENERATE_H
#define AMBIT_GENERATE_H

#include "engine/base/comm.h"

#define AMBIT_GENERATE_ACCOUNTS_MAX INT64_C(1000000000)

struct ambit_generate_options {
    int64_t accounts;    /* at least `territories`, at most AMBIT_GENERATE_ACCOUNTS_MAX */
    int32_t territories; /* 1 to AMBIT_TERRITORY_MAX */
    uint64_t seed;       /* default 1 */
    const char *path;    /* of the accounts: ends in .csv or .h5 */
    int threads;         /* OpenMP threads a rank; 0: cores / ranks on this host */
};

/* Writes the accounts to `path`, as CSV or HDF5 by its ending, and a scenario beside it, named as
 * it is but for .yaml in place of the ending. The same bytes on any number of ranks and threads.
 * Errors: AMBIT_ERR_USAGE where the name ends otherwise, AMBIT_ERR_IO, AMBIT_ERR_MEMORY, agreed;
 * each file is then whole or as it was. Collective. */
ambit_status ambit_generate(struct ambit_comm *comm,
                            const struct ambit_generate_options *options) AMBIT_CHECKED;

#endif
