/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge. It knows the accounts, the centres, the bands and a plan, and recomputes every figure
 * and checks every constraint from them; nothing that optimises calls it, and it uses none of the
 * solvers' sums. `ambit run` asks it before anything is stored, `ambit verify` and `ambit audit`
 * ask the same one. The only part it shares with the search is the definition of travel and of the
 * bound, which takes groups that stay together as units.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "engine/run/judge_disruption.h"
#include "engine/run/judge_rules.h"
#include "engine/run/unite.h"
#include "solvers/bound.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

/* Per territory: accounts, gained, lost, travel, then a load for each measure. */
enum { TALLY_ACCOUNTS, TALLY_GAINED, TALLY_LOST, TALLY_TRAVEL, TALLY_MEASURES };

/* Adds the account to the tally of a thread; false where its label is no territory. */
static bool tally_account(const struct ambit_job *job, const int32_t *label, int32_t i, int width,
                          int64_t *tally)
{
    const struct ambit_accounts *accounts = &job->accounts;
    const int32_t j = label[i], previous = accounts->previous[i];
    if (j < 0 || j >= job->territories.count) return false;
    int64_t *const mine = &tally[(int64_t)j * width];
    const int64_t travel =
        ambit_travel_of(&job->scenario, accounts, i, job->territories.item[j].position);
    mine[TALLY_ACCOUNTS]++;
    mine[TALLY_TRAVEL] += travel;
    if (previous >= 0 && previous != j) {
        mine[TALLY_GAINED]++;
        tally[(int64_t)previous * width + TALLY_LOST]++;
    }
    for (int m = 0; m < job->scenario.measure_count; m++)
        mine[TALLY_MEASURES + m] +=
            ambit_account_measure(accounts, &job->scenario.measure[m], i, travel);
    return true;
}

/* Fills tally, territories × width, over all ranks, and *unplanned_out with accounts whose label is
 * no territory. */
static ambit_status tally_plan(struct ambit_job *job, const int32_t *label, int width,
                               int64_t *tally, int64_t *unplanned_out)
{
    ambit_status status = AMBIT_OK;
    const int64_t length = (int64_t)job->territories.count * width;
    const int threads = omp_get_max_threads();
    int64_t unplanned = 0, *own = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&own, (size_t)length * (size_t)threads, sizeof *own));
#pragma omp parallel num_threads(threads) reduction(+ : unplanned)
    {
        int64_t *const mine = &own[length * omp_get_thread_num()];
#pragma omp for schedule(static)
        for (int32_t i = 0; i < job->accounts.count; i++)
            unplanned += !tally_account(job, label, i, width, mine);
    }
    for (int64_t s = 0; s < length * threads; s++)
        tally[s % length] += own[s];
    ambit_comm_sum_i64(job->comm, tally, length);
    ambit_comm_sum_i64(job->comm, &unplanned, 1);
    *unplanned_out = unplanned;
done:
    ambit_free(&own);
    return status;
}

static void judge_territory(const struct ambit_territory *from, const int64_t *tally,
                            struct ambit_result_territory *to)
{
    *to = (struct ambit_result_territory){
        .centre_kind = from->centre_kind,
        .has_home = from->has_home,
        .home_lat = NAN,
        .home_lon = NAN,
        .account_count = tally[TALLY_ACCOUNTS],
        .gained_count = tally[TALLY_GAINED],
        .lost_count = tally[TALLY_LOST],
        .travel = tally[TALLY_TRAVEL],
    };
    snprintf(to->name, sizeof to->name, "%s", from->name);
    snprintf(to->rep_id, sizeof to->rep_id, "%s", from->rep_id);
    to->centre_lat = from->centre_lat;
    to->centre_lon = from->centre_lon;
    if (from->centre_kind == AMBIT_CENTRE_HOME)
        ambit_degrees_from_unit(from->position, &to->centre_lat, &to->centre_lon);
    if (from->has_home) ambit_degrees_from_unit(from->home, &to->home_lat, &to->home_lon);
}

