/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cost: one pass over the table beside those of the layers, and all ids, places and masks on rank
 * 0, which is what the joined file holds.
 */
#include "engine/run/layers_nation.h"
#include "engine/base/memory.h"
#include "engine/model/columns.h"
#include "engine/run/sort_accounts.h"
#include "io/accounts_layers.h"
#include "io/name_index.h"
#include "io/scenario_yaml.h"
#include "io/tables_csv.h"

#include <stdio.h>
#include <string.h>

/* The scenario of the first layer reads the table for all: they share it. As that layer does, it
 * reads no column that a plan does not ask for. */
static ambit_status make_reader(const struct ambit_variants *variants,
                                struct ambit_scenario *reader)
{
    const ambit_status status = ambit_variants_bind(variants, 0, reader);
    if (status != AMBIT_OK) return status;
    ambit_scenario_narrow(reader, AMBIT_USE_PLAN);
    reader->layers.at = -1;
    reader->territory_column[0] = '\0';
    reader->together.column[0] = '\0';
    return AMBIT_OK;
}

static void count_accounts(struct ambit_comm *comm, const struct ambit_accounts *a,
                           const uint32_t *mask, struct ambit_layered *out)
{
    int64_t taken[AMBIT_LAYER_MAX] = {0}, in[3] = {0};
    for (int32_t i = 0; i < a->count; i++) {
        const int layers = ambit_layers_count(mask[i]);
        in[layers > 1 ? 2 : layers]++;
        for (int l = 0; l < out->count; l++)
            taken[l] += mask[i] >> l & 1;
    }
    ambit_comm_sum_i64(comm, taken, AMBIT_LAYER_MAX);
    ambit_comm_sum_i64(comm, in, 3);
    out->in_none = in[0];
    out->in_one = in[1];
    out->in_several = in[2];
    for (int l = 0; l < out->count; l++)
        out->entry[l].accounts = taken[l];
}

static ambit_status gather(struct ambit_comm *comm, const struct ambit_accounts *a,
                           const uint32_t *mask, struct ambit_layered *out)
{
    ambit_status status = AMBIT_OK;
    int64_t *wide = NULL, all = 0;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&wide, (size_t)a->count, sizeof *wide));
    for (int32_t i = 0; i < a->count; i++)
        wide[i] = mask[i];
    AMBIT_TRY(ambit_comm_gather(comm, a->id, a->count, a->id_width, &out->id, &all));
    AMBIT_TRY(ambit_comm_gather(comm, a->lat, a->count, sizeof(double), &out->lat, &all));
    AMBIT_TRY(ambit_comm_gather(comm, a->lon, a->count, sizeof(double), &out->lon, &all));
    AMBIT_TRY(ambit_comm_gather(comm, wide, a->count, sizeof *wide, &out->mask, &all));
    out->account_count = a->total;
    out->id_width = a->id_width;
done:
    ambit_free(&wide);
    return status;
}

static ambit_status read_table(struct ambit_comm *comm, const struct ambit_run_options *options,
                               const struct ambit_scenario *reader, struct ambit_accounts *a)
{
    ambit_status status = AMBIT_OK;
    struct ambit_territories none = {0};
    struct ambit_bad_rows bad = {0}; /* the layers list them */
    struct ambit_rows_hash hash;
    int64_t rows = 0;
    AMBIT_TRY(ambit_read_accounts(reader, options->accounts_path, &none, comm,
                                  options->skip_bad_rows, a, &bad, &hash, &rows));
    AMBIT_TRY_TOGETHER(comm, ambit_filter_check(reader, a));
    AMBIT_TRY(ambit_sort_accounts(comm, ambit_job_slice_align(a->total, 1), a));
done:
    return status;
}

