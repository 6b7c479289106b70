/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes a result as HDF5: structs are turned into columns one member at a time through one buffer,
 * by the tables of result_layout.h; the accounts come in slices and go straight to the file. Exact
 * sums are whole millionths (units "1e-6 h", attribute scale), with doubles beside them where
 * people look first. Groups that are named by the user's own words keep the word in an attribute,
 * since a '/' cannot stand in a name.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/result_contiguity.h"
#include "io/result_hdf5.h"
#include "io/result_layout.h"
#include "io/result_parts.h"

#include <stdio.h>
#include <string.h>

void ambit_result_link(struct ambit_h5 *h5, const char *group, const char *wanted,
                       char out[AMBIT_LINK_MAX])
{
    char path[AMBIT_H5_PATH_MAX];
    size_t length = 0;
    for (const char *c = wanted; *c != '\0' && length + 16 < AMBIT_LINK_MAX; c++) {
        const char *const piece = *c == '/' ? "_of_" : (const char[]){*c, '\0'};
        length += (size_t)snprintf(out + length, AMBIT_LINK_MAX - length, "%s", piece);
    }
    if (length == 0 || strcmp(out, ".") == 0)
        length = (size_t)snprintf(out, AMBIT_LINK_MAX, "unnamed");
    for (int n = 2;; n++) {
        ambit_h5_join(group, out, path);
        if (!ambit_h5_has(h5, path)) return;
        (void)snprintf(out + length, AMBIT_LINK_MAX - length, "_%d", n);
    }
}

/* Copies one member of `count` structs into consecutive values. */
static void gather(const struct ambit_field *field, const char *rows, size_t row_bytes,
                   int64_t count, size_t width, char *values_out)
{
    for (int64_t i = 0; i < count; i++) {
        const char *const member = rows + (size_t)i * row_bytes + field->offset;
        char *const value = values_out + (size_t)i * width;
        if (field->kind == AMBIT_FIELD_WORD) {
            int choice;
            memcpy(&choice, member, sizeof choice);
            const char *const word = field->word(choice);
            AMBIT_REQUIRE(word != NULL);
            (void)snprintf(value, width, "%s", word);
        } else if (field->kind == AMBIT_FIELD_OWNED) {
            const char *text;
            memcpy(&text, member, sizeof text);
            (void)snprintf(value, width, "%s", text != NULL ? text : "");
        } else {
            memcpy(value, member, width);
        }
    }
}

/* Bytes a value of the field in the gathered buffer. */
static size_t gathered_width(const struct ambit_field *field, const char *rows, size_t row_bytes,
                             int64_t count)
{
    if (field->kind == AMBIT_FIELD_WORD) return AMBIT_WORD_MAX;
    if (field->kind != AMBIT_FIELD_OWNED) return field->bytes;
    size_t widest = 0;
    for (int64_t i = 0; i < count; i++) {
        const char *text;
        memcpy(&text, rows + (size_t)i * row_bytes + field->offset, sizeof text);
        if (text != NULL && strlen(text) > widest) widest = strlen(text);
    }
    return widest + 1;
}

static ambit_status put_attributes(struct ambit_h5 *h5, const char *object,
                                   const struct ambit_fields *fields, const void *record)
{
    ambit_status status = AMBIT_OK;
    char *value = NULL;
    for (int f = 0; f < fields->count; f++) {
        const struct ambit_field *const field = &fields->field[f];
        const size_t width = gathered_width(field, record, 0, 1);
        AMBIT_TRY(ambit_alloc(&value, width, 1));
        gather(field, record, 0, 1, width, value);
        AMBIT_TRY(ambit_h5_put_attribute(h5, object, field->name, ambit_field_h5_kind(field->kind),
                                         (int64_t)width, 0, value));
        ambit_free(&value);
    }
done:
    ambit_free(&value);
    return status;
}

