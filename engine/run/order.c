/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canonical order: Hilbert key, ties by id. Each rank sorts its rows; splitting keys are found
 * by bisection on the 62-bit key with one sum over the ranks a step; rows travel once. Slices are
 * as equal as equal keys allow, and nothing later depends on where they are cut.
 */
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/model/neighbours.h"
#include "engine/run/job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row as it travels: fixed part, then columns, then the id. */
struct row {
    uint64_t key;
    double lat, lon;
    int64_t visits;
    int32_t previous;
    int32_t unused;
    int64_t column[]; /* column_count values, then id_width bytes */
};

static size_t row_bytes(const struct ambit_accounts *accounts)
{
    const size_t bytes = sizeof(struct row) + (size_t)accounts->column_count * sizeof(int64_t) +
                         (size_t)accounts->id_width;
    return (bytes + 7) / 8 * 8;
}

static char *row_id(const struct row *row, int32_t column_count)
{
    return (char *)(row->column + column_count);
}

static int row_columns, row_id_width; /* for qsort, which passes no context */

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return memcmp(row_id(x, row_columns), row_id(y, row_columns), (size_t)row_id_width);
}

static struct row *row_at(void *rows, size_t bytes, int64_t i)
{
    return (struct row *)((char *)rows + bytes * (size_t)i);
}

static void pack(const struct ambit_accounts *accounts, size_t bytes, void *rows)
{
    const size_t width = (size_t)accounts->id_width;
    for (int32_t i = 0; i < accounts->count; i++) {
        struct row *row = row_at(rows, bytes, i);
        row->key = ambit_hilbert_key(accounts->lat[i], accounts->lon[i]);
        row->lat = accounts->lat[i];
        row->lon = accounts->lon[i];
        row->visits = accounts->visits[i];
        row->previous = accounts->previous[i];
        for (int c = 0; c < accounts->column_count; c++)
            row->column[c] = accounts->column[c][i];
        memcpy(row_id(row, accounts->column_count), &accounts->id[width * (size_t)i], width);
    }
}

static void unpack(void *rows, size_t bytes, struct ambit_accounts *accounts)
{
    const size_t width = (size_t)accounts->id_width;
    for (int32_t i = 0; i < accounts->count; i++) {
        const struct row *row = row_at(rows, bytes, i);
        double unit[3];
        ambit_unit_from_degrees(row->lat, row->lon, unit);
        accounts->lat[i] = row->lat;
        accounts->lon[i] = row->lon;
        accounts->x[i] = unit[0];
        accounts->y[i] = unit[1];
        accounts->z[i] = unit[2];
        accounts->visits[i] = row->visits;
        accounts->previous[i] = row->previous;
        for (int c = 0; c < accounts->column_count; c++)
            accounts->column[c][i] = row->column[c];
        memcpy(&accounts->id[width * (size_t)i], row_id(row, accounts->column_count), width);
    }
}

