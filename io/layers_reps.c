/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cost: the figures of each plan are read once more, and the reps of all are sorted.
 */
#include "io/layers_reps.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_shares(const void *a, const void *b)
{
    const struct ambit_rep_share *const x = a, *const y = b;
    const int order = strcmp(x->rep, y->rep);
    if (order != 0) return order;
    return x->layer != y->layer ? x->layer - y->layer : strcmp(x->territory, y->territory);
}

/* The measure that a rep's year is made of; −1 where there is none in hours. */
static int find_hours(const struct ambit_result *plan)
{
    int travel = -1;
    for (int m = 0; m < plan->measure_count; m++) {
        if (strcmp(plan->measure[m].unit, "h") != 0) continue;
        if (strcmp(plan->measure[m].name, "travel") != 0) return m;
        travel = m;
    }
    return travel;
}

static double target_of(const struct ambit_result *plan, int measure, int32_t j)
{
    for (int b = 0; b < plan->band_count; b++)
        if (plan->band[b].measure == measure && plan->band[b].share_of < 0)
            return plan->band[b].target[j];
    return NAN;
}

static ambit_status add_layer(const struct ambit_result *plan, int layer,
                              struct ambit_layered *layered)
{
    ambit_status status = AMBIT_OK;
    const int measure = find_hours(plan);
    const size_t most = (size_t)layered->share_count + (size_t)plan->territory_count;
    AMBIT_TRY(ambit_resize(&layered->share, most, sizeof *layered->share));
    for (int32_t j = 0; j < plan->territory_count; j++) {
        const struct ambit_result_territory *const from = &plan->territories[j];
        struct ambit_rep_share *const to = &layered->share[layered->share_count];
        if (from->rep_id[0] == '\0') continue;
        *to = (struct ambit_rep_share){.layer = layer, .hours = NAN, .target = NAN};
        memcpy(to->rep, from->rep_id, sizeof to->rep);
        memcpy(to->territory, from->name, sizeof to->territory);
        if (measure >= 0) {
            to->hours = ambit_from_micro(plan->measure[measure].load[j]);
            to->target = target_of(plan, measure, j);
        }
        layered->share_count++;
    }
done:
    return status;
}

int64_t ambit_rep_shares_end(const struct ambit_layered *layered, int64_t first, double *hours_out,
                             double *target_out)
{
    const struct ambit_rep_share *const share = layered->share;
    double sum[2] = {0.0, 0.0};
    int64_t end = first, there[2] = {0, 0};
    for (; end < layered->share_count && strcmp(share[end].rep, share[first].rep) == 0; end++) {
        const double value[2] = {share[end].hours, share[end].target};
        for (int k = 0; k < 2; k++) {
            if (isnan(value[k])) continue;
            sum[k] += value[k];
            there[k]++;
        }
    }
    *hours_out = there[0] > 0 ? sum[0] : NAN;
    *target_out = there[1] > 0 ? sum[1] : NAN;
    return end;
}

/* Those with more than one layer. */
static void keep_shared(struct ambit_layered *layered)
{
    struct ambit_rep_share *const share = layered->share;
    int64_t kept = 0;
    double hours, target;
    for (int64_t first = 0, end; first < layered->share_count; first = end) {
        end = ambit_rep_shares_end(layered, first, &hours, &target);
        if (share[first].layer == share[end - 1].layer) continue;
        memmove(&share[kept], &share[first], (size_t)(end - first) * sizeof *share);
        kept += end - first;
    }
    layered->share_count = kept;
}

ambit_status ambit_layers_add_up_reps(const char *path, struct ambit_layered *layered)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result plan;
    ambit_result_init(&plan);
    for (int l = 0; l < layered->count && layered->shared_reps > 0; l++) {
        if (layered->entry[l].status == AMBIT_FARM_FAILED) continue;
        AMBIT_TRY(ambit_layers_read_figures(path, l, &plan));
        AMBIT_TRY(add_layer(&plan, l, layered));
        ambit_result_clear(&plan);
        ambit_result_init(&plan);
    }
    if (layered->share_count > 0)
        qsort(layered->share, (size_t)layered->share_count, sizeof *layered->share, compare_shares);
    keep_shared(layered);
done:
    ambit_result_clear(&plan);
    return status;
}
