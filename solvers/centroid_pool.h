/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distinct clusters of the plans that a search met, and the best plan that they make up.
 */
#ifndef AMBIT_CENTROID_POOL_H
#define AMBIT_CENTROID_POOL_H

#include "engine/base/key_table.h"
#include "solvers/centroid_plan.h"

struct ambit_centroid_pool {
    int32_t clusters, cluster_room;
    int64_t members, member_room;
    int32_t spare_clusters; /* of the room, kept for the plan to start picking from */
    int64_t spare_members;
    int64_t *first;               /* owned; cluster_room + 1: where a cluster's accounts begin */
    int32_t *member;              /* owned; ascending within a cluster */
    double *cost;                 /* owned */
    struct ambit_key_table index; /* of the clusters */
};

/* Room for `cluster_room` clusters of plans of the problem, about as many as its plans have. */
ambit_status ambit_centroid_pool_open(const struct ambit_centroid_problem *problem,
                                      int32_t cluster_room,
                                      struct ambit_centroid_pool *out) AMBIT_CHECKED;
void ambit_centroid_pool_close(struct ambit_centroid_pool *pool);
void ambit_centroid_pool_empty(struct ambit_centroid_pool *pool);

/* Adds the clusters that it does not know yet; false where there is no room for all. */
bool ambit_centroid_pool_add(struct ambit_centroid_pool *pool,
                             const struct ambit_centroid_plan *plan);

/* Adds the clusters of a plan without excess and looks for a better one in the pool; writes it
 * where it finds one. Local; a pure function of its inputs. The pool must be emptied afterwards.
 * Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. */
ambit_status ambit_centroid_pool_pick(struct ambit_centroid_pool *pool,
                                      const struct ambit_centroid_plan *plan, int64_t node_max,
                                      int32_t *cluster_out, bool *found_out) AMBIT_CHECKED;

#endif
