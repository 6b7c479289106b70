/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For each unit of several accounts a territory is sought that could have it alone; nearly always
 * the first does. Of a unit that none could have, the limit is named that it breaks by most where
 * there is most room for it. Cost: one look at a territory a unit, and one at all of them for each
 * that is too heavy. Weakness: two groups that each fit, but nowhere both, are not seen here.
 */
#include "engine/run/heavy.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/travel.h"
#include "io/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAMED_MAX = 20 };
#define TOLERANCE 1e-9

/* What is asked of territories: the upper limits that are known. */
struct limits {
    struct ambit_job *job;
    bool known[AMBIT_RULE_MAX], any_travel;
    double *low, *high; /* owned; [territory × rules + rule], micro-units */
};

/* A unit that no territory can have: the rule that says so, and where there is most room. */
struct heavy {
    int32_t members, rule, territory, unused;
    double load, room;
    char group[AMBIT_NAME_MAX], account[AMBIT_NAME_MAX];
};

static bool is_known(const struct ambit_job *job, int r, bool with_totals)
{
    const struct ambit_rule *const rule = &job->problem.rule[r];
    const struct ambit_band *const band = &job->scenario.band[rule->band];
    if (rule->upper.kind == AMBIT_SIDE_NONE || band->share_of >= 0 || band->relax) return false;
    if (rule->travel_weight == 0.0 || with_totals) return true;
    return rule->upper.kind != AMBIT_SIDE_RELATIVE && !ambit_job_has_free_centre(job);
}

static ambit_status open_limits(struct ambit_job *job, const int64_t *given, struct limits *limits)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_problem *const problem = &job->problem;
    const size_t cells = (size_t)job->territories.count * (size_t)problem->rule_count;
    int64_t total[AMBIT_RULE_MAX] = {0};
    limits->job = job;
    status = ambit_alloc(&limits->low, cells, sizeof *limits->low);
    if (status == AMBIT_OK) status = ambit_alloc(&limits->high, cells, sizeof *limits->high);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    for (int r = 0; r < problem->rule_count; r++) {
        for (int32_t i = 0; i < job->accounts.count; i++)
            total[r] += problem->base[r][i];
        limits->known[r] = is_known(job, r, given != NULL);
        limits->any_travel |= limits->known[r] && problem->rule[r].travel_weight != 0.0;
    }
    ambit_comm_sum_i64(job->comm, total, AMBIT_RULE_MAX);
    ambit_problem_sides(problem, given != NULL ? given : total, 0.0, limits->low, limits->high);
done:
    return status;
}

static void close_limits(struct limits *limits)
{
    ambit_free(&limits->low);
    ambit_free(&limits->high);
}

/* Load over limit of unit u alone in territory j, for each known rule; the largest is returned. */
static double fill_of(const struct limits *limits, int32_t u, int32_t j, int *rule_out)
{
    const struct ambit_job *const job = limits->job;
    const int rules = job->problem.rule_count;
    const int64_t travel = limits->any_travel ? ambit_travel_of(&job->scenario, &job->accounts, u,
                                                                job->territories.item[j].position)
                                              : 0;
    double most = 0.0;
    for (int r = 0; r < rules; r++) {
        const double room = limits->high[(size_t)j * (size_t)rules + (size_t)r];
        if (!limits->known[r]) continue;
        const double load = (double)ambit_rule_load(&job->problem, r, u, travel);
        const double fill = load <= 0.0 ? 0.0 : load / fmax(room, 1e-3);
        if (fill <= most) continue;
        most = fill;
        *rule_out = r;
    }
    return most;
}

static void name(const struct ambit_accounts *units, int32_t u, struct heavy *heavy)
{
    const struct ambit_accounts *const rows = units->rows;
    const int64_t row = units->begin[u];
    (void)snprintf(heavy->group, sizeof heavy->group, "%.*s", rows->together_width,
                   rows->together + row * rows->together_width);
    (void)snprintf(heavy->account, sizeof heavy->account, "%.*s", rows->id_width,
                   rows->id + row * rows->id_width);
}

/* True, and the unit described, where no territory can have it. */
static bool is_heavy(const struct limits *limits, int32_t u, struct heavy *heavy)
{
    const struct ambit_job *const job = limits->job;
    const int rules = job->problem.rule_count;
    double least = INFINITY;
    if (ambit_account_unit_size(&job->accounts, u) < 2) return false;
    for (int32_t j = 0; j < job->territories.count; j++) {
        int rule = 0;
        const double fill = fill_of(limits, u, j, &rule);
        if (fill <= 1.0 + TOLERANCE) return false;
        if (fill >= least) continue;
        least = fill;
        const double room = limits->high[(size_t)j * (size_t)rules + (size_t)rule];
        *heavy = (struct heavy){.members = job->accounts.members[u],
                                .rule = rule,
                                .territory = j,
                                .load = fill * fmax(room, 1e-3),
                                .room = room};
    }
    name(&job->accounts, u, heavy);
    return true;
}

static void describe(const struct ambit_job *job, const struct heavy *heavy, char *out, size_t room)
{
    const int m = job->scenario.band[job->problem.rule[heavy->rule].band].measure;
    const struct ambit_measure *const measure = &job->scenario.measure[m];
    const double load = heavy->load * 1e-6, most = heavy->room * 1e-6;
    char has[AMBIT_TEXT_MAX], takes[AMBIT_TEXT_MAX];
    ambit_text_number(load, ambit_text_decimals(load), has);
    ambit_text_number(most, ambit_text_decimals(load), takes);
    (void)snprintf(out, room,
                   "\n  %s (%d accounts, the first %s): %s %s, where no territory can have more "
                   "than %s (%s)",
                   heavy->group, (int)heavy->members, heavy->account, measure->name, has, takes,
                   job->territories.item[heavy->territory].name);
}

ambit_status ambit_units_name_heavy(struct ambit_job *units, const int64_t *total, size_t room,
                                    char *words_out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct limits limits = {.job = NULL};
    struct heavy mine[NAMED_MAX], *all = NULL, next;
    int64_t found = 0, named = 0;
    size_t used = 0;
    words_out[0] = '\0';
    AMBIT_TRY(open_limits(units, total, &limits));
    for (int32_t u = 0; u < units->accounts.count; u++) {
        if (!is_heavy(&limits, u, &next)) continue;
        if (found < NAMED_MAX) mine[found] = next;
        found++;
    }
    AMBIT_TRY(ambit_comm_all_gather(units->comm, mine, found < NAMED_MAX ? found : NAMED_MAX,
                                    sizeof *mine, &all, &named));
    ambit_comm_sum_i64(units->comm, &found, 1);
    for (int64_t n = 0; n < named && n < NAMED_MAX && used + 1 < room; n++) {
        describe(units, &all[n], words_out + used, room - used);
        used += strlen(words_out + used);
    }
    *count_out = found;
done:
    close_limits(&limits);
    ambit_free(&all);
    return status;
}
