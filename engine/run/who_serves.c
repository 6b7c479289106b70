/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may serve whom, for a job: tables of pairs are read, classes made, and what cannot be is told
 * before anything is drawn:
 *
 * - accounts that no territory may serve, with what closes how many of them (wrong input);
 * - territories whose locked accounts alone break an upper limit, and those that cannot get what a
 *   lower limit asks for, since too few accounts may join them (no plan).
 *
 * Cost: a pass over the accounts. Weakness: limits that are parts of a total with travel in it are
 * known with the plan only, so they are looked at where nobody at all may join; and only one rule
 * and one territory are looked at at a time, where several together may be impossible. What the
 * plan then shows is told with it.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/neighbours.h"
#include "engine/run/refuse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LISTED = 20, NAMED = 3, WORDS = 320, SAMPLE = 997, REMEDY = 1200, FINDING = 256 };
static const char would_do[] = "\n  what would do:";
#define ROOM 1e-9 /* of a limit: what rounding to doubles may do */

/* ---- what the scenario names ---- */

static ambit_status read_pairs(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    job->pair_table_count = 0;
    for (int c = 0; c < terms->closing_count; c++) {
        const struct ambit_closing *const closing = &terms->closing[c];
        if (closing->file == NULL) continue;
        struct ambit_pair_table *const table = &job->pair_table[job->pair_table_count++];
        table->closing = c;
        AMBIT_TRY(ambit_pairs_read_csv(&job->scenario, closing, &job->territories, &job->accounts,
                                       job->comm, job->options.skip_bad_rows, &job->bad_rows,
                                       closing->only ? &job->allowed : &job->forbidden,
                                       &table->read));
    }
    ambit_pairs_sort(&job->forbidden);
    ambit_pairs_sort(&job->allowed);
done:
    return status;
}

/* ---- accounts that nobody may serve ---- */

struct refused {
    char words[WORDS];
};

/* What tells whether somebody near enough may serve an account. */
struct homes {
    double *place;                     /* owned */
    struct ambit_neighbour_tree *tree; /* of homes; NULL where centres may come to any account */
    bool *served;                      /* owned; classes that are not empty */
};

static ambit_status open_homes(const struct ambit_job *job, struct homes *homes)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_eligibility *const e = &job->eligibility;
    const int32_t count = job->territories.count;
    AMBIT_TRY(ambit_alloc(&homes->served, (size_t)e->class_count, sizeof *homes->served));
    for (int32_t c = 0; c < e->class_count; c++) {
        for (int32_t j = 0; j < count; j++)
            homes->served[c] |= ambit_class_has(e, c, j);
    }
    if (isinf(e->reach_chord2) || ambit_job_has_free_centre(job)) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&homes->place, 3 * (size_t)count, sizeof *homes->place));
    for (int32_t j = 0; j < count; j++)
        memcpy(&homes->place[3 * (size_t)j], job->territories.item[j].position, 3 * sizeof(double));
    AMBIT_TRY(ambit_neighbour_tree_create(homes->place, count, &homes->tree));
done:
    return status;
}

static void close_homes(struct homes *homes)
{
    ambit_neighbour_tree_destroy(&homes->tree);
    ambit_free(&homes->place);
    ambit_free(&homes->served);
}

static bool has_fixed_centre(const struct ambit_job *job, int32_t j)
{
    return job->territories.item[j].centre_kind == AMBIT_CENTRE_HOME;
}

enum { ANYWHERE = -1, NOWHERE = -2 };

/* The territory that account i, be it a unit, has to stay in for being protected. */
static int32_t held_in(const struct ambit_accounts *accounts, int32_t i)
{
    int32_t begin, end, held = ANYWHERE;
    const struct ambit_accounts *const rows = ambit_account_rows(accounts, i, &begin, &end);
    for (int32_t row = begin; row < end; row++) {
        if (!ambit_is_held(rows, row)) continue;
        if (held != ANYWHERE && held != rows->previous[row]) return NOWHERE;
        held = rows->previous[row];
    }
    return held;
}

/* The search gives an account that stays to its territory; whether the other rules let it. Where a
 * free centre will be is not known yet. */
static bool may_stay(const struct ambit_job *job, int32_t i, int32_t j)
{
    unsigned broken = ambit_job_broken_rules(job, i, j);
    if (!has_fixed_centre(job, j)) broken &= ~(1u << AMBIT_RULE_REACH);
    return broken == 0;
}

