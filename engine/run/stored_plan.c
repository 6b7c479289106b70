/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts the plan of a result file on today's accounts, by their ids. Rank 0 alone reads the file;
 * ids come to it and territories go back in slices that do not depend on the ranks, so that the
 * other ranks need no memory for it. A file made from the same accounts has them in the same order:
 * then nothing is searched. What the run decided beside the plan comes along: free centres, and
 * limits that it opened. An audit takes a table in its place, and plans that leave gaps.
 */
#include "engine/base/hash.h"
#include "engine/base/key_table.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/audit_cover.h"
#include "io/result_hdf5.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What every rank takes over of a territory and of a band. */
struct stored_centre {
    double lat, lon;
};
struct stored_limits {
    bool opened;
    double asked, used;
};

/* Where an account is found: its territory, −1 or less for none, and the row of the table where it
 * has several there, else −1. */
struct spot {
    int32_t territory, claimed;
};

/* Rank 0's view of the file. */
struct stored_plan {
    const char *path;
    struct ambit_result result;   /* of a table its ids alone */
    struct ambit_alignment table; /* owned; where the file is one */
    bool is_table;
    int32_t *territory;           /* owned; of the scenario, by that of the file */
    struct ambit_key_table rows;  /* by the hash of their ids; empty until one is searched */
    int64_t missing_count;        /* accounts of the nation that the plan has not */
    char missing[AMBIT_NAME_MAX]; /* the first account that the plan has not */
};

static uint64_t key_of(const char *id, size_t size)
{
    struct ambit_rows_hash hash = {0};
    ambit_rows_hash_add(&hash, id, size);
    return hash.low;
}

static size_t size_of_id(const char *id, int32_t width)
{
    return strnlen(id, (size_t)width);
}

static bool is_row(const struct stored_plan *plan, int64_t row, const char *id, size_t size)
{
    const int32_t width = plan->result.id_width;
    const char *const there = plan->result.account_id + row * width;
    return size_of_id(there, width) == size && memcmp(there, id, size) == 0;
}

static ambit_status index_rows(struct stored_plan *plan)
{
    const struct ambit_result *const r = &plan->result;
    if (r->account_count > INT32_MAX)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: more than %d accounts, in another order than those "
                          "of the scenario",
                          plan->path, INT32_MAX);
    const ambit_status status = ambit_key_table_reserve(&plan->rows, r->account_count);
    if (status != AMBIT_OK) return status;
    for (int64_t row = 0; row < r->account_count; row++) {
        const char *const id = r->account_id + row * r->id_width;
        *ambit_key_table_at(&plan->rows, key_of(id, size_of_id(id, r->id_width))) = (int32_t)row;
    }
    return AMBIT_OK;
}

static struct spot spot_of(const struct stored_plan *plan, int64_t row)
{
    const int64_t *const first = plan->table.claim_first;
    if (row < 0) return (struct spot){AMBIT_TERRITORY_NONE, -1};
    if (!plan->is_table) return (struct spot){plan->territory[plan->result.territory[row]], -1};
    const bool several = first[row + 1] > first[row] + 1;
    return (struct spot){plan->table.claim[first[row]], several ? (int32_t)row : -1};
}

/* Spots of `count` accounts from canonical index `first` on. */
static ambit_status find_spots(struct stored_plan *plan, const char *id, int32_t width,
                               int64_t first, int64_t count, struct spot *spot_out)
{
    ambit_status status = AMBIT_OK;
    for (int64_t i = 0; i < count; i++) {
        const char *const one = id + i * width;
        const size_t size = size_of_id(one, width);
        int64_t row = first + i;
        if (row >= plan->result.account_count || !is_row(plan, row, one, size)) {
            if (plan->rows.room == 0) AMBIT_TRY(index_rows(plan));
            row = ambit_key_table_find(&plan->rows, key_of(one, size));
        }
        spot_out[i] = spot_of(plan, row);
        if (row >= 0 || plan->missing_count++ > 0) continue;
        (void)snprintf(plan->missing, sizeof plan->missing, "%.*s", (int)size, one);
    }
done:
    return status;
}

