/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/frontier_hdf5.h"
#include "engine/base/memory.h"
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

/* What would do for the points that are outside their bands, in words; nothing where there are
 * none. */
static ambit_status put_remedies(struct ambit_h5 *h5, const struct ambit_frontier *f)
{
    ambit_status status = AMBIT_OK;
    char *texts = NULL;
    bool any = false;
    AMBIT_TRY(ambit_alloc(&texts, (size_t)f->count, REMEDY));
    for (int p = 0; p < f->count; p++)
        any |= ambit_text_remedy(&f->point[p].result, " ", texts + (size_t)p * REMEDY, REMEDY);
    if (any)
        AMBIT_TRY(ambit_h5_put_column(
            h5, "/points/what_would_do",
            &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                      .width = REMEDY,
                                      .count = f->count,
                                      .data = texts,
                                      .long_name = "smallest set of relaxations found that meets "
                                                   "the bands; empty where they are met",
                                      .scale = "/points/point"}));
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

ambit_status ambit_frontier_file_commit(struct ambit_frontier_file **file,
                                        const struct ambit_frontier *frontier,
                                        const char *scenario_text)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *const h5 = (*file)->h5;
    static const char format[] = "ambit-frontier";
    const int32_t version = 1, knee = frontier->knee;
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0, format));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "knee", AMBIT_H5_I32, 0, 0, &knee));
    AMBIT_TRY(ambit_h5_put_text(h5, "/scenario", scenario_text, "text of the scenario file"));
    AMBIT_TRY(put_points(h5, frontier));
    AMBIT_TRY(put_remedies(h5, frontier));
    AMBIT_TRY(put_bands(h5, frontier));
    AMBIT_TRY(put_territories(h5, frontier));
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
