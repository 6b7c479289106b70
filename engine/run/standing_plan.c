/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opens a result file as a plan that new accounts can go to. Targets by capacity are parts of the
 * total in the proportions that the file's targets have, so that the reps' table is not needed.
 * Cost: one pass over the file; 24 bytes of memory an account and the width of its id.
 */
#include "engine/run/standing_plan.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/columns.h"
#include "engine/model/geometry.h"
#include "engine/run/plan_barriers.h"
#include "io/result_hdf5.h"
#include "io/scenario_yaml.h"
#include "solvers/bound.h"

#include <stdio.h>
#include <string.h>

enum { AT_ONCE = 256 }; /* accounts for which threads are worth waking */

/* ---- is it this plan's scenario ---- */

static const char *term_name(const struct ambit_scenario *s, int term)
{
    return term == AMBIT_TERM_COUNT    ? "count"
           : term == AMBIT_TERM_TRAVEL ? "travel"
                                       : s->column[term];
}

static bool same_measure(const struct ambit_scenario *a, const struct ambit_scenario *b, int m)
{
    const struct ambit_measure *const x = &a->measure[m], *const y = &b->measure[m];
    if (strcmp(x->name, y->name) != 0 || x->term_count != y->term_count) return false;
    for (int t = 0; t < x->term_count; t++) {
        if (strcmp(term_name(a, x->term[t]), term_name(b, y->term[t])) != 0) return false;
    }
    return true;
}

static bool same_band(const struct ambit_scenario *a, const struct ambit_scenario *b, int n)
{
    const struct ambit_band *const x = &a->band[n], *const y = &b->band[n];
    const bool of_rep = x->target == AMBIT_TARGET_REP || x->target == AMBIT_TARGET_REP_AMOUNT;
    if (of_rep && strcmp(a->rep.column[x->target_column], b->rep.column[y->target_column]) != 0)
        return false;
    return x->measure == y->measure && x->share_of == y->share_of && x->target == y->target &&
           x->target_value == y->target_value;
}

static bool same_travel(const struct ambit_scenario *a, const struct ambit_scenario *b)
{
    const struct ambit_drive_time *const x = &a->drive_time, *const y = &b->drive_time;
    bool same = a->stops_per_day == b->stops_per_day && a->local_factor == b->local_factor &&
                x->a == y->a && x->b == y->b && x->table_count == y->table_count;
    for (int row = 0; same && row < x->table_count; row++)
        same =
            x->table_km[row] == y->table_km[row] && x->table_minutes[row] == y->table_minutes[row];
    return same;
}

/* Names the first thing in which `s` is not the scenario that the plan was made with. */
static ambit_status check_scenario(const char *path, const struct ambit_scenario *made,
                                   const struct ambit_scenario *s)
{
    char what[AMBIT_NAME_MAX + 32] = "";
    if (made->measure_count != s->measure_count)
        (void)snprintf(what, sizeof what, "%d measures for %d", s->measure_count,
                       made->measure_count);
    else if (made->band_count != s->band_count)
        (void)snprintf(what, sizeof what, "%d bands for %d", s->band_count, made->band_count);
    else if (!same_travel(made, s))
        (void)snprintf(what, sizeof what, "another travel");
    for (int m = 0; what[0] == '\0' && m < s->measure_count; m++) {
        if (!same_measure(made, s, m))
            (void)snprintf(what, sizeof what, "another measures.%s", s->measure[m].name);
    }
    for (int b = 0; what[0] == '\0' && b < s->band_count; b++) {
        if (!same_band(made, s, b))
            (void)snprintf(what, sizeof what, "another bands.%s",
                           s->measure[s->band[b].measure].name);
    }
    if (what[0] == '\0') return AMBIT_OK;
    return ambit_fail(
        AMBIT_ERR_INPUT,
        "%s: expected the measures, bands and travel that %s was made with, found %s; "
        "limits and names of columns may differ, for others run the scenario first",
        s->path, path, what);
}

