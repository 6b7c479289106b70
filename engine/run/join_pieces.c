/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What jobs do for contiguity. Rank 0 holds the places of the nation and their graph: about 80
 * bytes a place, and 250 while the triangulation is made, once a job; the other ranks wait. A graph
 * in slices would need the neighbours of neighbours across every border of a slice, and the pieces
 * of a territory cross them too.
 */
#include "engine/run/join_pieces.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/model/hilbert.h"
#include "io/barriers_geojson.h"
#include "solvers/contiguity_repair.h"

#include <string.h>

enum {
    ALL_PLAY = 2000000, /* accounts of a nation that all come to rank 0 */
    HOPS = 6            /* edges from a border within which others come */
};

static bool is_wanted(const struct ambit_job *job)
{
    return job->scenario.contiguity.wanted != AMBIT_CONTIGUITY_FREE;
}

ambit_status ambit_job_read_barriers(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    char *path = NULL;
    const char *const file = job->scenario.contiguity.barriers;
    if (!is_wanted(job)) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&job->contiguity, 1, sizeof *job->contiguity));
    if (file == NULL) goto done;
    AMBIT_TRY_TOGETHER(job->comm, ambit_path_beside(job->scenario.path, file, &path));
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? ambit_barriers_read(path, job->contiguity->barriers_hash,
                                                            &job->contiguity->barriers)
                                      : AMBIT_OK);
done:
    ambit_free(&path);
    return status;
}

void ambit_job_contiguity_destroy(struct ambit_job *job)
{
    struct ambit_job_contiguity *const own = job->contiguity;
    if (own != NULL) {
        ambit_barriers_clear(&own->barriers);
        ambit_places_clear(&own->places);
        ambit_free(&own->parent);
    }
    ambit_free(&job->contiguity);
}

/* ---- places ---- */

/* Keys of the slice, and where another one begins. */
static void find_starts(const struct ambit_accounts *a, uint64_t *key, bool *starts)
{
#pragma omp parallel for schedule(static)
    for (int32_t i = 0; i < a->count; i++)
        key[i] = ambit_hilbert_key(a->lat[i], a->lon[i]);
    for (int32_t i = 0; i < a->count; i++)
        starts[i] = i == 0 || key[i] != key[i - 1];
}

/* Unit vectors of the accounts that start. */
static ambit_status pack_positions(const struct ambit_accounts *a, const bool *starts,
                                   double **position_out, int64_t *count_out)
{
    int64_t count = 0;
    for (int32_t i = 0; i < a->count; i++)
        count += starts[i];
    const ambit_status status = ambit_alloc(position_out, 3 * (size_t)count, sizeof **position_out);
    if (status != AMBIT_OK) return status;
    double *to = *position_out;
    for (int32_t i = 0; i < a->count; i++) {
        if (!starts[i]) continue;
        *to++ = a->x[i];
        *to++ = a->y[i];
        *to++ = a->z[i];
    }
    *count_out = count;
    return AMBIT_OK;
}

static ambit_status check_count(const struct ambit_job *job)
{
    if (job->accounts.total <= INT32_MAX) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT, "%s: contiguity: expected at most %d accounts, found %lld",
                      job->scenario.path, INT32_MAX, (long long)job->accounts.total);
}

/* What rank 0 gathers for the places. */
struct gathered {
    uint64_t *key;
    bool *starts;
    double *position;
    int64_t accounts, positions;
};

static ambit_status gather_keys(struct ambit_job *job, struct gathered *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    const size_t n = (size_t)a->count;
    struct gathered own = {0};
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&own.key, n, sizeof *own.key));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&own.starts, n, sizeof *own.starts));
    find_starts(a, own.key, own.starts);
    AMBIT_TRY_TOGETHER(job->comm, pack_positions(a, own.starts, &own.position, &own.positions));
    AMBIT_TRY(ambit_comm_gather(job->comm, own.position, own.positions, 3 * sizeof(double),
                                &out->position, &out->positions));
    AMBIT_TRY(ambit_comm_gather(job->comm, own.starts, a->count, sizeof(bool), &out->starts,
                                &out->accounts));
    AMBIT_TRY(ambit_comm_gather(job->comm, own.key, a->count, sizeof(uint64_t), &out->key,
                                &out->accounts));
