/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/run.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/checkpoint.h"
#include "engine/run/diagnose.h"
#include "engine/run/infeasible.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "engine/run/unite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHECKPOINT_SECONDS 300.0

void ambit_run_options_init(struct ambit_run_options *options)
{
    *options = (struct ambit_run_options){.seed = AMBIT_DEFAULT_SEED,
                                          .effort = AMBIT_DEFAULT_EFFORT,
                                          .hours_per_move = NAN,
                                          .checkpoint_seconds = CHECKPOINT_SECONDS};
}

/* The time since the last call goes to `phase`. */
static void end_phase(struct ambit_job *job, int phase, double *since)
{
    const double now = ambit_seconds();
    job->seconds[phase] += now - *since;
    job->seconds[AMBIT_PHASE_TOTAL] = now - job->started;
    *since = now;
}

static ambit_status read_and_order(struct ambit_job *job, double *since)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_job_load(job));
    end_phase(job, AMBIT_PHASE_READ, since);
    AMBIT_TRY(ambit_job_order(job));
    end_phase(job, AMBIT_PHASE_ORDER, since);
done:
    return status;
}

static void take_resources(struct ambit_job *job, struct ambit_result *result)
{
    int64_t peak = ambit_memory_resident_peak_bytes();
    ambit_comm_max_i64(job->comm, &peak, 1);
    for (int phase = 0; phase < AMBIT_PHASE_COUNT; phase++)
        result->seconds[phase] = job->seconds[phase];
    result->peak_bytes = peak;
    result->ranks = ambit_comm_size(job->comm);
    result->threads = job->options.threads;
}

/* Judges `label` and stores it. Only rank 0 keeps the result, without the accounts. `search` is the
 * job or its accounts as units; `drawn` is the plan before its pieces were joined, or NULL. */
static ambit_status finish(struct ambit_job *job, struct ambit_job *search, const int32_t *label,
                           const int32_t *drawn, enum ambit_result_kind kind, double *since,
                           struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    ambit_log_progress("judge", 0, 0, "");
    result->kind = kind;
    AMBIT_TRY(ambit_job_judge(job, label, result));
    if (job->nightly != NULL) AMBIT_TRY(ambit_job_note_nightly(job, label, result));
    if (kind == AMBIT_RESULT_AUDIT) AMBIT_TRY(ambit_job_kpi(job, label, result));
    if (kind == AMBIT_RESULT_PLAN && ambit_result_breaks_bands(result) && job->options.effort > 0)
        AMBIT_TRY(ambit_job_diagnose(search, label, result));
    if (kind == AMBIT_RESULT_PLAN) AMBIT_TRY(ambit_job_diagnose_rules(job, label, drawn, result));
    end_phase(job, AMBIT_PHASE_JUDGE, since);
    ambit_log_progress("store", 0, 0, "");
    AMBIT_TRY(ambit_job_store(job, label, result));
    end_phase(job, AMBIT_PHASE_STORE, since);
    take_resources(job, result);
done:
    ambit_log_finish();
    return status;
}

/* What the caller gets: on rank 0 the result, with the bad rows where input was refused. */
static void hand_over(struct ambit_job *job, ambit_status status, struct ambit_result *result,
                      struct ambit_result *result_out)
{
    ambit_result_init(result_out);
    if (ambit_comm_rank(job->comm) != 0 || status != AMBIT_OK) {
        ambit_result_clear(result);
        ambit_result_init(result);
    }
    *result_out = *result;
    if (status == AMBIT_ERR_INPUT) result_out->bad_rows = job->bad_rows;
    if (ambit_comm_rank(job->comm) == 0 && status != AMBIT_OK) {
        result_out->refusal = job->refusal;
        job->refusal = NULL;
    }
}

/* A plan of `search`, which is the job or its accounts as units. */
static ambit_status draw(struct ambit_job *job, struct ambit_job *search, double *since)
{
    ambit_status status = AMBIT_OK;
    const bool seed_only = job->options.seed_only;
    if (seed_only && (ambit_eligibility_is_used(&job->scenario) ||
                      ambit_disruption_is_detailed(&job->scenario.disruption)))
        ambit_log_warning("--seed-only keeps no rules and no budgets of disruption; the summary "
                          "says what its plan breaks");
    if (!seed_only) AMBIT_TRY(ambit_keeper_create(search));
    AMBIT_TRY(seed_only ? ambit_job_seed(search) : ambit_job_draft(search));
    end_phase(job, AMBIT_PHASE_SEED, since);
    if (!seed_only) AMBIT_TRY(ambit_job_refine(search));
    end_phase(job, AMBIT_PHASE_REFINE, since);
done:
    return status;
}

