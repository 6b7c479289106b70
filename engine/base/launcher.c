/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Open MPI's launcher waits for every daemon to confirm the end of a job. One behind a link that is
 * cut never does, and the kernel tries to reach it for a quarter of an hour: the job would be over
 * and its mpirun still there. So a child of ours, in a session of its own where the end of the job
 * does not reach it, looks after the launcher. It holds the launcher by a descriptor, so that no
 * other process that is given the same number can be meant.
 *
 * It is killed outright: the mpirun of Open MPI 4.1 that is told to end a second time breaks down
 * with a page about its own memory.
 */
#include "engine/base/launcher.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

static bool is_open_mpi(pid_t process)
{
    static const char *const names[] = {"mpirun\n", "mpiexec\n", "orterun\n", "orted\n"};
    char path[64], name[32] = "";
    (void)snprintf(path, sizeof path, "/proc/%ld/comm", (long)process);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const ssize_t got = read(descriptor, name, sizeof name - 1);
    (void)close(descriptor);
    for (size_t i = 0; got > 0 && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) return true;
    }
    return false;
}

/* In the child of a process with threads: nothing but calls that signal handlers may make. */
static void look_after(int launcher)
{
    struct pollfd gone = {launcher, POLLIN, 0};
    if (poll(&gone, 1, PATIENCE_MS) == 0) (void)pidfd_send_signal(launcher, SIGKILL, NULL, 0);
}

void ambit_launcher_end_later(void)
{
    const pid_t parent = getppid();
    if (parent <= 1 || !is_open_mpi(parent)) return;
    const int launcher = pidfd_open(parent, 0);
    if (launcher < 0) return;
    const pid_t child = fork();
    if (child == 0) {
        (void)setsid();
        /* The readers of our output wait for its end: it must not be held open. */
        for (int descriptor = 0; descriptor < 3; descriptor++)
            (void)close(descriptor);
        look_after(launcher);
        _exit(0);
    }
    (void)close(launcher);
}

int ambit_launcher_rank(void)
{
    const char *const rank = getenv("PMIX_RANK");
    return rank != NULL ? (int)strtol(rank, NULL, 10) : -1;
}
