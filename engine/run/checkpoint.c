/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes and reads checkpoints. What is small is the same on every rank, and one function lays it
 * out for writing and reading alike; plans go through rank 0, which alone touches the file, in
 * slices, so that it never holds a whole one. Candidates are not stored: they follow from the
 * prices. Costs 4 bytes an account and plan on disk, and a gather of as
 * many at each checkpoint.
 */
#include "engine/run/checkpoint.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/base/stop.h"
#include "engine/base/version.h"
#include "io/checkpoint_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SLICE = 1 << 18 };  /* accounts that go through rank 0 at a time */
#define FIRST_SECONDS 60.0 /* a run that is shorter leaves no checkpoint, unless asked to */

struct ambit_keeper {
    char *path; /* owned; of the newest checkpoint; NULL: the run stores nothing */
    struct ambit_checkpoint_head head;
    bool writes;
    double next_seconds; /* when the next is due, by ambit_seconds(); rank 0's counts */
    int64_t rounds;      /* since the last */
    bool found;          /* a checkpoint that the run goes on from, or has written */
    struct ambit_checkpoint_reader *reader; /* owned; on rank 0, while plans are still to be read */
    double *state;                          /* owned; of prices, as it was read */
};

/* ---- the small part ---- */

/* Bytes that are counted, written or read. */
struct bytes {
    enum { COUNT, WRITE, READ } mode;
    uint8_t *at;
    int64_t count; /* passed so far */
    int64_t room;  /* to read or write in */
    bool short_of; /* more was asked for than there is */
};

static void pass(struct bytes *bytes, void *data, size_t count)
{
    if (bytes->mode != COUNT && bytes->room - bytes->count < (int64_t)count)
        bytes->short_of = true;
    else if (bytes->mode != COUNT && count > 0)
        memcpy(bytes->mode == READ ? data : bytes->at + bytes->count,
               bytes->mode == READ ? bytes->at + bytes->count : data, count);
    if (!bytes->short_of) bytes->count += (int64_t)count;
}

/* A block of items, owned by *items, which is allocated for reading. */
static ambit_status pass_items(struct bytes *bytes, void *items, size_t size, int64_t *count)
{
    ambit_status status = AMBIT_OK;
    void *block = NULL;
    memcpy(&block, items, sizeof block);
    pass(bytes, count, sizeof *count);
    if (bytes->mode == READ) {
        if (bytes->short_of || *count < 0 || *count > bytes->room) {
            bytes->short_of = true;
            return AMBIT_OK;
        }
        AMBIT_TRY(ambit_resize(&block, (size_t)*count, size)); /* may be of a plan before */
        memcpy(items, &block, sizeof block);
    }
    pass(bytes, block, (size_t)*count * size);
done:
    return status;
}

static void pass_limits(struct bytes *bytes, struct ambit_job *job)
{
    for (int b = 0; b < job->scenario.band_count; b++) {
        struct ambit_relaxation *const relaxation = &job->relaxation[b];
        int64_t opened = relaxation->opened, territory = relaxation->proof_territory;
        pass(bytes, &job->scenario.band[b].lower, sizeof(double));
        pass(bytes, &job->scenario.band[b].upper, sizeof(double));
        pass(bytes, &relaxation->asked, sizeof relaxation->asked);
        pass(bytes, &opened, sizeof opened);
        pass(bytes, &territory, sizeof territory);
        relaxation->opened = opened != 0;
        relaxation->proof_territory = (int32_t)territory;
    }
}

static void pass_centres(struct bytes *bytes, struct ambit_job *job)
{
    for (int32_t j = 0; j < job->territories.count; j++) {
        struct ambit_territory *const territory = &job->territories.item[j];
        pass(bytes, territory->position, sizeof territory->position);
        pass(bytes, &territory->centre_lat, sizeof territory->centre_lat);
        pass(bytes, &territory->centre_lon, sizeof territory->centre_lon);
        pass(bytes, &territory->centre_account, sizeof territory->centre_account);
    }
}

