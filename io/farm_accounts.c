/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/farm_accounts.h"
#include "engine/base/memory.h"
#include "engine/model/hilbert.h"
#include "io/result_parts.h"

#include <stdio.h>
#include <string.h>

enum { SPARSE_PART = 3 }; /* columns that differ in fewer than a third of their rows are sparse */

/* ---- which account is which ---- */

struct match {
    int64_t count;                   /* accounts of the scenario */
    int64_t *origin;                 /* owned; row of each in the base, or −1 */
    int64_t removed_count, *removed; /* owned; rows of the base that it has not */
    int64_t added_count, *added;     /* owned; its rows that the base has not */
    int32_t *territory; /* owned; the scenario's index of each of the base's, or −1 */
};

static void clear_match(struct match *m)
{
    ambit_free(&m->origin);
    ambit_free(&m->removed);
    ambit_free(&m->added);
    ambit_free(&m->territory);
}

/* By the canonical order; ids first, since most are the same and keys are dear. */
static int compare_rows(const struct ambit_result *a, int64_t i, const struct ambit_result *b,
                        int64_t j)
{
    const size_t a_width = (size_t)a->id_width, b_width = (size_t)b->id_width;
    const char *const p = a->account_id + (size_t)i * a_width;
    const char *const q = b->account_id + (size_t)j * b_width;
    const size_t p_size = strnlen(p, a_width), q_size = strnlen(q, b_width);
    const int order = memcmp(p, q, p_size < q_size ? p_size : q_size);
    if (order == 0 && p_size == q_size) return 0;
    const uint64_t x = ambit_hilbert_key(a->lat[i], a->lon[i]);
    const uint64_t y = ambit_hilbert_key(b->lat[j], b->lon[j]);
    if (x != y) return x < y ? -1 : 1;
    return order != 0 ? order : p_size < q_size ? -1 : 1;
}

static ambit_status match_territories(const struct ambit_result *base, const struct ambit_result *r,
                                      struct match *m)
{
    const ambit_status status =
        ambit_alloc(&m->territory, (size_t)base->territory_count, sizeof *m->territory);
    int32_t to = 0;
    for (int32_t j = 0; j < base->territory_count && status == AMBIT_OK; j++) {
        while (to < r->territory_count &&
               strcmp(r->territories[to].name, base->territories[j].name) < 0)
            to++; /* both are in order of their names */
        const bool same = to < r->territory_count &&
                          strcmp(r->territories[to].name, base->territories[j].name) == 0;
        m->territory[j] = same ? to : -1;
    }
    return status;
}

static ambit_status find_match(const struct ambit_result *base, const struct ambit_result *r,
                               struct match *m)
{
    ambit_status status = AMBIT_OK;
    int64_t i = 0, v = 0;
    m->count = r->account_count;
    AMBIT_TRY(match_territories(base, r, m));
    AMBIT_TRY(ambit_alloc(&m->origin, (size_t)r->account_count, sizeof *m->origin));
    AMBIT_TRY(ambit_alloc(&m->removed, (size_t)base->account_count, sizeof *m->removed));
    AMBIT_TRY(ambit_alloc(&m->added, (size_t)r->account_count, sizeof *m->added));
    while (i < base->account_count || v < r->account_count) {
        const int order = i == base->account_count ? 1
                          : v == r->account_count  ? -1
                                                   : compare_rows(base, i, r, v);
        if (order < 0) {
            m->removed[m->removed_count++] = i++;
        } else if (order > 0) {
            m->origin[v] = -1;
            m->added[m->added_count++] = v++;
        } else {
            m->origin[v++] = i++;
        }
    }
done:
    return status;
}

/* ---- what the base lets expect ---- */

static void expect_territories(const struct match *m, const int32_t *of_base, int64_t *out)
{
    for (int64_t v = 0; v < m->count; v++) {
        const int32_t was = m->origin[v] >= 0 ? of_base[m->origin[v]] : -1;
        out[v] = was >= 0 ? m->territory[was] : -1;
    }
}