static bool is_served(const struct ambit_job *job, const struct homes *homes, int32_t i)
{
    const struct ambit_eligibility *const e = &job->eligibility;
    const struct ambit_accounts *const a = &job->accounts;
    const int32_t class = a->class_of[i];
    const int32_t held = held_in(a, i);
    if (class < AMBIT_CLASS_ANY) return may_stay(job, i, ambit_class_lock(class));
    if (held != ANYWHERE) return may_stay(job, i, held);
    if (class >= 0 && !homes->served[class]) return false;
    if (isinf(e->reach_chord2)) return true;
    if (class == AMBIT_CLASS_ANY && homes->tree != NULL) {
        const double place[3] = {a->x[i], a->y[i], a->z[i]};
        if (ambit_neighbour_tree_chord2(homes->tree, place, 1) <= e->reach_chord2) return true;
    }
    for (int32_t j = 0; j < job->territories.count; j++) {
        if (ambit_class_has(e, class, j) &&
            (!has_fixed_centre(job, j) || ambit_is_in_reach(&job->problem, i, j)))
            return true;
    }
    return false;
}

static void append(char words[WORDS], const char *more)
{
    const size_t length = strlen(words);
    (void)snprintf(words + length, WORDS - length, "%s", more);
}

/* "forbidden closes 2 (MT, WY)" for every rule that closes any. */
static void explain_set(const struct ambit_job *job, int32_t i, char words[WORDS])
{
    char more[WORDS];
    for (int k = 0; k < AMBIT_RULE_KIND_COUNT; k++) {
        char names[NAMED * (AMBIT_NAME_MAX + 2) + 8] = "";
        size_t length = 0;
        int closed = 0;
        for (int32_t j = 0; j < job->territories.count; j++) {
            if ((ambit_job_broken_rules(job, i, j) >> k & 1) == 0) continue;
            if (closed++ >= NAMED) continue;
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       closed > 1 ? ", " : "", job->territories.item[j].name);
        }
        if (closed == 0) continue;
        (void)snprintf(more, sizeof more, "%s%s closes %d (%s%s)",
                       words[strlen(words) - 1] == ':' ? " " : ", ",
                       ambit_rule_kind_name((enum ambit_rule_kind)k), closed, names,
                       closed > NAMED ? ", …" : "");
        append(words, more);
    }
}

static void explain(const struct ambit_job *job, int32_t i, char words[WORDS])
{
    const struct ambit_accounts *const a = &job->accounts;
    const bool locked = a->class_of[i] < AMBIT_CLASS_ANY;
    const int32_t stays = locked ? ambit_class_lock(a->class_of[i]) : held_in(a, i);
    const char *const id = a->id + (size_t)i * (size_t)a->id_width;
    (void)snprintf(words, WORDS, "account '%.*s'", (int)(a->id_width < 64 ? a->id_width : 64), id);
    if (stays == ANYWHERE) {
        append(words, ":");
        explain_set(job, i, words);
        return;
    }
    append(words, locked ? " is locked to " : " is protected in ");
    append(words, job->territories.item[stays].name);
    const char *before = ", which is closed to it by ";
    for (int k = 0; k < AMBIT_RULE_KIND_COUNT; k++) {
        if ((ambit_job_broken_rules(job, i, stays) >> k & 1) == 0) continue;
        append(words, before);
        append(words, ambit_rule_kind_name((enum ambit_rule_kind)k));
        before = " and ";
    }
}

static ambit_status say_refused(const struct ambit_job *job, const struct refused *refused,
                                int64_t count, int64_t total, const char *remedy)
{
    char words[LISTED * (WORDS + 8)] = "";
    size_t length = 0;
    for (int64_t n = 0; n < count && n < LISTED; n++)
        length +=
            (size_t)snprintf(words + length, sizeof words - length, "\n  %s", refused[n].words);
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: rules: expected a territory that may serve each account, found %lld "
                      "account%s that none of %d may serve:%s%s%s%s",
                      job->scenario.path, (long long)total, total == 1 ? "" : "s",
                      (int)job->territories.count, words, total > LISTED ? "\n  …" : "",
                      remedy[0] != '\0' ? would_do : "", remedy);
}

