/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Re-judges a result file: reads the inputs that it names, checks that they are the same, puts its
 * plan, centres and prices before the judge, and compares every figure. Rank 0 holds the file; the
 * others get what they need of it.
 */
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/model/geometry.h"
#include "engine/model/headcount.h"
#include "engine/run/headcount_sweep.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "engine/run/verify_one.h"
#include "io/result_hdf5.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMED_MAX = 50 }; /* differences that are printed; conclude() says so */

struct report {
    FILE *out; /* NULL off rank 0 */
    int64_t differences;
    bool uncovered; /* some account has no territory, or several */
};

static void differ(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void differ(struct report *report, const char *format, ...)
{
    va_list arguments;
    report->differences++;
    if (report->out == NULL || report->differences > NAMED_MAX) return;
    va_start(arguments, format);
    fputs("differs: ", report->out);
    vfprintf(report->out, format, arguments);
    fputc('\n', report->out);
    va_end(arguments);
}

static void same_i64(struct report *report, const char *where, const char *what, int64_t stored,
                     int64_t found)
{
    if (stored != found)
        differ(report, "%s %s: the file says %lld, recomputed %lld", where, what, (long long)stored,
               (long long)found);
}

static void same_f64(struct report *report, const char *where, const char *what, double stored,
                     double found)
{
    const bool both_nan = isnan(stored) && isnan(found);
    if (stored != found && !both_nan)
        differ(report, "%s %s: the file says %.17g, recomputed %.17g", where, what, stored, found);
}

static void same_text(struct report *report, const char *where, const char *what,
                      const char *stored, const char *found)
{
    if (strcmp(stored, found) != 0)
        differ(report, "%s %s: the file says '%s', recomputed '%s'", where, what, stored, found);
}

/* ---- before the judge ---- */

/* What every rank needs of the stored result. */
static ambit_status share_result(struct ambit_comm *comm, struct ambit_result *stored,
                                 char **scenario_path)
{
    ambit_status status = AMBIT_OK;
    int64_t head[7] = {
        stored->account_count, stored->territory_count,
        stored->band_count,    *scenario_path != NULL ? (int64_t)strlen(*scenario_path) + 1 : 0,
        stored->kind,          stored->budget_cell_count,
        stored->bound};
    const bool first = ambit_comm_rank(comm) == 0;
    ambit_comm_broadcast(comm, head, sizeof head, 0);
    const size_t territories = (size_t)head[1];
    if (!first) {
        stored->account_count = head[0];
        stored->territory_count = (int32_t)head[1];
        stored->band_count = (int32_t)head[2];
        stored->kind = (enum ambit_result_kind)head[4];
        stored->budget_cell_count = (int32_t)head[5];
        stored->bound = head[6];
        status = ambit_alloc(scenario_path, (size_t)head[3], 1);
        if (status == AMBIT_OK)
            status = ambit_alloc(&stored->territory, (size_t)head[0], sizeof(int32_t));
        if (status == AMBIT_OK)
            status = ambit_alloc(&stored->territories, territories, sizeof *stored->territories);
        if (status == AMBIT_OK)
            status =
                ambit_alloc(&stored->budget_cell, (size_t)head[5], sizeof *stored->budget_cell);
        for (int b = 0; b < stored->band_count && status == AMBIT_OK; b++) {
            status = ambit_alloc(&stored->band[b].price_lower, territories, sizeof(double));
            if (status == AMBIT_OK)
                status = ambit_alloc(&stored->band[b].price_upper, territories, sizeof(double));
        }
    }
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    ambit_comm_broadcast(comm, *scenario_path, head[3], 0);
    ambit_comm_broadcast(comm, stored->territory, head[0] * (int64_t)sizeof(int32_t), 0);
    ambit_comm_broadcast(comm, stored->territories,
                         (int64_t)(territories * sizeof *stored->territories), 0);
    ambit_comm_broadcast(comm, stored->budget_cell, head[5] * (int64_t)sizeof *stored->budget_cell,
                         0);
    for (int b = 0; b < stored->band_count; b++) {
        struct ambit_result_band *band = &stored->band[b];
        const int64_t bytes = (int64_t)(territories * sizeof(double));
        ambit_comm_broadcast(comm, band->price_lower, bytes, 0);
        ambit_comm_broadcast(comm, band->price_upper, bytes, 0);
        ambit_comm_broadcast(comm, &band->share_of, sizeof band->share_of, 0);
        ambit_comm_broadcast(comm, &band->relaxed, sizeof band->relaxed, 0);
        ambit_comm_broadcast(comm, &band->proof_territory, sizeof band->proof_territory, 0);
        ambit_comm_broadcast(comm, &band->asked_lower, sizeof band->asked_lower, 0);
        ambit_comm_broadcast(comm, &band->asked_upper, sizeof band->asked_upper, 0);
        ambit_comm_broadcast(comm, &band->used_lower, sizeof band->used_lower, 0);
        ambit_comm_broadcast(comm, &band->used_upper, sizeof band->used_upper, 0);
    }
done:
    return status;
}

/* The certificate of this rank's slice; a file of a scenario that asks for one must have it. */
static ambit_status share_certificate(struct ambit_job *job, const char *path,
                                      const struct ambit_result *stored)
{
    ambit_status status = AMBIT_OK;
    int32_t *all = NULL;
    const struct ambit_accounts *const a = &job->accounts;
    const size_t count = (size_t)stored->account_count;
    const bool first = ambit_comm_rank(job->comm) == 0;
    if (job->contiguity == NULL) return AMBIT_OK;
    if (first && stored->parent == NULL)
        status = ambit_fail(AMBIT_ERR_MISMATCH,
                            "%s: expected a certificate of contiguity, found none", path);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&all, count, sizeof *all));
    if (first && stored->parent != NULL) memcpy(all, stored->parent, count * sizeof *all);
    ambit_comm_broadcast(job->comm, all, (int64_t)(count * sizeof *all), 0);
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_resize(&job->contiguity->parent, (size_t)a->count, sizeof *all));
    if (a->count > 0)
        memcpy(job->contiguity->parent, all + a->first, (size_t)a->count * sizeof *all);
    job->contiguity->is_given = true;
