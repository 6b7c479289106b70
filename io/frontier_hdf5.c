/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/frontier_hdf5.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "io/h5_compare.h"
#include "io/report_diagnosis.h"
#include "io/result_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SCALE "/accounts/account"

enum { REMEDY = 1024 }; /* bytes of what would do for a point */

struct ambit_frontier_file {
    struct ambit_h5 *h5; /* owned */
    int32_t id_width;
    int point_count;
};

static void plan_path(int p, char out[AMBIT_H5_PATH_MAX])
{
    (void)snprintf(out, AMBIT_H5_PATH_MAX, "/plans/point_%d", p);
}

static ambit_status put_columns(struct ambit_frontier_file *file, int64_t count)
{
    static const struct {
        const char *path;
        enum ambit_h5_kind kind;
        const char *units, *long_name;
    } columns[] = {
        {"/accounts/account_id", AMBIT_H5_TEXT, NULL, "account id"},
        {"/accounts/lat", AMBIT_H5_F64, "degrees_north", "latitude, WGS 84"},
        {"/accounts/lon", AMBIT_H5_F64, "degrees_east", "longitude, WGS 84"},
        {"/accounts/previous", AMBIT_H5_I32, "1",
         "index of the current territory into /territories; -1 where there is none"},
    };
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_h5_put_group(file->h5, "/accounts"));
    AMBIT_TRY(ambit_h5_put_scale(file->h5, SCALE, count, "place in the canonical order"));
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        AMBIT_TRY(
            ambit_h5_put_column(file->h5, columns[c].path,
                                &(struct ambit_h5_column){
                                    .kind = columns[c].kind,
                                    .width = columns[c].kind == AMBIT_H5_TEXT ? file->id_width : 0,
                                    .count = count,
                                    .units = columns[c].units,
                                    .long_name = columns[c].long_name,
                                    .scale = SCALE,
                                    .plain = columns[c].kind == AMBIT_H5_F64}));
    AMBIT_TRY(ambit_h5_put_group(file->h5, "/plans"));
    for (int p = 0; p < file->point_count; p++) {
        plan_path(p, path);
        AMBIT_TRY(ambit_h5_put_column(
            file->h5, path,
            &(struct ambit_h5_column){.kind = AMBIT_H5_I32,
                                      .count = count,
                                      .units = "1",
                                      .long_name = "index into /territories, by the plan of this "
                                                   "row of /points",
                                      .scale = SCALE}));
    }
done:
    return status;
}

ambit_status ambit_frontier_file_create(const char *path, int64_t account_count, int32_t id_width,
                                        int point_count, struct ambit_frontier_file **out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(out, 1, sizeof **out));
    (*out)->id_width = id_width;
    (*out)->point_count = point_count;
    AMBIT_TRY(ambit_h5_create(path, &(*out)->h5));
    AMBIT_TRY(put_columns(*out, account_count));
done:
    if (status != AMBIT_OK) ambit_frontier_file_destroy(out);
    return status;
}

ambit_status ambit_frontier_file_put(struct ambit_frontier_file *file,
                                     const struct ambit_frontier_slice *slice)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    const int64_t first = slice->first, count = slice->count;
    AMBIT_TRY(ambit_h5_put_slice(file->h5, "/accounts/account_id", AMBIT_H5_TEXT, file->id_width,
                                 first, count, slice->account_id));
    AMBIT_TRY(
        ambit_h5_put_slice(file->h5, "/accounts/lat", AMBIT_H5_F64, 0, first, count, slice->lat));
    AMBIT_TRY(
        ambit_h5_put_slice(file->h5, "/accounts/lon", AMBIT_H5_F64, 0, first, count, slice->lon));
    AMBIT_TRY(ambit_h5_put_slice(file->h5, "/accounts/previous", AMBIT_H5_I32, 0, first, count,
                                 slice->previous));
    for (int p = 0; p < file->point_count; p++) {
        plan_path(p, path);
        AMBIT_TRY(
            ambit_h5_put_slice(file->h5, path, AMBIT_H5_I32, 0, first, count, slice->territory[p]));
    }
