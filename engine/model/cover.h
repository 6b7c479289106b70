/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an audited plan covers the accounts: those that no territory has (gaps), and those that more
 * than one claims (overlaps). Plain data, the same on every rank.
 */
#ifndef AMBIT_COVER_H
#define AMBIT_COVER_H

#include <stdbool.h>
#include <stdint.h>

#define AMBIT_COVER_LISTED 20 /* accounts of each kind that are named */
#define AMBIT_COVER_CLAIMS 8  /* territories that are named of an account's */
#define AMBIT_COVER_ID 128    /* bytes of an id there, with its NUL; longer ones are cut */

/* An account with no current territory, and one whose table names a territory that there is none
 * of, which only an audit reads. */
enum { AMBIT_TERRITORY_NONE = -1, AMBIT_TERRITORY_UNKNOWN = -2 };

struct ambit_cover_entry {
    char id[AMBIT_COVER_ID];
    int64_t index;          /* canonical, among all accounts */
    double work, potential; /* hours of work; 0 where the scenario has none */
    double position[3];     /* unit vector */
    bool is_unknown;        /* of a gap: its territory is named, and there is none of that name */
    int32_t nearest;        /* of a gap: the territory whose centre is nearest; set with figures */
    double nearest_km;
    int32_t claim_count;               /* of an overlap: territories that claim it */
    int32_t claim[AMBIT_COVER_CLAIMS]; /* the first of them, in their order */
};

/* The heaviest come first: most work, then most potential, then canonical order. */
struct ambit_cover_list {
    int64_t count;          /* accounts in all */
    double work, potential; /* of all of them; NaN where the scenario has none */
    int32_t listed;
    struct ambit_cover_entry entry[AMBIT_COVER_LISTED];
};

struct ambit_cover {
    struct ambit_cover_list gaps, overlaps;
    int64_t unknown_count; /* gaps whose territory is named, and there is none of that name */
};

#endif