done:
    ambit_free(&own.key);
    ambit_free(&own.starts);
    ambit_free(&own.position);
    return status;
}

ambit_status ambit_job_find_places(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_contiguity_terms *const terms = &job->scenario.contiguity;
    struct gathered all = {0};
    if (!is_wanted(job) || job->contiguity->has_places) return AMBIT_OK;
    const struct ambit_graph_rules rules = {.nearest = terms->nearest,
                                            .longest_km = terms->longest_km,
                                            .barriers = &job->contiguity->barriers};
    ambit_log_progress("neighbours", 0, 0, "");
    AMBIT_TRY_TOGETHER(job->comm, check_count(job));
    AMBIT_TRY(gather_keys(job, &all));
    const struct ambit_place_keys keys = {(int32_t)all.accounts, all.key, all.starts, all.position};
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? ambit_places_create(&keys, &rules, &job->contiguity->places)
                                      : AMBIT_OK);
    job->contiguity->has_places = true;
done:
    ambit_free(&all.key);
    ambit_free(&all.starts);
    ambit_free(&all.position);
    return status;
}

/* ---- labels to and from rank 0 ---- */

/* Gives every rank its slice of what rank 0 holds of all accounts. */
static ambit_status hand_out(struct ambit_job *job, const void *all, size_t item_bytes,
                             void *mine_out)
{
    ambit_status status = AMBIT_OK;
    int64_t *counts = NULL, ranks = 0, count = job->accounts.count, came = 0;
    int64_t *none = NULL;
    char *mine = NULL;
    AMBIT_TRY(ambit_comm_all_gather(job->comm, &count, 1, sizeof count, &counts, &ranks));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&none, (size_t)ranks, sizeof *none));
    AMBIT_TRY(ambit_comm_exchange(job->comm, all, ambit_comm_rank(job->comm) == 0 ? counts : none,
                                  (int64_t)item_bytes, &mine, &came, NULL));
    AMBIT_REQUIRE(came == count);
    if (came > 0) memcpy(mine_out, mine, (size_t)came * item_bytes);
done:
    ambit_free(&counts);
    ambit_free(&none);
    ambit_free(&mine);
    return status;
}

static ambit_status span(const struct ambit_places *places, const int32_t *label,
                         int32_t **parent_out)
{
    const ambit_status status =
        ambit_alloc(parent_out, (size_t)places->account_count, sizeof **parent_out);
    return status != AMBIT_OK ? status : ambit_places_span(places, label, *parent_out);
}

ambit_status ambit_job_certify(struct ambit_job *job, const int32_t *label)
{
    ambit_status status = AMBIT_OK;
    int32_t *all_label = NULL, *all_parent = NULL;
    int64_t count = 0;
    if (!is_wanted(job) || job->contiguity->is_given) return AMBIT_OK;
    AMBIT_TRY(ambit_job_find_places(job));
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_resize(&job->contiguity->parent, (size_t)job->accounts.count,
                                    sizeof *job->contiguity->parent));
    AMBIT_TRY(ambit_comm_gather(job->comm, label, job->accounts.count, sizeof *label, &all_label,
                                &count));
    AMBIT_TRY_TOGETHER(job->comm, ambit_comm_rank(job->comm) == 0
                                      ? span(&job->contiguity->places, all_label, &all_parent)
                                      : AMBIT_OK);
    AMBIT_TRY(hand_out(job, all_parent, sizeof *all_parent, job->contiguity->parent));
done:
    ambit_free(&all_label);
    ambit_free(&all_parent);
    return status;
}

