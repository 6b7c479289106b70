/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capacitated p-median as set partitioning over clusters, by column generation.
 */
#ifndef AMBIT_PARTITION_H
#define AMBIT_PARTITION_H

#include "solvers/cluster_pool.h"
#include "solvers/cluster_problem.h"

struct ambit_partition_limits {
    int32_t ascent_max; /* steps of the subgradient before the master programme */
    int32_t master_max; /* master programmes */
    int32_t column_max; /* columns in the final programme */
    int64_t node_max;   /* branch-and-bound nodes of a final programme */
    bool generate;      /* false: pick among the clusters of the pool and the plan alone */
    double work_max;    /* of all final programmes, see struct ambit_mip_limits; 0: any */
};

/* Improves the plan median_inout (count; feasible) in place; the problem's one rule is a capacity,
 * see ambit_cluster_capacity(). lambda_inout (count) are the rewards to start from, and the best
 * found. pool (or NULL): clusters that may be picked as well, its accounts being those of the
 * problem. Local; a pure function of its inputs. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. */
ambit_status ambit_partition_improve(const struct ambit_cluster_problem *problem,
                                     const struct ambit_partition_limits *limits,
                                     const struct ambit_cluster_pool *pool, double *lambda_inout,
                                     int32_t *median_inout,
                                     struct ambit_cluster_outcome *outcome_out) AMBIT_CHECKED;

#endif
