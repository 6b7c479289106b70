/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Write beside, sync, rename: rename() replaces a name in one step on a POSIX file system, and the
 * syncs of file and folder make the order hold through a power cut. A killed process leaves its
 * temporary file behind, named after its number: who writes a file of that name next removes it. It
 * is told from one that is being written by a lock, which dies with its process. The weakness:
 * where the file system has no locks, what is left behind stays.
 */
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static ambit_status cannot_write(const char *path, const char *why)
{
    return ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s", path, why);
}

/* Whoever writes this file is gone: nobody holds its lock. */
static bool is_left_behind(int folder, const char *name)
{
    const int file = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    const bool left = file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0;
    if (file >= 0) (void)close(file);
    return left;
}

void ambit_atomic_file_sweep(const char *folder, const char *path)
{
    static const char temporary[] = ".tmp.";
    const char *const slash = strrchr(path, '/');
    const char *const name = slash == NULL ? path : slash + 1;
    const size_t length = strlen(name);
    DIR *const listing = opendir(folder);
    if (listing == NULL) return;
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        if (strncmp(entry->d_name, name, length) == 0 &&
            strncmp(entry->d_name + length, temporary, sizeof temporary - 1) == 0 &&
            is_left_behind(dirfd(listing), entry->d_name))
            (void)unlinkat(dirfd(listing), entry->d_name, 0);
    }
    (void)closedir(listing);
}

ambit_status ambit_atomic_file_open(const char *path, struct ambit_atomic_file *file_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file file = {.lock = -1};
    struct stat there;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
        status = cannot_write(path, S_ISDIR(there.st_mode) ? "it is a directory"
                                                           : "it is not a regular file");
        goto done;
    }
    AMBIT_TRY(ambit_copy_string(path, &file.path));
    AMBIT_TRY(ambit_path_folder(path, &file.folder));
    const size_t bytes = strlen(path) + 32;
    AMBIT_TRY(ambit_alloc(&file.temporary_path, bytes, 1));
    (void)snprintf(file.temporary_path, bytes, "%s.tmp.%ld", path, (long)getpid());
    file.file = fopen(file.temporary_path, "wbe");
    if (file.file == NULL) {
        status = cannot_write(path, strerror(errno));
        goto done;
    }
    file.lock = dup(fileno(file.file));
    if (file.lock >= 0) (void)flock(file.lock, LOCK_EX | LOCK_NB);
done:
    if (status != AMBIT_OK) {
        ambit_free(&file.path);
        ambit_free(&file.folder);
        ambit_free(&file.temporary_path);
    }
    *file_out = file;
    return status;
}

/* Renames, and makes the new name last through a power cut. File systems that cannot sync a folder
 * say EINVAL; there is nothing more to be done on them. All that can fail comes before the rename,
 * but for that sync: a failed write leaves no file of that name. */
static ambit_status take_name(struct ambit_atomic_file *file)
{
    ambit_status status = AMBIT_OK;
    const int folder = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return cannot_write(file->path, strerror(errno));
    if (rename(file->temporary_path, file->path) != 0) {
        status = cannot_write(file->path, strerror(errno));
        goto done;
    }
    ambit_free(&file->temporary_path);
    ambit_atomic_file_sweep(file->folder, file->path);
    if (fsync(folder) != 0 && errno != EINVAL) status = cannot_write(file->path, strerror(errno));
done:
    (void)close(folder);
    return status;
}

ambit_status ambit_atomic_file_commit(struct ambit_atomic_file *file)
{
    ambit_status status = AMBIT_OK;
    const bool failed_before = ferror(file->file) != 0;
    if (fflush(file->file) != 0 || fsync(fileno(file->file)) != 0)
        status = cannot_write(file->path, strerror(errno));
    else if (failed_before)
        status = cannot_write(file->path, "an earlier write failed");
    if (fclose(file->file) != 0 && status == AMBIT_OK)
        status = cannot_write(file->path, strerror(errno));
    file->file = NULL;
    if (status == AMBIT_OK) status = take_name(file);
    ambit_atomic_file_abandon(file);
    return status;
}

void ambit_atomic_file_abandon(struct ambit_atomic_file *file)
{
    if (file->file != NULL) (void)fclose(file->file);
    if (file->temporary_path != NULL) (void)unlink(file->temporary_path);
    if (file->path != NULL && file->lock >= 0) (void)close(file->lock);
    file->file = NULL;
    file->lock = -1;
    ambit_free(&file->temporary_path);
    ambit_free(&file->folder);
    ambit_free(&file->path);
}
