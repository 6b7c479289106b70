/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_THREADS_H
#define AMBIT_THREADS_H

#include "engine/base/comm.h"

/* Sets OpenMP's threads of this rank: as asked, or for 0 the cores that it may use on its host,
 * shared fairly with the ranks that may use them too. Returns how many. Where the ranks of a host
 * have more threads than cores, or a rank is tied to fewer cores than it has threads, rank 0 says
 * so in one line of advice. Collective. */
int ambit_threads_set(struct ambit_comm *comm, int asked);

/* What the ranks of one host have. */
struct ambit_thread_shares {
    int ranks, cores, threads;  /* on the host; cores that any of its ranks may use */
    int own_threads, own_cores; /* of this rank; cores that it may use */
    int host_cores;             /* of the host, whoever may use them */
};

/* The advice for such a host in `text_out`, without the host's name; "" where all fits. Local. */
void ambit_threads_advise(const struct ambit_thread_shares *shares, char *text_out, size_t bytes);

/* Threads that make use of the cores `mine`, bits of this rank, where sharing[c] ranks may use core
 * c: the sum of the shares, at least 1. Local. */
int ambit_threads_fair(const unsigned char *mine, const int64_t *sharing, int core_count);

#endif
