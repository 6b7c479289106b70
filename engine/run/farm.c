/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The farm: prepare together, draw apart, join. Between the two agreements of all ranks there are
 * only collectives of groups; a group that fails for good waits at the second.
 *
 * Weakness: scenarios are dealt to groups before any is drawn, so that a group whose share is hard
 * ends later than the others.
 */
#include "engine/run/farm.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/memory_room.h"
#include "engine/base/stop.h"
#include "engine/model/refusal.h"
#include "engine/run/diagnose.h"
#include "engine/run/farm_split.h"
#include "engine/run/farm_state.h"
#include "engine/run/headcount_sweep.h"
#include "engine/run/infeasible.h"
#include "engine/run/inputs.h"
#include "engine/run/join_pieces.h"
#include "engine/run/memory_need.h"
#include "engine/run/part_key.h"
#include "engine/run/threads.h"
#include "engine/run/unite.h"
#include "io/farm_hdf5.h"
#include "io/result_hdf5.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLD_COST                                                                                  \
    2.0 /* of a scenario that begins with nothing, to one that begins with the base                \
         */

/* ---- preparing ---- */

static ambit_status name_part(const struct ambit_farm *farm, const char *name, char **out)
{
    const size_t room = strlen(farm->folder) + strlen(name) + sizeof "/.h5";
    const ambit_status status = ambit_alloc(out, room, 1);
    if (status == AMBIT_OK) (void)snprintf(*out, room, "%s/%s.h5", farm->folder, name);
    return status;
}

static ambit_status name_parts(struct ambit_farm *farm)
{
    ambit_status status = AMBIT_OK;
    char name[32];
    const size_t room = strlen(farm->options.result_path) + sizeof ".parts";
    const size_t count = (size_t)farm->count;
    AMBIT_TRY(ambit_alloc(&farm->folder, room, 1));
    (void)snprintf(farm->folder, room, "%s.parts", farm->options.result_path);
    AMBIT_TRY(ambit_alloc(&farm->part, count, sizeof *farm->part));
    AMBIT_TRY(ambit_alloc(&farm->key, count, sizeof *farm->key));
    AMBIT_TRY(ambit_alloc(&farm->done, count, sizeof *farm->done));
    AMBIT_TRY(name_part(farm, "base", &farm->base_path));
    for (int32_t n = 0; n < farm->count; n++) {
        (void)snprintf(name, sizeof name, "%04d", (int)n + 1);
        AMBIT_TRY(name_part(farm, name, &farm->part[n]));
    }
done:
    return status;
}

/* The folder of the parts, empty unless its parts are wanted. */
static ambit_status make_folder(const struct ambit_farm *farm)
{
    if (mkdir(farm->folder, 0777) != 0 && errno != EEXIST)
        return ambit_fail(AMBIT_ERR_IO, "cannot make the folder %s: %s", farm->folder,
                          strerror(errno));
    if (farm->options.resume) return AMBIT_OK;
    (void)unlink(farm->base_path);
    ambit_part_key_remove(farm->base_path);
    for (int32_t n = 0; n < farm->count; n++)
        (void)unlink(farm->part[n]);
    return AMBIT_OK;
}

static void remove_folder(const struct ambit_farm *farm)
{
    (void)unlink(farm->base_path);
    ambit_part_key_remove(farm->base_path);
    for (int32_t n = 0; n < farm->count; n++)
        (void)unlink(farm->part[n]);
    (void)rmdir(farm->folder);
}

static ambit_status prepare(struct ambit_farm *farm)
{
    ambit_status status = AMBIT_OK;
    struct ambit_run_options *const options = &farm->options;
    options->threads = ambit_threads_set(farm->comm, options->threads);
    ambit_log_progress("read", 0, 0, "");
    AMBIT_TRY(ambit_variants_load(options->scenario_path, farm->comm, &farm->variants));
    farm->count = ambit_variants_count(farm->variants);
    if (ambit_variants_are_layers(farm->variants))
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected scenarios or a grid, found layers, which `ambit run` "
                             "draws",
                             options->scenario_path));
    if (farm->count == 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected scenarios or a grid, found neither; `ambit run "
                             "--help-scenario` describes them",
                             options->scenario_path));
    AMBIT_TRY_TOGETHER(farm->comm, name_parts(farm));
    AMBIT_TRY_TOGETHER(farm->comm, ambit_inputs_stay_of_all(options, farm->variants));
    AMBIT_TRY(ambit_farm_nation_read(farm->comm, options, farm->variants, &farm->nation));
    AMBIT_TRY_TOGETHER(farm->comm, ambit_comm_rank(farm->comm) == 0 ? make_folder(farm) : AMBIT_OK);
