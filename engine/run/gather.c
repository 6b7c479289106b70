/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Brings the account columns to rank 0, in canonical order, and writes down where everything came
 * from. What is stored goes through rank 0 in slices that do not depend on the ranks, so that
 * neither the file's bytes nor rank 0's memory do; who compares needs all of it at once.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/base/version.h"
#include "engine/run/job.h"
#include "engine/run/join_pieces.h"
#include "io/farm_hdf5.h"
#include "io/result_hdf5.h"

#include <stdio.h>
#include <string.h>

/* Accounts [begin, end) of this rank's slice, brought to rank 0. */
struct part {
    int64_t begin, end;
    char *id, *together; /* the rest is owned, and holds those of all ranks on rank 0 */
    double *lat, *lon;
    int32_t *territory, *previous, *parent;
    int64_t *travel, *column[AMBIT_COLUMN_MAX];
};

static void clear_part(struct part *part)
{
    ambit_free(&part->id);
    ambit_free(&part->together);
    ambit_free(&part->lat);
    ambit_free(&part->lon);
    ambit_free(&part->territory);
    ambit_free(&part->previous);
    ambit_free(&part->parent);
    ambit_free(&part->travel);
    for (int c = 0; c < AMBIT_COLUMN_MAX; c++)
        ambit_free(&part->column[c]);
}

static ambit_status gather_travel(struct ambit_job *job, const int32_t *label, struct part *part)
{
    ambit_status status = AMBIT_OK;
    const int64_t n = part->end - part->begin;
    int64_t *travel = NULL, all = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&travel, (size_t)n, sizeof *travel));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i++) {
        const int32_t at = (int32_t)(part->begin + i);
        travel[i] = ambit_travel_of(&job->scenario, &job->accounts, at,
                                    job->territories.item[label[at]].position);
    }
    AMBIT_TRY(ambit_comm_gather(job->comm, travel, n, sizeof *travel, &part->travel, &all));
done:
    ambit_free(&travel);
    return status;
}

static ambit_status gather_part(struct ambit_job *job, const int32_t *label, struct part *part)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *comm = job->comm;
    const struct ambit_accounts *a = &job->accounts;
    const int64_t at = part->begin, n = part->end - at;
    int64_t all = 0;
    AMBIT_TRY(ambit_comm_gather(comm, n > 0 ? a->id + at * a->id_width : NULL, n, a->id_width,
                                &part->id, &all));
    if (a->together_width > 0)
        AMBIT_TRY(ambit_comm_gather(comm, n > 0 ? a->together + at * a->together_width : NULL, n,
                                    a->together_width, &part->together, &all));
    AMBIT_TRY(
        ambit_comm_gather(comm, n > 0 ? a->lat + at : NULL, n, sizeof(double), &part->lat, &all));
    AMBIT_TRY(
        ambit_comm_gather(comm, n > 0 ? a->lon + at : NULL, n, sizeof(double), &part->lon, &all));
    AMBIT_TRY(ambit_comm_gather(comm, n > 0 ? label + at : NULL, n, sizeof(int32_t),
                                &part->territory, &all));
    AMBIT_TRY(ambit_comm_gather(comm, n > 0 ? a->previous + at : NULL, n, sizeof(int32_t),
                                &part->previous, &all));
    if (job->contiguity != NULL)
        AMBIT_TRY(ambit_comm_gather(comm, n > 0 ? job->contiguity->parent + at : NULL, n,
                                    sizeof(int32_t), &part->parent, &all));
    for (int c = 0; c < a->column_count; c++)
        AMBIT_TRY(ambit_comm_gather(comm, n > 0 ? a->column[c] + at : NULL, n, sizeof(int64_t),
                                    &part->column[c], &all));
    AMBIT_TRY(gather_travel(job, label, part));
done:
    return status;
}

/* Adds "id<TAB>territory<LF>" of each account. */
static void hash_plan(struct ambit_sha256 *sha, const struct ambit_result *result, const char *id,
                      const int32_t *territory, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        const char *const one = &id[i * result->id_width];
        const char *const name = result->territories[territory[i]].name;
        ambit_sha256_add(sha, one, strnlen(one, (size_t)result->id_width));
        ambit_sha256_add(sha, "\t", 1);
        ambit_sha256_add(sha, name, strlen(name));
        ambit_sha256_add(sha, "\n", 1);
    }
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

