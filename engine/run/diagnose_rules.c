/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contiguity and separation in a diagnosis. The linear model knows neither, but the plan that was
 * found answers for itself: with its pieces let be, or its centres as near as they are, it breaks
 * these two no more. So what they would have to give is read off the plan, and joins every set of
 * relaxations that mends the bands; a band or rule that was enough alone is so no more. Where
 * joining pieces broke the bands, the plan before that is the proof that contiguity alone is
 * enough.
 *
 * Cost: a judgement of the plan before, where pieces were joined. Weakness: what this plan's pieces
 * and centres need is not the least that some other plan would.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/contiguity.h"
#include "engine/model/diagnosis.h"
#include "engine/run/diagnose.h"
#include "engine/run/join_pieces.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool ambit_result_breaks_bands(const struct ambit_result *result)
{
    for (int b = 0; b < result->band_count; b++) {
        if (result->band[b].broken_count > 0) return true;
    }
    return false;
}

/* Territory t has to be in fewer pieces. Rank 0, where there are figures. */
static bool is_in_pieces(const struct ambit_job *job, const struct ambit_result *result, int32_t t)
{
    const struct ambit_contiguity_figures *const f = result->contiguity;
    return f != NULL && f->wanted == AMBIT_CONTIGUITY_REQUIRED && f->pieces[t] > f->islands[t] &&
           ambit_is_asked(&job->problem, t);
}

/* Accounts outside the largest pieces of those. Rank 0. */
static int64_t count_apart(const struct ambit_job *job, const struct ambit_result *result)
{
    int64_t apart = 0;
    for (int32_t t = 0; t < job->territories.count; t++)
        if (is_in_pieces(job, result, t)) apart += result->contiguity->apart[t];
    return apart;
}

/* Whether it breaks anything that is neither a band, nor contiguity or separation. */
static bool breaks_others(const struct ambit_result *result)
{
    bool any = (result->rules != NULL && result->rules->broken_count > 0) ||
               result->held_moved_count > 0 || result->together.split_count > 0;
    for (int b = 0; b < result->budget_count; b++)
        any |= result->budget[b].over_count > 0;
    return any;
}

/* ---- what is found ---- */

/* The id of an account of the nation, by its place in the canonical order. Collective. */
static void name_account(struct ambit_job *job, int64_t at, char out[AMBIT_NAME_MAX])
{
    const struct ambit_accounts *const a = &job->accounts;
    const bool mine = at >= a->first && at < a->first + a->count;
    int64_t holder = mine ? ambit_comm_rank(job->comm) : INT64_MAX;
    if (mine)
        (void)snprintf(out, AMBIT_NAME_MAX, "%.*s", a->id_width,
                       &a->id[(size_t)(at - a->first) * (size_t)a->id_width]);
    ambit_comm_min_i64(job->comm, &holder, 1);
    if (holder < INT64_MAX) ambit_comm_broadcast(job->comm, out, AMBIT_NAME_MAX, (int)holder);
}

static ambit_status find_pieces(struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const bool keeps = ambit_comm_rank(job->comm) == 0;
    for (int32_t t = 0; t < job->territories.count; t++) {
        struct ambit_finding finding = ambit_finding_of(AMBIT_REASON_IN_PIECES);
        int64_t at =
            keeps && is_in_pieces(job, result, t) ? result->contiguity->apart_sample[t] : -1;
        ambit_comm_max_i64(job->comm, &at, 1); /* rank 0 alone knows */
        if (at < 0) continue;
        name_account(job, at, finding.account);
        if (!keeps || status != AMBIT_OK) continue;
        (void)snprintf(finding.territory, AMBIT_NAME_MAX, "%s", job->territories.item[t].name);
        finding.accounts = result->contiguity->apart[t];
        finding.has = result->contiguity->pieces[t];
        finding.limit = result->contiguity->islands[t];
        status = ambit_diagnosis_find(&result->diagnosis, &finding);
    }
    return AMBIT_AGREE(job->comm, status);
}