/* ---- joining ---- */

/* What rank 0 plays with: the accounts near borders, of all ranks. */
struct play {
    struct ambit_accounts accounts;
    struct ambit_problem problem;         /* the job's, of these accounts; owns its bases alone */
    struct ambit_eligibility eligibility; /* the job's, with the sets of all ranks */
    uint64_t *set;                        /* owned; those sets */
    int32_t *of_account;                  /* owned; by account of the nation, −1: held */
    int32_t *account;                     /* owned; the other way round */
    bool *flag;                           /* owned; by account of the nation */
    struct ambit_piece_budgets budgets;   /* of disruption; what they borrow is owned here */
    int64_t *draw[AMBIT_BUDGET_MAX], *spent;
};

static void clear_play(struct play *play)
{
    ambit_accounts_clear(&play->accounts);
    for (int r = 0; r < AMBIT_RULE_MAX; r++)
        ambit_free(&play->problem.own_base[r]);
    for (int b = 0; b < AMBIT_BUDGET_MAX; b++)
        ambit_free(&play->draw[b]);
    ambit_free(&play->spent);
    ambit_free(&play->problem.budgets.leave);
    ambit_free(&play->set);
    ambit_free(&play->of_account);
    ambit_free(&play->account);
    ambit_free(&play->flag);
}

static bool is_border(const struct ambit_places *p, const int32_t *label, int32_t place)
{
    const int32_t own = label[p->account[p->first[place]]];
    for (int32_t n = p->first[place]; n < p->first[place + 1]; n++) {
        if (label[p->account[n]] != own) return true;
    }
    for (int64_t e = p->graph.row[place]; e < p->graph.row[place + 1]; e++) {
        const int32_t other = p->graph.column[e];
        for (int32_t n = p->first[other]; n < p->first[other + 1]; n++) {
            if (label[p->account[n]] != own) return true;
        }
    }
    return false;
}

/* Flags the accounts at places within HOPS edges of a border. */
static ambit_status flag_near_borders(const struct ambit_places *p, const int32_t *label,
                                      bool *flag)
{
    ambit_status status = AMBIT_OK;
    int8_t *level = NULL; /* 1 at a border; 0 beyond */
    AMBIT_TRY(ambit_alloc(&level, (size_t)p->count, sizeof *level));
    for (int32_t at = 0; at < p->count; at++)
        level[at] = is_border(p, label, at);
    for (int hop = 1; hop <= HOPS; hop++) {
        for (int32_t at = 0; at < p->count; at++) {
            if (level[at] != hop) continue;
            for (int64_t e = p->graph.row[at]; e < p->graph.row[at + 1]; e++) {
                int8_t *const other = &level[p->graph.column[e]];
                if (*other == 0) *other = (int8_t)(hop + 1);
            }
        }
    }
    for (int32_t i = 0; i < p->account_count; i++)
        flag[i] = level[p->of_account[i]] > 0;
done:
    ambit_free(&level);
    return status;
}

static ambit_status choose_play(const struct ambit_places *p, const int32_t *label,
                                const bool *held, bool all, struct play *play)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)p->account_count;
    int32_t count = 0;
    AMBIT_TRY(ambit_alloc(&play->flag, n, sizeof *play->flag));
    AMBIT_TRY(ambit_alloc(&play->of_account, n, sizeof *play->of_account));
    AMBIT_TRY(ambit_alloc(&play->account, n, sizeof *play->account));
    if (all)
        memset(play->flag, 1, n * sizeof *play->flag);
    else
        AMBIT_TRY(flag_near_borders(p, label, play->flag));
    for (int32_t i = 0; i < p->account_count; i++) {
        play->flag[i] &= !held[i];
        play->of_account[i] = play->flag[i] ? count : -1;
        if (play->flag[i]) play->account[count++] = i;
    }
done:
    return status;
}

