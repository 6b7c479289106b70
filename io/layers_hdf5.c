/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/layers_hdf5.h"
#include "engine/base/memory.h"
#include "io/name_index.h"
#include "io/result_hdf5.h"
#include "io/result_parts.h"

#include <stdio.h>
#include <string.h>

#define FORMAT_NAME "ambit-layers"
#define FORMAT 1

void ambit_layered_clear(struct ambit_layered *layered)
{
    ambit_free(&layered->id);
    ambit_free(&layered->lat);
    ambit_free(&layered->lon);
    ambit_free(&layered->mask);
    ambit_free(&layered->share);
    for (int l = 0; l < AMBIT_LAYER_MAX; l++)
        ambit_free(&layered->territory[l]);
    *layered = (struct ambit_layered){.count = 0};
}

/* ---- joining ---- */

static ambit_status other_accounts(const struct ambit_layered *layered, int layer)
{
    return ambit_fail(AMBIT_ERR_INTERNAL, "layer '%s': its plan has other accounts than it takes",
                      layered->entry[layer].name);
}

/* By the order of both; false where they are not in one order. */
static bool join_in_order(const struct ambit_layered *layered, const struct ambit_result *r,
                          int layer, int32_t *territory)
{
    const size_t width = (size_t)layered->id_width, own = (size_t)r->id_width;
    int64_t at = 0;
    for (int64_t i = 0; i < layered->account_count; i++) {
        territory[i] = -1;
        if ((layered->mask[i] >> layer & 1) == 0) continue;
        if (at == r->account_count) return false; /* a file may say more than its counts */
        const char *const id = layered->id + (size_t)i * width;
        const char *const found = r->account_id + (size_t)at * own;
        const size_t size = strnlen(id, width);
        if (size != strnlen(found, own) || memcmp(id, found, size) != 0) return false;
        territory[i] = r->territory[at++];
    }
    return true;
}

/* By ids, for accounts that stay together have an order of their own. */
static ambit_status join_by_id(const struct ambit_layered *layered, const struct ambit_result *r,
                               int layer, int32_t *territory)
{
    ambit_status status = AMBIT_OK;
    struct ambit_name_index index = {0};
    char *text = NULL;
    const size_t own = (size_t)r->id_width, room = own + 1, width = (size_t)layered->id_width;
    AMBIT_TRY(ambit_alloc(&text, (size_t)r->account_count, room));
    AMBIT_TRY(ambit_name_index_create(r->account_count, &index));
    for (int64_t i = 0; i < r->account_count; i++) {
        memcpy(text + (size_t)i * room, r->account_id + (size_t)i * own, own);
        (void)ambit_name_index_add(&index, text + (size_t)i * room, i);
    }
    for (int64_t i = 0; i < layered->account_count; i++) {
        const char *const id = layered->id + (size_t)i * width;
        territory[i] = -1;
        if ((layered->mask[i] >> layer & 1) == 0) continue;
        const int64_t at = ambit_name_index_find(&index, id, strnlen(id, width));
        if (at < 0) AMBIT_TRY(other_accounts(layered, layer));
        territory[i] = r->territory[at];
    }
done:
    ambit_name_index_clear(&index);
    ambit_free(&text);
    return status;
}

ambit_status ambit_layers_join(struct ambit_layered *layered, const struct ambit_result *r,
                               int layer)
{
    ambit_status status = AMBIT_OK;
    int32_t **const territory = &layered->territory[layer];
    if (r->account_count != layered->entry[layer].accounts) return other_accounts(layered, layer);
    AMBIT_TRY(ambit_alloc(territory, (size_t)layered->account_count, sizeof **territory));
    if (!join_in_order(layered, r, layer, *territory))
        status = join_by_id(layered, r, layer, *territory);
done:
    return status;
}

/* ---- writing ---- */

static const char scale[] = "/accounts/account";

static ambit_status put_numbers(struct ambit_h5 *h5, const char *path, enum ambit_h5_kind kind,
                                int64_t count, const void *data, const char *units,
                                const char *long_name)
{
    return ambit_h5_put_column(h5, path,
                               &(struct ambit_h5_column){.kind = kind,
                                                         .count = count,
                                                         .data = data,
                                                         .units = units,
                                                         .long_name = long_name,
                                                         .scale = scale});
}