static ambit_status find_near(const struct ambit_job *job, struct ambit_result *result)
{
    const struct ambit_result_separation *const s = &result->separation;
    struct ambit_finding finding = ambit_finding_of(AMBIT_REASON_TOO_NEAR);
    (void)snprintf(finding.territory, AMBIT_NAME_MAX, "%s", job->territories.item[s->first].name);
    (void)snprintf(finding.other, AMBIT_NAME_MAX, "%s", job->territories.item[s->second].name);
    finding.accounts = s->broken_count;
    finding.has = s->least_km;
    finding.limit = s->asked_km;
    return ambit_diagnosis_find(&result->diagnosis, &finding);
}

/* ---- what would do ---- */

static struct ambit_opening opening_of(enum ambit_remedy remedy, enum ambit_relaxed what)
{
    return (struct ambit_opening){.remedy = remedy,
                                  .what = what,
                                  .band = -1,
                                  .budget_cell = -1,
                                  .territory = -1,
                                  .was = NAN,
                                  .limit = NAN};
}

/* That `apart` accounts of the nation are let be apart. */
static ambit_status open_contiguity(struct ambit_result *result, enum ambit_remedy remedy,
                                    int64_t apart, int64_t nation)
{
    struct ambit_opening opening = opening_of(remedy, AMBIT_RELAXED_CONTIGUITY);
    opening.accounts = apart;
    opening.of = nation;
    opening.by = (double)apart / (double)nation;
    return ambit_diagnosis_open(&result->diagnosis, &opening);
}

/* That centres may be as near as the plan's are, in steps of 0.1 km. */
static ambit_status open_separation(const struct ambit_job *job, struct ambit_result *result,
                                    enum ambit_remedy remedy)
{
    const struct ambit_result_separation *const s = &result->separation;
    struct ambit_opening opening = opening_of(remedy, AMBIT_RELAXED_SEPARATION);
    for (int32_t j = 0; j < job->territories.count; j++)
        opening.of += job->territories.item[j].centre_kind != AMBIT_CENTRE_HOME;
    opening.was = s->asked_km;
    opening.limit = floor(s->least_km * 10.0) / 10.0;
    opening.by = 1.0 - opening.limit / opening.was;
    (void)snprintf(opening.unit, sizeof opening.unit, "km");
    return ambit_diagnosis_open(&result->diagnosis, &opening);
}

static int32_t count_of(const struct ambit_diagnosis *d, int remedy)
{
    int32_t count = 0;
    for (int32_t n = 0; d != NULL && n < d->count; n++)
        count += (int)d->opening[n].remedy == remedy;
    return count;
}

/* What was enough alone for the bands is not where more is broken. */
static void drop_alone(struct ambit_diagnosis *d)
{
    int32_t kept = 0;
    for (int32_t n = 0; d != NULL && n < d->count; n++)
        if (d->opening[n].remedy != AMBIT_REMEDY_ALONE) d->opening[kept++] = d->opening[n];
    if (d != NULL) d->count = kept;
}

/* Adds the two rules to each set that they are needed in. Rank 0. */
static ambit_status open_rules(const struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const int64_t apart = count_apart(job, result);
    const bool torn = apart > 0, near = result->separation.broken_count > 0;
    const bool bands = ambit_result_breaks_bands(result);
    bool takes[AMBIT_REMEDY_COUNT] = {false};
    if ((!torn && !near) || (!bands && breaks_others(result))) return AMBIT_OK;
    if (bands && (result->diagnosis == NULL || result->diagnosis->cell_count == 0))
        return AMBIT_OK; /* no model was asked about them */
    if (bands) drop_alone(result->diagnosis);
    for (int r = 0; r < AMBIT_REMEDY_COUNT; r++)
        takes[r] = bands && count_of(result->diagnosis, r) > 0;
    takes[AMBIT_REMEDY_ALONE] = !bands && torn != near;
    takes[AMBIT_REMEDY_TOGETHER] = true;
    for (int r = 0; r < AMBIT_REMEDY_COUNT; r++) {
        const enum ambit_remedy remedy = (enum ambit_remedy)r;
        if (takes[r] && torn)
            AMBIT_TRY(open_contiguity(result, remedy, apart, job->accounts.total));
        if (takes[r] && near) AMBIT_TRY(open_separation(job, result, remedy));
    }
done:
    return status;
}