done:
    return status;
}

/* ---- what is known of the points ---- */

struct row {
    bool is_free, feasible;
    double budget, outside, gap;
    int32_t plan_of;
    int64_t moved, travel, objective, bound;
};

static const struct ambit_field row_fields[] = {
#define OF(member) offsetof(struct row, member), sizeof(((struct row *)0)->member)
    {"budget", AMBIT_FIELD_F64, OF(budget), "1", "part of the accounts that may move", NULL},
    {"is_free", AMBIT_FIELD_FLAG, OF(is_free), "1", "there is no such budget", NULL},
    {"feasible", AMBIT_FIELD_FLAG, OF(feasible), "1", "every band and budget is kept", NULL},
    {"outside", AMBIT_FIELD_F64, OF(outside), "1",
     "sum over bands and territories of what is outside, in parts of the target", NULL},
    {"plan_of", AMBIT_FIELD_I32, OF(plan_of), "1", "row whose plan this is", NULL},
    {"moved", AMBIT_FIELD_I64, OF(moved), "1", "accounts that change hands", NULL},
    {"travel", AMBIT_FIELD_MICRO, OF(travel), "h", "travel a year, exact", NULL},
    {"objective", AMBIT_FIELD_MICRO, OF(objective), "h", "travel and the price of moves, exact",
     NULL},
    {"bound", AMBIT_FIELD_MICRO, OF(bound), "h", "no plan of these centres costs less", NULL},
    {"gap", AMBIT_FIELD_F64, OF(gap), "1", "(objective - bound) / objective", NULL},
#undef OF
};
static const struct ambit_fields row_layout = {row_fields, sizeof row_fields / sizeof *row_fields};

static ambit_status put_points(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    struct row row[AMBIT_FRONTIER_MAX];
    for (int p = 0; p < f->count; p++) {
        const struct ambit_frontier_point *const point = &f->point[p];
        row[p] = (struct row){.is_free = point->is_free,
                              .feasible = point->result.feasible,
                              .budget = point->budget,
                              .outside = point->outside,
                              .gap = point->result.gap,
                              .plan_of = point->plan_of,
                              .moved = point->result.moved_count,
                              .travel = point->result.travel,
                              .objective = point->result.objective,
                              .bound = point->result.bound};
    }
    return ambit_result_put_rows(h5, "/points", "point", "index of the budget", &row_layout, row,
                                 sizeof *row, f->count);
}

/* What would do for the points that break bands or rules, in words; and each such point's diagnosis
 * as a result has it. Nothing where there are none. */
static ambit_status put_diagnoses(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    ambit_status status = AMBIT_OK;
    char *texts = NULL;
    bool any = false;
    AMBIT_TRY(ambit_alloc(&texts, (size_t)f->count, REMEDY));
    for (int p = 0; p < f->count; p++) {
        (void)ambit_text_remedy(&f->point[p].result, " ", texts + (size_t)p * REMEDY, REMEDY);
        any |= f->point[p].result.diagnosis != NULL;
    }
    if (!any) goto done;
    AMBIT_TRY(ambit_h5_put_group(h5, "/diagnosis"));
    AMBIT_TRY(ambit_h5_put_scale(h5, "/diagnosis/point", f->count, "index into /points"));
    AMBIT_TRY(ambit_h5_put_column(
        h5, "/diagnosis/what_would_do",
        &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                  .width = REMEDY,
                                  .count = f->count,
                                  .data = texts,
                                  .long_name = "smallest set of relaxations found that meets "
                                               "the bands; empty where they are met",
                                  .scale = "/diagnosis/point"}));
    for (int p = 0; p < f->count; p++) {
        char group[AMBIT_H5_PATH_MAX];
        if (f->point[p].result.diagnosis == NULL) continue;
        (void)snprintf(group, sizeof group, "/diagnosis/point_%d", p);
        AMBIT_TRY(ambit_h5_put_group(h5, group));
        AMBIT_TRY(ambit_h5_set_root(h5, group));
        status = ambit_result_put_diagnosis(h5, &f->point[p].result);
        const ambit_status back = ambit_h5_set_root(h5, NULL);
        AMBIT_TRY(status != AMBIT_OK ? status : back);
    }
