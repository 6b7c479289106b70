/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: one ambit_command a command, one parser of options for all of them, and what
 * the commands share. Every rank parses the same words; rank 0 alone speaks.
 */
#ifndef AMBIT_CLI_H
#define AMBIT_CLI_H

#include "engine/base/comm.h"
#include "engine/base/log.h"
#include "engine/run/assign.h"
#include "engine/run/generate.h"
#include "engine/run/headcount_sweep.h"
#include "engine/run/run.h"
#include "engine/run/solve.h"
#include "engine/run/sweep.h"
#include <argp.h>
#include <stdbool.h>

/* What an option's argp key means; a command lists the options it has with the macros below. */
enum {
    AMBIT_KEY_OUTPUT = 'o',
    AMBIT_KEY_QUIET = 'q',
    AMBIT_KEY_VERBOSE = 'v',
    AMBIT_KEY_SEED = 256, /* from here on: long options without a letter */
    AMBIT_KEY_EFFORT,
    AMBIT_KEY_TIME_LIMIT,
    AMBIT_KEY_THREADS,
    AMBIT_KEY_JSON,
    AMBIT_KEY_SKIP_BAD_ROWS,
    AMBIT_KEY_HELP_SCENARIO,
    AMBIT_KEY_CSV,
    AMBIT_KEY_GEOJSON,
    AMBIT_KEY_SVG,
    AMBIT_KEY_PROBLEM,
    AMBIT_KEY_DISTANCE,
    AMBIT_KEY_INSTANCE,
    AMBIT_KEY_ACCOUNTS,
    AMBIT_KEY_TERRITORIES,
    AMBIT_KEY_SILENCE_LIMIT,
    AMBIT_KEY_COMM_STATS,
    AMBIT_KEY_ACCOUNTS_FILE,
    AMBIT_KEY_SEED_ONLY,
    AMBIT_KEY_CHECKPOINT,
    AMBIT_KEY_RESUME,
    AMBIT_KEY_MEMORY_LIMIT,
    AMBIT_KEY_PLAN,
    AMBIT_KEY_TABLE,
    AMBIT_KEY_SCENARIO,
    AMBIT_KEY_HANDOVER,
    AMBIT_KEY_VARIANT,
    AMBIT_KEY_THRESHOLD,
    AMBIT_KEY_BUDGETS,
    AMBIT_KEY_FROM,
    AMBIT_KEY_TO,
    AMBIT_KEY_STEP
};

#define AMBIT_OPTION(key, name, value, text)                                                       \
    {                                                                                              \
        name, key, value, 0, text, 0                                                               \
    }
#define AMBIT_OPTION_ACCOUNTS_FILE                                                                 \
    AMBIT_OPTION(AMBIT_KEY_ACCOUNTS_FILE, "accounts", "FILE",                                      \
                 "Read the accounts from FILE, CSV or HDF5, instead of the scenario's")
#define AMBIT_OPTION_VARIANT                                                                       \
    AMBIT_OPTION(AMBIT_KEY_VARIANT, "scenario", "NAME",                                            \
                 "Take the scenario or layer NAME of those that the file lists (default: its "     \
                 "base)")
#define AMBIT_OPTION_SEED                                                                          \
    AMBIT_OPTION(AMBIT_KEY_SEED, "seed", "N", "Draw random numbers from seed N (default: 1)")
#define AMBIT_OPTION_EFFORT_EACH                                                                   \
    AMBIT_OPTION(AMBIT_KEY_EFFORT, "effort", "N",                                                  \
                 "Refine each plan for at most N rounds (default: 24)")
#define AMBIT_OPTION_GROUP_MEMORY                                                                  \
    AMBIT_OPTION(AMBIT_KEY_MEMORY_LIMIT, "memory-limit", "SIZE",                                   \
                 "Group ranks so that those of a host need no more than SIZE together, such as "   \
                 "500M or 4G; none: group them as it is fastest (default: what is available)")
#define AMBIT_OPTION_THREADS                                                                       \
    AMBIT_OPTION(                                                                                  \
        AMBIT_KEY_THREADS, "threads", "N",                                                         \
        "Use N threads a rank, 1 to 1024 (default: the host's cores shared among its ranks)")
#define AMBIT_OPTION_SILENCE_LIMIT                                                                 \
    AMBIT_OPTION(AMBIT_KEY_SILENCE_LIMIT, "silence-limit", "TIME",                                 \
                 "End the job where ranks have waited for each other for TIME and none has shown " \
                 "a sign of work, such as 90s or 10m; 0: never (default: 10m)")
#define AMBIT_OPTION_COMM_STATS                                                                    \
    AMBIT_OPTION(AMBIT_KEY_COMM_STATS, "comm-stats", "FILE.csv",                                   \
                 "Write the messages and bytes that each rank sent, by phase and round")
#define AMBIT_OPTION_PROBLEM(text) AMBIT_OPTION(AMBIT_KEY_PROBLEM, "problem", "PROBLEM", text)
#define AMBIT_OPTION_DISTANCE                                                                      \
    AMBIT_OPTION(AMBIT_KEY_DISTANCE, "distance", "DISTANCE",                                       \
                 "Measure by euclidean distance, or by floor, the same cut to a whole number "     \
                 "(default: euclidean)")
