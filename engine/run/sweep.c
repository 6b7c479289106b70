/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans for a row of budgets in one job. The free plan is drawn in full, and limits that open do so
 * for it; each smaller budget then begins from the plan, the centres and the prices of the one
 * before, so that it costs a short search for the budget's price and the rounds. Where a budget is
 * too small for the bands, prices rise without meaning: those of the last budget that was not are
 * where the next begins.
 *
 * Each plan has checkpoints of its own, and its last one says that it is done: a job that goes on
 * takes the plans that are, and the one at hand from where it was. Their names follow from the
 * budgets that went before, so that those of other rows are not taken for them.
 *
 * A plan for a budget is one for every larger budget: where it is better than the one drawn there
 * it takes its place, and more budget is never worse.
 */
#include "engine/run/sweep.h"
#include "engine/base/hash.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/checkpoint.h"
#include "engine/run/coarsen.h"
#include "engine/run/diagnose.h"
#include "engine/run/infeasible.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "engine/run/protect.h"
#include "engine/run/unite.h"
#include "engine/run/verify_one.h"
#include "io/checkpoint_file.h"
#include "io/frontier_hdf5.h"
#include "io/hdf5_wrap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIFFERENCES_NAMED = 50 }; /* of a file that is verified */

/* A plan, and what it was drawn with. */
struct kept {
    int32_t *label;                 /* owned; of the slice */
    struct ambit_territory *centre; /* owned */
    double *lower, *upper, *price;  /* owned; of bands and budgets */
};

struct sweep {
    struct ambit_job job, units; /* units: where accounts stay together */
    struct ambit_job *search;    /* the one that is drawn */
    int budget;                  /* which of the scenario's budgets is swept */
    struct kept kept[AMBIT_FRONTIER_MAX];
    struct ambit_frontier *frontier; /* borrowed */
};

/* The scenario's own budget on all accounts, or a new one. */
static ambit_status find_budget(struct ambit_scenario *scenario, int *budget_out)
{
    struct ambit_disruption_terms *const terms = &scenario->disruption;
    if (scenario->territory_column[0] == '\0')
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: a frontier counts the accounts that change hands: expected "
                          "accounts.columns.territory, which says where they are today",
                          scenario->path);
    for (int b = 0; b < terms->budget_count; b++) {
        const struct ambit_budget *const budget = &terms->budget[b];
        *budget_out = b;
        if (budget->scope == AMBIT_BUDGET_NATION && budget->where.count == 0 &&
            budget->sum.term_count == 1 && budget->sum.term[0] == AMBIT_TERM_COUNT)
            return AMBIT_OK;
    }
    if (terms->budget_count == AMBIT_BUDGET_MAX)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: disruption: expected at most %d budgets beside that on accounts, "
                          "which a frontier sets itself, found %d",
                          scenario->path, AMBIT_BUDGET_MAX - 1, terms->budget_count);
    *budget_out = terms->budget_count++;
    terms->budget[*budget_out] = (struct ambit_budget){.scope = AMBIT_BUDGET_NATION};
    terms->budget[*budget_out].sum =
        (struct ambit_measure){.name = "accounts", .term_count = 1, .term = {AMBIT_TERM_COUNT}};
    return AMBIT_OK;
}

static void set_budget(struct sweep *sweep, struct ambit_job *job, double part)
{
    struct ambit_budget *const budget = &job->scenario.disruption.budget[sweep->budget];
    budget->is_part = true;
    budget->most = part;
    ambit_job_size_budgets(job);
}

static ambit_status open_job(struct sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = &sweep->job;
    AMBIT_TRY(ambit_job_load(job));
    AMBIT_TRY_TOGETHER(job->comm, find_budget(&job->scenario, &sweep->budget));
    job->scenario.disruption.budget[sweep->budget].is_part = true;
    job->scenario.disruption.budget[sweep->budget].most = 1.0;
    AMBIT_TRY(ambit_job_order(job));
    if (job->problem.budgets.total[job->problem.budgets.first[sweep->budget]] == 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: a frontier counts the accounts that change hands: expected "
                             "current territories, found none",
                             job->scenario.path));
