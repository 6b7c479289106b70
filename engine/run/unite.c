/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canonical order has the accounts of a group behind each other and cuts no group, so each rank
 * makes its units alone, and units have an order that depends on ranks as little as that of the
 * accounts. A unit's place is the middle of its accounts by visits: it is where a search looks
 * first; every cost is taken from the accounts themselves. The current territory of a unit is that
 * of most of its accounts, ties to the smallest index; what changing hands costs is counted by
 * account.
 *
 * Cost: the units beside the accounts, at most as much memory again. Weakness: a unit that is
 * spread over the nation is dear to price, as all its accounts are looked at for every territory.
 */
#include "engine/run/unite.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"

#include <math.h>
#include <string.h>

bool ambit_job_has_groups(struct ambit_job *job)
{
    int64_t joined = 0;
    for (int32_t i = 1; i < job->accounts.count; i++)
        joined += ambit_account_joins(&job->accounts, i);
    ambit_comm_sum_i64(job->comm, &joined, 1);
    return joined > 0;
}

static int32_t count_units(const struct ambit_accounts *rows)
{
    int32_t units = 0;
    for (int32_t i = 0; i < rows->count; i++)
        units += !ambit_account_joins(rows, i);
    return units;
}

static ambit_status allocate(struct ambit_job *job, struct ambit_job *units)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const to = &units->accounts;
    const int32_t count = count_units(&job->accounts);
    const size_t n = (size_t)count, territories = (size_t)job->territories.count;
    AMBIT_TRY(ambit_accounts_create(count, 0, job->accounts.column_count, to));
    to->rows = &job->accounts;
    AMBIT_TRY(ambit_alloc(&to->local_travel, n, sizeof *to->local_travel));
    AMBIT_TRY(ambit_alloc(&to->members, n + 1, sizeof *to->members));
    AMBIT_TRY(ambit_alloc(&to->begin, n + 1, sizeof *to->begin));
    AMBIT_TRY(ambit_alloc(&units->territories.item, territories, sizeof *job->territories.item));
    memcpy(units->territories.item, job->territories.item,
           territories * sizeof *job->territories.item);
    units->territories.count = job->territories.count;
done:
    return status;
}

/* The middle of rows [begin, end), by visits where there are any. A unit at one place is there to
 * the last bit. */
static void place(const struct ambit_accounts *rows, int32_t begin, int32_t end,
                  struct ambit_accounts *units, int32_t u)
{
    double sum[3] = {0.0}, visits = 0.0;
    bool spread = false;
    for (int32_t i = begin; i < end; i++) {
        visits += (double)rows->visits[i];
        spread |= rows->lat[i] != rows->lat[begin] || rows->lon[i] != rows->lon[begin];
    }
    for (int32_t i = begin; i < end; i++) {
        const double weight = visits > 0.0 ? (double)rows->visits[i] : 1.0;
        sum[0] += weight * rows->x[i];
        sum[1] += weight * rows->y[i];
        sum[2] += weight * rows->z[i];
    }
    const double length = sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
    const bool first = !spread || !(length > 0.0); /* around the whole Earth there is no middle */
    const double unit[3] = {first ? rows->x[begin] : sum[0] / length,
                            first ? rows->y[begin] : sum[1] / length,
                            first ? rows->z[begin] : sum[2] / length};
    units->x[u] = unit[0];
    units->y[u] = unit[1];
    units->z[u] = unit[2];
    units->lat[u] = rows->lat[begin];
    units->lon[u] = rows->lon[begin];
    if (!first) ambit_degrees_from_unit(unit, &units->lat[u], &units->lon[u]);
}

/* The territory that most of rows [begin, end) have today, or -1. `count` is 0 for every territory,
 * and is so again. */
