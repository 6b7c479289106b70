/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All communication between ranks; comm.c is the one file that calls MPI.
 *
 * Ranks fail together: between two agreement points there is no collective and no early exit
 * past the next one. AMBIT_AGREE(comm, status) makes the worst status of all ranks everyone's,
 * with the message of the lowest failing rank; ranks that stand at different lines abort with
 * both places. Errors of MPI itself abort the job.
 */
#ifndef AMBIT_COMM_H
#define AMBIT_COMM_H

#include "status.h"
#include <stdint.h>

struct ambit_comm; /* opaque */

/* Starts MPI (thread support: funneled) unless the process is alone and not under a launcher.
 * Called once, first in main. *comm_out is owned by the caller. On error rank 0 alone keeps the
 * message, for nobody could tell any more who speaks. Collective. */
ambit_status ambit_comm_start(int *argc, char ***argv, struct ambit_comm **comm_out) AMBIT_CHECKED;

/* A communicator of one rank that never touches MPI: for serial tests. Local. */
ambit_status ambit_comm_create_alone(struct ambit_comm **comm_out) AMBIT_CHECKED;

/* Ends the job with a message, and this process with exit code 1, where no rank has shown a sign of
 * work for so many seconds while this one waited in a call below; 0: never. See watchdog.h. Called
 * at most once. Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_comm_watch(struct ambit_comm *comm, double limit_seconds) AMBIT_CHECKED;

/* The ranks that give the same `group` as a communicator of their own, in the order of their ranks
 * here. *part_out is owned by the caller and is to be destroyed before `comm`. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_comm_divide(struct ambit_comm *comm, int group,
                               struct ambit_comm **part_out) AMBIT_CHECKED;

/* Frees *comm and finalises MPI if ambit_comm_start() began it. Collective. */
void ambit_comm_destroy(struct ambit_comm **comm);

int ambit_comm_rank(const struct ambit_comm *comm);
int ambit_comm_size(const struct ambit_comm *comm);

/* Seconds that this rank has spent in the calls below so far, most of them waiting. Local. */
double ambit_comm_seconds(void);

/* The worst (largest) status of all ranks; on failure every rank's stored message becomes that of
 * the lowest rank holding that status. Collective; use the macro. */
ambit_status ambit_comm_agree(struct ambit_comm *comm, ambit_status mine, const char *file,
                              int line) AMBIT_CHECKED;
#define AMBIT_AGREE(comm, mine) ambit_comm_agree((comm), (mine), __FILE__, __LINE__)
/* Agree, and leave for `done:` together where any rank failed. */
#define AMBIT_TRY_TOGETHER(comm, call) AMBIT_TRY(AMBIT_AGREE((comm), (call)))

/* In place over `count` values; every rank gets the result. Sums that overflow an int64 wrap:
 * keep addends below AMBIT_MICRO_SUM_MAX. Collective. */
void ambit_comm_sum_i64(struct ambit_comm *comm, int64_t *values, int64_t count);
void ambit_comm_max_i64(struct ambit_comm *comm, int64_t *values, int64_t count);
void ambit_comm_min_i64(struct ambit_comm *comm, int64_t *values, int64_t count);
void ambit_comm_or_u8(struct ambit_comm *comm, uint8_t *values, int64_t count);

/* As the sum above, over the ranks on this host alone. What it moves is not counted: it crosses no
 * network. Collective. */
void ambit_comm_host_sum_i64(struct ambit_comm *comm, int64_t *values, int count);

/* Sum over the ranks below this one; 0 on rank 0. Collective. */
int64_t ambit_comm_sum_below_i64(struct ambit_comm *comm, int64_t value);

/* `bytes` bytes of rank `root` to every rank, in place. Collective. */
void ambit_comm_broadcast(struct ambit_comm *comm, void *data, int64_t bytes, int root);

/* Concatenates every rank's `count` items of `item_bytes` in rank order. *all_out (a T **, owned by
 * the caller, ambit_free) holds *all_count_out items: on every rank, or on rank 0 only, where the
 * others get NULL and 0. Counts may differ by rank, and exceed 2 GiB in bytes. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_comm_all_gather(struct ambit_comm *comm, const void *mine, int64_t count,
                                   int64_t item_bytes, void *all_out,
                                   int64_t *all_count_out) AMBIT_CHECKED;
ambit_status ambit_comm_gather(struct ambit_comm *comm, const void *mine, int64_t count,
                               int64_t item_bytes, void *all_out,
                               int64_t *all_count_out) AMBIT_CHECKED;

/* Sends counts[r] items to each rank r (`mine` is ordered by receiver); *all_out holds what came,
 * in rank order, received_out[r] (caller's array of size ranks, may be NULL) items from rank r.
 * Errors: AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_comm_exchange(struct ambit_comm *comm, const void *mine, const int64_t *counts,
                                 int64_t item_bytes, void *all_out, int64_t *all_count_out,
                                 int64_t *received_out) AMBIT_CHECKED;

/* Messages of more than `bytes` go in parts of that size; at most, and unless set, 2^30, because
 * MPI counts in ints. The same on all ranks. For tests of what is else only seen beyond 2 GiB.
 * Local. */
void ambit_comm_set_part_bytes(struct ambit_comm *comm, int64_t bytes);

/* Splits [0, total) evenly: part `index` of `parts` is [*begin_out, *end_out). Local. */
void ambit_comm_split(int64_t total, int parts, int index, int64_t *begin_out, int64_t *end_out);

#endif
