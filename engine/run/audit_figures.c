/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figures of an audit, on rank 0, from exact sums. A rep's year is work, travel and
 * administration; sales organisations that do well spend 50 to 60, 20 to 30 and 10 to 20 % of it on
 * them. Coverage is effort for each unit of potential, against the same of the nation.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/audit.h"
#include "engine/run/audit_cover.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIGURE_MAX = 32 + AMBIT_SEGMENT_MAX + AMBIT_RATIO_MAX };

/* What figures are made of. */
struct maker {
    const struct ambit_job *job;
    const struct ambit_kpi_shape *shape;
    const int64_t *sums; /* territories, then the nation */
    struct ambit_kpi *kpi;
    int32_t territories;
    ambit_status status; /* of allocations */
};

static const int64_t *sums_of(const struct maker *m, int32_t j)
{
    return &m->sums[(int64_t)j * AMBIT_SUM_WIDTH];
}

static double quotient(double top, double bottom)
{
    return bottom != 0.0 ? top / bottom : NAN;
}

/* A figure without values; NULL where memory is short. */
static struct ambit_figure *add(struct maker *m, const char *name, const char *label,
                                const char *head, const char *unit, enum ambit_figure_kind kind)
{
    AMBIT_REQUIRE(m->kpi->figure_count < FIGURE_MAX);
    struct ambit_figure *const f = &m->kpi->figure[m->kpi->figure_count];
    if (m->status != AMBIT_OK) return NULL;
    m->status = ambit_alloc(&f->value, (size_t)m->territories, sizeof *f->value);
    if (m->status != AMBIT_OK) return NULL;
    m->kpi->figure_count++;
    (void)snprintf(f->name, sizeof f->name, "%s", name);
    (void)snprintf(f->label, sizeof f->label, "%s", label);
    (void)snprintf(f->head, sizeof f->head, "%s", head);
    (void)snprintf(f->unit, sizeof f->unit, "%s", unit);
    f->kind = kind;
    f->healthy_low = f->healthy_high = NAN;
    return f;
}

/* Where value j of a figure goes; that of the nation is behind the last territory. */
static double *at(const struct maker *m, struct ambit_figure *f, int32_t j)
{
    return j < m->territories ? &f->value[j] : &f->nation;
}

/* A figure that is one of the sums. */
static void add_sum(struct maker *m, int sum, const char *name, const char *label, const char *head,
                    const char *unit, enum ambit_figure_kind kind)
{
    struct ambit_figure *const f = add(m, name, label, head, unit, kind);
    for (int32_t j = 0; f != NULL && j <= m->territories; j++) {
        const int64_t value = sums_of(m, j)[sum];
        *at(m, f, j) = kind == AMBIT_FIGURE_COUNT ? (double)value : ambit_from_micro(value);
    }
}

/* A quotient of two sums, both in millionths or both not, times `scale`. */
static void add_quotient(struct maker *m, int top, int bottom, double scale, const char *name,
                         const char *label, const char *head, const char *unit,
                         enum ambit_figure_kind kind)
{
    struct ambit_figure *const f = add(m, name, label, head, unit, kind);
    for (int32_t j = 0; f != NULL && j <= m->territories; j++)
        *at(m, f, j) = quotient((double)sums_of(m, j)[top], (double)sums_of(m, j)[bottom]) * scale;
}

static void add_segments(struct maker *m)
{
    const struct ambit_segments *const s = &m->job->scenario.audit.segments;
    for (int c = 0; c < s->count && s->column >= 0; c++) {
        char name[AMBIT_NAME_MAX + 8], label[AMBIT_NAME_MAX + 8];
        (void)snprintf(name, sizeof name, "segment_%s", s->name[c]);
        (void)snprintf(label, sizeof label, "segment %s", s->name[c]);
        add_sum(m, AMBIT_SUM_SEGMENT + c, name, label, s->name[c], "", AMBIT_FIGURE_COUNT);
    }
}

/* ---- the rep's year ---- */

struct year {
    double selling, travel, admin;
};