done:
    return status;
}

/* ---- one plan ---- */

static void init_job(const struct ambit_farm *farm, struct ambit_comm *comm, struct ambit_job *job)
{
    ambit_job_init(job, comm, &farm->options);
    job->options.resume = false; /* which is about parts here */
}

/* Draws a loaded job's plan and judges it; the first rank has all of the result, with what would do
 * where bands or rules are broken, if it `diagnoses`. */
static ambit_status draw(struct ambit_job *job, bool diagnoses, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job units = {0}, *search = job;
    AMBIT_TRY(ambit_job_check_limits(job));
    if (ambit_job_has_groups(job)) {
        search = &units;
        AMBIT_TRY(ambit_job_make_units(job, &units));
    }
    AMBIT_TRY(ambit_job_draft(search));
    AMBIT_TRY(ambit_job_refine(search));
    if (search == &units) AMBIT_TRY(ambit_job_take_units(job, &units));
    AMBIT_TRY(ambit_job_join_pieces(job));
    result->kind = AMBIT_RESULT_PLAN;
    AMBIT_TRY(ambit_job_judge(job, job->label, result));
    if (diagnoses && job->options.effort > 0)
        AMBIT_TRY(ambit_job_diagnose(search, job->label, result));
    if (diagnoses) AMBIT_TRY(ambit_job_diagnose_rules(job, job->label, NULL, result));
    AMBIT_TRY(ambit_job_gather(job, job->label, result));
    AMBIT_TRY(ambit_job_note_headcount(job, result));
done:
    ambit_units_clear(&units);
    return status;
}

/* Why no plan was sought, where that is known. */
static void hand_over(struct ambit_job *job, struct ambit_refusal **out)
{
    ambit_refusal_destroy(out);
    *out = job->refusal;
    job->refusal = NULL;
}

/* Whether the base's plan is there from an earlier job. Collective. */
static bool find_base(const struct ambit_farm *farm, const char key[AMBIT_SHA256_TEXT])
{
    int64_t found = 0;
    if (ambit_comm_rank(farm->comm) == 0 && farm->options.resume) {
        struct ambit_result stored;
        found = ambit_part_key_matches(farm->base_path, key) &&
                ambit_result_read(farm->base_path, &stored) == AMBIT_OK;
        if (found) ambit_result_clear(&stored);
        ambit_error_clear(); /* a part that cannot be read is one that is not there */
    }
    ambit_comm_max_i64(farm->comm, &found, 1);
    return found != 0;
}

/* The base's plan by all ranks together, into its part, and what that cost. */
static ambit_status draw_base(struct ambit_farm *farm, struct ambit_farm_measure *measure)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job;
    struct ambit_result result;
    char key[AMBIT_SHA256_TEXT];
    const bool first = ambit_comm_rank(farm->comm) == 0;
    ambit_result_init(&result);
    init_job(farm, farm->comm, &job);
    job.draws = true;
    AMBIT_TRY(ambit_farm_nation_load(&farm->nation, AMBIT_VARIANT_BASE, &job));
    AMBIT_TRY(ambit_memory_check(&job, job.accounts.total, job.accounts.id_width));
    *measure = (struct ambit_farm_measure){.ranks = ambit_comm_size(farm->comm), .seconds = 1.0};
    AMBIT_TRY_TOGETHER(farm->comm,
                       first ? ambit_farm_key(farm, AMBIT_VARIANT_BASE, key) : AMBIT_OK);
    if (find_base(farm, key)) goto done;
    if (first) ambit_part_key_remove(farm->base_path);
    const double started = ambit_seconds(), waited = ambit_comm_seconds();
    AMBIT_TRY(draw(&job, true, &result));
    int64_t micro[2] = {(int64_t)(1e6 * (ambit_seconds() - started)),
                        (int64_t)(1e6 * (ambit_comm_seconds() - waited))};
    ambit_comm_sum_i64(farm->comm, micro, 2);
    measure->seconds = 1e-6 * (double)micro[0] / measure->ranks;
    measure->in_calls = 1e-6 * (double)micro[1] / measure->ranks;
    AMBIT_TRY_TOGETHER(farm->comm,
                       first ? ambit_farm_base_write(farm->base_path, &result) : AMBIT_OK);
    AMBIT_TRY_TOGETHER(farm->comm, first ? ambit_part_key_write(farm->base_path, key) : AMBIT_OK);