static ambit_status read_scenario(struct ambit_comm *comm, const char *path,
                                  const char *scenario_path, struct ambit_standing_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const char *const text = plan->stored.scenario_text;
    struct ambit_scenario made;
    ambit_scenario_init(&made);
    const char *const variant = plan->stored.variant[0] != '\0' ? plan->stored.variant : NULL;
    AMBIT_TRY_TOGETHER(comm,
                       ambit_scenario_parse_variant(path, text, strlen(text), variant, &made));
    if (scenario_path != NULL) {
        AMBIT_TRY(ambit_scenario_load_variant(scenario_path, made.layers.at >= 0 ? variant : NULL,
                                              comm, &plan->scenario));
        AMBIT_TRY_TOGETHER(comm, check_scenario(path, &made, &plan->scenario));
    } else {
        plan->scenario = made;
        ambit_scenario_init(&made);
    }
    ambit_scenario_narrow(&plan->scenario, AMBIT_USE_NEW);
done:
    ambit_scenario_clear(&made);
    return status;
}

/* ---- from the file to the solver ---- */

/* The file's figures are only as good as they are whole. */
static ambit_status check_shape(const char *path, const struct ambit_standing_plan *plan)
{
    const struct ambit_result *const stored = &plan->stored;
    const struct ambit_scenario *const s = &plan->scenario;
    if (stored->band_count == s->band_count && stored->measure_count == s->measure_count &&
        stored->territory_count > 0)
        return AMBIT_OK;
    return ambit_fail(
        AMBIT_ERR_INPUT,
        "%s: expected %d measures and %d bands, as its own scenario has, found %d and "
        "%d: the file is damaged; write it again",
        path, s->measure_count, s->band_count, stored->measure_count, stored->band_count);
}

/* Limits that the run has opened stay so, where the scenario still asks what it asked then. */
static void take_limits(struct ambit_standing_plan *plan)
{
    for (int b = 0; b < plan->scenario.band_count; b++) {
        struct ambit_band *const band = &plan->scenario.band[b];
        const struct ambit_result_band *const from = &plan->stored.band[b];
        if (!from->relaxed || !band->relax) continue;
        if (band->upper_kind != AMBIT_LIMIT_NONE) {
            if (band->upper == from->asked_upper) band->upper = from->used_upper;
        } else if (band->lower == from->asked_lower) {
            band->lower = from->used_lower;
        }
    }
}

static ambit_status take_territories(struct ambit_standing_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const stored = &plan->stored;
    const double *target = NULL;
    struct ambit_territories *const t = &plan->territories;
    AMBIT_TRY(ambit_alloc(&t->item, (size_t)stored->territory_count, sizeof *t->item));
    t->count = stored->territory_count;
    for (int b = 0; b < plan->scenario.band_count && target == NULL; b++) {
        if (plan->scenario.band[b].target == AMBIT_TARGET_CAPACITY) target = stored->band[b].target;
    }
    for (int32_t j = 0; j < t->count; j++) {
        const struct ambit_result_territory *const from = &stored->territories[j];
        struct ambit_territory *const to = &t->item[j];
        *to = (struct ambit_territory){.centre_kind = from->centre_kind, .centre_account = -1};
        (void)snprintf(to->name, sizeof to->name, "%s", from->name);
        (void)snprintf(to->rep_id, sizeof to->rep_id, "%s", from->rep_id);
        to->centre_lat = from->centre_lat;
        to->centre_lon = from->centre_lon;
        ambit_unit_from_degrees(from->centre_lat, from->centre_lon, to->position);
        to->capacity = target != NULL ? target[j] : 0.0;
        for (int b = 0; b < plan->scenario.band_count; b++) {
            const struct ambit_band *const band = &plan->scenario.band[b];
            if (band->target == AMBIT_TARGET_REP || band->target == AMBIT_TARGET_REP_AMOUNT)
                to->value[band->target_column] = stored->band[b].target[j];
        }
    }
done:
    return status;
}

