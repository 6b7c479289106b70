/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The median is sought by descent: try the accounts nearest to the present centre, move to the
 * best, and again until it stays. Travel rises with distance and territories are compact, so a few
 * rounds reach an account that no near one beats by more than a hundred-thousandth.
 */
#include "solvers/centres.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/haul_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Visits are micro-units: / 2^10 keeps sums of 2^62 / 2^10 × 2^20 within range per unit vector. */
#define PLACE_SCALE 0x1p10

void ambit_centroid_sums(const struct ambit_accounts *accounts, const int32_t *label,
                         int64_t *sums_inout)
{
    for (int32_t i = 0; i < accounts->count; i++) {
        if (label[i] < 0) continue;
        int64_t *const sum = &sums_inout[4 * (int64_t)label[i]];
        const double weight = (double)accounts->visits[i] / 1024.0 + 1.0;
        sum[0] += 1;
        sum[1] += (int64_t)llrint(weight * accounts->x[i] * PLACE_SCALE);
        sum[2] += (int64_t)llrint(weight * accounts->y[i] * PLACE_SCALE);
        sum[3] += (int64_t)llrint(weight * accounts->z[i] * PLACE_SCALE);
    }
}

bool ambit_centroid_place(const int64_t *sums, double *lat_out, double *lon_out,
                          double position_out[3])
{
    const double x = (double)sums[1], y = (double)sums[2], z = (double)sums[3];
    const double length = sqrt(x * x + y * y + z * z);
    if (sums[0] == 0 || !(length > 0.0)) return false;
    /* Through degrees and back: what is stored in degrees gives the same bits when read again. */
    const double unit[3] = {x / length, y / length, z / length};
    ambit_degrees_from_unit(unit, lat_out, lon_out);
    ambit_unit_from_degrees(*lat_out, *lon_out, position_out);
    return true;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct ambit_median_candidate *x = a, *y = b;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    if (x->chord2 != y->chord2) return x->chord2 < y->chord2 ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

int64_t ambit_median_merge(struct ambit_median_candidate *candidates, int64_t count)
{
    int64_t kept = 0, in_territory = 0;
    if (count > 0) qsort(candidates, (size_t)count, sizeof *candidates, compare_candidates);
    for (int64_t c = 0; c < count; c++) {
        if (c == 0 || candidates[c].territory != candidates[c - 1].territory) in_territory = 0;
        if (in_territory++ < AMBIT_MEDIAN_TRIED) candidates[kept++] = candidates[c];
    }
    return kept;
}

/* Puts a candidate into the sorted list of its territory where it is among the nearest. */
static void keep_near(struct ambit_median_candidate *list, int32_t *count,
                      const struct ambit_median_candidate *next)
{
    int32_t at = *count;
    if (at == AMBIT_MEDIAN_TRIED && compare_candidates(next, &list[at - 1]) > 0) return;
    if (at == AMBIT_MEDIAN_TRIED)
        at--;
    else
        ++*count;
    for (; at > 0 && compare_candidates(next, &list[at - 1]) < 0; at--)
        list[at] = list[at - 1];
    list[at] = *next;
}

ambit_status ambit_median_nearest(const struct ambit_accounts *accounts,
                                  const struct ambit_territories *territories, const int32_t *label,
                                  const bool *wanted, struct ambit_median_candidate **out,
                                  int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_median_candidate *list = NULL;
    int32_t *found = NULL;
    int64_t count = 0;
    const size_t n = (size_t)territories->count;
    AMBIT_TRY(ambit_alloc(&list, n * AMBIT_MEDIAN_TRIED, sizeof *list));
    AMBIT_TRY(ambit_alloc(&found, n, sizeof *found));
    for (int32_t i = 0; i < accounts->count; i++) {
        const int32_t j = label[i];
        if (!wanted[j]) continue;
        const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
        const struct ambit_median_candidate next = {
            .territory = j,
            .index = accounts->first + i,
            .chord2 = ambit_chord2(place, territories->item[j].position),
            .lat = accounts->lat[i],
            .lon = accounts->lon[i],
            .position = {place[0], place[1], place[2]},
        };
        keep_near(&list[(size_t)j * AMBIT_MEDIAN_TRIED], &found[j], &next);
    }
    for (size_t j = 0; j < n; j++) {
        for (int32_t k = 0; k < found[j]; k++)
            list[count++] = list[j * AMBIT_MEDIAN_TRIED + (size_t)k];
    }
    *count_out = count;
    *out = list;
    list = NULL;
done:
    ambit_free(&list);
    ambit_free(&found);
    return status;
}

ambit_status ambit_median_costs(const struct ambit_problem *problem, const int32_t *label,
                                const struct ambit_median_candidate *candidates, int64_t count,
                                int64_t *cost_inout)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *accounts = problem->accounts;
    const int32_t territories = problem->territories->count;
    struct ambit_haul_table *table = NULL;
    int64_t *first = NULL;
    AMBIT_TRY(ambit_alloc(&table, 1, sizeof *table));
    AMBIT_TRY(ambit_alloc(&first, (size_t)territories + 1, sizeof *first));
    ambit_haul_table_fill(problem->scenario, table);
    for (int64_t c = 0; c < count; c++)
        first[candidates[c].territory + 1] = c + 1;
    for (int32_t j = 0; j < territories; j++) {
        if (first[j + 1] < first[j]) first[j + 1] = first[j];
    }
#pragma omp parallel for schedule(static)
    for (int32_t i = 0; i < accounts->count; i++) {
        const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
        for (int64_t c = first[label[i]]; c < first[label[i] + 1]; c++) {
            const double chord2 = ambit_chord2(place, candidates[c].position);
            const double haul = ambit_haul_between(table, chord2);
            const int64_t cost = (int64_t)llrint((double)accounts->visits[i] * haul);
#pragma omp atomic
            cost_inout[c] += cost;
        }
    }
done:
    ambit_free(&table);
    ambit_free(&first);
    return status;
}