ambit_status ambit_result_put_rows(struct ambit_h5 *h5, const char *group, const char *dimension,
                                   const char *dimension_name, const struct ambit_fields *fields,
                                   const void *rows, size_t row_bytes, int64_t count)
{
    ambit_status status = AMBIT_OK;
    char *values = NULL;
    char scale[AMBIT_H5_PATH_MAX], path[AMBIT_H5_PATH_MAX];
    ambit_h5_join(group, dimension, scale);
    AMBIT_TRY(ambit_h5_put_group(h5, group));
    AMBIT_TRY(ambit_h5_put_scale(h5, scale, count, dimension_name));
    for (int f = 0; f < fields->count; f++) {
        const struct ambit_field *const field = &fields->field[f];
        const size_t width = gathered_width(field, rows, row_bytes, count);
        AMBIT_TRY(ambit_alloc(&values, (size_t)count, width));
        if (count > 0) gather(field, rows, row_bytes, count, width, values);
        ambit_h5_join(group, field->name, path);
        AMBIT_TRY(
            ambit_h5_put_column(h5, path,
                                &(struct ambit_h5_column){.kind = ambit_field_h5_kind(field->kind),
                                                          .width = (int64_t)width,
                                                          .count = count,
                                                          .data = values,
                                                          .units = field->units,
                                                          .micro = field->kind == AMBIT_FIELD_MICRO,
                                                          .long_name = field->long_name,
                                                          .scale = scale}));
        ambit_free(&values);
    }
done:
    ambit_free(&values);
    return status;
}

/* The links of a group in their order, which HDF5 itself does not keep. */
static ambit_status put_names(struct ambit_h5 *h5, const char *group, const char *names,
                              int32_t count)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_h5_put_attribute(h5, group, "count", AMBIT_H5_I32, 0, 0, &count));
    if (count > 0)
        AMBIT_TRY(ambit_h5_put_attribute(h5, group, "names", AMBIT_H5_TEXT, AMBIT_LINK_MAX, count,
                                         names));
done:
    return status;
}

/* --- accounts, in slices ----------------------------------------------------- */

struct ambit_result_file {
    struct ambit_h5 *h5; /* owned */
    int64_t account_count;
    int32_t id_width, column_count, together_width;
    char column[AMBIT_COLUMN_MAX][AMBIT_LINK_MAX]; /* names in /accounts/columns */
};

#define ACCOUNT_COLUMNS 6
static const struct account_column {
    const char *path;
    enum ambit_h5_kind kind;
    const char *units;
    bool micro;
    const char *long_name;
    size_t offset; /* of the pointer in struct ambit_result_slice */
} account_columns[ACCOUNT_COLUMNS] = {
#define FROM(member) offsetof(struct ambit_result_slice, member)
    {"/accounts/account_id", AMBIT_H5_TEXT, NULL, false, "account id", FROM(account_id)},
    {"/accounts/lat", AMBIT_H5_F64, "degrees_north", false, "latitude, WGS 84", FROM(lat)},
    {"/accounts/lon", AMBIT_H5_F64, "degrees_east", false, "longitude, WGS 84", FROM(lon)},
    {"/accounts/territory", AMBIT_H5_I32, "1", false, "index into /territories", FROM(territory)},
    {"/accounts/previous", AMBIT_H5_I32, "1", false,
     "index of the current territory into /territories; -1 where there is none", FROM(previous)},
    {"/accounts/travel", AMBIT_H5_I64, "h", true, "travel a year, exact", FROM(travel)},
#undef FROM
};

static const char together_path[] = "/accounts/together";

static ambit_status make_own_columns(struct ambit_result_file *file, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    static const char group[] = "/accounts/columns";
    char path[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_h5_put_group(file->h5, group));
    for (int c = 0; c < r->column_count; c++) {
        ambit_result_link(file->h5, group, r->column_name[c], file->column[c]);
        ambit_h5_join(group, file->column[c], path);
        AMBIT_TRY(ambit_h5_put_column(file->h5, path,
                                      &(struct ambit_h5_column){.kind = AMBIT_H5_I64,
                                                                .count = r->account_count,
                                                                .units = "1",
                                                                .micro = true,
                                                                .long_name = r->column_name[c],
                                                                .scale = "/accounts/account"}));
        AMBIT_TRY(ambit_h5_put_attribute(file->h5, path, "name", AMBIT_H5_TEXT, AMBIT_NAME_MAX, 0,
                                         r->column_name[c]));
    }
    AMBIT_TRY(put_names(file->h5, group, file->column[0], r->column_count));
done:
    return status;
}

