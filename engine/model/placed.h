/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where new accounts go in a standing plan, and why: plain data that the solver fills, and that is
 * written as a table and summed up.
 */
#ifndef AMBIT_PLACED_H
#define AMBIT_PLACED_H

#include "engine/model/scenario.h"
#include <stdbool.h>
#include <stdint.h>

enum ambit_placed_reason {
    AMBIT_PLACED_NEAREST,   /* no territory is less travel, and none costs less */
    AMBIT_PLACED_PRICE,     /* a nearer one costs more, since its bands are dear */
    AMBIT_PLACED_NEXT,      /* one that costs less would break a band with it */
    AMBIT_PLACED_OVER,      /* all would: the one that breaks least */
    AMBIT_PLACED_RULE,      /* one that costs less is closed to it by a rule */
    AMBIT_PLACED_NONE,      /* no territory may serve it */
    AMBIT_PLACED_GROUP,     /* its group is there, and stays together */
    AMBIT_PLACED_NEIGHBOUR, /* one that costs less would be in pieces with it */
    AMBIT_PLACED_REASONS
};

/* "nearest", "price", "next", "over", "rule", "none", "group" or "neighbour". */
const char *ambit_placed_reason_name(enum ambit_placed_reason reason);

/* One new account. Territories are indices, −1 where there is none. Cost is travel plus what the
 * loads cost at the plan's prices, micro-hours. */
struct ambit_placed {
    int32_t territory;
    int32_t first_choice; /* the territory of least cost, full or not */
    int32_t runner_up;    /* where it would go without `territory` */
    enum ambit_placed_reason reason;
    uint32_t over;        /* bit b: it breaks band b of the territory, or breaks it further */
    int64_t travel;       /* micro-hours a year */
    int64_t price;        /* of its loads; below 0 where the territory is short of them */
    int64_t more;         /* what the runner-up costs more; below 0 where that breaks more */
    int64_t first_saving; /* what the first choice would cost less; 0 where it has it */
};

/* Territories outside a band, in the plan and with the new accounts in it. `short_count` of those
 * are below the lower limit, which rises where it is a part of the nation's total. */
struct ambit_placed_band {
    char label[2 * AMBIT_NAME_MAX]; /* as in ambit_result_band */
    int32_t outside_before, outside, short_count;
};

/* All of them. */
struct ambit_placed_summary {
    bool has_rules;  /* on who may serve whom */
    bool has_groups; /* accounts that stay together */
    bool has_near;   /* territories that hang together */
    int64_t account_count;
    int64_t reason_count[AMBIT_PLACED_REASONS];
    int64_t skipped_count; /* rows left out as unusable */
    int64_t travel;        /* micro-hours a year of the new accounts */
    int64_t first_saving;  /* sum, micro-hours */
    int32_t territory_count, band_count;
    struct ambit_placed_band band[2 * AMBIT_MEASURE_MAX];
};

#endif
