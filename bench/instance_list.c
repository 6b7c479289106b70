/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The instances of a folder, from the tables of best-known values that lie beside them. Values of
 * the literature are rounded: a value is the best known one when it differs by no more than half a
 * unit of the last digit, of which there are two at least, since tables drop zeros.
 */
#include "bench/instance_runs.h"
#include "engine/base/memory.h"
#include "io/csv.h"

#include <ctype.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS_MAX = 64, WORD_MAX = 256, FILE_MAX = 4096 };

/* Of two that fit a name the first counts, so the ones that take everything come last. */
const struct ambit_bench_family ambit_bench_family[AMBIT_BENCH_FAMILY_COUNT] = {
    {"or-library", "OR-Library", "cpmp", AMBIT_LOCATION_CPMP, 5.0},
    {"sjc", "SJC", "SJC", AMBIT_LOCATION_CPMP, 30.0},
    {"lin318", "lin318", "lin318", AMBIT_LOCATION_CPMP, 300.0},
    {"ali535", "ali535", "ali535", AMBIT_LOCATION_CPMP, 300.0},
    {"u724", "u724", "u724", AMBIT_LOCATION_CPMP, 300.0},
    {"fnl4461", "fnl4461", "fnl4461", AMBIT_LOCATION_CPMP, 900.0},
    {"p3038", "p3038", "p3038", AMBIT_LOCATION_CPMP, 900.0},
    {"uniform", "uniform", "uniform", AMBIT_LOCATION_CPMP, 10.0},
    {"clustered", "clustered", "clustered", AMBIT_LOCATION_CPMP, 10.0},
    {"stefanello", "stefanello", "stefanello", AMBIT_LOCATION_CPMP, 10.0},
    {"others", "others", "", AMBIT_LOCATION_CPMP, 30.0},
    {"ta", "TA (CCCP)", "TA", AMBIT_LOCATION_CCCP, 120.0},
    {"sjc-cccp", "SJC (CCCP)", "SJC", AMBIT_LOCATION_CCCP, 120.0},
    {"doni", "Doni (CCCP)", "Doni", AMBIT_LOCATION_CCCP, 120.0},
    {"clustered-cccp", "clustered (CCCP)", "clustered", AMBIT_LOCATION_CCCP, 10.0},
    {"others-cccp", "others (CCCP)", "", AMBIT_LOCATION_CCCP, 30.0},
};

const char *ambit_bench_problem(enum ambit_location problem)
{
    return problem == AMBIT_LOCATION_CPMP ? "cpmp" : "cccp";
}

double ambit_bench_gap(const struct ambit_bench_case *instance, double value)
{
    const double above = value - instance->best_known;
    if (fabs(above) <= instance->tolerance) return 0.0;
    return instance->best_known > 0.0 ? 100.0 * above / instance->best_known : (double)NAN;
}

static int32_t family_of(const char *name, enum ambit_location problem)
{
    for (int32_t f = 0;; f++) {
        AMBIT_REQUIRE(f < AMBIT_BENCH_FAMILY_COUNT);
        const struct ambit_bench_family *const family = &ambit_bench_family[f];
        if (family->problem == problem &&
            strncmp(name, family->prefix, strlen(family->prefix)) == 0)
            return f;
    }
}

void ambit_bench_list_clear(struct ambit_bench_list *list)
{
    for (int32_t i = 0; i < list->count; i++) {
        ambit_free(&list->item[i].path);
        ambit_free(&list->item[i].name);
    }
    ambit_free(&list->item);
    *list = (struct ambit_bench_list){0};
}

/* --- one table ------------------------------------------------------------ */

/* A table being read, and the record at hand. */
struct table {
    char path[FILE_MAX];
    struct ambit_csv_map map;
    struct ambit_csv_record record;
    struct ambit_csv_span field[COLUMNS_MAX];
    int64_t column_count;
    int file, best, distance; /* columns; −1: there is none */
};

