/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts in the canonical order, what they travel wherever they go, and the compiled problem.
 */
#include "engine/base/fixed.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/density.h"
#include "engine/run/job.h"
#include "engine/run/protect.h"
#include "engine/run/sort_accounts.h"

#include <math.h>

/* Sums are int64: refuses what could not be counted, before anything is. Travel is taken as if
 * every visit crossed the globe. */
static ambit_status check_range(struct ambit_job *job, int neighbours)
{
    const struct ambit_scenario *scenario = &job->scenario;
    const double spacing =
        scenario->local_factor * sqrt(M_PI / neighbours) * M_PI * AMBIT_EARTH_RADIUS_KM;
    const double hours = ambit_haul_hours(scenario, 4.0) +
                         ambit_drive_minutes(&scenario->drive_time, spacing) / 60.0;
    int64_t total[AMBIT_COLUMN_MAX + 1] = {0}; /* micro-units; the loader has checked each alone */
    for (int32_t i = 0; i < job->accounts.count; i++) {
        for (int c = 0; c < scenario->column_count; c++)
            total[c] += job->accounts.column[c][i];
        total[AMBIT_COLUMN_MAX] += job->accounts.visits[i];
    }
    ambit_comm_sum_i64(job->comm, total, AMBIT_COLUMN_MAX + 1);
    const double travel = (double)total[AMBIT_COLUMN_MAX] * hours;
    if (!(travel < (double)AMBIT_MICRO_SUM_MAX))
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected travel below %.3g hours a year in all, found that it could "
                          "reach %.3g; give fewer visits, or shorter drives in travel.minutes",
                          scenario->path, ambit_from_micro(AMBIT_MICRO_SUM_MAX), travel * 1e-6);
    for (int m = 0; m < scenario->measure_count; m++) {
        double sum = 0.0;
        for (int t = 0; t < scenario->measure[m].term_count; t++) {
            const int term = scenario->measure[m].term[t];
            sum += term == AMBIT_TERM_TRAVEL  ? travel
                   : term == AMBIT_TERM_COUNT ? (double)job->accounts.total * 1e6
                                              : (double)total[term];
        }
        if (!(sum < (double)AMBIT_MICRO_SUM_MAX))
            return ambit_fail(AMBIT_ERR_INPUT,
                              "%s: measures.%s: expected a sum below %.3g over the nation, found "
                              "that it could reach %.3g; give its columns in thousands",
                              scenario->path, scenario->measure[m].name,
                              ambit_from_micro(AMBIT_MICRO_SUM_MAX), sum * 1e-6);
    }
    return AMBIT_OK;
}

/* Local travel of every account of the slice, from the density of all accounts around it. */
ambit_status ambit_job_prepare_travel(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const accounts = &job->accounts;
    const struct ambit_scenario *scenario = &job->scenario;
    const int neighbours = ambit_travel_neighbours(scenario);
    double *chord2 = NULL;
    AMBIT_TRY_TOGETHER(job->comm, check_range(job, neighbours));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&chord2, (size_t)accounts->count, sizeof *chord2));
    AMBIT_TRY(ambit_density_chord2(job->comm, accounts, neighbours, chord2));
    AMBIT_TRY_TOGETHER(
        job->comm, ambit_resize(&accounts->local_travel, (size_t)accounts->count, sizeof(int64_t)));
    for (int32_t i = 0; i < accounts->count; i++) {
        const double spacing = ambit_stop_spacing_km(scenario, chord2[i]);
        accounts->local_travel[i] = ambit_local_travel(scenario, accounts->visits[i], spacing);
    }
done:
    ambit_free(&chord2);
    return status;
}

ambit_status ambit_job_order(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    ambit_log_progress("order", 0, 0, "");
    AMBIT_TRY(ambit_sort_accounts(
        job->comm, ambit_job_slice_align(job->accounts.total, job->territories.count),
        &job->accounts));
    AMBIT_TRY(ambit_job_prepare(job));
done:
    return status;
}

ambit_status ambit_job_prepare(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_job_prepare_travel(job));
    AMBIT_TRY_TOGETHER(job->comm, ambit_problem_create(&job->scenario, &job->accounts,
                                                       &job->territories, &job->problem));
    AMBIT_TRY(ambit_job_open_disruption(job));
    AMBIT_TRY(ambit_job_set_eligibility(job)); /* which looks at who is protected */
done:
    return status;
}
