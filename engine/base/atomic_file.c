/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Write beside, sync, rename: rename() replaces a name in one step on a POSIX file system, and the
 * syncs of file and folder make the order hold through a power cut. The weakness: a killed process
 * leaves its temporary file behind, named after its number so that it is easy to tell.
 */
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ambit_status cannot_write(const char *path, const char *why)
{
    return ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s", path, why);
}

ambit_status ambit_atomic_file_open(const char *path, struct ambit_atomic_file *file_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file file = {0};
    struct stat there;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
        status = cannot_write(path, S_ISDIR(there.st_mode) ? "it is a directory"
                                                           : "it is not a regular file");
        goto done;
    }
    AMBIT_TRY(ambit_copy_string(path, &file.path));
    const size_t bytes = strlen(path) + 32;
    AMBIT_TRY(ambit_alloc(&file.temporary_path, bytes, 1));
    (void)snprintf(file.temporary_path, bytes, "%s.tmp.%ld", path, (long)getpid());
    file.file = fopen(file.temporary_path, "wbe");
    if (file.file == NULL) status = cannot_write(path, strerror(errno));
done:
    if (status != AMBIT_OK) {
        ambit_free(&file.path);
        ambit_free(&file.temporary_path);
    }
    *file_out = file;
    return status;
}

/* Makes the new name last through a power cut. File systems that cannot sync a folder say EINVAL;
 * there is nothing more to be done on them. */
static ambit_status sync_folder_of(const char *path)
{
    ambit_status status = AMBIT_OK;
    char *folder = NULL;
    int descriptor = -1;
    AMBIT_TRY(ambit_path_folder(path, &folder));
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 || (fsync(descriptor) != 0 && errno != EINVAL))
        status = cannot_write(path, strerror(errno));
done:
    if (descriptor >= 0) (void)close(descriptor);
    ambit_free(&folder);
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
    if (status == AMBIT_OK && rename(file->temporary_path, file->path) != 0)
        status = cannot_write(file->path, strerror(errno));
    if (status == AMBIT_OK) {
        ambit_free(&file->temporary_path);
        status = sync_folder_of(file->path);
    }
    ambit_atomic_file_abandon(file);
    return status;
}

void ambit_atomic_file_abandon(struct ambit_atomic_file *file)
{
    if (file->file != NULL) (void)fclose(file->file);
    if (file->temporary_path != NULL) (void)unlink(file->temporary_path);
    file->file = NULL;
    ambit_free(&file->temporary_path);
    ambit_free(&file->path);
}