static int32_t previous_of(const struct ambit_accounts *rows, int32_t begin, int32_t end,
                           int32_t *count)
{
    int32_t best = -1;
    for (int32_t i = begin; i < end; i++) {
        if (rows->previous[i] >= 0) count[rows->previous[i]]++;
    }
    for (int32_t i = begin; i < end; i++) {
        const int32_t j = rows->previous[i];
        if (j < 0) continue;
        const bool ties = best >= 0 && count[j] == count[best];
        if (best < 0 || count[j] > count[best] || (ties && j < best)) best = j;
    }
    for (int32_t i = begin; i < end; i++) {
        if (rows->previous[i] >= 0) count[rows->previous[i]] = 0;
    }
    return best;
}

/* Rows [begin, end) as unit u; `count` as previous_of() asks for. */
static void add_up(const struct ambit_accounts *rows, int32_t begin, int32_t end,
                   struct ambit_accounts *units, int32_t u, int32_t *count)
{
    place(rows, begin, end, units, u);
    units->begin[u] = begin;
    units->members[u] = end - begin;
    units->previous[u] = previous_of(rows, begin, end, count);
    for (int32_t i = begin; i < end; i++) {
        units->visits[u] += rows->visits[i];
        units->local_travel[u] += rows->local_travel[i];
        for (int c = 0; c < rows->column_count; c++)
            units->column[c][u] += rows->column[c][i];
    }
}

ambit_status ambit_job_unite(struct ambit_job *job, struct ambit_job *units_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const units = units_out;
    const struct ambit_accounts *const rows = &job->accounts;
    int32_t u = 0, *count = NULL;
    ambit_job_init(units, job->comm, &job->options);
    units->started = job->started;
    units->whole = job;
    units->accounts_hash = job->accounts_hash;
    units->reps_hash = job->reps_hash;
    units->scenario = job->scenario;
    AMBIT_TRY_TOGETHER(job->comm, allocate(job, units));
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&count, (size_t)job->territories.count, sizeof *count));
    for (int32_t begin = 0, end; begin < rows->count; begin = end) {
        for (end = begin + 1; end < rows->count && ambit_account_joins(rows, end);)
            end++;
        add_up(rows, begin, end, &units->accounts, u++, count);
    }
    units->accounts.begin[u] = rows->count;
    AMBIT_TRY_TOGETHER(job->comm, ambit_problem_create(&units->scenario, &units->accounts,
                                                       &units->territories, &units->problem));
    if (job->problem.eligibility != NULL) {
        AMBIT_TRY_TOGETHER(job->comm,
                           ambit_eligibility_unite(job->problem.eligibility, &units->accounts,
                                                   &units->eligibility));
        units->problem.eligibility = &units->eligibility;
    }
    ambit_job_hand_over(job, units);
    units->accounts.first = ambit_comm_sum_below_i64(job->comm, u);
    units->accounts.total = u;
    ambit_comm_sum_i64(job->comm, &units->accounts.total, 1);
done:
    ambit_free(&count);
    if (status != AMBIT_OK) ambit_units_clear(units);
    return status;
}

void ambit_units_spread(const struct ambit_accounts *units, const int32_t *label,
                        int32_t *row_label_out)
{
    for (int32_t u = 0; u < units->count; u++) {
        for (int32_t row = units->begin[u]; row < units->begin[u + 1]; row++)
            row_label_out[row] = label[u];
    }
}

ambit_status ambit_job_take_units(struct ambit_job *job, struct ambit_job *units)
{
    ambit_status status = AMBIT_OK;
    const size_t territories = (size_t)job->territories.count;
    if (job->label == NULL)
        status = ambit_alloc(&job->label, (size_t)job->accounts.count, sizeof *job->label);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_units_spread(&units->accounts, units->label, job->label);
    memcpy(job->scenario.band, units->scenario.band, sizeof job->scenario.band);
    for (int r = 0; r < job->problem.rule_count; r++)
        ambit_problem_refresh_rule(&job->problem, r);
    memcpy(job->territories.item, units->territories.item,
           territories * sizeof *job->territories.item);
    ambit_job_hand_over(units, job);
done:
    return status;
}

void ambit_units_clear(struct ambit_job *units)
{
    ambit_coarse_clear(units);
}