done:
    ambit_free(&all);
    return status;
}

/* False for a plan of --seed-only, which has no prices and claims no bound. */
static bool has_prices(const struct ambit_result *stored)
{
    if (stored->bound != 0) return true;
    for (int b = 0; b < stored->band_count; b++)
        for (int32_t j = 0; j < stored->territory_count; j++)
            if (stored->band[b].price_lower[j] > 0.0 || stored->band[b].price_upper[j] > 0.0)
                return true;
    return false;
}

ambit_status ambit_verify_take_decisions(struct ambit_job *job, const struct ambit_result *stored)
{
    ambit_status status = AMBIT_OK;
    const int rules = job->problem.rule_count;
    for (int b = 0; b < job->scenario.band_count; b++) {
        struct ambit_band *band = &job->scenario.band[b];
        const struct ambit_result_band *from = &stored->band[b];
        if (from->share_of >= 0 && from->proof_territory < job->territories.count)
            job->relaxation[b].proof_territory = from->proof_territory;
        if (!from->relaxed || !band->relax) continue;
        const bool upper = band->upper_kind != AMBIT_LIMIT_NONE;
        if (!job->relaxation[b].opened) /* else the plan before has opened it */
            job->relaxation[b].asked = upper ? band->upper : band->lower;
        job->relaxation[b].opened = true;
        *(upper ? &band->upper : &band->lower) = upper ? from->used_upper : from->used_lower;
    }
    for (int r = 0; r < rules; r++)
        ambit_problem_refresh_rule(&job->problem, r);
    for (int32_t j = 0; j < job->territories.count; j++) {
        struct ambit_territory *territory = &job->territories.item[j];
        if (territory->centre_kind == AMBIT_CENTRE_HOME) continue;
        territory->centre_lat = stored->territories[j].centre_lat;
        territory->centre_lon = stored->territories[j].centre_lon;
        ambit_unit_from_degrees(territory->centre_lat, territory->centre_lon, territory->position);
    }
    if (stored->kind != AMBIT_RESULT_PLAN || !has_prices(stored)) goto done;
    const size_t cells = (size_t)job->territories.count * (size_t)rules;
    AMBIT_TRY(ambit_alloc(&job->price_lower, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&job->price_upper, cells, sizeof(double)));
    for (size_t at = 0; at < cells; at++) {
        const struct ambit_rule *rule = &job->problem.rule[at % (size_t)rules];
        const struct ambit_result_band *band = &stored->band[rule->band];
        const size_t j = at / (size_t)rules;
        job->price_lower[at] = rule->uses_lower ? fmax(band->price_lower[j], 0.0) : 0.0;
        job->price_upper[at] = rule->uses_upper ? fmax(band->price_upper[j], 0.0) : 0.0;
    }
    for (int32_t c = 0; c < ambit_budget_cells(&job->problem.budgets); c++)
        job->problem.budgets.price[c] = fmax(stored->budget_cell[c].price, 0.0);
    ambit_budgets_price(&job->scenario, &job->accounts, &job->problem.budgets);
done:
    return status;
}

/* ---- after the judge ---- */