static ambit_status place_barriers(const struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_job_contiguity *const own = job->contiguity;
    char *path = NULL;
    AMBIT_TRY(ambit_path_beside(job->scenario.path, job->scenario.contiguity.barriers, &path));
    AMBIT_TRY(place_input(job, "barriers", path, own->barriers_hash, own->barriers.count, result));
done:
    ambit_free(&path);
    return status;
}

/* The plan may be one of several in its file: FILE.h5:NAME. */
static ambit_status place_plan(const struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const char *const path = job->options.plan_path, *const name = ambit_farm_name_in(path);
    char *file = NULL, *both = NULL;
    AMBIT_TRY(ambit_copy_string(path, &file));
    if (name != NULL) file[name - path - 1] = '\0';
    AMBIT_TRY(place_input(job, "plan", file, job->nightly->plan_sha256, job->nightly->plan_accounts,
                          result));
    if (name == NULL) goto done;
    char **const placed = &result->input[result->input_count - 1].path;
    const size_t room = strlen(*placed) + strlen(name) + 2;
    AMBIT_TRY(ambit_alloc(&both, room, 1));
    (void)snprintf(both, room, "%s:%s", *placed, name);
    ambit_free(placed);
    *placed = both;
done:
    ambit_free(&file);
    return status;
}

static ambit_status place_inputs(const struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_scenario *scenario = &job->scenario;
    struct ambit_sha256 *sha = NULL;
    char text[AMBIT_SHA256_TEXT], rows[AMBIT_ROWS_HASH_TEXT];
    AMBIT_TRY(ambit_sha256_create(&sha));
    ambit_sha256_add(sha, scenario->text, strlen(scenario->text));
    ambit_sha256_text(sha, text);
    AMBIT_TRY(place_input(job, "scenario", scenario->path, text, 0, result));
    AMBIT_TRY(place_table(job, "accounts", scenario->accounts_file, &job->accounts_hash,
                          job->accounts_rows, result));
    if (scenario->reps_file != NULL)
        AMBIT_TRY(
            place_table(job, "reps", scenario->reps_file, &job->reps_hash, job->reps_rows, result));
    for (int t = 0; t < job->pair_table_count; t++) {
        const struct ambit_pair_table *const table = &job->pair_table[t];
        const struct ambit_closing *const closing = &scenario->eligibility.closing[table->closing];
        AMBIT_TRY(place_table(job, closing->only ? "allowed" : "forbidden", closing->file,
                              &table->read.hash, table->read.rows, result));
    }
    if (job->contiguity != NULL && scenario->contiguity.barriers != NULL)
        AMBIT_TRY(place_barriers(job, result));
    if (job->nightly != NULL) AMBIT_TRY(place_plan(job, result));
    if (job->plan_rows > 0) {
        ambit_rows_hash_text(&job->plan_hash, rows);
        AMBIT_TRY(place_input(job, "plan", job->options.plan_path, rows, job->plan_rows, result));
    }
done:
    ambit_sha256_destroy(&sha);
    return status;
}

static ambit_status take_provenance(struct ambit_job *job, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    snprintf(result->version, sizeof result->version, "%s", AMBIT_VERSION);
    snprintf(result->scenario_name, sizeof result->scenario_name, "%s", job->scenario.name);
    snprintf(result->variant, sizeof result->variant, "%s", job->scenario.changes.variant);
    result->seed = job->options.seed;
    result->effort = job->options.effort;
    result->stopped_by_time_limit = job->stopped_by_time_limit;
    result->bad_rows = job->bad_rows;
    AMBIT_TRY(ambit_copy_string(job->scenario.text, &result->scenario_text));
    AMBIT_TRY(place_inputs(job, result));
    AMBIT_TRY(ambit_alloc(&result->round, (size_t)job->round_count, sizeof *result->round));
    if (job->round_count > 0)
        memcpy(result->round, job->round, (size_t)job->round_count * sizeof *result->round);
    result->round_count = job->round_count;
done:
    return status;
}

