/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why no plan was found, as data: by how much which bands and budgets would have to open, how many
 * accounts which rules would have to let go, and what else was found.
 */
#ifndef AMBIT_DIAGNOSIS_H
#define AMBIT_DIAGNOSIS_H

#include "engine/model/finding.h"

enum ambit_remedy {
    AMBIT_REMEDY_ALONE,    /* this band or rule alone is enough */
    AMBIT_REMEDY_TOGETHER, /* all of this kind are enough together: the smallest set found */
    AMBIT_REMEDY_KEPT,     /* the same with every band kept, where that set has one */
    AMBIT_REMEDY_LOCAL,    /* all of this kind are enough together, each for one territory */
    AMBIT_REMEDY_COUNT
};

/* What may be relaxed. */
enum ambit_relaxed {
    AMBIT_RELAXED_BAND,
    AMBIT_RELAXED_BUDGET,
    AMBIT_RELAXED_LOCKED,     /* locked accounts of a territory may go */
    AMBIT_RELAXED_FIXED,      /* accounts may leave or join a fixed territory */
    AMBIT_RELAXED_NEEDS,      /* accounts may go to a territory whose rep lacks a skill */
    AMBIT_RELAXED_FORBIDDEN,  /* or to one that is forbidden to them */
    AMBIT_RELAXED_ALLOWED,    /* or to one that is not among the only ones allowed */
    AMBIT_RELAXED_REACH,      /* accounts may be further away */
    AMBIT_RELAXED_PROTECTED,  /* protected accounts of a territory may go */
    AMBIT_RELAXED_TOGETHER,   /* groups may be parted; only before a plan is sought */
    AMBIT_RELAXED_SEPARATION, /* centres may be nearer to each other */
    AMBIT_RELAXED_CONTIGUITY, /* accounts may be apart from the rest of their territory */
    AMBIT_RELAXED_COUNT
};

struct ambit_opening {
    enum ambit_remedy remedy;
    enum ambit_relaxed what;
    int band;            /* index into the result's bands; −1 where it is no band */
    int32_t budget_cell; /* index into the result's limits of disruption; −1 where it is none */
    int32_t territory;   /* index, or −1: every one */
    int side;            /* −1: the lower limit, 1: the upper, 0: both */
    double by; /* of a band in parts of the target, in points of a share as a fraction, or in
                  units, as its limits are; of a budget in parts of its total; of reach or
                  separation in parts of it; of other rules the part of `of` that is let go */
    double was, limit; /* what a budget, reach or separation is, and would have to be; else NaN */
    char unit[AMBIT_NAME_MAX]; /* of those two */
    int64_t accounts;          /* that use the exception from a rule; 0 for bands, budgets and
                                  separation */
    int64_t of;                /* accounts, or centres, of the model that the rule holds */
};

struct ambit_diagnosis {
    int32_t territory_count, cell_count; /* of the model that says so; 0: there was none */
    int32_t count;
    struct ambit_opening *opening; /* owned; by remedy; bands first, the largest before others;
                                      then rules, the least before others */
    int32_t finding_count;
    struct ambit_finding *finding; /* owned; those before a plan was sought first */
};

/* "alone", "together", "kept" or "local". */
const char *ambit_remedy_name(int remedy);
/* "band", "budget", "locked", "fixed", "needs", "forbidden", "allowed", "reach", "protected",
 * "together", "separation" or "contiguity". */
const char *ambit_relaxed_name(int what);
/* "lower", "upper" or "both". */
const char *ambit_side_name(int side);

/* Each makes *diagnosis where it is NULL. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_diagnosis_open(struct ambit_diagnosis **diagnosis,
                                  const struct ambit_opening *opening) AMBIT_CHECKED;
ambit_status ambit_diagnosis_find(struct ambit_diagnosis **diagnosis,
                                  const struct ambit_finding *finding) AMBIT_CHECKED;

/* Puts openings in their order. Local. */
void ambit_diagnosis_sort(struct ambit_diagnosis *diagnosis);

void ambit_diagnosis_destroy(struct ambit_diagnosis **diagnosis);

#endif
