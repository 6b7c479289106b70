/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ends a job that hangs. A thread in each rank tells rank 0 where the rank stands, in small
 * datagrams beside MPI, and watches for signs of work: a rank that is outside comm's calls, or has
 * taken a step since. Where this rank has waited inside a call, and no rank that it can hear has
 * shown a sign of work, for longer than the limit, it says where it waited and when each rank was
 * last seen, and ends the process with exit code 1.
 *
 * So a rank that computes for an hour between two agreements ends nothing as long as its datagrams
 * come through; where they cannot (a firewall), the limit must be above the longest phase.
 */
#ifndef AMBIT_WATCHDOG_H
#define AMBIT_WATCHDOG_H

#include "status.h"
#include <stdint.h>
#include <sys/socket.h>

#define AMBIT_WATCHDOG_HOST 64   /* bytes of a host's name with its NUL */
#define AMBIT_WATCHDOG_SECONDS 5 /* the end of a job may take so long before it is cut short */

/* Where rank 0 can be reached: all addresses of its host. Plain bytes, to be sent to the others. */
struct ambit_watchdog_contact {
    uint64_t key; /* tells this job's datagrams from any others */
    int32_t count;
    struct sockaddr_storage address[16];
};

struct ambit_watchdog; /* opaque */

/* Opens the socket of a rank; on rank 0 *contact_out is filled. A host that gives no socket is no
 * error: the watch then goes by this rank alone. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_watchdog_create(int rank, int ranks, double limit_seconds,
                                   struct ambit_watchdog_contact *contact_out,
                                   struct ambit_watchdog **watchdog_out) AMBIT_CHECKED;

/* Begins the watch. `contact` is rank 0's; `hosts` holds a name of AMBIT_WATCHDOG_HOST bytes for
 * each rank on rank 0, which keeps and frees it, and is NULL elsewhere. `end_job` is called before
 * the process ends, to take the other ranks along; it may hang. Local. */
void ambit_watchdog_begin(struct ambit_watchdog *watchdog,
                          const struct ambit_watchdog_contact *contact, char *hosts,
                          void (*end_job)(void));

/* Ends the watch and frees *watchdog; NULL is allowed. Local. */
void ambit_watchdog_destroy(struct ambit_watchdog **watchdog);

/* From here on the process ends with exit code 1 after AMBIT_WATCHDOG_SECONDS, whatever hangs. */
void ambit_watchdog_bound_end(void);

#endif