/* The scenario's territories by those of the file, and the centres that the plan has. */
static ambit_status match_territories(const struct ambit_job *job, struct stored_plan *plan,
                                      struct stored_centre *centre)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = &plan->result;
    AMBIT_TRY(ambit_alloc(&plan->territory, (size_t)r->territory_count, sizeof(int32_t)));
    if (r->territory_count != job->territories.count)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected the %d territories of the scenario, found %d",
                             plan->path, (int)job->territories.count, (int)r->territory_count));
    for (int32_t j = 0; j < r->territory_count; j++) {
        const struct ambit_result_territory *const from = &r->territories[j];
        const int32_t to = ambit_territories_find(&job->territories, from->name);
        plan->territory[j] = to;
        if (to < 0)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                                 "%s: expected territories of the scenario, found '%s', which is "
                                 "none",
                                 plan->path, from->name));
        centre[to] = (struct stored_centre){from->centre_lat, from->centre_lon};
    }
done:
    return status;
}

/* Whether band n of the file is on the measures of the scenario's band. */
static bool is_band(const struct ambit_scenario *s, const struct ambit_band *band,
                    const struct ambit_result *r, int n)
{
    const struct ambit_result_band *const from = &r->band[n];
    const bool share = band->share_of >= 0;
    return share == (from->share_of >= 0) &&
           strcmp(r->measure[from->measure].name, s->measure[band->measure].name) == 0 &&
           (!share ||
            strcmp(r->measure[from->share_of].name, s->measure[band->share_of].name) == 0);
}

/* Limits that the run opened, where the scenario still asks for the same band. */
static void match_limits(const struct ambit_job *job, const struct ambit_result *r,
                         struct stored_limits *limits)
{
    const struct ambit_scenario *const s = &job->scenario;
    for (int b = 0; b < s->band_count; b++) {
        const struct ambit_band *const band = &s->band[b];
        const bool upper = band->upper_kind != AMBIT_LIMIT_NONE;
        for (int n = 0; n < r->band_count && band->relax; n++) {
            const struct ambit_result_band *const from = &r->band[n];
            if (!from->relaxed || !is_band(s, band, r, n)) continue;
            limits[b] = (struct stored_limits){.opened = true,
                                               .asked = upper ? band->upper : band->lower,
                                               .used = upper ? from->used_upper : from->used_lower};
        }
    }
}

static void take_over(struct ambit_job *job, const struct stored_centre *centre,
                      const struct stored_limits *limits)
{
    for (int32_t j = 0; j < job->territories.count; j++) {
        struct ambit_territory *const to = &job->territories.item[j];
        if (to->centre_kind == AMBIT_CENTRE_HOME) continue;
        to->centre_lat = centre[j].lat;
        to->centre_lon = centre[j].lon;
        to->centre_account = -1;
        ambit_unit_from_degrees(to->centre_lat, to->centre_lon, to->position);
    }
    for (int b = 0; b < job->scenario.band_count; b++) {
        struct ambit_band *const band = &job->scenario.band[b];
        if (!limits[b].opened) continue;
        job->relaxation[b].opened = true;
        job->relaxation[b].asked = limits[b].asked;
        *(band->upper_kind != AMBIT_LIMIT_NONE ? &band->upper : &band->lower) = limits[b].used;
    }
    for (int r = 0; r < job->problem.rule_count; r++)
        ambit_problem_refresh_rule(&job->problem, r);
}

static int64_t within(int64_t at, int64_t count)
{
    return at < 0 ? 0 : at > count ? count : at;
}

/* Ids to rank 0, territories back, slice by slice; and into `claimed`, where it is not NULL, the
 * rows of accounts that several territories claim. */
static ambit_status label_accounts(struct ambit_job *job, struct stored_plan *plan, int32_t *label,
                                   int32_t *claimed)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    const bool first = ambit_comm_rank(job->comm) == 0;
    char *id = NULL;
    struct spot *found = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&found, AMBIT_RESULT_SLICE, sizeof *found));
    for (int64_t begin = 0; begin < a->total; begin += AMBIT_RESULT_SLICE) {
        const int64_t left = a->total - begin;
        const int64_t count = left < AMBIT_RESULT_SLICE ? left : AMBIT_RESULT_SLICE;
        const int64_t mine = within(begin - a->first, a->count);
        const int64_t mine_end = within(begin + count - a->first, a->count);
        int64_t all = 0;
        AMBIT_TRY(ambit_comm_gather(job->comm, a->id + mine * a->id_width, mine_end - mine,
                                    a->id_width, &id, &all));
        AMBIT_TRY_TOGETHER(job->comm, first ? find_spots(plan, id, a->id_width, begin, count, found)
                                            : AMBIT_OK);
        ambit_free(&id);
        ambit_comm_broadcast(job->comm, found, count * (int64_t)sizeof *found, 0);
        for (int64_t i = mine; i < mine_end; i++) {
            const struct spot spot = found[a->first + i - begin];
            label[i] = spot.territory;
            if (claimed != NULL) claimed[i] = spot.claimed;
        }
    }
