/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a result back: the mirror of result_write.c, by the same tables. Every size is checked
 * against the others before anything is read, and every index before anything can use it, so that
 * a damaged file ends in a message that names the place.
 */
#include "engine/base/memory.h"
#include "engine/model/headcount.h"
#include "io/farm_hdf5.h"
#include "io/layers_hdf5.h"
#include "io/result_contiguity.h"
#include "io/result_hdf5.h"
#include "io/result_layout.h"
#include "io/result_parts.h"

#include <stdio.h>
#include <string.h>

static ambit_status parse_word(struct ambit_h5 *h5, const char *where,
                               const struct ambit_field *field, const char *text, int *value_out)
{
    for (int v = 0; field->word(v) != NULL; v++) {
        if (strcmp(field->word(v), text) == 0) {
            *value_out = v;
            return AMBIT_OK;
        }
    }
    return ambit_h5_damaged(h5, where, "unknown word '%s' for %s", text, field->name);
}

/* Copies consecutive values into one member of `count` structs. Texts end in NUL within width. */
static ambit_status scatter(struct ambit_h5 *h5, const char *where, const struct ambit_field *field,
                            const char *values, size_t width, int64_t count, char *rows,
                            size_t row_bytes)
{
    ambit_status status = AMBIT_OK;
    for (int64_t i = 0; i < count; i++) {
        char *const member = rows + (size_t)i * row_bytes + field->offset;
        const char *const value = values + (size_t)i * width;
        if (field->kind == AMBIT_FIELD_WORD) {
            int choice = 0;
            AMBIT_TRY(parse_word(h5, where, field, value, &choice));
            memcpy(member, &choice, sizeof choice);
        } else if (field->kind == AMBIT_FIELD_OWNED) {
            char *text = NULL;
            AMBIT_TRY(ambit_copy_string(value, &text));
            memcpy(member, &text, sizeof text);
        } else {
            memcpy(member, value, width);
        }
    }
done:
    return status;
}

static ambit_status get_attributes(struct ambit_h5 *h5, const char *object,
                                   const struct ambit_fields *fields, void *record_out)
{
    ambit_status status = AMBIT_OK;
    char *value = NULL;
    for (int f = 0; f < fields->count; f++) {
        const struct ambit_field *const field = &fields->field[f];
        const size_t width = field->kind == AMBIT_FIELD_WORD ? AMBIT_WORD_MAX : field->bytes;
        AMBIT_TRY(ambit_alloc(&value, width, 1));
        AMBIT_TRY(ambit_h5_get_attribute(h5, object, field->name, ambit_field_h5_kind(field->kind),
                                         (int64_t)width, 0, value));
        AMBIT_TRY(scatter(h5, object, field, value, width, 1, record_out, 0));
        ambit_free(&value);
    }
done:
    ambit_free(&value);
    return status;
}

/* Bytes a value needs in memory, with a NUL behind the longest text that may stand there. */
static ambit_status width_in_memory(struct ambit_h5 *h5, const char *path,
                                    const struct ambit_field *field, size_t *width_out)
{
    *width_out = field->kind == AMBIT_FIELD_WORD ? AMBIT_WORD_MAX : field->bytes;
    if (ambit_field_h5_kind(field->kind) != AMBIT_H5_TEXT) return AMBIT_OK;
    int64_t count = 0, stored = 0;
    const ambit_status status = ambit_h5_column_size(h5, path, &count, &stored);
    if (status != AMBIT_OK) return status;
    if (field->kind == AMBIT_FIELD_OWNED)
        *width_out = (size_t)stored + 1;
    else if ((size_t)stored >= *width_out)
        return ambit_h5_damaged(h5, path, "expected texts of at most %zu bytes, found %lld",
                                *width_out - 1, (long long)stored);
    return AMBIT_OK;
}