done:
    return status;
}

/* What is drawn: the accounts, or those that stay together as units. What is verified was drawn, so
 * that nothing is refused. */
static ambit_status open_search(struct sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = &sweep->job;
    AMBIT_TRY(job->draws ? ambit_job_check_limits(job) : ambit_job_foresee(job));
    sweep->search = job;
    if (!ambit_job_has_groups(job)) goto done;
    AMBIT_TRY(job->draws ? ambit_job_make_units(job, &sweep->units)
                         : ambit_job_unite(job, &sweep->units));
    sweep->units.sweeps = true;
    sweep->search = &sweep->units;
done:
    return status;
}

/* ---- plans that are put aside ---- */

static size_t band_cells(const struct ambit_job *job)
{
    return (size_t)job->territories.count * (size_t)job->problem.rule_count;
}

static ambit_status open_kept(const struct ambit_job *job, struct kept *kept)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&kept->label, (size_t)job->accounts.count + 1, sizeof *kept->label));
    AMBIT_TRY(ambit_alloc(&kept->centre, (size_t)job->territories.count, sizeof *kept->centre));
    AMBIT_TRY(ambit_alloc(&kept->lower, band_cells(job) + 1, sizeof *kept->lower));
    AMBIT_TRY(ambit_alloc(&kept->upper, band_cells(job) + 1, sizeof *kept->upper));
    AMBIT_TRY(ambit_alloc(&kept->price, (size_t)ambit_budget_cells(&job->problem.budgets),
                          sizeof *kept->price));
done:
    return status;
}

static void close_kept(struct kept *kept)
{
    ambit_free(&kept->label);
    ambit_free(&kept->centre);
    ambit_free(&kept->lower);
    ambit_free(&kept->upper);
    ambit_free(&kept->price);
}

/* Copies between the job, whose prices are there, and what is kept of it. */
static void pass(struct ambit_job *job, struct kept *kept, bool restore)
{
    const struct {
        void *mine, *kept;
        size_t bytes;
    } parts[] = {{job->label, kept->label, (size_t)job->accounts.count * sizeof *job->label},
                 {job->territories.item, kept->centre,
                  (size_t)job->territories.count * sizeof *job->territories.item},
                 {job->price_lower, kept->lower, band_cells(job) * sizeof(double)},
                 {job->price_upper, kept->upper, band_cells(job) * sizeof(double)},
                 {job->problem.budgets.price, kept->price,
                  (size_t)ambit_budget_cells(&job->problem.budgets) * sizeof(double)}};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        if (parts[k].bytes > 0)
            memcpy(restore ? parts[k].mine : parts[k].kept, restore ? parts[k].kept : parts[k].mine,
                   parts[k].bytes);
    }
    ambit_budgets_price(&job->scenario, &job->accounts, &job->problem.budgets);
}

/* Judges what is kept at point p for that point's budget. */
static ambit_status judge_point(struct sweep *sweep, int p)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier_point *const point = &sweep->frontier->point[p];
    struct ambit_job *const job = &sweep->job;
    pass(job, &sweep->kept[p], true);
    set_budget(sweep, job, point->budget);
    ambit_result_clear(&point->result);
    AMBIT_TRY(ambit_job_judge(job, job->label, &point->result));
    point->outside = ambit_frontier_outside(&point->result);
done:
    return status;
}

/* ---- the points ---- */

/* What the checkpoints of point p are of, beside the result; NULL where nothing is stored. */
static ambit_status name_part(const struct sweep *sweep, int p, char **out)
{
    const struct ambit_frontier *const f = sweep->frontier;
    const char *const path = sweep->job.options.result_path;
    struct ambit_rows_hash hash = {0};
    double budget[AMBIT_FRONTIER_MAX];
    if (path == NULL) return AMBIT_OK;
    for (int k = p; k < f->count; k++)
        budget[k] = f->point[k].budget;
    ambit_rows_hash_add(&hash, &budget[p], (size_t)(f->count - p) * sizeof *budget);
    const size_t room = strlen(path) + 18;
    const ambit_status status = ambit_alloc(out, room, 1);
    if (status == AMBIT_OK)
        (void)snprintf(*out, room, "%s.%016llx", path, (unsigned long long)hash.low);
    return status;
}

