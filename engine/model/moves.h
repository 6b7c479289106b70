/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way from one plan to another, as plain data: moves in the order in which they should be made,
 * and who hands what over to whom. Written as tables, told as a report, drawn as a plot.
 */
#ifndef AMBIT_MOVES_H
#define AMBIT_MOVES_H

#include "engine/model/result.h"
#include <stdbool.h>
#include <stdint.h>

/* A territory of the plan, or behind those one that only the plan before has. */
struct ambit_moves_territory {
    const char *name;                   /* borrowed from a result */
    const char *rep_before, *rep_after; /* borrowed; "" where there is none */
    bool is_gone;                       /* only the plan before has it */
};

/* An account that changes hands, at its place in the order. Deviations are of the whole nation, in
 * thousand-millionths of a target (solvers/move_order.h). */
struct ambit_moves_row {
    int64_t account;                           /* row of the plan */
    int32_t from, to;                          /* territories */
    int32_t step, step_accounts;               /* steps are counted from 1 */
    int64_t deviation_before, deviation_after; /* its step */
    int64_t saving;                            /* micro-hours of travel a year */
};

/* Accounts that a rep gives to another. */
struct ambit_handover {
    int32_t from, to; /* territories; the same where only its rep changes */
    int64_t account_count;
    int64_t measure[AMBIT_MEASURE_MAX]; /* micro-units, as they count in `to` */
};

struct ambit_moves {
    const struct ambit_result *plan; /* borrowed; its accounts may be cleared but for their ids */
    int32_t territory_count;
    struct ambit_moves_territory *territory; /* owned */
    int64_t row_count;
    struct ambit_moves_row *row;          /* owned */
    int64_t step_count, joint_step_count; /* those with several accounts */
    int64_t largest_step;                 /* accounts of the largest; 0 where there is none */
    bool ends_worse;                      /* the last step raises the deviation */
    int64_t settled_count; /* moves after which every band is met; −1: never, 0: from the start */
    /* Where the scenario asks for contiguity: territories in more pieces than islands. */
    bool counts_torn;
    char torn_unknown[256]; /* why they are not counted though they should be; "": they are */
    int32_t *torn;          /* owned; by row, after its step */
    int32_t torn_before, torn_most;
    int64_t torn_most_at; /* moves after which there are so many first */
    int64_t deviation_before, deviation_after;
    int64_t travel_before, travel_after; /* micro-hours a year, of the accounts that stay */
    int64_t new_count, gone_count; /* accounts that only the plan has, or only the one before */
    int64_t kept_rep_count;        /* moves to another territory of the same rep */
    int32_t new_rep_count;         /* territories whose rep changes */
    int32_t handover_count;
    struct ambit_handover *handover; /* owned; most accounts first, then by territories */
};

#endif
