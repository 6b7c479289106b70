/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The job of `ambit assign`. Each rank reads its slice of the table, takes it to the canonical
 * order and finds what its accounts wish for, which depends on nothing but the plan; rank 0 then
 * places all of them, one after another, which costs a microsecond each. Cost on rank 0: about 200
 * bytes a new account.
 */
#include "engine/run/assign.h"
#include "engine/base/key_table.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/assign_groups.h"
#include "engine/run/sort_accounts.h"
#include "engine/run/standing_plan.h"
#include "engine/run/threads.h"
#include "io/accounts_layers.h"
#include "io/assignments_csv.h"
#include "io/tables_csv.h"

#include <stdio.h>
#include <string.h>

enum { NAMED_MAX = 5 }; /* accounts that a message names */

/* ---- accounts that the plan has already ---- */

static uint64_t key_of(const char *id, int32_t width)
{
    struct ambit_rows_hash hash = {0};
    ambit_rows_hash_add(&hash, id, strnlen(id, (size_t)width));
    return hash.low;
}

static bool same_id(const char *a, int32_t a_width, const char *b, int32_t b_width)
{
    const size_t size = strnlen(a, (size_t)a_width);
    return size == strnlen(b, (size_t)b_width) && memcmp(a, b, size) == 0;
}

/* standing_out[i]: the territory where new account i stands already, or −1. */
static ambit_status find_standing(const struct ambit_result *stored, const struct ambit_accounts *a,
                                  int32_t *standing_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_key_table table = {0};
    AMBIT_TRY(ambit_key_table_reserve(&table, a->count));
    for (int32_t i = 0; i < a->count; i++) {
        *ambit_key_table_at(&table, key_of(&a->id[(int64_t)i * a->id_width], a->id_width)) = i;
        standing_out[i] = -1;
    }
    for (int64_t s = 0; s < stored->account_count; s++) {
        const char *const id = &stored->account_id[s * stored->id_width];
        const int32_t i = ambit_key_table_find(&table, key_of(id, stored->id_width));
        if (i < 0 || !same_id(id, stored->id_width, &a->id[(int64_t)i * a->id_width], a->id_width))
            continue;
        standing_out[i] = stored->territory[s];
    }
done:
    ambit_key_table_clear(&table);
    return status;
}

/* An account that the plan has, for the message. */
struct named {
    char id[128]; /* longer ones are cut */
    char territory[AMBIT_NAME_MAX];
};

static ambit_status say_standing(const struct ambit_assign_options *options,
                                 const struct named *named, int64_t count, int64_t total)
{
    char names[NAMED_MAX * (sizeof named->id + sizeof named->territory + 16)] = "";
    size_t length = 0;
    for (int64_t n = 0; n < count && n < NAMED_MAX; n++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s'%s' in %s",
                                   n > 0 ? ", " : "", named[n].id, named[n].territory);
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: expected accounts that %s does not have, found %lld that it has: %s%s; "
                      "take them out, or leave them out with --skip-bad-rows",
                      options->accounts_path, options->plan_path, (long long)total, names,
                      total > NAMED_MAX ? ", …" : "");
}

/* Names the first of them in file order. Collective. */
static ambit_status refuse_standing(struct ambit_comm *comm,
                                    const struct ambit_assign_options *options,
                                    const struct ambit_result *stored,
                                    const struct ambit_accounts *a, const int32_t *standing,
                                    int64_t total)
{
    ambit_status status = AMBIT_OK;
    struct named mine[NAMED_MAX], *all = NULL;
    int64_t count = 0, all_count = 0;
    for (int32_t i = 0; i < a->count && count < NAMED_MAX; i++) {
        if (standing[i] < 0) continue;
        struct named *const one = &mine[count++];
        (void)snprintf(one->id, sizeof one->id, "%.*s", (int)a->id_width,
                       &a->id[(int64_t)i * a->id_width]);
        (void)snprintf(one->territory, sizeof one->territory, "%s",
                       stored->territories[standing[i]].name);
    }
    AMBIT_TRY(ambit_comm_gather(comm, mine, count, sizeof *mine, &all, &all_count));
    AMBIT_TRY_TOGETHER(
        comm, ambit_comm_rank(comm) == 0 ? say_standing(options, all, all_count, total) : AMBIT_OK);
done:
    ambit_free(&all);
    return status;
}