/* The flagged items of `item_bytes` of every rank's slice, on rank 0. */
static ambit_status gather_flagged(struct ambit_job *job, const bool *flag, const void *own,
                                   size_t item_bytes, void *all_out)
{
    ambit_status status = AMBIT_OK;
    char *packed = NULL;
    int64_t count = 0, all = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&packed, (size_t)job->accounts.count, item_bytes));
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (!flag[i]) continue;
        memcpy(packed + (size_t)count * item_bytes, (const char *)own + (size_t)i * item_bytes,
               item_bytes);
        count++;
    }
    AMBIT_TRY(ambit_comm_gather(job->comm, packed, count, (int64_t)item_bytes, all_out, &all));
done:
    ambit_free(&packed);
    return status;
}

/* Classes are numbered by each rank for itself: rank 0 has those of all, one rank's behind the
 * other's. */
static ambit_status gather_classes(struct ambit_job *job, const bool *flag, struct play *play)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_eligibility *const own = job->problem.eligibility;
    const int64_t before = ambit_comm_sum_below_i64(job->comm, own->class_count);
    const int64_t set_bytes = own->set_words * (int64_t)sizeof *own->set;
    int32_t *class_of = NULL;
    int64_t count = 0;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&class_of, (size_t)job->accounts.count, sizeof *class_of));
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t class = ambit_class_of(&job->problem, i);
        class_of[i] = class >= 0 ? class + (int32_t)before : class;
    }
    AMBIT_TRY(gather_flagged(job, flag, class_of, sizeof *class_of, &play->accounts.class_of));
    AMBIT_TRY(
        ambit_comm_gather(job->comm, own->set, own->class_count, set_bytes, &play->set, &count));
    play->eligibility = *own;
    play->eligibility.set = play->set;
    play->eligibility.class_count = (int32_t)count;
    play->problem.eligibility = &play->eligibility;
done:
    ambit_free(&class_of);
    return status;
}

/* What budgets ask of an account: its price of leaving, what it draws, and what all draw now. */
static ambit_status gather_budgets(struct ambit_job *job, const bool *flag, struct play *play)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t cells = ambit_budget_cells(budgets);
    int64_t *draw = NULL;
    if (!ambit_disruption_is_detailed(&job->scenario.disruption)) return AMBIT_OK;
    AMBIT_TRY(gather_flagged(job, flag, budgets->leave, sizeof *budgets->leave,
                             &play->problem.budgets.leave));
    if (cells == 0) goto done;
    status = ambit_alloc(&draw, (size_t)a->count, sizeof *draw);
    if (status == AMBIT_OK) status = ambit_alloc(&play->spent, (size_t)cells, sizeof *play->spent);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    for (int b = 0; b < budgets->terms->budget_count; b++) {
        for (int32_t i = 0; i < a->count; i++)
            draw[i] = ambit_budget_cell(budgets, a, b, i) >= 0
                          ? ambit_budget_amount(budgets->terms, a, b, i)
                          : 0;
        AMBIT_TRY(gather_flagged(job, flag, draw, sizeof *draw, &play->draw[b]));
        play->budgets.draw[b] = play->draw[b];
    }
    ambit_budgets_add_spent(budgets, a, job->label, play->spent);
    ambit_comm_sum_i64(job->comm, play->spent, cells);
    play->budgets.budgets = budgets;
    play->budgets.spent = play->spent;
done:
    ambit_free(&draw);
    return status;
}

