/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/log.h"
#include "engine/run/job.h"
#include "engine/run/threads.h"
#include "io/scenario_yaml.h"
#include "io/tables_csv.h"

ambit_status ambit_job_load(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const bool skip = job->options.skip_bad_rows;
    job->options.threads = ambit_threads_set(job->comm, job->options.threads);
    ambit_log_progress("read", 0, 0, "");
    AMBIT_TRY(ambit_scenario_load(job->options.scenario_path, job->comm, &job->scenario));
    AMBIT_TRY(ambit_read_territories(&job->scenario, job->comm, skip, &job->territories,
                                     &job->bad_rows, &job->reps_hash, &job->reps_rows));
    AMBIT_TRY(ambit_read_accounts(&job->scenario, &job->territories, job->comm, skip,
                                  &job->accounts, &job->bad_rows, &job->accounts_hash,
                                  &job->accounts_rows));
    if (job->accounts.total < job->territories.count)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected at least one account a territory, found %lld accounts "
                            "for %d territories",
                            job->scenario.path, (long long)job->accounts.total,
                            (int)job->territories.count);
done:
    return status;
}