/* Places are plain: deflating them takes a third of the time and saves a third of their bytes. */
static ambit_status make_account_columns(struct ambit_result_file *file,
                                         const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    static const char scale[] = "/accounts/account";
    AMBIT_TRY(ambit_h5_put_group(file->h5, "/accounts"));
    AMBIT_TRY(
        ambit_h5_put_scale(file->h5, scale, r->account_count, "place in the canonical order"));
    for (int c = 0; c < ACCOUNT_COLUMNS; c++) {
        const struct account_column *const column = &account_columns[c];
        AMBIT_TRY(ambit_h5_put_column(
            file->h5, column->path,
            &(struct ambit_h5_column){.kind = column->kind,
                                      .width = column->kind == AMBIT_H5_TEXT ? r->id_width : 0,
                                      .count = r->account_count,
                                      .units = column->units,
                                      .micro = column->micro,
                                      .long_name = column->long_name,
                                      .scale = scale,
                                      .plain = column->kind == AMBIT_H5_F64}));
    }
    if (r->together_width > 0)
        AMBIT_TRY(ambit_h5_put_column(
            file->h5, together_path,
            &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                      .width = r->together_width,
                                      .count = r->account_count,
                                      .long_name = "group that it stays together with, or none",
                                      .scale = scale}));
    if (r->contiguity != NULL)
        AMBIT_TRY(ambit_result_put_parent_column(file->h5, r->account_count));
    AMBIT_TRY(make_own_columns(file, r));
done:
    return status;
}

ambit_status ambit_result_file_create(const char *path, const struct ambit_result *result,
                                      struct ambit_result_file **out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(out, 1, sizeof **out));
    struct ambit_result_file *const file = *out;
    file->account_count = result->account_count;
    file->id_width = result->id_width;
    file->column_count = result->column_count;
    file->together_width = result->together_width;
    AMBIT_TRY(ambit_h5_create(path, &file->h5));
    AMBIT_TRY(make_account_columns(file, result));
done:
    if (status != AMBIT_OK) ambit_result_file_destroy(out);
    return status;
}

ambit_status ambit_result_file_put(struct ambit_result_file *file,
                                   const struct ambit_result_slice *slice)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    for (int c = 0; c < ACCOUNT_COLUMNS; c++) {
        const struct account_column *const column = &account_columns[c];
        const void *data;
        memcpy(&data, (const char *)slice + column->offset, sizeof data);
        AMBIT_TRY(ambit_h5_put_slice(file->h5, column->path, column->kind, file->id_width,
                                     slice->first, slice->count, data));
    }
    if (file->together_width > 0)
        AMBIT_TRY(ambit_h5_put_slice(file->h5, together_path, AMBIT_H5_TEXT, file->together_width,
                                     slice->first, slice->count, slice->together));
    if (slice->parent != NULL)
        AMBIT_TRY(ambit_h5_put_slice(file->h5, AMBIT_PARENT_PATH, AMBIT_H5_I32, 0, slice->first,
                                     slice->count, slice->parent));
    for (int c = 0; c < file->column_count; c++) {
        ambit_h5_join("/accounts/columns", file->column[c], path);
        AMBIT_TRY(ambit_h5_put_slice(file->h5, path, AMBIT_H5_I64, 0, slice->first, slice->count,
                                     slice->column[c]));
    }
done:
    return status;
}

void ambit_result_file_destroy(struct ambit_result_file **file)
{
    if (*file == NULL) return;
    ambit_h5_destroy(&(*file)->h5);
    ambit_free(file);
}

/* --- the rest ---------------------------------------------------------------- */