/* Draws the plan for the budget that is set, or takes it from where an earlier job has left it. */
static ambit_status draw_plan(struct ambit_job *search)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_keeper_create(search));
    /* Where there is nothing of this plan there is nothing of those that come after it. */
    search->options.resume = search->place.resumed != 0;
    if (search->place.resumed != 0 && search->place.stage == AMBIT_STAGE_DONE) {
        AMBIT_TRY(ambit_keeper_restore(search, &search->place, NULL, NULL));
    } else {
        AMBIT_TRY(ambit_job_draft(search));
        AMBIT_TRY(ambit_job_refine(search));
        ambit_keeper_done(search);
    }
done:
    ambit_keeper_destroy(search);
    return status;
}

static ambit_status draw_point(struct sweep *sweep, int p, bool first)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier_point *const point = &sweep->frontier->point[p];
    struct ambit_job *const job = &sweep->job, *const search = sweep->search;
    const char *const result_path = job->options.result_path;
    char detail[64], *part = NULL;
    (void)snprintf(detail, sizeof detail, "budget_percent=%.4g", 100.0 * point->budget);
    ambit_log_progress("frontier", sweep->frontier->count - p, sweep->frontier->count, detail);
    if (search != job && !first) ambit_job_hand_over(job, search);
    search->round_count = 0;
    set_budget(sweep, search, point->budget);
    search->place = (struct ambit_place){0};
    search->start = first ? AMBIT_START_COLD : AMBIT_START_SETTLED;
    AMBIT_TRY_TOGETHER(job->comm, name_part(sweep, p, &part));
    search->options.result_path = part;
    status = draw_plan(search);
    search->options.result_path = result_path;
    AMBIT_TRY(status);
    if (search != job) AMBIT_TRY(ambit_job_take_units(job, search));
    AMBIT_TRY(ambit_job_join_pieces(job));
    AMBIT_TRY_TOGETHER(job->comm, open_kept(job, &sweep->kept[p]));
    pass(job, &sweep->kept[p], false);
    point->plan_of = p;
    AMBIT_TRY(judge_point(sweep, p));
done:
    ambit_free(&part);
    return status;
}

/* The result is stored: the checkpoints go, unless a time limit has left plans to go on with. */
static ambit_status remove_parts(const struct sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    char *part = NULL, *path = NULL;
    if (sweep->job.options.result_path == NULL || sweep->search->stopped_by_time_limit)
        return AMBIT_OK;
    for (int p = 0; p < sweep->frontier->count; p++) {
        AMBIT_TRY(name_part(sweep, p, &part));
        AMBIT_TRY(ambit_checkpoint_path(part, false, &path));
        ambit_keeper_remove(path);
        ambit_free(&part);
        ambit_free(&path);
    }
done:
    ambit_free(&part);
    ambit_free(&path);
    return status;
}

/* Puts the search where point p is, to begin the next from. */
static void begin_from(struct sweep *sweep, int p)
{
    struct ambit_job *const job = &sweep->job, *const search = sweep->search;
    pass(job, &sweep->kept[p], true);
    if (search == job) return;
    memcpy(search->territories.item, job->territories.item,
           (size_t)job->territories.count * sizeof *job->territories.item);
    for (int32_t u = 0; u < search->accounts.count; u++)
        search->label[u] = job->label[search->accounts.begin[u]];
}

/* From the largest budget to the smallest. */
static ambit_status draw_points(struct sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    const int last = sweep->frontier->count - 1;
    int from = last;
    for (int p = last; p >= 0; p--) {
        if (p < last) begin_from(sweep, from);
        AMBIT_TRY(draw_point(sweep, p, p == last));
        if (sweep->frontier->point[p].result.feasible) from = p;
    }
done:
    return status;
}

