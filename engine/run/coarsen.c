/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/coarsen.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"

#include <math.h>
#include <string.h>

enum { BLOCK_MAX = 512 };

int64_t ambit_coarse_block(int64_t accounts, int32_t territories, int64_t runs)
{
    int64_t block = 1;
    if (territories < 1) return 1;
    while (2 * block <= BLOCK_MAX && 2 * block * runs * territories <= accounts)
        block *= 2;
    return block;
}

/* The block of the nation's accounts that account i, or the first of unit i, is in: so that blocks
 * do not depend on the slices, whose borders units move. */
static int64_t block_of(const struct ambit_accounts *accounts, int32_t i, int64_t block)
{
    if (accounts->rows == NULL) return (accounts->first + i) / block;
    return (accounts->rows->first + accounts->begin[i]) / block;
}

/* The last run of each class and tags in a block: other accounts may stand between its own. */
struct open_run {
    int32_t class, run, last; /* last: the account that joined it last */
    uint32_t tags;
};

/* Writes the run of each account of the slice into run_out; returns how many there are. Runs are
 * numbered in the order of their first accounts. */
static int32_t number_runs(const struct ambit_job *job, int64_t block, int32_t *run_out)
{
    const struct ambit_accounts *const accounts = &job->accounts;
    const bool by_previous = ambit_problem_has_disruption(&job->problem);
    struct open_run open[BLOCK_MAX];
    int32_t runs = 0;
    int open_count = 0;
    for (int32_t i = 0; i < accounts->count; i++) {
        const int32_t class = ambit_class_of(&job->problem, i);
        const uint32_t tags = ambit_account_tags(accounts, i);
        int at = 0;
        if (i == 0 || block_of(accounts, i, block) != block_of(accounts, i - 1, block))
            open_count = 0;
        while (at < open_count && (open[at].class != class || open[at].tags != tags))
            at++;
        const bool same =
            at < open_count &&
            (!by_previous || accounts->previous[i] == accounts->previous[open[at].last]);
        if (!same) {
            open_count += at == open_count;
            open[at] = (struct open_run){class, runs++, i, tags};
        }
        open[at].last = i;
        run_out[i] = open[at].run;
    }
    return runs;
}

/* The accounts of each run, run after run: first_out has runs + 1 values. */
static void list_members(const int32_t *run, int32_t count, int32_t runs, int32_t *first_out,
                         int32_t *member_out)
{
    for (int32_t i = 0; i < count; i++)
        first_out[run[i] + 1]++;
    for (int32_t c = 0; c < runs; c++)
        first_out[c + 1] += first_out[c];
    for (int32_t i = 0; i < count; i++)
        member_out[first_out[run[i]]++] = i;
    for (int32_t c = runs; c > 0; c--)
        first_out[c] = first_out[c - 1];
    first_out[0] = 0;
}

/* The middle of a run, by visits where there are any. */
static void place(const struct ambit_accounts *accounts, const int32_t *member, int32_t count,
                  struct ambit_accounts *coarse, int32_t c)
{
    double sum[3] = {0.0}, visits = 0.0;
    for (int32_t m = 0; m < count; m++)
        visits += (double)accounts->visits[member[m]];
    for (int32_t m = 0; m < count; m++) {
        const int32_t i = member[m];
        const double weight = visits > 0.0 ? (double)accounts->visits[i] : 1.0;
        sum[0] += weight * accounts->x[i];
        sum[1] += weight * accounts->y[i];
        sum[2] += weight * accounts->z[i];
    }
    const double length = sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
    const bool spread = !(length > 0.0); /* around the whole Earth: there is no middle */
    const double unit[3] = {spread ? accounts->x[member[0]] : sum[0] / length,
                            spread ? accounts->y[member[0]] : sum[1] / length,
                            spread ? accounts->z[member[0]] : sum[2] / length};
    coarse->x[c] = unit[0];
    coarse->y[c] = unit[1];
    coarse->z[c] = unit[2];
    ambit_degrees_from_unit(unit, &coarse->lat[c], &coarse->lon[c]);
}

/* The members of a run as account c. */
static void add_up(const struct ambit_job *job, const int32_t *member, int32_t count,
                   struct ambit_job *coarse, int32_t c)
{
    const struct ambit_accounts *const from = &job->accounts;
    struct ambit_accounts *const to = &coarse->accounts;
    place(from, member, count, to, c);
    to->previous[c] = from->previous[member[0]];
    if (to->tags != NULL) to->tags[c] = ambit_account_tags(from, member[0]);
    if (to->class_of != NULL) to->class_of[c] = from->class_of[member[0]];
    for (int32_t m = 0; m < count; m++) {
        const int32_t i = member[m];
        to->members[c] += ambit_account_members(from, i);
        to->visits[c] += from->visits[i];
        to->local_travel[c] += from->local_travel[i];
        for (int k = 0; k < from->column_count; k++)
            to->column[k][c] += from->column[k][i];
        for (int r = 0; r < job->problem.rule_count; r++) {
            if (coarse->problem.own_base[r] != NULL) /* else it is a column, as above */
                coarse->problem.own_base[r][c] += job->problem.base[r][i];
        }
    }
}