done:
    if (status != AMBIT_OK) hand_over(&job, farm->refusal);
    ambit_result_clear(&result);
    ambit_job_clear(&job);
    return status;
}

/* ---- groups ---- */

/* The fewest ranks whose parts of the nation fit into the memory of a host beside those of the
 * others there. Collective. */
static int ranks_that_fit(const struct ambit_farm *farm)
{
    const struct ambit_accounts *const a = &farm->nation.accounts;
    const int ranks = ambit_comm_size(farm->comm);
    struct ambit_memory_room room;
    int64_t on_host = 1, least = 1, has = ambit_memory_resident_bytes();
    if (farm->options.memory_limit == AMBIT_MEMORY_BOUNDLESS) return 1;
    ambit_comm_host_sum_i64(farm->comm, &on_host, 1);
    ambit_comm_host_sum_i64(farm->comm, &has, 1);
    ambit_memory_room_look("", &room);
    const int64_t limit =
        farm->options.memory_limit > 0 ? farm->options.memory_limit - has : room.shared.bytes;
    for (; least < ranks; least++) {
        const struct ambit_memory_shape shape = {
            .accounts = a->total,
            .id_bytes = a->id_width,
            .columns = a->column_count,
            .rules = ambit_problem_own_bases(&farm->nation.reader),
            .detailed = ambit_disruption_is_detailed(&farm->nation.reader.disruption),
            .territories = farm->nation.territories.count,
            .ranks = (int)least,
            .threads = farm->options.threads};
        /* The shared columns stand beside those of the scenario at hand. */
        const int64_t shared = a->total / least * (a->id_width + 64 + 8 * (int64_t)a->column_count);
        if ((ambit_memory_need(&shape) + shared) * on_host <= limit) break;
    }
    ambit_comm_max_i64(farm->comm, &least, 1);
    return (int)least;
}

/* Groups of consecutive ranks; *mine_out is this rank's. */
static ambit_status divide(struct ambit_farm *farm, const struct ambit_farm_measure *measure,
                           int32_t scenarios, int32_t *groups_out, int32_t *mine_out)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(farm->comm), rank = ambit_comm_rank(farm->comm);
    int32_t *first = NULL;
    int64_t groups = ambit_farm_groups(measure, scenarios > 0 ? scenarios : 1);
    ambit_comm_min_i64(farm->comm, &groups, 1); /* clocks differ by a hair */
    AMBIT_TRY_TOGETHER(farm->comm, ambit_alloc(&first, (size_t)groups + 1, sizeof *first));
    for (int32_t g = 0; g < groups; g++) {
        int64_t begin, end;
        ambit_comm_split(ranks, (int)groups, g, &begin, &end);
        first[g] = (int32_t)begin;
        first[g + 1] = (int32_t)end;
        if (rank >= begin && rank < end) *mine_out = g;
    }
    AMBIT_TRY(ambit_farm_nation_share(&farm->nation, farm->comm, first, (int32_t)groups));
    AMBIT_TRY(ambit_comm_divide(farm->comm, *mine_out, &farm->group));
    *groups_out = (int32_t)groups;
done:
    ambit_free(&first);
    return status;
}

/* Keys of all, and which parts are there already. Rank 0 knows, and tells. */
static ambit_status look_for_parts(struct ambit_farm *farm)
{
    ambit_status status = AMBIT_OK;
    if (ambit_comm_rank(farm->comm) != 0) return AMBIT_OK;
    for (int32_t n = 0; n < farm->count; n++) {
        char there[AMBIT_SHA256_TEXT];
        AMBIT_TRY(ambit_farm_key(farm, n, farm->key[n]));
        if (!farm->options.resume) continue;
        ambit_farm_part_key(farm->part[n], there);
        farm->done[n] = strcmp(there, farm->key[n]) == 0;
    }
done:
    return status;
}

static ambit_status read_base(struct ambit_farm *farm, struct ambit_comm *comm)
{
    ambit_result_clear(&farm->base);
    return ambit_comm_rank(comm) == 0 ? ambit_result_read(farm->base_path, &farm->base) : AMBIT_OK;
}

/* ---- the scenarios of a group ---- */

/* One scenario's plan, from the base's where it is near and `warm`. */
static ambit_status draw_scenario(struct ambit_farm *farm, int32_t n, bool warm,
                                  struct ambit_farm_record *record)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job job;
    init_job(farm, farm->group, &job);
    job.draws = true;
    AMBIT_TRY(ambit_farm_nation_load(&farm->nation, n, &job));
    if (warm && ambit_farm_is_near(farm, &job)) AMBIT_TRY(ambit_farm_start(farm, &job));
    record->warm = job.start != AMBIT_START_COLD;
    /* A warm one that fails is drawn once more. */
    AMBIT_TRY(draw(&job, !record->warm, &record->result));
