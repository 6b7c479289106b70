/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/contiguity.h"
#include "engine/base/memory.h"

const char *ambit_contiguity_name(enum ambit_contiguity wanted)
{
    static const char *const names[] = {
        [AMBIT_CONTIGUITY_FREE] = "free",
        [AMBIT_CONTIGUITY_PREFERRED] = "preferred",
        [AMBIT_CONTIGUITY_REQUIRED] = "required",
    };
    AMBIT_REQUIRE((size_t)wanted < sizeof names / sizeof names[0]);
    return names[wanted];
}

ambit_status ambit_contiguity_create(int32_t territories, struct ambit_contiguity_figures **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_contiguity_figures *figures = NULL;
    const size_t count = (size_t)territories;
    AMBIT_TRY(ambit_alloc(&figures, 1, sizeof *figures));
    figures->territory_count = territories;
    AMBIT_TRY(ambit_alloc(&figures->islands, count, sizeof *figures->islands));
    AMBIT_TRY(ambit_alloc(&figures->pieces, count, sizeof *figures->pieces));
    AMBIT_TRY(ambit_alloc(&figures->apart, count, sizeof *figures->apart));
    AMBIT_TRY(ambit_alloc(&figures->apart_sample, count, sizeof *figures->apart_sample));
    *out = figures;
    figures = NULL;
done:
    ambit_contiguity_destroy(&figures);
    return status;
}

void ambit_contiguity_destroy(struct ambit_contiguity_figures **figures)
{
    if (*figures != NULL) {
        ambit_free(&(*figures)->islands);
        ambit_free(&(*figures)->pieces);
        ambit_free(&(*figures)->apart);
        ambit_free(&(*figures)->apart_sample);
    }
    ambit_free(figures);
}