static ambit_status allocate(const struct ambit_job *job, int32_t runs, struct ambit_job *coarse)
{
    ambit_status status = AMBIT_OK;
    const size_t territories = (size_t)job->territories.count, n = (size_t)runs;
    struct ambit_accounts *const accounts = &coarse->accounts;
    AMBIT_TRY(ambit_accounts_create(runs, 0, job->accounts.column_count, accounts));
    AMBIT_TRY(ambit_alloc(&accounts->local_travel, n, sizeof *accounts->local_travel));
    AMBIT_TRY(ambit_alloc(&accounts->members, n + 1, sizeof *accounts->members));
    if (ambit_disruption_is_detailed(&job->scenario.disruption))
        AMBIT_TRY(ambit_alloc(&accounts->tags, n + 1, sizeof *accounts->tags));
    if (job->accounts.class_of != NULL)
        AMBIT_TRY(ambit_alloc(&accounts->class_of, n + 1, sizeof *accounts->class_of));
    AMBIT_TRY(ambit_alloc(&coarse->label, n, sizeof *coarse->label));
    AMBIT_TRY(ambit_alloc(&coarse->territories.item, territories, sizeof *job->territories.item));
    memcpy(coarse->territories.item, job->territories.item,
           territories * sizeof *job->territories.item);
    coarse->territories.count = job->territories.count;
    AMBIT_TRY(
        ambit_problem_create(&coarse->scenario, accounts, &coarse->territories, &coarse->problem));
    coarse->problem.eligibility = job->problem.eligibility;
    for (int r = 0; r < coarse->problem.rule_count; r++) {
        if (coarse->problem.own_base[r] != NULL)
            memset(coarse->problem.own_base[r], 0, n * sizeof *coarse->problem.own_base[r]);
    }
done:
    return status;
}

void ambit_job_hand_over(struct ambit_job *from, struct ambit_job *to)
{
    memcpy(to->relaxation, from->relaxation, sizeof from->relaxation);
    to->price_lower = from->price_lower;
    to->price_upper = from->price_upper;
    to->round = from->round;
    to->round_count = from->round_count;
    to->round_room = from->round_room;
    to->stopped_by_time_limit = from->stopped_by_time_limit;
    if (from->enough != NULL) to->enough = from->enough;
    from->enough = NULL;
    ambit_budgets_take(&from->problem.budgets, &to->problem.budgets);
    ambit_budgets_price(&to->scenario, &to->accounts, &to->problem.budgets);
    from->price_lower = from->price_upper = NULL;
    from->round = NULL;
    from->round_count = from->round_room = 0;
}

ambit_status ambit_job_coarsen(struct ambit_job *job, int64_t block, struct ambit_job *coarse_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const coarse = coarse_out;
    const int32_t count = job->accounts.count;
    int32_t *plan = NULL, *first = NULL, *member = NULL;
    ambit_job_init(coarse, job->comm, &job->options);
    coarse->started = job->started;
    coarse->keeper = job->keeper;
    coarse->start = job->start;
    coarse->scenario = job->scenario;
    if (job->label == NULL) /* as it stays on a rank without accounts */
        status = ambit_alloc(&job->label, (size_t)count, sizeof *job->label);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&plan, (size_t)count, sizeof *plan));
    if (count > 0) memcpy(plan, job->label, (size_t)count * sizeof *plan);
    const int32_t runs = number_runs(job, block, job->label);
    AMBIT_TRY_TOGETHER(job->comm, allocate(job, runs, coarse));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&first, (size_t)runs + 1, sizeof *first));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&member, (size_t)count, sizeof *member));
    list_members(job->label, count, runs, first, member);
    for (int32_t c = 0; c < runs; c++) {
        add_up(job, &member[first[c]], first[c + 1] - first[c], coarse, c);
        coarse->label[c] = plan[member[first[c]]];
    }
    ambit_job_hand_over(job, coarse);
    coarse->accounts.first = ambit_comm_sum_below_i64(job->comm, runs);
    coarse->accounts.total = runs;
    ambit_comm_sum_i64(job->comm, &coarse->accounts.total, 1);
done:
    ambit_free(&plan);
    ambit_free(&first);
    ambit_free(&member);
    if (status != AMBIT_OK) ambit_coarse_clear(coarse);
    return status;
}

void ambit_job_take_coarse(struct ambit_job *job, struct ambit_job *coarse)
{
    memcpy(job->scenario.band, coarse->scenario.band, sizeof job->scenario.band);
    for (int r = 0; r < job->problem.rule_count; r++)
        ambit_problem_refresh_rule(&job->problem, r);
    for (int32_t j = 0; j < job->territories.count; j++) {
        job->territories.item[j] = coarse->territories.item[j];
        job->territories.item[j].centre_account = -1; /* a run is no account */
    }
    for (int32_t i = 0; i < job->accounts.count; i++)
        job->label[i] = coarse->label[job->label[i]];
    ambit_job_hand_over(coarse, job);
    ambit_coarse_clear(coarse);
}

void ambit_coarse_clear(struct ambit_job *coarse)
{
    ambit_scenario_init(&coarse->scenario); /* what it points to is the whole job's */
    ambit_job_clear(coarse);
}