done:
    if (status != AMBIT_OK) hand_over(&job, &record->refusal);
    ambit_job_clear(&job);
    return status;
}

/* What ends a scenario, and not the farm. */
static bool is_record(ambit_status status)
{
    return status == AMBIT_ERR_INPUT || status == AMBIT_ERR_INFEASIBLE ||
           status == AMBIT_ERR_MEMORY || status == AMBIT_ERR_SOLVER || status == AMBIT_ERR_USAGE;
}

static void keep_message(struct ambit_farm_record *record)
{
    (void)snprintf(record->message, sizeof record->message, "%s", ambit_error_message());
    ambit_error_clear();
}

/* How a plan ended, on the first rank, which has it. */
static void judge_record(struct ambit_farm_record *record)
{
    record->status = AMBIT_FARM_DONE;
    if (record->result.feasible) return;
    record->status = AMBIT_FARM_INFEASIBLE;
    if (ambit_job_say_infeasible(&record->result, "") != AMBIT_OK) keep_message(record);
}

static ambit_status run_scenario(struct ambit_farm *farm, int32_t n)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const group = farm->group;
    const bool first = ambit_comm_rank(group) == 0;
    struct ambit_farm_record record;
    ambit_farm_record_init(&record);
    status = draw_scenario(farm, n, true, &record);
    int64_t again = status == AMBIT_OK && first && record.warm && !record.result.feasible;
    ambit_comm_max_i64(group, &again, 1);
    if (again) { /* it may be the start's fault */
        ambit_result_clear(&record.result);
        ambit_result_init(&record.result);
        status = draw_scenario(farm, n, false, &record);
    }
    if (status == AMBIT_OK && first) judge_record(&record);
    if (is_record(status)) {
        ambit_result_clear(&record.result);
        ambit_result_init(&record.result);
        record.status = AMBIT_FARM_FAILED;
        keep_message(&record);
        status = AMBIT_OK;
    }
    AMBIT_TRY(AMBIT_AGREE(group, status));
    (void)snprintf(record.name, sizeof record.name, "%s", ambit_variants_name(farm->variants, n));
    (void)snprintf(record.key, sizeof record.key, "%s", farm->key[n]);
    AMBIT_TRY_TOGETHER(group, first ? ambit_variants_differences(farm->variants, n, &record.changes)
                                    : AMBIT_OK);
    AMBIT_TRY_TOGETHER(group, first ? ambit_farm_part_write(farm->part[n], &record, &farm->base)
                                    : AMBIT_OK);
done:
    ambit_farm_record_clear(&record);
    return status;
}

static ambit_status stop_if_asked(const struct ambit_farm *farm)
{
    int64_t asked = ambit_stop_signal();
    ambit_comm_max_i64(farm->group, &asked, 1);
    if (asked == 0) return AMBIT_OK;
    return ambit_fail(AMBIT_STOPPED,
                      "stopped by SIG%s; finished scenarios are kept in %s; to go on: ambit farm "
                      "--resume %s -o %s",
                      sigabbrev_np((int)asked), farm->folder, farm->options.scenario_path,
                      farm->options.result_path);
}

/* Everything between the two agreements of all. */
static ambit_status run_group(struct ambit_farm *farm, const int32_t *group_of, int32_t mine)
{
    ambit_status status = AMBIT_OK;
    int32_t done = 0, all = 0;
    char detail[AMBIT_VARIANT_NAME_MAX + 16];
    AMBIT_TRY_TOGETHER(farm->group, read_base(farm, farm->group));
    AMBIT_TRY(ambit_farm_share_base(farm));
    for (int32_t n = 0; n < farm->count; n++)
        all += group_of[n] == mine;
    for (int32_t n = 0; n < farm->count; n++) {
        if (group_of[n] != mine) continue;
        AMBIT_TRY(stop_if_asked(farm));
        ambit_log_mute(true);
        status = run_scenario(farm, n);
        ambit_log_mute(false);
        AMBIT_TRY(status);
        (void)snprintf(detail, sizeof detail, "scenario=%s",
                       ambit_variants_name(farm->variants, n));
        for (char *c = detail; *c != '\0'; c++)
            if (*c == ' ') *c = '_'; /* words of progress end at blanks */
        ambit_log_progress("farm", ++done, all, detail);
    }
done:
    return status;
}