done:
    ambit_free(&id);
    ambit_free(&found);
    return status;
}

static ambit_status check_complete(const struct ambit_job *job, const struct stored_plan *plan)
{
    if (plan->missing_count == 0) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: expected a territory for each of the %lld accounts, found none for "
                      "%lld, the first '%s'; a plan must leave no gap",
                      plan->path, (long long)job->accounts.total, (long long)plan->missing_count,
                      plan->missing);
}

/* The file's prices by the scenario's territories and rules; 0 where it has no such band. */
static void match_prices(struct ambit_job *job, const struct stored_plan *plan)
{
    const struct ambit_scenario *const s = &job->scenario;
    const struct ambit_result *const r = &plan->result;
    const size_t rules = (size_t)job->problem.rule_count;
    for (size_t rule = 0; rule < rules; rule++) {
        const struct ambit_rule *const to = &job->problem.rule[rule];
        for (int n = 0; n < r->band_count; n++) {
            const struct ambit_result_band *const from = &r->band[n];
            if (!is_band(s, &s->band[to->band], r, n)) continue;
            for (int32_t j = 0; j < r->territory_count; j++) {
                const size_t at = (size_t)plan->territory[j] * rules + rule;
                job->price_lower[at] = to->uses_lower ? fmax(from->price_lower[j], 0.0) : 0.0;
                job->price_upper[at] = to->uses_upper ? fmax(from->price_upper[j], 0.0) : 0.0;
            }
        }
    }
}

/* Prices to every rank. Collective. */
static ambit_status share_prices(struct ambit_job *job, const struct stored_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    status = ambit_alloc(&job->price_lower, cells, sizeof *job->price_lower);
    if (status == AMBIT_OK)
        status = ambit_alloc(&job->price_upper, cells, sizeof *job->price_upper);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    if (ambit_comm_rank(job->comm) == 0) match_prices(job, plan);
    ambit_comm_broadcast(job->comm, job->price_lower, (int64_t)(cells * sizeof(double)), 0);
    ambit_comm_broadcast(job->comm, job->price_upper, (int64_t)(cells * sizeof(double)), 0);
done:
    return status;
}

/* Opens the file on rank 0 and puts its plan into job->label. Collective. */
static ambit_status take(struct ambit_job *job, struct stored_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    struct stored_centre *centre = NULL;
    struct stored_limits limits[2 * AMBIT_MEASURE_MAX] = {{0}};
    const size_t territories = (size_t)job->territories.count;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&centre, territories, sizeof *centre));
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_resize(&job->label, (size_t)job->accounts.count, sizeof *job->label));
    AMBIT_TRY_TOGETHER(job->comm, first ? ambit_result_read(plan->path, &plan->result) : AMBIT_OK);
    AMBIT_TRY_TOGETHER(job->comm, first ? match_territories(job, plan, centre) : AMBIT_OK);
    if (first) match_limits(job, &plan->result, limits);
    ambit_comm_broadcast(job->comm, centre, (int64_t)(territories * sizeof *centre), 0);
    ambit_comm_broadcast(job->comm, limits, sizeof limits, 0);
    take_over(job, centre, limits);
    AMBIT_TRY(label_accounts(job, plan, job->label, NULL));
done:
    ambit_free(&centre);
    return status;
}

static void clear(struct stored_plan *plan)
{
    ambit_key_table_clear(&plan->rows);
    ambit_free(&plan->territory);
    ambit_result_clear(&plan->result);
    ambit_alignment_clear(&plan->table);
}

ambit_status ambit_job_take_plan(struct ambit_job *job, const char *path)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    struct stored_plan plan = {.path = path};
    ambit_result_init(&plan.result);
    AMBIT_TRY(take(job, &plan));
    AMBIT_TRY_TOGETHER(job->comm, first ? check_complete(job, &plan) : AMBIT_OK);
done:
    clear(&plan);
    return status;
}