/* Hands the result over; a plan that breaks bands is a status of its own. */
static ambit_status conclude(struct ambit_job *job, ambit_status status, bool feasible,
                             const char *heavy, struct ambit_result *result,
                             struct ambit_result *result_out)
{
    hand_over(job, status, result, result_out);
    if (status != AMBIT_OK || feasible) return status;
    const bool says = ambit_comm_rank(job->comm) == 0;
    return AMBIT_AGREE(job->comm,
                       says ? ambit_job_say_infeasible(result_out, heavy) : AMBIT_ERR_INFEASIBLE);
}

/* Keeps the plan as it is before its pieces are joined, where it may be told of afterwards: with
 * free centres it would have others. */
static ambit_status keep_drawn(const struct ambit_job *job, int32_t **out)
{
    ambit_status status = AMBIT_OK;
    const size_t count = (size_t)job->accounts.count;
    if (job->scenario.contiguity.wanted != AMBIT_CONTIGUITY_REQUIRED) return AMBIT_OK;
    if (ambit_job_has_free_centre(job)) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(out, count, sizeof **out));
    if (count > 0) memcpy(*out, job->label, count * sizeof **out);
done:
    return status;
}

/* From the inputs to a stored plan: drawn, or kept up where the options' plan is that of the night
 * before. */
static ambit_status make_plan(struct ambit_comm *comm, const struct ambit_run_options *options,
                              bool keeps_up, struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job, units = {0}, *search = &job;
    struct ambit_result result;
    ambit_job_init(&job, comm, options);
    ambit_result_init(&result);
    double since = job.started;
    int64_t feasible = 0;
    char heavy[1536] = "";
    int32_t *drawn = NULL;
    job.draws = true;
    if (options->seed_only) job.options.effort = 0;
    AMBIT_TRY(read_and_order(&job, &since));
    AMBIT_TRY(keeps_up ? ambit_job_begin_nightly(&job, options->plan_path, options->hours_per_move)
                       : ambit_job_check_limits(&job));
    if (ambit_job_has_groups(&job)) {
        search = &units;
        AMBIT_TRY(ambit_job_make_units(&job, &units));
    }
    AMBIT_TRY(keeps_up ? ambit_job_keep_up(search) : draw(&job, search, &since));
    if (search == &units) AMBIT_TRY(ambit_job_take_units(&job, &units));
    if (!keeps_up) {
        AMBIT_TRY(keep_drawn(&job, &drawn));
        AMBIT_TRY(ambit_job_join_pieces(&job));
    }
    end_phase(&job, AMBIT_PHASE_REFINE, &since);
    AMBIT_TRY(finish(&job, search, job.label, drawn, AMBIT_RESULT_PLAN, &since, &result));
    ambit_keeper_finish(search);
    feasible = result.feasible;
    ambit_comm_max_i64(comm, &feasible, 1);
    if (feasible == 0 && search == &units)
        AMBIT_TRY(ambit_job_find_heavy(&units, sizeof heavy, heavy));
    if (feasible == 0) AMBIT_TRY(ambit_job_name_locked(&job, &result, sizeof heavy, heavy));
done:
    ambit_log_finish();
    status = conclude(&job, status, feasible != 0, heavy, &result, result_out);
    ambit_keeper_destroy(search);
    ambit_free(&drawn);
    ambit_units_clear(&units);
    ambit_job_clear(&job);
    return status;
}

ambit_status ambit_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                       struct ambit_result *result_out)
{
    return make_plan(comm, options, false, result_out);
}

ambit_status ambit_nightly(struct ambit_comm *comm, const struct ambit_run_options *options,
                           struct ambit_result *result_out)
{
    return make_plan(comm, options, true, result_out);
}

ambit_status ambit_audit(struct ambit_comm *comm, const struct ambit_run_options *options,
                         struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job;
    struct ambit_result result;
    const int32_t *label = NULL;
    ambit_job_init(&job, comm, options);
    ambit_result_init(&result);
    double since = job.started;
    job.use = AMBIT_USE_AUDIT;
    AMBIT_TRY(read_and_order(&job, &since));
    AMBIT_TRY(ambit_job_take_audited(&job, options->plan_path, &label));
    AMBIT_TRY(finish(&job, &job, label, NULL, AMBIT_RESULT_AUDIT, &since, &result));
done:
    ambit_log_finish();
    hand_over(&job, status, &result, result_out);
    ambit_job_clear(&job);
    return status;
}
