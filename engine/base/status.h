/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statuses and the one error message of a process.
 *
 * A function that can fail returns an ambit_status; the words for people are left with
 * ambit_fail() where the failure is born, and printed once, by the command line, after all
 * ranks have agreed. The first message stays until ambit_error_clear(): what failed first is
 * what the user must mend.
 */
#ifndef AMBIT_STATUS_H
#define AMBIT_STATUS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ambit_status {
    AMBIT_OK = 0,
    AMBIT_STOPPED,        /* ended because a signal asked for it; can be resumed; exit 75 */
    AMBIT_ERR_MISMATCH,   /* verify: the recomputed figure differs; exit 1 */
    AMBIT_ERR_IO,         /* a file cannot be written, or a result cannot be opened; exit 1 */
    AMBIT_ERR_MEMORY,     /* an allocation failed; exit 1 */
    AMBIT_ERR_SOLVER,     /* GLPK, HDF5, GEOS or PROJ failed; exit 1 */
    AMBIT_ERR_INTERNAL,   /* a broken invariant; exit 1 */
    AMBIT_ERR_INFEASIBLE, /* no plan meets the bands; exit 2 */
    AMBIT_ERR_USAGE,      /* wrong command line; exit 64 */
    AMBIT_ERR_INPUT       /* a scenario or table is missing, may not be read or is wrong; exit 65 */
} ambit_status;

/* Bytes of the stored message with its NUL; longer ones are cut. The longest list 20 accounts that
 * nobody may serve, 328 bytes each, and say in 1,200 what would do. */
#define AMBIT_MESSAGE_MAX 12288

#define AMBIT_CHECKED __attribute__((warn_unused_result))

/* Jumps to the function's one exit with the status of `call` where it is not AMBIT_OK.
 * The function declares `ambit_status status = AMBIT_OK;` and a label `done:`. */
#define AMBIT_TRY(call)                                                                            \
    do {                                                                                           \
        status = (call);                                                                           \
        if (status != AMBIT_OK) goto done;                                                         \
    } while (0)

/* Stores the message (printf format) unless one is stored already, and returns `status`.
 * Safe from any thread. Local. */
ambit_status ambit_fail(ambit_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The stored message; "" when there is none. The pointer lives until the next clear. */
const char *ambit_error_message(void);
void ambit_error_clear(void);

/* The exit code of a status: 0, 1, 2, 64, 65 or 75. */
int ambit_status_exit_code(ambit_status status);

/* A check that is always on: where `condition` is false, prints rank, file, line and the text,
 * and aborts every rank. For broken invariants, never for bad input. */
#define AMBIT_REQUIRE(condition)                                                                   \
    ((condition) ? (void)0 : ambit_require_failed(#condition, __FILE__, __LINE__))
_Noreturn void ambit_require_failed(const char *text, const char *file, int line);

/* Sets the rank that ambit_require_failed() names, and what it calls in place of abort() (NULL:
 * abort() again); comm sets what ends all ranks. */
void ambit_require_set_abort(int rank, void (*abort_job)(void));

#endif