/* All but the plans. */
static ambit_status pass_small(struct bytes *bytes, struct ambit_job *job,
                               struct ambit_place *place, double **state, int64_t *states)
{
    ambit_status status = AMBIT_OK;
    const int64_t cells = (int64_t)job->territories.count * job->problem.rule_count;
    int64_t rounds = job->round_count, prices = job->price_lower != NULL ? cells : 0;
    int64_t same = prices;
    pass(bytes, place, sizeof *place);
    pass_limits(bytes, job);
    pass_centres(bytes, job);
    const size_t budgets = (size_t)ambit_budget_cells(&job->problem.budgets);
    pass(bytes, job->problem.budgets.price, budgets * sizeof(double));
    AMBIT_TRY(pass_items(bytes, &job->price_lower, sizeof(double), &prices));
    AMBIT_TRY(pass_items(bytes, &job->price_upper, sizeof(double), &same));
    AMBIT_TRY(pass_items(bytes, &job->round, sizeof *job->round, &rounds));
    AMBIT_TRY(pass_items(bytes, state, sizeof(double), states));
    if (bytes->mode == READ) {
        job->round_count = job->round_room = (int32_t)rounds;
        ambit_budgets_price(&job->scenario, &job->accounts, &job->problem.budgets);
    }
done:
    return status;
}

_Static_assert(sizeof(struct ambit_place) == 16 * 8, "a place has no padding");
_Static_assert(sizeof(struct ambit_result_round) == 56, "a round has no padding");

/* ---- whose a checkpoint is ---- */

/* NULL: the plan is drawn, not kept up. */
static const struct ambit_nightly *night_of(const struct ambit_job *job)
{
    return job->whole != NULL ? job->whole->nightly : job->nightly;
}

static ambit_status fill_head(const struct ambit_job *job, struct ambit_checkpoint_head *head)
{
    struct ambit_sha256 *sha = NULL;
    const ambit_status status = ambit_sha256_create(&sha);
    char text[AMBIT_SHA256_TEXT], rows[AMBIT_ROWS_HASH_TEXT];
    if (status != AMBIT_OK) return status;
    *head = (struct ambit_checkpoint_head){.seed = job->options.seed,
                                           .effort = job->options.effort,
                                           .account_count = job->accounts.total,
                                           .territory_count = job->territories.count};
    (void)snprintf(head->version, sizeof head->version, "%s", ambit_build);
    ambit_sha256_add(sha, job->scenario.text, strlen(job->scenario.text));
    ambit_sha256_add(sha, job->scenario.changes.variant, strlen(job->scenario.changes.variant));
    ambit_sha256_text(sha, text);
    (void)snprintf(head->scenario_hash, sizeof head->scenario_hash, "%s", text);
    const struct ambit_job *const whole = job->whole != NULL ? job->whole : job;
    struct ambit_rows_hash accounts = job->accounts_hash;
    for (int t = 0; t < whole->pair_table_count; t++) { /* what they say is of the accounts */
        const uint64_t place = ambit_mix64((uint64_t)t + 1);
        accounts.low += place * whole->pair_table[t].read.hash.low;
        accounts.high += place * whole->pair_table[t].read.hash.high;
    }
    ambit_rows_hash_text(&accounts, rows);
    (void)snprintf(head->accounts_hash, sizeof head->accounts_hash, "%s", rows);
    ambit_rows_hash_text(&job->reps_hash, rows);
    (void)snprintf(head->reps_hash, sizeof head->reps_hash, "%s", rows);
    const struct ambit_nightly *const night = night_of(job);
    if (night != NULL) {
        (void)snprintf(head->plan_hash, sizeof head->plan_hash, "%s", night->plan_sha256);
        (void)snprintf(head->threshold, sizeof head->threshold, "%.12g h", night->hours_per_move);
    }
    ambit_sha256_destroy(&sha);
    return AMBIT_OK;
}

struct words {
    char text[1024];
    size_t used;
};

/* Adds a line where the two texts differ. */
static void compare(struct words *words, const char *what, const char *mine, const char *theirs)
{
    if (strcmp(mine, theirs) == 0) return;
    const int wrote = snprintf(words->text + words->used, sizeof words->text - words->used,
                               "\n  %s: this run has %s, the checkpoint %s", what, mine, theirs);
    if (wrote > 0 && (size_t)wrote < sizeof words->text - words->used) words->used += (size_t)wrote;
}

