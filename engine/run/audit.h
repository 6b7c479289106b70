/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rooms of an audit's figures: what the accounts sum up to (audit_tally.c), how the territories
 * lie (audit_shape.c), what calls for action (audit_triggers.c), and the figures that are made of
 * it (audit_figures.c).
 */
#ifndef AMBIT_AUDIT_H
#define AMBIT_AUDIT_H

#include "engine/model/kpi.h"
#include "engine/run/job.h"

/* Sums over the accounts of a territory. Hours, minutes, visits and columns are in millionths. */
enum {
    AMBIT_SUM_ACCOUNTS,
    AMBIT_SUM_TRAVEL,
    AMBIT_SUM_VISITS,
    AMBIT_SUM_MINUTES, /* of one drive from the centre to each */
    AMBIT_SUM_TARGETS, /* accounts that are to be visited */
    AMBIT_SUM_VISITED, /* those of them that were */
    AMBIT_SUM_NEARER,  /* accounts that a neighbour's centre serves with less travel */
    AMBIT_SUM_SAVED,   /* and how much less */
    AMBIT_SUM_SEGMENT, /* accounts by class */
    AMBIT_SUM_COLUMN = AMBIT_SUM_SEGMENT + AMBIT_SEGMENT_MAX,
    AMBIT_SUM_WIDTH = AMBIT_SUM_COLUMN + AMBIT_COLUMN_MAX
};

/* Sums over the accounts of an area. */
enum {
    AMBIT_AREA_SUM_ACCOUNTS,
    AMBIT_AREA_SUM_EFFORT,
    AMBIT_AREA_SUM_POTENTIAL,
    AMBIT_AREA_SUM_X, /* of unit vectors */
    AMBIT_AREA_SUM_Y,
    AMBIT_AREA_SUM_Z,
    AMBIT_AREA_SUM_TERRITORY, /* of the account in the middle */
    AMBIT_AREA_SUM_WIDTH
};

/* How the territories lie: on every rank, but roundness and pieces on rank 0. */
struct ambit_kpi_shape {
    int64_t every;            /* outlines are drawn from every so many-th account */
    int32_t *neighbour_first; /* owned; territories + 1 */
    int32_t *neighbour;       /* owned; of territory j in rising order */
    double *roundness;        /* owned; NaN without an outline */
    double *pieces;           /* owned; NaN where there are no outlines at all */
};

struct ambit_kpi_tally {
    int64_t *territory; /* owned; [territory × AMBIT_SUM_WIDTH + sum], the nation last */
    int64_t area_total;
    int64_t *area; /* owned; [area × AMBIT_AREA_SUM_WIDTH + sum] */
};

/* Collective. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_kpi_find_shape(struct ambit_job *job, const int32_t *label,
                                  struct ambit_kpi_shape *shape_out) AMBIT_CHECKED;
void ambit_kpi_shape_clear(struct ambit_kpi_shape *shape);

/* Collective. Errors: AMBIT_ERR_MEMORY, and AMBIT_ERR_INPUT where effort or potential could not be
 * counted. */
ambit_status ambit_kpi_take_tally(struct ambit_job *job, const int32_t *label,
                                  const struct ambit_kpi_shape *shape,
                                  struct ambit_kpi_tally *tally_out) AMBIT_CHECKED;
void ambit_kpi_tally_clear(struct ambit_kpi_tally *tally);

/* The sum in units, from the sums of a territory or the nation. */
double ambit_kpi_sum(const struct ambit_sum *sum, const int64_t *sums);

/* Fills kpi->trigger from the judge's bands, the figures and the balances. Local. */
ambit_status ambit_kpi_find_triggers(const struct ambit_result *result,
                                     const struct ambit_kpi_shape *shape,
                                     struct ambit_kpi *kpi) AMBIT_CHECKED;

#endif