static ambit_status put_accounts(struct ambit_h5 *h5, const struct ambit_layered *layered)
{
    ambit_status status = AMBIT_OK;
    const int64_t n = layered->account_count;
    int32_t *first = NULL;
    AMBIT_TRY(ambit_h5_put_group(h5, "/accounts"));
    AMBIT_TRY(ambit_h5_put_scale(h5, scale, n, "place in the canonical order"));
    AMBIT_TRY(ambit_h5_put_column(h5, "/accounts/account_id",
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                            .width = layered->id_width,
                                                            .count = n,
                                                            .data = layered->id,
                                                            .long_name = "account id",
                                                            .scale = scale}));
    AMBIT_TRY(put_numbers(h5, "/accounts/lat", AMBIT_H5_F64, n, layered->lat, "degrees_north",
                          "latitude, WGS 84"));
    AMBIT_TRY(put_numbers(h5, "/accounts/lon", AMBIT_H5_F64, n, layered->lon, "degrees_east",
                          "longitude, WGS 84"));
    AMBIT_TRY(put_numbers(h5, "/accounts/layers", AMBIT_H5_I64, n, layered->mask, "1",
                          "its layers: bit l for the one with index l"));
    AMBIT_TRY(ambit_alloc(&first, (size_t)n, sizeof *first));
    for (int64_t i = 0; i < n; i++)
        first[i] = ambit_layers_first((uint32_t)layered->mask[i]);
    AMBIT_TRY(put_numbers(h5, "/accounts/layer", AMBIT_H5_I32, n, first, "1",
                          "index of its first layer; -1 where it has none"));
done:
    ambit_free(&first);
    return status;
}

static void name_column(int layer, char out[AMBIT_H5_PATH_MAX])
{
    (void)snprintf(out, AMBIT_H5_PATH_MAX, "/accounts/territory_%04d", layer + 1);
}

static ambit_status put_layer(struct ambit_h5 *h5, struct ambit_layered *layered, int layer,
                              const char *part)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_entry *const entry = &layered->entry[layer];
    struct ambit_result result;
    char group[32], path[AMBIT_H5_PATH_MAX], words[AMBIT_LAYER_NAME_MAX + 64];
    ambit_result_init(&result);
    ambit_farm_name_group(layer, group);
    AMBIT_TRY(ambit_h5_put_group(h5, group));
    if (entry->status == AMBIT_FARM_FAILED) goto done;
    AMBIT_TRY(ambit_result_read(part, &result));
    AMBIT_TRY(ambit_layers_join(layered, &result, layer));
    AMBIT_TRY(ambit_h5_set_root(h5, group));
    AMBIT_TRY(ambit_result_put_whole(h5, &result));
    AMBIT_TRY(ambit_h5_set_root(h5, NULL));
    ambit_farm_fill_entry(&result, entry);
    name_column(layer, path);
    (void)snprintf(words, sizeof words, "territory in the layer '%s', or -1", entry->name);
    AMBIT_TRY(put_numbers(h5, path, AMBIT_H5_I32, layered->account_count, layered->territory[layer],
                          "1", words));
done:
    ambit_result_clear(&result);
    return status;
}

/* What the file says of all accounts. */
static const struct count {
    const char *name;
    size_t offset;
} counts[] = {
    {"accounts_in_one", offsetof(struct ambit_layered, in_one)},
    {"accounts_in_several", offsetof(struct ambit_layered, in_several)},
    {"accounts_in_none", offsetof(struct ambit_layered, in_none)},
    {"reps", offsetof(struct ambit_layered, reps)},
    {"reps_in_several", offsetof(struct ambit_layered, shared_reps)},
};

static ambit_status put_root(struct ambit_h5 *h5, const struct ambit_layered *layered)
{
    ambit_status status = AMBIT_OK;
    static const char format[] = FORMAT_NAME;
    const int32_t version = FORMAT;
    const char *const model = layered->overlay ? "overlay" : "hybrid";
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0, format));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "model", AMBIT_H5_TEXT, (int64_t)strlen(model) + 1, 0,
                                     model));
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        AMBIT_TRY(ambit_h5_put_attribute(h5, "/", counts[k].name, AMBIT_H5_I64, 0, 0,
                                         (const char *)layered + counts[k].offset));
done:
    return status;
}

ambit_status ambit_layers_write(const char *path, struct ambit_layered *layered, char *const *part)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    AMBIT_TRY(ambit_h5_create(path, &h5));
    AMBIT_TRY(put_root(h5, layered));
    AMBIT_TRY(put_accounts(h5, layered));
    AMBIT_TRY(ambit_h5_put_group(h5, "/scenarios"));
    for (int l = 0; l < layered->count; l++)
        AMBIT_TRY(put_layer(h5, layered, l, part[l]));
    AMBIT_TRY(ambit_farm_put_table(h5, layered->entry, layered->count));
    AMBIT_TRY(ambit_h5_commit(&h5));