static ambit_status check_accounts(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    struct homes homes = {0};
    struct refused *mine = NULL, *all = NULL;
    int32_t *item = NULL;
    char remedy[REMEDY];
    int64_t count = 0, here = 0, room = 0, all_count = 0;
    status = open_homes(job, &homes);
    if (status == AMBIT_OK) status = ambit_alloc(&mine, LISTED, sizeof *mine);
    for (int32_t i = 0; i < job->accounts.count && status == AMBIT_OK; i++) {
        if (is_served(job, &homes, i)) continue;
        if (here < LISTED) explain(job, i, mine[count++].words);
        if (here == room) {
            room = 2 * room + LISTED;
            status = ambit_resize(&item, (size_t)room, sizeof *item);
        }
        if (status == AMBIT_OK) item[here++] = i;
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    int64_t total = here;
    ambit_comm_sum_i64(job->comm, &total, 1);
    if (total == 0) goto done;
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, count, sizeof *mine, &all, &all_count));
    AMBIT_TRY(ambit_job_refuse_unserved(job, item, here, sizeof remedy, remedy));
    status = say_refused(job, all, all_count, total, remedy);
done:
    close_homes(&homes);
    ambit_free(&item);
    ambit_free(&mine);
    ambit_free(&all);
    return status;
}

/* ---- accounts that stay together ---- */

static bool unit_is_served(const struct ambit_job *units, int32_t u)
{
    const struct ambit_problem *const problem = &units->problem;
    const int32_t class = ambit_class_of(problem, u), held = held_in(&units->accounts, u);
    for (int32_t j = 0; j < units->territories.count; j++) {
        if (held != ANYWHERE && held != j) continue;
        if (problem->eligibility == NULL) return true;
        if (ambit_class_has(problem->eligibility, class, j) &&
            (!has_fixed_centre(units, j) || !ambit_is_asked(problem, j) ||
             ambit_is_in_reach(problem, u, j)))
            return true;
    }
    return false;
}

ambit_status ambit_job_check_units(struct ambit_job *units)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &units->accounts, *const rows = a->rows;
    char(*mine)[AMBIT_NAME_MAX] = NULL, (*all)[AMBIT_NAME_MAX] = NULL;
    char words[LISTED * (AMBIT_NAME_MAX + 4)] = "";
    char remedy[REMEDY];
    int32_t *item = NULL;
    int64_t count = 0, here = 0, all_count = 0;
    size_t length = 0;
    if (units->problem.eligibility == NULL && rows->tags == NULL) return AMBIT_OK;
    status = ambit_alloc(&mine, LISTED, sizeof *mine);
    if (status == AMBIT_OK) status = ambit_alloc(&item, (size_t)a->count, sizeof *item);
    AMBIT_TRY(AMBIT_AGREE(units->comm, status));
    AMBIT_REQUIRE(mine != NULL && (item != NULL || a->count == 0));
    for (int32_t u = 0; u < a->count; u++) {
        if (unit_is_served(units, u)) continue;
        item[here++] = u;
        if (here > LISTED) continue;
        const size_t width = (size_t)rows->together_width;
        (void)snprintf(mine[count++], sizeof *mine, "%.*s", (int)width,
                       &rows->together[(size_t)a->begin[u] * width]);
    }
    int64_t total = here;
    ambit_comm_sum_i64(units->comm, &total, 1);
    if (total == 0) goto done;
    AMBIT_TRY(ambit_job_refuse_unserved(units, item, here, sizeof remedy, remedy));
    AMBIT_TRY(ambit_comm_all_gather(units->comm, mine, count, sizeof *mine, &all, &all_count));
    for (int64_t n = 0; n < all_count && n < LISTED; n++)
        length += (size_t)snprintf(words + length, sizeof words - length, "\n  %s", all[n]);
    status = ambit_fail(AMBIT_ERR_INPUT,
                        "%s: rules: expected a territory that may serve all accounts of each group "
                        "that stays together, found %lld group%s of the column '%s' that none may "
                        "serve whole:%s%s%s%s",
                        units->scenario.path, (long long)total, total == 1 ? "" : "s",
                        units->scenario.together.column, words, total > LISTED ? "\n  …" : "",
                        would_do, remedy);
done:
    ambit_free(&item);
    ambit_free(&mine);
    ambit_free(&all);
    return status;
}

