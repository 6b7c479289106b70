/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cost: a pass over the accounts, and one more for each layer that is a table of ids. The other
 * layers' tables of reps are read once by every layer, which is little beside its accounts.
 */
#include "io/accounts_layers.h"
#include "engine/base/memory.h"
#include "io/accounts_named.h"
#include "io/scenario_yaml.h"
#include "io/tables_csv.h"

#include <stdio.h>
#include <string.h>

ambit_status ambit_layers_mark(const struct ambit_scenario *s, struct ambit_comm *comm,
                               const struct ambit_accounts *a, uint32_t **mask_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_layer_terms *const terms = &s->layers;
    uint32_t *mask = NULL;
    bool *named = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&mask, (size_t)a->count, sizeof *mask));
    for (int l = 0; l < terms->count; l++) {
        const struct ambit_layer *const layer = &terms->item[l];
        if (layer->takes == AMBIT_TAKES_NAMED)
            AMBIT_TRY(ambit_named_accounts_find(s, layer->file, comm, a, &named));
        for (int32_t i = 0; i < a->count; i++) {
            const bool asked =
                layer->takes == AMBIT_TAKES_NAMED
                    ? named[i]
                    : layer->takes == AMBIT_TAKES_WHERE && ambit_filter_holds(&layer->where, a, i);
            mask[i] |= (uint32_t)asked << l;
        }
        ambit_free(&named);
    }
    for (int32_t i = 0; i < a->count; i++)
        mask[i] = ambit_layers_settle(terms, mask[i]);
done:
    ambit_free(&named);
    if (status != AMBIT_OK) ambit_free(&mask);
    *mask_out = mask;
    return status;
}

ambit_status ambit_layers_check_new(const struct ambit_scenario *s, const char *path,
                                    struct ambit_comm *comm, const struct ambit_accounts *a)
{
    const struct ambit_layer_terms *const terms = &s->layers;
    int64_t others = 0;
    int32_t first = -1;
    int at = 0;
    while (at < terms->count && strcmp(terms->item[at].name, s->changes.variant) != 0)
        at++;
    if (at == terms->count || terms->item[at].takes == AMBIT_TAKES_NAMED) return AMBIT_OK;
    for (int32_t i = 0; i < a->count; i++) {
        uint32_t asked = 0;
        for (int l = 0; l < terms->count; l++)
            asked |= (uint32_t)(terms->item[l].takes == AMBIT_TAKES_WHERE &&
                                ambit_filter_holds(&terms->item[l].where, a, i))
                     << l;
        if ((ambit_layers_settle(terms, asked) >> at & 1) != 0) continue;
        others++;
        if (first < 0) first = i;
    }
    int64_t all = others;
    ambit_comm_sum_i64(comm, &all, 1);
    ambit_status status = AMBIT_OK;
    if (first >= 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected accounts that the layer '%s' takes, found %lld that it "
                            "does not, the first '%.*s'; put them into a file for their own layer",
                            path, terms->item[at].name, (long long)all, (int)a->id_width,
                            a->id + (int64_t)first * a->id_width);
    return AMBIT_AGREE(comm, status);
}

static void add_gone(const char *name, struct ambit_territories *t)
{
    if (name[0] != '\0') (void)snprintf(t->gone[t->gone_count++], AMBIT_NAME_MAX, "%s", name);
}

static ambit_status know_layer(const struct ambit_scenario *s, int layer, struct ambit_comm *comm,
                               bool skip_bad_rows, struct ambit_territories *t)
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario other;
    struct ambit_territories theirs = {0};
    struct ambit_bad_rows bad = {0}; /* that layer lists its own */
    struct ambit_rows_hash hash;
    int64_t rows = 0;
    ambit_scenario_init(&other);
    AMBIT_TRY_TOGETHER(comm, ambit_scenario_parse_variant(s->path, s->text, strlen(s->text),
                                                          s->layers.item[layer].name, &other));
    other.layers.at = -1; /* its own names alone */
    AMBIT_TRY(ambit_read_territories(&other, comm, skip_bad_rows, &theirs, &bad, &hash, &rows));
    AMBIT_TRY_TOGETHER(
        comm,
        ambit_resize(&t->gone, (size_t)t->gone_count + 2 * (size_t)theirs.count, sizeof *t->gone));
    for (int32_t j = 0; j < theirs.count; j++) {
        add_gone(theirs.item[j].name, t);
        add_gone(theirs.item[j].rep_id, t);
    }
done:
    ambit_territories_clear(&theirs);
    ambit_scenario_clear(&other);
    return status;
}

ambit_status ambit_layers_know_others(const struct ambit_scenario *s, struct ambit_comm *comm,
                                      bool skip_bad_rows, struct ambit_territories *territories)
{
    ambit_status status = AMBIT_OK;
    for (int l = 0; l < s->layers.count && status == AMBIT_OK; l++)
        if (l != s->layers.at) status = know_layer(s, l, comm, skip_bad_rows, territories);
    return status;
}
