/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory is checked before it is used: a run that cannot fit ends with the need in words before it
 * has begun, and not after an hour by the hand of the kernel.
 */
#ifndef AMBIT_MEMORY_NEED_H
#define AMBIT_MEMORY_NEED_H

#include "engine/run/job.h"

/* What the need of a rank follows from. */
struct ambit_memory_shape {
    int64_t accounts;               /* of the nation */
    int64_t id_bytes;               /* an id */
    int columns, categories, rules; /* rules: those of ambit_problem_own_bases() */
    bool together;                  /* accounts stay together in groups */
    bool detailed;                  /* leaving has a price of each account's own */
    int32_t territories;
    int ranks, threads; /* of the job; of a rank */
    bool holds_graph;   /* the rank makes the neighbour graph of the nation */
};

/* The most bytes that a rank of a run takes beside what it has when it starts. Local. */
int64_t ambit_memory_need(const struct ambit_memory_shape *shape);

/* Fails where a host, or a process, has less than the ranks there will still take for so many
 * accounts with ids of so many bytes, or where these would have more than options.memory_limit. The
 * territories are known, and the threads set. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_memory_check(struct ambit_job *job, int64_t accounts,
                                int64_t id_bytes) AMBIT_CHECKED;

#endif
