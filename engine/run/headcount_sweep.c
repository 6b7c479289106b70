/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Four steps: a draft of today's number, whose prices say who could be spared and where the next
 * rep would live; the scenarios as a file; the farm; and the curve from the farm's file.
 *
 * The nation is seen as cells, runs of accounts in their canonical order, so that cells and what
 * comes of them are the same on any ranks. With fixed homes a rep more has a home, at an account's
 * place; where centres are free a territory more finds its own centre.
 */
#include "engine/run/headcount_sweep.h"
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/farm.h"
#include "engine/run/infeasible.h"
#include "engine/run/job.h"
#include "engine/run/unite.h"
#include "io/headcount_hdf5.h"
#include "io/headcount_yaml.h"
#include "io/scenario_yaml.h"
#include "solvers/next_rep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CELLS_A_TERRITORY = 24,
    CELLS_LEAST = 2048,
    CELLS_MOST = 32768,
    STEPS_AROUND = 4,   /* either side of today's number, where none is said */
    AROUND_PERCENT = 5, /* of it between two */
    NAMED_MOST = 3000   /* values that scenarios of a file may name: see AMBIT_YAML_NODE_MAX */
};

ambit_status ambit_job_note_headcount(struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const bool asked = job->scenario.headcount.asked &&
                       ambit_headcount_is_known(&job->scenario, &job->territories);
    if (!asked) return AMBIT_OK;
    if (ambit_comm_rank(job->comm) == 0)
        status = ambit_alloc(&result->headcount, 1, sizeof *result->headcount);
    if (status == AMBIT_OK && ambit_comm_rank(job->comm) == 0)
        status =
            ambit_headcount_measure(&job->scenario, &job->territories, result, result->headcount);
    return AMBIT_AGREE(job->comm, status);
}

/* ---- numbers ---- */

struct plan {
    struct ambit_job job;
    int count;
    int32_t number[AMBIT_HEADCOUNT_MAX];
    int32_t reps; /* territories of the base that have one */
    bool fixed;   /* new reps need a home */
    struct ambit_headcount_curve *curve;
};

static void take_row(struct plan *plan, int32_t from, int32_t to, int32_t step)
{
    plan->count = 0;
    for (int32_t n = from; n <= to && plan->count < AMBIT_HEADCOUNT_MAX; n += step)
        plan->number[plan->count++] = n;
}

/* Today's number and some above and below. */
static void take_around(struct plan *plan, int32_t today)
{
    plan->count = 0;
    for (int k = -STEPS_AROUND; k <= STEPS_AROUND; k++) {
        const int32_t n = today + (int32_t)lround(k * AROUND_PERCENT * today / 100.0);
        const int32_t last = plan->count > 0 ? plan->number[plan->count - 1] : 0;
        if (n > last && n <= plan->job.accounts.total) plan->number[plan->count++] = n;
    }
    if (plan->count == 1 && today > 1) take_row(plan, today - 1, today, 1);
}

static ambit_status take_numbers(struct plan *plan, const struct ambit_headcount_options *asked)
{
    const struct ambit_headcount_terms *const terms = &plan->job.scenario.headcount;
    const int32_t today = plan->job.territories.count;
    if (asked->from > 0) {
        take_row(plan, asked->from, asked->to, asked->step);
    } else if (terms->count > 0) {
        plan->count = terms->count;
        memcpy(plan->number, terms->number, sizeof plan->number);
    } else {
        take_around(plan, today);
    }
    const int32_t most = plan->number[plan->count - 1];
    if (most > plan->job.accounts.total)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: headcount: expected at most as many territories as there are "
                          "accounts, %lld, found %d",
                          plan->job.scenario.path, (long long)plan->job.accounts.total, (int)most);
    if (plan->count == 1 && most == today)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: headcount: expected a number of territories beside today's %d, "
                          "found none",
                          plan->job.scenario.path, (int)today);
    return AMBIT_OK;
}

static ambit_status check_known(const struct ambit_job *job)
{
    const struct ambit_scenario *const s = &job->scenario;
    if (s->audit.work.count == 0)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: headcount: expected a measure such as hours: workload + travel, or "
                          "working_time.work, which say what work is, found neither",
                          s->path);
    if (!ambit_headcount_is_known(s, &job->territories))
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: headcount: expected the hours of reps, by reps.columns.capacity or "
                          "headcount.hours_per_rep, found neither",
                          s->path);
    return AMBIT_OK;
}