done:
    ambit_free(&texts);
    return status;
}

struct band_row {
    double worst, open_by;
    int32_t broken;
};

static const struct ambit_field band_fields[] = {
#define OF(member) offsetof(struct band_row, member), sizeof(((struct band_row *)0)->member)
    {"worst_deviation", AMBIT_FIELD_F64, OF(worst), "1", "as in a result", NULL},
    {"open_by", AMBIT_FIELD_F64, OF(open_by), "1", "how far the limit would have to open", NULL},
    {"outside", AMBIT_FIELD_I32, OF(broken), "1", "territories outside", NULL},
#undef OF
};
static const struct ambit_fields band_layout = {band_fields,
                                                sizeof band_fields / sizeof *band_fields};

static ambit_status put_bands(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    ambit_status status = AMBIT_OK;
    static const char group[] = "/points/bands";
    char link[AMBIT_LINK_MAX], path[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_h5_put_group(h5, group));
    for (int b = 0; b < f->point[0].result.band_count; b++) {
        struct band_row row[AMBIT_FRONTIER_MAX];
        for (int p = 0; p < f->count; p++) {
            const struct ambit_result_band *const band = &f->point[p].result.band[b];
            row[p] = (struct band_row){band->worst_deviation, band->open_by, band->broken_count};
        }
        ambit_result_link(h5, group, f->point[0].result.band[b].label, link);
        ambit_h5_join(group, link, path);
        AMBIT_TRY(ambit_result_put_rows(h5, path, "point", "index into /points", &band_layout, row,
                                        sizeof *row, f->count));
    }
done:
    return status;
}

static const struct ambit_field limit_fields[] = {
#define OF(member)                                                                                 \
    offsetof(struct ambit_frontier_limit, member),                                                 \
        sizeof(((struct ambit_frontier_limit *)0)->member)
    {"point", AMBIT_FIELD_I32, OF(point), "1", "index into /points", NULL},
    {"band", AMBIT_FIELD_I32, OF(band), "1", "which of the scenario's bands", NULL},
    {"relaxed", AMBIT_FIELD_FLAG, OF(relaxed), "1", "the limit was opened", NULL},
    {"used_lower", AMBIT_FIELD_F64, OF(used_lower), "1", "what the plan was made for", NULL},
    {"used_upper", AMBIT_FIELD_F64, OF(used_upper), "1", "what the plan was made for", NULL},
#undef OF
};
static const struct ambit_fields limit_layout = {limit_fields,
                                                 sizeof limit_fields / sizeof *limit_fields};

/* The limits that each plan was made for, which may have opened. */
static ambit_status put_limits(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier_limit *row = NULL;
    const int bands = f->point[0].result.band_count;
    int64_t count = 0;
    AMBIT_TRY(ambit_alloc(&row, (size_t)f->count * (size_t)bands, sizeof *row));
    for (int p = 0; p < f->count; p++) {
        for (int b = 0; b < bands; b++) {
            const struct ambit_result_band *const band = &f->point[p].result.band[b];
            row[count++] = (struct ambit_frontier_limit){p, b, band->relaxed, band->used_lower,
                                                         band->used_upper};
        }
    }
    AMBIT_TRY(ambit_result_put_rows(h5, "/limits", "limit", "index of the limit", &limit_layout,
                                    row, sizeof *row, count));
done:
    ambit_free(&row);
    return status;
}