static void compare_inputs(struct report *report, const struct ambit_result *stored,
                           const struct ambit_result *found)
{
    same_i64(report, "inputs", "count", stored->input_count, found->input_count);
    for (int n = 0; n < stored->input_count && n < found->input_count; n++) {
        same_text(report, stored->input[n].role, "hash", stored->input[n].hash,
                  found->input[n].hash);
        same_i64(report, stored->input[n].role, "rows", stored->input[n].rows,
                 found->input[n].rows);
    }
    if (strcmp(stored->scenario_text, found->scenario_text) != 0)
        differ(report, "scenario text: the file holds another than the scenario it names");
}

static void compare_accounts(struct report *report, const struct ambit_result *stored,
                             const struct ambit_result *found)
{
    if (stored->account_count != found->account_count || stored->id_width != found->id_width) {
        same_i64(report, "accounts", "count", stored->account_count, found->account_count);
        same_i64(report, "accounts", "id width", stored->id_width, found->id_width);
        return;
    }
    same_i64(report, "accounts", "columns", stored->column_count, found->column_count);
    for (int64_t i = 0; i < stored->account_count; i++) {
        char where[160];
        const char *id = &stored->account_id[i * stored->id_width];
        snprintf(where, sizeof where, "account %.*s", (int)stored->id_width, id);
        if (memcmp(id, &found->account_id[i * stored->id_width], (size_t)stored->id_width) != 0)
            differ(report, "%s: recomputed order has %.*s here", where, (int)stored->id_width,
                   &found->account_id[i * stored->id_width]);
        same_f64(report, where, "lat", stored->lat[i], found->lat[i]);
        same_f64(report, where, "lon", stored->lon[i], found->lon[i]);
        same_i64(report, where, "previous territory", stored->previous[i], found->previous[i]);
        same_i64(report, where, "travel (micro-hours)", stored->account_travel[i],
                 found->account_travel[i]);
        if (stored->together_width == found->together_width && stored->together_width > 0 &&
            memcmp(&stored->account_together[i * stored->together_width],
                   &found->account_together[i * found->together_width],
                   (size_t)stored->together_width) != 0)
            differ(report, "%s: the group that it stays together with is another", where);
        for (int c = 0; c < stored->column_count && c < found->column_count; c++)
            same_i64(report, where, stored->column_name[c], stored->column[c][i],
                     found->column[c][i]);
    }
}

static void compare_territories(struct report *report, const struct ambit_result *stored,
                                const struct ambit_result *found)
{
    for (int32_t j = 0; j < stored->territory_count && j < found->territory_count; j++) {
        const struct ambit_result_territory *a = &stored->territories[j];
        const struct ambit_result_territory *b = &found->territories[j];
        char where[AMBIT_NAME_MAX + 16];
        snprintf(where, sizeof where, "territory %s", a->name);
        same_text(report, where, "name", a->name, b->name);
        same_text(report, where, "rep", a->rep_id, b->rep_id);
        same_i64(report, where, "centre kind", a->centre_kind, b->centre_kind);
        same_f64(report, where, "centre latitude", a->centre_lat, b->centre_lat);
        same_f64(report, where, "centre longitude", a->centre_lon, b->centre_lon);
        same_i64(report, where, "has a home", a->has_home, b->has_home);
        same_f64(report, where, "home latitude", a->home_lat, b->home_lat);
        same_f64(report, where, "home longitude", a->home_lon, b->home_lon);
        same_i64(report, where, "accounts", a->account_count, b->account_count);
        same_i64(report, where, "gained", a->gained_count, b->gained_count);
        same_i64(report, where, "lost", a->lost_count, b->lost_count);
        same_i64(report, where, "travel (micro-hours)", a->travel, b->travel);
    }
    for (int m = 0; m < stored->measure_count && m < found->measure_count; m++) {
        same_text(report, "measure", "name", stored->measure[m].name, found->measure[m].name);
        same_text(report, "measure", "unit", stored->measure[m].unit, found->measure[m].unit);
        same_i64(report, stored->measure[m].name, "total (micro-units)", stored->measure[m].total,
                 found->measure[m].total);
        for (int32_t j = 0; j < stored->territory_count && j < found->territory_count; j++)
            same_i64(report, stored->territories[j].name, stored->measure[m].name,
                     stored->measure[m].load[j], found->measure[m].load[j]);
    }
}

static void compare_cell(struct report *report, const struct ambit_result_band *x,
                         const struct ambit_result_band *y, const char *territory, int32_t j)
{
    char where[sizeof x->label + AMBIT_NAME_MAX + 24];
    snprintf(where, sizeof where, "territory %s, band %s", territory, x->label);
    same_f64(report, where, "target", x->target[j], y->target[j]);
    same_f64(report, where, "lower limit", x->lower[j], y->lower[j]);
    same_f64(report, where, "upper limit", x->upper[j], y->upper[j]);
    same_f64(report, where, "value", x->value[j], y->value[j]);
    same_f64(report, where, "lower price", x->price_lower[j], y->price_lower[j]);
    same_f64(report, where, "upper price", x->price_upper[j], y->price_upper[j]);
}

