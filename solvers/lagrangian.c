/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subgradient ascent (Held, Wolfe, Crowder 1974) along a running mean of subgradients (Camerini,
 * Fratta, Maffioli 1975), its steps shortened where the bound stands still. An account is worth
 * nothing to a site that is dearer than its reward, so that a site looks at its nearest accounts
 * only, and at the few elsewhere whose reward reaches beyond the list. Knapsacks of few items are
 * solved exactly, those of many by Dantzig's bound, which is a relaxation, and with many items a
 * tight one. Cost: sites × accounts listed a step, and accounts² once.
 */
#include "solvers/lagrangian.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "solvers/knapsack.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { EXACT_MAX = 96, NODE_MAX = 4000, STILL_MAX = 15 };
#define STEP_SHRINK 0.7
#define MEAN_WEIGHT 0.3 /* of the newest subgradient */

struct ranked {
    double key;
    int32_t id;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* How many of a site's nearest are listed: a cluster's worth several times over. */
static int32_t listed(const struct ambit_instance *instance)
{
    const int64_t share = instance->count / instance->centre_count;
    const int64_t wanted = 5 * share + 60;
    return wanted < instance->count ? (int32_t)wanted : instance->count;
}

/* The accounts nearest to site j, in `ranked`, a workspace of one entry an account. */
static void list_nearest(struct ambit_lagrangian *lagrangian, int32_t j, struct ranked *ranked)
{
    const int32_t n = lagrangian->instance->count, near = lagrangian->near;
    const size_t first = (size_t)j * (size_t)near;
    for (int32_t i = 0; i < n; i++)
        ranked[i] = (struct ranked){ambit_instance_cost(lagrangian->instance, i, j), i};
    qsort(ranked, (size_t)n, sizeof *ranked, compare_ranked);
    for (int32_t k = 0; k < near; k++) {
        lagrangian->account[first + (size_t)k] = ranked[k].id;
        lagrangian->cost[first + (size_t)k] = ranked[k].key;
    }
}

static ambit_status list_all(struct ambit_lagrangian *lagrangian)
{
    const int32_t n = lagrangian->instance->count;
    struct ranked *ranked = NULL;
    const size_t room = (size_t)lagrangian->threads * (size_t)n;
    const ambit_status status = ambit_alloc(&ranked, room, sizeof *ranked);
    if (status != AMBIT_OK) return status;
#pragma omp parallel for schedule(dynamic, 16) num_threads(lagrangian->threads)
    for (int32_t j = 0; j < n; j++)
        list_nearest(lagrangian, j, &ranked[(size_t)omp_get_thread_num() * (size_t)n]);
    ambit_free(&ranked);
    return AMBIT_OK;
}

ambit_status ambit_lagrangian_create(const struct ambit_instance *instance,
                                     struct ambit_lagrangian *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)instance->count;
    *out = (struct ambit_lagrangian){.instance = instance,
                                     .near = listed(instance),
                                     .bound = -INFINITY,
                                     .scale = 1.0,
                                     .threads = omp_get_max_threads()};
    const size_t cells = n * (size_t)out->near;
    AMBIT_TRY(ambit_alloc(&out->account, cells, sizeof *out->account));
    AMBIT_TRY(ambit_alloc(&out->cost, cells, sizeof *out->cost));
    AMBIT_TRY(ambit_alloc(&out->lambda, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->best_lambda, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->direction, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->site_value, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->dear, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->order, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&out->item, (size_t)out->threads * n, sizeof *out->item));
    AMBIT_TRY(list_all(out));
done:
    if (status != AMBIT_OK) ambit_lagrangian_clear(out);
    return status;
}

void ambit_lagrangian_clear(struct ambit_lagrangian *lagrangian)
{
    ambit_free(&lagrangian->account);
    ambit_free(&lagrangian->cost);
    ambit_free(&lagrangian->lambda);
    ambit_free(&lagrangian->best_lambda);
    ambit_free(&lagrangian->direction);
    ambit_free(&lagrangian->site_value);
    ambit_free(&lagrangian->dear);
    ambit_free(&lagrangian->order);
    ambit_free(&lagrangian->item);
}

