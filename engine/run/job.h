/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the phases of a run hand from one to the next. Every rank has one; accounts and labels are
 * its slice, the rest is the same on every rank. Each phase function is collective.
 */
#ifndef AMBIT_JOB_H
#define AMBIT_JOB_H

#include "engine/base/comm.h"
#include "engine/base/hash.h"
#include "engine/model/accounts.h"
#include "engine/model/badrows.h"
#include "engine/model/columns.h"
#include "engine/model/cover.h"
#include "engine/model/problem.h"
#include "engine/model/result.h"
#include "engine/model/scenario.h"
#include "engine/model/territories.h"
#include "engine/run/run.h"
#include "io/pairs_csv.h"

/* What became of a limit that no plan can meet. */
struct ambit_relaxation {
    bool opened;
    double asked;            /* the limit before it was opened */
    double smallest;         /* the smallest that was found possible */
    int32_t proof_territory; /* the one that proves a share impossible, or −1 */
};

struct ambit_keeper;         /* checkpoint.h */
struct ambit_job_contiguity; /* join_pieces.h */

/* A table of pairs as it was read. */
struct ambit_pair_table {
    int closing; /* index into the scenario's */
    struct ambit_pairs_read read;
};

/* Where in a run a round has ended. */
enum ambit_stage {
    AMBIT_STAGE_LEVELS,   /* of the draft: between two levels, or behind the last */
    AMBIT_STAGE_CENTRES,  /* of the draft: after a step of all free centres */
    AMBIT_STAGE_RELOCATE, /* of the draft: after a few centres were moved together */
    AMBIT_STAGE_GROUPS,   /* of refinement */
    AMBIT_STAGE_DONE,     /* a plan of several: the next is begun */
    AMBIT_STAGE_GENTLE,   /* of a night: at prices for what moves cost */
    AMBIT_STAGE_REDRAWN   /* of a night: from a plan for which they cost next to nothing */
};

/* What the loops of a run count and compare: with plan, centres, prices and limits, all that the
 * rest of the run depends on. The same on every rank. */
struct ambit_place {
    int64_t stage;          /* enum ambit_stage */
    int64_t resumed;        /* 1: come from a checkpoint whose plan is not read yet */
    int64_t level, before;  /* of the draft, and the accounts that stood as one in the one before */
    int64_t step, quiet;    /* rounds done in this stage, and those that brought little */
    int64_t moved, bound;   /* of the last step of centres; of the centres, micro-hours */
    int64_t attempt;        /* at refinement */
    int64_t best_objective; /* of the best plan so far, micro-hours */
    int64_t best_broken;    /* at night: bands that it breaks, by territories */
    int64_t stage_steps;    /* at night: rounds done in this stage; `step` counts all */
    double best_violation;  /* of that plan */
    double imbalance;       /* that prices have left */
    double guard;           /* of the present round */
    double attempt_guard;   /* of the prices of the present attempt */
};

/* What a draft begins with. */
enum ambit_start {
    AMBIT_START_COLD,    /* nothing: it is seeded */
    AMBIT_START_NEAR,    /* plan, free centres and prices are near those that are sought */
    AMBIT_START_AS_NEAR, /* and limits that may be opened were met as asked near by */
    AMBIT_START_SETTLED  /* and such limits stay as they are */
};

struct ambit_job {
    struct ambit_comm *comm; /* borrowed */
    struct ambit_job *whole; /* borrowed; the job of single accounts, where those of this one are
                                units that stay together (unite.h); else NULL */
    struct ambit_run_options options;
    enum ambit_use use; /* what is read: columns for a plan, unless set otherwise */
    bool draws;         /* a plan is to be found: memory for that is checked */
    enum ambit_start start;
    bool sweeps; /* this plan is one of many: what budget would do for it is not sought */
    double started;
    struct ambit_scenario scenario;
    struct ambit_territories territories;
    struct ambit_accounts accounts;
    struct ambit_bad_rows bad_rows;
    struct ambit_rows_hash accounts_hash, reps_hash;
    int64_t accounts_rows, reps_rows;
    struct ambit_problem problem;
    struct ambit_pairs forbidden, allowed; /* of the tables of pairs */
    struct ambit_pair_table pair_table[AMBIT_PAIR_FILE_MAX];
    int pair_table_count;
    struct ambit_eligibility eligibility;

    struct ambit_cover *cover; /* owned; of an audit; NULL: every account has one territory */
    struct ambit_rows_hash plan_hash; /* of an audited plan that is a table */
    int64_t plan_rows;                /* of that table; 0: it is none */
    struct ambit_refusal *refusal;    /* owned; why no plan is sought, on every rank; NULL: it is */
    struct ambit_diagnosis *foreseen; /* owned; what no plan can meet, on every rank; or NULL */
    struct ambit_nightly *nightly;    /* owned; NULL: the plan is drawn, not kept up */
    struct ambit_job_contiguity
        *contiguity; /* owned; NULL where territories need not hang together */

