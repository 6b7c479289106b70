/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the runner of instances knows: the instances of a folder with their best-known values, and
 * what each run of `ambit solve` on them came to. bench_instances.c makes the runs, the other files
 * of its kind list, store and draw them. All functions are local.
 */
#ifndef AMBIT_INSTANCE_RUNS_H
#define AMBIT_INSTANCE_RUNS_H

#include "engine/base/status.h"
#include "engine/model/instance.h"
#include <stdio.h>

/* --- families ------------------------------------------------------------- */

/* Instances of one origin, told by how their names begin. */
struct ambit_bench_family {
    const char *key;  /* on the command line */
    const char *name; /* for people */
    const char *prefix;
    enum ambit_location problem;
    double time_limit; /* seconds a run, unless the caller says otherwise */
};
extern const struct ambit_bench_family ambit_bench_family[];
enum { AMBIT_BENCH_FAMILY_COUNT = 16 };

/* --- instances ------------------------------------------------------------ */

struct ambit_bench_case {
    char *path;     /* owned; the instance file */
    char *name;     /* owned; its name without folder and ending */
    int32_t family; /* index in ambit_bench_family */
    enum ambit_location problem;
    enum ambit_distance distance;
    double best_known; /* NAN where there is none */
    double tolerance;  /* half a unit of the last digit that best_known is written with */
};

struct ambit_bench_list {
    struct ambit_bench_case *item; /* owned; by family, then as listed */
    int32_t count;
};

/* Reads cpmp/best_known.csv and cccp/best_known.csv of `folder`, of which one may be missing, and
 * keeps the instances whose name, file name or problem/name matches the glob `only` (NULL: all).
 * Columns: file; best_known or upper_bound_found, which may be empty; distance (euclidean or
 * floor_euclidean; missing or empty: euclidean). Errors: AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY. */
ambit_status ambit_bench_list_read(const char *folder, const char *only,
                                   struct ambit_bench_list *out) AMBIT_CHECKED;
void ambit_bench_list_clear(struct ambit_bench_list *list);

/* "cpmp" or "cccp". */
const char *ambit_bench_problem(enum ambit_location problem);

/* --- runs ----------------------------------------------------------------- */

enum ambit_bench_verdict {
    AMBIT_BENCH_GOOD,       /* a solution that the judge accepts */
    AMBIT_BENCH_INFEASIBLE, /* the solver says that there is none */
    AMBIT_BENCH_REFUSED,    /* a solution that the judge refuses */
    AMBIT_BENCH_FAILED      /* no answer that can be read */
};
const char *ambit_bench_verdict_word(enum ambit_bench_verdict verdict);

/* The value of the best plan after so many seconds. */
struct ambit_bench_step {
    double seconds, value;
};

enum { AMBIT_BENCH_STATUS_MAX = 16, AMBIT_BENCH_MESSAGE_MAX = 512 };

struct ambit_bench_run {
    const struct ambit_bench_case *instance; /* borrowed */
    uint64_t seed;
    int32_t account_count, centre_count;
    enum ambit_bench_verdict verdict;
    char message[AMBIT_BENCH_MESSAGE_MAX]; /* what is wrong with it; "" where nothing is */
    char status[AMBIT_BENCH_STATUS_MAX];   /* as the solver says */
    double time_limit, seconds, seconds_to_best;
    double value, bound; /* NAN where there is none */
    int64_t effort;
    bool stopped_by_time_limit;
    struct ambit_bench_step *step; /* owned; step_count */
    int32_t step_count;
};

struct ambit_bench_runs {
    struct ambit_bench_run *item; /* owned; room for `capacity` */
    int32_t count, capacity;
};
void ambit_bench_runs_clear(struct ambit_bench_runs *runs);

/* Per cent by which `value` is above the best known one, 0 where both are the same number as far as
 * that one is written; NAN where one of them is missing. */
double ambit_bench_gap(const struct ambit_bench_case *instance, double value);

/* Per cent of the value by which it is above the proven bound; NAN where there is none. */
double ambit_bench_proven_gap(const struct ambit_bench_run *run);

/* --- children ------------------------------------------------------------- */

struct ambit_bench_output {
    char *text;    /* owned; standard output, NUL-terminated */
    size_t bytes;  /* without the NUL */
    int exit_code; /* 128 + the signal where one ended it */
    bool late;     /* it was ended because it took longer than it may */
};

/* Runs a program and takes its standard output; standard error stays ours. `words` ends with NULL
 * and begins with the program, which is not searched for. Errors: AMBIT_ERR_IO where it cannot be
 * started, AMBIT_ERR_MEMORY. */
ambit_status ambit_bench_child(const char *const *words, double seconds_max,
                               struct ambit_bench_output *out) AMBIT_CHECKED;

/* --- what is left behind -------------------------------------------------- */

/* Each writes its file whole or not at all. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_bench_write_csv(const char *path,
                                   const struct ambit_bench_runs *runs) AMBIT_CHECKED;
ambit_status ambit_bench_write_hdf5(const char *path,
                                    const struct ambit_bench_runs *runs) AMBIT_CHECKED;

#endif
