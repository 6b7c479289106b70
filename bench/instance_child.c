/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another program, run to its end with its standard output taken. It is run as users run it, not
 * called as a library, so that what is measured is what they get, start of the process included.
 */
#include "bench/instance_runs.h"
#include "engine/base/clock.h"
#include "engine/base/comm.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 65536, OUTPUT_MAX = 1 << 28 };

static ambit_status start(const char *const *words, int output, pid_t *pid_out)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
        if (error == 0)
            error = posix_spawn(pid_out, words[0], &actions, NULL, (char *const *)words, environ);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    if (error == 0) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_IO, "cannot run %s: %s", words[0], strerror(error));
}

/* Reads to the end, or until `deadline`, when *late_out becomes true. */
static ambit_status take(int input, double deadline, struct ambit_bench_output *out)
{
    ambit_status status = AMBIT_OK;
    for (;;) {
        AMBIT_TRY(ambit_resize(&out->text, out->bytes + PIECE + 1, 1));
        const double left = deadline - ambit_seconds();
        struct pollfd wait = {input, POLLIN, 0};
        const int ready = left > 0.0 ? poll(&wait, 1, (int)fmin(1e3 * left + 1.0, 1e9)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) {
            out->late = left <= 0.0;
            if (out->late) break;
            continue;
        }
        const ssize_t got = ready > 0 ? read(input, out->text + out->bytes, PIECE) : -1;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_IO, "cannot read from a pipe: %s", strerror(errno)));
        if (got == 0) break;
        out->bytes += (size_t)got;
        if (out->bytes > OUTPUT_MAX)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_IO, "a program wrote more than %d bytes", OUTPUT_MAX));
    }
    out->text[out->bytes] = '\0';
done:
    return status;
}

ambit_status ambit_bench_child(const char *const *words, double seconds_max,
                               struct ambit_bench_output *out)
{
    ambit_status status = AMBIT_OK;
    int pipe_ends[2] = {-1, -1}, end = 0;
    pid_t pid = -1;
    *out = (struct ambit_bench_output){0};
    if (pipe2(pipe_ends, O_CLOEXEC) != 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_IO, "cannot open a pipe: %s", strerror(errno)));
    AMBIT_TRY(start(words, pipe_ends[1], &pid));
    (void)close(pipe_ends[1]); /* else the end of the output never comes */
    pipe_ends[1] = -1;
    AMBIT_TRY(take(pipe_ends[0], ambit_seconds() + seconds_max, out));
done:
    if (pid > 0 && (status != AMBIT_OK || out->late)) (void)kill(pid, SIGKILL);
    while (pid > 0 && waitpid(pid, &end, 0) < 0 && errno == EINTR)
        ;
    for (int k = 0; k < 2; k++)
        if (pipe_ends[k] >= 0) (void)close(pipe_ends[k]);
    out->exit_code = WIFEXITED(end) ? WEXITSTATUS(end) : 128 + WTERMSIG(end);
    if (status != AMBIT_OK) ambit_free(&out->text);
    return status;
}