static void expect_values(const struct match *m, const int64_t *of_base, int64_t *out)
{
    for (int64_t v = 0; v < m->count; v++)
        out[v] = m->origin[v] >= 0 && of_base != NULL ? of_base[m->origin[v]] : 0;
}

static const int64_t *find_column(const struct ambit_result *base, const char *name)
{
    for (int c = 0; c < base->column_count; c++)
        if (strcmp(base->column_name[c], name) == 0) return base->column[c];
    return NULL;
}

/* ---- writing ---- */

static ambit_status put(struct ambit_h5 *h5, const char *path, enum ambit_h5_kind kind,
                        int64_t width, int64_t count, const void *data, const char *long_name)
{
    return ambit_h5_put_column(h5, path,
                               &(struct ambit_h5_column){.kind = kind,
                                                         .width = width,
                                                         .count = count,
                                                         .data = data,
                                                         .units = "1",
                                                         .long_name = long_name});
}

/* A column as what differs from `expected`, which is used up. */
static ambit_status put_difference(struct ambit_h5 *h5, const char *group, const char *name,
                                   int64_t count, int64_t *expected, const int64_t *actual)
{
    ambit_status status = AMBIT_OK;
    int64_t *rows = NULL, differ = 0;
    char path[AMBIT_H5_PATH_MAX];
    for (int64_t v = 0; v < count; v++)
        differ += expected[v] != actual[v];
    const bool sparse = differ <= count / SPARSE_PART;
    AMBIT_TRY(ambit_h5_put_group(h5, group));
    AMBIT_TRY(ambit_h5_put_attribute(h5, group, "name", AMBIT_H5_TEXT, (int64_t)strlen(name) + 1, 0,
                                     name));
    ambit_h5_join(group, "values", path);
    if (!sparse) {
        AMBIT_TRY(put(h5, path, AMBIT_H5_I64, 0, count, actual, "value of each account"));
        goto done;
    }
    AMBIT_TRY(ambit_alloc(&rows, (size_t)differ, sizeof *rows));
    int64_t at = 0;
    for (int64_t v = 0; v < count; v++) {
        if (expected[v] == actual[v]) continue;
        expected[at] = actual[v];
        rows[at++] = v;
    }
    AMBIT_TRY(put(h5, path, AMBIT_H5_I64, 0, differ, expected, "value where it is another"));
    ambit_h5_join(group, "rows", path);
    AMBIT_TRY(put(h5, path, AMBIT_H5_I64, 0, differ, rows, "accounts whose value is another"));
done:
    ambit_free(&rows);
    return status;
}

static ambit_status put_added(struct ambit_h5 *h5, const struct ambit_result *r,
                              const struct match *m)
{
    ambit_status status = AMBIT_OK;
    const size_t width = (size_t)r->id_width, n = (size_t)m->added_count;
    char *id = NULL;
    double *place = NULL;
    AMBIT_TRY(ambit_alloc(&id, n, width));
    AMBIT_TRY(ambit_alloc(&place, 2 * n, sizeof *place));
    for (size_t a = 0; a < n; a++) {
        memcpy(id + a * width, r->account_id + (size_t)m->added[a] * width, width);
        place[a] = r->lat[m->added[a]];
        place[n + a] = r->lon[m->added[a]];
    }
    AMBIT_TRY(put(h5, "/accounts/removed", AMBIT_H5_I64, 0, m->removed_count, m->removed,
                  "accounts of the base that are not here"));
    AMBIT_TRY(put(h5, "/accounts/added", AMBIT_H5_I64, 0, m->added_count, m->added,
                  "accounts that the base has not"));
    AMBIT_TRY(
        put(h5, "/accounts/added_id", AMBIT_H5_TEXT, r->id_width, m->added_count, id, "their ids"));
    AMBIT_TRY(put(h5, "/accounts/added_lat", AMBIT_H5_F64, 0, m->added_count, place,
                  "their latitudes, degrees"));
    AMBIT_TRY(put(h5, "/accounts/added_lon", AMBIT_H5_F64, 0, m->added_count, place + n,
                  "their longitudes, degrees"));
done:
    ambit_free(&id);
    ambit_free(&place);
    return status;
}

