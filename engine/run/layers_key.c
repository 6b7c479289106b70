/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables by their bytes. Cost: each is read once more a layer, but for the accounts, which all
 * share.
 */
#include "engine/run/layers_key.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/base/version.h"
#include "engine/run/inputs.h"

#include <stdio.h>
#include <string.h>

static void add_text(struct ambit_sha256 *sha, const char *text)
{
    ambit_sha256_add(sha, text, strlen(text) + 1);
}

static ambit_status hash_accounts(const struct ambit_variants *variants,
                                  const struct ambit_run_options *options,
                                  char text_out[AMBIT_SHA256_TEXT])
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario s;
    struct ambit_sha256 *sha = NULL;
    char *path = NULL;
    ambit_scenario_init(&s);
    AMBIT_TRY(ambit_sha256_create(&sha));
    AMBIT_TRY(ambit_variants_bind(variants, 0, &s));
    AMBIT_TRY(ambit_path_beside(s.path, s.accounts_file, &path));
    ambit_inputs_hash_file(sha, options->accounts_path != NULL ? options->accounts_path : path);
    ambit_sha256_text(sha, text_out);
done:
    ambit_free(&path);
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
    AMBIT_TRY(ambit_inputs_hash(sha, &s));
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
