/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one error message of a process, and the end of a broken program. The message lives in a
 * static buffer, so that running out of memory can still be told; a lock keeps threads that fail
 * at the same time from mixing their words.
 */
#include "engine/base/status.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t message_lock = PTHREAD_MUTEX_INITIALIZER;
static char message[AMBIT_MESSAGE_MAX];

static int require_rank;
static void (*require_abort)(void);

ambit_status ambit_fail(ambit_status status, const char *format, ...)
{
    (void)pthread_mutex_lock(&message_lock);
    if (message[0] == '\0') {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(message, sizeof message, format, arguments);
        va_end(arguments);
    }
    (void)pthread_mutex_unlock(&message_lock);
    return status;
}

const char *ambit_error_message(void)
{
    return message;
}

void ambit_error_clear(void)
{
    (void)pthread_mutex_lock(&message_lock);
    message[0] = '\0';
    (void)pthread_mutex_unlock(&message_lock);
}

int ambit_status_exit_code(ambit_status status)
{
    switch (status) {
    case AMBIT_OK:
        return 0;
    case AMBIT_ERR_INFEASIBLE:
        return 2;
    case AMBIT_ERR_USAGE:
        return 64;
    case AMBIT_ERR_INPUT:
        return 65;
    case AMBIT_STOPPED:
        return 75;
    case AMBIT_ERR_MISMATCH:
    case AMBIT_ERR_IO:
    case AMBIT_ERR_MEMORY:
    case AMBIT_ERR_SOLVER:
    case AMBIT_ERR_INTERNAL:
        break;
    }
    return 1;
}

void ambit_require_failed(const char *text, const char *file, int line)
{
    (void)fprintf(stderr,
                  "ambit: rank %d: %s:%d: this should always hold and did not: %s\n"
                  "ambit: this is a fault in Ambit, not in your data; please report it\n",
                  require_rank, file, line, text);
    (void)fflush(stderr);
    if (require_abort != NULL) require_abort();
    abort();
}

void ambit_require_set_abort(int rank, void (*abort_job)(void))
{
    require_rank = rank;
    require_abort = abort_job;
}