/* The reps' skills, as the file has them. */
static ambit_status take_skills(struct ambit_standing_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result_rules *const rules = plan->stored.rules;
    struct ambit_words *const words = &plan->territories.skills;
    if (rules == NULL || rules->skills_width == 0) return AMBIT_OK;
    const size_t count = (size_t)plan->territories.count, width = (size_t)rules->skills_width;
    AMBIT_TRY(ambit_alloc(&words->begin, count, sizeof *words->begin));
    AMBIT_TRY(ambit_alloc(&words->text, count, width + 1));
    words->count = plan->territories.count;
    for (size_t j = 0; j < count; j++) {
        words->begin[j] = (int64_t)(j * (width + 1));
        memcpy(words->text + j * (width + 1), rules->skills + j * width, width);
        plan->territories.item[j].skills = 1 + (int32_t)j;
    }
done:
    return status;
}

ambit_status ambit_standing_plan_set_rules(const struct ambit_standing_plan *plan,
                                           struct ambit_accounts *accounts,
                                           struct ambit_problem *problem,
                                           struct ambit_eligibility *out)
{
    static const struct ambit_pairs none = {0};
    if (!ambit_eligibility_is_used(&plan->scenario)) return AMBIT_OK;
    const ambit_status status =
        ambit_eligibility_create(&plan->scenario, &plan->territories, &none, &none, accounts, out);
    if (status == AMBIT_OK) problem->eligibility = out;
    return status;
}

/* Prices as they act on an account, from those of the bound. */
static ambit_status act_prices(const struct ambit_standing_plan *plan, double **out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_problem *const problem = &plan->problem;
    const size_t rules = (size_t)problem->rule_count;
    const size_t cells = (size_t)plan->territories.count * rules;
    double *lower = NULL, *upper = NULL, *acting = NULL;
    AMBIT_TRY(ambit_alloc(&lower, cells, sizeof *lower));
    AMBIT_TRY(ambit_alloc(&upper, cells, sizeof *upper));
    AMBIT_TRY(ambit_alloc(&acting, cells, sizeof *acting));
    for (size_t at = 0; at < cells; at++) {
        const struct ambit_rule *const rule = &problem->rule[at % rules];
        const struct ambit_result_band *const band = &plan->stored.band[rule->band];
        lower[at] = rule->uses_lower ? fmax(band->price_lower[at / rules], 0.0) : 0.0;
        upper[at] = rule->uses_upper ? fmax(band->price_upper[at / rules], 0.0) : 0.0;
    }
    ambit_bound_acting_prices(problem, lower, upper, acting);
    *out = acting;
    acting = NULL;
done:
    ambit_free(&lower);
    ambit_free(&upper);
    ambit_free(&acting);
    return status;
}

static ambit_status make_placement(struct ambit_standing_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const stored = &plan->stored;
    const size_t territories = (size_t)stored->territory_count;
    double *price = NULL;
    int64_t *load = NULL;
    AMBIT_TRY(ambit_alloc(&load, territories * (size_t)stored->measure_count, sizeof *load));
    for (int m = 0; m < stored->measure_count; m++) {
        memcpy(&load[(size_t)m * territories], stored->measure[m].load, territories * sizeof *load);
        plan->total[m] = stored->measure[m].total;
    }
    AMBIT_TRY(act_prices(plan, &price));
    AMBIT_TRY(ambit_placement_create(&plan->problem, price, load, &plan->placement));
    ambit_placement_set_totals(plan->placement, plan->total);
done:
    ambit_free(&price);
    ambit_free(&load);
    return status;
}

static ambit_status find_near_places(const char *path, struct ambit_standing_plan *plan)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_contiguity_terms *const terms = &plan->scenario.contiguity;
    struct ambit_barriers barriers = {0};
    if (terms->wanted == AMBIT_CONTIGUITY_FREE) return AMBIT_OK;
    AMBIT_TRY(ambit_plan_barriers_read(path, &plan->stored, &plan->scenario, &barriers));
    AMBIT_TRY(ambit_near_places_create(&plan->stored, terms, &barriers, &plan->near));
done:
    ambit_barriers_clear(&barriers);
    return status;
}

