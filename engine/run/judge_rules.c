/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge of the rules on who may serve whom. It takes each account and its territory, and looks
 * every rule of the scenario up by names, words, pairs and distances; it knows neither the classes
 * nor the sets that the search works with. Cost: a look at every rule an account.
 */
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/job.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

#define TOLERANCE 1e-9 /* of a reach: what rounding to doubles may do */

/* ---- one account ---- */

static bool is_named(const struct ambit_job *job, int first, int count, int32_t j)
{
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    const struct ambit_territory *const territory = &job->territories.item[j];
    for (int n = first; n < first + count; n++) {
        const char *const name = terms->name[n].text;
        if (strcmp(name, territory->name) == 0) return true;
        /* An id names its territory only where no territory has that name. */
        if (strcmp(name, territory->rep_id) == 0 &&
            ambit_territories_find(&job->territories, name) < 0)
            return true;
    }
    return false;
}

static bool is_fixed(const struct ambit_job *job, int32_t j)
{
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    return j >= 0 && is_named(job, terms->fixed_first, terms->fixed_count, j);
}

static bool is_locked(const struct ambit_job *job, int32_t i)
{
    return job->scenario.eligibility.has_lock && job->accounts.previous[i] >= 0 &&
           ambit_filter_holds(&job->scenario.eligibility.lock, &job->accounts, i);
}

/* Whether `word` of `size` bytes stands in a list joined by ';'. */
static bool stands_in(const char *list, const char *word, size_t size)
{
    while (*list != '\0') {
        const char *const end = list + strcspn(list, ";");
        const char *from = list, *until = end;
        while (from < until && *from == ' ')
            from++;
        while (until > from && until[-1] == ' ')
            until--;
        if ((size_t)(until - from) == size && memcmp(from, word, size) == 0) return true;
        list = *end == ';' ? end + 1 : end;
    }
    return false;
}

static const char *needs_of(const struct ambit_job *job, int32_t i)
{
    const int c = job->scenario.eligibility.needs_category;
    return c < 0 ? "" : ambit_words_text(&job->accounts.words[c], job->accounts.category[c][i]);
}

static bool meets_needs(const struct ambit_job *job, int32_t i, int32_t j)
{
    const char *needs = needs_of(job, i);
    const char *const skills = ambit_territory_skills(&job->territories, j);
    while (*needs != '\0') {
        const char *const end = needs + strcspn(needs, ";");
        const char *from = needs, *until = end;
        while (from < until && *from == ' ')
            from++;
        while (until > from && until[-1] == ' ')
            until--;
        if (until > from && !stands_in(skills, from, (size_t)(until - from))) return false;
        needs = *end == ';' ? end + 1 : end;
    }
    return true;
}

/* Whether the pairs of account i hold territory j; *any_out tells whether it has any pair. */
static bool is_paired(const struct ambit_pairs *pairs, int32_t i, int32_t j, bool *any_out)
{
    int64_t count = 0;
    const int64_t first = ambit_pairs_of(pairs, i, &count);
    *any_out = count > 0;
    for (int64_t p = first; p < first + count; p++) {
        if (pairs->item[p].territory == j) return true;
    }
    return false;
}

static bool is_closed(const struct ambit_job *job, int32_t i, int32_t j, bool only)
{
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    bool any = false;
    for (int c = 0; c < terms->closing_count; c++) {
        const struct ambit_closing *const closing = &terms->closing[c];
        if (closing->only != only || closing->file != NULL) continue;
        if (!ambit_filter_holds(&closing->where, &job->accounts, i)) continue;
        if (is_named(job, closing->first_name, closing->name_count, j) != only) return true;
    }
    const bool paired = is_paired(only ? &job->allowed : &job->forbidden, i, j, &any);
    return only ? any && !paired : paired;
}

static double way_of(const struct ambit_job *job, int32_t i, int32_t j)
{
    const double place[3] = {job->accounts.x[i], job->accounts.y[i], job->accounts.z[i]};
    return ambit_reach_of(&job->scenario, ambit_chord2(place, job->territories.item[j].position));
}

unsigned ambit_job_broken_rules(const struct ambit_job *job, int32_t i, int32_t j)
{
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    const int32_t previous = job->accounts.previous[i];
    unsigned broken = 0;
    if (previous != j && (is_fixed(job, previous) || is_fixed(job, j)))
        broken |= 1u << AMBIT_RULE_FIXED;
    if (previous == j && is_fixed(job, j)) return 0; /* left as it is, whatever else is asked */
    if (previous != j && is_locked(job, i)) broken |= 1u << AMBIT_RULE_LOCKED;
    if (!meets_needs(job, i, j)) broken |= 1u << AMBIT_RULE_NEEDS;
    if (is_closed(job, i, j, false)) broken |= 1u << AMBIT_RULE_FORBIDDEN;
    if (is_closed(job, i, j, true)) broken |= 1u << AMBIT_RULE_ALLOWED;
    if (terms->reach_kind != AMBIT_REACH_NONE &&
        way_of(job, i, j) > terms->reach * (1.0 + TOLERANCE))
        broken |= 1u << AMBIT_RULE_REACH;
    return broken;
}

/* Whether needs, forbidden or allowed speak of account i. */
static bool is_restricted(const struct ambit_job *job, int32_t i)
{
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    bool forbidden = false, allowed = false;
    (void)is_paired(&job->forbidden, i, 0, &forbidden);
    (void)is_paired(&job->allowed, i, 0, &allowed);
    if (forbidden || allowed || strspn(needs_of(job, i), " ;") < strlen(needs_of(job, i)))
        return true;
    for (int c = 0; c < terms->closing_count; c++) {
        if (terms->closing[c].file == NULL &&
            ambit_filter_holds(&terms->closing[c].where, &job->accounts, i))
            return true;
    }
    return false;
}