/* Doubles for people beside an exact column: values in units. */
static ambit_status put_readable(struct ambit_h5 *h5, const char *path, const int64_t *micro,
                                 size_t stride, int64_t count, const char *units,
                                 const char *long_name, const char *scale)
{
    ambit_status status = AMBIT_OK;
    double *values = NULL;
    AMBIT_TRY(ambit_alloc(&values, (size_t)count, sizeof *values));
    for (int64_t i = 0; i < count; i++) {
        int64_t exact;
        memcpy(&exact, (const char *)micro + (size_t)i * stride, sizeof exact);
        values[i] = ambit_from_micro(exact);
    }
    AMBIT_TRY(ambit_h5_put_column(h5, path,
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_F64,
                                                            .count = count,
                                                            .data = values,
                                                            .units = units,
                                                            .long_name = long_name,
                                                            .scale = scale}));
done:
    ambit_free(&values);
    return status;
}

static ambit_status put_territories(struct ambit_h5 *h5, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_result_put_rows(h5, "/territories", "territory", "index of the territory",
                                    &ambit_layout_territory, r->territories, sizeof *r->territories,
                                    r->territory_count));
    if (r->territory_count > 0)
        AMBIT_TRY(put_readable(h5, "/territories/travel_hours", &r->territories->travel,
                               sizeof *r->territories, r->territory_count, "h", "travel a year",
                               "/territories/territory"));
done:
    return status;
}

static const char *units_of(const struct ambit_result_measure *measure)
{
    return measure->unit[0] != '\0' ? measure->unit : "1";
}

static ambit_status put_measure(struct ambit_h5 *h5, const struct ambit_result *r, int m,
                                const char *group)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    const struct ambit_result_measure *const measure = &r->measure[m];
    AMBIT_TRY(ambit_h5_put_group(h5, group));
    AMBIT_TRY(put_attributes(h5, group, &ambit_layout_measure, measure));
    ambit_h5_join(group, "load", path);
    AMBIT_TRY(ambit_h5_put_column(h5, path,
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_I64,
                                                            .count = r->territory_count,
                                                            .data = measure->load,
                                                            .units = units_of(measure),
                                                            .micro = true,
                                                            .long_name = "sum over its accounts, "
                                                                         "exact",
                                                            .scale = "/measures/territory"}));
    ambit_h5_join(group, "value", path);
    AMBIT_TRY(put_readable(h5, path, measure->load, sizeof *measure->load, r->territory_count,
                           units_of(measure), "sum over its accounts", "/measures/territory"));
done:
    return status;
}

static ambit_status put_measures(struct ambit_h5 *h5, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    char names[AMBIT_MEASURE_MAX][AMBIT_LINK_MAX] = {{0}};
    char group[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_h5_put_group(h5, "/measures"));
    AMBIT_TRY(ambit_h5_put_scale(h5, "/measures/territory", r->territory_count,
                                 "index into /territories"));
    for (int m = 0; m < r->measure_count; m++) {
        ambit_result_link(h5, "/measures", r->measure[m].name, names[m]);
        ambit_h5_join("/measures", names[m], group);
        AMBIT_TRY(put_measure(h5, r, m, group));
    }
    AMBIT_TRY(put_names(h5, "/measures", names[0], r->measure_count));
done:
    return status;
}

static ambit_status put_band_columns(struct ambit_h5 *h5, const struct ambit_result *r,
                                     const struct ambit_result_band *band, const char *group)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX], price_units[AMBIT_NAME_MAX + 8];
    const char *const units = units_of(&r->measure[band->measure]);
    double *zeros = NULL; /* for prices where no bound was computed */
    AMBIT_TRY(ambit_alloc(&zeros, (size_t)r->territory_count, sizeof *zeros));
    (void)snprintf(price_units, sizeof price_units, strcmp(units, "1") == 0 ? "h" : "h/(%s)",
                   units);
    for (int c = 0; c < AMBIT_BAND_COLUMNS; c++) {
        const struct ambit_band_column *const column = &ambit_layout_band_column[c];
        double *values;
        memcpy(&values, (const char *)band + column->offset, sizeof values);
        AMBIT_REQUIRE(values != NULL || column->is_price || r->territory_count == 0);
        ambit_h5_join(group, column->name, path);
        AMBIT_TRY(
            ambit_h5_put_column(h5, path,
                                &(struct ambit_h5_column){.kind = AMBIT_H5_F64,
                                                          .count = r->territory_count,
                                                          .data = values != NULL ? values : zeros,
                                                          .units = column->is_price ? price_units
                                                                   : band->share_of >= 0 ? "1"
                                                                                         : units,
                                                          .long_name = column->long_name,
                                                          .scale = "/bands/territory"}));
    }