/* group_of[n] is −1 for scenarios that are done. */
static ambit_status deal(const struct ambit_farm *farm, int32_t groups, int32_t *group_of)
{
    ambit_status status = AMBIT_OK;
    double *cost = NULL;
    int32_t *left = NULL, *to = NULL, count = 0;
    AMBIT_TRY(ambit_alloc(&cost, (size_t)farm->count, sizeof *cost));
    AMBIT_TRY(ambit_alloc(&left, (size_t)farm->count, sizeof *left));
    AMBIT_TRY(ambit_alloc(&to, (size_t)farm->count, sizeof *to));
    for (int32_t n = 0; n < farm->count; n++) {
        struct ambit_scenario s;
        group_of[n] = -1;
        if (farm->done[n]) continue;
        AMBIT_TRY(ambit_variants_bind(farm->variants, n, &s));
        cost[count] = s.changes.has_seed ? COLD_COST : 1.0;
        left[count++] = n;
        ambit_scenario_clear(&s);
    }
    AMBIT_TRY(ambit_farm_deal(cost, count, groups, to));
    for (int32_t k = 0; k < count; k++)
        group_of[left[k]] = to[k];
done:
    ambit_free(&cost);
    ambit_free(&left);
    ambit_free(&to);
    return status;
}

static ambit_status run_all(struct ambit_farm *farm, struct ambit_farm_measure *measure)
{
    ambit_status status = AMBIT_OK;
    int32_t groups = 1, mine = 0, left = 0, *group_of = NULL;
    AMBIT_TRY_TOGETHER(farm->comm, ambit_alloc(&group_of, (size_t)farm->count, sizeof *group_of));
    AMBIT_TRY_TOGETHER(farm->comm, read_base(farm, farm->comm));
    AMBIT_TRY_TOGETHER(farm->comm, look_for_parts(farm));
    ambit_comm_broadcast(farm->comm, farm->key, farm->count * (int64_t)sizeof *farm->key, 0);
    ambit_comm_broadcast(farm->comm, farm->done, farm->count * (int64_t)sizeof *farm->done, 0);
    for (int32_t n = 0; n < farm->count; n++)
        left += !farm->done[n];
    measure->ranks_at_least = ranks_that_fit(farm);
    AMBIT_TRY(divide(farm, measure, left, &groups, &mine));
    AMBIT_TRY_TOGETHER(farm->comm, deal(farm, groups, group_of));
    ambit_log_note("farm: %d scenarios by %d groups of ranks, %d taken from an earlier job",
                   (int)left, (int)groups, (int)(farm->count - left));
    status = run_group(farm, group_of, mine);
    AMBIT_TRY(AMBIT_AGREE(farm->comm, status));
done:
    ambit_free(&group_of);
    return status;
}

static void clear_farm(struct ambit_farm *farm)
{
    for (int32_t n = 0; n < farm->count && farm->part != NULL; n++)
        ambit_free(&farm->part[n]);
    ambit_free(&farm->part);
    ambit_free(&farm->key);
    ambit_free(&farm->done);
    ambit_free(&farm->folder);
    ambit_free(&farm->base_path);
    ambit_result_clear(&farm->base);
    ambit_farm_nation_clear(&farm->nation);
    ambit_variants_destroy(&farm->variants);
    ambit_comm_destroy(&farm->group);
}

ambit_status ambit_farm(struct ambit_comm *comm, const struct ambit_run_options *options,
                        struct ambit_refusal **refusal_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm farm = {.comm = comm, .options = *options, .refusal = refusal_out};
    struct ambit_farm_measure measure = {.ranks = ambit_comm_size(comm)};
    const bool first = ambit_comm_rank(comm) == 0;
    AMBIT_REQUIRE(options->result_path != NULL);
    ambit_result_init(&farm.base);
    AMBIT_TRY(prepare(&farm));
    AMBIT_TRY(draw_base(&farm, &measure));
    AMBIT_TRY(run_all(&farm, &measure));
    ambit_log_progress("store", 0, 0, "");
    AMBIT_TRY_TOGETHER(
        comm, first ? ambit_farm_write(options->result_path, &farm.base, farm.part, farm.count)
                    : AMBIT_OK);
    if (first) remove_folder(&farm);
done:
    if (first && farm.folder != NULL) (void)rmdir(farm.folder); /* which holds nothing */
    ambit_log_finish();
    clear_farm(&farm);
    return status;
}
