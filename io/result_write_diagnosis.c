/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What would do where bands are broken, one opening a row. Like rounds, a record of the run: it is
 * not read back.
 */
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "io/result_parts.h"

#include <stdio.h>
#include <string.h>

#define SCALE "/diagnosis/opening"

enum { WIDTH = 2 * AMBIT_NAME_MAX, REMEDY = 0, BAND, TERRITORY, SIDE, TEXTS };

static const char *text_of(const struct ambit_result *r, const struct ambit_opening *o, int column)
{
    switch (column) {
    case REMEDY:
        return ambit_remedy_name(o->remedy);
    case BAND:
        return r->band[o->band].label;
    case TERRITORY:
        return o->territory >= 0 ? r->territories[o->territory].name : "";
    default:
        return ambit_side_name(o->side);
    }
}

ambit_status ambit_result_put_diagnosis(struct ambit_h5 *h5, const struct ambit_result *result)
{
    static const char *const paths[TEXTS] = {"/diagnosis/remedy", "/diagnosis/band",
                                             "/diagnosis/territory", "/diagnosis/side"};
    static const char *const long_names[TEXTS] = {
        "alone: one row is enough; together, local: all such rows are", "band that opens",
        "territory whose limit opens; empty: every one", "limit that opens"};
    ambit_status status = AMBIT_OK;
    const struct ambit_diagnosis *const d = result->diagnosis;
    char *texts = NULL;
    double *by = NULL;
    if (d == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&texts, (size_t)d->count, WIDTH));
    AMBIT_TRY(ambit_alloc(&by, (size_t)d->count, sizeof *by));
    AMBIT_TRY(ambit_h5_put_group(h5, "/diagnosis"));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/diagnosis", "territories", AMBIT_H5_I32, 0, 0,
                                     &d->territory_count));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, "/diagnosis", "cells", AMBIT_H5_I32, 0, 0, &d->cell_count));
    AMBIT_TRY(ambit_h5_put_scale(h5, SCALE, d->count, "index of the opening"));
    for (int c = 0; c < TEXTS; c++) {
        if (d->count > 0) memset(texts, 0, (size_t)d->count * WIDTH);
        for (int32_t n = 0; n < d->count; n++)
            (void)snprintf(texts + (size_t)n * WIDTH, WIDTH, "%s",
                           text_of(result, &d->opening[n], c));
        AMBIT_TRY(ambit_h5_put_column(h5, paths[c],
                                      &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                                .width = WIDTH,
                                                                .count = d->count,
                                                                .data = texts,
                                                                .long_name = long_names[c],
                                                                .scale = SCALE}));
    }
    for (int32_t n = 0; n < d->count; n++)
        by[n] = d->opening[n].by;
    AMBIT_TRY(ambit_h5_put_column(
        h5, "/diagnosis/by",
        &(struct ambit_h5_column){.kind = AMBIT_H5_F64,
                                  .count = d->count,
                                  .data = by,
                                  .units = "1",
                                  .long_name = "opening: part of the target, part of the measure "
                                               "of a share, or units of the band",
                                  .scale = SCALE}));
done:
    ambit_free(&texts);
    ambit_free(&by);
    return status;
}