static void compare_bands(struct report *report, const struct ambit_result *stored,
                          const struct ambit_result *found)
{
    for (int b = 0; b < stored->band_count && b < found->band_count; b++) {
        const struct ambit_result_band *x = &stored->band[b], *y = &found->band[b];
        char where[sizeof x->label + 8];
        snprintf(where, sizeof where, "band %s", x->label);
        same_text(report, where, "label", x->label, y->label);
        same_i64(report, where, "measure", x->measure, y->measure);
        same_i64(report, where, "share of", x->share_of, y->share_of);
        same_text(report, where, "kind of the lower limit", ambit_limit_name(x->lower_kind),
                  ambit_limit_name(y->lower_kind));
        same_text(report, where, "kind of the upper limit", ambit_limit_name(x->upper_kind),
                  ambit_limit_name(y->upper_kind));
        same_i64(report, where, "relaxed", x->relaxed, y->relaxed);
        same_f64(report, where, "asked lower", x->asked_lower, y->asked_lower);
        same_f64(report, where, "asked upper", x->asked_upper, y->asked_upper);
        same_f64(report, where, "used lower", x->used_lower, y->used_lower);
        same_f64(report, where, "used upper", x->used_upper, y->used_upper);
        same_f64(report, where, "proven limit", x->proven_limit, y->proven_limit);
        same_f64(report, where, "worst deviation", x->worst_deviation, y->worst_deviation);
        same_i64(report, where, "territories outside", x->broken_count, y->broken_count);
        same_f64(report, where, "open by", x->open_by, y->open_by);
        for (int32_t j = 0; j < stored->territory_count && j < found->territory_count; j++)
            compare_cell(report, x, y, stored->territories[j].name, j);
    }
}

static void compare_disruption(struct report *report, const struct ambit_result *stored,
                               const struct ambit_result *found)
{
    same_i64(report, "disruption", "budgets", stored->budget_count, found->budget_count);
    same_i64(report, "disruption", "protected accounts", stored->held_count, found->held_count);
    same_i64(report, "disruption", "protected accounts that moved", stored->held_moved_count,
             found->held_moved_count);
    for (int b = 0; b < stored->budget_count && b < found->budget_count; b++) {
        const struct ambit_result_budget *x = &stored->budget[b], *y = &found->budget[b];
        char where[AMBIT_NAME_MAX + 16];
        snprintf(where, sizeof where, "budget %s", x->name);
        same_text(report, where, "name", x->name, y->name);
        same_text(report, where, "unit", x->unit, y->unit);
        same_text(report, where, "segment", x->segment, y->segment);
        same_i64(report, where, "scope", x->scope, y->scope);
        same_i64(report, where, "is a part", x->is_part, y->is_part);
        same_f64(report, where, "asked", x->asked, y->asked);
        same_i64(report, where, "cells drawn on too much", x->over_count, y->over_count);
    }
    for (int32_t c = 0; c < stored->budget_cell_count && c < found->budget_cell_count; c++) {
        const struct ambit_result_budget_cell *x = &stored->budget_cell[c],
                                              *y = &found->budget_cell[c];
        char where[64];
        snprintf(where, sizeof where, "limit of disruption %d", (int)c);
        same_i64(report, where, "budget", x->budget, y->budget);
        same_i64(report, where, "territory", x->territory, y->territory);
        same_i64(report, where, "total", x->total, y->total);
        same_i64(report, where, "most", x->most, y->most);
        same_i64(report, where, "moved", x->moved, y->moved);
        same_f64(report, where, "price", x->price, y->price);
    }
}

static void compare_figures(struct report *report, const struct ambit_result *stored,
                            const struct ambit_result *found)
{
    same_i64(report, "plan", "feasible", stored->feasible, found->feasible);
    same_i64(report, "plan", "territories", stored->territory_count, found->territory_count);
    same_i64(report, "plan", "measures", stored->measure_count, found->measure_count);
    same_i64(report, "plan", "bands", stored->band_count, found->band_count);
    same_i64(report, "plan", "has a current plan", stored->has_previous, found->has_previous);
    same_i64(report, "plan", "travel (micro-hours)", stored->travel, found->travel);
    same_i64(report, "plan", "travel before (micro-hours)", stored->travel_before,
             found->travel_before);
    same_i64(report, "plan", "moved accounts", stored->moved_count, found->moved_count);
    same_i64(report, "plan", "objective (micro-hours)", stored->objective, found->objective);
    same_i64(report, "plan", "bound (micro-hours)", stored->bound, found->bound);
    same_f64(report, "plan", "gap", stored->gap, found->gap);
    same_text(report, "plan", "SHA-256", stored->plan_sha256, found->plan_sha256);
}

