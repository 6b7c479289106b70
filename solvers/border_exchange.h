/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_BORDER_EXCHANGE_H
#define AMBIT_BORDER_EXCHANGE_H

#include "solvers/piece_plan.h"

struct ambit_border_exchange {
    struct ambit_piece_plan *plan; /* borrowed, like all pointers */
    const double *price;           /* [territory × rules + rule], hours a unit, net; NULL: none */
    bool broken_only;              /* around territories that are outside; else around all */
    int hops;                      /* how many borders away the others may be */
    uint64_t draw;                 /* decides the clusters, and who may leave */
};

/* One round: disjoint clusters of neighbouring territories are improved, each through accounts that
 * may all leave at once and tear nothing. In no cluster violations rise, or cost where they do not
 * fall. *better_out is how many are better. A pure function of its input; uses OpenMP. Errors:
 * AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER; the plan is then as it was. Local. */
ambit_status ambit_border_exchange(const struct ambit_border_exchange *exchange,
                                   int32_t *better_out) AMBIT_CHECKED;

#endif