/* Micro-hours of work of account i. */
static int64_t work_of(const struct ambit_job *job, int32_t i)
{
    const struct ambit_accounts *const a = &job->accounts;
    const struct ambit_sum *const work = &job->scenario.audit.work;
    int64_t sum = 0;
    for (int t = 0; t < work->count; t++) {
        const int64_t value =
            work->term[t] == AMBIT_TERM_VISITS ? a->visits[i] : a->column[work->term[t]][i];
        sum += work->minus[t] ? -value : value;
    }
    return sum;
}

/* Work that is a difference may be below 0, and no rep has hours for that. Collective. */
static ambit_status check_work(const struct ambit_job *job)
{
    const struct ambit_accounts *const a = &job->accounts;
    int32_t own = 0, first = 0;
    for (int32_t i = a->count - 1; i >= 0; i--) {
        if (work_of(job, i) >= 0) continue;
        own++;
        first = i;
    }
    int64_t all = own;
    ambit_status status = AMBIT_OK;
    ambit_comm_sum_i64(job->comm, &all, 1);
    if (own > 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: headcount: expected hours of work from 0 of each account, found "
                            "less of %lld, such as '%.*s'",
                            job->scenario.path, (long long)all, (int)a->id_width,
                            a->id + (int64_t)first * a->id_width);
    return AMBIT_AGREE(job->comm, status);
}

/* How many reps have to leave and to come at most, and whether a file can name them all. */
static ambit_status count_steps(struct plan *plan)
{
    struct ambit_headcount_curve *const curve = plan->curve;
    const struct ambit_job *const job = &plan->job;
    const int32_t today = job->territories.count;
    int64_t named = 0;
    for (int32_t j = 0; j < today; j++) {
        plan->reps += job->scenario.reps_file != NULL && job->territories.item[j].rep_id[0] != '\0';
        plan->fixed |= job->territories.item[j].centre_kind == AMBIT_CENTRE_HOME;
    }
    for (int n = 0; n < plan->count; n++) {
        const int32_t leave = plan->reps - plan->number[n], hire = plan->number[n] - today;
        if (leave > curve->leave_count) curve->leave_count = leave;
        if (plan->fixed && hire > curve->hire_count) curve->hire_count = hire;
        named += leave > 0 ? leave : plan->fixed && hire > 0 ? 3 * (int64_t)hire : 0;
    }
    if (named > NAMED_MOST)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: headcount: expected numbers that are nearer to today's %d or fewer: "
                          "their scenarios name too many reps who leave or come",
                          job->scenario.path, (int)today);
    return AMBIT_OK;
}

/* ---- cells ---- */

/* Sums of a cell in millionths, and the place of its middle account bit by bit. */
enum { SUM_VISITS, SUM_LOCAL, SUM_WORK, SUM_LAT, SUM_LON, SUM_LOAD };

struct cells {
    int32_t count;
    int width;      /* sums of one */
    int64_t *sum;   /* owned */
    double *number; /* owned; all that follows is within it */
    double *place, *visits, *local, *weight, *load, *home, *price;
    bool *stays; /* owned */
};

static void clear_cells(struct cells *cells)
{
    ambit_free(&cells->sum);
    ambit_free(&cells->number);
    ambit_free(&cells->stays);
}

static int64_t begin_of(int64_t cell, int64_t cells, int64_t total)
{
    return (cell * total + cells - 1) / cells;
}

static int64_t bits_of(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double value_of(int64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static ambit_status sum_cells(const struct ambit_job *job, struct cells *cells)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    const int64_t wanted = (int64_t)CELLS_A_TERRITORY * job->territories.count;
    const int64_t many = wanted < CELLS_LEAST  ? CELLS_LEAST
                         : wanted > CELLS_MOST ? CELLS_MOST
                                               : wanted;
    cells->count = (int32_t)(many < a->total ? many : a->total);
    cells->width = SUM_LOAD + job->problem.rule_count;
    const size_t length = (size_t)cells->count * (size_t)cells->width;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&cells->sum, length, sizeof *cells->sum));
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t at = a->first + i, c = at * cells->count / a->total;
        const int64_t begin = begin_of(c, cells->count, a->total);
        const int64_t end = begin_of(c + 1, cells->count, a->total);
        int64_t *const sum = &cells->sum[c * cells->width];
        sum[SUM_VISITS] += a->visits[i];
        sum[SUM_LOCAL] += a->local_travel[i];
        sum[SUM_WORK] += work_of(job, i);
        for (int r = 0; r < job->problem.rule_count; r++)
            sum[SUM_LOAD + r] += job->problem.base[r][i];
        if (at != (begin + end - 1) / 2) continue;
        sum[SUM_LAT] = bits_of(a->lat[i]);
        sum[SUM_LON] = bits_of(a->lon[i]);
    }
    ambit_comm_sum_i64(job->comm, cells->sum, (int64_t)length);