static void compare_numbers(struct words *words, const char *what, uint64_t mine, uint64_t theirs)
{
    char a[24], b[24];
    (void)snprintf(a, sizeof a, "%" PRIu64, mine);
    (void)snprintf(b, sizeof b, "%" PRIu64, theirs);
    compare(words, what, a, b);
}

static const char *or_none(const char *text)
{
    return text[0] != '\0' ? text : "none";
}

/* Fails where the checkpoint is of another run, and says in what. */
static ambit_status check_head(const struct ambit_checkpoint_head *mine,
                               const struct ambit_checkpoint_head *theirs, const char *path)
{
    struct words words = {.used = 0};
    compare(&words, "Ambit's version", mine->version, theirs->version);
    compare(&words, "scenario, SHA-256", mine->scenario_hash, theirs->scenario_hash);
    compare_numbers(&words, "accounts", (uint64_t)mine->account_count,
                    (uint64_t)theirs->account_count);
    compare(&words, "accounts' rows, hash", mine->accounts_hash, theirs->accounts_hash);
    compare_numbers(&words, "territories", (uint64_t)mine->territory_count,
                    (uint64_t)theirs->territory_count);
    compare(&words, "reps' rows, hash", mine->reps_hash, theirs->reps_hash);
    compare(&words, "the plan before, SHA-256", or_none(mine->plan_hash),
            or_none(theirs->plan_hash));
    compare(&words, "--threshold", or_none(mine->threshold), or_none(theirs->threshold));
    compare_numbers(&words, "--seed", mine->seed, theirs->seed);
    compare_numbers(&words, "--effort", (uint64_t)mine->effort, (uint64_t)theirs->effort);
    if (words.used == 0) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s is of another run, so that this one cannot go on from it:%s\n"
                      "give what that run was given, or start afresh without --resume",
                      path, words.text);
}

/* ---- ending on a signal ---- */

static ambit_status stop(const struct ambit_job *job, int number, const char *what)
{
    const struct ambit_run_options *const options = &job->options;
    char seed[32] = "", effort[32] = "";
    if (options->seed != AMBIT_DEFAULT_SEED)
        (void)snprintf(seed, sizeof seed, " --seed %" PRIu64, options->seed);
    if (options->effort != AMBIT_DEFAULT_EFFORT)
        (void)snprintf(effort, sizeof effort, " --effort %" PRId64, options->effort);
    if (job->sweeps || night_of(job) != NULL)
        return ambit_fail(AMBIT_STOPPED,
                          "stopped by SIG%s%s; to go on, give the same command with --resume",
                          sigabbrev_np(number), what);
    return ambit_fail(AMBIT_STOPPED,
                      "stopped by SIG%s%s; to go on: ambit run --resume %s%s%s%s%s%s%s%s -o %s",
                      sigabbrev_np(number), what, options->scenario_path,
                      options->scenario_name != NULL ? " --scenario '" : "",
                      options->scenario_name != NULL ? options->scenario_name : "",
                      options->scenario_name != NULL ? "'" : "",
                      options->accounts_path != NULL ? " --accounts " : "",
                      options->accounts_path != NULL ? options->accounts_path : "", seed, effort,
                      options->result_path != NULL ? options->result_path : "RESULT.h5");
}

/* ---- writing ---- */

static int64_t within(int64_t at, int64_t count)
{
    return at < 0 ? 0 : at > count ? count : at;
}

static ambit_status write_plan(struct ambit_job *job, const int32_t *label,
                               struct ambit_checkpoint_writer *writer)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const accounts = &job->accounts;
    int32_t *all = NULL;
    int64_t count = 0;
    for (int64_t at = 0; at < accounts->total; at += SLICE) {
        const int64_t begin = within(at - accounts->first, accounts->count);
        const int64_t end = within(at + SLICE - accounts->first, accounts->count);
        AMBIT_TRY(ambit_comm_gather(job->comm, end > begin ? label + begin : NULL, end - begin,
                                    sizeof *label, &all, &count));
        AMBIT_TRY_TOGETHER(job->comm,
                           writer == NULL
                               ? AMBIT_OK
                               : ambit_checkpoint_put(writer, all, (size_t)count * sizeof *all));
        ambit_free(&all);
    }
