/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New accounts into standing territories, whose centres, prices and loads are given and whose
 * accounts stay: an account goes where
 *
 *     cost_ij = travel_ij + Σ_r price_jr load_ijr
 *
 * is least among the territories whose bands still hold with it; where none has room, to the one
 * whose bands it breaks least further. Ties go to the smaller index. Only territories that may
 * serve the account count (ambit_may_serve()).
 */
#ifndef AMBIT_PLACEMENT_H
#define AMBIT_PLACEMENT_H

#include "engine/model/placed.h"
#include "engine/model/problem.h"

struct ambit_placement; /* opaque: the territories with their loads, and a tree over their centres
                         */

/* `problem` is that of the new accounts, or of any others by the same rules; `price` is
 * [territory × rules + rule], net, hours a unit; `load` is [measure × territories + territory],
 * micro-units. Copies prices and loads; borrows the problem's scenario, territories and shares.
 * Room is not known before ambit_placement_set_totals(). Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_placement_create(const struct ambit_problem *problem, const double *price,
                                    const int64_t *load,
                                    struct ambit_placement **out) AMBIT_CHECKED;
void ambit_placement_destroy(struct ambit_placement **placement);

/* Sets the limits of all bands for totals of the measures over the nation (micro-units), of which
 * targets are parts. Cost: territories × bands. Local. */
void ambit_placement_set_totals(struct ambit_placement *placement, const int64_t *total);

/* Territories outside band b, as the judge counts them, and in *short_out (may be NULL) those of
 * them below its lower limit. Local. */
int32_t ambit_placement_outside(const struct ambit_placement *placement, int b, int32_t *short_out);

enum { AMBIT_NEAR_MAX = 15 };

/* The territories that an account hangs together with; none: it is alone wherever it goes. */
struct ambit_near {
    int32_t count, territory[AMBIT_NEAR_MAX];
};

/* Wishes and places are then, of each account that has any, territories of `near` (by account of
 * the problem; borrowed; NULL: any again). Where that is not `hard`, an account whose near
 * territories are full goes elsewhere. Local. */
void ambit_placement_set_near(struct ambit_placement *placement, const struct ambit_near *near,
                              bool hard);

/* What an account wants whatever is full. Territories are −1 where there is none. */
struct ambit_wish {
    int32_t first, second; /* of least cost */
    int64_t first_travel, second_travel;
    double first_cost, second_cost; /* micro-hours */
    int64_t least_travel;           /* to the nearest centre */
    bool closed;                    /* a territory that costs less may not serve it */
    bool apart;                     /* one that may costs less, and none of its accounts is near */
    int32_t *group; /* borrowed; where the group is that it stays together with, -1 while that is
                       nowhere; NULL: it has none */
};

/* The wishes of all accounts of `problem`. Uses OpenMP. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_placement_wish(const struct ambit_placement *placement,
                                  const struct ambit_problem *problem,
                                  struct ambit_wish *wish_out) AMBIT_CHECKED;

/* Places the accounts one after another, those first that have one wish only, then those whose
 * second costs most more than their first, and adds them to the loads. Limits are for the plan with
 * all of them in it, taking no more travel than to the nearest centre, so that a band that has room
 * at the end had it at the time. `total` is of the measures, and is kept up. Errors:
 * AMBIT_ERR_MEMORY, before any is placed. Local. */
ambit_status ambit_placement_place(struct ambit_placement *placement,
                                   const struct ambit_problem *problem,
                                   const struct ambit_wish *wish, int64_t *total_inout,
                                   struct ambit_placed *placed_out) AMBIT_CHECKED;

#endif
