/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instances of the literature: solving one, and judging a solution of it.
 */
#ifndef AMBIT_SOLVE_H
#define AMBIT_SOLVE_H

#include "engine/base/comm.h"
#include "engine/model/instance.h"
#include <stdio.h>

/* So many rounds as are the default, or any number where there is a time limit. */
#define AMBIT_SOLVE_EFFORT_AUTO (-1)

struct ambit_solve_options {
    const char *instance_path;
    const char *solution_path; /* where the JSON goes; NULL: nothing is stored */
    enum ambit_location problem;
    enum ambit_distance distance;
    uint64_t seed;     /* default 1 */
    int64_t effort;    /* rounds, ≥ 0; default AMBIT_SOLVE_EFFORT_AUTO */
    double time_limit; /* seconds; 0: none */
    int threads;       /* OpenMP threads a rank; 0: cores / ranks on this host */
};
void ambit_solve_options_init(struct ambit_solve_options *options);

enum ambit_solve_status { AMBIT_SOLVE_OPTIMAL, AMBIT_SOLVE_FEASIBLE, AMBIT_SOLVE_INFEASIBLE };

/* The value of the best plan after so many seconds. */
struct ambit_solve_step {
    double seconds, value;
};

struct ambit_solve_outcome {
    char *instance_name; /* owned */
    int32_t count, centre_count;
    enum ambit_location problem;
    enum ambit_solve_status status;
    char reason[256]; /* why there is no solution; "" where there is one */
    double value;     /* of the best plan, judged; NAN where infeasible */
    double bound;     /* proven lower bound; NAN where there is none */
    double seconds, seconds_to_best;
    uint64_t seed;
    int64_t effort; /* rounds done */
    bool stopped_by_time_limit;
    struct ambit_solve_step *step; /* owned; each improvement of the best plan */
    int32_t step_count;
};
void ambit_solve_outcome_clear(struct ambit_solve_outcome *outcome);

/* Reads, solves, judges and stores. *outcome_out is filled on every rank where the status is
 * AMBIT_OK or AMBIT_ERR_INFEASIBLE (with `reason` set; nothing is stored then, and a message is
 * left with ambit_fail()). Collective. */
ambit_status ambit_solve(struct ambit_comm *comm, const struct ambit_solve_options *options,
                         struct ambit_solve_outcome *outcome_out) AMBIT_CHECKED;

/* Judges a solution file against its instance, on rank 0, from the two files alone: prints the
 * recomputed value (AMBIT_OK), or every violation (AMBIT_ERR_MISMATCH), on `report`. Collective. */
ambit_status ambit_solution_verify(struct ambit_comm *comm, const char *solution_path,
                                   const struct ambit_solve_options *options,
                                   FILE *report) AMBIT_CHECKED;

#endif
