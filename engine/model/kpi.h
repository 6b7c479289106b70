/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit says of a plan beside the judge's figures, as plain data: figures of the nation and
 * of each territory, how even the measures are, areas that are covered too much or too little, and
 * what calls for action. Exact sums are behind all of it; the quotients are doubles made from them
 * in one order.
 */
#ifndef AMBIT_KPI_H
#define AMBIT_KPI_H

#include "engine/base/status.h"
#include "engine/model/cover.h"
#include "engine/model/scenario.h"
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_TRAVEL_FLAG 0.35      /* share of the working time from which travel is flagged */
#define AMBIT_SPREAD_FLAG 0.20      /* spread between like territories that is flagged */
#define AMBIT_COVERAGE_MARGIN 0.20  /* how far from the nation's coverage an area may be */
#define AMBIT_LIKE_GROUPS 3         /* territories with short, middle and long drives */
#define AMBIT_LIKE_TERRITORIES 6    /* fewer than these are one group */
#define AMBIT_AREAS_PER_TERRITORY 4 /* about so many areas */
#define AMBIT_AREA_ACCOUNTS 25      /* and at least so many accounts in each */
#define AMBIT_TRIGGER_HELPERS 3     /* neighbours that an action names */

enum ambit_figure_kind {
    AMBIT_FIGURE_COUNT, /* a whole number */
    AMBIT_FIGURE_NUMBER,
    AMBIT_FIGURE_SHARE /* a part of one, shown in percent */
};

/* A figure of the nation and of every territory. NaN: it has none, as a quotient by zero. */
struct ambit_figure {
    char name[AMBIT_NAME_MAX];  /* a key, such as travel_share, or the user's own */
    char label[AMBIT_NAME_MAX]; /* for people */
    char head[AMBIT_NAME_MAX];  /* above a column of territories; "": not shown there */
    char unit[AMBIT_NAME_MAX];
    enum ambit_figure_kind kind;
    bool is_own;                      /* under kpi in the scenario */
    bool is_whole;                    /* every value is a whole number */
    double healthy_low, healthy_high; /* the range that is healthy; NaN where there is none */
    double nation;
    double *value; /* owned; per territory */
};

/* How even a measure is. Loads are taken relative to targets: the rep's share where a band asks for
 * capacity, else the mean over territories. */
struct ambit_balance {
    char name[AMBIT_NAME_MAX], unit[AMBIT_NAME_MAX];
    double max_deviation; /* largest |load / target − 1| */
    int32_t worst;        /* the territory that has it */
    double deviation;     /* standard deviation of load / target over all territories */
    double gini;          /* of load / target: 0 all equal, towards 1 all in one */
    double spread;        /* (largest − smallest) / mean of load / target, in the worst group */
    int32_t group;        /* of like territories that has this spread */
    int32_t low, high;    /* its territories with the least and the most */
    double low_value, high_value; /* what they have, in units */
};

/* An area: accounts that follow each other in the canonical order, so neighbours on the ground. */
struct ambit_area {
    double lat, lon;   /* its middle */
    int32_t territory; /* of the account in the middle of the order */
    int64_t account_count;
    double effort, potential;
    double index; /* effort / potential over the same of the nation */
};

enum ambit_trigger_kind {
    AMBIT_TRIGGER_GAPS,
    AMBIT_TRIGGER_OVERLAPS,
    AMBIT_TRIGGER_BAND,
    AMBIT_TRIGGER_TRAVEL,
    AMBIT_TRIGGER_SPREAD
};

/* What calls for action, with its evidence and what would help. */
struct ambit_trigger {
    enum ambit_trigger_kind kind;
    int32_t index;       /* of the result's band; of the balance for a spread */
    int32_t territory;   /* −1 for gaps and overlaps, and for a spread, which has two in its
                            balance */
    bool is_above;       /* above the limit, or below it */
    double value, limit; /* units, accounts or share */
    double outside;      /* how far, relative to the target, or in parts of one for a share */
    double amount;       /* units to give away or to take; NaN for shares */
    int32_t helper[AMBIT_TRIGGER_HELPERS]; /* neighbours that can take or give, best first */
    int helper_count;
    double room; /* what they can take or give without leaving the band, together */
};

struct ambit_kpi {
    char plan[256]; /* file that the plan is from; "" for the current territories */
    int figure_count;
    struct ambit_figure *figure; /* owned */
    int balance_count;
    struct ambit_balance balance[AMBIT_MEASURE_MAX];
    int64_t area_total;
    double effort_per_potential; /* of the nation; NaN: areas have no index */
    int64_t area_count;
    struct ambit_area *area; /* owned; those that are outside, the lowest index first */
    int64_t trigger_count;
    struct ambit_trigger *trigger; /* owned; gaps and overlaps, then bands, travel and
                                      spreads; worst first */
    int64_t nearer_count;  /* accounts that a neighbouring territory's centre would serve with
                              less travel */
    double nearer_hours;   /* and how much less, a year */
    int64_t outline_every; /* outlines are drawn from every so many-th account */
    struct ambit_cover cover;
};

void ambit_kpi_destroy(struct ambit_kpi **kpi);

/* The figure of that name, which is not the user's own, or NULL. */
const struct ambit_figure *ambit_kpi_find(const struct ambit_kpi *kpi, const char *name);

/* Evenness of `count` ≥ 1 loads in units against their targets; `group` tells like territories
 * apart, 0 to AMBIT_LIKE_GROUPS − 1. Fills all but name and unit. Ties go to the smallest index.
 * Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_balance_measure(const double *load, const double *target, const int32_t *group,
                                   int32_t count, struct ambit_balance *balance_out) AMBIT_CHECKED;

/* Groups of like territories: thirds by `minutes` to the centre, ties by index, NaN as the longest;
 * one group where there are too few. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_like_groups(const double *minutes, int32_t count,
                               int32_t *group_out) AMBIT_CHECKED;

#endif
