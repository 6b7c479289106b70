/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plans of all layers in one HDF5 file:
 *
 *     /                     attributes: model, and how many accounts are in one layer, in several,
 *                           in none
 *     /accounts             every account in canonical order, with the join: layers (bit l for the
 *                           layer with index l), layer (the first), and territory_0001, … (in each
 *                           layer: an index into its /territories, −1 where it has none)
 *     /scenarios            a table of the layers, as of a farm's scenarios (farm_hdf5.h)
 *     /scenarios/0001       the first layer, laid out as a result (result_layout.h)
 *
 * so that FILE.h5:LAYER is a result like any other. Local; called on rank 0. Cost: an account's
 * place and columns stand once for each of its layers, and once beside them.
 */
#ifndef AMBIT_LAYERS_HDF5_H
#define AMBIT_LAYERS_HDF5_H

#include "engine/model/layers.h"
#include "io/farm_hdf5.h"

struct ambit_rep_share; /* layers_reps.h */

/* Layers, how they ended, and who is where. */
struct ambit_layered {
    bool overlay;
    int count;
    struct ambit_farm_entry entry[AMBIT_LAYER_MAX]; /* accounts: those that it takes, always */
    int64_t in_one, in_several, in_none;            /* accounts */
    int64_t reps, shared_reps; /* of all layers, each once; and those with more than one layer */

    int64_t share_count;
    struct ambit_rep_share *share; /* owned; what those have; not in the file, which it is from */

    int64_t account_count;
    int32_t id_width;
    char *id;                            /* owned; account_count × id_width, NUL-padded */
    double *lat, *lon;                   /* owned; degrees */
    int64_t *mask;                       /* owned; the layers of each account, a bit for each */
    int32_t *territory[AMBIT_LAYER_MAX]; /* owned; in each layer, or −1 */
};
void ambit_layered_clear(struct ambit_layered *layered);

/* Sets layered->territory[layer] from the plan of that layer. Errors: AMBIT_ERR_MEMORY;
 * AMBIT_ERR_INTERNAL where it has other accounts than its layer takes. */
ambit_status ambit_layers_join(struct ambit_layered *layered, const struct ambit_result *plan,
                               int layer) AMBIT_CHECKED;

/* Joins the results at part[l], of the layers that have a plan, into layered->territory and the
 * file at `path`, which is written beside its name and renamed. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY, AMBIT_ERR_INTERNAL where a part has other accounts than its layer takes. */
ambit_status ambit_layers_write(const char *path, struct ambit_layered *layered,
                                char *const *part) AMBIT_CHECKED;

/* True where there is a file of layers at `path`, which names none of them. */
bool ambit_layers_are_in(const char *path);

/* All of the above but the plans. Errors: AMBIT_ERR_INPUT where the file is damaged; AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_layers_read(const char *path, struct ambit_layered *out) AMBIT_CHECKED;

/* The result of one layer. Errors as for ambit_farm_read(). */
ambit_status ambit_layers_read_one(const char *path, const char *name,
                                   struct ambit_result *result_out) AMBIT_CHECKED;

/* The figures of layer `index` without its accounts: territories and reps. Errors as above. */
ambit_status ambit_layers_read_figures(const char *path, int index,
                                       struct ambit_result *result_out) AMBIT_CHECKED;

/* Fails with AMBIT_ERR_INPUT where the file is one of layers: whoever reads it must name one. */
struct ambit_h5;
ambit_status ambit_layers_ask_name(struct ambit_h5 *h5) AMBIT_CHECKED;

#endif
