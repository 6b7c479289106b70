/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PROJ chooses the transformation. Its network is switched off: grids that one machine fetches and
 * another does not would move accounts by metres and change the plan's bytes. Cost: about a
 * microsecond a place. Weakness: between datums, accuracy is that of the grids installed.
 */
#include "io/projection.h"
#include "engine/base/memory.h"

#include <math.h>
#include <proj.h>
#include <stdio.h>

struct ambit_projection {
    PJ_CONTEXT *context; /* owned */
    PJ *transform;       /* owned */
    char words[256];     /* what PROJ said first */
};

static void keep_words(void *user, int level, const char *words)
{
    struct ambit_projection *const projection = user;
    if (level == PJ_LOG_ERROR && projection->words[0] == '\0')
        (void)snprintf(projection->words, sizeof projection->words, "%s", words);
}

ambit_status ambit_projection_create(const char *crs, struct ambit_projection **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_projection *projection = NULL;
    PJ *raw = NULL;
    *out = NULL;
    AMBIT_TRY(ambit_alloc(&projection, 1, sizeof *projection));
    projection->context = proj_context_create();
    if (projection->context == NULL) {
        status = ambit_fail(AMBIT_ERR_MEMORY, "PROJ: cannot be started: out of memory");
        goto done;
    }
    proj_log_func(projection->context, projection, keep_words);
    (void)proj_context_set_enable_network(projection->context, 0);
    raw = proj_create_crs_to_crs(projection->context, crs, "EPSG:4326", NULL);
    if (raw != NULL) {
        projection->transform = proj_normalize_for_visualization(projection->context, raw);
        (void)proj_destroy(raw);
    }
    if (projection->transform == NULL)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "crs: expected a coordinate reference system that PROJ knows, such as "
                            "EPSG:5070, found '%.200s' (PROJ says: %s)",
                            crs, projection->words[0] != '\0' ? projection->words : "nothing");
done:
    if (status != AMBIT_OK) ambit_projection_destroy(&projection);
    *out = projection;
    return status;
}

void ambit_projection_destroy(struct ambit_projection **projection)
{
    if (*projection == NULL) return;
    (void)proj_destroy((*projection)->transform);
    (void)proj_context_destroy((*projection)->context);
    ambit_free(projection);
}

bool ambit_projection_to_degrees(struct ambit_projection *projection, double x, double y,
                                 double *lat_out, double *lon_out)
{
    /* The time is infinite where none is meant: PROJ's own convention. */
    const PJ_COORD at = proj_trans(projection->transform, PJ_FWD, proj_coord(x, y, 0.0, HUGE_VAL));
    (void)proj_errno_reset(projection->transform);
    *lat_out = at.lp.phi;
    *lon_out = at.lp.lam;
    return isfinite(*lat_out) && isfinite(*lon_out) && fabs(*lat_out) <= 90.0 &&
           fabs(*lon_out) <= 180.0;
}