static void widen(const int32_t *from, int64_t count, int64_t *to)
{
    for (int64_t v = 0; v < count; v++)
        to[v] = from[v];
}

ambit_status ambit_farm_put_accounts(struct ambit_h5 *h5, const struct ambit_result *base,
                                     const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = result;
    struct match m = {0};
    const int64_t n = r->account_count;
    int64_t *expected = NULL, *actual = NULL;
    char group[AMBIT_H5_PATH_MAX];
    AMBIT_TRY(find_match(base, r, &m));
    AMBIT_TRY(ambit_alloc(&expected, (size_t)n, sizeof *expected));
    AMBIT_TRY(ambit_alloc(&actual, (size_t)n, sizeof *actual));
    AMBIT_TRY(ambit_h5_put_group(h5, "/accounts"));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/accounts", "count", AMBIT_H5_I64, 0, 0, &n));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, "/accounts", "id_width", AMBIT_H5_I32, 0, 0, &r->id_width));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, "/accounts", "columns", AMBIT_H5_I32, 0, 0, &r->column_count));
    AMBIT_TRY(put_added(h5, r, &m));
    if (r->together_width > 0)
        AMBIT_TRY(put(h5, "/accounts/together", AMBIT_H5_TEXT, r->together_width, n,
                      r->account_together, "group that stays together; empty for none"));
    expect_territories(&m, base->territory, expected);
    widen(r->territory, n, actual);
    AMBIT_TRY(put_difference(h5, "/accounts/territory", "territory", n, expected, actual));
    expect_territories(&m, base->previous, expected);
    widen(r->previous, n, actual);
    AMBIT_TRY(put_difference(h5, "/accounts/previous", "previous", n, expected, actual));
    expect_values(&m, base->account_travel, expected);
    AMBIT_TRY(put_difference(h5, "/accounts/travel", "travel", n, expected, r->account_travel));
    for (int c = 0; c < r->column_count; c++) {
        (void)snprintf(group, sizeof group, "/accounts/column%02d", c);
        expect_values(&m, find_column(base, r->column_name[c]), expected);
        AMBIT_TRY(put_difference(h5, group, r->column_name[c], n, expected, r->column[c]));
    }
done:
    clear_match(&m);
    ambit_free(&expected);
    ambit_free(&actual);
    return status;
}

/* ---- reading ---- */

/* Rows that rise and stay below `below`. */
static ambit_status get_rows(struct ambit_h5 *h5, const char *path, int64_t below,
                             int64_t *count_out, int64_t **rows_out)
{
    ambit_status status = AMBIT_OK;
    int64_t width = 0;
    AMBIT_TRY(ambit_h5_column_size(h5, path, count_out, &width));
    if (*count_out > below)
        AMBIT_TRY(ambit_h5_damaged(h5, path, "expected at most %lld rows, found %lld",
                                   (long long)below, (long long)*count_out));
    AMBIT_TRY(ambit_alloc(rows_out, (size_t)*count_out, sizeof **rows_out));
    AMBIT_TRY(ambit_h5_get_column(h5, path, AMBIT_H5_I64, 0, *count_out, *rows_out));
    for (int64_t n = 0; n < *count_out; n++) {
        if ((*rows_out)[n] < (n > 0 ? (*rows_out)[n - 1] + 1 : 0) || (*rows_out)[n] >= below)
            AMBIT_TRY(ambit_h5_damaged(h5, path, "expected rows that rise to %lld, found %lld",
                                       (long long)below - 1, (long long)(*rows_out)[n]));
    }
done:
    return status;
}

