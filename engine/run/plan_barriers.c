/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/plan_barriers.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/barriers_geojson.h"

#include <string.h>

ambit_status ambit_plan_barriers_read(const char *path, const struct ambit_result *plan,
                                      const struct ambit_scenario *scenario,
                                      struct ambit_barriers *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result_input *input = NULL;
    char hash[AMBIT_SHA256_TEXT], *file = NULL;
    *out = (struct ambit_barriers){0};
    if (scenario->contiguity.barriers == NULL) return AMBIT_OK;
    for (int n = 0; n < plan->input_count; n++) {
        if (strcmp(plan->input[n].role, "barriers") == 0) input = &plan->input[n];
    }
    const bool own = strcmp(scenario->path, path) == 0 && input != NULL;
    AMBIT_TRY(ambit_path_beside(own ? path : scenario->path,
                                own ? input->path : scenario->contiguity.barriers, &file));
    AMBIT_TRY(ambit_barriers_read(file, hash, out));
    if (own && strcmp(hash, input->hash) != 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected the barriers that %s was made with, found others; run "
                            "the scenario again",
                            file, path);
done:
    ambit_free(&file);
    if (status != AMBIT_OK) ambit_barriers_clear(out);
    return status;
}
