/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scenario that differs little from the base has nearly its prices, which the dual ascent then
 * finds in a few steps. Prices of a band that the base has had to open begin at nothing, since the
 * scenario looks for its own limit. Where accounts have come or gone their territory today
 * stands for the plan, which only says how large things are: it is drawn anew from the prices.
 */
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/farm_state.h"

#include <math.h>
#include <string.h>

/* The base's territory of that name, or −1; both are in order of names. */
static int32_t find_territory(const struct ambit_result *base, const char *name)
{
    int32_t low = 0, high = base->territory_count;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        const int order = strcmp(base->territories[middle].name, name);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

static bool tries_luck(const struct ambit_farm *farm, const struct ambit_job *job)
{
    return job->options.seed != farm->base.seed;
}

bool ambit_farm_is_near(const struct ambit_farm *farm, const struct ambit_job *job)
{
    /* A replicate of another seed is to show what the seed does: nothing of the base goes in. */
    if (tries_luck(farm, job)) return false;
    if (job->accounts.together_width > 0) return false; /* prices are those of whole groups */
    for (int32_t j = 0; j < job->territories.count; j++) {
        const struct ambit_territory *const t = &job->territories.item[j];
        if (t->centre_kind != AMBIT_CENTRE_HOME && find_territory(&farm->base, t->name) < 0)
            return false; /* a free centre must have a place to begin at */
    }
    return true;
}

static bool has_changes(const struct ambit_scenario *s)
{
    for (int c = 0; c < s->changes.count; c++)
        if (s->changes.change[c].kind == AMBIT_CHANGE_ADD_ACCOUNTS ||
            s->changes.change[c].kind == AMBIT_CHANGE_REMOVE_ACCOUNTS)
            return true;
    return false;
}

static int32_t nearest(const struct ambit_job *job, int32_t i)
{
    const double place[3] = {job->accounts.x[i], job->accounts.y[i], job->accounts.z[i]};
    double least = INFINITY;
    int32_t best = 0;
    for (int32_t j = 0; j < job->territories.count; j++) {
        const double chord2 = ambit_chord2(place, job->territories.item[j].position);
        if (chord2 >= least) continue;
        least = chord2;
        best = j;
    }
    return best;
}

/* Centres first: accounts without another hint go to the nearest. */
static void take_centres(const struct ambit_farm *farm, struct ambit_job *job)
{
    for (int32_t j = 0; j < job->territories.count; j++) {
        struct ambit_territory *const t = &job->territories.item[j];
        if (t->centre_kind == AMBIT_CENTRE_HOME) continue;
        const struct ambit_result_territory *const from =
            &farm->base.territories[find_territory(&farm->base, t->name)];
        t->centre_lat = from->centre_lat;
        t->centre_lon = from->centre_lon;
        t->centre_account = -1;
        ambit_unit_from_degrees(t->centre_lat, t->centre_lon, t->position);
    }
}

static ambit_status take_plan(const struct ambit_farm *farm, struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const base = &farm->base;
    const bool same = base->account_count == job->accounts.total && !has_changes(&job->scenario) &&
                      !has_changes(&farm->nation.reader);
    int32_t *map = NULL; /* the job's territory of each of the base's, or −1 */
    AMBIT_TRY(ambit_alloc(&job->label, (size_t)job->accounts.count, sizeof *job->label));
    AMBIT_TRY(ambit_alloc(&map, (size_t)base->territory_count, sizeof *map));
    for (int32_t j = 0; j < base->territory_count; j++)
        map[j] = ambit_territories_find(&job->territories, base->territories[j].name);
#pragma omp parallel for schedule(static)
    for (int32_t i = 0; i < job->accounts.count; i++) {
        int32_t to = same ? map[base->territory[job->accounts.first + i]] : -1;
        if (to < 0) to = job->accounts.previous[i];
        job->label[i] = to >= 0 ? to : nearest(job, i);
    }
done:
    ambit_free(&map);
    return status;
}

/* The base's band of the same measures, or NULL. */
static const struct ambit_result_band *find_band(const struct ambit_result *base,
                                                 const struct ambit_scenario *s,
                                                 const struct ambit_band *band)
{
    for (int b = 0; b < base->band_count; b++) {
        const struct ambit_result_band *const one = &base->band[b];
        const bool share = band->share_of >= 0;
        if (share == (one->share_of >= 0) &&
            strcmp(base->measure[one->measure].name, s->measure[band->measure].name) == 0 &&
            (!share ||
             strcmp(base->measure[one->share_of].name, s->measure[band->share_of].name) == 0))
            return one;
    }
    return NULL;
}

/* True where the base has met every band that the job may open, as it was asked. */
static bool keeps_limits(const struct ambit_farm *farm, const struct ambit_job *job)
{
    for (int b = 0; b < job->scenario.band_count; b++) {
        const struct ambit_band *const band = &job->scenario.band[b];
        const struct ambit_result_band *const from = find_band(&farm->base, &job->scenario, band);
        if (band->relax && (from == NULL || from->relaxed)) return false;
    }
    return true;
}

static ambit_status take_prices(const struct ambit_farm *farm, struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const int rules = job->problem.rule_count;
    const size_t cells = (size_t)job->territories.count * (size_t)rules;
    AMBIT_TRY(ambit_alloc(&job->price_lower, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&job->price_upper, cells, sizeof(double)));
    for (int r = 0; r < rules; r++) {
        const struct ambit_rule *const rule = &job->problem.rule[r];
        const struct ambit_band *const band = &job->scenario.band[rule->band];
        const struct ambit_result_band *const from = find_band(&farm->base, &job->scenario, band);
        for (int32_t j = 0; j < job->territories.count && from != NULL; j++) {
            if (band->relax && job->start != AMBIT_START_AS_NEAR) continue;
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            const int32_t was = find_territory(&farm->base, job->territories.item[j].name);
            if (was < 0) continue;
            if (rule->uses_lower) job->price_lower[at] = fmax(from->price_lower[was], 0.0);
            if (rule->uses_upper) job->price_upper[at] = fmax(from->price_upper[was], 0.0);
        }
    }
done:
    return status;
}

ambit_status ambit_farm_start(const struct ambit_farm *farm, struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    take_centres(farm, job);
    job->start = keeps_limits(farm, job) ? AMBIT_START_AS_NEAR : AMBIT_START_NEAR;
    AMBIT_TRY_TOGETHER(job->comm, take_plan(farm, job));
    AMBIT_TRY_TOGETHER(job->comm, take_prices(farm, job));
done:
    return status;
}

/* ---- the base, to all ranks of a group ---- */

static ambit_status make_room(const int64_t head[4], struct ambit_result *base)
{
    ambit_status status = AMBIT_OK;
    base->account_count = head[0];
    base->territory_count = (int32_t)head[1];
    base->band_count = (int32_t)head[2];
    base->seed = (uint64_t)head[3];
    const size_t territories = (size_t)head[1];
    AMBIT_TRY(ambit_alloc(&base->territory, (size_t)head[0], sizeof *base->territory));
    AMBIT_TRY(ambit_alloc(&base->territories, territories, sizeof *base->territories));
    for (int b = 0; b < base->band_count; b++) {
        AMBIT_TRY(ambit_alloc(&base->band[b].price_lower, territories, sizeof(double)));
        AMBIT_TRY(ambit_alloc(&base->band[b].price_upper, territories, sizeof(double)));
    }
done:
    return status;
}

ambit_status ambit_farm_share_base(struct ambit_farm *farm)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const group = farm->group;
    struct ambit_result *const base = &farm->base;
    const bool first = ambit_comm_rank(group) == 0;
    int64_t head[4] = {base->account_count, base->territory_count, base->band_count,
                       (int64_t)base->seed};
    if (ambit_comm_size(group) == 1) return AMBIT_OK;
    ambit_comm_broadcast(group, head, sizeof head, 0);
    AMBIT_TRY_TOGETHER(group, first ? AMBIT_OK : make_room(head, base));
    const int64_t bytes = head[1] * (int64_t)sizeof(double);
    ambit_comm_broadcast(group, base->territory, head[0] * (int64_t)sizeof(int32_t), 0);
    ambit_comm_broadcast(group, base->territories, head[1] * (int64_t)sizeof *base->territories, 0);
    for (int b = 0; b < base->band_count; b++) {
        int32_t word[3] = {base->band[b].measure, base->band[b].share_of, base->band[b].relaxed};
        ambit_comm_broadcast(group, word, sizeof word, 0);
        base->band[b].measure = word[0];
        base->band[b].share_of = word[1];
        base->band[b].relaxed = word[2] != 0;
        ambit_comm_broadcast(group, base->band[b].price_lower, bytes, 0);
        ambit_comm_broadcast(group, base->band[b].price_upper, bytes, 0);
    }
    for (int m = 0; m < AMBIT_MEASURE_MAX; m++)
        ambit_comm_broadcast(group, base->measure[m].name, sizeof base->measure[m].name, 0);
done:
    return status;
}
