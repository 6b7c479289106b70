/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The draft: prices for the centres of the seed, every account to its least reduced cost, free
 * centres to where their accounts want them, again until the centres rest, and a few at a time to
 * where they do more good. On large nations all of this is done with runs of accounts (coarsen.h).
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/budget_prices.h"
#include "engine/run/checkpoint.h"
#include "engine/run/coarsen.h"
#include "engine/run/job.h"
#include "engine/run/pricing.h"
#include "engine/run/relocate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CENTRE_STEPS = 6,
    CENTRE_STEPS_AGAIN = 2,
    OPENINGS = 2,
    LEVELS = 2,
    RELOCATIONS = 6,
    QUIET_RELOCATIONS = 2
};
#define FIRST_SOFTNESS 0.2
#define NEARER_SOFTNESS 0.04
#define KEPT                                                                                       \
    1e-2 /* imbalance, parts of a mean load, that leaves limits alone that were met near by        \
          */
#define RELOCATION_WORTHWHILE 2e-4 /* of the bound, for a round that moves centres */

/* How large nations are seen, from far off and from nearer by. */
static const int64_t runs_a_territory[LEVELS] = {20, 64};

/* Steps of centres to where their accounts want them; a checkpoint after each where it `keeps`. */
static ambit_status move_centres(struct ambit_job *job, struct ambit_pricing *pricing, int steps,
                                 struct ambit_place *place, bool keeps)
{
    ambit_status status = AMBIT_OK;
    if (place->stage != AMBIT_STAGE_CENTRES) {
        place->stage = AMBIT_STAGE_CENTRES;
        place->step = 0;
        place->moved = job->accounts.total;
    }
    while (place->step < steps && place->moved * 1000 > job->accounts.total) {
        if (ambit_job_out_of_time(job)) break;
        AMBIT_TRY(ambit_job_centre_apart(job, job->label));
        AMBIT_TRY(ambit_pricing_plan(job, pricing, "centres", AMBIT_AGAIN_SOFTNESS,
                                     AMBIT_FIRST_GUARD, &place->imbalance, &place->moved));
        place->step++;
        if (keeps) AMBIT_TRY(ambit_keeper_round(job, place, pricing, NULL));
    }
done:
    return status;
}

/* The centres and the plan from before they were moved. */
struct standing {
    struct ambit_territory *territory; /* owned */
    int32_t *label;                    /* owned */
};

static ambit_status open_standing(const struct ambit_job *job, struct standing *standing)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&standing->territory, (size_t)job->territories.count,
                          sizeof *standing->territory));
    AMBIT_TRY(ambit_alloc(&standing->label, (size_t)job->accounts.count, sizeof *standing->label));
done:
    return status;
}

static void keep_standing(const struct ambit_job *job, struct standing *standing)
{
    const size_t territories = (size_t)job->territories.count,
                 accounts = (size_t)job->accounts.count;
    memcpy(standing->territory, job->territories.item, territories * sizeof *standing->territory);
    if (accounts > 0) memcpy(standing->label, job->label, accounts * sizeof *standing->label);
}

static void restore_standing(const struct standing *standing, struct ambit_job *job)
{
    const size_t territories = (size_t)job->territories.count,
                 accounts = (size_t)job->accounts.count;
    memcpy(job->territories.item, standing->territory, territories * sizeof *standing->territory);
    if (accounts > 0) memcpy(job->label, standing->label, accounts * sizeof *standing->label);
}

/* Centres that are best for their accounts may still be in the wrong places together: moves a few
 * at a time, and keeps what lowers the bound, which is what centres are worth. */
