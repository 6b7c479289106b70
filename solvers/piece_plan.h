/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan whose pieces are watched: accounts move one or a few at a time, loads and violations are
 * kept right, and it is known before a move whether it would tear its territory apart.
 */
#ifndef AMBIT_PIECE_PLAN_H
#define AMBIT_PIECE_PLAN_H

#include "engine/model/problem.h"
#include "solvers/places.h"

enum { AMBIT_BUNDLE_MAX = 64, AMBIT_PIECE_TAKERS_MAX = 12 };

/* Budgets of disruption, which are limits like those of bands. */
struct ambit_piece_budgets {
    const struct ambit_budgets *budgets;   /* borrowed, like all below */
    const int64_t *draw[AMBIT_BUDGET_MAX]; /* by account in play: what it draws by leaving its
                                              current territory; 0: it does not count */
    const int64_t *spent;                  /* by cell: what the plan draws, of all accounts */
};

struct ambit_piece_plan {
    const struct ambit_places *places;   /* borrowed, like all up to load */
    const struct ambit_problem *problem; /* of the accounts in play */
    const int32_t *play;                 /* by account: its index in the problem; −1: held */
    int32_t *label;                      /* by account */
    int64_t *load;                       /* [territory × rules + rule], held accounts included */
    const struct ambit_piece_budgets *budgets; /* NULL: none */

    int rules;
    int32_t territories;
    double *low, *high; /* owned, like all below; as load */
    double scale[AMBIT_RULE_MAX];
    int64_t *violation;      /* by territory */
    int64_t *spent;          /* by cell of the budgets; NULL: there are none */
    int32_t *account_count;  /* by territory */
    int32_t *used;           /* by place: how many territories have accounts there */
    int32_t *cell_territory; /* theirs, from first[place] on */
    int32_t *cell_size;      /* and how many accounts */
    int32_t *stamp, mark;    /* by place: which search has been there */
    int32_t *queue;          /* places */
};

/* What moving some accounts of one territory to another would do. */
struct ambit_piece_move {
    int32_t from, to;
    bool allowed;                         /* the other territory may serve them all, and none of
                                             them leaves that never does */
    int64_t violation, cost;              /* what they grow by; cost in micro-hours */
    int64_t violation_from, violation_to; /* of the two territories afterwards */
    int64_t minus[AMBIT_RULE_MAX], plus[AMBIT_RULE_MAX];
};

/* Takes the borrowed members from *plan. Errors: AMBIT_ERR_MEMORY. Local, like all below. */
ambit_status ambit_piece_plan_create(struct ambit_piece_plan *plan) AMBIT_CHECKED;
void ambit_piece_plan_clear(struct ambit_piece_plan *plan);

/* Takes in labels that were changed by others than ambit_piece_plan_apply(), as at the beginning.
 */
void ambit_piece_plan_refresh(struct ambit_piece_plan *plan);

/* Sets limits and violations by the plan's own totals; `guard` as in ambit_problem_sides(). Returns
 * the sum of violations, budgets and all. */
int64_t ambit_piece_plan_limits(struct ambit_piece_plan *plan, double guard);

/* Where the territory stands in cell_… of the place, or −1. */
int32_t ambit_piece_plan_cell(const struct ambit_piece_plan *plan, int32_t place,
                              int32_t territory);

/* The other territories at the account's place and around it, up to AMBIT_PIECE_TAKERS_MAX. */
int ambit_piece_plan_takers(const struct ambit_piece_plan *plan, int32_t account,
                            int32_t taker_out[AMBIT_PIECE_TAKERS_MAX]);

/* Weighs moving `count` ≥ 1 accounts of one territory, all in play, to another. */
void ambit_piece_plan_weigh(const struct ambit_piece_plan *plan, const int32_t *account,
                            int32_t count, int32_t to, struct ambit_piece_move *move_out);

/* The account, and what is cut off from the rest of its territory when it leaves, so that the rest
 * stays as whole as it was. Returns how many accounts these are; 0 where they are too many, or
 * held, or all of the territory. */
int32_t ambit_piece_plan_bundle(struct ambit_piece_plan *plan, int32_t account,
                                int32_t bundle_out[AMBIT_BUNDLE_MAX]);

void ambit_piece_plan_apply(struct ambit_piece_plan *plan, const int32_t *account, int32_t count,
                            const struct ambit_piece_move *move);

#endif
