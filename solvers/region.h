/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A region of a capacitated p-median plan: a few clusters and all their accounts, improved alone
 * as a problem of its own. Improving is a pure function of the region, so it does not matter which
 * rank or thread does it.
 */
#ifndef AMBIT_REGION_H
#define AMBIT_REGION_H

#include "engine/model/instance.h"
#include "solvers/cluster_pool.h"
#include "solvers/cluster_problem.h"

enum ambit_region_method {
    AMBIT_REGION_PARTITION, /* columns and GLPK: small clusters */
    AMBIT_REGION_SEARCH,    /* moves of medians, kicks, assignment ILPs: any clusters */
    AMBIT_REGION_RECOMBINE  /* the pool's clusters and GLPK */
};

struct ambit_region {
    const struct ambit_instance *instance; /* borrowed */
    enum ambit_region_method method;
    int32_t count, centre_count;
    int32_t *account; /* borrowed; count: index in the instance, ascending */
    int32_t *median;  /* borrowed; count: index in the instance; in and out */
    double *lambda;   /* borrowed; count: rewards of the accounts; in and out */
    const struct ambit_cluster_pool *pool; /* borrowed; of the instance, or NULL */
    uint64_t seed;
    int32_t kicks; /* perturbations of a search */
    double effort; /* of a partition: 1 is about a second */
};

/* Improves `median` in place, never to more load beyond capacity, and where that is the same never
 * to more cost. Errors: AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. Local. */
ambit_status ambit_region_improve(struct ambit_region *region,
                                  struct ambit_cluster_outcome *outcome_out) AMBIT_CHECKED;

#endif
