/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A full scan with an insertion sort of the best few. Half of the list is by reduced cost and half
 * by distance: with the cheap ones alone, prices that are still far off would leave out the near
 * territories, and then no prices could bring them back. Ties go to the smaller index. Evaluating
 * a·d^b for every pair would cost most of a run, so the scan reads line hauls from a table and only
 * the chosen get their exact travel; of two that differ by less than a ten-thousandth either may
 * come first.
 */
#include "solvers/candidates.h"
#include "engine/base/memory.h"

#include "engine/model/geometry.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { WANTED_MAX = 64 };

ambit_status ambit_candidates_create(const struct ambit_problem *problem, int wanted,
                                     struct ambit_candidates *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_REQUIRE(wanted >= 1 && wanted <= WANTED_MAX);
    const int32_t territories = problem->territories->count;
    *out = (struct ambit_candidates){.per = wanted < territories ? wanted : territories,
                                     .count = problem->accounts->count};
    const size_t cells = (size_t)out->count * (size_t)out->per;
    AMBIT_TRY(ambit_alloc(&out->territory, cells, sizeof *out->territory));
    AMBIT_TRY(ambit_alloc(&out->travel, cells, sizeof *out->travel));
done:
    if (status != AMBIT_OK) ambit_candidates_clear(out);
    return status;
}

void ambit_candidates_clear(struct ambit_candidates *candidates)
{
    ambit_free(&candidates->territory);
    ambit_free(&candidates->travel);
    candidates->count = 0;
}

double ambit_reduced_cost(const struct ambit_problem *problem, const double *price, int32_t i,
                          int32_t j, int64_t travel)
{
    const int rules = problem->rule_count;
    const double *const p = &price[(size_t)j * (size_t)rules];
    double cost = (double)travel;
    for (int r = 0; r < rules; r++)
        cost +=
            p[r] * ((double)problem->base[r][i] + problem->rule[r].travel_weight * (double)travel);
    const int32_t previous = problem->accounts->previous[i];
    if (previous >= 0 && previous != j) cost += (double)problem->disruption;
    return cost;
}

/* A sorted list of the least few; ties to the one that came first. */
struct shortlist {
    int room, count;
    double key[WANTED_MAX];
    int32_t territory[WANTED_MAX];
};

static void offer(struct shortlist *list, double key, int32_t territory)
{
    if (list->count == list->room && !(key < list->key[list->room - 1])) return;
    int at = list->count < list->room ? list->count++ : list->room - 1;
    for (; at > 0 && list->key[at - 1] > key; at--) {
        list->key[at] = list->key[at - 1];
        list->territory[at] = list->territory[at - 1];
    }
    list->key[at] = key;
    list->territory[at] = territory;
}

static bool lists(const struct shortlist *list, int32_t territory)
{
    for (int k = 0; k < list->count; k++) {
        if (list->territory[k] == territory) return true;
    }
    return false;
}

/* Line-haul hours by squared chord, linear between knots at every 64th of an octave: within a
 * ten-thousandth of the curve, for choosing only. */
enum { OCTAVES = 52, KNOTS = 64 };

struct haul_table {
    double hours[OCTAVES * KNOTS + 1];
};

static double knot(int index)
{
    return ldexp(1.0 + (double)(index % KNOTS) / KNOTS, index / KNOTS + 3 - OCTAVES);
}

static void fill_table(const struct ambit_scenario *scenario, struct haul_table *table)
{
    for (int index = 0; index <= OCTAVES * KNOTS; index++)
        table->hours[index] = ambit_haul_hours(scenario, knot(index));
}

static double look_up(const struct haul_table *table, double chord2)
{
    uint64_t bits;
    const double x = fmin(fmax(chord2, ldexp(1.0, 3 - OCTAVES)), 4.0);
    memcpy(&bits, &x, sizeof bits);
    const uint64_t first = (uint64_t)(1023 + 3 - OCTAVES) * KNOTS;
    const uint64_t index = (bits >> 46) - first;
    const double part = (double)(bits & ((UINT64_C(1) << 46) - 1)) * 0x1p-46;
    return table->hours[index] + part * (table->hours[index + 1] - table->hours[index]);
}

/* The cheapest at these prices first, then the nearest that are not among them. */
static void choose(const struct ambit_problem *problem, const double *price,
                   const struct haul_table *table, int32_t i, int per, int32_t *territory_out)
{
    const struct ambit_accounts *accounts = problem->accounts;
    const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
    const double local = (double)accounts->local_travel[i], visits = (double)accounts->visits[i];
    struct shortlist cheap = {.room = (per + 1) / 2}, near = {.room = per};
    int count = 0;
    AMBIT_REQUIRE(cheap.room >= 1 && per <= WANTED_MAX && per <= problem->territories->count);
    for (int32_t j = 0; j < problem->territories->count; j++) {
        const double chord2 = ambit_chord2(place, problem->territories->item[j].position);
        const int64_t travel = (int64_t)(local + visits * look_up(table, chord2));
        offer(&cheap, ambit_reduced_cost(problem, price, i, j, travel), j);
        offer(&near, chord2, j);
    }
    for (; count < cheap.count; count++)
        territory_out[count] = cheap.territory[count];
    for (int k = 0; count < per; k++) {
        if (!lists(&cheap, near.territory[k])) territory_out[count++] = near.territory[k];
    }
}

void ambit_candidates_fill(const struct ambit_problem *problem, const double *price,
                           struct ambit_candidates *candidates)
{
    const int per = candidates->per;
    struct haul_table table;
    fill_table(problem->scenario, &table);
#pragma omp parallel for schedule(dynamic, 64)
    for (int32_t i = 0; i < candidates->count; i++)
        choose(problem, price, &table, i, per, &candidates->territory[(size_t)i * (size_t)per]);
    ambit_candidates_refresh(problem, candidates);
}

void ambit_candidates_refresh(const struct ambit_problem *problem,
                              struct ambit_candidates *candidates)
{
    const int per = candidates->per;
#pragma omp parallel for schedule(static)
    for (int32_t i = 0; i < candidates->count; i++) {
        for (int c = 0; c < per; c++) {
            const size_t at = (size_t)i * (size_t)per + (size_t)c;
            const double *centre = problem->territories->item[candidates->territory[at]].position;
            candidates->travel[at] =
                ambit_travel_of(problem->scenario, problem->accounts, i, centre);
        }
    }
}