ambit_status ambit_result_get_rows(struct ambit_h5 *h5, const char *group,
                                   const struct ambit_fields *fields, int64_t count, void *rows_out,
                                   size_t row_bytes)
{
    ambit_status status = AMBIT_OK;
    char *values = NULL;
    char path[AMBIT_H5_PATH_MAX];
    for (int f = 0; f < fields->count; f++) {
        const struct ambit_field *const field = &fields->field[f];
        size_t width = 0;
        ambit_h5_join(group, field->name, path);
        AMBIT_TRY(width_in_memory(h5, path, field, &width));
        AMBIT_TRY(ambit_alloc(&values, (size_t)count, width));
        AMBIT_TRY(ambit_h5_get_column(h5, path, ambit_field_h5_kind(field->kind), (int64_t)width,
                                      count, values));
        AMBIT_TRY(scatter(h5, path, field, values, width, count, rows_out, row_bytes));
        ambit_free(&values);
    }
done:
    ambit_free(&values);
    return status;
}

ambit_status ambit_result_get_count(struct ambit_h5 *h5, const char *scale, int64_t most,
                                    int64_t *count_out)
{
    int64_t width = 0;
    ambit_status status = ambit_h5_column_size(h5, scale, count_out, &width);
    if (status == AMBIT_OK && *count_out > most)
        status = ambit_h5_damaged(h5, scale, "expected at most %lld, found %lld", (long long)most,
                                  (long long)*count_out);
    return status;
}

/* The links of a group in the writer's order. */
static ambit_status get_names(struct ambit_h5 *h5, const char *group, int32_t most,
                              char names_out[][AMBIT_LINK_MAX], int32_t *count_out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_h5_get_attribute(h5, group, "count", AMBIT_H5_I32, 0, 0, count_out));
    if (*count_out < 0 || *count_out > most)
        AMBIT_TRY(ambit_h5_damaged(h5, group, "expected 0 to %d members, found %d", (int)most,
                                   (int)*count_out));
    if (*count_out > 0)
        AMBIT_TRY(ambit_h5_get_attribute(h5, group, "names", AMBIT_H5_TEXT, AMBIT_LINK_MAX,
                                         *count_out, names_out));
done:
    return status;
}

static ambit_status check_format(struct ambit_h5 *h5)
{
    ambit_status status = AMBIT_OK;
    char format[AMBIT_WORD_MAX] = "";
    int32_t version = 0;
    if (ambit_h5_has_attribute(h5, "/", "format"))
        AMBIT_TRY(
            ambit_h5_get_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0, format));
    if (strcmp(format, AMBIT_RESULT_FORMAT_NAME) != 0) {
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected a result of Ambit, found another kind of HDF5 file",
                            ambit_h5_path(h5));
        goto done;
    }
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    if (version != AMBIT_RESULT_FORMAT)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected result format %d, found %d; read it with the Ambit that "
                            "wrote it, or run its scenario again",
                            ambit_h5_path(h5), AMBIT_RESULT_FORMAT, (int)version);
done:
    return status;
}

static ambit_status get_root(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    int64_t inputs = 0;
    AMBIT_TRY(get_attributes(h5, "/", &ambit_layout_result, r));
    if (ambit_h5_has_attribute(h5, "/", "variant"))
        AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "variant", AMBIT_H5_TEXT, sizeof r->variant, 0,
                                         r->variant));
    if (ambit_h5_has_attribute(h5, "/", ambit_layout_headcount.field[0].name)) {
        AMBIT_TRY(ambit_alloc(&r->headcount, 1, sizeof *r->headcount));
        AMBIT_TRY(get_attributes(h5, "/", &ambit_layout_headcount, r->headcount));
    }
    if (ambit_h5_has_attribute(h5, "/", ambit_layout_nightly.field[0].name)) {
        AMBIT_TRY(ambit_alloc(&r->nightly, 1, sizeof *r->nightly));
        AMBIT_TRY(get_attributes(h5, "/", &ambit_layout_nightly, r->nightly));
    }
    AMBIT_TRY(ambit_h5_get_text(h5, "/scenario", &r->scenario_text));
    AMBIT_TRY(
        ambit_result_get_count(h5, "/inputs/input", sizeof r->input / sizeof r->input[0], &inputs));
    r->input_count = (int32_t)inputs;
    AMBIT_TRY(ambit_result_get_rows(h5, "/inputs", &ambit_layout_input, inputs, r->input,
                                    sizeof *r->input));