ambit_status ambit_standing_plan_set_near(const struct ambit_standing_plan *plan,
                                          const struct ambit_accounts *accounts,
                                          struct ambit_near **near_out)
{
    ambit_status status = AMBIT_OK;
    if (plan->near == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_resize(near_out, (size_t)accounts->count, sizeof **near_out));
    ambit_near_places_list(plan->near, &plan->stored, accounts, *near_out);
    ambit_placement_set_near(plan->placement, *near_out,
                             plan->scenario.contiguity.wanted == AMBIT_CONTIGUITY_REQUIRED);
done:
    return status;
}

static ambit_status plant_tree(struct ambit_standing_plan *plan)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result *const stored = &plan->stored;
    const int64_t count = stored->account_count;
    AMBIT_TRY(ambit_alloc(&plan->place, 3 * (size_t)count, sizeof *plan->place));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count; i++)
        ambit_unit_from_degrees(stored->lat[i], stored->lon[i], &plan->place[3 * i]);
    AMBIT_TRY(ambit_neighbour_tree_create(plan->place, count, &plan->tree));
    ambit_free(&stored->lat);
    ambit_free(&stored->lon);
    ambit_free(&stored->previous);
    ambit_free(&stored->account_travel);
    for (int c = 0; c < stored->column_count; c++)
        ambit_free(&stored->column[c]);
done:
    return status;
}

static ambit_status prepare(const char *path, struct ambit_standing_plan *plan)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(check_shape(path, plan));
    take_limits(plan);
    AMBIT_TRY(take_territories(plan));
    AMBIT_TRY(find_near_places(path, plan));
    AMBIT_TRY(plant_tree(plan));
    AMBIT_TRY(ambit_accounts_create(1, 1, plan->scenario.column_count, &plan->one));
    AMBIT_TRY(ambit_alloc(&plan->one.local_travel, 1, sizeof(int64_t)));
    plan->one.previous[0] = -1;
    plan->one.total = 1;
    plan->one.category_count = plan->scenario.category_count;
    for (int c = 0; c < plan->one.category_count; c++) {
        AMBIT_TRY(ambit_alloc(&plan->one.category[c], 1, sizeof(int32_t)));
        plan->one.category[c][0] = AMBIT_WORD_EMPTY;
    }
    AMBIT_TRY(ambit_filter_resolve(&plan->scenario, &plan->one));
    AMBIT_TRY(take_skills(plan));
    AMBIT_TRY(
        ambit_problem_create(&plan->scenario, &plan->one, &plan->territories, &plan->problem));
    AMBIT_TRY(ambit_standing_plan_set_rules(plan, &plan->one, &plan->problem, &plan->eligibility));
    AMBIT_TRY(make_placement(plan));
done:
    return status;
}

ambit_status ambit_standing_plan_open(struct ambit_comm *comm, const char *path,
                                      const char *scenario_path, struct ambit_standing_plan **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_standing_plan *plan = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&plan, 1, sizeof *plan));
    ambit_result_init(&plan->stored);
    ambit_scenario_init(&plan->scenario);
    AMBIT_TRY_TOGETHER(comm, ambit_result_read(path, &plan->stored));
    AMBIT_TRY(read_scenario(comm, path, scenario_path, plan));
    AMBIT_TRY_TOGETHER(comm, prepare(path, plan));
    *out = plan;
    plan = NULL;
done:
    ambit_standing_plan_destroy(&plan);
    return status;
}

void ambit_standing_plan_destroy(struct ambit_standing_plan **plan)
{
    struct ambit_standing_plan *const p = *plan;
    if (p == NULL) return;
    ambit_placement_destroy(&p->placement);
    ambit_group_homes_clear(&p->groups);
    ambit_problem_clear(&p->problem);
    ambit_eligibility_clear(&p->eligibility);
    ambit_accounts_clear(&p->one);
    ambit_neighbour_tree_destroy(&p->tree);
    ambit_near_places_destroy(&p->near);
    ambit_free(&p->place);
    ambit_territories_clear(&p->territories);
    ambit_scenario_clear(&p->scenario);
    ambit_result_clear(&p->stored);
    ambit_free(plan);
}