    struct ambit_place place;
    struct ambit_keeper *keeper; /* of checkpoints; see checkpoint.h; NULL: none are kept */
    int32_t *label;              /* owned; the plan: territory of each account of the slice */
    double *price_lower; /* owned; [territory × rules + rule], hours a unit; NULL: no bound */
    double *price_upper; /* owned */
    int64_t *enough; /* owned; per cell of the budgets, where they leave bands broken: what a plan
                        draws that meets them; NULL: none was found, or sought */
    struct ambit_relaxation relaxation[2 * AMBIT_MEASURE_MAX]; /* by band */

    struct ambit_result_round *round; /* owned */
    int32_t round_count, round_room;
    bool stopped_by_time_limit;
    double seconds[AMBIT_PHASE_COUNT];
};

void ambit_job_init(struct ambit_job *job, struct ambit_comm *comm,
                    const struct ambit_run_options *options);
void ambit_job_clear(struct ambit_job *job);

/* load.c: scenario, territories and accounts; fails with AMBIT_ERR_INPUT before anything is
 * computed. */
ambit_status ambit_job_load(struct ambit_job *job) AMBIT_CHECKED;

/* Two steps of it: the scenario's own seed, unless the options have one; and whether what was read
 * can be planned. Local. */
void ambit_job_take_seed(struct ambit_job *job);
ambit_status ambit_job_check_loaded(const struct ambit_job *job) AMBIT_CHECKED;

/* order.c: accounts to the canonical order, in equal slices; local travel; the compiled problem.
 * The latter two alone, where the accounts have come in their order. */
ambit_status ambit_job_order(struct ambit_job *job) AMBIT_CHECKED;
ambit_status ambit_job_prepare(struct ambit_job *job) AMBIT_CHECKED;

/* order.c: what every account travels wherever it goes, from the density of all accounts; anew
 * where some have been left out. */
ambit_status ambit_job_prepare_travel(struct ambit_job *job) AMBIT_CHECKED;

/* who_serves.c: who may serve whom, for accounts in their order; where a plan is to be found,
 * fails with AMBIT_ERR_INPUT for accounts that nobody may serve, and with AMBIT_ERR_INFEASIBLE for
 * bands that the rules alone break. */
ambit_status ambit_job_set_eligibility(struct ambit_job *job) AMBIT_CHECKED;

/* who_serves.c: the same again after current territories have changed. */
ambit_status ambit_job_renew_eligibility(struct ambit_job *job) AMBIT_CHECKED;

/* who_serves.c: fails with AMBIT_ERR_INPUT where accounts that stay together as one of `units`
 * have no territory that may serve all of them. */
ambit_status ambit_job_check_units(struct ambit_job *units) AMBIT_CHECKED;

/* eligibility.c: adds to words_out, which has `room` bytes, the territories whose locked accounts
 * alone are above a limit of the judged plan. */
ambit_status ambit_job_name_locked(struct ambit_job *job, const struct ambit_result *result,
                                   size_t room, char *words_out) AMBIT_CHECKED;

/* judge_rules.c: the rules that account i in territory j breaks, a bit for each enum
 * ambit_rule_kind, from the inputs. Local. */
unsigned ambit_job_broken_rules(const struct ambit_job *job, int32_t i, int32_t j);

/* judge_rules.c: into result->rules, where the scenario has any. */
ambit_status ambit_job_judge_rules(struct ambit_job *job, const int32_t *label,
                                   struct ambit_result *result) AMBIT_CHECKED;

/* seed.c: places free centres and gives a first plan by balanced k-means. */
ambit_status ambit_job_seed(struct ambit_job *job) AMBIT_CHECKED;

/* draft.c: seed, prices, centres and a plan by prices; leaves the prices in the job. Slices of the
 * accounts must begin at multiples of ambit_job_slice_align(). A job that does not start cold goes
 * without the seed and the first level. */
int64_t ambit_job_slice_align(int64_t accounts, int32_t territories);
ambit_status ambit_job_draft(struct ambit_job *job) AMBIT_CHECKED;

/* refine.c: rounds of groups from the draft on; sets the prices of the bound. */
ambit_status ambit_job_refine(struct ambit_job *job) AMBIT_CHECKED;

/* centring.c: moves every free centre to where its accounts (label ≥ 0) want it. */
ambit_status ambit_job_centre(struct ambit_job *job, const int32_t *label) AMBIT_CHECKED;

/* The same, and as far from each other as the scenario asks. */
ambit_status ambit_job_centre_apart(struct ambit_job *job, const int32_t *label) AMBIT_CHECKED;

