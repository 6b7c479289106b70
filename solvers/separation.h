/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Centres that are to keep a distance from each other: which are too near, and where those go that
 * must give way.
 */
#ifndef AMBIT_SEPARATION_H
#define AMBIT_SEPARATION_H

#include "engine/model/accounts.h"
#include "engine/model/territories.h"
#include <stdbool.h>
#include <stdint.h>

/* The squared chord below which two centres are nearer than `km`, with room for rounding. */
double ambit_separation_chord2(double km);

/* Whether a place is too near to the centre of some territory other than `but`. Local. */
bool ambit_separation_too_near(const struct ambit_territories *territories, int32_t but,
                               double chord2, const double place[3]);

/* In the order of their indices each free centre stands where no fixed one and none that stands
 * already is too near; must_move_out, one a territory, tells which do not. Returns how many. Local.
 */
int32_t ambit_separation_find(const struct ambit_territories *territories, double chord2,
                              bool *must_move_out);

/* A place for the centre of a territory, or of any where that is −1. */
struct ambit_separation_place {
    int32_t territory, unused;
    int64_t index; /* canonical, of the account there */
    int64_t cell;  /* where it is, coarsely: of a territory one place a cell is enough */
    double lat, lon, position[3];
    double chord2; /* from the territory's present centre; 0 for any */
};

/* The accounts of `accounts` that are such places for the territories that must move, by `label`
 * (NULL: for any): of each cell of the side of a chord of `side` the one nearest to the centre, or
 * for any the first. *out is owned by the caller, sorted by territory and cell. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_separation_places(const struct ambit_accounts *accounts, const int32_t *label,
                                     const struct ambit_territories *territories,
                                     const bool *must_move, double side,
                                     struct ambit_separation_place **out,
                                     int64_t *count_out) AMBIT_CHECKED;

/* Sorts and thins the places of all ranks as above; returns how many are left. */
int64_t ambit_separation_merge(struct ambit_separation_place *place, int64_t count);

/* Moves, in the order of indices, each centre that must to the place for it, or for any, that is
 * nearest to where it is and keeps the distance from all that stand; those moved stand then, and
 * their must_move_inout is false. Returns how many are left. */
int32_t ambit_separation_move(struct ambit_territories *territories, double chord2,
                              const struct ambit_separation_place *place, int64_t count,
                              bool *must_move_inout);

/* Where some are left: places for all free centres at once, packed more densely. *packed_out tells
 * whether there were enough; where not, nothing is moved. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_separation_pack(struct ambit_territories *territories, double chord2,
                                   const struct ambit_separation_place *place, int64_t count,
                                   bool *packed_out) AMBIT_CHECKED;

#endif
