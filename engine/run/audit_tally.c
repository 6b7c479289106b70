/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that an audit sums over accounts, in whole millionths, so that the figures are the
 * same on any ranks and threads. Classes by parts of the accounts need the k-th largest value of a
 * column over all ranks: it is found bit by bit, with one sum over the ranks a bit, which needs no
 * account to travel. Cost: a pass over the accounts with the drives to the centres around, and 62
 * passes over one column where classes are parts.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/audit.h"

#include <math.h>
#include <omp.h>
#include <string.h>

enum { VALUE_BITS = 62 }; /* of a column's value: AMBIT_MICRO_SUM_MAX */

void ambit_kpi_tally_clear(struct ambit_kpi_tally *tally)
{
    ambit_free(&tally->territory);
    ambit_free(&tally->area);
}

/* ---- classes ---- */

/* least[c]: the largest value that at least rank[c] accounts reach. */
static void find_least(struct ambit_job *job, const int64_t *value, const int64_t *rank, int count,
                       int64_t *least)
{
    memset(least, 0, (size_t)count * sizeof *least);
    for (int bit = VALUE_BITS; bit >= 0; bit--) {
        int64_t above[AMBIT_SEGMENT_MAX] = {0};
        for (int c = 0; c < count; c++) {
            const int64_t candidate = least[c] | INT64_C(1) << bit;
            int64_t reach = 0;
#pragma omp parallel for schedule(static) reduction(+ : reach)
            for (int32_t i = 0; i < job->accounts.count; i++)
                reach += value[i] >= candidate;
            above[c] = reach;
        }
        ambit_comm_sum_i64(job->comm, above, count);
        for (int c = 0; c < count; c++)
            if (above[c] >= rank[c]) least[c] |= INT64_C(1) << bit;
    }
}

/* The least value of each class, micro-units; 0 for the last. */
static void find_classes(struct ambit_job *job, int64_t least[AMBIT_SEGMENT_MAX])
{
    const struct ambit_segments *const s = &job->scenario.audit.segments;
    int64_t rank[AMBIT_SEGMENT_MAX];
    double part = 0.0;
    memset(least, 0, AMBIT_SEGMENT_MAX * sizeof *least);
    if (s->column < 0) return;
    for (int c = 0; c + 1 < s->count; c++) {
        least[c] = ambit_to_micro(s->limit[c]);
        part += s->limit[c];
        /* A little less than the product, which may be a hair above the whole number meant. */
        rank[c] = (int64_t)ceil(part * (double)job->accounts.total * (1.0 - 1e-12));
    }
    if (s->kind == AMBIT_SEGMENT_LARGEST)
        find_least(job, job->accounts.column[s->column], rank, s->count - 1, least);
}

/* ---- territories ---- */

/* What stays the same for all accounts. */
struct tally {
    const struct ambit_job *job;
    const int32_t *label;
    const struct ambit_kpi_shape *shape;
    int64_t least[AMBIT_SEGMENT_MAX];
};

/* The least travel of account i from the centres beside its own. */
static int64_t travel_from_neighbours(const struct tally *t, int32_t i, int64_t travel)
{
    const int32_t j = t->label[i];
    const struct ambit_territory *const item = t->job->territories.item;
    int64_t least = travel;
    for (int32_t n = t->shape->neighbour_first[j]; n < t->shape->neighbour_first[j + 1]; n++) {
        const int64_t other = ambit_travel_of(&t->job->scenario, &t->job->accounts, i,
                                              item[t->shape->neighbour[n]].position);
        if (other < least) least = other;
    }
    return least;
}

static void tally_account(const struct tally *t, int32_t i, int64_t *sums)
{
    const struct ambit_accounts *const a = &t->job->accounts;
    const struct ambit_audit_terms *const audit = &t->job->scenario.audit;
    const double *const centre = t->job->territories.item[t->label[i]].position;
    const double place[3] = {a->x[i], a->y[i], a->z[i]};
    const int64_t travel = ambit_travel_of(&t->job->scenario, a, i, centre);
    const int64_t least = travel_from_neighbours(t, i, travel);
    const bool target = audit->target_column < 0 || a->column[audit->target_column][i] > 0;
    const bool visited = audit->visited_column >= 0 && a->column[audit->visited_column][i] > 0;
    sums[AMBIT_SUM_ACCOUNTS]++;
    sums[AMBIT_SUM_TRAVEL] += travel;
    sums[AMBIT_SUM_VISITS] += a->visits[i];
    sums[AMBIT_SUM_MINUTES] += ambit_to_micro(ambit_drive_minutes(
        &t->job->scenario.drive_time, ambit_km_from_chord2(ambit_chord2(place, centre))));
    sums[AMBIT_SUM_TARGETS] += target;
    sums[AMBIT_SUM_VISITED] += target && visited;
    sums[AMBIT_SUM_NEARER] += least < travel;
    sums[AMBIT_SUM_SAVED] += travel - least;
    if (audit->segments.column >= 0) {
        int c = 0;
        while (a->column[audit->segments.column][i] < t->least[c])
            c++;
        sums[AMBIT_SUM_SEGMENT + c]++;
    }
    for (int c = 0; c < a->column_count; c++)
        sums[AMBIT_SUM_COLUMN + c] += a->column[c][i];
}

static ambit_status tally_territories(struct ambit_job *job, const struct tally *t, int64_t *sums)
{
    ambit_status status = AMBIT_OK;
    const int64_t length = (int64_t)job->territories.count * AMBIT_SUM_WIDTH;
    const int threads = omp_get_max_threads();
    int64_t *own = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&own, (size_t)length * (size_t)threads, sizeof *own));
