/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/infeasible.h"
#include "engine/model/diagnosis.h"
#include "engine/run/diagnose.h"
#include "engine/run/heavy.h"
#include "engine/run/refuse.h"
#include "engine/run/separate.h"
#include "engine/run/unite.h"
#include "io/report_contiguity.h"
#include "io/report_diagnosis.h"
#include "io/report_disruption.h"
#include "io/report_text.h"

#include <stdio.h>
#include <string.h>

static const char too_heavy[] =
    "too large for any territory; mend the bands, or part them in the column";

ambit_status ambit_job_check_limits(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_job_foresee(job));
    AMBIT_TRY(ambit_job_check_separation(job));
done:
    return status;
}

ambit_status ambit_job_make_units(struct ambit_job *job, struct ambit_job *units)
{
    ambit_status status = AMBIT_OK;
    char words[2048];
    int64_t count = 0;
    AMBIT_TRY(ambit_job_unite(job, units));
    AMBIT_TRY(ambit_job_check_units(units));
    AMBIT_TRY(ambit_units_name_heavy(units, NULL, sizeof words, words, &count));
    if (count == 0) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm, ambit_job_refuse_heavy(units, count));
    status = ambit_fail(AMBIT_ERR_INFEASIBLE,
                        "%s: rules.together: no plan can meet the bands, for %lld group%s of "
                        "accounts %s %s '%s':%s",
                        job->scenario.path, (long long)count, count == 1 ? "" : "s",
                        count == 1 ? "is" : "are", too_heavy, job->scenario.together.column, words);
done:
    return status;
}

ambit_status ambit_job_find_heavy(struct ambit_job *units, size_t room, char *words_out)
{
    ambit_status status = AMBIT_OK;
    char words[1024];
    int64_t total[AMBIT_RULE_MAX] = {0}, count = 0;
    AMBIT_TRY(ambit_job_loads(units, units->label, NULL, total, NULL, NULL));
    AMBIT_TRY(ambit_units_name_heavy(units, total, sizeof words, words, &count));
    if (count > 0)
        (void)snprintf(words_out, room, "\n%lld group%s of accounts that stay together: %s '%s':%s",
                       (long long)count, count == 1 ? "" : "s", too_heavy,
                       units->scenario.together.column, words);
done:
    return status;
}

/* Rules that are no bands, a line each; "" where all hold. */
static void name_broken_rules(const struct ambit_result *result, size_t room, char *words_out)
{
    const struct ambit_result_together *const together = &result->together;
    const struct ambit_result_separation *const apart = &result->separation;
    char split[AMBIT_NAME_MAX + 80] = "", near[2 * AMBIT_NAME_MAX + 160] = "", held[96] = "";
    if (together->split_count > 0)
        (void)snprintf(split, sizeof split, "\n  rules.together: %lld group%s split, the first %s",
                       (long long)together->split_count,
                       together->split_count == 1 ? " is" : "s are", together->first_split);
    if (apart->broken_count > 0)
        (void)snprintf(near, sizeof near,
                       "\n  centres.separation: %lld pair%s nearer than %g km, the "
                       "nearest %s and %s at %.1f km",
                       (long long)apart->broken_count,
                       apart->broken_count == 1 ? " of centres is" : "s of centres are",
                       apart->asked_km, result->territories[apart->first].name,
                       result->territories[apart->second].name, apart->least_km);
    if (result->held_moved_count > 0)
        (void)snprintf(held, sizeof held,
                       "\n  disruption.protected: %lld of %lld protected account%s moved",
                       (long long)result->held_moved_count, (long long)result->held_count,
                       result->held_count == 1 ? "" : "s");
    (void)snprintf(words_out, room, "%s%s%s", split, near, held);
}