done:
    ambit_free(&all);
    return status;
}

/* Lays out the small part: *blob_out holds *count_out bytes. */
static ambit_status lay_out(struct ambit_job *job, const struct ambit_place *place,
                            const struct ambit_pricing *pricing, uint8_t **blob_out,
                            int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_place written = *place;
    struct bytes bytes = {.mode = COUNT};
    double *state = NULL;
    int64_t states = pricing != NULL ? ambit_prices_state_count(pricing->prices) : 0;
    written.resumed = 1;
    AMBIT_TRY(ambit_alloc(&state, (size_t)states, sizeof *state));
    if (pricing != NULL) ambit_prices_pass_state(pricing->prices, state, false);
    AMBIT_TRY(pass_small(&bytes, job, &written, &state, &states));
    AMBIT_TRY(ambit_alloc(blob_out, (size_t)bytes.count, 1));
    bytes = (struct bytes){.mode = WRITE, .at = *blob_out, .room = bytes.count};
    AMBIT_TRY(pass_small(&bytes, job, &written, &state, &states));
    *count_out = bytes.count;
done:
    ambit_free(&state);
    return status;
}

static ambit_status write_checkpoint(struct ambit_job *job, const struct ambit_place *place,
                                     const struct ambit_pricing *pricing, const int32_t *best)
{
    ambit_status status = AMBIT_OK;
    struct ambit_keeper *const keeper = job->keeper;
    const bool first = ambit_comm_rank(job->comm) == 0;
    struct ambit_checkpoint_writer *writer = NULL;
    uint8_t *blob = NULL;
    int64_t small = 0;
    const double since = ambit_seconds();
    const int64_t plans = (best != NULL ? 2 : 1) * job->accounts.total * (int64_t)sizeof *best;
    AMBIT_TRY_TOGETHER(job->comm, lay_out(job, place, pricing, &blob, &small));
    const int64_t content = (int64_t)sizeof small + small + plans;
    if (first) {
        status = ambit_checkpoint_writer_create(keeper->path, &keeper->head, content, &writer);
        if (status == AMBIT_OK) status = ambit_checkpoint_put(writer, &small, sizeof small);
        if (status == AMBIT_OK) status = ambit_checkpoint_put(writer, blob, (size_t)small);
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY(write_plan(job, job->label, writer));
    if (best != NULL) AMBIT_TRY(write_plan(job, best, writer));
    AMBIT_TRY_TOGETHER(job->comm, first ? ambit_checkpoint_commit(&writer) : AMBIT_OK);
    ambit_log_note("checkpoint of %.1f MB written in %.2f s", (double)content * 1e-6,
                   ambit_seconds() - since);
done:
    ambit_checkpoint_writer_destroy(&writer);
    ambit_free(&blob);
    return status;
}

/* Asks rank 0's clock, or counts. */
static bool is_due(const struct ambit_job *job)
{
    const struct ambit_run_options *const options = &job->options;
    if (options->checkpoint_rounds > 0) return job->keeper->rounds >= options->checkpoint_rounds;
    return ambit_comm_rank(job->comm) == 0 && ambit_seconds() >= job->keeper->next_seconds;
}

/* What becomes of a checkpoint that cannot be written: a run is worth more than its checkpoints. */
static bool try_write(struct ambit_job *job, const struct ambit_place *place,
                      const struct ambit_pricing *pricing, const int32_t *best)
{
    struct ambit_keeper *const keeper = job->keeper;
    const bool written = write_checkpoint(job, place, pricing, best) == AMBIT_OK;
    if (!written) {
        ambit_log_warning("no checkpoint of this round: %s; the run goes on%s",
                          ambit_error_message(),
                          keeper->found ? ", and the last checkpoint is as it was" : "");
        ambit_error_clear();
    }
    keeper->found |= written;
    keeper->rounds = 0;
    keeper->next_seconds = ambit_seconds() + job->options.checkpoint_seconds;
    return written;
}

ambit_status ambit_keeper_round(struct ambit_job *job, const struct ambit_place *place,
                                const struct ambit_pricing *pricing, const int32_t *best)
{
    struct ambit_keeper *const keeper = job->keeper;
    /* Prices may have been left half-way where time ran out: no state to go on from. */
    if (keeper == NULL || job->stopped_by_time_limit) return AMBIT_OK;
    keeper->rounds++;
    int64_t asked[2] = {ambit_stop_signal(), keeper->writes && is_due(job)};
    ambit_comm_max_i64(job->comm, asked, 2);
    const bool over = ambit_job_out_of_time(job) || asked[0] != 0;
    const bool written =
        keeper->writes && (over || asked[1] != 0) && try_write(job, place, pricing, best);
    if (asked[0] == 0) return AMBIT_OK;
    return stop(job, (int)asked[0],
                written           ? " after a checkpoint was written"
                : !keeper->writes ? " without a checkpoint, as --checkpoint off asks"
                : keeper->found   ? "; the last checkpoint is from before this round"
                                  : " without a checkpoint");
}

void ambit_keeper_done(struct ambit_job *job)
{
    struct ambit_keeper *const keeper = job->keeper;
    job->place.stage = AMBIT_STAGE_DONE;
    if (keeper->writes && !job->stopped_by_time_limit)
        (void)try_write(job, &job->place, NULL, NULL);
}

/* ---- reading ---- */

/* On rank 0: opens the newest good checkpoint; keeper->reader stays NULL where there is none. */
static ambit_status find(struct ambit_keeper *keeper, const char *result_path)
{
    ambit_status status = AMBIT_OK;
    enum ambit_checkpoint_found found[2] = {AMBIT_CHECKPOINT_NONE, AMBIT_CHECKPOINT_NONE};
    struct ambit_checkpoint_head head = {.seed = 0};
    char why[AMBIT_CHECKPOINT_WHY_MAX], *path = NULL;
    for (int before = 0; before < 2 && keeper->reader == NULL; before++) {
        ambit_free(&path);
        AMBIT_TRY(ambit_checkpoint_path(result_path, before != 0, &path));
        AMBIT_TRY(ambit_checkpoint_open(path, &found[before], why, &head, &keeper->reader));
        if (found[before] == AMBIT_CHECKPOINT_DAMAGED)
            ambit_log_warning("%s is damaged (%s); %s", path, why,
                              before ? "there is none before it" : "looking for the one before it");
    }
    if (keeper->reader == NULL)
        ambit_log_advice("no checkpoint of %s to go on from; the run starts afresh", result_path);
    else
        AMBIT_TRY(check_head(&keeper->head, &head, path));
done:
    ambit_free(&path);
    return status;
}

static ambit_status read_small(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct ambit_keeper *const keeper = job->keeper;
    uint8_t *blob = NULL;
    int64_t small = 0, states = 0;
    if (keeper->reader != NULL) status = ambit_checkpoint_get(keeper->reader, &small, sizeof small);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_comm_broadcast(job->comm, &small, sizeof small, 0);
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&blob, (size_t)small, 1));
    if (keeper->reader != NULL) status = ambit_checkpoint_get(keeper->reader, blob, (size_t)small);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_comm_broadcast(job->comm, blob, small, 0);
    struct bytes bytes = {.mode = READ, .at = blob, .room = small};
    status = pass_small(&bytes, job, &job->place, &keeper->state, &states);
    if (status == AMBIT_OK && (bytes.short_of || bytes.count != small))
        status =
            ambit_fail(AMBIT_ERR_INTERNAL, "%s does not hold what its head says", keeper->path);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    for (int r = 0; r < job->problem.rule_count; r++)
        ambit_problem_refresh_rule(&job->problem, r);
