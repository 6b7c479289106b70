/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/base/version.h"
#include "engine/run/farm_state.h"

#include <stdio.h>
#include <string.h>

static void add_text(struct ambit_sha256 *sha, const char *text)
{
    ambit_sha256_add(sha, text, strlen(text) + 1);
}

/* The bytes of a file; one that cannot be read is as good as empty, for its scenario fails. */
static ambit_status add_file(struct ambit_sha256 *sha, const struct ambit_scenario *s,
                             const char *name)
{
    char *path = NULL, bytes[4096];
    const ambit_status status = ambit_path_beside(s->path, name, &path);
    FILE *const file = status == AMBIT_OK ? fopen(path, "rbe") : NULL;
    for (size_t got = 1; file != NULL && got > 0;) {
        got = fread(bytes, 1, sizeof bytes, file);
        ambit_sha256_add(sha, bytes, got);
    }
    if (file != NULL) (void)fclose(file);
    ambit_free(&path);
    return status;
}

ambit_status ambit_farm_key(const struct ambit_farm *farm, int variant,
                            char key_out[AMBIT_SHA256_TEXT])
{
    ambit_status status = AMBIT_OK;
    struct ambit_sha256 *sha = NULL;
    struct ambit_scenario s;
    char numbers[128];
    ambit_scenario_init(&s);
    AMBIT_TRY(ambit_sha256_create(&sha));
    AMBIT_TRY(ambit_variants_bind(farm->variants, variant, &s));
    add_text(sha, ambit_build);
    add_text(sha, s.text);
    add_text(sha, s.changes.variant);
    add_text(sha, farm->nation.hash);
    add_text(sha, farm->base.plan_sha256);
    (void)snprintf(numbers, sizeof numbers, "%llu %d %lld %d",
                   (unsigned long long)farm->options.seed, farm->options.has_seed,
                   (long long)farm->options.effort, farm->options.skip_bad_rows);
    add_text(sha, numbers);
    if (s.reps_file != NULL) AMBIT_TRY(add_file(sha, &s, s.reps_file));
    if (strcmp(s.accounts_file, farm->nation.reader.accounts_file) != 0)
        AMBIT_TRY(add_file(sha, &s, s.accounts_file));
    for (int c = 0; c < s.changes.count; c++) {
        const struct ambit_change *const change = &s.changes.change[c];
        const bool is_file = change->kind == AMBIT_CHANGE_ADD_REPS ||
                             change->kind == AMBIT_CHANGE_ADD_ACCOUNTS ||
                             change->kind == AMBIT_CHANGE_REMOVE_ACCOUNTS;
        if (is_file && change->text != NULL) AMBIT_TRY(add_file(sha, &s, change->text));
    }
    ambit_sha256_text(sha, key_out);
done:
    ambit_sha256_destroy(&sha);
    ambit_scenario_clear(&s);
    return status;
}