done:
    return status;
}

static ambit_status get_account_columns(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    static const char group[] = "/accounts/columns";
    char names[AMBIT_COLUMN_MAX][AMBIT_LINK_MAX];
    char path[AMBIT_H5_PATH_MAX];
    int32_t count = 0;
    AMBIT_TRY(get_names(h5, group, AMBIT_COLUMN_MAX, names, &count));
    for (int c = 0; c < count; c++) {
        ambit_h5_join(group, names[c], path);
        AMBIT_TRY(ambit_alloc(&r->column[c], (size_t)r->account_count, sizeof *r->column[c]));
        AMBIT_TRY(ambit_h5_get_column(h5, path, AMBIT_H5_I64, 0, r->account_count, r->column[c]));
        AMBIT_TRY(ambit_h5_get_attribute(h5, path, "name", AMBIT_H5_TEXT, AMBIT_NAME_MAX, 0,
                                         r->column_name[c]));
    }
    r->column_count = count;
done:
    return status;
}

static ambit_status check_indices(struct ambit_h5 *h5, const char *path, const int32_t *index,
                                  int64_t count, int32_t least, int32_t below)
{
    for (int64_t i = 0; i < count; i++) {
        if (index[i] < least || index[i] >= below)
            return ambit_h5_damaged(h5, path, "expected %d to %d, found %d for account %lld",
                                    (int)least, (int)below - 1, (int)index[i], (long long)i);
    }
    return AMBIT_OK;
}

/* The groups of accounts that stay together, where there are such. */
ambit_status ambit_result_get_together(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    static const char path[] = "/accounts/together";
    int64_t count = 0, width = 0;
    if (!ambit_h5_has(h5, "/together")) return AMBIT_OK;
    AMBIT_TRY(get_attributes(h5, "/together", &ambit_layout_together, &r->together));
    if (!ambit_h5_has(h5, path)) return AMBIT_OK;
    AMBIT_TRY(ambit_h5_column_size(h5, path, &count, &width));
    if (width > INT32_MAX) AMBIT_TRY(ambit_h5_damaged(h5, path, "its texts are too long"));
    AMBIT_TRY(ambit_alloc(&r->account_together, (size_t)r->account_count, (size_t)width));
    AMBIT_TRY(
        ambit_h5_get_column(h5, path, AMBIT_H5_TEXT, width, r->account_count, r->account_together));
    r->together_width = (int32_t)width;
done:
    return status;
}

/* Needs territory_count. */
static ambit_status get_accounts(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    static const char id_path[] = "/accounts/account_id", territory_path[] = "/accounts/territory",
                      previous_path[] = "/accounts/previous";
    int64_t ids = 0, width = 0;
    AMBIT_TRY(ambit_result_get_count(h5, "/accounts/account", INT64_MAX / 4096, &r->account_count));
    AMBIT_TRY(ambit_h5_column_size(h5, id_path, &ids, &width));
    if (width > INT32_MAX) AMBIT_TRY(ambit_h5_damaged(h5, id_path, "its texts are too long"));
    const int64_t n = r->account_count;
    const size_t rows = (size_t)n;
    r->id_width = (int32_t)width;
    AMBIT_TRY(ambit_alloc(&r->account_id, rows, (size_t)width));
    AMBIT_TRY(ambit_alloc(&r->lat, rows, sizeof *r->lat));
    AMBIT_TRY(ambit_alloc(&r->lon, rows, sizeof *r->lon));
    AMBIT_TRY(ambit_alloc(&r->territory, rows, sizeof *r->territory));
    AMBIT_TRY(ambit_alloc(&r->previous, rows, sizeof *r->previous));
    AMBIT_TRY(ambit_alloc(&r->account_travel, rows, sizeof *r->account_travel));
    AMBIT_TRY(ambit_h5_get_column(h5, id_path, AMBIT_H5_TEXT, width, n, r->account_id));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/lat", AMBIT_H5_F64, 0, n, r->lat));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/lon", AMBIT_H5_F64, 0, n, r->lon));
    AMBIT_TRY(ambit_h5_get_column(h5, territory_path, AMBIT_H5_I32, 0, n, r->territory));
    AMBIT_TRY(ambit_h5_get_column(h5, previous_path, AMBIT_H5_I32, 0, n, r->previous));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/travel", AMBIT_H5_I64, 0, n, r->account_travel));
    AMBIT_TRY(check_indices(h5, territory_path, r->territory, n, 0, r->territory_count));
    AMBIT_TRY(check_indices(h5, previous_path, r->previous, n, -1, r->territory_count));
    AMBIT_TRY(get_account_columns(h5, r));
    AMBIT_TRY(ambit_result_get_together(h5, r));
    if (ambit_h5_has(h5, "/separation"))
        AMBIT_TRY(get_attributes(h5, "/separation", &ambit_layout_separation, &r->separation));
