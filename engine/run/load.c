/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/log.h"
#include "engine/run/inputs.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "engine/run/memory_need.h"
#include "engine/run/threads.h"
#include "io/scenario_yaml.h"
#include "io/tables_csv.h"

void ambit_job_take_seed(struct ambit_job *job)
{
    if (job->scenario.changes.has_seed && !job->options.has_seed)
        job->options.seed = job->scenario.changes.seed;
}

ambit_status ambit_job_check_loaded(const struct ambit_job *job)
{
    const ambit_status status = ambit_filter_check(&job->scenario, &job->accounts);
    if (status != AMBIT_OK || job->accounts.total >= job->territories.count) return status;
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: expected at least one account a territory, found %lld accounts for %d "
                      "territories",
                      job->scenario.path, (long long)job->accounts.total,
                      (int)job->territories.count);
}

ambit_status ambit_job_load(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const bool skip = job->options.skip_bad_rows;
    int64_t foreseen = 0, id_bytes = 0;
    job->options.threads = ambit_threads_set(job->comm, job->options.threads);
    ambit_log_progress("read", 0, 0, "");
    AMBIT_TRY(ambit_scenario_load_variant(job->options.scenario_path, job->options.scenario_name,
                                          job->comm, &job->scenario));
    ambit_scenario_narrow(&job->scenario, job->use);
    job->scenario.audit.takes_unknown =
        job->use == AMBIT_USE_AUDIT && job->options.plan_path == NULL;
    ambit_job_take_seed(job);
    AMBIT_TRY_TOGETHER(job->comm, ambit_inputs_stay(&job->options, &job->scenario));
    AMBIT_TRY(ambit_read_territories(&job->scenario, job->comm, skip, &job->territories,
                                     &job->bad_rows, &job->reps_hash, &job->reps_rows));
    AMBIT_TRY(ambit_job_read_barriers(job));
    if (job->draws) {
        AMBIT_TRY(ambit_foresee_accounts(&job->scenario, job->options.accounts_path, job->comm,
                                         &foreseen, &id_bytes));
        AMBIT_TRY(ambit_memory_check(job, foreseen, id_bytes));
    }
    AMBIT_TRY(ambit_read_accounts(&job->scenario, job->options.accounts_path, &job->territories,
                                  job->comm, skip, &job->accounts, &job->bad_rows,
                                  &job->accounts_hash, &job->accounts_rows));
    AMBIT_TRY(ambit_job_check_loaded(job));
    if (job->draws) status = ambit_memory_check(job, job->accounts.total, job->accounts.id_width);
done:
    return status;
}