#pragma omp parallel num_threads(threads)
    {
        int64_t *const mine = &own[length * omp_get_thread_num()];
#pragma omp for schedule(static)
        for (int32_t i = 0; i < job->accounts.count; i++)
            tally_account(t, i, &mine[(int64_t)t->label[i] * AMBIT_SUM_WIDTH]);
    }
    for (int64_t s = 0; s < length * threads; s++)
        sums[s % length] += own[s];
    ambit_comm_sum_i64(job->comm, sums, length);
    for (int64_t s = 0; s < length; s++)
        sums[length + s % AMBIT_SUM_WIDTH] += sums[s];
done:
    ambit_free(&own);
    return status;
}

double ambit_kpi_sum(const struct ambit_sum *sum, const int64_t *sums)
{
    double value = 0.0;
    for (int t = 0; t < sum->count; t++) {
        const int term = sum->term[t];
        const double part =
            term == AMBIT_TERM_COUNT
                ? (double)sums[AMBIT_SUM_ACCOUNTS]
                : ambit_from_micro(term == AMBIT_TERM_TRAVEL   ? sums[AMBIT_SUM_TRAVEL]
                                   : term == AMBIT_TERM_VISITS ? sums[AMBIT_SUM_VISITS]
                                                               : sums[AMBIT_SUM_COLUMN + term]);
        value += sum->minus[t] ? -part : part;
    }
    return value;
}

/* ---- areas ---- */

/* Micro-units of a sum for one account. */
static int64_t sum_of_account(const struct tally *t, const struct ambit_sum *sum, int32_t i)
{
    const struct ambit_accounts *const a = &t->job->accounts;
    int64_t value = 0;
    for (int n = 0; n < sum->count; n++) {
        const int term = sum->term[n];
        const int64_t part = term == AMBIT_TERM_COUNT    ? AMBIT_MICRO
                             : term == AMBIT_TERM_VISITS ? a->visits[i]
                             : term == AMBIT_TERM_TRAVEL
                                 ? ambit_travel_of(&t->job->scenario, a, i,
                                                   t->job->territories.item[t->label[i]].position)
                                 : a->column[term][i];
        value += sum->minus[n] ? -part : part;
    }
    return value;
}

/* Fails where the terms of a sum together could not be counted. */
static ambit_status check_range(const struct ambit_job *job, const char *what,
                                const struct ambit_sum *sum, const int64_t *nation)
{
    struct ambit_sum all = *sum;
    memset(all.minus, 0, sizeof all.minus);
    const double total = ambit_kpi_sum(&all, nation);
    if (total < ambit_from_micro(AMBIT_MICRO_SUM_MAX)) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: %s: expected a sum below %.3g over the nation, found %.3g; give its "
                      "columns in thousands",
                      job->scenario.path, what, ambit_from_micro(AMBIT_MICRO_SUM_MAX), total);
}

/* Areas are runs of equally many accounts of the canonical order; the last takes what is left. */
static ambit_status tally_areas(struct ambit_job *job, const struct tally *t,
                                struct ambit_kpi_tally *tally)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    const struct ambit_audit_terms *const audit = &job->scenario.audit;
    const int64_t wanted = a->total / (AMBIT_AREAS_PER_TERRITORY * (int64_t)job->territories.count);
    const int64_t accounts = wanted > AMBIT_AREA_ACCOUNTS ? wanted : AMBIT_AREA_ACCOUNTS;
    const int64_t areas = a->total > accounts ? a->total / accounts : 1;
    tally->area_total = areas;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&tally->area, (size_t)areas,
                                              AMBIT_AREA_SUM_WIDTH * sizeof(int64_t)));
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t index = a->first + i;
        const int64_t area = index / accounts < areas ? index / accounts : areas - 1;
        const int64_t begin = area * accounts, end = area + 1 < areas ? begin + accounts : a->total;
        int64_t *const sums = &tally->area[area * AMBIT_AREA_SUM_WIDTH];
        sums[AMBIT_AREA_SUM_ACCOUNTS]++;
        sums[AMBIT_AREA_SUM_EFFORT] += sum_of_account(t, &audit->effort, i);
        sums[AMBIT_AREA_SUM_POTENTIAL] += sum_of_account(t, &audit->potential, i);
        sums[AMBIT_AREA_SUM_X] += ambit_to_micro(a->x[i]);
        sums[AMBIT_AREA_SUM_Y] += ambit_to_micro(a->y[i]);
        sums[AMBIT_AREA_SUM_Z] += ambit_to_micro(a->z[i]);
        if (index == begin + (end - begin) / 2) sums[AMBIT_AREA_SUM_TERRITORY] = t->label[i];
    }
    ambit_comm_sum_i64(job->comm, tally->area, areas * AMBIT_AREA_SUM_WIDTH);
done:
    return status;
}

ambit_status ambit_kpi_take_tally(struct ambit_job *job, const int32_t *label,
                                  const struct ambit_kpi_shape *shape,
                                  struct ambit_kpi_tally *tally_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_audit_terms *const audit = &job->scenario.audit;
    struct tally t = {.job = job, .label = label, .shape = shape};
    const size_t rows = (size_t)job->territories.count + 1;
    *tally_out = (struct ambit_kpi_tally){0};
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&tally_out->territory, rows, AMBIT_SUM_WIDTH * sizeof(int64_t)));
    find_classes(job, t.least);
    AMBIT_TRY(tally_territories(job, &t, tally_out->territory));
    const int64_t *const nation = &tally_out->territory[(rows - 1) * AMBIT_SUM_WIDTH];
    AMBIT_TRY_TOGETHER(job->comm, check_range(job, "coverage.effort", &audit->effort, nation));
    AMBIT_TRY_TOGETHER(job->comm,
                       check_range(job, "coverage.potential", &audit->potential, nation));
    AMBIT_TRY(tally_areas(job, &t, tally_out));
done:
    return status;
}