done:
    return status;
}

static ambit_status get_territories(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    int64_t count = 0;
    AMBIT_TRY(ambit_result_get_count(h5, "/territories/territory", AMBIT_TERRITORY_MAX, &count));
    r->territory_count = (int32_t)count;
    AMBIT_TRY(ambit_alloc(&r->territories, (size_t)count, sizeof *r->territories));
    AMBIT_TRY(ambit_result_get_rows(h5, "/territories", &ambit_layout_territory, count,
                                    r->territories, sizeof *r->territories));
done:
    return status;
}

static ambit_status get_measures(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    char names[AMBIT_MEASURE_MAX][AMBIT_LINK_MAX];
    char group[AMBIT_H5_PATH_MAX], path[AMBIT_H5_PATH_MAX];
    int32_t count = 0;
    AMBIT_TRY(get_names(h5, "/measures", AMBIT_MEASURE_MAX, names, &count));
    for (int m = 0; m < count; m++) {
        struct ambit_result_measure *const measure = &r->measure[m];
        ambit_h5_join("/measures", names[m], group);
        AMBIT_TRY(get_attributes(h5, group, &ambit_layout_measure, measure));
        AMBIT_TRY(ambit_alloc(&measure->load, (size_t)r->territory_count, sizeof *measure->load));
        ambit_h5_join(group, "load", path);
        AMBIT_TRY(
            ambit_h5_get_column(h5, path, AMBIT_H5_I64, 0, r->territory_count, measure->load));
    }
    r->measure_count = count;
done:
    return status;
}

/* Reads a measure's name from an attribute of a band; "" gives −1 where `optional`. */
static ambit_status get_measure_index(struct ambit_h5 *h5, const struct ambit_result *r,
                                      const char *group, const char *attribute, bool optional,
                                      int *index_out)
{
    ambit_status status = AMBIT_OK;
    char name[AMBIT_NAME_MAX] = "";
    AMBIT_TRY(ambit_h5_get_attribute(h5, group, attribute, AMBIT_H5_TEXT, AMBIT_NAME_MAX, 0, name));
    *index_out = -1;
    for (int m = 0; m < r->measure_count && *index_out < 0; m++)
        if (strcmp(r->measure[m].name, name) == 0) *index_out = m;
    if (*index_out < 0 && !(optional && name[0] == '\0'))
        status =
            ambit_h5_damaged(h5, group, "attribute '%s' names no measure: '%s'", attribute, name);
done:
    return status;
}

