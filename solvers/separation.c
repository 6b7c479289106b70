/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One centre after the other, in the order of territories: the first to stand somewhere stays, so
 * that what comes out depends on the centres alone. Of the accounts where a centre could go it
 * takes the one nearest to where it wants to be, since travel rises with the distance from there;
 * of each small cell only one account is looked at. Cost: the square of the number of centres, and
 * for each that must move the places nearer than the one it takes, times the centres. Weakness:
 * places are given greedily, so that where they are scarce some may be left without though all
 * could be served.
 */
#include "solvers/separation.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "engine/model/geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-9   /* part of the distance */
#define CELL_BITS 21    /* of a cell's number, an axis */
#define PACKED_MAX 4000 /* places that a packing chooses from */
#define LEAST_SIDE 2e-6 /* of a cell: 13 m, so that its numbers fit */

double ambit_separation_chord2(double km)
{
    const double half = 0.5 * km / AMBIT_EARTH_RADIUS_KM;
    const double chord = 2.0 * ambit_sin(fmin(half, 0.5 * M_PI)) * (1.0 + ROUNDING);
    return chord * chord;
}

bool ambit_separation_too_near(const struct ambit_territories *territories, int32_t but,
                               double chord2, const double place[3])
{
    for (int32_t j = 0; j < territories->count; j++) {
        if (j != but && ambit_chord2(territories->item[j].position, place) < chord2) return true;
    }
    return false;
}

/* Whether a place is too near to a fixed centre, or to one before `until` that need not move. */
static bool is_taken(const struct ambit_territories *territories, const bool *must_move,
                     int32_t until, double chord2, const double place[3])
{
    for (int32_t j = 0; j < territories->count; j++) {
        const struct ambit_territory *const other = &territories->item[j];
        const bool stands = other->centre_kind == AMBIT_CENTRE_HOME || (j < until && !must_move[j]);
        if (stands && ambit_chord2(other->position, place) < chord2) return true;
    }
    return false;
}

int32_t ambit_separation_find(const struct ambit_territories *territories, double chord2,
                              bool *must_move_out)
{
    int32_t count = 0;
    for (int32_t j = 0; j < territories->count; j++) {
        const struct ambit_territory *const territory = &territories->item[j];
        must_move_out[j] = territory->centre_kind != AMBIT_CENTRE_HOME &&
                           is_taken(territories, must_move_out, j, chord2, territory->position);
        count += must_move_out[j];
    }
    return count;
}

/* ---- places ---- */