/* From the smallest budget to the largest: nobody is worse off for having more. */
static ambit_status hand_up(struct sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier *const f = sweep->frontier;
    struct ambit_job *const job = &sweep->job;
    for (int p = 1; p < f->count; p++) {
        if (!ambit_frontier_is_better(&f->point[p - 1], &f->point[p])) continue;
        const size_t accounts = (size_t)job->accounts.count * sizeof *job->label;
        if (accounts > 0) memcpy(sweep->kept[p].label, sweep->kept[p - 1].label, accounts);
        memcpy(sweep->kept[p].centre, sweep->kept[p - 1].centre,
               (size_t)job->territories.count * sizeof *sweep->kept[p].centre);
        f->point[p].plan_of = f->point[p - 1].plan_of;
        AMBIT_TRY(judge_point(sweep, p));
    }
done:
    return status;
}

/* What would do for point p, where the job is, if it breaks bands or rules; *enough is the plan of
 * the next larger budget that is within them, or NULL. */
static ambit_status diagnose_point(struct sweep *sweep, int p, const struct ambit_result **enough)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier_point *const point = &sweep->frontier->point[p];
    struct ambit_result *const result = &point->result;
    struct ambit_job *const job = &sweep->job, *const search = sweep->search;
    if (result->feasible) {
        *enough = result;
        return AMBIT_OK;
    }
    for (int32_t c = 0; c < result->budget_cell_count && *enough != NULL; c++)
        result->budget_cell[c].enough = (*enough)->budget_cell[c].moved;
    set_budget(sweep, job, point->budget);
    if (search != job) {
        memcpy(search->scenario.band, job->scenario.band, sizeof job->scenario.band);
        for (int r = 0; r < search->problem.rule_count; r++)
            ambit_problem_refresh_rule(&search->problem, r);
        set_budget(sweep, search, point->budget);
    }
    AMBIT_TRY(ambit_job_diagnose(search, job->label, result));
    AMBIT_TRY(ambit_job_diagnose_rules(job, job->label, NULL, result));
done:
    return status;
}

/* From the largest budget to the smallest: that one is enough is known to those below. */
static ambit_status diagnose_points(struct sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *enough = NULL;
    for (int p = sweep->frontier->count - 1; p >= 0; p--) {
        begin_from(sweep, p);
        AMBIT_TRY(diagnose_point(sweep, p, &enough));
    }
done:
    return status;
}

/* ---- storing ---- */

static int64_t within(int64_t at, int64_t count)
{
    return at < 0 ? 0 : at > count ? count : at;
}

/* Accounts [begin, end) of the nation brought to rank 0, and put. */
static ambit_status store_slice(struct sweep *sweep, int64_t begin, int64_t end,
                                struct ambit_frontier_file *file)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = sweep->job.comm;
    const struct ambit_accounts *const a = &sweep->job.accounts;
    const int64_t at = within(begin - a->first, a->count);
    const int64_t n = within(end - a->first, a->count) - at;
    char *id = NULL;
    double *lat = NULL, *lon = NULL;
    int32_t *previous = NULL, *label[AMBIT_FRONTIER_MAX] = {NULL};
    int64_t all = 0;
    AMBIT_TRY(ambit_comm_gather(comm, a->id + at * a->id_width, n, a->id_width, &id, &all));
    AMBIT_TRY(ambit_comm_gather(comm, a->lat + at, n, sizeof *lat, &lat, &all));
    AMBIT_TRY(ambit_comm_gather(comm, a->lon + at, n, sizeof *lon, &lon, &all));
    AMBIT_TRY(ambit_comm_gather(comm, a->previous + at, n, sizeof *previous, &previous, &all));
    for (int p = 0; p < sweep->frontier->count; p++)
        AMBIT_TRY(ambit_comm_gather(comm, sweep->kept[p].label + at, n, sizeof(int32_t), &label[p],
                                    &all));
    struct ambit_frontier_slice slice = {.first = begin,
                                         .count = end - begin,
                                         .account_id = id,
                                         .lat = lat,
                                         .lon = lon,
                                         .previous = previous};
    for (int p = 0; p < sweep->frontier->count; p++)
        slice.territory[p] = label[p];
    AMBIT_TRY_TOGETHER(comm, file != NULL ? ambit_frontier_file_put(file, &slice) : AMBIT_OK);