/* What the result says of the accounts before any of them is there. */
static void take_shape(const struct ambit_job *job, struct ambit_result *result)
{
    result->account_count = job->accounts.total;
    result->id_width = job->accounts.id_width;
    result->together_width = job->accounts.together_width;
    result->column_count = job->accounts.column_count;
    for (int c = 0; c < result->column_count; c++)
        snprintf(result->column_name[c], AMBIT_NAME_MAX, "%s", job->scenario.column[c]);
}

ambit_status ambit_job_gather(struct ambit_job *job, const int32_t *label,
                              struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    struct part part = {.end = job->accounts.count};
    struct ambit_sha256 *sha = NULL;
    take_shape(job, result);
    AMBIT_TRY_TOGETHER(job->comm, ambit_sha256_create(&sha));
    AMBIT_TRY(gather_part(job, label, &part));
    result->account_id = part.id;
    result->account_together = part.together;
    result->lat = part.lat;
    result->lon = part.lon;
    result->territory = part.territory;
    result->previous = part.previous;
    result->account_travel = part.travel;
    result->parent = part.parent;
    memcpy(result->column, part.column, sizeof part.column);
    part = (struct part){0};
    if (first) {
        hash_plan(sha, result, result->account_id, result->territory, result->account_count);
        ambit_sha256_text(sha, result->plan_sha256);
    }
    AMBIT_TRY_TOGETHER(job->comm, first ? take_provenance(job, result) : AMBIT_OK);
done:
    clear_part(&part);
    ambit_sha256_destroy(&sha);
    return status;
}

/* Rank 0's share of a slice that has come: into the hash, and into the file where there is one. */
static ambit_status keep_slice(const struct ambit_result *result, const struct part *part,
                               int64_t begin, int64_t end, struct ambit_sha256 *sha,
                               struct ambit_result_file *file)
{
    struct ambit_result_slice slice = {.first = begin,
                                       .count = end - begin,
                                       .account_id = part->id,
                                       .together = part->together,
                                       .lat = part->lat,
                                       .lon = part->lon,
                                       .territory = part->territory,
                                       .previous = part->previous,
                                       .travel = part->travel,
                                       .parent = part->parent};
    for (int c = 0; c < result->column_count; c++)
        slice.column[c] = part->column[c];
    hash_plan(sha, result, part->id, part->territory, slice.count);
    return file != NULL ? ambit_result_file_put(file, &slice) : AMBIT_OK;
}

static int64_t within(int64_t at, int64_t count)
{
    return at < 0 ? 0 : at > count ? count : at;
}

ambit_status ambit_job_store(struct ambit_job *job, const int32_t *label,
                             struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = job->comm;
    const struct ambit_accounts *const a = &job->accounts;
    const char *const path = job->options.result_path;
    const bool first = ambit_comm_rank(comm) == 0, writes = first && path != NULL;
    struct part part = {0};
    struct ambit_sha256 *sha = NULL;
    struct ambit_result_file *file = NULL;
    take_shape(job, result);
    AMBIT_TRY_TOGETHER(comm, ambit_sha256_create(&sha));
    AMBIT_TRY_TOGETHER(comm, writes ? ambit_result_file_create(path, result, &file) : AMBIT_OK);
    for (int64_t begin = 0; begin < a->total; begin += AMBIT_RESULT_SLICE) {
        const int64_t left = a->total - begin;
        const int64_t end = begin + (left < AMBIT_RESULT_SLICE ? left : AMBIT_RESULT_SLICE);
        part.begin = within(begin - a->first, a->count);
        part.end = within(end - a->first, a->count);
        AMBIT_TRY(gather_part(job, label, &part));
        AMBIT_TRY_TOGETHER(comm,
                           first ? keep_slice(result, &part, begin, end, sha, file) : AMBIT_OK);
        clear_part(&part);
        ambit_log_progress("store", end, a->total, "");
    }
    if (first) ambit_sha256_text(sha, result->plan_sha256);
    AMBIT_TRY_TOGETHER(comm, first ? take_provenance(job, result) : AMBIT_OK);
    AMBIT_TRY_TOGETHER(comm, writes ? ambit_result_file_commit(&file, result) : AMBIT_OK);
done:
    clear_part(&part);
    ambit_sha256_destroy(&sha);
    ambit_result_file_destroy(&file);
    return status;
}
