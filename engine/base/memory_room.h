/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much more memory the operating system would let a process have, and what sets the limit.
 */
#ifndef AMBIT_MEMORY_ROOM_H
#define AMBIT_MEMORY_ROOM_H

#include <stdint.h>

#define AMBIT_MEMORY_BOUNDLESS INT64_MAX

/* Bytes that could still be had, below 0 where a limit is exceeded already, and what says so, such
 * as "available on the machine"; AMBIT_MEMORY_BOUNDLESS where nothing does. */
struct ambit_memory_limit {
    int64_t bytes;
    char words[256];
};

struct ambit_memory_room {
    struct ambit_memory_limit shared; /* by all processes of the host, or of a control group */
    struct ambit_memory_limit own;    /* by this process alone: ulimit -v, ulimit -d */
};

/* Looks at /proc and the control groups below the folder `root`, which is "" but in tests, and at
 * the limits of this process. What cannot be read is no limit. Local. */
void ambit_memory_room_look(const char *root, struct ambit_memory_room *room_out);

#endif
