/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run says while it works. Rank 0 speaks. On a terminal a one-line bar with phase, round,
 * gap and time; otherwise JSON lines on standard error. Under mpirun standard error is a pipe, and
 * Open MPI makes standard output a terminal even where its own is a file, so there mpirun's own
 * standard error is what counts. Results go to standard output, never through here.
 */
#ifndef AMBIT_LOG_H
#define AMBIT_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum ambit_log_level { AMBIT_LOG_QUIET, AMBIT_LOG_NORMAL, AMBIT_LOG_VERBOSE };

/* `speaks` is true on rank 0. Chooses bar or JSON lines by looking at standard error. */
void ambit_log_open(bool speaks, enum ambit_log_level level);

/* One step of a phase: `done` of `total` (0 where unknown); `detail` is "key=value" words for
 * people and machines alike, such as "round=3 gap_percent=0.41", or ""; values that are numbers
 * become numbers in JSON. Throttled on a terminal. On every rank, since what is sent is counted by
 * phase and round; from one thread at a time. */
void ambit_log_progress(const char *phase, int64_t done, int64_t total, const char *detail);

/* Whether steps of phases are kept from being shown: where many small jobs are one large one, which
 * has steps of its own. */
void ambit_log_mute(bool muted);

/* Ends the bar's line, so that other text can follow. */
void ambit_log_finish(void);

/* A warning for people, and advice on how to start the job better: printed unless quiet. A note:
 * printed when verbose. */
void ambit_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ambit_log_advice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ambit_log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