/* Of territory j, or of the nation's `reps` reps. */
static struct year year_of(const struct maker *m, int32_t j)
{
    const struct ambit_audit_terms *const audit = &m->job->scenario.audit;
    const int64_t *const sums = sums_of(m, j);
    const double reps = j < m->territories ? 1.0 : (double)m->territories;
    const double work = ambit_kpi_sum(&audit->work, sums);
    struct year y = {.selling = work, .travel = ambit_from_micro(sums[AMBIT_SUM_TRAVEL])};
    switch (audit->admin_kind) {
    case AMBIT_ADMIN_NONE:
        break;
    case AMBIT_ADMIN_HOURS:
        y.admin = audit->admin * reps;
        break;
    case AMBIT_ADMIN_OF_TIME:
        y.admin = audit->admin / (1.0 - audit->admin) * (work + y.travel);
        break;
    case AMBIT_ADMIN_OF_WORK:
        y.admin = audit->admin * work;
        y.selling = work - y.admin;
        break;
    }
    return y;
}

static double hours_of(const struct year *y)
{
    return y->selling + y->travel + y->admin;
}

/* Hours, their shares, and how much of the reps' capacity they take. */
static void add_year(struct maker *m)
{
    enum { SELLING, TRAVEL, ADMIN, HOURS, OF_SELLING, OF_TRAVEL, OF_ADMIN, FIGURES };
    const bool has_admin = m->job->scenario.audit.admin_kind != AMBIT_ADMIN_NONE;
    struct ambit_figure *const f[FIGURES] = {
        add(m, "selling_hours", "selling", "", "h", AMBIT_FIGURE_NUMBER),
        add(m, "travel_hours", "travel", "", "h", AMBIT_FIGURE_NUMBER),
        add(m, "admin_hours", "administration", "", "h", AMBIT_FIGURE_NUMBER),
        add(m, "working_hours", "working time", "hours", "h", AMBIT_FIGURE_NUMBER),
        add(m, "selling_share", "selling share", "selling", "", AMBIT_FIGURE_SHARE),
        add(m, "travel_share", "travel share", "travel", "", AMBIT_FIGURE_SHARE),
        add(m, "admin_share", "administration share", "admin", "", AMBIT_FIGURE_SHARE)};
    if (m->status != AMBIT_OK) return;
    for (int32_t j = 0; j <= m->territories; j++) {
        const struct year y = year_of(m, j);
        const double hours = hours_of(&y);
        *at(m, f[SELLING], j) = y.selling;
        *at(m, f[TRAVEL], j) = y.travel;
        *at(m, f[ADMIN], j) = has_admin ? y.admin : NAN;
        *at(m, f[HOURS], j) = hours;
        *at(m, f[OF_SELLING], j) = quotient(y.selling, hours);
        *at(m, f[OF_TRAVEL], j) = quotient(y.travel, hours);
        *at(m, f[OF_ADMIN], j) = has_admin ? quotient(y.admin, hours) : NAN;
    }
    f[OF_TRAVEL]->healthy_low = 0.20;
    f[OF_TRAVEL]->healthy_high = 0.30;
    if (!has_admin) return; /* without it the other shares are of something else */
    f[OF_SELLING]->healthy_low = 0.50;
    f[OF_SELLING]->healthy_high = 0.60;
    f[OF_ADMIN]->healthy_low = 0.10;
    f[OF_ADMIN]->healthy_high = 0.20;
}

/* Working time over capacity, where reps have one; of the nation for those alone. */
static void add_capacity_use(struct maker *m)
{
    const struct ambit_territory *const item = m->job->territories.item;
    double hours = 0.0, capacity = 0.0;
    if (m->job->scenario.rep_capacity_column[0] == '\0') return;
    struct ambit_figure *const f =
        add(m, "capacity_use", "capacity used", "used", "", AMBIT_FIGURE_SHARE);
    if (f == NULL) return;
    for (int32_t j = 0; j < m->territories; j++) {
        const struct year y = year_of(m, j);
        f->value[j] = item[j].capacity > 0.0 ? hours_of(&y) / item[j].capacity : NAN;
        if (!(item[j].capacity > 0.0)) continue;
        hours += hours_of(&y);
        capacity += item[j].capacity;
    }
    f->nation = quotient(hours, capacity);
}

/* ---- visits, form, coverage ---- */