done:
    ambit_free(&blob);
    return status;
}

static ambit_status read_plan(struct ambit_job *job, int32_t *label)
{
    ambit_status status = AMBIT_OK;
    struct ambit_checkpoint_reader *const reader = job->keeper->reader;
    const struct ambit_accounts *const accounts = &job->accounts;
    int32_t *all = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&all, SLICE, sizeof *all));
    for (int64_t at = 0; at < accounts->total; at += SLICE) {
        const int64_t count = within(accounts->total - at, SLICE);
        if (reader != NULL) status = ambit_checkpoint_get(reader, all, (size_t)count * sizeof *all);
        AMBIT_TRY(AMBIT_AGREE(job->comm, status));
        ambit_comm_broadcast(job->comm, all, count * (int64_t)sizeof *all, 0);
        const int64_t begin = within(at - accounts->first, accounts->count);
        const int64_t end = within(at + count - accounts->first, accounts->count);
        if (end > begin)
            memcpy(label + begin, all + (accounts->first + begin - at),
                   (size_t)(end - begin) * sizeof *label);
    }
done:
    ambit_free(&all);
    return status;
}

ambit_status ambit_keeper_restore(struct ambit_job *job, struct ambit_place *place,
                                  struct ambit_pricing *pricing, int32_t *best_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_keeper *const keeper = job->keeper;
    if (job->label == NULL)
        status = ambit_alloc(&job->label, (size_t)job->accounts.count, sizeof *job->label);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY(read_plan(job, job->label));
    if (best_out != NULL) AMBIT_TRY(read_plan(job, best_out));
    if (pricing != NULL) AMBIT_TRY(ambit_pricing_restore(job, keeper->state, pricing));
    place->resumed = 0;
done:
    ambit_checkpoint_reader_destroy(&keeper->reader);
    ambit_free(&keeper->state);
    return status;
}

