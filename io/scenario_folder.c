/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scenario that a command writes beside its result names the tables of the one that it was made
 * from, in that one's words, and the folder where they are.
 */
#include "io/scenario_folder.h"
#include "engine/base/memory.h"

#include <string.h>

/* Puts the folder before a file's name; *file may be NULL. */
static void lead(struct ambit_binder *b, const char *folder, char **file)
{
    char *longer = NULL;
    if (*file == NULL || **file == '/' || b->memory != AMBIT_OK) return;
    const size_t room = strlen(folder) + strlen(*file) + sizeof "/";
    b->memory = ambit_alloc(&longer, room, 1);
    if (b->memory != AMBIT_OK) return;
    (void)snprintf(longer, room, "%s/%s", folder, *file);
    ambit_free(file);
    *file = longer;
}

void ambit_scenario_bind_folder(struct ambit_binder *b)
{
    struct ambit_scenario *const s = b->scenario;
    const struct ambit_yaml_node *const value = ambit_yaml_find(b->root, "folder");
    char *folder = NULL;
    if (value == NULL) return;
    ambit_bind_text(b, value, "a folder's path", &folder);
    if (folder == NULL) return;
    char **file;
    for (int f = 0; (file = ambit_scenario_file(s, f)) != NULL; f++)
        lead(b, folder, file);
    ambit_free(&folder);
}