const struct ambit_result *ambit_standing_plan_result(const struct ambit_standing_plan *plan)
{
    return &plan->stored;
}

int ambit_standing_plan_column_count(const struct ambit_standing_plan *plan)
{
    return plan->scenario.column_count;
}

const char *ambit_standing_plan_column(const struct ambit_standing_plan *plan, int c)
{
    AMBIT_REQUIRE(c >= 0 && c < plan->scenario.column_count);
    return plan->scenario.column[c];
}

int ambit_standing_plan_category_count(const struct ambit_standing_plan *plan)
{
    return plan->scenario.category_count;
}

const char *ambit_standing_plan_category(const struct ambit_standing_plan *plan, int c)
{
    AMBIT_REQUIRE(c >= 0 && c < plan->scenario.category_count);
    return plan->scenario.category[c];
}

const char *ambit_standing_plan_together(const struct ambit_standing_plan *plan)
{
    return plan->scenario.together.column;
}

/* ---- new accounts ---- */

void ambit_standing_plan_set_local_travel(const struct ambit_standing_plan *plan,
                                          struct ambit_accounts *accounts)
{
    const struct ambit_scenario *const s = &plan->scenario;
    const int neighbours = ambit_travel_neighbours(s);
#pragma omp parallel for schedule(dynamic, AT_ONCE) if (accounts->count > AT_ONCE)
    for (int32_t i = 0; i < accounts->count; i++) {
        const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
        const double chord2 = ambit_neighbour_tree_chord2(plan->tree, place, neighbours);
        accounts->local_travel[i] =
            ambit_local_travel(s, accounts->visits[i], ambit_stop_spacing_km(s, chord2));
    }
}

ambit_status ambit_standing_plan_check_range(const struct ambit_standing_plan *plan,
                                             const struct ambit_accounts *accounts,
                                             const char *path)
{
    const struct ambit_scenario *const s = &plan->scenario;
    const double furthest = ambit_haul_hours(s, 4.0);
    for (int m = 0; m < s->measure_count; m++) {
        double sum = (double)plan->total[m];
        for (int32_t i = 0; i < accounts->count; i++) {
            for (int t = 0; t < s->measure[m].term_count; t++) {
                const int term = s->measure[m].term[t];
                sum += term == AMBIT_TERM_TRAVEL ? (double)accounts->local_travel[i] +
                                                       furthest * (double)accounts->visits[i]
                       : term == AMBIT_TERM_COUNT ? (double)AMBIT_MICRO
                                                  : (double)accounts->column[term][i];
            }
        }
        if (!(sum < (double)AMBIT_MICRO_SUM_MAX))
            return ambit_fail(AMBIT_ERR_INPUT,
                              "%s: measures.%s: expected a sum below %.3g over the nation with the "
                              "new accounts, found that it could reach %.3g; are their units those "
                              "of the plan?",
                              path, s->measure[m].name, ambit_from_micro(AMBIT_MICRO_SUM_MAX),
                              sum * 1e-6);
    }
    return AMBIT_OK;
}

static bool is_amount(double value)
{
    return value >= 0.0 && value < ambit_from_micro(AMBIT_MICRO_SUM_MAX);
}

/* A dictionary of the one word that there is. */
static ambit_status take_word(const char *word, struct ambit_words *words, int32_t *code_out)
{
    ambit_status status = AMBIT_OK;
    const size_t size = word != NULL ? strlen(word) : 0;
    ambit_words_clear(words);
    *code_out = AMBIT_WORD_EMPTY;
    if (size == 0) return AMBIT_OK;
    if (size > AMBIT_WORD_BYTES_MAX)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "new account: expected words of at most %d bytes, found %zu",
                          AMBIT_WORD_BYTES_MAX, size);
    AMBIT_TRY(ambit_copy_string(word, &words->text));
    AMBIT_TRY(ambit_alloc(&words->begin, 1, sizeof *words->begin));
    words->count = 1;
    *code_out = 0;