/* Account `from` takes the place of account `to`. */
static void move_account(struct ambit_accounts *a, int32_t from, int32_t to)
{
    const int64_t width = a->id_width;
    if (from == to) return;
    memcpy(&a->id[to * width], &a->id[from * width], (size_t)width);
    a->lat[to] = a->lat[from];
    a->lon[to] = a->lon[from];
    a->previous[to] = a->previous[from];
    a->visits[to] = a->visits[from];
    for (int c = 0; c < a->column_count; c++)
        a->column[c][to] = a->column[c][from];
    for (int c = 0; c < a->category_count; c++)
        a->category[c][to] = a->category[c][from];
    if (a->together_width > 0)
        memcpy(&a->together[(int64_t)to * a->together_width],
               &a->together[(int64_t)from * a->together_width], (size_t)a->together_width);
}

/* Refuses accounts that the plan has, or leaves them out. Collective. */
static ambit_status drop_standing(struct ambit_comm *comm,
                                  const struct ambit_assign_options *options,
                                  const struct ambit_result *stored, struct ambit_accounts *a,
                                  int64_t *dropped_out)
{
    ambit_status status = AMBIT_OK;
    int32_t *standing = NULL, kept = 0;
    int64_t count = 0;
    status = ambit_alloc(&standing, (size_t)a->count, sizeof *standing);
    if (status == AMBIT_OK) status = find_standing(stored, a, standing);
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    for (int32_t i = 0; i < a->count; i++)
        count += standing[i] >= 0;
    ambit_comm_sum_i64(comm, &count, 1);
    *dropped_out = count;
    if (count > 0 && !options->skip_bad_rows)
        AMBIT_TRY(refuse_standing(comm, options, stored, a, standing, count));
    for (int32_t i = 0; i < a->count; i++) {
        if (standing[i] < 0) move_account(a, i, kept++);
    }
    a->count = kept;
    a->total -= count;
    if (a->total == 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected an account that %s does not have, found "
                            "none",
                            options->accounts_path, options->plan_path);
done:
    ambit_free(&standing);
    return status;
}

/* ---- from the slices to rank 0 ---- */

static ambit_status gather_column(struct ambit_comm *comm, const void *mine, int64_t count,
                                  int64_t bytes, void *all_out)
{
    int64_t all = 0;
    return ambit_comm_gather(comm, count > 0 ? mine : NULL, count, bytes, all_out, &all);
}

/* What placing and writing need of all accounts, on rank 0; the slices are gone then. */
static ambit_status gather_accounts(struct ambit_comm *comm, struct ambit_accounts *slice,
                                    struct ambit_accounts *all)
{
    ambit_status status = AMBIT_OK;
    const int64_t n = slice->count;
    AMBIT_TRY(gather_column(comm, slice->id, n, slice->id_width, &all->id));
    if (slice->together_width > 0)
        AMBIT_TRY(gather_column(comm, slice->together, n, slice->together_width, &all->together));
    all->together_width = slice->together_width;
    AMBIT_TRY(gather_column(comm, slice->x, n, sizeof(double), &all->x));
    AMBIT_TRY(gather_column(comm, slice->y, n, sizeof(double), &all->y));
    AMBIT_TRY(gather_column(comm, slice->z, n, sizeof(double), &all->z));
    AMBIT_TRY(gather_column(comm, slice->previous, n, sizeof(int32_t), &all->previous));
    AMBIT_TRY(gather_column(comm, slice->visits, n, sizeof(int64_t), &all->visits));
    AMBIT_TRY(gather_column(comm, slice->local_travel, n, sizeof(int64_t), &all->local_travel));
    for (int c = 0; c < slice->column_count; c++)
        AMBIT_TRY(gather_column(comm, slice->column[c], n, sizeof(int64_t), &all->column[c]));
    for (int c = 0; c < slice->category_count; c++) {
        AMBIT_TRY(gather_column(comm, slice->category[c], n, sizeof(int32_t), &all->category[c]));
        all->words[c] = slice->words[c]; /* the same on all ranks */
        slice->words[c] = (struct ambit_words){0};
    }
    all->category_count = slice->category_count;
    all->filter_code = slice->filter_code;
    slice->filter_code = NULL;
    all->count = ambit_comm_rank(comm) == 0 ? (int32_t)slice->total : 0;
    all->total = slice->total;
    all->id_width = slice->id_width;
    all->column_count = slice->column_count;
    ambit_accounts_clear(slice);
done:
    return status;
}

/* ---- placing ---- */

/* A batch on its way; wishes are the slice's, then on rank 0 everybody's. */
struct batch {
    const struct ambit_assign_options *options;
    struct ambit_standing_plan *plan; /* owned */
    struct ambit_accounts accounts;
    struct ambit_wish *wish;     /* owned */
    struct ambit_near *near;     /* owned; as wishes; NULL: territories need not hang together */
    struct ambit_placed *placed; /* owned; on rank 0 */
};

