/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ranks are dealt to layers by the accounts that these take, one group a layer where there are
 * ranks enough; a plan does not depend on its group. Each layer's plan is a file of its own, beside
 * the result and with the result's name in front, until all are joined; a file with the hash of all
 * that it depends on stands beside it, by which --resume knows it again.
 *
 * Weakness: every group reads the table for itself, and a group that ends early waits.
 */
#include "engine/run/run_layers.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/stop.h"
#include "engine/run/farm_split.h"
#include "engine/run/inputs.h"
#include "engine/run/layers_key.h"
#include "engine/run/layers_nation.h"
#include "engine/run/memory_need.h"
#include "engine/run/part_key.h"
#include "engine/run/threads.h"
#include "io/layers_reps.h"
#include "io/report_diagnosis.h"
#include "io/result_hdf5.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct layers {
    struct ambit_comm *comm;  /* borrowed; of all */
    struct ambit_comm *group; /* owned; of the ranks that draw a layer together */
    struct ambit_run_options options;
    struct ambit_variants *variants; /* owned */
    struct ambit_layered layered;
    char *part[AMBIT_LAYER_MAX]; /* owned; the file of each layer's plan */
    char key[AMBIT_LAYER_MAX][AMBIT_SHA256_TEXT];
    int32_t group_of[AMBIT_LAYER_MAX]; /* that draws each layer */
    int32_t first_of[AMBIT_LAYER_MAX]; /* the first rank of each group */
    int32_t groups, mine;
    int64_t ended[AMBIT_LAYER_MAX];   /* how each layer's run ended: an ambit_status */
    int64_t resumed[AMBIT_LAYER_MAX]; /* 1: its plan was there already */
};

ambit_status ambit_layers_wanted(struct ambit_comm *comm, const struct ambit_run_options *options,
                                 bool *wanted_out)
{
    struct ambit_variants *variants = NULL;
    *wanted_out = false;
    if (options->scenario_name != NULL) return AMBIT_OK;
    const ambit_status status = ambit_variants_load(options->scenario_path, comm, &variants);
    if (status == AMBIT_OK) *wanted_out = ambit_variants_are_layers(variants);
    ambit_variants_destroy(&variants);
    return status;
}

/* ---- preparing ---- */

static ambit_status name_parts(struct layers *w)
{
    ambit_status status = AMBIT_OK;
    const size_t room = strlen(w->options.result_path) + sizeof ".layer-000";
    for (int l = 0; l < ambit_variants_count(w->variants); l++) {
        AMBIT_TRY(ambit_alloc(&w->part[l], room, 1));
        (void)snprintf(w->part[l], room, "%s.layer-%02d", w->options.result_path, l + 1);
    }
done:
    return status;
}

static ambit_status prepare(struct layers *w)
{
    ambit_status status = AMBIT_OK;
    struct ambit_run_options *const options = &w->options;
    options->threads = ambit_threads_set(w->comm, options->threads);
    ambit_log_progress("read", 0, 0, "");
    AMBIT_TRY(ambit_variants_load(options->scenario_path, w->comm, &w->variants));
    AMBIT_TRY_TOGETHER(w->comm, name_parts(w));
    AMBIT_TRY_TOGETHER(w->comm, ambit_inputs_stay_of_all(options, w->variants));
    AMBIT_TRY(ambit_layers_nation_read(w->comm, options, w->variants, &w->layered));
    AMBIT_TRY(ambit_layers_count_reps(w->comm, options, w->variants, &w->layered));
    if (w->layered.in_none > 0)
        ambit_log_warning("%lld account%s in no layer; `in_none: refused` makes that an error",
                          (long long)w->layered.in_none, w->layered.in_none == 1 ? " is" : "s are");
    if (w->layered.shared_reps > 0 && !w->layered.overlay)
        ambit_log_warning("%lld rep%s in several layers of a hybrid, each with the hours that the "
                          "layer's reps say; their sums are in the report",
                          (long long)w->layered.shared_reps,
                          w->layered.shared_reps == 1 ? " is" : "s are");
    AMBIT_TRY_TOGETHER(w->comm, ambit_comm_rank(w->comm) == 0
                                    ? ambit_layers_keys(w->variants, options, w->key)
                                    : AMBIT_OK);
    ambit_comm_broadcast(w->comm, w->key, (int64_t)sizeof w->key, 0);
done:
    return status;
}

