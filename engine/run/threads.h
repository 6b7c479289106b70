/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_THREADS_H
#define AMBIT_THREADS_H

#include "engine/base/comm.h"

/* Sets OpenMP's threads of this rank: as asked, or for 0 the cores that it may use on its host,
 * shared fairly. Returns how many. Local. */
int ambit_threads_set(const struct ambit_comm *comm, int asked);

#endif
