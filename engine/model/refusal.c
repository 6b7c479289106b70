/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/refusal.h"
#include "engine/base/memory.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 8 }; /* that words name of a set */

ambit_status ambit_refusal_find(struct ambit_refusal **refusal, const struct ambit_finding *finding)
{
    ambit_status status = AMBIT_OK;
    if (*refusal == NULL) AMBIT_TRY(ambit_alloc(refusal, 1, sizeof **refusal));
    struct ambit_refusal *const r = *refusal;
    AMBIT_TRY(ambit_resize(&r->finding, (size_t)r->finding_count + 1, sizeof *r->finding));
    r->finding[r->finding_count++] = *finding;
done:
    return status;
}

ambit_status ambit_refusal_add(struct ambit_refusal *refusal, int32_t set,
                               const struct ambit_refusal_remedy *remedy)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(
        ambit_resize(&refusal->remedy, (size_t)refusal->remedy_count + 1, sizeof *refusal->remedy));
    struct ambit_refusal_remedy *const to = &refusal->remedy[refusal->remedy_count++];
    *to = *remedy;
    to->finding = refusal->finding_count - 1;
    to->set = set;
done:
    return status;
}

void ambit_refusal_words(const struct ambit_refusal *refusal, int32_t finding, size_t room,
                         char *out)
{
    int32_t set = -1, steps = 0, more = 0;
    size_t used = 0;
    out[0] = '\0';
    for (int32_t n = 0; refusal != NULL && n < refusal->remedy_count; n++) {
        const struct ambit_refusal_remedy *const step = &refusal->remedy[n];
        const bool is_last = n + 1 == refusal->remedy_count || step[1].finding != step->finding ||
                             step[1].set != step->set;
        char line[AMBIT_REMEDY_TEXT + 48] = "", rest[32] = "";
        if (step->finding != finding) continue;
        const bool begins = step->set != set;
        if (begins) steps = more = 0;
        set = step->set;
        if (steps++ >= STEPS_MAX) {
            more++;
            if (!is_last) continue;
            (void)snprintf(rest, sizeof rest, "%d more", (int)more);
        }
        const char *const before = used == 0 ? "" : begins ? "; or" : " and";
        const int wrote =
            snprintf(line, sizeof line, "%s\n    %s", before, rest[0] != '\0' ? rest : step->text);
        if (wrote < 0 || (size_t)wrote >= room - used) return;
        memcpy(out + used, line, (size_t)wrote + 1);
        used += (size_t)wrote;
    }
}

void ambit_refusal_destroy(struct ambit_refusal **refusal)
{
    if (*refusal == NULL) return;
    ambit_free(&(*refusal)->finding);
    ambit_free(&(*refusal)->remedy);
    ambit_free(refusal);
}
