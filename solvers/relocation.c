/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/relocation.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "solvers/cluster_search.h"

#include <string.h>

enum { NEAR = 40, TRIES_PER_TERRITORY = 200 };

struct work {
    const struct ambit_relocation *relocation;
    struct ambit_cluster_problem problem;
    struct ambit_haul_table *haul; /* owned */
    double *cost;                  /* owned; dense */
    int64_t *base, *low, *high;    /* owned; [rule × cells + cell] */
    int32_t *median, *old_median;  /* owned; cells: median of each, in the end and today */
    int32_t *old_owner;            /* owned; cells: index of the territory that has it today */
};

static int rules_of(const struct work *work)
{
    return work->relocation->problem->rule_count;
}

static ambit_status open_work(struct work *work)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_relocation *const relocation = work->relocation;
    const size_t n = (size_t)relocation->cell_count, rules = (size_t)rules_of(work);
    AMBIT_TRY(ambit_alloc(&work->haul, 1, sizeof *work->haul));
    AMBIT_TRY(ambit_alloc(&work->cost, n * n, sizeof *work->cost));
    AMBIT_TRY(ambit_alloc(&work->base, rules * n, sizeof *work->base));
    AMBIT_TRY(ambit_alloc(&work->low, rules * n, sizeof *work->low));
    AMBIT_TRY(ambit_alloc(&work->high, rules * n, sizeof *work->high));
    AMBIT_TRY(ambit_alloc(&work->median, n, sizeof *work->median));
    AMBIT_TRY(ambit_alloc(&work->old_median, n, sizeof *work->old_median));
    AMBIT_TRY(ambit_alloc(&work->old_owner, n, sizeof *work->old_owner));
done:
    return status;
}

static void close_work(struct work *work)
{
    ambit_free(&work->haul);
    ambit_free(&work->cost);
    ambit_free(&work->base);
    ambit_free(&work->low);
    ambit_free(&work->high);
    ambit_free(&work->median);
    ambit_free(&work->old_median);
    ambit_free(&work->old_owner);
}

static void fill_costs(struct work *work)
{
    const struct ambit_relocation *const relocation = work->relocation;
    const size_t n = (size_t)relocation->cell_count;
    ambit_haul_table_fill(relocation->problem->scenario, work->haul);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++)
            work->cost[j * n + i] =
                ambit_cell_travel(work->haul, &relocation->cell[i], relocation->cell[j].position);
    }
}

static struct ambit_cluster_rule compile_rule(struct work *work, int r)
{
    const struct ambit_relocation *const relocation = work->relocation;
    const size_t n = (size_t)relocation->cell_count;
    int64_t *const base = &work->base[(size_t)r * n], *const low = &work->low[(size_t)r * n],
                   *const high = &work->high[(size_t)r * n];
    const bool has_low = isfinite(relocation->low[r]), has_high = isfinite(relocation->high[r]);
    for (size_t i = 0; i < n; i++) {
        base[i] = relocation->cell[i].base[r];
        low[i] = has_low ? llrint(relocation->low[r]) : 0;
        high[i] = has_high ? llrint(relocation->high[r]) : 0;
    }
    return (struct ambit_cluster_rule){.base = base,
                                       .travel_weight = relocation->problem->rule[r].travel_weight,
                                       .low = has_low ? low : NULL,
                                       .high = has_high ? high : NULL,
                                       .scale = relocation->scale[r]};
}

/* The plan of today: each territory's cells go to the one of them that is nearest to its centre. */
static void set_plan(struct work *work)
{
    const struct ambit_relocation *const relocation = work->relocation;
    for (int32_t first = 0, t = 0; first < relocation->cell_count;) {
        const int32_t territory = relocation->cell[first].territory;
        const double *const centre = relocation->problem->territories->item[territory].position;
        int32_t end = first, nearest = first;
        double least = INFINITY;
        while (relocation->territory[t] != territory)
            t++;
        for (; end < relocation->cell_count && relocation->cell[end].territory == territory;
             end++) {
            const double chord2 = ambit_chord2(relocation->cell[end].position, centre);
            if (chord2 < least) nearest = end;
            least = fmin(least, chord2);
        }
        for (; first < end; first++) {
            work->median[first] = work->old_median[first] = nearest;
            work->old_owner[first] = t;
        }
    }
}

/* Which territory each new cluster is: the pairs that share most visits first. */
static void match(const struct work *work, struct ambit_relocation_outcome *outcome)
{
    const struct ambit_relocation *const relocation = work->relocation;
    const int count = relocation->territory_count;
    int32_t site[AMBIT_GROUPING_MAX] = {0}, sites = 0;
    double shared[AMBIT_GROUPING_MAX][AMBIT_GROUPING_MAX] = {{0.0}};
    for (int32_t i = 0; i < relocation->cell_count; i++) {
        int32_t s = 0;
        while (s < sites && site[s] != work->median[i])
            s++;
        if (s == sites) site[sites++] = work->median[i];
        shared[s][work->old_owner[i]] += 1.0 + (double)relocation->cell[i].visits;
    }
    for (int t = 0; t < count; t++)
        outcome->cell[t] = -1;
    for (int pairs = 0; pairs < sites; pairs++) {
        int best_s = 0, best_t = 0;
        for (int s = 0; s < sites; s++) {
            for (int t = 0; t < count; t++) {
                if (shared[s][t] > shared[best_s][best_t]) {
                    best_s = s;
                    best_t = t;
                }
            }
        }
        outcome->cell[best_t] = site[best_s];
        for (int k = 0; k < AMBIT_GROUPING_MAX; k++)
            shared[k][best_t] = shared[best_s][k] = -1.0;
    }
    for (int32_t i = 0; i < relocation->cell_count; i++) {
        int32_t *const to = &outcome->cell[work->old_owner[i]];
        if (*to == work->old_median[i]) *to = -1;
    }
}

ambit_status ambit_relocation_find(const struct ambit_relocation *relocation,
                                   struct ambit_relocation_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct work work = {.relocation = relocation};
    const int32_t n = relocation->cell_count;
    struct ambit_cluster_search *search = NULL;
    memset(outcome_out, 0, sizeof *outcome_out);
    AMBIT_TRY(open_work(&work));
    fill_costs(&work);
    work.problem = (struct ambit_cluster_problem){.count = n,
                                                  .centre_count = relocation->territory_count,
                                                  .cost = work.cost,
                                                  .rule_count = rules_of(&work)};
    for (int r = 0; r < rules_of(&work); r++)
        work.problem.rule[r] = compile_rule(&work, r);
    set_plan(&work);
    const struct ambit_cluster_search_limits limits = {
        .near = NEAR, .tries = (int64_t)TRIES_PER_TERRITORY * relocation->territory_count};
    outcome_out->cost = ambit_cluster_cost(&work.problem, work.median);
    AMBIT_TRY(ambit_cluster_search_create(&work.problem, &search));
    ambit_cluster_search_set(search, work.median);
    outcome_out->gain = ambit_cluster_search_place(search, &limits);
    ambit_cluster_search_get(search, work.median);
    match(&work, outcome_out);
done:
    ambit_cluster_search_destroy(&search);
    close_work(&work);
    return status;
}