static ambit_status gather_play(struct ambit_job *job, struct play *play)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    struct ambit_accounts *const to = &play->accounts;
    bool *flag = NULL;
    int64_t count = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&flag, (size_t)a->count, sizeof *flag));
    AMBIT_TRY(hand_out(job, play->flag, sizeof *flag, flag));
    for (int32_t i = 0; i < a->count; i++)
        count += flag[i];
    ambit_comm_sum_i64(job->comm, &count, 1);
    AMBIT_TRY(gather_flagged(job, flag, a->x, sizeof *a->x, &to->x));
    AMBIT_TRY(gather_flagged(job, flag, a->y, sizeof *a->y, &to->y));
    AMBIT_TRY(gather_flagged(job, flag, a->z, sizeof *a->z, &to->z));
    AMBIT_TRY(gather_flagged(job, flag, a->visits, sizeof *a->visits, &to->visits));
    AMBIT_TRY(gather_flagged(job, flag, a->previous, sizeof *a->previous, &to->previous));
    AMBIT_TRY(
        gather_flagged(job, flag, a->local_travel, sizeof *a->local_travel, &to->local_travel));
    play->problem = job->problem;
    play->problem.budgets.leave = NULL;
    for (int r = 0; r < AMBIT_RULE_MAX; r++)
        play->problem.own_base[r] = NULL;
    if (job->problem.eligibility != NULL) AMBIT_TRY(gather_classes(job, flag, play));
    AMBIT_TRY(gather_budgets(job, flag, play));
    for (int r = 0; r < job->problem.rule_count; r++) {
        AMBIT_TRY(gather_flagged(job, flag, job->problem.base[r], sizeof(int64_t),
                                 &play->problem.own_base[r]));
        play->problem.base[r] = play->problem.own_base[r];
    }
    to->count = (int32_t)count;
    to->total = a->total;
    play->problem.accounts = to;
done:
    ambit_free(&flag);
    return status;
}

/* Net prices of the plan's bands; none where the job has none. */
static ambit_status net_prices(const struct ambit_job *job, double **price_out)
{
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    if (job->price_lower == NULL) return AMBIT_OK;
    const ambit_status status = ambit_alloc(price_out, cells, sizeof **price_out);
    for (size_t at = 0; at < cells && status == AMBIT_OK; at++)
        (*price_out)[at] = job->price_upper[at] - job->price_lower[at];
    return status;
}

/* Rank 0's part: repairs the labels of all accounts. Where pieces are preferred to be few and bands
 * break by joining all of them, only those are joined that break none. */
static ambit_status repair(const struct ambit_job *job, const struct play *play,
                           const double *price, const int64_t *load, int32_t *label,
                           struct ambit_contiguity_outcome *outcome)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    const size_t n = (size_t)job->contiguity->places.account_count;
    int64_t *own_load = NULL;
    int32_t *own_label = NULL;
    bool taken = false;
    AMBIT_TRY(ambit_alloc(&own_load, cells, sizeof *own_load));
    AMBIT_TRY(ambit_alloc(&own_label, n, sizeof *own_label));
    for (int keeps = 0; keeps < 2 && !taken; keeps++) {
        if (cells > 0) memcpy(own_load, load, cells * sizeof *own_load);
        memcpy(own_label, label, n * sizeof *own_label);
        struct ambit_contiguity_repair one = {
            .places = &job->contiguity->places,
            .problem = &play->problem,
            .play = play->of_account,
            .account = play->account,
            .budgets = play->budgets.budgets != NULL ? &play->budgets : NULL,
            .price = price,
            .load_inout = own_load,
            .label_inout = own_label,
            .keeps_bands = keeps > 0};
        AMBIT_TRY(ambit_contiguity_repair(&one, outcome));
        taken = job->scenario.contiguity.wanted == AMBIT_CONTIGUITY_REQUIRED ||
                outcome->violation <= outcome->violation_before;
    }
    if (taken)
        memcpy(label, own_label, n * sizeof *label);
    else
        outcome->moved = 0;
done:
    ambit_free(&own_load);
    ambit_free(&own_label);
    return status;
}

