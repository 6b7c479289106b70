/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plain file of bytes in the machine's own order, read once to check it and once more to use it:
 * a checkpoint lives for hours on one machine, so that nothing of a lasting format is wanted.
 * Costs one pass over the bytes to write and two to read. What a kill can leave between the two
 * renames of a commit is the one before without a newest, which readers must expect.
 */
#include "io/checkpoint_file.h"
#include "engine/base/atomic_file.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ORDER_MARK = 0x01020304, FORMAT = 2, CHUNK = 1 << 16 };
#define MAGIC "AMBITCKP"

struct start {
    char magic[8];
    uint32_t order, format;
    int64_t content_bytes;
};
_Static_assert(sizeof(struct start) == 24, "the start is laid out as the header says");
_Static_assert(sizeof(struct ambit_checkpoint_head) == 320, "a head has no padding");

enum { FRAME_BYTES = sizeof(struct start) + sizeof(struct ambit_checkpoint_head) + 8 };

struct ambit_checkpoint_writer {
    struct ambit_atomic_file file;
    struct ambit_checksum *checksum; /* owned */
    char *before_path;               /* owned */
};

struct ambit_checkpoint_reader {
    FILE *file;   /* owned */
    char *path;   /* owned */
    int64_t left; /* bytes of content */
};

static ambit_status name_before(const char *path, char **out)
{
    const size_t bytes = strlen(path) + sizeof ".1";
    const ambit_status status = ambit_alloc(out, bytes, 1);
    if (status == AMBIT_OK) (void)snprintf(*out, bytes, "%s.1", path);
    return status;
}

ambit_status ambit_checkpoint_path(const char *result_path, bool before, char **out)
{
    const char *const ending = before ? ".checkpoint.1" : ".checkpoint";
    const size_t bytes = strlen(result_path) + strlen(ending) + 1;
    const ambit_status status = ambit_alloc(out, bytes, 1);
    if (status == AMBIT_OK) (void)snprintf(*out, bytes, "%s%s", result_path, ending);
    return status;
}

/* ---- writing ---- */

ambit_status ambit_checkpoint_writer_create(const char *path,
                                            const struct ambit_checkpoint_head *head,
                                            int64_t content_bytes,
                                            struct ambit_checkpoint_writer **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_checkpoint_writer *writer = NULL;
    struct start start = {.order = ORDER_MARK, .format = FORMAT, .content_bytes = content_bytes};
    memcpy(start.magic, MAGIC, sizeof start.magic);
    AMBIT_TRY(ambit_alloc(&writer, 1, sizeof *writer));
    AMBIT_TRY(name_before(path, &writer->before_path));
    AMBIT_TRY(ambit_checksum_create(&writer->checksum));
    AMBIT_TRY(ambit_atomic_file_open(path, &writer->file));
    AMBIT_TRY(ambit_checkpoint_put(writer, &start, sizeof start));
    AMBIT_TRY(ambit_checkpoint_put(writer, head, sizeof *head));
    *out = writer;
    writer = NULL;
done:
    ambit_checkpoint_writer_destroy(&writer);
    return status;
}

static ambit_status cannot_write(const struct ambit_checkpoint_writer *writer)
{
    return ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s", writer->file.path, strerror(errno));
}

ambit_status ambit_checkpoint_put(struct ambit_checkpoint_writer *writer, const void *data,
                                  size_t bytes)
{
    if (bytes == 0) return AMBIT_OK;
    ambit_checksum_add(writer->checksum, data, bytes);
    errno = 0;
    return fwrite(data, 1, bytes, writer->file.file) == bytes ? AMBIT_OK : cannot_write(writer);
}

ambit_status ambit_checkpoint_commit(struct ambit_checkpoint_writer **writer)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file *const file = &(*writer)->file;
    const uint64_t checksum = ambit_checksum_value((*writer)->checksum);
    AMBIT_TRY(ambit_checkpoint_put(*writer, &checksum, sizeof checksum));
    /* Everything that a full disk can refuse comes before the names change. */
    if (fflush(file->file) != 0 || fsync(fileno(file->file)) != 0) AMBIT_TRY(cannot_write(*writer));
    if (rename(file->path, (*writer)->before_path) != 0 && errno != ENOENT)
        AMBIT_TRY(cannot_write(*writer));
    AMBIT_TRY(ambit_atomic_file_commit(file));
done:
    ambit_checkpoint_writer_destroy(writer);
    return status;
}

void ambit_checkpoint_writer_destroy(struct ambit_checkpoint_writer **writer)
{
    if (*writer == NULL) return;
    ambit_atomic_file_abandon(&(*writer)->file);
    ambit_checksum_destroy(&(*writer)->checksum);
    ambit_free(&(*writer)->before_path);
    ambit_free(writer);
}

/* ---- reading ---- */

static ambit_status cannot_read(const char *path, const char *why)
{
    return ambit_fail(AMBIT_ERR_IO, "cannot read %s: %s", path, why);
}

/* Compares the hash at the end of a file of `bytes` with its content; false where they differ. */
static ambit_status check_sum(FILE *file, int64_t bytes, const char *path, bool *good_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_checksum *checksum = NULL;
    uint8_t *chunk = NULL;
    uint64_t stored = 0;
    AMBIT_TRY(ambit_checksum_create(&checksum));
    AMBIT_TRY(ambit_alloc(&chunk, CHUNK, 1));
    rewind(file);
    for (int64_t left = bytes - (int64_t)sizeof stored; left > 0;) {
        const size_t want = left < CHUNK ? (size_t)left : CHUNK;
        if (fread(chunk, 1, want, file) != want) AMBIT_TRY(cannot_read(path, strerror(errno)));
        ambit_checksum_add(checksum, chunk, want);
        left -= (int64_t)want;
    }
    if (fread(&stored, sizeof stored, 1, file) != 1) AMBIT_TRY(cannot_read(path, strerror(errno)));
    *good_out = stored == ambit_checksum_value(checksum);
done:
    ambit_checksum_destroy(&checksum);
    ambit_free(&chunk);
    return status;
}

