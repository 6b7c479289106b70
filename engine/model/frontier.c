/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/frontier.h"
#include "engine/model/refusal.h"

#include <math.h>

void ambit_frontier_init(struct ambit_frontier *frontier)
{
    *frontier = (struct ambit_frontier){.knee = -1};
    for (int p = 0; p < AMBIT_FRONTIER_MAX; p++)
        ambit_result_init(&frontier->point[p].result);
}

void ambit_frontier_clear(struct ambit_frontier *frontier)
{
    for (int p = 0; p < AMBIT_FRONTIER_MAX; p++)
        ambit_result_clear(&frontier->point[p].result);
    ambit_refusal_destroy(&frontier->refusal);
    ambit_frontier_init(frontier);
}

double ambit_frontier_outside(const struct ambit_result *result)
{
    double sum = 0.0;
    for (int b = 0; b < result->band_count && !result->feasible; b++) {
        const struct ambit_result_band *const band = &result->band[b];
        for (int32_t j = 0; j < result->territory_count; j++) {
            const double below = band->lower[j] - band->value[j];
            const double above = band->value[j] - band->upper[j];
            const double out = fmax(fmax(below, above), 0.0);
            const double limit = below > above ? band->lower[j] : band->upper[j];
            const double whole = isfinite(band->target[j]) ? band->target[j] : limit;
            if (out > 0.0) sum += out / fmax(fabs(whole), 1e-9);
        }
    }
    return sum;
}

bool ambit_frontier_is_better(const struct ambit_frontier_point *a,
                              const struct ambit_frontier_point *b)
{
    if (a->result.feasible != b->result.feasible) return a->result.feasible;
    if (!a->result.feasible && a->outside != b->outside) return a->outside < b->outside;
    return a->result.objective < b->result.objective;
}

void ambit_frontier_mark_knee(struct ambit_frontier *frontier)
{
    const struct ambit_frontier_point *const point = frontier->point;
    int first = -1, last = -1;
    double furthest = 0.0;
    frontier->knee = -1;
    for (int p = 0; p < frontier->count; p++) {
        if (!point[p].result.feasible) continue;
        if (first < 0) first = p;
        last = p;
    }
    if (first < 0) return;
    const double moves = (double)(point[last].result.moved_count - point[first].result.moved_count);
    const double saved = (double)(point[first].result.objective - point[last].result.objective);
    if (!(moves > 0.0) || !(saved > 0.0)) return;
    for (int p = first + 1; p < last; p++) {
        const struct ambit_result *const r = &point[p].result;
        if (!r->feasible) continue;
        const double x = (double)(r->moved_count - point[first].result.moved_count) / moves;
        const double y = (double)(point[first].result.objective - r->objective) / saved;
        if (y - x <= furthest) continue;
        furthest = y - x;
        frontier->knee = p;
    }
}
