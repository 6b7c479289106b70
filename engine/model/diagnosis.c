/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/diagnosis.h"
#include "engine/base/memory.h"

#include <stdbool.h>
#include <stdlib.h>

const char *ambit_remedy_name(int remedy)
{
    static const char *const names[AMBIT_REMEDY_COUNT] = {"alone", "together", "kept", "local"};
    return remedy >= 0 && remedy < AMBIT_REMEDY_COUNT ? names[remedy] : NULL;
}

const char *ambit_relaxed_name(int what)
{
    static const char *const names[AMBIT_RELAXED_COUNT] = {
        "band",    "budget", "locked",    "fixed",    "needs",      "forbidden",
        "allowed", "reach",  "protected", "together", "separation", "contiguity"};
    return what >= 0 && what < AMBIT_RELAXED_COUNT ? names[what] : NULL;
}

const char *ambit_side_name(int side)
{
    if (side == 0) return "both";
    return side < 0 ? "lower" : "upper";
}

static ambit_status make(struct ambit_diagnosis **diagnosis)
{
    return *diagnosis != NULL ? AMBIT_OK : ambit_alloc(diagnosis, 1, sizeof **diagnosis);
}

ambit_status ambit_diagnosis_open(struct ambit_diagnosis **diagnosis,
                                  const struct ambit_opening *opening)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(make(diagnosis));
    struct ambit_diagnosis *const d = *diagnosis;
    AMBIT_TRY(ambit_resize(&d->opening, (size_t)d->count + 1, sizeof *d->opening));
    d->opening[d->count++] = *opening;
done:
    return status;
}

ambit_status ambit_diagnosis_find(struct ambit_diagnosis **diagnosis,
                                  const struct ambit_finding *finding)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(make(diagnosis));
    struct ambit_diagnosis *const d = *diagnosis;
    AMBIT_TRY(ambit_resize(&d->finding, (size_t)d->finding_count + 1, sizeof *d->finding));
    d->finding[d->finding_count++] = *finding;
done:
    return status;
}

static int compare_openings(const void *a, const void *b)
{
    const struct ambit_opening *const x = a, *const y = b;
    const bool x_is_band = x->what == AMBIT_RELAXED_BAND, y_is_band = y->what == AMBIT_RELAXED_BAND;
    if (x->remedy != y->remedy) return x->remedy < y->remedy ? -1 : 1;
    if (x_is_band != y_is_band) return x_is_band ? -1 : 1;
    if (x->by != y->by) return (x->by > y->by) == x_is_band ? -1 : 1;
    if (x->what != y->what) return x->what < y->what ? -1 : 1;
    if (x->band != y->band) return x->band < y->band ? -1 : 1;
    if (x->budget_cell != y->budget_cell) return x->budget_cell < y->budget_cell ? -1 : 1;
    return (x->territory > y->territory) - (x->territory < y->territory);
}

void ambit_diagnosis_sort(struct ambit_diagnosis *d)
{
    if (d->count > 0) qsort(d->opening, (size_t)d->count, sizeof *d->opening, compare_openings);
}

void ambit_diagnosis_destroy(struct ambit_diagnosis **diagnosis)
{
    if (*diagnosis == NULL) return;
    ambit_free(&(*diagnosis)->opening);
    ambit_free(&(*diagnosis)->finding);
    ambit_free(diagnosis);
}
