/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What calls for action: accounts in no territory or in several, every territory outside a band,
 * every one that travels too much, and every measure that differs too much between like
 * territories. What helps follows from the same data: neighbours with room inside the same band, or
 * accounts that a neighbour's centre is nearer to. Cost: territories × bands × neighbours.
 * Weakness: neighbours are looked at one step far; where they have no room, the engine sends
 * accounts through them, which no list of helpers can show.
 */
#include "engine/base/memory.h"
#include "engine/run/audit.h"

#include <math.h>
#include <stdlib.h>

#define TOLERANCE 1e-9 /* as the judge's */

/* How much a neighbour can take of a territory that is above, or give to one below. */
static double room_of(const struct ambit_result_band *band, int32_t j, bool is_above)
{
    return is_above ? band->upper[j] - band->value[j] : band->value[j] - band->lower[j];
}

/* Adds neighbour n to the best helpers so far; the first of equals stays before. */
static void add_helper(const struct ambit_result_band *band, int32_t n, struct ambit_trigger *t)
{
    const double room = room_of(band, n, t->is_above);
    int place = t->helper_count;
    if (!(room > 0.0)) return;
    t->room += room;
    while (place > 0 && room > room_of(band, t->helper[place - 1], t->is_above))
        place--;
    if (place == AMBIT_TRIGGER_HELPERS) return;
    if (t->helper_count < AMBIT_TRIGGER_HELPERS) t->helper_count++;
    for (int h = t->helper_count - 1; h > place; h--)
        t->helper[h] = t->helper[h - 1];
    t->helper[place] = n;
}

static bool find_band_trigger(const struct ambit_result *r, const struct ambit_kpi_shape *shape,
                              int b, int32_t j, struct ambit_trigger *t)
{
    const struct ambit_result_band *const band = &r->band[b];
    const double value = band->value[j], margin = TOLERANCE * fmax(fabs(value), 1.0);
    const double above = value - band->upper[j], below = band->lower[j] - value;
    if (!(fmax(above, below) > margin)) return false;
    *t = (struct ambit_trigger){.kind = AMBIT_TRIGGER_BAND,
                                .index = b,
                                .territory = j,
                                .is_above = above > below,
                                .value = value,
                                .amount = fmax(above, below)};
    t->limit = t->is_above ? band->upper[j] : band->lower[j];
    if (band->share_of >= 0) {
        t->outside = t->amount;
        t->amount = NAN; /* what must go is no fixed quantity: it changes both sides of a share */
        return true;
    }
    const double size = band->target[j] > 0.0 ? band->target[j] : fabs(t->limit);
    t->outside = size > 0.0 ? t->amount / size : t->amount;
    for (int32_t n = shape->neighbour_first[j]; n < shape->neighbour_first[j + 1]; n++)
        add_helper(band, shape->neighbour[n], t);
    return true;
}

/* Accounts that have not exactly one territory; those listed first have most work. */
static bool find_cover_trigger(enum ambit_trigger_kind kind, const struct ambit_cover_list *list,
                               struct ambit_trigger *t)
{
    if (list->count == 0) return false;
    *t = (struct ambit_trigger){.kind = kind,
                                .index = -1,
                                .territory = -1,
                                .is_above = true,
                                .value = (double)list->count,
                                .outside = (double)list->count,
                                .amount = NAN};
    return true;
}

/* Gaps and overlaps, bands in the scenario's order, then travel, then spreads; the worst first,
 * ties by name. */
static int compare_triggers(const void *a, const void *b)
{
    const struct ambit_trigger *const x = a, *const y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->kind == AMBIT_TRIGGER_BAND && x->index != y->index) return x->index < y->index ? -1 : 1;
    if (x->outside != y->outside) return x->outside > y->outside ? -1 : 1;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

ambit_status ambit_kpi_find_triggers(const struct ambit_result *r,
                                     const struct ambit_kpi_shape *shape, struct ambit_kpi *kpi)
{
    const struct ambit_figure *const travel = ambit_kpi_find(kpi, "travel_share");
    const size_t most =
        ((size_t)r->band_count + 1) * (size_t)r->territory_count + (size_t)kpi->balance_count + 2;
    struct ambit_trigger *t = NULL;
    const ambit_status status = ambit_alloc(&kpi->trigger, most, sizeof *kpi->trigger);
    if (status != AMBIT_OK) return status;
    t = kpi->trigger;
    t += find_cover_trigger(AMBIT_TRIGGER_GAPS, &kpi->cover.gaps, t);
    t += find_cover_trigger(AMBIT_TRIGGER_OVERLAPS, &kpi->cover.overlaps, t);
    for (int b = 0; b < r->band_count; b++)
        for (int32_t j = 0; j < r->territory_count; j++)
            t += find_band_trigger(r, shape, b, j, t);
    for (int32_t j = 0; j < r->territory_count && travel != NULL; j++) {
        if (!(travel->value[j] > AMBIT_TRAVEL_FLAG + TOLERANCE)) continue;
        *t++ = (struct ambit_trigger){.kind = AMBIT_TRIGGER_TRAVEL,
                                      .index = -1,
                                      .territory = j,
                                      .is_above = true,
                                      .value = travel->value[j],
                                      .limit = AMBIT_TRAVEL_FLAG,
                                      .outside = travel->value[j] - AMBIT_TRAVEL_FLAG,
                                      .amount = NAN};
    }
    for (int m = 0; m < kpi->balance_count; m++) {
        if (!(kpi->balance[m].spread > AMBIT_SPREAD_FLAG + TOLERANCE)) continue;
        *t++ = (struct ambit_trigger){.kind = AMBIT_TRIGGER_SPREAD,
                                      .index = m,
                                      .territory = -1,
                                      .is_above = true,
                                      .value = kpi->balance[m].spread,
                                      .limit = AMBIT_SPREAD_FLAG,
                                      .outside = kpi->balance[m].spread - AMBIT_SPREAD_FLAG,
                                      .amount = NAN};
    }
    kpi->trigger_count = t - kpi->trigger;
    qsort(kpi->trigger, (size_t)kpi->trigger_count, sizeof *kpi->trigger, compare_triggers);
    return AMBIT_OK;
}
