/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paths relative to the folder of a file. realpath() resolves links on the way, because "a/../b" is
 * not "b" where a is a link.
 */
#include "engine/base/path.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

ambit_status ambit_path_folder(const char *file, char **out)
{
    const char *const slash = strrchr(file, '/');
    if (slash == NULL) return ambit_copy_string(".", out);
    const size_t bytes = slash == file ? 1 : (size_t)(slash - file);
    const ambit_status status = ambit_alloc(out, bytes + 1, 1);
    if (status == AMBIT_OK) memcpy(*out, file, bytes);
    return status;
}

ambit_status ambit_path_beside(const char *file, const char *relative, char **out)
{
    const char *const slash = strrchr(file, '/');
    if (slash == NULL || relative[0] == '/') return ambit_copy_string(relative, out);
    const size_t folder_bytes = (size_t)(slash - file) + 1;
    const size_t bytes = strlen(relative) + 1;
    const ambit_status status = ambit_alloc(out, folder_bytes + bytes, 1);
    if (status != AMBIT_OK) return status;
    memcpy(*out, file, folder_bytes);
    memcpy(*out + folder_bytes, relative, bytes);
    return AMBIT_OK;
}

static ambit_status resolve(const char *path, char resolved_out[PATH_MAX])
{
    if (realpath(path, resolved_out) != NULL) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_IO, "cannot find %s: %s", path, strerror(errno));
}

/* Writes the way from `from` to `to`, both resolved folders or files, to `out`. */
static ambit_status way_between(const char *from, const char *to, char **out)
{
    /* Common folders end where both have a slash or an end; "/" itself has no second slash. */
    size_t common = 0;
    for (size_t i = 0;; i++) {
        const bool from_ends = from[i] == '/' || from[i] == '\0';
        const bool to_ends = to[i] == '/' || to[i] == '\0';
        if (from_ends && to_ends) common = i;
        if (from[i] != to[i] || from[i] == '\0') break;
    }
    size_t ups = 0;
    for (const char *c = from + common; *c != '\0'; c++)
        ups += *c == '/' && c[1] != '\0';
    const char *down = to + common;
    while (*down == '/')
        down++;
    if (ups == 0 && *down == '\0') return ambit_copy_string(".", out);

    const ambit_status status = ambit_alloc(out, 3 * ups + strlen(down) + 1, 1);
    if (status != AMBIT_OK) return status;
    for (size_t i = 0; i < ups; i++)
        memcpy(*out + 3 * i, "../", 3);
    memcpy(*out + 3 * ups, down, strlen(down));
    return AMBIT_OK;
}

ambit_status ambit_path_relative(const char *path, const char *file, char **out)
{
    ambit_status status = AMBIT_OK;
    char *folder = NULL;
    char from[PATH_MAX], to[PATH_MAX];
    *out = NULL;
    AMBIT_TRY(ambit_path_folder(file, &folder));
    AMBIT_TRY(resolve(folder, from));
    AMBIT_TRY(resolve(path, to));
    AMBIT_TRY(way_between(from, to, out));
done:
    ambit_free(&folder);
    return status;
}

bool ambit_path_is_same(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
