/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A full scan with an insertion sort of the best few. Ties go to the smaller index. The scan costs a
 * drive-time evaluation a pair (about 40 ns with a·d^b) and is done a handful of times in a run.
 */
#include "solvers/candidates.h"
#include "engine/base/memory.h"

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

double ambit_reduced_cost(const struct ambit_problem *problem, const double *price, bool with_cost,
                          int32_t i, int32_t j, int64_t travel)
{
    const int rules = problem->rule_count;
    const double *const p = &price[(size_t)j * (size_t)rules];
    double cost = 0.0;
    for (int r = 0; r < rules; r++)
        cost += p[r] * ((double)problem->base[r][i] +
                        problem->rule[r].travel_weight * (double)travel);
    if (!with_cost) return cost;
    const int32_t previous = problem->accounts->previous[i];
    if (previous >= 0 && previous != j) cost += (double)problem->disruption;
    return cost + (double)travel;
}

static void choose(const struct ambit_problem *problem, const double *price, bool with_cost,
                   int32_t i, int per, int32_t *territory, int64_t *travel)
{
    double best[WANTED_MAX];
    int found = 0;
    for (int32_t j = 0; j < problem->territories->count; j++) {
        const int64_t t = ambit_travel_of(problem->scenario, problem->accounts, i,
                                          problem->territories->item[j].position);
        const double cost = ambit_reduced_cost(problem, price, with_cost, i, j, t);
        if (found == per && cost >= best[per - 1]) continue;
        int at = found < per ? found++ : per - 1;
        for (; at > 0 && best[at - 1] > cost; at--) {
            best[at] = best[at - 1];
            territory[at] = territory[at - 1];
            travel[at] = travel[at - 1];
        }
        best[at] = cost;
        territory[at] = j;
        travel[at] = t;
    }
}

void ambit_candidates_fill(const struct ambit_problem *problem, const double *price, bool with_cost,
                           struct ambit_candidates *candidates)
{
    const int per = candidates->per;
#pragma omp parallel for schedule(dynamic, 64)
    for (int32_t i = 0; i < candidates->count; i++) {
        const size_t at = (size_t)i * (size_t)per;
        choose(problem, price, with_cost, i, per, &candidates->territory[at],
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