static ambit_status judge_measures(const struct ambit_job *job, const int64_t *tally, int width,
                                   struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    result->measure_count = job->scenario.measure_count;
    for (int m = 0; m < result->measure_count; m++) {
        struct ambit_result_measure *measure = &result->measure[m];
        const struct ambit_measure *from = &job->scenario.measure[m];
        snprintf(measure->name, sizeof measure->name, "%s", from->name);
        snprintf(measure->unit, sizeof measure->unit, "%s", from->unit);
        AMBIT_TRY(ambit_alloc(&measure->load, (size_t)job->territories.count, sizeof(int64_t)));
        for (int32_t j = 0; j < job->territories.count; j++) {
            measure->load[j] = tally[(int64_t)j * width + TALLY_MEASURES + m];
            measure->total += measure->load[j];
        }
    }
done:
    return status;
}

/* ---- bands ---- */

static double target_of(const struct ambit_job *job, const struct ambit_band *band, double total,
                        double weight_sum, int32_t j)
{
    const struct ambit_territory *const territory = &job->territories.item[j];
    switch (band->target) {
    case AMBIT_TARGET_EQUAL:
        return total / job->territories.count;
    case AMBIT_TARGET_CAPACITY:
    case AMBIT_TARGET_REP:
        return total * ambit_territory_weight(territory, band) / weight_sum;
    case AMBIT_TARGET_REP_AMOUNT:
        return ambit_territory_weight(territory, band);
    case AMBIT_TARGET_GIVEN:
        return band->target_value;
    }
    return NAN;
}

static double limit_value(enum ambit_limit kind, double value, double target, double none)
{
    if (kind == AMBIT_LIMIT_NONE) return none;
    return kind == AMBIT_LIMIT_OF_TARGET ? value * target : value;
}

static ambit_status allocate_band(struct ambit_result_band *band, size_t territories)
{
    ambit_status status = AMBIT_OK;
    double **const array[] = {&band->target, &band->lower,       &band->upper,
                              &band->value,  &band->price_lower, &band->price_upper};
    for (size_t a = 0; a < sizeof array / sizeof array[0]; a++)
        if (*array[a] == NULL) AMBIT_TRY(ambit_alloc(array[a], territories, sizeof(double)));
done:
    return status;
}

/* Widens the band's worst figures by territory j, the first that is asked or a later one. */
static void judge_cell(struct ambit_result_band *band, int32_t j, bool first)
{
    const double value = band->value[j], target = band->target[j];
    const double below = band->lower[j] - value, above = value - band->upper[j];
    const double outside = fmax(fmax(below, above), 0.0);
    const bool lower = ambit_band_has_lower(band), upper = ambit_band_has_upper(band);
    const bool of_target = ambit_band_is_of_target(band);
    if (ambit_band_outside(band, j) != 0) {
        band->broken_count++;
        const double part = of_target && target != 0.0 ? outside / fabs(target) : outside;
        band->open_by = fmax(band->open_by, part);
    }
    const double deviation =
        lower && upper && of_target && target != 0.0 ? fabs(value / target - 1.0) : value;
    const bool low_is_worst = lower && !upper;
    if (first ||
        (low_is_worst ? deviation < band->worst_deviation : deviation > band->worst_deviation))
        band->worst_deviation = deviation;
}

static void name_band(const struct ambit_job *job, const struct ambit_band *from,
                      struct ambit_result_band *band)
{
    const char *measure = job->scenario.measure[from->measure].name;
    if (from->share_of < 0)
        snprintf(band->label, sizeof band->label, "%s", measure);
    else
        snprintf(band->label, sizeof band->label, "%s/%s", measure,
                 job->scenario.measure[from->share_of].name);
}

static void set_prices(const struct ambit_job *job, int b, int32_t j,
                       struct ambit_result_band *band)
{
    const int rules = job->problem.rule_count;
    for (int r = 0; r < rules && job->price_lower != NULL; r++) {
        if (job->problem.rule[r].band != b) continue;
        const size_t at = (size_t)j * (size_t)rules + (size_t)r;
        band->price_lower[j] += job->price_lower[at];
        band->price_upper[j] += job->price_upper[at];
    }
}