/* The ids 0 … count − 1 by sign × key, then id. */
static ambit_status rank_by(const double *key, double sign, int32_t count, int32_t *id_out)
{
    struct ranked *ranked = NULL;
    const ambit_status status = ambit_alloc(&ranked, (size_t)count, sizeof *ranked);
    if (status != AMBIT_OK) return status;
    for (int32_t k = 0; k < count; k++)
        ranked[k] = (struct ranked){sign * key[k], k};
    qsort(ranked, (size_t)count, sizeof *ranked, compare_ranked);
    for (int32_t k = 0; k < count; k++)
        id_out[k] = ranked[k].id;
    ambit_free(&ranked);
    return AMBIT_OK;
}

/* The accounts that gain by being served from site j at the rewards, and are not `gone` (may be
 * NULL). An account that costs just the list's reach may be counted twice: the bound stays valid.
 */
static int32_t gather(const struct ambit_lagrangian *lagrangian, const double *lambda,
                      const bool *gone, int32_t j, struct ambit_knapsack_item *item)
{
    const struct ambit_instance *const instance = lagrangian->instance;
    const size_t first = (size_t)j * (size_t)lagrangian->near;
    const int32_t *const account = &lagrangian->account[first];
    const double *const cost = &lagrangian->cost[first];
    const double dearest = lambda[lagrangian->dear[0]], reach = cost[lagrangian->near - 1];
    int32_t items = 0;
    for (int32_t k = 0; k < lagrangian->near && cost[k] < dearest; k++) {
        const int32_t i = account[k];
        const double gain = lambda[i] - cost[k];
        if (gain <= 0.0 || instance->demand[i] > instance->capacity[j]) continue;
        if (gone != NULL && gone[i]) continue;
        item[items++] = (struct ambit_knapsack_item){gain, instance->demand[i], i, true};
    }
    if (lagrangian->near == instance->count) return items;
    for (int32_t k = 0; k < instance->count && lambda[lagrangian->dear[k]] > reach; k++) {
        const int32_t i = lagrangian->dear[k];
        const double away = ambit_instance_cost(instance, i, j), gain = lambda[i] - away;
        if (away < reach || (away == reach && i <= account[lagrangian->near - 1])) continue;
        if (gain <= 0.0 || instance->demand[i] > instance->capacity[j]) continue;
        if (gone != NULL && gone[i]) continue;
        item[items++] = (struct ambit_knapsack_item){gain, instance->demand[i], i, true};
    }
    return items;
}

/* The most that a cluster at site j can gain from the items, which are marked where taken. */
static double fill(const struct ambit_lagrangian *lagrangian, int32_t j,
                   struct ambit_knapsack_item *item, int32_t items)
{
    const int64_t capacity = lagrangian->instance->capacity[j];
    int64_t weight = 0;
    double value = 0.0;
    for (int32_t k = 0; k < items; k++) {
        weight += item[k].weight;
        value += item[k].value;
    }
    if (weight <= capacity) return value;
    if (items <= EXACT_MAX) return ambit_knapsack(item, items, capacity, NODE_MAX, &value);
    return ambit_knapsack_bound(item, items, capacity);
}

ambit_status ambit_lagrangian_price(struct ambit_lagrangian *lagrangian, int32_t begin, int32_t end)
{
    const size_t n = (size_t)lagrangian->instance->count;
    const ambit_status status =
        rank_by(lagrangian->lambda, -1.0, lagrangian->instance->count, lagrangian->dear);
    if (status != AMBIT_OK) return status;
    const bool is_worth_threads = end - begin > 300;
#pragma omp parallel for schedule(dynamic, 16)                                                     \
    num_threads(lagrangian->threads) if (is_worth_threads)
    for (int32_t j = begin; j < end; j++) {
        struct ambit_knapsack_item *const item =
            &lagrangian->item[(size_t)omp_get_thread_num() * n];
        const int32_t items = gather(lagrangian, lagrangian->lambda, NULL, j, item);
        lagrangian->site_value[j] = -fill(lagrangian, j, item, items);
    }
    return AMBIT_OK;
}

/* Takes the members of the sites picked off the subgradient Σ_j x_ij = 1. Dantzig's bound takes
 * items until one does not fit; the rest of the room goes to that one, in part. */