/* ---- beginning and end ---- */

static ambit_status prepare(struct ambit_job *job, struct ambit_keeper **out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_run_options *const options = &job->options;
    struct ambit_keeper *keeper = NULL;
    AMBIT_TRY(ambit_alloc(&keeper, 1, sizeof *keeper));
    *out = keeper;
    if (options->result_path != NULL)
        AMBIT_TRY(ambit_checkpoint_path(options->result_path, false, &keeper->path));
    keeper->writes = keeper->path != NULL &&
                     (options->checkpoint_seconds > 0.0 || options->checkpoint_rounds > 0);
    keeper->next_seconds = job->started + fmin(options->checkpoint_seconds, FIRST_SECONDS);
    AMBIT_TRY(fill_head(job, &keeper->head));
done:
    return status;
}

ambit_status ambit_keeper_create(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    int64_t stopping = ambit_stop_signal(), found = 0;
    ambit_comm_max_i64(job->comm, &stopping, 1);
    if (stopping != 0) return stop(job, (int)stopping, " before the first round");
    AMBIT_TRY_TOGETHER(job->comm, prepare(job, &job->keeper));
    struct ambit_keeper *const keeper = job->keeper;
    if (!job->options.resume || keeper->path == NULL) goto done;
    AMBIT_TRY_TOGETHER(job->comm, first ? find(keeper, job->options.result_path) : AMBIT_OK);
    found = keeper->reader != NULL;
    ambit_comm_max_i64(job->comm, &found, 1);
    if (!found) goto done;
    keeper->found = true;
    AMBIT_TRY(read_small(job));
    ambit_log_advice("going on from the checkpoint of %s, after %d rounds",
                     job->options.result_path, (int)job->round_count);
done:
    return status;
}

void ambit_keeper_destroy(struct ambit_job *job)
{
    if (job->keeper == NULL) return;
    ambit_checkpoint_reader_destroy(&job->keeper->reader);
    ambit_free(&job->keeper->state);
    ambit_free(&job->keeper->path);
    ambit_free(&job->keeper);
}

void ambit_keeper_remove(const char *path)
{
    if (ambit_checkpoint_remove(path) == AMBIT_OK) return;
    ambit_log_warning("%s", ambit_error_message());
    ambit_error_clear();
}

void ambit_keeper_finish(struct ambit_job *job)
{
    const struct ambit_keeper *const keeper = job->keeper;
    if (keeper == NULL || job->stopped_by_time_limit || !(keeper->writes || keeper->found)) return;
    if (ambit_comm_rank(job->comm) == 0) ambit_keeper_remove(keeper->path);
}