/* Whether the scenario leaves territory j as it is. */
static bool is_fixed(const struct ambit_job *job, int32_t j)
{
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    const struct ambit_territory *const territory = &job->territories.item[j];
    for (int n = terms->fixed_first; n < terms->fixed_first + terms->fixed_count; n++) {
        if (ambit_territories_find_served(&job->territories, terms->name[n].text) ==
            territory - job->territories.item)
            return true;
    }
    return false;
}

ambit_status ambit_job_judge_band(const struct ambit_job *job, int b, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_band *from = &job->scenario.band[b];
    const struct ambit_relaxation *relaxation = &job->relaxation[b];
    struct ambit_result_band *band = &result->band[b];
    const struct ambit_result_measure *measure = &result->measure[from->measure];
    double weight_sum = 0.0;
    bool first = true;
    AMBIT_TRY(allocate_band(band, (size_t)job->territories.count));
    name_band(job, from, band);
    band->measure = from->measure;
    band->share_of = from->share_of;
    band->lower_kind = from->lower_kind;
    band->upper_kind = from->upper_kind;
    band->relaxed = relaxation->opened;
    band->relax_room = relaxation->opened ? from->relax_room : 0.0;
    band->asked_lower = from->lower;
    band->asked_upper = from->upper;
    if (relaxation->opened) /* the upper limit, where there is one */
        *(ambit_band_has_upper(band) ? &band->asked_upper : &band->asked_lower) = relaxation->asked;
    band->used_lower = from->lower;
    band->used_upper = from->upper;
    band->proof_territory = relaxation->proof_territory;
    band->proven_limit = NAN;
    band->broken_count = 0;
    band->open_by = 0.0;
    for (int32_t j = 0; j < job->territories.count; j++)
        weight_sum += ambit_territory_weight(&job->territories.item[j], from);
    for (int32_t j = 0; j < job->territories.count; j++) {
        const bool share = from->share_of >= 0;
        const double load = ambit_from_micro(measure->load[j]);
        const double other =
            share ? ambit_from_micro(result->measure[from->share_of].load[j]) : 1.0;
        band->target[j] =
            share ? NAN : target_of(job, from, ambit_from_micro(measure->total), weight_sum, j);
        band->value[j] = share ? (other != 0.0 ? load / other : 0.0) : load;
        band->lower[j] = limit_value(from->lower_kind, from->lower, band->target[j], -INFINITY);
        band->upper[j] = limit_value(from->upper_kind, from->upper, band->target[j], INFINITY);
        if (is_fixed(job, j)) { /* reported, and not asked */
            band->lower[j] = -INFINITY;
            band->upper[j] = INFINITY;
            continue;
        }
        set_prices(job, b, j, band);
        judge_cell(band, j, first);
        first = false;
    }
done:
    return status;
}

/* ---- the whole ---- */

/* Travel of today's plan from its own centres; −1 where some account has no territory today. */
static ambit_status judge_travel_before(struct ambit_job *job, int64_t *travel_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_territory *kept = NULL, *const item = job->territories.item;
    const size_t bytes = (size_t)job->territories.count * sizeof *item;
    int64_t unknown = 0, travel = 0;
    *travel_out = -1;
    for (int32_t i = 0; i < job->accounts.count; i++)
        unknown += job->accounts.previous[i] < 0;
    ambit_comm_sum_i64(job->comm, &unknown, 1);
    if (unknown > 0) goto done;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&kept, bytes, 1));
    memcpy(kept, item, bytes);
    for (int32_t j = 0; j < job->territories.count; j++)
        item[j].centre_account = -1;
    status = ambit_job_centre(job, job->accounts.previous);
#pragma omp parallel for schedule(static) reduction(+ : travel)
    for (int32_t i = 0; i < job->accounts.count; i++)
        travel += ambit_travel_of(&job->scenario, &job->accounts, i,
                                  item[job->accounts.previous[i]].position);
    memcpy(item, kept, bytes);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_comm_sum_i64(job->comm, &travel, 1);
    *travel_out = travel;
done:
    ambit_free(&kept);
    return status;
}

/* Σ min of the bound over the nation. What stays together goes to one territory in the bound too,
 * which is what makes it tight. */