static const struct ambit_field price_fields[] = {
#define OF(member)                                                                                 \
    offsetof(struct ambit_frontier_price, member),                                                 \
        sizeof(((struct ambit_frontier_price *)0)->member)
    {"point", AMBIT_FIELD_I32, OF(point), "1", "index into /points", NULL},
    {"band", AMBIT_FIELD_I32, OF(band), "1", "which of the scenario's bands", NULL},
    {"territory", AMBIT_FIELD_I32, OF(territory), "1", "index into /territories", NULL},
    {"lower", AMBIT_FIELD_F64, OF(lower), "1", "price of the lower limit in the bound, h a unit",
     NULL},
    {"upper", AMBIT_FIELD_F64, OF(upper), "1", "price of the upper limit in the bound, h a unit",
     NULL},
#undef OF
};
static const struct ambit_fields price_layout = {price_fields,
                                                 sizeof price_fields / sizeof *price_fields};

static const struct ambit_field budget_price_fields[] = {
#define OF(member)                                                                                 \
    offsetof(struct ambit_frontier_budget_price, member),                                          \
        sizeof(((struct ambit_frontier_budget_price *)0)->member)
    {"point", AMBIT_FIELD_I32, OF(point), "1", "index into /points", NULL},
    {"limit", AMBIT_FIELD_I32, OF(cell), "1", "which of the limits of disruption", NULL},
    {"price", AMBIT_FIELD_F64, OF(price), "1", "its price in the bound, h a unit", NULL},
#undef OF
};
static const struct ambit_fields budget_price_layout = {
    budget_price_fields, sizeof budget_price_fields / sizeof *budget_price_fields};

/* What proves the bounds: at any prices there is one, and these are those of the file's. */
static ambit_status put_prices(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier_price *row = NULL;
    const struct ambit_result *const first = &f->point[0].result;
    const size_t room =
        (size_t)f->count * (size_t)first->band_count * (size_t)first->territory_count;
    int64_t count = 0;
    AMBIT_TRY(ambit_alloc(&row, room, sizeof *row));
    for (int p = 0; p < f->count; p++) {
        for (int b = 0; b < first->band_count; b++) {
            const struct ambit_result_band *const band = &f->point[p].result.band[b];
            for (int32_t j = 0; j < first->territory_count; j++)
                row[count++] = (struct ambit_frontier_price){p, b, j, band->price_lower[j],
                                                             band->price_upper[j]};
        }
    }
    AMBIT_TRY(ambit_result_put_rows(h5, "/prices", "entry", "index of the pair of prices",
                                    &price_layout, row, sizeof *row, count));
done:
    ambit_free(&row);
    return status;
}

static ambit_status put_budget_prices(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    ambit_status status = AMBIT_OK;
    struct ambit_frontier_budget_price *row = NULL;
    const int32_t cells = f->point[0].result.budget_cell_count;
    int64_t count = 0;
    AMBIT_TRY(ambit_alloc(&row, (size_t)f->count * (size_t)cells, sizeof *row));
    for (int p = 0; p < f->count; p++) {
        for (int32_t c = 0; c < cells; c++)
            row[count++] =
                (struct ambit_frontier_budget_price){p, c, f->point[p].result.budget_cell[c].price};
    }
    AMBIT_TRY(ambit_result_put_rows(h5, "/budget_prices", "entry", "index of the price",
                                    &budget_price_layout, row, sizeof *row, count));
done:
    ambit_free(&row);
    return status;
}

