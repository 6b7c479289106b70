/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the rounds of a p-median search are made, for locate_*.c alone. Regions know nothing of
 * rounds, rounds nothing of descents:
 *   locate_regions.c   which regions of the plan to draw, and the table of those that were tried;
 *   locate_rounds.c    a round: regions are drawn, improved, shared, applied and learnt from;
 *   locate_descents.c  rounds from one plan after the other, and what all plans together give.
 */
#ifndef AMBIT_LOCATE_ROUNDS_H
#define AMBIT_LOCATE_ROUNDS_H

#include "engine/base/key_table.h"
#include "engine/run/locate.h"
#include "solvers/region.h"

#define AMBIT_LOCATE_TASKS 8            /* regions a round */
#define AMBIT_LOCATE_RECOMBINE_MAX 1500 /* accounts of an instance whose plans are recombined */
#define AMBIT_LOCATE_RESTART_NOISE 0.1  /* of the rewards of a fresh plan */

/* A region to improve, and what came of it. */
struct ambit_locate_task {
    struct ambit_region region;
    struct ambit_cluster_outcome outcome;
    int32_t *account, *median; /* owned; what region points to */
    double *lambda;            /* owned */
    bool is_whole;             /* the region is the instance */
    ambit_status status;
};
void ambit_locate_task_clear(struct ambit_locate_task *task);

/* The clusters of the plan, and what decides which regions are drawn of them. */
struct ambit_locate_regions {
    struct ambit_locating *locating; /* borrowed */
    int32_t *first, *member, *site;  /* owned; clusters, by site: their accounts */
    int32_t *cluster;                /* owned; count: cluster of each account */
    int32_t *near;                   /* owned; workspace: clusters by distance */
    double *distance;                /* owned; workspace */
    bool *taken;                     /* owned; workspace: clusters in the region */
    double *lambda;                  /* owned; count: rewards of the accounts */
    int32_t clusters;
    double *reach; /* owned; count: accounts of a region for columns drawn around each account */
    double search_size;             /* accounts of a region for search */
    double effort;                  /* see struct ambit_region */
    struct ambit_cluster_pool pool; /* clusters of the plans so far */
    struct ambit_key_table seen;    /* regions that were tried */
    int64_t seen_count;
};

/* Errors: AMBIT_ERR_MEMORY; then `out` can only be cleared. Local. */
ambit_status ambit_locate_regions_create(struct ambit_locating *locating,
                                         struct ambit_locate_regions *out) AMBIT_CHECKED;
void ambit_locate_regions_clear(struct ambit_locate_regions *regions);

/* Lists the clusters of the plan by site, and their accounts. Local. */
void ambit_locate_regions_list(struct ambit_locate_regions *regions);

/* Puts the listed clusters into the pool. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_locate_regions_pool(struct ambit_locate_regions *regions) AMBIT_CHECKED;

/* Draws the round's region `number`, the same on every rank, in place of what is in `task`;
 * *found_out is false where all that were drawn had been tried. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_locate_regions_draw(struct ambit_locate_regions *regions, int32_t number,
                                       struct ambit_locate_task *task,
                                       bool *found_out) AMBIT_CHECKED;

/* Makes the whole plan the region in `task`, in place of what is there; the caller sets the method
 * and the effort. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_locate_regions_take_all(struct ambit_locate_regions *regions,
                                           struct ambit_locate_task *task) AMBIT_CHECKED;

struct ambit_locate_rounds {
    struct ambit_locate_regions regions;
    struct ambit_locate_task task[AMBIT_LOCATE_TASKS];
    int32_t tasks;
    bool *touched;          /* owned; count: accounts whose region changed in this round */
    double search_size_max; /* of regions.search_size */
    int64_t quiet;          /* rounds since the plan was last improved */
};

/* Errors: AMBIT_ERR_MEMORY; then `out` can only be cleared. Local. */
ambit_status ambit_locate_rounds_create(struct ambit_locating *locating,
                                        struct ambit_locate_rounds *out) AMBIT_CHECKED;
void ambit_locate_rounds_clear(struct ambit_locate_rounds *rounds);

/* Regions have their first sizes again: the plan is another. Local. */
void ambit_locate_rounds_reset(struct ambit_locate_rounds *rounds);

/* A round from the plan in `locating`, which it improves and measures. Collective. */
ambit_status ambit_locate_rounds_run(struct ambit_locate_rounds *rounds) AMBIT_CHECKED;

#endif