/* Reads the slice, checks it, and takes it to the canonical order. Collective. */
static ambit_status read_slice(struct ambit_comm *comm, struct batch *batch,
                               struct ambit_placed_summary *summary)
{
    ambit_status status = AMBIT_OK;
    struct ambit_standing_plan *const plan = batch->plan;
    struct ambit_accounts *const a = &batch->accounts;
    struct ambit_rows_hash hash;
    struct ambit_bad_rows *bad = NULL;
    int64_t rows = 0, dropped = 0;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&bad, 1, sizeof *bad));
    AMBIT_TRY(ambit_read_accounts(&plan->scenario, batch->options->accounts_path,
                                  &plan->territories, comm, batch->options->skip_bad_rows, a, bad,
                                  &hash, &rows));
    AMBIT_TRY(ambit_layers_check_new(&plan->scenario, batch->options->accounts_path, comm, a));
    AMBIT_TRY(drop_standing(comm, batch->options, &plan->stored, a, &dropped));
    summary->skipped_count = bad->total + dropped;
    if (a->total > INT32_MAX)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected at most %d accounts at a time, found "
                             "%lld: split the file",
                             batch->options->accounts_path, INT32_MAX, (long long)a->total));
    ambit_log_progress("order", 0, 0, "");
    AMBIT_TRY(ambit_sort_accounts(comm, 1, a));
done:
    ambit_free(&bad);
    return status;
}

/* What the accounts of the slice wish for. Local. */
static ambit_status wish(struct batch *batch)
{
    ambit_status status = AMBIT_OK;
    struct ambit_standing_plan *const plan = batch->plan;
    struct ambit_accounts *const a = &batch->accounts;
    struct ambit_problem problem = {0};
    struct ambit_eligibility eligibility = {0};
    AMBIT_TRY(ambit_alloc(&a->local_travel, (size_t)a->count, sizeof *a->local_travel));
    ambit_standing_plan_set_local_travel(plan, a);
    AMBIT_TRY(ambit_problem_create(&plan->scenario, a, &plan->territories, &problem));
    AMBIT_TRY(ambit_standing_plan_set_rules(plan, a, &problem, &eligibility));
    AMBIT_TRY(ambit_standing_plan_set_near(plan, a, &batch->near));
    AMBIT_TRY(ambit_alloc(&batch->wish, (size_t)a->count, sizeof *batch->wish));
    AMBIT_TRY(ambit_placement_wish(plan->placement, &problem, batch->wish));
done:
    ambit_eligibility_clear(&eligibility);
    ambit_problem_clear(&problem);
    return status;
}

/* Wishes and accounts of all ranks to rank 0. Collective. */
static ambit_status gather(struct ambit_comm *comm, struct batch *batch)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts all = {0};
    struct ambit_wish *wishes = NULL;
    if (ambit_comm_size(comm) == 1) return AMBIT_OK;
    AMBIT_TRY(gather_column(comm, batch->wish, batch->accounts.count, sizeof *wishes, &wishes));
    ambit_free(&batch->wish);
    batch->wish = wishes;
    wishes = NULL;
    if (batch->plan->near != NULL) {
        struct ambit_near *near = NULL;
        AMBIT_TRY(gather_column(comm, batch->near, batch->accounts.count, sizeof *near, &near));
        ambit_free(&batch->near);
        batch->near = near;
        ambit_placement_set_near(batch->plan->placement, near,
                                 batch->plan->scenario.contiguity.wanted ==
                                     AMBIT_CONTIGUITY_REQUIRED);
    }
    AMBIT_TRY(gather_accounts(comm, &batch->accounts, &all));
    batch->accounts = all;
    all = (struct ambit_accounts){0};
done:
    ambit_free(&wishes);
    ambit_accounts_clear(&all);
    return status;
}

static void sum_up(const struct batch *batch, struct ambit_placed_summary *summary)
{
    const struct ambit_standing_plan *const plan = batch->plan;
    summary->account_count = batch->accounts.count;
    summary->territory_count = plan->territories.count;
    for (int32_t i = 0; i < batch->accounts.count; i++) {
        const struct ambit_placed *const placed = &batch->placed[i];
        summary->reason_count[placed->reason]++;
        summary->travel += placed->travel;
        summary->first_saving += placed->first_saving;
    }
    for (int b = 0; b < summary->band_count; b++)
        summary->band[b].outside =
            ambit_placement_outside(plan->placement, b, &summary->band[b].short_count);
}