static void compare_together(struct report *report, const struct ambit_result *stored,
                             const struct ambit_result *found)
{
    const struct ambit_result_together *const x = &stored->together, *const y = &found->together;
    same_text(report, "rules.together", "column", x->column, y->column);
    same_i64(report, "rules.together", "bytes a name", stored->together_width,
             found->together_width);
    same_i64(report, "rules.together", "groups", x->group_count, y->group_count);
    same_i64(report, "rules.together", "accounts", x->account_count, y->account_count);
    same_i64(report, "rules.together", "split groups", x->split_count, y->split_count);
    same_text(report, "rules.together", "first split group", x->first_split, y->first_split);
}

static void compare_rules(struct report *report, const struct ambit_result *stored,
                          const struct ambit_result *found)
{
    const struct ambit_result_rules *const a = stored->rules, *const b = found->rules;
    same_i64(report, "rules", "there are any", a != NULL, b != NULL);
    if (a == NULL || b == NULL) return;
    same_i64(report, "rules", "locked accounts", a->locked_count, b->locked_count);
    same_i64(report, "rules", "fixed territories", a->fixed_count, b->fixed_count);
    same_i64(report, "rules", "accounts of fixed territories", a->kept_count, b->kept_count);
    same_i64(report, "rules", "restricted accounts", a->restricted_count, b->restricted_count);
    same_f64(report, "rules", "furthest account", a->reach_worst, b->reach_worst);
    same_i64(report, "rules", "accounts that break one", a->broken_count, b->broken_count);
    for (int k = 0; k < AMBIT_RULE_KIND_COUNT; k++)
        same_i64(report, "rules broken", ambit_rule_kind_name((enum ambit_rule_kind)k),
                 a->broken[k], b->broken[k]);
    same_text(report, "rules", "first account", a->first_account, b->first_account);
    same_text(report, "rules", "first territory", a->first_territory, b->first_territory);
    same_text(report, "rules", "first rule", a->first_rule, b->first_rule);
    same_i64(report, "rules", "bytes of skills", a->skills_width, b->skills_width);
    for (int32_t j = 0; j < stored->territory_count && a->skills_width == b->skills_width; j++) {
        const size_t width = (size_t)a->skills_width, at = (size_t)j * width;
        if (width > 0 && memcmp(a->skills + at, b->skills + at, width) != 0)
            differ(report, "territory %s skills: the file says '%.*s', recomputed '%.*s'",
                   stored->territories[j].name, (int)width, a->skills + at, (int)width,
                   b->skills + at);
    }
}

static void compare_separation(struct report *report, const struct ambit_result *stored,
                               const struct ambit_result *found)
{
    static const char where[] = "centres.separation";
    const struct ambit_result_separation *const x = &stored->separation;
    const struct ambit_result_separation *const y = &found->separation;
    same_f64(report, where, "asked (km)", x->asked_km, y->asked_km);
    same_f64(report, where, "least (km)", x->least_km, y->least_km);
    same_i64(report, where, "first of the nearest pair", x->first, y->first);
    same_i64(report, where, "second of it", x->second, y->second);
    same_i64(report, where, "broken pairs", x->broken_count, y->broken_count);
    same_i64(report, where, "pairs of homes", x->home_count, y->home_count);
}

static void compare_nightly(struct report *report, const struct ambit_nightly *stored,
                            const struct ambit_nightly *found)
{
    same_i64(report, "nightly", "is kept up", stored != NULL, found != NULL);
    if (stored == NULL || found == NULL) return;
    same_i64(report, "nightly", "new accounts", stored->new_count, found->new_count);
    same_i64(report, "nightly", "gone accounts", stored->gone_count, found->gone_count);
    same_i64(report, "nightly", "moves for the gain", stored->moved_for_gain,
             found->moved_for_gain);
    same_i64(report, "nightly", "moves for bands", stored->moved_for_bands, found->moved_for_bands);
    same_i64(report, "nightly", "most saving (micro-hours)", stored->most_saving,
             found->most_saving);
}