static ambit_status get_band(struct ambit_h5 *h5, const struct ambit_result *r, const char *group,
                             struct ambit_result_band *band)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(get_attributes(h5, group, &ambit_layout_band, band));
    AMBIT_TRY(get_measure_index(h5, r, group, "measure", false, &band->measure));
    AMBIT_TRY(get_measure_index(h5, r, group, "share_of", true, &band->share_of));
    for (int c = 0; c < AMBIT_BAND_COLUMNS; c++) {
        double *values = NULL;
        AMBIT_TRY(ambit_alloc(&values, (size_t)r->territory_count, sizeof *values));
        memcpy((char *)band + ambit_layout_band_column[c].offset, &values, sizeof values);
        ambit_h5_join(group, ambit_layout_band_column[c].name, path);
        AMBIT_TRY(ambit_h5_get_column(h5, path, AMBIT_H5_F64, 0, r->territory_count, values));
    }
done:
    return status;
}

static ambit_status get_bands(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    char names[2 * AMBIT_MEASURE_MAX][AMBIT_LINK_MAX];
    char group[AMBIT_H5_PATH_MAX];
    int32_t count = 0;
    AMBIT_TRY(get_names(h5, "/bands", 2 * AMBIT_MEASURE_MAX, names, &count));
    for (int b = 0; b < count; b++) {
        ambit_h5_join("/bands", names[b], group);
        AMBIT_TRY(get_band(h5, r, group, &r->band[b]));
    }
    r->band_count = count;
done:
    return status;
}

static ambit_status get_rounds(struct ambit_h5 *h5, struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    int64_t count = 0;
    AMBIT_TRY(ambit_result_get_count(h5, "/rounds/round", INT32_MAX, &count));
    AMBIT_TRY(ambit_alloc(&r->round, (size_t)count, sizeof *r->round));
    r->round_count = (int32_t)count;
    AMBIT_TRY(ambit_result_get_rows(h5, "/rounds", &ambit_layout_round, count, r->round,
                                    sizeof *r->round));
done:
    return status;
}

static ambit_status get_bad_rows(struct ambit_h5 *h5, struct ambit_bad_rows *bad)
{
    ambit_status status = AMBIT_OK;
    int64_t shown = 0;
    AMBIT_TRY(ambit_result_get_count(h5, "/bad_rows/bad_row", AMBIT_BAD_ROWS_SHOWN, &shown));
    bad->shown = (int32_t)shown;
    AMBIT_TRY(ambit_result_get_rows(h5, "/bad_rows", &ambit_layout_bad_row, shown, bad->row,
                                    sizeof *bad->row));
    AMBIT_TRY(ambit_h5_get_column(h5, "/bad_rows/kinds/count", AMBIT_H5_I64, 0,
                                  AMBIT_BAD_KIND_COUNT, bad->count));
done:
    return status;
}

ambit_status ambit_result_get_figures(struct ambit_h5 *h5, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(get_root(h5, result));
    AMBIT_TRY(get_territories(h5, result));
    AMBIT_TRY(get_measures(h5, result));
    AMBIT_TRY(get_bands(h5, result));
    AMBIT_TRY(get_rounds(h5, result));
    AMBIT_TRY(get_bad_rows(h5, &result->bad_rows));
    AMBIT_TRY(ambit_result_get_rules(h5, result));
    AMBIT_TRY(ambit_result_get_disruption(h5, result));
    AMBIT_TRY(ambit_result_get_diagnosis(h5, result));
done:
    return status;
}

ambit_status ambit_result_get_whole(struct ambit_h5 *h5, struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(check_format(h5));
    AMBIT_TRY(ambit_result_get_figures(h5, result_out));
    AMBIT_TRY(get_accounts(h5, result_out));
    AMBIT_TRY(ambit_result_get_contiguity(h5, result_out));
done:
    return status;
}

ambit_status ambit_result_read(const char *path, struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    if (ambit_farm_name_in(path) != NULL) return ambit_farm_read(path, result_out);
    ambit_result_init(result_out);
    AMBIT_TRY(ambit_h5_open(path, "result", &h5));
    AMBIT_TRY(ambit_layers_ask_name(h5));
    AMBIT_TRY(ambit_result_get_whole(h5, result_out));
done:
    ambit_h5_destroy(&h5);
    if (status != AMBIT_OK) ambit_result_clear(result_out);
    return status;
}
