/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New accounts into a standing plan, as a library call for one and as the job of `ambit assign` for
 * a table of them. A result file is all that is asked for: it holds the scenario's text, the
 * centres, the prices and the loads.
 *
 *     struct ambit_standing_plan *plan = NULL;
 *     AMBIT_TRY(ambit_standing_plan_open(comm, "nation.h5", NULL, &plan));
 *     const struct ambit_new_account account = {.lat = 40.7, .lon = -74.0, .value = {12, 7.5}};
 *     AMBIT_TRY(ambit_standing_plan_assign(plan, &account, &placed));
 *     puts(ambit_standing_plan_result(plan)->territories[placed.territory].name);
 * done:
 *     ambit_standing_plan_destroy(&plan);
 */
#ifndef AMBIT_ASSIGN_H
#define AMBIT_ASSIGN_H

#include "engine/base/comm.h"
#include "engine/model/placed.h"
#include "engine/model/result.h"

struct ambit_standing_plan; /* opaque */

/* Reads a plan or an audit. `scenario_path` is a scenario to read in place of the one that is
 * stored, with the same measures, bands and travel; its limits and names of columns may be others.
 * NULL: the stored one. Errors: those of ambit_result_read() and ambit_scenario_load(), and
 * AMBIT_ERR_INPUT where the scenario is another plan's. Collective. */
ambit_status ambit_standing_plan_open(struct ambit_comm *comm, const char *path,
                                      const char *scenario_path,
                                      struct ambit_standing_plan **out) AMBIT_CHECKED;
void ambit_standing_plan_destroy(struct ambit_standing_plan **plan);

/* What the file says, without its accounts; borrowed. Local. */
const struct ambit_result *ambit_standing_plan_result(const struct ambit_standing_plan *plan);

/* How many values an account has, and the name of each, borrowed. Local. */
int ambit_standing_plan_column_count(const struct ambit_standing_plan *plan);
const char *ambit_standing_plan_column(const struct ambit_standing_plan *plan, int c);

/* The same of the words that rules on who may serve whom ask for. Local. */
int ambit_standing_plan_category_count(const struct ambit_standing_plan *plan);
const char *ambit_standing_plan_category(const struct ambit_standing_plan *plan, int c);

/* The column whose equal values stay in one territory, "" where the plan has no such rule. */
const char *ambit_standing_plan_together(const struct ambit_standing_plan *plan);

struct ambit_new_account {
    double lat, lon;                      /* degrees, WGS 84 */
    const char *word[AMBIT_CATEGORY_MAX]; /* borrowed; as ambit_standing_plan_category() names them;
                                             NULL: empty */
    double value[AMBIT_COLUMN_MAX];       /* ≥ 0, as ambit_standing_plan_column() names them */
    const char *group;                    /* borrowed; which it stays together with, as
                                             ambit_standing_plan_together() names them; NULL or "": none */
};

/* Places one account, with territory −1 where none may serve it, and adds it to the loads that the
 * next one meets; the file stays as it is. One of a group goes to where the plan has the group, or
 * where a call before has put it: calls differ from a table of the same accounts in that each knows
 * only of those before. Travel between neighbouring stops is by the density of
 * the file's accounts. Takes a fraction of a millisecond at 1,000 territories. Errors:
 * AMBIT_ERR_INPUT where a number is not as said above, AMBIT_ERR_MEMORY. Local; from one thread at
 * a time. */
ambit_status ambit_standing_plan_assign(struct ambit_standing_plan *plan,
                                        const struct ambit_new_account *account,
                                        struct ambit_placed *placed_out) AMBIT_CHECKED;

struct ambit_assign_options {
    const char *plan_path;
    const char *accounts_path; /* the new ones: CSV or HDF5 */
    const char *scenario_path; /* NULL: what the plan holds */
    const char *output_path;   /* NULL: standard output */
    int threads;               /* as in ambit_run_options */
    bool skip_bad_rows;        /* leave them out, and accounts that the plan has */
};

/* Places all accounts of a table (see solvers/placement.h for the order) and writes the table of
 * io/assignments_csv.h in canonical order. AMBIT_ERR_INFEASIBLE where some account has no territory
 * with room for it; all is written then as well. *summary_out is set on rank 0. Other errors: those
 * of ambit_standing_plan_open() and ambit_read_accounts(), AMBIT_ERR_INPUT where an account is in
 * the plan already, AMBIT_ERR_IO. Collective. */
ambit_status ambit_assign(struct ambit_comm *comm, const struct ambit_assign_options *options,
                          struct ambit_placed_summary *summary_out) AMBIT_CHECKED;

#endif
