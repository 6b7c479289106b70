/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The diagnosis of a stored plan anew, against what the file says: what was foreseen, the linear
 * model, and what the plan says of contiguity and separation. Cost: that of the diagnosis itself.
 * Weakness: two things are the search's, and the file's word is taken where the rest agrees: what
 * the plan before its pieces were joined was like, and what a plan within the bands drew on a
 * budget.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "engine/run/diagnose.h"
#include "engine/run/unite.h"
#include "engine/run/verify_one.h"
#include "io/result_hdf5.h"

#include <math.h>

/* What a plan within the bands drew, as far as the file's remedies say so. Rank 0 has the file. */
static void take_enough(struct ambit_comm *comm, const struct ambit_result *stored,
                        struct ambit_result *found)
{
    const struct ambit_diagnosis *const d = stored->diagnosis;
    for (int32_t c = 0; c < found->budget_cell_count; c++) {
        int64_t enough = 0;
        for (int32_t n = 0; d != NULL && n < d->count; n++) {
            const struct ambit_opening *const o = &d->opening[n];
            if (o->what != AMBIT_RELAXED_BUDGET || o->budget_cell != c || !isfinite(o->limit))
                continue;
            const int64_t limit = (int64_t)llround(fmin(o->limit, 1e12) * 1e6);
            if (limit > enough) enough = limit;
        }
        ambit_comm_max_i64(comm, &enough, 1);
        found->budget_cell[c].enough = enough;
    }
}

static bool has_opening(const struct ambit_diagnosis *d, enum ambit_remedy remedy,
                        enum ambit_relaxed what)
{
    for (int32_t n = 0; d != NULL && n < d->count; n++)
        if (d->opening[n].remedy == remedy && d->opening[n].what == what) return true;
    return false;
}

/* What the search alone knew of the plan before its pieces were joined. Rank 0. */
static ambit_status take_joined(const struct ambit_job *job, const struct ambit_result *stored,
                                struct ambit_result *found)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_diagnosis *const d = stored->diagnosis;
    const bool required = job->scenario.contiguity.wanted == AMBIT_CONTIGUITY_REQUIRED;
    bool joined = false;
    for (int32_t n = 0; required && d != NULL && n < d->finding_count; n++) {
        const struct ambit_finding *const f = &d->finding[n];
        if (f->reason != AMBIT_REASON_JOINED || f->has != ambit_from_micro(found->travel)) continue;
        AMBIT_TRY(ambit_diagnosis_find(&found->diagnosis, f));
        joined = true;
    }
    for (int32_t n = 0; joined && n < d->count && ambit_result_breaks_bands(found); n++) {
        const struct ambit_opening *const o = &d->opening[n];
        if (o->what == AMBIT_RELAXED_CONTIGUITY &&
            !has_opening(found->diagnosis, o->remedy, AMBIT_RELAXED_CONTIGUITY))
            AMBIT_TRY(ambit_diagnosis_open(&found->diagnosis, o));
    }
    if (found->diagnosis != NULL) ambit_diagnosis_sort(found->diagnosis);
done:
    return status;
}

ambit_status ambit_verify_diagnosis(struct ambit_job *job, const int32_t *label,
                                    const struct ambit_result *stored, struct ambit_result *found,
                                    ambit_verify_differ *differ, void *self)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job units = {0}, *search = job;
    const bool first = ambit_comm_rank(job->comm) == 0;
    int64_t models = first && stored->effort > 0; /* not where the plan is but a seed's */
    ambit_comm_max_i64(job->comm, &models, 1);
    if (found->feasible) return AMBIT_OK;
    if (job->nightly == NULL) AMBIT_TRY(ambit_job_foresee(job));
    if (models != 0 && ambit_job_has_groups(job)) {
        AMBIT_TRY(ambit_job_unite(job, &units));
        search = &units;
    }
    take_enough(job->comm, stored, found);
    if (models != 0) AMBIT_TRY(ambit_job_diagnose(search, label, found));
    AMBIT_TRY(ambit_job_diagnose_rules(job, label, NULL, found));
    if (first) status = take_joined(job, stored, found);
    if (status == AMBIT_OK && first)
        status = ambit_result_compare_diagnosis(stored, found, differ, self);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
done:
    ambit_units_clear(&units);
    return status;
}