/* ---- groups ---- */

/* Whether the table fits into memory where `ranks` ranks read it. Collective. */
static bool fits(const struct layers *w, int ranks)
{
    struct ambit_memory_room room;
    int64_t on_host = 1, has = ambit_memory_resident_bytes();
    if (w->options.memory_limit == AMBIT_MEMORY_BOUNDLESS) return true;
    ambit_comm_host_sum_i64(w->comm, &on_host, 1);
    ambit_comm_host_sum_i64(w->comm, &has, 1);
    ambit_memory_room_look("", &room);
    const int64_t limit =
        w->options.memory_limit > 0 ? w->options.memory_limit - has : room.shared.bytes;
    const struct ambit_memory_shape shape = {.accounts = w->layered.account_count,
                                             .id_bytes = w->layered.id_width,
                                             .columns = AMBIT_COLUMN_MAX,
                                             .rules = 2 * AMBIT_MEASURE_MAX,
                                             .ranks = ranks,
                                             .threads = w->options.threads};
    int64_t too_much = ambit_memory_need(&shape) * on_host > limit;
    ambit_comm_max_i64(w->comm, &too_much, 1);
    return too_much == 0;
}

/* A group a layer, with ranks by its accounts: each further rank goes where most wait for one. */
static void group_by_layer(struct layers *w, int ranks)
{
    const int layers = w->layered.count;
    int32_t size[AMBIT_LAYER_MAX], next = 0;
    for (int l = 0; l < layers; l++)
        size[l] = 1;
    for (int rank = layers; rank < ranks; rank++) {
        int most = 0;
        for (int l = 1; l < layers; l++)
            if (w->layered.entry[l].accounts * size[most] >
                w->layered.entry[most].accounts * size[l])
                most = l;
        size[most]++;
    }
    for (int l = 0; l < layers; l++) {
        w->group_of[l] = l;
        w->first_of[l] = next;
        next += size[l];
    }
    w->groups = layers;
}

static ambit_status divide(struct layers *w)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(w->comm), layers = w->layered.count;
    const int least = ranks / layers > 0 ? ranks / layers : 1;
    double cost[AMBIT_LAYER_MAX];
    for (int l = 0; l < layers; l++)
        cost[l] = (double)w->layered.entry[l].accounts;
    w->groups = 1;
    if (ranks > 1 && layers > 1 && fits(w, least)) {
        w->groups = ranks < layers ? ranks : layers;
        for (int g = 0; g < w->groups; g++)
            w->first_of[g] = g;
    }
    if (w->groups == layers)
        group_by_layer(w, ranks);
    else
        AMBIT_TRY_TOGETHER(w->comm, ambit_farm_deal(cost, layers, w->groups, w->group_of));
    for (int g = 0; g < w->groups; g++)
        if (ambit_comm_rank(w->comm) >= w->first_of[g]) w->mine = g;
    AMBIT_TRY(ambit_comm_divide(w->comm, w->mine, &w->group));
done:
    return status;
}

/* ---- the layers of a group ---- */

/* What ends a layer, and not the job. */
static bool is_record(ambit_status status)
{
    return status == AMBIT_ERR_INPUT || status == AMBIT_ERR_INFEASIBLE ||
           status == AMBIT_ERR_MEMORY || status == AMBIT_ERR_SOLVER || status == AMBIT_ERR_USAGE;
}

/* Whether an earlier job has left this layer's plan. Collective over the group. */
static bool is_done(const struct layers *w, int l)
{
    int64_t found = 0;
    if (w->options.resume && ambit_comm_rank(w->group) == 0) {
        struct ambit_result result;
        found = ambit_part_key_matches(w->part[l], w->key[l]) &&
                ambit_result_read(w->part[l], &result) == AMBIT_OK;
        if (found) ambit_result_clear(&result);
        ambit_error_clear(); /* one that cannot be read is one that is not there */
    }
    ambit_comm_max_i64(w->group, &found, 1);
    return found != 0;
}

