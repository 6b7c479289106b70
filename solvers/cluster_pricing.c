/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/cluster_pricing.h"
#include "engine/base/memory.h"
#include "solvers/knapsack.h"

#include <stdlib.h>

enum { KNAPSACK_NODE_MAX = 20000 };

ambit_status ambit_cluster_pricing_create(int32_t count, struct ambit_cluster_pricing *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)count;
    *out = (struct ambit_cluster_pricing){0};
    AMBIT_TRY(ambit_alloc(&out->site_value, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->site_first, n + 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->member, n * n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->order, n + 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->item, n, sizeof(struct ambit_knapsack_item)));
done:
    if (status != AMBIT_OK) ambit_cluster_pricing_clear(out);
    return status;
}

void ambit_cluster_pricing_clear(struct ambit_cluster_pricing *pricing)
{
    ambit_free(&pricing->site_value);
    ambit_free(&pricing->site_first);
    ambit_free(&pricing->member);
    ambit_free(&pricing->order);
    ambit_free(&pricing->item);
}

/* The best cluster of site j: its value, and its members appended at `at`; returns where they end.
 */
static int32_t price_site(const struct ambit_cluster_problem *problem, const double *lambda,
                          int32_t j, struct ambit_cluster_pricing *pricing, int32_t at)
{
    const double *const cost = &problem->cost[(size_t)j * (size_t)problem->count];
    struct ambit_knapsack_item *const item = pricing->item;
    const int64_t capacity = problem->rule[0].high[j];
    int32_t items = 0;
    int64_t weight = 0;
    double value = 0.0;
    for (int32_t i = 0; i < problem->count; i++) {
        const double gain = lambda[i] - cost[i];
        if (gain <= 0.0 || problem->rule[0].base[i] > capacity) continue;
        item[items++] = (struct ambit_knapsack_item){gain, problem->rule[0].base[i], i, true};
        weight += problem->rule[0].base[i];
        value += gain;
    }
    /* A search cut short leaves the bound above the members' value: the bound counts. */
    if (weight > capacity) value = ambit_knapsack(item, items, capacity, KNAPSACK_NODE_MAX, &value);
    for (int32_t k = 0; k < items; k++) {
        if (item[k].taken) pricing->member[at++] = item[k].id;
    }
    pricing->site_value[j] = -value;
    return at;
}

struct ranked {
    double value;
    int32_t site;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->site < y->site ? -1 : x->site > y->site;
}

void ambit_cluster_pricing_run(const struct ambit_cluster_problem *problem, const double *lambda,
                               const bool *allowed, struct ambit_cluster_pricing *pricing)
{
    const int32_t n = problem->count;
    struct ranked *const ranked = (struct ranked *)(void *)pricing->item;
    int32_t at = 0, sites = 0;
    for (int32_t j = 0; j < n; j++) {
        pricing->site_first[j] = at;
        pricing->site_value[j] = 0.0;
        if (allowed == NULL || allowed[j]) at = price_site(problem, lambda, j, pricing, at);
    }
    pricing->site_first[n] = at;
    for (int32_t j = 0; j < n; j++) {
        if (allowed == NULL || allowed[j])
            ranked[sites++] = (struct ranked){pricing->site_value[j], j};
    }
    qsort(ranked, (size_t)sites, sizeof *ranked, compare_ranked);
    pricing->bound = 0.0;
    pricing->last = 0.0;
    for (int32_t i = 0; i < n; i++)
        pricing->bound += lambda[i];
    for (int32_t k = 0; k < sites; k++) {
        pricing->order[k] = ranked[k].site;
        if (k >= problem->centre_count) continue;
        pricing->bound += ranked[k].value;
        pricing->last = ranked[k].value;
    }
}