done:
    return status;
}

/* True where the territory must be there: it is left as it is, or a rule names it. */
static bool is_needed(const struct ambit_job *job, int32_t j)
{
    const struct ambit_eligibility_terms *const rules = &job->scenario.eligibility;
    const struct ambit_territory *const t = &job->territories.item[j];
    for (int n = 0; n < rules->name_count; n++)
        if (strcmp(rules->name[n].text, t->name) == 0 ||
            strcmp(rules->name[n].text, t->rep_id) == 0)
            return true;
    return !ambit_is_asked(&job->problem, j);
}

/* The cells and territories as the solver wants them. */
static ambit_status make_cells(const struct ambit_job *job, struct cells *cells)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)cells->count, k = (size_t)job->territories.count;
    const size_t rules = (size_t)job->problem.rule_count;
    AMBIT_TRY(ambit_alloc(&cells->number, n * (6 + rules) + k * (3 + rules), sizeof(double)));
    AMBIT_TRY(ambit_alloc(&cells->stays, k, sizeof *cells->stays));
    cells->place = cells->number;
    cells->visits = cells->place + 3 * n;
    cells->local = cells->visits + n;
    cells->weight = cells->local + n;
    cells->load = cells->weight + n;
    cells->home = cells->load + n * rules;
    cells->price = cells->home + 3 * k;
    for (size_t c = 0; c < n; c++) {
        const int64_t *const sum = &cells->sum[c * (size_t)cells->width];
        ambit_unit_from_degrees(value_of(sum[SUM_LAT]), value_of(sum[SUM_LON]),
                                &cells->place[3 * c]);
        cells->visits[c] = ambit_from_micro(sum[SUM_VISITS]);
        cells->local[c] = ambit_from_micro(sum[SUM_LOCAL]);
        cells->weight[c] = fmax(ambit_from_micro(sum[SUM_WORK]), 1e-6);
        for (size_t r = 0; r < rules; r++)
            cells->load[c * rules + r] = ambit_from_micro(sum[SUM_LOAD + r]);
    }
    for (size_t j = 0; j < k; j++) {
        const struct ambit_territory *const t = &job->territories.item[j];
        memcpy(&cells->home[3 * j], t->position, sizeof t->position);
        cells->stays[j] =
            job->scenario.reps_file == NULL || t->rep_id[0] == '\0' || is_needed(job, (int32_t)j);
        for (size_t r = 0; r < rules && job->price_upper != NULL; r++)
            cells->price[j * rules + r] =
                job->price_upper[j * rules + r] - job->price_lower[j * rules + r];
    }
done:
    return status;
}

/* ---- who leaves, and where the next rep lives ---- */

static ambit_status name_leavers(struct plan *plan, const struct ambit_next_rep *problem)
{
    ambit_status status = AMBIT_OK;
    struct ambit_headcount_curve *const curve = plan->curve;
    const size_t count = (size_t)curve->leave_count;
    int32_t *who = NULL, can = 0;
    double *hours = NULL;
    for (int32_t j = 0; j < problem->territory_count; j++)
        can += !problem->stays[j];
    if (curve->leave_count > can)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: headcount: expected at least %d territories, as %d of the reps "
                             "cannot leave (rules name them), found %d",
                             plan->job.scenario.path, (int)(plan->reps - can),
                             (int)(plan->reps - can), (int)plan->number[0]));
    AMBIT_TRY(ambit_alloc(&who, count, sizeof *who));
    AMBIT_TRY(ambit_alloc(&hours, count, sizeof *hours));
    AMBIT_TRY(ambit_alloc(&curve->leave, count, sizeof *curve->leave));
    AMBIT_TRY(ambit_next_rep_leave(problem, curve->leave_count, who, hours));
    for (size_t n = 0; n < count; n++) {
        const struct ambit_territory *const t = &plan->job.territories.item[who[n]];
        struct ambit_headcount_step *const step = &curve->leave[n];
        (void)snprintf(step->name, sizeof step->name, "%s", t->name);
        (void)snprintf(step->rep_id, sizeof step->rep_id, "%s", t->rep_id);
        step->has_home = t->has_home;
        ambit_degrees_from_unit(t->has_home ? t->home : t->position, &step->lat, &step->lon);
        step->hours = hours[n];
    }
