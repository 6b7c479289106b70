/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What cannot be, as data: found before a plan is sought, or in the plan that was found.
 */
#ifndef AMBIT_FINDING_H
#define AMBIT_FINDING_H

#include "engine/model/scenario.h"
#include <stdint.h>

enum ambit_reason {
    /* Why no plan is sought. */
    AMBIT_REASON_UNSERVED,        /* accounts that nobody may serve */
    AMBIT_REASON_UNSERVED_GROUPS, /* the same of groups; `accounts` are groups */
    AMBIT_REASON_LOCKED,          /* locked accounts have more than the upper limit */
    AMBIT_REASON_FEW,             /* all who may join have less than the lower limit */
    AMBIT_REASON_HEAVY_GROUPS,    /* groups that are too much for any; `accounts` are groups */
    AMBIT_REASON_SEPARATION,      /* `accounts` free centres, room for `has`, `limit` km apart */

    /* Told before a plan is sought that then breaks bands. */
    AMBIT_REASON_LITTLE_ROOM,    /* the nation has more than all upper limits together */
    AMBIT_REASON_MUCH_ASKED,     /* and less than all lower limits together */
    AMBIT_REASON_HEAVY_ACCOUNTS, /* `account`, the largest of them, has more than any upper limit */

    /* Of a plan that was found. */
    AMBIT_REASON_IN_PIECES, /* a territory of `has` pieces on `limit` islands */
    AMBIT_REASON_TOO_NEAR,  /* `accounts` pairs of centres; the nearest is `has` of `limit` km */
    AMBIT_REASON_JOINED,    /* before `accounts` were given away to join pieces the plan was within
                               the bands, with `limit` hours of travel where this one has `has` */
    AMBIT_REASON_COUNT
};

/* Figures are NaN, and names "", where there are none. */
struct ambit_finding {
    enum ambit_reason reason;
    char territory[AMBIT_NAME_MAX], other[AMBIT_NAME_MAX]; /* the other of a pair */
    char measure[AMBIT_NAME_MAX], account[AMBIT_NAME_MAX]; /* id of the first account, or largest */
    int64_t accounts;  /* that it is about, or groups, centres, pairs of these */
    double has, limit; /* in the measure's unit, km, hours, or a number */
};

/* "unserved", "too much locked", "too little room", "in pieces" …; NULL beyond the last. */
const char *ambit_reason_name(int reason);

/* One that is empty but for its reason. */
struct ambit_finding ambit_finding_of(enum ambit_reason reason);

#endif
