/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writer and reader walk the same two tables.
 */
#include "io/result_contiguity.h"
#include "engine/base/memory.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define GROUP "/contiguity"
#define SCALE GROUP "/territory"
#define OWN_PARENT GROUP "/parent"
#define OWN_SCALE GROUP "/account"

enum { NUMBERS = 8, COLUMNS = 4, WORD_MAX = 16 };

/* int64 members of the figures. */
static const struct number {
    const char *name;
    size_t offset;
} numbers[NUMBERS] = {
#define AT(member) offsetof(struct ambit_contiguity_figures, member)
    {"places", AT(place_count)},        {"edges", AT(edge_count)},
    {"edges_too_long", AT(long_count)}, {"edges_across_barriers", AT(barred_count)},
    {"islands", AT(island_count)},      {"broken_territories", AT(broken_count)},
    {"extra_pieces", AT(extra_count)},  {"accounts_apart", AT(apart_count)},
};

/* Members that point to a value a territory. */
static const struct column {
    const char *name, *long_name;
    enum ambit_h5_kind kind;
    size_t offset;
} columns[COLUMNS] = {
    {"islands", "islands of the nation on which it has accounts", AMBIT_H5_I32, AT(islands)},
    {"pieces", "pieces it is in", AMBIT_H5_I32, AT(pieces)},
    {"accounts_apart", "accounts outside the largest piece on their island", AMBIT_H5_I64,
     AT(apart)},
    {"first_apart", "index of the first of these into /accounts; -1 where there is none",
     AMBIT_H5_I32, AT(apart_sample)},
#undef AT
};

static ambit_status put_parent(struct ambit_h5 *h5, const char *path, const char *scale,
                               int64_t count, const int32_t *parent)
{
    return ambit_h5_put_column(
        h5, path,
        &(struct ambit_h5_column){
            .kind = AMBIT_H5_I32,
            .count = count,
            .data = parent,
            .units = "1",
            .long_name = "certificate of contiguity: index of the parent in a tree that spans the "
                         "account's piece of its territory; -1 at the root",
            .scale = scale});
}

ambit_status ambit_result_put_parent_column(struct ambit_h5 *h5, int64_t account_count)
{
    return put_parent(h5, AMBIT_PARENT_PATH, "/accounts/account", account_count, NULL);
}

ambit_status ambit_result_put_own_parent(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    if (result->contiguity == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_h5_put_scale(h5, OWN_SCALE, result->account_count, "index of the account"));
    AMBIT_TRY(put_parent(h5, OWN_PARENT, OWN_SCALE, result->account_count, result->parent));
done:
    return status;
}

static ambit_status put_columns(struct ambit_h5 *h5, const struct ambit_contiguity_figures *f)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    for (int c = 0; c < COLUMNS; c++) {
        const void *data;
        memcpy(&data, (const char *)f + columns[c].offset, sizeof data);
        ambit_h5_join(GROUP, columns[c].name, path);
        AMBIT_TRY(ambit_h5_put_column(h5, path,
                                      &(struct ambit_h5_column){.kind = columns[c].kind,
                                                                .count = f->territory_count,
                                                                .data = data,
                                                                .units = "1",
                                                                .long_name = columns[c].long_name,
                                                                .scale = SCALE}));
    }
done:
    return status;
}

ambit_status ambit_result_put_contiguity(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_contiguity_figures *const f = result->contiguity;
    if (f == NULL) return AMBIT_OK;
    const char *const wanted = ambit_contiguity_name(f->wanted);
    AMBIT_TRY(ambit_h5_put_group(h5, GROUP));
    AMBIT_TRY(ambit_h5_put_scale(h5, SCALE, f->territory_count, "index into /territories"));
    AMBIT_TRY(ambit_h5_put_attribute(h5, GROUP, "contiguous", AMBIT_H5_TEXT,
                                     (int64_t)strlen(wanted), 0, wanted));
    AMBIT_TRY(ambit_h5_put_attribute(h5, GROUP, "nearest", AMBIT_H5_I32, 0, 0, &f->nearest));
    AMBIT_TRY(
        ambit_h5_put_attribute(h5, GROUP, "longest_edge_km", AMBIT_H5_F64, 0, 0, &f->longest_km));
    for (int n = 0; n < NUMBERS; n++)
        AMBIT_TRY(ambit_h5_put_attribute(h5, GROUP, numbers[n].name, AMBIT_H5_I64, 0, 0,
                                         (const char *)f + numbers[n].offset));
    AMBIT_TRY(put_columns(h5, f));
done:
    return status;
}

static ambit_status get_wanted(struct ambit_h5 *h5, struct ambit_contiguity_figures *f)
{
    char word[WORD_MAX] = "";
    const ambit_status status =
        ambit_h5_get_attribute(h5, GROUP, "contiguous", AMBIT_H5_TEXT, sizeof word, 0, word);
    if (status != AMBIT_OK) return status;
    for (int w = AMBIT_CONTIGUITY_PREFERRED; w <= AMBIT_CONTIGUITY_REQUIRED; w++) {
        if (strcmp(ambit_contiguity_name((enum ambit_contiguity)w), word) != 0) continue;
        f->wanted = (enum ambit_contiguity)w;
        return AMBIT_OK;
    }
    return ambit_h5_damaged(h5, GROUP, "unknown word '%s' for contiguous", word);
}

static ambit_status get_columns(struct ambit_h5 *h5, struct ambit_contiguity_figures *f)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    for (int c = 0; c < COLUMNS; c++) {
        void *data;
        memcpy(&data, (const char *)f + columns[c].offset, sizeof data);
        ambit_h5_join(GROUP, columns[c].name, path);
        AMBIT_TRY(ambit_h5_get_column(h5, path, columns[c].kind, 0, f->territory_count, data));
    }
done:
    return status;
}

ambit_status ambit_result_get_contiguity(struct ambit_h5 *h5, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    if (!ambit_h5_has(h5, GROUP)) return AMBIT_OK;
    AMBIT_TRY(ambit_contiguity_create(result->territory_count, &result->contiguity));
    struct ambit_contiguity_figures *const f = result->contiguity;
    AMBIT_TRY(get_wanted(h5, f));
    AMBIT_TRY(ambit_h5_get_attribute(h5, GROUP, "nearest", AMBIT_H5_I32, 0, 0, &f->nearest));
    AMBIT_TRY(
        ambit_h5_get_attribute(h5, GROUP, "longest_edge_km", AMBIT_H5_F64, 0, 0, &f->longest_km));
    for (int n = 0; n < NUMBERS; n++)
        AMBIT_TRY(ambit_h5_get_attribute(h5, GROUP, numbers[n].name, AMBIT_H5_I64, 0, 0,
                                         (char *)f + numbers[n].offset));
    AMBIT_TRY(get_columns(h5, f));
    AMBIT_TRY(ambit_alloc(&result->parent, (size_t)result->account_count, sizeof(int32_t)));
    AMBIT_TRY(ambit_h5_get_column(h5, ambit_h5_has(h5, OWN_PARENT) ? OWN_PARENT : AMBIT_PARENT_PATH,
                                  AMBIT_H5_I32, 0, result->account_count, result->parent));
done:
    return status;
}