/* ---- all of them ---- */

enum { LOCKED, KEPT, RESTRICTED, BROKEN, BROKEN_BY, COUNTS = BROKEN_BY + AMBIT_RULE_KIND_COUNT };

struct first {
    int64_t index; /* canonical; INT64_MAX: none */
    char account[AMBIT_RULED_ID], territory[AMBIT_NAME_MAX], rule[16];
};

static void name_first(const struct ambit_job *job, const int32_t *label, int32_t i,
                       struct first *first)
{
    const char *const id = job->accounts.id + (size_t)i * (size_t)job->accounts.id_width;
    const unsigned broken = ambit_job_broken_rules(job, i, label[i]);
    int kind = 0;
    while ((broken >> kind & 1) == 0)
        kind++;
    first->index = job->accounts.first + i;
    (void)snprintf(first->account, sizeof first->account, "%.*s", (int)job->accounts.id_width, id);
    (void)snprintf(first->territory, sizeof first->territory, "%s",
                   job->territories.item[label[i]].name);
    (void)snprintf(first->rule, sizeof first->rule, "%s",
                   ambit_rule_kind_name((enum ambit_rule_kind)kind));
}

/* Counts over the slice; returns the first account that breaks a rule, or its count. */
static int32_t tally(const struct ambit_job *job, const int32_t *label, int64_t *count,
                     double *furthest)
{
    const int32_t accounts = job->accounts.count;
    const bool has_reach = job->scenario.eligibility.reach_kind != AMBIT_REACH_NONE;
    int32_t first = accounts;
    double worst = 0.0;
#pragma omp parallel for schedule(static) reduction(+ : count[:COUNTS])                            \
    reduction(min : first) reduction(max : worst)
    for (int32_t i = 0; i < accounts; i++) {
        const int32_t j = label[i];
        const bool kept = is_fixed(job, job->accounts.previous[i]);
        const unsigned broken = ambit_job_broken_rules(job, i, j);
        count[KEPT] += kept;
        count[LOCKED] += !kept && is_locked(job, i);
        count[RESTRICTED] += is_restricted(job, i);
        count[BROKEN] += broken != 0;
        for (int k = 0; k < AMBIT_RULE_KIND_COUNT; k++)
            count[BROKEN_BY + k] += broken >> k & 1;
        if (broken != 0 && i < first) first = i;
        if (has_reach && !is_fixed(job, j)) worst = fmax(worst, way_of(job, i, j));
    }
    *furthest = worst;
    return first;
}

/* The skills of every rep, for those who have no table of reps. */
static ambit_status store_skills(const struct ambit_job *job, struct ambit_result_rules *rules)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = job->territories.count;
    for (int32_t j = 0; j < count; j++) {
        const size_t size = strlen(ambit_territory_skills(&job->territories, j));
        if (size > (size_t)rules->skills_width) rules->skills_width = (int32_t)size;
    }
    AMBIT_TRY(ambit_alloc(&rules->skills, (size_t)count, (size_t)rules->skills_width));
    for (int32_t j = 0; j < count; j++) {
        const char *const skills = ambit_territory_skills(&job->territories, j);
        if (skills[0] != '\0')
            memcpy(rules->skills + (size_t)j * (size_t)rules->skills_width, skills, strlen(skills));
    }
done:
    return status;
}

ambit_status ambit_job_judge_rules(struct ambit_job *job, const int32_t *label,
                                   struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_rules *rules = NULL;
    struct first mine = {.index = INT64_MAX}, *all = NULL;
    int64_t count[COUNTS] = {0}, all_count = 0;
    double furthest = 0.0, *ways = NULL;
    if (!ambit_eligibility_is_used(&job->scenario)) return AMBIT_OK;
    status = ambit_alloc(&result->rules, 1, sizeof *rules);
    rules = result->rules;
    if (status == AMBIT_OK) status = store_skills(job, rules);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    const int32_t at = tally(job, label, count, &furthest);
    if (at < job->accounts.count) name_first(job, label, at, &mine);
    ambit_comm_sum_i64(job->comm, count, COUNTS);
    AMBIT_TRY(ambit_comm_all_gather(job->comm, &mine, 1, sizeof mine, &all, &all_count));
    for (int64_t r = all_count - 1; r >= 0; r--) {
        if (all[r].index <= mine.index) mine = all[r];
    }
    ambit_free(&all);
    AMBIT_TRY(ambit_comm_all_gather(job->comm, &furthest, 1, sizeof furthest, &ways, &all_count));
    for (int64_t r = 0; r < all_count; r++)
        rules->reach_worst = fmax(rules->reach_worst, ways[r]);
    rules->locked_count = count[LOCKED];
    rules->kept_count = count[KEPT];
    rules->restricted_count = count[RESTRICTED];
    rules->broken_count = count[BROKEN];
    memcpy(rules->broken, &count[BROKEN_BY], sizeof rules->broken);
    for (int32_t j = 0; j < job->territories.count; j++)
        rules->fixed_count += is_fixed(job, j);
    memcpy(rules->first_account, mine.account, sizeof rules->first_account);
    memcpy(rules->first_territory, mine.territory, sizeof rules->first_territory);
    memcpy(rules->first_rule, mine.rule, sizeof rules->first_rule);
done:
    ambit_free(&all);
    ambit_free(&ways);
    return status;
}
