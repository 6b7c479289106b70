/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * With K nearest neighbours, an account's K nearest places are its neighbours whatever else is
 * there. With the triangulation, a place is surely one where the ball whose diameter is the way
 * between both holds no other place (Gabriel, Sokal 1969: such an edge is Delaunay's); all that
 * could lie in it are nearer, so that a list of the nearest decides. The nearest place of all is
 * always among them. So an account that joins a territory listed here is joined to it by the graph
 * of the plan with this account in it. Cost: a few microseconds an account, 50 bytes a place.
 * Weakness: of the triangulation some neighbours are not seen, and new accounts do not see each
 * other.
 */
#include "engine/run/assign_near.h"
#include "engine/base/key_sort.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/model/neighbours.h"
#include "solvers/barrier_index.h"

#include <stdlib.h>
#include <string.h>

enum { LISTED = 16, AT_ONCE = 256 };

struct ambit_near_places {
    int nearest; /* K; 0: the triangulation */
    double longest_km;
    int32_t count;    /* places */
    uint64_t *key;    /* owned; ascending */
    int32_t *first;   /* owned; count + 1 */
    int32_t *account; /* owned; the plan's accounts by place */
    double *position; /* owned; × 3 */
    struct ambit_neighbour_tree *tree;
    struct ambit_barrier_index *barriers; /* NULL: none */
};

static ambit_status list_places(const struct ambit_result *plan, struct ambit_near_places *p)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)plan->account_count;
    struct ambit_keyed *keyed = NULL;
    AMBIT_TRY(ambit_alloc(&keyed, n, sizeof *keyed));
    for (size_t i = 0; i < n; i++)
        keyed[i] = (struct ambit_keyed){ambit_hilbert_key(plan->lat[i], plan->lon[i]), (int64_t)i};
    AMBIT_TRY(ambit_key_sort(&keyed, plan->account_count));
    for (size_t k = 0; k < n; k++)
        p->count += k == 0 || keyed[k].key != keyed[k - 1].key;
    AMBIT_TRY(ambit_alloc(&p->key, (size_t)p->count, sizeof *p->key));
    AMBIT_TRY(ambit_alloc(&p->first, (size_t)p->count + 1, sizeof *p->first));
    AMBIT_TRY(ambit_alloc(&p->account, n, sizeof *p->account));
    AMBIT_TRY(ambit_alloc(&p->position, 3 * (size_t)p->count, sizeof *p->position));
    int32_t place = -1;
    for (size_t k = 0; k < n; k++) {
        const int32_t i = (int32_t)keyed[k].row;
        p->account[k] = i;
        if (k > 0 && keyed[k].key == keyed[k - 1].key) continue;
        p->first[++place] = (int32_t)k;
        p->key[place] = keyed[k].key;
        ambit_unit_from_degrees(plan->lat[i], plan->lon[i], &p->position[3 * (int64_t)place]);
    }
    p->first[p->count] = (int32_t)n;
done:
    ambit_free(&keyed);
    return status;
}

ambit_status ambit_near_places_create(const struct ambit_result *plan,
                                      const struct ambit_contiguity_terms *terms,
                                      const struct ambit_barriers *barriers,
                                      struct ambit_near_places **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_near_places *p = NULL;
    AMBIT_TRY(ambit_alloc(&p, 1, sizeof *p));
    p->nearest = terms->nearest;
    p->longest_km = terms->longest_km;
    AMBIT_TRY(list_places(plan, p));
    AMBIT_TRY(ambit_neighbour_tree_create(p->position, p->count, &p->tree));
    if (barriers->count > 0) AMBIT_TRY(ambit_barrier_index_create(barriers, &p->barriers));
    *out = p;
    p = NULL;
done:
    ambit_near_places_destroy(&p);
    return status;
}

void ambit_near_places_destroy(struct ambit_near_places **places)
{
    struct ambit_near_places *const p = *places;
    if (p == NULL) return;
    ambit_free(&p->key);
    ambit_free(&p->first);
    ambit_free(&p->account);
    ambit_free(&p->position);
    ambit_neighbour_tree_destroy(&p->tree);
    ambit_barrier_index_destroy(&p->barriers);
    ambit_free(places);
}

static const double *position_of(const struct ambit_near_places *p, int32_t place)
{
    return &p->position[3 * (int64_t)place];
}

/* The place of that key, or −1. */
static int32_t find_place(const struct ambit_near_places *p, uint64_t key)
{
    int32_t low = 0, high = p->count;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (p->key[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->count && p->key[low] == key ? low : -1;
}

/* Whether no place before list[n] lies in the ball between `from` and it. */
static bool is_surely_joined(const struct ambit_near_places *p, const double from[3],
                             const int32_t *list, int n)
{
    const double *const to = position_of(p, list[n]);
    const double way = ambit_chord2(from, to);
    for (int before = 0; before < n; before++) {
        const double *const other = position_of(p, list[before]);
        if (ambit_chord2(from, other) + ambit_chord2(to, other) < way) return false;
    }
    return true;
}

static void add_territories(const struct ambit_near_places *p, const struct ambit_result *plan,
                            int32_t place, struct ambit_near *near)
{
    for (int32_t n = p->first[place]; n < p->first[place + 1]; n++) {
        const int32_t t = plan->territory[p->account[n]];
        int32_t k = 0;
        while (k < near->count && near->territory[k] != t)
            k++;
        if (k == near->count && k < AMBIT_NEAR_MAX) near->territory[near->count++] = t;
    }
}

static void list_near(const struct ambit_near_places *p, const struct ambit_result *plan,
                      const double own[3], int32_t home, struct ambit_near *near)
{
    const int wanted = p->nearest > 0 ? p->nearest : LISTED;
    const double *const from = home >= 0 ? position_of(p, home) : own;
    int32_t list[AMBIT_NEIGHBOUR_MAX + 1];
    int count = ambit_neighbour_tree_list(p->tree, from, wanted + (home >= 0), list), kept = 0;
    if (home >= 0) add_territories(p, plan, home, near);
    for (int n = 0; n < count; n++) {
        if (list[n] != home) list[kept++] = list[n];
    }
    count = kept < wanted ? kept : wanted;
    for (int n = 0; n < count; n++) {
        const double *const to = position_of(p, list[n]);
        if (ambit_km_from_chord2(ambit_chord2(from, to)) > p->longest_km) break;
        if (p->nearest == 0 && !is_surely_joined(p, from, list, n)) continue;
        if (p->barriers != NULL && ambit_barrier_crossed(p->barriers, from, to)) continue;
        add_territories(p, plan, list[n], near);
    }
}

void ambit_near_places_list(const struct ambit_near_places *places, const struct ambit_result *plan,
                            const struct ambit_accounts *accounts, struct ambit_near *near_out)
{
#pragma omp parallel for schedule(dynamic, AT_ONCE) if (accounts->count > AT_ONCE)
    for (int32_t i = 0; i < accounts->count; i++) {
        const double own[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
        double lat, lon;
        ambit_degrees_from_unit(own, &lat, &lon);
        near_out[i] = (struct ambit_near){.count = 0};
        list_near(places, plan, own, find_place(places, ambit_hilbert_key(lat, lon)), &near_out[i]);
    }
}