done:
    ambit_free(&id);
    ambit_free(&lat);
    ambit_free(&lon);
    ambit_free(&previous);
    for (int p = 0; p < AMBIT_FRONTIER_MAX; p++)
        ambit_free(&label[p]);
    return status;
}

static ambit_status store(struct sweep *sweep)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = sweep->job.comm;
    const struct ambit_accounts *const a = &sweep->job.accounts;
    const char *const path = sweep->job.options.result_path;
    const bool writes = ambit_comm_rank(comm) == 0;
    struct ambit_frontier_file *file = NULL;
    if (path == NULL) return AMBIT_OK;
    ambit_log_progress("store", 0, 0, "");
    AMBIT_TRY_TOGETHER(comm, writes ? ambit_frontier_file_create(path, a->total, a->id_width,
                                                                 sweep->frontier->count, &file)
                                    : AMBIT_OK);
    for (int64_t begin = 0; begin < a->total; begin += AMBIT_H5_SLICE) {
        const int64_t left = a->total - begin;
        AMBIT_TRY(store_slice(sweep, begin, begin + (left < AMBIT_H5_SLICE ? left : AMBIT_H5_SLICE),
                              file));
    }
    AMBIT_TRY_TOGETHER(comm, writes ? ambit_frontier_file_commit(
                                          &file, sweep->frontier,
                                          &(struct ambit_frontier_source){
                                              sweep->job.scenario.text, sweep->job.scenario.path,
                                              path, sweep->job.options.scenario_name})
                                    : AMBIT_OK);
done:
    ambit_frontier_file_destroy(&file);
    return status;
}

/* ---- the whole ---- */

static ambit_status say_infeasible(const struct ambit_frontier *f)
{
    for (int p = 0; p < f->count; p++) {
        if (f->point[p].result.feasible) return AMBIT_OK;
    }
    return ambit_fail(AMBIT_ERR_INFEASIBLE,
                      "no plan found meets the bands, whatever moves: see how far each budget's is "
                      "outside");
}

ambit_status ambit_frontier_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                                const struct ambit_frontier_options *budgets,
                                struct ambit_frontier *frontier_out)
{
    ambit_status status = AMBIT_OK;
    struct sweep *sweep = NULL;
    ambit_frontier_init(frontier_out);
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&sweep, 1, sizeof *sweep));
    sweep->frontier = frontier_out;
    ambit_job_init(&sweep->job, comm, options);
    sweep->job.draws = sweep->job.sweeps = true;
    AMBIT_TRY(open_job(sweep));
    AMBIT_TRY(open_search(sweep));
    frontier_out->count = budgets->count;
    for (int p = 0; p < budgets->count; p++) {
        frontier_out->point[p].is_free = budgets->budget[p] >= 1.0;
        frontier_out->point[p].budget = fmin(budgets->budget[p], 1.0);
    }
    (void)snprintf(frontier_out->scenario_name, AMBIT_NAME_MAX, "%s", sweep->job.scenario.name);
    AMBIT_TRY(draw_points(sweep));
    AMBIT_TRY(hand_up(sweep));
    AMBIT_TRY(diagnose_points(sweep));
    ambit_frontier_mark_knee(frontier_out);
    AMBIT_TRY(store(sweep));
    AMBIT_TRY_TOGETHER(comm, ambit_comm_rank(comm) == 0 ? remove_parts(sweep) : AMBIT_OK);
    AMBIT_TRY_TOGETHER(comm, say_infeasible(frontier_out));
done:
    ambit_log_finish();
    if (sweep != NULL && status != AMBIT_OK) {
        frontier_out->refusal = sweep->job.refusal;
        sweep->job.refusal = NULL;
    }
    for (int p = 0; sweep != NULL && p < AMBIT_FRONTIER_MAX; p++)
        close_kept(&sweep->kept[p]);
    if (sweep != NULL) {
        ambit_units_clear(&sweep->units);
        ambit_job_clear(&sweep->job);
    }
    ambit_free(&sweep);
    return status;
}

