/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/run.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/checkpoint.h"
#include "engine/run/diagnose.h"
#include "engine/run/heavy.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "engine/run/separate.h"
#include "engine/run/unite.h"
#include "io/report_contiguity.h"
#include "io/report_disruption.h"
#include "io/report_text.h"

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

static bool breaks_bands(const struct ambit_result *result)
{
    for (int b = 0; b < result->band_count; b++) {
        if (result->band[b].broken_count > 0) return true;
    }
    return false;
}

/* Judges `label` and stores it. Only rank 0 keeps the result, without the accounts. */
static ambit_status finish(struct ambit_job *job, const int32_t *label, enum ambit_result_kind kind,
                           double *since, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    ambit_log_progress("judge", 0, 0, "");
    result->kind = kind;
    AMBIT_TRY(ambit_job_certify(job, label));
    AMBIT_TRY(ambit_job_judge(job, label, result));
    if (job->nightly != NULL) AMBIT_TRY(ambit_job_note_nightly(job, label, result));
    if (kind == AMBIT_RESULT_AUDIT) AMBIT_TRY(ambit_job_kpi(job, label, result));
    if (kind == AMBIT_RESULT_PLAN && breaks_bands(result) && job->options.effort > 0 &&
        job->enough == NULL) /* which says what would do, where budgets are in the way */
        AMBIT_TRY(ambit_job_diagnose(job, label, result));
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
}

#define TOO_HEAVY "too large for any territory; mend the bands, or part them in the column '%s':%s"

ambit_status ambit_job_make_units(struct ambit_job *job, struct ambit_job *units)
{
    ambit_status status = AMBIT_OK;
    char words[2048];
    int64_t count = 0;
    AMBIT_TRY(ambit_job_unite(job, units));
    AMBIT_TRY(ambit_job_check_units(units));
    AMBIT_TRY(ambit_units_name_heavy(units, NULL, sizeof words, words, &count));
    if (count > 0)
        status = ambit_fail(AMBIT_ERR_INFEASIBLE,
                            "%s: rules.together: no plan can meet the bands, for %lld group%s of "
                            "accounts %s " TOO_HEAVY,
                            job->scenario.path, (long long)count, count == 1 ? "" : "s",
                            count == 1 ? "is" : "are", job->scenario.together.column, words);
done:
    return status;
}

/* What the plan that was found shows of such groups; "" where it shows none. */
static ambit_status find_heavy(struct ambit_job *units, size_t room, char *words_out)
{
    ambit_status status = AMBIT_OK;
    char words[1024];
    int64_t total[AMBIT_RULE_MAX] = {0}, count = 0;
    AMBIT_TRY(ambit_job_loads(units, units->label, NULL, total, NULL, NULL));
    AMBIT_TRY(ambit_units_name_heavy(units, total, sizeof words, words, &count));
    if (count > 0)
        (void)snprintf(words_out, room, "\n%lld group%s of accounts that stay together: " TOO_HEAVY,
                       (long long)count, count == 1 ? "" : "s", units->scenario.together.column,
                       words);
done:
    return status;
}

/* Rules that are no bands, a line each; "" where all hold. */
static void name_broken_rules(const struct ambit_result *result, size_t room, char *words_out)
{
    const struct ambit_result_together *const together = &result->together;
    const struct ambit_result_separation *const apart = &result->separation;
    char split[AMBIT_NAME_MAX + 80] = "", near[2 * AMBIT_NAME_MAX + 160] = "";
    if (together->split_count > 0)
        (void)snprintf(split, sizeof split,
                       "\n  rules.together: %lld groups are split, the first %s",
                       (long long)together->split_count, together->first_split);
    if (apart->broken_count > 0)
        (void)snprintf(near, sizeof near,
                       "\n  centres.separation: %lld pairs of centres are nearer than %g km, the "
                       "nearest %s and %s at %.1f km",
                       (long long)apart->broken_count, apart->asked_km,
                       result->territories[apart->first].name,
                       result->territories[apart->second].name, apart->least_km);
    (void)snprintf(words_out, room, "%s%s", split, near);
}

/* Adds the budgets that a plan which meets the bands would draw on too much. */
static void say_budgets(const struct ambit_result *result, char *words, size_t room, size_t used)
{
    char line[4 * AMBIT_TEXT_MAX];
    bool known = false;
    for (int b = 0; b < result->budget_count; b++) {
        if (!ambit_text_budget_short(result, b, line, sizeof line)) continue;
        const int wrote = snprintf(words + used, room - used, "\n  %s", line);
        if (wrote < 0 || (size_t)wrote >= room - used) return;
        used += (size_t)wrote;
        known = true;
    }
    if (result->budget_count > 0 && !known)
        (void)snprintf(
            words + used, room - used,
            "\n  budgets: none is too small for the bands by itself, as far as was found");
}