static ambit_status put_territories(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = f->point[0].result.territory_count;
    static const char scale[] = "/territories/territory";
    char *names = NULL, path[AMBIT_H5_PATH_MAX];
    double *place = NULL;
    AMBIT_TRY(ambit_alloc(&names, (size_t)count, AMBIT_NAME_MAX));
    AMBIT_TRY(ambit_alloc(&place, (size_t)count, sizeof *place));
    for (int32_t j = 0; j < count; j++)
        (void)snprintf(names + (size_t)j * AMBIT_NAME_MAX, AMBIT_NAME_MAX, "%s",
                       f->point[0].result.territories[j].name);
    AMBIT_TRY(ambit_h5_put_group(h5, "/territories"));
    AMBIT_TRY(ambit_h5_put_scale(h5, scale, count, "index of the territory"));
    AMBIT_TRY(ambit_h5_put_column(h5, "/territories/name",
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                            .width = AMBIT_NAME_MAX,
                                                            .count = count,
                                                            .data = names,
                                                            .long_name = "name",
                                                            .scale = scale}));
    AMBIT_TRY(ambit_h5_put_group(h5, "/territories/centres"));
    for (int p = 0; p < f->count; p++) {
        for (int k = 0; k < 2; k++) {
            for (int32_t j = 0; j < count; j++)
                place[j] = k == 0 ? f->point[p].result.territories[j].centre_lat
                                  : f->point[p].result.territories[j].centre_lon;
            (void)snprintf(path, sizeof path, "/territories/centres/point_%d_%s", p,
                           k == 0 ? "lat" : "lon");
            AMBIT_TRY(ambit_h5_put_column(
                h5, path,
                &(struct ambit_h5_column){.kind = AMBIT_H5_F64,
                                          .count = count,
                                          .data = place,
                                          .units = k == 0 ? "degrees_north" : "degrees_east",
                                          .long_name = "centre of the plan of this row of /points",
                                          .scale = scale}));
        }
    }
done:
    ambit_free(&names);
    ambit_free(&place);
    return status;
}

static ambit_status put_figures(struct ambit_h5 *h5, const struct ambit_frontier *frontier)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(put_points(h5, frontier));
    AMBIT_TRY(put_bands(h5, frontier));
    AMBIT_TRY(put_limits(h5, frontier));
    AMBIT_TRY(put_prices(h5, frontier));
    AMBIT_TRY(put_budget_prices(h5, frontier));
    AMBIT_TRY(put_territories(h5, frontier));
done:
    return status;
}

/* Where the scenario is, seen from the file, and which of its scenarios it is. */
static ambit_status put_scenario(struct ambit_h5 *h5, const struct ambit_frontier_source *source)
{
    ambit_status status = AMBIT_OK;
    char *relative = NULL;
    const char *const name = source->variant != NULL ? source->variant : "";
    AMBIT_TRY(ambit_path_relative(source->scenario_path, source->result_path, &relative));
    AMBIT_TRY(
        ambit_h5_put_text(h5, "/scenario", source->scenario_text, "text of the scenario file"));
    AMBIT_TRY(ambit_h5_put_text(h5, "/scenario_path", relative,
                                "the scenario file, from this one's folder"));
    if (name[0] != '\0')
        AMBIT_TRY(ambit_h5_put_text(h5, "/scenario_name", name, "which of its scenarios"));
done:
    ambit_free(&relative);
    return status;
}

ambit_status ambit_frontier_file_commit(struct ambit_frontier_file **file,
                                        const struct ambit_frontier *frontier,
                                        const struct ambit_frontier_source *source)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *const h5 = (*file)->h5;
    static const char format[] = "ambit-frontier";
    const int32_t version = 1, knee = frontier->knee;
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0, format));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "knee", AMBIT_H5_I32, 0, 0, &knee));
    AMBIT_TRY(put_scenario(h5, source));
    AMBIT_TRY(put_figures(h5, frontier));
    AMBIT_TRY(put_diagnoses(h5, frontier));
    AMBIT_TRY(ambit_h5_commit(&(*file)->h5));
done:
    ambit_frontier_file_destroy(file);
    return status;
}

void ambit_frontier_file_destroy(struct ambit_frontier_file **file)
{
    if (*file == NULL) return;
    ambit_h5_destroy(&(*file)->h5);
    ambit_free(file);
}

/* ---- read again ---- */