static ambit_status get_match(struct ambit_h5 *h5, const struct ambit_result *base,
                              const struct ambit_result *r, struct match *m)
{
    ambit_status status = AMBIT_OK;
    int64_t i = 0, gone = 0, new = 0;
    m->count = r->account_count;
    AMBIT_TRY(match_territories(base, r, m));
    AMBIT_TRY(
        get_rows(h5, "/accounts/removed", base->account_count, &m->removed_count, &m->removed));
    AMBIT_TRY(get_rows(h5, "/accounts/added", m->count, &m->added_count, &m->added));
    if (base->account_count - m->removed_count + m->added_count != m->count)
        AMBIT_TRY(ambit_h5_damaged(h5, "/accounts", "its accounts do not add up"));
    AMBIT_TRY(ambit_alloc(&m->origin, (size_t)m->count, sizeof *m->origin));
    for (int64_t v = 0; v < m->count; v++) {
        if (new < m->added_count && m->added[new] == v) {
            new ++;
            m->origin[v] = -1;
            continue;
        }
        while (gone < m->removed_count && m->removed[gone] == i) {
            gone++;
            i++;
        }
        m->origin[v] = i++;
    }
done:
    return status;
}

/* Puts what differs over what was expected in `values`, and checks the range. */
static ambit_status get_difference(struct ambit_h5 *h5, const char *group, int64_t count,
                                   int64_t least, int64_t most, int64_t *values)
{
    ambit_status status = AMBIT_OK;
    int64_t *rows = NULL, *some = NULL, differ = 0;
    char path[AMBIT_H5_PATH_MAX], where[AMBIT_H5_PATH_MAX];
    ambit_h5_join(group, "values", path);
    ambit_h5_join(group, "rows", where);
    if (!ambit_h5_has(h5, where)) {
        AMBIT_TRY(ambit_h5_get_column(h5, path, AMBIT_H5_I64, 0, count, values));
    } else {
        AMBIT_TRY(get_rows(h5, where, count, &differ, &rows));
        AMBIT_TRY(ambit_alloc(&some, (size_t)differ, sizeof *some));
        AMBIT_TRY(ambit_h5_get_column(h5, path, AMBIT_H5_I64, 0, differ, some));
        for (int64_t n = 0; n < differ; n++)
            values[rows[n]] = some[n];
    }
    for (int64_t v = 0; v < count; v++) {
        if (values[v] < least || values[v] > most)
            AMBIT_TRY(ambit_h5_damaged(h5, path, "expected %lld to %lld, found %lld",
                                       (long long)least, (long long)most, (long long)values[v]));
    }
done:
    ambit_free(&rows);
    ambit_free(&some);
    return status;
}

/* Ids and places: those of the base, or new ones. */
static ambit_status get_places(struct ambit_h5 *h5, const struct ambit_result *base,
                               struct ambit_result *r, const struct match *m)
{
    ambit_status status = AMBIT_OK;
    const size_t width = (size_t)r->id_width, old = (size_t)base->id_width;
    const size_t n = (size_t)m->added_count;
    char *id = NULL;
    double *lat = NULL, *lon = NULL;
    AMBIT_TRY(ambit_alloc(&r->account_id, (size_t)m->count, width));
    AMBIT_TRY(ambit_alloc(&r->lat, (size_t)m->count, sizeof *r->lat));
    AMBIT_TRY(ambit_alloc(&r->lon, (size_t)m->count, sizeof *r->lon));
    AMBIT_TRY(ambit_alloc(&id, n, width));
    AMBIT_TRY(ambit_alloc(&lat, n, sizeof *lat));
    AMBIT_TRY(ambit_alloc(&lon, n, sizeof *lon));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/added_id", AMBIT_H5_TEXT, r->id_width,
                                  m->added_count, id));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/added_lat", AMBIT_H5_F64, 0, m->added_count, lat));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/added_lon", AMBIT_H5_F64, 0, m->added_count, lon));
    size_t new = 0;
    for (int64_t v = 0; v < m->count; v++) {
        char *const to = r->account_id + (size_t)v * width;
        const int64_t i = m->origin[v];
        if (i < 0) {
            memcpy(to, id + new *width, width);
            r->lat[v] = lat[new];
            r->lon[v] = lon[new ++];
            continue;
        }
        memcpy(to, base->account_id + (size_t)i * old, old < width ? old : width);
        r->lat[v] = base->lat[i];
        r->lon[v] = base->lon[i];
    }
