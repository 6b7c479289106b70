/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A frontier as one HDF5 file, for pandas and the like:
 *
 *     /                  attributes: format, scenario, the knee       /scenario   the scenario's
 * text /points            a row a budget                    /points/bands/<label>  a row a budget
 *     /accounts          account_id, lat, lon, previous: stored once
 *     /plans/point_0, …  index of the territory of each account, by point
 *     /territories       name, and the centre of each in /territories/centres/point_0, …
 */
#ifndef AMBIT_FRONTIER_HDF5_H
#define AMBIT_FRONTIER_HDF5_H

#include "engine/model/frontier.h"

struct ambit_frontier_file; /* opaque: a file being written */

/* Some accounts in the canonical order; territory by point. */
struct ambit_frontier_slice {
    int64_t first, count;
    const char *account_id;
    const double *lat, *lon;
    const int32_t *previous;
    const int32_t *territory[AMBIT_FRONTIER_MAX];
};

/* Errors of all: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. An older file stays until the commit. Local. */
ambit_status ambit_frontier_file_create(const char *path, int64_t account_count, int32_t id_width,
                                        int point_count,
                                        struct ambit_frontier_file **out) AMBIT_CHECKED;
/* Slices of AMBIT_H5_SLICE accounts, or what is left of them. */
ambit_status ambit_frontier_file_put(struct ambit_frontier_file *file,
                                     const struct ambit_frontier_slice *slice) AMBIT_CHECKED;
ambit_status ambit_frontier_file_commit(struct ambit_frontier_file **file,
                                        const struct ambit_frontier *frontier,
                                        const char *scenario_text) AMBIT_CHECKED;
void ambit_frontier_file_destroy(struct ambit_frontier_file **file);

#endif
