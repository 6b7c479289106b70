/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/diagnosis.h"
#include "engine/base/memory.h"

const char *ambit_remedy_name(int remedy)
{
    static const char *const names[AMBIT_REMEDY_COUNT] = {"alone", "together", "kept", "local"};
    return remedy >= 0 && remedy < AMBIT_REMEDY_COUNT ? names[remedy] : NULL;
}

const char *ambit_relaxed_name(int what)
{
    static const char *const names[AMBIT_RELAXED_COUNT] = {
        "band",    "budget", "locked",    "fixed",    "needs",     "forbidden",
        "allowed", "reach",  "protected", "together", "separation"};
    return what >= 0 && what < AMBIT_RELAXED_COUNT ? names[what] : NULL;
}

const char *ambit_side_name(int side)
{
    if (side == 0) return "both";
    return side < 0 ? "lower" : "upper";
}

void ambit_diagnosis_destroy(struct ambit_diagnosis **diagnosis)
{
    if (*diagnosis == NULL) return;
    ambit_free(&(*diagnosis)->opening);
    ambit_free(diagnosis);
}
