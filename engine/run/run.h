/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The jobs that the command line starts. Every function is collective over `comm`: all ranks call
 * it with the same options, all return the same status. Results are filled on rank 0 only; the
 * others get an empty one.
 */
#ifndef AMBIT_RUN_H
#define AMBIT_RUN_H

#include "engine/base/comm.h"
#include "engine/base/memory_room.h"
#include "engine/model/result.h"
#include <stdint.h>
#include <stdio.h>

#define AMBIT_DEFAULT_SEED 1
#define AMBIT_DEFAULT_EFFORT 24

struct ambit_run_options {
    const char *scenario_path;
    const char *scenario_name; /* which of the file's scenarios; NULL: its base */
    const char *accounts_path; /* read instead of the scenario's accounts; NULL: those */
    const char *plan_path;     /* result file whose plan is audited; NULL: today's territories */
    const char *result_path;   /* where the HDF5 file goes; NULL: nothing is stored */
    const char *other_path[3]; /* what will be written beside it, or NULL */
    uint64_t seed;             /* default 1 */
    bool has_seed;             /* it was given: one in the scenario does not count */
    int64_t effort;            /* rounds of refinement, ≥ 0; default 24 */
    double time_limit;         /* seconds; 0: none */
    int threads;               /* OpenMP threads a rank; 0: cores / ranks on this host */
    double checkpoint_seconds; /* between checkpoints; 0: by rounds, or none; default 300 */
    int64_t checkpoint_rounds; /* between checkpoints; 0: by time, or none */
    bool resume;               /* go on from the newest checkpoint of result_path */
    int64_t memory_limit;  /* bytes that the ranks of a host may have together; 0: what the system
                              lets them; AMBIT_MEMORY_BOUNDLESS: memory is not checked */
    double hours_per_move; /* of ambit_nightly; NAN: as the scenario says */
    bool skip_bad_rows;
    bool seed_only; /* stop after seeding, which then mends the bands that do not count travel */
};
void ambit_run_options_init(struct ambit_run_options *options);

/* load → order → seed → refine → bound → judge → store. AMBIT_ERR_INFEASIBLE where bands are not
 * met: the best plan found is stored all the same, marked infeasible, and is in *result_out. Bad
 * input: AMBIT_ERR_INPUT, with the list of bad rows in result_out->bad_rows on rank 0.
 * AMBIT_STOPPED where ambit_stop_signal() asked for it, after a checkpoint (see checkpoint.h). */
ambit_status ambit_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                       struct ambit_result *result_out) AMBIT_CHECKED;

/* Scores the current alignment, or the plan of a result file, with the same judge, and adds the
 * figures of kpi.h. Centres are the reps' homes where fixed, else the median account or centroid of
 * the current territory, or the centre that the result file has. */
ambit_status ambit_audit(struct ambit_comm *comm, const struct ambit_run_options *options,
                         struct ambit_result *result_out) AMBIT_CHECKED;

/* Keeps the plan of plan_path up with today's accounts: those that are new get a territory, those
 * that are gone drop out, and others move only where a band is broken or they save more than
 * hours_per_move; centres stay. Effort is that of ambit_run(). AMBIT_ERR_INFEASIBLE where bands
 * cannot be mended so; the best plan is stored all the same. */
ambit_status ambit_nightly(struct ambit_comm *comm, const struct ambit_run_options *options,
                           struct ambit_result *result_out) AMBIT_CHECKED;

/* Re-judges a result file from its inputs, with accounts from accounts_path where that is not NULL,
 * and prints each difference on `report` (rank 0). Returns AMBIT_ERR_MISMATCH where anything
 * differs, AMBIT_ERR_INFEASIBLE where the file agrees but its plan breaks a band and says so. */
ambit_status ambit_verify(struct ambit_comm *comm, const char *result_path,
                          const char *accounts_path, int threads, FILE *report) AMBIT_CHECKED;

#endif