done:
    return status;
}

/* The words of the account, and who may serve it. */
static ambit_status take_words(struct ambit_standing_plan *plan,
                               const struct ambit_new_account *account)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const one = &plan->one;
    for (int c = 0; c < one->category_count; c++)
        AMBIT_TRY(take_word(account->word[c], &one->words[c], &one->category[c][0]));
    AMBIT_TRY(ambit_filter_resolve(&plan->scenario, one));
    if (plan->problem.eligibility == NULL) goto done;
    struct ambit_eligibility made = {0};
    AMBIT_TRY(ambit_standing_plan_set_rules(plan, one, &plan->problem, &made));
    /* The placement borrows which territories are fixed, and that does not change. */
    ambit_free(&plan->eligibility.set);
    ambit_free(&made.fixed);
    made.fixed = plan->eligibility.fixed;
    plan->eligibility = made;
    plan->problem.eligibility = &plan->eligibility;
done:
    return status;
}

/* Puts the account into plan->one. */
static ambit_status take_account(struct ambit_standing_plan *plan,
                                 const struct ambit_new_account *account)
{
    const struct ambit_scenario *const s = &plan->scenario;
    struct ambit_accounts *const one = &plan->one;
    double place[3];
    if (!(fabs(account->lat) <= 90.0 && fabs(account->lon) <= 180.0))
        return ambit_fail(
            AMBIT_ERR_INPUT,
            "new account: expected degrees in −90 to 90 and −180 to 180, found %g, %g",
            account->lat, account->lon);
    for (int c = 0; c < s->column_count; c++) {
        if (!is_amount(account->value[c]))
            return ambit_fail(AMBIT_ERR_INPUT,
                              "new account: %s: expected a number of 0 or more, found %g",
                              s->column[c], account->value[c]);
        one->column[c][0] = ambit_to_micro(account->value[c]);
    }
    const ambit_status status = take_words(plan, account);
    if (status != AMBIT_OK) return status;
    ambit_unit_from_degrees(account->lat, account->lon, place);
    one->x[0] = place[0];
    one->y[0] = place[1];
    one->z[0] = place[2];
    one->visits[0] =
        s->visits_column >= 0 ? one->column[s->visits_column][0] : ambit_to_micro(s->visits_number);
    ambit_standing_plan_set_local_travel(plan, one);
    for (int r = 0; r < plan->problem.rule_count; r++)
        ambit_problem_refresh_rule(&plan->problem, r);
    return ambit_standing_plan_check_range(plan, one, "new account");
}

/* Where the account's group is, or that it has none. */
static ambit_status take_group(struct ambit_standing_plan *plan, const char *group,
                               struct ambit_wish *wish)
{
    const size_t size = group != NULL ? strlen(group) : 0;
    wish->group = NULL;
    if (size == 0) return AMBIT_OK;
    if (plan->scenario.together.column[0] == '\0')
        return ambit_fail(AMBIT_ERR_INPUT,
                          "new account: expected no group, since the plan has no rules.together, "
                          "found '%s'",
                          group);
    return ambit_group_homes_find(&plan->groups, &plan->stored, group, &wish->group);
}

ambit_status ambit_standing_plan_assign(struct ambit_standing_plan *plan,
                                        const struct ambit_new_account *account,
                                        struct ambit_placed *placed_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_wish wish;
    struct ambit_near *near = NULL;
    AMBIT_TRY(take_account(plan, account));
    AMBIT_TRY(ambit_standing_plan_set_near(plan, &plan->one, &near));
    AMBIT_TRY(ambit_placement_wish(plan->placement, &plan->problem, &wish));
    AMBIT_TRY(take_group(plan, account->group, &wish));
    AMBIT_TRY(
        ambit_placement_place(plan->placement, &plan->problem, &wish, plan->total, placed_out));
done:
    ambit_placement_set_near(plan->placement, NULL, false);
    ambit_free(&near);
    return status;
}
