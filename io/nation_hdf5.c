/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The columns of nation_csv.c with the values that a reader of that text would have: the nearest
 * doubles to decimals. Cost: about 50 bytes an account on disk.
 */
#include "io/nation_hdf5.h"
#include "engine/base/memory.h"
#include "io/nation_csv.h"

#include <string.h>

enum { ID, LAT, LON, SEGMENT, VISITS, WORKLOAD, POTENTIAL, TERRITORY };

#define FORMAT "ambit-accounts"
#define FORMAT_VERSION 1

static const struct {
    const char *name, *units, *long_name;
    enum ambit_h5_kind kind;
} column_of[AMBIT_NATION_COLUMNS] = {
    [ID] = {"/account_id", NULL, "account id", AMBIT_H5_TEXT},
    [LAT] = {"/lat", "degrees_north", "latitude, WGS 84", AMBIT_H5_F64},
    [LON] = {"/lon", "degrees_east", "longitude, WGS 84", AMBIT_H5_F64},
    [SEGMENT] = {"/segment", NULL, "segment: A has the most potential", AMBIT_H5_TEXT},
    [VISITS] = {"/visits", "1", "visits a year", AMBIT_H5_I32},
    [WORKLOAD] = {"/workload", "h", "work a year", AMBIT_H5_F64},
    [POTENTIAL] = {"/potential", "kUSD", "potential a year", AMBIT_H5_F64},
    [TERRITORY] = {"/territory", NULL, "territory of today", AMBIT_H5_TEXT},
};

ambit_status ambit_nation_columns_create(int64_t rows, int32_t territories,
                                         struct ambit_nation_columns *out)
{
    ambit_status status = AMBIT_OK;
    char text[AMBIT_NATION_ROW_MAX];
    const struct ambit_nation_account widest = {.territory = territories - 1,
                                                .territory_count = territories};
    *out = (struct ambit_nation_columns){0};
    for (int c = 0; c < AMBIT_NATION_COLUMNS; c++) {
        const enum ambit_h5_kind kind = column_of[c].kind;
        out->bytes[c] = kind == AMBIT_H5_F64   ? (int64_t)sizeof(double)
                        : kind == AMBIT_H5_I32 ? (int64_t)sizeof(int32_t)
                        : c == ID              ? ambit_nation_id(&widest, text)
                        : c == TERRITORY       ? ambit_nation_territory(&widest, text)
                                               : 1;
        AMBIT_TRY(ambit_alloc(&out->values[c], (size_t)rows, (size_t)out->bytes[c]));
    }
done:
    if (status != AMBIT_OK) ambit_nation_columns_clear(out);
    return status;
}

void ambit_nation_columns_clear(struct ambit_nation_columns *columns)
{
    for (int c = 0; c < AMBIT_NATION_COLUMNS; c++)
        ambit_free(&columns->values[c]);
}

static void set(struct ambit_nation_columns *columns, int c, int64_t row, const void *value)
{
    const size_t bytes = (size_t)columns->bytes[c];
    memcpy(columns->values[c] + (size_t)row * bytes, value, bytes);
}

static void set_number(struct ambit_nation_columns *columns, int c, int64_t row, double value)
{
    set(columns, c, row, &value);
}

void ambit_nation_columns_set(struct ambit_nation_columns *columns, int64_t row,
                              const struct ambit_nation_account *account)
{
    char text[AMBIT_NATION_ROW_MAX];
    (void)ambit_nation_id(account, text);
    set(columns, ID, row, text);
    set_number(columns, LAT, row, account->lat / 1e5);
    set_number(columns, LON, row, account->lon / 1e5);
    set(columns, SEGMENT, row, &account->segment);
    set(columns, VISITS, row, &account->visits);
    set_number(columns, WORKLOAD, row, (double)account->workload / 100.0);
    set_number(columns, POTENTIAL, row, (double)account->potential / 10.0);
    (void)ambit_nation_territory(account, text);
    set(columns, TERRITORY, row, text);
}

ambit_status ambit_nation_file_create(const char *path, int64_t accounts,
                                      const struct ambit_nation_columns *columns,
                                      struct ambit_h5 **out)
{
    ambit_status status = AMBIT_OK;
    const int32_t version = FORMAT_VERSION;
    AMBIT_TRY(ambit_h5_create(path, out));
    AMBIT_TRY(ambit_h5_put_attribute(*out, "/", "format", AMBIT_H5_TEXT, sizeof FORMAT, 0, FORMAT));
    AMBIT_TRY(ambit_h5_put_attribute(*out, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    AMBIT_TRY(ambit_h5_put_scale(*out, "/account", accounts, "index of the account"));
    for (int c = 0; c < AMBIT_NATION_COLUMNS; c++) {
        const bool is_text = column_of[c].kind == AMBIT_H5_TEXT;
        AMBIT_TRY(
            ambit_h5_put_column(*out, column_of[c].name,
                                &(struct ambit_h5_column){.kind = column_of[c].kind,
                                                          .width = is_text ? columns->bytes[c] : 0,
                                                          .count = accounts,
                                                          .units = column_of[c].units,
                                                          .long_name = column_of[c].long_name,
                                                          .scale = "/account",
                                                          .plain = true}));
    }
done:
    if (status != AMBIT_OK) ambit_h5_destroy(out);
    return status;
}

ambit_status ambit_nation_file_put(struct ambit_h5 *h5, const struct ambit_nation_columns *columns,
                                   int c, int64_t first, int64_t count, const void *values)
{
    return ambit_h5_put_slice(h5, column_of[c].name, column_of[c].kind, columns->bytes[c], first,
                              count, values);
}
