/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Brings the account columns to rank 0, in canonical order, one column at a time, and writes down
 * where everything came from.
 */
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/base/version.h"
#include "engine/run/job.h"

#include <stdio.h>
#include <string.h>

static ambit_status gather_columns(struct ambit_job *job, const int32_t *label,
                                   struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *comm = job->comm;
    const struct ambit_accounts *accounts = &job->accounts;
    const int64_t n = accounts->count;
    int64_t all = 0, *travel = NULL;
    AMBIT_TRY(
        ambit_comm_gather(comm, accounts->id, n, accounts->id_width, &result->account_id, &all));
    AMBIT_TRY(ambit_comm_gather(comm, accounts->lat, n, sizeof(double), &result->lat, &all));
    AMBIT_TRY(ambit_comm_gather(comm, accounts->lon, n, sizeof(double), &result->lon, &all));
    AMBIT_TRY(ambit_comm_gather(comm, label, n, sizeof(int32_t), &result->territory, &all));
    AMBIT_TRY(
        ambit_comm_gather(comm, accounts->previous, n, sizeof(int32_t), &result->previous, &all));
    for (int c = 0; c < accounts->column_count; c++) {
        snprintf(result->column_name[c], AMBIT_NAME_MAX, "%s", job->scenario.column[c]);
        AMBIT_TRY(ambit_comm_gather(comm, accounts->column[c], n, sizeof(int64_t),
                                    &result->column[c], &all));
    }
    result->column_count = accounts->column_count;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&travel, (size_t)n, sizeof *travel));
    for (int32_t i = 0; i < n; i++)
        travel[i] =
            ambit_travel_of(&job->scenario, accounts, i, job->territories.item[label[i]].position);
    AMBIT_TRY(ambit_comm_gather(comm, travel, n, sizeof *travel, &result->account_travel, &all));
    result->id_width = accounts->id_width;
done:
    ambit_free(&travel);
    return status;
}

/* SHA-256 of "id<TAB>territory<LF>" in canonical order. */
static ambit_status hash_plan(struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_sha256 *sha = NULL;
    AMBIT_TRY(ambit_sha256_create(&sha));
    for (int64_t i = 0; i < result->account_count; i++) {
        const char *id = &result->account_id[i * result->id_width];
        const char *name = result->territories[result->territory[i]].name;
        ambit_sha256_add(sha, id, strnlen(id, (size_t)result->id_width));
        ambit_sha256_add(sha, "\t", 1);
        ambit_sha256_add(sha, name, strlen(name));
        ambit_sha256_add(sha, "\n", 1);
    }
    ambit_sha256_text(sha, result->plan_sha256);
done:
    ambit_sha256_destroy(&sha);
    return status;
}

/* `path` as it is found from the folder of the result; as given where there is no result file. */
static ambit_status place_input(const struct ambit_job *job, const char *role, const char *path,
                                const char *hash, int64_t rows, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_input *input = &result->input[result->input_count++];
    snprintf(input->role, sizeof input->role, "%s", role);
    snprintf(input->hash, sizeof input->hash, "%s", hash);
    input->rows = rows;
    if (job->options.result_path != NULL)
        status = ambit_path_relative(path, job->options.result_path, &input->path);
    else
        status = ambit_copy_string(path, &input->path);
    return status;
}

static ambit_status place_table(const struct ambit_job *job, const char *role, const char *file,
                                const struct ambit_rows_hash *hash, int64_t rows,
                                struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    char text[AMBIT_ROWS_HASH_TEXT], *path = NULL;
    ambit_rows_hash_text(hash, text);
    AMBIT_TRY(ambit_path_beside(job->scenario.path, file, &path));
    AMBIT_TRY(place_input(job, role, path, text, rows, result));
done:
    ambit_free(&path);
    return status;
}

static ambit_status place_inputs(const struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *scenario = &job->scenario;
    struct ambit_sha256 *sha = NULL;
    char text[AMBIT_SHA256_TEXT];
    AMBIT_TRY(ambit_sha256_create(&sha));
    ambit_sha256_add(sha, scenario->text, strlen(scenario->text));
    ambit_sha256_text(sha, text);
    AMBIT_TRY(place_input(job, "scenario", scenario->path, text, 0, result));
    AMBIT_TRY(place_table(job, "accounts", scenario->accounts_file, &job->accounts_hash,
                          job->accounts_rows, result));
    if (scenario->reps_file != NULL)
        AMBIT_TRY(
            place_table(job, "reps", scenario->reps_file, &job->reps_hash, job->reps_rows, result));
done:
    ambit_sha256_destroy(&sha);
    return status;
}

static ambit_status take_provenance(struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    snprintf(result->version, sizeof result->version, "%s", AMBIT_VERSION);
    snprintf(result->scenario_name, sizeof result->scenario_name, "%s", job->scenario.name);
    result->seed = job->options.seed;
    result->effort = job->options.effort;
    result->stopped_by_time_limit = job->stopped_by_time_limit;
    result->bad_rows = job->bad_rows;
    AMBIT_TRY(ambit_copy_string(job->scenario.text, &result->scenario_text));
    AMBIT_TRY(place_inputs(job, result));
    AMBIT_TRY(hash_plan(result));
    AMBIT_TRY(ambit_alloc(&result->round, (size_t)job->round_count, sizeof *result->round));
    if (job->round_count > 0)
        memcpy(result->round, job->round, (size_t)job->round_count * sizeof *result->round);
    result->round_count = job->round_count;
done:
    return status;
}

ambit_status ambit_job_gather(struct ambit_job *job, const int32_t *label,
                              struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(gather_columns(job, label, result));
    if (ambit_comm_rank(job->comm) == 0) status = take_provenance(job, result);
    status = AMBIT_AGREE(job->comm, status);
done:
    return status;
}