done:
    ambit_free(&who);
    ambit_free(&hours);
    return status;
}

static ambit_status find_homes(struct plan *plan, const struct ambit_next_rep *problem,
                               const struct cells *cells, int64_t *account_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_headcount_curve *const curve = plan->curve;
    const size_t count = (size_t)curve->hire_count;
    int32_t *where = NULL, number = 0;
    double *hours = NULL;
    AMBIT_TRY(ambit_alloc(&where, count, sizeof *where));
    AMBIT_TRY(ambit_alloc(&hours, count, sizeof *hours));
    AMBIT_TRY(ambit_alloc(&curve->hire, count, sizeof *curve->hire));
    AMBIT_TRY(ambit_next_rep_hire(problem, curve->hire_count, where, hours));
    for (size_t n = 0; n < count; n++) {
        struct ambit_headcount_step *const step = &curve->hire[n];
        const int64_t total = plan->job.accounts.total;
        const int64_t *const sum = &cells->sum[(int64_t)where[n] * cells->width];
        do
            (void)snprintf(step->name, sizeof step->name, "next-%d", (int)++number);
        while (ambit_territories_find_served(&plan->job.territories, step->name) >= 0);
        (void)snprintf(step->rep_id, sizeof step->rep_id, "%s", step->name);
        step->has_home = true;
        step->lat = value_of(sum[SUM_LAT]);
        step->lon = value_of(sum[SUM_LON]);
        step->hours = hours[n];
        account_out[n] = (begin_of(where[n], cells->count, total) +
                          begin_of(where[n] + 1, cells->count, total) - 1) /
                         2;
    }
done:
    ambit_free(&where);
    ambit_free(&hours);
    return status;
}

/* Ids of accounts that some rank has, to all. */
static ambit_status name_homes(struct plan *plan, const int64_t *account)
{
    ambit_status status = AMBIT_OK;
    struct ambit_headcount_curve *const curve = plan->curve;
    const struct ambit_accounts *const a = &plan->job.accounts;
    const int64_t width = a->id_width < AMBIT_RULED_ID - 1 ? a->id_width : AMBIT_RULED_ID - 1;
    int64_t *byte = NULL;
    AMBIT_TRY_TOGETHER(plan->job.comm,
                       ambit_alloc(&byte, (size_t)(curve->hire_count * width), sizeof *byte));
    for (int32_t n = 0; n < curve->hire_count; n++) {
        const int64_t i = account[n] - a->first;
        for (int64_t b = 0; b < width && i >= 0 && i < a->count; b++)
            byte[n * width + b] = (unsigned char)a->id[i * a->id_width + b];
    }
    ambit_comm_sum_i64(plan->job.comm, byte, curve->hire_count * width);
    for (int32_t n = 0; n < curve->hire_count; n++)
        for (int64_t b = 0; b < width; b++)
            curve->hire[n].near_account[b] = (char)byte[n * width + b];
done:
    ambit_free(&byte);
    return status;
}

static ambit_status find_steps(struct plan *plan)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = &plan->job;
    struct ambit_headcount_curve *const curve = plan->curve;
    struct cells cells = {0};
    double travel_weight[AMBIT_RULE_MAX];
    int64_t *account = NULL;
    AMBIT_TRY(sum_cells(job, &cells));
    AMBIT_TRY_TOGETHER(job->comm, make_cells(job, &cells));
    for (int r = 0; r < job->problem.rule_count; r++)
        travel_weight[r] = job->problem.rule[r].travel_weight;
    const struct ambit_next_rep problem = {.scenario = &job->scenario,
                                           .cell_count = cells.count,
                                           .place = cells.place,
                                           .visits = cells.visits,
                                           .local = cells.local,
                                           .weight = cells.weight,
                                           .rule_count = job->problem.rule_count,
                                           .load = cells.load,
                                           .travel_weight = travel_weight,
                                           .territory_count = job->territories.count,
                                           .home = cells.home,
                                           .price = cells.price,
                                           .stays = cells.stays};
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&account, (size_t)curve->hire_count, sizeof *account));
    if (curve->leave_count > 0) AMBIT_TRY_TOGETHER(job->comm, name_leavers(plan, &problem));
    if (curve->hire_count > 0) {
        AMBIT_TRY_TOGETHER(job->comm, find_homes(plan, &problem, &cells, account));
        AMBIT_TRY(name_homes(plan, account));
    }