bool ambit_frontier_is(const char *path)
{
    struct ambit_h5 *h5 = NULL;
    char format[64] = "";
    ambit_status status = ambit_h5_open(path, "frontier", &h5);
    if (status == AMBIT_OK && ambit_h5_has_attribute(h5, "/", "format"))
        status = ambit_h5_get_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0, format);
    ambit_h5_destroy(&h5);
    if (status != AMBIT_OK) ambit_error_clear(); /* who reads it as a result says why */
    return strcmp(format, "ambit-frontier") == 0;
}

static ambit_status get_scenario(struct ambit_h5 *h5, const char *path,
                                 struct ambit_frontier_plans *out)
{
    ambit_status status = AMBIT_OK;
    char *relative = NULL;
    AMBIT_TRY(ambit_h5_get_text(h5, "/scenario", &out->scenario_text));
    AMBIT_TRY(ambit_h5_get_text(h5, "/scenario_path", &relative));
    AMBIT_TRY(ambit_path_beside(path, relative, &out->scenario_path));
    if (ambit_h5_has(h5, "/scenario_name"))
        AMBIT_TRY(ambit_h5_get_text(h5, "/scenario_name", &out->variant));
done:
    ambit_free(&relative);
    return status;
}

static ambit_status get_prices(struct ambit_h5 *h5, struct ambit_frontier_plans *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_result_get_count(h5, "/prices/entry", INT32_MAX, &out->price_count));
    AMBIT_TRY(ambit_alloc(&out->price, (size_t)out->price_count, sizeof *out->price));
    AMBIT_TRY(ambit_result_get_rows(h5, "/prices", &price_layout, out->price_count, out->price,
                                    sizeof *out->price));
    AMBIT_TRY(
        ambit_result_get_count(h5, "/budget_prices/entry", INT32_MAX, &out->budget_price_count));
    AMBIT_TRY(ambit_alloc(&out->budget_price, (size_t)out->budget_price_count,
                          sizeof *out->budget_price));
    AMBIT_TRY(ambit_result_get_rows(h5, "/budget_prices", &budget_price_layout,
                                    out->budget_price_count, out->budget_price,
                                    sizeof *out->budget_price));
done:
    return status;
}

ambit_status ambit_frontier_plans_read(const char *path, struct ambit_frontier_plans *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    struct row row[AMBIT_FRONTIER_MAX];
    int64_t count = 0, width = 0;
    *out = (struct ambit_frontier_plans){0};
    AMBIT_TRY(ambit_h5_open(path, "frontier", &h5));
    AMBIT_TRY(get_scenario(h5, path, out));
    AMBIT_TRY(ambit_result_get_count(h5, "/points/point", AMBIT_FRONTIER_MAX, &count));
    out->count = (int)count;
    AMBIT_TRY(ambit_result_get_rows(h5, "/points", &row_layout, count, row, sizeof *row));
    for (int p = 0; p < out->count; p++) {
        out->point[p].is_free = row[p].is_free;
        out->point[p].budget = row[p].budget;
        out->point[p].plan_of = row[p].plan_of;
    }
    AMBIT_TRY(ambit_result_get_count(h5, "/limits/limit",
                                     (int64_t)AMBIT_FRONTIER_MAX * 2 * AMBIT_MEASURE_MAX,
                                     &out->limit_count));
    AMBIT_TRY(ambit_alloc(&out->limit, (size_t)out->limit_count, sizeof *out->limit));
    AMBIT_TRY(ambit_result_get_rows(h5, "/limits", &limit_layout, out->limit_count, out->limit,
                                    sizeof *out->limit));
    AMBIT_TRY(get_prices(h5, out));
    AMBIT_TRY(ambit_h5_column_size(h5, SCALE, &out->account_count, &width));
    AMBIT_TRY(ambit_h5_column_size(h5, "/territories/name", &count, &width));
    out->territory_count = (int32_t)count;
done:
    ambit_h5_destroy(&h5);
    if (status != AMBIT_OK) ambit_frontier_plans_clear(out);
    return status;
}