static ambit_status sum_bound(struct ambit_job *job, int64_t *sum_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job units = {0};
    int64_t sum = 0;
    if (ambit_job_has_groups(job)) {
        AMBIT_TRY(ambit_job_unite(job, &units));
        status = ambit_bound_slice(&units.problem, units.price_lower, units.price_upper, &sum);
        ambit_job_hand_over(&units, job);
    } else {
        status = ambit_bound_slice(&job->problem, job->price_lower, job->price_upper, &sum);
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_comm_sum_i64(job->comm, &sum, 1);
    *sum_out = sum;
done:
    ambit_units_clear(&units);
    return status;
}

static ambit_status judge_bound(struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    int64_t sum = 0;
    result->bound = 0;
    result->gap = NAN;
    if (job->price_lower == NULL) goto done;
    AMBIT_TRY(sum_bound(job, &sum));
    result->bound = sum - ambit_bound_constant(&job->problem, job->price_lower, job->price_upper);
    if (result->feasible && result->objective > 0)
        result->gap = (double)(result->objective - result->bound) / (double)result->objective;
done:
    return status;
}

static void judge_totals(const struct ambit_job *job, struct ambit_result *result)
{
    result->feasible = result->together.split_count == 0 && result->separation.broken_count == 0 &&
                       job->cover == NULL; /* every account in exactly one territory */
    for (int b = 0; b < result->band_count; b++) {
        if (result->band[b].broken_count > 0) result->feasible = false;
    }
    if (result->rules != NULL && result->rules->broken_count > 0) result->feasible = false;
    for (int32_t j = 0; j < result->territory_count; j++) {
        result->travel += result->territories[j].travel;
        result->moved_count += result->territories[j].gained_count;
        result->account_count += result->territories[j].account_count;
    }
    result->objective =
        result->travel + result->moved_count * ambit_to_micro(job->scenario.disruption_hours);
}

static void judge_has_previous(struct ambit_job *job, struct ambit_result *result)
{
    int64_t known = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        known += job->accounts.previous[i] >= 0;
    ambit_comm_sum_i64(job->comm, &known, 1);
    result->has_previous = known > 0;
}

ambit_status ambit_job_judge(struct ambit_job *job, const int32_t *label,
                             struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const int width = TALLY_MEASURES + job->scenario.measure_count;
    const size_t territories = (size_t)job->territories.count;
    int64_t *tally = NULL, unplanned = 0;
    status = ambit_alloc(&tally, territories * (size_t)width, sizeof *tally);
    if (status == AMBIT_OK)
        status = ambit_alloc(&result->territories, territories, sizeof *result->territories);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    result->territory_count = job->territories.count;
    AMBIT_TRY(tally_plan(job, label, width, tally, &unplanned));
    if (unplanned > 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_MISMATCH,
                             "expected every account in one of %d territories, found %lld in none",
                             (int)job->territories.count, (long long)unplanned));
    for (int32_t j = 0; j < job->territories.count; j++)
        judge_territory(&job->territories.item[j], &tally[(int64_t)j * width],
                        &result->territories[j]);
    status = judge_measures(job, tally, width, result);
    result->band_count = job->scenario.band_count;
    for (int b = 0; b < result->band_count && status == AMBIT_OK; b++)
        status = ambit_job_judge_band(job, b, result);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    for (int b = 0; b < result->band_count; b++) {
        if (result->band[b].proof_territory >= 0)
            result->band[b].proven_limit =
                ambit_job_least_share(job, b, result->band[b].proof_territory);
    }
    if (job->scenario.together.column[0] != '\0')
        AMBIT_TRY(ambit_judge_together(job, label, &result->together));
    AMBIT_TRY(ambit_job_judge_rules(job, label, result));
    if (job->scenario.separation.km > 0.0)
        AMBIT_TRY_TOGETHER(job->comm, ambit_judge_separation(job, &result->separation));
    judge_totals(job, result);
    AMBIT_TRY(ambit_judge_disruption(job, label, result));
    judge_has_previous(job, result);
    AMBIT_TRY(ambit_job_judge_contiguity(job, label, result));
    AMBIT_TRY(judge_travel_before(job, &result->travel_before));
    AMBIT_TRY(judge_bound(job, result));
done:
    ambit_free(&tally);
    return status;
}