static void subtract_members(const struct ambit_lagrangian *lagrangian, int32_t j,
                             double *subgradient)
{
    struct ambit_knapsack_item *const item = lagrangian->item;
    const int32_t items = gather(lagrangian, lagrangian->lambda, NULL, j, item);
    int64_t room = lagrangian->instance->capacity[j], weight = 0;
    (void)fill(lagrangian, j, item, items);
    for (int32_t k = 0; k < items; k++)
        weight += item[k].weight;
    if (weight <= room || items <= EXACT_MAX) {
        for (int32_t k = 0; k < items; k++)
            subgradient[item[k].id] -= item[k].taken ? 1.0 : 0.0;
        return;
    }
    for (int32_t k = 0; k < items && room > 0; k++) {
        const double part = item[k].weight <= room ? 1.0 : (double)room / (double)item[k].weight;
        subgradient[item[k].id] -= part;
        room -= item[k].weight;
    }
}

ambit_status ambit_lagrangian_step(struct ambit_lagrangian *lagrangian, double upper)
{
    ambit_status status = AMBIT_OK;
    const int32_t n = lagrangian->instance->count, p = lagrangian->instance->centre_count;
    double *subgradient = NULL;
    double bound = 0.0, norm = 0.0;
    AMBIT_TRY(ambit_alloc(&subgradient, (size_t)n, sizeof *subgradient));
    AMBIT_TRY(rank_by(lagrangian->site_value, 1.0, n, lagrangian->order));
    for (int32_t i = 0; i < n; i++) {
        bound += lagrangian->lambda[i];
        subgradient[i] = 1.0;
    }
    for (int32_t k = 0; k < p; k++) {
        bound += lagrangian->site_value[lagrangian->order[k]];
        subtract_members(lagrangian, lagrangian->order[k], subgradient);
    }
    const bool first = !isfinite(lagrangian->bound);
    const bool rose = first || bound > lagrangian->bound + 1e-6 * fabs(lagrangian->bound);
    lagrangian->still = rose ? 0 : lagrangian->still + 1;
    if (bound > lagrangian->bound) {
        lagrangian->bound = bound;
        memcpy(lagrangian->best_lambda, lagrangian->lambda, (size_t)n * sizeof(double));
    }
    for (int32_t i = 0; i < n; i++) {
        double *const direction = &lagrangian->direction[i];
        *direction = first ? subgradient[i]
                           : MEAN_WEIGHT * subgradient[i] + (1.0 - MEAN_WEIGHT) * *direction;
        norm += *direction * *direction;
    }
    if (lagrangian->still >= STILL_MAX) {
        lagrangian->scale *= STEP_SHRINK;
        lagrangian->still = 0;
        memcpy(lagrangian->lambda, lagrangian->best_lambda, (size_t)n * sizeof(double));
    }
    const double length =
        norm > 0.0 ? lagrangian->scale * fmax(1.001 * upper - bound, 1e-6 * upper) / norm : 0.0;
    for (int32_t i = 0; i < n; i++)
        lagrangian->lambda[i] =
            fmax(0.0, lagrangian->lambda[i] + length * lagrangian->direction[i]);
done:
    ambit_free(&subgradient);
    return status;
}

/* --- a plan from the rewards ------------------------------------------------ */

struct draft {
    const struct ambit_lagrangian *lagrangian;
    double *lambda, *value; /* owned; shaken rewards; gain of each site, by the last look */
    bool *gone, *used;      /* owned; accounts that are served; sites that are centres */
    int32_t *looked;        /* owned; centres there were when each site was last looked at */
    int64_t *room;          /* owned; by site */
    int32_t *centre;        /* owned; p */
};

static double look(struct draft *draft, int32_t j, int32_t *items_out)
{
    struct ambit_knapsack_item *const item = draft->lagrangian->item;
    const int32_t items = gather(draft->lagrangian, draft->lambda, draft->gone, j, item);
    *items_out = items;
    return fill(draft->lagrangian, j, item, items);
}

/* The site of most gain. Gains only fall as accounts are served, so an old one is an upper bound.
 */
static int32_t best_site(struct draft *draft, int32_t centres)
{
    const int32_t n = draft->lagrangian->instance->count;
    for (;;) {
        int32_t best = -1, items = 0;
        for (int32_t j = 0; j < n; j++) {
            if (!draft->used[j] && (best < 0 || draft->value[j] > draft->value[best])) best = j;
        }
        if (draft->looked[best] == centres) return best;
        draft->value[best] = look(draft, best, &items);
        draft->looked[best] = centres;
    }
}

static void serve(struct draft *draft, int32_t i, int32_t j, int32_t *median_out)
{
    draft->gone[i] = true;
    draft->room[j] -= draft->lagrangian->instance->demand[i];
    median_out[i] = j;
}