/* ---- bands that the rules alone break ---- */

/* Loads by class and rule, then by territory. */
struct sums {
    int64_t *locked; /* owned; [territory × (1 + rules)]: accounts, and loads that are theirs */
    int64_t *class;  /* owned; [(1 + class) × (1 + rules)]: the same of each class, ANY first */
    int64_t total[AMBIT_RULE_MAX];
};

/* Travel that account i adds in territory j at least, whatever becomes of a free centre. */
static int64_t sure_travel(const struct ambit_job *job, int32_t i, int32_t j)
{
    if (!has_fixed_centre(job, j)) return job->accounts.local_travel[i];
    return ambit_travel_of(&job->scenario, &job->accounts, i, job->territories.item[j].position);
}

static void add_up(struct ambit_job *job, struct sums *sums)
{
    const int rules = job->problem.rule_count;
    const int64_t width = 1 + rules;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t class = job->accounts.class_of[i];
        const bool locked = class < AMBIT_CLASS_ANY;
        const int32_t j = locked ? ambit_class_lock(class) : -1;
        int64_t *const to = locked ? &sums->locked[j * width] : &sums->class[(1 + class) * width];
        to[0]++;
        for (int r = 0; r < rules; r++) {
            to[1 + r] += locked ? ambit_rule_load(&job->problem, r, i, sure_travel(job, i, j))
                                : job->problem.base[r][i];
            sums->total[r] += job->problem.base[r][i];
        }
    }
}

/* Sums by class over all ranks: the classes of ranks differ, so they go to the territories that are
 * in them, behind the locked ones. */
static void spread(struct ambit_job *job, const struct sums *sums, int64_t *open)
{
    const int64_t width = 1 + job->problem.rule_count;
    for (int32_t j = 0; j < job->territories.count; j++) {
        for (int32_t c = AMBIT_CLASS_ANY; c < job->eligibility.class_count; c++) {
            if (!ambit_class_has(&job->eligibility, c, j)) continue;
            for (int64_t k = 0; k < width; k++)
                open[j * width + k] += sums->class[(1 + c) * width + k];
        }
    }
}

/* Takes the territories that some account of the slice may join off the list; returns how many are
 * left. Looks at every `stride`th account. */
static int32_t find_joined(const struct ambit_job *job, int32_t stride, int32_t *list,
                           int32_t count)
{
    for (int32_t i = 0; i < job->accounts.count && count > 0;
         i += stride < job->accounts.count - i ? stride : job->accounts.count - i) {
        for (int32_t n = 0; n < count;) {
            if (ambit_may_serve(&job->problem, i, list[n]))
                list[n] = list[--count];
            else
                n++;
        }
    }
    return count;
}

/* Where territories must be near, those with homes that nobody is near enough to have nobody. */
static ambit_status empty_unreached(struct ambit_job *job, int64_t *open)
{
    ambit_status status = AMBIT_OK;
    const int64_t width = 1 + job->problem.rule_count;
    int32_t *list = NULL, count = 0;
    int64_t *left = NULL;
    const int64_t ranks = ambit_comm_size(job->comm);
    if (isinf(job->eligibility.reach_chord2)) return AMBIT_OK;
    status = ambit_alloc(&list, (size_t)job->territories.count, sizeof *list);
    if (status == AMBIT_OK)
        status = ambit_alloc(&left, (size_t)job->territories.count, sizeof *left);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(list != NULL && left != NULL);
    for (int32_t j = 0; j < job->territories.count; j++) {
        if (has_fixed_centre(job, j)) list[count++] = j;
    }
    count = find_joined(job, SAMPLE, list, count); /* nearly all, at little cost */
    count = find_joined(job, 1, list, count);
    for (int32_t n = 0; n < count; n++)
        left[list[n]] = 1;
    ambit_comm_sum_i64(job->comm, left, job->territories.count);
    for (int32_t j = 0; j < job->territories.count; j++) {
        if (left[j] == ranks) memset(&open[j * width], 0, (size_t)width * sizeof *open);
    }
done:
    ambit_free(&list);
    ambit_free(&left);
    return status;
}

struct findings {
    char words[LISTED * FINDING + REMEDY];
    size_t length;
    int count;
};

/* Puts down a finding that is counted already, and behind it, where there is room for the others
 * too, what would do. */