static int64_t cell_of(const struct ambit_accounts *accounts, int32_t i, double side)
{
    const double axis[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
    int64_t cell = 0;
    for (int d = 0; d < 3; d++)
        cell = cell << CELL_BITS | (int64_t)floor((axis[d] + 1.0) / side);
    return cell;
}

static int compare_places(const void *a, const void *b)
{
    const struct ambit_separation_place *const x = a, *const y = b;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    if (x->cell != y->cell) return x->cell < y->cell ? -1 : 1;
    if (x->chord2 != y->chord2) return x->chord2 < y->chord2 ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

int64_t ambit_separation_merge(struct ambit_separation_place *place, int64_t count)
{
    int64_t kept = 0;
    if (count > 0) qsort(place, (size_t)count, sizeof *place, compare_places);
    for (int64_t n = 0; n < count; n++) {
        if (kept > 0 && place[n].territory == place[kept - 1].territory &&
            place[n].cell == place[kept - 1].cell)
            continue;
        place[kept++] = place[n];
    }
    return kept;
}

static struct ambit_separation_place place_of(const struct ambit_accounts *accounts, int32_t i,
                                              const struct ambit_territories *territories,
                                              int32_t territory, double side)
{
    struct ambit_separation_place place = {
        .territory = territory,
        .index = accounts->first + i,
        .cell = cell_of(accounts, i, side),
        .lat = accounts->lat[i],
        .lon = accounts->lon[i],
        .position = {accounts->x[i], accounts->y[i], accounts->z[i]},
    };
    if (territory >= 0)
        place.chord2 = ambit_chord2(place.position, territories->item[territory].position);
    return place;
}

ambit_status ambit_separation_places(const struct ambit_accounts *accounts, const int32_t *label,
                                     const struct ambit_territories *territories,
                                     const bool *must_move, double side,
                                     struct ambit_separation_place **out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_separation_place *place = NULL;
    int64_t count = 0, room = 0;
    side = fmax(side, LEAST_SIDE);
    for (int32_t i = 0; i < accounts->count; i++) {
        const int32_t territory = label != NULL ? label[i] : -1;
        if (label != NULL && !must_move[territory]) continue;
        if (count == room) {
            count = ambit_separation_merge(place, count);
            room = 2 * count + 1024;
            AMBIT_TRY(ambit_resize(&place, (size_t)room, sizeof *place));
        }
        place[count++] = place_of(accounts, i, territories, territory, side);
    }
    *count_out = ambit_separation_merge(place, count);
    *out = place;
    place = NULL;
done:
    ambit_free(&place);
    return status;
}

/* ---- moving ---- */

/* The place for territory j, or NULL. */
static const struct ambit_separation_place *choose(const struct ambit_territories *territories,
                                                   int32_t j, double chord2,
                                                   const struct ambit_separation_place *place,
                                                   int64_t count, const bool *must_move)
{
    const struct ambit_separation_place *best = NULL;
    double least = INFINITY;
    for (int64_t n = 0; n < count; n++) {
        const struct ambit_separation_place *const next = &place[n];
        if (next->territory >= 0 && next->territory != j) continue;
        const double off = ambit_chord2(next->position, territories->item[j].position);
        if (best != NULL && (off > least || (off == least && next->index > best->index))) continue;
        if (is_taken(territories, must_move, territories->count, chord2, next->position)) continue;
        least = off;
        best = next;
    }
    return best;
}

static void stand_at(struct ambit_territory *territory, const struct ambit_separation_place *to)
{
    territory->centre_account = territory->centre_kind == AMBIT_CENTRE_MEDIAN ? to->index : -1;
    territory->centre_lat = to->lat;
    territory->centre_lon = to->lon;
    memcpy(territory->position, to->position, sizeof territory->position);
}

int32_t ambit_separation_move(struct ambit_territories *territories, double chord2,
                              const struct ambit_separation_place *place, int64_t count,
                              bool *must_move_inout)
{
    int32_t left = 0;
    for (int32_t j = 0; j < territories->count; j++) {
        struct ambit_territory *const territory = &territories->item[j];
        if (!must_move_inout[j]) continue;
        const struct ambit_separation_place *const to =
            choose(territories, j, chord2, place, count, must_move_inout);
        left += to == NULL;
        if (to == NULL) continue;
        stand_at(territory, to);
        must_move_inout[j] = false;
    }
    return left;
}

/* ---- packing ---- */

/* A set of places being chosen: of those still open, how many others each one would close. */
struct packing {
    const struct ambit_separation_place *place; /* borrowed */
    int64_t stride, count;                      /* every so many of them; how many that are */
    double chord2;
    int32_t *closes; /* owned; −1: closed */
    int64_t *chosen; /* owned; places, in the order in which they were chosen */
    int32_t chosen_count;
};

static const struct ambit_separation_place *nth(const struct packing *packing, int64_t n)
{
    return &packing->place[n * packing->stride];
}

static bool are_near(const struct packing *packing, int64_t a, int64_t b)
{
    return ambit_chord2(nth(packing, a)->position, nth(packing, b)->position) < packing->chord2;
}

/* Closes place n, which those around no longer count. */
static void close_place(struct packing *packing, int64_t n)
{
    packing->closes[n] = -1;
    for (int64_t m = 0; m < packing->count; m++)
        packing->closes[m] -= packing->closes[m] > 0 && are_near(packing, n, m);
}

static bool is_near_home(const struct ambit_territories *territories, double chord2,
                         const double place[3])
{
    for (int32_t j = 0; j < territories->count; j++) {
        const struct ambit_territory *const other = &territories->item[j];
        if (other->centre_kind == AMBIT_CENTRE_HOME &&
            ambit_chord2(other->position, place) < chord2)
            return true;
    }
    return false;
}

static void count_neighbours(struct packing *packing, const struct ambit_territories *territories)
{
    for (int64_t n = 0; n < packing->count; n++) {
        const double *const at = nth(packing, n)->position;
        packing->closes[n] = is_near_home(territories, packing->chord2, at) ? -1 : 0;
    }
    for (int64_t n = 0; n < packing->count; n++) {
        for (int64_t m = 0; m < n && packing->closes[n] >= 0; m++) {
            if (packing->closes[m] < 0 || !are_near(packing, n, m)) continue;
            packing->closes[n]++;
            packing->closes[m]++;
        }
    }
}

/* Takes the place that closes fewest others, until none is open or `wanted` are taken: so the edges
 * and corners of the country are filled first, and little room is lost between. */
static void choose_places(struct packing *packing, int32_t wanted)
{
    while (packing->chosen_count < wanted) {
        int64_t best = -1;
        for (int64_t n = 0; n < packing->count; n++) {
            if (packing->closes[n] >= 0 && (best < 0 || packing->closes[n] < packing->closes[best]))
                best = n;
        }
        if (best < 0) return;
        packing->chosen[packing->chosen_count++] = best;
        close_place(packing, best);
        for (int64_t m = 0; m < packing->count; m++) {
            if (packing->closes[m] >= 0 && are_near(packing, best, m)) close_place(packing, m);
        }
    }
}

/* Each free centre, in the order of indices, to the nearest place that is left. */
static void move_all(struct packing *packing, struct ambit_territories *territories)
{
    for (int32_t j = 0; j < territories->count; j++) {
        struct ambit_territory *const territory = &territories->item[j];
        double least = INFINITY;
        int32_t best = 0;
        if (territory->centre_kind == AMBIT_CENTRE_HOME) continue;
        for (int32_t c = 0; c < packing->chosen_count; c++) {
            if (packing->chosen[c] < 0) continue;
            const double off =
                ambit_chord2(nth(packing, packing->chosen[c])->position, territory->position);
            if (off >= least) continue;
            least = off;
            best = c;
        }
        stand_at(territory, nth(packing, packing->chosen[best]));
        packing->chosen[best] = -1;
    }
}

ambit_status ambit_separation_pack(struct ambit_territories *territories, double chord2,
                                   const struct ambit_separation_place *place, int64_t count,
                                   bool *packed_out)
{
    ambit_status status = AMBIT_OK;
    struct packing packing = {.place = place, .stride = 1 + count / PACKED_MAX, .chord2 = chord2};
    int32_t wanted = 0;
    *packed_out = false;
    packing.count = count / packing.stride;
    for (int32_t j = 0; j < territories->count; j++)
        wanted += territories->item[j].centre_kind != AMBIT_CENTRE_HOME;
    AMBIT_TRY(ambit_alloc(&packing.closes, (size_t)packing.count, sizeof *packing.closes));
    AMBIT_TRY(ambit_alloc(&packing.chosen, (size_t)wanted, sizeof *packing.chosen));
    count_neighbours(&packing, territories);
    choose_places(&packing, wanted);
    *packed_out = packing.chosen_count == wanted;
    if (*packed_out) move_all(&packing, territories);
done:
    ambit_free(&packing.closes);
    ambit_free(&packing.chosen);
    return status;
}