static void add_visits(struct maker *m)
{
    const double days = m->job->scenario.audit.days;
    add_sum(m, AMBIT_SUM_VISITS, "visits", "visits a year", "visits", "", AMBIT_FIGURE_NUMBER);
    struct ambit_figure *const f =
        add(m, "visits_per_day", "visits a day", "a day", "", AMBIT_FIGURE_NUMBER);
    for (int32_t j = 0; f != NULL && j <= m->territories; j++) {
        const double reps = j < m->territories ? 1.0 : (double)m->territories;
        *at(m, f, j) = ambit_from_micro(sums_of(m, j)[AMBIT_SUM_VISITS]) / (days * reps);
    }
    add_quotient(m, AMBIT_SUM_TRAVEL, AMBIT_SUM_VISITS, 1.0, "travel_per_visit", "travel a visit",
                 "h/visit", "h", AMBIT_FIGURE_NUMBER);
    if (m->job->scenario.audit.visited_column < 0) return;
    add_sum(m, AMBIT_SUM_TARGETS, "targets", "target accounts", "targets", "", AMBIT_FIGURE_COUNT);
    add_sum(m, AMBIT_SUM_VISITED, "visited", "visited targets", "", "", AMBIT_FIGURE_COUNT);
    add_quotient(m, AMBIT_SUM_VISITED, AMBIT_SUM_TARGETS, 1.0, "coverage", "targets visited",
                 "visited", "", AMBIT_FIGURE_SHARE);
}

static void add_form(struct maker *m)
{
    add_quotient(m, AMBIT_SUM_MINUTES, AMBIT_SUM_ACCOUNTS, 1e-6, "minutes_to_centre",
                 "drive to the centre", "minutes", "min", AMBIT_FIGURE_NUMBER);
    struct ambit_figure *const round =
        add(m, "polsby_popper", "roundness, circle = 1", "round", "", AMBIT_FIGURE_NUMBER);
    struct ambit_figure *const pieces =
        add(m, "pieces", "pieces of land", "pieces", "", AMBIT_FIGURE_COUNT);
    if (m->status != AMBIT_OK) return;
    double sum = 0.0;
    int32_t drawn = 0;
    for (int32_t j = 0; j < m->territories; j++) {
        round->value[j] = m->shape->roundness[j];
        pieces->value[j] = m->shape->pieces[j];
        pieces->nation += pieces->value[j];
        if (isnan(round->value[j])) continue;
        sum += round->value[j];
        drawn++;
    }
    round->nation = quotient(sum, drawn);
    add_sum(m, AMBIT_SUM_NEARER, "nearer_accounts", "nearer to a neighbour", "nearer", "",
            AMBIT_FIGURE_COUNT);
    add_sum(m, AMBIT_SUM_SAVED, "nearer_hours", "travel they would save", "", "h",
            AMBIT_FIGURE_NUMBER);
}

static void add_coverage_index(struct maker *m)
{
    const struct ambit_audit_terms *const audit = &m->job->scenario.audit;
    const int64_t *const nation = sums_of(m, m->territories);
    m->kpi->effort_per_potential = NAN;
    if (audit->potential.count == 0) return;
    const double of_nation =
        quotient(ambit_kpi_sum(&audit->effort, nation), ambit_kpi_sum(&audit->potential, nation));
    m->kpi->effort_per_potential = of_nation;
    struct ambit_figure *const f =
        add(m, "coverage_index", "effort for potential", "effort", "", AMBIT_FIGURE_SHARE);
    for (int32_t j = 0; f != NULL && j <= m->territories; j++)
        *at(m, f, j) = quotient(quotient(ambit_kpi_sum(&audit->effort, sums_of(m, j)),
                                         ambit_kpi_sum(&audit->potential, sums_of(m, j))),
                                of_nation);
    if (f == NULL) return;
    f->healthy_low = 1.0 - AMBIT_COVERAGE_MARGIN;
    f->healthy_high = 1.0 + AMBIT_COVERAGE_MARGIN;
}

static void add_potential(struct maker *m)
{
    const struct ambit_scenario *const s = &m->job->scenario;
    const int measure = ambit_scenario_find_measure(s, "potential");
    if (s->audit.potential.count == 0) return;
    struct ambit_figure *const f =
        add(m, "potential", "potential", "potential", measure >= 0 ? s->measure[measure].unit : "",
            AMBIT_FIGURE_NUMBER);
    for (int32_t j = 0; f != NULL && j <= m->territories; j++)
        *at(m, f, j) = ambit_kpi_sum(&s->audit.potential, sums_of(m, j));
}

