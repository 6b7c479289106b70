/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The territories to be drawn, with their reps and centres, sorted by name: the index of a
 * territory is its rank in that order, whatever the order of rows in the reps file. Held whole on
 * every rank.
 */
#ifndef AMBIT_TERRITORIES_H
#define AMBIT_TERRITORIES_H

#include "engine/base/status.h"
#include "engine/model/scenario.h"
#include "engine/model/words.h"
#include <stdbool.h>
#include <stdint.h>

struct ambit_territory {
    char name[AMBIT_NAME_MAX];   /* unique */
    char rep_id[AMBIT_NAME_MAX]; /* "" where no rep is named */
    enum ambit_centre_kind centre_kind;
    bool has_home;
    double home[3];     /* unit vector of the rep's home; zeros where there is none */
    double position[3]; /* unit vector of the centre; zeros while a free centre is unset */
    double centre_lat, centre_lon; /* of a free centre: the degrees that position was made from */
    int64_t centre_account;        /* canonical index of the median account, or -1 */
    double capacity;               /* in the rep file's unit, times the rep's factors; 0 where not
                                      given */
    double value[AMBIT_REP_COLUMN_MAX]; /* of the rep's columns that targets name */
    int32_t skills; /* 1 + the place of the rep's skills in the territories' words; 0: none */
};

struct ambit_territories {
    int32_t count;
    struct ambit_territory *item; /* owned */
    int32_t gone_count;
    char (*gone)[AMBIT_NAME_MAX]; /* owned; territories and reps that a scenario has leave */
    struct ambit_words skills;    /* owned; as the reps' table has them, joined by ';' */
};

/* What the territory weighs where a band's target shares out a total: 1 for each, the capacity or
 * the column that the band names. Local. */
double ambit_territory_weight(const struct ambit_territory *territory,
                              const struct ambit_band *band);

void ambit_territories_clear(struct ambit_territories *territories);

/* Sorts by name, and fails with AMBIT_ERR_INPUT where a name stands twice. */
ambit_status ambit_territories_sort(struct ambit_territories *territories) AMBIT_CHECKED;

/* The index of the territory of that name, or -1. Binary search; needs the sorted order. */
int32_t ambit_territories_find(const struct ambit_territories *territories, const char *name);

/* The same, or of the territory whose rep has that id; a name comes before an id. */
int32_t ambit_territories_find_served(const struct ambit_territories *territories,
                                      const char *name_or_rep);

/* What the rep of territory j can, joined by ';'; "" where that is nothing, or nobody. */
const char *ambit_territory_skills(const struct ambit_territories *territories, int32_t j);

#endif
