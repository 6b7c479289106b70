/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of a checkpoint: whose it is, and bytes that only their writer understands, whole or
 * not at all. The newest one has the name that it was given, the one before that name with ".1".
 *
 *     offset      bytes
 *     0           8         "AMBITCKP"
 *     8           4         0x01020304, in the order of bytes of the machine that wrote it
 *     12          4         version of this layout
 *     16          8         n, bytes of content
 *     24          320       struct ambit_checkpoint_head
 *     344         n         content
 *     344 + n     8         XXH3 hash of all before
 */
#ifndef AMBIT_CHECKPOINT_FILE_H
#define AMBIT_CHECKPOINT_FILE_H

#include "engine/base/status.h"
#include <stdint.h>

/* What a run must share with the one that goes on from its checkpoint. Texts are padded with zeros;
 * there is no padding besides. */
struct ambit_checkpoint_head {
    char version[32];       /* of Ambit and its sources */
    char scenario_hash[72]; /* SHA-256 of the file's text */
    char accounts_hash[40]; /* of the rows, in any order */
    char reps_hash[40];
    char plan_hash[72]; /* of a night: SHA-256 of the plan before; "": no night */
    char threshold[32]; /* of a night: what a move must save */
    uint64_t seed;
    int64_t effort;
    int64_t account_count, territory_count;
};

struct ambit_checkpoint_writer; /* opaque */

/* Begins a checkpoint of `content_bytes` beside `path`. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY.
 * Local, as everything here. */
ambit_status ambit_checkpoint_writer_create(const char *path,
                                            const struct ambit_checkpoint_head *head,
                                            int64_t content_bytes,
                                            struct ambit_checkpoint_writer **out) AMBIT_CHECKED;
/* Adds to the content. Errors: AMBIT_ERR_IO. */
ambit_status ambit_checkpoint_put(struct ambit_checkpoint_writer *writer, const void *data,
                                  size_t bytes) AMBIT_CHECKED;
/* Syncs the file; then the newest becomes the one before, and this one the newest. On error the two
 * are as they were. *writer is destroyed in both cases. Errors: AMBIT_ERR_IO. */
ambit_status ambit_checkpoint_commit(struct ambit_checkpoint_writer **writer) AMBIT_CHECKED;
void ambit_checkpoint_writer_destroy(struct ambit_checkpoint_writer **writer);

struct ambit_checkpoint_reader; /* opaque */

enum ambit_checkpoint_found {
    AMBIT_CHECKPOINT_NONE,    /* there is no such file */
    AMBIT_CHECKPOINT_DAMAGED, /* it is cut short, or its bytes are not those that were written */
    AMBIT_CHECKPOINT_GOOD
};
#define AMBIT_CHECKPOINT_WHY_MAX 128

/* Opens and reads all of `path`, checks it, and stands before the content. *out is NULL unless it
 * is good; why_out says in what way it is damaged. Errors: AMBIT_ERR_IO where it cannot be read,
 * AMBIT_ERR_INPUT for another version of the layout, AMBIT_ERR_MEMORY. */
ambit_status ambit_checkpoint_open(const char *path, enum ambit_checkpoint_found *found_out,
                                   char why_out[AMBIT_CHECKPOINT_WHY_MAX],
                                   struct ambit_checkpoint_head *head_out,
                                   struct ambit_checkpoint_reader **out) AMBIT_CHECKED;
/* The next `bytes` of the content. Errors: AMBIT_ERR_IO, also beyond its end. */
ambit_status ambit_checkpoint_get(struct ambit_checkpoint_reader *reader, void *data_out,
                                  size_t bytes) AMBIT_CHECKED;
void ambit_checkpoint_reader_destroy(struct ambit_checkpoint_reader **reader);

/* The name of the checkpoint of a result, "plan.h5.checkpoint", or of the one before it where
 * `before`. *out is owned by the caller. */
ambit_status ambit_checkpoint_path(const char *result_path, bool before, char **out) AMBIT_CHECKED;

/* Removes the checkpoint `path`, the one before it, and what killed runs have left of others.
 * Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_checkpoint_remove(const char *path) AMBIT_CHECKED;

#endif