static void compare_contiguity(struct report *report, const struct ambit_result *stored,
                               const struct ambit_result *found)
{
    const struct ambit_contiguity_figures *const x = stored->contiguity, *const y =
                                                                             found->contiguity;
    const char *const where = "contiguity";
    if (x == NULL || y == NULL) {
        same_i64(report, where, "asked for", x != NULL, y != NULL);
        return;
    }
    same_text(report, where, "rule", ambit_contiguity_name(x->wanted),
              ambit_contiguity_name(y->wanted));
    same_i64(report, where, "nearest", x->nearest, y->nearest);
    same_f64(report, where, "longest edge", x->longest_km, y->longest_km);
    same_i64(report, where, "places", x->place_count, y->place_count);
    same_i64(report, where, "edges", x->edge_count, y->edge_count);
    same_i64(report, where, "edges too long", x->long_count, y->long_count);
    same_i64(report, where, "edges across barriers", x->barred_count, y->barred_count);
    same_i64(report, where, "islands", x->island_count, y->island_count);
    same_i64(report, where, "broken territories", x->broken_count, y->broken_count);
    same_i64(report, where, "extra pieces", x->extra_count, y->extra_count);
    same_i64(report, where, "accounts apart", x->apart_count, y->apart_count);
    for (int32_t t = 0; t < x->territory_count && t < y->territory_count; t++) {
        const char *const name = stored->territories[t].name;
        same_i64(report, name, "islands", x->islands[t], y->islands[t]);
        same_i64(report, name, "pieces", x->pieces[t], y->pieces[t]);
        same_i64(report, name, "accounts apart", x->apart[t], y->apart[t]);
        same_i64(report, name, "first account apart", x->apart_sample[t], y->apart_sample[t]);
    }
}

static void compare_headcount(struct report *report, const struct ambit_headcount *stored,
                              const struct ambit_headcount *found)
{
    static const char where[] = "headcount";
    same_i64(report, where, "is measured", stored != NULL, found != NULL);
    if (stored == NULL || found == NULL) return;
    same_i64(report, where, "capacity (micro-hours)", stored->capacity, found->capacity);
    same_i64(report, where, "work (micro-hours)", stored->work, found->work);
    same_i64(report, where, "travel (micro-hours)", stored->travel, found->travel);
    same_i64(report, where, "covered work (micro-hours)", stored->covered, found->covered);
    same_i64(report, where, "overtime (micro-hours)", stored->overtime, found->overtime);
    same_i64(report, where, "most overtime (micro-hours)", stored->overtime_most,
             found->overtime_most);
    same_i64(report, where, "territory of it", stored->overtime_worst, found->overtime_worst);
    same_i64(report, where, "covered travel (micro-hours)", stored->done_travel,
             found->done_travel);
    same_i64(report, where, "way (micro-km)", stored->km, found->km);
    same_i64(report, where, "covered way (micro-km)", stored->done_km, found->done_km);
    same_i64(report, where, "potential", stored->potential, found->potential);
    same_i64(report, where, "least potential", stored->potential_least, found->potential_least);
    same_i64(report, where, "most potential", stored->potential_most, found->potential_most);
    same_i64(report, where, "value", stored->value, found->value);
    same_i64(report, where, "covered value", stored->value_covered, found->value_covered);
    for (int c = 0; c < AMBIT_SEGMENT_MAX; c++)
        same_i64(report, where, "accounts of a segment", stored->class_accounts[c],
                 found->class_accounts[c]);
}

static void compare(struct report *report, const struct ambit_result *stored,
                    const struct ambit_result *found)
{
    compare_inputs(report, stored, found);
    compare_figures(report, stored, found);
    compare_rules(report, stored, found);
    compare_disruption(report, stored, found);
    compare_together(report, stored, found);
    compare_separation(report, stored, found);
    compare_accounts(report, stored, found);
    compare_territories(report, stored, found);
    compare_bands(report, stored, found);
    compare_nightly(report, stored->nightly, found->nightly);
    compare_contiguity(report, stored, found);
    compare_headcount(report, stored->headcount, found->headcount);
}

/* ---- the whole ---- */

static ambit_status open_result(struct ambit_comm *comm, const char *path,
                                struct ambit_result *stored, char **scenario_path)
{
    ambit_status status = AMBIT_OK;
    if (ambit_comm_rank(comm) == 0) {
        status = ambit_result_read(path, stored);
        if (status == AMBIT_OK)
            status = ambit_path_beside(path, stored->input[0].path, scenario_path);
    }
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    AMBIT_TRY(share_result(comm, stored, scenario_path));
done:
    return status;
}

/* An audit leaves out who has no territory: it is looked at when that is known. */
static bool same_accounts(const struct ambit_job *job, const struct ambit_result *stored,
                          struct report *report)
{
    same_i64(report, "inputs", "accounts", stored->account_count, job->accounts.total);
    return report->differences == 0;
}