done:
    ambit_free(&id);
    ambit_free(&lat);
    ambit_free(&lon);
    return status;
}

static void narrow(const int64_t *from, int64_t count, int32_t *to)
{
    for (int64_t v = 0; v < count; v++)
        to[v] = (int32_t)from[v];
}

static ambit_status get_own_columns(struct ambit_h5 *h5, const struct ambit_result *base,
                                    struct ambit_result *r, const struct match *m)
{
    ambit_status status = AMBIT_OK;
    char group[AMBIT_H5_PATH_MAX];
    int32_t count = 0;
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/accounts", "columns", AMBIT_H5_I32, 0, 0, &count));
    if (count < 0 || count > AMBIT_COLUMN_MAX)
        AMBIT_TRY(ambit_h5_damaged(h5, "/accounts", "expected 0 to %d columns, found %d",
                                   AMBIT_COLUMN_MAX, (int)count));
    for (int c = 0; c < count; c++) {
        (void)snprintf(group, sizeof group, "/accounts/column%02d", c);
        AMBIT_TRY(ambit_h5_get_attribute(h5, group, "name", AMBIT_H5_TEXT, AMBIT_NAME_MAX, 0,
                                         r->column_name[c]));
        AMBIT_TRY(ambit_alloc(&r->column[c], (size_t)m->count, sizeof *r->column[c]));
        r->column_count = c + 1;
        expect_values(m, find_column(base, r->column_name[c]), r->column[c]);
        AMBIT_TRY(get_difference(h5, group, m->count, 0, INT64_MAX, r->column[c]));
    }
done:
    return status;
}

ambit_status ambit_farm_get_accounts(struct ambit_h5 *h5, const struct ambit_result *base,
                                     struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result *const r = result;
    struct match m = {0};
    int64_t *values = NULL;
    AMBIT_TRY(
        ambit_h5_get_attribute(h5, "/accounts", "count", AMBIT_H5_I64, 0, 0, &r->account_count));
    AMBIT_TRY(
        ambit_h5_get_attribute(h5, "/accounts", "id_width", AMBIT_H5_I32, 0, 0, &r->id_width));
    if (r->account_count < 0 || r->account_count > INT64_MAX / 4096 || r->id_width < 0)
        AMBIT_TRY(ambit_h5_damaged(h5, "/accounts", "its size is out of range"));
    AMBIT_TRY(get_match(h5, base, r, &m));
    AMBIT_TRY(get_places(h5, base, r, &m));
    const size_t n = (size_t)m.count;
    AMBIT_TRY(ambit_alloc(&values, n, sizeof *values));
    AMBIT_TRY(ambit_alloc(&r->territory, n, sizeof *r->territory));
    AMBIT_TRY(ambit_alloc(&r->previous, n, sizeof *r->previous));
    AMBIT_TRY(ambit_alloc(&r->account_travel, n, sizeof *r->account_travel));
    expect_territories(&m, base->territory, values);
    AMBIT_TRY(
        get_difference(h5, "/accounts/territory", m.count, 0, r->territory_count - 1, values));
    narrow(values, m.count, r->territory);
    expect_territories(&m, base->previous, values);
    AMBIT_TRY(
        get_difference(h5, "/accounts/previous", m.count, -1, r->territory_count - 1, values));
    narrow(values, m.count, r->previous);
    expect_values(&m, base->account_travel, r->account_travel);
    AMBIT_TRY(get_difference(h5, "/accounts/travel", m.count, 0, INT64_MAX, r->account_travel));
    AMBIT_TRY(get_own_columns(h5, base, r, &m));
    AMBIT_TRY(ambit_result_get_together(h5, r));
done:
    clear_match(&m);
    ambit_free(&values);
    return status;
}