static ambit_status relocate_centres(struct ambit_job *job, struct ambit_pricing *pricing,
                                     struct ambit_place *place)
{
    ambit_status status = AMBIT_OK;
    struct standing standing = {0};
    const int64_t rounds = job->options.effort < RELOCATIONS ? job->options.effort : RELOCATIONS;
    int64_t next = 0, moved = 0;
    char detail[64];
    AMBIT_TRY_TOGETHER(job->comm, open_standing(job, &standing));
    if (place->stage != AMBIT_STAGE_RELOCATE) {
        place->stage = AMBIT_STAGE_RELOCATE;
        place->step = place->quiet = 0;
        AMBIT_TRY(ambit_pricing_bound(job, pricing, &place->bound));
    }
    while (place->step < rounds && place->quiet < QUIET_RELOCATIONS) {
        int32_t relocated = 0;
        if (ambit_job_out_of_time(job)) break;
        keep_standing(job, &standing);
        AMBIT_TRY(ambit_relocate_round(job, pricing, place->step++, &relocated));
        if (relocated == 0) {
            place->quiet++;
            continue;
        }
        AMBIT_TRY(ambit_pricing_plan(job, pricing, "relocate", AMBIT_AGAIN_SOFTNESS,
                                     AMBIT_FIRST_GUARD, &place->imbalance, &moved));
        AMBIT_TRY(ambit_job_centre_apart(job, job->label));
        AMBIT_TRY(ambit_pricing_bound(job, pricing, &next));
        const double saved = (double)(place->bound - next) / fmax((double)place->bound, 1.0);
        (void)snprintf(detail, sizeof detail, "centres=%d saved_percent=%.2f", (int)relocated,
                       100.0 * saved);
        ambit_log_progress("relocate", place->step, rounds, detail);
        place->quiet = saved > RELOCATION_WORTHWHILE ? 0 : place->quiet + 1;
        if (saved > 0.0)
            place->bound = next;
        else
            restore_standing(&standing, job);
        AMBIT_TRY(ambit_keeper_round(job, place, pricing, NULL));
    }
    AMBIT_TRY(ambit_pricing_plan(job, pricing, "centres", AMBIT_AGAIN_SOFTNESS, AMBIT_FIRST_GUARD,
                                 &place->imbalance, &moved));
done:
    ambit_free(&standing.territory);
    ambit_free(&standing.label);
    return status;
}

/* Prices and a plan for the centres as they are, or those of the checkpoint. */
static ambit_status begin(struct ambit_job *job, struct ambit_place *place, double softness,
                          struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    int64_t moved = 0;
    if (place->resumed) return ambit_keeper_restore(job, place, pricing, NULL);
    AMBIT_TRY(ambit_pricing_create(job, pricing));
    if (place->before == 0 && job->start < AMBIT_START_AS_NEAR) ambit_pricing_lift(job);
    AMBIT_TRY(ambit_pricing_plan(job, pricing, "prices", softness, AMBIT_FIRST_GUARD,
                                 &place->imbalance, &moved));
    AMBIT_TRY(ambit_budget_prices_seek(job, pricing,
                                       place->before == 0 ? AMBIT_BUDGET_FAR : AMBIT_BUDGET_NEAR,
                                       &place->imbalance));
done:
    return status;
}

/* Limits that were lifted come down as far as they can, and centres answer. */
static ambit_status open_limits(struct ambit_job *job, struct ambit_pricing *pricing,
                                double imbalance)
{
    ambit_status status = AMBIT_OK;
    const bool free_centres = ambit_job_has_free_centre(job);
    bool may_relax = false, tighter = true;
    int64_t moved = 0;
    for (int b = 0; b < job->scenario.band_count; b++)
        may_relax |= job->scenario.band[b].relax;
    if (!may_relax) return AMBIT_OK;
    AMBIT_TRY(ambit_pricing_open(job, pricing, imbalance));
    for (int round = 0; round < OPENINGS && tighter; round++) {
        AMBIT_TRY(ambit_pricing_plan(job, pricing, "prices", AMBIT_AGAIN_SOFTNESS,
                                     AMBIT_FIRST_GUARD, &imbalance, &moved));
        if (!free_centres) break;
        struct ambit_place aside = {.imbalance = imbalance}; /* nothing is kept before it is done */
        AMBIT_TRY(move_centres(job, pricing, CENTRE_STEPS_AGAIN, &aside, false));
        AMBIT_TRY(ambit_pricing_tighten(job, pricing, &tighter));
    }
    ambit_pricing_give_room(job);
    AMBIT_TRY(ambit_pricing_plan(job, pricing, "prices", AMBIT_AGAIN_SOFTNESS, AMBIT_FIRST_GUARD,
                                 &imbalance, &moved));
done:
    return status;
}