/* ---- pieces that were joined ---- */

/* Accounts whose territory joining has changed. Collective. */
static int64_t count_changed(struct ambit_job *job, const int32_t *a, const int32_t *b)
{
    int64_t changed = 0;
    AMBIT_REQUIRE(job->accounts.count == 0 || (a != NULL && b != NULL));
    for (int32_t i = 0; i < job->accounts.count; i++)
        changed += a[i] != b[i];
    ambit_comm_sum_i64(job->comm, &changed, 1);
    return changed;
}

/* That the plan before is within the bands, and so what alone is enough where this one is not; the
 * smallest set too, where the model found none. Rank 0. */
static ambit_status take_joined(const struct ambit_job *job, const struct ambit_result *without,
                                const struct ambit_finding *finding, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const int64_t apart = count_apart(job, without);
    AMBIT_TRY(ambit_diagnosis_find(&result->diagnosis, finding));
    if (!ambit_result_breaks_bands(result)) goto done; /* this plan will do */
    if (count_of(result->diagnosis, AMBIT_REMEDY_TOGETHER) == 0)
        AMBIT_TRY(open_contiguity(result, AMBIT_REMEDY_TOGETHER, apart, job->accounts.total));
    AMBIT_TRY(open_contiguity(result, AMBIT_REMEDY_ALONE, apart, job->accounts.total));
done:
    return status;
}

/* What contiguity costs, where the plan that was drawn is within all but that. */
static ambit_status find_joined(struct ambit_job *job, const int32_t *label, const int32_t *drawn,
                                struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result without;
    struct ambit_finding finding = ambit_finding_of(AMBIT_REASON_JOINED);
    ambit_result_init(&without);
    AMBIT_TRY(ambit_job_judge(job, drawn, &without));
    AMBIT_TRY(ambit_job_certify(job, label)); /* the certificate is that of the plan again */
    finding.accounts = count_changed(job, label, drawn);
    finding.has = ambit_from_micro(result->travel);
    finding.limit = ambit_from_micro(without.travel);
    const bool is_within = !ambit_result_breaks_bands(&without) && !breaks_others(&without) &&
                           without.separation.broken_count == 0;
    AMBIT_TRY_TOGETHER(job->comm, is_within && ambit_comm_rank(job->comm) == 0
                                      ? take_joined(job, &without, &finding, result)
                                      : AMBIT_OK);
done:
    ambit_result_clear(&without);
    return status;
}

/* ---- the whole ---- */

ambit_status ambit_job_diagnose_rules(struct ambit_job *job, const int32_t *label,
                                      const int32_t *drawn, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const bool keeps = ambit_comm_rank(job->comm) == 0;
    int64_t joins = drawn != NULL; /* a rank without accounts has no plan of its own */
    ambit_comm_max_i64(job->comm, &joins, 1);
    if (result->feasible) return AMBIT_OK;
    for (int32_t n = 0; keeps && job->foreseen != NULL && n < job->foreseen->finding_count; n++)
        if (status == AMBIT_OK)
            status = ambit_diagnosis_find(&result->diagnosis, &job->foreseen->finding[n]);
    if (status == AMBIT_OK && keeps) status = open_rules(job, result);
    if (status == AMBIT_OK && keeps && result->separation.broken_count > 0)
        status = find_near(job, result);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    if (job->scenario.contiguity.wanted == AMBIT_CONTIGUITY_REQUIRED)
        AMBIT_TRY(find_pieces(job, result));
    if (joins != 0) AMBIT_TRY(find_joined(job, label, drawn, result));
    if (result->diagnosis != NULL) ambit_diagnosis_sort(result->diagnosis);
done:
    return status;
}
