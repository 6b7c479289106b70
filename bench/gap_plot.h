/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture of runs: how the gap to the best-known values falls with time, by family, and how many
 * instances come within which gap.
 */
#ifndef AMBIT_GAP_PLOT_H
#define AMBIT_GAP_PLOT_H

#include "bench/instance_runs.h"

/* Writes the SVG whole or not at all. Runs without a solution or a best-known value are left out.
 * Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_bench_write_plot(const char *path,
                                    const struct ambit_bench_runs *runs) AMBIT_CHECKED;

#endif