static ambit_status stopped(const struct layers *w, int number)
{
    return ambit_fail(AMBIT_STOPPED,
                      "stopped by SIG%s; layers that are done are kept beside the result; to go "
                      "on: ambit run --resume %s -o %s",
                      sigabbrev_np(number), w->options.scenario_path, w->options.result_path);
}

static ambit_status stop_if_asked(const struct layers *w)
{
    int64_t asked = ambit_stop_signal();
    ambit_comm_max_i64(w->group, &asked, 1);
    return asked != 0 ? stopped(w, (int)asked) : AMBIT_OK;
}

/* Why there is no plan, or what its bands break and what would do, as far as there is room. */
static void keep_message(const struct ambit_result *result, struct ambit_farm_entry *entry)
{
    const size_t room = sizeof entry->message;
    const int used = snprintf(entry->message, room, "%s\n", ambit_error_message());
    ambit_error_clear();
    if (used <= 0 || (size_t)used >= room) return;
    entry->message[used - 1] = '\0';
    if (result->diagnosis == NULL || (size_t)used + 2 >= room) return;
    entry->message[used - 1] = '\n';
    FILE *const more = fmemopen(entry->message + used, room - (size_t)used, "w");
    if (more == NULL) return;
    ambit_report_diagnosis(more, result);
    (void)fclose(more);
    entry->message[room - 1] = '\0';
}

static enum ambit_farm_status end_of(ambit_status ended, bool stored)
{
    if (ended == AMBIT_OK) return AMBIT_FARM_DONE;
    return ended == AMBIT_ERR_INFEASIBLE && stored ? AMBIT_FARM_INFEASIBLE : AMBIT_FARM_FAILED;
}

/* A row that is bad for this layer alone is left out by it, and has no place in its plan. */
static ambit_status check_whole(const struct layers *w, int l, int64_t drawn)
{
    const struct ambit_farm_entry *const entry = &w->layered.entry[l];
    if (drawn == entry->accounts) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT,
                      "layer '%s': expected a plan of the %lld accounts that it takes, found %lld: "
                      "rows that are bad in its own columns cannot be skipped by it alone; mend "
                      "them, or take them out of the table",
                      entry->name, (long long)entry->accounts, (long long)drawn);
}

static ambit_status draw_layer(struct layers *w, int l)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(w->group) == 0;
    struct ambit_farm_entry *const entry = &w->layered.entry[l];
    struct ambit_run_options options = w->options;
    struct ambit_result result;
    options.scenario_name = entry->name;
    options.result_path = w->part[l];
    ambit_result_init(&result);
    if (first) ambit_part_key_remove(w->part[l]);
    ambit_status ended = ambit_run(w->group, &options, &result);
    int64_t seen[3] = {first && result.territory_count > 0, ambit_stop_signal(),
                       first ? result.account_count : 0};
    ambit_comm_max_i64(w->group, seen, 3);
    if (ended == AMBIT_STOPPED) {
        ambit_error_clear(); /* which says how one layer goes on */
        AMBIT_TRY(stopped(w, (int)seen[1]));
    }
    if (!is_record(ended)) AMBIT_TRY(ended);
    if (seen[0] != 0 && check_whole(w, l, seen[2]) != AMBIT_OK) {
        ended = AMBIT_ERR_INPUT;
        seen[0] = 0;
    }
    w->ended[l] = ended;
    entry->status = end_of(ended, seen[0] != 0);
    if (ended != AMBIT_OK) keep_message(&result, entry);
    AMBIT_TRY_TOGETHER(w->group, first && entry->status == AMBIT_FARM_DONE
                                     ? ambit_part_key_write(w->part[l], w->key[l])
                                     : AMBIT_OK);
done:
    ambit_result_clear(&result);
    return status;
}

/* Everything between two agreements of all ranks. */
static ambit_status draw_group(struct layers *w)
{
    ambit_status status = AMBIT_OK;
    char detail[AMBIT_LAYER_NAME_MAX + 16];
    for (int l = 0; l < w->layered.count; l++) {
        if (w->group_of[l] != w->mine) continue;
        AMBIT_TRY(stop_if_asked(w));
        (void)snprintf(detail, sizeof detail, "layer=%s", w->layered.entry[l].name);
        for (char *c = detail; *c != '\0'; c++)
            if (*c == ' ') *c = '_'; /* words of progress end at blanks */
        ambit_log_progress("layer", l + 1, w->layered.count, detail);
        w->resumed[l] = is_done(w, l);
        if (w->resumed[l] == 0) AMBIT_TRY(draw_layer(w, l));
    }
done:
    return status;
}