ambit_status ambit_layers_nation_read(struct ambit_comm *comm,
                                      const struct ambit_run_options *options,
                                      const struct ambit_variants *variants,
                                      struct ambit_layered *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario reader;
    struct ambit_accounts a = {0};
    uint32_t *mask = NULL;
    ambit_scenario_init(&reader);
    AMBIT_TRY_TOGETHER(comm, make_reader(variants, &reader));
    out->overlay = reader.layers.overlay;
    out->count = ambit_variants_count(variants);
    for (int l = 0; l < out->count; l++)
        (void)snprintf(out->entry[l].name, sizeof out->entry[l].name, "%s",
                       ambit_variants_name(variants, l));
    AMBIT_TRY(read_table(comm, options, &reader, &a));
    AMBIT_TRY(ambit_layers_mark(&reader, comm, &a, &mask));
    count_accounts(comm, &a, mask, out);
    if (out->in_none > 0 && reader.layers.refuse_none)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: layers: expected every account in a layer, found %lld in none; "
                             "let the last layer take the rest, or say in_none: told",
                             reader.path, (long long)out->in_none));
    AMBIT_TRY(gather(comm, &a, mask, out));
done:
    ambit_free(&mask);
    ambit_accounts_clear(&a);
    ambit_scenario_clear(&reader);
    return status;
}

/* ---- reps ---- */

/* Who serves where: reps of all layers read so far. */
struct roll {
    struct ambit_name_index index; /* into the arrays */
    char (*name)[AMBIT_NAME_MAX];  /* owned */
    int32_t *first_layer;          /* owned; that each was seen in; −1 where there are others */
    int32_t count, room;
};

/* A rep may serve in several layers: he has a territory in each, and the report adds them up. */
static void add_reps(const struct ambit_territories *t, int layer, struct ambit_layered *layered,
                     struct roll *roll)
{
    for (int32_t j = 0; j < t->count; j++) {
        const char *const rep = t->item[j].rep_id;
        if (rep[0] == '\0') continue;
        const int64_t known = ambit_name_index_find(&roll->index, rep, strlen(rep));
        if (known >= 0) {
            int32_t *const first = &roll->first_layer[known];
            layered->shared_reps += *first >= 0 && *first != layer;
            if (*first != layer) *first = -1;
            continue;
        }
        (void)snprintf(roll->name[roll->count], AMBIT_NAME_MAX, "%s", rep);
        (void)ambit_name_index_add(&roll->index, roll->name[roll->count], roll->count);
        roll->first_layer[roll->count++] = layer;
        layered->reps++;
    }
}

/* The reps of each layer; of one whose table is wrong there are none. */
static ambit_status read_reps(struct ambit_comm *comm, const struct ambit_run_options *options,
                              const struct ambit_variants *variants, int layer,
                              struct ambit_territories *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario s;
    struct ambit_bad_rows bad = {0};
    struct ambit_rows_hash hash;
    int64_t rows = 0;
    ambit_scenario_init(&s);
    AMBIT_TRY_TOGETHER(comm, ambit_variants_bind(variants, layer, &s));
    s.layers.at = -1;
    status = ambit_read_territories(&s, comm, options->skip_bad_rows, out, &bad, &hash, &rows);
    if (status == AMBIT_ERR_INPUT || status == AMBIT_ERR_IO) {
        ambit_error_clear(); /* its job will say it */
        status = AMBIT_OK;
    }
done:
    ambit_scenario_clear(&s);
    return status;
}

ambit_status ambit_layers_count_reps(struct ambit_comm *comm,
                                     const struct ambit_run_options *options,
                                     const struct ambit_variants *variants,
                                     struct ambit_layered *layered)
{
    ambit_status status = AMBIT_OK;
    struct ambit_territories reps[AMBIT_LAYER_MAX] = {{0}};
    struct roll roll = {.count = 0};
    for (int l = 0; l < layered->count; l++) {
        AMBIT_TRY(read_reps(comm, options, variants, l, &reps[l]));
        roll.room += reps[l].count;
    }
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&roll.name, (size_t)roll.room, sizeof *roll.name));
    AMBIT_TRY_TOGETHER(comm,
                       ambit_alloc(&roll.first_layer, (size_t)roll.room, sizeof *roll.first_layer));
    AMBIT_TRY_TOGETHER(comm, ambit_name_index_create(roll.room, &roll.index));
    for (int l = 0; l < layered->count; l++)
        add_reps(&reps[l], l, layered, &roll);
done:
    for (int l = 0; l < layered->count; l++)
        ambit_territories_clear(&reps[l]);
    ambit_name_index_clear(&roll.index);
    ambit_free(&roll.name);
    ambit_free(&roll.first_layer);
    return status;
}