/* Accounts that stay together with others stay where they are, on rank 0. */
static ambit_status gather_held(struct ambit_job *job, bool **held_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    bool *held = NULL;
    int64_t count = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&held, (size_t)a->count, sizeof *held));
    for (int32_t i = 0; i < a->count; i++)
        held[i] = ambit_account_joins(a, i) || (i + 1 < a->count && ambit_account_joins(a, i + 1));
    AMBIT_TRY(ambit_comm_gather(job->comm, held, a->count, sizeof *held, held_out, &count));
done:
    ambit_free(&held);
    return status;
}

/* One repair with those near borders in play, or all; *stray_out is what it left. */
static ambit_status join(struct ambit_job *job, bool all, int32_t *label, int64_t *stray_out)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    struct play play = {.flag = NULL};
    struct ambit_contiguity_outcome outcome = {0};
    int64_t *load = NULL, figures[2];
    double *price = NULL;
    bool *held = NULL;
    AMBIT_TRY(gather_held(job, &held));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&load, cells, sizeof *load));
    AMBIT_TRY(ambit_job_loads(job, job->label, load, NULL, NULL, NULL));
    AMBIT_TRY_TOGETHER(job->comm, net_prices(job, &price));
    AMBIT_TRY_TOGETHER(job->comm,
                       first ? choose_play(&job->contiguity->places, label, held, all, &play)
                             : AMBIT_OK);
    AMBIT_TRY(gather_play(job, &play));
    AMBIT_TRY_TOGETHER(job->comm,
                       first ? repair(job, &play, price, load, label, &outcome) : AMBIT_OK);
    AMBIT_TRY(hand_out(job, label, sizeof *label, job->label));
    figures[0] = outcome.stray;
    figures[1] = outcome.moved;
    ambit_comm_max_i64(job->comm, figures, 2);
    *stray_out = figures[0];
    AMBIT_TRY(ambit_job_note_round(job, "contiguity", figures[1], 0, 0));
done:
    clear_play(&play);
    ambit_free(&held);
    ambit_free(&load);
    ambit_free(&price);
    return status;
}

ambit_status ambit_job_join_pieces(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    int32_t *label = NULL;
    int64_t count = 0, stray = 0;
    const bool all = job->accounts.total <= ALL_PLAY;
    if (!is_wanted(job)) return AMBIT_OK;
    AMBIT_TRY(ambit_job_find_places(job));
    ambit_log_progress("contiguity", 0, 0, "");
    AMBIT_TRY(ambit_comm_gather(job->comm, job->label, job->accounts.count, sizeof *label, &label,
                                &count));
    AMBIT_TRY(join(job, all, label, &stray));
    if (stray > 0 && !all) AMBIT_TRY(join(job, true, label, &stray));
done:
    ambit_free(&label);
    return status;
}

/* How many territories are in more pieces than islands, on rank 0. */
static ambit_status count_torn(const struct ambit_job *job, const int32_t *label, int64_t *count)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_places *const places = &job->contiguity->places;
    struct ambit_contiguity_figures *figures = NULL;
    int32_t *parent = NULL;
    AMBIT_TRY(span(places, label, &parent));
    AMBIT_TRY(ambit_contiguity_create(job->territories.count, &figures));
    AMBIT_TRY(ambit_contiguity_judge(places, label, parent, figures));
    *count = figures->broken_count;
done:
    ambit_contiguity_destroy(&figures);
    ambit_free(&parent);
    return status;
}

ambit_status ambit_job_join_torn(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    int32_t *label = NULL;
    int64_t count = 0, torn = 0;
    if (!is_wanted(job)) return AMBIT_OK;
    AMBIT_TRY(ambit_job_find_places(job));
    AMBIT_TRY(ambit_comm_gather(job->comm, job->label, job->accounts.count, sizeof *label, &label,
                                &count));
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_comm_rank(job->comm) == 0 ? count_torn(job, label, &torn) : AMBIT_OK);
    ambit_comm_max_i64(job->comm, &torn, 1);
    if (torn > 0) AMBIT_TRY(ambit_job_join_pieces(job));
done:
    ambit_free(&label);
    return status;
}