/* Tells all ranks what the groups know. */
static void share_ends(struct layers *w)
{
    int resumed = 0;
    for (int l = 0; l < w->layered.count; l++) {
        struct ambit_farm_entry *const entry = &w->layered.entry[l];
        const int root = w->first_of[w->group_of[l]];
        ambit_comm_broadcast(w->comm, &w->ended[l], (int64_t)sizeof w->ended[l], root);
        ambit_comm_broadcast(w->comm, &w->resumed[l], (int64_t)sizeof w->resumed[l], root);
        ambit_comm_broadcast(w->comm, entry, (int64_t)sizeof *entry, root);
        resumed += (int)w->resumed[l];
    }
    if (resumed > 0) ambit_log_note("layers: %d taken from an earlier job", resumed);
}

/* ---- the whole ---- */

static void remove_parts(const struct layers *w)
{
    for (int l = 0; l < w->layered.count; l++) {
        (void)unlink(w->part[l]);
        ambit_part_key_remove(w->part[l]);
    }
}

/* The worst of the layers' ends, with the first line of what each says. */
static ambit_status conclude(const struct layers *w)
{
    ambit_status worst = AMBIT_OK;
    char words[AMBIT_MESSAGE_MAX] = "";
    size_t used = 0;
    int broken = 0;
    for (int l = 0; l < w->layered.count; l++) {
        const struct ambit_farm_entry *const entry = &w->layered.entry[l];
        if (w->ended[l] == AMBIT_OK) continue;
        if ((ambit_status)w->ended[l] > worst) worst = (ambit_status)w->ended[l];
        size_t line = strcspn(entry->message, "\n");
        if (line > 0 && entry->message[line - 1] == ':') line--;
        if (used < sizeof words)
            used +=
                (size_t)snprintf(words + used, sizeof words - used, "%s'%s' (%.*s)",
                                 broken > 0 ? ", " : "", entry->name, (int)line, entry->message);
        broken++;
    }
    if (worst == AMBIT_OK) return AMBIT_OK;
    return ambit_fail(worst, "%d of %d layers without a plan within its bands: %s", broken,
                      w->layered.count, words);
}

static ambit_status store(struct layers *w)
{
    bool any = false;
    for (int l = 0; l < w->layered.count; l++)
        any |= w->layered.entry[l].status != AMBIT_FARM_FAILED;
    if (!any) return AMBIT_OK;
    ambit_status status = ambit_layers_write(w->options.result_path, &w->layered, w->part);
    if (status != AMBIT_OK) return status;
    remove_parts(w);
    return ambit_layers_add_up_reps(w->options.result_path, &w->layered);
}

static void clear(struct layers *w)
{
    for (int l = 0; l < AMBIT_LAYER_MAX; l++)
        ambit_free(&w->part[l]);
    ambit_layered_clear(&w->layered);
    ambit_variants_destroy(&w->variants);
    ambit_comm_destroy(&w->group);
}

ambit_status ambit_run_layers(struct ambit_comm *comm, const struct ambit_run_options *options,
                              struct ambit_layered *out)
{
    ambit_status status = AMBIT_OK;
    struct layers *w = NULL;
    const bool first = ambit_comm_rank(comm) == 0;
    *out = (struct ambit_layered){.count = 0};
    AMBIT_REQUIRE(options->result_path != NULL);
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&w, 1, sizeof *w));
    w->comm = comm;
    w->options = *options;
    AMBIT_TRY(prepare(w));
    AMBIT_TRY(divide(w));
    status = draw_group(w);
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    share_ends(w);
    ambit_log_progress("store", 0, 0, "");
    AMBIT_TRY_TOGETHER(comm, first ? store(w) : AMBIT_OK);
    status = AMBIT_AGREE(comm, conclude(w));
    if (first) {
        *out = w->layered;
        w->layered = (struct ambit_layered){.count = 0};
    }
done:
    ambit_log_finish();
    if (w != NULL) clear(w);
    ambit_free(&w);
    return status;
}