#define AMBIT_OPTION_JSON                                                                          \
    AMBIT_OPTION(AMBIT_KEY_JSON, "json", NULL, "End standard output with one line of JSON")
#define AMBIT_OPTION_SKIP_BAD_ROWS                                                                 \
    AMBIT_OPTION(AMBIT_KEY_SKIP_BAD_ROWS, "skip-bad-rows", NULL,                                   \
                 "Leave out rows that cannot be used, and list them in the result")
#define AMBIT_OPTION_QUIET                                                                         \
    AMBIT_OPTION(AMBIT_KEY_QUIET, "quiet", NULL, "Say nothing but results and errors")
#define AMBIT_OPTION_VERBOSE AMBIT_OPTION(AMBIT_KEY_VERBOSE, "verbose", NULL, "Say more")
#define AMBIT_OPTION_END                                                                           \
    {                                                                                              \
        NULL, 0, NULL, 0, NULL, 0                                                                  \
    }

enum { AMBIT_ARGUMENT_MAX = 64 };

/* A command's words, parsed. All strings are borrowed from argv. */
struct ambit_options {
    const char *argument[AMBIT_ARGUMENT_MAX];
    struct ambit_run_options run;
    struct ambit_solve_options solve;
    struct ambit_generate_options generate;
    struct ambit_frontier_options frontier;
    struct ambit_headcount_options headcount;
    const char *scenario_path;                      /* of `assign`; NULL where not given */
    bool has_problem, has_distance;                 /* these two of `solve` were given */
    const char *csv_path, *geojson_path, *svg_path; /* NULL where not asked for */
    const char *handover_path;                      /* of `moves`; NULL where not asked for */
    const char *comm_stats_path;                    /* NULL where not asked for */
    double silence_limit;                           /* seconds; 0: none; default 600 */
    bool json, quiet, verbose, table;
};

struct ambit_command {
    const char *name;
    const char *summary;   /* one line, for `ambit --help` */
    const char *arguments; /* such as "A.h5 B.h5"; NULL: none */
    int argument_count;
    int optional_count; /* of them that may be left out */
    const char *manual; /* for --help: text above the options, then \v, then text below */
    const struct argp_option *options;
    /* Does the work. Collective; may return different statuses, which main agrees on. */
    ambit_status (*act)(struct ambit_comm *comm, const struct ambit_options *options);
};

extern const struct ambit_command ambit_command_run, ambit_command_audit, ambit_command_compare,
    ambit_command_verify, ambit_command_export, ambit_command_solve, ambit_command_generate,
    ambit_command_assign, ambit_command_moves, ambit_command_scenarios, ambit_command_robustness,
    ambit_command_nightly, ambit_command_farm, ambit_command_frontier, ambit_command_headcount;

/* --help and --usage, as an argp child of every parser. */
extern const struct argp ambit_help_argp;

/* Parses with argp, which prints help, and errors with a hint, on rank 0. *stop_out is true where
 * the words were understood and nothing is left to do, as after --help. argv[0] must be the name to
 * print. Errors: AMBIT_ERR_USAGE, printed, without a stored message. Local. */
ambit_status ambit_words_parse(const struct argp *argp, unsigned flags, bool speaks, int argc,
                               char **argv, void *input, bool *stop_out) AMBIT_CHECKED;

/* Parses the words after a command's name; argv[0] is that name. Errors as above. Local. */
ambit_status ambit_options_parse(const struct ambit_command *command, bool speaks, int argc,
                                 char **argv, struct ambit_options *options_out,
                                 bool *stop_out) AMBIT_CHECKED;

/* True on the rank that parses with `state` and speaks. */
bool ambit_words_spoken(const struct argp_state *state);

/* Fails with AMBIT_ERR_IO where `path` cannot be written or is the file `input_path` itself, or the
 * one that the plan FILE:NAME is in, so that this is known before hours of work. Local. */
ambit_status ambit_output_check(const char *path, const char *input_path) AMBIT_CHECKED;

/* The same for several of both, of which any may be NULL; AMBIT_ERR_USAGE where two outputs have
 * one name. Local. */
ambit_status ambit_outputs_check(int count, const char *const *paths, int input_count,
                                 const char *const *inputs) AMBIT_CHECKED;

/* The same by rank 0 for all, where `path` is not NULL. Collective. */
ambit_status ambit_output_agree(struct ambit_comm *comm, const char *path,
                                const char *input_path) AMBIT_CHECKED;

/* Where the result of a scenario goes unless it is said: "plans/west.yaml" becomes "west.h5", and
 * its `variant` "more reps" (or NULL) "west-more_reps.h5": results land where the user stands.
 * *out is owned by the caller. Errors: AMBIT_ERR_MEMORY. */
ambit_status ambit_output_name(const char *scenario_path, const char *variant,
                               char **out) AMBIT_CHECKED;

/* Runs ambit_run or ambit_audit after checking the output, and prints what came out. Collective. */
typedef ambit_status ambit_job(struct ambit_comm *comm, const struct ambit_run_options *options,
                               struct ambit_result *result_out);
ambit_status ambit_output_refusal(ambit_status status, const struct ambit_refusal *refusal,
                                  const struct ambit_options *options) AMBIT_CHECKED;
ambit_status ambit_job_do(struct ambit_comm *comm, ambit_job *job,
                          const struct ambit_run_options *run,
                          const struct ambit_options *options) AMBIT_CHECKED;

#endif