/* What contiguity costs; "" where that is not known. */
static void name_joined(const struct ambit_result *result, size_t room, char *words_out)
{
    const struct ambit_diagnosis *const d = result->diagnosis;
    char had[AMBIT_TEXT_MAX], has[AMBIT_TEXT_MAX];
    words_out[0] = '\0';
    for (int32_t n = 0; d != NULL && n < d->finding_count; n++) {
        if (d->finding[n].reason != AMBIT_REASON_JOINED) continue;
        ambit_text_count((int64_t)d->finding[n].limit, had);
        ambit_text_count((int64_t)d->finding[n].has, has);
        (void)snprintf(words_out, room,
                       "\n  contiguity: the plan before its pieces were joined is within every "
                       "band, with %s hours of\n    travel, where this one has %s; `contiguity: "
                       "preferred` would keep the bands",
                       had, has);
    }
}

/* Adds the budgets that a plan which meets the bands would draw on too much. */
static void say_budgets(const struct ambit_result *result, char *words, size_t room, size_t used)
{
    char line[4 * AMBIT_TEXT_MAX];
    bool known = false, overdrawn = false;
    for (int32_t c = 0; c < result->budget_cell_count; c++)
        overdrawn |= result->budget_cell[c].moved > result->budget_cell[c].most;
    for (int b = 0; b < result->budget_count; b++) {
        if (!ambit_text_budget_short(result, b, line, sizeof line)) continue;
        const int wrote = snprintf(words + used, room - used, "\n  %s", line);
        if (wrote < 0 || (size_t)wrote >= room - used) return;
        used += (size_t)wrote;
        known = true;
    }
    if (result->budget_count > 0 && !known)
        (void)snprintf(words + used, room - used, "\n  budgets: %s",
                       overdrawn
                           ? "overdrawn, by what the summary says"
                           : "none is too small for the bands by itself, as far as was found");
}

ambit_status ambit_job_say_infeasible(const struct ambit_result *result, const char *more)
{
    char words[2048] = "", by[AMBIT_TEXT_MAX];
    char others[640], joined[512], remedy[2048] = "";
    const struct ambit_result_rules *const rules = result->rules;
    size_t used = 0;
    name_broken_rules(result, sizeof others, others);
    name_joined(result, sizeof joined, joined);
    if (rules != NULL && rules->broken_count > 0)
        used =
            (size_t)snprintf(words, sizeof words,
                             "\n  rules: %lld account%s where they may not be, first %s in %s (%s)",
                             (long long)rules->broken_count, rules->broken_count == 1 ? "" : "s",
                             rules->first_account, rules->first_territory, rules->first_rule);
    for (int b = 0; b < result->band_count; b++) {
        const struct ambit_result_band *band = &result->band[b];
        if (band->broken_count == 0) continue;
        ambit_text_open_by(result, b, by);
        const int wrote =
            snprintf(words + used, sizeof words - used,
                     "\n  %s: %d of %d territories outside; it would have to open by %s",
                     band->label, (int)band->broken_count, (int)result->territory_count, by);
        if (wrote < 0 || (size_t)wrote >= sizeof words - used) break;
        used += (size_t)wrote;
    }
    const bool torn = result->contiguity != NULL && result->contiguity->broken_count > 0 &&
                      result->contiguity->wanted == AMBIT_CONTIGUITY_REQUIRED;
    if (torn) ambit_contiguity_words(result, 10, words + used, sizeof words - used);
    used = strlen(words);
    say_budgets(result, words, sizeof words, used);
    const bool has_rules = rules != NULL || torn || others[0] != '\0';
    const bool knows = ambit_text_remedy(result, "\n    ", remedy, sizeof remedy);
    return ambit_fail(AMBIT_ERR_INFEASIBLE, "no plan found%s meets these bands%s%s:%s%s%s%s%s%s",
                      result->stopped_by_time_limit ? " within the time limit" : "",
                      !has_rules                 ? ""
                      : result->budget_count > 0 ? ", rules"
                                                 : " and rules",
                      result->budget_count > 0 ? " and budgets" : "", words, others, more, joined,
                      knows ? "\n  what would do:\n    " : "", remedy);
}