static void find(struct findings *findings, const char *text, const char *remedy)
{
    const size_t left = sizeof findings->words - findings->length;
    const size_t others = (size_t)(LISTED + 1 - findings->count) * FINDING;
    const bool fits = strlen(text) + strlen(remedy) + others < left;
    findings->length += (size_t)snprintf(findings->words + findings->length, left, "\n  %s%s", text,
                                         fits ? remedy : "");
}

/* A load that only grows with more accounts: no share takes anything off. */
static bool only_adds(const struct ambit_job *job, int r)
{
    return job->scenario.band[job->problem.rule[r].band].share_of < 0;
}

/* A side's value in micro-units where it is known before there is a plan, else NaN. */
static double known_side(const struct ambit_job *job, int r, const struct ambit_side *side,
                         int32_t j, const int64_t *total)
{
    const struct ambit_rule *const rule = &job->problem.rule[r];
    double limit = NAN;
    if (side->kind == AMBIT_SIDE_NONE || ambit_side_fixed(rule, side, j, &limit)) return limit;
    if (rule->travel_weight != 0.0 && rule->share[j] > 0.0) return NAN;
    return side->value * rule->share[j] * (double)total[r];
}

/* What rule r asks of territory j and the rules forbid. `locked` and `open` are accounts and loads.
 * Collective. */
static ambit_status look_at(struct ambit_job *job, int r, int32_t j, const int64_t *locked,
                            const int64_t *open, const int64_t *total, struct findings *findings)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_rule *const rule = &job->problem.rule[r];
    const struct ambit_band *const band = &job->scenario.band[rule->band];
    const char *const name = job->territories.item[j].name;
    const char *const measure = job->scenario.measure[band->measure].name;
    const double upper = known_side(job, r, &rule->upper, j, total);
    const double lower = known_side(job, r, &rule->lower, j, total);
    const double mine = (double)locked[1 + r], most = mine + (double)open[1 + r];
    const int64_t may_join = locked[0] + open[0];
    const bool lower_asks =
        rule->lower.kind != AMBIT_SIDE_NONE && rule->lower.value > 0.0 && !(lower <= 0.0);
    char text[FINDING], remedy[REMEDY];
    if (!only_adds(job, r) || band->relax) return AMBIT_OK;
    if (mine > upper + ROOM * fabs(upper) + 1.0 && findings->count++ < LISTED) {
        (void)snprintf(text, sizeof text,
                       "%s: %s: its %lld locked account%s %.6g, above the limit of %.6g", measure,
                       name, (long long)locked[0], locked[0] == 1 ? " has" : "s have", mine * 1e-6,
                       upper * 1e-6);
        AMBIT_TRY(ambit_job_refuse_locked(job, r, j, mine, upper, sizeof remedy, remedy));
        find(findings, text, remedy);
    }
    const bool nobody = may_join == 0 && lower_asks;
    const bool few = rule->travel_weight == 0.0 && most < lower - ROOM * fabs(lower) - 1.0;
    if ((!nobody && !few) || findings->count++ >= LISTED) return AMBIT_OK;
    if (nobody)
        (void)snprintf(text, sizeof text, "%s: %s: no account may join it, and min asks for some",
                       measure, name);
    else
        (void)snprintf(text, sizeof text,
                       "%s: %s: the %lld account%s that may join it %s %.6g, below the limit of "
                       "%.6g",
                       measure, name, (long long)may_join, may_join == 1 ? "" : "s",
                       may_join == 1 ? "has" : "have", most * 1e-6, lower * 1e-6);
    AMBIT_TRY(ambit_job_refuse_few(job, r, j, most, rule->travel_weight == 0.0 ? lower : NAN,
                                   sizeof remedy, remedy));
    find(findings, text, remedy);
done:
    return status;
}