/* Rank 0: everybody into a territory, and the bands judged before and after. Local. */
static ambit_status place(struct batch *batch, struct ambit_placed_summary *summary)
{
    ambit_status status = AMBIT_OK;
    struct ambit_standing_plan *const plan = batch->plan;
    struct ambit_accounts *const a = &batch->accounts;
    struct ambit_problem problem = {0};
    struct ambit_eligibility eligibility = {0};
    int32_t *home = NULL; /* of groups */
    AMBIT_TRY(ambit_standing_plan_check_range(plan, a, batch->options->accounts_path));
    AMBIT_TRY(ambit_problem_create(&plan->scenario, a, &plan->territories, &problem));
    AMBIT_TRY(ambit_standing_plan_set_rules(plan, a, &problem, &eligibility));
    AMBIT_TRY(ambit_alloc(&batch->placed, (size_t)a->count, sizeof *batch->placed));
    AMBIT_TRY(ambit_assign_groups(&plan->stored, a, batch->wish, &home));
    summary->has_rules = problem.eligibility != NULL;
    summary->has_near = plan->near != NULL;
    summary->has_groups = plan->scenario.together.column[0] != '\0';
    summary->band_count = plan->scenario.band_count;
    for (int b = 0; b < summary->band_count; b++) {
        (void)snprintf(summary->band[b].label, sizeof summary->band[b].label, "%s",
                       plan->stored.band[b].label);
        summary->band[b].outside_before = ambit_placement_outside(plan->placement, b, NULL);
    }
    AMBIT_TRY(
        ambit_placement_place(plan->placement, &problem, batch->wish, plan->total, batch->placed));
    ambit_placement_set_totals(plan->placement, plan->total);
    sum_up(batch, summary);
done:
    ambit_free(&home);
    ambit_eligibility_clear(&eligibility);
    ambit_problem_clear(&problem);
    return status;
}

static ambit_status store(const struct batch *batch)
{
    const struct ambit_placed_table table = {.plan = &batch->plan->stored,
                                             .count = batch->accounts.count,
                                             .id_width = batch->accounts.id_width,
                                             .account_id = batch->accounts.id,
                                             .placed = batch->placed};
    ambit_log_progress("store", 0, 0, "");
    return ambit_placed_write(batch->options->output_path, &table);
}

/* Territories that the others' growth leaves below a lower limit are told in the summary; they are
 * no failure of an account's. */
static ambit_status conclude(const struct batch *batch, const struct ambit_placed_summary *summary)
{
    const int64_t over = summary->reason_count[AMBIT_PLACED_OVER];
    const int64_t none = summary->reason_count[AMBIT_PLACED_NONE];
    char words[2048] = "";
    size_t used = 0;
    if (none > 0)
        return ambit_fail(AMBIT_ERR_INFEASIBLE,
                          "%s: the rules let no territory serve %lld of %lld new accounts, which "
                          "stand without one; %lld more break bands",
                          batch->options->plan_path, (long long)none,
                          (long long)summary->account_count, (long long)over);
    if (over == 0) return AMBIT_OK;
    for (int b = 0; b < summary->band_count; b++) {
        const struct ambit_placed_band *const band = &summary->band[b];
        if (band->outside == 0) continue;
        const int wrote =
            snprintf(words + used, sizeof words - used,
                     "\n  %s: %d of %d territories outside, %d of them too low; %d before",
                     band->label, (int)band->outside, (int)summary->territory_count,
                     (int)band->short_count, (int)band->outside_before);
        if (wrote < 0 || (size_t)wrote >= sizeof words - used) break;
        used += (size_t)wrote;
    }
    return ambit_fail(
        AMBIT_ERR_INFEASIBLE,
        "%s: no territory has room for %lld of %lld new accounts, which break bands:%s",
        batch->options->plan_path, (long long)over, (long long)summary->account_count, words);
}

ambit_status ambit_assign(struct ambit_comm *comm, const struct ambit_assign_options *options,
                          struct ambit_placed_summary *summary_out)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(comm) == 0;
    struct batch batch = {.options = options};
    *summary_out = (struct ambit_placed_summary){0};
    (void)ambit_threads_set(comm, options->threads);
    ambit_log_progress("read", 0, 0, "");
    AMBIT_TRY(
        ambit_standing_plan_open(comm, options->plan_path, options->scenario_path, &batch.plan));
    AMBIT_TRY(read_slice(comm, &batch, summary_out));
    ambit_log_progress("assign", 0, 0, "");
    AMBIT_TRY_TOGETHER(comm, wish(&batch));
    AMBIT_TRY(gather(comm, &batch));
    AMBIT_TRY_TOGETHER(comm, first ? place(&batch, summary_out) : AMBIT_OK);
    AMBIT_TRY_TOGETHER(comm, first ? store(&batch) : AMBIT_OK);
    AMBIT_TRY_TOGETHER(comm, first ? conclude(&batch, summary_out) : AMBIT_OK);
done:
    ambit_standing_plan_destroy(&batch.plan);
    ambit_accounts_clear(&batch.accounts);
    ambit_free(&batch.wish);
    ambit_free(&batch.near);
    ambit_free(&batch.placed);
    return status;
}
