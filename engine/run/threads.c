/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/threads.h"
#include "engine/base/log.h"

#include <omp.h>

int ambit_threads_set(const struct ambit_comm *comm, int asked)
{
    const int ranks = ambit_comm_size(comm);
    int threads = asked > 0 ? asked : omp_get_num_procs() / ranks;
    if (threads < 1) threads = 1;
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
    if (threads * ranks > omp_get_num_procs())
        ambit_log_note("%d ranks with %d threads each share %d cores", ranks, threads,
                       omp_get_num_procs());
    return threads;
}
