/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may serve whom: one notion for locks, fixed territories, skills, forbidden and allowed pairs.
 * An account has a class, which is a set of territories; few sets are different, whatever the
 * number of accounts. A lock is a class of one territory that needs no set. How far a territory may
 * be is looked up where it is, since free centres move.
 */
#ifndef AMBIT_ELIGIBILITY_H
#define AMBIT_ELIGIBILITY_H

#include "engine/model/accounts.h"
#include "engine/model/pairs.h"
#include "engine/model/scenario.h"
#include "engine/model/territories.h"
#include <stdint.h>

enum { AMBIT_CLASS_ANY = -1 }; /* any territory; a class below is a lock, from 0 on a set */

/* Zeroed, everybody may serve everybody. */
struct ambit_eligibility {
    int32_t territory_count, class_count;
    int32_t set_words;   /* of 64 territories each */
    uint64_t *set;       /* owned; [class × set_words + word] */
    bool *fixed;         /* owned; territories that are left as they are; NULL: none */
    double reach_chord2; /* squared chord beyond which nobody serves; INFINITY: anywhere */
};

static inline int32_t ambit_class_of_lock(int32_t territory)
{
    return AMBIT_CLASS_ANY - 1 - territory;
}

/* The territory of a class that is a lock. */
static inline int32_t ambit_class_lock(int32_t class)
{
    return AMBIT_CLASS_ANY - 1 - class;
}

/* Whether territory j is in the class. */
static inline bool ambit_class_has(const struct ambit_eligibility *eligibility, int32_t class,
                                   int32_t j)
{
    if (class == AMBIT_CLASS_ANY) return true;
    if (class < AMBIT_CLASS_ANY) return ambit_class_lock(class) == j;
    return (eligibility->set[(int64_t) class * eligibility->set_words + j / 64] >> (j % 64) & 1) !=
           0;
}

/* Whether the scenario has any rule of this kind. */
bool ambit_eligibility_is_used(const struct ambit_scenario *scenario);

/* Makes the sets, and the class of every account of the slice in accounts->class_of. `forbidden`
 * and `allowed` are the pairs of the tables. Accounts of a fixed territory stay there whatever
 * else is asked. Errors: AMBIT_ERR_INPUT where a rule names no territory, AMBIT_ERR_MEMORY. Local.
 */
ambit_status ambit_eligibility_create(const struct ambit_scenario *scenario,
                                      const struct ambit_territories *territories,
                                      const struct ambit_pairs *forbidden,
                                      const struct ambit_pairs *allowed,
                                      struct ambit_accounts *accounts,
                                      struct ambit_eligibility *out) AMBIT_CHECKED;
/* Makes the sets and classes of units (accounts->rows): those who may serve all accounts of one.
 * `of_rows` is of the accounts; one of the units may end with an empty set. Errors:
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_eligibility_unite(const struct ambit_eligibility *of_rows,
                                     struct ambit_accounts *units,
                                     struct ambit_eligibility *out) AMBIT_CHECKED;
void ambit_eligibility_clear(struct ambit_eligibility *eligibility);

/* The largest squared chord that is within the scenario's reach; INFINITY where it sets none. */
double ambit_reach_chord2(const struct ambit_scenario *scenario);

/* What a place at a squared chord is away, in the unit of the scenario's reach. */
double ambit_reach_of(const struct ambit_scenario *scenario, double chord2);

#endif
