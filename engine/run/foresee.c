/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bands that no plan can meet, told before one is sought: limits of all territories are added up
 * and compared with what the nation has, and the largest account with the largest limit. Cost: a
 * pass over the accounts. Weakness: each rule by itself, and without travel, which only the plan
 * knows.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "engine/run/diagnose.h"
#include "io/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HAIR 1e-9 /* part of a sum that rounding to doubles may add */

static void text_of(double micro, char out[AMBIT_TEXT_MAX])
{
    ambit_text_number(micro * 1e-6, ambit_text_decimals(micro * 1e-6), out);
}

/* Of rule r, in its measure's unit. */
static ambit_status find(struct ambit_job *job, int r, struct ambit_finding finding, double has,
                         double limit)
{
    const int m = job->scenario.band[job->problem.rule[r].band].measure;
    (void)snprintf(finding.measure, sizeof finding.measure, "%s", job->scenario.measure[m].name);
    finding.has = has * 1e-6;
    finding.limit = limit * 1e-6;
    return ambit_diagnosis_find(&job->foreseen, &finding);
}

static void warn(const struct ambit_job *job, int r, const char *words)
{
    const struct ambit_band *const band = &job->scenario.band[job->problem.rule[r].band];
    if (job->draws)
        ambit_log_warning("%s:%d:%d: bands.%s: no plan can meet it: %s", job->scenario.path,
                          band->line, band->column, job->scenario.measure[band->measure].name,
                          words);
}

/* What all territories together may have at least and at most of rule r. */
static ambit_status foresee_sums(struct ambit_job *job, int r, double total, const double *low,
                                 const double *high)
{
    ambit_status status = AMBIT_OK;
    const size_t rules = (size_t)job->problem.rule_count;
    const size_t cells = (size_t)job->territories.count * rules;
    const bool grows = job->problem.rule[r].travel_weight > 0.0;
    double least = 0.0, most = 0.0;
    char limit[AMBIT_TEXT_MAX], all[AMBIT_TEXT_MAX], words[3 * AMBIT_TEXT_MAX];
    for (size_t at = (size_t)r; at < cells; at += rules) {
        least += low[at];
        most += high[at];
    }
    text_of(total, all);
    if (most < total * (1.0 - HAIR)) {
        text_of(most, limit);
        (void)snprintf(words, sizeof words,
                       "all territories together may have %s at most, the accounts have %s%s",
                       limit, all, grows ? " without travel" : "");
        warn(job, r, words);
        AMBIT_TRY(find(job, r, ambit_finding_of(AMBIT_REASON_LITTLE_ROOM), total, most));
    }
    if (job->problem.rule[r].travel_weight == 0.0 && least > total * (1.0 + HAIR)) {
        text_of(least, limit);
        (void)snprintf(words, sizeof words,
                       "all territories together must have %s at least, the accounts have %s",
                       limit, all);
        warn(job, r, words);
        AMBIT_TRY(find(job, r, ambit_finding_of(AMBIT_REASON_MUCH_ASKED), total, least));
    }
done:
    return status;
}

/* Accounts that are more than any territory may have, and the largest of them. */
static ambit_status foresee_heavy(struct ambit_job *job, int r, const double *high)
{
    struct ambit_finding finding = ambit_finding_of(AMBIT_REASON_HEAVY_ACCOUNTS);
    const size_t rules = (size_t)job->problem.rule_count;
    double most = 0.0;
    int64_t heavy = 0, largest = 0, holder = INT64_MAX;
    char load[AMBIT_TEXT_MAX], limit[AMBIT_TEXT_MAX], words[4 * AMBIT_TEXT_MAX];
    for (int32_t j = 0; j < job->territories.count; j++)
        most = fmax(most, high[(size_t)j * rules + (size_t)r]);
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int64_t own = job->problem.base[r][i];
        heavy += (double)own > most * (1.0 + HAIR);
        if (own > largest) largest = own;
    }
    ambit_comm_sum_i64(job->comm, &heavy, 1);
    ambit_comm_max_i64(job->comm, &largest, 1);
    if (heavy == 0) return AMBIT_OK;
    for (int32_t i = job->accounts.count - 1; i >= 0; i--) {
        if (job->problem.base[r][i] != largest) continue;
        holder = ambit_comm_rank(job->comm);
        (void)snprintf(finding.account, sizeof finding.account, "%.*s", job->accounts.id_width,
                       &job->accounts.id[(size_t)i * (size_t)job->accounts.id_width]);
    }
    ambit_comm_min_i64(job->comm, &holder, 1);
    ambit_comm_broadcast(job->comm, finding.account, sizeof finding.account, (int)holder);
    finding.accounts = heavy;
    text_of((double)largest, load);
    text_of(most, limit);
    (void)snprintf(words, sizeof words,
                   "%lld account%s alone more than any territory may have (%s); the largest is %s "
                   "with %s",
                   (long long)heavy, heavy == 1 ? " is" : "s are each", limit, finding.account,
                   load);
    warn(job, r, words);
    return find(job, r, finding, (double)largest, most);
}

ambit_status ambit_job_foresee(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const int rules = job->problem.rule_count;
    const size_t limits = (size_t)job->territories.count * (size_t)rules;
    int64_t total[AMBIT_RULE_MAX] = {0};
    double *low = NULL, *high = NULL;
    if (rules == 0) return AMBIT_OK;
    status = ambit_alloc(&low, limits, sizeof *low);
    if (status == AMBIT_OK) status = ambit_alloc(&high, limits, sizeof *high);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(low != NULL && high != NULL);
    for (int r = 0; r < rules; r++)
        for (int32_t i = 0; i < job->accounts.count; i++)
            total[r] += job->problem.base[r][i];
    ambit_comm_sum_i64(job->comm, total, rules);
    ambit_problem_sides(&job->problem, total, 0.0, low, high);
    for (int r = 0; r < rules; r++) {
        const struct ambit_rule *const rule = &job->problem.rule[r];
        const struct ambit_band *const band = &job->scenario.band[rule->band];
        const bool grows = rule->travel_weight != 0.0; /* and a target of it with the travel */
        if (band->relax || band->share_of >= 0) continue;
        if (grows && rule->upper.kind != AMBIT_SIDE_ABSOLUTE) continue;
        AMBIT_TRY_TOGETHER(job->comm, foresee_sums(job, r, (double)total[r], low, high));
        if (rule->upper.kind != AMBIT_SIDE_NONE)
            AMBIT_TRY_TOGETHER(job->comm, foresee_heavy(job, r, high));
    }
done:
    ambit_free(&low);
    ambit_free(&high);
    return status;
}