/* judge.c: every figure and constraint, from the accounts, the centres, the labels and nothing that
 * optimises; fills the figures of *result (every rank). */
ambit_status ambit_job_judge(struct ambit_job *job, const int32_t *label,
                             struct ambit_result *result) AMBIT_CHECKED;

/* judge.c: band b of the scenario from the measures' loads and totals in *result, where arrays that
 * it has already are used again. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_job_judge_band(const struct ambit_job *job, int b,
                                  struct ambit_result *result) AMBIT_CHECKED;

/* audit_figures.c: an audit's figures beside the judge's, into result->kpi on rank 0. */
ambit_status ambit_job_kpi(struct ambit_job *job, const int32_t *label,
                           struct ambit_result *result) AMBIT_CHECKED;

/* stored_plan.c: puts the plan of a result file into job->label, and its free centres and opened
 * limits into the job. Errors: AMBIT_ERR_INPUT where the file has other territories, or no
 * territory for some account. */
ambit_status ambit_job_take_plan(struct ambit_job *job, const char *path) AMBIT_CHECKED;

/* stored_plan.c: gives the current territories centres of their own; accounts.previous is the plan.
 * Errors: AMBIT_ERR_INPUT where an account has none. */
ambit_status ambit_job_take_current(struct ambit_job *job) AMBIT_CHECKED;

/* stored_plan.c: the plan that an audit scores: that of a result file; of a table, *.csv, with an
 * account and a territory in each row; or where `path` is NULL the current territories. Accounts
 * without a territory are left out and noted in job->cover, as are those that several claim; an
 * account of these goes to the first. Free centres are the file's, else those that the plan's
 * accounts want. *label_out is borrowed from the job. Errors: AMBIT_ERR_INPUT where the file has
 * other territories, or no account has one. */
ambit_status ambit_job_take_audited(struct ambit_job *job, const char *path,
                                    const int32_t **label_out) AMBIT_CHECKED;

/* stored_plan.c: whether a plan's path is that of a table. Local. */
bool ambit_plan_is_table(const char *path);

/* stored_plan.c: a plan that is kept up: accounts that the file has not get −1, prices come along,
 * and what is new, gone and known of the file is set in *nightly_out. Errors: AMBIT_ERR_INPUT where
 * the file has other territories, or no account of the nation. */
ambit_status ambit_job_take_standing(struct ambit_job *job, const char *path,
                                     struct ambit_nightly *nightly_out) AMBIT_CHECKED;

/* nightly.c: makes the plan of a result file the current one, of which each move costs
 * `hours_per_move`, as job->nightly and job->label; NAN: what the scenario says. */
ambit_status ambit_job_begin_nightly(struct ambit_job *job, const char *path,
                                     double hours_per_move) AMBIT_CHECKED;

/* nightly.c: gives new accounts a territory, and moves others where a band or the gain asks for it;
 * leaves the plan and the prices of its bound in the job. */
ambit_status ambit_job_keep_up(struct ambit_job *job) AMBIT_CHECKED;

/* nightly.c: counts moves by their reasons into result->nightly, for a result that is judged. */
ambit_status ambit_job_note_nightly(struct ambit_job *job, const int32_t *label,
                                    struct ambit_result *result) AMBIT_CHECKED;

/* proof.c: the share (band b's measure of share_of) that territory j cannot go below, whatever
 * accounts it had; 0 where nothing is proven. Uses OpenMP. */
double ambit_job_least_share(struct ambit_job *job, int b, int32_t j);

/* gather.c: the account columns of the result, its inputs and provenance (rank 0). */
ambit_status ambit_job_gather(struct ambit_job *job, const int32_t *label,
                              struct ambit_result *result) AMBIT_CHECKED;

/* gather.c: the same, but the account columns go into the file that the options name, where they
 * name one, and not into the result. */
ambit_status ambit_job_store(struct ambit_job *job, const int32_t *label,
                             struct ambit_result *result) AMBIT_CHECKED;

/* Rule totals of a plan (rule_count values), and its loads [territory × rules + rule], its cost and
 * its visits; any output may be NULL. */
ambit_status ambit_job_loads(struct ambit_job *job, const int32_t *label, int64_t *load_out,
                             int64_t *total_out, int64_t *travel_out,
                             int64_t *visits_out) AMBIT_CHECKED;

/* Writes down a round with the plan as it is. */
ambit_status ambit_job_note_round(struct ambit_job *job, const char *phase, int64_t moved,
                                  int32_t groups, int32_t improved) AMBIT_CHECKED;

bool ambit_job_has_free_centre(const struct ambit_job *job);
bool ambit_job_out_of_time(struct ambit_job *job);

#endif
