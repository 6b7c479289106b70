/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables by their bytes. Cost: each is read once more a layer, but for the accounts, which all
 * share.
 */
#include "engine/run/layers_key.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/base/version.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add_text(struct ambit_sha256 *sha, const char *text)
{
    ambit_sha256_add(sha, text, strlen(text) + 1);
}

/* A file that cannot be read is as good as empty, for who needs it fails. */
static void add_bytes(struct ambit_sha256 *sha, const char *path)
{
    char bytes[65536];
    FILE *const file = fopen(path, "rbe");
    for (size_t got = 1; file != NULL && got > 0;) {
        got = fread(bytes, 1, sizeof bytes, file);
        ambit_sha256_add(sha, bytes, got);
    }
    if (file != NULL) (void)fclose(file);
}

static ambit_status add_file(struct ambit_sha256 *sha, const struct ambit_scenario *s,
                             const char *name)
{
    char *path = NULL;
    if (name == NULL) return AMBIT_OK;
    const ambit_status status = ambit_path_beside(s->path, name, &path);
    if (status == AMBIT_OK) add_bytes(sha, path);
    ambit_free(&path);
    return status;
}

static ambit_status add_tables(struct ambit_sha256 *sha, const struct ambit_scenario *s)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(add_file(sha, s, s->reps_file));
    AMBIT_TRY(add_file(sha, s, s->contiguity.barriers));
    for (int c = 0; c < s->eligibility.closing_count; c++)
        AMBIT_TRY(add_file(sha, s, s->eligibility.closing[c].file));
    for (int l = 0; l < s->layers.count; l++)
        AMBIT_TRY(add_file(sha, s, s->layers.item[l].file));
    for (int c = 0; c < s->changes.count; c++) {
        const struct ambit_change *const change = &s->changes.change[c];
        if (change->kind == AMBIT_CHANGE_ADD_REPS || change->kind == AMBIT_CHANGE_ADD_ACCOUNTS ||
            change->kind == AMBIT_CHANGE_REMOVE_ACCOUNTS)
            AMBIT_TRY(add_file(sha, s, change->text));
    }
done:
    return status;
}

static ambit_status hash_accounts(const struct ambit_variants *variants,
                                  const struct ambit_run_options *options,
                                  char text_out[AMBIT_SHA256_TEXT])
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario s;
    struct ambit_sha256 *sha = NULL;
    ambit_scenario_init(&s);
    AMBIT_TRY(ambit_sha256_create(&sha));
    AMBIT_TRY(ambit_variants_bind(variants, 0, &s));
    if (options->accounts_path != NULL)
        add_bytes(sha, options->accounts_path);
    else
        AMBIT_TRY(add_file(sha, &s, s.accounts_file));
    ambit_sha256_text(sha, text_out);
done:
    ambit_sha256_destroy(&sha);
    ambit_scenario_clear(&s);
    return status;
}

static ambit_status make_key(const struct ambit_variants *variants,
                             const struct ambit_run_options *options, int layer,
                             const char *accounts, char key_out[AMBIT_SHA256_TEXT])
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario s;
    struct ambit_sha256 *sha = NULL;
    char numbers[160];
    ambit_scenario_init(&s);
    AMBIT_TRY(ambit_sha256_create(&sha));
    AMBIT_TRY(ambit_variants_bind(variants, layer, &s));
    add_text(sha, ambit_build);
    add_text(sha, s.text);
    add_text(sha, s.changes.variant);
    add_text(sha, accounts);
    (void)snprintf(numbers, sizeof numbers, "%llu %d %lld %d %d %.17g",
                   (unsigned long long)options->seed, options->has_seed, (long long)options->effort,
                   options->skip_bad_rows, options->seed_only, options->time_limit);
    add_text(sha, numbers);
    AMBIT_TRY(add_tables(sha, &s));
    ambit_sha256_text(sha, key_out);
done:
    ambit_sha256_destroy(&sha);
    ambit_scenario_clear(&s);
    return status;
}

ambit_status ambit_layers_keys(const struct ambit_variants *variants,
                               const struct ambit_run_options *options,
                               char (*keys_out)[AMBIT_SHA256_TEXT])
{
    ambit_status status = AMBIT_OK;
    char accounts[AMBIT_SHA256_TEXT];
    AMBIT_TRY(hash_accounts(variants, options, accounts));
    for (int l = 0; l < ambit_variants_count(variants); l++)
        AMBIT_TRY(make_key(variants, options, l, accounts, keys_out[l]));
done:
    return status;
}

/* ---- the file ---- */

static ambit_status name_file(const char *part, char **out)
{
    const size_t room = strlen(part) + sizeof ".key";
    const ambit_status status = ambit_alloc(out, room, 1);
    if (status == AMBIT_OK) (void)snprintf(*out, room, "%s.key", part);
    return status;
}

ambit_status ambit_layers_key_write(const char *part, const char key[AMBIT_SHA256_TEXT])
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

bool ambit_layers_key_matches(const char *part, const char key[AMBIT_SHA256_TEXT])
{
    char *path = NULL, found[AMBIT_SHA256_TEXT] = "";
    if (name_file(part, &path) != AMBIT_OK) return false;
    FILE *const file = fopen(path, "rbe");
    if (file != NULL && fgets(found, sizeof found, file) == NULL) found[0] = '\0';
    if (file != NULL) (void)fclose(file);
    ambit_free(&path);
    return strcmp(found, key) == 0;
}

void ambit_layers_key_remove(const char *part)
{
    char *path = NULL;
    if (name_file(part, &path) == AMBIT_OK) (void)unlink(path);
    ambit_free(&path);
}