/* ---- judged again ---- */

struct checking {
    FILE *report; /* NULL off rank 0 */
    int64_t differences;
};

static void differ(void *self, const char *words)
{
    struct checking *const checking = self;
    if (checking->differences++ < DIFFERENCES_NAMED && checking->report != NULL)
        (void)fprintf(checking->report, "differs: %s\n", words);
}

/* What every rank needs of the file: all but texts is as it stands there. */
static ambit_status share_plans(struct ambit_comm *comm, struct ambit_frontier_plans *plans)
{
    ambit_status status = AMBIT_OK;
    char *texts[2] = {plans->scenario_path, plans->variant};
    struct ambit_frontier_limit *limit = plans->limit;
    struct ambit_frontier_price *price = plans->price;
    struct ambit_frontier_budget_price *budget_price = plans->budget_price;
    const bool first = ambit_comm_rank(comm) == 0;
    int64_t size[2] = {texts[0] != NULL ? (int64_t)strlen(texts[0]) + 1 : 0,
                       texts[1] != NULL ? (int64_t)strlen(texts[1]) + 1 : 0};
    ambit_comm_broadcast(comm, size, sizeof size, 0);
    ambit_comm_broadcast(comm, plans, sizeof *plans, 0);
    if (!first) {
        plans->scenario_text = plans->scenario_path = plans->variant = NULL;
        plans->limit = limit = NULL;
        plans->price = price = NULL;
        plans->budget_price = budget_price = NULL;
        status = ambit_alloc(&texts[0], (size_t)size[0], 1);
        if (status == AMBIT_OK && size[1] > 0) status = ambit_alloc(&texts[1], (size_t)size[1], 1);
        if (status == AMBIT_OK)
            status = ambit_alloc(&limit, (size_t)plans->limit_count, sizeof *limit);
        if (status == AMBIT_OK)
            status = ambit_alloc(&price, (size_t)plans->price_count, sizeof *price);
        if (status == AMBIT_OK)
            status =
                ambit_alloc(&budget_price, (size_t)plans->budget_price_count, sizeof *budget_price);
        plans->scenario_path = texts[0];
        plans->variant = texts[1];
        plans->limit = limit;
        plans->price = price;
        plans->budget_price = budget_price;
    }
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    for (int t = 0; t < 2; t++)
        ambit_comm_broadcast(comm, texts[t], size[t], 0);
    ambit_comm_broadcast(comm, limit, plans->limit_count * (int64_t)sizeof *limit, 0);
    ambit_comm_broadcast(comm, price, plans->price_count * (int64_t)sizeof *price, 0);
    ambit_comm_broadcast(comm, budget_price,
                         plans->budget_price_count * (int64_t)sizeof *budget_price, 0);
done:
    return status;
}

/* What point p was decided by but for its plan and centres: limits and prices, into *decided, whose
 * territories are there. What is out of range is left out, and shows as a difference. */
static ambit_status take_terms(const struct ambit_job *job,
                               const struct ambit_frontier_plans *plans, int p,
                               struct ambit_result *decided)
{
    ambit_status status = AMBIT_OK;
    const int32_t territories = plans->territory_count;
    const int32_t cells = ambit_budget_cells(&job->problem.budgets);
    AMBIT_REQUIRE(plans->limit_count == 0 || plans->limit != NULL);
    AMBIT_REQUIRE(plans->price_count == 0 || plans->price != NULL);
    AMBIT_REQUIRE(plans->budget_price_count == 0 || plans->budget_price != NULL);
    decided->band_count = job->scenario.band_count;
    decided->territory_count = territories;
    AMBIT_TRY(ambit_alloc(&decided->budget_cell, (size_t)cells, sizeof *decided->budget_cell));
    for (int b = 0; b < decided->band_count; b++) {
        struct ambit_result_band *const band = &decided->band[b];
        AMBIT_TRY(ambit_alloc(&band->price_lower, (size_t)territories, sizeof(double)));
        AMBIT_TRY(ambit_alloc(&band->price_upper, (size_t)territories, sizeof(double)));
    }
    for (int64_t n = 0; n < plans->limit_count; n++) {
        const struct ambit_frontier_limit *const limit = &plans->limit[n];
        if (limit->point != p || limit->band < 0 || limit->band >= decided->band_count) continue;
        decided->band[limit->band].relaxed = limit->relaxed;
        decided->band[limit->band].used_lower = limit->used_lower;
        decided->band[limit->band].used_upper = limit->used_upper;
    }
    for (int64_t n = 0; n < plans->price_count; n++) {
        const struct ambit_frontier_price *const price = &plans->price[n];
        if (price->point != p || price->band < 0 || price->band >= decided->band_count) continue;
        if (price->territory < 0 || price->territory >= territories) continue;
        decided->band[price->band].price_lower[price->territory] = price->lower;
        decided->band[price->band].price_upper[price->territory] = price->upper;
    }
    for (int64_t n = 0; n < plans->budget_price_count; n++) {
        const struct ambit_frontier_budget_price *const price = &plans->budget_price[n];
        if (price->point == p && price->cell >= 0 && price->cell < cells)
            decided->budget_cell[price->cell].price = price->price;
    }
done:
    return status;
}