/* Whether the file is what was written; *start_out is its start. */
static ambit_status check(FILE *file, const char *path, char why[AMBIT_CHECKPOINT_WHY_MAX],
                          struct start *start_out)
{
    ambit_status status = AMBIT_OK;
    struct stat there;
    bool good = false;
    if (fstat(fileno(file), &there) != 0) return cannot_read(path, strerror(errno));
    if (fread(start_out, sizeof *start_out, 1, file) != 1) {
        (void)snprintf(why, AMBIT_CHECKPOINT_WHY_MAX, "it is cut short at %lld bytes",
                       (long long)there.st_size);
        return AMBIT_OK;
    }
    if (memcmp(start_out->magic, MAGIC, sizeof start_out->magic) != 0 ||
        start_out->order != ORDER_MARK || start_out->content_bytes < 0) {
        (void)snprintf(why, AMBIT_CHECKPOINT_WHY_MAX, "it does not begin as a checkpoint does");
        return AMBIT_OK;
    }
    if (start_out->format == FORMAT && there.st_size - FRAME_BYTES != start_out->content_bytes) {
        (void)snprintf(why, AMBIT_CHECKPOINT_WHY_MAX, "expected %lld bytes, found %lld",
                       (long long)start_out->content_bytes + FRAME_BYTES, (long long)there.st_size);
        return AMBIT_OK;
    }
    AMBIT_TRY(check_sum(file, there.st_size, path, &good));
    if (!good)
        (void)snprintf(why, AMBIT_CHECKPOINT_WHY_MAX,
                       "its checksum is not that of its content: bytes have changed");
    else if (start_out->format != FORMAT)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected a checkpoint of format %d, found format %u, of another "
                            "version of Ambit; go on with that one, or start without --resume",
                            path, FORMAT, (unsigned)start_out->format);
done:
    return status;
}

ambit_status ambit_checkpoint_open(const char *path, enum ambit_checkpoint_found *found_out,
                                   char why_out[AMBIT_CHECKPOINT_WHY_MAX],
                                   struct ambit_checkpoint_head *head_out,
                                   struct ambit_checkpoint_reader **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_checkpoint_reader *reader = NULL;
    struct start start = {.content_bytes = 0};
    *out = NULL;
    *found_out = AMBIT_CHECKPOINT_NONE;
    why_out[0] = '\0';
    AMBIT_TRY(ambit_alloc(&reader, 1, sizeof *reader));
    AMBIT_TRY(ambit_copy_string(path, &reader->path));
    reader->file = fopen(path, "rbe");
    if (reader->file == NULL) {
        if (errno != ENOENT) status = cannot_read(path, strerror(errno));
        goto done;
    }
    AMBIT_TRY(check(reader->file, path, why_out, &start));
    *found_out = why_out[0] == '\0' ? AMBIT_CHECKPOINT_GOOD : AMBIT_CHECKPOINT_DAMAGED;
    if (*found_out == AMBIT_CHECKPOINT_DAMAGED) goto done;
    if (fseek(reader->file, sizeof start, SEEK_SET) != 0 ||
        fread(head_out, sizeof *head_out, 1, reader->file) != 1)
        AMBIT_TRY(cannot_read(path, strerror(errno)));
    reader->left = start.content_bytes;
    *out = reader;
    reader = NULL;
done:
    ambit_checkpoint_reader_destroy(&reader);
    return status;
}

ambit_status ambit_checkpoint_get(struct ambit_checkpoint_reader *reader, void *data_out,
                                  size_t bytes)
{
    if (bytes == 0) return AMBIT_OK;
    if ((int64_t)bytes > reader->left)
        return cannot_read(reader->path, "its content ends before what it should hold");
    if (fread(data_out, 1, bytes, reader->file) != bytes)
        return cannot_read(reader->path, "it ended while it was read");
    reader->left -= (int64_t)bytes;
    return AMBIT_OK;
}

void ambit_checkpoint_reader_destroy(struct ambit_checkpoint_reader **reader)
{
    if (*reader == NULL) return;
    if ((*reader)->file != NULL) (void)fclose((*reader)->file);
    ambit_free(&(*reader)->path);
    ambit_free(reader);
}

/* ---- removing ---- */

static ambit_status cannot_remove(const char *path)
{
    return ambit_fail(AMBIT_ERR_IO, "cannot remove %s: %s", path, strerror(errno));
}

ambit_status ambit_checkpoint_remove(const char *path)
{
    ambit_status status = AMBIT_OK;
    char *before = NULL, *folder = NULL;
    AMBIT_TRY(name_before(path, &before));
    AMBIT_TRY(ambit_path_folder(path, &folder));
    if (unlink(before) != 0 && errno != ENOENT) AMBIT_TRY(cannot_remove(before));
    if (unlink(path) != 0 && errno != ENOENT) AMBIT_TRY(cannot_remove(path));
    ambit_atomic_file_sweep(folder, path);
done:
    ambit_free(&folder);
    ambit_free(&before);
    return status;
}