done:
    ambit_free(&account);
    clear_cells(&cells);
    return status;
}

/* Centres and prices of today's number. */
static ambit_status draft(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job units = {0};
    if (ambit_job_has_groups(job)) {
        AMBIT_TRY(ambit_job_make_units(job, &units));
        AMBIT_TRY(ambit_job_draft(&units));
        AMBIT_TRY(ambit_job_take_units(job, &units));
    } else {
        AMBIT_TRY(ambit_job_draft(job));
    }
done:
    ambit_units_clear(&units);
    return status;
}

/* ---- the whole ---- */

/* Writes the scenarios; what is needed of the job afterwards goes to *scenario_out. */
static ambit_status prepare(struct plan *plan, const struct ambit_headcount_options *numbers,
                            const char *yaml_path, struct ambit_scenario *scenario_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = &plan->job;
    char *text = NULL;
    int64_t bytes = 0;
    job->use = AMBIT_USE_HEADCOUNT;
    AMBIT_TRY(ambit_job_load(job));
    AMBIT_TRY_TOGETHER(job->comm, check_known(job));
    AMBIT_TRY_TOGETHER(job->comm, take_numbers(plan, numbers));
    AMBIT_TRY_TOGETHER(job->comm, count_steps(plan));
    AMBIT_TRY(check_work(job));
    AMBIT_TRY(ambit_job_order(job));
    if (plan->curve->leave_count + plan->curve->hire_count > 0) {
        AMBIT_TRY(draft(job));
        AMBIT_TRY(find_steps(plan));
    }
    AMBIT_TRY(ambit_scenario_read_text(job->options.scenario_path, job->comm, &text, &bytes));
    AMBIT_TRY_TOGETHER(job->comm, ambit_resize(&text, (size_t)bytes + 1, 1));
    text[bytes] = '\0';
    const struct ambit_headcount_sweep sweep = {.count = plan->count,
                                                .number = plan->number,
                                                .has_current =
                                                    job->scenario.territory_column[0] != '\0',
                                                .today = job->territories.count,
                                                .reps = plan->reps,
                                                .curve = plan->curve};
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? ambit_headcount_yaml_write(
                                            yaml_path, job->options.scenario_path, text, &sweep)
                                      : AMBIT_OK);
    (void)snprintf(plan->curve->scenario_name, AMBIT_NAME_MAX, "%s", job->scenario.name);
    *scenario_out = job->scenario;
    ambit_scenario_init(&job->scenario);
done:
    ambit_free(&text);
    plan->curve->refusal = job->refusal;
    job->refusal = NULL;
    ambit_job_clear(job);
    return status;
}

static ambit_status say_infeasible(const struct ambit_headcount_curve *curve)
{
    for (int p = 0; p < curve->count; p++)
        if (curve->point[p].feasible) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INFEASIBLE,
                      "no plan found meets the bands, for any number of territories");
}

ambit_status ambit_headcount_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                                 const struct ambit_headcount_options *numbers,
                                 struct ambit_scenario *scenario_out,
                                 struct ambit_headcount_curve *curve_out)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(comm) == 0;
    struct ambit_run_options farm = *options;
    struct plan *plan = NULL;
    char *yaml_path = NULL;
    const size_t room = strlen(options->result_path) + sizeof ".yaml";
    *curve_out = (struct ambit_headcount_curve){.best = -1, .enough = -1};
    ambit_scenario_init(scenario_out);
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&plan, 1, sizeof *plan));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&yaml_path, room, 1));
    (void)snprintf(yaml_path, room, "%s.yaml", options->result_path);
    plan->curve = curve_out;
    ambit_job_init(&plan->job, comm, options);
    plan->job.options.other_path[2] = yaml_path;
    plan->job.options.resume = false; /* which is about plans of the farm */
    plan->job.draws = true;
    AMBIT_TRY(prepare(plan, numbers, yaml_path, scenario_out));
    farm.scenario_path = yaml_path;
    AMBIT_TRY(ambit_farm(comm, &farm, &curve_out->refusal));
    AMBIT_TRY_TOGETHER(comm,
                       first ? ambit_headcount_read(options->result_path, curve_out) : AMBIT_OK);
    ambit_headcount_value_curve(scenario_out, curve_out);
    AMBIT_TRY_TOGETHER(comm, first ? say_infeasible(curve_out) : AMBIT_OK);
done:
    ambit_free(&yaml_path);
    ambit_free(&plan);
    return status;
}