static void add_own(struct maker *m)
{
    const struct ambit_audit_terms *const audit = &m->job->scenario.audit;
    for (int r = 0; r < audit->ratio_count; r++) {
        const struct ambit_ratio *const ratio = &audit->ratio[r];
        const bool share = strcmp(ratio->unit, "percent") == 0;
        struct ambit_figure *const f =
            add(m, ratio->name, ratio->name, ratio->name, share ? "" : ratio->unit,
                share ? AMBIT_FIGURE_SHARE : AMBIT_FIGURE_NUMBER);
        if (f == NULL) return;
        f->is_own = true;
        for (int32_t j = 0; j <= m->territories; j++) {
            const double top = ambit_kpi_sum(&ratio->top, sums_of(m, j));
            *at(m, f, j) = ratio->bottom.count == 0
                               ? top
                               : quotient(top, ambit_kpi_sum(&ratio->bottom, sums_of(m, j)));
        }
    }
}

static void mark_whole(struct ambit_figure *f, int32_t territories)
{
    f->is_whole = isnan(f->nation) || f->nation == floor(f->nation);
    for (int32_t j = 0; j < territories && f->is_whole; j++)
        f->is_whole = isnan(f->value[j]) || f->value[j] == floor(f->value[j]);
}

static ambit_status make_figures(struct maker *m)
{
    m->status = ambit_alloc(&m->kpi->figure, FIGURE_MAX, sizeof *m->kpi->figure);
    if (m->status != AMBIT_OK) return m->status;
    add_sum(m, AMBIT_SUM_ACCOUNTS, "accounts", "accounts", "accounts", "", AMBIT_FIGURE_COUNT);
    add_segments(m);
    add_potential(m);
    if (m->job->scenario.audit.work.count > 0) {
        add_year(m);
        add_capacity_use(m);
    } else {
        add_sum(m, AMBIT_SUM_TRAVEL, "travel_hours", "travel", "travel", "h", AMBIT_FIGURE_NUMBER);
    }
    add_visits(m);
    add_form(m);
    add_coverage_index(m);
    add_own(m);
    for (int n = 0; n < m->kpi->figure_count; n++)
        mark_whole(&m->kpi->figure[n], m->territories);
    return m->status;
}

/* ---- balance and areas ---- */

/* The rep's share where a band of the measure asks for it; NULL for the mean. */
static const double *targets_of(const struct ambit_job *job, const struct ambit_result *r, int m)
{
    for (int b = 0; b < r->band_count; b++)
        if (r->band[b].measure == m && r->band[b].share_of < 0 &&
            job->scenario.band[b].target != AMBIT_TARGET_EQUAL &&
            job->scenario.band[b].target != AMBIT_TARGET_GIVEN)
            return r->band[b].target;
    return NULL;
}

static ambit_status make_balances(struct maker *m, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    double *load = NULL, *mean = NULL;
    int32_t *group = NULL;
    const size_t n = (size_t)m->territories;
    AMBIT_TRY(ambit_alloc(&load, n, sizeof *load));
    AMBIT_TRY(ambit_alloc(&mean, n, sizeof *mean));
    AMBIT_TRY(ambit_alloc(&group, n, sizeof *group));
    AMBIT_TRY(ambit_like_groups(ambit_kpi_find(m->kpi, "minutes_to_centre")->value, m->territories,
                                group));
    for (int k = 0; k < r->measure_count; k++) {
        struct ambit_balance *const balance = &m->kpi->balance[m->kpi->balance_count];
        const struct ambit_measure *const from = &m->job->scenario.measure[k];
        const double *const target = targets_of(m->job, r, k);
        if (from->term_count == 1 && from->term[0] == AMBIT_TERM_TRAVEL) continue;
        for (int32_t j = 0; j < m->territories; j++) {
            load[j] = ambit_from_micro(r->measure[k].load[j]);
            mean[j] = ambit_from_micro(r->measure[k].total) / m->territories;
        }
        (void)snprintf(balance->name, sizeof balance->name, "%s", from->name);
        (void)snprintf(balance->unit, sizeof balance->unit, "%s", from->unit);
        AMBIT_TRY(ambit_balance_measure(load, target != NULL ? target : mean, group, m->territories,
                                        balance));
        m->kpi->balance_count++;
    }
done:
    ambit_free(&load);
    ambit_free(&mean);
    ambit_free(&group);
    return status;
}