static ambit_status wrong(const struct table *t, int column, const char *expected)
{
    int64_t line;
    int32_t place;
    const struct ambit_csv_span field = t->field[column];
    ambit_csv_place(t->map.data, &t->record, field.at, &line, &place);
    return ambit_fail(AMBIT_ERR_INPUT, "%s:%" PRId64 ":%d: expected %s, found '%.*s'", t->path,
                      line, (int)place, expected, (int)(field.size < 80 ? field.size : 80),
                      t->map.data + field.at);
}

/* The text of a field, "" where there is no such column. */
static ambit_status word(const struct table *t, int column, char out[WORD_MAX])
{
    out[0] = '\0';
    if (column < 0) return AMBIT_OK;
    char buffer[WORD_MAX];
    size_t size = 0;
    const char *const text =
        ambit_csv_text(t->map.data, t->field[column], buffer, sizeof buffer, &size);
    if (size >= WORD_MAX) return wrong(t, column, "at most 255 bytes");
    memcpy(out, text, size);
    out[size] = '\0';
    return AMBIT_OK;
}

static ambit_status read_header(struct table *t, struct ambit_csv_cursor *cursor)
{
    ambit_status status = AMBIT_OK;
    char name[WORD_MAX];
    t->file = t->best = t->distance = -1;
    if (!ambit_csv_next(cursor, COLUMNS_MAX, t->field, &t->record) ||
        t->record.field_count > COLUMNS_MAX)
        return ambit_fail(AMBIT_ERR_INPUT, "%s:1: expected a header of at most %d columns", t->path,
                          COLUMNS_MAX);
    t->column_count = t->record.field_count;
    for (int c = 0; c < t->column_count; c++) {
        AMBIT_TRY(word(t, c, name));
        if (strcmp(name, "file") == 0) t->file = c;
        if (strcmp(name, "distance") == 0) t->distance = c;
        if (strcmp(name, "best_known") == 0 || strcmp(name, "upper_bound_found") == 0) t->best = c;
    }
    if (t->file < 0 || t->best < 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s:1: expected a column file, and best_known or upper_bound_found",
                            t->path);
done:
    return status;
}

/* How far a value may be from the one written and still be the same number. */
static double half_unit(const char *text)
{
    const char *const point = strchr(text, '.');
    const size_t decimals = point != NULL ? strspn(point + 1, "0123456789") : 0;
    return 0.5001 * pow(10.0, -(double)(decimals > 2 ? decimals : 2));
}

static ambit_status read_best(const struct table *t, struct ambit_bench_case *out)
{
    char text[WORD_MAX];
    const ambit_status status = word(t, t->best, text);
    if (status != AMBIT_OK) return status;
    switch (ambit_csv_number(text, strlen(text), &out->best_known)) {
    case AMBIT_CSV_NUMBER:
        out->tolerance = half_unit(text);
        return AMBIT_OK;
    case AMBIT_CSV_EMPTY:
        out->best_known = (double)NAN;
        return AMBIT_OK;
    case AMBIT_CSV_NOT_A_NUMBER:
    case AMBIT_CSV_INFINITE:
        break;
    }
    return wrong(t, t->best, "a best-known value or nothing");
}

static bool is_wanted(const char *only, enum ambit_location problem, const char *file,
                      const char *name)
{
    char whole[2 * WORD_MAX];
    (void)snprintf(whole, sizeof whole, "%s/%s", ambit_bench_problem(problem), name);
    return only == NULL || fnmatch(only, name, 0) == 0 || fnmatch(only, file, 0) == 0 ||
           fnmatch(only, whole, 0) == 0;
}

