/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that appears whole or not at all. It is written under another name beside its own, and
 * takes its own name only when every byte is on the disk; until then an older file of that name
 * stays as it was, whatever happens to the run.
 *
 *     struct ambit_atomic_file out = {0};
 *     AMBIT_TRY(ambit_atomic_file_open("plan.csv", &out));
 *     fprintf(out.file, …);                       errors are kept by the stream until the commit
 *     AMBIT_TRY(ambit_atomic_file_commit(&out));
 * done:
 *     ambit_atomic_file_abandon(&out);            does nothing after a commit
 */
#ifndef AMBIT_ATOMIC_FILE_H
#define AMBIT_ATOMIC_FILE_H

#include "status.h"
#include <stdio.h>

struct ambit_atomic_file {
    FILE *file;           /* owned; open for writing between open and commit */
    char *path;           /* owned; the final name */
    char *folder;         /* owned; where it is */
    char *temporary_path; /* owned; a library that opens files itself may truncate and write this
                             one in place, and close it before the commit */
    int lock;             /* owned; held until the file has its name or is gone; −1: none */
};

/* Errors: AMBIT_ERR_IO where the folder cannot be written or `path` is there and is not a regular
 * file, so that nobody renames over /dev/null. *file_out is then empty. Local. */
ambit_status ambit_atomic_file_open(const char *path,
                                    struct ambit_atomic_file *file_out) AMBIT_CHECKED;

/* Flushes, syncs, closes and renames. On error the temporary file is removed and an older file is
 * untouched. *file is empty afterwards in both cases. Errors: AMBIT_ERR_IO. Local. */
ambit_status ambit_atomic_file_commit(struct ambit_atomic_file *file) AMBIT_CHECKED;

/* Removes what processes that were killed have left of a file of that name in that folder, as far
 * as that can be told; a commit does so too. Local. */
void ambit_atomic_file_sweep(const char *folder, const char *path);

/* Closes and removes the temporary file; nothing to do on an empty one. Local. */
void ambit_atomic_file_abandon(struct ambit_atomic_file *file);

#endif