/* Makes j a centre of the free accounts that it gains most from; the site's own account goes with
 * it where there is room. */
static void open_centre(struct draft *draft, int32_t j, int32_t *median_out)
{
    struct ambit_knapsack_item *const item = draft->lagrangian->item;
    const int64_t *const demand = draft->lagrangian->instance->demand;
    int32_t items = 0;
    (void)look(draft, j, &items);
    draft->used[j] = true;
    for (int32_t k = 0; k < items; k++) {
        const int32_t i = item[k].id;
        if (item[k].taken && !draft->gone[i] && demand[i] <= draft->room[j])
            serve(draft, i, j, median_out);
    }
    if (!draft->gone[j] && demand[j] <= draft->room[j]) serve(draft, j, j, median_out);
}

/* An account that no centre took: the nearest with room, or else the nearest. */
static void place(struct draft *draft, int32_t i, int32_t *median_out)
{
    const struct ambit_instance *const instance = draft->lagrangian->instance;
    int32_t best = -1;
    bool best_fits = false;
    double best_cost = 0.0;
    for (int32_t k = 0; k < instance->centre_count; k++) {
        const int32_t j = draft->centre[k];
        const bool fits = instance->demand[i] <= draft->room[j];
        const double cost = ambit_instance_cost(instance, i, j);
        if (best >= 0 && (best_fits > fits || (best_fits == fits && cost >= best_cost))) continue;
        best = j;
        best_fits = fits;
        best_cost = cost;
    }
    serve(draft, i, best, median_out);
}

static ambit_status place_rest(struct draft *draft, int32_t *median_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_instance *const instance = draft->lagrangian->instance;
    struct ranked *rest = NULL;
    int32_t left = 0;
    AMBIT_TRY(ambit_alloc(&rest, (size_t)instance->count, sizeof *rest));
    for (int32_t i = 0; i < instance->count; i++) {
        if (!draft->gone[i]) rest[left++] = (struct ranked){-(double)instance->demand[i], i};
    }
    qsort(rest, (size_t)left, sizeof *rest, compare_ranked);
    for (int32_t k = 0; k < left; k++)
        place(draft, rest[k].id, median_out);
done:
    ambit_free(&rest);
    return status;
}

static ambit_status draft_open(struct draft *draft, uint64_t seed, double noise)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_instance *const instance = draft->lagrangian->instance;
    const size_t n = (size_t)instance->count;
    AMBIT_TRY(ambit_alloc(&draft->lambda, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&draft->value, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&draft->gone, n, sizeof(bool)));
    AMBIT_TRY(ambit_alloc(&draft->used, n, sizeof(bool)));
    AMBIT_TRY(ambit_alloc(&draft->looked, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&draft->room, n, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&draft->centre, (size_t)instance->centre_count, sizeof(int32_t)));
    for (int32_t i = 0; i < instance->count; i++) {
        const double shake = 1.0 + noise * ambit_random_unit(seed, 0, (uint64_t)i);
        draft->lambda[i] = shake * draft->lagrangian->best_lambda[i];
        draft->room[i] = instance->capacity[i];
        draft->value[i] = INFINITY;
        draft->looked[i] = -1;
    }
    AMBIT_TRY(rank_by(draft->lambda, -1.0, instance->count, draft->lagrangian->dear));
done:
    return status;
}

static void draft_close(struct draft *draft)
{
    ambit_free(&draft->lambda);
    ambit_free(&draft->value);
    ambit_free(&draft->gone);
    ambit_free(&draft->used);
    ambit_free(&draft->looked);
    ambit_free(&draft->room);
    ambit_free(&draft->centre);
}

ambit_status ambit_lagrangian_plan(const struct ambit_lagrangian *lagrangian, uint64_t seed,
                                   double noise, int32_t *median_out)
{
    ambit_status status = AMBIT_OK;
    struct draft draft = {.lagrangian = lagrangian};
    AMBIT_TRY(draft_open(&draft, seed, noise));
    for (int32_t k = 0; k < lagrangian->instance->centre_count; k++) {
        draft.centre[k] = best_site(&draft, k);
        open_centre(&draft, draft.centre[k], median_out);
    }
    AMBIT_TRY(place_rest(&draft, median_out));
done:
    draft_close(&draft);
    return status;
}
