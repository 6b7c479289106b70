/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text is kept as it is but for whole lines: scenarios, grid and folder go, a new folder and
 * new scenarios stand at its end.
 */
#include "io/headcount_yaml.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct ambit_yaml_node node;

static void put_text(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte < 0x20 || byte == 0x7f)
            (void)fprintf(file, "\\x%02x", byte);
        else
            (void)fprintf(file, "%s%c", byte == '"' || byte == '\\' ? "\\" : "", *c);
    }
    (void)fputc('"', file);
}

/* The shortest that reads back the same. */
static void put_number(FILE *file, double value)
{
    char text[32];
    int digits = 15;
    do
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
    while (strtod(text, NULL) != value && ++digits <= 17);
    (void)fputs(text, file);
}

/* ---- the text that is kept ---- */

static bool goes(const node *part)
{
    return strcmp(part->key, "scenarios") == 0 || strcmp(part->key, "grid") == 0 ||
           strcmp(part->key, "folder") == 0;
}

/* True where line `line`, from 1, is of a part that goes. */
static bool is_cut(const node *root, int line)
{
    for (const node *part = root->first; part != NULL; part = part->next)
        if (goes(part) && line >= part->key_line &&
            (part->next == NULL || line < part->next->key_line))
            return true;
    return false;
}

static ambit_status check_lines(const char *path, const node *root)
{
    for (const node *part = root->first; part != NULL; part = part->next) {
        const node *const next = part->next;
        if (part->key_column == 1 && (next == NULL || next->key_line > part->key_line)) continue;
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s:%d:%d: %s: expected each section to begin a line, as the scenario is "
                          "written anew with others for each number of territories",
                          path, part->key_line, part->key_column, part->key);
    }
    return AMBIT_OK;
}

static void put_kept(FILE *file, const node *root, const char *text)
{
    int line = 1;
    for (const char *at = text; *at != '\0'; line++) {
        const size_t length = strcspn(at, "\n");
        if (strncmp(at, "...", 3) == 0 && strspn(at + 3, " \r") == length - 3) return; /* its end */
        if (!is_cut(root, line)) (void)fprintf(file, "%.*s\n", (int)length, at);
        at += length + (at[length] == '\n');
    }
}

/* ---- what is added ---- */

/* Where the tables are, as seen from the new file. */
static ambit_status put_folder(FILE *file, const char *path, const char *base_path,
                               const node *root)
{
    ambit_status status = AMBIT_OK;
    char *tables = NULL, *folder = NULL;
    const node *const own = ambit_yaml_find(root, "folder");
    if (own != NULL && own->kind == AMBIT_YAML_SCALAR)
        AMBIT_TRY(ambit_path_beside(base_path, own->text, &tables));
    else
        AMBIT_TRY(ambit_path_folder(base_path, &tables));
    AMBIT_TRY(ambit_path_relative(tables, path, &folder));
    (void)fputs("\nfolder: ", file);
    put_text(file, folder);
    (void)fputc('\n', file);
done:
    ambit_free(&tables);
    ambit_free(&folder);
    return status;
}

static void put_scenario(FILE *file, const struct ambit_headcount_sweep *sweep, int32_t number)
{
    const struct ambit_headcount_curve *const curve = sweep->curve;
    (void)fprintf(file, "  - name: \"%d\"\n    territories: %d\n", (int)number, (int)number);
    if (number < sweep->reps) {
        (void)fputs("    reps:\n      leave:\n", file);
        for (int32_t n = 0; n < sweep->reps - number; n++) {
            (void)fputs("        - ", file);
            put_text(file, curve->leave[n].name);
            (void)fputc('\n', file);
        }
    }
    /* Where no reps name them, territories beyond the number are unknown. */
    if (sweep->reps == 0 && sweep->has_current && number < sweep->today)
        (void)fputs("    accounts: {columns: {territory: none}}\n", file);
    if (number > sweep->today && curve->hire_count > 0) {
        (void)fputs("    reps:\n      hire:\n", file);
        for (int32_t n = 0; n < number - sweep->today; n++) {
            (void)fputs("        ", file);
            put_text(file, curve->hire[n].name);
            (void)fputs(": {lat: ", file);
            put_number(file, curve->hire[n].lat);
            (void)fputs(", lon: ", file);
            put_number(file, curve->hire[n].lon);
            (void)fputs("}  # at ", file);
            put_text(file, curve->hire[n].near_account);
            (void)fputc('\n', file);
        }
    }
}

ambit_status ambit_headcount_yaml_write(const char *path, const char *base_path, const char *text,
                                        const struct ambit_headcount_sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    struct ambit_yaml_tree tree = {.node = NULL};
    AMBIT_TRY(ambit_yaml_parse(base_path, text, strlen(text), &tree));
    AMBIT_TRY(check_lines(base_path, &tree.node[0]));
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    put_kept(out.file, &tree.node[0], text);
    (void)fputs("\n# What follows was added by `ambit headcount`.\n", out.file);
    AMBIT_TRY(put_folder(out.file, path, base_path, &tree.node[0]));
    if (ambit_yaml_find(&tree.node[0], "headcount") == NULL)
        (void)fputs("headcount: {}\n", out.file);
    (void)fputs("scenarios:\n", out.file);
    for (int n = 0; n < sweep->count; n++)
        if (sweep->number[n] != sweep->today) put_scenario(out.file, sweep, sweep->number[n]);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    ambit_yaml_clear(&tree);
    return status;
}
