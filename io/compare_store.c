/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comparisons as tables: one description of their columns, written as CSV and as HDF5.
 */
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "io/compare_many.h"
#include "io/csv_out.h"
#include "io/hdf5_wrap.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* A row of any of the tables: the result's number, and what the row is of. */
struct row {
    const struct ambit_compared *item;
    int64_t index; /* of its territory or flow */
};

enum kind { TEXT, COUNT, NUMBER };

struct column {
    const char *name, *long_name;
    enum kind kind;
    const char *(*text)(const struct row *row);
    int64_t (*count)(const struct row *row); /* below 0: not known */
    double (*number)(const struct row *row); /* NaN: not known */
};

#define OF(name, type, expression)                                                                 \
    static type name(const struct row *row)                                                        \
    {                                                                                              \
        return expression;                                                                         \
    }
OF(name_of, const char *, row->item->name)
OF(status_of, const char *,
   row->item->failed != NULL ? "failed"
   : row->item->feasible     ? "feasible"
                             : "infeasible")
OF(message_of, const char *, row->item->failed != NULL ? row->item->failed : "")
OF(accounts_of, int64_t, row->item->failed != NULL ? -1 : row->item->accounts)
OF(territories_of, int64_t, row->item->failed != NULL ? -1 : row->item->territories)
OF(outside_of, int64_t, row->item->failed != NULL ? -1 : row->item->outside)
OF(moved_of, int64_t, row->item->failed != NULL ? -1 : row->item->moved)
OF(both_of, int64_t, row->item->failed != NULL ? -1 : row->item->both)
OF(differ_of, int64_t, row->item->failed != NULL ? -1 : row->item->differ)
OF(only_first_of, int64_t, row->item->failed != NULL ? -1 : row->item->only_first)
OF(only_here_of, int64_t, row->item->failed != NULL ? -1 : row->item->only_here)
OF(travel_of, double, row->item->travel)
OF(objective_of, double, row->item->objective)
OF(km_of, double, row->item->km)
OF(bound_of, double, row->item->bound)
OF(gap_of, double, row->item->gap)
OF(territory_of, const char *, row->item->territory[row->index].name)
OF(was_of, int64_t, row->item->territory[row->index].accounts_first)
OF(now_of, int64_t, row->item->territory[row->index].accounts)
OF(travelled_of, double, row->item->territory[row->index].travel_first)
OF(travels_of, double, row->item->territory[row->index].travel)
OF(went_of, int64_t, row->item->territory[row->index].went)
OF(came_of, int64_t, row->item->territory[row->index].came)
OF(from_of, const char *, row->item->flow[row->index].from)
OF(to_of, const char *, row->item->flow[row->index].to)
OF(flow_of, int64_t, row->item->flow[row->index].accounts)
#undef OF

static const struct column results[] = {
    {"result", "the result", TEXT, name_of, NULL, NULL},
    {"status", "feasible, infeasible or failed", TEXT, status_of, NULL, NULL},
    {"message", "why there is no plan", TEXT, message_of, NULL, NULL},
    {"accounts", "accounts", COUNT, NULL, accounts_of, NULL},
    {"territories", "territories", COUNT, NULL, territories_of, NULL},
    {"travel_hours", "travel a year, h", NUMBER, NULL, NULL, travel_of},
    {"objective_hours", "travel and disruption, h", NUMBER, NULL, NULL, objective_of},
    {"mean_km_to_centre", "mean way to the centre, km", NUMBER, NULL, NULL, km_of},
    {"bound_hours", "lower bound, h", NUMBER, NULL, NULL, bound_of},
    {"gap", "gap to the bound", NUMBER, NULL, NULL, gap_of},
    {"outside", "territories outside, summed over bands", COUNT, NULL, outside_of, NULL},
    {"moved_accounts", "accounts that change hands against today", COUNT, NULL, moved_of, NULL},
    {"in_both", "accounts that the first has too", COUNT, NULL, both_of, NULL},
    {"differ", "of them, those in another territory", COUNT, NULL, differ_of, NULL},
    {"only_first", "accounts of the first alone", COUNT, NULL, only_first_of, NULL},
    {"only_here", "accounts that the first has not", COUNT, NULL, only_here_of, NULL},
};
static const struct column territories[] = {
    {"result", "the result", TEXT, name_of, NULL, NULL},
    {"territory", "the territory", TEXT, territory_of, NULL, NULL},
    {"accounts_first", "its accounts in the first; -1: it is not there", COUNT, NULL, was_of, NULL},
    {"accounts", "its accounts; -1: it is not there", COUNT, NULL, now_of, NULL},
    {"travel_hours_first", "travel a year in the first, h", NUMBER, NULL, NULL, travelled_of},
    {"travel_hours", "travel a year, h", NUMBER, NULL, NULL, travels_of},
    {"went", "accounts that it has in the first alone", COUNT, NULL, went_of, NULL},
    {"came", "accounts that it has here alone", COUNT, NULL, came_of, NULL},
};
static const struct column flows[] = {
    {"result", "the result", TEXT, name_of, NULL, NULL},
    {"from", "territory in the first", TEXT, from_of, NULL, NULL},
    {"to", "territory in the result", TEXT, to_of, NULL, NULL},
    {"accounts", "accounts in both", COUNT, NULL, flow_of, NULL},
};

enum table { RESULTS, TERRITORIES, FLOWS, TABLES };

static const struct {
    const char *ending, *group, *dimension;
    const struct column *column;
    int columns;
} tables[TABLES] = {
    {"", "/results", "result_index", results, (int)(sizeof results / sizeof results[0])},
    {"-territories", "/territories", "row", territories,
     (int)(sizeof territories / sizeof territories[0])},
    {"-moves", "/moves", "row", flows, (int)(sizeof flows / sizeof flows[0])},
};