static int compare_areas(const void *a, const void *b)
{
    const struct ambit_area *const x = a, *const y = b;
    if (x->index != y->index) return x->index < y->index ? -1 : 1;
    if (x->lat != y->lat) return x->lat < y->lat ? -1 : 1;
    return (x->lon > y->lon) - (x->lon < y->lon);
}

/* Keeps the areas whose coverage is outside. One without potential has no index. */
static ambit_status make_areas(const struct ambit_kpi_tally *tally, struct ambit_kpi *kpi)
{
    const double of_nation = kpi->effort_per_potential;
    kpi->area_total = tally->area_total;
    if (!(of_nation > 0.0)) return AMBIT_OK;
    const ambit_status status =
        ambit_alloc(&kpi->area, (size_t)tally->area_total, sizeof *kpi->area);
    if (status != AMBIT_OK) return status;
    for (int64_t n = 0; n < tally->area_total; n++) {
        const int64_t *const sums = &tally->area[n * AMBIT_AREA_SUM_WIDTH];
        const double middle[3] = {(double)sums[AMBIT_AREA_SUM_X], (double)sums[AMBIT_AREA_SUM_Y],
                                  (double)sums[AMBIT_AREA_SUM_Z]};
        struct ambit_area area = {.territory = (int32_t)sums[AMBIT_AREA_SUM_TERRITORY],
                                  .account_count = sums[AMBIT_AREA_SUM_ACCOUNTS],
                                  .effort = ambit_from_micro(sums[AMBIT_AREA_SUM_EFFORT]),
                                  .potential = ambit_from_micro(sums[AMBIT_AREA_SUM_POTENTIAL])};
        if (!(area.potential > 0.0)) continue;
        area.index = area.effort / area.potential / of_nation;
        ambit_degrees_from_unit(middle, &area.lat, &area.lon);
        if (fabs(area.index - 1.0) > AMBIT_COVERAGE_MARGIN) kpi->area[kpi->area_count++] = area;
    }
    qsort(kpi->area, (size_t)kpi->area_count, sizeof *kpi->area, compare_areas);
    return AMBIT_OK;
}

static ambit_status make(struct ambit_job *job, const struct ambit_kpi_shape *shape,
                         const struct ambit_kpi_tally *tally, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&result->kpi, 1, sizeof *result->kpi));
    struct ambit_kpi *const kpi = result->kpi;
    struct maker m = {.job = job,
                      .shape = shape,
                      .sums = tally->territory,
                      .kpi = kpi,
                      .territories = job->territories.count};
    const int64_t *const nation = sums_of(&m, m.territories);
    kpi->outline_every = shape->every;
    kpi->nearer_count = nation[AMBIT_SUM_NEARER];
    kpi->nearer_hours = ambit_from_micro(nation[AMBIT_SUM_SAVED]);
    if (job->cover != NULL) kpi->cover = *job->cover;
    ambit_cover_find_nearest(job, &kpi->cover);
    if (job->options.plan_path != NULL)
        (void)snprintf(kpi->plan, sizeof kpi->plan, "%s", job->options.plan_path);
    AMBIT_TRY(make_figures(&m));
    AMBIT_TRY(make_balances(&m, result));
    AMBIT_TRY(make_areas(tally, kpi));
    AMBIT_TRY(ambit_kpi_find_triggers(result, shape, kpi));
done:
    return status;
}

ambit_status ambit_job_kpi(struct ambit_job *job, const int32_t *label, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_kpi_shape shape = {0};
    struct ambit_kpi_tally tally = {0};
    AMBIT_TRY(ambit_kpi_find_shape(job, label, &shape));
    AMBIT_TRY(ambit_kpi_take_tally(job, label, &shape, &tally));
    AMBIT_TRY_TOGETHER(
        job->comm, ambit_comm_rank(job->comm) == 0 ? make(job, &shape, &tally, result) : AMBIT_OK);
done:
    ambit_kpi_tally_clear(&tally);
    ambit_kpi_shape_clear(&shape);
    return status;
}
