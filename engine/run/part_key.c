/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/part_key.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static ambit_status name_file(const char *part, char **out)
{
    const size_t room = strlen(part) + sizeof ".key";
    const ambit_status status = ambit_alloc(out, room, 1);
    if (status == AMBIT_OK) (void)snprintf(*out, room, "%s.key", part);
    return status;
}

ambit_status ambit_part_key_write(const char *part, const char key[AMBIT_SHA256_TEXT])
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    char *path = NULL;
    AMBIT_TRY(name_file(part, &path));
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs(key, out.file);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    ambit_free(&path);
    return status;
}

bool ambit_part_key_matches(const char *part, const char key[AMBIT_SHA256_TEXT])
{
    char *path = NULL, found[AMBIT_SHA256_TEXT] = "";
    if (name_file(part, &path) != AMBIT_OK) return false;
    FILE *const file = fopen(path, "rbe");
    if (file != NULL && fgets(found, sizeof found, file) == NULL) found[0] = '\0';
    if (file != NULL) (void)fclose(file);
    ambit_free(&path);
    return strcmp(found, key) == 0;
}

void ambit_part_key_remove(const char *part)
{
    char *path = NULL;
    if (name_file(part, &path) == AMBIT_OK) (void)unlink(path);
    ambit_free(&path);
}