void ambit_frontier_plans_clear(struct ambit_frontier_plans *plans)
{
    ambit_free(&plans->scenario_text);
    ambit_free(&plans->scenario_path);
    ambit_free(&plans->variant);
    ambit_free(&plans->limit);
    ambit_free(&plans->price);
    ambit_free(&plans->budget_price);
}

ambit_status ambit_frontier_plan_read(const char *path, const struct ambit_frontier_plans *plans,
                                      int p, int32_t *territory_out, double *lat_out,
                                      double *lon_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    char name[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_h5_open(path, "frontier", &h5));
    plan_path(p, name);
    AMBIT_TRY(ambit_h5_get_column(h5, name, AMBIT_H5_I32, 0, plans->account_count, territory_out));
    for (int64_t i = 0; i < plans->account_count; i++) {
        if (territory_out[i] < 0 || territory_out[i] >= plans->territory_count)
            AMBIT_TRY(ambit_h5_damaged(h5, name, "row %lld: expected a territory, found %d",
                                       (long long)i, (int)territory_out[i]));
    }
    for (int k = 0; k < 2; k++) {
        (void)snprintf(name, sizeof name, "/territories/centres/point_%d_%s", p,
                       k == 0 ? "lat" : "lon");
        AMBIT_TRY(ambit_h5_get_column(h5, name, AMBIT_H5_F64, 0, plans->territory_count,
                                      k == 0 ? lat_out : lon_out));
    }
done:
    ambit_h5_destroy(&h5);
    return status;
}

ambit_status ambit_frontier_compare(const char *path, const struct ambit_frontier *frontier,
                                    void (*differ)(void *self, const char *words), void *self)
{
    static const char *const groups[] = {"/points",        "/limits",    "/prices",
                                         "/budget_prices", "/diagnosis", "/territories"};
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *stored = NULL, *found = NULL;
    int32_t knee = -1;
    char words[128];
    AMBIT_TRY(ambit_h5_open(path, "frontier", &stored));
    AMBIT_TRY(ambit_h5_create_scratch(&found));
    AMBIT_TRY(put_figures(found, frontier));
    AMBIT_TRY(put_diagnoses(found, frontier));
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        AMBIT_TRY(ambit_h5_compare(stored, found, groups[g], differ, self));
    AMBIT_TRY(ambit_h5_get_attribute(stored, "/", "knee", AMBIT_H5_I32, 0, 0, &knee));
    if (knee != frontier->knee) {
        (void)snprintf(words, sizeof words, "knee: the file says %d, recomputed %d", (int)knee,
                       frontier->knee);
        differ(self, words);
    }
done:
    ambit_h5_destroy(&stored);
    ambit_h5_destroy(&found);
    return status;
}

ambit_status ambit_frontier_compare_accounts(const char *path, const struct ambit_result *result,
                                             void (*differ)(void *self, const char *words),
                                             void *self)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *stored = NULL;
    struct ambit_frontier_file *file = NULL;
    AMBIT_TRY(ambit_h5_open(path, "frontier", &stored));
    AMBIT_TRY(ambit_alloc(&file, 1, sizeof *file));
    AMBIT_TRY(ambit_h5_create_scratch(&file->h5));
    file->id_width = result->id_width;
    AMBIT_TRY(put_columns(file, result->account_count));
    for (int64_t first = 0; first < result->account_count; first += AMBIT_H5_SLICE) {
        const int64_t left = result->account_count - first;
        AMBIT_TRY(ambit_frontier_file_put(
            file, &(struct ambit_frontier_slice){
                      .first = first,
                      .count = left < AMBIT_H5_SLICE ? left : AMBIT_H5_SLICE,
                      .account_id = result->account_id + first * result->id_width,
                      .lat = result->lat + first,
                      .lon = result->lon + first,
                      .previous = result->previous + first}));
    }
    AMBIT_TRY(ambit_h5_compare(stored, file->h5, "/accounts", differ, self));
done:
    ambit_h5_destroy(&stored);
    ambit_frontier_file_destroy(&file);
    return status;
}