done:
    ambit_h5_destroy(&h5);
    return status;
}

/* ---- reading ---- */

static bool is_of_layers(struct ambit_h5 *h5)
{
    char format[AMBIT_WORD_MAX] = "";
    const bool is = ambit_h5_has_attribute(h5, "/", "format") &&
                    ambit_h5_get_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0,
                                           format) == AMBIT_OK &&
                    strcmp(format, FORMAT_NAME) == 0;
    ambit_error_clear(); /* another kind of file */
    return is;
}

bool ambit_layers_are_in(const char *path)
{
    struct ambit_h5 *h5 = NULL;
    const bool are = ambit_h5_open(path, "layers", &h5) == AMBIT_OK && is_of_layers(h5);
    ambit_error_clear(); /* whoever reads it will say what is wrong */
    ambit_h5_destroy(&h5);
    return are;
}

static ambit_status get_entries(struct ambit_h5 *h5, struct ambit_layered *out)
{
    ambit_status status = AMBIT_OK;
    int64_t count = 0, width = 0;
    char model[AMBIT_WORD_MAX] = "";
    int32_t version = 0;
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    if (version != FORMAT)
        AMBIT_TRY(ambit_h5_damaged(h5, "/", "expected format %d, found %d", FORMAT, (int)version));
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "model", AMBIT_H5_TEXT, sizeof model, 0, model));
    out->overlay = strcmp(model, "overlay") == 0;
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        AMBIT_TRY(ambit_h5_get_attribute(h5, "/", counts[k].name, AMBIT_H5_I64, 0, 0,
                                         (char *)out + counts[k].offset));
    AMBIT_TRY(ambit_h5_column_size(h5, "/scenarios/scenario", &count, &width));
    if (count < 1 || count > AMBIT_LAYER_MAX)
        AMBIT_TRY(ambit_h5_damaged(h5, "/scenarios", "expected 1 to %d layers, found %lld",
                                   AMBIT_LAYER_MAX, (long long)count));
    out->count = (int)count;
    AMBIT_TRY(ambit_farm_get_table(h5, out->entry, out->count));
done:
    return status;
}

/* The territories of a layer, which must be there for its accounts alone. */
static ambit_status get_territories(struct ambit_h5 *h5, struct ambit_layered *out, int layer)
{
    ambit_status status = AMBIT_OK;
    char path[AMBIT_H5_PATH_MAX];
    int32_t **const territory = &out->territory[layer];
    if (out->entry[layer].status == AMBIT_FARM_FAILED) goto done;
    name_column(layer, path);
    AMBIT_TRY(ambit_alloc(territory, (size_t)out->account_count, sizeof **territory));
    AMBIT_TRY(ambit_h5_get_column(h5, path, AMBIT_H5_I32, 0, out->account_count, *territory));
    for (int64_t i = 0; i < out->account_count; i++) {
        const bool in = (out->mask[i] >> layer & 1) != 0;
        const int32_t least = in ? 0 : -1, below = in ? out->entry[layer].territories : 0;
        if ((*territory)[i] < least || (*territory)[i] >= below)
            AMBIT_TRY(ambit_h5_damaged(h5, path, "account %lld: expected %s, found %d",
                                       (long long)i, in ? "a territory of the layer" : "-1",
                                       (int)(*territory)[i]));
    }
done:
    return status;
}

/* The first layer of each account, which follows from the others. */
static ambit_status check_first(struct ambit_h5 *h5, const struct ambit_layered *layered)
{
    ambit_status status = AMBIT_OK;
    static const char path[] = "/accounts/layer";
    const int64_t n = layered->account_count;
    int32_t *first = NULL;
    AMBIT_TRY(ambit_alloc(&first, (size_t)n, sizeof *first));
    AMBIT_TRY(ambit_h5_get_column(h5, path, AMBIT_H5_I32, 0, n, first));
    for (int64_t i = 0; i < n; i++) {
        const int is = ambit_layers_first((uint32_t)layered->mask[i]);
        if (first[i] != is)
            AMBIT_TRY(ambit_h5_damaged(h5, path, "account %lld: expected %d, found %d",
                                       (long long)i, is, (int)first[i]));
    }
done:
    ambit_free(&first);
    return status;
}

