/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/inputs.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/farm_hdf5.h"

#include <stdio.h>

enum { OUTPUTS = 4 }; /* the result, and the other paths of the options */

static const char *output_of(const struct ambit_run_options *options, int n)
{
    return n == 0 ? options->result_path : options->other_path[n - 1];
}

static ambit_status refuse(const char *path, const char *what)
{
    return ambit_fail(AMBIT_ERR_IO, "cannot write %s: it is %s; name another file", path, what);
}

/* `file` is the scenario's, by that index. */
static ambit_status check_file(const struct ambit_run_options *options,
                               const struct ambit_scenario *s, const char *file, int index)
{
    ambit_status status = AMBIT_OK;
    const char *const what = index == 0   ? "the accounts file of the scenario"
                             : index == 1 ? "the reps file of the scenario"
                                          : "a file that the scenario reads";
    char *path = NULL;
    if (index == 0 && options->accounts_path != NULL)
        AMBIT_TRY(ambit_copy_string(options->accounts_path, &path));
    else
        AMBIT_TRY(ambit_path_beside(s->path, file, &path));
    for (int n = 0; n < OUTPUTS; n++) {
        const char *const out = output_of(options, n);
        if (out != NULL && ambit_path_is_same(out, path)) AMBIT_TRY(refuse(out, what));
    }
done:
    ambit_free(&path);
    return status;
}

ambit_status ambit_inputs_stay(const struct ambit_run_options *options,
                               struct ambit_scenario *scenario)
{
    ambit_status status = AMBIT_OK;
    char **file;
    for (int n = 0; n < OUTPUTS; n++) {
        const char *const out = output_of(options, n);
        if (out == NULL) continue;
        if (ambit_path_is_same(out, scenario->path)) AMBIT_TRY(refuse(out, "the scenario itself"));
        if (options->plan_path != NULL && ambit_farm_is_in(options->plan_path, out))
            AMBIT_TRY(refuse(out, "the plan to be read"));
    }
    for (int f = 0; (file = ambit_scenario_file(scenario, f)) != NULL; f++)
        if (*file != NULL) AMBIT_TRY(check_file(options, scenario, *file, f));
done:
    return status;
}

ambit_status ambit_inputs_stay_of_all(const struct ambit_run_options *options,
                                      const struct ambit_variants *variants)
{
    ambit_status status = AMBIT_OK;
    const int first = ambit_variants_are_layers(variants) ? 0 : AMBIT_VARIANT_BASE;
    for (int v = first; v < ambit_variants_count(variants) && status == AMBIT_OK; v++) {
        struct ambit_scenario s;
        status = ambit_variants_bind(variants, v, &s);
        if (status == AMBIT_OK) status = ambit_inputs_stay(options, &s);
        ambit_scenario_clear(&s);
    }
    return status;
}

void ambit_inputs_hash_file(struct ambit_sha256 *sha, const char *path)
{
    char bytes[65536];
    FILE *const file = fopen(path, "rbe");
    for (size_t got = 1; file != NULL && got > 0;) {
        got = fread(bytes, 1, sizeof bytes, file);
        ambit_sha256_add(sha, bytes, got);
    }
    if (file != NULL) (void)fclose(file);
}

ambit_status ambit_inputs_hash(struct ambit_sha256 *sha, struct ambit_scenario *scenario)
{
    ambit_status status = AMBIT_OK;
    char **file, *path = NULL;
    for (int f = 1; (file = ambit_scenario_file(scenario, f)) != NULL; f++) {
        if (*file == NULL) continue;
        AMBIT_TRY(ambit_path_beside(scenario->path, *file, &path));
        ambit_inputs_hash_file(sha, path);
        ambit_free(&path);
    }
done:
    ambit_free(&path);
    return status;
}
