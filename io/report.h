/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a result says to people and to programs. All functions are local; called on rank 0.
 * Numbers for people have thousands separators whatever the locale.
 */
#ifndef AMBIT_REPORT_H
#define AMBIT_REPORT_H

#include "engine/model/result.h"
#include <stdio.h>

/* About 15 lines: is every band met, travel before and after, moves, bound, bands, cost of the run.
 * Lines without a figure (a result that was read has no wall times) are left out; so is the place
 * of the file where `result_path` is NULL. */
void ambit_report_summary(FILE *file, const struct ambit_result *result, const char *result_path);

/* One JSON object on one line. Keys: result (null where `result_path` is NULL), kind, scenario,
 * status (feasible, infeasible), accounts, territories, measures {name: {unit, total, target (mean
 * over territories), min, max, worst_deviation, band {lower, upper} as asked}}, bands [{label,
 * measure, share_of, lower, upper (as asked), used_lower, used_upper, relaxed, proven_limit, min,
 * max, worst_deviation, outside, open_by}], travel_hours, travel_hours_before, moved_accounts,
 * objective_hours, bound, gap, rounds, stopped_by_time_limit, skipped_rows, seconds {phase: s},
 * peak_bytes, sha256, ranks, threads, audit (see report_kpi.h), rules
 * {locked, fixed_territories, kept, restricted, broken, broken_by {rule: accounts}, first_account,
 * first_territory}, nightly (see report_nightly.h). What is not known is null. Errors:
 * AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_report_json(FILE *file, const struct ambit_result *result,
                               const char *result_path) AMBIT_CHECKED;

/* Two results side by side. Accounts are matched by id, territories by name, bands by label; the
 * ten territories between which most accounts changed are listed. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_report_compare(FILE *file, const struct ambit_result *a,
                                  const struct ambit_result *b, const char *name_a,
                                  const char *name_b) AMBIT_CHECKED;

/* The same as one JSON object on one line: a, b {result, kind, status, accounts, territories,
 * travel_hours, mean_km_to_centre, moved_accounts, bound, gap, bands [{label, worst_deviation,
 * outside}]}, accounts {both, differ, only_a, only_b}, territories [{territory, went, came,
 * accounts_a, accounts_b, travel_hours_a, travel_hours_b}], moves [{from, to, accounts}], the ten
 * largest. */
ambit_status ambit_report_compare_json(FILE *file, const struct ambit_result *a,
                                       const struct ambit_result *b, const char *name_a,
                                       const char *name_b) AMBIT_CHECKED;

#endif