/* Point p's plan, centres, limits and prices into the job. */
static ambit_status take_point(struct ambit_job *job, const char *path,
                               const struct ambit_frontier_plans *plans, int p)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result decided;
    int32_t *label = NULL;
    double *lat = NULL, *lon = NULL;
    const size_t territories = (size_t)plans->territory_count;
    ambit_result_init(&decided);
    decided.kind = AMBIT_RESULT_PLAN;
    decided.bound = 1; /* there are prices, be they all 0 */
    status = ambit_alloc(&label, (size_t)plans->account_count, sizeof *label);
    if (status == AMBIT_OK) status = ambit_alloc(&lat, territories, sizeof *lat);
    if (status == AMBIT_OK) status = ambit_alloc(&lon, territories, sizeof *lon);
    if (status == AMBIT_OK)
        status = ambit_alloc(&decided.territories, territories, sizeof *decided.territories);
    if (status == AMBIT_OK) status = take_terms(job, plans, p, &decided);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(label != NULL && lat != NULL && lon != NULL && decided.territories != NULL);
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? ambit_frontier_plan_read(path, plans, p, label, lat, lon)
                                      : AMBIT_OK);
    ambit_comm_broadcast(job->comm, label, plans->account_count * (int64_t)sizeof *label, 0);
    ambit_comm_broadcast(job->comm, lat, (int64_t)(territories * sizeof *lat), 0);
    ambit_comm_broadcast(job->comm, lon, (int64_t)(territories * sizeof *lon), 0);
    for (size_t j = 0; j < territories; j++) {
        decided.territories[j].centre_lat = lat[j];
        decided.territories[j].centre_lon = lon[j];
    }
    ambit_free(&job->price_lower);
    ambit_free(&job->price_upper);
    AMBIT_TRY_TOGETHER(job->comm, ambit_verify_take_decisions(job, &decided));
    if (job->accounts.count > 0)
        memcpy(job->label, label + job->accounts.first,
               (size_t)job->accounts.count * sizeof *label);
done:
    ambit_result_clear(&decided);
    ambit_free(&label);
    ambit_free(&lat);
    ambit_free(&lon);
    return status;
}

/* The figures of every point anew, with the bound that the file's prices prove, and what would do
 * for those that break bands or rules. From the largest budget, as they were diagnosed. */
static ambit_status judge_again(struct sweep *sweep, const char *path,
                                const struct ambit_frontier_plans *plans)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = &sweep->job;
    const struct ambit_result *enough = NULL;
    AMBIT_TRY_TOGETHER(
        job->comm, ambit_alloc(&job->label, (size_t)job->accounts.count + 1, sizeof *job->label));
    for (int p = plans->count - 1; p >= 0; p--) {
        struct ambit_frontier_point *const point = &sweep->frontier->point[p];
        point->is_free = plans->point[p].is_free;
        point->budget = plans->point[p].budget;
        point->plan_of = plans->point[p].plan_of;
        AMBIT_TRY(take_point(job, path, plans, p));
        set_budget(sweep, job, point->budget);
        AMBIT_TRY(ambit_job_judge(job, job->label, &point->result));
        point->outside = ambit_frontier_outside(&point->result);
        AMBIT_TRY(diagnose_point(sweep, p, &enough));
    }
    ambit_frontier_mark_knee(sweep->frontier);