/* `more` is what else there is to say. */
ambit_status ambit_job_say_infeasible(const struct ambit_result *result, const char *more)
{
    char words[2048] = "", by[AMBIT_TEXT_MAX];
    char others[512];
    const struct ambit_result_rules *const rules = result->rules;
    size_t used = 0;
    name_broken_rules(result, sizeof others, others);
    if (rules != NULL && rules->broken_count > 0)
        used =
            (size_t)snprintf(words, sizeof words,
                             "\n  rules: %lld accounts where they may not be, first %s in %s (%s)",
                             (long long)rules->broken_count, rules->first_account,
                             rules->first_territory, rules->first_rule);
    for (int b = 0; b < result->band_count; b++) {
        const struct ambit_result_band *band = &result->band[b];
        if (band->broken_count == 0) continue;
        ambit_text_open_by(result, b, by);
        const int wrote =
            snprintf(words + used, sizeof words - used,
                     "\n  %s: %d of %d territories outside; it would have to open by %s",
                     band->label, (int)band->broken_count, (int)result->territory_count, by);
        if (wrote < 0 || (size_t)wrote >= sizeof words - used) break;
        used += (size_t)wrote;
    }
    const bool torn = result->contiguity != NULL && result->contiguity->broken_count > 0 &&
                      result->contiguity->wanted == AMBIT_CONTIGUITY_REQUIRED;
    if (torn) ambit_contiguity_words(result, 10, words + used, sizeof words - used);
    used = strlen(words);
    say_budgets(result, words, sizeof words, used);
    return ambit_fail(AMBIT_ERR_INFEASIBLE, "no plan found%s meets these %s%s:%s%s%s",
                      result->stopped_by_time_limit ? " within the time limit" : "",
                      rules != NULL || torn || others[0] != '\0' ? "bands and rules" : "bands",
                      result->budget_count > 0 ? " and budgets" : "", words, others, more);
}

/* A plan of `search`, which is the job or its accounts as units. */
static ambit_status draw(struct ambit_job *job, struct ambit_job *search, double *since)
{
    ambit_status status = AMBIT_OK;
    const bool seed_only = job->options.seed_only;
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

ambit_status ambit_run(struct ambit_comm *comm, const struct ambit_run_options *options,
                       struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job, units = {0}, *search = &job;
    struct ambit_result result;
    ambit_job_init(&job, comm, options);
    ambit_result_init(&result);
    double since = job.started;
    int64_t feasible = 0;
    char heavy[1536] = "";
    job.draws = true;
    if (options->seed_only) job.options.effort = 0;
    AMBIT_TRY(read_and_order(&job, &since));
    AMBIT_TRY(ambit_job_foresee(&job));
    AMBIT_TRY(ambit_job_check_separation(&job));
    if (ambit_job_has_groups(&job)) {
        search = &units;
        AMBIT_TRY(ambit_job_make_units(&job, &units));
    }
    AMBIT_TRY(draw(&job, search, &since));
    if (search == &units) AMBIT_TRY(ambit_job_take_units(&job, &units));
    AMBIT_TRY(ambit_job_join_pieces(&job));
    end_phase(&job, AMBIT_PHASE_REFINE, &since);
    AMBIT_TRY(finish(&job, job.label, AMBIT_RESULT_PLAN, &since, &result));
    ambit_keeper_finish(search);
    feasible = result.feasible;
    ambit_comm_max_i64(comm, &feasible, 1);
    if (feasible == 0 && search == &units) AMBIT_TRY(find_heavy(&units, sizeof heavy, heavy));
    if (feasible == 0) AMBIT_TRY(ambit_job_name_locked(&job, &result, sizeof heavy, heavy));
done:
    ambit_log_finish();
    status = conclude(&job, status, feasible != 0, heavy, &result, result_out);
    ambit_keeper_destroy(search);
    ambit_units_clear(&units);
    ambit_job_clear(&job);
    return status;
}

ambit_status ambit_nightly(struct ambit_comm *comm, const struct ambit_run_options *options,
                           struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job, units = {0};
    struct ambit_result result;
    ambit_job_init(&job, comm, options);
    ambit_result_init(&result);
    double since = job.started;
    int64_t feasible = 0;
    char heavy[1536] = "";
    job.draws = true;
    AMBIT_TRY(read_and_order(&job, &since));
    AMBIT_TRY(ambit_job_begin_nightly(&job, options->plan_path, options->hours_per_move));
    const bool grouped = ambit_job_has_groups(&job);
    if (grouped) AMBIT_TRY(ambit_job_make_units(&job, &units));
    AMBIT_TRY(ambit_job_keep_up(grouped ? &units : &job));
    if (grouped) AMBIT_TRY(ambit_job_take_units(&job, &units));
    end_phase(&job, AMBIT_PHASE_REFINE, &since);
    AMBIT_TRY(finish(&job, job.label, AMBIT_RESULT_PLAN, &since, &result));
    feasible = result.feasible;
    ambit_comm_max_i64(comm, &feasible, 1);
    if (feasible == 0 && grouped) AMBIT_TRY(find_heavy(&units, sizeof heavy, heavy));
done:
    ambit_log_finish();
    status = conclude(&job, status, feasible != 0, heavy, &result, result_out);
    ambit_units_clear(&units);
    ambit_job_clear(&job);
    return status;
}

ambit_status ambit_audit(struct ambit_comm *comm, const struct ambit_run_options *options,
                         struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job;
    struct ambit_result result;
    const bool stored = options->plan_path != NULL;
    ambit_job_init(&job, comm, options);
    ambit_result_init(&result);
    double since = job.started;
    AMBIT_TRY(read_and_order(&job, &since));
    AMBIT_TRY(stored ? ambit_job_take_plan(&job, options->plan_path)
                     : ambit_job_take_current(&job));
    AMBIT_TRY(finish(&job, stored ? job.label : job.accounts.previous, AMBIT_RESULT_AUDIT, &since,
                     &result));
done:
    ambit_log_finish();
    hand_over(&job, status, &result, result_out);
    ambit_job_clear(&job);
    return status;
}