done:
    ambit_free(&zeros);
    return status;
}

static ambit_status put_bands(struct ambit_h5 *h5, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    char names[2 * AMBIT_MEASURE_MAX][AMBIT_LINK_MAX] = {{0}};
    char group[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_h5_put_group(h5, "/bands"));
    AMBIT_TRY(
        ambit_h5_put_scale(h5, "/bands/territory", r->territory_count, "index into /territories"));
    for (int b = 0; b < r->band_count; b++) {
        const struct ambit_result_band *const band = &r->band[b];
        const char *const share_of = band->share_of >= 0 ? r->measure[band->share_of].name : "";
        ambit_result_link(h5, "/bands", band->label, names[b]);
        ambit_h5_join("/bands", names[b], group);
        AMBIT_TRY(ambit_h5_put_group(h5, group));
        AMBIT_TRY(put_attributes(h5, group, &ambit_layout_band, band));
        AMBIT_TRY(ambit_h5_put_attribute(h5, group, "measure", AMBIT_H5_TEXT, AMBIT_NAME_MAX, 0,
                                         r->measure[band->measure].name));
        AMBIT_TRY(ambit_h5_put_attribute(h5, group, "share_of", AMBIT_H5_TEXT,
                                         (int64_t)strlen(share_of), 0, share_of));
        AMBIT_TRY(put_band_columns(h5, r, band, group));
    }
    AMBIT_TRY(put_names(h5, "/bands", names[0], r->band_count));
done:
    return status;
}

static ambit_status put_bad_rows(struct ambit_h5 *h5, const struct ambit_bad_rows *bad)
{
    ambit_status status = AMBIT_OK;
    static const char scale[] = "/bad_rows/kinds/bad_kind";
    char words[AMBIT_BAD_KIND_COUNT][AMBIT_WORD_MAX];
    for (int k = 0; k < AMBIT_BAD_KIND_COUNT; k++)
        (void)snprintf(words[k], sizeof words[k], "%s",
                       ambit_bad_kind_name((enum ambit_bad_kind)k));
    AMBIT_TRY(ambit_result_put_rows(h5, "/bad_rows", "bad_row", "index of the listed row",
                                    &ambit_layout_bad_row, bad->row, sizeof *bad->row, bad->shown));
    AMBIT_TRY(ambit_h5_put_group(h5, "/bad_rows/kinds"));
    AMBIT_TRY(ambit_h5_put_scale(h5, scale, AMBIT_BAD_KIND_COUNT, "index of the kind"));
    AMBIT_TRY(ambit_h5_put_column(h5, "/bad_rows/kinds/name",
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                            .width = AMBIT_WORD_MAX,
                                                            .count = AMBIT_BAD_KIND_COUNT,
                                                            .data = words,
                                                            .long_name = "what is wrong with a row",
                                                            .scale = scale}));
    AMBIT_TRY(ambit_h5_put_column(h5, "/bad_rows/kinds/count",
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_I64,
                                                            .count = AMBIT_BAD_KIND_COUNT,
                                                            .data = bad->count,
                                                            .units = "1",
                                                            .long_name = "skipped rows of the kind",
                                                            .scale = scale}));
done:
    return status;
}