static int64_t rows_of(const struct ambit_compared *item, enum table table)
{
    return table == RESULTS ? 1 : table == TERRITORIES ? item->territory_count : item->flow_count;
}

/* ---- CSV ---- */

static void put_row(FILE *file, enum table table, const struct row *row)
{
    for (int c = 0; c < tables[table].columns; c++) {
        const struct column *const column = &tables[table].column[c];
        const char *const comma = c > 0 ? "," : "";
        if (column->kind == TEXT) {
            const char *const text = column->text(row);
            (void)fputs(comma, file);
            ambit_csv_put_field(file, text, strlen(text));
        } else if (column->kind == COUNT) {
            const int64_t count = column->count(row);
            (void)(count >= 0 ? fprintf(file, "%s%lld", comma, (long long)count)
                              : fputs(comma, file));
        } else {
            const double number = column->number(row);
            (void)(isfinite(number) ? fprintf(file, "%s%.15g", comma, number) : fputs(comma, file));
        }
    }
    (void)fputc('\n', file);
}

static ambit_status write_table(const char *path, enum table table,
                                const struct ambit_compare_many *many)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    for (int c = 0; c < tables[table].columns; c++)
        (void)fprintf(out.file, "%s%s", c > 0 ? "," : "", tables[table].column[c].name);
    (void)fputc('\n', out.file);
    for (int n = 0; n < many->count; n++) {
        for (int64_t i = 0; i < rows_of(&many->item[n], table); i++)
            put_row(out.file, table, &(struct row){&many->item[n], i});
    }
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}

ambit_status ambit_compare_many_csv(const char *path, const struct ambit_compare_many *many)
{
    ambit_status status = AMBIT_OK;
    const char *const slash = strrchr(path, '/'), *const dot = strrchr(path, '.');
    const bool ends = dot != NULL && (slash == NULL || dot > slash);
    const int stem = (int)(ends ? (size_t)(dot - path) : strlen(path));
    const size_t room = strlen(path) + sizeof "-territories";
    char *name = NULL;
    AMBIT_TRY(ambit_alloc(&name, room, 1));
    for (int t = 0; t < TABLES; t++) {
        (void)snprintf(name, room, "%.*s%s%s", stem, path, tables[t].ending, path + stem);
        AMBIT_TRY(write_table(name, (enum table)t, many));
    }
done:
    ambit_free(&name);
    return status;
}

/* ---- HDF5 ---- */

static int64_t width_of(const struct column *column, enum table table,
                        const struct ambit_compare_many *many)
{
    size_t width = 1;
    for (int n = 0; n < many->count && column->kind == TEXT; n++) {
        for (int64_t i = 0; i < rows_of(&many->item[n], table); i++) {
            const size_t length = strlen(column->text(&(struct row){&many->item[n], i}));
            if (length > width) width = length;
        }
    }
    return (int64_t)width;
}

static ambit_status put_column(struct ambit_h5 *h5, enum table table, const struct column *column,
                               const struct ambit_compare_many *many, int64_t rows,
                               const char *scale)
{
    ambit_status status = AMBIT_OK;
    const int64_t width = width_of(column, table, many);
    const size_t bytes = column->kind == TEXT ? (size_t)width : 8;
    char path[AMBIT_H5_PATH_MAX], *values = NULL, *at;
    AMBIT_TRY(ambit_alloc(&values, (size_t)rows, bytes));
    at = values;
    for (int n = 0; n < many->count; n++) {
        for (int64_t i = 0; i < rows_of(&many->item[n], table); i++, at += bytes) {
            const struct row row = {&many->item[n], i};
            const int64_t count = column->kind == COUNT ? column->count(&row) : 0;
            const double number = column->kind == NUMBER ? column->number(&row) : 0.0;
            if (column->kind == TEXT)
                memcpy(at, column->text(&row), strlen(column->text(&row)));
            else
                memcpy(at, column->kind == COUNT ? (const void *)&count : &number, 8);
        }
    }
    ambit_h5_join(tables[table].group, column->name, path);
    AMBIT_TRY(ambit_h5_put_column(
        h5, path,
        &(struct ambit_h5_column){.kind = column->kind == TEXT    ? AMBIT_H5_TEXT
                                          : column->kind == COUNT ? AMBIT_H5_I64
                                                                  : AMBIT_H5_F64,
                                  .width = column->kind == TEXT ? width : 0,
                                  .count = rows,
                                  .data = values,
                                  .units = "1",
                                  .long_name = column->long_name,
                                  .scale = scale}));
done:
    ambit_free(&values);
    return status;
}

ambit_status ambit_compare_many_hdf5(const char *path, const struct ambit_compare_many *many)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    char scale[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(ambit_h5_create(path, &h5));
    for (int t = 0; t < TABLES; t++) {
        int64_t rows = 0;
        for (int n = 0; n < many->count; n++)
            rows += rows_of(&many->item[n], (enum table)t);
        AMBIT_TRY(ambit_h5_put_group(h5, tables[t].group));
        ambit_h5_join(tables[t].group, tables[t].dimension, scale);
        AMBIT_TRY(ambit_h5_put_scale(h5, scale, rows, "index of the row"));
        for (int c = 0; c < tables[t].columns; c++)
            AMBIT_TRY(put_column(h5, (enum table)t, &tables[t].column[c], many, rows, scale));
    }
    AMBIT_TRY(ambit_h5_commit(&h5));
done:
    ambit_h5_destroy(&h5);
    return status;
}