done:
    return status;
}

/* The accounts and figures against those of the file. Rank 0 has all of them. */
static ambit_status compare_all(struct sweep *sweep, const char *path,
                                const struct ambit_frontier_plans *plans, struct checking *checking)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = &sweep->job;
    struct ambit_result whole;
    ambit_result_init(&whole);
    AMBIT_TRY(ambit_job_judge(job, job->label, &whole));
    AMBIT_TRY(ambit_job_gather(job, job->label, &whole));
    if (ambit_comm_rank(job->comm) == 0) {
        AMBIT_REQUIRE(plans->scenario_text != NULL);
        if (strcmp(plans->scenario_text, job->scenario.text) != 0)
            differ(checking, "scenario text: the file holds another than the scenario it names");
        status = ambit_frontier_compare_accounts(path, &whole, differ, checking);
        if (status == AMBIT_OK)
            status = ambit_frontier_compare(path, sweep->frontier, differ, checking);
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
done:
    ambit_result_clear(&whole);
    return status;
}

static ambit_status say_checked(const char *path, const struct checking *checking, int points)
{
    if (checking->differences > 0)
        return ambit_fail(AMBIT_ERR_MISMATCH, "%s: %lld figure%s from its inputs", path,
                          (long long)checking->differences,
                          checking->differences == 1 ? " differs" : "s differ");
    (void)fprintf(checking->report, "%s: every figure of %d plans agrees, and the bound of each\n",
                  path, points);
    return AMBIT_OK;
}

ambit_status ambit_verify_frontier(struct ambit_comm *comm, const char *path,
                                   const char *accounts_path, int threads, FILE *report)
{
    ambit_status status = AMBIT_OK;
    struct sweep *sweep = NULL;
    struct ambit_frontier *frontier = NULL;
    struct ambit_frontier_plans plans = {0};
    struct ambit_run_options options;
    const bool first = ambit_comm_rank(comm) == 0;
    struct checking checking = {first ? report : NULL, 0};
    ambit_run_options_init(&options);
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&sweep, 1, sizeof *sweep));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&frontier, 1, sizeof *frontier));
    ambit_frontier_init(frontier);
    sweep->frontier = frontier;
    AMBIT_TRY_TOGETHER(comm, first ? ambit_frontier_plans_read(path, &plans) : AMBIT_OK);
    AMBIT_TRY(share_plans(comm, &plans));
    options.threads = threads;
    options.accounts_path = accounts_path;
    options.scenario_path = plans.scenario_path;
    options.scenario_name = plans.variant;
    ambit_job_init(&sweep->job, comm, &options);
    frontier->count = plans.count;
    AMBIT_TRY(open_job(sweep));
    if (sweep->job.accounts.total != plans.account_count ||
        sweep->job.territories.count != plans.territory_count) {
        differ(&checking, "inputs: the scenario has another number of accounts or territories");
    } else {
        AMBIT_TRY(open_search(sweep));
        AMBIT_TRY(judge_again(sweep, path, &plans));
        AMBIT_TRY(compare_all(sweep, path, &plans, &checking));
    }
    AMBIT_TRY_TOGETHER(comm, first ? say_checked(path, &checking, plans.count) : AMBIT_OK);
done:
    if (status == AMBIT_ERR_INPUT || status == AMBIT_ERR_USAGE) status = AMBIT_ERR_MISMATCH;
    ambit_log_finish();
    ambit_frontier_plans_clear(&plans);
    if (sweep != NULL) {
        ambit_units_clear(&sweep->units);
        ambit_job_clear(&sweep->job);
    }
    if (frontier != NULL) ambit_frontier_clear(frontier);
    ambit_free(&frontier);
    ambit_free(&sweep);
    return status;
}