static ambit_status check_bands(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const int64_t width = 1 + job->problem.rule_count;
    const int64_t cells = job->territories.count * width;
    struct sums sums = {0};
    struct findings *findings = NULL;
    int64_t *open = NULL;
    status = ambit_alloc(&sums.locked, (size_t)cells, sizeof(int64_t));
    if (status == AMBIT_OK)
        status = ambit_alloc(&sums.class, (size_t)((1 + job->eligibility.class_count) * width),
                             sizeof(int64_t));
    if (status == AMBIT_OK) status = ambit_alloc(&open, (size_t)cells, sizeof *open);
    if (status == AMBIT_OK) status = ambit_alloc(&findings, 1, sizeof *findings);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(sums.locked != NULL && sums.class != NULL && open != NULL && findings != NULL);
    add_up(job, &sums);
    spread(job, &sums, open);
    ambit_comm_sum_i64(job->comm, sums.locked, cells);
    ambit_comm_sum_i64(job->comm, open, cells);
    ambit_comm_sum_i64(job->comm, sums.total, AMBIT_RULE_MAX);
    AMBIT_TRY(empty_unreached(job, open));
    for (int r = 0; r < job->problem.rule_count; r++) {
        for (int32_t j = 0; j < job->territories.count; j++) {
            if (ambit_is_asked(&job->problem, j))
                AMBIT_TRY(look_at(job, r, j, &sums.locked[j * width], &open[j * width], sums.total,
                                  findings));
        }
    }
    if (findings->count > 0)
        status = ambit_fail(
            AMBIT_ERR_INFEASIBLE,
            "%s: rules: no plan meets these bands, whatever is drawn; under each, what would do:"
            "%s%s",
            job->scenario.path, findings->words, findings->count > LISTED ? "\n  …" : "");
done:
    ambit_free(&sums.locked);
    ambit_free(&sums.class);
    ambit_free(&open);
    ambit_free(&findings);
    return status;
}

/* ---- what a plan shows of locks ---- */

/* Adds what locked accounts have of each measure where they are: [territory × measures]. */
static void add_locked(const struct ambit_job *job, int64_t *load)
{
    const int measures = job->scenario.measure_count;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t class = job->accounts.class_of[i];
        if (class >= AMBIT_CLASS_ANY) continue;
        const int32_t j = ambit_class_lock(class);
        const int64_t travel =
            ambit_travel_of(&job->scenario, &job->accounts, i, job->territories.item[j].position);
        for (int m = 0; m < measures; m++)
            load[(int64_t)j * measures + m] +=
                ambit_account_measure(&job->accounts, &job->scenario.measure[m], i, travel);
    }
}

ambit_status ambit_job_name_locked(struct ambit_job *job, const struct ambit_result *result,
                                   size_t room, char *words_out)
{
    ambit_status status = AMBIT_OK;
    const int measures = job->scenario.measure_count;
    const int64_t cells = (int64_t)job->territories.count * measures;
    int64_t *load = NULL;
    size_t used = strlen(words_out);
    if (job->problem.eligibility == NULL) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&load, (size_t)cells, sizeof *load));
    add_locked(job, load);
    ambit_comm_sum_i64(job->comm, load, cells);
    for (int b = 0; b < result->band_count; b++) {
        const struct ambit_result_band *const band = &result->band[b];
        for (int32_t j = 0; j < result->territory_count && band->share_of < 0; j++) {
            const double mine = ambit_from_micro(load[(int64_t)j * measures + band->measure]);
            if (!(mine > band->upper[j] * (1.0 + ROOM)) || used >= room) continue;
            const int wrote =
                snprintf(words_out + used, room - used,
                         "\n  %s: %s: its locked accounts alone have %.6g, above the limit of %.6g",
                         band->label, result->territories[j].name, mine, band->upper[j]);
            used += wrote > 0 ? (size_t)wrote : 0;
        }
    }
done:
    ambit_free(&load);
    return status;
}

/* ---- all of it ---- */

ambit_status ambit_job_set_eligibility(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    if (!ambit_eligibility_is_used(&job->scenario)) return AMBIT_OK;
    AMBIT_TRY(read_pairs(job));
    AMBIT_TRY(ambit_job_renew_eligibility(job));
done:
    return status;
}

ambit_status ambit_job_renew_eligibility(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    if (!ambit_eligibility_is_used(&job->scenario)) return AMBIT_OK;
    ambit_eligibility_clear(&job->eligibility);
    ambit_free(&job->accounts.class_of);
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_eligibility_create(&job->scenario, &job->territories, &job->forbidden,
                                                &job->allowed, &job->accounts, &job->eligibility));
    job->problem.eligibility = &job->eligibility;
    if (!job->draws) return AMBIT_OK;
    AMBIT_TRY(check_accounts(job));
    AMBIT_TRY(check_bands(job));
done:
    return status;
}
