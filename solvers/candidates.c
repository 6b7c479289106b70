/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A full scan with an insertion sort of the best few. Half of the list is by reduced cost and half by
 * distance: with the cheap ones alone, prices that are still far off would leave out the near
 * territories, and then no prices could bring them back. Ties go to the smaller index. The scan costs
 * a drive-time evaluation a pair (about 40 ns with a·d^b) and is done a handful of times in a run.
 */
#include "solvers/candidates.h"
#include "engine/base/memory.h"

#include <stdbool.h>

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
        cost += p[r] * ((double)problem->base[r][i] +
                        problem->rule[r].travel_weight * (double)travel);
    const int32_t previous = problem->accounts->previous[i];
    if (previous >= 0 && previous != j) cost += (double)problem->disruption;
    return cost;
}

/* A sorted list of the least few; ties to the one that came first. */
struct shortlist {
    int room, count;
    double key[WANTED_MAX];
    int32_t territory[WANTED_MAX];
    int64_t travel[WANTED_MAX];
};

static void offer(struct shortlist *list, double key, int32_t territory, int64_t travel)
{
    if (list->count == list->room && !(key < list->key[list->room - 1])) return;
    int at = list->count < list->room ? list->count++ : list->room - 1;
    for (; at > 0 && list->key[at - 1] > key; at--) {
        list->key[at] = list->key[at - 1];
        list->territory[at] = list->territory[at - 1];
        list->travel[at] = list->travel[at - 1];
    }
    list->key[at] = key;
    list->territory[at] = territory;
    list->travel[at] = travel;
}

static bool lists(const struct shortlist *list, int32_t territory)
{
    for (int k = 0; k < list->count; k++) {
        if (list->territory[k] == territory) return true;
    }
    return false;
}

/* The cheapest at these prices first, then the nearest that are not among them. */
static void choose(const struct ambit_problem *problem, const double *price, int32_t i, int per,
                   int32_t *territory_out, int64_t *travel_out)
{
    struct shortlist cheap = {.room = per}, near = {.room = per};
    int count = 0;
    for (int32_t j = 0; j < problem->territories->count; j++) {
        const int64_t travel = ambit_travel_of(problem->scenario, problem->accounts, i,
                                               problem->territories->item[j].position);
        offer(&cheap, ambit_reduced_cost(problem, price, i, j, travel), j, travel);
        offer(&near, (double)travel, j, travel);
    }
    cheap.count = (per + 1) / 2;
    for (; count < cheap.count; count++) {
        territory_out[count] = cheap.territory[count];
        travel_out[count] = cheap.travel[count];
    }
    for (int k = 0; count < per; k++) {
        if (lists(&cheap, near.territory[k])) continue;
        territory_out[count] = near.territory[k];
        travel_out[count++] = near.travel[k];
    }
}

void ambit_candidates_fill(const struct ambit_problem *problem, const double *price,
                           struct ambit_candidates *candidates)
{
    const int per = candidates->per;
#pragma omp parallel for schedule(dynamic, 64)
    for (int32_t i = 0; i < candidates->count; i++) {
        const size_t at = (size_t)i * (size_t)per;
        choose(problem, price, i, per, &candidates->territory[at],
               &candidates->travel[at]);
    }
}

void ambit_candidates_refresh(const struct ambit_problem *problem,
                              struct ambit_candidates *candidates)
{
    const int per = candidates->per;
#pragma omp parallel for schedule(static)
    for (int32_t i = 0; i < candidates->count; i++) {
        for (int c = 0; c < per; c++) {
            const size_t at = (size_t)i * (size_t)per + (size_t)c;
            const double *centre =
                problem->territories->item[candidates->territory[at]].position;
            candidates->travel[at] =
                ambit_travel_of(problem->scenario, problem->accounts, i, centre);
        }
    }
}