/* Where the sizes do not agree the plan cannot be put before the judge: that alone is said. */
static bool same_shape(const struct ambit_job *job, const struct ambit_result *stored,
                       struct report *report)
{
    if (stored->kind != AMBIT_RESULT_AUDIT) (void)same_accounts(job, stored, report);
    same_i64(report, "inputs", "territories", stored->territory_count, job->territories.count);
    same_i64(report, "inputs", "bands", stored->band_count, job->scenario.band_count);
    same_i64(report, "inputs", "limits of disruption", stored->budget_cell_count,
             ambit_budget_cell_count(&job->scenario.disruption, job->territories.count));
    return report->differences == 0;
}

/* The plan that a nightly one was kept up from is an input as well. *path_out is owned by the
 * caller, and NULL off rank 0. */
static ambit_status take_before(struct ambit_job *job, const struct ambit_result *stored,
                                struct report *report, char **path_out)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    double hours = first && stored->nightly != NULL ? stored->nightly->hours_per_move : NAN;
    const int last = stored->input_count - 1;
    ambit_comm_broadcast(job->comm, &hours, sizeof hours, 0);
    if (isnan(hours)) return AMBIT_OK;
    if (first && (last < 0 || strcmp(stored->input[last].role, "plan") != 0)) {
        differ(report, "inputs plan: the file was kept up from one, and names none");
    } else if (first) {
        status = ambit_path_beside(job->options.result_path, stored->input[last].path, path_out);
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    int64_t named = *path_out != NULL;
    ambit_comm_max_i64(job->comm, &named, 1);
    if (!named) goto done;
    AMBIT_TRY(ambit_job_begin_nightly(job, *path_out, hours));
    ambit_free(&job->price_lower);
    ambit_free(&job->price_upper);
    job->options.plan_path = *path_out;
done:
    return status;
}

static void differ_words(void *report, const char *words)
{
    differ(report, "%s", words);
}

ambit_status ambit_verify_share_text(struct ambit_comm *comm, char **text)
{
    ambit_status status = AMBIT_OK;
    int64_t bytes = *text != NULL ? (int64_t)strlen(*text) + 1 : 0;
    ambit_comm_broadcast(comm, &bytes, (int64_t)sizeof bytes, 0);
    AMBIT_TRY_TOGETHER(comm, *text != NULL ? AMBIT_OK : ambit_alloc(text, (size_t)bytes, 1));
    ambit_comm_broadcast(comm, *text, bytes, 0);
done:
    return status;
}

/* The path of the table that an audit was made of is an input as well. *path_out is owned by the
 * caller; NULL where the plan was no table. Collective. */
static ambit_status find_table(struct ambit_job *job, const struct ambit_result *stored,
                               char **path_out)
{
    ambit_status status = AMBIT_OK;
    const int last = stored->input_count - 1;
    if (stored->kind != AMBIT_RESULT_AUDIT) return AMBIT_OK;
    if (last >= 0 && strcmp(stored->input[last].role, "plan") == 0) /* known to rank 0 */
        status = ambit_path_beside(job->options.result_path, stored->input[last].path, path_out);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY(ambit_verify_share_text(job->comm, path_out));
    job->options.plan_path = *path_out;
done:
    return status;
}

/* Accounts that an audited plan has in no territory are left out, as the file has left them out:
 * by the table where there was one, else by the file itself. What the table gives to another
 * territory than the file differs. */
static ambit_status leave_gaps_out(struct ambit_job *job, const struct ambit_result *stored,
                                   struct report *report)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    const char *const table = job->options.plan_path;
    const int32_t *label = NULL;
    if (stored->kind != AMBIT_RESULT_AUDIT || (table == NULL && stored->account_count == a->total))
        return AMBIT_OK;
    AMBIT_TRY(
        ambit_job_take_audited(job, table != NULL ? table : job->options.result_path, &label));
    int64_t others = 0;
    const bool whole = a->total == stored->account_count;
    for (int32_t i = 0; i < a->count && whole; i++)
        others += label[i] != stored->territory[a->first + i];
    ambit_comm_sum_i64(job->comm, &others, 1);
    same_i64(report, "inputs", "accounts in another territory", 0, others);
    report->uncovered = job->cover != NULL;
done:
    return status;
}

/* The figures of an audit, which the judge does not know. */
static ambit_status rejudge_audit(struct ambit_job *job, const int32_t *label,
                                  struct report *report, struct ambit_result *found)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_job_kpi(job, label, found));
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? ambit_result_compare_audit(job->options.result_path, found,
                                                                   differ_words, report)
                                      : AMBIT_OK);
done:
    return status;
}