/* How many of the sorted rows have a key below `key`. */
static int64_t count_below(void *rows, size_t bytes, int64_t count, uint64_t key)
{
    int64_t low = 0, high = count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (row_at(rows, bytes, middle)->key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* counts_out[r]: how many of this rank's sorted rows go to rank r. Collective. */
static ambit_status split_rows(struct ambit_comm *comm, void *rows, size_t bytes, int64_t count,
                               int64_t total, int64_t *counts_out)
{
    ambit_status status = AMBIT_OK;
    const int size = ambit_comm_size(comm);
    uint64_t *least = NULL; /* smallest key of each rank's slice */
    int64_t *below = NULL;
    AMBIT_TRY(ambit_alloc(&least, (size_t)size + 1, sizeof *least));
    status = ambit_alloc(&below, (size_t)size + 1, sizeof *below);
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    for (int bit = 61; bit >= 0; bit--) {
        for (int r = 1; r < size; r++)
            below[r] = count_below(rows, bytes, count, least[r] | UINT64_C(1) << bit);
        ambit_comm_sum_i64(comm, below, size);
        for (int r = 1; r < size; r++) {
            int64_t begin, end;
            ambit_comm_split(total, size, r, &begin, &end);
            if (below[r] <= begin) least[r] |= UINT64_C(1) << bit;
        }
    }
    int64_t sent = 0;
    for (int r = 0; r < size; r++) {
        const int64_t until = r + 1 < size ? count_below(rows, bytes, count, least[r + 1]) : count;
        counts_out[r] = until - sent;
        sent = until;
    }
done:
    ambit_free(&least);
    ambit_free(&below);
    return status;
}

static ambit_status sort_accounts(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const accounts = &job->accounts;
    const size_t bytes = row_bytes(accounts);
    const int64_t total = accounts->total;
    void *rows = NULL, *received = NULL;
    int64_t *counts = NULL, arrived = 0;
    struct ambit_accounts sorted = {0};
    row_columns = accounts->column_count;
    row_id_width = accounts->id_width;
    status = ambit_alloc(&rows, (size_t)accounts->count, bytes);
    if (status == AMBIT_OK)
        status = ambit_alloc(&counts, (size_t)ambit_comm_size(job->comm), sizeof *counts);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    pack(accounts, bytes, rows);
    if (accounts->count > 0) qsort(rows, (size_t)accounts->count, bytes, compare_rows);
    AMBIT_TRY(split_rows(job->comm, rows, bytes, accounts->count, total, counts));
    AMBIT_TRY(
        ambit_comm_exchange(job->comm, rows, counts, (int64_t)bytes, &received, &arrived, NULL));
    ambit_free(&rows);
    if (arrived > 0) qsort(received, (size_t)arrived, bytes, compare_rows);
    status = ambit_accounts_create((int32_t)arrived, accounts->id_width, accounts->column_count,
                                   &sorted);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    unpack(received, bytes, &sorted);
    sorted.total = total;
    sorted.first = ambit_comm_sum_below_i64(job->comm, arrived);
    ambit_accounts_clear(accounts);
    *accounts = sorted;
done:
    ambit_free(&rows);
    ambit_free(&received);
    ambit_free(&counts);
    return status;
}

/* Sums are int64: refuses what could not be counted, before anything is. Travel is taken as if
 * every visit crossed the globe. */
static ambit_status check_range(struct ambit_job *job, int neighbours)
{
    const struct ambit_scenario *scenario = &job->scenario;
    const double spacing =
        scenario->local_factor * sqrt(M_PI / neighbours) * M_PI * AMBIT_EARTH_RADIUS_KM;
    const double hours = ambit_haul_hours(scenario, 4.0) +
                         ambit_drive_minutes(&scenario->drive_time, spacing) / 60.0;
    int64_t total[AMBIT_COLUMN_MAX + 1] = {0}; /* micro-units; the loader has checked each alone */
    for (int32_t i = 0; i < job->accounts.count; i++) {
        for (int c = 0; c < scenario->column_count; c++)
            total[c] += job->accounts.column[c][i];
        total[AMBIT_COLUMN_MAX] += job->accounts.visits[i];
    }
    ambit_comm_sum_i64(job->comm, total, AMBIT_COLUMN_MAX + 1);
    const double travel = (double)total[AMBIT_COLUMN_MAX] * hours;
    if (!(travel < (double)AMBIT_MICRO_SUM_MAX))
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected travel below %.3g hours a year in all, found that it could "
                          "reach %.3g; give fewer visits, or shorter drives in travel.minutes",
                          scenario->path, ambit_from_micro(AMBIT_MICRO_SUM_MAX), travel * 1e-6);
    for (int m = 0; m < scenario->measure_count; m++) {
        double sum = 0.0;
        for (int t = 0; t < scenario->measure[m].term_count; t++) {
            const int term = scenario->measure[m].term[t];
            sum += term == AMBIT_TERM_TRAVEL  ? travel
                   : term == AMBIT_TERM_COUNT ? (double)job->accounts.total * 1e6
                                              : (double)total[term];
        }
        if (!(sum < (double)AMBIT_MICRO_SUM_MAX))
            return ambit_fail(AMBIT_ERR_INPUT,
                              "%s: measures.%s: expected a sum below %.3g over the nation, found "
                              "that it could reach %.3g; give its columns in thousands",
                              scenario->path, scenario->measure[m].name,
                              ambit_from_micro(AMBIT_MICRO_SUM_MAX), sum * 1e-6);
    }
    return AMBIT_OK;
}

/* Local travel of every account of the slice, from the density of all accounts around it. */
static ambit_status prepare_travel(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const accounts = &job->accounts;
    const struct ambit_scenario *scenario = &job->scenario;
    const double stops = ceil(scenario->stops_per_day);
    const int neighbours = (int)fmin(fmax(stops, 1.0), AMBIT_NEIGHBOUR_MAX);
    double *own = NULL, *all = NULL, *chord2 = NULL;
    int64_t count = 0;
    AMBIT_TRY_TOGETHER(job->comm, check_range(job, neighbours));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&own, 3 * (size_t)accounts->count, sizeof *own));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&chord2, (size_t)accounts->count, sizeof *chord2));
    AMBIT_TRY_TOGETHER(
        job->comm, ambit_alloc(&accounts->local_travel, (size_t)accounts->count, sizeof(int64_t)));
    for (int32_t i = 0; i < accounts->count; i++) {
        own[3 * (int64_t)i] = accounts->x[i];
        own[3 * (int64_t)i + 1] = accounts->y[i];
        own[3 * (int64_t)i + 2] = accounts->z[i];
    }
    AMBIT_TRY(
        ambit_comm_all_gather(job->comm, own, accounts->count, 3 * sizeof(double), &all, &count));
    AMBIT_TRY_TOGETHER(job->comm, ambit_neighbour_chord2(all, count, accounts->first,
                                                         accounts->first + accounts->count,
                                                         neighbours, chord2));
    for (int32_t i = 0; i < accounts->count; i++) {
        const double radius = ambit_km_from_chord2(chord2[i]);
        const double spacing = scenario->local_factor * sqrt(M_PI / neighbours) * radius;
        accounts->local_travel[i] = ambit_local_travel(scenario, accounts->visits[i], spacing);
    }
done:
    ambit_free(&own);
    ambit_free(&all);
    ambit_free(&chord2);
    return status;
}

ambit_status ambit_job_order(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    ambit_log_progress("order", 0, 0, "");
    AMBIT_TRY(sort_accounts(job));
    AMBIT_TRY(prepare_travel(job));
    AMBIT_TRY_TOGETHER(job->comm, ambit_problem_create(&job->scenario, &job->accounts,
                                                       &job->territories, &job->problem));
done:
    return status;
}
