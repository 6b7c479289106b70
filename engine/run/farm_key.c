/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/base/version.h"
#include "engine/run/farm_state.h"
#include "engine/run/inputs.h"

#include <stdio.h>
#include <string.h>

static void add_text(struct ambit_sha256 *sha, const char *text)
{
    ambit_sha256_add(sha, text, strlen(text) + 1);
}

ambit_status ambit_farm_key(const struct ambit_farm *farm, int variant,
                            char key_out[AMBIT_SHA256_TEXT])
{
    ambit_status status = AMBIT_OK;
    struct ambit_sha256 *sha = NULL;
    struct ambit_scenario s;
    char numbers[128], *path = NULL;
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
    AMBIT_TRY(ambit_inputs_hash(sha, &s));
    AMBIT_TRY(ambit_path_beside(s.path, s.accounts_file, &path));
    ambit_scenario_narrow(&s, s.headcount.asked ? AMBIT_USE_HEADCOUNT : AMBIT_USE_PLAN);
    if (!ambit_farm_nation_has(&farm->nation, &s))
        ambit_inputs_hash_file(
            sha, farm->options.accounts_path != NULL ? farm->options.accounts_path : path);
    ambit_sha256_text(sha, key_out);
done:
    ambit_free(&path);
    ambit_sha256_destroy(&sha);
    ambit_scenario_clear(&s);
    return status;
}