ambit_status ambit_job_take_standing(struct ambit_job *job, const char *path,
                                     struct ambit_nightly *nightly_out)
{
    ambit_status status = AMBIT_OK;
    struct stored_plan plan = {.path = path};
    struct ambit_nightly *const nightly = nightly_out;
    ambit_result_init(&plan.result);
    AMBIT_TRY(take(job, &plan));
    AMBIT_TRY(share_prices(job, &plan));
    nightly->plan_accounts = plan.result.account_count;
    nightly->new_count = plan.missing_count;
    (void)snprintf(nightly->plan_sha256, sizeof nightly->plan_sha256, "%s",
                   plan.result.plan_sha256);
    ambit_comm_broadcast(job->comm, nightly, sizeof *nightly, 0);
    nightly->gone_count = nightly->plan_accounts - (job->accounts.total - nightly->new_count);
    if (nightly->new_count == job->accounts.total)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected accounts of the scenario, found none of them; is it a "
                            "plan of the same nation?",
                            path);
done:
    clear(&plan);
    return status;
}

ambit_status ambit_job_take_current(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    int64_t without = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        without += job->accounts.previous[i] < 0;
    ambit_comm_sum_i64(job->comm, &without, 1);
    if (without > 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: the current territory of every account is scored: expected one "
                             "each, found %lld accounts without; name its column as "
                             "accounts.columns.territory",
                             job->options.scenario_path, (long long)without));
    AMBIT_TRY(ambit_job_centre(job, job->accounts.previous));
done:
    return status;
}

/* ---- audits ---- */

bool ambit_plan_is_table(const char *path)
{
    static const char ending[] = ".csv";
    const size_t size = strlen(path), length = sizeof ending - 1;
    return size > length && strcmp(path + size - length, ending) == 0;
}

/* The table, by the ids of its accounts in the place of those of a result. Rank 0. */
static ambit_status read_table(struct ambit_job *job, struct stored_plan *plan)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alignment_read_csv(plan->path, &job->scenario, &job->territories,
                                       job->options.skip_bad_rows, &job->bad_rows, &plan->table));
    plan->is_table = true;
    plan->result.account_id = plan->table.id;
    plan->result.account_count = plan->table.count;
    plan->result.id_width = plan->table.id_width;
    plan->table.id = NULL;
    job->plan_hash = plan->table.read.hash;
    job->plan_rows = plan->table.read.rows;
done:
    return status;
}

/* Rows of the table whose account the scenario has not say nothing of its plan. */
static void warn_of_others(const struct ambit_job *job, const struct stored_plan *plan)
{
    const int64_t found = job->accounts.total - plan->missing_count;
    const int64_t others = plan->table.count - found;
    if (others > 0)
        ambit_log_warning("%s: %lld account%s that the scenario has not", plan->path,
                          (long long)others, others == 1 ? "" : "s");
}

static ambit_status take_table(struct ambit_job *job, const char *path)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    const size_t count = (size_t)job->accounts.count;
    struct stored_plan plan = {.path = path};
    int32_t *claimed = NULL;
    ambit_result_init(&plan.result);
    AMBIT_TRY_TOGETHER(job->comm, ambit_resize(&job->label, count, sizeof *job->label));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&claimed, count, sizeof *claimed));
    AMBIT_TRY_TOGETHER(job->comm, first ? read_table(job, &plan) : AMBIT_OK);
    AMBIT_TRY(label_accounts(job, &plan, job->label, claimed));
    if (first) warn_of_others(job, &plan);
    AMBIT_TRY(ambit_job_note_overlaps(job, claimed, &plan.table));
done:
    clear(&plan);
    ambit_free(&claimed);
    return status;
}

ambit_status ambit_job_take_audited(struct ambit_job *job, const char *path,
                                    const int32_t **label_out)
{
    static const char other[] = "is it a plan of the same nation?";
    ambit_status status = AMBIT_OK;
    struct stored_plan plan = {.path = path};
    const bool is_stored = path != NULL && !ambit_plan_is_table(path);
    ambit_result_init(&plan.result);
    if (is_stored)
        AMBIT_TRY(take(job, &plan));
    else if (path != NULL)
        AMBIT_TRY(take_table(job, path));
    int32_t *const label = path != NULL ? job->label : job->accounts.previous;
    AMBIT_TRY(ambit_job_set_gaps_aside(
        job, label, path != NULL ? path : job->options.scenario_path,
        path != NULL ? other : "name their column as accounts.columns.territory"));
    if (!is_stored) AMBIT_TRY(ambit_job_centre(job, label));
    *label_out = label;
done:
    clear(&plan);
    return status;
}
