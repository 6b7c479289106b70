/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few territories that an account may sensibly go to: those of least reduced cost at given
 * prices and, where it is wished, the nearest ones, with the travel coefficient of each.
 */
#ifndef AMBIT_CANDIDATES_H
#define AMBIT_CANDIDATES_H

#include "engine/model/problem.h"

enum { AMBIT_CANDIDATE_MAX = 16, AMBIT_CANDIDATE_BLOCK = 32 };

struct ambit_candidate_wish {
    double margin; /* hours a visit by which a candidate may be dearer than the cheapest */
    int cheap;     /* at most so many by cost */
    int near;      /* then the nearest of the rest until there are so many in all, or 0 */
};

/* Zeroed, it is an empty list. */
struct ambit_candidates {
    int32_t count;      /* accounts */
    int64_t *first;     /* owned; first entry of each block of AMBIT_CANDIDATE_BLOCK accounts */
    uint16_t *offset;   /* owned; entries of the block before those of an account */
    uint8_t *listed;    /* owned; candidates of an account, at least 1 */
    uint64_t *entry;    /* owned; the first of an account is of least reduced cost */
    int territory_bits; /* the lowest of an entry; travel is in those above */
    int64_t entries, room;
    int64_t *settled; /* owned; [territory × (1 + rules)]: cost and loads of those with no choice */
};

void ambit_candidates_clear(struct ambit_candidates *candidates);

/* Index of the first entry of account i; listed[i] of them follow each other. */
static inline int64_t ambit_candidates_first(const struct ambit_candidates *candidates, int32_t i)
{
    return candidates->first[i / AMBIT_CANDIDATE_BLOCK] + candidates->offset[i];
}

static inline int32_t ambit_candidate_territory(const struct ambit_candidates *candidates,
                                                int64_t at)
{
    return (int32_t)(candidates->entry[at] & ((UINT64_C(1) << candidates->territory_bits) - 1));
}

/* Micro-hours. */
static inline int64_t ambit_candidate_travel(const struct ambit_candidates *candidates, int64_t at)
{
    return (int64_t)(candidates->entry[at] >> candidates->territory_bits);
}

/* Reduced cost of account i in territory j where it travels `travel`: cost plus price × load.
 * `price` is [territory × rule_count + rule], hours a unit. */
double ambit_reduced_cost(const struct ambit_problem *problem, const double *price, int32_t i,
                          int32_t j, int64_t travel);

/* Chooses anew for every account of the slice, in ascending order of reduced cost (ties to the
 * smaller index), then of distance. Uses OpenMP. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_INPUT where an
 * account travels more than an entry has room for; the lists are then empty. Local. */
ambit_status ambit_candidates_fill(const struct ambit_problem *problem, const double *price,
                                   const struct ambit_candidate_wish *wish,
                                   struct ambit_candidates *candidates) AMBIT_CHECKED;

#endif