static ambit_status rejudge(struct ambit_job *job, struct ambit_result *stored,
                            struct report *report, struct ambit_result *found)
{
    ambit_status status = AMBIT_OK;
    const int32_t *label;
    char *plan_path = NULL;
    AMBIT_TRY(find_table(job, stored, &plan_path));
    if (stored->kind == AMBIT_RESULT_AUDIT) job->use = AMBIT_USE_AUDIT;
    int64_t measured = stored->headcount != NULL; /* of the first rank */
    ambit_comm_max_i64(job->comm, &measured, 1);
    if (measured) job->use = AMBIT_USE_HEADCOUNT;
    AMBIT_TRY(ambit_job_load(job));
    if (!same_shape(job, stored, report)) goto done;
    AMBIT_TRY(ambit_job_order(job));
    AMBIT_TRY(leave_gaps_out(job, stored, report));
    if (!same_accounts(job, stored, report)) goto done;
    AMBIT_TRY(take_before(job, stored, report, &plan_path));
    AMBIT_TRY_TOGETHER(job->comm, ambit_verify_take_decisions(job, stored));
    label = &stored->territory[job->accounts.first];
    found->kind = stored->kind;
    AMBIT_TRY(share_certificate(job, job->options.result_path, stored));
    AMBIT_TRY(ambit_job_judge(job, label, found));
    if (job->nightly != NULL) AMBIT_TRY(ambit_job_note_nightly(job, label, found));
    AMBIT_TRY(ambit_job_gather(job, label, found));
    if (measured) AMBIT_TRY(ambit_job_note_headcount(job, found));
    if (ambit_comm_rank(job->comm) == 0) compare(report, stored, found);
    if (stored->kind == AMBIT_RESULT_AUDIT) AMBIT_TRY(rejudge_audit(job, label, report, found));
    if (stored->kind == AMBIT_RESULT_PLAN)
        AMBIT_TRY(ambit_verify_diagnosis(job, label, stored, found, differ_words, report));
done:
    ambit_free(&plan_path);
    return status;
}

static bool breaks_bands(const struct ambit_result *result)
{
    bool broken = false;
    for (int b = 0; b < result->band_count; b++)
        broken |= result->band[b].broken_count > 0;
    return broken;
}

static ambit_status conclude(struct ambit_comm *comm, const struct ambit_result *stored,
                             const char *path, const struct report *report)
{
    ambit_status status = AMBIT_OK;
    if (ambit_comm_rank(comm) == 0) {
        if (report->differences > 0) {
            status = ambit_fail(AMBIT_ERR_MISMATCH, "%s: %lld figure%s from its inputs%s", path,
                                (long long)report->differences,
                                report->differences == 1 ? " differs" : "s differ",
                                report->differences > NAMED_MAX ? "; the first 50 are named" : "");
        } else if (!stored->feasible) {
            status = ambit_fail(
                AMBIT_ERR_INFEASIBLE, "%s: every figure agrees; the plan %s, and says so", path,
                stored->rules != NULL && stored->rules->broken_count > 0 ? "breaks rules"
                : report->uncovered && !breaks_bands(stored)
                    ? "has accounts in no territory or in several"
                    : "breaks bands");
        } else {
            fprintf(report->out, "%s: every figure agrees and every band%s is met\n", path,
                    stored->rules != NULL ? " and rule" : "");
        }
    }
    return AMBIT_AGREE(comm, status);
}

ambit_status ambit_verify_one(struct ambit_comm *comm, const char *result_path,
                              const char *accounts_path, int threads, FILE *report_file)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job;
    struct ambit_result stored, found;
    char *scenario_path = NULL;
    struct ambit_run_options options;
    struct report report = {.out = ambit_comm_rank(comm) == 0 ? report_file : NULL};
    ambit_run_options_init(&options);
    options.threads = threads;
    options.result_path = result_path;
    options.accounts_path = accounts_path;
    ambit_result_init(&stored);
    ambit_result_init(&found);
    ambit_job_init(&job, comm, &options);
    AMBIT_TRY(open_result(comm, result_path, &stored, &scenario_path));
    ambit_comm_broadcast(comm, stored.variant, sizeof stored.variant, 0);
    if (stored.variant[0] != '\0') job.options.scenario_name = stored.variant;
    int64_t skipped = stored.bad_rows.total;
    ambit_comm_max_i64(comm, &skipped, 1);
    job.options.skip_bad_rows = skipped > 0;
    job.options.scenario_path = scenario_path;
    AMBIT_TRY(rejudge(&job, &stored, &report, &found));
    ambit_log_finish();
    AMBIT_TRY(conclude(comm, &stored, result_path, &report));
done:
    /* A result that is cut off, or whose input is gone, cannot be shown to hold. */
    if (status == AMBIT_ERR_INPUT || status == AMBIT_ERR_USAGE) status = AMBIT_ERR_MISMATCH;
    ambit_log_finish();
    ambit_free(&scenario_path);
    ambit_result_clear(&stored);
    ambit_result_clear(&found);
    ambit_job_clear(&job);
    return status;
}
