/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/layers.h"
#include "engine/base/memory.h"

void ambit_layers_clear(struct ambit_layer_terms *terms)
{
    for (int l = 0; l < terms->count; l++)
        ambit_free(&terms->item[l].file);
    ambit_free(&terms->item);
    *terms = (struct ambit_layer_terms){.at = -1};
}

uint32_t ambit_layers_settle(const struct ambit_layer_terms *terms, uint32_t asked)
{
    uint32_t taken = 0;
    for (int l = 0; l < terms->count; l++) {
        const enum ambit_layer_takes takes = terms->item[l].takes;
        const bool means = takes == AMBIT_TAKES_ALL || (takes == AMBIT_TAKES_REST && taken == 0) ||
                           (takes != AMBIT_TAKES_REST && (asked >> l & 1) != 0);
        if (means && (terms->overlay || taken == 0)) taken |= UINT32_C(1) << l;
    }
    return taken;
}

int ambit_layers_count(uint32_t mask)
{
    int count = 0;
    for (; mask != 0; mask &= mask - 1)
        count++;
    return count;
}

int ambit_layers_first(uint32_t mask)
{
    for (int l = 0; l < AMBIT_LAYER_MAX; l++)
        if ((mask >> l & 1) != 0) return l;
    return -1;
}
