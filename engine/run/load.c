/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/log.h"
#include "engine/run/job.h"
#include "io/scenario_yaml.h"
#include "io/tables_csv.h"

#include <omp.h>

/* Threads a rank: as asked, or the cores that this rank may use on its host, shared fairly. */
static void set_threads(struct ambit_job *job)
{
    const int ranks = ambit_comm_size(job->comm);
    int threads = job->options.threads;
    if (threads <= 0) threads = omp_get_num_procs() / ranks;
    if (threads < 1) threads = 1;
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
    job->options.threads = threads;
    if (threads * ranks > omp_get_num_procs())
        ambit_log_note("%d ranks with %d threads each share %d cores", ranks, threads,
                       omp_get_num_procs());
}

ambit_status ambit_job_load(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const bool skip = job->options.skip_bad_rows;
    set_threads(job);
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
