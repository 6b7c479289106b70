/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_COMM_STATS_H
#define AMBIT_COMM_STATS_H

#include "engine/base/comm.h"

/* Writes what every rank has sent since ambit_traffic_keep(), as CSV, in the order of ranks; the
 * columns are those of traffic.h. Times make it differ from run to run, so it is a file of its own.
 * Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_comm_stats_write(struct ambit_comm *comm, const char *path) AMBIT_CHECKED;

#endif
