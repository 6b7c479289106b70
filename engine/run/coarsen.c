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

/* Writes the run of each account of the slice into run_out; returns how many there are. */
static int32_t number_runs(const struct ambit_job *job, int64_t block, int32_t *run_out)
{
    const struct ambit_accounts *const accounts = &job->accounts;
    const bool by_previous = job->problem.disruption > 0;
    int32_t runs = 0;
    for (int32_t i = 0; i < accounts->count; i++) {
        const bool same = i > 0 &&
                          block_of(accounts, i, block) == block_of(accounts, i - 1, block) &&
                          (!by_previous || accounts->previous[i] == accounts->previous[i - 1]);
        runs += !same;
        run_out[i] = runs - 1;
    }
    return runs;
}

/* The middle of a run, by visits where there are any. */
static void place(const struct ambit_accounts *accounts, int32_t begin, int32_t end,
                  struct ambit_accounts *coarse, int32_t c)
{
    double sum[3] = {0.0}, visits = 0.0;
    for (int32_t i = begin; i < end; i++)
        visits += (double)accounts->visits[i];
    for (int32_t i = begin; i < end; i++) {
        const double weight = visits > 0.0 ? (double)accounts->visits[i] : 1.0;
        sum[0] += weight * accounts->x[i];
        sum[1] += weight * accounts->y[i];
        sum[2] += weight * accounts->z[i];
    }
    const double length = sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
    const bool spread = !(length > 0.0); /* around the whole Earth: there is no middle */
    const double unit[3] = {spread ? accounts->x[begin] : sum[0] / length,
                            spread ? accounts->y[begin] : sum[1] / length,
                            spread ? accounts->z[begin] : sum[2] / length};
    coarse->x[c] = unit[0];
    coarse->y[c] = unit[1];
    coarse->z[c] = unit[2];
    ambit_degrees_from_unit(unit, &coarse->lat[c], &coarse->lon[c]);
}

/* Accounts [begin, end) as account c. */
static void add_up(const struct ambit_job *job, int32_t begin, int32_t end,
                   struct ambit_job *coarse, int32_t c)
{
    const struct ambit_accounts *const from = &job->accounts;
    struct ambit_accounts *const to = &coarse->accounts;
    place(from, begin, end, to, c);
    to->previous[c] = from->previous[begin];
    for (int32_t i = begin; i < end; i++) {
        to->members[c] += ambit_account_members(from, i);
        to->visits[c] += from->visits[i];
        to->local_travel[c] += from->local_travel[i];
        for (int k = 0; k < from->column_count; k++)
            to->column[k][c] += from->column[k][i];
        for (int r = 0; r < job->problem.rule_count; r++)
            coarse->problem.base[r][c] += job->problem.base[r][i];
    }
}

static ambit_status allocate(const struct ambit_job *job, int32_t runs, struct ambit_job *coarse)
{
    ambit_status status = AMBIT_OK;
    const size_t territories = (size_t)job->territories.count, n = (size_t)runs;
    struct ambit_accounts *const accounts = &coarse->accounts;
    AMBIT_TRY(ambit_accounts_create(runs, 0, job->accounts.column_count, accounts));
    AMBIT_TRY(ambit_alloc(&accounts->local_travel, n, sizeof *accounts->local_travel));
    AMBIT_TRY(ambit_alloc(&accounts->members, n, sizeof *accounts->members));
    AMBIT_TRY(ambit_alloc(&coarse->label, n, sizeof *coarse->label));
    AMBIT_TRY(ambit_alloc(&coarse->territories.item, territories, sizeof *job->territories.item));
    memcpy(coarse->territories.item, job->territories.item,
           territories * sizeof *job->territories.item);
    coarse->territories.count = job->territories.count;
    AMBIT_TRY(
        ambit_problem_create(&coarse->scenario, accounts, &coarse->territories, &coarse->problem));
    for (int r = 0; r < coarse->problem.rule_count && runs > 0; r++)
        memset(coarse->problem.base[r], 0, n * sizeof *coarse->problem.base[r]);
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
    from->price_lower = from->price_upper = NULL;
    from->round = NULL;
    from->round_count = from->round_room = 0;
}

ambit_status ambit_job_coarsen(struct ambit_job *job, int64_t block, struct ambit_job *coarse_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const coarse = coarse_out;
    const int32_t count = job->accounts.count;
    int32_t *plan = NULL;
    ambit_job_init(coarse, job->comm, &job->options);
    coarse->started = job->started;
    coarse->keeper = job->keeper;
    coarse->scenario = job->scenario;
    if (job->label == NULL)
        AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&job->label, (size_t)count, sizeof *job->label));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&plan, (size_t)count, sizeof *plan));
    if (count > 0) memcpy(plan, job->label, (size_t)count * sizeof *plan);
    const int32_t runs = number_runs(job, block, job->label);
    AMBIT_TRY_TOGETHER(job->comm, allocate(job, runs, coarse));
    for (int32_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && job->label[end] == job->label[begin];)
            end++;
        add_up(job, begin, end, coarse, job->label[begin]);
        coarse->label[job->label[begin]] = plan[begin];
    }
    ambit_job_hand_over(job, coarse);
    coarse->accounts.first = ambit_comm_sum_below_i64(job->comm, runs);
    coarse->accounts.total = runs;
    ambit_comm_sum_i64(job->comm, &coarse->accounts.total, 1);
done:
    ambit_free(&plan);
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