/* Reads a row into the list's next place, unless nobody wants it. */
static ambit_status read_row(const struct table *t, const char *folder, enum ambit_location problem,
                             const char *only, struct ambit_bench_list *list)
{
    ambit_status status = AMBIT_OK;
    char file[WORD_MAX], name[WORD_MAX], distance[WORD_MAX], path[FILE_MAX];
    struct ambit_bench_case c = {.problem = problem};
    if (t->record.field_count != t->column_count)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s:%" PRId64 ": expected %" PRId64
                          " columns as in the header, found %" PRId64,
                          t->path, t->record.line, t->column_count, t->record.field_count);
    AMBIT_TRY(word(t, t->file, file));
    AMBIT_TRY(word(t, t->distance, distance));
    AMBIT_TRY(read_best(t, &c));
    if (file[0] == '\0' || strchr(file, '/') != NULL)
        AMBIT_TRY(wrong(t, t->file, "the name of a file of this folder"));
    if (strcmp(distance, "floor_euclidean") == 0)
        c.distance = AMBIT_DISTANCE_FLOOR;
    else if (distance[0] != '\0' && strcmp(distance, "euclidean") != 0)
        AMBIT_TRY(wrong(t, t->distance, "euclidean or floor_euclidean"));
    memcpy(name, file, sizeof name);
    char *const ending = strrchr(name, '.');
    if (ending != NULL) *ending = '\0';
    if (!is_wanted(only, problem, file, name)) goto done;
    c.family = family_of(name, problem);
    if (snprintf(path, sizeof path, "%s/%s/%s", folder, ambit_bench_problem(problem), file) >=
        (int)sizeof path)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: the path is too long", folder));
    AMBIT_TRY(ambit_resize(&list->item, (size_t)list->count + 1, sizeof *list->item));
    list->item[list->count++] = c;
    AMBIT_TRY(ambit_copy_string(path, &list->item[list->count - 1].path));
    AMBIT_TRY(ambit_copy_string(name, &list->item[list->count - 1].name));
done:
    return status;
}

static ambit_status read_table(const char *folder, enum ambit_location problem, const char *only,
                               struct ambit_bench_list *list, bool *found_out)
{
    ambit_status status = AMBIT_OK;
    struct table t = {.file = -1};
    struct ambit_csv_cursor cursor;
    if (snprintf(t.path, sizeof t.path, "%s/%s/best_known.csv", folder,
                 ambit_bench_problem(problem)) >= (int)sizeof t.path)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: the path is too long", folder);
    if (access(t.path, F_OK) != 0) return AMBIT_OK;
    *found_out = true;
    AMBIT_TRY(ambit_csv_map_open(t.path, &t.map));
    ambit_csv_cursor_init(&cursor, t.map.data, t.map.size, ',', 0, 1);
    AMBIT_TRY(read_header(&t, &cursor));
    while (ambit_csv_next(&cursor, COLUMNS_MAX, t.field, &t.record))
        AMBIT_TRY(read_row(&t, folder, problem, only, list));
done:
    ambit_csv_map_close(&t.map);
    return status;
}

/* By family; insertion, so that instances of a family stay as they are listed. */
static void sort(struct ambit_bench_list *list)
{
    for (int32_t i = 1; i < list->count; i++) {
        const struct ambit_bench_case c = list->item[i];
        int32_t at = i;
        for (; at > 0 && list->item[at - 1].family > c.family; at--)
            list->item[at] = list->item[at - 1];
        list->item[at] = c;
    }
}

ambit_status ambit_bench_list_read(const char *folder, const char *only,
                                   struct ambit_bench_list *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_bench_list list = {0};
    bool found = false;
    AMBIT_TRY(read_table(folder, AMBIT_LOCATION_CPMP, only, &list, &found));
    AMBIT_TRY(read_table(folder, AMBIT_LOCATION_CCCP, only, &list, &found));
    if (!found)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected cpmp/best_known.csv or cccp/best_known.csv in it, found "
                             "neither",
                             folder));
    if (list.count == 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: no instance matches '%s'", folder,
                             only != NULL ? only : "*"));
    sort(&list);
    *out = list;
    list = (struct ambit_bench_list){0};
done:
    ambit_bench_list_clear(&list);
    return status;
}
