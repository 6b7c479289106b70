/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Launchers send SIGTERM to a process more than once, so only SIGINT, which a person types, ends it
 * by being repeated. System calls go on after the handler: nobody else need know of signals.
 */
#include "engine/base/stop.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t received;

static void mark(int number)
{
    if (number == SIGINT && received == SIGINT) {
        (void)signal(SIGINT, SIG_DFL);
        (void)raise(SIGINT);
    }
    received = number;
}

void ambit_stop_listen(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1};
    struct sigaction action = {.sa_handler = mark, .sa_flags = SA_RESTART}, before;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

/* The file is not known here, and little may be called. A bus error that somebody sent is none of
 * ours: it comes again, without us. */
static void tell_lost_input(int number, siginfo_t *about, void *context)
{
    static const char words[] =
        "\nambit: an input file was cut short, or its file server lost, while it was read; no "
        "result was written; start again when the file is whole\n";
    (void)context;
    if (about->si_code == BUS_ADRERR) {
        (void)!write(STDERR_FILENO, words, sizeof words - 1);
        _exit(1);
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

void ambit_stop_tell_lost_input(void)
{
    struct sigaction action = {.sa_sigaction = tell_lost_input, .sa_flags = SA_SIGINFO};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGBUS, &action, NULL);
}

int ambit_stop_signal(void)
{
    return received;
}