static ambit_status put_root(struct ambit_h5 *h5, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    static const char format[] = AMBIT_RESULT_FORMAT_NAME;
    const int32_t version = AMBIT_RESULT_FORMAT;
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0, format));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    AMBIT_TRY(put_attributes(h5, "/", &ambit_layout_result, r));
    if (r->variant[0] != '\0')
        AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "variant", AMBIT_H5_TEXT,
                                         (int64_t)strlen(r->variant), 0, r->variant));
    if (r->headcount != NULL)
        AMBIT_TRY(put_attributes(h5, "/", &ambit_layout_headcount, r->headcount));
    if (r->nightly != NULL) AMBIT_TRY(put_attributes(h5, "/", &ambit_layout_nightly, r->nightly));
    AMBIT_TRY(ambit_h5_put_text(h5, "/scenario", r->scenario_text != NULL ? r->scenario_text : "",
                                "text of the scenario file"));
    AMBIT_TRY(ambit_result_put_rows(h5, "/inputs", "input", "index of the input",
                                    &ambit_layout_input, r->input, sizeof *r->input,
                                    r->input_count));
done:
    return status;
}

/* The rules that the scenario has. */
static ambit_status put_rules(struct ambit_h5 *h5, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    if (r->together.column[0] != '\0') {
        AMBIT_TRY(ambit_h5_put_group(h5, "/together"));
        AMBIT_TRY(put_attributes(h5, "/together", &ambit_layout_together, &r->together));
    }
    if (r->separation.asked_km > 0.0) {
        AMBIT_TRY(ambit_h5_put_group(h5, "/separation"));
        AMBIT_TRY(put_attributes(h5, "/separation", &ambit_layout_separation, &r->separation));
    }
done:
    return status;
}

struct ambit_h5 *ambit_result_file_h5(struct ambit_result_file *file)
{
    return file->h5;
}

ambit_status ambit_result_put_figures(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(put_root(h5, result));
    AMBIT_TRY(put_rules(h5, result));
    AMBIT_TRY(put_territories(h5, result));
    AMBIT_TRY(put_measures(h5, result));
    AMBIT_TRY(put_bands(h5, result));
    AMBIT_TRY(ambit_result_put_rows(h5, "/rounds", "round", "index of the round",
                                    &ambit_layout_round, result->round, sizeof *result->round,
                                    result->round_count));
    AMBIT_TRY(put_bad_rows(h5, &result->bad_rows));
    AMBIT_TRY(ambit_result_put_rules(h5, result));
    AMBIT_TRY(ambit_result_put_contiguity(h5, result));
    AMBIT_TRY(ambit_result_put_audit(h5, result));
    AMBIT_TRY(ambit_result_put_diagnosis(h5, result));
    AMBIT_TRY(ambit_result_put_disruption(h5, result));
done:
    return status;
}

ambit_status ambit_result_file_put_all(struct ambit_result_file *file,
                                       const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = result;
    for (int64_t first = 0; first < r->account_count; first += AMBIT_RESULT_SLICE) {
        const int64_t left = r->account_count - first;
        struct ambit_result_slice slice = {.first = first,
                                           .count = left < AMBIT_RESULT_SLICE ? left
                                                                              : AMBIT_RESULT_SLICE,
                                           .account_id = r->account_id + first * r->id_width,
                                           .lat = r->lat + first,
                                           .lon = r->lon + first,
                                           .territory = r->territory + first,
                                           .previous = r->previous + first,
                                           .travel = r->account_travel + first};
        if (r->together_width > 0) slice.together = r->account_together + first * r->together_width;
        if (r->parent != NULL) slice.parent = r->parent + first;
        for (int c = 0; c < r->column_count; c++)
            slice.column[c] = r->column[c] + first;
        AMBIT_TRY(ambit_result_file_put(file, &slice));
    }
done:
    return status;
}

ambit_status ambit_result_put_whole(struct ambit_h5 *h5, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_file file = {.h5 = h5,
                                     .account_count = r->account_count,
                                     .id_width = r->id_width,
                                     .column_count = r->column_count,
                                     .together_width = r->together_width};
    AMBIT_TRY(make_account_columns(&file, r));
    AMBIT_TRY(ambit_result_file_put_all(&file, r));
    AMBIT_TRY(ambit_result_put_figures(h5, r));
done:
    return status;
}

ambit_status ambit_result_file_commit(struct ambit_result_file **file,
                                      const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_result_put_figures((*file)->h5, result));
    AMBIT_TRY(ambit_h5_commit(&(*file)->h5));
done:
    ambit_result_file_destroy(file);
    return status;
}
