/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/job.h"
#include "engine/base/clock.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "engine/model/refusal.h"
#include "engine/run/join_pieces.h"
#include "solvers/group.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

void ambit_job_init(struct ambit_job *job, struct ambit_comm *comm,
                    const struct ambit_run_options *options)
{
    *job = (struct ambit_job){.comm = comm, .options = *options, .started = ambit_seconds()};
    ambit_scenario_init(&job->scenario);
    for (int b = 0; b < 2 * AMBIT_MEASURE_MAX; b++)
        job->relaxation[b].proof_territory = -1;
}

void ambit_job_clear(struct ambit_job *job)
{
    ambit_free(&job->label);
    ambit_free(&job->price_lower);
    ambit_free(&job->price_upper);
    ambit_free(&job->enough);
    ambit_free(&job->round);
    ambit_free(&job->nightly);
    ambit_free(&job->cover);
    ambit_refusal_destroy(&job->refusal);
    ambit_diagnosis_destroy(&job->foreseen);
    ambit_job_contiguity_destroy(job);
    ambit_problem_clear(&job->problem);
    ambit_pairs_clear(&job->forbidden);
    ambit_pairs_clear(&job->allowed);
    ambit_eligibility_clear(&job->eligibility);
    ambit_accounts_clear(&job->accounts);
    ambit_territories_clear(&job->territories);
    ambit_scenario_clear(&job->scenario);
}

bool ambit_job_has_free_centre(const struct ambit_job *job)
{
    for (int32_t j = 0; j < job->territories.count; j++) {
        if (job->territories.item[j].centre_kind != AMBIT_CENTRE_HOME) return true;
    }
    return false;
}

bool ambit_job_out_of_time(struct ambit_job *job)
{
    if (!(job->options.time_limit > 0.0)) return false;
    int64_t out = ambit_seconds() - job->started > job->options.time_limit;
    ambit_comm_max_i64(job->comm, &out, 1);
    if (out) job->stopped_by_time_limit = true;
    return out != 0;
}

ambit_status ambit_job_loads(struct ambit_job *job, const int32_t *label, int64_t *load_out,
                             int64_t *total_out, int64_t *travel_out, int64_t *visits_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_problem *problem = &job->problem;
    const int rules = problem->rule_count;
    const size_t cells = (size_t)job->territories.count * (size_t)rules;
    const size_t length = cells + 2;
    const int threads = omp_get_max_threads();
    int64_t *sums = NULL; /* of each thread; those of the first in the end */
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&sums, length * (size_t)threads, sizeof *sums));
#pragma omp parallel num_threads(threads)
    {
        int64_t *const own = &sums[length * (size_t)omp_get_thread_num()];
#pragma omp for schedule(static)
        for (int32_t i = 0; i < job->accounts.count; i++) {
            const int32_t j = label[i];
            const int64_t travel = ambit_travel_of(&job->scenario, &job->accounts, i,
                                                   job->territories.item[j].position);
            own[cells] += travel;
            own[cells + 1] += job->accounts.visits[i];
            for (int r = 0; r < rules; r++)
                own[(size_t)j * (size_t)rules + (size_t)r] +=
                    ambit_rule_load(problem, r, i, travel);
        }
    }
    for (size_t s = length; s < length * (size_t)threads; s++)
        sums[s % length] += sums[s];
    ambit_comm_sum_i64(job->comm, sums, (int64_t)cells + 2);
    if (load_out != NULL) memcpy(load_out, sums, cells * sizeof *sums);
    if (travel_out != NULL) *travel_out = sums[cells];
    if (visits_out != NULL) *visits_out = sums[cells + 1];
    for (int r = 0; r < rules && total_out != NULL; r++) {
        total_out[r] = 0;
        for (size_t at = (size_t)r; at < cells; at += (size_t)rules)
            total_out[r] += sums[at];
    }
done:
    ambit_free(&sums);
    return status;
}

/* Sum over rules and territories of the part of the mean load that is outside. */
static double plan_violation(const struct ambit_problem *problem, const int64_t *load,
                             const int64_t *total, double *low, double *high)
{
    const int rules = problem->rule_count;
    double sum = 0.0;
    ambit_problem_sides(problem, total, 0.0, low, high);
    for (int32_t j = 0; j < problem->territories->count; j++) {
        for (int r = 0; r < rules; r++) {
            const size_t at = (size_t)j * (size_t)rules + (size_t)r;
            const double scale = fmax(fabs((double)total[r]) / problem->territories->count, 1.0);
            sum += (double)ambit_violation(load[at], low[at], high[at], scale) * 1e-9;
        }
    }
    return sum;
}

ambit_status ambit_job_note_round(struct ambit_job *job, const char *phase, int64_t moved,
                                  int32_t groups, int32_t improved)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    int64_t *load = NULL, total[AMBIT_RULE_MAX] = {0}, travel = 0;
    double *low = NULL, *high = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&load, cells, sizeof *load));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&low, cells, sizeof *low));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&high, cells, sizeof *high));
    if (job->round_count == job->round_room) {
        job->round_room = 2 * job->round_room + 16;
        AMBIT_TRY_TOGETHER(job->comm,
                           ambit_resize(&job->round, (size_t)job->round_room, sizeof *job->round));
    }
    AMBIT_TRY(ambit_job_loads(job, job->label, load, total, &travel, NULL));
    struct ambit_result_round *round = &job->round[job->round_count++];
    *round = (struct ambit_result_round){
        .travel = travel, .moved_count = moved, .groups = groups, .improved_groups = improved};
    round->violation = plan_violation(&job->problem, load, total, low, high);
    snprintf(round->phase, sizeof round->phase, "%s", phase);
done:
    ambit_free(&load);
    ambit_free(&low);
    ambit_free(&high);
    return status;
}