static ambit_status draft_from_seed(struct ambit_job *job, struct ambit_place *place)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pricing pricing = {0};
    if (!place->resumed) AMBIT_TRY(ambit_job_seed(job));
    ambit_log_progress("prices", 0, 0, "");
    AMBIT_TRY(begin(job, place, FIRST_SOFTNESS, &pricing));
    if (ambit_job_has_free_centre(job)) {
        if (place->stage != AMBIT_STAGE_RELOCATE)
            AMBIT_TRY(move_centres(job, &pricing, CENTRE_STEPS, place, true));
        AMBIT_TRY(relocate_centres(job, &pricing, place));
    }
    AMBIT_TRY(open_limits(job, &pricing, place->imbalance));
    AMBIT_TRY(ambit_budget_prices_seek(job, &pricing, AMBIT_BUDGET_NEAR, &place->imbalance));
    AMBIT_TRY(ambit_pricing_keep(job, &pricing));
done:
    ambit_pricing_clear(&pricing);
    return status;
}

/* From a plan that is near the one sought, whose prices and centres the job has. Limits that were
 * met near by are tried as they are asked, before they are looked for. */
static ambit_status draft_from_plan(struct ambit_job *job, struct ambit_place *place)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pricing pricing = {0};
    int64_t moved = 0;
    AMBIT_TRY(begin(job, place, AMBIT_AGAIN_SOFTNESS, &pricing));
    if (ambit_job_has_free_centre(job))
        AMBIT_TRY(move_centres(job, &pricing, CENTRE_STEPS_AGAIN, place, false));
    const bool tried = job->start == AMBIT_START_AS_NEAR;
    const bool kept = job->start == AMBIT_START_SETTLED || (tried && place->imbalance < KEPT);
    if (tried && !kept) {
        ambit_pricing_lift(job);
        AMBIT_TRY(ambit_pricing_plan(job, &pricing, "prices", AMBIT_AGAIN_SOFTNESS,
                                     AMBIT_FIRST_GUARD, &place->imbalance, &moved));
    }
    if (!kept) AMBIT_TRY(open_limits(job, &pricing, place->imbalance));
    AMBIT_TRY(ambit_pricing_keep(job, &pricing));
done:
    ambit_pricing_clear(&pricing);
    return status;
}

/* The same prices and centres, with accounts seen from nearer by. */
static ambit_status redraft(struct ambit_job *job, struct ambit_place *place)
{
    ambit_status status = AMBIT_OK;
    struct ambit_pricing pricing = {0};
    AMBIT_TRY(begin(job, place, NEARER_SOFTNESS, &pricing));
    if (ambit_job_has_free_centre(job))
        AMBIT_TRY(move_centres(job, &pricing, CENTRE_STEPS_AGAIN, place, true));
    AMBIT_TRY(ambit_pricing_keep(job, &pricing));
done:
    ambit_pricing_clear(&pricing);
    return status;
}

int64_t ambit_job_slice_align(int64_t accounts, int32_t territories)
{
    return ambit_coarse_block(accounts, territories, runs_a_territory[0]);
}

/* One level of the draft, with accounts in blocks of `block`. */
static ambit_status draft_level(struct ambit_job *job, int64_t block, struct ambit_job *coarse)
{
    ambit_status status = AMBIT_OK;
    struct ambit_place *const place = &job->place;
    struct ambit_job *const nation = block > 1 ? coarse : job;
    if (block > 1) AMBIT_TRY(ambit_job_coarsen(job, block, coarse));
    AMBIT_TRY(place->before != 0               ? redraft(nation, place)
              : job->start != AMBIT_START_COLD ? draft_from_plan(nation, place)
                                               : draft_from_seed(nation, place));
    if (block > 1) ambit_job_take_coarse(job, coarse);
    place->stage = AMBIT_STAGE_LEVELS;
    place->before = block;
done:
    return status;
}

ambit_status ambit_job_draft(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job coarse = {0};
    struct ambit_place *const place = &job->place;
    if (place->resumed && place->stage == AMBIT_STAGE_LEVELS)
        AMBIT_TRY(ambit_keeper_restore(job, place, NULL, NULL));
    if (job->start != AMBIT_START_COLD && place->level == 0) place->level = LEVELS - 1;
    while (place->level < LEVELS && place->before != 1) {
        const int64_t block = ambit_coarse_block(job->accounts.total, job->territories.count,
                                                 runs_a_territory[place->level]);
        const bool new = block != place->before && (block > 1 || place->before == 0);
        if (new) AMBIT_TRY(draft_level(job, block, &coarse));
        place->level++;
        if (new) AMBIT_TRY(ambit_keeper_round(job, place, NULL, NULL));
    }
done:
    ambit_coarse_clear(&coarse);
    return status;
}