static ambit_status get_accounts(struct ambit_h5 *h5, struct ambit_layered *out)
{
    ambit_status status = AMBIT_OK;
    int64_t ids = 0, width = 0;
    AMBIT_TRY(ambit_result_get_count(h5, scale, INT64_MAX / 4096, &out->account_count));
    AMBIT_TRY(ambit_h5_column_size(h5, "/accounts/account_id", &ids, &width));
    if (width > INT32_MAX) AMBIT_TRY(ambit_h5_damaged(h5, "/accounts", "its ids are too long"));
    const int64_t n = out->account_count;
    out->id_width = (int32_t)width;
    AMBIT_TRY(ambit_alloc(&out->id, (size_t)n, (size_t)width));
    AMBIT_TRY(ambit_alloc(&out->lat, (size_t)n, sizeof *out->lat));
    AMBIT_TRY(ambit_alloc(&out->lon, (size_t)n, sizeof *out->lon));
    AMBIT_TRY(ambit_alloc(&out->mask, (size_t)n, sizeof *out->mask));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/account_id", AMBIT_H5_TEXT, width, n, out->id));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/lat", AMBIT_H5_F64, 0, n, out->lat));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/lon", AMBIT_H5_F64, 0, n, out->lon));
    AMBIT_TRY(ambit_h5_get_column(h5, "/accounts/layers", AMBIT_H5_I64, 0, n, out->mask));
    for (int64_t i = 0; i < n; i++)
        if (out->mask[i] < 0 || out->mask[i] >> out->count != 0)
            AMBIT_TRY(ambit_h5_damaged(h5, "/accounts/layers",
                                       "account %lld: expected bits of %d layers, found %lld",
                                       (long long)i, out->count, (long long)out->mask[i]));
    AMBIT_TRY(check_first(h5, out));
    for (int l = 0; l < out->count; l++)
        AMBIT_TRY(get_territories(h5, out, l));
done:
    return status;
}

ambit_status ambit_layers_read(const char *path, struct ambit_layered *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    *out = (struct ambit_layered){.count = 0};
    AMBIT_TRY(ambit_h5_open(path, "layers", &h5));
    AMBIT_TRY(get_entries(h5, out));
    AMBIT_TRY(get_accounts(h5, out));
done:
    ambit_h5_destroy(&h5);
    if (status != AMBIT_OK) ambit_layered_clear(out);
    return status;
}

static ambit_status read_at(const char *path, int index, bool whole, struct ambit_result *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    char group[32];
    ambit_farm_name_group(index, group);
    ambit_result_init(out);
    AMBIT_TRY(ambit_h5_open(path, "layers", &h5));
    AMBIT_TRY(ambit_h5_set_root(h5, group));
    AMBIT_TRY(whole ? ambit_result_get_whole(h5, out) : ambit_result_get_figures(h5, out));
done:
    ambit_h5_destroy(&h5);
    if (status != AMBIT_OK) ambit_result_clear(out);
    return status;
}

ambit_status ambit_layers_read_figures(const char *path, int index, struct ambit_result *result_out)
{
    return read_at(path, index, false, result_out);
}

ambit_status ambit_layers_read_one(const char *path, const char *name,
                                   struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    struct ambit_layered layers = {.count = 0};
    int index = 0;
    ambit_result_init(result_out);
    AMBIT_TRY(ambit_h5_open(path, "layers", &h5));
    AMBIT_TRY(get_entries(h5, &layers));
    AMBIT_TRY(ambit_farm_find(path, "layers", name, layers.entry, layers.count, &index));
    if (layers.entry[index].status == AMBIT_FARM_FAILED)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: layer '%s' has no plan: %s", path, name,
                             layers.entry[index].message));
    status = read_at(path, index, true, result_out);
done:
    ambit_h5_destroy(&h5);
    return status;
}

ambit_status ambit_layers_ask_name(struct ambit_h5 *h5)
{
    ambit_status status = AMBIT_OK;
    struct ambit_layered layers = {.count = 0};
    if (!is_of_layers(h5)) return AMBIT_OK;
    AMBIT_TRY(get_entries(h5, &layers));
    status = ambit_fail(AMBIT_ERR_INPUT,
                        "%s: expected a plan, found those of %d layers; name one, such as '%s:%s'",
                        ambit_h5_path(h5), layers.count, ambit_h5_path(h5), layers.entry[0].name);
done:
    return status;
}
