/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this rank does between ranks: where it stands, for the watchdog, and how many messages and
 * bytes it has sent, by phase and round. One record a process, kept by comm and log; it never
 * shapes a plan, and nothing of it is in a result file.
 *
 * Counted is what the usual algorithm of each call makes one rank send, not what a library may do
 * with it on the wire. With P ranks and n bytes brought by each:
 *
 *   kind         calls                                   messages        bytes
 *   reduce       allreduce of up to 10 kB, doubling      log2 P          n log2 P
 *   reduce_long  allreduce of more, halving, doubling    2 log2 P        2 n (P − 1) / P
 *   broadcast    binomial tree, as the root sees it      log2 P          n log2 P
 *   scan         prefix sums of one word                 log2 P          8 log2 P
 *   counts       all-to-all of one word                  P − 1           8 (P − 1)
 *   all_gather   round a ring, as it is                  P − 1           as sent
 *   gather       to rank 0, as it is                     1, rank 0: 0    as sent
 *   exchange     with each rank in turn, as it is        up to P − 1     as sent
 *
 * log2 P is rounded up; the algorithms of the reductions are those of Thakur, Rabenseifner and
 * Gropp (2005). `payload` is n summed over the calls.
 */
#ifndef AMBIT_TRAFFIC_H
#define AMBIT_TRAFFIC_H

#include "status.h"
#include <stdint.h>

enum ambit_traffic_kind {
    AMBIT_TRAFFIC_REDUCE,
    AMBIT_TRAFFIC_REDUCE_LONG,
    AMBIT_TRAFFIC_BROADCAST,
    AMBIT_TRAFFIC_SCAN,
    AMBIT_TRAFFIC_COUNTS,
    AMBIT_TRAFFIC_ALL_GATHER,
    AMBIT_TRAFFIC_GATHER,
    AMBIT_TRAFFIC_EXCHANGE,
    AMBIT_TRAFFIC_KINDS
};
#define AMBIT_TRAFFIC_SHORT_BYTES 10000 /* the longest allreduce that is counted as doubling */

struct ambit_traffic_count {
    int64_t calls, payload, messages, sent, received; /* the last two, and payload, in bytes */
};

#define AMBIT_PLACE_TEXT 48

/* Where a rank stands. Fixed in size, because the watchdog sends it. */
struct ambit_place {
    int64_t steps;               /* grows with each call, and within long ones */
    int32_t inside;              /* whether it is inside a call */
    int32_t line;                /* of the last agreement; 0: none yet */
    int64_t since;               /* calls begun since that agreement */
    char call[16];               /* the call it is in, or was in last */
    char phase[16];              /* of the job; "" before the first */
    char file[AMBIT_PLACE_TEXT]; /* of the last agreement */
};

/* Each call of comm goes through these two; calls may nest, and the outermost is named. */
void ambit_traffic_enter(const char *call);
void ambit_traffic_leave(void);

/* Seconds that this rank has spent in calls so far, most of them waiting for others. */
double ambit_traffic_seconds(void);

/* A part of a long call is done: a sign of work. */
void ambit_traffic_step(void);

/* An agreement at this line of the sources begins. */
void ambit_traffic_agree(const char *file, int line);

void ambit_traffic_count(enum ambit_traffic_kind kind, int64_t payload, int64_t messages,
                         int64_t sent, int64_t received);

/* The job has come to `done` of a phase, 0 at its start. What was sent since the last such word
 * belongs to that round, or, where a phase starts, to the end of the phase before. */
void ambit_traffic_phase(const char *phase, int64_t done);

/* A copy of where this rank stands. From any thread. */
void ambit_traffic_place(struct ambit_place *place_out);

/* Keeps records by phase and round from now on. Local. */
void ambit_traffic_keep(void);

/* The records as lines of CSV, "phase,round,rank,kind,calls,payload_bytes,messages,sent_bytes,
 * received_bytes,seconds,seconds_in_calls,cpu_seconds", of which the last is what all threads of
 * the rank used outside calls; seconds are the record's, said on each of its lines; and no more
 * records from here on. *text_out is owned by the caller (ambit_free). Errors: AMBIT_ERR_MEMORY,
 * also where a record could not be kept. */
ambit_status ambit_traffic_lines(int rank, char **text_out, int64_t *bytes_out) AMBIT_CHECKED;

#endif
